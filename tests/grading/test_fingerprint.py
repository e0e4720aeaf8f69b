"""The fingerprint: a change of anything that is loaded while a submission is graded grades it anew."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.common import own_imports
from autograder.common.run_file import own_package
from autograder.grading import fingerprint
from tests.support.places import ROOT

PACKAGE = own_package()

# Grades a submission in this process, and prints the files of ours that are loaded here and in the warm process.
GRADE = """
import json, sys
from pathlib import Path
from autograder.grading.worker import close_engines, grade_job
from autograder.grading.job import Job
from autograder.submission.source import read_source

root = Path(sys.argv[1])
source = read_source(root / "solutions" / "a1_permute" / "a1_permute.py")
result = grade_job(Job("Ada", "a1_permute", source, root))
assert result["status"] == "graded", result
assert result["score"] == result["max_score"], result
close_engines()
print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "autograder"]))
"""


@pytest.fixture(scope="module")
def covered() -> set[Path]:
    return set(fingerprint.deciding_files(PACKAGE))


@pytest.mark.heavy
def test_all_that_a_grading_loads_is_covered(covered: set[Path]) -> None:
    command = [sys.executable, "-c", GRADE, str(ROOT)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(file) for file in json.loads(ended.stdout.splitlines()[-1])}
    assert len(loaded) > 20, "the grading was not looked at"
    assert loaded - covered == set()


def test_all_that_a_grading_may_load_is_covered(covered: set[Path]) -> None:
    modules = own_imports.modules_of(PACKAGE)
    starts = [name for name, path in modules.items() if "sandbox" in path.parts]
    names = own_imports.reachable(["autograder.grading.engine", *starts], modules)
    assert len(names) > 30
    assert {modules[name] for name in names} - covered == set()


def test_a_change_of_any_covered_file_changes_it(covered: set[Path], tmp_path: Path) -> None:
    copy = tmp_path / "autograder"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = fingerprint.own_code(copy)
    assert before == fingerprint.own_code(PACKAGE)
    for path in sorted(covered):
        changed = copy / path.relative_to(PACKAGE)
        content = changed.read_bytes()
        changed.write_bytes(content + b"\n")
        assert fingerprint.own_code(copy) != before, path
        changed.write_bytes(content)
    assert fingerprint.own_code(copy) == before


def test_a_change_of_what_is_about_a_class_grades_nobody_again(tmp_path: Path) -> None:
    copy = tmp_path / "autograder"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = fingerprint.own_code(copy)
    for name in (
        "grading/command.py",
        "grading/log.py",
        "grading/pool.py",
        "grading/progress.py",
        "grading/running.py",
        "results/summary.py",
        "report/svg.py",
    ):
        (copy / name).write_bytes((copy / name).read_bytes() + b"\n")
    assert fingerprint.own_code(copy) == before


def test_a_room_that_is_gone_is_no_silent_gap(tmp_path: Path) -> None:
    copy = tmp_path / "autograder"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (copy / "checks").rglob("*"):
        if path.is_file():
            path.unlink()  # git leaves the folder, with what Python keeps in it
    with pytest.raises(FileNotFoundError, match="checks"):
        fingerprint.own_code(copy)
