"""Which name was meant: at least as much help as Python's own traceback gives."""

from __future__ import annotations

import pytest

from autograder.submission.source import Cell, Source
from autograder.submission.suggestions import did_you_mean, near


def script(text: str) -> Source:
    return Source("py", (Cell(text, 1, None),))


NETWORK = """import torch
from torch import nn

class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        conv1 = nn.Conv2d(1, 8, 3)
        self.conv2 = nn.Conv2d(8, 8, 3)

    def forward(self, x):
        return conv2(conv1(x))

def scale(images, factor=2):
    doubled = images * factor
    return dubled
"""

SUM = """sum() received an invalid combination of arguments - got ({}), but expected one of:
 * (*, torch.dtype dtype = None)
      didn't match because some of the keywords were incorrect: dims
 * (tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None)
"""


@pytest.mark.parametrize(
    ("message", "line", "says"),
    [
        ("'Tensor' object has no attribute 'permut'", 0, "Did you mean permute?"),
        (
            "module 'torch.nn' has no attribute 'BCEWithLogitLoss'",
            0,
            "Did you mean BCEWithLogitsLoss?",
        ),
        ("module 'torch' has no attribute 'BCELoss'", 0, "BCELoss is in torch.nn."),
        ("'FashionCNN' object has no attribute 'conv_2'", 0, "Did you mean conv2?"),
        ("'list' object has no attribute 'apend'", 0, "Did you mean append?"),
        ("'Tensor' object has no attribute 'copy'", 0, "NumPy's arrays have copy; for tensors it is clone()."),
        ("'Tensor' object has no attribute 'squeze'", 0, "Did you mean squeeze?"),
        ("'Tensor' object has no attribute 'fil_'", 0, "Did you mean fill_?"),
        ("name 'conv2' is not defined", 11, "Did you mean self.conv2?"),
        ("name 'conv1' is not defined", 11, "Write self.conv1 in both places."),
        ("'FashionCNN' object has no attribute 'conv1'", 11, "Write self.conv1 there."),
        ("name 'dubled' is not defined", 15, "Did you mean doubled?"),
        ("name 'scal' is not defined", 15, "Did you mean scale?"),
        ("name 'np' is not defined", 15, "Is `import numpy as np` missing at the top?"),
        (
            "Conv2d.__init__() got an unexpected keyword argument 'kernal_size'",
            0,
            "Did you mean kernel_size?",
        ),
        ("scale() got an unexpected keyword argument 'facter'", 0, "Did you mean factor?"),
        ("No module named 'enops'", 0, "Did you mean einops?"),
        ("No module named 'torch.nn.functionl'", 0, "Did you mean torch.nn.functional?"),
        ("No module named 'torchinfo'", 0, ""),
        ("cannot import name 'Liner' from 'torch.nn' (x.py)", 0, "Did you mean Linear?"),
        ("name 'qqqqq' is not defined", 11, ""),
        ("anything", 3, ""),
    ],
)
def test_the_name_that_was_meant(message: str, line: int, says: str) -> None:
    found = did_you_mean(message, script(NETWORK), line)
    assert found.endswith(says) if says else not found


def test_a_local_name_of_another_function_is_no_suggestion() -> None:
    assert not did_you_mean("name 'dubled' is not defined", script(NETWORK), 11)


@pytest.mark.parametrize(
    ("line", "message", "says"),
    [
        ("torch.permute(x, dim=(0, 2, 1))", 'permute() missing 1 required positional arguments: "dims"', "dims"),
        ("torch.unsqueeze(x, axs=1)", 'unsqueeze() missing 1 required positional arguments: "dim"', ""),
        ("scale(x)", "scale() missing 1 required positional argument: 'factor'", ""),
        ("x.sum(dims=1)", SUM.format("dims=int, "), "dim"),
        ("x.sum(dim=1, keepdims=True)", SUM.format("keepdims=bool, dim=int, "), "keepdim"),
        ("torch.cat(x, dims=1)", "cat() got an unexpected keyword argument 'dims'", "dim"),
        ("x.sum('a', 1)", SUM.format("str, int"), ""),
    ],
)
def test_a_parameter_under_a_name_that_is_nearly_right(line: str, message: str, says: str) -> None:
    found = did_you_mean(message, script(line), 1)
    assert found == (f"Did you mean {says}?" if says else "")


def test_an_import_that_is_misspelt_is_not_called_absent() -> None:
    found = did_you_mean("name 'torch' is not defined", script("import torhc\nx = 1\n"), 2)
    assert found == "Your file imports torhc: did you mean torch?"


def test_names_are_compared_in_whatever_style_they_are_written() -> None:
    assert near("to_nhwc", ["toNHWC", "to_nchw"]) == "toNHWC"
    assert near("affine", ["Affine"]) == "Affine"
    assert not near("affine", ["permute"])


def test_a_broken_line_hides_nothing_else() -> None:
    text = "def one(:\n    return 1\n\ndef toNHWC(x):\n    return x\n"
    assert did_you_mean("name 'toNHW' is not defined", script(text), 5) == "Did you mean toNHWC?"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def f(x):\n    len = x.shape[0]\n    return len(x)\n", "len"),
        ("list = [1, 2]\ndef f(x):\n    return x.permute(list((0, 1)))\n", "list"),
        ("def f(sum):\n    y = 1\n    return sum(y)\n", "sum"),
        ("def g(x):\n    len = 3\ndef f(x): return len(x.shape())\n", ""),  # the other function's len
        ("def max(x):\n    return x\ny = max(x.shape(0))\n", ""),  # a function may be called
        ("from torch import sum\n\ny = sum(x.shape(0))\n", ""),
        ("x = 1\n\ny = x(2)\n", ""),
    ],
)
def test_a_name_of_python_that_was_given_away_is_told(text: str, says: str) -> None:
    found = did_you_mean("'int' object is not callable", script(text), 3)
    hides = f"Your code gives the name {says} to another value, which hides Python's own {says}: choose another name."
    assert found == (hides if says else "")


@pytest.mark.parametrize(("method", "told"), [("_init_", True), ("__int__", True), ("init", True), ("fit", False)])
def test_a_start_of_a_class_under_another_name_is_asked_about(method: str, told: bool) -> None:
    text = f"class Net:\n    def {method}(self):\n        self.conv = 3\n    def forward(self, x):\n        return self.conv(x)\n"
    found = did_you_mean("'Net' object has no attribute 'conv'", script(text), 5)
    assert found.startswith(f"Did you mean __init__, with two _ on each side, by {method}?") == told
    assert not did_you_mean(
        "'Net' object has no attribute 'con_'", script(text.replace(method, "__init__")), 5
    ).startswith("Did you mean __init__")
