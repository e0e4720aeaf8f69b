"""What a release makes of a master: the stub, the notebook, the manifest, the diagnoses."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import safetensors.torch

from autograder.checks.data_catalogue import DataCatalogue
from autograder.course.course import Course
from autograder.course.handed_out import RECORD
from autograder.release import command, generated
from autograder.release.leaks import find_leaks
from tests.support.extras import skip_without
from tests.support.small_course import replace_in, tree

skip_without("nbgrader")


def test_the_stub_names_its_task_and_keeps_what_teaches(released: Course) -> None:
    stub = (released.assignments / "b1_tiny" / "b1_tiny.py").read_text()
    assert 'Example: 2.0 -> 4.0.\n    """\n    raise NotImplementedError("double")\n' in stub
    assert 'ANSWERS = {"one": None}\n' in stub
    assert stub.count("ANSWERS") == 1, "a block at module level leaves nothing behind"
    assert stub.count('raise NotImplementedError("Counter")') == 1
    assert "SOLUTION" not in stub
    assert "autograder" not in stub, "the check cells are the notebook's alone"
    compile(stub, "stub", "exec")


def test_the_notebook_has_its_metadata_from_the_master(released: Course) -> None:
    notebook = json.loads((released.assignments / "notebooks/b1_tiny/b1_tiny.ipynb").read_text())
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    metadata = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["metadata"]
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }
    assert list(metadata) == ["double", "check-double", "ANSWERS", "check-ANSWERS", "Counter", "check-Counter"]
    assert metadata["check-double"]["nbgrader"]["points"] == 2 * 1 + 3
    assert metadata["check-double"]["nbgrader"]["locked"]
    assert metadata["check-double"]["editable"] is False
    assert metadata["double"]["nbgrader"]["solution"]


def shown_in_pre(text: str) -> list[str]:
    """What each `<pre>` that does not break its lines shows, as a browser reads HTML."""
    style = '<pre style="white-space: pre; overflow-x: auto; margin: 1em 0" tabindex="0">'
    shown = []
    for block in re.findall(f"{re.escape(style)}(.*?)</pre>", text, re.DOTALL):
        words: list[str] = []
        reader = HTMLParser()
        reader.handle_data = words.append  # type: ignore[method-assign]
        reader.feed(block)
        reader.close()
        shown.append("".join(words))
    return shown


def test_drawings_keep_their_lines_in_a_notebook_and_can_be_copied(released: Course) -> None:
    """A fenced block and an indented one, with all that HTML reads otherwise; code of a language stays as it is."""
    drawing = ["  if x<y and y <z:  # <-- here &amp; there", "", "      x = [1, 2] &c"]
    prose = [
        "See",
        "```",
        *drawing,
        "```",
        "and",
        "",
        *(f"    {line}".rstrip() for line in drawing),
        "",
        "```python",
        "1",
    ]
    master = released.solutions / "b1_tiny" / "b1_tiny.py"
    replace_in(master, "# Doubling, with `code` in the prose.", "\n".join(f"# {line}".rstrip() for line in prose))
    assert command.release(released) == 0
    assert "# ```\n#   if x<y and y <z:" in (released.assignments / "b1_tiny" / "b1_tiny.py").read_text()
    for folder in (released.assignments / "notebooks", released.solutions / "notebooks"):
        notebook = json.loads((folder / "b1_tiny" / "b1_tiny.ipynb").read_text())
        text = "".join(notebook["cells"][0]["source"])
        assert shown_in_pre(text) == ["\n" + "\n".join(drawing) + "\n"] * 2
        assert text.endswith("```python\n1")


def test_the_manifest_says_tasks_points_and_stubs(released: Course) -> None:
    from autograder.submission.source import read_source

    manifest = json.loads((released.assignments / "manifest.json").read_text())
    entry = manifest["assignments"]["b1_tiny"]
    assert entry["tasks"] == ["double", "ANSWERS", "Counter"]
    assert entry["points"]["double"] == {"public": 2, "hidden": 3}
    stub = released.assignments / "b1_tiny" / "b1_tiny.py"
    assert manifest["stubs"]["b1_tiny"]["py"] == read_source(stub).code_digest
    assert len(set(manifest["stubs"]["b1_tiny"].values())) == 1, "both forms of a stub say the same"


def test_diagnoses_are_data(released: Course) -> None:
    catalogue = DataCatalogue.load(released.assignments / "b1_tiny")
    assert {(r.check, r.name) for r in catalogue.recorded} == {
        ("test_doubles[1.5]", "squares"),
        ("test_doubles[4.0]", "squares"),
        ("test_one", "counts_from_zero"),
    }
    assert {r.signature.parts for r in catalogue.recorded if r.name == "squares"} == {(2.25,), (16.0,)}
    assert catalogue.hints["double"] == ("Add.", "Add what to what?")
    assert catalogue.messages["counts_from_zero"] == "You counted from zero."


def test_numbers_of_tensors_have_a_file_of_their_own(of_tensors: Course) -> None:
    folder = of_tensors.assignments / "b1_tiny"
    rows = safetensors.torch.load((folder / "diagnoses.safetensors").read_bytes())
    assert {name: (str(t.dtype), t.shape) for name, t in rows.items()} == {
        "sums": ("torch.float64", (2, 3)),
        "counts": ("torch.int32", (2, 3)),
    }
    assert rows["sums"][0, 0] == pytest.approx((3.0**2 + 1) ** 0.5)
    text = (folder / "diagnoses.json").read_text()
    assert '[["tensor","float32",[2],0],[0]]' in text
    assert '[["tensor","float32",[2],1],[0]]' in text
    before = tree(folder)
    assert command.release(of_tensors) == 0
    assert tree(folder) == before


def test_two_releases_are_identical(released: Course) -> None:
    before = tree(released.root)
    assert command.release(released) == 0
    assert tree(released.root) == before


@pytest.mark.heavy
def test_what_a_windows_editor_adds_to_files_changes_nothing(released: Course) -> None:
    """A byte order mark, and line ends of two characters; the public checks are handed out as they stand."""

    def made() -> dict[str, bytes]:
        own = ("b1_tiny/test_b1_tiny.py", RECORD)
        return {name: content for name, content in tree(released.assignments).items() if name not in own}

    before = made()
    for path in (released.solutions / "b1_tiny").glob("*.py"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert command.release(released) == 0
    assert made() == before
    assert find_leaks(released.solutions, released.assignments) == []


def test_one_assignment_is_released_alone(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    folder = released.solutions / "b1_tiny"
    other = released.solutions / "b2_more"
    shutil.copytree(folder, other)
    for path in other.glob("*b1_tiny*"):
        path.rename(path.with_name(path.name.replace("b1_tiny", "b2_more")))
    replace_in(folder / "b1_tiny.py", "Twice x.", "Two times x.")
    before = tree(released.assignments)
    assert command.release(released, ["b2_more"]) == 0
    assert re.search(r"b2_more \d+\.\d s", capsys.readouterr().out), "it says how long that took"
    after = tree(released.assignments)
    assert {name: content for name, content in after.items() if "b1_tiny" in name} == {
        name: content for name, content in before.items() if "b1_tiny" in name
    }
    assert "b2_more/b2_more.py" in after
    manifest = json.loads(after["manifest.json"])
    assert list(manifest["assignments"]) == list(manifest["stubs"]) == ["b1_tiny", "b2_more"]
    assert generated.foreign_files(released.assignments) == generated.edited_files(released.assignments) == []
    assert command.check(released) == 1, "the other one is still to be released"
    assert command.release(released, ["b1_tiny"]) == 0
    assert command.check(released) == 0


@pytest.mark.heavy
def test_nothing_slow_is_imported_and_no_core_waits_for_another(of_tensors: Course, tmp_path: Path) -> None:
    """In a process of its own: three libraries' slow imports, and torch's threads, were most of a release's time."""
    code = (
        "import sys, torch; from pathlib import Path; from autograder.course.course import Course\n"
        "from autograder.checks.where import small_map; from autograder.release.build import build\n"
        "build(Course(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "wrong = torch.zeros(2, 3, 2, 2, dtype=torch.bool); wrong[1, 2, 0, 1] = True\n"
        "assert 'image 1, channel 2' in small_map(wrong, ['image', 'channel', 'row', 'column'])\n"
        "print([name for name in ('rfc3987_syntax', 'sympy') if sys.modules.get(name)], torch.get_num_threads())"
    )
    words = [sys.executable, "-c", code, str(of_tensors.root), str(tmp_path)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\n")[-2] == "[] 1"
