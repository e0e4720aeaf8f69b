"""`check`: what is checked, and what is remembered of it."""

from __future__ import annotations

import json

import pytest

from autograder import cli
from autograder.student import hint, state
from autograder.student.repository import StudentRepository, Target
from tests.support.places import ROOT
from tests.support.student import STUB, edit, script, words

pytestmark = pytest.mark.usefixtures("forked_sandboxes")


def test_all_and_a_name_contradict_each_other(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "--all", "a1"]) == 2


def test_nothing_begun_is_a_finding(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 1
    assert "Nothing is begun yet" in words(capsys)


@pytest.mark.parametrize("broken", ["return images.permute(0, 3, 1, 2", "\0"])
def test_a_check_of_what_cannot_be_run_is_remembered(
    repository: StudentRepository, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    solved = dict.fromkeys(repository.tasks("a1_permute"), (1, 1))
    state.save(repository.root, state.State().with_checked("a1_permute", state.Checked("of an earlier file", solved)))
    edit(script(repository, "a1_permute"), new=broken)
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "None of it can be run yet" in text
    assert "> a1_permute 0 of 4" in text
    assert "changed since" not in text
    cli.main(["hint"])
    assert words(capsys).startswith("to_nchw, hint 1")


def test_as_json(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"schema": "autograder/check/v1", "assignments": []}
    edit(script(repository, "a1_permute"), new="return images")
    assert cli.main(["check", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["assignments"]
    assert (found["assignment"], found["file"]) == ("a1_permute", "assignments/a1_permute/a1_permute.py")
    assert (found["public_score"], found["public_max_score"], found["passed"]) == (0, 4, False)
    assert found["checks"][0]["outcome"] == "failed"
    assert found["checks"][0]["diagnosis"]["message"]
    edit(script(repository, "a1_permute"), old="return images", new="return images.permute(0, 3, 1, 2)")
    assert cli.main(["check", "to_nchw", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["assignments"]
    assert (found["public_score"], found["public_max_score"], len(found["checks"])) == (1, 1, 1)
    assert cli.main(["check", "--json", "--watch"]) == 2


def test_the_task_that_is_no_python_comes_first(repository: StudentRepository) -> None:
    path = edit(script(repository, "a1_permute"))
    assert repository.broken_task("a1_permute") is None
    edit(path, 'raise NotImplementedError("image_to_batch")', "retrun images")
    assert repository.broken_task("a1_permute") == "image_to_batch"
    assert hint.next_task(repository, state.State()) == Target("a1_permute", "image_to_batch")


def test_the_check_itself(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """One real round: wrong with its reason and drawing, unreadable, right."""
    path = script(repository, "a1_permute")
    stub = path.read_text()
    path.write_text(
        stub.replace(
            STUB, "print(images.dtype)\n    return images.reshape(images.shape[0], images.shape[3], *images.shape[1:3])"
        )
    )
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "Your code printed: torch.uint8" in text
    assert "You used reshape or view" in text
    assert "mix = 3" in text
    assert "The idea behind it" not in text
    assert "autograder hint to_nchw" in text
    path.write_text(stub.replace(STUB, "return images.permute(0, 3, 1, 2"))
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "None of it can be run yet" in text
    line = stub[: stub.index(STUB)].count("\n") + 1
    assert f"SyntaxError at line {line}" in text
    path.write_text(stub.replace(STUB, "return images.permute(0, 3, 1, 2)"))
    assert cli.main(["check", "to_nchw"]) == 0
    text = words(capsys)
    assert "Public points: 1 of 1" in text
    idea = f"to_nchw passes so far. The idea behind it: {hint.read_why(repository.course, 'a1_permute')['to_nchw']}"
    assert idea in text
    assert cli.main(["check", "a1"]) == 1
    assert state.load(repository.root).checked["a1_permute"].earned == 1
    assert words(capsys).count("The idea behind it") == 0
    assert cli.main(["check"]) == 1
    assert "The idea behind it" not in words(capsys)


@pytest.mark.heavy
def test_diagnoses_that_cannot_be_read_are_said_once_and_can_come_back(repository: StudentRepository) -> None:
    """The checks go on, without reasons, and a warm checker notices when the file is there again."""
    from autograder.student.checker import Checker

    edit(script(repository, "a1_permute"), new="return images")
    rows = script(repository, "a1_permute").with_name("diagnoses.safetensors")
    whole = rows.read_bytes()
    with Checker(repository) as checker:
        for content, told in ((whole, True), (whole[:999], False), (None, False), (whole, True)):
            rows.unlink(missing_ok=True)
            if content is not None:
                rows.write_bytes(content)
            report = checker.check("a1_permute")
            assert report.verdicts[0].outcome == "failed"
            assert (report.verdicts[0].diagnosis is not None) == told
            assert [note.partition(":")[0] for note in report.notes] == (
                [] if told else ["Known mistakes cannot be recognized here"]
            )


def test_what_was_begun_comes_before_what_was_not(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(script(repository, "a1_permute"), 'raise NotImplementedError("to_nhwc")', "return images")
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "✗ to_nhwc: NCHW" in text
    assert "autograder hint to_nhwc" in text
    assert "is not started yet" not in text


def test_a_task_that_is_not_there_raised_no_error(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edit(script(repository, "a1_permute"), "def to_nhwc", "def toNHWC")
    edit(path, 'raise NotImplementedError("image_to_batch")', "return image.permute((2, 0, 1)")
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "to_nhwc not found" in text
    assert "It defines toNHWC" in text
    assert "add_channel_axis cannot be read" in text
    assert "raised an error" not in text


def test_an_assignment_asked_for_by_its_name_tells_what_is_left(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script(repository, "a1_permute")
    path.write_text((ROOT / "solutions" / "a1_permute" / "a1_permute.py").read_text(encoding="utf-8"))
    assert cli.main(["check", "a1"]) == 0
    text = words(capsys)
    assert "All public checks of a1_permute pass. Of its points, 6 come from grading, on other inputs." in text
    assert "Next: assignments/a2_linear_dims" in text


def test_a_task_that_is_defined_twice_is_told_and_the_last_one_is_meant(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edit(script(repository, "a1_permute"), new="return images.permute(0, 3, 1, 2)")
    path.write_text(path.read_text() + f"\n\ndef to_nchw(images):\n    {STUB}\n")
    last = path.read_text().count("\n") - 1
    assert cli.main(["check", "to_nchw"]) == 1
    text = words(capsys)
    assert f"again at line {last}, where it is not started, and the last one counts: delete that one." in text


def test_a_line_that_is_no_python_is_shown_once(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "def to_nchw(images: torch.Tensor) -> torch.Tensor"
    edit(script(repository, "a1_permute"), f"{line}:", line)
    assert cli.main(["check", "a1"]) == 1
    text = words(capsys)
    assert text.count(line) == 1
    assert "Python cannot read to_nchw because of line 116 of your file: expected ':'." in text
