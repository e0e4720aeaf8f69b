"""Pictures that your own functions draw: `autograder show a1`, or the cells that show them in the notebook."""

import numpy as np
from matplotlib.figure import Figure

from autograder.student.pictures import Material, photograph

SHEETS = ("Reds", "Greens", "Blues")


def _coloured(sheets):
    """Three sheets of numbers, (3, H, W), laid over one another as matplotlib wants them."""
    return np.dstack([sheet.numpy() for sheet in sheets])


def _sheets(axes, batch, title):
    """One row: the three channels of a batch of one, and the three together."""
    for channel, colours in enumerate(SHEETS):
        axes[channel].imshow(255 - batch[0, channel].numpy(), cmap=colours, vmin=0, vmax=255)
        axes[channel].set(xlabel="W = 86", title=f"[0, {channel}]")
    axes[0].set_ylabel(f"{title}\nH = 100")
    axes[3].imshow(_coloured(batch[0]))
    axes[3].set(xlabel="W = 86", title="all three")
    for one in axes:
        one.set(xticks=[], yticks=[])


def to_nchw(given: Material) -> Figure:
    """A photograph in colour, and below it two rows of four: its red, green and blue channel and the three together,
    once as your to_nchw arranges the numbers and once as reshape does: there it is torn into stripes and dots.

    Both rows have shape (1, 3, 100, 86), and a network would see what you see here.
    """
    photo = photograph()
    yours = given.ask("to_nchw", photo[None], shape=(1, 3, 100, 86))
    figure = Figure(figsize=(6.4, 6.6), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(1, 2))
    axes = above.subplots()
    axes.imshow(photo.numpy())
    axes.set(xticks=[], yticks=[], xlabel="W = 86", ylabel="H = 100", title="the file: (1, 100, 86, 3), C = 3 for each pixel")
    rows = below.subplots(2, 4)
    _sheets(rows[0], yours, "your to_nchw")
    _sheets(rows[1], photo[None].reshape(1, 3, 100, 86), "reshape")
    return figure


def add_channel_axis(given: Material) -> Figure:
    """Eight pieces of clothing in gray, each labelled with its shape, one channel of 28 by 28 pixels.

    The same pixels as before: the axis of length 1 costs nothing, and now a convolution knows where the channel is.
    """
    images, _ = given.images()
    batch = given.ask("add_channel_axis", images[:8], shape=(8, 1, 28, 28))
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    for image, axes in zip(batch, figure.subplots(2, 4).flat):
        axes.imshow(image[0].numpy())
        axes.set(xticks=[], yticks=[], title=str(tuple(image.shape)))
    return figure
