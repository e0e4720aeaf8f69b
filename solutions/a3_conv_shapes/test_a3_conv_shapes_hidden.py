"""Hidden checks of a3_conv_shapes: fresh layers, where all axes differ in length and strides leave pixels over."""

import functools
import runpy
from pathlib import Path

import pytest
import torch
from torch import nn

from autograder.checks import (
    expect_inputs_kept,
    expect_integer,
    expect_not_called,
    expect_number,
    expect_raises,
    expect_sizes,
    expect_tensor,
    given,
)

PUBLIC = runpy.run_path(str(Path(__file__).with_name("test_a3_conv_shapes.py")))
QUIZ, CONVOLUTIONS, ROUNDED, AXES = (PUBLIC[name] for name in ("QUIZ", "CONVOLUTIONS", "ROUNDED", "AXES"))

# A single output pixel is a single number: from these, two wrong ideas hardly ever make the same one.
WIDE = {"low": -20, "high": 21}


def torchs_shape(images, out_channels, kernel_size, stride=1, padding=0):
    """What torch's own convolution makes of a shape, tried along one axis at a time."""
    batch, _, *sides = images
    pairs = (setting if isinstance(setting, tuple) else (setting, setting) for setting in (kernel_size, stride, padding))
    return (batch, out_channels, *map(torchs_length, sides, *pairs))


def torchs_length(side, kernel, stride, padding):
    image, weight = torch.zeros(1, 1, side), torch.zeros(1, 1, kernel)
    return nn.functional.conv1d(image, weight, stride=stride, padding=padding).shape[-1]


def torchs_convolution(images, weight, bias, **settings):
    """Torch's own convolution, in float64: exact for whole numbers, whichever algorithm it takes."""
    exact = nn.functional.conv2d(images.double(), weight.double(), bias.double(), **settings)
    return exact.round().to(images.dtype)


def side(stops, kernel, stride, padding, rest):
    """The length of an image on which the kernel stops so often, and `rest` pixels are left over."""
    return (stops - 1) * stride + kernel + rest - 2 * padding


def draw_window(draw, step=1, border=0, rest=0):
    """A small kernel's height and width, and those of an image on which it stops three to five times each way."""
    while True:
        (kernel_h, kernel_w), (stops_h, stops_w) = draw.sizes(2, low=2, high=5), draw.sizes(2, low=3, high=6)
        height, width = (
            side(stops_h, kernel_h, step, border, rest),
            side(stops_w, kernel_w, step, border, rest),
        )
        if height != width:
            return kernel_h, kernel_w, height, width


def draw_bias(draw, kernels):
    """Biases that are all different, and none of them zero."""
    return torch.tensor(draw.sizes(kernels, low=3, high=15), dtype=torch.float32)


@pytest.mark.points(1, task="conv2d_output_shape")
def test_output_shape_of_drawn_layers(submission, draw):
    """Other layers: pairs, strides that leave pixels over and strides that leave none, and no padding at all."""
    # Numbers that are far apart, one axis that leaves less than half a stride over and one that leaves more: then
    # hardly any two wrong rules give the same shape.
    kernel_size = (draw.integer(7, 10), draw.integer(18, 24))[:: draw.choice([1, -1])]
    border = (draw.integer(4, 6), draw.integer(9, 14))[:: draw.choice([1, -1])]
    (step_h, rest_h), (step_w, rest_w) = draw.choice([((3, 2), (5, 1)), ((5, 1), (3, 2))])
    batch, channels, kernels, stops_h, stops_w = draw.sizes(5, low=20, high=60)
    height = side(stops_h, kernel_size[0], step_h, border[0], rest_h)
    width = side(stops_w, kernel_size[1], step_w, border[1], rest_w)
    images = (batch, channels, height, width)
    layers = [given(images, kernels, kernel_size, stride=(step_h, step_w), padding=border)]

    # Plain numbers, an odd kernel and an even one, where one axis leaves nothing over.
    for kernel in (draw.choice([5, 7]), draw.choice([6, 8])):
        batch, channels, kernels, stops_h, stops_w = draw.sizes(5, low=9, high=20)
        step, pad = draw.integer(3, 5), draw.integer(2, 5)
        images = (batch, channels, side(stops_h, kernel, step, pad, 0), side(stops_w, kernel, step, pad, 1))
        layers.append(given(images, kernels, kernel, step, pad))

    # A batch of one, stride and padding left out.
    channels, kernels, height, width = draw.sizes(4, low=9, high=20)
    kernel_size = tuple(draw.sizes(2, low=2, high=7))
    layers.append(given((1, channels, height, width), kernels, kernel_size))
    for layer, shape in zip(layers, submission.conv2d_output_shape.each(*layers)):
        expect_sizes(shape, torchs_shape(*layer.args, **layer.kwargs))


@pytest.mark.points(1, task="conv2d_output_shape")
def test_output_shape_of_drawn_layers_with_padding_by_name(submission, draw):
    """padding="same" for even and odd kernels and for pairs, and padding="valid"."""
    batch, channels, kernels, height, width = draw.sizes(5, low=9, high=20)
    images, even, odd = (batch, channels, height, width), draw.choice([6, 8]), draw.choice([5, 7, 9])
    shapes = submission.conv2d_output_shape.each(
        given(images, kernels, (odd, even), padding="valid"),
        *(given(images, kernels, size, padding="same") for size in (even, odd, (odd, even), (even, odd))),
    )
    expect_sizes(shapes[0], torchs_shape(images, kernels, (odd, even), padding="valid"))
    for shape in shapes[1:]:
        expect_sizes(shape, (batch, kernels, height, width))


@pytest.mark.points(1, task="conv2d_output_shape")
def test_output_shape_refuses_kernels_that_are_too_large(submission, draw):
    """A kernel that fits exactly stops once; one that is higher or wider raises ValueError."""
    batch, channels, kernels, height, width = draw.sizes(5, low=5, high=12)
    images, border = (batch, channels, height, width), draw.integer(1, 3)
    padded_h, padded_w = height + 2 * border, width + 2 * border
    fitting = submission.conv2d_output_shape.each(
        given(images, kernels, (height, width)), given(images, kernels, (padded_h, padded_w), padding=border)
    )
    for shape in fitting:
        expect_sizes(shape, (batch, kernels, 1, 1))
    too_large = (
        (padded_h + 4, padded_w + 3),
        (padded_h - 1, padded_w + 3),
        (padded_h + 4, padded_w - 1),
        (padded_h + 1, padded_w),
        (padded_h, padded_w + 1),
    )
    refused = submission.conv2d_output_shape.each(
        *(given(images, kernels, kernel_size, padding=border) for kernel_size in too_large),
        given(images, kernels, (height + 1, 2), stride=3),
        given(images, kernels, (2, width + 1), padding="valid"),
    )
    for shape in refused:
        expect_raises(shape, "ValueError")


@pytest.mark.points(1, task="conv2d_weight_shape")
def test_weight_shape_of_drawn_layers(submission, draw):
    """Other numbers of channels, kernels as a pair and as one number."""
    channels, kernels, height, width = draw.sizes(4, low=2, high=12)
    oblong, square = submission.conv2d_weight_shape.each(
        (channels, kernels, (height, width)), (channels, kernels, height)
    )
    expect_sizes(oblong, (kernels, channels, height, width))
    expect_sizes(square, (kernels, channels, height, height))


@pytest.mark.points(1, task="conv2d_parameter_count")
def test_parameters_of_drawn_layers(submission, draw):
    """Other numbers of channels, kernels as a pair and as one number, with bias and without."""
    layers = []
    for bias in (True, False):
        channels, kernels, height, width = draw.sizes(4, low=3, high=12)
        layers += [given(channels, kernels, size, bias=bias) for size in ((height, width), width)]
    for layer, count in zip(layers, submission.conv2d_parameter_count.each(*layers)):
        torchs = nn.Conv2d(*layer.args, **layer.kwargs)
        expect_integer(count, sum(parameter.numel() for parameter in torchs.parameters()))


@pytest.mark.points(1, task="conv2d_pixel")
def test_pixels_of_drawn_layers(submission, draw):
    """Other layers, square kernels and others, one input channel and several: pixels in the middle and at the edge."""
    for channels, kernels, kernel_h, kernel_w in ((3, 5, 2, 4), (4, 2, 3, 3), (1, 3, 4, 2)):
        stops_h, stops_w = draw.sizes(2, low=5, high=9)
        image = draw.whole_numbers(channels, stops_h + kernel_h - 1, stops_w + kernel_w - 1, **WIDE)
        weight = draw.whole_numbers(kernels, channels, kernel_h, kernel_w, **WIDE)
        bias = draw_bias(draw, kernels)
        output = torchs_convolution(image[None], weight, bias)[0]
        middle_h, middle_w = draw.sizes(2, low=2, high=4)
        places = ((1, middle_h, middle_w), (kernels - 1, stops_h - 1, stops_w - 1), (1, 0, 1), (0, 1, 0))
        pixels = submission.conv2d_pixel.each(*((image, weight, bias, *place) for place in places))
        for place, pixel in zip(places, pixels):
            expect_number(pixel, float(output[place]), atol=ROUNDED)
            expect_inputs_kept(pixel)


@pytest.mark.points(1, task="conv2d")
def test_convolution_of_drawn_layers(submission, draw):
    """Other layers with stride 1: several images, kernels that are not square, as many channels out as in."""
    layers = []
    for batch, channels, kernels, kernel_h, kernel_w in ((2, 3, 3, 3, 3), (3, 2, 4, 3, 2), (1, 1, 2, 1, 1)):
        stops_h, stops_w = draw.sizes(2, low=3, high=6)
        images = draw.whole_numbers(batch, channels, stops_h + kernel_h - 1, stops_w + kernel_w - 1)
        weight = draw.whole_numbers(kernels, channels, kernel_h, kernel_w)
        layers.append((images, weight, draw_bias(draw, kernels)))
    for layer, output in zip(layers, submission.conv2d.each(*layers)):
        expect_tensor(output, torchs_convolution(*layer), atol=ROUNDED, axes=AXES)


@pytest.mark.points(1, task="conv2d")
def test_convolution_of_drawn_layers_with_stride_and_padding(submission, draw):
    """Other layers with strides that leave pixels over, with padding, and with both."""
    layers = []
    for step, border, rest in ((3, 2, 2), (2, 0, 1), (1, 1, 0)):
        batch, channels, kernels = draw.sizes(3, low=2, high=5)
        kernel_h, kernel_w, height, width = draw_window(draw, step, border, rest)
        images = draw.whole_numbers(batch, channels, height, width)
        weight = draw.whole_numbers(kernels, channels, kernel_h, kernel_w)
        layers.append(given(images, weight, draw_bias(draw, kernels), stride=step, padding=border))
    for layer, output in zip(layers, submission.conv2d.each(*layers)):
        expect_tensor(output, torchs_convolution(*layer.args, **layer.kwargs), atol=ROUNDED, axes=AXES)


@pytest.mark.points(1, task="conv2d")
def test_convolution_is_written_out(submission, draw):
    """The result is right, the inputs stay as they are, and torch's own convolutions are not called."""
    kernel_h, kernel_w, height, width = draw_window(draw, step=2, border=1, rest=1)
    images, weight = draw.whole_numbers(2, 3, height, width), draw.whole_numbers(4, 3, kernel_h, kernel_w)
    bias = draw_bias(draw, 4)
    output = submission.conv2d.recorded(images, weight, bias, 2, 1)
    expect_tensor(output, torchs_convolution(images, weight, bias, stride=2, padding=1), atol=ROUNDED, axes=AXES)
    expect_inputs_kept(output)
    expect_not_called(output, CONVOLUTIONS)


@functools.cache
def quiz_shapes(quiz):
    """The shape after each layer of the quiz's network, from torch's own layers and one image of the batch."""
    batch, first, second = quiz
    values = torch.zeros(1, 1, 28, 28)
    layers = {
        "conv1": nn.Conv2d(1, first, 5),
        "pool1": nn.MaxPool2d(2),
        "conv2": nn.Conv2d(first, second, 3, padding=1),
        "pool2": nn.MaxPool2d(2),
        "flatten": nn.Flatten(),
    }
    shapes = {}
    for name, layer in layers.items():
        values = layer(values)
        shapes[name] = (batch, *values.shape[1:])
    return shapes | {"linear": (batch, 10)}


@pytest.mark.points(1, task="ANSWERS")
def test_answers_for_the_first_block(submission, quiz):
    """The shapes after conv1 and pool1."""
    expected = quiz_shapes(quiz)
    for layer in ("conv1", "pool1"):
        expect_sizes(submission.ANSWERS[layer], expected[layer])


@pytest.mark.points(1, task="ANSWERS")
def test_answers_for_the_whole_walk(submission, quiz):
    """The shapes after all six layers."""
    for layer, shape in quiz_shapes(quiz).items():
        expect_sizes(submission.ANSWERS[layer], shape)
