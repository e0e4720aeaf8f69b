# %% [markdown]
# # a5_fashion_mnist: a CNN that sees clothes
#
# The channel axis of a1, the `Linear` layer of a2, the convolutions of a3 and the loss of a4 become one network that looks
# at 28 x 28 pixels and says what it sees. You write four pieces:
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
# **How it is graded.** Your `train` trains your `FashionCNN` on the 10,000 images in `data/`; plan for 90 seconds of
# one processor core (a quarter is enough for full points). Then your `predict` is asked about new images.
# `autograder check a5` looks at the pieces; `autograder train` does what grading does, with curves, and writes weights
# that you may hand in.
#
# **Two questions on the assignment before.** Which loss takes logits of shape (N, 10), and what does it do to them first?
# What would a network that knows nothing pay, with ten classes?

# %%
# Grading has torch, numpy, einops, matplotlib, torchvision and tqdm, and no GPU.
import torch
from torch import nn


# %% [markdown]
# **Predict, then see.** Ten classes, equally often: 0 T-shirt/top, 1 Trouser, 2 Pullover, 3 Dress, 4 Coat, 5 Sandal,
# 6 Shirt, 7 Sneaker, 8 Bag, 9 Ankle boot. Which two would *you* mix up at 28 x 28?

# %%
# See it: autograder show clothes

# %% [markdown]
# ## `preprocess`
#
# *About 10 minutes. Slide: "Fashion-MNIST".*
#
# ```
#     stored                   what the network wants
#     uint8                    float32: a convolution multiplies by weights such as 0.137
#     (N, 28, 28)              (N, C, H, W): a batch of images with one channel each
#     0 ... 255                numbers around 1 or smaller (the mean is about 73, the deviation about 90)
# ```
#
# Mind the order: uint8 knows no number below 0, so 100 - 128 is 228 there. And scale each image by constants, or by
# itself alone: a shoe has to look the same alone and among a thousand others.

# %%
def preprocess(images: torch.Tensor) -> torch.Tensor:
    """uint8 (N, 28, 28) with values 0 ... 255 -> float32 (N, 1, 28, 28), scaled as you like.

    Example: 5 images, shape (5, 28, 28) -> shape (5, 1, 28, 28), and a brighter pixel stays a brighter pixel.
    """
    raise NotImplementedError("preprocess")


# %% [markdown]
# ## `FashionCNN`
#
# *About 30 minutes. Slides: "CNN Vocabulary", "Multi-class classifications".*
#
# ```
#     Conv2d      finds a small pattern wherever it is: an edge, a strap, a button
#     MaxPool2d   keeps the strongest of each 2 x 2 pixels: half the height and width
#     ReLU        the bend. Without it, a tower of layers is no cleverer than a single Linear
#     Flatten     (N, C, H, W) -> (N, C * H * W), each image in a row of its own
#     Linear      from that row to 10 numbers: the logits
#
#     (N,  1, 28, 28)  ->  5 x 5 convolution to 8 channels  ->  (N, 8, 24, 24)  ->  pool  ->  (N, 8, 12, 12)  ->  ...
# ```
#
# - Follow the shapes on paper first; `Linear` must be declared for what `Flatten` gives.
# - **Return logits**: `nn.CrossEntropyLoss` applies softmax itself, and softmax twice trains slowly and stops early.
# - **At most 500,000** parameters and buffers. Nearly all sit in the first `Linear`: pool once more before you flatten.
# - Layers must be attributes, or stand in `nn.Sequential`: what hides in a plain list is never trained.
# - Worth a try: `nn.BatchNorm2d(channels)` behind a convolution, `nn.Dropout(0.25)` before the last layers. Both behave
#   differently in training (`model.train()`) and in use (`model.eval()`).

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
# **Predict, then see.** Eight networks of yours that have learnt nothing look at 256 images. What will their loss be?

# %%
# See it: autograder show first_loss

# %% [markdown]
# ## `train`
#
# *About 30 minutes. Slide: "Multi-class classifications".*
#
# An **epoch** is one walk through all images in batches of, say, 128, in a new order each time. A batch takes four steps:
#
# ```
#     1  forward     logits of the batch, and from them and the labels the loss: one number
#     2  clear       the gradients of the batch before (backward ADDS to what is there)
#     3  backward    the gradient of the loss for every parameter: which way is uphill?
#     4  step        every parameter moves a little downhill
# ```
#
# Shuffle images and labels by the **same** order: `torch.randperm(M)` gives the numbers 0 ... M - 1 in a random order, and
# a tensor can be indexed by it.
#
# A good first recipe: Adam, learning rate 0.001, batches of 64 or 128, five to ten epochs. Then, half a point each: a
# learning rate that ends near zero (`OneCycleLR`, told after each batch); each image mirrored half of the time;
# `label_smoothing=0.1` in the loss; `memory_format=torch.channels_last`, which makes convolutions on a processor nearly
# twice as fast.

# %%
def train(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> list[float]:
    """Train the network in place. Returns the list of mean losses, one an epoch, for the plot (not graded).

    model: a FashionCNN. images: uint8 (M, 28, 28). labels: int64 (M,), 0 ... 9.

    Example: after train(model, images, labels) the same model gives other logits, and better ones.
    """
    raise NotImplementedError("train")


# %% [markdown]
# **Predict, then see.** Your `train` sees 64 images, again and again. How far will the loss on them fall? And on 256 others?

# %%
# See it: autograder show one_batch

# %% [markdown]
# **Predict, then see.** A sneaker, mirrored, shifted, with noise, cut, and upside down. Which of these would you train on?

# %%
# See it: autograder show augmentations

# %% [markdown]
# ## `predict`
#
# *About 10 minutes. Slide: "Multi-class classifications", during inference.*
#
# In use, three things differ from training: eval mode, so that dropout drops nothing and batch norm uses what it learned; no
# gradient (`torch.no_grad()`); and the class is wanted, not the scores: the place of the largest logit in each row. An
# image gets the same class alone and among others; in train mode it may not. If you trained on mirror images too, you may
# look at both here, and add the logits: a network that has never seen them is led astray.

# %%
def predict(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Images uint8 (N, 28, 28) -> class numbers int64 (N,), 0 ... 9.

    Example: predict(model, images of shape (7, 28, 28)) has shape (7,).
    """
    raise NotImplementedError("predict")

# %% [markdown]
# **Predict, then see.** Trained on 2,000 images, how many of 1,000 others will your network get right? Does it mix up the two
# classes that you named?

# %%
# See it: autograder show learning

# %% [markdown]
# **Predict, then see.** What does the first convolution of your trained network make of a boot? Think of the edges in
# `a3_conv_shapes`.

# %%
# See it: autograder show feature_maps

# %% [markdown]
# ## When it works
#
# `autograder train` trains for you and writes `a5_fashion_mnist.safetensors` beside this file; hand it in as well, and
# grading scores these weights as they stand. A tenth of the images set aside tells you what a change is worth.
# `autograder data --full` fetches all 60,000 images.
#
# The course has a record to beat: 90 % of the official test images after less than a second of training on one core. Its
# convolution is not learned at all. What would you give it?
