"""Public checks of a3_conv_shapes: what does a convolution return?

The expected shapes are written out. The expected pixels come from kernels in which all weights but a few are zero,
so that an output pixel is a sum of a few pixels of the image that anyone can look up.
"""

import pytest
import torch

from autograder.checks import (
    CheckFailed,
    expect,
    expect_inputs_kept,
    expect_integer,
    expect_not_called,
    expect_number,
    expect_pixels,
    expect_raises,
    expect_shape,
    expect_sizes,
    given,
    whole_numbers,
)

# The lecture's picture: 3 input channels, a 5 x 5 kernel, 2 output channels. All weights are zero but these.
PICTURE_WEIGHTS = torch.zeros(2, 3, 5, 5)
PICTURE_WEIGHTS[0, 0, 0, 1] = 1.0  # channel 0 looks at red, at the top,
PICTURE_WEIGHTS[0, 1, 2, 3] = 2.0  # twice at green, a little right of the middle,
PICTURE_WEIGHTS[0, 2, 4, 1] = -1.0  # and takes away blue, at the bottom
PICTURE_WEIGHTS[1, 0, 1, 4] = 3.0
PICTURE_WEIGHTS[1, 1, 3, 0] = -2.0
PICTURE_WEIGHTS[1, 2, 0, 2] = 1.0
PICTURE_WEIGHTS[1, 1, 0, 0] = 4.0  # the first place of the window,
PICTURE_WEIGHTS[1, 2, 4, 4] = -3.0  # and the last: who uses one of them alone gets another number than the bias
PICTURE_BIAS = torch.tensor([30.0, -50.0])

# The quiz, for the checks that ask for `quiz`: the images in a batch, and the output channels of conv1 and of conv2.
# A roster gives each student others.
QUIZ = (32, 8, 16)


# Everything in torch that convolves by itself. unfold, einsum and matmul are welcome.
CONVOLUTIONS = (
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_tbc",
    "convolution",
    "_convolution",
    "_convolution_mode",
    "mkldnn_convolution",
)

# The numbers are whole: sums are exact in any order, and this is for those who take another way, by a Fourier transform.
AXES = ("image", "channel", "row", "column")  # of what a convolution returns
ROUNDED = 1e-3


def picture_pixel(image, channel, row, col):
    """The output of the lecture's picture at (channel, row, col), looked up pixel by pixel. image: as lists."""
    red, green, blue = image
    if channel == 0:
        return red[row][col + 1] + 2 * green[row + 2][col + 3] - blue[row + 4][col + 1] + 30
    corners = 4 * green[row][col] - 3 * blue[row + 4][col + 4]
    return 3 * red[row + 1][col + 4] - 2 * green[row + 3][col] + blue[row][col + 2] + corners - 50


def pixel_or_padding(rows, row, col):
    """The pixel at (row, col) of one channel's rows, or the zero that the padding puts outside the image."""
    inside = 0 <= row < len(rows) and 0 <= col < len(rows[0])
    return rows[row][col] if inside else 0.0


def as_sizes(value):
    """A shape as a tuple of int, or None where the value is no shape."""
    if isinstance(value, torch.Tensor) and value.dim() == 1 and len(value) <= 64:
        value = value.tolist()
    if not isinstance(value, tuple | list) or not value:
        return None
    sizes = [size.item() if isinstance(size, torch.Tensor) and size.dim() == 0 else size for size in value]
    return tuple(sizes) if all(type(size) is int for size in sizes) else None


def expect_to_fit(answer, misfit):
    """Fail with what `misfit` says of the answer, unless it says nothing."""
    expect(True, answer, "")
    if answer.value is None:
        message = f"Not every layer has its answer yet. {answer.reason}".strip()
        raise CheckFailed(message, outcome="not_run", why="not_answered")
    problem = misfit(answer)
    if problem is not None:
        raise CheckFailed(problem, answer, misfit)


@pytest.mark.points(1, task="conv2d_output_shape")
def test_output_shape_of_the_lectures_picture(submission):
    """The lecture's RGB image of 100 x 50, a 5 x 5 kernel and 2 output channels."""
    expect_sizes(submission.conv2d_output_shape((1, 3, 100, 50), 2, 5), (1, 2, 96, 46))


@pytest.mark.points(1, task="conv2d_output_shape")
def test_output_shape_with_stride_and_padding(submission):
    """Stride and padding, as one number and as a pair (height, width); a kernel of 4 fits neither 3 rows nor 3 columns."""
    pairs, stride, both, too_high, too_wide = submission.conv2d_output_shape.each(
        given((4, 3, 100, 50), 6, (5, 12), stride=(5, 3), padding=(1, 3)),
        given((4, 1, 7, 8), 6, 3, stride=2),
        given((2, 3, 9, 17), 7, 4, stride=3, padding=2),
        given((4, 1, 3, 9), 6, 4),
        given((4, 1, 9, 3), 6, 4),
    )
    expect_sizes(pairs, (4, 6, 20, 15))
    expect_sizes(stride, (4, 6, 3, 3))
    expect_sizes(both, (2, 7, 4, 6))
    expect_raises(too_high, "ValueError")
    expect_raises(too_wide, "ValueError")


@pytest.mark.points(1, task="conv2d_output_shape")
def test_output_shape_with_padding_by_name(submission):
    """padding="valid" is none; padding="same" keeps height and width, whatever the kernel."""
    valid, same_of_pair, same = submission.conv2d_output_shape.each(
        given((2, 3, 9, 11), 4, 5, padding="valid"),
        given((2, 3, 9, 11), 4, (8, 5), padding="same"),
        given((2, 3, 9, 11), 4, 7, padding="same"),
    )
    expect_sizes(valid, (2, 4, 5, 7))
    expect_sizes(same_of_pair, (2, 4, 9, 11))
    expect_sizes(same, (2, 4, 9, 11))


@pytest.mark.points(1, task="conv2d_weight_shape")
def test_weight_shape_of_the_lectures_picture(submission):
    """3 input channels, 2 output channels and a kernel of 5 x 5, then of 4 x 7."""
    square, oblong = submission.conv2d_weight_shape.each((3, 2, 5), (3, 2, (4, 7)))
    expect_sizes(square, (2, 3, 5, 5))
    expect_sizes(oblong, (2, 3, 4, 7))


@pytest.mark.points(1, task="conv2d_parameter_count")
def test_parameters_of_the_lectures_picture(submission):
    """3 input channels, 2 output channels and a kernel of 5 x 5, then of 4 x 7, with bias and without."""
    square, without_bias, oblong = submission.conv2d_parameter_count.each(
        (3, 2, 5), given(3, 2, 5, bias=False), (3, 2, (4, 7))
    )
    expect_integer(square, 152)
    expect_integer(without_bias, 150)
    expect_integer(oblong, 170)


@pytest.mark.points(1, task="conv2d_pixel")
def test_pixels_of_the_lectures_picture(submission):
    """3 input channels, a 5 x 5 kernel, 2 output channels: three output pixels, one by one."""
    # Many different numbers: hardly any two wrong ideas give the same pixel.
    image = whole_numbers(3, 12, 11, low=-90, high=91, seed=34)
    places = ((1, 5, 4), (0, 4, 5), (1, 0, 6))  # (output channel, row, column)
    cases = [(image, PICTURE_WEIGHTS, PICTURE_BIAS, *place) for place in places]
    pixels = image.tolist()
    for place, pixel in zip(places, submission.conv2d_pixel.each(*cases)):
        expect_number(pixel, picture_pixel(pixels, *place), atol=ROUNDED)
        expect_inputs_kept(pixel)


@pytest.mark.points(1, task="conv2d")
def test_convolution_of_the_lectures_picture(submission):
    """3 input channels, a 5 x 5 kernel, 2 output channels: the whole output, pixel for pixel."""
    images = whole_numbers(1, 3, 8, 7, low=-20, high=21, seed=31)
    output = submission.conv2d(images, PICTURE_WEIGHTS, PICTURE_BIAS)
    pixels = images.tolist()
    expect_pixels(output, lambda n, o, i, j: picture_pixel(pixels[n], o, i, j), shape=(1, 2, 4, 3), atol=ROUNDED, axes=AXES)
    expect_shape(output, (1, 2, 4, 3), dtype=torch.float32)
    expect_inputs_kept(output)


@pytest.mark.points(1, task="conv2d")
def test_convolution_with_stride_and_padding(submission):
    """Two images, stride 2 and padding 1: each of five kernels looks at one neighbour of one channel."""
    images = whole_numbers(2, 3, 6, 12, low=-20, high=21, seed=33)
    looks_at = (
        (0, 0, 0),
        (1, 3, 2),
        (2, 0, 2),
        (1, 2, 1),
        (2, 3, 0),
    )  # (input channel, row, column) of the weight 1
    biases = [20.0, 30.0, 40.0, 50.0, 60.0]
    weight, bias = torch.zeros(5, 3, 4, 3), torch.tensor(biases)
    for kernel, place in enumerate(looks_at):
        weight[kernel, *place] = 1.0

    pixels = images.tolist()

    def expected(n, o, i, j):
        channel, row, col = looks_at[o]
        return pixel_or_padding(pixels[n][channel], 2 * i - 1 + row, 2 * j - 1 + col) + biases[o]

    output = submission.conv2d.recorded(images, weight, bias, stride=2, padding=1)
    expect_not_called(output, CONVOLUTIONS)  # first: a layer of its own has random weights, and wrong values
    expect_pixels(output, expected, shape=(2, 5, 3, 6), atol=ROUNDED, axes=AXES)
    expect_shape(output, (2, 5, 3, 6), dtype=torch.float32)
    expect_inputs_kept(output)


@pytest.mark.points(1, task="ANSWERS")
def test_answers_fit_together(submission, quiz):
    """Six shapes, the batch in front of each, and flatten loses no number of pool2."""
    batch = quiz[0]
    ranks = {"conv1": 4, "pool1": 4, "conv2": 4, "pool2": 4, "flatten": 2, "linear": 2}
    for layer, rank in ranks.items():

        def misfit(answer, layer=layer, rank=rank):
            sizes = as_sizes(answer.value)
            if sizes is None:
                return f"ANSWERS[{layer!r}] should be a shape: a tuple of whole numbers."
            if len(sizes) != rank:
                return f"ANSWERS[{layer!r}] should have {rank} numbers, but it has {len(sizes)}."
            if sizes[0] != batch:
                return f"ANSWERS[{layer!r}] should begin with the batch of {batch}, but it begins with {sizes[0]}."
            return None

        expect_to_fit(submission.ANSWERS[layer], misfit)

    _, channels, height, width = as_sizes(submission.ANSWERS["pool2"].value)

    def loses_numbers(answer):
        row = as_sizes(answer.value)[1:]
        if row == (channels * height * width,):
            return None
        return (
            f"Your answers do not fit together: after pool2 an image has {channels} x {height} x {width} numbers, "
            f"but ANSWERS['flatten'] keeps {' x '.join(map(str, row))} of them."
        )

    expect_to_fit(submission.ANSWERS["flatten"], loses_numbers)
