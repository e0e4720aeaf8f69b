# %% [markdown]
# # a2_linear_dims: which dimension does nn.Linear see?
#
# A linear layer multiplies by a matrix of weights and adds a bias. The lecture's example takes a matrix A with one
# row of three numbers, and makes five numbers of them:
#
# ```
#        A                      W                              b
#
#                    w11  w12  w13  w14  w15
#   ( x  y  z )   x  w21  w22  w23  w24  w25   +   ( b1  b2  b3  b4  b5 )   =   ( a  b  c  d  e )
#                    w31  w32  w33  w34  w35
#
#      1 x 3                  3 x 5                           1 x 5                   1 x 5
#          |                  |
#          +---- the same ----+
# ```
#
# The inner lengths have to agree: 3 numbers in, so W has 3 rows. The outer ones remain: 1 row in, 1 row out; 5 columns
# of W, 5 numbers out. In torch this layer is `torch.nn.Linear(3, 5)`: in_features, out_features.

# %% [markdown]
# ## Two questions on the assignment before
#
# 1. A file gives an image as (H, W, C). Where does torch want the C, and why there?
# 2. `permute` and `reshape` can give the same shape. What is different?
#
# Answer each in a sentence before you read on; `a1_permute` has the answers.

# %%
# Grading has torch, numpy, einops, matplotlib, torchvision and tqdm, and no GPU.
import torch

# %% [markdown]
# ## `ANSWERS`: the lecture's quiz
#
# *About 5 minutes. Slide: "A is a torch.Tensor()".*
#
# ```
#                  A.shape
#
#   1D tensor      (2,)              nn.Linear(?, 5)
#   2D tensor      (1, 3)            nn.Linear(?, 5)
#   3D tensor      (2, 3, 4)         nn.Linear(?, 5)
#   4D tensor      (2, 3, 4, 5)      nn.Linear(?, 5)
# ```
#
# Put the number that belongs in place of each `?` where `None` stands. Nothing has been told yet: write what you would
# guess, let it be checked, and come back when you have read the next part.

# %%
ANSWERS = {
    (2,): None,
    (1, 3): None,
    (2, 3, 4): None,
    (2, 3, 4, 5): None,
}

# %% [markdown]
# **Predict, then see.** A tensor of shape (2, 3, 4) goes through `nn.Linear(4, 5)`, and (2, 3, 5) comes out: 30 numbers.
# Take one of them, at [1, 2, 0]. Which of the 24 numbers that went in does it look at? All of them? Twelve? Fewer?

# %%
# See it: autograder show one_output

# %% [markdown]
# ## More axes than two
#
# A tensor may have any number of axes. A batch of images has four. Where does nn.Linear find its matrix then?
#
# **In torch, it always acts on the last dimension.** Along the last axis lie the vectors that are multiplied; all axes
# before it only say how many such vectors there are, and how they are arranged:
#
# ```
#   temperatures of 10 cities, on 7 days, by 6 sensors           shape (10, 7, 6)
#
#      city 0   day 0   [ t0 t1 t2 t3 t4 t5 ]   ---\
#               day 1   [ t0 t1 t2 t3 t4 t5 ]   ----\     each row alone goes through
#               ...                                  >    the same weights and the same bias
#      city 9   day 6   [ t0 t1 t2 t3 t4 t5 ]   ---/
#
#   the layer never sees cities or days: 70 vectors pass through it one like the other,
#   and they come out arranged as they went in
# ```
#
# It is not the first axis, nor axis 1 (which is the last only in a matrix), and nothing is flattened. Flattening is a
# layer of its own, `torch.nn.Flatten`, for those who want it.
#
# One thing to know when you write it out: torch stores the weight turned round, as (out_features, in_features), so
# each row holds the weights of one output. The next cell shows it for the lecture's layer; play with it.

# %%
layer = torch.nn.Linear(3, 5)
print("the lecture's layer stores a weight", tuple(layer.weight.shape), "and a bias", tuple(layer.bias.shape))


# %% [markdown]
# ## `linear_in_features`: the rule behind the quiz
#
# *About 3 minutes. Slide: "A.shape".*

# %%
def linear_in_features(shape: tuple[int, ...]) -> int:
    """The number `?` for which nn.Linear(?, 5) accepts a tensor of this shape.

    Works for any number of axes from one on.

    Example: the lecture's matrix, shape (1, 3) -> 3.
    """
    raise NotImplementedError("linear_in_features")


# %% [markdown]
# ## `linear_output_shape`: and what comes out?
#
# *About 5 minutes. Slide: "A.shape".*
#
# The vectors change their length; how they are arranged stays.
#
# ```
#   cities, days, sensors               cities, days, ?
#
#     (10, 7, 6)    nn.Linear(6, 5)       (10, 7, ?)
# ```

# %%
def linear_output_shape(shape: tuple[int, ...], out_features: int) -> tuple[int, ...]:
    """The shape of what nn.Linear returns for a tensor of this shape, when it makes out_features numbers.

    Works for any number of axes from one on.

    Example: the lecture's matrix, shape (1, 3) with out_features 5 -> (1, 5).
    """
    raise NotImplementedError("linear_output_shape")


# %% [markdown]
# ## `linear_parameter_count`: how many numbers does the layer learn?
#
# *About 5 minutes. Slide: the matrices of "NHWC vs NCHW".*
#
# Look at the lecture's picture again and count the letters in W and in b. That is what training has to find; the shape
# of A does not matter. With `bias=False` there is no b.

# %%
def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> int:
    """The number of parameters of nn.Linear(in_features, out_features, bias=bias): all weights and all biases.

    Example: in_features 2, out_features 1 -> 3 with a bias, 2 without.
    """
    raise NotImplementedError("linear_parameter_count")


# %% [markdown]
# ## `affine`: write the layer yourself
#
# *About 15 minutes. Slide: the same matrices.*
#
# Without `torch.nn.Linear` and `torch.nn.functional.linear`, that is. One output number o of one vector x is
#
# ```
#     y[o]  =  x[0] * weight[o, 0]  +  x[1] * weight[o, 1]  +  ...  +  bias[o]
# ```
#
# and there may be any number of axes in front: none (one vector), one (a matrix), two, three, ... Torch's `@` does a
# lot of that for you: `x @ M` multiplies each vector along x's last axis by the matrix M, and M needs as many rows as
# the vector has numbers.
#
# ```
#          x             weight           bias             result
#
#       (*, in)         (out, in)        (out,)           (*, out)
#
#        (1, 3)          (5, 3)           (5,)             (1, 5)         the lecture's
#     (10, 7, 6)         (4, 6)           (4,)           (10, 7, 4)
#          (6,)          (4, 6)           (4,)               (4,)
# ```

# %%
def affine(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """What nn.Linear computes: x (*, in), weight (out, in), bias (out,) -> (*, out).

    The weight comes as torch stores it. nn.Linear and functional.linear are not allowed.

    Example: x [[1., 2.]], weight [[3., 4.], [5., 6.], [0., 1.]], bias [10., 20., 30.] -> [[21., 37., 32.]].
    """
    raise NotImplementedError("affine")

# %% [markdown]
# **Predict, then see.** The same question to your own `affine`. Does it look at the same numbers as torch's layer?

# %%
# See it: autograder show affine
