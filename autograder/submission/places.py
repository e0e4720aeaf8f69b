"""The folders and files of one student: what a class's download calls the student, and who is who."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..course.course import natural_key
from .layouts import HandIn
from .names import readable

_BRANCH = re.compile(r"-(main|master)$")  # GitHub adds this to the name of a branch's zip


@dataclass(frozen=True)
class Place:
    """The folders and files of one student.

    identity: what the system calls the student. assignment: the same for each assignment, if each has its own download.
    """

    student: str
    hand_ins: tuple[HandIn, ...] = ()
    notes: tuple[str, ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)
    assignment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def identity_for(self, assignment: str) -> dict[str, str]:
        """What the system calls the student in one assignment: Moodle's numbers differ between assignments."""
        return dict(self.assignment.get(assignment, self.identity))


_SAME_NUMBER = ("canvas", "schoology", "gradescope")  # whose numbers or addresses are the same in all downloads


def distinct(found: list[HandIn], answered: Callable[[HandIn], Collection[str]]) -> list[HandIn]:
    """The hand-ins of a folder with readable names. Two people with the same name get the system's number after it.

    answered: returns the assignments that a hand-in is named after. Moodle's numbers differ between assignments: if each
    number of a name answers other assignments, they are one person's.
    """
    people: defaultdict[str, defaultdict[str, list[HandIn]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        people[each.student][_key(each)].append(each)
    several = {name for name, own in people.items() if len(own) > 1 and not _differ(own.values(), answered)}
    return [_called(each, _key(each) if each.student in several else "") for each in found]


def _differ(groups: Iterable[list[HandIn]], answered: Callable[[HandIn], Collection[str]]) -> bool:
    """Are all hand-ins from Moodle, and does each group answer assignments that no other answers?"""
    asked: list[set[str]] = []
    for group in groups:
        if any(each.layout != "moodle" for each in group):
            return False
        asked.append({name for each in group for name in answered(each)})
    return all(asked) and sum(map(len, asked)) == len(set[str]().union(*asked))


def distinct_in_all(found: list[HandIn], named: list[HandIn]) -> list[HandIn]:
    """The hand-ins of all folders: people with one name in different folders get a system's number after it, too.

    found: as the folders hold them. named: the same, as `distinct` names them. Where a number stands after a name in one
    folder, it does in all. A system whose numbers come again in another folder gives each person one.
    """
    people: defaultdict[str, set[str]] = defaultdict(set)
    folders: defaultdict[tuple[str, str, str], set[Path]] = defaultdict(set)
    for each in found:
        folders[each.layout, each.student, _key(each)].add(each.path.parent)
    again = {layout for (layout, _, key), places in folders.items() if key and len(places) > 1} - {"moodle"}
    lasting = [each.layout in (*_SAME_NUMBER, *again) and _key(each) != "" for each in found]
    for each, lasts in zip(found, lasting, strict=True):
        if lasts:
            people[each.student].add(_key(each))
    taken = {each.student for each in named}
    done = []
    for each, lasts, known in zip(found, lasting, named, strict=True):
        whole = _called(each, _key(each))
        done.append(whole if (lasts and len(people[each.student]) > 1) or whole.student in taken else known)
    return done


def as_known(found: list[HandIn], known: Iterable[tuple[str, Mapping[str, str]]]) -> list[HandIn]:
    """The hand-ins under the names that their people have in earlier results.

    A download names two people with one name by their numbers, and one of them alone by the name. So from one download to
    the next, a person could get another name, or the name of somebody else. The system's number says who is who.
    known: (student, identity) of earlier results.
    """
    student_of: dict[tuple[str, str], str] = {}
    keys_of: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for student, identity in known:
        if key := _key_in(identity):
            system = identity.get("system", "")
            student_of.setdefault((system, key), student)
            keys_of[system, student].add(key)
    again = {each.identity.get("system", "") for each in found if _person(each) in student_of}
    lasting = {*_SAME_NUMBER, *again} - {"moodle"}  # Moodle's numbers come again only for the same assignment
    nameless = {each.student for each in found if not _key(each)}
    done = []
    for each in found:
        (system, key), name = _person(each), each.student
        before = student_of.get((system, key), name)
        if before != name and before not in nameless:
            name = before
        elif key and system in lasting and keys_of[system, name] - {key}:
            name = f"{name}_{key}"
        done.append(replace(each, student=name))
    return done


def _person(hand_in: HandIn) -> tuple[str, str]:
    return hand_in.identity.get("system", ""), _key(hand_in)


def _key(hand_in: HandIn) -> str:
    return _key_in(hand_in.identity)


def _key_in(identity: Mapping[str, str]) -> str:
    """What tells people with one name apart; "" if nothing does. Gradescope's number is the submission's."""
    return identity.get("email" if identity.get("system") == "gradescope" else "number", "")


def _called(hand_in: HandIn, key: str) -> HandIn:
    name = readable(hand_in.student)
    return replace(hand_in, student=f"{name}_{key}" if key else name)


def places_of(found: list[HandIn], notes: list[tuple[str, str]], scopes: Mapping[Path, str]) -> list[Place]:
    """One place for each student: folders and files under the same name belong to the same student.

    notes: (student, note). scopes: path of a hand-in -> the assignment that its download is for, or "".
    """
    of_student: defaultdict[str, list[HandIn]] = defaultdict(list)
    for each in found:
        of_student[each.student].append(each)
    for student, _ in notes:
        of_student.setdefault(student, [])
    plain = [student for student, own in of_student.items() if all(each.layout == "folders" for each in own)]
    logins = without_common(plain)
    places = []
    for student, own in of_student.items():
        by_assignment = {scope: each.identity for each in own if (scope := scopes.get(each.path, "")) and each.identity}
        known: list[dict[str, str]] = [dict(each.identity) for each in own]
        identity = max(known, key=lambda each: len(each), default={})
        if student in logins:
            identity["login"] = logins[student]
        said = tuple(dict.fromkeys(note for who, note in notes if who == student))
        places.append(Place(student, tuple(own), said, identity, by_assignment))
    return sorted(places, key=lambda place: (natural_key(place.student), place.student))


def without_common(names: Collection[str]) -> dict[str, str]:
    """Name -> what is left of it without the beginning or end that nearly all names share (`cnn-assignments-LOGIN`,
    `LOGIN-cnn`). Names without such a part are left out.
    """
    zipped = all(_BRANCH.search(name) for name in names)
    bare = {name: _BRANCH.sub("", name) if zipped else name for name in names}
    start, end = _common_start(bare.values()), _common_start([name[::-1] for name in bare.values()])[::-1]
    short = {name: left.removeprefix(start).removesuffix(end) for name, left in bare.items()}
    return {name: left for name, left in short.items() if left and left != bare[name]}


def _common_start(names: Collection[str]) -> str:
    """The longest beginning, up to a hyphen or an underscore, that nearly all names share; "" if there is none.

    At least nine in ten names must share it, and at least three.
    """
    starts = Counter(name[: at + 1] for name in names for at, c in enumerate(name) if c in "-_" and at < len(name) - 1)
    enough = max(3, 0.9 * len(names))
    return max((start for start, count in starts.items() if count >= enough), key=len, default="")
