"""`autograder report`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.results import store
from autograder.results.result import ClassResults
from tests.support.files import put


def test_the_command(tmp_path: Path, klass: ClassResults, capsys: pytest.CaptureFixture[str]) -> None:
    for one in klass.results:
        store.write(one, tmp_path / "results")
    words = ["report", str(tmp_path / "results"), "--out", str(tmp_path / "report"), "--title", "CNN <2026>"]
    assert cli.main(words) == 0
    assert "12 students' pages" in capsys.readouterr().out
    assert "<h1>CNN &lt;2026&gt;</h1>" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    torn = tmp_path / "results" / "ada" / "a1_permute.json"
    torn.write_text("{")
    assert cli.main(words) == 3
    assert "damaged" in capsys.readouterr().err
    assert "ada/a1_permute.json" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_a_report_loads_no_torch(tmp_path: Path, klass: ClassResults) -> None:
    for one in klass.results:
        store.write(one, tmp_path / "results")
    words = (
        f"import sys; from autograder.cli import main; main({['report', 'results']}); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", words], cwd=tmp_path, check=True, capture_output=True)


def test_what_is_done_in_silence_is_said(
    tmp_path: Path, klass: ClassResults, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "course.toml").write_text("[points.a1_permute]\ntest_of_nothing = 0\n")
    put(tmp_path / "solutions" / "a1_permute" / "a1_permute.py", "x = 1\n")
    monkeypatch.chdir(tmp_path)
    for one in klass.results:
        store.write(one, tmp_path / "results")
    assert cli.main(["report", "results", "--out", "report"]) == 0
    assert "no result has a check test_of_nothing" in capsys.readouterr().err


def test_a_report_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", str(tmp_path / "nowhere"), "--out", str(tmp_path / "report")]) == 2
    assert not (tmp_path / "report").exists()
