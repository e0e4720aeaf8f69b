# %% [markdown]
# # a1_permute: where do the channels go?
#
# An image is a box of numbers. A coloured one has three numbers a pixel: red, green and blue, its **channels**.
# (Not always 3: a grayscale image has 1, a PNG with transparency 4, a satellite image a dozen.)
#
# Cameras, image files and most image libraries keep the channels of a pixel together, so the channel axis comes
# **last**. Torch's convolutions slide over height and width, so these two must stand at the end, and the channels
# come **before** them:
#
# ```
#            files, NumPy, matplotlib                torch
#                 N  H  W  C                       N  C  H  W
#
#   N   number of images in the batch         H   height: rows, counted downwards
#   C   channels of an image                  W   width: columns, counted to the right
# ```
#
# The lecture's example is one RGB image of size 100 x 50:
#
# ```
#   what we want            torch.Size([1, 3, 100, 50])
#   what we do not want     torch.Size([1, 100, 50, 3])
# ```
#
# If torch got the second one, it would take it for an image with 100 channels, 50 pixels high and 3 pixels wide,
# and a kernel would act on (W, 3) instead of (H, W).
#
# **Permute and reshape are two completely different operations.** Both can give the shape that you want. Only one
# of them gives the image that you want.

# %%
# Grading has torch, numpy, einops, matplotlib, torchvision and tqdm, and no GPU.
import torch

# %% [markdown]
# ## Permute moves axes, reshape deals the numbers out again
#
# Take two rows of three numbers. Both results below have shape (3, 2):
#
# ```
#                      x.permute(1, 0)        x.reshape(3, 2)
#
#   1  2  3                1  4                   1  2
#   4  5  6                2  5                   3  4
#                          3  6                   5  6
#
#   shape (2, 3)      the axes changed        the numbers were read in order
#                     places: a row           and written into other rows:
#                     became a column         what stood together is torn apart
# ```
#
# With an image the damage is easy to picture. Here are the four pixels of a 2 x 2 RGB image, as they lie in memory
# when the channels come last:
#
# ```
#   memory            R0 G0 B0   R1 G1 B1   R2 G2 B2   R3 G3 B3
#                     pixel 0    pixel 1    pixel 2    pixel 3
#
#   what we want      red    R0 R1      green  G0 G1      blue   B0 B1
#                            R2 R3             G2 G3             B2 B3
#
#   what reshape      "red"  R0 G0      "green" G1 B1     "blue" B2 R3
#   makes of it              B0 R1              R2 G2            G3 B3
# ```
#
# The shape is right, no error is raised, and a network trained on it learns from confetti.
#
# Read `permute(0, 2, 1)` as three answers: **new** axis 0 is which **old** axis? 0. New axis 1? 2. New axis 2? 1.
# Measurements of 30 days, at 4 stations, in 24 hours, by 5 sensors:
#
# ```
#   old axes               day  station  hour  sensor         shape (30, 4, 24, 5)
#   number                  0      1      2      3
#
#   x.permute(1, 2, 0, 3)  station  hour  day  sensor         shape (4, 24, 30, 5)
# ```
#
# The next cell shows the same on small numbers. Play with it.

# %%
x = torch.tensor([[1, 2, 3], [4, 5, 6]])
print("permuted:", x.permute(1, 0).tolist())
print("reshaped:", x.reshape(3, 2).tolist())
print("measurements:", tuple(torch.zeros(30, 4, 24, 5).permute(1, 2, 0, 3).shape))


# %% [markdown]
# ## What the four tasks have in common
#
# - Every pixel keeps its image, its row, its column and its channel; only the order of the axes changes.
# - They work for any number of images, any size, and any number of channels: 1, 3, 4, ...
# - The result has the type of the input: uint8 (whole numbers from 0 to 255, as files have them) stays uint8.
# - The input is not changed. (`permute` and friends return a new view; torch's methods whose name ends in `_` work
#   in place.)
# - Any way to do it is fine: `permute`, `movedim`, `transpose`, einops, loops.

# %% [markdown]
# ## `to_nchw`: a batch as files have it, made ready for torch
#
# *About 10 minutes. Slide: "NCHW vs NHWC".*
#
# ```
#      axis       0    1    2    3
#
#     input      N    H    W    C         2 images, 5 high, 7 wide, 3 channels
#                2    5    7    3
#
#    output      N    C    H    W
#                2    3    5    7
# ```
#
# Ask for each axis of the output: which axis of the input is it?

# %%
def to_nchw(images: torch.Tensor) -> torch.Tensor:
    """Move the channels in front of height and width: (N, H, W, C) -> (N, C, H, W).

    The number at [n, h, w, c] of the input stands at [n, c, h, w] of the output. Same dtype.

    Example: images of shape (2, 5, 7, 3) -> shape (2, 3, 5, 7).
    """
    raise NotImplementedError("to_nchw")


# %% [markdown]
# **Predict, then see.** A photograph of 100 x 86 pixels goes through your `to_nchw`, and once more through `reshape` to
# the same shape. What will the "red channel" of each look like? And the three channels laid over one another?

# %%
# See it: autograder show to_nchw

# %% [markdown]
# ## `to_nhwc`: and back, for instance to plot
#
# *About 5 minutes. Slide: "NHWC vs NCHW".*
#
# `matplotlib.pyplot.imshow` wants the channels last. This is the inverse of `to_nchw`: one after the other gives
# back what you began with. Doing the *same* move twice is not the inverse:
#
# ```
#     A B C D  ->  A D B C  ->  A C D B         the last three go round in a circle,
#                                               two steps do not bring them home
# ```

# %%
def to_nhwc(images: torch.Tensor) -> torch.Tensor:
    """Move the channels behind height and width: (N, C, H, W) -> (N, H, W, C).

    The number at [n, c, h, w] of the input stands at [n, h, w, c] of the output. Same dtype.

    Example: images of shape (2, 3, 5, 7) -> shape (2, 5, 7, 3).
    """
    raise NotImplementedError("to_nhwc")


# %% [markdown]
# ## `image_to_batch`: the lecture's image of 100 x 50
#
# *About 5 minutes. Slide: "NCHW vs NHWC", the image of 100 x 50.*
#
# One image from a file has three axes, and torch's layers want a batch, even if it is a batch of one. So two things
# are missing: an axis of length 1 for the batch, and the channels at their place.
#
# ```
#   the file          H    W    C        (100, 50, 3)
#
#   what we want   1  C    H    W        (1, 3, 100, 50)
# ```
#
# `x.unsqueeze(d)` returns a view with a new axis of length 1 at place d; so does `None` in an index. For x of shape
# (30, 24), both `x.unsqueeze(2)` and `x[:, :, None]` have shape (30, 24, 1).

# %%
def image_to_batch(image: torch.Tensor) -> torch.Tensor:
    """Make a batch of one out of one image: (H, W, C) -> (1, C, H, W). Same dtype.

    Example: the lecture's RGB image of shape (100, 50, 3) -> shape (1, 3, 100, 50).
    """
    raise NotImplementedError("image_to_batch")


# %% [markdown]
# ## `add_channel_axis`: grayscale images
#
# *About 5 minutes. Slide: "Today's dataset".*
#
# MNIST and Fashion-MNIST hold grayscale images of 28 x 28 pixels. They have one channel, and for one channel nobody
# stores an axis: they come as (N, 28, 28). A convolution wants to see the channel all the same.
#
# ```
#   Fashion-MNIST      N      H    W          (60000, 28, 28)
#
#   what we want       N  1   H    W          (60000, 1, 28, 28)
# ```

# %%
def add_channel_axis(images: torch.Tensor) -> torch.Tensor:
    """Give grayscale images their one channel: (N, H, W) -> (N, 1, H, W). Same dtype.

    Example: images of shape (60000, 28, 28) -> shape (60000, 1, 28, 28).
    """
    raise NotImplementedError("add_channel_axis")

# %% [markdown]
# **Predict, then see.** Eight pictures of clothes go through your `add_channel_axis`. Which of their pixels change?

# %%
# See it: autograder show add_channel_axis
