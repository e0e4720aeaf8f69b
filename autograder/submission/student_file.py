"""One file of a student. By its name, may it be an answer, and to which assignments?"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePath

from .layouts import RECEIPT, SUBMITTY_FILE, HandIn
from .names import ARCHIVES, bears, bears_any
from .source import Source, read_source

# The endings of files that are no code -> what such a file is.
NO_CODE = {
    suffix: said
    for suffixes, said in (
        (".html .htm", "That is a web page (text typed into the system, or an exported notebook), not code."),
        (
            ".docx .doc .odt .pdf .rtf .pages .md .qmd .rmd .rst .org .tex .png .jpg .jpeg .heic .gdoc .gslides .eml .msg",
            "A {} file is a document, not code.",
        ),
        (".crdownload .part .partial", "A {} file is an unfinished download."),
        (".lnk .url .webloc .desktop", "A {} file is only a shortcut to another file."),
        (".pyc .pyo", "A {} file is a compiled script, not the script itself."),
        (".patch .diff", "A {} file holds changes to a file, not the file itself."),
        (".safetensors", "It holds a network's weights. Without the code of the network they cannot be graded."),
        (" ".join(ARCHIVES), "A {} file is not opened here."),
    )
    for suffix in suffixes.split()
}
# Files of a student's repository that are not answers, and files that systems and computers add.
_OURS = re.compile(
    r"test_.*|conftest\.py|setup\.py|nbgrader_config\.py|readme.*|license.*|changelog.*|contributing.*|security.*|"
    r"requirements.*|constraints.*|makefile|timestamp\.txt|submission_secret\.txt|user_assignment_settings\.json|manifest\.json|diagnoses\.json|index\.html|"
    r"pictures\.py|network_facts\.py|"
    r".*\.(?:toml|cfg|ini|ya?ml|lock|db)|\._.*|\.ds_store",
    re.I,
)
_SAKAIS = ("comments.txt", "feedbackText.html")  # Sakai puts them into each student's folder, for the teacher
_COMPUTERS = re.compile(r".*\.(?:ini|db)|\._.*|\.ds_store|.*zone\.identifier", re.I)
_REPOSITORY_FOLDERS = frozenset({"data", "docs", "tests"})


@dataclass(frozen=True)
class File:
    """A file of one student. own: the student's own name for it, without an LMS's beginning. shown: its path, for people.

    why: what is wrong with it, as words that follow its name, if it cannot be graded; otherwise "". of_environment: it
    is in a folder that Python put into a virtual environment. archive: the student's zip that holds it, or None.
    """

    path: Path
    own: str
    shown: str
    hand_in: HandIn
    why: str = ""
    of_environment: bool = False
    archive: Path | None = None

    @property
    def flat(self) -> bool:
        """Are other students' files in the same folder?"""
        return self.path == self.hand_in.path and self.hand_in.layout != "folders"

    def read(self) -> Source:
        """The file's code and the modules that belong to it. Raises Unreadable."""
        return read_source(self.path, flat=self.flat)

    @property
    def key(self) -> tuple[int, int, bool, str, str]:
        """A sorting key: files outside zips first, then those in fewer folders, then scripts before notebooks.

        The names come last, and not the path: a zip is unpacked into a folder with another name each time.
        """
        is_notebook = self.path.suffix.lower() != ".py"
        return self.zips, len(self.path.parts), is_notebook, str(self.hand_in.path), self.shown

    @property
    def zips(self) -> int:
        """The number of zips, each inside the one before, that hold the file."""
        return self.shown.lower().count(".zip/")

    @property
    def may_be_chosen(self) -> bool:
        """May a person choose this file to be graded?"""
        no_code = PurePath(self.own).suffix.lower() in NO_CODE or _COMPUTERS.fullmatch(self.own) is not None
        return not self.why and self.own != RECEIPT and not no_code


def may_be_work(file: File, names: Collection[str]) -> bool:
    """Could a file be an answer under another name? The other files of a student's repository are not."""
    if _OURS.fullmatch(file.own) or (file.own == "__init__.py" and not file.path.stat().st_size):
        return False
    if file.own in _SAKAIS and file.hand_in.layout == "sakai" and file.path.parent == file.hand_in.path:
        return False
    folders = PurePath(file.shown).parts[:-1]
    named = file.hand_in.own is not None or bears_any(file.own, names)
    return named or not folders or folders[0] not in _REPOSITORY_FOLDERS


def is_given(file: File) -> bool:
    """Was it handed in through a system, with the name of a file that the course hands out?"""
    handed_in = file.hand_in.own is not None or file.hand_in.layout != "folders"
    return (
        handed_in
        and file.own not in ("timestamp.txt", "submission_secret.txt", "index.html", SUBMITTY_FILE)
        and _OURS.fullmatch(file.own) is not None
    )


def meant(own: str, names: Collection[str]) -> frozenset[str]:
    """The assignments that a file's name could mean: those whose whole name is in it.

    If there are none: those of which it has the part before or after the first underscore, or the number: `permute.py`,
    `A1 final.py`, `homework1.py`.
    """
    if borne := frozenset(name for name in names if bears(own, name)):
        return borne
    stem = own.casefold().partition(".")[0]
    plain = re.sub(r"[^a-z0-9]", "", stem)
    numbered = _NUMBERED.search(stem)
    return frozenset(name for name in names if _hints_at(name.casefold(), stem, plain, numbered))


_NUMBERED = re.compile(
    r"(?:assignment|homework|exercise|sheet|hw|ex|task|part|aufgabe|blatt|uebung|übung|tp|td)[ _-]*0*(\d+)"
)


def _hints_at(name: str, stem: str, plain: str, numbered: re.Match[str] | None) -> bool:
    head, _, topic = name.partition("_")
    if topic and topic.replace("_", "") in plain:
        return True
    if re.search(rf"(?<![a-z0-9]){re.escape(head)}(?![0-9])", stem):
        return True
    number = re.search(r"\d+$", head)
    return bool(number and numbered and int(numbered[1]) == int(number[0]))


def why_not(file: File) -> str:
    """A sentence on why a file of another name is not taken for the answer."""
    suffix = PurePath(file.own).suffix.lower()
    if file.own == RECEIPT:
        return "That is the receipt of an attempt without a file. If the student typed in a text, it is in there."
    if suffix in NO_CODE:
        return NO_CODE[suffix].format(suffix)
    if _COMPUTERS.fullmatch(file.own):
        return "That is a file that an operating system makes, not an answer."
    if _OURS.fullmatch(file.own):
        return "It has the name of a file that the course hands out, not of an answer."
    return "A person has to say whether it is meant for this assignment."
