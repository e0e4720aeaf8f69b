"""The repository proves itself: references get full marks, stubs nothing, each misconception its own diagnosis."""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .console import console
from .course import Course, find_course
from .source import Cell, Source, read_source

if TYPE_CHECKING:
    from .diagnosis import Misconception
    from .engine import Engine
    from .plugin import Verdict

_SEED = 20250410  # any fixed number: two runs of verify draw the same inputs


@dataclass(frozen=True)
class Row:
    """One misconception: the checks that caught it, and as what it was diagnosed."""

    task: str
    name: str
    caught_by: tuple[str, ...]
    diagnosed_as: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What verifying one assignment found. findings: empty when all is proved."""

    assignment: str
    points: int
    rows: tuple[Row, ...]
    findings: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="only these (all of them)")
    parser.add_argument("--workers", type=int, default=2, help="how many assignments at once (2)")


def run(args: argparse.Namespace) -> int:
    """Verify the course. Returns 1 when anything was found."""
    course = find_course(Path.cwd())
    names = [course.resolve(name) for name in args.assignments] or course.assignment_names()
    findings: list[str] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, args.workers), mp_context=context) as pool:
        # The last trains, so it takes longest: it goes first.
        reports = list(pool.map(verify_assignment, [course.root] * len(names), reversed(names)))
    for report in reversed(reports):
        _show(report)
        findings += report.findings
    findings += _leaks(course)
    for finding in findings:
        console().print(f"[red]✗[/] {finding}", highlight=False, markup=True)
    if findings:
        console().print(f"{len(findings)} findings.")
        return 1
    count = sum(len(report.rows) for report in reports)
    console().print(
        f"Verified: {len(reports)} references with full marks, {len(reports)} stubs with none, "
        f"{count} misconceptions each caught by its own task and given its own diagnosis; nothing leaks."
    )
    return 0


def verify_assignment(root: Path, name: str) -> Report:
    """Grade the reference, the stub and every misconception of one assignment."""
    from .engine import Engine

    course = Course(root)
    assignment = course.assignment(name)
    engine = Engine(course, assignment)
    try:
        points = sum(check.points for check in engine.checks)
        findings = _reference_and_stub(engine, course, name)
        rows = []
        known = engine.catalogue.misconceptions
        trains = any(check.trains for check in engine.checks)
        for misconception in known:
            source = as_submission(assignment.master, assignment.misconceptions, misconception)
            if not misconception.costs_points:
                # Unwise, not wrong: no check has to fail, but the training has to show it.
                shown = engine.grade(source, _SEED).metrics.get("signs", ())
                seen = (misconception.name,) if misconception.name in shown else ()
                rows.append(Row(misconception.task, misconception.name, (), seen))
                if not seen:
                    findings.append(f"{name}: {misconception.name} is not among the signs: {', '.join(shown) or 'none'}.")
                continue
            # A whole training takes a minute: it is run only for what the public checks let pass.
            failed = _failed(engine, source, public_only=trains)
            own, diagnosed = _own(failed, misconception.task)
            if trains and misconception.name not in diagnosed:
                failed = _failed(engine, source, public_only=False)
                own, diagnosed = _own(failed, misconception.task)
            rows.append(Row(misconception.task, misconception.name, tuple(v.check.name for v in own), diagnosed))
            where = f"{name}: {misconception.name}"
            if not own:
                findings.append(f"{where} passes every check of {misconception.task}.")
            elif misconception.name not in diagnosed:
                findings.append(f"{where} is diagnosed as {', '.join(diagnosed) or 'nothing'}.")
            findings += [
                f"{where} fails {v.check.name}, a check of {v.check.task}: {v.message}"
                for v in failed
                if v.check.task != misconception.task and misconception.task not in v.check.needs
            ]
    finally:
        engine.close()
    return Report(name, points, tuple(rows), tuple(findings))


def _failed(engine: Engine, source: Source, public_only: bool) -> list[Verdict]:
    verdicts = engine.grade(source, _SEED, lambda check: not (public_only and check.hidden)).verdicts
    return [verdict for verdict in verdicts if verdict.outcome != "passed"]


def _own(failed: list[Verdict], task: str) -> tuple[list[Verdict], tuple[str, ...]]:
    own = [verdict for verdict in failed if verdict.check.task == task]
    return own, tuple(dict.fromkeys(v.diagnosis.name for v in own if v.diagnosis))


def _reference_and_stub(engine: Engine, course: Course, name: str) -> list[str]:
    findings = []
    for verdict in engine.grade(read_source(engine.assignment.master), _SEED).verdicts:
        if verdict.outcome != "passed":
            findings.append(f"{name}: the reference fails {verdict.check.name}: {verdict.message}")
    stub = read_source(course.released(name).master)
    for verdict in engine.grade(stub, _SEED).verdicts:
        if verdict.outcome == "passed":
            findings.append(f"{name}: the stub passes {verdict.check.name}.")
    return findings


def as_submission(master: Path, misconceptions: Path, misconception: Misconception) -> Source:
    """The reference with one task taken from a misconception: a whole submission."""
    ideas = re.sub(r"^from (autograder|__future__)\b.*$", "", misconceptions.read_text("utf-8"), flags=re.M)
    name, task = misconception.name, misconception.task
    swap = f"{task} = {name}" if task != "ANSWERS" else f"ANSWERS = {{key: {name}(key) for key in ANSWERS}}"
    text = "\n\n".join([master.read_text("utf-8"), _DECORATORS, _only(ideas, name), swap, ""])
    return Source("py", (Cell(text, 1, None),))


def _only(ideas: str, name: str) -> str:
    """One misconception, its helpers, and the others that it builds on: a whole catalogue is too long to submit."""
    tree = ast.parse(ideas)
    others = {node.name: node for node in tree.body if isinstance(node, _DEFINITIONS) and _is_misconception(node)}
    wanted: set[str] = set()
    found = {name, *(n for node in tree.body if node not in others.values() for n in _names_in(node))}
    while found := (found & others.keys()) - wanted:
        wanted |= found
        found = {used for each in found for used in _names_in(others[each])}
    dropped = [node for other, node in others.items() if other not in wanted]
    tree.body = [node for node in tree.body if node not in dropped]
    return ast.unparse(tree)


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _is_misconception(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).startswith("misconception(") for decorator in node.decorator_list)


def _names_in(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


_DECORATORS = """
def misconception(task, **options):
    return lambda thing: thing


def hints(task, *texts):
    pass
"""


def _leaks(course: Course) -> list[str]:
    from .release import leaks

    return [f"leak: {leak}" for leak in leaks.find_leaks(course.solutions, course.assignments)]


def _show(report: Report) -> None:
    from rich.table import Table

    table = Table(title=f"{report.assignment}: {report.points} points", title_justify="left", box=None)
    for column in ("task", "misconception", "caught by", "diagnosed as"):
        table.add_column(column, overflow="fold")
    for row in report.rows:
        own = "itself" if row.name in row.diagnosed_as else ", ".join(row.diagnosed_as) or "-"
        table.add_row(row.task, row.name, f"{len(row.caught_by)} checks", own)
    console().print(table)

