"""Misconceptions of a3_conv_shapes: wrong solutions, each with the diagnosis that it earns, and three hints a task.

Single mistakes come before combinations of two, since on simple inputs the second mistake of two does not show.
"""

import itertools
import math

import torch
from torch.nn import functional

from autograder.checks import hints, misconception, why

# --- conv2d_output_shape ---------------------------------------------------------------------------------------------


def pair_of(value):
    """A number for both directions, or a pair: the pair (height, width)."""
    return (value, value) if isinstance(value, int) else tuple(value)


def refuse(size, kernel, zeros):
    """Raise what the task asks for when the kernel does not fit."""
    if kernel > size + 2 * zeros:
        raise ValueError(f"kernel size {kernel} is larger than the padded image {size + 2 * zeros}")


def stops(size, kernel, step, zeros):
    """The right number of stops along one axis."""
    refuse(size, kernel, zeros)
    return 1 + (size + 2 * zeros - kernel) // step


def shape_by(count, input_shape, out_channels, kernel_size, stride=1, padding=0, refusing=True):
    """(N, O, H', W') where `count(size, kernel, step, zeros)` says how often the window stops along an
    axis."""
    batch, _, height, width = input_shape
    if padding == "same":
        return batch, out_channels, height, width
    zeros = pair_of(0 if padding == "valid" else padding)
    sides = list(zip((height, width), pair_of(kernel_size), pair_of(stride), zeros, strict=True))
    for size, kernel, _, border in sides if refusing else ():
        refuse(size, kernel, border)
    return (batch, out_channels, *(count(*axis) for axis in sides))


def unrefused(*layer, **settings):
    """The right shape, and a size of zero or less where the kernel does not fit."""
    return shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros - kernel) // step + 1,
        *layer,
        refusing=False,
        **settings,
    )


@misconception("conv2d_output_shape")
def half_a_kernel_lost_on_each_side(*layer, **settings):
    """You took away half a kernel, rounded down, on each side. That is right for odd kernels only: an even
    kernel has no pixel in its middle."""
    return shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros - 2 * (kernel // 2) - 1) // step + 1,
        *layer,
        **settings,
    )


@misconception("conv2d_output_shape")
def same_taken_as_zero(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took "same" for no padding, which is what "valid" means. "same" pads just so much that height and
    width stay the same."""
    return shape_by(
        stops, input_shape, out_channels, kernel_size, stride, 0 if padding == "same" else padding
    )


@misconception("conv2d_output_shape")
def valid_and_same_exchanged(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """With "valid" your output is as large as the image, and that is what "same" promises. Have the two names changed
    places? "valid": nothing is padded. "same": the size stays the same."""
    exchanged = (
        {"valid": "same", "same": "valid"}.get(padding, padding) if isinstance(padding, str) else padding
    )
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, exchanged)


@misconception("conv2d_output_shape")
def padding_name_taken_for_numbers(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """The padding came as a word, "valid" or "same", and your code took it for a number or a pair. Ask for the two
    words first."""
    zeros = pair_of(padding) if isinstance(padding, int) else (int(padding[0]), int(padding[1]))
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, zeros)


@misconception("conv2d_output_shape")
def valid_taken_for_numbers(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """The padding came as the word "valid", and your code took it for a number or a pair. Ask for both words first:
    "valid" and "same"."""
    if padding == "same":
        return shape_by(stops, input_shape, out_channels, kernel_size, stride, padding)
    return padding_name_taken_for_numbers(input_shape, out_channels, kernel_size, stride, padding)


@misconception("conv2d_output_shape")
def plus_one_forgotten(*layer, **settings):
    """You counted how far the window can travel, but not the place where it starts: there is one more stop
    than there are steps."""
    return shape_by(lambda size, kernel, step, zeros: (size + 2 * zeros - kernel) // step, *layer, **settings)


@misconception("conv2d_output_shape")
def padding_counted_once(*layer, **settings):
    """You added the padding once. It is laid on both sides of the image, so each axis grows by it twice."""
    return shape_by(lambda size, kernel, step, zeros: (size + zeros - kernel) // step + 1, *layer, **settings)


@misconception("conv2d_output_shape")
def padding_ignored(*layer, **settings):
    """The padding seems to be left out: the window moves over the image together with its border of zeros."""
    return shape_by(lambda size, kernel, step, zeros: (size - kernel) // step + 1, *layer, **settings)


@misconception("conv2d_output_shape")
def padding_added_to_the_output(*layer, **settings):
    """You added the padding to the output. It is added to the image, before the window starts to move, and
    the stride counts over it too."""
    return shape_by(
        lambda size, kernel, step, zeros: (size - kernel) // step + 1 + 2 * zeros, *layer, **settings
    )


@misconception("conv2d_output_shape")
def stride_ignored(*layer, **settings):
    """The stride seems to be left out: with stride 2 the window stops at every second place only."""
    return shape_by(lambda size, kernel, step, zeros: size + 2 * zeros - kernel + 1, *layer, **settings)


@misconception("conv2d_output_shape")
def stride_subtracted(*layer, **settings):
    """You subtracted the stride. The window stops at every stride-th place, so the number of places is
    divided."""
    return shape_by(
        lambda size, kernel, step, zeros: size + 2 * zeros - kernel + 2 - step, *layer, **settings
    )


@misconception("conv2d_output_shape")
def rounded_up(*layer, **settings):
    """You rounded up where the stride does not divide evenly. The window never hangs over the edge: pixels
    that are too few for one more stop are not seen."""
    return shape_by(
        lambda size, kernel, step, zeros: math.ceil((size + 2 * zeros - kernel) / step) + 1,
        *layer,
        **settings,
    )


@misconception("conv2d_output_shape")
def rounded_to_nearest(*layer, **settings):
    """You rounded to the nearest whole number. A step that has room for three quarters of itself is still not
    made: only whole steps count."""
    return shape_by(
        lambda size, kernel, step, zeros: round((size + 2 * zeros - kernel) / step) + 1, *layer, **settings
    )


@misconception("conv2d_output_shape")
def true_division(*layer, **settings):
    """Your sizes are not of type int. An image has a whole number of rows: which division counts only whole steps?"""
    return shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros - kernel) / step + 1, *layer, **settings
    )


@misconception("conv2d_output_shape")
def one_added_before_dividing(*layer, **settings):
    """You counted the first stop before you divided by the stride. The stride leaves out places after the
    first one; the first one always stays."""
    return shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros - kernel + 1) // step, *layer, **settings
    )


@misconception("conv2d_output_shape")
def kernel_not_subtracted(*layer, **settings):
    """The size of the kernel seems to play no part. The window stops where its far edge reaches the end of the image,
    so a larger kernel has fewer stops."""
    return shape_by(lambda size, kernel, step, zeros: (size + 2 * zeros - 1) // step + 1, *layer, **settings)


@misconception("conv2d_output_shape")
def half_a_kernel_lost(*layer, **settings):
    """You took away half a kernel in all. Think of the window's middle: it keeps its distance from both edges, not
    from one."""
    return shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros - kernel // 2 - 1) // step + 1, *layer, **settings
    )


@misconception("conv2d_output_shape")
def tiled_by_the_kernel(*layer, **settings):
    """You laid the windows side by side like tiles. That is what pooling does by default; a convolution moves
    by its stride, and neighbouring windows overlap."""
    return shape_by(lambda size, kernel, step, zeros: (size + 2 * zeros) // kernel, *layer, **settings)


@misconception("conv2d_output_shape")
def kernel_stretched_by_the_stride(*layer, **settings):
    """You took away the kernel after dividing by the stride. The stride moves the window, it does not shrink
    the image: first see how far the window can travel, then divide into steps."""
    return shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros) // step - kernel + 1, *layer, **settings
    )


def but_for_same(change, *layer, **settings):
    """The right shape, changed: but not where the padding is "same", which most answer before they count anything."""
    shape = shape_by(stops, *layer, **settings)
    return shape if "same" in (*layer[4:], settings.get("padding")) else change(*shape)


@misconception("conv2d_output_shape")
def height_and_width_swapped(*layer, **settings):
    """Height and width have changed places. The order stays (N, C, H, W): rows first, then columns."""
    return but_for_same(lambda batch, kernels, height, width: (batch, kernels, width, height), *layer, **settings)


@misconception("conv2d_output_shape")
def image_read_as_width_and_height(input_shape, *layer, **settings):
    """You read the shape of the images as (N, C, W, H). It is (N, C, H, W): rows first, then columns."""
    batch, channels, height, width = input_shape
    return shape_by(stops, (batch, channels, width, height), *layer, **settings)


@misconception("conv2d_output_shape")
def kernel_pair_swapped(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took the kernel's pair as (width, height). Every pair in torch is (height, width)."""
    return shape_by(stops, input_shape, out_channels, pair_of(kernel_size)[::-1], stride, padding)


@misconception("conv2d_output_shape")
def stride_pair_swapped(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took the stride's pair as (width, height). Every pair in torch is (height, width)."""
    return shape_by(stops, input_shape, out_channels, kernel_size, pair_of(stride)[::-1], padding)


@misconception("conv2d_output_shape")
def padding_pair_swapped(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took the padding's pair as (width, height). Every pair in torch is (height, width)."""
    swapped = padding if isinstance(padding, str) else pair_of(padding)[::-1]
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, swapped)


@misconception("conv2d_output_shape")
def all_pairs_swapped(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took the pairs as (width, height). Every pair in torch is (height, width), in the order of the
    image's axes."""
    swapped = padding if isinstance(padding, str) else pair_of(padding)[::-1]
    return shape_by(
        stops, input_shape, out_channels, pair_of(kernel_size)[::-1], pair_of(stride)[::-1], swapped
    )


@misconception("conv2d_output_shape")
def first_of_each_pair_used_twice(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You used the first number of each pair for both directions. The second one is for the width."""
    once = padding if isinstance(padding, str) else pair_of(padding)[0]
    return shape_by(stops, input_shape, out_channels, pair_of(kernel_size)[0], pair_of(stride)[0], once)


@misconception("conv2d_output_shape")
def square_images_only(*layer, **settings):
    """Your height is right, and your width is the height once more. Images need not be square: count the
    stops across with the numbers for the width."""
    return but_for_same(lambda batch, kernels, height, _: (batch, kernels, height, height), *layer, **settings)


@misconception("conv2d_output_shape")
def channels_read_last(input_shape, out_channels, *layer, **settings):
    """You read the input as (N, H, W, C), as files have it. Torch's convolutions work on (N, C, H, W)."""
    batch, height, width, channels = input_shape
    _, kernels, new_height, new_width = shape_by(
        lambda size, kernel, step, zeros: (size + 2 * zeros - kernel) // step + 1,
        (batch, channels, height, width),
        out_channels,
        *layer,
        refusing=False,
        **settings,
    )
    return batch, new_height, new_width, kernels


@misconception("conv2d_output_shape")
def channels_returned_last(*layer, **settings):
    """All four sizes are right, but the channels stand at the end. Torch keeps (N, C, H, W) for the output as
    well."""
    return but_for_same(lambda batch, kernels, height, width: (batch, height, width, kernels), *layer, **settings)


@misconception("conv2d_output_shape")
def input_channels_kept(input_shape, *layer, **settings):
    """You kept the number of input channels. Each kernel sums over all of them and makes one output channel: there
    are as many as there are kernels."""
    return but_for_same(
        lambda batch, _, height, width: (batch, input_shape[1], height, width), input_shape, *layer, **settings
    )


@misconception("conv2d_output_shape")
def channels_multiplied(input_shape, *layer, **settings):
    """You multiplied the input channels by the output channels. The input channels are added up inside each
    kernel and leave no trace in the shape."""
    return but_for_same(
        lambda batch, kernels, *sides: (batch, kernels * input_shape[1], *sides), input_shape, *layer, **settings
    )


@misconception("conv2d_output_shape")
def batch_dropped(*layer, **settings):
    """The batch is missing. A convolution treats every image of the batch alike and keeps their number in
    front."""
    return but_for_same(lambda _, *rest: tuple(rest), *layer, **settings)


@misconception("conv2d_output_shape")
def batch_taken_as_one(*layer, **settings):
    """You return a batch of one. However many images come in, as many come out."""
    return but_for_same(lambda _, *rest: (1, *rest), *layer, **settings)


@misconception("conv2d_output_shape")
def only_height_and_width(*layer, **settings):
    """Height and width are right, but the task asks for the whole shape, with the batch and the channels in
    front."""
    return but_for_same(lambda _batch, _kernels, *sides: tuple(sides), *layer, **settings)


@misconception("conv2d_output_shape")
def same_taken_as_one(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took "same" for a padding of 1. That keeps the size for a 3 x 3 kernel only; a larger kernel needs
    more."""
    return shape_by(
        stops, input_shape, out_channels, kernel_size, stride, 1 if padding == "same" else padding
    )


@misconception("conv2d_output_shape")
def same_grows_for_even_kernels(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """With "same" and an even kernel your output is larger than the image. An even kernel needs an odd number
    of zeros in all, so the two sides cannot get equally many."""
    half = tuple(kernel // 2 for kernel in pair_of(kernel_size))
    return shape_by(
        stops, input_shape, out_channels, kernel_size, stride, half if padding == "same" else padding
    )


@misconception("conv2d_output_shape")
def same_shrinks_for_even_kernels(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """With "same" and an even kernel your output is smaller than the image. An even kernel needs an odd
    number of zeros in all, so the two sides cannot get equally many."""
    half = tuple((kernel - 1) // 2 for kernel in pair_of(kernel_size))
    return shape_by(
        stops, input_shape, out_channels, kernel_size, stride, half if padding == "same" else padding
    )


@misconception("conv2d_output_shape")
def same_keeps_the_channels(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """With "same" you gave back the shape that came. Height and width stay the same, but not the channels: a convolution
    makes out_channels of them."""
    if padding == "same":
        return tuple(input_shape)
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, padding)


@misconception("conv2d_output_shape")
def sides_one_axis_too_early(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took axes 1 and 2 for height and width. Count along (N, C, H, W) from 0: which axes are these two?"""
    batch, height, width, _ = input_shape
    return unrefused((batch, 0, height, width), out_channels, kernel_size, stride, padding)


@misconception("conv2d_output_shape")
def same_pads_by_the_kernel(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You took "same" for a padding as large as the kernel. How many pixels does the window cost without
    padding? Just so many have to be given back, by both sides together."""
    whole = pair_of(kernel_size) if padding == "same" else padding
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, whole)


@misconception("conv2d_output_shape")
def large_kernel_not_refused(*layer, **settings):
    """A kernel larger than the padded image gets a shape of zero or fewer pixels from you. It cannot stop
    anywhere: the task asks for a ValueError."""
    return unrefused(*layer, **settings)


@misconception("conv2d_output_shape")
def large_kernel_stops_never(*layer, **settings):
    """A kernel larger than the padded image gets a size of 0 from you. Such a layer cannot be built: the task
    asks for a ValueError."""
    return shape_by(
        lambda size, kernel, step, zeros: max((size + 2 * zeros - kernel) // step + 1, 0),
        *layer,
        refusing=False,
        **settings,
    )


@misconception("conv2d_output_shape")
def large_kernel_stops_once(*layer, **settings):
    """A kernel larger than the padded image gets one stop from you. It does not fit even once: the task asks
    for a ValueError."""
    return shape_by(
        lambda size, kernel, step, zeros: max((size + 2 * zeros - kernel) // step + 1, 1),
        *layer,
        refusing=False,
        **settings,
    )


@misconception("conv2d_output_shape")
def refused_for_height_only(*layer, **settings):
    """A kernel that is too wide gets through. Do you refuse it only where it is too high, or only where it is both? One
    of the two is enough: it then fits nowhere."""
    batch, kernels, height, width = unrefused(*layer, **settings)
    if height < 1:
        raise ValueError("kernel size is larger than the padded image")
    return batch, kernels, height, width


@misconception("conv2d_output_shape")
def refused_for_width_only(*layer, **settings):
    """A kernel that is too high gets through. Do you refuse it only where it is too wide, or only where it is both? One
    of the two is enough: it then fits nowhere."""
    batch, kernels, height, width = unrefused(*layer, **settings)
    if width < 1:
        raise ValueError("kernel size is larger than the padded image")
    return batch, kernels, height, width


@misconception("conv2d_output_shape")
def refused_without_the_padding(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You refuse kernels that are larger than the bare image. The window moves over the padded image, so that
    is what it has to fit into."""
    sides = zip(input_shape[2:], pair_of(kernel_size), strict=True)
    if padding != "same" and any(kernel > size for size, kernel in sides):
        raise ValueError("kernel size is larger than the image")
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, padding)


@misconception("conv2d_output_shape")
def exact_fit_refused(input_shape, out_channels, kernel_size, stride=1, padding=0):
    """You refuse a kernel that is just as large as the padded image. It fits exactly, and stops once."""
    zeros = pair_of(0 if isinstance(padding, str) else padding)
    sides = zip(input_shape[2:], pair_of(kernel_size), zeros, strict=True)
    if padding != "same" and any(kernel >= size + 2 * border for size, kernel, border in sides):
        raise ValueError("kernel size is larger than the padded image")
    return shape_by(stops, input_shape, out_channels, kernel_size, stride, padding)


@misconception("conv2d_output_shape")
def plus_one_forgotten_and_padding_once(*layer, **settings):
    """Two things at once: the padding is laid on both sides, so it counts twice; and the place where the
    window starts is a stop as well."""
    return shape_by(lambda size, kernel, step, zeros: (size + zeros - kernel) // step, *layer, **settings)


@misconception("conv2d_output_shape")
def plus_one_forgotten_and_rounded_up(*layer, **settings):
    """You rounded up instead of counting the first stop. Often that gives the same size, but not where
    the stride divides evenly."""
    return shape_by(
        lambda size, kernel, step, zeros: math.ceil((size + 2 * zeros - kernel) / step), *layer, **settings
    )


@misconception("conv2d_output_shape")
def padding_once_and_rounded_up(*layer, **settings):
    """Two things at once: the padding is laid on both sides, so it counts twice; and steps that do not fit
    whole are not made."""
    return shape_by(
        lambda size, kernel, step, zeros: math.ceil((size + zeros - kernel) / step) + 1, *layer, **settings
    )


@misconception("conv2d_output_shape")
def stride_and_padding_ignored(*layer, **settings):
    """Stride and padding seem to be left out: the padding makes the image larger before the window starts,
    and the stride leaves out places."""
    return shape_by(lambda size, kernel, step, zeros: size - kernel + 1, *layer, **settings)


@misconception("conv2d_output_shape")
def stride_ignored_and_padding_once(*layer, **settings):
    """Two things at once: the stride is left out; and the padding, which is laid on both sides, counts only
    once."""
    return shape_by(lambda size, kernel, step, zeros: size + zeros - kernel + 1, *layer, **settings)


@misconception("conv2d_output_shape")
def plus_one_forgotten_and_padding_ignored(*layer, **settings):
    """Two things at once: the padding is left out; and the place where the window starts is a stop as
    well."""
    return shape_by(lambda size, kernel, step, zeros: (size - kernel) // step, *layer, **settings)


hints(
    "conv2d_output_shape",
    "Draw a row of ten pixels and slide a window of three over it. At how many places can it stop?",
    "How far can the window travel from its first stop to its last? The stride cuts this way into steps; a step for "
    "which there is no room is not made. How many stops belong to so many steps?",
    "Do height and width apart, each with its own size, kernel, stride and padding: first the image grows by the "
    'padding on both of its sides, then count. "same" needs no counting at all: what does its name promise?',
)

why(
    "conv2d_output_shape",
    "The window stops once where it begins, and once more after each step that there is room for: that is all "
    "of the formula.",
)


# --- conv2d_weight_shape ---------------------------------------------------------------------------------------------


@misconception("conv2d_weight_shape")
def weight_in_and_out_swapped(in_channels, out_channels, kernel_size):
    """You put the input channels first, as in the call of the layer. The weight is a stack of kernels: its
    first axis says which kernel, and there is one for each output channel."""
    return (in_channels, out_channels, *pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_pair_swapped(in_channels, out_channels, kernel_size):
    """You took the kernel's pair as (width, height). Every pair in torch is (height, width)."""
    return (out_channels, in_channels, *pair_of(kernel_size)[::-1])


@misconception("conv2d_weight_shape")
def weight_channels_last(in_channels, out_channels, kernel_size):
    """You put the input channels at the end. As in the images, they stand before height and width."""
    return (out_channels, *pair_of(kernel_size), in_channels)


@misconception("conv2d_weight_shape")
def weight_as_tensorflow_stores_it(in_channels, out_channels, kernel_size):
    """That is the order in which TensorFlow stores kernels, with the channels at the end. Torch puts the
    channels in front, as in its images."""
    return (*pair_of(kernel_size), in_channels, out_channels)


@misconception("conv2d_weight_shape")
def weight_window_first(in_channels, out_channels, kernel_size):
    """You put height and width of the window in front. Torch's order goes from the large to the small: which
    kernel, which sheet of it, which row, which column."""
    return (*pair_of(kernel_size), out_channels, in_channels)


@misconception("conv2d_weight_shape")
def weight_one_sheet_a_kernel(in_channels, out_channels, kernel_size):
    """You gave each kernel a single sheet for all input channels. A kernel weighs red, green and blue
    differently: it has a sheet for each."""
    return (out_channels, *pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_one_channel_deep(in_channels, out_channels, kernel_size):
    """Your kernels are one channel deep. A kernel looks through all input channels at once, with a sheet for
    each."""
    return (out_channels, 1, *pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_of_one_kernel(in_channels, out_channels, kernel_size):
    """That is a single kernel. The layer has one for each output channel, and stores them all in one
    tensor."""
    return (in_channels, *pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_of_one_output(in_channels, out_channels, kernel_size):
    """That is a layer with a single output channel. Each output channel has a kernel of its own."""
    return (1, in_channels, *pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_without_channels(in_channels, out_channels, kernel_size):
    """That is one sheet. Count in the picture: how many sheets has a kernel, and how many kernels are
    there?"""
    return pair_of(kernel_size)


@misconception("conv2d_weight_shape")
def weight_channels_multiplied(in_channels, out_channels, kernel_size):
    """You laid all sheets of all kernels on one stack. Torch keeps them apart: one axis says which kernel,
    another one which sheet of it."""
    return (out_channels * in_channels, *pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_kernel_flattened(in_channels, out_channels, kernel_size):
    """You wrote the window as one long row. Torch keeps its rows and columns as two axes."""
    return (out_channels, in_channels, math.prod(pair_of(kernel_size)))


@misconception("conv2d_weight_shape")
def weight_kernel_size_once(in_channels, out_channels, kernel_size):
    """You wrote down the kernel size as it came. One number stands for a height and a width, a pair for its
    two numbers: the weight has four axes in either case."""
    return (out_channels, in_channels, kernel_size)


@misconception("conv2d_weight_shape")
def weight_pair_in_each_place(in_channels, out_channels, kernel_size):
    """You wrote kernel_size twice, and a pair holds both numbers already: then the shape has pairs in it. Take the pair
    apart first; of one number, make a pair."""
    return out_channels, in_channels, kernel_size, kernel_size


@misconception("conv2d_weight_shape")
def weight_square_kernels_only(in_channels, out_channels, kernel_size):
    """You used the first number of the pair for both directions. The second one is the width of the
    window."""
    return (out_channels, in_channels, pair_of(kernel_size)[0], pair_of(kernel_size)[0])


@misconception("conv2d_weight_shape")
def weight_counted(in_channels, out_channels, kernel_size):
    """You multiplied the sizes. That is the number of weights, the subject of the next task; here the shape
    is asked for."""
    return out_channels * in_channels * math.prod(pair_of(kernel_size))


@misconception("conv2d_weight_shape")
def weight_swapped_twice(in_channels, out_channels, kernel_size):
    """Two things at once: the input and output channels have changed places, and so have height and width."""
    return (in_channels, out_channels, *pair_of(kernel_size)[::-1])


hints(
    "conv2d_weight_shape",
    "Look at the middle of the lecture's picture: how many kernels are there, and what is one kernel made of?",
    "A tensor's first axis is the coarsest choice. Which would you ask first: which kernel, or which of its sheets?",
    "weight[0] is everything that is needed for the first output channel. What shape must that be? And how many of "
    "those are stacked?",
)

why(
    "conv2d_weight_shape",
    "One kernel makes one output channel, and to make it, it has a sheet for every input channel.",
)


# --- conv2d_parameter_count ------------------------------------------------------------------------------------------


def weights_in(in_channels, out_channels, kernel_size):
    """The right number of weights."""
    return in_channels * out_channels * math.prod(pair_of(kernel_size))


@misconception("conv2d_parameter_count")
def count_bias_forgotten(in_channels, out_channels, kernel_size, bias=True):
    """You counted the weights and forgot the biases."""
    return weights_in(in_channels, out_channels, kernel_size)


@misconception("conv2d_parameter_count")
def count_one_bias_in_all(in_channels, out_channels, kernel_size, bias=True):
    """You counted one bias for the whole layer. Each output channel has one of its own."""
    return weights_in(in_channels, out_channels, kernel_size) + int(bias)


@misconception("conv2d_parameter_count")
def count_bias_for_each_weight(in_channels, out_channels, kernel_size, bias=True):
    """Your number is twice the number of weights, as if each weight had a bias. A bias is added once for each output
    channel, after all products of a window have been summed."""
    return weights_in(in_channels, out_channels, kernel_size) * (1 + bias)


@misconception("conv2d_parameter_count")
def count_bias_for_each_sheet(in_channels, out_channels, kernel_size, bias=True):
    """You counted a bias for each sheet of each kernel. The sheets of a kernel are summed first, and then one
    bias is added."""
    return weights_in(in_channels, out_channels, kernel_size) + in_channels * out_channels * bias


@misconception("conv2d_parameter_count")
def count_bias_for_each_input_channel(in_channels, out_channels, kernel_size, bias=True):
    """You counted a bias for each input channel. The bias is added to what comes out."""
    return weights_in(in_channels, out_channels, kernel_size) + in_channels * bias


@misconception("conv2d_parameter_count")
def count_bias_for_all_channels(in_channels, out_channels, kernel_size, bias=True):
    """You counted biases for the input channels and for the output channels. Only what comes out gets a
    bias."""
    return weights_in(in_channels, out_channels, kernel_size) + (in_channels + out_channels) * bias


@misconception("conv2d_parameter_count")
def count_bias_for_each_place_in_the_window(in_channels, out_channels, kernel_size, bias=True):
    """You counted a bias for each place in the window. A whole window, summed over all its places, gets
    one."""
    return (
        weights_in(in_channels, out_channels, kernel_size)
        + out_channels * math.prod(pair_of(kernel_size)) * bias
    )


@misconception("conv2d_parameter_count")
def count_bias_always(in_channels, out_channels, kernel_size, bias=True):
    """You count the biases even where the layer has none: bias=False."""
    return weights_in(in_channels, out_channels, kernel_size) + out_channels


@misconception("conv2d_parameter_count")
def count_one_sheet_a_kernel(in_channels, out_channels, kernel_size, bias=True):
    """You counted one sheet for each kernel. A kernel has a sheet for each input channel."""
    return weights_in(1, out_channels, kernel_size) + out_channels * bias


@misconception("conv2d_parameter_count")
def count_one_kernel(in_channels, out_channels, kernel_size, bias=True):
    """You counted the weights of a single kernel. Each output channel has a kernel of its own."""
    return weights_in(in_channels, 1, kernel_size) + out_channels * bias


@misconception("conv2d_parameter_count")
def count_one_output_channel(in_channels, out_channels, kernel_size, bias=True):
    """You counted what one output channel needs, its kernel and its bias. There are several output
    channels."""
    return weights_in(in_channels, 1, kernel_size) + int(bias)


@misconception("conv2d_parameter_count")
def count_one_sheet_in_all(in_channels, out_channels, kernel_size, bias=True):
    """You counted the weights of one sheet. Each kernel has a sheet for each input channel, and each output
    channel has a kernel."""
    return weights_in(1, 1, kernel_size) + out_channels * bias


@misconception("conv2d_parameter_count")
def count_channels_added(in_channels, out_channels, kernel_size, bias=True):
    """You added the input and output channels. Every output channel looks at every input channel: how many
    sheets are that?"""
    return (in_channels + out_channels) * math.prod(pair_of(kernel_size)) + out_channels * bias


@misconception("conv2d_parameter_count")
def count_kernel_side_once(in_channels, out_channels, kernel_size, bias=True):
    """You counted one side of the window. A kernel size of 5 is a window of 5 rows with 5 weights each."""
    return in_channels * out_channels * pair_of(kernel_size)[0] + out_channels * bias


@misconception("conv2d_parameter_count")
def count_kernel_sides_added(in_channels, out_channels, kernel_size, bias=True):
    """You added height and width of the window. How many places has a window of so many rows and columns?"""
    return in_channels * out_channels * sum(pair_of(kernel_size)) + out_channels * bias


@misconception("conv2d_parameter_count")
def count_square_kernels_only(in_channels, out_channels, kernel_size, bias=True):
    """You took the first number of the pair for both sides of the window. The second one is its width."""
    return weights_in(in_channels, out_channels, pair_of(kernel_size)[0]) + out_channels * bias


@misconception("conv2d_parameter_count")
def count_window_ignored(in_channels, out_channels, kernel_size, bias=True):
    """You counted as for a Linear layer, one weight from each input channel to each output channel. Here it
    is a whole window of weights."""
    return in_channels * out_channels + out_channels * bias


@misconception("conv2d_parameter_count")
def count_bias_multiplied(in_channels, out_channels, kernel_size, bias=True):
    """You multiplied the bias in: the biases are numbers beside the weights, so they are added."""
    return weights_in(in_channels, out_channels, kernel_size) * (out_channels if bias else 1)


@misconception("conv2d_parameter_count")
def count_one_bias_and_one_sheet(in_channels, out_channels, kernel_size, bias=True):
    """Two things at once: a kernel has a sheet for each input channel, and each output channel has a bias of
    its own."""
    return weights_in(1, out_channels, kernel_size) + int(bias)


@misconception("conv2d_parameter_count")
def count_one_sheet_and_no_bias(in_channels, out_channels, kernel_size, bias=True):
    """Two things at once: a kernel has a sheet for each input channel, and the biases are missing."""
    return weights_in(1, out_channels, kernel_size)


@misconception("conv2d_parameter_count")
def count_one_kernel_and_no_bias(in_channels, out_channels, kernel_size, bias=True):
    """Two things at once: each output channel has a kernel of its own, and the biases are missing."""
    return weights_in(in_channels, 1, kernel_size)


@misconception("conv2d_parameter_count")
def count_kernel_side_once_and_no_bias(in_channels, out_channels, kernel_size, bias=True):
    """Two things at once: a window has as many weights as rows times columns, and the biases are missing."""
    return in_channels * out_channels * pair_of(kernel_size)[0]


hints(
    "conv2d_parameter_count",
    "Count in the lecture's picture: the places of one sheet, the sheets of one kernel, the kernels of the layer.",
    "The shape of the weight tells how many weights there are. The biases have a tensor of their own.",
    "When is the bias added: to each product, to each sheet, or once everything in the window is summed? So how many "
    "are needed for each output channel?",
)

why(
    "conv2d_parameter_count",
    "The size of the image does not occur in the count: one kernel serves every stop, so a stamp and a poster "
    "need equally many weights.",
)


# --- conv2d_pixel ----------------------------------------------------------------------------------------------------


def window_at(image, weight, row, col):
    """What the window sees when its corner stands at (row, col): (C, kH, kW)."""
    return image[:, row : row + weight.shape[2], col : col + weight.shape[3]]


@misconception("conv2d_pixel")
def pixel_kernel_flipped(image, weight, bias, channel, row, col):
    """You turned the kernel round, as the convolution of mathematics does. Torch lays it on the window as it
    is: the top left weight meets the top left pixel."""
    return (window_at(image, weight, row, col) * weight[channel].flip(1, 2)).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_bias_forgotten(image, weight, bias, channel, row, col):
    """The bias is missing: it is added once, when the products are summed."""
    return (window_at(image, weight, row, col) * weight[channel]).sum()


@misconception("conv2d_pixel")
def pixel_bias_of_the_first_channel(image, weight, bias, channel, row, col):
    """You added the first bias, whatever the channel. Each output channel has a bias of its own."""
    return (window_at(image, weight, row, col) * weight[channel]).sum() + bias[0]


@misconception("conv2d_pixel")
def pixel_biases_summed(image, weight, bias, channel, row, col):
    """You added the biases of all output channels. Only the one of this channel belongs to this pixel."""
    return (window_at(image, weight, row, col) * weight[channel]).sum() + bias.sum()


@misconception("conv2d_pixel")
def pixel_with_every_bias(image, weight, bias, channel, row, col):
    """You added the whole bias tensor, so you return a number for each output channel. Only the bias of this
    channel belongs to this pixel."""
    return (window_at(image, weight, row, col) * weight[channel]).sum() + bias


@misconception("conv2d_pixel")
def pixel_bias_for_each_input_channel(image, weight, bias, channel, row, col):
    """You added the bias once for each input channel. The input channels are summed first, and then it is
    added once."""
    return (window_at(image, weight, row, col) * weight[channel]).sum() + image.shape[0] * bias[channel]


@misconception("conv2d_pixel")
def pixel_bias_for_each_weight(image, weight, bias, channel, row, col):
    """You added the bias to every product. It is added once, when all products of the window are summed."""
    return (window_at(image, weight, row, col) * weight[channel] + bias[channel]).sum()


@misconception("conv2d_pixel")
def pixel_bias_subtracted(image, weight, bias, channel, row, col):
    """The bias has the wrong sign: it is added."""
    return (window_at(image, weight, row, col) * weight[channel]).sum() - bias[channel]


@misconception("conv2d_pixel")
def pixel_row_and_col_swapped(image, weight, bias, channel, row, col):
    """Row and column have changed places. An image is (C, H, W): the first of the two counts rows,
    downwards."""
    return (window_at(image, weight, col, row) * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_window_on_its_side(image, weight, bias, channel, row, col):
    """Rows and columns have changed places where you cut the window out of the image: an image is (C, H, W), so rows come
    first, with the height of the kernel."""
    _, _, height, width = weight.shape
    window = image[:, col : col + width, row : row + height]
    return (window * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_from_the_channel_of_that_number(image, weight, bias, channel, row, col):
    """You took `channel` for a channel of the image: it is one of the output. Each output channel looks at all channels of
    the image, each through its own sheet of the kernel."""
    return (window_at(image, weight, row, col)[channel] * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_kernel_transposed(image, weight, bias, channel, row, col):
    """Rows and columns of the kernel have changed places. It is (O, C, kH, kW): rows first, as in the
    image."""
    turned = weight.transpose(2, 3)
    return (window_at(image, turned, row, col) * turned[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_window_centred(image, weight, bias, channel, row, col):
    """You laid the middle of the window on (row, col). Without padding it is the top left corner that stands
    there: output pixel (0, 0) belongs to the window in the corner of the image."""
    top, left = row - weight.shape[2] // 2, col - weight.shape[3] // 2
    return (window_at(image, weight, top, left) * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_window_centred_on_odd_kernels(image, weight, bias, channel, row, col):
    """You laid the middle of the window on (row, col). Without padding it is the top left corner that stands
    there: output pixel (0, 0) belongs to the window in the corner of the image."""
    down, right = weight.shape[2] // 2, weight.shape[3] // 2
    window = image[:, row - down : row + down + 1, col - right : col + right + 1]
    return (window * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_slice_ends_at_the_size(image, weight, bias, channel, row, col):
    """You cut the window from row to the kernel's height, and from col to its width. The second number of a slice says
    where it ends, not how long it is."""
    return (image[:, row : weight.shape[2], col : weight.shape[3]] * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_kernel_as_high_as_wide(image, weight, bias, channel, row, col):
    """Your window is as high as the kernel is wide. A kernel has a height and a width, and they can differ: they are two
    axes of the weight."""
    side = weight.shape[3]
    return (image[:, row : row + side, col : col + side] * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_kernel_as_wide_as_high(image, weight, bias, channel, row, col):
    """Your window is as wide as the kernel is high. A kernel has a height and a width, and they can differ: they are two
    axes of the weight."""
    side = weight.shape[2]
    return (image[:, row : row + side, col : col + side] * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_kernel_as_wide_as_high_in_a_loop(image, weight, bias, channel, row, col):
    """You go as far to the right as the kernel is high. A kernel has a height and a width, and they can differ: they are
    two axes of the weight."""
    side = weight.shape[2]
    return (image[:, row : row + side, col : col + side] * weight[channel, :, :, :side]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_kernel_as_high_as_wide_in_a_loop(image, weight, bias, channel, row, col):
    """You go as far down as the kernel is wide. A kernel has a height and a width, and they can differ: they are two axes
    of the weight."""
    side = weight.shape[3]
    pixels = ((i, j) for i in range(side) for j in range(side))
    return sum((image[:, row + i, col + j] * weight[channel, :, i, j]).sum() for i, j in pixels) + bias[channel]


@misconception("conv2d_pixel")
def pixel_with_all_kernels(image, weight, bias, channel, row, col):
    """You multiplied the window by the kernels of all output channels. This pixel belongs to one output channel:
    `channel` says which kernel is its own."""
    return (window_at(image, weight, row, col) * weight).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_last_product_only(image, weight, bias, channel, row, col):
    """Only the last of the products is in your result. Perhaps each one replaces the sum of those before it, instead
    of being added to it."""
    return window_at(image, weight, row, col)[-1, -1, -1] * weight[channel, -1, -1, -1] + bias[channel]


@misconception("conv2d_pixel")
def pixel_window_ends_there(image, weight, bias, channel, row, col):
    """You laid the bottom right corner of the window on (row, col). It is the top left corner that stands
    there."""
    top, left = row - weight.shape[2] + 1, col - weight.shape[3] + 1
    return (window_at(image, weight, top, left) * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_counted_from_one(image, weight, bias, channel, row, col):
    """Your window stands one row too high and one column too far to the left. Rows and columns count from 0,
    so nothing has to be taken off."""
    return (window_at(image, weight, row - 1, col - 1) * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_window_one_too_far(image, weight, bias, channel, row, col):
    """Your window stands one row too low and one column too far to the right. Its corner stands on (row, col)
    itself."""
    return (window_at(image, weight, row + 1, col + 1) * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_windows_side_by_side(image, weight, bias, channel, row, col):
    """You laid the windows side by side, each starting where the last one ends. With stride 1 the next window
    starts one pixel further, and they overlap."""
    top, left = row * weight.shape[2], col * weight.shape[3]
    return (window_at(image, weight, top, left) * weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_last_row_and_column_missed(image, weight, bias, channel, row, col):
    """You left out the last row and the last column of the window. A range, or a slice, already stops before
    its end."""
    products = window_at(image, weight, row, col) * weight[channel]
    return products[:, :-1, :-1].sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_without_a_window(image, weight, bias, channel, row, col):
    """You used the pixel at (row, col) alone. The window covers as many rows and columns as the kernel
    has."""
    return (image[:, row, col] * weight[channel, :, 0, 0]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_products_not_summed(image, weight, bias, channel, row, col):
    """You gave back all the products. One output pixel is one number: the sum of them, and the bias."""
    return window_at(image, weight, row, col) * weight[channel] + bias[channel]


@misconception("conv2d_pixel")
def pixel_first_kernel_for_all(image, weight, bias, channel, row, col):
    """You used the first kernel, whatever the channel. Each output channel has a kernel of its own."""
    return (window_at(image, weight, row, col) * weight[0]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_one_sheet_for_all_channels(image, weight, bias, channel, row, col):
    """You used one sheet of the kernel for all input channels. There is a sheet for red, one for green and
    one for blue."""
    return (window_at(image, weight, row, col) * weight[channel, 0]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_channels_not_summed(image, weight, bias, channel, row, col):
    """You return a number for each input channel. They are added up: an output pixel is one number."""
    return (window_at(image, weight, row, col) * weight[channel]).sum(dim=(1, 2)) + bias[channel]


@misconception("conv2d_pixel")
def pixel_first_input_channel_only(image, weight, bias, channel, row, col):
    """You looked at the first input channel only. The window looks through all of them at once."""
    return (window_at(image, weight, row, col)[0] * weight[channel, 0]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_last_input_channel_only(image, weight, bias, channel, row, col):
    """Only the last input channel is in your result. Perhaps each channel replaces the sum of those before
    it, instead of being added to it."""
    return (window_at(image, weight, row, col)[-1] * weight[channel, -1]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_input_channel_of_the_same_number(image, weight, bias, channel, row, col):
    """You used `channel` for the image as well. It is the number of the output channel: its kernel looks
    through all input channels."""
    return (window_at(image, weight, row, col)[channel] * weight[channel, channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_channels_averaged(image, weight, bias, channel, row, col):
    """You averaged over the input channels. They are added up."""
    sheets = (window_at(image, weight, row, col) * weight[channel]).sum(dim=(1, 2))
    return sheets.mean() + bias[channel]


@misconception("conv2d_pixel")
def pixel_averaged(image, weight, bias, channel, row, col):
    """You took the mean of the products. They are added up, without dividing."""
    return (window_at(image, weight, row, col) * weight[channel]).mean() + bias[channel]


@misconception("conv2d_pixel")
def pixel_in_and_out_swapped(image, weight, bias, channel, row, col):
    """You looked for the output channel on the second axis of the weight. The first axis says which kernel,
    the second one which of its sheets."""
    return (window_at(image, weight, row, col) * weight[:, channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_in_and_out_swapped_in_a_loop(image, weight, bias, channel, row, col):
    """An index counts further than its axis is long. The first axis of the weight says which kernel (one for each
    output channel), the second one which of its sheets (one for each input channel). Are the two exchanged?"""
    window = window_at(image, weight, row, col)
    return sum((window[c] * weight[c, channel]).sum() for c in range(image.shape[0])) + bias[channel]


@misconception("conv2d_pixel")
def pixel_matrix_product(image, weight, bias, channel, row, col):
    """You multiplied window and kernel as matrices. Here each weight is multiplied with the one pixel under
    it."""
    return (window_at(image, weight, row, col) @ weight[channel]).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_weights_ignored(image, weight, bias, channel, row, col):
    """You summed the pixels of the window as they are. Each one is multiplied with its weight first."""
    return window_at(image, weight, row, col).sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_of_all_channels(image, weight, bias, channel, row, col):
    """You return the pixel of every output channel. Asked for is the one of `channel`."""
    return (window_at(image, weight, row, col) * weight).sum(dim=(1, 2, 3)) + bias


@misconception("conv2d_pixel")
def pixel_changes_the_image(image, weight, bias, channel, row, col):
    """The number is right, but the image is not what it was. A slice of a tensor is a view: what you add or multiply
    into it in place (+=, *=) lands in the tensor that it was cut from."""
    window = window_at(image, weight, row, col)
    window *= weight[channel]
    return window.sum() + bias[channel]


@misconception("conv2d_pixel")
def pixel_changes_the_bias(image, weight, bias, channel, row, col):
    """The number is right, but the bias is not what it was. Does a sum begin with the bias, or with an entry of it? That
    is no copy: what you add to it in place (+=) lands in the bias. Begin with 0, and add the bias at the end."""
    total = bias[channel]
    total += (window_at(image, weight, row, col) * weight[channel]).sum()
    return total


@misconception("conv2d_pixel")
def pixel_kernel_flipped_and_bias_forgotten(image, weight, bias, channel, row, col):
    """Two things at once: torch does not turn the kernel round, and the bias is missing."""
    return (window_at(image, weight, row, col) * weight[channel].flip(1, 2)).sum()


@misconception("conv2d_pixel")
def pixel_row_and_col_swapped_and_bias_forgotten(image, weight, bias, channel, row, col):
    """Two things at once: row and column have changed places, and the bias is missing."""
    return (window_at(image, weight, col, row) * weight[channel]).sum()


@misconception("conv2d_pixel")
def pixel_one_sheet_and_bias_forgotten(image, weight, bias, channel, row, col):
    """Two things at once: a kernel has a sheet of its own for each input channel, and the bias is missing."""
    return (window_at(image, weight, row, col) * weight[channel, 0]).sum()


@misconception("conv2d_pixel")
def pixel_first_kernel_and_first_bias(image, weight, bias, channel, row, col):
    """You always compute the first output channel. `channel` says which kernel and which bias to use."""
    return (window_at(image, weight, row, col) * weight[0]).sum() + bias[0]


hints(
    "conv2d_pixel",
    "Cut the window out of the image first, and print its shape. Which part of the weight has the same shape?",
    "The window goes through all input channels. So does the kernel of the output channel that is asked for.",
    "Each weight is multiplied with the pixel under it. Add up all the products, then add one number: the bias of this "
    "output channel.",
)

why(
    "conv2d_pixel",
    "One output number looks at its window in all input channels at once: window and kernel have the same "
    "shape, and all their products end in one sum.",
)


# --- conv2d ----------------------------------------------------------------------------------------------------------


def windows_of(images, weight, stride=1, padding=0):
    """All windows: (N, C, H', W', kH, kW)."""
    padded = functional.pad(images, (padding, padding, padding, padding))
    return padded.unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)


def unbiased(images, weight, stride=1, padding=0):
    """The right output before the bias is added."""
    return torch.einsum("nchwij,ocij->nohw", windows_of(images, weight, stride, padding), weight)


def correlate(images, weight, bias, stride=1, padding=0):
    """The right output."""
    return unbiased(images, weight, stride, padding) + bias[:, None, None]


@misconception("conv2d")
def conv_kernel_flipped(images, weight, bias, stride=1, padding=0):
    """You turned the kernel round, as the convolution of mathematics does. Torch lays it on the window as it
    is: the top left weight meets the top left pixel."""
    return correlate(images, weight.flip(2, 3), bias, stride, padding)


@misconception("conv2d")
def conv_kernel_flipped_with_its_channels(images, weight, bias, stride=1, padding=0):
    """You turned the kernel round in all directions, its input channels too. Torch lays it on the window as
    it is."""
    return correlate(images, weight.flip(1, 2, 3), bias, stride, padding)


@misconception("conv2d")
def conv_kernel_transposed(images, weight, bias, stride=1, padding=0):
    """Rows and columns of the kernel have changed places. It is (O, C, kH, kW): rows first, as in the
    image."""
    return correlate(images, weight.transpose(2, 3), bias, stride, padding)


@misconception("conv2d")
def conv_bias_forgotten(images, weight, bias, stride=1, padding=0):
    """The bias is missing: each output channel gets its own, added to all its pixels."""
    return unbiased(images, weight, stride, padding)


@misconception("conv2d")
def conv_first_bias_for_all(images, weight, bias, stride=1, padding=0):
    """You added the first bias to all output channels. Each one has its own."""
    return unbiased(images, weight, stride, padding) + bias[0]


@misconception("conv2d")
def conv_biases_summed(images, weight, bias, stride=1, padding=0):
    """You added all biases to every output channel. Each one gets only its own."""
    return unbiased(images, weight, stride, padding) + bias.sum()


@misconception("conv2d")
def conv_bias_along_the_width(images, weight, bias, stride=1, padding=0):
    """You added the bias as it is, (O,), to (N, O, H', W'). Broadcasting starts at the last axis, so it meets
    the width. It belongs to the axis of the output channels."""
    return unbiased(images, weight, stride, padding) + bias


@misconception("conv2d")
def conv_bias_of_the_image(images, weight, bias, stride=1, padding=0):
    """You took the bias by the number of the image. There is one for each output channel, the same for all images."""
    return unbiased(images, weight, stride, padding) + bias[: len(images), None, None, None]


@misconception("conv2d")
def conv_filled_sideways(images, weight, bias, stride=1, padding=0):
    """You wrote to the output with row and column exchanged. Its axes are (N, O, H', W'): the row comes first."""
    output = correlate(images, weight, bias, stride, padding)
    filled = torch.zeros_like(output)
    for row in range(output.shape[2]):
        for col in range(output.shape[3]):
            filled[:, :, col, row] = output[:, :, row, col]
    return filled


@misconception("conv2d")
def conv_bias_for_each_input_channel(images, weight, bias, stride=1, padding=0):
    """You added the bias once for each input channel. The input channels are summed first, and then it is
    added once."""
    return unbiased(images, weight, stride, padding) + images.shape[1] * bias[:, None, None]


@misconception("conv2d")
def conv_bias_for_each_weight(images, weight, bias, stride=1, padding=0):
    """You added the bias to every product. It is added once, when all products of a window are summed."""
    return unbiased(images, weight, stride, padding) + weight[0].numel() * bias[:, None, None]


@misconception("conv2d")
def conv_bias_subtracted(images, weight, bias, stride=1, padding=0):
    """The bias has the wrong sign: it is added."""
    return unbiased(images, weight, stride, padding) - bias[:, None, None]


@misconception("conv2d")
def conv_stride_ignored(images, weight, bias, stride=1, padding=0):
    """The stride seems to be left out: with stride 2 the window stops at every second place only, down and
    across."""
    return correlate(images, weight, bias, 1, padding)


@misconception("conv2d")
def conv_stride_down_only(images, weight, bias, stride=1, padding=0):
    """You used the stride for the rows only. It holds for both directions."""
    return correlate(images, weight, bias, 1, padding)[:, :, ::stride]


@misconception("conv2d")
def conv_stride_across_only(images, weight, bias, stride=1, padding=0):
    """You used the stride for the columns only. It holds for both directions."""
    return correlate(images, weight, bias, 1, padding)[:, :, :, ::stride]


@misconception("conv2d")
def conv_stride_in_the_shape_only(images, weight, bias, stride=1, padding=0):
    """The shape is right, but your windows still move one pixel at a time. The window of output pixel (1, 0)
    starts a whole stride further down than that of (0, 0)."""
    height, width = unbiased(images, weight, stride, padding).shape[2:]
    return correlate(images, weight, bias, 1, padding)[:, :, :height, :width]


@misconception("conv2d")
def conv_padding_ignored(images, weight, bias, stride=1, padding=0):
    """The padding seems to be left out: lay the zeros round the images before the window starts to move."""
    return correlate(images, weight, bias, stride, 0)


@misconception("conv2d")
def conv_padding_top_left_only(images, weight, bias, stride=1, padding=0):
    """Your output is what zeros above and on the left alone would give. They lie on all four sides, so each axis of the
    image grows by the padding twice: for the window, and in the size of the output too."""
    return correlate(functional.pad(images, (padding, 0, padding, 0)), weight, bias, stride)


@misconception("conv2d")
def conv_padding_bottom_right_only(images, weight, bias, stride=1, padding=0):
    """You padded below and on the right only. The zeros lie on all four sides."""
    return correlate(functional.pad(images, (0, padding, 0, padding)), weight, bias, stride)


@misconception("conv2d")
def conv_padding_left_right_only(images, weight, bias, stride=1, padding=0):
    """You padded on the left and on the right only. The zeros lie above and below as well."""
    return correlate(functional.pad(images, (padding, padding, 0, 0)), weight, bias, stride)


@misconception("conv2d")
def conv_padding_above_below_only(images, weight, bias, stride=1, padding=0):
    """You padded above and below only. The zeros lie on the left and on the right as well."""
    return correlate(functional.pad(images, (0, 0, padding, padding)), weight, bias, stride)


@misconception("conv2d")
def conv_padding_doubled(images, weight, bias, stride=1, padding=0):
    """You laid twice the padding on each side. The number says how many zeros each side gets."""
    return correlate(images, weight, bias, stride, 2 * padding)


@misconception("conv2d")
def conv_padding_with_ones(images, weight, bias, stride=1, padding=0):
    """You padded with ones. Padding adds zeros, which add nothing to any sum."""
    return correlate(functional.pad(images, (padding,) * 4, value=1.0), weight, bias, stride)


@misconception("conv2d")
def conv_padding_with_the_edge(images, weight, bias, stride=1, padding=0):
    """You padded by repeating the pixels at the edge. Here padding adds zeros."""
    return correlate(functional.pad(images, (padding,) * 4, mode="replicate"), weight, bias, stride)


@misconception("conv2d")
def conv_padding_round_the_output(images, weight, bias, stride=1, padding=0):
    """You laid the zeros round the output. They belong round the images, before the window starts to move:
    then it sees the pixels at the edge more often."""
    return functional.pad(correlate(images, weight, bias, stride), (padding,) * 4)


@misconception("conv2d")
def conv_padding_in_the_size_only(images, weight, bias, stride=1, padding=0):
    """Your output is as large as with padding, but its windows are cut from the images as they came, so the last ones
    hang over the edge. Lay the zeros round the images first, and cut from that."""
    output = torch.zeros_like(correlate(images, weight, bias, stride, padding))
    for n, o, i, j in itertools.product(*map(range, output.shape)):
        output[n, o, i, j] = (window_at(images[n], weight, i * stride, j * stride) * weight[o]).sum() + bias[o]
    return output


@misconception("conv2d")
def conv_slice_to_minus_zero(images, weight, bias, stride=1, padding=0):
    """You put the images at padding:-padding. Without padding that is 0:-0, and -0 is 0: an empty slice. Say where the
    image ends by its own size: padding + H."""
    n, c, h, w = images.shape
    padded = torch.zeros(n, c, h + 2 * padding, w + 2 * padding, dtype=images.dtype)
    padded[:, :, padding:-padding, padding:-padding] = images
    return correlate(padded, weight, bias, stride)


@misconception("conv2d")
def conv_last_stop_forgotten(images, weight, bias, stride=1, padding=0):
    """The last row and the last column of the output are missing. The window's last stop is where it touches
    the edge, and a range stops before its end."""
    return correlate(images, weight, bias, stride, padding)[:, :, :-1, :-1]


@misconception("conv2d")
def conv_last_stop_not_worked_out(images, weight, bias, stride=1, padding=0):
    """The last row and the last column of the output are zeros still: your loops stop one place too early. A range stops
    before its end by itself."""
    output = correlate(images, weight, bias, stride, padding)
    output[:, :, -1] = 0
    output[:, :, :, -1] = 0
    return output


@misconception("conv2d")
def conv_first_image_worked_out_only(images, weight, bias, stride=1, padding=0):
    """Only the first image of the batch was worked out; the output of all others is zeros still. Does a return stand
    inside the loop over the images, or is there no such loop?"""
    output = correlate(images, weight, bias, stride, padding)
    output[1:] = 0
    return output


@misconception("conv2d")
def conv_output_as_large_as_the_image(images, weight, bias, stride=1, padding=0):
    """The output is as large as the image, and the places that the window never reaches are zeros. It has a pixel for
    each stop of the window, no more."""
    output = correlate(images, weight, bias, stride, padding)
    larger = torch.zeros(*output.shape[:2], *images.shape[2:], dtype=output.dtype)
    larger[:, :, : output.shape[2], : output.shape[3]] = output
    return larger


@misconception("conv2d")
def conv_stride_in_the_loop_only(images, weight, bias, stride=1, padding=0):
    """The stride stands in the loops over the output, so only some of its places are worked out. It belongs to the
    window: output place (i, j) looks at the input from (i * stride, j * stride) on."""
    shape = correlate(images, weight, bias, stride, padding).shape
    moved_by_one, output = correlate(images, weight, bias, 1, padding), torch.zeros(shape)
    output[:, :, ::stride, ::stride] = moved_by_one[:, :, : shape[2] : stride, : shape[3] : stride]
    return output


@misconception("conv2d")
def conv_stops_kept_apart(images, weight, bias, stride=1, padding=0):
    """Your output has room for every stop that a stride of 1 would make, with zeros where you made none. It has a pixel
    for each stop that is made: the first, the second, the third."""
    every = correlate(images, weight, bias, 1, padding)
    output = torch.zeros_like(every)
    output[:, :, ::stride, ::stride] = every[:, :, ::stride, ::stride]
    return output


@misconception("conv2d")
def conv_padding_on_all_axes(images, weight, bias, stride=1, padding=0):
    """You padded all four axes, the batch and the channels too. Zeros belong round the picture only: on the last two."""
    padded = functional.pad(images, (padding,) * 8)[:, : weight.shape[1]]
    windows = padded.unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)
    return torch.einsum("ncijhw,ochw->noij", windows, weight) + bias[:, None, None]


@misconception("conv2d")
def conv_stops_rounded_up(images, weight, bias, stride=1, padding=0):
    """Your output has a row or a column too many. The window never hangs over the edge: pixels that are too
    few for one more stop are not seen."""
    missing = [
        -(size + 2 * padding - kernel) % stride
        for size, kernel in zip(images.shape[2:], weight.shape[2:], strict=True)
    ]
    hanging = functional.pad(images, (padding, padding + missing[1], padding, padding + missing[0]))
    return correlate(hanging, weight, bias, stride)


@misconception("conv2d")
def conv_first_input_channel_only(images, weight, bias, stride=1, padding=0):
    """You looked at the first input channel only. The window looks through all of them at once."""
    return correlate(images[:, :1], weight[:, :1], bias, stride, padding)


@misconception("conv2d")
def conv_last_input_channel_only(images, weight, bias, stride=1, padding=0):
    """Only the last input channel is in your result. Perhaps each channel replaces the sum of those before
    it, instead of being added to it."""
    return correlate(images[:, -1:], weight[:, -1:], bias, stride, padding)


@misconception("conv2d")
def conv_channels_averaged(images, weight, bias, stride=1, padding=0):
    """You averaged over the input channels. They are added up."""
    return unbiased(images, weight, stride, padding) / images.shape[1] + bias[:, None, None]


@misconception("conv2d")
def conv_products_averaged(images, weight, bias, stride=1, padding=0):
    """You took the mean of the products. They are added up, without dividing."""
    return unbiased(images, weight, stride, padding) / weight[0].numel() + bias[:, None, None]


@misconception("conv2d")
def conv_one_sheet_for_all_channels(images, weight, bias, stride=1, padding=0):
    """You used one sheet of each kernel for all input channels. There is a sheet for red, one for green and
    one for blue."""
    return correlate(images, weight[:, :1].expand_as(weight), bias, stride, padding)


@misconception("conv2d")
def conv_first_kernel_for_all(images, weight, bias, stride=1, padding=0):
    """You used the first kernel for all output channels. Each one has its own."""
    return correlate(images, weight[:1].expand_as(weight), bias, stride, padding)


@misconception("conv2d")
def conv_channels_not_summed(images, weight, bias, stride=1, padding=0):
    """You return a number for each input channel, on an axis of its own. They are added up: the input
    channels leave no trace in the shape."""
    windows = windows_of(images, weight, stride, padding)
    return torch.einsum("nchwij,ocij->nochw", windows, weight) + bias[:, None, None, None]


@misconception("conv2d")
def conv_in_and_out_swapped(images, weight, bias, stride=1, padding=0):
    """An index counts further than its axis is long. The first axis of the weight says which kernel (one for each
    output channel), the second one which of its sheets (one for each input channel). Are the two exchanged?"""
    windows = windows_of(images, weight, stride, padding)
    outputs = []
    for o in range(weight.shape[0]):
        sheets = (torch.einsum("nhwij,ij->nhw", windows[:, c], weight[c, o]) for c in range(images.shape[1]))
        outputs.append(sum(sheets) + bias[o])
    return torch.stack(outputs, dim=1)


@misconception("conv2d")
def conv_channel_by_channel(images, weight, bias, stride=1, padding=0):
    """You let each kernel see only the input channel of its own number. Every output channel looks through
    all input channels."""
    windows = windows_of(images, weight, stride, padding)
    outputs = [
        torch.einsum("nhwij,ij->nhw", windows[:, o], weight[o, o]) + bias[o] for o in range(weight.shape[0])
    ]
    return torch.stack(outputs, dim=1)


@misconception("conv2d")
def conv_kernels_summed(images, weight, bias, stride=1, padding=0):
    """You added up the output channels as well. Only the input channels are summed; each kernel makes an
    output channel of its own."""
    return correlate(images, weight, bias, stride, padding).sum(dim=1, keepdim=True)


@misconception("conv2d")
def conv_matrix_product(images, weight, bias, stride=1, padding=0):
    """You multiplied window and kernel as matrices. Here each weight is multiplied with the one pixel under
    it."""
    windows = windows_of(images, weight, stride, padding)
    outputs = [
        (windows.movedim(1, 3) @ weight[o]).sum(dim=(3, 4, 5)) + bias[o] for o in range(weight.shape[0])
    ]
    return torch.stack(outputs, dim=1)


@misconception("conv2d")
def conv_weights_ignored(images, weight, bias, stride=1, padding=0):
    """You summed the pixels of each window as they are. Each one is multiplied with its weight first."""
    return correlate(images, torch.ones_like(weight), bias, stride, padding)


@misconception("conv2d")
def conv_first_image_for_all(images, weight, bias, stride=1, padding=0):
    """Every image of your batch has the output of the first one. Each image has its own."""
    return correlate(images[:1].expand_as(images), weight, bias, stride, padding)


@misconception("conv2d")
def conv_first_image_only(images, weight, bias, stride=1, padding=0):
    """You return the first image only. However many images come in, as many come out."""
    return correlate(images[:1], weight, bias, stride, padding)


@misconception("conv2d")
def conv_squeezed(images, weight, bias, stride=1, padding=0):
    """Axes of length 1 have gone from your output. A batch of one is still a batch: the output always has
    four axes."""
    return correlate(images, weight, bias, stride, padding).squeeze()


@misconception("conv2d")
def conv_batch_dropped(images, weight, bias, stride=1, padding=0):
    """The axis of the batch is missing from your output, and with it all images but the first."""
    return correlate(images, weight, bias, stride, padding)[0]


@misconception("conv2d")
def conv_batch_summed(images, weight, bias, stride=1, padding=0):
    """You added up the images of the batch. They have nothing to do with each other: each has an output of
    its own."""
    return correlate(images, weight, bias, stride, padding).sum(dim=0, keepdim=True)


@misconception("conv2d")
def conv_height_and_width_swapped(images, weight, bias, stride=1, padding=0):
    """Height and width have changed places in your output. The order stays (N, C, H, W): rows first, then
    columns."""
    return correlate(images, weight, bias, stride, padding).transpose(2, 3)


@misconception("conv2d")
def conv_channels_last(images, weight, bias, stride=1, padding=0):
    """The output channels stand at the end. Torch keeps (N, C, H, W) for the output as well."""
    return correlate(images, weight, bias, stride, padding).permute(0, 2, 3, 1)


@misconception("conv2d")
def conv_batch_and_channels_swapped(images, weight, bias, stride=1, padding=0):
    """The batch and the output channels have changed places. The batch comes first."""
    return correlate(images, weight, bias, stride, padding).transpose(0, 1)


@misconception("conv2d")
def conv_reshaped_instead_of_permuted(images, weight, bias, stride=1, padding=0):
    """The numbers are right, but they were dealt out in the wrong order: you reshaped where axes had to
    change places. reshape keeps the order in memory, permute and transpose move axes."""
    output = correlate(images, weight, bias, stride, padding)
    return output.permute(0, 2, 3, 1).reshape(output.shape)


@misconception("conv2d")
def conv_stays_in_float64(images, weight, bias, stride=1, padding=0):
    """The numbers are right, but they are float64. NumPy's arrays of zeros are, unless you say otherwise; the
    result should have the dtype of the images."""
    return correlate(images, weight, bias, stride, padding).double()


@misconception("conv2d")
def conv_becomes_whole(images, weight, bias, stride=1, padding=0):
    """Your result is a tensor of whole numbers. Pixels and weights are floats, and the result should have the
    dtype of the images."""
    return correlate(images, weight, bias, stride, padding).long()


@misconception("conv2d")
def conv_changes_the_images(images, weight, bias, stride=1, padding=0):
    """A slice of a tensor is a view: what you multiply into the window in place, you multiply into the image,
    and the next window sees it."""
    padded = functional.pad(images, (padding,) * 4) if padding else images
    height, width = unbiased(images, weight, stride, padding).shape[2:]
    output = images.new_zeros(images.shape[0], weight.shape[0], height, width)
    for n, o, i, j in torch.cartesian_prod(*(torch.arange(size) for size in output.shape)).tolist():
        window = padded[
            n, :, i * stride : i * stride + weight.shape[2], j * stride : j * stride + weight.shape[3]
        ]
        window *= weight[o]
        output[n, o, i, j] = window.sum() + bias[o]
    return output


@misconception("conv2d")
def conv_kernel_flipped_and_bias_forgotten(images, weight, bias, stride=1, padding=0):
    """Two things at once: torch does not turn the kernel round, and the bias is missing."""
    return unbiased(images, weight.flip(2, 3), stride, padding)


@misconception("conv2d")
def conv_stride_and_padding_ignored(images, weight, bias, stride=1, padding=0):
    """Stride and padding seem to be left out: first lay the zeros round the images, then let the window stop
    at every stride-th place only."""
    return correlate(images, weight, bias)


@misconception("conv2d")
def conv_bias_and_padding_forgotten(images, weight, bias, stride=1, padding=0):
    """Two things at once: the bias is missing, and the padding is left out."""
    return unbiased(images, weight, stride)


@misconception("conv2d")
def conv_bias_and_stride_forgotten(images, weight, bias, stride=1, padding=0):
    """Two things at once: the bias is missing, and the stride is left out."""
    return unbiased(images, weight, 1, padding)


@misconception("conv2d")
def conv_stride_ignored_and_padded_on_one_side(images, weight, bias, stride=1, padding=0):
    """Two things at once: the stride is left out, and the zeros lie above and on the left only."""
    return correlate(functional.pad(images, (padding, 0, padding, 0)), weight, bias)


@misconception("conv2d")
def calls_torchs_convolution(images, weight, bias, stride=1, padding=0):
    """The result is right, but your code uses torch's convolution: leave that out, also where you only compare. Make it
    yourself: loops, slices, unfold and einsum are all welcome."""
    return functional.conv2d(images, weight, bias, stride, padding)


hints(
    "conv2d",
    "Begin with one image, one output channel, stride 1 and no padding: conv2d_pixel at every stop of the window.",
    "Make the padded images first. After that, padding never has to be thought of again, and the number of stops "
    "follows from the padded size as in conv2d_output_shape.",
    "Make a tensor of zeros with the output's shape and fill it: for every row and column of the output, where does the "
    "window's corner stand in the padded image? Try the answer with stride 2 on a few pixels.",
)

why(
    "conv2d",
    "The same few weights are asked at every stop, and that is why a pattern is found wherever in the image it "
    "lies.",
)


# --- ANSWERS ---------------------------------------------------------------------------------------------------------

# The order below matters: what first goes wrong at a later layer comes before what goes wrong earlier. A wrong answer
# is compared where the walk first leaves the path, and up to there the later mistake has to be right.

# The images in a batch, the output channels of conv1 and those of conv2: see quiz.py. The grader puts each student's own
# here, where there is a roster.
QUIZ = (32, 8, 16)
LAYERS = ("conv1", "pool1", "conv2", "pool2", "flatten", "linear")


def convolved(shape, in_channels, out_channels, kernel, padding=0):
    """The right shape after a convolution of the quiz."""
    return shape[0], out_channels, *(size + 2 * padding - kernel + 1 for size in shape[2:])


def pooled(shape):
    """The right shape after a pooling layer of the quiz."""
    return *shape[:2], *(size // 2 for size in shape[2:])


def flattened(shape):
    """The right shape after flatten."""
    return shape[0], math.prod(shape[1:])


def classified(shape):
    """The right shape after the last layer."""
    return *shape[:-1], 10


def walk(layer, conv=convolved, pool=pooled, flatten=flattened, linear=classified, images=None):
    """The shape after a layer of the quiz's network, where each kind of layer changes shapes by a rule of its
    own."""
    batch, first, second = QUIZ
    shapes = {"images": images or (batch, 1, 28, 28)}
    shapes["conv1"] = conv(shapes["images"], 1, first, 5)
    shapes["pool1"] = pool(shapes["conv1"])
    shapes["conv2"] = conv(shapes["pool1"], first, second, 3, 1)
    shapes["pool2"] = pool(shapes["conv2"])
    shapes["flatten"] = flatten(shapes["pool2"])
    shapes["linear"] = linear(shapes["flatten"])
    return shapes[layer]


@misconception("ANSWERS")
def quiz_linear_predicts_a_class(layer):
    """You let the last layer name a class. It returns ten numbers for each image, one a class; taking the
    largest comes afterwards."""
    return walk(layer, linear=lambda shape: (shape[0],))


@misconception("ANSWERS")
def quiz_linear_turned_round(layer):
    """The two numbers have changed places: the batch comes first, and the last dimension is what the layer
    returns."""
    return walk(layer, linear=lambda shape: (10, shape[0]))


@misconception("ANSWERS")
def quiz_linear_left_out(layer):
    """You let the Linear layer change nothing. It replaces the last dimension by its outputs, ten of them."""
    return walk(layer, linear=lambda shape: shape)


@misconception("ANSWERS")
def quiz_linear_adds_an_axis(layer):
    """You put the ten numbers behind those that come in. A Linear layer replaces the last dimension by its
    outputs."""
    return walk(layer, linear=lambda shape: (*shape, 10))


@misconception("ANSWERS")
def quiz_linear_drops_the_batch(layer):
    """You wrote down ten numbers in all. Each image of the batch gets its own ten."""
    return walk(layer, linear=lambda shape: (10,))


@misconception("ANSWERS")
def quiz_flatten_left_out(layer):
    """Your shape still has four axes after flatten. It lays everything that an image has in one row."""
    return walk(layer, flatten=lambda shape: shape)


@misconception("ANSWERS")
def quiz_flatten_counts_one_side(layer):
    """You multiplied the channels with one side of the image. It has a height and a width."""
    return walk(layer, flatten=lambda shape: (shape[0], shape[1] * shape[2]))


@misconception("ANSWERS")
def quiz_flatten_adds(layer):
    """You added the sizes. A box of so many channels, rows and columns holds how many numbers?"""
    return walk(layer, flatten=lambda shape: (shape[0], sum(shape[1:])))


@misconception("ANSWERS")
def quiz_flatten_forgets_the_channels(layer):
    """You counted the pixels of one channel. All channels of an image go into its row."""
    return walk(layer, flatten=lambda shape: (shape[0], math.prod(shape[2:])))


@misconception("ANSWERS")
def quiz_flatten_keeps_the_channels(layer):
    """You laid each channel in a row of its own. Flatten makes one row of everything that an image has,
    channels too."""
    return walk(layer, flatten=lambda shape: (*shape[:2], math.prod(shape[2:])))


@misconception("ANSWERS")
def quiz_flattened_without_the_batch(layer):
    """You wrote down one image after flatten. The batch stays in front: one row for each image."""
    return walk(layer, flatten=lambda shape: (math.prod(shape[1:]),))


@misconception("ANSWERS")
def quiz_flattened_with_the_batch(layer):
    """You laid the whole batch in one row. Flatten leaves the batch alone: one row for each image."""
    return walk(layer, flatten=lambda shape: (math.prod(shape),))


@misconception("ANSWERS")
def quiz_padding_ignored(layer):
    """You left out the padding of conv2: with one zero on each side its window stops more often."""
    return walk(layer, conv=lambda shape, i, o, kernel, padding=0: convolved(shape, i, o, kernel))


@misconception("ANSWERS")
def quiz_padding_counted_once(layer):
    """You counted the padding of conv2 once. One zero is laid on each side, so every axis grows by two."""
    return walk(
        layer,
        conv=lambda shape, i, o, kernel, padding=0: (
            shape[0],
            o,
            *(s + padding - kernel + 1 for s in shape[2:]),
        ),
    )


@misconception("ANSWERS")
def quiz_padding_without_the_kernel(layer):
    """You let the padding of conv2 enlarge the image, but not its kernel shrink it again. Both count."""
    return walk(
        layer,
        conv=lambda shape, i, o, kernel, padding=0: (
            (shape[0], o, *(s + 2 * padding for s in shape[2:]))
            if padding
            else convolved(shape, i, o, kernel)
        ),
    )


@misconception("ANSWERS")
def quiz_channels_multiplied(layer):
    """You multiplied the channels of conv2 with those that come in. The input channels are added up inside
    each kernel: only the layer's own output channels remain."""
    return walk(
        layer, conv=lambda shape, i, o, kernel, padding=0: convolved(shape, i, shape[1] * o, kernel, padding)
    )


@misconception("ANSWERS")
def quiz_channels_added(layer):
    """You added the output channels to those that come in. The input channels are summed inside each kernel:
    only the layer's own output channels remain."""
    return walk(
        layer, conv=lambda shape, i, o, kernel, padding=0: convolved(shape, i, shape[1] + o, kernel, padding)
    )


@misconception("ANSWERS")
def quiz_pooling_moves_by_one(layer):
    """You let the pooling window move by one pixel. Pooling's stride is as large as its window, unless you
    say otherwise."""
    return walk(layer, pool=lambda shape: (*shape[:2], *(size - 1 for size in shape[2:])))


@misconception("ANSWERS")
def quiz_pooling_subtracts(layer):
    """You took 2 away. MaxPool2d(2) makes one pixel out of each block of 2 x 2."""
    return walk(layer, pool=lambda shape: (*shape[:2], *(size - 2 for size in shape[2:])))


@misconception("ANSWERS")
def quiz_pooling_keeps_the_size(layer):
    """You let pooling keep the size. It makes one pixel out of each block of 2 x 2."""
    return walk(layer, pool=lambda shape: shape)


@misconception("ANSWERS")
def quiz_pooling_halves_the_channels(layer):
    """You let pooling halve the channels as well. It looks at each channel by itself and leaves their number
    alone."""
    return walk(layer, pool=lambda shape: (shape[0], shape[1] // 2, *pooled(shape)[2:]))


@misconception("ANSWERS")
def quiz_pooling_over_the_channels(layer):
    """You let pooling take the maximum over the channels. It looks at each channel by itself and leaves their
    number alone."""
    return walk(layer, pool=lambda shape: (shape[0], 1, *pooled(shape)[2:]))


@misconception("ANSWERS")
def quiz_pooling_halves_the_height_only(layer):
    """You halved one side only. MaxPool2d(2) has a window of 2 x 2 and moves by 2 in both directions."""
    return walk(layer, pool=lambda shape: (*shape[:2], shape[2] // 2, shape[3]))


@misconception("ANSWERS")
def quiz_pooling_quarters(layer):
    """You divided each side by four. One block of 2 x 2 is four pixels, but only two in each direction."""
    return walk(layer, pool=lambda shape: (*shape[:2], *(size // 4 for size in shape[2:])))


@misconception("ANSWERS")
def quiz_size_kept_without_padding(layer):
    """You let conv1 keep the size of the image. Without padding the window cannot go as far as the edge, and
    the output is smaller."""
    return walk(layer, conv=lambda shape, i, o, kernel, padding=0: (shape[0], o, *shape[2:]))


@misconception("ANSWERS")
def quiz_plus_one_forgotten(layer):
    """You took the whole kernel away from the size. The place where the window starts is a stop as well: the
    output loses one pixel less than the kernel has."""
    return walk(
        layer,
        conv=lambda shape, i, o, kernel, padding=0: (
            shape[0],
            o,
            *(s + 2 * padding - kernel for s in shape[2:]),
        ),
    )


@misconception("ANSWERS")
def quiz_conv1_loses_too_little(layer):
    """You let conv1 lose two rows and two columns, as if it had the padding of conv2, or as if a window of 5
    cost only half its size. Without padding, count its stops."""
    return walk(layer, conv=lambda shape, i, o, kernel, padding=0: convolved(shape, i, o, kernel, 1))


@misconception("ANSWERS")
def quiz_tiled_by_the_kernel(layer):
    """You laid the windows of the convolution side by side. That is how pooling works by default; a
    convolution moves by one pixel where no stride is written."""
    return walk(
        layer,
        conv=lambda shape, i, o, kernel, padding=0: (
            shape[0],
            o,
            *((s + 2 * padding) // kernel for s in shape[2:]),
        ),
    )


@misconception("ANSWERS")
def quiz_input_channels_returned(layer):
    """You gave the output the number of input channels. The first number of a Conv2d says how many channels come in,
    and the second one how many go out."""
    return walk(layer, conv=lambda shape, i, o, kernel, padding=0: convolved(shape, i, i, kernel, padding))


@misconception("ANSWERS")
def quiz_shape_of_the_weights(layer):
    """That is the shape of the layer's weights. Asked for is the shape of the images after it."""
    _, first, second = QUIZ
    weights = {"conv1": (first, 1, 5, 5), "conv2": (second, first, 3, 3), "linear": (10, walk("flatten")[1])}
    return weights.get(layer) or walk(layer)


@misconception("ANSWERS")
def quiz_batch_dropped(layer):
    """The batch is missing. All images go through each layer together, and their number stays in front."""
    return walk(layer)[1:]


@misconception("ANSWERS")
def quiz_batch_taken_as_one(layer):
    """You followed a single image. A whole batch goes through the network, and its number stays in front."""
    return (1, *walk(layer)[1:])


@misconception("ANSWERS")
def quiz_channels_last(layer):
    """You put the channels at the end. Torch keeps (N, C, H, W) all the way."""
    shape = walk(layer)
    return shape if len(shape) == 2 else (shape[0], *shape[2:], shape[1])


@misconception("ANSWERS")
def quiz_size_kept_and_batch_dropped(layer):
    """Two things at once: without padding conv1 makes the image smaller, and the batch stays in front."""
    return quiz_size_kept_without_padding(layer)[1:]


@misconception("ANSWERS")
def quiz_plus_one_forgotten_and_batch_dropped(layer):
    """Two things at once: the place where the window starts is a stop as well, and the batch stays in
    front."""
    return quiz_plus_one_forgotten(layer)[1:]


hints(
    "ANSWERS",
    "One layer at a time: what comes out of one goes into the next. Write each shape as (N, C, H, W).",
    "The convolutions are what conv2d_output_shape computes. For pooling, count the blocks of 2 x 2. Which of the four "
    "numbers does each kind of layer change, and which does it leave alone?",
    "How many numbers has one image after pool2? Flatten keeps them all, in one row for each image, and the Linear layer "
    "makes its outputs from that row.",
)

why(
    "ANSWERS",
    "On its way down the network trades where for what: the maps get smaller, there are more of them, and at "
    "the end only what was seen is left.",
)
