"""Hidden checks of a2_linear_dims: the rest of the quiz, and the rules on fresh shapes of one to six axes."""

import runpy
from pathlib import Path

import pytest
import torch

from autograder.checks import expect_inputs_kept, expect_integer, expect_sizes, expect_tensor, given

QUIZ = runpy.run_path(str(Path(__file__).with_name("test_a2_linear_dims.py")))["QUIZ"]


@pytest.mark.points(1, task="ANSWERS")
def test_quiz_three_and_four_axes(submission, quiz):
    """The quiz: the 3D and the 4D tensor."""
    for shape in sorted(quiz[2:], key=len, reverse=True):  # more axes tell more wrong ideas apart
        expect_integer(submission.ANSWERS[shape], shape[-1])


@pytest.mark.points(1, task="linear_in_features")
def test_in_features_for_any_shape(submission, draw):
    """Fresh shapes of one to six axes."""
    # Sizes are small enough for a submission that makes a tensor of the shape and asks torch. Whoever takes the largest
    # dimension is right in the first shape and wrong in the second; every other wrong idea fails in the first.
    growing = sorted(draw.sizes(6, low=7, high=15))
    shrinking = sorted(draw.sizes(4, low=7, high=15), reverse=True)
    others = [draw.sizes(axes, low=7, high=15) for axes in (3, 5, 2, 6, 1)]
    shapes = tuple(map(tuple, (growing, shrinking, *others)))
    for shape, found in zip(shapes, submission.linear_in_features.each(*((shape,) for shape in shapes))):
        expect_integer(found, shape[-1])


@pytest.mark.points(1, task="linear_output_shape")
def test_output_shape_for_any_shape(submission, draw):
    """Fresh shapes of one to six axes, also where other axes are as long as the last one."""
    sizes = [draw.sizes(axes + 1, low=2, high=10) for axes in (4, 3, 5, 2, 6, 1)]
    one, other, out_features = draw.sizes(3, low=2, high=10)
    sizes.append([one, other, one, one, out_features])
    found = submission.linear_output_shape.each(*((tuple(shape), out_features) for *shape, out_features in sizes))
    for (*shape, out_features), output in zip(sizes, found):
        expect_sizes(output, (*shape[:-1], out_features))


@pytest.mark.points(1, task="linear_parameter_count")
def test_parameters_of_any_layer(submission, draw):
    """Fresh sizes, with and without bias."""
    without, biased = ([3 * size for size in draw.sizes(2, low=2, high=20)] for _ in range(2))  # no neighbours
    layers = (given(*without, bias=False), given(*biased, bias=True), given(*biased))
    for layer, count in zip(layers, submission.linear_parameter_count.each(*layers)):
        parameters = torch.nn.Linear(*layer.args, **layer.kwargs).parameters()
        expect_integer(count, sum(parameter.numel() for parameter in parameters))


@pytest.mark.points(1, task="affine")
def test_affine_for_any_shape(submission, draw):
    """Fresh numbers with one to four axes, also where as many numbers go in as come out, or an axis has length 1."""
    rows, features, others = draw.sizes(3, low=3, high=8)
    for shape in ((features,), (rows, features)):  # a square weight: it can be multiplied both ways round
        check_affine(submission, draw, shape, features)
    for axes in (3, 1, 2, 4):
        *shape, out_features = draw.sizes(axes + 1, low=2, high=8)
        check_affine(submission, draw, shape, out_features)
    check_affine(submission, draw, (rows, 1, features), others)


def check_affine(submission, draw, shape, out_features):
    """Whole numbers, so that the result is exact in whatever order the student sums; no two biases are the same."""
    x, weight = draw.whole_numbers(*shape), draw.whole_numbers(out_features, shape[-1])
    bias = torch.tensor(draw.sizes(out_features, low=2, high=20), dtype=torch.float32)
    returned = submission.affine(x, weight, bias)
    expect_tensor(returned, torch.einsum("...i,oi->...o", x, weight) + bias)
    expect_inputs_kept(returned)
