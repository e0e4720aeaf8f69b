"""`docs/checks.md`: all that an author of checks can use. It is made from docstrings; their examples run as tests."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from ..common.plural import capital

_GROUPS = {  # the last group takes the rest
    "Expectations": re.compile(r"expect"),
    "Inputs": re.compile(r"counting_images|whole_numbers|Draw"),
    "Wrong ideas and hints": re.compile(r"misconception|hints|why"),
    "Networks": re.compile(r"Network|network_beside|TRAIN_"),
    "Besides": re.compile(r""),
}
_INTRODUCTION = """\
# What checks are written with

Everything here comes from `autograder.checks`, unless it says otherwise. In the examples, which run as tests,
`submission_of(task=function)` stands for a student's file with that function in it; in a check it is `submission`. How an
assignment is put together: [Adding an assignment](adding-an-assignment.md).

This page is made by `autograder verify --page`, and `autograder verify` says when it is out of date.
"""


def page() -> str:
    """The page's text."""
    from .. import checks
    from ..checks import training
    from ..checks.expect import rounding
    from ..grading import plugin
    from ..sandbox import proxy
    from ..sandbox.inside import data, probes
    from ..sandbox.limits import Limits
    from ..sandbox.observation import Observation

    parts = [_INTRODUCTION]
    given = "".join(f"- `{name}`: {_first(give)}\n" for name, give in plugin.GIVEN.items())
    parts += ["## What a check is given", given, "## Marks", "".join(f"- `{m}`\n" for m in plugin.MARKERS)]
    parts += ["## The submission", *_methods(proxy.SubmissionProxy), "A task of it:", *_methods(proxy.TaskProxy)]
    parts += ["What comes back, an `Observation`:", _quoted(Observation), *_methods(Observation)]
    left = sorted(checks.__all__)
    for title, pattern in _GROUPS.items():
        parts.append(f"## {title}")
        parts += [_entry(name, getattr(checks, name)) for name in left if pattern.match(name)]
        left = [name for name in left if not pattern.match(name)]
        if title == "Expectations":
            parts += [_entry("rounding", rounding, "of a float that is expected, if no tolerance is given")]
        if title == "Inputs":
            parts += ["What a `Draw` gives:", *_methods(checks.Draw)]
    parts += ["## A training, watched", "From `autograder.checks.training`.", *map(_listed, _public(training))]
    parts += ["## Probes", _quoted(probes), *map(_listed, _public(probes))]
    limits = Limits()
    kinds = ", ".join(str(dtype).removeprefix("torch.") for dtype in data.DTYPES)
    parts += [
        "## Which values may cross, and how large they may be",
        "Numbers, texts, None, tuples, lists, dicts, sets, tensors and numpy's arrays go to a task and come back. Any other "
        "object stays in the sandbox, and the check gets a handle for it; so does a masked array with hidden values.\n",
        f"- a tensor: {kinds}; at most {data.MAX_ELEMENTS:,} elements and {data.MAX_RANK} axes\n"
        f"- a text: at most {data.MAX_TEXT:,} characters\n"
        f"- tuples, lists and dicts: at most {data.MAX_ITEMS:,} items together, {data.MAX_NESTING} deep\n"
        f"- a call: {limits.call_seconds:g} seconds of CPU time; to load the file, {limits.load_seconds:g} seconds\n"
        f"- a training: {limits.training_seconds:g} seconds of CPU time, or as many as network_facts.py declares\n"
        f"- a submission: {limits.wall_seconds:g} seconds in all, and {limits.training_wall_seconds:g} beside the longest "
        f"training; {limits.memory >> 30} GB of memory\n",
    ]
    return "\n".join("\n".join(part.rstrip().splitlines()) + "\n" for part in parts)


def _public(module: Any) -> list[tuple[str, Callable[..., Any]]]:
    """The public functions that a module defines, in its order."""
    found = [(name, thing) for name, thing in vars(module).items() if inspect.isfunction(thing)]
    return [(name, thing) for name, thing in found if thing.__module__ == module.__name__ and not name.startswith("_")]


def _methods(kind: type) -> list[str]:
    """A line for each public method and property of a class."""
    found = []
    for name, thing in vars(kind).items():
        call = thing.fget if isinstance(thing, property) else thing
        if (
            inspect.isfunction(call)
            and (not name.startswith("_") or name in ("__call__", "__getitem__"))
            and call.__doc__
        ):
            shown = {"__call__": "(...)", "__getitem__": "[key]"}.get(name, f".{name}")
            signature = "" if isinstance(thing, property) or name.startswith("_") else _signature(call)
            found.append(f"- `{shown}{signature}`: {_first(call)}\n")
    return ["".join(found)]


def _listed(one: tuple[str, Callable[..., Any]]) -> str:
    return f"- `{one[0]}{_signature(one[1])}`: {' '.join(_text(one[1]).split())}"


def _entry(name: str, thing: Any, said: str = "") -> str:
    if not callable(thing):
        return f"### `{name}`\n\nA tensor that is in the sandbox already, so that no check must send it: `{name}[:512]` are its first rows.\n"
    text = _text(thing)
    prose, _, example = text.partition(">>> ")
    shown = f"{capital(said)}. " if said else ""
    example = example.rstrip().replace("'''", '"""')  # a docstring in a docstring
    code = f"\n```pycon\n>>> {example}\n```\n" if example else ""
    return f"### `{name}{_signature(thing)}`\n\n{shown}{prose.strip()}\n{code}"


def _quoted(thing: Any) -> str:
    return _text(thing).strip() + "\n"


def _signature(thing: Any) -> str:
    """The parameters without their types, which the text names."""
    signature = inspect.signature(thing)
    plain = [
        one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values() if one.name != "self"
    ]
    return str(inspect.Signature(plain))


def _text(thing: Any) -> str:
    return re.sub(r":(?:func|mod|meth|class):`([^`]*)`", r"`\1`", inspect.getdoc(thing) or "").replace("``", "`")


def _first(thing: Any) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(_text(thing).partition("\n\n")[0].split())
