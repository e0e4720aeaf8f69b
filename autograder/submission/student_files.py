"""The files of one student, sorted by what they may be. `search` decides which of them is graded."""

import contextlib
import dataclasses
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePath

from .archives import NEVER, UNPACKED_LIMIT, ZIPS_LIMIT, Refused, left_out_of, open_zip
from .attempts import attempt_of, without_time
from .clone import is_bare, small_text
from .layouts import HandIn
from .names import (
    ARCHIVES,
    RESULTS_MARKER,
    SUFFIXES,
    assignment_of,
    bears,
    bears_any,
    entries,
    is_folder,
    is_of_an_environment,
    is_passed_over,
    placeholder_of,
    readable,
)
from .places import Place
from .source import Source, Unreadable, may_be_weights
from .student_file import File, is_given, may_be_work, meant

FILES_LIMIT = 200_000  # entries looked at in one student's folder
NAMESAKES_LIMIT = 50  # files of one student that are named after the same assignment and kept
_WEIGHTS = re.compile(r"weights|model|checkpoint", re.I)  # what a zip of trained weights may be called


class StudentFiles:
    """One student's files, sorted by what they may be.

    exact, copies, aside: assignment -> the files that are named after it. A copy has a name as a browser changes it, like
    `a1_permute (1).py`. Files in `aside` are in folders that are passed over. other: files with other names that may be
    work, or that cannot be graded. given: uploaded files with names of the course's own files, such as `README.md`.
    """

    def __init__(self, place: Place, names: frozenset[str]) -> None:
        self.place, self.names = place, names
        # (the assignment that the note is about, or "" for all; the note): each once, in order. A dict as an ordered set.
        self._notes: dict[tuple[str, str], None] = {}
        for note in (*place.notes, *(note for each in place.hand_ins for note in each.notes)):
            self._note(note)
        self.exact: defaultdict[str, list[File]] = defaultdict(list)
        self.copies: defaultdict[str, list[File]] = defaultdict(list)
        self.aside: defaultdict[str, list[File]] = defaultdict(list)
        self.weights: list[File] = []
        self.other: list[File] = []
        self.given: list[File] = []
        self._zips: list[File] = []
        self._opened = 0  # the number of zips that were opened
        self._unpacked = 0  # bytes of the files in them
        self._sources: dict[Path, Source | None] = {}
        self._meant: dict[str, frozenset[str]] = {}
        for hand_in in place.hand_ins:
            if hand_in.own is not None:
                self._sort(File(hand_in.path, hand_in.own, readable(hand_in.path.name), hand_in))
            else:
                for file in self._walk(hand_in, hand_in.path, ""):
                    self._sort(file)

    @property
    def student(self) -> str:
        return self.place.student

    def named(self, name: str) -> list[File]:
        """The files that are named after an assignment, copies last."""
        return [*self.exact[name], *self.copies[name]]

    @property
    def unopened(self) -> list[File]:
        """The zips that were not opened yet."""
        return self._zips[self._opened :]

    def code_of(self, file: File) -> str:
        """The digest of a file's code; "" if it cannot be read."""
        source = self._source(file)
        return source.code_digest if source else ""

    def answer_of(self, file: File) -> str:
        """The digest of a file's answer, see `Source.answer_digest`; "" if it cannot be read."""
        source = self._source(file)
        return source.answer_digest if source else ""

    def _source(self, file: File) -> Source | None:
        """What was read, without weights, which take megabytes; None if it cannot be read. Each file is read once."""
        if file.path not in self._sources:
            self._sources[file.path] = None
            with contextlib.suppress(Unreadable):
                self._sources[file.path] = dataclasses.replace(file.read(), weights=None)
        return self._sources[file.path]

    def forget(self) -> None:
        """Forget what was read, and read it again if it is asked for."""
        self._sources.clear()

    def may_be_weights(self, name: str) -> list[File]:
        """The files that may be trained weights of an assignment, and unopened zips that may hold some."""
        zips = [each for each in self.unopened if bears(each.own, name) or _WEIGHTS.search(each.own)]
        return [*(each for each in (*self.weights, *self.other) if may_be_weights(each.own)), *zips]

    def said(self, name: str) -> tuple[str, ...]:
        """The notes about an assignment, and those about all."""
        return tuple(dict.fromkeys(note for concerned, note in self._notes if concerned in ("", name)))

    def meant(self, file: File) -> frozenset[str]:
        """The assignments that a file with another name could be meant for."""
        if file.own not in self._meant:
            self._meant[file.own] = meant(file.own, self.names)
        return self._meant[file.own]

    def _sort(self, file: File) -> bool:
        """Add a file to the list in which it belongs. Returns whether it may be the student's work."""
        own = file.own
        if kept := placeholder_of(own):
            why = f"is a placeholder for {kept}, which iCloud has not downloaded: the file itself is not here"
            file = dataclasses.replace(file, own=kept, why=why)
        if file.why and not may_be_work(file, self.names):
            return False
        if file.why:
            self.other.append(file)
        elif own.lower().endswith(".safetensors"):
            self.weights.append(file)
        elif name := assignment_of(own, self.names, exact=True):
            self._keep(self.exact[name], name, file)
        elif name := assignment_of(own, self.names):
            self._keep(self.copies[name], name, file)
        elif own.lower().endswith(".zip"):
            self._zips.append(file)
        elif may_be_work(file, self.names):
            self.other.append(file)
        else:
            self.given += [file] if is_given(file) else []
            return False
        return True

    def _keep(self, group: list[File], name: str, file: File) -> None:
        """Add a file to `group`, unless that already has NAMESAKES_LIMIT files: nobody has so many."""
        if len(group) < NAMESAKES_LIMIT:
            group.append(file)
        else:
            self._note(f"More than {NAMESAKES_LIMIT} files are named after {name}: the rest were passed over.", name)

    def _note(self, note: str, name: str = "") -> None:
        self._notes[name, note] = None

    def open_zips(self) -> bool:
        """Open the unopened zips and sort their files, which may be zips again. False if there was no unopened zip."""
        closed = self.unopened
        for file in closed:
            self._opened += 1
            try:
                folder = self._open(file)
            except Refused as error:
                self.other.append(dataclasses.replace(file, why=str(error)))
                continue
            aside = sum(map(len, self.aside.values()))
            archive = file.archive or file.path
            inside = [
                dataclasses.replace(each, archive=archive)
                for each in self._walk(file.hand_in, folder, f"{file.shown}/")
            ]
            self._unpacked += sum(each.path.stat().st_size for each in inside)
            kept = [self._sort(each) for each in inside]
            for place, why in left_out_of(file.path):
                shown = f"{file.shown}/{readable(str(place))}"
                self.other.append(File(folder / place.name, place.name, shown, file.hand_in, why))
            if not any(kept) and aside == sum(map(len, self.aside.values())):
                self.other.append(dataclasses.replace(file, why="holds no script or notebook that could be an answer"))
        return bool(closed)

    def _open(self, file: File) -> Path:
        """The folder with the files of a zip. Raises Refused if it cannot be opened, or if zips before it used up a limit."""
        if self._opened > ZIPS_LIMIT:
            raise Refused(f"was not opened, as {ZIPS_LIMIT} zips were opened before it")
        if self._unpacked > UNPACKED_LIMIT:
            raise Refused(f"was not opened, as the zips before it hold over {UNPACKED_LIMIT >> 20} MB")
        return open_zip(file.path)

    def _walk(self, hand_in: HandIn, root: Path, above: str) -> Iterator[File]:
        """All files in a student's folder that may matter. A link is followed only to a file inside the folder.

        above: the beginning of the files' shown paths.
        """
        try:
            inside = root.resolve()
        except OSError:
            return
        if is_bare(root):
            return
        modules = _submodules(root)
        # (folder, its path below root, is it passed over?, is it part of a virtual environment?, its hand-in)
        pending = [(root, "", False, False, hand_in)]
        left = FILES_LIMIT
        while pending:
            folder, below, aside, of_environment, hand_in = pending.pop()
            if attempt := attempt_of(folder, hand_in):
                hand_in = dataclasses.replace(hand_in, attempt=(*hand_in.attempt, *attempt))
            if not os.access(folder, os.R_OK | os.X_OK):
                where = readable(below.removesuffix("/")) or "The student's folder"
                self._note(f"{where} could not be opened: the grader has no permission to read it.")
            for entry in entries(folder):
                left -= 1
                if left < 0:
                    self._note(f"The folder holds over {FILES_LIMIT:,} files; the rest was passed over.")
                    return
                path = Path(entry.path)
                shown = above + readable(below + entry.name)
                if entry.is_symlink():
                    target = self._linked(File(path, entry.name, shown, hand_in), inside, aside=aside)
                    if target is not None and not aside:
                        yield File(target, entry.name, shown, hand_in)
                elif is_folder(entry):
                    if below + entry.name in modules and not entries(path):
                        why = "is an empty submodule of git: in the clone, run git submodule update --init"
                        self.other.append(File(path, entry.name, shown, hand_in, why))
                    if assignment_of(entry.name, self.names, exact=True):
                        self.other.append(File(path, entry.name, shown, hand_in, "is a folder, not a file"))
                    if entry.name not in NEVER and not _is_the_checker(path):
                        python = of_environment or is_of_an_environment(folder, entry)
                        ours = aside or python or is_passed_over(entry.name) or os.path.exists(path / RESULTS_MARKER)
                        pending.append((path, f"{below}{entry.name}/", ours, python, hand_in))
                elif aside:
                    own = entry.name.replace("-checkpoint.", ".")
                    if name := assignment_of(own, self.names):
                        file = File(path, own, shown, hand_in, of_environment=of_environment)
                        self._keep(self.aside[name], name, file)
                elif not entry.name.startswith(".") or placeholder_of(entry.name) or bears_any(entry.name, self.names):
                    own, its = without_time(entry.name, hand_in)
                    yield File(path, own, shown, its)

    def _linked(self, link: File, inside: Path, *, aside: bool) -> Path | None:
        """The file inside the student's folder that a link with an assignment's name leads to; None otherwise.

        Adds a link out of the folder, or to nothing, to `other`. aside: whether the link is in a folder that is passed
        over.
        """
        try:
            target = link.path.resolve(strict=True)
        except (OSError, RuntimeError):
            target = None
        if target is None or not target.is_relative_to(inside):
            suffix = PurePath(link.own).suffix.lower()
            if suffix in (*SUFFIXES, *ARCHIVES) or not (suffix or aside):
                why = "is a link that leads out of the student's folder, or to nothing"
                self.other.append(dataclasses.replace(link, why=why))
            return None
        # If the target itself has an assignment's name, it is found without the link.
        own = assignment_of(link.own, self.names, exact=True)
        named = assignment_of(target.name, self.names, exact=True)
        return target if own and os.path.isfile(target) and not named else None


def _submodules(folder: Path) -> frozenset[str]:
    """The paths of the submodules of git that a clone's .gitmodules names."""
    return frozenset(re.findall(r"^\s*path\s*=\s*(.+?)\s*$", small_text(folder / ".gitmodules", 100_000), re.MULTILINE))


def _is_the_checker(folder: Path) -> bool:
    """Is it a copy of this package, which every student's repository holds?"""
    return folder.name == "autograder" and (folder / "notebook.py").is_file()
