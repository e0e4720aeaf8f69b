"""``autograder check --watch``: checks at every save, on one screen, with processes that stay warm."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from ..common.errors import InfrastructureError
from ..common.terminal import console
from . import check_screen, hint, machine, screen, state
from .checker import Checker, CheckReport
from .repository import StudentRepository, Target

# A save makes several events, milliseconds apart. It has ended _STEP_MS after the last one, or after _AT_MOST_MS.
_STEP_MS, _AT_MOST_MS = 10, 200
_BLINK_MS = 50  # between two looks for a key
_KEYS = (("h", "hint"), ("l", "list"), ("n", "next"), ("q", "quit"))


@dataclass
class Watch:
    """What was checked last, and what of it is on the screen."""

    repository: StudentRepository
    checker: Checker
    only: tuple[Target, ...] = ()
    memory: state.State = field(default_factory=state.State)
    report: CheckReport | None = None
    focus: str | None = None  # the task that is shown; None: the first that fails

    def begin(self) -> None:
        """Check and show the assignment being worked on, or the one that was named."""
        if self.only:
            self._check(self.only[0].assignment, self.only[0].task)
        else:
            self._check(self.repository.current() or self.repository.names[0], None)
        assert self.report is not None
        _ = self.checker.warm(self.report.name).catalogue  # read now, not when the first wrong answer comes

    def saved(self, paths: tuple[Path, ...]) -> None:
        """Check the assignment whose file was saved."""
        stems = {path.stem.removeprefix("test_") for path in paths}
        wanted = {target.assignment for target in self.only} or set(self.repository.names)
        names = [name for name in self.repository.names if name in stems & wanted]
        if names:
            here = self.report.name if self.report is not None else ""
            if here in names:
                self._check(here, self.focus)
            else:
                self._check(names[-1], None)

    def key(self, key: str) -> bool:
        """React to a key. Returns False if it ends the watch."""
        reactions = {"h": self._hint, "l": self._list, "n": self._next}
        if key in reactions:
            reactions[key]()
        return key != "q"

    def _check(self, name: str, focus: str | None) -> None:
        began = time.perf_counter()
        slow = self.report is None or self.checker.is_slow(name)
        with screen.waiting(name) if slow else contextlib.nullcontext():
            self.report = self._checked(name)
        self.focus = focus
        new = check_screen.first_passes(self.report, self.memory)
        self.memory = check_screen.remember(self.repository, self.report)
        self._draw(new)
        seconds = time.perf_counter() - began
        screen.say(f"Checked in {seconds:.2f} s. Watching: save a file, and it is checked again.", style="bright_black")
        _show_keys()

    def _checked(self, name: str) -> CheckReport:
        try:
            return self.checker.check(name)
        except InfrastructureError:
            self.checker.close()  # the warm processes may have died while the machine slept
            return self.checker.check(name)

    def _draw(self, new: Sequence[str] = ()) -> None:
        assert self.report is not None
        clear()
        check_screen.show_focus(self.repository, self.report, self.memory, self.focus, new)

    def _task(self) -> str | None:
        """The task in focus, or the first that fails."""
        assert self.report is not None
        failing = [verdict.check.task for verdict in self.report.failing]
        return self.focus if self.focus in failing else next(iter(failing), None)

    def _hint(self) -> None:
        assert self.report is not None
        task = self._task()
        if task is None:
            screen.say("Nothing fails here: no hint is needed. n goes on.")
            return
        self.memory = hint.give(self.repository, state.load(self.repository.root), Target(self.report.name, task))
        state.save(self.repository.root, self.memory)
        _show_keys()

    def _list(self) -> None:
        assert self.report is not None
        clear()
        check_screen.show_all(self.repository, self.report)
        _show_keys()

    def _next(self) -> None:
        """Go to the next task that fails; after the last one, to the next assignment that is not solved."""
        assert self.report is not None
        failing = list(dict.fromkeys(verdict.check.task for verdict in self.report.failing))
        task = self._task()
        rest = failing[failing.index(task) + 1 :] if task in failing else []
        if not rest and not self.only:
            following = check_screen.following(self.repository, self.report.name, self.memory)
            if following is not None:
                self._check(following, None)
                return
        self.focus = next(iter([*rest, *failing]), None)
        self._draw()
        _show_keys()


def run(repository: StudentRepository, targets: list[Target]) -> int:
    """Watch until q or Ctrl-C. Returns 0 if the last check passed, else 1."""
    with Checker(repository) as checker, machine.keys() as read:
        watch = Watch(repository, checker, tuple(targets), state.load(repository.root))
        with contextlib.suppress(KeyboardInterrupt):
            react(watch, saves(repository), read)
    return int(watch.report is None or not watch.report.passed)


def react(watch: Watch, saves: Iterator[tuple[Path, ...]], read: Callable[[], str]) -> None:
    """Check now and at each save, and react to keys, until a key ends it. read: see `machine.keys`."""
    next(saves)  # watching starts before the first check, so that no save is missed
    watch.begin()
    for paths in saves:
        if paths:
            watch.saved(paths)
        while key := read():
            if not watch.key(key):
                return


def saves(repository: StudentRepository) -> Iterator[tuple[Path, ...]]:
    """The files that are checked, as soon as some are saved; nothing if none is for _BLINK_MS.

    What is saved between two steps comes together. Raises InfrastructureError if saves cannot be seen.
    """
    import watchfiles

    ours = {form for name in repository.names for form in (f"{name}.py", f"{name}.ipynb", f"test_{name}.py")}
    try:
        for changes in watchfiles.watch(
            repository.course.assignments,
            watch_filter=None,
            step=_STEP_MS,
            debounce=_AT_MOST_MS,
            rust_timeout=_BLINK_MS,
            yield_on_timeout=True,
            poll_delay_ms=100,  # where it must poll: Windows' Linux subsystem reports no changes on Windows' own disks
        ):
            there = sorted(Path(path) for change, path in changes if change != watchfiles.Change.deleted)
            yield tuple(path for path in there if path.name in ours)
    except Exception as error:  # too many watches, a folder that is gone
        raise InfrastructureError(f"the files cannot be watched: {error}") from error


def clear() -> None:
    """Clear the terminal. If the output is not a terminal, print a line between two checks."""
    display = console()
    if display.is_terminal:
        display.clear()
    else:
        display.print("-" * 40)


def _show_keys() -> None:
    if console().is_terminal:
        parts = [part for key, what in _KEYS for part in ((key, "bold"), f" {what}   ")]
        console().print(Text.assemble(*parts))
