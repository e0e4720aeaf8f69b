"""Errors that student code raised, in words: with the student's own line, and no frame of ours."""

from __future__ import annotations

import re

from ..sandbox.observation import Observation
from . import describe

# Errors that nobody raises on purpose to refuse bad input.
NOT_ON_PURPOSE = frozenset({"NotImplementedError", "MissingTask", "NameError", "SystemExit", "MemoryError"})


def message(observation: Observation) -> str:
    """What was called, what it raised and where, and what that usually means."""
    error = observation.error
    assert error is not None
    if error.type_name == "MissingTask":
        return error.message
    where = f" at {error.where}" if error.where else ""
    line = f" (`{error.text}`)" if error.text else ""
    text = f"{describe.call(observation)} raised {error.type_name}{where}{line}: {_first_line(error.message)}"
    idea = explain(error.type_name, error.message, error.text)
    return f"{text.rstrip('.')}. {idea}" if idea else text


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0][:300] if lines else "no message"


_MULTIPLY = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
_PRODUCT = re.compile(
    r"@|\b(matmul|mm|addmm|einsum|dot)\(|(?<!self\.)\blinear\("
)  # written out, so no layer is at work
_CHANNELS = re.compile(r"expected input.* to have (\d+) channels, but got (\d+) channels")
_RANK = re.compile(r"Expected 3D \(unbatched\) or 4D \(batched\) input to conv2d, but got input of size: (\[.*?\])")


def explain(type_name: str, text: str, line: str = "") -> str:
    """The idea behind a common error, or nothing. line: the student's own line that raised it, if it is known."""
    if match := _MULTIPLY.search(text):
        came, declared = match[2], match[3]
        if line and not _PRODUCT.search(line):
            return (
                f"{came} numbers came for each row, but the layer was declared for {declared}. "
                "Work out how many are left after the layers before it."
            )
        return f"The inner sizes do not meet: each row on the left holds {came} numbers, and the matrix on the right takes {declared}."
    if match := _CHANNELS.search(text):
        return (
            f"The layer was declared for {match[1]} input channels, and the tensor has {match[2]} on axis 1, "
            "where torch looks for the channels."
        )
    if match := _RANK.search(text):
        return f"An image batch has four axes, (N, C, H, W), but {match[1]} came: is the channel axis missing?"
    for pattern, idea in _IDEAS:
        if re.search(pattern, f"{type_name}: {text}"):
            return idea
    return ""


_IDEAS = (
    (
        r"expected (scalar type|target dtype to be) Long|expected floating point type for target with class probabilities",
        "Class numbers are whole numbers (int64), one for each image: mind the dtype of the labels.",
    ),
    (
        r"object has no attribute '(shape|dim|permute|reshape|view|unsqueeze|mean|float|numel|size)'",
        "A tensor was expected there, and something else came.",
    ),
    (
        r"^AttributeError: .* object has no attribute",
        "Nothing of that name is there: is it spelled as where it was set (in __init__, say), and was it set at all?",
    ),
    (r"before Module.__init__\(\) call", "A module's __init__ begins with super().__init__()."),
    (
        r"[Tt]arget size \(.*\) (must be the same as|that is different to)|same.* target .*size|input and target",
        "Targets and outputs must have one shape here: compare the two that are named.",
    ),
    (
        r"0D or 1D target tensor expected|multi-target not supported",
        "The labels are class numbers, one for each row: one axis, not one-hot rows.",
    ),
    (r"Target -?\d+ is out of bounds", "A label is not among the classes: count the outputs and the smallest label."),
    (
        r"[Ee]xpected more than 1 value per channel when training",
        "Batch normalisation cannot learn from a single value: is the network in train mode where it should be in eval mode?",
    ),
    (
        r"does not require grad and does not have a grad_fn|backward through the graph a second time",
        "The loss has lost its way back to the parameters: was it detached, made a number, or used before?",
    ),
    (
        r"expected (\d+) positional argument|missing \d+ required|takes .* positional argument|unexpected keyword argument",
        "The parameters are not those of the stub: compare its signature.",
    ),
    (
        r"^(ValueError|TypeError): (not enough|too many) values to unpack",
        "The tensor (or shape) has another number of axes than there are names for them.",
    ),
    (r"^IndexError: .*index out of range", "There are fewer elements, or axes, than the index asks for."),
    (
        r"expected scalar type Float but found|Found dtype (Long|Byte)|result type Float can't be cast",
        "Whole numbers met a function that computes with floats: mind the dtype.",
    ),
    (
        r"(mean|softmax|norm)\(?\)?.*(Byte|Long|Int)|not implemented for '(Byte|Long|Int|Char)'",
        "This operation needs floats, and whole numbers came: mind the dtype.",
    ),
    (
        r"(to|must) have the same dtype|should be the same.*(Byte|Long|Float)Tensor",
        "Two tensors of different dtypes met: make them the same before they are combined.",
    ),
    (
        r"permute\(sparse_coo\)|permute.*number of dimensions|Dimension out of range",
        "The tensor has fewer or more axes than the code counts on: look at its shape first.",
    ),
    (
        r"shape '.*' is invalid for input of size",
        "The sizes asked for do not multiply to the number of elements: one of them is taken for another, or fixed.",
    ),
    (
        r"The size of tensor a .* must match the size of tensor b",
        "Two shapes met that cannot be lined up: compare them from the last axis on.",
    ),
    (r"NoneType", "Something is None here that should be a value: does a function lack its return?"),
    (r"Can't call numpy\(\) on Tensor that requires grad", "Detach the tensor from the graph before numpy sees it."),
    (r"^RecursionError", "The function calls itself without an end."),
    (r"^MemoryError|can't allocate memory|not enough memory", "It asks for more memory than there is."),
    (r"^ModuleNotFoundError", "The grading environment has torch, numpy, torchvision, einops, matplotlib and tqdm."),
    (r"^EOFError.*reading a line", "Nobody is there to type an answer to input()."),
    (r"^SystemExit", "The code ends the program: leave that to whoever runs it."),
)
