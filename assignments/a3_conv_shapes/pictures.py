"""Pictures that your own functions draw: `autograder show a3`, or the cells that show them in the notebook."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from autograder.student.pictures import BLUE, GRAY, GREEN, ORANGE, Material, photograph

BOOT = 9  # a class of Fashion-MNIST
EDGES = {
    "left to right": [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]],
    "top to bottom": [[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]],
    "both ways": [[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]],
    "spots": [[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]],
}


def _boot(given):
    """An ankle boot, float32 (1, 1, 28, 28), from 0 to 1."""
    images, labels = given.images()
    return images[labels == BOOT][:1, None].float() / 255


def _bare(axes, **texts):
    axes.set(xticks=[], yticks=[], **texts)


def _window(axes, row, column, size, colour=ORANGE):
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), size, size, fill=False, edgecolor=colour, linewidth=2))


def conv2d_pixel(given: Material) -> Figure:
    """Three sheets of a small photograph, red, green and blue, in each of which a window of 5 x 5 is filled, and beside
    them the output of one channel, in which one square is marked.

    Blue: the pixels that change your conv2d_pixel(..., channel=1, row=2, col=3), found by changing each of the 243 in
    turn. The window lies at the same place of every sheet.
    """
    image = photograph()[20:56:4, 26:62:4].float()
    image = torch.stack([image[:, :, channel] for channel in range(3)])  # (3, 9, 9)
    weight, bias = torch.ones(2, 3, 5, 5), torch.zeros(2)
    before = float(given.ask("conv2d_pixel", image, weight, bias, 1, 2, 3))
    figure = Figure(figsize=(6.4, 2.2), layout="constrained")
    axes = figure.subplots(1, 4)
    for channel, colours in enumerate(("Reds_r", "Greens_r", "Blues_r")):
        axes[channel].imshow(image[channel].numpy(), cmap=colours)
        _bare(axes[channel], title=f"image[{channel}]")
    for channel, row, column in torch.cartesian_prod(*map(torch.arange, image.shape)).tolist():
        changed = image.clone()
        changed[channel, row, column] += 100
        if float(given.ask("conv2d_pixel", changed, weight, bias, 1, 2, 3)) != before:
            axes[channel].add_patch(Rectangle((column - 0.4, row - 0.4), 0.8, 0.8, color=BLUE))
    axes[3].imshow(torch.full((5, 5), 0.5).numpy(), alpha=0.3, vmin=0, vmax=1)
    axes[3].add_patch(Rectangle((2.5, 1.5), 1, 1, color=ORANGE))
    _bare(axes[3], title="output[1], at (2, 3)")
    return figure


def conv2d(given: Material, stop: int | None = None) -> Figure:
    """Four frames: a window of 3 x 3 stands on four places of an ankle boot, and below each the output so far, filled from
    the top left to the pixel that belongs to the window.

    Orange: the window, and the one pixel that your conv2d writes for it. The boot has 28 x 28 pixels, the output 26 x 26.
    """
    boot, kernel = _boot(given), torch.tensor(EDGES["top to bottom"])
    output = given.ask("conv2d", boot, kernel[None, None], torch.zeros(1), shape=(1, 1, 26, 26))[0, 0]
    places = ((0, 0), (8, 12), (17, 20), (25, 25)) if stop is None else (divmod(stop, 26),)
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    frames = figure.subplots(2, 4).T if stop is None else figure.subplots(1, 2, squeeze=False)
    for axes, (row, column) in zip(frames, places, strict=True):
        axes[0].imshow(boot[0, 0].numpy())
        _window(axes[0], row, column, 3)
        _bare(axes[0], title=f"stop ({row}, {column})")
        so_far = output.clone()
        so_far[row, column + 1 :] = torch.nan
        so_far[row + 1 :] = torch.nan
        axes[1].imshow(so_far.numpy(), cmap="RdBu", vmin=-4, vmax=4)
        _window(axes[1], row, column, 1)
        _bare(axes[1])
    return figure


conv2d.stops = 26 * 26  # in a notebook, a slider leads through them


def edges(given: Material) -> Figure:
    """Above four kernels of 3 x 3, below what each makes of an ankle boot: blue where it answers with a positive number,
    red with a negative one, white with nothing.

    Drawn by your conv2d, with one weight of shape (4, 1, 3, 3). A first layer that is trained learns kernels much like
    these.
    """
    kernels = torch.tensor(list(EDGES.values()))
    output = given.ask("conv2d", _boot(given), kernels[:, None], torch.zeros(4), shape=(1, 4, 26, 26))[0]
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    for number, axes in enumerate(figure.subplots(2, 4, height_ratios=(1, 2)).T):
        axes[0].imshow(kernels[number].numpy(), cmap="RdBu", vmin=-3, vmax=3)
        for (row, column), value in zip(torch.cartesian_prod(torch.arange(3), torch.arange(3)).tolist(), kernels[number].flatten()):
            axes[0].text(column, row, f"{value:.0f}", ha="center", va="center", color="white" if value > 4 else "black", fontsize=8)
        _bare(axes[0], title=list(EDGES)[number])
        axes[1].imshow(output[number].numpy(), cmap="RdBu", vmin=-4, vmax=4)
        _bare(axes[1])
    return figure


def receptive_field(given: Material) -> Figure:
    """Three squares of 15 x 15 pixels, for one, two and three layers: the pixels that count for the one in the middle
    fill 3 x 3, then 5 x 5, then 7 x 7 of them, those in the middle most often.

    One to three layers of your conv2d, each 3 x 3 with padding 1, all weights 1. The number of a pixel is the number of
    ways from it to the middle of the output.
    """
    field = torch.zeros(1, 1, 15, 15)
    field[0, 0, 7, 7] = 1
    figure = Figure(figsize=(6.4, 2.5), layout="constrained")
    for layers, axes in enumerate(figure.subplots(1, 3), start=1):
        field = given.ask("conv2d", field, torch.ones(1, 1, 3, 3), torch.zeros(1), 1, 1, shape=(1, 1, 15, 15))
        seen = field[0, 0] != 0
        side = int(seen.any(dim=0).sum())
        axes.imshow(torch.where(seen, field[0, 0].abs().sqrt(), torch.nan).numpy(), cmap="viridis", vmin=0)
        axes.imshow(torch.full((15, 15), 0.5).numpy(), alpha=0.25, vmin=0, vmax=1)
        _bare(axes, title=f"{layers} layer{'s' if layers > 1 else ''}: {side} x {side}")
    return figure


def one_matrix(given: Material) -> Figure:
    """A matrix of 9 rows and 25 columns. Each row holds the same nine numbers in three groups of three, one column
    further to the right in each row, and zeros (white) between them.

    Your conv2d with a kernel of 3 x 3, on images of 5 x 5: column j is what comes out for an image that is 1 at pixel j and
    0 elsewhere. An image laid out in a row of 25, times this matrix, gives the 9 pixels of the output.
    """
    kernel = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    images = torch.eye(25).reshape(25, 1, 5, 5)
    matrix = given.ask("conv2d", images, kernel, torch.zeros(1), shape=(25, 1, 3, 3)).flatten(1).T  # (9, 25)
    figure = Figure(figsize=(6.4, 2.7), layout="constrained")
    axes = figure.subplots()
    axes.imshow(torch.where(matrix != 0, matrix, torch.nan).numpy(), cmap="viridis", vmin=0, vmax=10)
    for row, column in matrix.nonzero().tolist():
        axes.text(column, row, f"{matrix[row, column]:.0f}", ha="center", va="center", color="white", fontsize=7)
    axes.set(xlabel="pixel of the image (25)", ylabel="pixel of the output (9)", xticks=[0, 5, 10, 15, 20], yticks=[0, 3, 6])
    return figure


def multiplications(given: Material) -> Figure:
    """Bars for 1, 8 and 32 channels: millions of multiplications for one layer of 5 x 5 and for two layers of 3 x 3, on an
    image of 28 x 28.

    Counted by your conv2d_parameter_count and conv2d_output_shape, padding "same". Both see 5 x 5 pixels of the image; the
    two small ones have a ReLU between them besides.
    """
    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    for axes, channels in zip(figure.subplots(1, 3), (1, 8, 32), strict=True):
        _, _, height, width = given.ask("conv2d_output_shape", (1, channels, 28, 28), channels, 3, 1, "same")
        weights = [given.ask("conv2d_parameter_count", channels, channels, size, False) for size in (5, 3)]
        counts = [int(height * width * n) / 1e6 for n in (weights[0], 2 * weights[1])]
        bars = axes.bar(["one 5 x 5", "two 3 x 3"], counts, color=[GRAY, GREEN])
        axes.bar_label(bars, fmt="%.2g")
        axes.set(title=f"{channels} channel{'s' if channels > 1 else ''}", yticks=[])
        axes.margins(y=0.15)
    figure.supylabel("million multiplications", fontsize=9)
    return figure
