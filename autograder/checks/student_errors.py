"""Errors that student code raised, in words: with the student's own line, and no frame of ours."""

from __future__ import annotations

import re
from collections.abc import Collection

from torch import nn

from ..common.plural import plural
from ..common.terminal import beginning
from ..sandbox.left_out import makes
from ..sandbox.observation import Observation, Why
from ..submission.own_tasks import stands_inside
from ..submission.source import Source
from ..submission.suggestions import did_you_mean, near, reads_all, top_level_names
from ..submission.syntax import broken_line
from . import describe

# Errors that nobody raises on purpose to refuse bad input.
NOT_ON_PURPOSE = frozenset({"NotImplementedError", "MissingTask", "NameError", "SystemExit", "MemoryError"})


def told(observation: Observation) -> tuple[str, Why]:
    """What was called, what it raised and where, and what that usually means; or why there was nothing to call."""
    error = observation.error
    assert error is not None
    source = observation.run.source if observation.run is not None else None
    if error.type_name == "MissingTask":
        return _missing(observation.task, error.message, source, observation.run.tasks if observation.run else ())
    where = f" at {error.where}" if error.where else ""
    line = f" (`{error.text}`)" if error.text else ""
    text = f"{describe.call(observation)} raised {error.type_name}{where}{line}"
    said = beginning(error.message).removesuffix(", but expected one of:")
    text = f"{text}: {said}" if said else text
    meant = did_you_mean(error.type_name, error.message, source, _number(error.where, source))
    idea = error.because or meant or explain(error.type_name, error.message, error.text)
    return f"{text.rstrip('.')}. {idea}" if idea else text, ""


def _missing(task: str, said: str, source: Source | None, tasks: Collection[str]) -> tuple[str, Why]:
    """Why the file has no such task. said: the message of the sandbox, which knows the lines that were left out."""
    if source is None:
        return said, ""
    broken, is_named, defined = broken_line(source), makes(source.text, task), top_level_names(source)
    if task in defined:
        lost = broken is not None and f"{source.locate(broken.line)} ".casefold() in said.casefold()
        return said, "unreadable" if lost else ""
    if broken is None and is_named and not reads_all(source):
        return said, "unreadable"  # Python gave up on a line that is nested too deeply
    if broken is not None and not broken.alone and is_named:
        where = source.locate(broken.line)
        return f"Python cannot read {task} because of {where} of your file: {broken.why}", "unreadable"
    if stands_inside(source, task):
        return said, ""
    meant = near(task, [name for name in defined if name not in tasks])
    there = f" It has {meant}: is that the one? The name has to be {task}." if meant else ""
    return f"Your file has no {task}.{there}", "not_found"


def _number(where: str, source: Source | None) -> int:
    """The line of the whole source that a place like "cell 3, line 2" stands for; 0 if it names no line."""
    cell, _, line = where.rpartition("line ")
    if not line.isdecimal():
        return 0
    label = cell.rstrip(", ")
    first = next((cell.first_line for cell in source.cells if cell.label == label), 1) if source and label else 1
    return first + int(line) - 1


_MULTIPLY = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
_PRODUCT = re.compile(
    r"@|\b(matmul|mm|addmm|einsum|dot)\(|(?<!self\.)\blinear\("
)  # the line computes the product itself: the error is not a layer's
_CHANNELS = re.compile(r"expected input\[(\d+), .* to have (\d+) channels, but got (\d+) channels")
_NO_TENSOR = re.compile(r"'(\w+)' object has no attribute|must be Tensor, not (\w+)")
_ASKS = re.compile(r"\b(if|elif|while|and|or|not|in|assert|max|min|sorted|any|all|bool|range)\b")
_PARAMETERS = re.compile(
    r"expected (\d+) positional argument|missing \d+ required|takes .* positional argument|unexpected keyword argument"
    r"|invalid combination of arguments"
)
_RANK = re.compile(r"Expected 3D \(unbatched\) or 4D \(batched\) input to conv2d, but got input of size: (\[.*?\])")


def explain(type_name: str, text: str, line: str = "") -> str:
    """The idea behind a common error, or nothing. line: the student's own line that raised it, if it is known."""
    if match := _MULTIPLY.search(text):
        came, declared = match[2], match[3]
        if line and not _PRODUCT.search(line):
            return (
                f"{plural(int(came), 'number')} came for each row, but the layer was declared for {declared}. "
                "Work out how many are left after the layers before it."
            )
        return f"The inner sizes do not meet: each row on the left holds {plural(int(came), 'number')}, and the matrix on the right takes {declared}."
    if match := _CHANNELS.search(text):
        batch, declared, came = match.groups()
        wanted = f"The layer was declared for {plural(int(declared), 'input channel')}"
        if batch == "1":  # torch says this of three axes too: the batch or the channels are missing
            return (
                f"{wanted}, and {came} came where torch looks for the channels. It took the tensor for one image: has the axis of "
                "the batch or of the channels been left out?"
            )
        return f"{wanted}, and the tensor has {came} on axis 1, where torch looks for the channels."
    if (match := _NO_TENSOR.search(text)) and isinstance(getattr(nn, match[1] or match[2], None), type):
        return (
            "A layer came where a tensor is needed. A layer is made first, with its settings in brackets, and what comes of "
            "that is called with the tensor."
        )
    if match := _RANK.search(text):
        return f"An image batch has four axes, (N, C, H, W), but {match[1]} came: is the channel axis missing?"
    if "Boolean value of Tensor" in text and line and not _ASKS.search(line):
        return (
            "Somewhere a tensor was taken for one yes or no, and this line asks for none. Is a loss or a layer called here that "
            "was never made? It is made first, with its settings in brackets, and what comes of that is called with tensors."
        )
    if "NoneType" in text and ".bias" in line:
        return "A layer that was made with bias=False has None for its bias."
    if _PARAMETERS.search(text):
        if line:
            return "What is called on this line takes other parameters than it is given."
        return "The parameters are not those of the stub: compare its signature."
    for pattern, idea in _IDEAS:
        if match := re.search(pattern, f"{type_name}: {text}"):
            return idea.format(*match.groups())
    return ""


_IDEAS = (
    (r"NoneType", "Something is None here that should be a value: does a function lack its return?"),
    (
        r"expected 4D input \(got 3D input\)",
        "The layer wants images with four axes, (N, C, H, W), and three came: is the axis of the batch or of the channels missing?",
    ),
    (
        r"missing the required .forward. function",
        "A network says in a method of the name forward(self, x) what it makes of x. Here there is none: is it misspelt, or "
        "indented into another method?",
    ),
    (
        r"floating point type for target with class probabilities",
        "Outputs and labels have one shape here, so torch takes the labels for probabilities. What it wants are outputs with "
        "an axis of classes, (N, classes), and for each image one class number, (N,).",
    ),
    (
        r"expected (scalar type|target dtype to be) Long",
        "Class numbers are whole numbers (int64), one for each image: mind the dtype of the labels.",
    ),
    (
        r"'(int|float)' object has no attribute",
        "The code takes it for a tensor, and it is a bare number (of type {0}). item() makes one of a tensor, and so does float().",
    ),
    (
        r"'(\w+)' object has no attribute '(?:shape|dim|permute|reshape|view|unsqueeze|mean|float|numel|size)'",
        "The code takes it for a tensor, and it is a {0}.",
    ),
    (
        r"'(?:tuple|torch.Size)' object has no attribute '(?:append|extend|insert|pop|remove|replace|copy|sort|reverse)'",
        "A tuple cannot be changed. Two tuples are joined by +, and (5,) is a tuple of one number.",
    ),
    (
        r'can only concatenate tuple \(not "(?:int|float)"\)',
        "With a tuple, + joins tuples. To compute, take the tuple's entries apart; to join a number to it, make that a "
        "tuple as well, with a comma: (5,).",
    ),
    (
        r"must be an iterable, not (int|float)|cannot unpack non-iterable (int|float)|'(int|float)' object is not (?:iterable|subscriptable)",
        "A single number came where a tuple is taken apart: which of the arguments may be a number or a pair?",
    ),
    (
        r"permute\(\): duplicate dims",
        "One axis is named twice. permute wants each axis of the tensor once; -1 is the last one.",
    ),
    (
        r"expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\)",
        "Something of length {1} does not fit into a place of length {0}: only an axis of length 1 can be stretched.",
    ),
    (
        r"'(?:method|function|builtin_function_or_method)' object is not (?:iterable|subscriptable)",
        "A function stands here by its name alone. Brackets behind the name, ( ), call it.",
    ),
    (
        r"Boolean value of Tensor with more than one value is ambiguous",
        "`if` wants one yes or no, and a tensor of several values has as many. Compare the whole tensor at once, and let "
        "torch.where or the comparison itself make the result.",
    ),
    (
        r"^ZeroDivisionError|division by zero",
        "Something is divided by a number that is 0 here: look at the arguments of the call.",
    ),
    (
        r"tensors used as indices must be",
        "An index has to be a whole number, or a tensor of whole numbers, and something else stands there.",
    ),
    (
        r"only integer tensors of a single element|only one element tensors can be|cannot be converted to Scalar",
        "One number is needed here (for an index or a size a whole one), and a tensor came that cannot be taken for it. math's "
        "functions are for single numbers, torch's take whole tensors, and torch.stack makes one tensor of several.",
    ),
    (
        r"Tensors must have same number of dimensions|Sizes of tensors must match except|stack expects each tensor",
        "Tensors that are joined have equally many axes, and differ at most in the axis along which cat joins them.",
    ),
    (
        r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)",
        "Axis {1} has length {2}, and index {0} was asked for. Does this index count along another axis?",
    ),
    (
        r"Expected size for first two dimensions of batch2",
        "The inner sizes of this product do not meet: compare the last axis on the left with the last but one on the right.",
    ),
    (
        r"invalid literal for int\(\)|unsupported operand type\(s\) for .*'str'|not supported between instances of .*'str'",
        "A text came where a number is needed: which of the arguments may be a word?",
    ),
    (
        r"'numpy\.ndarray' object has no attribute",
        "This is an array of NumPy's, and a tensor has other methods: torch.from_numpy makes a tensor of an array.",
    ),
    (
        r"'Tensor' object has no attribute",
        "A tensor has no method of that name: is it a function, of torch or of another library, that takes the tensor in its "
        "brackets?",
    ),
    (
        r"'(?:tuple|list|torch.Size)' object has no attribute",
        "An entry of a tuple or a list is asked for by its place, in square brackets.",
    ),
    (
        r"^AttributeError: .* object has no attribute",
        "Nothing of that name is there: is it spelled as where it was set (in __init__, say), and was it set at all?",
    ),
    (
        r"type must be tuple of ints, ?but got (tuple|list|Size)",
        "A size has to be one whole number, and a whole shape came.",
    ),
    (
        r"(?:argument 'size'|tuple of ints|integer).*float|'float' object cannot be interpreted as an integer|slice indices must be integers",
        "A size or an index has to be a whole number, and a float came. `/` always gives a float (6 / 2 is 3.0); `//` "
        "gives a whole number.",
    ),
    (
        r"'tuple' object does not support item assignment",
        "A tuple cannot be changed: make a list of it, or a new tuple.",
    ),
    (
        r"'Tensor' object is not callable|'tuple' object is not callable|'list' object is not callable|'int' object is not callable",
        "Something that is no function has brackets ( ) behind it. An element is asked for with [ ], and x.shape takes none.",
    ),
    (
        r"^UnboundLocalError|referenced before assignment|cannot access local variable",
        "The name gets its value inside this function, but on the way that the code took nothing gave it one.",
    ),
    (
        r"unsupported operand type\(s\) for .*'(tuple|list)'|can only concatenate (tuple|list)|multiply sequence by non-int|not supported between instances of '(tuple|list)'",
        "A tuple or list is no number: take its entries apart, and compute with them.",
    ),
    (
        r"1D tensors expected|need to be at least 1D|mat2 must be a matrix|self must be a matrix|batch1 must be a 3D",
        "This product takes tensors of one number of axes only, and another came. `@` takes vectors, matrices and more.",
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
        r"^(ValueError|TypeError): (not enough|too many) values to unpack",
        "The tensor (or shape) has another number of axes than there are names for them.",
    ),
    (r"^IndexError: .*index out of range", "There are fewer elements, or axes, than the index asks for."),
    (
        r"expected scalar type Float but found|Found dtype (Long|Byte)|result type Float can't be cast",
        "Whole numbers met a function that computes with floats: mind the dtype.",
    ),
    (
        r"softmax.* not implemented for '(Byte|Long|Int|Char)'",
        "This operation needs floats, and whole numbers came. If it is a loss: the network's scores come first, and the "
        "labels second.",
    ),
    (
        r"is not a Module subclass",
        "Layers are wanted here, each made with its brackets, ( ): no class of a layer, and no list of layers.",
    ),
    (
        r"(mean|softmax|norm)\(?\)?.*(Byte|Long|Int)|not implemented for '(Byte|Long|Int|Char)'",
        "This operation needs floats, and whole numbers came: mind the dtype.",
    ),
    (
        r"[Ii]nput type \((?:unsigned char|long|torch.(?:cuda.)?(?:Byte|Long)Tensor)",
        "A layer computes with floats, and whole numbers came to it: mind the dtype of what goes in.",
    ),
    (
        r"(to|must) have the same dtype|type .* should be the same",
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
    (
        r"pic should be PIL Image or ndarray. Got <class 'torch.Tensor'>",
        "ToTensor makes tensors of pictures and numpy arrays, and here a tensor came: it is one already.",
    ),
    (r"Can't call numpy\(\) on Tensor that requires grad", "Detach the tensor from the graph before numpy sees it."),
    (r"^RecursionError", "The function calls itself without an end."),
    (r"^NameError", "No line that ran gives this name a value; a text would stand in quotation marks."),
    (r"^KeyError", "The dict has no entry of this key: it knows what was put into it, and nothing else."),
    (
        r"^OverflowError: math range error",
        "A number became larger than a float can be, as the exponential of 1000 does.",
    ),
    (
        r"step must be greater than zero",
        "A tensor cannot be sliced backwards, as a list can: flip turns an axis round.",
    ),
    (
        r"must be tuple of Tensors, not Tensor",
        "stack and cat join the tensors of a list. Here came one tensor alone, which needs no joining.",
    ),
    (
        r"Concatenation operation is not implemented for NumPy arrays",
        "An array of NumPy's met a tensor of torch's: make one the kind of the other first.",
    ),
    (
        r"output with shape .* doesn't match the broadcast shape",
        "The place on the left holds fewer numbers than came from the right: compare the two shapes.",
    ),
    (
        r"Index tensor must have the same number of dimensions as input tensor",
        "gather wants an index with as many axes as the tensor that it picks from.",
    ),
    (r"^MemoryError|can't allocate memory|not enough memory", "It asks for more memory than there is."),
    (r"^ModuleNotFoundError", "The grading environment has torch, numpy, torchvision, einops, matplotlib and tqdm."),
    (r"^EOFError.*reading a line", "Nobody is there to type an answer to input()."),
    (r"^SystemExit", "The code ends the program: leave that to whoever runs it."),
)
