"""`autograder compare`: what changed between two runs over a class, by student and by check, and why."""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.plural import plural
from ..common.terminal import print_line, printable
from ..results.final import read_results
from ..results.result import ClassResults, Final, Result, standing
from ..results.store import unread

# The entries of a result's environment that say what graded it, and where.
_VERSIONS = ("autograder", "python", "torch", "numpy", "pytest", "platform", "sandbox")


@dataclass(frozen=True)
class ScoreChange:
    """A student's assignment in two runs. before, after: the final scores; "–" if a run has no result."""

    student: str
    assignment: str
    before: str
    after: str
    checks: tuple[str, ...]  # "resized, Any size: failed, now passed"
    why: str


@dataclass(frozen=True)
class CheckShift:
    """A check that more or fewer students pass. before, after: how many, among those who have it in both runs."""

    assignment: str
    task: str
    title: str
    before: int
    after: int


@dataclass(frozen=True)
class Comparison:
    """Two runs over a class. rose, fell: how many scores did. more: the points that all students gained together."""

    changes: tuple[ScoreChange, ...]
    shifts: tuple[CheckShift, ...]
    rose: int
    fell: int
    more: int

    @property
    def words(self) -> str:
        """The comparison in one sentence."""
        if not self.changes:
            return "Nothing changed."
        many = plural(len(self.changes), "result differs", "results differ")
        return f"{many}: {plural(self.rose, 'score')} rose, {self.fell} fell, {self.more:+d} points in all."


def compare(old: ClassResults, new: ClassResults) -> Comparison:
    """What differs between two runs: final scores, and how checks ended."""
    before, after = ({(r.student, r.assignment): r for r in each.results} for each in (old, new))
    pairs = [(key, before.get(key), after.get(key)) for key in dict.fromkeys((*after, *before))]
    changed = tuple(
        ScoreChange(
            *key,
            "–" if one is None else str(old.final_score(one)),
            "–" if two is None else str(new.final_score(two)),
            tuple(_ended_otherwise(one, two)),
            _why(one, two, old.finals.get(key), new.finals.get(key)) or _gone(*key, old, new, in_old=one is None),
        )
        for key, one, two in pairs
        if one is None
        or two is None
        or old.final_score(one) != new.final_score(two)
        or _outcomes(one) != _outcomes(two)
    )
    steps = [
        (0 if two is None else new.final_score(two)) - (0 if one is None else old.final_score(one))
        for _, one, two in pairs
    ]
    return Comparison(
        changed,
        tuple(_shifts([(one, two) for _, one, two in pairs if one is not None and two is not None])),
        rose=sum(step > 0 for step in steps),
        fell=sum(step < 0 for step in steps),
        more=sum(steps),
    )


def _outcomes(result: Result | None) -> dict[str, str]:
    return {check.name: check.outcome for check in result.checks} if result is not None else {}


def _ended_otherwise(one: Result | None, two: Result | None) -> Iterator[str]:
    """A line for each check that both runs have and that ended differently."""
    before = _outcomes(one)
    for check in two.checks if two is not None else ():
        if before.get(check.name, check.outcome) != check.outcome:
            yield f"{check.task}, {check.title}: {_said(before[check.name])}, now {_said(check.outcome)}"


def _said(outcome: str) -> str:
    return outcome.replace("_", " ")


def _why(one: Result | None, two: Result | None, was: Final | None, now: Final | None) -> str:
    """Why two results differ, as far as the results record it; "" if one of them is missing."""
    if one is None or two is None:
        return ""
    reasons = []
    if standing(one) != standing(two):
        reasons.append(f"was {_said(standing(one))}, is {_said(standing(two))}")
    mine, theirs = one.environment, two.environment
    reasons += [
        f"other {what}" for what, key in (("work", "submission"), ("checks", "checks")) if _differ(mine, theirs, key)
    ]
    reasons += [f"{key} {mine.get(key)}, now {theirs.get(key)}" for key in _VERSIONS if _differ(mine, theirs, key)]
    if (was and (was.score, was.reason)) != (now and (now.score, now.reason)):
        reasons.append(f"lateness or an adjustment: {now.reason if now and now.reason else 'none any more'}")
    if not reasons and one.fingerprint != two.fingerprint:
        reasons.append("the grader's code or its limits")
    return "; ".join(reasons) or "nothing that is recorded: perhaps the chance in a training"


def _gone(student: str, assignment: str, old: ClassResults, new: ClassResults, *, in_old: bool) -> str:
    """Why one of two runs has no result: there is none, or its file cannot be read. in_old: it is the old run."""
    run, other = ("old", "new") if in_old else ("new", "old")
    if assignment in unread(old if in_old else new, student):
        return f"the result of the {run} run cannot be read"
    return f"only in the {other} run"


def _differ(mine: Mapping[str, Any], theirs: Mapping[str, Any], key: str) -> bool:
    """Do both have this entry, with different values?"""
    return key in mine and key in theirs and mine[key] != theirs[key]


def _shifts(pairs: list[tuple[Result, Result]]) -> Iterator[CheckShift]:
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    known = {}
    for one, two in pairs:
        common = _outcomes(one).keys() & _outcomes(two).keys()
        for tally, result in ((before, one), (after, two)):
            for check in result.checks:
                if check.name in common:
                    known[result.assignment, check.name] = check
                    tally[result.assignment, check.name] += check.outcome == "passed"
    for key, check in known.items():
        if before[key] != after[key]:
            yield CheckShift(key[0], check.task, check.title, before[key], after[key])


# --- the command ---------------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD", help="the results of an earlier run")
    parser.add_argument("new", type=Path, metavar="NEW", help="the results of a later one")


def run(args: argparse.Namespace) -> int:
    """Print what changed. Returns 3 if some results could not be read, else 0."""
    old, new = read_results(args.old), read_results(args.new)
    found = compare(old, new)

    def say(text: str, style: str = "") -> None:
        print_line(printable(text), style)

    say(found.words, "bold")
    for change in found.changes:
        say(f"{printable(change.student)}, {change.assignment}: {change.before} -> {change.after}  ({change.why})")
        for line in change.checks:
            say(f"    {line}", "dim")
    if found.shifts:
        say("Checks that more or fewer students pass (counting those in both runs):", "bold")
    for shift in found.shifts:
        say(f"{shift.assignment}, {shift.task}, {shift.title}: {shift.before} passed, now {shift.after}")
    for path, why in (*old.problems, *new.problems):
        say(f"Passed over: {path}: {why}.", "yellow")
    return 3 if old.problems or new.problems else 0
