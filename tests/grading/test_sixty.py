"""A class of sixty in which every third is hostile: every honest one gets the same result as among the honest alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.grading.batch import ClassReport, ClassRequest, grade_class
from autograder.grading.command import workers_here
from autograder.grading.job import Settings
from autograder.results.result import FILE_LIMIT, Result
from autograder.results.store import result_files
from autograder.sandbox import tiers
from tests.support.attack_range import attacks
from tests.support.places import ROOT

NAME = "a1_permute"
HONEST = sorted((ROOT / "tests" / "alternatives" / NAME).glob("*.py"))
SETTINGS = Settings(call_seconds=1.0, load_seconds=2.0, memory=1 << 30)
# What lies beside a hostile file, and concerns the grader more than the sandbox.
BESIDE = {
    "timestamp.txt": b"0001-01-01 00:00:00 Asia/Tokyo",
    f"{NAME}.safetensors": b"\xff" * 4096,
    "pyvenv.cfg": b"home = /nowhere\n",
    ".git": b"gitdir: /proc/self/mem\n",
}


def grade(folder: Path, out: Path) -> ClassReport:
    request = ClassRequest(folder, out, Course(ROOT), only=(NAME,), settings=SETTINGS)
    return grade_class(request, lambda: workers_here(2, SETTINGS))


def to_the_letter(report: ClassReport) -> dict[str, Result]:
    """The results by student, without the seconds that each check took."""
    return {
        result.student: dataclasses.replace(
            result, checks=tuple(dataclasses.replace(check, seconds=0.0) for check in result.checks)
        )
        for result in report.results.results
    }


@pytest.mark.heavy
@pytest.mark.parametrize("letter", ["A", "B"])
def test_the_honest_get_what_they_get_among_themselves(
    letter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_TIER", letter)
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    if tiers.best().letter != letter:
        pytest.skip(f"this machine gives no sandbox of tier {letter}")
    hostile = [attack for attack in attacks() if attack.assignment == NAME]["AB".index(letter) :: 5][:20]
    assert len(hostile) == 20
    for number in range(60):
        student = f"s{number:02}"
        if number % 3 == 0:
            attack = hostile[number // 3]
            (tmp_path / "mixed" / student).mkdir(parents=True)
            (tmp_path / "mixed" / student / f"{NAME}.py").write_text(attack.text.replace("@WORLD@", str(tmp_path)))
            for name, content in list(BESIDE.items())[number % 4 :][:1]:
                (tmp_path / "mixed" / student / name).write_bytes(content)
            continue
        text = HONEST[number % len(HONEST)].read_text(encoding="utf-8")
        for class_ in ("mixed", "honest"):
            (tmp_path / class_ / student).mkdir(parents=True)
            (tmp_path / class_ / student / f"{NAME}.py").write_text(f"{text}\n# {student}\n", encoding="utf-8")
    mixed, alone = grade(tmp_path / "mixed", tmp_path / "out"), grade(tmp_path / "honest", tmp_path / "alone")
    assert not mixed.lost
    assert not alone.lost
    among_all, among_themselves = to_the_letter(mixed), to_the_letter(alone)
    assert len(among_all) == 60
    assert {result.score for result in among_themselves.values()} == {10}
    for student, result in among_themselves.items():
        assert among_all[student] == result
    assert all(path.stat().st_size <= FILE_LIMIT for path in result_files(tmp_path / "out"))
