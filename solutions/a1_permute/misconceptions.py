"""Wrong answers that students give to a1_permute, each with its diagnosis. From special to general within a task."""

import torch

from autograder.checks import hints, misconception, why

# ---------------------------------------------------------------------------------------------------- to_nchw


@misconception("to_nchw")
def reshapes_instead_of_permuting(images):
    """You used reshape or view: it keeps the order in memory and only renames the axes. permute moves the axes."""
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w)


@misconception("to_nchw")
def reshapes_and_swaps_height_with_width(images):
    """Two mix-ups: reshape deals the pixels out anew instead of moving axes, and height and width changed places."""
    n, h, w, c = images.shape
    return images.reshape(n, c, w, h)


@misconception("to_nchw")
def reshapes_from_the_batch_on(images):
    """You reshaped, and the batch axis moved as well: reshape deals the pixels out anew, so images run together.
    Each image has to stay an image of its own."""
    n, h, w, c = images.shape
    return images.reshape(c, n, h, w)


@misconception("to_nchw")
def leaves_the_batch_as_it_was(images):
    """No axis has moved: what came back is laid out as it went in. If you called permute: it changes no
    tensor, it gives a new view of it, and that is what has to be returned."""
    return images


@misconception("to_nchw")
def hands_nothing_back(images):
    """Your function handed nothing back. permute does not change the tensor it is called on: its result has to be
    returned."""
    images.permute(0, 3, 1, 2)


@misconception("to_nchw")
def hands_back_the_shape_only(images):
    """You returned the right shape, but only the shape: the pixels themselves are asked for."""
    return images.permute(0, 3, 1, 2).shape


@misconception("to_nchw")
def swaps_channels_with_height(images):
    """The channels have changed places with the height. So they are where they belong, but the height now stands
    last: every picture lies on its side."""
    return images.transpose(1, 3)


@misconception("to_nchw")
def reads_permute_backwards(images):
    """Your result is (N, W, C, H), as permute(0, 2, 3, 1) makes it. permute does not ask where each old axis goes. It
    asks: new axis 0 is which old axis? New axis 1? And so on."""
    return images.permute(0, 2, 3, 1)


@misconception("to_nchw")
def swaps_the_last_two_axes(images):
    """The last two axes have changed places. The channels have moved one place forward, and they have two to go."""
    return images.transpose(2, 3)


@misconception("to_nchw")
def swaps_height_with_width(images):
    """Axes 1 and 2 have changed places. Those are height and width; the channels, the last axis, have not moved."""
    return images.transpose(1, 2)


@misconception("to_nchw")
def channels_before_the_batch(images):
    """The channels came first of all, before the batch. The batch is the outermost axis: it stays where it is, and
    the channels come right behind it."""
    return images.permute(3, 0, 1, 2)


@misconception("to_nchw")
def swaps_channels_with_the_batch(images):
    """The channels have changed places with the batch. Every image has to stay an image: the batch axis does not
    move."""
    return images.transpose(0, 3)


@misconception("to_nchw")
def turns_all_axes_round(images):
    """All axes are in reverse order, as `.T` does it. Only the channels have to move: batch, height and width keep
    their order."""
    return images.permute(3, 2, 1, 0)


@misconception("to_nchw")
def moves_the_batch_inside(images):
    """The batch axis moved to the inside. It is the outermost axis and stays there; only the channels move."""
    return images.permute(1, 3, 0, 2)


@misconception("to_nchw")
def adds_an_axis_for_the_channels(images):
    """You added a new axis. These images have their channels already, in the last axis: it is to be moved."""
    return images.unsqueeze(1)


@misconception("to_nchw")
def averages_the_colours(images):
    """The colours are gone: you made one gray channel of all. Moving an axis changes no number."""
    return images.float().mean(3, keepdim=True).permute(0, 3, 1, 2).to(images.dtype)


@misconception("to_nchw")
def keeps_one_image(images):
    """You handed back one image without its batch. The result has as many images as the input, also if it is one."""
    return images[0].permute(2, 0, 1)


@misconception("to_nchw")
def keeps_the_first_image_as_batch(images):
    """Only the first image came back. Every image of the batch is to be kept."""
    return images[:1].permute(0, 3, 1, 2)


@misconception("to_nchw")
def squeezes_the_batch(images):
    """An axis of length 1 was dropped, as squeeze does it. A batch of one image, or one channel, is an axis too."""
    return images.permute(0, 3, 1, 2).squeeze()


@misconception("to_nchw")
def stacks_three_channels(images):
    """You took channels 0, 1 and 2 by number. There are not always three: let the input say how many there are."""
    return torch.stack([images[..., 0], images[..., 1], images[..., 2]], dim=1)


@misconception("to_nchw")
def reverses_the_colours(images):
    """The channels are at their place, but in reverse order (RGB became BGR, as some libraries have it). Keep their
    order."""
    return images.permute(0, 3, 1, 2).flip(1)


@misconception("to_nchw")
def turns_the_batch_in_place(images):
    """Your result is right, but it changed its input. Methods whose names end in _ change the tensor itself, as do += and
    writing to .data, and the caller still needs the old one. Use methods that return a new tensor."""
    return images.transpose_(2, 3).transpose_(1, 2)


@misconception("to_nchw")
def scales_the_batch_too(images):
    """The pixels are at their place, but you divided them by 255. Only the axes are to move: no value changes."""
    return images.permute(0, 3, 1, 2) / 255


@misconception("to_nchw")
def scales_the_batch_in_place(images):
    """You divided the input by 255, in place. Only the axes are to move: no value changes, and the input least of
    all."""
    images /= 255
    return images.permute(0, 3, 1, 2)


@misconception("to_nchw")
def converts_the_batch_to_float(images):
    """The pixels are at their place, but they changed their type to float32. Moving axes needs no other type: the
    result keeps the input's."""
    return images.permute(0, 3, 1, 2).float()


@misconception("to_nchw")
def converts_the_batch_to_bytes(images):
    """The result is always uint8. Files hold whole numbers, but these images may hold others: keep the input's type."""
    return images.permute(0, 3, 1, 2).to(torch.uint8)


@misconception("to_nchw")
def fits_the_lectures_batch_only(images):
    """The sizes of the lecture's example, 3 channels of 100 x 50, stand in your function. Let the input say its sizes,
    or use an operation that needs none."""
    return images.permute(0, 3, 1, 2).reshape(-1, 3, 100, 50)


hints(
    "to_nchw",
    "Write the four letters of the input under each other with their numbers 0 to 3, then the letters of the output.",
    "Which of the numbers stands first in the output? Which second? Height and width keep their order.",
    "permute asks, for each axis of the result: which axis of the input is it? The last axis of the input has to come "
    "second, and nothing else changes its order.",
)

why(
    "to_nchw",
    "Nothing in the picture moved: each number is found under the same four coordinates, in another order, "
    "with height and width side by side at the end, where a convolution slides.",
)

# ---------------------------------------------------------------------------------------------------- to_nhwc


@misconception("to_nhwc")
def reshapes_back(images):
    """This is what reshape and view give: the numbers keep the order in memory and are dealt out into other rows.
    permute moves the axes, and every pixel with them."""
    n, c, h, w = images.shape
    return images.reshape(n, h, w, c)


@misconception("to_nhwc")
def reshapes_back_and_swaps_height_with_width(images):
    """Two mix-ups: reshape deals the pixels out anew instead of moving axes, and height and width changed places."""
    n, c, h, w = images.shape
    return images.reshape(n, w, h, c)


@misconception("to_nhwc")
def leaves_the_channels_first(images):
    """No axis has moved: what came back is laid out as it went in. If you called permute: it changes no
    tensor, it gives a new view of it, and that is what has to be returned."""
    return images


@misconception("to_nhwc")
def permutes_the_same_way_twice(images):
    """This is the move of to_nchw once more. There, three axes went round in a circle; the way back goes round the
    other way."""
    return images.permute(0, 3, 1, 2)


@misconception("to_nhwc")
def swaps_channels_with_width(images):
    """The channels have changed places with the width. So they are at the end, as they should, but the width now
    stands before the height: every picture lies on its side."""
    return images.transpose(1, 3)


@misconception("to_nhwc")
def swaps_channels_with_height_only(images):
    """Axes 1 and 2 have changed places. The channels have moved one place back, and they have two to go."""
    return images.transpose(1, 2)


@misconception("to_nhwc")
def swaps_the_pictures_axes_only(images):
    """The last two axes have changed places. Those are height and width; the channels have not moved."""
    return images.transpose(2, 3)


@misconception("to_nhwc")
def batch_behind_the_channels(images):
    """The batch went to the end. It is the outermost axis and stays first; the channels go to the end."""
    return images.permute(1, 2, 3, 0)


@misconception("to_nhwc")
def swaps_the_batch_with_the_last_axis(images):
    """The batch has changed places with the last axis. Every image has to stay an image: the batch axis does not
    move."""
    return images.transpose(0, 3)


@misconception("to_nhwc")
def turns_all_axes_round_again(images):
    """All axes are in reverse order, as `.T` does it. Only the channels have to move: batch, height and width keep
    their order."""
    return images.permute(3, 2, 1, 0)


@misconception("to_nhwc")
def moves_the_batch_between_height_and_width(images):
    """The batch axis moved to the inside. It is the outermost axis and stays there; only the channels move."""
    return images.permute(2, 0, 3, 1)


@misconception("to_nhwc")
def keeps_one_image_to_plot(images):
    """You handed back one image without its batch, ready to plot. The result has as many images as the input, also if
    it is one."""
    return images[0].permute(1, 2, 0)


@misconception("to_nhwc")
def squeezes_on_the_way_back(images):
    """An axis of length 1 was dropped, as squeeze does it (and as a plot of a gray image wants it). A batch of one
    image, or one channel, is an axis too."""
    return images.permute(0, 2, 3, 1).squeeze()


@misconception("to_nhwc")
def stacks_three_channels_at_the_end(images):
    """You took channels 0, 1 and 2 by number. There are not always three: let the input say how many there are."""
    return torch.stack([images[:, 0], images[:, 1], images[:, 2]], dim=-1)


@misconception("to_nhwc")
def reverses_the_colours_to_plot(images):
    """The channels are at their place, but in reverse order (RGB became BGR, as some libraries have it). Keep their
    order."""
    return images.permute(0, 2, 3, 1).flip(3)


@misconception("to_nhwc")
def turns_back_in_place(images):
    """Your result is right, but it changed its input. Methods whose names end in _ change the tensor itself, as do += and
    writing to .data, and the caller still needs the old one. Use methods that return a new tensor."""
    return images.transpose_(1, 2).transpose_(2, 3)


@misconception("to_nhwc")
def scales_on_the_way_back(images):
    """The pixels are at their place, but you changed their values by a factor of 255. Only the axes are to move."""
    return images.permute(0, 2, 3, 1) * 255


@misconception("to_nhwc")
def scales_down_on_the_way_back(images):
    """The pixels are at their place, but you divided them by 255. Only the axes are to move: no value changes."""
    return images.permute(0, 2, 3, 1) / 255


@misconception("to_nhwc")
def converts_to_float_on_the_way_back(images):
    """The pixels are at their place, but they changed their type to float32. Moving axes needs no other type: the
    result keeps the input's."""
    return images.permute(0, 2, 3, 1).float()


@misconception("to_nhwc")
def converts_to_bytes_to_plot(images):
    """The result is always uint8. Plots like it, but these images may hold other numbers: keep the input's type."""
    return images.permute(0, 2, 3, 1).to(torch.uint8)


@misconception("to_nhwc")
def fits_the_lectures_image_only(images):
    """The sizes of the lecture's example, 100 x 50 with 3 channels, stand in your function. Let the input say its
    sizes, or use an operation that needs none."""
    return images.permute(0, 2, 3, 1).reshape(-1, 100, 50, 3)


hints(
    "to_nhwc",
    "Is swapping two axes enough? Check height and width after it: which of them comes first?",
    "Write the letters of the input with the numbers 0 to 3, now in the order N, C, H, W. Read off the numbers in the "
    "order that you want.",
    "One axis leaves its place and goes to the end; all others close up and keep their order. to_nhwc after to_nchw "
    "gives the old batch back: try it, with axes of different length.",
)

why(
    "to_nhwc",
    "It undoes to_nchw number by number: moving axes loses nothing, so there is always a way back, and it is "
    "seldom the same move once more.",
)

# ---------------------------------------------------------------------------------------------------- image_to_batch


@misconception("image_to_batch")
def reshapes_the_image(image):
    """This is what reshape and view give: the numbers keep the order in memory and are dealt out into other rows.
    permute moves the axes, and every pixel with them."""
    h, w, c = image.shape
    return image.reshape(1, c, h, w)


@misconception("image_to_batch")
def reshapes_the_image_sideways(image):
    """Two mix-ups: reshape deals the pixels out anew instead of moving axes, and height and width changed places."""
    h, w, c = image.shape
    return image.reshape(1, c, w, h)


@misconception("image_to_batch")
def leaves_the_image_as_it_was(image):
    """No axis was moved or added: what came back is laid out as it went in. If you called permute or unsqueeze: they
    change no tensor, they give a new view of it, and that is what has to be returned."""
    return image


@misconception("image_to_batch")
def forgets_to_move_the_channels(image):
    """The batch axis is there, but the channels still stand last: the shape that the lecture does not want. Two things
    are to be done, and one is left. If you called permute: it changes no tensor, it gives a new view, to be kept."""
    return image.unsqueeze(0)


@misconception("image_to_batch")
def squeezes_the_image(image):
    """An axis of length 1 was dropped, as squeeze does it. A grayscale image has one channel, and its axis stays."""
    return image.permute(2, 0, 1).squeeze().unsqueeze(0)


@misconception("image_to_batch")
def forgets_the_batch_axis(image):
    """The channels stand before height and width, as they should, but the batch axis is missing. A batch of one is
    still a batch."""
    return image.permute(2, 0, 1)


@misconception("image_to_batch")
def permutes_four_axes_of_three(image):
    """You permuted four axes, but one image has only three: the batch axis has to be made before it can be named."""
    return image.permute(0, 3, 1, 2)


@misconception("image_to_batch")
def batch_axis_at_the_end(image):
    """The new axis stands at the end. The batch is the outermost axis: it comes first."""
    return image.permute(2, 0, 1).unsqueeze(-1)


@misconception("image_to_batch")
def each_channel_an_image(image):
    """The channels stand first and the new axis behind them, so that each channel looks like a gray image of its own.
    The batch is the outermost axis, and the channels belong to the one image in it."""
    return image.permute(2, 0, 1).unsqueeze(1)


@misconception("image_to_batch")
def each_row_an_image(image):
    """The height stands first, so that each row of pixels looks like an image of its own. The batch is the outermost
    axis, and it has length 1."""
    return image.unsqueeze(1).permute(0, 3, 1, 2)


@misconception("image_to_batch")
def lays_the_image_on_its_side(image):
    """Height and width changed places: the picture lies on its side. When the channels come forward, the other two
    keep their order."""
    return image.unsqueeze(0).transpose(1, 3)


@misconception("image_to_batch")
def reads_permute_backwards_for_one(image):
    """Your result is (1, W, C, H). If you used permute: it does not ask where each old axis goes. It asks: new axis 0
    is which old axis? New axis 1? And so on."""
    return image.unsqueeze(0).permute(0, 2, 3, 1)


@misconception("image_to_batch")
def moves_the_channels_one_place(image):
    """The channels have moved one place forward, and they have two to go: they come before the height."""
    return image.unsqueeze(0).transpose(2, 3)


@misconception("image_to_batch")
def swaps_the_sides_of_the_image(image):
    """Height and width have changed places. The channels still stand last, and they are what has to move."""
    return image.unsqueeze(0).transpose(1, 2)


@misconception("image_to_batch")
def turns_all_axes_of_the_image_round(image):
    """All axes are in reverse order, as `.T` does it, and the new one is at the wrong end. The batch comes first, and
    height and width keep their order."""
    return image.unsqueeze(0).permute(3, 2, 1, 0)


@misconception("image_to_batch")
def takes_the_image_for_grayscale(image):
    """You added two axes of length 1, as a grayscale image would need it. This image has its channels already, in the
    last axis: it is to be moved."""
    return image[None, None]


@misconception("image_to_batch")
def stacks_three_channels_of_the_image(image):
    """You took channels 0, 1 and 2 by number. There are not always three: let the input say how many there are."""
    return torch.stack([image[..., 0], image[..., 1], image[..., 2]]).unsqueeze(0)


@misconception("image_to_batch")
def reverses_the_colours_of_the_image(image):
    """The channels are at their place, but in reverse order (RGB became BGR, as some libraries have it). Keep their
    order."""
    return image.unsqueeze(0).permute(0, 3, 1, 2).flip(1)


@misconception("image_to_batch")
def unsqueezes_in_place(image):
    """Your result is right, but it changed its input. Methods whose names end in _ change the tensor itself, as do += and
    writing to .data, and the caller still needs the old one. Use methods that return a new tensor."""
    return image.unsqueeze_(0).permute(0, 3, 1, 2)


@misconception("image_to_batch")
def scales_the_image(image):
    """The pixels are at their place, but you divided them by 255 (as some libraries' to_tensor does it). Only the axes
    are to move: no value changes."""
    return image.unsqueeze(0).permute(0, 3, 1, 2) / 255


@misconception("image_to_batch")
def converts_the_image_to_float(image):
    """The pixels are at their place, but they changed their type to float32. Moving axes needs no other type: the
    result keeps the input's."""
    return image.unsqueeze(0).permute(0, 3, 1, 2).float()


@misconception("image_to_batch")
def converts_the_image_to_bytes(image):
    """The result is always uint8. Files hold whole numbers, but this image may hold others: keep the input's type."""
    return image.unsqueeze(0).permute(0, 3, 1, 2).to(torch.uint8)


@misconception("image_to_batch")
def fits_images_of_100_by_50_only(image):
    """The sizes of the lecture's image stand in your function, so that it is right for 100 x 50 with 3 channels alone.
    Let the input say its sizes, or use an operation that needs none."""
    return image.permute(2, 0, 1).reshape(1, 3, 100, 50)


hints(
    "image_to_batch",
    "Two things are missing: an axis for the batch, and the channels at their place. Do one after the other.",
    "unsqueeze adds an axis of length 1; its number says at which place. permute needs as many numbers as there are "
    "axes at that moment.",
    "Once the image is a batch (1, H, W, C), the rest is a task that you have solved already.",
)

why(
    "image_to_batch",
    "A batch of one holds exactly the numbers of its image: an axis of length 1 adds a place to count from, "
    "and no data.",
)

# ---------------------------------------------------------------------------------------------------- add_channel_axis


@misconception("add_channel_axis")
def squeezes_the_single_image(images):
    """An axis of length 1 was dropped, as squeeze does it. A batch of one image is still a batch."""
    return images.squeeze().unsqueeze(-3)


@misconception("add_channel_axis")
def leaves_the_channel_out(images):
    """No axis was added: what came back is laid out as it went in. If you called unsqueeze: it changes no tensor, it
    gives a new view of it, and that is what has to be returned."""
    return images


@misconception("add_channel_axis")
def channel_axis_at_the_end(images):
    """The channel axis stands at the end, as in image files. Torch wants it before height and width."""
    return images.unsqueeze(-1)


@misconception("add_channel_axis")
def channel_axis_in_front(images):
    """The new axis stands in front of all, so that torch sees one image with many channels. The batch comes first, and
    the channel behind it."""
    return images.unsqueeze(0)


@misconception("add_channel_axis")
def channel_axis_between_the_sides(images):
    """The new axis stands between height and width. It belongs before both, right behind the batch."""
    return images.unsqueeze(2)


@misconception("add_channel_axis")
def two_new_axes(images):
    """You added two axes. The batch is there already: only the channel is missing."""
    return images[None, None]


@misconception("add_channel_axis")
def three_channels_for_grayscale(images):
    """You repeated the gray image in three channels. Grayscale has one channel: not always three."""
    return images.unsqueeze(1).repeat(1, 3, 1, 1)


@misconception("add_channel_axis")
def moves_axes_that_are_not_there(images):
    """You treated the images as if they had a channel axis that only needs to move. Grayscale images come without one:
    it has to be made."""
    return images.permute(0, 3, 1, 2)


@misconception("add_channel_axis")
def lays_the_images_on_their_side(images):
    """The channel axis is there, but height and width changed places, so every picture lies on its side. A new axis
    moves no old one."""
    return images.unsqueeze(3).transpose(1, 3)


@misconception("add_channel_axis")
def reshapes_the_images_on_their_side(images):
    """The channel axis is there, but you reshaped with width and height the wrong way round: the rows are torn apart.
    A new axis moves no pixel."""
    n, h, w = images.shape
    return images.reshape(n, 1, w, h)


@misconception("add_channel_axis")
def reshapes_to_28_by_28(images):
    """The size 28 x 28 stands in your function. Let the input say its sizes, or use an operation that needs none."""
    return images.reshape(-1, 1, 28, 28)


@misconception("add_channel_axis")
def one_image_only(images):
    """Only the first image came back. Every image of the batch is to be kept."""
    return images[:1].unsqueeze(1)


@misconception("add_channel_axis")
def adds_the_channel_in_place(images):
    """Your result is right, but it changed its input. Methods whose names end in _ change the tensor itself, as do += and
    writing to .data, and the caller still needs the old one. Use methods that return a new tensor."""
    return images.unsqueeze_(1)


@misconception("add_channel_axis")
def scales_the_gray_images(images):
    """The axis is at its place, but you divided the pixels by 255. No value is to change here."""
    return images.unsqueeze(1) / 255


@misconception("add_channel_axis")
def converts_the_gray_images_to_float(images):
    """The axis is at its place, but the pixels changed their type to float32. A new axis needs no other type: the
    result keeps the input's."""
    return images.unsqueeze(1).float()


hints(
    "add_channel_axis",
    "No pixel moves and none is repeated: one axis is missing. How long is it?",
    "Count the axes of the result: N is axis 0. Which number does the channel have?",
    "Torch has an operation that does nothing but add an axis of length 1, where you say.",
)

why(
    "add_channel_axis",
    "With and without the new axis the same numbers follow each other in the same order; it only tells a "
    "convolution how many channels there are.",
)
