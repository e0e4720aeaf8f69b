"""What a failing check says when no misconception fits: from the values alone, and from the error that was raised."""

from __future__ import annotations

import dataclasses
import math
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.checks import (
    CheckFailed,
    counting_images,
    expect_equal,
    expect_finite,
    expect_inputs_kept,
    expect_integer,
    expect_number,
    expect_raises,
    expect_shape,
    expect_sizes,
    expect_tensor,
)
from autograder.checks.student_errors import explain, told
from autograder.sandbox import translate
from autograder.sandbox.observation import Call, Observation, StudentError
from autograder.sandbox.proxy import TaskProxy
from autograder.sandbox.run_local import LocalRun
from autograder.submission.source import Cell, Source

IMAGES = counting_images(2, 3, 5, 7)
NOISE = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))


def observe(task: Callable[..., Any], *args: Any) -> Observation:
    return TaskProxy(LocalRun({"task": task}, {"task": ("images",)}), "task")(*args)  # type: ignore[arg-type]


def message(expect: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        expect(*args, **kwargs)
    return caught.value.message


TENSORS = [
    (lambda x: x.reshape(-1).flip(0).reshape(x.shape), "but all 210 pixels are in the wrong place."),
    (lambda x: x.reshape(-1).flip(0)[:, None], "All the right values are there, but in other places."),
    (lambda x: x.transpose(2, 3), "It is the right result with its axes in another order."),
    (lambda x: x.permute(0, 2, 3, 1), "It is the right result with its axes in another order."),
    (lambda x: x.argmax(), "A single number came back for the whole input: must"),
    (lambda x: x.roll(1, dims=2), "It is the right result moved by one place along axis 2."),
    (lambda x: x.roll(-1, dims=3), "It is the right result moved by one place along axis 3."),
    (lambda x: x.flip(2), "It is the right result mirrored along axis 2."),
    (lambda x: x * 4, "Every value is 4 times what it should be."),
    (lambda x: x / 5, "Every value is 1/5 of what it should be."),
    (lambda x: -x, "Every value is the negative of what it should be."),
    (lambda x: x + 3, "Every value is off by the same number, 3."),
    (lambda x: x * 0 + 1, "Every value is the same."),
    (lambda x: x / 0 * 0, "Some of its values are NaN"),
    (lambda x: (x * 1000).exp(), "Some of its values are infinite: does a step on the way overflow, divide by 0,"),
    (lambda x: x.double(), "returned the right values, but in float64; float32 was asked for."),
    (lambda x: x.flatten(1), "The values are right, and in the right order: only the shape is not."),
    (lambda x: None, "returned None, which is what a function without a return gives; a tensor was asked for."),
    (lambda x: (row for row in x), "a generator, which holds no values yet"),
    (lambda x: x.size, "a function that has not been called (to call it, write ( ) after its name); a tensor"),
    (lambda x: list(x), "a tensor was asked for."),
    (lambda x: x * 1j, "a tensor of real numbers was asked for."),
    (
        lambda x: torch.zeros(9000, 1000),
        "a float32 tensor of shape (9000, 1000); a tensor of shape (2, 3, 5, 7) was asked for.",
    ),
]


@pytest.mark.parametrize(("task", "words"), TENSORS)
def test_a_wrong_tensor_is_described(task: Callable[..., Any], words: str) -> None:
    assert words in message(expect_tensor, observe(task, IMAGES), IMAGES)


def test_a_tensor_too_large_to_be_sent_is_told_by_its_shape() -> None:
    told = message(expect_shape, observe(lambda x: torch.zeros(9000, 1000), IMAGES), (2, 10))
    assert told.endswith("returned a float32 tensor of shape (9000, 1000); a tensor of shape (2, 10) was asked for.")


def test_classes_that_happen_to_be_as_many_are_not_called_moved() -> None:
    right = torch.tensor([0, 1, 0, 1, 1, 0, 0])
    told = message(expect_tensor, observe(lambda x: torch.tensor([1, 0, 0, 0, 0, 1, 1]), right), right)
    assert told.endswith("but 6 of 7 values are not right: [1, 0, 0, 0, 0, 1, 1].")


def test_right_values_in_any_form_pass() -> None:
    for task in (
        lambda x: x,
        lambda x: x.numpy(),
        lambda x: x.clone().requires_grad_() * 1,
        lambda x: x.mT.contiguous().mT,
    ):
        expect_tensor(observe(task, IMAGES), IMAGES)


NUMBERS = [
    (lambda x: x.pow(2).sum(), "It is 24 times what it should be"),
    (
        lambda x: x.pow(2).sum(0).mean(),
        "It is 4 times what it should be, and an axis of the input has that length: a sum",
    ),
    (
        lambda x: x.pow(2).mean() / 6,
        "1/6 of what it should be, and an axis of the input has that length: was it",
    ),
    (lambda x: -x.pow(2).mean(), "It is the negative of what it should be."),
    (lambda x: x.mean() / 0 * 0, "It is NaN"),
    (
        lambda x: x.abs().sum() / 0,
        "It is infinite: does a step on the way overflow, divide by 0, or take the log of 0?",
    ),
    (lambda x: "1", "one number was asked for"),
    (lambda x: True, "one number was asked for"),
    (lambda x: x.pow(2).mean() * 1.0004, "It is off by less than a thousandth: rounding"),
]


@pytest.mark.parametrize(("task", "words"), NUMBERS)
def test_a_wrong_number_is_described(task: Callable[..., Any], words: str) -> None:
    assert words in message(expect_number, observe(task, NOISE), float(NOISE.pow(2).mean()), rtol=1e-5)


@pytest.mark.parametrize("huge", [1e38, -1e38, 1e17, 1e-30])
def test_a_factor_without_a_meaning_is_not_told(huge: float) -> None:
    assert message(expect_number, observe(lambda x: huge, NOISE), 0.3).endswith("which is not right.")


def test_a_number_is_compared_within_rounding_unless_it_is_whole() -> None:
    expect_number(observe(lambda x: 0.1 + 0.2, NOISE), 0.3)
    expect_number(observe(lambda x: 3000.3001, NOISE), 3000.3)
    assert "which is not right" in message(expect_number, observe(lambda x: 0.3001, NOISE), 0.3)
    assert "which is not right" in message(expect_number, observe(lambda x: 3.000001, NOISE), 3)
    assert "which is not right" in message(expect_number, observe(lambda x: 0.3 + 1e-7, NOISE), 0.3, atol=1e-9)


def test_the_entry_that_is_wrong_is_named_whatever_the_dtype_of_the_right_ones() -> None:
    seen = observe(lambda x: {"mean": x.float(), "sum": 2 * x}, torch.ones(2, dtype=torch.float64))
    right = {"mean": torch.ones(2, dtype=torch.float64), "sum": torch.ones(2, dtype=torch.float64)}
    assert message(expect_equal, seen, right).endswith("The entry of 'sum' is wrong.")


def test_a_layer_without_bias_is_not_called_a_function_without_return() -> None:
    said = "'NoneType' object has no attribute 'numel'"
    assert "bias=False" in explain("AttributeError", said, "return layer.weight.numel() + layer.bias.numel()")
    assert "a function without a return" in explain("AttributeError", said, "return scaled.numel()")


def test_an_integer_off_by_one() -> None:
    assert "It is off by one." in message(expect_integer, observe(lambda x: len(x) + 1, IMAGES), 2)
    assert "a whole number was asked for" in message(expect_integer, observe(lambda x: 2.0, IMAGES), 2)
    expect_integer(observe(lambda x: np.int16(2), IMAGES), 2)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((2, 4, 9, 11), "The size of axis 2 is off by one; the others are right."),
        ((2, 4, 9, 12), "The sizes of axes 2 and 3 are off by one; the others are right."),
        ((2, 4, 20, 13), "The size of axis 2 is not right; the others are right."),
        ((2, 4, 11, 10), "Its sizes are right, but their order is not."),
        ((2, 4, 10), "It has 3 axes, and should have 4."),
        (5, "a shape, a tuple of whole numbers, was asked for."),
        ((2.0, 4, 10, 11), "a shape, a tuple of whole numbers, was asked for."),
    ],
)
def test_wrong_sizes_are_described(sizes: Any, words: str) -> None:
    right = (2, 4, 10, 11) if sizes != (2, 4, 9, 12) and sizes != (2, 4, 20, 13) else (2, 4, 10, 13)
    right = {(2, 4, 9, 11): (2, 4, 10, 11), (2, 4, 9, 12): (2, 4, 10, 13), (2, 4, 20, 13): (2, 4, 10, 13)}.get(
        sizes if isinstance(sizes, tuple) else (), right
    )
    assert words in message(expect_sizes, observe(lambda x: sizes, IMAGES), right)


def test_the_comma_of_a_tuple_is_told_only_where_one_number_was_asked_for() -> None:
    assert "needs a comma" in message(expect_sizes, observe(lambda x: 5, IMAGES), (5,))
    assert "needs a comma" not in message(expect_sizes, observe(lambda x: 5, IMAGES), (5, 5))


def test_a_change_in_place_is_told_with_its_argument() -> None:
    assert "changed its input images in place" in message(expect_inputs_kept, observe(lambda x: x.add_(1), IMAGES))


def test_a_call_that_changed_its_input_was_not_right_before() -> None:
    run = LocalRun({"task": lambda x: x.add_(0) if len(x) > 1 else x.add_(1)}, {"task": ("images",)})
    two, one = (TaskProxy(run, "task")(torch.zeros(count, 3)) for count in (2, 1))
    assert "It was right for larger batches" in message(expect_inputs_kept, one)
    run = LocalRun({"task": lambda x: x.add_(1)}, {"task": ("images",)})
    two, one = (TaskProxy(run, "task")(torch.zeros(count, 3)) for count in (2, 1))
    assert two.returned
    assert message(expect_inputs_kept, one).endswith("return something new.")


def test_a_number_without_an_end_is_told_as_one() -> None:
    for lost, said in ((torch.inf, "It is infinite: does"), (torch.nan, "It is NaN: does")):
        for value in (lost, torch.tensor(lost)):
            assert said in message(expect_finite, observe(lambda x, value=value: value, IMAGES))
    assert "Some of its values are NaN" in message(expect_finite, observe(lambda x: x * torch.nan, IMAGES))


def test_whole_numbers_that_became_nan_were_never_written() -> None:
    told = message(expect_tensor, observe(lambda x: x * torch.nan, IMAGES), IMAGES.to(torch.uint8))
    assert "is there a tensor of torch.empty that is not filled everywhere?" in told


def test_a_wrong_dtype_is_told() -> None:
    words = message(expect_shape, observe(lambda x: x.long(), IMAGES), (2, 3, 5, 7), dtype=torch.float32)
    assert "float32 was asked for" in words


def rounds(task: Callable[..., Any], *inputs: torch.Tensor) -> str:
    """A check that asks for the same of several inputs; the message of the first that fails."""
    run = LocalRun({"task": task})
    for images in inputs:
        observed = TaskProxy(run, "task")(images)  # type: ignore[arg-type]
        try:
            expect_tensor(observed, images.mT)
        except CheckFailed as failure:
            return failure.message
    return ""


def test_right_for_square_images_only() -> None:
    words = rounds(lambda x: x.mT.reshape(x.shape), counting_images(2, 4, 4), counting_images(2, 4, 5))
    assert words.endswith("It was right for square images: this one's height and width differ.")


def test_right_for_a_batch_of_one_only() -> None:
    words = rounds(lambda x: x[:1].mT.expand(len(x), -1, -1), counting_images(1, 4, 5), counting_images(2, 4, 5))
    assert words.endswith("It was right for a batch of one: this batch is larger.")
    words = rounds(lambda x: x.mT.squeeze(), counting_images(3, 4, 5), counting_images(1, 4, 5))
    assert words.endswith("It was right for larger batches: this batch holds only one.")


def test_what_is_said_of_the_input_stands_before_the_map() -> None:
    words = rounds(
        lambda x: x.mT if x.shape[1] == x.shape[2] else x.mT.triu(), counting_images(2, 4, 4), counting_images(2, 4, 5)
    )
    said, picture = words.split("\nx marks the wrong ones:\n")
    assert said.endswith("It was right for square images: this one's height and width differ.")
    assert picture.endswith("x x x x")


def test_right_for_another_type_of_number_only() -> None:
    large, one = counting_images(3, 4, 5, dtype=torch.uint8), counting_images(1, 4, 5, dtype=torch.float64)
    words = rounds(lambda x: x.mT if x.dtype == torch.uint8 else x, large, one)
    assert words.endswith("It was right for numbers of uint8; these are of float64.")
    words = rounds(lambda x: x.mT if x.dtype == torch.uint8 or len(x) > 1 else x, large, large.double(), one)
    assert words.endswith("It was right for larger batches: this batch holds only one.")


def test_one_number_for_an_input_of_one_is_the_right_one_without_its_axis() -> None:
    words = message(expect_tensor, observe(lambda x: x[0, 0, 0, :1].squeeze(), IMAGES), IMAGES[0, 0, 0, :1])
    assert words.endswith("The values are right, and in the right order: only the shape is not.")
    words = message(expect_tensor, observe(lambda x: x.sum(), IMAGES), IMAGES[0, 0, 0, :1])
    assert "A single number" not in words


def test_right_for_another_rank_only() -> None:
    words = rounds(lambda x: x.mT if x.dim() == 2 else x, counting_images(4, 5), counting_images(3, 4, 5))
    assert words.endswith("It was right for an input with 2 axes; this one has 3.")


# --- errors, as this torch words them ------------------------------------------------------------------------------


class Unfinished(nn.Module):
    def forward(self, x: torch.Tensor) -> Any:
        return self.layer(x)


class Early(nn.Module):
    def __init__(self) -> None:
        self.layer = nn.Linear(2, 2)


X = torch.zeros(4, 1, 28, 28)
LABELS = torch.tensor([0, 1, 1, 0])

ERRORS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: X.flatten(1) @ torch.zeros(100, 10),
        "each row on the left holds 784 numbers, and the matrix on the right takes 100.",
    ),
    (
        lambda: nn.Conv2d(3, 8, 3)(X),
        "declared for 3 input channels, but axis 1, where torch looks for the channels, has length 1",
    ),
    (lambda: nn.BatchNorm2d(1)(torch.zeros(1, 28, 28)), "the axis of the batch or of the channels missing?"),
    (lambda: nn.Conv2d(1, 8, 3)(torch.zeros(4, 28)), "An image batch has four axes, (N, C, H, W), but [4, 28] came"),
    (lambda: nn.Conv2d(1, 8, 3)(X[None]), "but [1, 4, 1, 28, 28] came: is there an axis too many?"),
    (lambda: urllib.request.urlopen("http://127.0.0.1:1/"), "Grading has no network, so nothing can be downloaded."),
    (lambda: torch.zeros(2, 3, 4).permute(0, 3, 1, 2), "fewer or more axes than the code expects"),
    (lambda: torch.zeros(2, 3).transpose(1, 2), "fewer or more axes than the code expects"),
    (lambda: torch.zeros(2, 3, 4).reshape(5, 5), "do not multiply to the number of elements"),
    (lambda: torch.zeros(2, 3) + torch.zeros(2, 4), "compare them axis by axis, beginning with the last"),
    (lambda: F.binary_cross_entropy(torch.rand(4), LABELS), "Two dtypes meet here that do not go together"),
    (lambda: F.cross_entropy(torch.rand(4, 2), LABELS.float()), "Class numbers are whole numbers"),
    (lambda: F.nll_loss(torch.rand(4, 2), F.one_hot(LABELS)), "not one-hot rows"),
    (lambda: F.cross_entropy(torch.rand(4, 2), LABELS + 1), "A label is not one of the network's classes"),
    (lambda: F.binary_cross_entropy(torch.rand(4, 1), LABELS.float()), "Targets and outputs must have the same shape"),
    (
        lambda: F.binary_cross_entropy_with_logits(torch.rand(4, 1), LABELS.float()),
        "Targets and outputs must have the same",
    ),
    (lambda: nn.Linear(2, 2)(torch.zeros(3, 2, dtype=torch.long)), "dtype"),
    (lambda: X.byte().mean(), "This operation needs floats, and these are whole numbers"),
    (lambda: torch.softmax(LABELS, 0), "This operation needs floats, and these are whole numbers"),
    (
        lambda: F.cross_entropy(LABELS, torch.rand(4, 10)),
        "the network's scores are its first argument and the labels its second",
    ),
    (lambda: nn.Conv2d(1, 8, 3)(X[:, 0]), "is the axis of the batch or of the channels missing?"),
    (lambda: torch.max_pool2d(nn.ReLU(X), 2), "A tensor is needed here, but this is a layer"),
    (lambda: nn.MaxPool2d(X).flatten(1), "A tensor is needed here, but this is a layer"),
    (lambda: nn.Sequential([nn.ReLU()]), "or a list of layers"),
    (lambda: nn.Sequential(nn.ReLU), "a class, perhaps"),
    (lambda: X.rearrange("n c h w -> n h w c"), "takes the tensor as its argument"),
    (lambda: X.numpy().permute(0, 1), "torch.from_numpy turns an array into a tensor"),
    (lambda: (1, 2).last, "in square brackets"),
    (lambda: X[:, ::-1], "cannot be sliced backwards"),
    (lambda: torch.stack(X[0, 0]), "This is a single tensor"),
    (lambda: {}[(2, 3)], "no entry for this key"),
    (lambda: math.exp(1000), "larger than a float can be"),
    (lambda: torch.rand(4, 10).gather(1, LABELS), "as many axes"),
    (lambda: not_made_anywhere, "Nothing has this name when the line runs"),  # type: ignore[name-defined]  # noqa: F821
    (lambda: torch.zeros(2)[0].add_(torch.zeros(3)), "larger than the tensor that it is to be written into"),
    (lambda: np.zeros(2) + X[0, 0, 0, :2], "meets a tensor"),
    (lambda: Unfinished()(X), "There is no attribute of that name"),
    (lambda: Early(), "super().__init__()"),
    (lambda: (1, 2).permute(0), "takes it for a tensor, but it is a tuple."),
    (lambda: torch.zeros(2).sum().item().backward(), "a plain number of type float"),
    (lambda: None.shape, "is there a function without a return?"),
    (lambda: (1, 2).append(3), "joined by +"),
    (lambda: (1, 2) + 3, "(5,)"),
    (lambda: [1, 2] + 3, "+ joins a list to another list only."),
    (lambda: (1, 2) + [3], "tuple( ) makes a tuple of a list"),
    (lambda: X.shape + [3], "tuple( ) makes a tuple of a list"),
    (lambda: torch.zeros(2, 3).permute(0, -2), "named twice"),
    (lambda: torch.zeros(2, 3).expand(4, 3), "Something of length 2 does not fit into a place of length 4"),
    (lambda: bool(torch.zeros(2)), "Compare the whole tensor at once"),
    (lambda: torch.zeros(2, 3)[5], "Axis 0 has length 2, so it has no index 5"),
    (lambda: torch.tensor([torch.zeros(2, dtype=torch.uint8)]), "One number is needed here"),
    (lambda: torch.tensor([torch.zeros(2)]), "One number is needed here"),
    (lambda: math.exp(torch.zeros(2)), "One number is needed here"),
    (lambda: torch.zeros(2).item(), "One number is needed here"),
    (lambda: torch.zeros(2)[torch.zeros(2)], "An index must be a whole number"),
    (lambda: torch.zeros(4, 1) @ torch.zeros(10, 10), "each row on the left holds 1 number, and"),
    (lambda: torch.cat((torch.zeros(2), torch.zeros(2, 2))), "joined only if they have the same number of axes"),
    (lambda: torch.stack((torch.zeros(2), torch.zeros(3))), "joined only if they have the same number of axes"),
    (lambda: int("valid"), "A number is needed here, but this is a text"),
    (lambda: 1 / 0, "divided by a number that is 0"),
    (lambda: None + 1, "is there a function without a return?"),
    (lambda: nn.CrossEntropyLoss()(torch.zeros(2, 10), LABELS[:1]), "got 2 rows of outputs, and labels for 1"),
    (lambda: X.numel + 1, "a function that has not been called"),
    (lambda: torch.exp(X.sum), "a function that has not been called"),
    (lambda: X.mean.item(), "a function that has not been called"),
    (lambda: X - X.max(1, keepdim=True), "max returns two things"),
    (lambda: torch.zeros(2, requires_grad=True).numpy(), "NumPy knows no gradients"),
    (lambda: torch.zeros(2).sum().backward(), "No gradient can flow from the loss back to the parameters"),
    (lambda: nn.BatchNorm1d(3)(torch.zeros(1, 3)), "in train mode when it should be in eval mode"),
    (lambda: (lambda a: a)(1, 2), "The parameters are not those of the stub"),
    (lambda: (lambda a: a)(), "The parameters are not those of the stub"),
    (lambda: (lambda: exec("a, b = (1, 2, 3)"))(), "the number of names is not the number of its entries"),
    (lambda: (1, 2)[5], "fewer elements, or axes"),
    (lambda: exec("with torch.no_grad: pass", {"torch": torch}), "Is it a class or a function that needs brackets"),
    (lambda: __import__("no_such_module"), "The grading environment has torch"),
    (lambda: X.transpose((0, 1)), "transpose swaps two axes"),
    (lambda: np.rollaxis(X, 2), "transpose swaps two axes"),
    (lambda: torch.optim.SGD([]), "no parameters that torch knows of"),
    (lambda: object().parameters(), "does the class inherit from nn.Module"),  # type: ignore[attr-defined]
    (lambda: (lambda x, bias: x)(1, 2, bias=3), "compare the two signatures"),  # type: ignore[misc]
]


@pytest.mark.parametrize(("fail", "words"), ERRORS)
def test_an_error_is_explained(fail: Callable[[], Any], words: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        fail()
    told = explain(type(caught.value).__name__, str(caught.value))
    assert words in told, f"{type(caught.value).__name__}: {caught.value}"


def test_an_optimizer_that_got_the_network_is_told_what_it_takes() -> None:
    said = "'Net' object is not iterable"
    assert "model.parameters()" in explain("TypeError", said, "opt = torch.optim.SGD(model, lr=0.01)")
    assert "model.parameters()" not in explain("TypeError", said, "for layer in net:")


def test_a_call_of_another_function_is_not_compared_with_the_stub() -> None:
    said = 'unsqueeze() missing 1 required positional arguments: "dim"'
    assert "stub" in explain("TypeError", said)
    assert explain("TypeError", said, "return images.unsqueeze()").startswith("What this line calls takes other")


@pytest.mark.parametrize(
    ("line", "speaks_of_layers"),
    [
        ("return self.layers(x)", True),
        ("x = self.linear(x)", True),
        ("return x @ weight + bias", False),
        ("return torch.matmul(x, weight)", False),
        ("return F.linear(x, weight.T)", False),
        ("", False),
    ],
)
def test_layers_are_spoken_of_where_one_is_called(line: str, speaks_of_layers: bool) -> None:
    with pytest.raises(RuntimeError) as caught:
        nn.Linear(100, 10)(X.flatten(1))
    told = explain("RuntimeError", str(caught.value), line)
    assert ("Each row holds 784 numbers, but the layer was declared for 100." in told) == speaks_of_layers
    assert ("inner sizes do not match" in told) != speaks_of_layers


def test_a_batch_that_is_written_as_a_number_is_told_as_that() -> None:
    with pytest.raises(RuntimeError) as caught:
        nn.Linear(2 * X.numel() // 8, 10)(X.reshape(8, -1))
    rows = "This line makes 8 rows, however many images come."
    assert explain("RuntimeError", str(caught.value), "return self.fc(x.view(8, -1))").startswith(rows)
    assert not explain("RuntimeError", str(caught.value), "return self.fc(x.view(len(x), -1))").startswith(rows)
    assert not explain("RuntimeError", str(caught.value), "return self.fc(x.view(4, -1))").startswith(rows)


def test_the_stub_is_named_where_the_task_itself_was_called() -> None:
    """A call in the student's own code has nothing to do with the stub's parameters."""
    text = "zeros() got an unexpected keyword argument 'names'"
    assert "stub" in explain("TypeError", text)
    assert "stub" not in explain("TypeError", text, 'return torch.zeros(2, names=("a",))')


class Refused(ValueError):
    pass


def test_an_error_that_inherits_from_the_one_asked_for_is_one() -> None:
    def refuse(x: object) -> None:
        raise Refused(x)

    expect_raises(observe(refuse, 1), "ValueError")
    expect_raises(observe(refuse, 1), ValueError)
    refused = observe(refuse, 1)
    assert "raised Refused; KeyError was asked for" in message(expect_raises, refused, KeyError)
    assert "raised Refused; KeyError was asked for" in message(expect_raises, refused, "KeyError")
    assert refused.error is not None
    placed = dataclasses.replace(refused, error=dataclasses.replace(refused.error, where="line 3", text="raise x"))
    assert "raised Refused at line 3 (`raise x`); KeyError was" in message(expect_raises, placed, "KeyError")


def test_an_error_of_ones_own_has_no_idea_beside_its_message() -> None:
    line = 'if task not in table: raise KeyError(f"no loss for {task}")'
    assert explain("KeyError", "'no loss for x'", line) == ""
    assert explain("KeyError", "'x'", "return table[task]  # may raise").startswith("The dict has no entry")


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"one": 1}, "ANSWERS has no entry for 'two'."),
        ({"Two": 2, 3: 3}, "ANSWERS has no entry for 'two'. It has one for 'Two': the names must be the same."),
        ([1, 2], "ANSWERS is of type list, but must be a dict, as in the stub."),
        (None, "ANSWERS is of type NoneType, but must be a dict, as in the stub."),
    ],
)
def test_an_entry_that_is_not_there_is_no_error_of_the_students_code(answers: Any, says: str) -> None:
    """In a notebook's kernel as in the sandbox."""
    pending = Observation("ANSWERS", (Call("item", "ANSWERS", ("two",)),), "value")
    entry = translate.item(Observation("ANSWERS", (), "value", value=answers), pending, "two")
    assert message(expect_number, entry, 2) == says
    assert message(expect_number, TaskProxy(LocalRun({"ANSWERS": answers}, {}), "ANSWERS")["two"], 2) == says


@pytest.mark.parametrize(
    ("answers", "key", "says"),
    [
        ({"(2, 3)": 3}, (2, 3), "Its keys are texts: write them without quotation marks."),
        ({2: 2}, (2,), "It has one for 2: a tuple of one number needs a comma, as in (2,)."),
        ({(3,): 3}, (2,), ""),
        ({(2, 3): 3}, (2,), ""),
    ],
)
def test_a_key_that_was_written_otherwise_is_told(answers: Any, key: Any, says: str) -> None:
    asked = TaskProxy(LocalRun({"ANSWERS": answers}, {}), "ANSWERS")[key]
    assert message(expect_number, asked, 2) == f"ANSWERS has no entry for {key!r}. {says}".rstrip()


def test_an_error_of_ones_own_is_left_alone() -> None:
    assert explain("ValueError", "a kernel of 5 does not fit an image of 3") == ""


def test_a_stubs_line_above_a_students_own_is_told() -> None:
    def area(a: object) -> object:
        raise NotImplementedError("area")

    text = 'def area(a):\n    raise NotImplementedError("area")\n    return a * a\n'
    run = LocalRun({"area": area})
    run.source = Source("py", (Cell(text, 1, None),))
    told = message(expect_number, TaskProxy(run, "area")(3), 9)  # type: ignore[arg-type]
    assert told.startswith("At line 2, area still has the stub's own line, which ends your code there")
    run.source = Source("py", (Cell(text.replace("    return a * a\n", ""), 1, None),))
    assert message(expect_number, TaskProxy(run, "area")(3), 9) == "area is not started yet."  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class CNN:\n    pass\n", "Your file has no Net. It defines CNN: is that the one? The name must be Net."),
        ("class CNN:\n    pass\nclass Block:\n    pass\n", "Your file has no Net."),
        ("def make():\n    pass\nCNN = make()\n", "Your file has no Net."),
    ],
)
def test_the_only_class_may_be_the_one_that_is_missing(text: str, said: str) -> None:
    run = LocalRun({}, {"Net": ()})
    run.source = Source("py", (Cell(text, 1, None),))
    seen = Observation("Net", (), "error", error=StudentError("MissingTask", "no Net"), run=run)
    assert told(seen) == (said, "not_found")
