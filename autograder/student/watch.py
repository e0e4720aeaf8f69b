"""``autograder check --watch``: checks at every save, on one screen, with processes that stay warm."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rich.text import Text

from ..common.errors import InfrastructureError
from ..common.terminal import console
from . import check_screen, hint, machine, screen, state
from .checker import Checker, CheckReport
from .repository import StudentRepository, Target

# A save makes several events, milliseconds apart. It has ended _STEP_MS after the last one, or after _AT_MOST_MS.
_STEP_MS, _AT_MOST_MS = 10, 200
_BLINK = 0.2  # seconds to wait for a key, before the thread looks whether it should end
_KEYS = (("h", "hint"), ("l", "list"), ("n", "next"), ("q", "quit"))


@dataclass(frozen=True)
class Event:
    """Something to react to: files that were saved, a key, or the end of watching (``value`` says why)."""

    kind: Literal["saved", "key", "ended"]
    value: str = ""
    paths: tuple[Path, ...] = ()


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
        if key == "q":
            return False
        if key == "h":
            self._hint()
        elif key == "l":
            self._list()
        elif key == "n":
            self._next()
        return True

    def _check(self, name: str, focus: str | None) -> None:
        began = time.perf_counter()
        slow = self.report is None or self.checker.is_slow(name)
        with screen.waiting(name) if slow else contextlib.nullcontext():
            self.report = self._checked(name)
        self.focus = focus
        new = check_screen.first_passes(self.report, self.memory)
        self.memory = check_screen.remember(self.repository, [self.report])
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
        if rest:
            self.focus = rest[0]
            self._draw()
            _show_keys()
            return
        following = None if self.only else check_screen.following(self.repository, self.report.name, self.memory)
        if following is None:
            self.focus = failing[0] if failing else None
            self._draw()
            _show_keys()
        else:
            self._check(following, None)


def run(repository: StudentRepository, targets: list[Target]) -> int:
    """Watch until q or Ctrl-C. Returns 0 if the last check passed, else 1."""
    events: queue.Queue[Event] = queue.Queue()
    stop = threading.Event()
    with Checker(repository) as checker, machine.keys() as read:
        watch = Watch(repository, checker, tuple(targets), state.load(repository.root))
        # Watching starts before the first check, so that no save is missed.
        threads = [
            threading.Thread(target=put_saves, args=(repository, events, stop), daemon=True),
            threading.Thread(target=_read_keys, args=(read, events, stop), daemon=True),
        ]
        try:
            import watchfiles  # noqa: F401  (if it is missing, raise here and not in a thread)

            for thread in threads:
                thread.start()
            watch.begin()
            show_events(watch, events)
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join(2)
    return int(watch.report is None or not watch.report.passed)


def show_events(watch: Watch, events: queue.Queue[Event]) -> None:
    """Check at each save and react to keys, until a key ends it.

    Raises InfrastructureError if saves can no longer be seen.
    """
    while True:
        event = _next_event(events)
        if event.kind == "saved":
            paths = list(event.paths)
            while not events.empty() and events.queue[0].kind == "saved":  # saves during a check count as one
                paths += events.get().paths
            watch.saved(tuple(paths))
        elif event.kind == "ended":
            raise InfrastructureError(f"the files cannot be watched: {event.value}")
        elif not watch.key(event.value):
            return


def _next_event(events: queue.Queue[Event]) -> Event:
    while True:
        with contextlib.suppress(queue.Empty):
            return events.get(timeout=1.0)  # with a timeout, so that Ctrl-C comes through on Windows


def put_saves(repository: StudentRepository, events: queue.Queue[Event], stop: threading.Event) -> None:
    """Put an event for each save of a file that is checked, until `stop` is set."""
    import watchfiles

    def is_ours(change: watchfiles.Change, path: str) -> bool:
        return Path(path).name in ours and change != watchfiles.Change.deleted

    try:
        ours = {form for name in repository.names for form in (f"{name}.py", f"{name}.ipynb", f"test_{name}.py")}
        for changes in watchfiles.watch(
            repository.course.assignments,
            watch_filter=is_ours,
            step=_STEP_MS,
            debounce=_AT_MOST_MS,
            stop_event=stop,
            force_polling=machine.must_poll(repository.root) or None,
            poll_delay_ms=100,
            raise_interrupt=False,
        ):
            events.put(Event("saved", paths=tuple(Path(path) for _, path in sorted(changes))))
    except Exception as error:  # too many watches, a folder that is gone
        events.put(Event("ended", str(error)))


def _read_keys(read: Callable[[float], str], events: queue.Queue[Event], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            key = read(_BLINK)
        except (KeyboardInterrupt, OSError, ValueError):
            key = "q"
        if key:
            events.put(Event("key", key))


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
