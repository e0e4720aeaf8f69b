"""Public checks of a2_linear_dims: which dimension does nn.Linear see?"""

import pytest
import torch

from autograder.checks import (
    expect_inputs_kept,
    expect_integer,
    expect_not_called,
    expect_pixels,
    expect_sizes,
    expect_tensor,
    given,
    whole_numbers,
)

# The shapes of the quiz, from one axis to four, for the checks that ask for `quiz`; a roster gives each student others.
QUIZ = ((2,), (1, 3), (2, 3, 4), (2, 3, 4, 5))


def rows_that_fit(shape):
    """How many rows must W have, so that a tensor of this shape can be multiplied with it? Found by trying."""
    for rows in range(1, 100):
        try:
            torch.empty(shape) @ torch.empty(rows, 5)
        except RuntimeError:
            continue
        return rows
    raise ValueError(f"nothing below 100 fits a tensor of shape {shape}")


@pytest.mark.points(1, task="ANSWERS")
def test_quiz_vector_and_matrix(submission, quiz):
    """The quiz: the 1D and the 2D tensor go through the layers that you chose."""
    vector, matrix = quiz[:2]
    expect_integer(submission.ANSWERS[matrix], rows_that_fit(matrix))
    expect_integer(submission.ANSWERS[vector], rows_that_fit(vector))


@pytest.mark.points(1, task="linear_in_features")
def test_in_features_of_many_axes(submission):
    """One axis or six: (4,) goes through nn.Linear(4, 5), and (4, 3, 9, 2, 8, 11) through nn.Linear(11, 5)."""
    shapes = ((4, 3, 9, 2, 8, 11), (9, 7, 8), (1, 3), (4,))
    for found, features in zip(submission.linear_in_features.each(*((shape,) for shape in shapes)), (11, 8, 3, 4)):
        expect_integer(found, features)


@pytest.mark.points(1, task="linear_output_shape")
def test_output_shape_of_many_axes(submission):
    """(6, 3, 7, 2) becomes (6, 3, 7, 5), the lecture's (1, 3) becomes (1, 5), and a vector stays a vector."""
    four_axes, matrix, vector = submission.linear_output_shape.each(((6, 3, 7, 2), 5), ((1, 3), 5), ((4,), 5))
    expect_sizes(four_axes, (6, 3, 7, 5))
    expect_sizes(matrix, (1, 5))
    expect_sizes(vector, (5,))


@pytest.mark.points(1, task="linear_parameter_count")
def test_parameters_of_the_lectures_layer(submission):
    """The lecture's nn.Linear(3, 5) has 15 weights, with its bias 20 parameters, and nn.Linear(784, 10) has 7850."""
    layers = (given(3, 5, bias=False), given(3, 5, bias=True), (3, 5), (784, 10), (2, 1), given(2, 1, bias=False))
    for count, right in zip(submission.linear_parameter_count.each(*layers), (15, 20, 20, 7850, 3, 2)):
        expect_integer(count, right)


@pytest.mark.points(1, task="affine")
def test_affine_number_by_number(submission):
    """A vector, three axes, and the lecture's matrix (1, 3), number by number, and without nn.Linear."""
    weight, bias = whole_numbers(5, 3, seed=1), whole_numbers(5, seed=2)

    def output(vector, o):
        return sum(vector[i] * weight[o, i] for i in range(3)) + bias[o]

    vector = whole_numbers(3, seed=3)
    returned = submission.affine.recorded(vector, weight, bias)
    expect_not_called(returned, ("linear",))  # first: a layer of its own has random weights, and wrong values
    expect_pixels(returned, lambda o: output(vector, o), shape=(5,))
    expect_inputs_kept(returned)

    cities = whole_numbers(2, 4, 3, seed=4)
    returned = submission.affine(cities, weight, bias)
    expect_pixels(returned, lambda city, day, o: output(cities[city, day], o), shape=(2, 4, 5))

    matrix = whole_numbers(1, 3, seed=5)
    returned = submission.affine(matrix, weight, bias)
    expect_pixels(returned, lambda row, o: output(matrix[row], o), shape=(1, 5))

    few = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0], [5.0, 6.0], [0.0, 1.0]]), torch.tensor([10.0, 20.0, 30.0])
    expect_tensor(submission.affine(*few), torch.tensor([[21.0, 37.0, 32.0]]))
