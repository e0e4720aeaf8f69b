"""From raw scores to final ones: lateness, adjustments, groups, and checks with other points.

The rules are in `course.toml` (see `policy`). What a person decides is in tables in the folder of results:
`adjustments.csv`, `groups.csv` and, for grading, `choices.csv`. Grading does not change them. It stores the raw score
and the time of submission. The final score is computed whenever results are read, so that after a change of a deadline
nothing has to be graded again.
"""

import contextlib
import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import UserError
from ..common.plural import few, plural
from ..common.tables import read_table, read_time
from ..common.terminal import printable
from ..course.course import Course, find_course
from ..course.zone import POLICY_FILE
from ..submission.names import is_passed_over
from ..submission.people import People
from .policy import Policy, load_policy
from .result import NOT_HANDED_IN, ClassResults, Final, Result, in_order, is_lost
from .store import folder_name, read_all, unread

ADJUSTMENTS_FILE = "adjustments.csv"
GROUPS_FILE = "groups.csv"
CHOICES_FILE = "choices.csv"
FILES = frozenset({ADJUSTMENTS_FILE, GROUPS_FILE, CHOICES_FILE})
EVERYBODY = "*"


@dataclass(frozen=True)
class Adjustment:
    """Points that a person gave or took, why, and in which line of the file."""

    points: int
    reason: str
    line: int = 0


Key = tuple[str, str]  # (student, assignment)


def read_results(folder: Path) -> ClassResults:
    """All results in a folder with their final scores. Every report and export starts from this.

    Raises UserError if there are no results, or if course.toml or a table is wrong.
    """
    found, course = read_all(folder), course_of(folder)
    policy = load_policy(course) if course is not None else Policy()
    unknown = _unfound(_extended(policy) | _grouped(folder, course), People(found.identities()), folder)
    alone = (
        ()
        if course is not None
        else (f"There is no course around {folder} or here, so no {POLICY_FILE} was read: nobody is late.",)
    )
    done = apply(dataclasses.replace(found, remarks=(*found.remarks, *alone, *unknown)), folder, course)
    return dataclasses.replace(done, remarks=(*done.remarks, *_without_result(done)))


def course_of(folder: Path) -> Course | None:
    """The course whose policy applies: the one around the current folder, else around the results, else None."""
    for start in (Path.cwd(), folder):
        with contextlib.suppress(UserError):
            return find_course(start)
    return None


def apply(results: ClassResults, folder: Path, course: Course | None) -> ClassResults:
    """The results with their final scores. Raises UserError if course.toml or a table is wrong."""
    policy = load_policy(course) if course is not None else Policy()
    general = (*_mixed(results.results), *_without_effect(policy), *_not_read(folder))
    revalued, remarks = with_points(results.results, policy.points)
    people = People(results.identities())
    shared, said = with_groups(revalued, load_groups(folder, course), people)
    extensions = people.by_our_names(policy.extensions, f"{POLICY_FILE}, extensions")
    policy = dataclasses.replace(policy, extensions=extensions)
    known = frozenset((result.student, result.assignment) for result in shared)
    given = load_adjustments(folder, course, known)
    adjustments = people.by_our_names(given, str(folder / ADJUSTMENTS_FILE))
    shared = in_order((*shared, *_absent(ClassResults(shared, results.problems), adjustments)))
    known |= frozenset((result.student, result.assignment) for result in shared)
    path = folder / ADJUSTMENTS_FILE
    idle = tuple(
        (
            path,
            f"line {adjustment.line}: there is no result of {key[0]!r} for {key[1]!r}, so these points count for nobody: "
            "write the name as in the table of grades",
        )
        for key, adjustment in adjustments.items()
        if key not in known and key[0] != EVERYBODY
    )
    done = ClassResults(shared, (*results.problems, *idle))
    return dataclasses.replace(
        done,
        finals=finals(done, policy, adjustments),
        remarks=(*results.remarks, *general, *remarks, *said, *_without_time(shared, policy)),
    )


def _absent(found: ClassResults, adjustments: Collection[Key]) -> Iterator[Result]:
    """A missing result for each adjustment of a student who is not in an assignment's download: the points count."""
    students, points = found.students(), found.max_scores()
    for student, assignment in adjustments:
        if student not in students or assignment in students[student] or assignment in unread(found, student):
            continue
        if assignment in points:
            yield Result(student, assignment, None, "missing", 0, points[assignment])


def _without_result(results: ClassResults) -> Iterator[str]:
    """A remark on each assignment for which students have no result: absent from a download, or not graded yet."""
    for assignment in results.max_scores():
        without = [
            student
            for student, own in results.students().items()
            if assignment not in own and assignment not in unread(results, student)
        ]
        if without:
            have = plural(len(without), "student has no result and counts", "students have no result and count")
            yield f"{assignment}: {have} as missing: {few(map(printable, without), 3)}."


def _mixed(results: Iterable[Result]) -> Iterator[str]:
    """A remark on each assignment whose results were graded with different checks: the class was graded in parts."""
    graded: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        if result.checks:
            graded[result.assignment][str(result.environment.get("checks", ""))].append(printable(result.student))
    for assignment, students in graded.items():
        *fewer, _ = sorted(students.values(), key=len)
        if fewer:
            who = few([student for listed in fewer for student in listed], 3)
            yield (
                f"{assignment}: {who} {'was' if sum(map(len, fewer)) == 1 else 'were'} graded with other checks than the "
                "rest of the class. Grade the whole class again, and delete the results of those who have left."
            )


def _without_effect(policy: Policy) -> Iterator[str]:
    """A remark on each rule that changes nothing, because there is no deadline."""
    if policy.percent_per_day and not policy.deadlines:
        yield f"{POLICY_FILE}: without [deadlines] nobody is late, and percent_per_day takes nothing."
    for student, assignment in policy.extensions:
        if assignment not in policy.deadlines:
            yield f"{POLICY_FILE}, [extensions.{student}]: {assignment} has no deadline, so nobody is late."


def _not_read(folder: Path) -> Iterator[str]:
    """A remark on each file in a folder of results that is named nearly like a table, and so is not read."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if (
                path.name in FILES
                or path.name.startswith((".", "~"))
                or is_passed_over(path.name)
                or not path.is_file()
            ):
                continue
            for table in sorted(FILES):
                word = table.removesuffix("s.csv")
                read = (folder / table).exists() and path.samefile(folder / table)
                if word in path.name.casefold() and not read:
                    yield f"{path} is not read. The table that counts is called {table}, and is a CSV file."


def _without_time(results: Iterable[Result], policy: Policy) -> tuple[str, ...]:
    """A remark on each deadline that cannot be applied, with the number of submissions that have no time."""
    without = Counter(
        result.assignment
        for result in results
        if result.status not in NOT_HANDED_IN and read_time(result.submitted) is None
    )
    return tuple(
        f"{plural(without[name], f'submission of {name} has no time and counts', f'submissions of {name} have no time and count')} "
        "as in time. Give the times: autograder grade ... --times CSV"
        for name in policy.deadlines
        if without[name]
    )


# --- lateness and adjustments --------------------------------------------------------------------------------------


def finals(results: ClassResults, policy: Policy, adjustments: Mapping[Key, Adjustment]) -> dict[Key, Final]:
    """(student, assignment) -> the final score, for each result with lateness or an adjustment."""
    changed = {}
    for own in results.students().values():
        late = {
            name: days
            for name, result in own.items()
            if result.status not in NOT_HANDED_IN
            and (days := policy.days_late(result.student, name, read_time(result.submitted)))
        }
        free = spend(policy, {name: (own[name].score, days) for name, days in late.items()})
        for name, result in own.items():
            alone = result.status in NOT_HANDED_IN or is_lost(result)  # "everybody" means those with a score
            whom = (result.student,) if alone else (result.student, EVERYBODY)
            given = [adjustments[who, name] for who in whom if (who, name) in adjustments]
            if name in late or given:
                changed[result.student, name] = final(result, late.get(name, 0), policy, *given, free=free.get(name, 0))
    return changed


def spend(policy: Policy, late: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """The free days for each late assignment, chosen so that the student loses as few points as possible.

    late: assignment -> (raw score, days late). Of several best choices, the one that spends the fewest days.
    """
    best: dict[int, tuple[int, dict[str, int]]] = {0: (0, {})}  # days spent -> (points lost, how)
    for name, (score, days) in late.items():
        longer: dict[int, tuple[int, dict[str, int]]] = {}
        for spent, (lost, how) in best.items():
            for free in range(min(days, policy.free_days - spent) + 1):
                now = lost + policy.taken(score, days - free)
                if spent + free not in longer or now < longer[spent + free][0]:
                    longer[spent + free] = (now, {**how, name: free})
        best = longer
    spent = min(best, key=lambda days: (best[days][0], days))
    return best[spent][1]


def final(result: Result, days: int, policy: Policy, *adjustments: Adjustment, free: int = 0) -> Final:
    """The final score: first lateness, rounded in the student's favour, then adjustments; never below 0.

    days: late. free: of these, the days that cost nothing.
    """
    taken, percent = policy.taken(result.score, days - free), policy.percent(days - free)
    reasons = []
    if days:
        words = f"{plural(days, 'day')} late"
        if free:
            words += f", {plural(free, 'day')} of them free"
        if taken:
            words += f": -{taken} ({percent:g} %)"
        elif percent and result.score:
            words += f": -0 ({percent:g} % of {result.score} is less than a point)"
        reasons.append(words)
    score = result.score - taken
    for adjustment in adjustments:
        score += adjustment.points
        reasons.append(f"{adjustment.points:+d}: {adjustment.reason}")
    return Final(max(0, min(score, result.max_score)), days, "; ".join(reasons))


# --- checks that are worth other points ----------------------------------------------------------------------------


def with_points(
    results: Iterable[Result], points: Mapping[tuple[str, str], int]
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """The results with the points that course.toml gives to checks, and a remark on each check that no result has.

    A result without checks gets the max_score of the results with checks.
    """
    listed = list(results)
    if not points:
        return tuple(listed), ()
    changed = [_revalued(result, points) if result.checks else result for result in listed]
    worth = {result.assignment: result.max_score for result in changed if result.checks}
    done = tuple(
        r if r.checks else dataclasses.replace(r, max_score=worth.get(r.assignment, r.max_score)) for r in changed
    )
    here = {(result.assignment, check.name) for result in listed for check in result.checks}
    graded = {assignment for assignment, _ in here}
    return done, tuple(
        f"{POLICY_FILE}, [points.{assignment}]: no result has a check {check}."
        for assignment, check in points
        if assignment in graded and (assignment, check) not in here
    )


def _revalued(result: Result, points: Mapping[tuple[str, str], int]) -> Result:
    checks = []
    for check in result.checks:
        worth = points.get((result.assignment, check.name), check.points)
        checks.append(dataclasses.replace(check, points=worth, score=worth if check.outcome == "passed" else 0))
    return dataclasses.replace(
        result,
        checks=tuple(checks),
        score=sum(check.score for check in checks),
        max_score=sum(check.points for check in checks),
    )


# --- groups --------------------------------------------------------------------------------------------------------


def with_groups(
    results: tuple[Result, ...], groups: Mapping[tuple[str, str], tuple[str, ...]], people: People
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """The results, and remarks on them. A group's submission counts for all members who handed in nothing themselves.

    If several members handed in, each keeps their own, and the others get the newest one. groups: as `load_groups` reads
    them.
    """
    by_key = {(result.student, result.assignment): result for result in results}
    remarks = []
    for (group, only), names in groups.items():
        members = [people.find(name) or name for name in names]
        for assignment in dict.fromkeys(r.assignment for r in results if only in ("", r.assignment)):
            own = [by_key[m, assignment] for m in members if (m, assignment) in by_key]
            handed_in = [result for result in own if result.status not in NOT_HANDED_IN]
            if not handed_in:
                continue
            shared = max(handed_in, key=lambda result: (result.status == "graded", result.submitted))
            if len({result.environment.get("submission") for result in handed_in}) > 1:
                who = ", ".join(result.student for result in handed_in)
                remarks.append(f"Group {group}: {who} each handed in {assignment}; each keeps their own.")
            for member in members:
                mine = by_key.get((member, assignment))
                if mine is None or mine.status in NOT_HANDED_IN:
                    note = f"Handed in by {shared.student} for group {group}."
                    identity = mine.identity if mine is not None else {}
                    by_key[member, assignment] = dataclasses.replace(
                        shared, student=member, notes=(*shared.notes, note), identity=identity
                    )
    return in_order(by_key.values()), tuple(remarks)


def load_groups(folder: Path, course: Course | None) -> dict[tuple[str, str], tuple[str, ...]]:
    """(group, assignment) -> its students, from groups.csv in a folder of results (columns group, student, and maybe
    assignment). The assignment is "" for all. With a course, it may be written short: a1.
    """
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    of: defaultdict[str, dict[str, str]] = defaultdict(dict)  # student -> assignment -> group
    path = folder / GROUPS_FILE
    for number, row in read_table(path, ("group", "student"), ("assignment",)):
        group, student, assignment = row["group"], row["student"], row["assignment"]
        if not group or not student:
            raise UserError(f"{path}, line {number}: give a group and a student.")
        if course is not None and assignment:
            assignment = course.resolve(assignment, f"{path}, line {number}: ")
        own = of[student]
        clash = own.get(assignment) or own.get("") or (next(iter(own.values()), "") if not assignment else "")
        if clash:
            raise UserError(
                f"{path}, line {number}: {student} is in group {clash} already. If groups change, add a column assignment."
            )
        own[assignment] = group
        groups[group, assignment].append(student)
    return {key: tuple(students) for key, students in groups.items()}


# --- the tables ----------------------------------------------------------------------------------------------------


def strangers(course: Course, folder: Path, people: People) -> tuple[str, ...]:
    """A line for each entry of course.toml or a table whose student has no folder of results and is not found among
    the students, or could be several of them.

    Raises UserError if one of the files is wrong.
    """
    adjusted = {
        f"{folder / ADJUSTMENTS_FILE}, line {adjustment.line}": student
        for (student, _), adjustment in load_adjustments(folder, course).items()
        if student != EVERYBODY
    }
    chosen = {f"{folder / CHOICES_FILE}, {student}": student for student, _ in load_choices(folder, course)}
    return _unfound(_extended(load_policy(course)) | adjusted | _grouped(folder, course) | chosen, people, folder)


def _extended(policy: Policy) -> dict[str, str]:
    return {f"{POLICY_FILE}, [extensions.{student}]": student for student, _ in policy.extensions}


def _grouped(folder: Path, course: Course | None) -> dict[str, str]:
    return {
        f"{folder / GROUPS_FILE}, group {group}, {student}": student
        for (group, _), members in load_groups(folder, course).items()
        for student in members
    }


def _unfound(where: Mapping[str, str], people: People, folder: Path) -> tuple[str, ...]:
    """A line for each name, from its place -> name, that means no student or could mean several."""
    return tuple(
        f"{place}: {people.unfound(who)}"
        for place, who in where.items()
        if people.find(who) is None and not (folder / folder_name(who)).is_dir()
    )


def load_choices(folder: Path, course: Course) -> dict[Key, str]:
    """(student, assignment) -> the file that a person chose, from choices.csv (columns student, assignment, file)."""
    path = folder / CHOICES_FILE
    chosen: dict[Key, str] = {}
    for number, row in read_table(path, ("student", "assignment", "file")):
        key = row["student"], course.resolve(row["assignment"], f"{path}, line {number}: ")
        if key in chosen or not row["file"]:
            raise UserError(f"{path}, line {number}: give one file for each student and assignment.")
        chosen[key] = row["file"]
    return chosen


def load_adjustments(
    folder: Path, course: Course | None, known: Collection[tuple[str, str]] = ()
) -> dict[tuple[str, str], Adjustment]:
    """(student, assignment) -> the adjustment in a folder of results (columns student, assignment, points, reason).

    With a course, an assignment may be written short: a1. known: pairs that are taken as they are, without a course.
    Raises UserError, which names the line, if there is no such assignment, points are not a whole number, a reason is
    missing, or a student has two lines for one assignment.
    """
    path = folder / ADJUSTMENTS_FILE
    found: dict[tuple[str, str], Adjustment] = {}
    for number, row in read_table(path, ("student", "assignment", "points", "reason")):
        where, key = f"{path}, line {number}", (row["student"], row["assignment"])
        if course is not None and key not in known:
            key = row["student"], course.resolve(row["assignment"], f"{where}: ")
        try:
            points = int(row["points"].replace("\N{MINUS SIGN}", "-"))
        except ValueError:
            raise UserError(f"{where}: points are whole numbers, with a sign; not {row['points']!r}.") from None
        if not row["reason"]:
            raise UserError(f"{where}: say why; the student reads the reason.")
        if key in found:
            raise UserError(f"{where}: {key[0]} has an adjustment for {key[1]} already. Add them up in one line.")
        found[key] = Adjustment(points, row["reason"], number)
    return found
