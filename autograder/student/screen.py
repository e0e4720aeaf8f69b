"""What a student sees in a terminal: wrapped text with a little colour, and words beside every sign."""

import re
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..common.plural import plural
from ..common.terminal import console
from ..grading.context import Verdict
from . import state
from .checker import CheckReport
from .repository import StudentRepository

_WIDTH = 100  # lines longer than this are hard to read
_PRINTED = 6  # lines of what the student's code printed
_SIGNS = {"passed": ("✓", "ok", "green"), "not_run": ("·", "--", "bright_black")}
_WRONG = ("✗", "XX", "red")
_WORDS = {
    "passed": "passed so far",
    "failed": "not right",
    "error": "raised an error",
    "timeout": "took too long",
    "crashed": "crashed",
    "not_run": "not started",
}
_WHY = {
    "waits": "waits for another task",
    "not_answered": "not answered",
    "not_found": "not found",
    "unreadable": "cannot be read",
}


@cache
def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def waiting(assignment: str) -> AbstractContextManager[object]:
    """While the block runs, show on a terminal what is being checked."""
    display = console()
    return display.status(f"Checking {assignment} ...", spinner="line") if display.is_terminal else nullcontext()


def sign(screen: Console, outcome: str) -> Text:
    """A sign for an outcome that this terminal can show. Callers print its meaning in words beside it."""
    fine, plain, style = _SIGNS.get(outcome, _WRONG)
    return Text(fine if _can_show("✓✗·", screen.encoding) else plain, style=style)


def from_grading(points: int) -> str:
    """What grading adds: "6 come from grading, on other inputs"."""
    return f"{'one comes' if points == 1 else f'{points} come'} from grading, on other inputs"


def bar(earned: int, total: int, encoding: str = "utf-8", width: int = 40) -> str:
    """Points as a bar of ``width`` characters, filled for the points that are earned."""
    full = width * earned // total if total else 0
    done, left = "█░" if _can_show("█░", encoding) else "#."
    return done * full + left * (width - full)


def say(text: str | Text, indent: int = 0, style: str = "", hang: int = 0) -> None:
    """Print a paragraph, wrapped and indented; its later lines by ``hang`` more. Nothing in it is read as markup."""
    screen = console()
    body = Text(text, style=style) if isinstance(text, str) else text
    left = " " * indent
    for line in body.wrap(screen, max(20, min(screen.width, _WIDTH) - indent - hang)):
        line.rstrip()
        screen.print(Text.assemble(left, line), soft_wrap=True)
        left = " " * (indent + hang)


def say_broken(problem: str, indent: int = 0) -> None:
    """Print what is wrong, and below it the line of code with a caret, not wrapped."""
    head, *code = problem.split("\n")
    say(head, indent, "red")
    for line in code:
        console().print(Text(" " * indent + line), soft_wrap=True)


def word(verdict: Verdict) -> str:
    """An outcome in words."""
    return _WHY.get(verdict.why, _WORDS[verdict.outcome])


def heading(repository: StudentRepository, report: CheckReport) -> None:
    """Print the assignment, its question, its file, and the notes on it."""
    question = repository.question(report.name)
    say(Text.assemble((report.name, "bold"), f": {question}" if question else ""))
    say(report.path.relative_to(repository.root).as_posix(), style="bright_black")
    for note in report.notes:
        if "\n" in note:  # a line that is not Python: other failures may come from it
            screen = console()
            screen.print()
            say_broken(note)
        else:
            say(Text.assemble(("Note: ", "yellow"), note))


def tasks(repository: StudentRepository, report: CheckReport) -> None:
    """Print a line for each task: sign, name, outcome, public points, and how many more come from grading."""
    screen = console()
    rows, hidden = [], repository.points(report.name)
    for task, (earned, possible) in report.points.items():
        mine = [verdict for verdict in report.verdicts if verdict.check.task == task]
        first = next((verdict for verdict in mine if verdict.outcome != "passed"), mine[0])
        outcome = first.outcome
        text = "partly right" if 0 < earned < possible and outcome != "passed" else word(first)
        more = hidden.get(task, (0, 0))[1]
        left = f" +{more} in grading" if more and outcome == "passed" else ""
        rows.append((sign(screen, outcome), task, text, f"{earned} of {possible}{left}"))
    wide = [max((len(str(row[i])) for row in rows), default=0) for i in range(4)]
    for mark, task, text, points in rows:
        line = Text.assemble("  ", mark, " ", task.ljust(wide[1]), "   ", text.ljust(wide[2]), "   ", points)
        screen.print(line, soft_wrap=True)
        if task.isupper() and text == _WORDS["passed"]:  # a quiz: its public checks look at some answers only
            for verdict in report.verdicts:
                if verdict.check.task == task:
                    say(verdict.check.title, 4)


def verdict(report: CheckReport, shown: Verdict, told: set[str] | None = None) -> None:
    """Print one check: its title and, if it did not pass, what was wrong, why, and a drawing of the axes.

    ``told``: messages that were printed before. They are not repeated; this one is added.
    """
    screen = console()
    say(Text.assemble(sign(screen, shown.outcome), f" {shown.check.task}: {shown.check.title}"), 2, hang=2)
    if shown.outcome == "passed":
        return
    told = told if told is not None else set()
    reason = shown.diagnosis.message if shown.diagnosis else ""
    if (shown.message + reason) in told:
        return
    told.add(shown.message + reason)
    say(shown.message, 4)
    if reason:
        say(reason, 4, "bold")
    if shown.why == "not_started":
        where = line_of(report.path, shown.check.task)
        if where:
            say(f"Write it in {report.path.name}, {where}.", 4)
    if printed := shown.printed.strip("\n").split("\n") if shown.printed.strip() else []:
        say("Your code printed:", 4)
        for line in printed[:_PRINTED]:
            say(line[: 2 * _WIDTH], 6)
        if len(printed) > _PRINTED:
            say(f"... and {len(printed) - _PRINTED:,} more lines", 6)
    if shown.drawing is not None:
        from ..checks import axes

        screen.print()
        for line in axes.lines(shown.drawing):
            screen.print(Text("      " + line), soft_wrap=True)


def line_of(path: Path, task: str) -> str:
    """Where a task stands in a script: "line 113". Empty for a notebook, or if it cannot be found."""
    if path.suffix != ".py":
        return ""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    pattern = re.compile(rf"(def|class)\s+{re.escape(task)}\b|{re.escape(task)}\s*[:=]")
    return next((f"line {number}" for number, line in reversed([*enumerate(lines, 1)]) if pattern.match(line)), "")


def next_hint(task: str, count: int, read: int) -> None:
    """Offer the next of ``count`` hints, of which ``read`` were read. ``task``: its name on the command line."""
    if not count:
        return
    command = f"autograder hint {task}"
    text = f"Hint {read + 1} of {count}:"
    if read >= count:
        text, command = "All hints are read. Again:", f"{command} --again"
    console().print()
    say(Text.assemble(f"{text} ", (command, "bold")), 2)


def overview(repository: StudentRepository, memory: state.State, current: str | None) -> None:
    """Print each assignment with its public points so far, in the lecture's order, and the sum out of all points.

    Nothing is printed if the manifest is damaged, which knows the points.
    """
    if repository.damage:
        return
    screen = console()
    earned = public = hidden = done = tasks = 0
    width = max(map(len, repository.names))
    stale = False
    for name in repository.names:
        points = repository.points(name)
        here = sum(p for p, _ in points.values())
        public, hidden = public + here, hidden + sum(h for _, h in points.values())
        tasks += len(points)
        kept = repository.remembered(name, memory)
        if kept is not None:
            done += sum(here == whole for here, whole in kept.points.values())
            mark = sign(screen, "passed") if kept.earned == kept.possible else Text(" ")
            text = f"{kept.earned:2} of {kept.possible}"
            earned += kept.earned
        else:
            begun = repository.own(name) is not None
            stale = stale or begun
            changed = "changed since its last check" if name in memory.checked else "not checked yet"
            mark, text = Text(" "), changed if begun else "not begun"
        arrow = "> " if name == current else "  "
        line = Text.assemble(arrow, name.ljust(width), "  ", mark, " ", text)
        if name == current:
            line.stylize("bold")
        screen.print(line, soft_wrap=True)
    total = public + hidden
    screen.print(Text(f"  {bar(earned, total, screen.encoding)}  {done} of {plural(tasks, 'task')}"), soft_wrap=True)
    left = f"Public checks give up to {public}; the other {from_grading(hidden)}." if hidden else ""
    say(Text.assemble(("Points so far: ", "bold"), (f"{earned} of {total}. ", "bold"), left))
    if stale:
        say("To count them all: autograder check --all", style="bright_black")
