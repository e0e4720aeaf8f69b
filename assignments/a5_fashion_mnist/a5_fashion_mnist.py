# %% [markdown]
# # a5_fashion_mnist: a CNN that sees clothes
#
# This is where everything meets. The channel axis of `a1_permute`, the `Linear` layer of `a2_linear_dims`, the
# convolutions of `a3_conv_shapes` and the loss of `a4_losses` become one network that looks at a picture of 28 x 28
# pixels and says what it shows.
#
# ```
#     0  T-shirt/top     5  Sandal            one image of Fashion-MNIST
#     1  Trouser         6  Shirt             28 x 28 pixels, grayscale (1 channel),
#     2  Pullover        7  Sneaker           each a whole number from 0 (black) to 255 (white)
#     3  Dress           8  Bag
#     4  Coat            9  Ankle boot        10 classes, equally often
# ```
#
# MNIST, the lecture's older data set of handwritten digits, has the same shape and is so simple that almost any
# network passes 98 %. Clothes are slightly harder: a shirt, a pullover and a coat look much alike at 28 x 28.
#
# You write four pieces, and they fit together like this:
#
# ```
#     uint8 (N, 28, 28)                                                      labels int64 (N,)
#           |                                                                       |
#      preprocess                                                                   |
#           |                                                                       |
#     float32 (N, 1, 28, 28) ---> FashionCNN ---> logits (N, 10) ---> loss <--------+
#                                                      |                |
#                                                   predict           train: change the weights so that
#                                                      |              the loss falls, again and again
#                                             int64 (N,) classes
# ```
#
# ## How it is graded
#
# 10,000 training images lie in `data/`. The grader takes your `FashionCNN`, trains it with your `train` on those
# 10,000 images, and asks your `predict` about test images that your code has never been given. So there is nothing
# to hand in but the code. One processor core has **90 seconds** for the training; when they are over, the training
# is interrupted and the network is judged as it stands. A quarter of that is enough for full points.
#
# On your own machine, `autograder check a5_fashion_mnist` looks at the pieces in a few seconds, and
# `autograder train` trains as the grader would, with the curve of the loss and a table of what is taken for what.
# Training on 512 images first, until the loss falls, saves a lot of waiting.

# %%
import torch
from torch import nn


# %% [markdown]
# ## `preprocess`
#
# Three things stand between an image as it is stored and a network:
#
# ```
#     stored                   what the network wants
#     uint8                    float32: a convolution multiplies by weights such as 0.137
#     (N, 28, 28)              (N, C, H, W): a batch of images with one channel each
#     0 ... 255                numbers around 1 or smaller: layers and optimizers are tuned for that size
# ```
#
# How you scale is up to you: to 0 ... 1, to -1 ... 1, or to mean 0 and deviation 1 (over the whole training set the
# mean is about 73 and the deviation about 90).
#
# Mind the order. uint8 knows no number below 0 or above 255, and it does not complain: subtract 128 from a pixel of
# 100 and what you get is 228. And whatever you do to an image here must depend on this image alone, or on constants:
# the same shoe has to look the same to the network whether it comes alone or among a thousand others.

# %%
def preprocess(images: torch.Tensor) -> torch.Tensor:
    """uint8 (N, 28, 28) with values 0 ... 255 -> float32 (N, 1, 28, 28), scaled as you like.

    Example: 5 images, shape (5, 28, 28) -> shape (5, 1, 28, 28), and a brighter pixel stays a brighter pixel.
    """
    raise NotImplementedError("preprocess")


# %% [markdown]
# ## `FashionCNN`
#
# A classic CNN is a tower of a few equal storeys. Each looks at larger pieces of the image than the one below, in
# more channels and on a coarser grid; at the end everything is laid out in one row and a `Linear` layer votes.
#
# ```
#     Conv2d      finds a small pattern wherever it is: an edge, a strap, a button
#     MaxPool2d   keeps the strongest of each 2 x 2 pixels: half the height and width, a quarter of the work
#     ReLU        the bend. Without it, a tower of layers is one linear map, no cleverer than a single Linear
#     Flatten     (N, C, H, W) -> (N, C * H * W), each image in a row of its own
#     Linear      from that row to 10 numbers: the logits, one for each class
# ```
#
# Follow the shapes on paper before you write. `a3_conv_shapes` did this for a network of its own:
#
# ```
#     (N,  1, 28, 28)
#     (N,  8, 24, 24)     after a 5 x 5 convolution to 8 channels, no padding
#     (N,  8, 12, 12)     after pooling 2 x 2
#     ...
#     (N, ?)              after flattening: what the Linear layer must be declared for
# ```
#
# Some things to know:
#
# - **Return logits.** `nn.CrossEntropyLoss` applies softmax by itself. A network that ends in softmax too squeezes its
#   outputs into 0 ... 1 and then squeezes them again: it trains slowly and stops early.
# - `nn.BatchNorm2d(channels)` behind a convolution keeps the numbers at a good size, and training becomes faster and
#   far less sensitive to the learning rate.
# - ReLU never changes which of four numbers is the largest: max pooling **before** ReLU gives the same as after, for a
#   quarter of the work.
# - `nn.Dropout(0.25)` switches a quarter of the numbers off, others each time, so that no single one is relied on.
# - Both behave differently in training (`model.train()`) and in use (`model.eval()`).
# - Layers must be attributes of the module, or stand in `nn.Sequential` or `nn.ModuleList`. What is hidden in a plain
#   Python list, or made anew in `forward`, is never trained.
# - **At most 500,000** numbers in all parameters and buffers. Nearly all parameters sit in the first `Linear` layer:
#   its weight has a number for each pair of an input and an output. Pool once more before you flatten.

# %%
class FashionCNN(nn.Module):
    """A network for images of clothes: float32 (N, 1, 28, 28) -> logits (N, 10).

    At most 500,000 parameters and buffers. In eval mode a single image, N = 1, works too.

    Example: FashionCNN()(a batch of shape (32, 1, 28, 28)) has shape (32, 10).
    """

    def __init__(self) -> None:
        """Make the layers."""
        super().__init__()
        raise NotImplementedError("FashionCNN")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (N, 1, 28, 28) -> logits (N, 10)."""
        raise NotImplementedError("FashionCNN")


# %% [markdown]
# ## `train`
#
# An **epoch** is one walk through all training images, in batches of, say, 128, in a new order each time. A batch
# takes four steps, and they are the heart of deep learning:
#
# ```
#     1  forward     logits of the batch, and from them and the labels the loss: one number
#     2  clear       the gradients of the batch before (backward ADDS to what is there)
#     3  backward    the gradient of the loss for every parameter: which way is uphill?
#     4  step        every parameter moves a little downhill
# ```
#
# Leave one out and see what happens: without 4 nothing changes; without 2 each step follows the sum of all gradients
# since the beginning, and the network staggers.
#
# Images and labels belong together: shuffle both by the **same** order. Torch's `randperm(M)` gives the numbers
# 0 ... M - 1 in a random order, and a tensor can be indexed by such a list.
#
# A good first recipe: Adam, learning rate 0.001, batches of 64 or 128, five to ten epochs. From there, each with a
# point or half a point of accuracy in it:
#
# - The learning rate is best high in the middle and near zero at the end. `torch.optim.lr_scheduler.OneCycleLR` does
#   this; it wants to be told after each batch, not after each epoch.
# - A mirrored shoe is a shoe. Flip half of each batch left to right, and the network sees twice as many images.
# - Clothes are sometimes labelled wrongly. `label_smoothing=0.1` in the loss keeps the network from being too sure.
# - Time is accuracy, too. `memory_format=torch.channels_last` asks torch to keep a pixel's channels together in
#   memory. No shape changes, and convolutions on a processor run nearly twice as fast. (NHWC in memory, NCHW to the
#   eye: after `a1_permute` you know what that means.)
#
# Pick what pays. A tenth of the training images set aside, and never trained on, tells you what a change is worth.

# %%
def train(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> list[float]:
    """Train the network in place. Returns the list of mean losses, one an epoch, for the plot (not graded).

    model: a FashionCNN. images: uint8 (M, 28, 28). labels: int64 (M,), 0 ... 9.

    Example: after train(model, images, labels) the same model gives other logits, and better ones.
    """
    raise NotImplementedError("train")


# %% [markdown]
# ## `predict`
#
# In use, three things differ from training. Dropout must not switch anything off, and batch norm must use what it
# learned instead of the statistics of the batch at hand: that is what eval mode is for. No gradient is needed, so
# torch need not remember anything (`torch.no_grad()`). And the class is wanted, not the scores: the place of the
# largest logit in each row.
#
# ```
#     logits (N, 10)                                               classes (N,)
#     [-1.2   0.3   7.1  ...  0.0]      the largest is at 2             2     Pullover
#     [ 0.4  -2.0  -0.9  ...  5.5]      ... at 9                        9     Ankle boot
# ```
#
# The test is simple: an image gets the same class whether it is asked about alone or together with others. A network
# in train mode fails it, and one does not see this on large mixed batches, whose statistics are those of the training
# set. If you like, look twice: at the image and its mirror image, and add the logits. That is called test-time
# augmentation and is welcome.

# %%
def predict(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Images uint8 (N, 28, 28) -> class numbers int64 (N,), 0 ... 9.

    Example: predict(model, images of shape (7, 28, 28)) has shape (7,).
    """
    raise NotImplementedError("predict")

# %% [markdown]
# ## When it works
#
# `autograder train` trains for you and writes `a5_fashion_mnist.safetensors` beside this file. If you hand that in as
# well, the grader scores these weights as they stand instead of training again.
#
# Then try to beat yourself. The subset has 10,000 images; `autograder data --full` fetches all 60,000, and
# `torchvision.datasets.FashionMNIST(root="data")` reads them (`data --full --name mnist` gets the digits, if you want
# to compare). Questions that are worth an evening: how few parameters reach 85 %? Which two classes are mixed up most,
# and would you have told them apart? What is the best accuracy within one second of training?
#
# ## For the curious: a record to beat
#
# On all 60,000 images, a plain recipe like the one above needs the better part of a minute of one processor core until it
# is right on 90 % of the official 10,000 test images. The course's record needs a fiftieth of that, and nothing in it is
# beyond you:
#
# - What a first convolution learns is known before it learns it: edges. So make its eight filters of 3 x 3 by hand, each
#   the difference of brightness in one of eight directions, and leave them alone. A tensor that belongs to a network and
#   is not trained is a **buffer** (`register_buffer`).
# - ReLU, then the mean over each 4 x 4 pixels: how much edge of this direction is there in this part of the image? That
#   makes 8 x 7 x 7 = 392 numbers of an image. A square root tames the large ones.
# - What is fixed gives the same numbers in every epoch. So it is computed once, before the first.
# - These numbers are much alike: where there is one edge, there is another. Subtract the mean of each, and turn them to
#   their principal axes (`torch.linalg.eigh` of their covariance), each scaled to about the same size. A network on such
#   inputs learns in one epoch what takes it several otherwise. Of all that was tried, nobody expected this to help most.
# - Two `Linear` layers with a ReLU between them do the rest, in less than one epoch.
#
# It is a CNN still, only that its convolution is not trained. Leave out one of these things at a time and see what it was
# worth. Then beat it: what does a mirrored shoe look like in those 392 numbers?
