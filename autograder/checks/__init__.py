"""All that an author of checks needs, in one place: expectations, inputs, misconceptions and hints.

A check asks the submission for something and says what it expects; the examples in the docstrings run. In them
``submission_of(task=function)`` stands for a student's file with that function in it; in a check file the fixture
``submission`` is the student's file.
"""

from ..course.network import Network, network_beside
from ..sandbox.inside.wire import SandboxTensor
from ..sandbox.observation import call_each
from ..sandbox.proxy import given
from .draw import Draw, counting_images, whole_numbers
from .expect import (
    expect,
    expect_accuracy,
    expect_array,
    expect_equal,
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
from .misconceptions import hints, misconception, why

TRAIN_IMAGES = SandboxTensor("train_images")
"""The items of the data set that the assignment trains on, (N, ...); ``TRAIN_IMAGES[:512]`` are the first 512."""

TRAIN_LABELS = SandboxTensor("train_labels")
"""Their labels, (N,)."""

__all__ = [
    "TRAIN_IMAGES",
    "TRAIN_LABELS",
    "CheckFailed",
    "Draw",
    "Network",
    "call_each",
    "counting_images",
    "expect",
    "expect_accuracy",
    "expect_array",
    "expect_equal",
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
    "hints",
    "misconception",
    "network_beside",
    "whole_numbers",
    "why",
]
