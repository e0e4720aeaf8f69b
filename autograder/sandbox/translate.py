"""Translates between checks and the wire: questions become messages, and replies become observations.

A reply may hold anything, so only parts of the right form count.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..submission.source import Source
from .inside import data, wire
from .observation import SYNTAX, Call, Observation, Question, StudentError, without_place

_HANDLES = 1 << 20  # a handle is its child's generation times this, plus the object's number in that child
_MOST_OUTPUT = 64 << 10  # characters
_NOWHERE = 0  # the handle of an object that no child holds: generations begin with 1
_OPERATIONS = {"call": "call", "then": "method", "probe": "probe", "item": "get"}


def message(questions: Sequence[Question]) -> dict[str, Any]:
    """The message for questions that are alike: one question to the child, with a case for each."""
    call, budget = questions[0].calls[-1], questions[0].budget
    asked: dict[str, Any] = {"op": _OPERATIONS[call.verb], "name": call.name}
    if call.verb != "item":  # a dict is fetched as a whole, so the key is not sent
        asked["cases"] = tuple(map(_case, questions))
    if questions[0].record:
        asked["record"] = True
    if budget is not None:
        asked["budget"] = budget
    return asked


def _case(question: Question) -> tuple[Any, ...]:
    call = question.calls[-1]
    args = tuple(map(_argument, call.args))
    kwargs = {name: _argument(value) for name, value in call.kwargs.items()} if call.kwargs else None
    if question.target is None or call.verb != "then":
        return (args, kwargs) if kwargs else (args,)
    return args, kwargs, wire.Handle(question.target % _HANDLES)


def _argument(value: Any) -> Any:
    """An argument as it is sent: the handle of an observation that has one, otherwise the value."""
    if isinstance(value, Observation):
        return wire.Handle(value.handle % _HANDLES) if value.handle is not None else data.sent(value.value)
    return data.sent(value)


def generation_of(handle: int) -> int:
    """The number of the child that holds the object of this handle."""
    return handle // _HANDLES


def observe(
    pending: Observation, reply: dict[str, Any], generation: int, name: str, source: Source, seconds: float
) -> Observation:
    """The observation that a reply means. pending: the question's, see `observation.pending`.

    generation: the number of the child. name, source: the assignment's name and the submission, in which the place of an
    error is looked up. seconds: the time that the call took.
    """
    value, own, handle = reply.get("value"), reply.get("object"), None
    type_name = ""
    if isinstance(value, wire.Handle):
        handle = generation * _HANDLES + value.number % _HANDLES
        type_name, value = _text(value.type_name, 200), None
    elif not data.fits(value):  # only forged replies hold such values; no object in the sandbox belongs to them
        handle, type_name, value = _NOWHERE, data.name_of(value), None
    return dataclasses.replace(
        pending,
        status="error" if reply.get("status") == "error" else "value",
        value=as_checks_meet_it(value, pending.calls),
        error=error_of(reply, name, source),
        changed_inputs=_texts(reply.get("changed")),
        called=_texts(reply.get("called")),
        interrupted=reply.get("interrupted") is True,
        handle=handle,
        own=generation * _HANDLES + own.number % _HANDLES if isinstance(own, wire.Handle) else None,
        type_name=type_name,
        seconds=seconds,
        output=_output(reply.get("output")),
    )


def error_of(reply: dict[str, Any], name: str, source: Source) -> StudentError | None:
    """The error that a reply reports; None if it reports none.

    name: the assignment's name, which is also that of the submission's module in the sandbox.
    """
    if reply.get("status") != "error":
        return None
    error = reply.get("error")
    fields = error if isinstance(error, dict) else {}
    type_name, said, module = (_text(fields.get(key), 500) for key in ("type", "message", "module"))
    type_name = type_name[:100]
    line, module = fields.get("line"), "" if module == name else module
    if type_name in SYNTAX:
        said = without_place(said, f"{name}.py")
    where, text, own = "", "", 0
    if isinstance(line, int) and (text := source.line(line, module)[:200]):
        where, own = source.locate(line, module), 0 if module else line
    return StudentError(type_name or "Exception", said, where, text, _texts(fields.get("bases"))[:20], line=own)


def item(found: Observation, pending: Observation, key: Any) -> Observation:
    """The observation of one entry of a dict. found: the observation of the whole dict. pending: the question's."""
    if not found.returned:
        return dataclasses.replace(found, calls=pending.calls, ordinal=pending.ordinal)
    if not isinstance(found.value, dict):
        odd = found.type_name.startswith("dict")  # it stayed in the sandbox, because some of it is not data
        what = (
            "holds something that is neither a number nor a shape"
            if odd
            else f"is of type {found.type_name or type(found.value).__name__}, but must be a dict, as in the stub"
        )
        error = StudentError("MissingEntry", f"{pending.task} {what}")
        return dataclasses.replace(pending, status="error", error=error)
    if key not in found.value:
        error = StudentError(
            "MissingEntry", f"{pending.task} has no entry for {key!r}", because=_meant(key, found.value)
        )
        return dataclasses.replace(pending, status="error", error=error)
    return dataclasses.replace(pending, value=found.value[key])


def _meant(key: Any, entries: Mapping[Any, Any]) -> str:
    """A sentence on the key that was meant for another one; "" if there is none."""
    if repr(key) in entries:
        return "Its keys are texts: write them without quotation marks."
    if isinstance(key, tuple) and len(key) == 1 and key[0] in entries:
        return f"It has one for {key[0]!r}: a tuple of one number needs a comma, as in {key!r}."
    alike = [other for other in entries if isinstance(other, str) and other.casefold() == str(key).casefold()]
    return f"It has one for {alike[0]!r}: the names must be the same." if alike else ""


def as_checks_meet_it(value: Any, calls: Sequence[Call]) -> Any:
    """A value from the wire in the form that checks expect. Objects that are not data become None.

    If an argument of these calls was a numpy array, arrays stay arrays. Otherwise they become tensors, or lists of texts.
    """
    return _met(value, any(_has_arrays((call.args, call.kwargs)) for call in calls))


def _met(value: Any, as_arrays: bool) -> Any:
    if isinstance(value, (wire.Array, wire.TextArray)):
        if as_arrays:
            return data.as_numpy(value)
        return value.tensor if isinstance(value, wire.Array) else data.as_numpy(value).tolist()
    if isinstance(value, wire.Handle):
        return None
    if isinstance(value, (tuple, list)):
        return type(value)(_met(item, as_arrays) for item in value)
    if isinstance(value, dict):
        return {k: _met(v, as_arrays) for k, v in value.items()}
    return value


def _has_arrays(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_has_arrays, value))
    if isinstance(value, dict):
        return any(map(_has_arrays, value.values()))
    if isinstance(value, Observation):
        return _has_arrays(value.value)
    return isinstance(value, (np.ndarray, np.generic))


def names(value: Any, longest: int) -> tuple[str, ...]:
    """The names in a value from the sandbox that are shorter than `longest`: a thousand at most, since each is compared
    with missing names.
    """
    items = value if isinstance(value, tuple) else ()
    return tuple(name for name in items if isinstance(name, str) and len(name) < longest)[:1000]


def harmless(text: str) -> str:
    """Text from the sandbox that is safe to print and to write: control characters and lone surrogates become escapes."""
    if text.isprintable():
        return text
    # A progress bar writes the same line many times: only what a terminal would show at the end is kept.
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    keep = "\n\t"
    return "".join(c if c in keep or c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _text(value: Any, most: int) -> str:
    return harmless(value[:most]) if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (tuple, list)):
        return ()
    return tuple(harmless(item[:100]) for item in value if isinstance(item, str))[:500]


def _output(value: Any) -> str:
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], str):
        return ""
    text, cut = harmless(value[0][:_MOST_OUTPUT])[:_MOST_OUTPUT], value[1]
    return text + (f"\n[{cut:,} more characters were cut]" if type(cut) is int and cut > 0 else "")
