"""What a result keeps of a network's mistakes."""

from __future__ import annotations

import torch

from autograder.checks.confusion import confusion, mix_ups


def test_counts_stand_where_right_and_given_class_meet() -> None:
    labels, given = torch.tensor([0, 0, 6, 9, 9]), torch.tensor([0, 6, 6, 7, 7])
    counts = confusion(labels, given, 10)
    assert (counts[0][0], counts[0][6], counts[6][6], counts[9][7]) == (1, 1, 1, 2)
    assert sum(map(sum, counts)) == 5


def test_what_is_no_class_is_counted_nowhere() -> None:
    assert sum(map(sum, confusion(torch.tensor([0, 1, 2]), torch.tensor([-1, 17, 2]), 10))) == 1


def test_the_commonest_mix_up_comes_first_with_its_first_image() -> None:
    labels = torch.tensor([6, 6, 6, 0, 5])
    given = torch.tensor([0, 0, 4, 6, 5])
    numbers = torch.tensor([70, 20, 30, 10, 50])  # the images came shuffled
    assert mix_ups(labels, given, numbers, 10) == [[20, 6, 0], [10, 0, 6], [30, 6, 4]]


def test_no_mistakes_no_images() -> None:
    everything = torch.arange(10)
    assert mix_ups(everything, everything, everything, 10) == []
