"""`release --check`: is `assignments/` up to date with `solutions/`?"""

import difflib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..common.files import sha256
from ..course.handed_out import RECORD, read_record
from . import generated

_DIFF_LINES = 40


@dataclass(frozen=True)
class Difference:
    """A file under assignments/ that is not as release would make it. diff: may be empty, or say why there is none."""

    name: str
    what: str
    diff: str


def differences(built: Path, standing: Path) -> list[Difference]:
    """The differences between `standing` (assignments/ as it is) and `built` (as it should be)."""
    record = read_record(standing)
    should, is_ = generated.files_in(built), generated.files_in(standing)
    found = []
    for name in sorted(set(should) | set(is_)):
        if name not in is_:
            found.append(Difference(name, "is missing", ""))
        elif name not in should:
            found.append(Difference(name, "is not made by release" if name not in record else "is left over", ""))
        elif should[name].read_bytes() != is_[name].read_bytes():
            if name == RECORD:
                continue  # it only repeats what the files say
            if Path(name).stem == "diagnoses" and _same_diagnoses(should[name].parent, is_[name].parent):
                continue  # another processor makes other last digits
            by_hand = name in record and sha256(is_[name].read_bytes()) not in record[name]
            what = "was edited by hand" if by_hand else "is out of date"
            found.append(Difference(name, what, _diff(is_[name], should[name], name)))
    return found


def _same_diagnoses(built: Path, standing: Path) -> bool:
    """Do both folders hold the same diagnoses, and are the files of `standing` exactly as release writes them?"""
    from ..checks.data_catalogue import DataCatalogue
    from .diagnoses import alike

    try:
        catalogue = DataCatalogue.load(standing)
        whole = all((standing / name).read_bytes() == content for name, content in catalogue.files().items())
        return whole and alike(DataCatalogue.load(built), catalogue)
    except Exception:  # a damaged file
        return False


def _diff(old: Path, new: Path, name: str) -> str:
    if new.suffix == ".safetensors":
        return "It holds numbers, not text: there is no diff to show."
    try:
        before, after = (path.read_text(encoding="utf-8").splitlines() for path in (old, new))
    except UnicodeDecodeError:
        return ""
    lines = difflib.unified_diff(
        before, after, f"assignments/{name}", f"assignments/{name} from solutions/", lineterm=""
    )
    shown = list(islice(lines, _DIFF_LINES + 1))
    if len(shown) > _DIFF_LINES:
        shown[-1] = "..."
    return "\n".join(shown) or "Its lines are the same: only their ends differ."
