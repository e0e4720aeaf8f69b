# %% [markdown]
# # a3_conv_shapes: what does a convolution return?
#
# A `Linear` layer looks at a whole row of numbers at once. A convolution looks through a small window, the
# **kernel**, moves it over the image, and writes down one number at each place where it stops. Five words
# describe it:
#
# ```
#   in_channels     channels of the images that come in: 3 for RGB, 1 for grayscale, not necessarily always 3
#   out_channels    channels of the images that go out: as many as you like, each one has a kernel of its own
#   kernel_size     height and width of the window
#   stride          how far the window moves from one stop to the next
#   padding         zeros laid round the image before the window starts; 'valid' or 0 means none
# ```
#
# `kernel_size`, `stride` and `padding` are one number for both directions, or a pair (height, width).
#
# Images come as (N, C, H, W), as in a1. The lecture's picture has 3 input channels, a 5 x 5 kernel and 2
# output channels. Here it is with the lecture's RGB image of 100 x 50:
#
# ```
#      image                        kernels                            output
#    1, 3, 100, 50                2, 3, 5, 5                        1, 2, 96, 46
#
#   +--------------+         +-----+ +-----+ +-----+              +-------------+
#   | red          |         | 5x5 | | 5x5 | | 5x5 |  + bias -->  | channel 0   |
#   | +--------------+       +-----+ +-----+ +-----+              | +-------------+
#   +-| green        |        for     for     for                 +-| channel 1   |
#     | +--------------+      red    green    blue                  |             |
#     +-| blue         |     +-----+ +-----+ +-----+                +-------------+
#       |              |     | 5x5 | | 5x5 | | 5x5 |  + bias -->     (the lower one)
#       +--------------+     +-----+ +-----+ +-----+
# ```
#
# Read it from right to left. Each output channel has a kernel of its own. Each kernel has a sheet of 5 x 5
# weights for each input channel, and one bias. Every task below is a look at one part of this picture.

# %% [markdown]
# ## Two questions on the assignment before
#
# 1. `nn.Linear(6, 5)` gets a tensor of shape (10, 7, 6). What comes out, and which axis did it see?
# 2. How many numbers does that layer learn, and which of the 10, 7, 6 and 5 play a part?
#
# Answer each in a sentence before you read on; `a2_linear_dims` has the answers.

# %%
# Grading has torch, numpy, einops, matplotlib, torchvision and tqdm, and no GPU.
import torch


def as_pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """One number for both directions, or a pair: always the pair (height, width). Given, for you to use.

    Example: 5 -> (5, 5), and (3, 5) -> (3, 5).
    """
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


# %% [markdown]
# ## `conv2d_pixel`: think in terms of one output pixel
#
# *About 15 minutes. Slide: "Think in terms of one output pixel".*
#
# The lecture: *think in terms of one output pixel, because we'll just move the kernel around for the full
# image.*
#
# The output pixel at (channel, row, col) is made with the kernel of **its** channel. The window's top left
# corner stands on (row, col) of the image, and it looks through **all** input channels at once:
#
# ```
#           red                    green                    blue
#    . . . . . . . . .       . . . . . . . . .       . . . . . . . . .
#    . . . . . . . . .       . . . . . . . . .       . . . . . . . . .
#    . . . A . . . . .       . . . A . . . . .       . . . A . . . . .      A stands at (row, col) = (2, 3):
#    . . . . . . . . .       . . . . . . . . .       . . . . . . . . .      the window covers rows 2 to 6
#    . . . . . . . . .       . . . . . . . . .       . . . . . . . . .      and columns 3 to 7,
#    . . . . . . . . .       . . . . . . . . .       . . . . . . . . .      and Z stands at (6, 7)
#    . . . . . . . Z .       . . . . . . . Z .       . . . . . . . Z .
#
#     25 products with        25 products with        25 products with       sheets of the kernel
#     weight[channel, 0]      weight[channel, 1]      weight[channel, 2]     of this output channel
#            \                       |                       /
#             +--------- 75 products, added up, and the bias of this channel ---> one number
# ```
#
# A takes the top left weight of each sheet, Z the bottom right one: each weight is multiplied with the pixel
# under it. (Mathematicians turn the kernel round before they call it a convolution. Torch does not, and
# neither do we.)

# %%
def conv2d_pixel(
    image: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, channel: int, row: int, col: int
) -> torch.Tensor | float:
    """One number of a convolution's output: the pixel at (channel, row, col), with stride 1 and no padding.

    image: (C, H, W). weight: (O, C, kH, kW), as torch stores it. bias: (O,).
    Returns a tensor without axes, or a float. The inputs stay as they are.

    Example: an image full of ones (3, 8, 7), weights all ones (2, 3, 5, 5) and biases 0.5 and -1
             -> 75.5 everywhere in channel 0, and 74.0 everywhere in channel 1.
    """
    raise NotImplementedError("conv2d_pixel")


# %% [markdown]
# **Predict, then see.** A photograph of 9 x 9 pixels in three sheets, and your `conv2d_pixel` at channel 1, row 2, column 3,
# with a window of 5 x 5. How many of the 243 numbers does this one output look at, and where do they lie?

# %%
# See it: autograder show conv2d_pixel

# %% [markdown]
# ## `conv2d`: and now move the kernel around for the full image
#
# *About 25 minutes. Slide: "Convolution with multiple channels".*
#
# Everything together: for each image of the batch, for each output channel, at each stop of the window, one
# number.
#
# ```
#     images    N  C  H  W            weight    O  C  kH kW            output    N  O  H' W'
#               1  3  8  7                      2  3  5  5                       1  2  4  3
#                                                                          |  |  |  |
#                             which image, which kernel, which stop down, which stop across
# ```
#
# - How many stops fit is the question of the next task, which has drawings of them.
# - First the padding: a larger tensor of zeros with the image in its middle.
# - Then the stops: with stride 2, output pixel (1, 2) belongs to the window whose corner stands on (2, 4)
#   of the *padded* image.
# - Write it yourself: loops, slices, `unfold`, `einsum`, NumPy, as you like, but not torch's own
#   convolutions. Seven loops inside one another are fine: the images in the checks are small, and a call
#   has 10 seconds.
#
# If you are unsure, torch is a good judge. Compare your result with `torch.nn.functional.conv2d` in a cell
# of your own.

# %%
def conv2d(
    images: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, stride: int = 1, padding: int = 0
) -> torch.Tensor:
    """A convolution, written out: images (N, C, H, W) -> (N, O, H', W'), of the same dtype.

    weight: (O, C, kH, kW), as torch stores it. bias: (O,). stride and padding: one number for both directions.
    The padding is zeros, on all four sides. The inputs stay as they are.

    Example: images (1, 3, 8, 7) and weight (2, 3, 5, 5) -> (1, 2, 4, 3),
             and with stride 2 and padding 1 -> (1, 2, 3, 3).
    """
    raise NotImplementedError("conv2d")


# %% [markdown]
# **Predict, then see.** A window of 3 x 3 walks over an ankle boot, row by row. Its upper weights are negative, its lower
# ones positive. Where will it answer with a large number: on the sole, on the leather, on the black around it?

# %%
# See it: autograder show conv2d

# %% [markdown]
# **Predict, then see.** Four kernels, 36 numbers in all, that nobody has trained. Which of them sees the sole, and which the heel?

# %%
# See it: autograder show edges

# %% [markdown]
# **Predict, then see.** A pixel behind one layer of 3 x 3 has seen 3 x 3 pixels of the image. And behind a second such
# layer? A third? Does it see the outer ones as well as the inner ones?

# %%
# See it: autograder show receptive_field

# %% [markdown]
# **Predict, then see.** Every convolution is one multiplication by a matrix. For images of 5 x 5 and a kernel of 3 x 3 the matrix
# has 9 rows and 25 columns. How many different numbers stand in its 225 places?

# %%
# See it: autograder show one_matrix

# %% [markdown]
# ## `conv2d_output_shape`: at how many places does the window stop?
#
# *About 20 minutes. Slide: "CNN Vocabulary".*
#
# The batch stays a batch, and the number of channels is whatever you asked for. What needs thought is the
# new height and the new width. They are found in the same way, each from its own numbers, so look at one
# row of pixels and count the places at which the window can stop. A row of 7 pixels and a window of 3:
#
# ```
#     pixels      0  1  2  3  4  5  6
#
#     stop 0     [x  x  x]
#     stop 1        [x  x  x]
#     stop 2           [x  x  x]
#     stop 3              [x  x  x]
#     stop 4                 [x  x  x]        5 stops: how far it can travel, and the place where it starts
# ```
#
# **Stride 2** leaves out every second stop. A row of 8 pixels is no better than a row of 7, since the
# window never hangs over the edge. The last pixel is simply not seen:
#
# ```
#     pixels      0  1  2  3  4  5  6            0  1  2  3  4  5  6  7
#
#     stop 0     [x  x  x]                      [x  x  x]
#     stop 1           [x  x  x]                      [x  x  x]
#     stop 2                 [x  x  x]                      [x  x  x]
#                                                                 [x  x  -   no stop: over the edge
# ```
#
# **Padding 1** lays one zero on *each* side, so that a row of 5 is a row of 7 for the window:
#
# ```
#     pixels      0  .  .  .  .  .  0
#     stop 0     [x  x  x]                   5 stops for 5 pixels: with stride 1 this keeps the size
#     ...
#     stop 4                 [x  x  x]
# ```
#
# Two paddings have names. **"valid"** is none. **"same"** (with stride 1) is as much as the size needs to
# stay the same: that depends on the kernel. A window of 5 needs 2 zeros on each side, a window of 4 needs 3
# in all, so one side gets one more than the other.
#
# In the lecture's picture a window of 5 on 100 rows stops at rows 0, 1, 2, ..., 95, and on 50 columns at
# columns 0, 1, 2, ..., 45. That is where 96 and 46 come from.
#
# And a window that is larger than the padded image stops nowhere: there is no output at all, and that is an
# error. One that fits exactly stops once.

# %%
def conv2d_output_shape(
    input_shape: tuple[int, int, int, int],
    out_channels: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] | str = 0,
) -> tuple[int, int, int, int]:
    """The shape of a convolution's output: (N, C, H, W) -> (N, out_channels, new H, new W).

    kernel_size, stride, padding: a number, or a pair (height, width).
    padding may also be "valid" (none) or "same" (height and width stay as they are; only with stride 1).
    Raises ValueError when the kernel is higher or wider than the padded image.

    Examples: (1, 3, 100, 50), 2 output channels, kernel 5  -> (1, 2, 96, 46), the lecture's picture.
              (4, 1, 7, 8), 6 output channels, kernel 3, stride 2  -> (4, 6, 3, 3).
              (4, 1, 5, 9), 6 output channels, kernel 4, padding "same"  -> (4, 6, 5, 9).
              (4, 1, 3, 9), 6 output channels, kernel 4  -> ValueError: 4 rows do not fit into 3.
    """
    raise NotImplementedError("conv2d_output_shape")


# %% [markdown]
# ## `conv2d_weight_shape`: how does torch store the kernels?
#
# *About 5 minutes. Slide: "Convolution with multiple channels".*
#
# Look at the kernels in the picture again: two of them (one for each output channel), and each has three
# sheets (one for each input channel). Torch stores all of them in one tensor, `Conv2d(...).weight`, in this
# order:
#
# ```
#     which kernel      which sheet       which row       which column
#     of the layer      of the kernel     of the sheet    of the sheet
#
#          2                 3                5                5            the lecture's picture
# ```
#
# So `weight[1]` is the whole second kernel, (3, 5, 5), and `weight[1, 0]` is its sheet for red, (5, 5).
# Mind the order: in a call, `Conv2d(3, 2, 5)`, the *input* channels come first. In the weight they do not.

# %%
def conv2d_weight_shape(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int]
) -> tuple[int, int, int, int]:
    """The shape in which torch stores a convolution's kernels: (out_channels, in_channels, height, width).

    kernel_size: a number, or a pair (height, width).

    Example: 3 input channels, 2 output channels, kernel 5  -> (2, 3, 5, 5), the lecture's picture.
    """
    raise NotImplementedError("conv2d_weight_shape")


# %% [markdown]
# ## `conv2d_parameter_count`: how many numbers does the layer learn?
#
# *About 5 minutes. Slide: "Convolution with multiple channels".*
#
# All the weights, and the biases. In the lecture's picture:
#
# ```
#     one sheet       5 rows of 5 weights            25
#     one kernel      3 sheets                       75
#     both kernels                                  150 weights
#     biases          one for each output channel     2
#                                                   ---
#                                                   152 numbers to learn
# ```
#
# The image of 100 x 50 does not occur in this sum: the same kernels serve a stamp and a poster. A `Linear`
# layer from this image to this output would need 1 x 3 x 100 x 50 x 2 x 96 x 46 weights, 132 million.
#
# With `bias=False` the layer has no biases.

# %%
def conv2d_parameter_count(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool = True
) -> int:
    """The number of weights and biases that a convolution learns.

    kernel_size: a number, or a pair (height, width). bias: whether the layer has biases.

    Example: 3 input channels, 2 output channels, kernel 5  -> 152, and 150 without bias.
    """
    raise NotImplementedError("conv2d_parameter_count")


# %% [markdown]
# **Predict, then see.** One layer of 5 x 5 and two layers of 3 x 3 see the same 5 x 5 pixels. Which takes fewer
# multiplications, and does it depend on the number of channels?

# %%
# See it: autograder show multiplications

# %% [markdown]
# ## `ANSWERS`: a batch of Fashion-MNIST walks through a small network
#
# *About 10 minutes. Slide: "Fashion-MNIST".*
#
# A batch of grayscale images of 28 x 28 goes in. What is the shape after each layer? Write it as a tuple.
#
# ```
#     images       (32, 1, 28, 28)
#       |
#     conv1        Conv2d(1, 8, 5)                   1 input channel, 8 output channels, kernel 5
#       |
#     pool1        MaxPool2d(2)                      keeps the largest number of each 2 x 2 block
#       |
#     conv2        Conv2d(8, 16, 3, padding=1)
#       |
#     pool2        MaxPool2d(2)
#       |
#     flatten      Flatten()                         one long row for each image
#       |
#     linear       Linear(?, 10)                     ten numbers for each image, one a class
# ```
#
# A pooling layer is a window too. `MaxPool2d(2)` has a window of 2 and a stride of 2, does not pad, and
# looks at each channel by itself:
#
# ```
#     4 x 6 pixels                       2 x 3
#
#      1  5 | 2  0 | 7  1
#      3  0 | 4  4 | 0  2                5  4  7
#     ------+------+------      -->
#      9  9 | 0  1 | 3  3                9  6  3
#      2  8 | 6  0 | 1  2
# ```
#
# `Flatten` leaves the batch alone and lays everything else of an image in one row: 7 images of shape (2, 3,
# 5) become (7, 30). A `Linear` layer then acts on the last dimension, as in a2. The `?` is what it has to
# be.
#
# Do it with pencil and paper first. Then let your own `conv2d_output_shape` check the convolutions.

# %%
QUIZ_INPUT = (32, 1, 28, 28)

ANSWERS = {
    "conv1": None,
    "pool1": None,
    "conv2": None,
    "pool2": None,
    "flatten": None,
    "linear": None,
}
