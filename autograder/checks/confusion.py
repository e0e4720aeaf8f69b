"""Which classes a network confuses: small data for reports."""

import torch

SHOWN = 8  # images that a report shows, at most


def confusion(labels: torch.Tensor, given: torch.Tensor, classes: int) -> list[list[int]]:
    """Counts [right class][given class]; answers that are not a class number are not counted.

    labels, given: whole numbers (N,).
    """
    valid = (given >= 0) & (given < classes)
    cells = labels[valid].long() * classes + given[valid].long()
    counts: list[list[int]] = torch.bincount(cells, minlength=classes * classes).view(classes, classes).tolist()
    return counts


def mix_ups(labels: torch.Tensor, given: torch.Tensor, numbers: torch.Tensor, classes: int) -> list[list[int]]:
    """One image for each of the commonest mix-ups, the commonest first: [image's number, right class, given class].

    labels, given: whole numbers (N,). numbers: the images' places in their file (N,); each mix-up is shown by its image
    with the lowest number.
    """
    counts = confusion(labels, given, classes)
    pairs = [(right, wrong) for right in range(classes) for wrong in range(classes) if right != wrong]
    pairs.sort(key=lambda pair: -counts[pair[0]][pair[1]])
    shown = []
    for right, wrong in pairs[:SHOWN]:
        of_pair = numbers[(labels == right) & (given == wrong)]
        if len(of_pair):
            shown.append([int(of_pair.min()), right, wrong])
    return shown
