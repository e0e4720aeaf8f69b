"""Similar submissions: what is found, what is passed over, and that no verdict is given."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.common.errors import UserError
from autograder.report import plagiarism
from autograder.report.plagiarism import Alike, Pair, compare, pieces_of
from tests.support.extras import skip_without
from tests.support.files import put
from tests.support.places import ROOT

skip_without("copydetect")


STUB = '''
def conv2d(x, weight, bias, stride, padding):
    """Not used: a long docstring that everybody has, and some code that was given.

    More of it, for a good measure.
    """
    given_by_the_course = [x for x in range(100) if x % 3 == 0 and x % 5 == 0 and x % 7 != 0]
    raise NotImplementedError("conv2d")
'''
LOOPS = """
def conv2d(x, weight, bias, stride, padding):
    n, c, h, w = x.shape
    out = torch.zeros(n, len(weight), (h + 2 * padding - weight.shape[2]) // stride + 1, 5)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                out[i, j, k] = (x[i, :, k * stride : k * stride + 3] * weight[j]).sum() + bias[j]
    return out
"""
UNFOLD = """
def conv2d(x, weight, bias, stride, padding):
    columns = F.unfold(x, weight.shape[2:], padding=padding, stride=stride)
    flat = weight.reshape(weight.shape[0], -1)
    return (flat @ columns + bias[:, None]).reshape(x.shape[0], weight.shape[0], -1, 7)
"""


def renamed(code: str) -> str:
    """The same code with other names, comments and blank lines."""
    for old, new in {"out": "result", "columns": "patches", " i ": " image ", "bias": "offset"}.items():
        code = code.replace(old, new)
    return "# all my own work\n" + code.replace("\n    return", "\n\n    # done\n    return")


def pairs(texts: dict[str, str], share: float = 0.6) -> list[Pair]:
    """Compare submissions of a3."""
    return compare("a3_conv_shapes", texts, STUB, share)


def test_a_copy_with_other_names_is_found() -> None:
    (pair,) = pairs({"ada": LOOPS, "ben": renamed(LOOPS), "cas": UNFOLD})
    assert pair.students == ("ada", "ben")
    assert min(pair.shares) > 0.9
    marked = "".join(piece.text for piece in pair.code[0] if piece.shared)
    assert "for k in range" in marked
    assert "".join(piece.text for piece in pair.code[1]) == renamed(LOOPS)


def test_what_the_stub_holds_is_nobodys_copy() -> None:
    assert pairs({"ada": STUB + UNFOLD, "ben": STUB + LOOPS, "cas": STUB}) == []


def test_what_many_have_is_common_ground() -> None:
    everybody = {f"s{n}": f"{UNFOLD}\nmine = {n}\n" for n in range(9)}
    assert pairs(everybody) == []
    assert len(pairs({name: everybody[name] for name in ("s0", "s1")})) == 1


def test_many_with_the_same_code_are_told_although_it_counts_as_common() -> None:
    copied = {f"s{n}": f"{UNFOLD}\n# {n}\n" for n in range(6)}
    alike: list[Alike] = []
    assert compare("a3_conv_shapes", {**copied, "ada": LOOPS}, STUB, 0.6, alike=alike) == []
    assert alike == [Alike("a3_conv_shapes", tuple(copied))]
    assert "6 have the same code for a3_conv_shapes" in plagiarism.page([], 7, 60, alike)
    few: list[Alike] = []
    assert len(compare("a3_conv_shapes", {"s0": UNFOLD, "s1": UNFOLD}, STUB, 0.6, alike=few)) == 1
    assert few == []
    compare("a3_conv_shapes", {f"s{n}": "x = 1\n" for n in range(9)}, STUB, 0.6, alike=few)
    assert few == []


def test_code_that_breaks_the_comparison_costs_its_author_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    original = plagiarism._fingerprint

    def breaks(detect: Any, text: str) -> Any:
        if "mallory" in text:
            raise RecursionError
        return original(detect, text)

    monkeypatch.setattr(plagiarism, "_fingerprint", breaks)
    skipped: list[tuple[str, str, str]] = []
    texts = {"mallory": "mallory", "ada": LOOPS, "ben": renamed(LOOPS), **{f"s{n}": UNFOLD for n in range(1)}}
    found = compare("a3_conv_shapes", texts, STUB, 0.6, skipped=skipped)
    assert [pair.students for pair in found] == [("ada", "ben")]
    assert skipped == [("mallory", "a3_conv_shapes", "it could not be compared (RecursionError)")]


@pytest.mark.heavy
def test_huge_sources_take_a_time_that_grows_with_their_length() -> None:
    kinds = ("x = 1\n", "f(1+1+1)\n", "(", "\0", "x +", "\\\n", "'", "f'{", "@", "\u202e")
    seconds = []
    for size in (15_000, 60_000):
        began = time.process_time()
        for kind in kinds:
            text = kind * (size // len(kind))
            pairs({"mallory": text, "trudy": text[len(kind) :]})
        seconds.append(time.process_time() - began)
    assert seconds[1] < 8 * max(seconds[0], 1.0)


def test_nothing_at_all_is_no_trouble() -> None:
    assert pairs({}) == []
    assert pairs({"ada": "", "ben": "", "cas": "def ("}) == []


def test_it_does_not_hang_on_the_hash_seed(tmp_path: Path) -> None:
    script = tmp_path / "compare.py"
    script.write_text(
        "import json, sys\nfrom autograder.report.plagiarism import compare\n"
        "texts, stub = json.loads(sys.stdin.read())\n"
        "print([(p.students, p.shared, p.shares) for p in compare('a3', texts, stub, 0.3)])\n"
    )
    given = json.dumps([{"ada": LOOPS + UNFOLD, "ben": renamed(LOOPS), "cas": renamed(UNFOLD)}, STUB])
    said = {
        subprocess.run(
            [sys.executable, script],
            input=given,
            text=True,
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "ada" in said.pop()


def test_marks_may_touch_and_overlap() -> None:
    said = [(piece.text, piece.shared) for piece in pieces_of("abcdefgh", [[4, 6], [0, 2], [5, 7]])]
    assert said == [("ab", True), ("cd", False), ("ef", True), ("g", True), ("h", False)]


def test_the_command_reads_scripts_and_notebooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    klass = tmp_path / "class"
    for name in ("ada", "<b>ben", "cas", "dan"):
        (klass / name).mkdir(parents=True)
    (klass / "ada" / "a3_conv_shapes.py").write_text(LOOPS)
    cell = {
        "cell_type": "code",
        "source": renamed(LOOPS),
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    notebook: dict[str, Any] = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (klass / "<b>ben" / "a3_conv_shapes.ipynb").write_text(json.dumps(notebook))
    (klass / "cas" / "a3_conv_shapes.py").write_text(UNFOLD)
    (klass / "dan" / "a3_conv_shapes.ipynb").write_text("{ no json")
    put(klass / "eve" / "a3_conv_shapes.docx", b"PK")
    for number in (1, 2):
        put(klass / "fay" / f"part{number}" / "a3_conv_shapes.py", f"x = {number}\n")
    out = tmp_path / "pairs.html"
    assert cli.main(["plagiarism", str(klass), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "eve a3_conv_shapes: a3_conv_shapes.docx was found, but no a3_conv_shapes.py" in said.err
    assert "fay a3_conv_shapes: Two files differ" in said.err
    assert "1 pair shares uncommon code, of 3 submissions" in " ".join(said.out.split())
    assert "question, never an answer" in " ".join(said.out.split())
    assert "dan a3_conv_shapes" in said.err
    text = out.read_text(encoding="utf-8")
    assert "<mark>" in text
    assert "<bdi>&lt;b&gt;ben</bdi>" in text
    assert "cheat" not in text.lower()


def test_copies_of_another_years_work_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what two students of that year share is of no interest any more."""
    monkeypatch.chdir(ROOT)
    for who, code in {"now/ada": LOOPS, "now/ben": UNFOLD, "before/zoe": renamed(LOOPS), "before/yan": LOOPS}.items():
        (tmp_path / who).mkdir(parents=True)
        (tmp_path / who / "a3_conv_shapes.py").write_text(code)
    out, now, before = (str(tmp_path / name) for name in ("pairs.html", "now", "before"))
    assert cli.main(["plagiarism", now, "--also", before, "--out", out]) == 0
    assert "2 pairs share uncommon code, of 2 submissions" in " ".join(capsys.readouterr().out.split())
    assert f"{before}: zoe" in (tmp_path / "pairs.html").read_text(encoding="utf-8")
    for same in (now, str(tmp_path)):  # everybody would be their own copy
        assert cli.main(["plagiarism", now, "--also", same, "--out", out]) == 2
        assert f"--also {same} holds SUBMISSIONS itself" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def missing(name: str, package: str | None = None) -> Any:
        if name == "copydetect":
            raise ModuleNotFoundError("no", name=name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UserError, match="plagiarism"):
        pairs({"ada": LOOPS})


@pytest.mark.parametrize("share", ["most", "nan", "101"])
def test_a_share_is_a_percentage(share: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plagiarism", "class", "--share", share])
    assert f"argument --share: {share} is not a percentage from 0 to 100" in capsys.readouterr().err


def test_a_share_below_one_percent_is_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plagiarism", "class", "--share", "0.6"])
    assert "0.6 is less than one percent; for 60% write 60" in " ".join(capsys.readouterr().err.split())
