"""A student's repository: the file of each assignment, the current assignment, and what words of a command mean."""

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from .. import __version__
from ..common.errors import UserError
from ..common.files import bring_back, sha256, when_saved
from ..course.assignment import Assignment
from ..course.course import Course, find_course
from ..course.handed_out import read_record, sums_of
from ..course.manifest import FILE, Manifest
from ..course.network import Network, network_of
from ..submission.names import bears
from ..submission.source import Source, Unreadable, read_source
from ..submission.syntax import broken_line
from ..submission.trained_from import origin_of
from . import state


@dataclass(frozen=True)
class Target:
    """What a command is about: an assignment, or one task of it."""

    assignment: str
    task: str | None = None


@dataclass(frozen=True)
class StudentRepository:
    """A student's repository with the work in it."""

    course: Course

    @classmethod
    def here(cls) -> Self:
        """The repository around the current folder. Raises UserError if there is none."""
        return cls(find_course(Path.cwd()))

    @property
    def root(self) -> Path:
        return self.course.root

    @cached_property
    def names(self) -> list[str]:
        """The released assignments, in the lecture's order. Raises UserError if there are none."""
        known = map(self.files, self.course.assignment_names())
        listed = [one.name for one in known if one.master.is_file() or one.stub.is_file()]
        if not listed:
            raise UserError("Nothing has been released yet. Run: autograder release")
        return listed

    @cached_property
    def _manifest(self) -> Manifest:
        return self.course.manifest()

    @cached_property
    def damage(self) -> str:
        """If the manifest does not know all assignments, a sentence that says so and how to get it back. Else ""."""
        if all(self._manifest.of(name).stubs for name in self.names):
            return ""
        path = self.course.assignments / FILE
        return (
            f"{path.relative_to(self.root).as_posix()} is damaged or gone, so nobody can tell what you have changed and what it is worth. "
            f"To get it back: {bring_back(path)}"
        )

    def points(self, name: str) -> dict[str, tuple[int, int]]:
        """task -> (public, hidden) points, for an assignment's tasks in order. Empty if the manifest has none."""
        return dict(self._manifest.of(name).points)

    def bands(self, name: str) -> list[tuple[float, int]]:
        """The bands of an assignment: (accuracy in percent, points), lowest first. Empty if it has none."""
        return list(self._manifest.of(name).bands)

    def network(self, name: str) -> Network | None:
        """The network that the assignment trains, or None. Raises UserError if its description cannot be read."""
        return network_of(self.course.released(name))

    def tasks(self, name: str) -> list[str]:
        return list(self.points(name))

    def question(self, name: str) -> str:
        """The assignment's question, from its first heading: "where do the channels go?". "" if it has none."""
        try:
            files = self.files(name)
            with (files.master if files.master.is_file() else files.stub).open(
                encoding="utf-8", errors="replace"
            ) as file:
                heading = next((line for line, _ in zip(file, range(10)) if line.startswith("# # ")), "")
        except OSError:
            return ""
        return heading.partition(":")[2].strip()

    def files(self, name: str) -> Assignment:
        """The paths of an assignment's files, whether they exist or not."""
        return Assignment(name, self.course.assignments / name)

    def forms(self, name: str) -> list[Path]:
        """The script and the notebook of an assignment, as far as they exist."""
        return [path for path in (self.files(name).master, self.files(name).notebook) if path.is_file()]

    def changed(self, name: str) -> list[Path]:
        """The forms that differ from the stub. The one that was saved last comes first."""
        found = [path for path in self.forms(name) if not self.is_stub(name, path)]
        return sorted(found, key=when_saved, reverse=True)

    def own(self, name: str) -> Path | None:
        """The student's file for an assignment: the changed form, or the later one of two. None if none is changed."""
        changed = self.changed(name)
        return changed[0] if changed else None

    def file(self, name: str) -> Path:
        """The student's file for an assignment, or else the stub: the script, unless only the notebook exists."""
        return self.own(name) or next(iter(self.forms(name)), self.files(name).master)

    def where(self, name: str) -> str:
        """The path of the student's file, or of the stub, for a message."""
        return self.file(name).relative_to(self.root).as_posix()

    def gone(self, name: str) -> str:
        """If both forms of an assignment were deleted, a sentence that says so and how to get them back. Else ""."""
        return "" if self.forms(name) else f"{name}.py is not there. To get the stub back: autograder reset {name}"

    def misnamed(self, name: str) -> str:
        """If an assignment is not begun, but work on it has another name or place: a sentence that says so. Else ""."""
        if self.own(name) is not None:
            return ""
        files = self.files(name)
        for folder in (files.master.parent, files.notebook.parent, self.course.assignments, self.root):
            for path in sorted(folder.glob("[!.]*")):
                form = files.notebook if path.suffix == ".ipynb" else files.master
                if self._may_answer(name, path) and path not in (files.master, files.notebook):
                    here, wanted = (each.relative_to(self.root).as_posix() for each in (path, form))
                    return f"{here} is not checked, because checks look at {wanted}. Give it this name and place."
        return ""

    def _may_answer(self, name: str, path: Path) -> bool:
        """Does a file bear the assignment's name, and has the course not handed it out?"""
        of_a_kind = path.suffix in (".py", ".ipynb", ".txt") and not path.name.startswith("test_")
        if not (of_a_kind and bears(path.name, name) and path.is_file()) or self.is_stub(name, path):
            return False
        return sums_of(path).isdisjoint(read_record(self.root).get(path.relative_to(self.root).as_posix(), ()))

    def is_stub(self, name: str, path: Path) -> bool:
        """Is a file the assignment's stub, or differs from it in comments alone?"""
        try:
            return read_source(path).code_digest in self._manifest.of(name).stubs
        except Unreadable:
            return False  # it was changed: a stub can be read

    def current(self) -> str | None:
        """The assignment being worked on: the one whose file was saved last. None if nothing is begun."""
        begun = [
            (when_saved(own), position, name) for position, name in enumerate(self.names) if (own := self.own(name))
        ]
        return max(begun)[2] if begun else None

    def fingerprint(self, name: str, source: Source) -> str:
        """sha256 of all that a check of this work depends on: the file, the checks, the autograder's version."""
        checks = self.files(name).public_checks
        content = checks.read_bytes() if checks.is_file() else b""
        return sha256(f"{__version__}/{source.fingerprint}".encode() + content)

    def older_weights(self, name: str) -> str:
        """If the weights beside the student's file are from an earlier version of it, a sentence on that. Else ""."""
        own = self.own(name)
        weights = own.with_suffix(".safetensors") if own is not None else None
        try:
            if own is None or weights is None or not weights.is_file():
                return ""
            origin, source = origin_of(weights.read_bytes()), read_source(own)
        except (OSError, Unreadable):
            return ""
        if origin is None or not origin.is_older_than(source.code_digest):
            return ""
        reached = (
            "" if origin.accuracy is None else f" It was right on {origin.accuracy:.1%} of the held-out data then."
        )
        return (
            f"{weights.name} was trained by an earlier version of your code.{reached} Grading uses it as it stands. "
            "To train it anew: autograder train"
        )

    def changed_checks(self, name: str) -> str:
        """If an assignment's public checks were changed, a sentence that says so and how to get them back. Else ""."""
        path = self.files(name).public_checks
        try:
            here = sums_of(path)
        except OSError:
            return ""
        for folder in (self.root, self.course.assignments):
            released = read_record(folder).get(path.relative_to(folder).as_posix())
            if released is not None and here.isdisjoint(released):
                where = path.relative_to(self.root).as_posix()
                return (
                    f"{where} is not as it was released. Grading uses its own checks. "
                    f"To get it back: {bring_back(path)}"
                )
        return ""

    def broken_task(self, name: str) -> str | None:
        """The task that has a syntax error: the last one that begins before its line. None if there is no error."""
        own = self.own(name)
        try:
            source = read_source(own) if own is not None else None
        except Unreadable:
            return None
        broken = broken_line(source) if source is not None else None
        if source is None or broken is None:
            return None
        above = "\n".join(source.text.split("\n")[: broken.line])
        begun = [found[1] for found in re.finditer(r"^(?:def |class )?(\w+)\b", above, re.MULTILINE)]
        return next((task for task in reversed(begun) if task in self.tasks(name)), None)

    def fingerprint_of(self, name: str, path: Path) -> str:
        """The fingerprint of the work in a file. For one that cannot be read, of the error and the time of saving."""
        try:
            return self.fingerprint(name, read_source(path))
        except Unreadable as error:
            return sha256(f"{__version__}/{error}/{when_saved(path)}".encode())

    def remembered(self, name: str, memory: state.State) -> state.Checked | None:
        """How the last check of the assignment ended, or None if the file has changed since."""
        kept = memory.checked.get(name)
        own = self.own(name) if kept is not None else None
        if kept is None or own is None:
            return None
        return kept if kept.fingerprint == self.fingerprint_of(name, own) else None

    def target(self, word: str) -> Target:
        """What a word means: an assignment (`a1_permute`, `a1`), a task (`resized`, `a3/ANSWERS`), or a file of one.

        Raises UserError, perhaps with a suggestion, if it means nothing or several things.
        """
        given = word.replace("\\", "/").rstrip("/")
        if elsewhere := self._elsewhere(Path(word)):
            raise UserError(elsewhere)
        # A file or folder of an assignment, as the shell completes it.
        for part in reversed(given.split("/")):
            stem = part.removesuffix(".py").removesuffix(".ipynb").removeprefix("test_")
            if stem in self.names:
                task = given.rpartition("/")[2]
                return Target(stem, self._task(stem, task) if task in self.tasks(stem) else None)
        assignment, _, task = given.partition("/")
        if assignment and task:
            name = self.course.resolve(assignment)
            return Target(name, self._task(name, task))
        holders = [name for name in self.names if given in self.tasks(name)]
        if len(holders) > 1 and (current := self.current()) in holders:
            holders = [str(current)]
        if len(holders) == 1:
            return Target(holders[0], given)
        if holders:
            words = " or ".join(f"{holder.partition('_')[0]}/{given}" for holder in holders)
            raise UserError(f"{given!r} is a task of several assignments. Say {words}.")
        try:
            return Target(self.course.resolve(given))
        except UserError as error:
            raise UserError(self._unknown(given, str(error))) from None

    def _elsewhere(self, path: Path) -> str:
        """If it is a script or a notebook that no check looks at, a sentence that says so. Else ""."""
        place = self.course.assignments
        if path.suffix not in (".py", ".ipynb") or not path.is_file() or place.resolve() in path.resolve().parents:
            return ""
        if path.stem not in self.names:
            return (
                f"{path} is not checked, because checks look at the files in {place.relative_to(self.root).as_posix()}."
            )
        files = self.files(path.stem)
        wanted = (files.notebook if path.suffix == ".ipynb" else files.master).relative_to(self.root).as_posix()
        return f"{path} is not checked, because checks look at {wanted}. Give it this name and place."

    def _task(self, name: str, task: str) -> str:
        tasks = self.tasks(name)
        if task in tasks:
            return task
        raise UserError(f"{name} has no task {task!r}. Its tasks are: {', '.join(tasks)}.")

    def _unknown(self, word: str, otherwise: str) -> str:
        tasks = [task for name in self.names for task in self.tasks(name)]
        close = difflib.get_close_matches(word, [*tasks, *self.names], 1, 0.6)
        if close:
            return f"There is no assignment or task {word!r}. Did you mean {close[0]}?"
        return otherwise if "could be" in otherwise else otherwise.replace("no assignment", "no assignment or task")
