"""What a grading shows while it runs: live lines in a terminal, lines with time stamps in a log."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..common.plural import plural
from ..common.terminal import printable
from ..results.result import Result

PLAIN_EVERY = 10.0  # seconds between two lines in a log
LIVE_LINES = 16  # workers shown at most
FIRST_GUESS = 2.0  # the most seconds expected of a submission while none of its assignment has been graded


class Progress:
    """Counts, the time that is left, the slowest submission. Use as a context manager."""

    def __init__(self, console: Console, todo: Mapping[str, int], workers: int, sandbox: str = "") -> None:
        """todo: assignment -> how many submissions are to be graded. sandbox: its name, "" if it is not known."""
        self._console, self._sandbox = console, sandbox
        self._left = Counter(dict(todo))
        self._total = sum(todo.values())
        self._workers = max(1, workers)
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)
        self._running: dict[int, tuple[str, str, float]] = {}  # slot -> student, assignment, since
        self._slowest: tuple[float, str, str] = (0.0, "", "")
        self._lost = 0
        self._printed = time.monotonic()
        self._said = ""
        self._live: Live | None = None

    def __enter__(self) -> Self:
        where = f" in sandbox {self._sandbox}" if self._sandbox else ""
        if self._total:
            self._line(f"grading {plural(self._total, 'submission')} with {plural(self._workers, 'worker')}{where}")
        if self._total and self._console.is_terminal:
            # Called for each refresh, so that the seconds run on between two events.
            self._live = Live(get_renderable=self.draw, console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        elif self._done and self._summary() != self._said:
            self._line(self._summary())

    @property
    def _done(self) -> int:
        return self._total - sum(self._left.values())

    def began(self, slot: int, student: str, assignment: str) -> None:
        """A worker has begun a submission."""
        self._running[slot] = (student, assignment, time.monotonic())

    def ended(self, slot: int, result: Result, seconds: float, lost: str) -> None:
        """A worker has ended a submission, and may have begun its next. lost: how the machine failed on it, or ""."""
        if self._running.get(slot, ())[:2] == (result.student, result.assignment):
            del self._running[slot]
        self._left[result.assignment] -= 1
        self._seconds[result.assignment].append(seconds)
        self._slowest = max(self._slowest, (seconds, result.student, result.assignment))
        if lost:
            self._lost += 1
            self.say(f"{printable(result.student)} {result.assignment}: {printable(lost)}")
        if self._live is None and time.monotonic() - self._printed >= PLAIN_EVERY:
            self._line(self._summary())

    def skipped(self, assignment: str) -> None:
        """A submission that was to be graded cannot be read any more."""
        self._left[assignment] -= 1

    def say(self, text: str) -> None:
        """Print one line that stays."""
        if self._live is not None:
            self._live.console.print(Text(text))
        else:
            self._line(text)

    # What is said

    def seconds_left(self) -> float:
        """Seconds until the rest is graded: the mean time of each assignment, shared by the workers."""
        now = time.monotonic()
        rest = sum(number * self._expected(assignment) for assignment, number in self._left.items())
        rest -= sum(min(now - since, self._expected(name)) for _, name, since in self._running.values())
        return max(0.0, rest) / self._workers

    def _expected(self, assignment: str) -> float:
        """Seconds that a submission takes: the mean of its assignment. If none of it has been graded, the mean of all,
        but at most FIRST_GUESS: those that train come first and take longer."""
        known = self._seconds[assignment]
        everything = known or [s for many in self._seconds.values() for s in many]
        mean = sum(everything) / len(everything) if everything else FIRST_GUESS
        return mean if known else min(mean, FIRST_GUESS)

    def _summary(self) -> str:
        text = f"{self._done} of {self._total} graded"
        if self._lost:
            text += f", {self._lost} lost"
        if self._done and (left := self.seconds_left()) >= 1:
            text += f", about {duration(left)} left"
        seconds, student, assignment = self._slowest
        if seconds >= 1:
            text += f", slowest {printable(student)} {assignment} ({duration(seconds)})"
        return text

    def _line(self, text: str) -> None:
        self._printed, self._said = time.monotonic(), text
        self._console.print(Text(f"{time.strftime('%H:%M:%S')}  {text}"), soft_wrap=True)

    def draw(self) -> RenderableType:
        """The line as it stands: a bar, how many are done, how long it may take, and what runs."""
        bar = Table.grid(padding=(0, 1), expand=True)
        bar.add_column(width=24)
        bar.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        bar.add_row(ProgressBar(total=self._total, completed=self._done, width=24), Text(self._summary()))
        lines = Table.grid(padding=(0, 2))
        now = time.monotonic()
        for slot, (student, assignment, since) in sorted(self._running.items())[:LIVE_LINES]:
            lines.add_row(
                Text(f"{slot + 1:>3}", style="dim"),
                Text(printable(student), overflow="ellipsis", no_wrap=True),
                Text(assignment),
                Text(duration(now - since), style="dim"),
            )
        if len(self._running) > LIVE_LINES:
            lines.add_row("", Text(f"and {len(self._running) - LIVE_LINES} more", style="dim"))
        return Group(bar, lines)


def duration(seconds: float) -> str:
    """Seconds as people say them: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 and whole < 600 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
