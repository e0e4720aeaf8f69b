"""What `autograder check` shows of an assignment: every check of it, or its tasks and the first check that fails."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from ..common.terminal import console
from . import hint, screen, state
from .checker import Look
from .repository import Desk


def remember(desk: Desk, looks: Iterable[Look]) -> state.State:
    """Keep the points of what was checked as a whole."""
    before = memory = state.load(desk.root)
    for look in looks:
        if look.fingerprint and desk.own(look.name) is not None:
            memory = memory.with_checked(look.name, look.checked)
    if memory != before:
        state.save(desk.root, memory)
    return memory


def passed(look: Look, task: str | None) -> bool:
    """Whether the assignment, or one task of it, has nothing that fails."""
    verdicts = [v for v in look.verdicts if task is None or v.check.task == task]
    return bool(verdicts) and all(verdict.outcome == "passed" for verdict in verdicts)


def show_focus(desk: Desk, look: Look, memory: state.State, task: str | None = None) -> None:
    """The assignment's tasks, its first failing check (of ``task``, if one is in focus), and the way on."""
    display = console()
    screen.heading(desk, look)
    display.print()
    if look.problem:
        screen.say(Text.assemble(screen.sign(display, "failed"), " Nothing of it can be run yet."), 2)
        screen.say(look.problem, 4)
    else:
        screen.tasks(look)
    failing = [v for v in look.failing if task is None or v.check.task == task] or look.failing
    if failing:
        display.print()
        screen.verdict(look, failing[0])
        offer_hint(desk, look.name, failing[0].check.task, memory)
    elif look.passed:
        display.print()
        _praise(desk, look, memory)
    display.print()
    screen.overview(desk, memory, look.name)


def offer_hint(desk: Desk, name: str, task: str, memory: state.State) -> None:
    """Say that there is a hint, and how to get it."""
    hints = hint.read_hints(desk, name).get(task, ())
    screen.next_hint(hint.command_word(desk, name, task), len(hints), memory.hints_read(name, task))


def _praise(desk: Desk, look: Look, memory: state.State) -> None:
    after = following(desk, look.name, memory)
    screen.say(f"All public checks of {look.name} pass.", 2, "green")
    if after:
        question = desk.question(after)
        way = desk.gone(after) or desk.where(after) + (f" ({question})" if question else "")
        screen.say(f"Next: {way}", 2)
    else:
        screen.say("That is the whole course. Hand it in: commit and push.", 2)


def following(desk: Desk, name: str, memory: state.State) -> str | None:
    """The next assignment in the lecture's order that is not solved, from the beginning after the last."""
    at = desk.names.index(name)
    for other in (*desk.names[at + 1 :], *desk.names[:at]):
        kept = desk.remembered(other, memory)
        if kept is None or kept.earned < kept.possible:
            return other
    return None


def show_all(desk: Desk, look: Look, task: str | None) -> None:
    """Every check of an assignment, or of one task; what is not started is told once, in one line."""
    display = console()
    screen.heading(desk, look)
    if look.problem:
        screen.say(Text.assemble(screen.sign(display, "failed"), " Nothing of it can be run yet."), 2)
        screen.say(look.problem, 4)
    told: set[str] = set()
    shown = [verdict for verdict in look.verdicts if task is None or verdict.check.task == task]
    for verdict in shown:
        screen.verdict(look, verdict, told)
    earned = sum(v.score for v in shown)
    possible = sum(v.check.points for v in shown) or look.checked.possible
    screen.say(f"Public points: {earned} of {possible}", style="bold")
    memory = state.load(desk.root)
    failing = next((verdict for verdict in shown if verdict.outcome != "passed"), None)
    if failing is not None:
        offer_hint(desk, look.name, failing.check.task, memory)
    display.print()
