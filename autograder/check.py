"""``autograder check``: the public checks on a student's own work, with the reason for whatever fails."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import console
from .course import Course, find_course
from .job import Settings
from .source import Source, Unreadable, read_source

if TYPE_CHECKING:
    from .engine import Graded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "assignments", nargs="*", metavar="ASSIGNMENT", help="a1_permute, or a1 for short (all that you have begun)"
    )
    parser.add_argument("--all", action="store_true", help="also the assignments that are not begun yet")


def run(args: argparse.Namespace) -> int:
    """Check the work. Returns 1 while something fails."""
    course = find_course(Path.cwd())
    named = [course.resolve(name) for name in args.assignments]
    names = named or course.assignment_names()
    found = {name: own_work(course, name) for name in names}
    begun = [name for name in names if named or args.all or found[name] is not None]
    if not begun:
        first = names[0]
        console().print(
            f"Nothing is begun yet. Open assignments/{first}/{first}.py, fill in the first function, "
            "and run autograder check again."
        )
        return 1
    failed = False
    for name in begun:
        path = found[name] or course.released(name).master
        failed = not _check(course, name, path) or failed
    return int(failed)


def own_work(course: Course, name: str) -> Path | None:
    """The student's file for an assignment: the form that was changed, the later one of two. None: still the stub."""
    forms = [course.released(name).master, course.assignments / "notebooks" / name / f"{name}.ipynb"]
    stubs = _stubs(course, name)
    changed = [path for path in forms if path.is_file() and _digest(path) not in stubs]
    return max(changed, key=lambda path: path.stat().st_mtime, default=None)


def _stubs(course: Course, name: str) -> set[str]:
    """The code digests of the assignment's stubs, as they were released."""
    try:
        manifest = json.loads((course.assignments / "manifest.json").read_text(encoding="utf-8"))
        return set(manifest["stubs"][name].values())
    except (OSError, ValueError, KeyError, AttributeError):
        return set()


def _digest(path: Path) -> str:
    try:
        return read_source(path).code_digest
    except Unreadable:
        return "unreadable"


def _check(course: Course, name: str, path: Path) -> bool:
    from .engine import Engine, seed_of

    screen = console()
    try:
        source: Source = read_source(path)
    except Unreadable as error:
        screen.print(f"[bold]{name}[/]\n  {escape(error.message)}")
        return False
    engine = Engine(course, course.released(name), Settings(public_only=True))
    try:
        graded = engine.grade(source, seed_of(b"public", name, source.fingerprint))
        total = sum(check.points for check in engine.checks)
    finally:
        engine.close()
    _show(name, graded, total, path.relative_to(course.root))
    return bool(graded.verdicts) and all(v.outcome == "passed" for v in graded.verdicts)


def _show(name: str, graded: Graded, total: int, path: Path) -> None:
    screen = console()
    score = sum(v.check.points for v in graded.verdicts if v.outcome == "passed")
    screen.print(f"[bold]{name}[/]  {score} of {total} public points  [dim]{escape(str(path))}[/]")
    for note in (graded.unreadable, *graded.notes):
        if note:
            screen.print(f"  [yellow]![/] {escape(note)}")
    told: set[str] = set()
    for verdict in graded.verdicts:
        if verdict.outcome == "passed":
            screen.print(f"  [green]✓[/] {verdict.check.task}: {escape(verdict.check.title)}")
            continue
        mark = "[dim]·[/]" if verdict.outcome == "not_run" else "[red]✗[/]"
        screen.print(f"  {mark} {verdict.check.task}: {escape(verdict.check.title)}")
        message = "\n".join([verdict.message, *([verdict.diagnosis.message] if verdict.diagnosis else [])])
        if message not in told:  # the same reason is not told twice
            for line in message.splitlines():
                screen.print(f"      {escape(line)}", soft_wrap=False)
        told.add(message)

