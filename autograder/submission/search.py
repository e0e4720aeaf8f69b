"""Which of one student's files answers an assignment?

It is the file named after the assignment, in whatever folder. `instead` says what lies there if there is no such file.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..common.plural import few
from .attempts import ILIAS, is_withdrawn
from .clone import Clones
from .found import Found, FoundStatus
from .layouts import RECEIPT
from .names import SUFFIXES, bears, readable
from .student_file import File
from .student_files import StudentFiles

_NUMBERS_FILES = ("canvas", ILIAS)  # layouts whose numbers tell files apart, and not attempts


@dataclass(frozen=True)
class Search:
    """The search among one student's files for the answer to one assignment.

    root: the folder of submissions. stubs: the code digests of the assignment's stubs. asked: the assignments that this
    download is about.
    """

    files: StudentFiles
    root: Path
    clones: Clones
    name: str
    stubs: frozenset[str]
    asked: Collection[str]

    def unreadable(self) -> list[File]:
        """The files named after an assignment that cannot be read: the best name first, then the newest attempt."""
        broken = [file for file in self.files.named(self.name) if not self.files.code_of(file)]
        copies = self.files.copies[self.name]
        return sorted(broken, key=lambda file: (file in copies, [-n for n in file.hand_in.attempt], file.key))

    def newer_zip(self) -> bool:
        """Is there an unopened zip that is newer than all work that is named after the assignment?"""
        work = (file for file in self.files.named(self.name) if self.files.code_of(file) not in {"", *self.stubs})
        newest = max((file.hand_in.attempt for file in work), default=())
        return any(zipped.hand_in.attempt > newest for zipped in self.files.unopened)

    def choose(self) -> Found:
        """The file to grade among those named after the assignment.

        Stubs do not count. Files with the same code count as one. If there are several attempts, the newest counts.
        """
        fallback: File | None = None
        exact, copies = (
            sorted(group[self.name], key=lambda file: file.key) for group in (self.files.exact, self.files.copies)
        )
        like: list[File] = []
        if any(file.hand_in.attempt for file in (*exact, *copies)):
            like = [file for file in self._like() if file.hand_in.layout != "canvas"]
            exact, copies = [*exact, *copies, *like], []
        every = [*exact, *copies]
        for group in (exact, copies):
            changed: dict[str, File] = {}
            broken: list[File] = []
            # The newest attempt first: it is graded if another file has the same code.
            for file in sorted(group, key=lambda file: file.hand_in.attempt, reverse=True):
                digest = self.files.code_of(file)
                if not digest:
                    broken.append(file)
                elif digest not in self.stubs:
                    changed.setdefault(digest, file)
                elif fallback is None:
                    fallback = file
            chosen, older = newest(self.with_different_answers(list(changed.values())))
            chosen = [file for file in chosen if file not in like] or chosen
            nearest = min((file.zips for file in chosen), default=0)
            chosen = [file for file in chosen if file.zips == nearest]
            if len(chosen) == 1 and chosen[0].hand_in.attempt:
                older = [file for file in group if file is not chosen[0] and file not in broken]
            if len(chosen) > 1:
                return self.found(None, "ambiguous", chosen, [self._differ(chosen)])
            if chosen:
                passed_over = [f"{file.shown} cannot be read and was passed over." for file in broken[:1]]
                notes = [*passed_over, *self._notes_on(chosen[0], older, is_copy=group is copies)]
                return self.found(chosen[0], "found", every, notes)
        if fallback is not None:
            return self.found(fallback, "not_started", every)
        # If the student's folder is a link, there are no hand-ins; but something is there, so it is not missing.
        return self.found(None, "missing" if self.files.place.hand_ins else "unreadable", ())

    def _differ(self, files: list[File]) -> str:
        """What is wrong with files that differ, and what to do."""
        shown = [self._named(file) for file in files]
        two = len(files) == 2
        said = f"Two files differ: {' and '.join(shown)}." if two else f"{len(shown)} files differ: {few(shown)}."
        return f"{said} Keep one of them, or name it in choices.csv: {self.as_choice(files[0])}"

    def _notes_on(self, file: File, older: list[File], *, is_copy: bool) -> Iterator[str]:
        """What to say of the file that is graded: why this one, and what else is there. older: its earlier attempts."""
        if older:
            active = file.hand_in.layout == "submitty" and file.hand_in.attempt[0]
            yield (
                f"Of {len(older) + 1} attempts the {'active one' if active else 'newest'} was graded: {self.below(file)}; "
                f"also there: {few(map(self.below, older))}."
            )
        elif is_copy:
            yield f"{file.shown} was graded."
        if is_withdrawn(file.hand_in):
            yield "Submitty calls no version active, as if the student had withdrawn it."
        also = self._also_there(file)
        if also:
            yield f"Also there, under another name, and not graded: {few(each.shown for each in also)}."
        newer = self._newer_than(file)
        if newer is not None and newer not in also:
            yield self._why_not_newer(newer)

    def with_different_answers(self, files: list[File]) -> list[File]:
        """The first file with each answer."""
        if len(files) < 2:
            return files  # the usual case, in which nothing needs to be compared
        first: dict[str, File] = {}
        for file in files:
            first.setdefault(self.files.answer_of(file), file)
        return list(first.values())

    def is_code(self, file: File) -> bool:
        """Can it be read, and is it not a stub? A file that is not called .py or .ipynb must look like code, too."""
        if self.files.code_of(file) in {"", *self.stubs}:
            return False
        return file.own.lower().endswith(SUFFIXES) or file.read().looks_like_code

    def _like(self) -> list[File]:
        """Code whose name has other words around the assignment's: `lee_a1_permute_final.py`."""
        like = [file for file in self.files.other if file.may_be_chosen and bears(file.own, self.name)]
        return [file for file in like if self.is_code(file)]

    def may_be_meant(self, file: File, *, missing: bool) -> bool:
        """May a file of another name be meant for an assignment? missing: there is no file of its name, not even the stub."""
        if missing:
            return self.name in self.files.meant(file) or is_in_its_folder(file, self.name)
        return bears(file.own, self.name) or (is_in_its_folder(file, self.name) and file.own.lower().endswith(SUFFIXES))

    def _also_there(self, file: File) -> list[File]:
        """Other code with a name like the assignment's, which is not graded because `file` has the name itself.

        Modules that `file` imports are left out.
        """
        others = [
            f for f in self.files.other if f.may_be_chosen and bears(f.own, self.name) and f.own.endswith(SUFFIXES)
        ]
        if file.hand_in.attempt and file.hand_in.layout != "canvas":
            others = [other for other in others if other.hand_in.attempt == file.hand_in.attempt]
        like = [*self.files.copies[self.name], *others] if not file.hand_in.attempt else others
        modules = {file.path.parent / helper.file for helper in file.read().helpers} if like else set()
        known = {self.files.code_of(file), "", *self.stubs}
        return [f for f in like if f.path not in modules and self.files.code_of(f) not in known]

    def _newer_than(self, file: File) -> File | None:
        """A file of a later attempt that is not code. Canvas numbers files, not attempts: there, only one whose name hints
        at the assignment.
        """
        return next(
            (
                other
                for other in self.files.other
                if other.hand_in.attempt > file.hand_in.attempt
                and other.own != RECEIPT
                and (file.hand_in.layout != "canvas" or self.name in self.files.meant(other))
            ),
            None,
        )

    def _why_not_newer(self, file: File) -> str:
        """What to do with a file of a later attempt that was not graded."""
        active = file.hand_in.layout == "submitty" and file.hand_in.attempt[0]
        said = f"{self.below(file)} {'is the active version' if active else 'came later'}, but"
        if not file.may_be_chosen:
            return f"{said} cannot be graded as it is. Look at it."
        return f"{said} has another name. If it is the answer, choose it in choices.csv: {self.as_choice(file)}"

    def as_choice(self, file: File) -> str:
        """The line of choices.csv that chooses a file."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([self.files.student, self.name, self._named(file)])
        return line.getvalue()

    def _named(self, file: File) -> str:
        """A file's path for choices.csv. If the student has several folders, it begins at the folder of submissions."""
        several = len({each.path for each in self.files.place.hand_ins if each.own is None}) > 1
        return self.below(file) if several else file.shown

    def below(self, file: File) -> str:
        """The file's path in the folder of submissions. For a file in a zip, the path begins with the zip's."""
        top = file.hand_in.path
        if file.hand_in.own is not None or top == self.root:
            return file.shown
        above = top.relative_to(self.root).as_posix() if top.is_relative_to(self.root) else top.name
        return f"{readable(above)}/{file.shown}"

    def found(
        self,
        file: File | None,
        status: FoundStatus,
        candidates: Sequence[File],
        notes: Iterable[str] = (),
        instead: Sequence[File] = (),
    ) -> Found:
        """What was found. The notes of the student's files come before these.

        instead: files of other names that are meant for the assignment.
        """
        paths, identity = tuple(each.path for each in candidates), self.files.place.identity_for(self.name)
        if of_it := next(iter(filter(None, (file, *candidates, *instead))), None):
            identity |= of_it.hand_in.identity  # Moodle's numbers differ between assignments
        elif identity.get("system") == "moodle" and self.name not in self.files.place.assignment:
            del identity["number"]
        said = tuple(dict.fromkeys((*self.files.said(self.name), *notes)))
        found = Found(self.files.student, self.name, None, status, paths, notes=said, identity=identity)
        if file is None:
            return found
        weights, left = self._weights_of(file)
        if left:
            said = (*said, f"{few(map(self.below, left))} came with another attempt, and was not used.")
        return dataclasses.replace(
            found,
            path=file.path,
            weights=weights,
            other_weights=self._other_weights(file, weights),
            notes=said,
            shown=self.below(file),
            top=file.hand_in.path,
            archive=file.archive,
            when=file.hand_in.when,
            flat=file.flat,
        )

    def _weights_of(self, file: File) -> tuple[Path | None, list[File]]:
        """The weights that belong to a file, and those of other attempts if its own attempt has none.

        Canvas and ILIAS number files, and not attempts: there the newest weights are the file's.
        """
        mine = [each for each in self.files.weights if each.own.lower().startswith(self.name.lower())]
        mine = mine or [each for each in self.files.weights if bears(each.own, self.name)]
        own = [each for each in mine if _come_together(each, file)]
        beside = [each for each in own if each.path.parent == file.path.parent] or own
        if file.hand_in.layout in _NUMBERS_FILES:
            beside.sort(key=_attempt, reverse=True)
        else:  # the right name wins over a browser's copy of it
            beside.sort(key=lambda each: PurePath(each.own).stem.casefold() != self.name.casefold())
        return (beside[0].path, []) if beside else (None, mine)

    def _other_weights(self, file: File, used: Path | None) -> tuple[str, ...]:
        """The files that may be trained weights, and came with a file that they are not used for: five at most."""
        every = (each for each in self.files.may_be_weights(self.name) if _come_together(each, file))
        return tuple(each.shown for each in every if each.path != used)[:5]


def _come_together(one: File, other: File) -> bool:
    """Were two files handed in at once, as far as the system says?"""
    return other.hand_in.layout in _NUMBERS_FILES or one.hand_in.attempt == other.hand_in.attempt


def is_in_its_folder(file: File, name: str) -> bool:
    """Is a file in a folder of the assignment, or in one that nbgrader's exchange names after it?"""
    top = file.hand_in.path
    return name in (*PurePath(file.shown).parts[:-1], top.parent.name) or f"+{name}+" in top.name


def newest(files: list[File]) -> tuple[list[File], list[File]]:
    """The files of the newest attempt, and the older ones. If a file has no attempt, all of them, and none.

    Canvas numbers files, not attempts: there, a file replaces only older ones of the same form.
    """
    if not all(file.hand_in.attempt for file in files) or len(files) < 2:
        return files, []
    if files[0].hand_in.layout == "canvas":
        forms = {file.path.suffix.lower() for file in files}
        newest = [max((f for f in files if f.path.suffix.lower() == form), key=_attempt) for form in sorted(forms)]
    else:
        last = max(file.hand_in.attempt for file in files)
        newest = [file for file in files if file.hand_in.attempt == last]
    return newest, [file for file in files if file not in newest]


def _attempt(file: File) -> tuple[int, ...]:
    """A sorting key, newest last: the attempt, then the number that the system adds to a name that is taken already."""
    again = re.search(r"-(\d+)\.\w+$", file.own)
    return (*file.hand_in.attempt, int(again[1]) if again else 0)
