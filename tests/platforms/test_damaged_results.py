"""A result file that is broken, huge or odd costs its own student a row: no report and no export ends over it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.platforms.export import load
from autograder.report import pages as report
from autograder.results import store
from autograder.results.guard import Guard
from autograder.results.result import CheckResult, ClassResults, Result, to_json
from tests.support.files import put
from tests.support.gradebooks import write_releases
from tests.support.results import METRICS

CHECKS = (
    CheckResult("test_a", "A", "to_nchw", 7, 7, "passed", False),
    CheckResult("test_b", "B", "t", 3, 0, "failed", True),
)


def whole(student: str, **more: Any) -> Result:
    return Result(student, "a1_permute", "py", "graded", 7, 10, CHECKS, metrics=METRICS, **more)


def changed(*path: str | int, to: Any) -> Callable[[Path], None]:
    """Damage that puts another value in its place."""

    def damage(file: Path) -> None:
        data = to_json(whole("bob"))
        place: Any = data
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to
        file.write_text(json.dumps(data), encoding="utf-8")

    return damage


def content(raw: bytes) -> Callable[[Path], None]:
    """Damage of the whole file."""

    def damage(file: Path) -> None:
        file.write_bytes(raw)

    return damage


def in_its_place(make: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Something that is no file."""

    def damage(file: Path) -> None:
        file.unlink()
        make(file)

    return damage


GOOD = json.dumps(to_json(whole("bob"))).encode()
DAMAGE: dict[str, Callable[[Path], None]] = {
    "empty": content(b""),
    "cut": content(GOOD[: len(GOOD) // 2]),
    "zeros": content(b"\0" * 4096),
    "no utf-8": content(GOOD.replace(b"to_nchw", b"\xff\xfe")),
    "utf-16": content(GOOD.decode().encode("utf-16")),
    "a list": content(b"[]"),
    "nested": content(b"[" * 100_000),
    "huge number": content(GOOD.replace(b'"max_score": 10', b'"max_score": 1' + b"0" * 5000)),
    "endless": content(GOOD[:-1] + b', "more": "' + b"x" * (20 << 20) + b'"}'),
    "somebody else's": content(GOOD.replace(b'"bob"', b'"ada"')),
    "a folder": in_its_place(Path.mkdir),
    "a loop": in_its_place(lambda file: file.symlink_to(file.name)),
    "a device": in_its_place(lambda file: file.symlink_to("/dev/zero")),
    "a pipe": in_its_place(os.mkfifo) if hasattr(os, "mkfifo") else content(b""),
    "seconds without end": changed("checks", 0, "seconds", to=10**400),
    "points below all": changed("checks", 1, "score", to=-(10**400)),
    "points are text": changed("score", to="7"),
    "points are wrong": changed("score", to=9),
    "worth a lot": changed("max_score", to=10**9),
    "no student": changed("student", to=None),
    "checks of one name": changed("checks", to=[to_json(whole("bob"))["checks"][0]] * 2),
    "half a character": changed("notes", to=["\ud800 \udfff", "\x00\x1b[2J\u202e"]),
    "half a character in a check": changed("checks", 0, "title", to="\udc80"),
    "numbers for notes": changed("notes", to=[1, None, {}]),
    "odd identity": changed("identity", to={"number": None, "system": ["moodle"], "email": "\ud800"}),
    "odd time": changed("submitted", to="0001-01-01T00:00:00+14:00"),
    "no time": changed("submitted", to="soon"),
    "odd file": changed("file", to="../../../etc/passwd\x00"),
    "odd metrics": changed("metrics", to={"accuracy": "much", "losses": {"a": 1}, "confusion": [[1]], "bands": [None]}),
    "infinite": content(GOOD.replace(b"0.8541", b"1e999").replace(b"27.8", b"NaN")),
    "many epochs": changed("metrics", "losses", to=[float(n) for n in range(9000)]),
    "negative counts": changed("metrics", "confusion", to=[[-1] * 10] * 10),
    "odd environment": changed("environment", to={"submission": [1], "seed": {"a": 1}}),
}
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,a1_permute (48213)\nPoints Possible,,,,,10\nada,1,,,,\nbob,2,,,,\n"
)
MOODLE = "Identifier,Full name,Grade,Maximum Grade\nParticipant 1,ada,,10.00\nParticipant 2,bob,,10.00\n"


@pytest.mark.skipif(sys.platform == "win32", reason="the files are Unix's")
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_everybody_else_is_in_every_report_and_export(
    tmp_path: Path, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results"
    store.write(whole("ada"), results)
    damage(store.write(whole("bob"), results))
    write_releases(store.read_all(results), tmp_path / "releases")
    where, out = str(results), tmp_path / "out"
    commands = {
        "report": ["report", where, "--out", str(out / "report")],
        "compare": ["compare", where, where],
        "csv": ["export", where, "--to", "csv", "--out", str(out / "csv")],
        "json": ["export", where, "--to", "json", "--out", str(out / "json")],
        "gradescope": ["export", where, "--to", "gradescope", "--out", str(out / "gradescope")],
        "old": ["export", where, "--to", "github-classroom", "--out", str(out / "old")],
        "50": ["export", where, "--to", "classroom50", "--into", str(tmp_path / "releases"), "--out", str(out / "50")],
        "canvas": ["export", where, "--to", "canvas", "--into", str(put(tmp_path / "c.csv", CANVAS)), "--out", str(out / "canvas")],
        "moodle": [
            *["export", where, "--to", "moodle", "--into", str(put(tmp_path / "m.csv", MOODLE)), "--assignment", "a1"],
            *["--out", str(out / "moodle")],
        ],
        "feedback": ["feedback", where, "--to", "github", "--owner", "uni", "--out", str(out / "feedback")],
    }  # fmt: skip
    out.mkdir()
    for name, words in commands.items():
        code = cli.main(words)
        told = capsys.readouterr()
        assert code in (0, 1, 3), f"{name}: {code}: {told.err}"
        assert "Traceback" not in told.err
        if name != "compare":
            made = out / name
            texts = [made.read_bytes()] if made.is_file() else [p.read_bytes() for p in made.rglob("*") if p.is_file()]
            assert texts, name
            if name not in ("old", "gradescope", "moodle", "canvas"):
                assert any(b"ada" in text for text in texts), name
            for text in texts:
                text.decode()
    assert b"ada,1,,,,7" in (out / "canvas").read_bytes()
    assert b"ada,7,10.00" in (out / "moodle").read_bytes()


class Breaks(dict[str, Any]):
    """Metrics that break whoever looks at them: what no reader of files has foreseen."""

    def get(self, *_: object) -> Any:
        raise ZeroDivisionError("odd")


def test_what_nobody_has_foreseen_costs_its_student_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ClassResults((whole("ada"), dataclasses.replace(whole("bob"), metrics=Breaks(a=1))))
    left_out = Guard()
    assert report.write(found, tmp_path / "pages", left_out=left_out) == 1
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert "1 student;" in page
    assert "bob was left out: the result cannot be used (ZeroDivisionError: odd)" in page
    assert left_out.told("report") == 1
    for name, more in (("gradescope", {"hidden_rows": "visible"}), ("github-classroom", {})):
        odd = dataclasses.replace(whole("bob"), checks=(dataclasses.replace(CHECKS[0], seconds=None), CHECKS[1]))  # type: ignore[arg-type]
        classes = ClassResults((odd, whole("ada")))
        assert load(name).export(classes, tmp_path / name, argparse.Namespace(**more)) == 1
        assert "bob (a1_permute) was left out" in capsys.readouterr().err
        assert [p for p in (tmp_path / name).rglob("*") if "ada" in str(p)]
