"""Turn what a check raised into a verdict: a failure in words, with its diagnosis, or a bug of the check itself.

Whatever a check raises after it has looked at an observation is a failure of that check. A submission may return
anything, and no check can foresee all of it. The submission keeps the points of all other checks.
"""

from __future__ import annotations

import dataclasses
import re
import traceback
from typing import TYPE_CHECKING

import pytest

from ..common.raised import where_raised
from ..common.terminal import beginning
from ..course.assignment import Assignment
from ..results.result import cut
from ..submission.own_tasks import ends_in_the_first_round, never_used, other_order, thrown_away
from .context import CheckContext, CheckInfo, Verdict

if TYPE_CHECKING:
    from ..checks.axes import Drawing
    from ..checks.failure import CheckFailed
    from ..common.diagnosis import Diagnosis
    from ..sandbox.observation import Observation

_OURS = re.compile(r"\s*\+\s+(where|and)\b")
_MANY_TRUTHS = re.compile(r"^Boolean value of Tensor with|^The truth value of an (?:empty )?array")
_LOG_LIMIT = 4000  # characters of a traceback


def verdict(
    item: pytest.Item,
    check: CheckInfo,
    context: CheckContext,
    failure: BaseException | None,
    seconds: float,
    in_setup: bool = False,
) -> Verdict:
    """How a check went. failure: what it raised, None if it passed. seconds: how long it took.

    in_setup: it was raised by what the check asks for, before the check itself began.

    The verdict has a ``bug`` if the check broke before it had looked at anything of the submission.
    """
    from ..checks import CheckFailed

    if failure is None:
        _look(check, context)
        return Verdict(check, "passed", seconds=seconds)
    if isinstance(failure, pytest.skip.Exception):  # the author skips it here
        return Verdict(check, "not_run", cut(f"This check was left out: {_text(failure)}"), seconds=seconds)
    log = ""
    if not isinstance(failure, CheckFailed):
        if not context.run.earlier and (in_setup or context.run.weights is None):
            return Verdict(check, "error", bug=f"{item.name}: {where_raised(failure, item.path.parent)}")
        raised, failure = failure, _as_failure(failure, context)
        # After the student's own error, or a plain assert, there is nothing for the author to fix.
        for_the_author = failure.outcome == "failed" and not (_is_plain_assert(raised) or _has_many_truths(raised))
        log = _traceback(raised) if for_the_author else ""
    seen = failure.observation
    swapped = _other_order(seen)
    diagnosis, drawing, trouble = None, None, ""
    try:
        diagnosis = _diagnosis(check, context, failure) if not swapped else None
        drawing = drawing_of(item, check, failure)
    except Exception as error:  # the check has judged: a broken explanation must not stop the grading
        trouble = f"{type(error).__name__}: {_text(error)}"
    where = seen.error.where if seen is not None and seen.error is not None else ""
    said, marks, picture = failure.message.partition("\n")
    said = f"{said} {swapped or _seen_in_the_source(seen, diagnosis is not None)}".rstrip()
    return Verdict(
        check,
        failure.outcome,
        cut(f"{said}{marks}{picture}"),
        diagnosis,
        seconds,
        where,
        drawing=drawing,
        printed="" if seen is None or check.hidden else seen.output,
        trouble=trouble,
        why=failure.why,
        log=log,
    )


# --- what a check raised that is not a message to the student ---------------------------------------------------------


def _as_failure(error: BaseException, context: CheckContext) -> CheckFailed:
    """A plain ``assert``, or an error in the check, as a failure that says what was called and what came back."""
    from ..checks import CheckFailed, describe
    from ..checks.expect import require_returned

    earlier = context.run.earlier
    try:
        for seen in earlier:
            require_returned(seen)  # if nothing came back, that is what went wrong
        if not earlier:
            return CheckFailed(f"The weights beside the file could not be compared: {_kind(error)}.")
        last = earlier[-1]
        what = f"{describe.gave(last)} {describe.returned(last)}"
    except CheckFailed as failure:
        return failure
    except Exception:  # it cannot even be described
        last = earlier[-1]
        what = f"{last.task} returned something"
    if _is_plain_assert(error):
        said = "" if last.handle is not None else _words_of(error)
        text = f"{what}. The check says: {said}" if said else f"{what}, which is not what the check asks for."
    elif _has_many_truths(error):
        text = f"{what}, which is not what the check asks for."
    else:
        text = f"{what}. That could not be compared: {_kind(error)}."
    return CheckFailed(text, last, lambda other: "not right")


def _is_plain_assert(error: BaseException) -> bool:
    """Is it an author's way to say that a value is wrong: ``assert``, ``pytest.fail`` or ``pytest.raises``?"""
    return type(error) is AssertionError or isinstance(error, pytest.fail.Exception)


def _has_many_truths(error: BaseException) -> bool:
    """Did a plain ``assert`` compare one value with a tensor or an array of several, which are not equal to it?"""
    line = traceback.extract_tb(error.__traceback__)[-1].line or ""
    return line.lstrip().startswith("assert ") and _MANY_TRUTHS.search(_text(error)) is not None


def _words_of(error: BaseException) -> str:
    """What pytest says about a plain ``assert``, without the lines that show our own objects or name its options."""
    lines = [line for line in _text(error).splitlines() if not _OURS.match(line) and "Use -v to" not in line]
    return "\n".join(lines).strip()


def _kind(error: BaseException) -> str:
    said = beginning(_text(error))
    return f"{type(error).__name__}: {said.rstrip('.')}" if said else type(error).__name__


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an error that holds a student's value may not be printable
        return ""


def _traceback(error: BaseException) -> str:
    """The traceback for the author of the check; only its end if it is long."""
    try:
        return "".join(traceback.format_exception(error))[-_LOG_LIMIT:]
    except Exception:
        return type(error).__name__


def _other_order(seen: Observation | None) -> str:
    """A sentence if the task takes its parameters in another order than the stub: then the values say nothing."""
    if seen is None or seen.run is None or seen.run.source is None:
        return ""
    return other_order(seen.run.source, seen.task, seen.run.names_of(seen.task))


def _seen_in_the_source(seen: Observation | None, diagnosed: bool) -> str:
    """A sentence if the task gave a value, but threw a result away; or, where no diagnosis says more, if it never looked
    at some of its parameters, or ended a loop in its first round."""
    if seen is None or seen.value is None or seen.run is None or seen.run.source is None:
        return ""
    source, task = seen.run.source, seen.task
    if said := thrown_away(source, task):
        return said
    return "" if diagnosed else never_used(source, task) or ends_in_the_first_round(source, task)


# --- what explains a failure ----------------------------------------------------------------------------------------


def drawing_of(item: pytest.Item, check: CheckInfo, failure: CheckFailed) -> Drawing | None:
    """A drawing of the axes of a wrong result, for the student. None for a hidden check, or if nothing can be drawn."""
    if failure.observation is None or check.hidden:
        return None
    from ..checks import axes

    own = Assignment(item.path.parent.name, item.path.parent)
    original = own.stub if own.stub.is_file() else own.master  # the student may have changed the docstring
    names = axes.letters(original).get(failure.observation.task)
    return axes.draw(failure.observation, names) if names else None


def _diagnosis(check: CheckInfo, context: CheckContext, failure: CheckFailed) -> Diagnosis | None:
    """The diagnosis, as far as the checks until now can tell."""
    if failure.because is not None:
        return context.catalogue.named(failure.because)
    if failure.observation is None or failure.judge is None:
        return None
    _look(check, context, failure)
    return _explanations(context, check.task).get(check.name)


_KEPT = 100_000  # numbers; a larger result is not kept for comparing, and no check asks for one


def _look(check: CheckInfo, context: CheckContext, failure: CheckFailed | None = None) -> None:
    """Keep what a check saw of its task, to tell wrong ideas apart. If it trains, keep only what it found wrong."""
    from ..checks.evidence import Look

    all_seen = () if check.trains else context.run.earlier
    seen = tuple(seen for seen in all_seen if seen.task == check.task and _size(seen.value) <= _KEPT)
    if failure is None:
        if seen:
            context.looks.append(Look(check.name, check.task, seen))
    elif failure.observation is not None and failure.judge is not None:
        suspects = tuple(context.catalogue.suspects(check.name, failure.observation, failure.judge))
        context.looks.append(Look(check.name, check.task, seen, failure.observation, failure.judge, suspects))


def _size(value: object) -> int:
    return getattr(value, "numel", lambda: 0)()


def _explanations(context: CheckContext, task: str) -> dict[str, Diagnosis]:
    from ..checks.evidence import explanations

    return explanations([look for look in context.looks if look.task == task], context.catalogue)


def explained(context: CheckContext) -> list[Verdict]:
    """The verdicts after all checks have run. A diagnosis that a later check contradicts is taken back."""
    found = {
        check: diagnosis
        for task in {look.task for look in context.looks if look.suspects}
        for check, diagnosis in _explanations(context, task).items()
    }
    compared = {look.check for look in context.looks if look.suspects}
    return [
        dataclasses.replace(verdict, diagnosis=found.get(verdict.check.name))
        if verdict.check.name in compared
        else verdict
        for verdict in context.verdicts
    ]
