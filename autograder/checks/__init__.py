"""What check files import: expectations, inputs, and names for the training data that lie in the sandbox."""

from ..sandbox.inside.wire import SandboxTensor
from ..sandbox.observation import call_each
from ..sandbox.proxy import given
from .draw import Draw, counting_images, whole_numbers
from .expect import (
    expect,
    expect_accuracy,
    expect_finite,
    expect_inputs_kept,
    expect_integer,
    expect_number,
    expect_pixels,
    expect_raises,
    expect_shape,
    expect_sizes,
    expect_tensor,
)
from .failure import CheckFailed
from .forbidden import expect_not_called

TRAIN_IMAGES = SandboxTensor("train_images")
"""uint8 (10000, 28, 28): the training images of the subset; ``TRAIN_IMAGES[:512]`` are the first of them."""

TRAIN_LABELS = SandboxTensor("train_labels")
"""int64 (10000,): their labels."""

__all__ = [
    "TRAIN_IMAGES",
    "TRAIN_LABELS",
    "CheckFailed",
    "Draw",
    "call_each",
    "counting_images",
    "expect",
    "expect_accuracy",
    "expect_finite",
    "expect_inputs_kept",
    "expect_integer",
    "expect_not_called",
    "expect_number",
    "expect_pixels",
    "expect_raises",
    "expect_shape",
    "expect_sizes",
    "expect_tensor",
    "given",
    "whole_numbers",
]
