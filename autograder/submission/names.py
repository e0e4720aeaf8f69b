"""What the names of files and folders say: which assignment a file answers, and which folders hold no submission."""

import os
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from .archives import APPLES

RESULTS_MARKER = ".autograder-results"  # a folder with this file holds our results, and is passed over
REPORT_MARKER = ".autograder-report"  # a folder with this file is a report of ours, and may be overwritten
SUFFIXES = (".py", ".ipynb")
# Folders that hold no submission, anywhere in a student's folder.
PASSED_OVER = frozenset(
    "venv env site-packages dist-packages node_modules __pycache__ __MACOSX build autograder solutions results "
    "autograded feedback backup backups checkpoints".split()
)
_BACKUP = re.compile(r"(.*~|.*\.(bak|orig|old|tmp|swp)|.*[_-]backup[s\d]?|.*\.egg-info|.*\.dist-info)", re.I)
# What browsers, Jupyter and LMSs add to a file's name if the name is taken already.
_COPY = re.compile(r"(?:copy[ _]of[ _])?(?P<name>.+?)(?:[ _-]?\(\d+\)|[ _-]?copy[ _]?\d*|[ _-]\d+)?", re.I)
_PLACEHOLDER = re.compile(r"\.(?P<name>.+)\.icloud")
_LOOKS_SPELLED = re.compile(r"\\(?=x[0-9a-f]{2})")
_IN_ENVIRONMENTS = frozenset({"bin", "lib", "lib64", "include", "scripts", "share", "etc", "man"})
ARCHIVES = frozenset(".7z .rar .gz .tgz .tar .xz .bz2 .zip .bundle".split())
WORK = tuple(
    ".py .ipynb .txt .docx .doc .odt .rtf .pages .pdf .html .eml .msg .json .part .crdownload .download".split()
)


def without_copy(said: str) -> str:
    """A name without the number that a browser adds if the name is taken already: `Ann Lee` for `Ann Lee (1)`."""
    return re.sub(r"(?<=\S) ?\(\d{1,2}\)$", "", said)


def assignment_of(name: str, names: Collection[str], exact: bool = False) -> str | None:
    """The assignment that a file is named after, or None. If not `exact`, names of copies count (`a1_permute (1).py`)."""
    name = _composed(name)
    stem, dot, ending = name.rpartition(".")
    suffix = dot + ending
    if exact:
        return stem if suffix in SUFFIXES and stem in names else None
    if suffix.lower() not in SUFFIXES:
        return None
    folded = {n.casefold(): n for n in names}
    match = _COPY.fullmatch(stem)
    return folded.get(stem.casefold()) or (folded.get(match["name"].casefold()) if match else None)


def _composed(name: str) -> str:
    """A name with ö as one character, as a course writes it: a Mac may write two."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


@lru_cache
def _bearing(name: str) -> re.Pattern[str]:
    words = r"[\W_]*".join(map(re.escape, name.casefold().split("_")))
    return re.compile(rf"(?<![a-z0-9]){words}(?![a-z0-9])")


def bears(own: str, name: str) -> bool:
    """Does a file's name contain an assignment's name, as whole words, with any signs between the words?

    For example `a1_permute_final.py`, `a1_permute.py.txt`, `Kopie von a1-permute.ipynb`, `lee_a1_permute.py`.
    """
    return _bearing(name).search(_composed(own).casefold()) is not None


def bears_any(own: str, names: Collection[str]) -> bool:
    """Does a file's name contain an assignment's? The files of a Mac's attributes (`._a1_permute.py`) do not count."""
    return not own.startswith(APPLES) and any(bears(own, name) for name in names)


def placeholder_of(name: str) -> str:
    """The file that an iCloud placeholder stands for: a1_permute.py for `.a1_permute.py.icloud`; "" for other names."""
    match = _PLACEHOLDER.fullmatch(name)
    return match["name"] if match else ""


def readable(name: str) -> str:
    """A name on disk as text that can be written anywhere. A byte that is not UTF-8 becomes \\xff. Text in the name that
    already looks like \\xff becomes \\x5cxff, so that different names stay different.
    """
    if name.isascii() and "\\" not in name:
        return name
    spelled = _LOOKS_SPELLED.sub(r"\\x5c", name)
    return spelled.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_passed_over(name: str) -> bool:
    """Has a folder of this name no submission in it? It is a hidden one, an environment or a backup."""
    return name.startswith(".") or name in PASSED_OVER or _BACKUP.fullmatch(name) is not None


def is_of_an_environment(folder: Path, entry: os.DirEntry[str]) -> bool:
    """Did Python put this entry into a virtual environment? Other entries of that folder are the student's."""
    return entry.name.casefold() in _IN_ENVIRONMENTS and os.path.isfile(folder / "pyvenv.cfg")


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Is it a folder, and not a link to one?"""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder, sorted by name; empty if it is gone or we may not read it."""
    try:
        with os.scandir(folder) as listed:
            return sorted(listed, key=lambda entry: entry.name)
    except OSError:
        return []
