# %% [markdown]
# # a4_losses: which loss for which task?
#
# A network ends in a `Linear` layer, and a `Linear` layer may return any number: -7.3, 0.2, 1000. Such a raw
# number is a **logit**. Three questions are left, and this assignment answers each in code:
#
# 1. Which **activation** turns logits into what the loss expects?
# 2. Which **loss** fits the task and the activation?
# 3. Which **class** does a finished network predict?

# %% [markdown]
# ## Two questions on the assignment before
#
# 1. A convolution of 3 x 3 with padding 1 gets images of 28 x 28. How large is what comes out?
# 2. Which axis of a tensor (32, 1, 28, 28) is summed over in one output pixel: the 32, the 1, or neither?
#
# Answer each in a sentence before you read on; `a3_conv_shapes` has the answers.

# %%
# Grading has torch, numpy, einops, matplotlib, torchvision and tqdm, and no GPU.
import torch
from torch import nn


# %% [markdown]
# ## Two classes: class 0 against class 1
#
# One output number is enough. In the lecture the network predicts
#
#     p     = the probability of class 0
#     1 - p = the probability of class 1      (no need to predict this one)
#
# Mind the direction, it is a convention and not a law: here a **large** p means class **0**. Whoever compares p
# with labels must turn the labels round first. Sigmoid makes a probability of a logit:
#
#     logit     -7.0    -1.1     0      1.1     7.0
#     p         0.001   0.25    0.5    0.75    0.999
#
# The middle of the probabilities is 0.5 and the middle of the logits is 0, and these are the same point.
#
#     images -> ... -> Linear(?, 1) -> logit -> Sigmoid -> p
#                                      (N, 1)              (N, 1)
#
# **Elsewhere it is the other way round.** Most libraries, and most code that you will find, let the one output be the
# probability of class **1**. So before you trust a network, ask which class its p speaks of.

# %% [markdown]
# ## `predict_binary` and `predict_binary_from_probability`
#
# *About 5 minutes. Slide: "Binary classifications: Loss", during inference.*
#
# During inference no loss is needed, only a decision. The slide's rule:
#
#     p > 0.5    means class 0
#     logit > 0  means class 0
#
# Both lines say the same, on two scales. Take care which class number each side of the threshold gets, and that
# class numbers are whole numbers.

# %%
def predict_binary(logits: torch.Tensor) -> torch.Tensor:
    """Logits (N,) -> class numbers (N,), int64, by the lecture's convention.

    Example: the logit 3.0 gives class 0.
    """
    raise NotImplementedError("predict_binary")


# %%
def predict_binary_from_probability(probabilities: torch.Tensor) -> torch.Tensor:
    """Probabilities of class 0 (N,) -> class numbers (N,), int64: the same decision from p.

    Example: the probability 0.95 gives class 0.
    """
    raise NotImplementedError("predict_binary_from_probability")


# %% [markdown]
# ## `binary_targets`
#
# *About 5 minutes. Slide: "Binary classifications".*
#
# A data set has labels: whole numbers, 0 for class 0 and 1 for class 1. A binary loss compares p with a target,
# and in this lecture p is the probability of class 0. What should p be for an image of class 0? And for one of
# class 1?

# %%
def binary_targets(labels: torch.Tensor) -> torch.Tensor:
    """Labels (N,) of int 0 and 1 -> float targets (N,): what the probability of class 0 should be.

    Example: a batch of one image of class 0 gives [1.0].
    """
    raise NotImplementedError("binary_targets")


# %% [markdown]
# ## K classes
#
# K output numbers, one for each class. Softmax makes probabilities of them; they are positive and sum to 1:
#
#     p_i = e^(x_i) / (e^(x_1) + ... + e^(x_K))
#
#     one image:   logits x         [ 0.0    0.7    1.6 ]
#                  e^x              [ 1      2      5   ]    sum 8
#                  softmax          [ 1/8    2/8    5/8 ]    sum 1
#                  log-softmax      [-2.08  -1.39  -0.47]
#
# A batch of logits has shape (N, K): N images, K classes. Softmax runs along the classes, so that each **row**
# sums to 1; what the other images in the batch look like must not change an image's probabilities.
#
#     images -> ... -> Linear(?, K) -> logits -> LogSoftmax -> log-probabilities
#                                      (N, K)                  (N, K)
#
# `nn.NLLLoss` expects log-probabilities. `nn.CrossEntropyLoss` expects logits and applies LogSoftmax inside. Both
# take the labels as they are: (N,), whole numbers from 0 to K - 1, no one-hot vectors.

# %% [markdown]
# ## `predict_multiclass`
#
# *About 3 minutes. Slide: "Multi-class classifications", during inference.*
#
# The class with the largest score wins. Since softmax keeps the order of a row, logits and probabilities give the
# same answer, and nothing has to be converted.

# %%
def predict_multiclass(scores: torch.Tensor) -> torch.Tensor:
    """Scores (N, K), logits or probabilities -> class numbers (N,), int64.

    Example: [[0.1, 0.7, 0.2]] -> [1].
    """
    raise NotImplementedError("predict_multiclass")


# %% [markdown]
# ## Which loss goes with which ending?
#
# A network for two classes may stop at two places, and so there are two losses. `nn.BCELoss` expects
# probabilities. `nn.BCEWithLogitsLoss` expects logits: it applies Sigmoid inside, in a way that stays exact where
# Sigmoid alone has run out of digits. Both want a float target for each output: how much of class 0 is in it.
#
# ### Two slips on the slides
#
# - The slides end the network in Softmax and hand its probabilities to `NLLLoss`. That runs, and it trains badly,
#   since `NLLLoss` takes no logarithm: it picks the entry at the label, negates it and averages. What it
#   expects are **log**-probabilities, so a network with this loss ends in **LogSoftmax**.
# - The slides write `BCEWithLogitLoss` and `CrossEntropy`. The classes are named `BCEWithLogitsLoss` and
#   `CrossEntropyLoss`.

# %% [markdown]
# ## `choose_loss`
#
# *About 10 minutes. Slide: "Binary classifications: Loss" and "Multi-class classifications".*
#
# Four pairs of task and output make sense in this lecture. Ask of each loss: what does it apply by itself, and
# what must the network have applied before?

# %%
def choose_loss(task: str, output: str) -> nn.Module:
    """The torch.nn loss for a network of this task that ends in this output, with its default reduction.

    task: "binary" or "multiclass".
    output: "probability", "log-probability" or "logit", what the network's last layer returns.
    Four pairs have a loss: binary with "probability" and with "logit", multiclass with "log-probability" and with
    "logit". Any other pair raises ValueError.

    Example: the loss of ("binary", "probability"), called with the probabilities [0.5, 0.25] and the targets
    [1.0, 1.0], returns 1.0397, the mean of 0.6931 and 1.3863.
    """
    raise NotImplementedError("choose_loss")


# %% [markdown]
# ## `output_activation`
#
# *About 5 minutes. Slide: the same two.*
#
# The layer behind the last `Linear`. It is a module, so that it can stand in `nn.Sequential` like any layer, also
# where nothing is left to do.

# %%
def output_activation(task: str, output: str) -> nn.Module:
    """The module that turns the logits of the last Linear into this output: same shape in and out.

    task, output: one of the four pairs of choose_loss.
    binary logits have shape (N, 1), multi-class logits (N, K) with the classes along dim 1.

    Example: the module of ("binary", "probability") turns the logit 1.0986 into 0.75.
    """
    raise NotImplementedError("output_activation")


# %% [markdown]
# **Predict, then see.** Draw a line on paper: for logits from -6 to 6, the p of class 0. Where does your `predict_binary` change
# its mind, and what is p there?

# %%
# See it: autograder show sigmoid

# %% [markdown]
# **Predict, then see.** A single `Linear(784, 1)` shall tell a T-shirt (class 0) from a shirt (class 1). It is trained twice from
# the same start: ending in Sigmoid with `BCELoss`, and ending in nothing with `BCEWithLogitsLoss`. How different will the two
# curves of the loss be? And what does a p of 0.93 under a picture mean?

# %%
# See it: autograder show shirts

# %% [markdown]
# ## When numbers run out
#
# What torch's losses do inside, you now write yourself. On paper each is a line; the work is to keep it finite.

# %% [markdown]
# ## `softmax`
#
# *About 10 minutes. Slide: "Multi-class classifications".*
#
# Written as on the slide, softmax breaks early: float32 ends at 3.4 * 10^38, and e^89 lies beyond. `e^1000` is
# `inf`, and `inf / inf` is `nan`. At the other end e^-1000 is 0, and `0 / 0` is `nan` too.
#
# The cure is in the formula. Add the same number c to all logits of one image: each e^(x_i) grows by the same
# factor e^c, above and below the fraction line, and nothing changes. So each row may be moved to where its
# exponentials are harmless: none too large, and not all of them 0.

# %%
def softmax(logits: torch.Tensor) -> torch.Tensor:
    """(N, K) logits -> (N, K) probabilities of the same dtype; each row sums to 1. Without torch's softmax.

    Finite for logits from -1000 to 1000.

    Example: [[0.0, 0.6931, 1.6094]] -> [[0.125, 0.25, 0.625]].
    """
    raise NotImplementedError("softmax")


# %% [markdown]
# ## `binary_loss`
#
# *About 20 minutes. Slide: "Binary classifications: Loss".*
#
# Cross-entropy has one idea: take the probability that the network gave to the **true** class, take its logarithm,
# negate it, and average over the batch.
#
#     target   p       probability of the truth   loss
#     1.0      0.75    0.75                       -ln 0.75 = 0.288
#     0.0      0.75    0.25                       -ln 0.25 = 1.386
#                                                 mean       0.837
#
# Computed by way of p it breaks where it matters most, at a network that is sure and wrong. In float32 the sigmoid
# of 17 is exactly 1, the other class is left with 0, and ln 0 is -inf. So stay with the logit x. On paper,
#
#     -ln sigmoid(x) = ln(1 + e^(-x))         a small loss when x is large
#     -ln(1 - sigmoid(x)) = ln(1 + e^x)       about x when x is large
#
# and e^x still overflows for a large x. Take the large part out of the logarithm first, by the rule
# ln(e^a * b) = a + ln b, so that every exponential that is left has an exponent of at most 0. A correct loss at
# the logit 1000 is 0 or 1000, and neither is `inf`.

# %%
def binary_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor | float:
    """Mean binary cross-entropy from logits (N,) float32 and targets (N,) float32 of 0.0 and 1.0: one number.

    Written out: without torch's losses, logsigmoid, log_softmax and softplus.
    For logits from -1000 to 1000 finite and as good as float32 allows.

    Example: logits [1.0986, 1.0986], targets [1.0, 0.0] -> 0.837.
    """
    raise NotImplementedError("binary_loss")


# %% [markdown]
# **Predict, then see.** An image of class 0, and a network that is ever surer that it is class 1: its logit goes to -130. What
# does the loss by way of p do, what does yours? And at the other end, at a logit of 60?

# %%
# See it: autograder show binary_loss

# %% [markdown]
# ## `multiclass_loss`
#
# *About 15 minutes. Slide: "Multi-class classifications".*
#
# The same idea with K classes: the probability of the true class, its logarithm, minus, mean. The label says which
# entry of the row counts:
#
#     logits          [ 0.0    0.7    1.6 ]      label 2
#     softmax         [ 1/8    2/8    5/8 ]      the truth got 5/8
#     loss                                       -ln(5/8) = 0.470
#
# Here too the way over probabilities ends in ln 0. Put the formula of softmax into the logarithm and simplify on
# paper: what is left is a difference of two terms. One of them is the logarithm of a sum of exponentials of a row,
# which needs the same care as in `softmax`.

# %%
def multiclass_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor | float:
    """Mean cross-entropy from logits (N, K) and labels (N,) of int 0 to K - 1: one number.

    Written out: without torch's losses, logsigmoid, log_softmax and softplus.
    For logits from -1000 to 1000 finite and as good as float32 allows.

    Example: logits [[0.0, 0.6931, 1.6094]], labels [2] -> 0.470.
    """
    raise NotImplementedError("multiclass_loss")
