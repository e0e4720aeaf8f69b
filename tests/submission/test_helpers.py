"""Modules beside a submission belong to it: found by its import lines, bounded, and never somebody else's."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from autograder.submission.helpers import MOST, imported
from autograder.submission.source import read_source


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__in__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "a1_permute.py"


@pytest.mark.parametrize(
    "line",
    [
        "from helpers import move",
        "import helpers",
        "import helpers as h, os",
        "from helpers import (move,\n    other)",
        "def f():\n    from helpers import move",
        "import importlib\nh = importlib.import_module('helpers')",
        'h = __import__("helpers")',
    ],
)
def test_a_module_that_is_imported_belongs_to_it(tmp_path: Path, line: str) -> None:
    source = read_source(put(tmp_path, a1_permute=line, helpers="import more", more="x = 1", unasked="y = 2"))
    assert [helper.file for helper in source.helpers] == ["helpers.py", "more.py"]
    assert any("helpers.py, more.py" in note for note in source.notes)


def test_a_folder_of_modules_belongs_to_it(tmp_path: Path) -> None:
    source = read_source(
        put(
            tmp_path,
            a1_permute="from own.ops import move",
            own__in____init__="",
            own__in__ops="from .axes import A",
            own__in__axes="A = 1",
        )
    )
    assert {helper.name for helper in source.helpers} == {"own", "own.ops", "own.axes"}


def test_a_folder_on_the_import_path_is_looked_into(tmp_path: Path) -> None:
    text = (
        "import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'src'))\nimport ops, up, outside\n"
        "sys.path += ['..']; sys.path.append('../other'); sys.path.append('/tmp')\n"
    )
    path = put(tmp_path / "mine", a1_permute=text, src__in__ops="x = 1", other__in__up="")
    put(tmp_path, outside="", other__in__outside="")
    assert [(helper.name, helper.file) for helper in read_source(path).helpers] == [("ops", "src/ops.py")]


def test_a_change_of_a_helper_changes_the_fingerprint(tmp_path: Path) -> None:
    first = read_source(put(tmp_path, a1_permute="import helpers", helpers="x = 1"))
    second = read_source(put(tmp_path, a1_permute="import helpers", helpers="x = 2"))
    assert first.fingerprint != second.fingerprint
    assert first.code_digest != second.code_digest


def test_no_helper_stands_before_what_grading_has_or_is_another_students(tmp_path: Path) -> None:
    text = (
        "import random, torch, numpy\nfrom bob_12_34_a1_permute import to_nchw\nimport test_a1_permute\nimport linked"
    )
    others = {"random": "", "torch": "", "numpy": "", "bob_12_34_a1_permute": "", "test_a1_permute": ""}
    path = put(tmp_path, a1_permute=text, **others)
    (tmp_path / "linked.py").symlink_to(tmp_path / "random.py")
    assert read_source(path).helpers == ()


@pytest.mark.parametrize(
    ("own", "helper", "others"),
    [
        ("lee_12_34_{}", "lee_12_36_{}-1", ["lee_12_35_{}", "leebob_13_37_{}", "lee_LATE_14_38_{}"]),
        ("Ann Lee_12_assignsubmission_file_{}",) * 2 + (["Bob Lee_13_assignsubmission_file_{}", "Ann Lee_14_assignsubmission_file_{}"],),
        ("Sheet 1_ann_attempt_2026-11-20-21-03-00_{}",) * 2
        + (["Sheet 1_ann_attempt_2026-11-19-21-03-00_{}", "Sheet 1_bob_attempt_2026-11-20-21-03-00_{}"],),
        ("17-27 - Ann Lee - Nov 20, 2026 903 PM - {}", "17-27 - Ann Lee - Nov 19, 2026 903 PM - {}",
         ["18-27 - Ann Lee - Nov 20, 2026 903 PM - {}", "17-27 - Ann Lee - Nov 18, 2026 903 PM - {}"]),
    ],
    ids=["canvas", "moodle", "blackboard", "brightspace"],
)  # fmt: skip
def test_in_a_flat_download_it_is_the_students_own_and_newest(
    tmp_path: Path, own: str, helper: str, others: list[str]
) -> None:
    for other in others:
        (tmp_path / f"{other.format('tools')}.py").write_text("import random\nx = 0")
    (tmp_path / f"{helper.format('tools')}.py").write_text("x = 1")
    (tmp_path / f"{own.format('a1_permute')}.py").write_text("from tools import x")
    [found] = read_source(tmp_path / f"{own.format('a1_permute')}.py").helpers
    assert (found.name, found.text.strip()) == ("tools", "x = 1")
    (tmp_path / f"{own.format('a1_permute')}.py").write_text("import tool, ools, ann, Lee, a1_permute")
    assert read_source(tmp_path / f"{own.format('a1_permute')}.py").helpers == ()


def test_too_many_and_too_large_are_passed_over_and_told(tmp_path: Path) -> None:
    names = [f"part{n}" for n in range(MOST + 2)]
    many = read_source(put(tmp_path, a1_permute=f"import {', '.join(names)}", **dict.fromkeys(names, "x = 1")))
    assert len(many.helpers) == MOST
    assert sum("passed over" in note for note in many.notes) == 2
    large = read_source(put(tmp_path, a1_permute="import large", large="x = 1\n" * 12_000))
    assert large.helpers == ()
    assert any("64 KB" in note for note in large.notes)


MODULES = ",".join(f"m{number:x}" for number in range(6000))


@pytest.mark.parametrize(
    "text",
    [
        "import " + ".".join(["a"] * 30_000),
        f"sys.path.append({MODULES.replace(',', repr(','))})\nimport m",
        f"sys.path.append({', '.join(repr(f'{n:x}') for n in range(3000))})\nimport {MODULES[:25_000]}",
        f"import {MODULES}",
    ],
)
def test_imports_without_end_cost_little_time(tmp_path: Path, text: str) -> None:
    """Of names and folders so many are looked for as anybody needs; what lies there is found among the first of them."""
    began = time.process_time()
    source = read_source(put(tmp_path, a1_permute=f"import helpers\n{text}", helpers="x = 1"))
    assert time.process_time() - began < 5
    assert [helper.file for helper in source.helpers] == ["helpers.py"]
    said = "It imports more than 300 names: only 300 of them were looked for beside it."
    assert (said in source.notes) == (MODULES[:25_000] in text)


def test_what_is_imported() -> None:
    assert imported("import a.b.c as d") == ["a", "a.b", "a.b.c"]
    assert imported("from .near import x", "own") == ["own", "own.near", "own.near.x"]
    assert imported("from .near import x") == ["near", "near.x"]
    assert imported("from . import near as n\nfrom ..far import x") == ["near"]


def test_a_line_of_a_helper_is_placed_in_its_file(tmp_path: Path) -> None:
    source = read_source(put(tmp_path, a1_permute="import helpers", helpers="x = 1\ny = 2"))
    assert (source.locate(2, "helpers"), source.line(2, "helpers")) == ("line 2 of helpers.py", "y = 2")
    assert source.locate(1) == "line 1"


@pytest.mark.parametrize("written", ["l\u00f6sung", "lo\u0308sung"])
@pytest.mark.parametrize("named", ["l\u00f6sung", "lo\u0308sung"])
def test_a_letter_that_a_mac_writes_as_two_characters_is_the_same_letter(
    tmp_path: Path, written: str, named: str
) -> None:
    """Python asks for the module by one form of its name, whatever form the import line and the file have."""
    (tmp_path / f"{named}.py").write_text("x = 1\n", encoding="utf-8")
    source = read_source(put(tmp_path, a1_permute=f"from {written} import x\n"))
    assert [helper.name for helper in source.helpers] == ["l\u00f6sung"]
