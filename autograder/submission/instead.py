"""What lies there if no file has an assignment's name?

Work that has another name, or is in a zip, on another branch or in a folder that is passed over, is never called
missing: a note names it and says what to do.
"""

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePath

from ..common.plural import few
from .clone import HEAD
from .found import NAMED, Found
from .layouts import RECEIPT
from .names import PASSED_OVER, SUFFIXES, bears, is_passed_over, readable
from .search import Search, is_in_its_folder, newest
from .source import Unreadable, read_source
from .student_file import File, why_not


def instead(search: Search, found: Found) -> Found:
    """The one file that was evidently meant for the assignment, or notes on work under another name, on a branch, or in
    a folder that is passed over. found: what there is of the assignment's name: nothing, or only the stub.
    """
    aside = [file for file in search.files.aside[search.name] if search.is_code(file)]
    branches = list(_branches(search, head=found.status == "missing"))
    found = _under_another_name(search, found, alone=not aside and not branches)
    notes = (*_on_aside(search, aside), *_on_branches(branches))
    if not notes:
        return found
    notes = (*found.notes, *notes)
    if found.status == "not_started" and not branches and all(file.of_environment for file in aside):
        return dataclasses.replace(found, notes=notes)
    return Found(found.student, search.name, None, "unreadable", found.candidates, notes=notes, identity=found.identity)


def _under_another_name(search: Search, found: Found, *, alone: bool) -> Found:
    """What there is under other names; `found` if nothing may be meant. alone: there is no work elsewhere."""
    missing, name = found.status == "missing", search.name
    hinting = [file for file in search.files.other if search.may_be_meant(file, missing=missing)]
    alike = [file for file in hinting if file.why or search.files.code_of(file) not in search.stubs]
    evident = [file for file in alike if bears(file.own, name) and file.may_be_chosen]
    evident, older = newest(search.with_different_answers(evident))
    if len(evident) == 1 and alone and search.is_code(evident[0]):
        none = f"no file is called {name}.py or {name}.ipynb" if missing else _as_released(found)
        note = f"{evident[0].shown} was graded: {none}."
        if older:
            note += f" It is the newest attempt; also there: {few(map(search.below, older))}."
        return search.found(evident[0], "found", evident, (*found.notes, note))
    if hinting and not alike and missing and alone:
        return search.found(hinting[0], "not_started", hinting)
    if not alike and name in search.asked:
        free = _of_no_assignment(search)
        if missing:
            alike = free or _given_for(search)
        else:
            alike = [file for file in free if _is_uploaded(file) and search.is_code(file)]
    if not alike and missing:
        alike = [file for file in search.files.weights if bears(file.own, name)]
    if not alike:
        return found
    none = f"no {name}.py or {name}.ipynb" if missing else _as_released(found)
    said = _what_lies_there(search, alike, none)
    meant = alike if hinting or len(search.asked) == 1 else ()
    return search.found(None, "unreadable", (), (*found.notes, said), meant)


def _on_aside(search: Search, files: list[File]) -> Iterator[str]:
    """A note on work in folders that are passed over."""
    if files:
        parts = PurePath(files[0].shown).parts
        where = next(filter(is_passed_over, parts[:-1]), parts[-2:][0])
        where += ", of a virtual environment" if files[0].of_environment else ""
        yield (
            f"{few(file.shown for file in files)} {'is' if len(files) == 1 else 'are'} in a folder that is not searched ({where}). "
            f"Ask for the file outside of it, or name it in choices.csv: {search.as_choice(files[0])}"
        )


def _on_branches(branches: list[tuple[str, str]]) -> Iterator[str]:
    """Notes on the first branches that hold changed work."""
    for branch, path in branches[:NAMED]:
        holder = "The last commit" if branch == HEAD else f"Branch {readable(branch)}"
        yield f"{holder} holds changed work: {readable(path)}. It is not checked out and was not graded."


def _what_lies_there(search: Search, files: list[File], none: str) -> str:
    """What is wrong with files that may have been meant for an assignment, and what to do.

    none: words that say that there is no file of the assignment's name, or only the stub.
    """
    named = sorted((f for f in files if not f.why), key=lambda file: not file.own.lower().endswith(SUFFIXES))
    words = [f"{file.shown} {file.why}." for file in files if file.why][:NAMED]
    if named:
        was = "was" if len(named) == 1 else "were"
        words += [f"{few(file.shown for file in named)} {was} found, but {none}.", why_not(named[0])]
    ask = f"Ask for {search.name}.py or {search.name}.ipynb"
    if choice := next((file for file in named if file.may_be_chosen), None):
        return " ".join([*words, f"{ask}, or choose it in choices.csv: {search.as_choice(choice)}"])
    return " ".join([*words, f"{ask}."])


def _of_no_assignment(search: Search) -> list[File]:
    """Files whose names hint at no assignment, so that they may be meant for this one.

    Files in folders of other assignments, and modules that other submissions import, are left out.
    """
    others = search.files.names - {search.name}
    beside = set()
    for other in others:
        for file in search.files.named(other):
            with contextlib.suppress(Unreadable):
                beside |= {file.path.parent / helper.file for helper in file.read().helpers}
    free = [
        file
        for file in search.files.other
        if not search.files.meant(file)
        and not any(is_in_its_folder(file, other) for other in others)
        and file.path not in beside
    ]
    with_files = {each.attempt for each in search.files.place.hand_ins if each.own != RECEIPT}
    return [f for f in free if f.own != RECEIPT] or [f for f in free if f.hand_in.attempt not in with_files]


def _given_for(search: Search) -> list[File]:
    """Uploaded files with names of the course's own files that may be meant for this assignment.

    If the student has no other files, all of them are.
    """
    files = search.files
    alone = not files.other and not any(files.named(each) for each in files.names)
    return [file for file in files.given if alone or search.name in files.meant(file)]


def _branches(search: Search, *, head: bool) -> Iterator[tuple[str, str]]:
    """(branch, path) of changed work for an assignment, on branches that are not checked out. The branch is HEAD for
    work in the commit that is checked out, if its file is gone.
    """
    folders = [each.path for each in search.files.place.hand_ins if each.own is None]
    clones = (search.clones.at(folder) or search.clones.bare(folder) for folder in folders)
    for clone in filter(None, clones):
        seen = set()
        for branch, path, content in clone.elsewhere({f"{search.name}{suffix}" for suffix in SUFFIXES}, head=head):
            if any(part in PASSED_OVER or part.startswith(".") for part in PurePath(path).parts[:-1]):
                continue
            digest = _digest(content, PurePath(path).name)
            if digest and digest not in search.stubs and digest not in seen:
                seen.add(digest)
                yield branch, path


def _is_uploaded(file: File) -> bool:
    """Is it a script that was handed in through a system, and not one of many files in a clone?"""
    through = file.hand_in.layout != "folders" or bool(file.hand_in.attempt)
    return through and file.own.lower().endswith(SUFFIXES)


def _as_released(found: Found) -> str:
    """Words that say that the file with the assignment's name is still the stub."""
    return f"{PurePath(found.shown).name} is as it was handed out"


def _digest(content: bytes, name: str) -> str:
    """The code digest of a file's content from git; "" if it is not a submission."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        (Path(folder) / name).write_bytes(content)
        try:
            return read_source(Path(folder) / name).code_digest
        except Unreadable:
            return ""
