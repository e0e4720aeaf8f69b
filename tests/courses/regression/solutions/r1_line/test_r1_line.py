import pytest
import torch

from autograder.checks import expect_shape

X = torch.linspace(-1, 1, 9)


@pytest.mark.points(1, task="Line")
def test_one_number_each(submission):
    """Five numbers go in and five come out."""
    line = submission.Line()
    expect_shape(line(torch.zeros(5, 1)), (5, 1))


@pytest.mark.points(2, task="fit")
def test_finds_the_line(submission):
    """The line y = 2x + 1 is found: its slope, then its offset."""
    assert submission.fit(X, 2 * X + 1, 500).value == pytest.approx((2.0, 1.0), abs=0.1)
