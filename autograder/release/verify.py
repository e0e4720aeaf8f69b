"""The repository proves itself: references get full marks, stubs nothing, each misconception its own diagnosis."""

from __future__ import annotations

import argparse
import ast
import contextlib
import dataclasses
import itertools
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from ..common.definitions import lines_of, needed_for
from ..common.plural import plural
from ..common.terminal import console, print_line
from ..course.course import Course, find_course
from ..grading.context import CheckInfo, Verdict
from ..grading.job import Settings
from ..grading.pool import PRELOADED, end_server, end_with_parent, meet_interrupts, process_context
from ..sandbox import tiers
from ..sandbox.launch import Door, SharedSandbox
from ..submission.source import Cell, Source, read_source
from . import leaks, made_pages
from .declared import declared_checks, refuse_slow
from .slips import refuse_slips

if TYPE_CHECKING:
    from ..checks.misconceptions import Misconception
    from ..grading.engine import Engine, Grading

_SEED = 20250410  # any fixed number: two runs of verify draw the same inputs


@dataclass(frozen=True)
class CaughtBy:
    """The checks that caught one misconception, and how they diagnosed it."""

    task: str
    name: str
    caught: dict[str, str]  # check -> the misconception that it was diagnosed as; "" if none fitted
    alike: frozenset[str] = frozenset()  # misconceptions that fit just as well at every check that caught it

    @property
    def diagnosed_as(self) -> tuple[str, ...]:
        """The misconceptions that it was diagnosed as, each once."""
        return tuple(dict.fromkeys(name for name in self.caught.values() if name))


@dataclass(frozen=True)
class Report:
    """What verifying one assignment found. checks: (name, task, hidden). findings: empty if all is proved.

    tried: whether its misconceptions were tried. They are not if the reference is wrong.
    """

    assignment: str
    points: int
    checks: tuple[tuple[str, str, bool], ...]
    rows: tuple[CaughtBy, ...]
    findings: tuple[str, ...]
    seconds: float = 0.0
    tried: bool = True

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of misconceptions that no check can tell apart: each fits wherever the other is caught."""
        alike = {row.name: row.alike for row in self.rows}
        names = list(alike)
        return tuple(
            (one, other)
            for number, one in enumerate(names)
            for other in names[number + 1 :]
            if other in alike[one] and one in alike[other]
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="only these (all of them)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument(
        "--page",
        action="store_true",
        help="only write docs/misconceptions.md and docs/checks.md again, without proving anything",
    )


def run(args: argparse.Namespace) -> int:
    """Verify the course. Returns 1 if anything was found, else 0."""
    course = find_course(Path.cwd())
    names = [course.resolve(name) for name in args.assignments] or course.assignment_names()
    refuse_slips(course, names)
    if args.page:
        for path in made_pages.write(course, all_of_them=True):
            print_line(f"{path.relative_to(course.root)} was written again.")
        return 0
    findings: list[str] = []
    workers = max(1, args.workers)
    with contextlib.ExitStack() as started:
        tier, door = tiers.choose(None), None
        if tiers.can_fork(tier):
            shared = started.enter_context(contextlib.closing(SharedSandbox(tier, Settings().memory)))
            door = shared.door
        context = process_context(PRELOADED)
        pool = started.enter_context(ProcessPoolExecutor(workers, context, _begin_worker, (door,)))
        started.push(_end_server_at_ctrl_c)
        # An assignment that trains takes longest. It goes first and is split over all workers, as is a single one.
        parts = {name: workers if len(names) == 1 or course.assignment(name).trains else 1 for name in names}
        jobs = {
            name: [pool.submit(verify_assignment, course.root, name, part, parts[name]) for part in range(parts[name])]
            for name in sorted(names, key=lambda name: (-parts[name], -_size(course, name)))
        }
        reports = [merged([future.result() for future in jobs[name]]) for name in names]
    for report in reports:
        show(report)
        findings += report.findings
    began = time.perf_counter()
    findings += _leaks(course, names if args.assignments else ())
    findings += [] if args.assignments else made_pages.out_of_date(course)
    seconds = {report.assignment: report.seconds for report in reports}
    seconds["leaks"] = time.perf_counter() - began
    print_line("\n" + ", ".join(f"{part} {took:.1f} s" for part, took in seconds.items()))
    for finding in findings:
        console().print(f"[red]✗[/] {escape(finding)}")
    if findings:
        console().print(f"{plural(len(findings), 'finding')}.")
        return 1
    count = sum(len(report.rows) for report in reports)
    each = "" if count == 1 else "each "
    caught = f"{plural(count, 'misconception')} {each}caught by its own task and given its own diagnosis"
    console().print(
        f"Verified: {plural(len(reports), 'reference')} with full marks, {plural(len(reports), 'stub')} with none, "
        f"{caught if count else 'no misconceptions'}; nothing leaks."
    )
    return 0


def _size(course: Course, name: str) -> int:
    """How much work an assignment is, compared with others: the bytes of its misconceptions. The longest goes first."""
    path = course.assignment(name).misconceptions
    return path.stat().st_size if path.is_file() else 0


def _end_server_at_ctrl_c(kind: type[BaseException] | None, *_: object) -> None:
    """End what forks the workers, before the pool takes leave of them: one that comes too late shows its insides."""
    if kind is KeyboardInterrupt:
        end_server()


def _begin_worker(door: Door | None) -> None:
    """Prepare a new worker: it ends with its parent, and does not show torch's warnings about wrong solutions.

    door: to the warm process of which its sandboxes are forks; None: each starts its own.
    """
    from ..grading.worker import share_sandbox

    end_with_parent()
    meet_interrupts(signal.SIG_DFL)
    warnings.simplefilter("ignore")
    if door is not None:
        share_sandbox(door)


def merged(parts: list[Report]) -> Report:
    """Join the reports on the parts of an assignment to one."""
    first = parts[0]
    if not first.tried:  # the reference is wrong, and the other parts would only repeat that
        return first
    rows = tuple(filter(None, itertools.chain(*itertools.zip_longest(*(part.rows for part in parts)))))
    findings = tuple(finding for part in parts for finding in part.findings)
    seconds = max(part.seconds for part in parts)
    return dataclasses.replace(first, rows=rows, findings=findings, seconds=seconds)


def verify_assignment(root: Path, name: str, part: int = 0, parts: int = 1) -> Report:
    """Grade the reference, the stub, strange answers and every misconception of one assignment.

    part, of parts: each part takes its share of the misconceptions, and part 0 also takes all the rest.
    """
    from ..checks.catalogues import CodeCatalogue
    from ..grading.engine import Engine
    from ..grading.worker import shared_door
    from . import zoo

    began = time.perf_counter()
    course = Course(root)
    assignment = course.assignment(name)
    engine = Engine(course, assignment, door=shared_door())
    try:
        declared = declared_checks(engine.live)
        points = sum(check.points for check in declared)
        checks = tuple((check.name, check.task, check.hidden) for check in declared)
        wrong = _reference(engine, name) if part == 0 else []
        findings = [*wrong, *_stub(engine, course, name)] if part == 0 else []
        findings += [f"{name}: {finding}" for finding in zoo.strange_answers(engine, _SEED)] if part == 0 else []
        rows = []
        written = engine.catalogue.misconceptions if isinstance(engine.catalogue, CodeCatalogue) else ()
        # Each is the reference with one task replaced: each would repeat the findings of a wrong reference.
        for misconception in () if wrong else written[part::parts]:
            verified = _verified if misconception.costs_points else _verified_unwise
            row, found = verified(engine, misconception)
            rows.append(row)
            findings += found
    finally:
        engine.close()
    return Report(name, points, checks, tuple(rows), tuple(findings), time.perf_counter() - began, tried=not wrong)


def _verified(engine: Engine, misconception: Misconception) -> tuple[CaughtBy, list[str]]:
    """Grade a wrong idea: what its own checks said of it, and a finding for each thing that is not as it should be."""
    assignment, where = engine.assignment, f"{engine.assignment.name}: {misconception.name}"
    source = as_submission(assignment.master, assignment.misconceptions, misconception)
    trains = any(check.trains for check in engine.checks)
    # A whole training takes a minute: it is run only if the public checks do not diagnose the misconception.
    grading = _graded(engine, source, _SEED, lambda check: not (trains and check.hidden))
    row = _row(misconception, grading)
    if trains and misconception.name not in row.diagnosed_as:
        grading = _both(grading, _graded(engine, source, _SEED, _is_hidden))
        row = _row(misconception, grading)
    failed = _failed(grading)
    findings = [f"{where}: {v.check.name} could not explain it: {v.trouble}." for v in failed if v.trouble]
    if not row.caught:
        findings.append(f"{where} passes every check of {misconception.task}.")
    elif misconception.name not in row.diagnosed_as:
        findings.append(f"{where} is diagnosed as {', '.join(row.diagnosed_as) or 'nothing'}.")
    order = list(dict.fromkeys(check.task for check in engine.checks))
    findings += [
        f"{where} fails {v.check.name}, a check of {v.check.task}: {v.message}"
        for v in failed
        if v.check.task != misconception.task and not _builds_on(v, misconception.task, order)
    ]
    return row, findings


def _verified_unwise(engine: Engine, misconception: Misconception) -> tuple[CaughtBy, list[str]]:
    """Grade an idea that is unwise, not wrong: no check has to fail, but the training has to show it."""
    assignment, name = engine.assignment, misconception.name
    source = as_submission(assignment.master, assignment.misconceptions, misconception)
    # The hidden checks run the whole training, which records its signs.
    shown = _graded(engine, source, _SEED, _is_hidden).metrics.get("signs", ())
    if name in shown:
        return CaughtBy(misconception.task, name, {"(signs of the training)": name}), []
    finding = f"{assignment.name}: {name} is not among the signs: {', '.join(shown) or 'none'}."
    return CaughtBy(misconception.task, name, {}), [finding]


def _graded(engine: Engine, source: Source, seed: int, only: Callable[[CheckInfo], bool] | None = None) -> Grading:
    """Grade a source. Raises UserError, with the line, if the checks or the misconceptions have no end."""
    grading = engine.grade(source, seed, only)
    refuse_slow(engine.live)
    return grading


def _is_hidden(check: CheckInfo) -> bool:
    return check.hidden


def _both(public: Grading, hidden: Grading) -> Grading:
    """One grading of two, in which other checks ran."""
    verdicts = (*public.verdicts, *hidden.verdicts)
    return dataclasses.replace(hidden, verdicts=verdicts, suspects={**public.suspects, **hidden.suspects})


def _builds_on(verdict: Verdict, task: str, order: list[str]) -> bool:
    """May a check of another task fail because of a mistake in `task`?

    Yes if it needs `task`, if it waited, or if it trains and its own task comes later: a training runs through the
    tasks in their order.
    """
    later = verdict.check.trains and order.index(task) < order.index(verdict.check.task)
    return task in verdict.check.needs or verdict.why == "waits" or later


def _row(misconception: Misconception, grading: Grading) -> CaughtBy:
    """What the checks of its own task said of a misconception."""
    own = [verdict for verdict in _failed(grading) if verdict.check.task == misconception.task]
    caught = {v.check.name: v.diagnosis.name if v.diagnosis else "" for v in own}
    # If the check itself named the misconception, no other one can fit.
    fits = [set(grading.suspects.get(check, (name,))) for check, name in caught.items()]
    alike = set.intersection(*fits) - {misconception.name} if fits else set()
    return CaughtBy(misconception.task, misconception.name, caught, frozenset(alike))


def _failed(grading: Grading) -> list[Verdict]:
    return [verdict for verdict in grading.verdicts if verdict.outcome != "passed"]


def _reference(engine: Engine, name: str) -> list[str]:
    """A finding for each task that the reference does not solve."""
    failed: dict[str, list[Verdict]] = {}
    reference, trains = read_source(engine.assignment.master), any(check.trains for check in engine.checks)
    graded = (_graded(engine, reference, seed) for seed in ((_SEED,) if trains else range(_SEED, _SEED + 3)))
    for verdict in itertools.chain.from_iterable(grading.verdicts for grading in graded):
        if verdict.outcome != "passed":
            failed.setdefault(verdict.check.task, []).append(verdict)
    findings = []
    for first, *more in failed.values():
        others = dict.fromkeys(verdict.check.name for verdict in more if verdict.check.name != first.check.name)
        also = f" It also fails {', '.join(others)}." if others else ""
        end = "" if first.message.endswith((".", "?", "!")) or "\n" in first.message else "."
        plain = any(words in first.message for words in ("The check says: ", "not what the check asks for"))
        seen = " To a check a call gives an observation; what came back is its .value." if plain else ""
        findings.append(f"{name}: the reference fails {first.check.name}: {first.message}{end}{also}{seen}")
    return findings


def _stub(engine: Engine, course: Course, name: str) -> list[str]:
    verdicts = _graded(engine, read_source(course.released(name).master), _SEED).verdicts
    return [f"{name}: the stub passes {verdict.check.name}." for verdict in verdicts if verdict.outcome == "passed"]


def as_submission(master: Path, misconceptions: Path, misconception: Misconception) -> Source:
    """A whole submission: the reference, with one task replaced by a misconception.

    Only what the misconception uses comes with it: a whole catalogue is too long to submit.
    """
    name, task = misconception.name, misconception.task
    ideas = misconceptions.read_text("utf-8-sig")
    needed = [s for s in needed_for(name, _statements(ideas)) if not _is_ours(s)]
    wrong = "\n\n\n".join(lines_of(statement, ideas.splitlines()) for statement in needed)
    swap = f"{task} = {name}" if task != "ANSWERS" else f"ANSWERS = {{key: {name}(key) for key in ANSWERS}}"
    text = "\n\n".join([master.read_text("utf-8-sig"), _DECORATOR, wrong, swap, ""])
    return Source("py", (Cell(text, 1, None),))


@lru_cache(maxsize=1)  # it is called for one misconception of a catalogue after another
def _statements(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def _is_ours(statement: ast.stmt) -> bool:
    """Is it an import of this package, which a submission cannot have?"""
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").partition(".")[0] == "autograder"


_DECORATOR = """
# %%
def misconception(task, **options):
    return lambda thing: thing
"""


def _leaks(course: Course, names: Sequence[str]) -> list[str]:
    """A finding for each line of a solution that the release of these assignments, or of all, shows."""
    released = [course.released(name) for name in names]
    places = [path for one in released for path in (one.folder, one.notebook)] or [course.assignments]
    return [f"leak: {leak}" for leak in leaks.find_leaks(course.solutions, *places)]


def show(report: Report) -> None:
    """Print a matrix for each task: a row for each misconception, a column for each check."""
    screen = console()
    count = plural(len(report.rows), "misconception")
    known = count if report.tried else "its misconceptions were not tried, because the reference is wrong"
    screen.print(f"\n[bold]{report.assignment}[/]: {plural(report.points, 'point')}, {known}")
    if not report.tried:
        return
    for task in dict.fromkeys(row.task for row in report.rows):
        rows = [row for row in report.rows if row.task == task]
        checks = [(name, hidden) for name, of, hidden in report.checks if of == task]
        print_line(f"\n  {task}")
        for number, (name, hidden) in enumerate(checks, 1):
            print_line(f"    {number:>2}  {name}{' (hidden)' if hidden else ''}")
        width = max(len(row.name) for row in rows)
        for row in rows:
            cells = "".join(f"{_cell(row, name):>3}" for name, _ in checks)
            others = [name for name in row.diagnosed_as if name != row.name]
            signs = "  shown by its training" if "(signs of the training)" in row.caught else ""
            also = f"  also {', '.join(others)}" if others else ""
            print_line(f"      {row.name:<{width}}{cells}{signs}{also}")
    screen.print(
        "\n  ● caught, and diagnosed as itself   ◐ as another   ○ caught, and told from the values alone   · passes"
    )
    for one, other in report.pairs:
        print_line(f"  Cannot be told apart: {one} and {other}.")


def _cell(row: CaughtBy, check: str) -> str:
    if check not in row.caught:
        return "·"
    named = row.caught[check]
    return "●" if named == row.name else "◐" if named else "○"
