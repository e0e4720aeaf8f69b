"""The pytest plugin: checks get a ``submission``, carry points, and fail in words.

``pytest assignments/a1_permute`` runs the checks on the file beside them; grading hands the plugin one
submission after another (:mod:`autograder.grading.engine`). Registered for every pytest in the environment, so nothing
heavy is imported before a check asks for it.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .context import CheckContext, CheckInfo
from .verdicts import verdict

if TYPE_CHECKING:
    from ..checks import Draw
    from ..data import Examples
    from ..sandbox.proxy import SubmissionProxy

MARKERS = (
    'points(number, task="..."): whole points that a check is worth, and the task that it checks',
    "needs(task, ...): the check uses these tasks too, and is run only if the first check of each has passed",
    "trains: the check needs the training data, and a process that is ready to train",
)
# pytest's own plugins that checks do not need.
_NOT_NEEDED = (
    "terminal cacheprovider capture faulthandler unraisableexception threadexception logging warnings doctest "
    "stepwise junitxml pastebin nose debugging setuponly setupplan recwarn monkeypatch tmpdir legacypath subtests"
).split()


CONTEXT: pytest.StashKey[Callable[[pytest.Item], CheckContext]] = pytest.StashKey()
"""Finds the context of a check. Grading sets it; if it is not set, the submission is the file beside the check."""

_INFO: pytest.StashKey[CheckInfo] = pytest.StashKey()
_OPEN: pytest.StashKey[dict[Path, tuple[CheckContext, Callable[[], None]]]] = pytest.StashKey()


def arguments(files: Sequence[Path]) -> list[str]:
    """pytest's arguments for our session over the checks of one assignment, independent of all settings around them."""
    return [
        *map(_as_pytest_takes, files),
        f"--rootdir={_as_pytest_takes(files[0].parent)}",
        f"--confcutdir={_as_pytest_takes(files[0].parent)}",  # else pytest lists every folder above as well
        f"--config-file={Path(__file__).with_suffix('.ini')}",
        "--import-mode=importlib",
        "--noconftest",
        f"--assert={'rewrite' if any(map(_asserts, files)) else 'plain'}",
        "--disable-plugin-autoload",
        *(f"-pno:{name}" for name in _NOT_NEEDED),
    ]


def _as_pytest_takes(path: Path) -> str:
    """A path as pytest takes it. In an argument, `[` and `::` begin a test's name, and `$HOME` is a variable. A path
    with one of them (`CNN [2026]`) is made relative to the current folder, which is in the course."""
    text = str(path)
    return os.path.relpath(path) if any(sign in text for sign in ("[", "::", "$")) else text


def _asserts(file: Path) -> bool:
    """Is there a plain ``assert`` in a file? Only then does pytest have to rewrite it, which takes time."""
    try:
        return re.search(rb"^\s*assert\b", file.read_bytes(), re.MULTILINE) is not None
    except OSError:
        return False


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def info(item: pytest.Item) -> CheckInfo:
    """What a check declares about itself. Raises pytest.UsageError if it does not declare its points and task."""
    if _INFO not in item.stash:
        item.stash[_INFO] = _read_info(item)
    return item.stash[_INFO]


def is_check(item: pytest.Item) -> bool:
    """Is this test a check? A check is marked with points.

    In a session that is not ours, tests of another project may be marked with points too. There, a check must be in the
    file that is named after its folder (`a1_permute/test_a1_permute.py`).
    """
    if item.get_closest_marker("points") is None:
        return False
    return CONTEXT in item.config.stash or item.path.stem.startswith(f"test_{item.path.parent.name}")


def where(item: pytest.Item) -> str:
    """Where a check is, in words: "test_a1.py, line 3: test_x"."""
    return f"{item.path.name}, line {(item.location[1] or 0) + 1}: {item.name}"


_INSTEAD_OF_CAPSYS = " What a call has printed is its observation's output: submission.task(...).output."


def impossible_fixtures(item: pytest.Item) -> Iterator[str]:
    """A sentence on the parameters that no fixture gives, and one on a fixture that would outlive the check, but asks for
    one that is made anew for each check.
    """
    if not isinstance(item, pytest.Function):
        return
    known = item._fixtureinfo.name2fixturedefs
    if unknown := [name for name in item.fixturenames if name != "request" and name not in known]:
        yield (
            f"{where(item)} has a parameter that pytest does not know: {', '.join(unknown)}. A check may have: "
            f"{', '.join(GIVEN)}.{_INSTEAD_OF_CAPSYS if 'capsys' in unknown else ''}"
        )
    anew = {name for name, made in known.items() if made[-1].scope == "function"}
    if lasting := [name for name, made in known.items() if name not in anew and anew & set(made[-1].argnames)]:
        yield (
            f"{where(item)} uses the fixture {lasting[0]}, which would be kept from one check to the next, but asks for "
            "something that is made for each check. Take its scope away."
        )


# How pytest writes a letter that is not ASCII into the name of a parametrized check.
_ESCAPED = re.compile(r"(?<!\\)\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")


def readable_id(name: str) -> str:
    """A parametrized check's own part of its name, with the letters of every alphabet."""

    def letter(escape: re.Match[str]) -> str:
        number = int(next(filter(None, escape.groups())), 16)
        return chr(number) if number <= sys.maxunicode and chr(number).isprintable() else escape[0]

    return _ESCAPED.sub(letter, name)


def _read_info(item: pytest.Item) -> CheckInfo:
    if isinstance(item, pytest.Function) and any(
        c.__module__ == "unittest.case" for c in getattr(item.cls, "__mro__", ())
    ):
        raise pytest.UsageError(
            f"{where(item)} is a method of a unittest.TestCase, which cannot be given a submission. Write a function, or a plain class."
        )
    marker = item.get_closest_marker("points")
    points = marker.args[0] if marker and len(marker.args) == 1 else None
    task = marker.kwargs.get("task") if marker else None
    if type(points) is not int or points < 0 or not isinstance(task, str):
        raise pytest.UsageError(
            f'{where(item)} must be marked @pytest.mark.points(whole number, task="name_of_the_task").'
        )
    title = " ".join((getattr(getattr(item, "obj", None), "__doc__", None) or item.name).split())
    callspec = getattr(item, "callspec", None)
    if callspec is not None:
        title = f"{title} [{readable_id(callspec.id)}]"
    needs = tuple(name for mark in item.iter_markers("needs") for name in mark.args)
    return CheckInfo(
        name=item.name,
        title=title,
        task=task,
        points=points,
        hidden=item.path.stem.endswith("_hidden"),
        needs=needs,
        trains=item.get_closest_marker("trains") is not None,
    )


# What a check is given, by the names of its parameters

GIVEN: dict[str, Callable[[pytest.Item], Any]] = {}


def _given(give: Callable[[pytest.Item], Any]) -> Any:
    """Make a fixture of a function, under the function's name. The function takes the check's item."""
    GIVEN[give.__name__] = give

    def fixture(request: pytest.FixtureRequest) -> Any:
        return give(request.node)

    fixture.__doc__ = give.__doc__
    return pytest.fixture(name=give.__name__)(fixture)


@_given
def submission(item: pytest.Item) -> SubmissionProxy:
    """The submission under check: its tasks are its attributes, and calling one gives an observation."""
    from ..sandbox.proxy import SubmissionProxy

    return SubmissionProxy(_context(item).run)


@_given
def draw(item: pytest.Item) -> Draw:
    """Draws inputs that nobody can predict, and that a regrade of the same submission repeats."""
    from ..checks import Draw

    digest = hashlib.sha256(f"{_context(item).seed}/{item.name}".encode()).digest()
    return Draw(int.from_bytes(digest[:8], "big"))


@_given
def quiz(item: pytest.Item) -> Any:
    """The quiz that this student was given: from the roster, else the ``QUIZ`` of the check's file."""
    own = _context(item).quiz
    return item.module.QUIZ if own is None else own  # type: ignore[attr-defined]


@_given
def held_out(item: pytest.Item) -> Examples:
    """Test items and labels, which no student code has been given: ``held_out.items``, ``held_out.labels``."""
    return _context(item).held_out()


@_given
def record(item: pytest.Item) -> Callable[[str, Any], None]:
    """``record("accuracy", 0.88)`` keeps a figure in the result."""
    return _context(item).metrics.__setitem__


@_given
def afterwards(item: pytest.Item) -> Callable[[str, Callable[[], None]], Any]:
    """``afterwards("name", function)``: call the function once, after all checks, if a teacher asks for more proof.

    It may call the submission and record figures, but points do not change.
    """
    return _context(item).afterwards.setdefault


def _context(item: pytest.Item) -> CheckContext:
    find = item.config.stash.get(CONTEXT, None)
    return find(item) if find is not None else _context_beside(item)


def _context_beside(item: pytest.Item) -> CheckContext:
    """For plain pytest: a context for the submission in the check's own folder, opened once."""
    opened = item.config.stash.setdefault(_OPEN, {})
    folder = item.path.parent
    if folder not in opened:
        from .plain_pytest import open_context

        opened[folder] = open_context(folder)
    return opened[folder][0]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Close what plain pytest opened."""
    for _, close in session.config.stash.get(_OPEN, {}).values():
        close()


# Outcomes


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what the check before has looked at."""
    if is_check(item):
        _context(item).run.begin_check()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Do not run a check if a task that it needs does not work at all."""
    if is_check(item):
        _look_at_needs(item)


def _look_at_needs(item: pytest.Item) -> None:
    needs = info(item).needs
    if not needs:
        return
    from ..checks import CheckFailed

    verdicts = _context(item).verdicts
    for task in needs:
        first = next((verdict for verdict in verdicts if verdict.check.task == task), None)
        if first is not None and first.outcome != "passed":
            message = f"This check builds on {task}, which does not work yet."
            raise CheckFailed(message, outcome="not_run", why="waits")


def plain_names(item: pytest.Item) -> tuple[str, ...] | None:
    """The parameters of a check that needs only the fixtures of this module; None for any other.

    :func:`run_plain` can run such a check.
    """
    if not isinstance(item, pytest.Function) or item.cls is not None or hasattr(item, "callspec"):
        return None
    names = tuple(inspect.signature(item.obj).parameters)
    wanted = {*names, *(name for name in item.fixturenames if name != "request")}
    # A file may define its own fixture with one of our names.
    overridden = any(len(found) > 1 for found in item._fixtureinfo.name2fixturedefs.values())
    marked = any(item.iter_markers("usefixtures")) or any(item.iter_markers("skip")) or any(item.iter_markers("skipif"))
    if overridden or marked or inspect.iscoroutinefunction(item.obj) or not wanted <= GIVEN.keys():
        return None
    return names


def run_plain(item: pytest.Item, names: tuple[str, ...]) -> None:
    """Run a check and keep its verdict, as pytest would through its hooks, which take longer than most checks."""
    assert isinstance(item, pytest.Function)
    began = time.perf_counter()
    failure: BaseException | None = None
    _context(item).run.begin_check()
    try:
        given = {name: GIVEN[name](item) for name in names}
        _look_at_needs(item)
        item.obj(**given)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        failure = error
    context = _context(item)
    context.verdicts.append(verdict(item, info(item), context, failure, time.perf_counter() - began))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what a check raised into a verdict, and its traceback into words."""
    report = yield
    if not is_check(item) or (call.when != "call" and call.excinfo is None):
        return report
    failure = call.excinfo.value if call.excinfo is not None else None
    in_setup = call.when == "setup" and failure is not None
    if in_setup and CONTEXT not in item.config.stash and isinstance(failure, pytest.fail.Exception):
        return report  # there is nothing to check here, and the reason has been given
    context = _context(item)
    if call.when == "teardown" and any(found.check.name == item.name for found in context.verdicts):
        return report  # it has its verdict; only the clean-up after it failed
    found = verdict(item, info(item), context, failure, call.duration, in_setup)
    context.verdicts.append(found)
    if not found.bug and found.outcome != "passed":
        lines = [found.message, *([found.diagnosis.message] if found.diagnosis else [])]
        lines += [found.note] if found.note else []
        report.longrepr = "\n".join([found.check.title, *lines])
    return report
