"""Errors that student code raised, in words: with the student's own line, and no frame of ours."""

import ast
import re
from collections.abc import Collection

from torch import nn

from ..common.ideas import ideas_beside
from ..common.plural import plural
from ..common.terminal import beginning
from ..sandbox.left_out import NO_DOWNLOADS, NO_NETWORK, makes
from ..sandbox.observation import Observation, Why
from ..submission.own_tasks import unseen
from ..submission.source import Source
from ..submission.suggestions import did_you_mean, names_of, near, reads_all, top_level
from ..submission.syntax import broken_line
from . import describe

# Errors that nobody raises on purpose to refuse bad input.
NOT_ON_PURPOSE = frozenset(
    {"NotImplementedError", "MissingTask", "MissingEntry", "NameError", "SystemExit", "MemoryError"}
)


def told(observation: Observation) -> tuple[str, Why]:
    """What was called, what it raised and where, and what that usually means; or why there was nothing to call."""
    error = observation.error
    assert error is not None
    if error.type_name == "MissingEntry":
        return f"{error.message}. {error.because}".rstrip(), ""
    source = observation.run.source if observation.run is not None else None
    if error.type_name == "MissingTask":
        return _missing(observation.task, error.message, source, observation.run.tasks if observation.run else ())
    where = f" at {error.where}" if error.where else ""
    line = f" (`{error.text}`)" if error.text else ""
    text = f"{describe.call(observation)} raised {error.type_name}{where}{line}"
    said = beginning(error.message).removesuffix(", but expected one of:")
    text = f"{text}: {said}" if said else text
    meant = did_you_mean(error.message, source, error.line)
    idea = error.because or meant or explain(error.type_name, error.message, error.text)
    return f"{text.rstrip('.')}. {idea}" if idea else text, ""


def _missing(task: str, said: str, source: Source | None, tasks: Collection[str]) -> tuple[str, Why]:
    """Why the file has no such task. said: the message of the sandbox, which knows the lines that were left out."""
    if source is None:
        return said, ""
    broken, is_named, names = broken_line(source, task), makes(source.text, task), names_of(source.cells)
    if task in names.top:
        lost = broken is not None and f"{source.locate(broken.line)} ".casefold() in said.casefold()
        return said, "unreadable" if lost else ""
    if broken is None and is_named and not reads_all(source):
        return said, "unreadable"  # Python gave up on a line that is nested too deeply
    if broken is not None and not broken.alone and is_named:
        where = source.locate(broken.line)
        return f"Python cannot read {task} because of {where} of your file: {broken.why}", "unreadable"
    if unseen(source, task):
        return said, ""
    others = [name for name in names.top if name not in (*tasks, *names.imported)]
    meant = near(task, others) or _only_class(task, others, source)
    there = f" It defines {meant}: is that the one? The name must be {task}." if meant else ""
    return f"Your file has no {task}.{there}", "not_found"


def _only_class(task: str, names: Collection[str], source: Source) -> str:
    """The only class that a file defines under one of these names, if the task may be a class; otherwise ""."""
    found = {each.name for each in top_level(source.cells) if isinstance(each, ast.ClassDef) and each.name in names}
    return found.pop() if len(found) == 1 and task[0].isupper() else ""


_RAISE = re.compile(r"(^|[:;])\s*raise\b")
_MULTIPLY = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
_FIXED = re.compile(r"\b(?:view|reshape)\(\(?\s*(\d+)\s*,")  # with the number of rows as a number
# A line that computes the product itself: the error is not a layer's.
_PRODUCT = re.compile(r"@|\b(matmul|mm|addmm|einsum|dot)\(|(?<!self\.)\blinear\(")
_CHANNELS = re.compile(r"expected input\[(\d+), .* to have (\d+) channels, but got (\d+) channels")
_NO_TENSOR = re.compile(r"'(\w+)' object has no attribute|must be Tensor, not (\w+)")
_ASKS = re.compile(r"\b(if|elif|while|and|or|not|in|assert|max|min|sorted|any|all|bool|range)\b")
_PARAMETERS = re.compile(
    r"expected (\d+) positional argument|multiple values for argument|missing \d+ required|takes .* positional argument|unexpected keyword argument"
    r"|invalid combination of arguments"
)
_RANK = re.compile(r"Expected 3D \(unbatched\) or 4D \(batched\) input to conv2d, but got input of size: (\[.*?\])")


def explain(type_name: str, text: str, line: str = "") -> str:
    """The idea behind a common error, or nothing. line: the student's own line that raised it, if it is known.

    There is none for an error of the student's own making: what it means is in its message.
    """
    if _RAISE.search(line):
        return ""
    if match := _MULTIPLY.search(text):
        came, declared = match[2], match[3]
        if (fixed := _FIXED.search(line)) and fixed[1] == match[1]:
            return (
                f"This line makes {plural(int(fixed[1]), 'row')}, however many images come. Keep the axis of the batch, as "
                "x.flatten(1) does, or take its length from the input, x.shape[0]."
            )
        if line and not _PRODUCT.search(line):
            return (
                f"Each row holds {plural(int(came), 'number')}, but the layer was declared for {declared}. "
                "Work out how many are left after the layers before it."
            )
        return f"The inner sizes do not match: each row on the left holds {plural(int(came), 'number')}, and the matrix on the right takes {declared}."
    if match := _CHANNELS.search(text):
        batch, declared, came = match.groups()
        wanted = f"The layer was declared for {plural(int(declared), 'input channel')}"
        if batch == "1":  # torch says this of three axes too: the batch or the channels are missing
            return (
                f"{wanted}, but torch looks for the channels on an axis of length {came}. It took the tensor for one image: is the "
                "axis of the batch or of the channels missing?"
            )
        return f"{wanted}, but axis 1, where torch looks for the channels, has length {came}."
    if (match := _NO_TENSOR.search(text)) and isinstance(getattr(nn, match[1] or match[2], None), type):
        return (
            "A tensor is needed here, but this is a layer. First make the layer, with its settings in brackets; then call it "
            "with the tensor."
        )
    if match := _RANK.search(text):
        asked = "is there an axis too many" if match[1].count(",") > 3 else "is the channel axis missing"
        return f"An image batch has four axes, (N, C, H, W), but {match[1]} came: {asked}?"
    if NO_NETWORK.search(text):
        return NO_DOWNLOADS
    if "Boolean value of Tensor" in text and line and not _ASKS.search(line):
        return (
            "A tensor was used as one True or False, but this line asks no question. Is a loss or a layer called here that was "
            "never made? First make it, with its settings in brackets; then call it with the tensors."
        )
    if "object is not iterable" in text and "optim" in line and "'method'" not in text:
        return "An optimizer takes the parameters of a network, model.parameters(), not the network itself."
    if "NoneType" in text and ".bias" in line:
        return "A layer that was made with bias=False has None for its bias."
    if _PARAMETERS.search(text):
        if line:
            return "What this line calls takes other parameters than the line gives it."
        return "The parameters are not those of the stub: compare the two signatures."
    for expression, idea in ideas_beside(__file__):
        if match := expression.search(f"{type_name}: {text}"):
            return idea.format(*match.groups())
    return ""
