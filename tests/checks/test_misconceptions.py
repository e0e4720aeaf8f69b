"""Which misconception explains a result: the one that gives all that was seen, told alike by the code and by the data."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from autograder.checks.catalogues import BadDiagnoses, CodeCatalogue, DataCatalogue, Recorded, ReleasedCatalogue
from autograder.checks.matching import Mark, same_error, same_value
from autograder.checks.misconceptions import Misconception
from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.release.verify import as_submission
from autograder.sandbox.observation import Observation, StudentError
from autograder.sandbox.proxy import TaskProxy
from autograder.sandbox.run_local import LocalRun
from tests.support.places import ROOT

COURSE = Course(ROOT)
LIGHT = [name for name in COURSE.assignment_names() if name != "a5_fashion_mnist"]


def catalogue(task: str, **functions: Callable[..., Any]) -> CodeCatalogue:
    known = [Misconception(name, task, f"You did {name}.", function) for name, function in functions.items()]
    return CodeCatalogue(known, {})


def names(found: CodeCatalogue | DataCatalogue, seen: Observation, *told: str, check: str = "check") -> list[str]:
    return [each.name for each in found.suspects(check, seen, lambda observed: "wrong", told)]


def ask(task: Callable[..., Any], *arguments: Any) -> list[Observation]:
    """The task on one input after another, as in one check."""
    run = LocalRun({"task": task})
    return [TaskProxy(run, "task")(argument) for argument in arguments]  # type: ignore[arg-type]


# --- which one is told ---------------------------------------------------------------------------------------------


def test_the_first_in_the_file_is_told() -> None:
    known = catalogue("task", first=lambda s: s[0], smallest=min, last=lambda s: s[-1])
    assert names(known, ask(lambda s: s[0], (2, 3, 4))[0]) == ["first", "smallest"]


def test_one_that_contradicts_what_was_seen_before_is_not() -> None:
    known = catalogue("task", first=lambda s: s[0], smallest=min)
    *_, seen = ask(min, (5, 3, 4), (2, 3, 4))
    assert names(known, seen) == ["smallest"]
    *_, seen = ask(lambda s: s[0] if s[0] < 4 else 7, (5, 3, 4), (2, 3, 4))
    assert names(known, seen) == []


def test_what_another_check_was_diagnosed_as_comes_first() -> None:
    known = catalogue("task", first=lambda s: s[0], smallest=min)
    seen = ask(min, (2, 3, 4))[0]
    assert names(known, seen, "smallest") == ["smallest", "first"]
    assert names(known, seen, "another") == ["first", "smallest"]
    assert names(known, seen, "smallest", "first") == ["smallest", "first"]


def test_all_entries_of_a_dict_tell_who_thought_what() -> None:
    known = catalogue("ANSWERS", first=lambda s: s[0], second=lambda s: s[1], smallest=min)

    def seen(answers: dict[Any, Any]) -> Observation:
        run = LocalRun({"ANSWERS": answers})
        return TaskProxy(run, "ANSWERS")[(2, 2, 5)]  # type: ignore[arg-type]

    assert names(known, seen({(2, 2, 5): 2, (4, 3, 5): 3, (3, 1, 2): 1})) == ["second", "smallest", "first"]
    assert names(known, seen({(2, 2, 5): 2, (4, 3, 5): 4, (3, 1, 2): 1})) == ["first", "second", "smallest"][:3]
    assert names(known, seen({(2, 2, 5): 2})) == ["first", "second", "smallest"]
    assert names(known, seen({(2, 2, 5): 7, (4, 3, 5): 4})) == []


def test_a_dict_of_any_size_costs_nothing() -> None:
    known = catalogue("ANSWERS", first=lambda s: s[0], product=math.prod)
    answers: dict[Any, Any] = {(10**9,) * size: 1 for size in range(1, 3000)}
    answers |= {"x" * 10_000: 1, (2, 3): 2, 5: 5}
    run = LocalRun({"ANSWERS": answers})
    assert names(known, TaskProxy(run, "ANSWERS")[(2, 3)]) == ["first"]  # type: ignore[arg-type]


def test_a_right_result_of_a_wrong_idea_explains_nothing() -> None:
    known = catalogue("task", first=lambda s: s[0])
    [seen] = ask(lambda s: s[0], (2, 3))
    assert list(known.suspects("check", seen, lambda observed: None)) == []


def test_a_result_that_cannot_be_replayed_has_no_suspects() -> None:
    known = catalogue("task", first=lambda s: s[0])
    assert names(known, Observation("task", (), "crashed")) == []
    assert names(known, Observation("task", (), "value", value=1)) == []


def test_an_idea_that_never_ends_well_is_passed_over() -> None:
    def broken(shape: Any) -> Any:
        raise RuntimeError("not for this")

    assert names(catalogue("task", broken=broken, first=lambda s: s[0]), ask(lambda s: s[0], (2, 3))[0]) == ["first"]


# --- what is alike -------------------------------------------------------------------------------------------------

ALIKE = [
    (("ValueError", "too many values to unpack (expected 2)"), ("ValueError", "too many values to unpack (expected 2, got 4)")),
    (("TypeError", "mine() missing 1 required positional argument: 'x'"), ("TypeError", "affine() missing 1 required positional argument: 'x'")),
    (("RuntimeError", "self must be a matrix"), ("RuntimeError", "self must be a matrix")),
    (("AttributeError", "'Net' object has no attribute 'shape'"), ("AttributeError", "'FashionCNN' object has no attribute 'shape'")),
    (
        ("RuntimeError", "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = 3 is not equal to len(dims) = 4"),
        ("RuntimeError", "permute: number of dimensions in the tensor input does not match the length of the desired ordering of dimensions, input.dim() = 3 is not equal to len(dims) = 4"),
    ),
    (("RuntimeError", "bad thing\nat 0x7f3a"), ("RuntimeError", "bad thing\nat 0x1234")),
]  # fmt: skip
UNLIKE = [
    (("ValueError", "bad"), ("TypeError", "bad")),
    (("RuntimeError", "shape '[2, 3]' is invalid for input of size 7"), ("RuntimeError", "shape '[2, 3]' is invalid for input of size 8")),
    (("RuntimeError", "shape '[2, 3]' is invalid for input of size 7"), ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 7)")),
    (("TypeError", "can't multiply sequence by non-int of type 'tuple'"), ("TypeError", "unsupported operand type(s) for +: 'NoneType' and 'int'")),
    (("IndexError", "tuple index out of range"), ("IndexError", "Dimension out of range (expected to be in range of [-2, 1], but got 2)")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_errors_of_two_versions_are_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert same_error(one, other)
    assert same_error(other, one)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_errors_of_two_mistakes_are_two(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not same_error(one, other)
    assert not same_error(other, one)


def observed(value: Any, **more: Any) -> Observation:
    return Observation("task", (), "value", value=value, **more)


NOISE = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
VALUES = [
    7, -3, 0.1, True, None, "five", (2, 3), [2, 3, (4,)], math.nan, math.inf, -math.inf,
    torch.tensor(4), torch.tensor(0.5), torch.zeros(0), NOISE, NOISE * math.nan, NOISE.to(torch.complex64), torch.arange(9),
    torch.tensor([True, False]), NOISE.tolist() * 5, [torch.tensor(1), torch.tensor(2)], {1: 2},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_mark_comes_back_from_its_file(value: Any, tmp_path: Path) -> None:
    mark = Mark.of(observed(value))
    DataCatalogue({"name": "text"}, [Recorded("check", 1, "name", mark)], {}).save(tmp_path)
    [entry] = DataCatalogue.load(tmp_path).recorded
    assert entry.mark.fits(mark)
    assert mark.fits(entry.mark)
    assert not entry.mark.fits(Mark.of(observed(value, changed_inputs=("0",))))
    assert not entry.mark.fits(Mark.of(observed(12345)))


@pytest.mark.parametrize(
    "other",
    [NOISE.flip(0), NOISE.T, NOISE * 2, -NOISE, NOISE + 1e-2, NOISE.double(), NOISE.reshape(4, 3), NOISE.roll(1, 1), NOISE * math.inf],
)  # fmt: skip
def test_a_mark_tells_results_apart(other: torch.Tensor) -> None:
    assert not Mark.of(observed(NOISE)).fits(Mark.of(observed(other)))


def test_rounding_makes_no_difference() -> None:
    near = NOISE * (1 + 1e-7)
    assert Mark.of(observed(NOISE)).fits(Mark.of(observed(near)))
    assert same_value(NOISE, near)
    assert same_value(3.0, torch.tensor(3.0))
    assert same_value((2, 3), [2, 3])
    assert not same_value(True, 1)
    assert not same_value(2, "2")


def test_an_error_leaves_a_mark() -> None:
    error = StudentError("ValueError", "too many values to unpack (expected 2)", "line 3", "a, b = x")
    mark = Mark.of(Observation("task", (), "error", error=error))
    assert "line 3" not in str(mark.as_json({}))
    assert Mark.from_json(mark.as_json({}), ()).fits(mark)


# --- the two files -------------------------------------------------------------------------------------------------


def recorded(*values: Any) -> DataCatalogue:
    """A catalogue of one misconception, wrong in these ways."""
    marks = [Mark.of(observed(value)) for value in values]
    return DataCatalogue({"name": "text"}, [Recorded("check", n, "name", mark) for n, mark in enumerate(marks)], {})


def test_equal_numbers_are_written_once() -> None:
    files = recorded(NOISE, NOISE.reshape(2, 6), 7, NOISE.double(), NOISE + 1).files()
    rows = safetensors.torch.load(files["diagnoses.safetensors"])
    assert {name: t.shape for name, t in rows.items()} == {"sums": (2, 3), "counts": (2, 3)}
    marks = [mark for results in json.loads(files["diagnoses.json"])["wrong"]["check"].values() for mark, _ in results]
    assert [mark[-1] for mark in marks] == [0, 0, 7, 0, 1]


@pytest.mark.parametrize(
    "values", [(), (7,), VALUES, (NOISE * 1e300 * 1e300, torch.full((3,), 1e200, dtype=torch.float64))]
)
def test_what_was_read_is_written_alike(values: tuple[Any, ...], tmp_path: Path) -> None:
    catalogue = recorded(*values)
    catalogue.save(tmp_path)
    again = DataCatalogue.load(tmp_path)
    assert len(again.recorded) == len(catalogue.recorded)
    assert again.files() == catalogue.files() == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_released_diagnoses_are_small() -> None:
    """Most of each is its messages and hints, which are for reading; the numbers take a few KB."""
    for name in COURSE.assignment_names():
        path = COURSE.assignments / name / "diagnoses.json"
        known = DataCatalogue.load(path.parent)
        texts = sum(len(name) + len(text) for name, text in known.messages.items())
        texts += sum(len(text) for hints in known.hints.values() for text in hints)
        assert path.stat().st_size < 1.5 * texts, name
        assert path.with_suffix(".safetensors").stat().st_size < 4096, name


def in_json(old: str, new: str) -> Callable[[Path], object]:
    def done(folder: Path) -> None:
        path = folder / "diagnoses.json"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return done


def in_rows(content: bytes | Callable[[bytes], bytes]) -> Callable[[Path], object]:
    def done(folder: Path) -> None:
        path = folder / "diagnoses.safetensors"
        path.write_bytes(content if isinstance(content, bytes) else content(path.read_bytes()))

    return done


def saved(**tensors: torch.Tensor) -> bytes:
    return safetensors.torch.save(tensors)


LONG, DOUBLE = torch.zeros(2, 3, dtype=torch.int64), torch.zeros(2, 3, dtype=torch.float64)
HUGE = b'{"sums":{"dtype":"F64","shape":[1099511627776,3],"data_offsets":[0,48]}}'
DAMAGED = {
    "no rows": (lambda folder: (folder / "diagnoses.safetensors").unlink(), "diagnoses.safetensors is missing"),
    "a folder": (
        lambda folder: ((folder / "diagnoses.safetensors").unlink(), (folder / "diagnoses.safetensors").mkdir()),
        "diagnoses.safetensors is missing",
    ),
    **{
        name: (in_rows(content), "diagnoses.safetensors is damaged")
        for name, content in {
            "empty": b"",
            "torn": lambda content: content[: len(content) // 2],
            "torn by a byte": lambda content: content[:-1],
            "another line end": lambda content: content[:-9] + b"\r" + content[-9:],
            "text": b"version https://git-lfs.github.com/spec/v1",
            "huge": len(HUGE).to_bytes(8, "little") + HUGE + bytes(48),
            "a header without end": (2**62).to_bytes(8, "little") + bytes(99),
            "sums alone": saved(sums=DOUBLE),
            "one more": saved(sums=DOUBLE, counts=LONG, more=LONG.clone()),
            "floats": saved(sums=DOUBLE.float(), counts=LONG),
            "unlike": saved(sums=DOUBLE, counts=LONG[:1]),
            "no table": saved(sums=torch.tensor(1.0).double(), counts=torch.tensor(1)),
            "wide": saved(sums=torch.zeros(3, 4).double(), counts=torch.zeros(3, 4).long()),
            "nothing in it": saved(),
        }.items()
    },
    **{
        name: (done, "diagnoses.json is damaged, or the two are not of one release")
        for name, done in {
            "fewer rows": in_rows(saved(sums=DOUBLE[:1], counts=LONG[:1])),
            "a row too far": in_json("[3,4],1]", "[3,4],2]"),
            "a row below": in_json("[3,4],1]", "[3,4],-1]"),
            "a row of text": in_json("[3,4],1]", '[3,4],"1"]'),
            "the numbers inline": in_json("[3,4],1]", "[3,4],[1.5,2.5,3.5],[0,0,0]]"),
            "no shape": in_json("[3,4],1]", "3,1]"),
            "no message": in_json(",[0]]", ",[1]]"),
            "a message below": in_json(",[0]]", ",[-1]]"),
            "another form": in_json('["value",7]', '["thing",7]'),
            "no form": in_json('["value",7]', "[7]"),
            "no mark": in_json('["value",7]', "7"),
            "no number": in_json('["value",7]', '["value",{"word":7}]'),
            "no point": in_json('"2": [', '"two": ['),
            "no hints": in_json('"hints"', '"tips"'),
            "half": in_json("}}", "}"),
            "a list": lambda folder: (folder / "diagnoses.json").write_text("[]"),
            "nothing": lambda folder: (folder / "diagnoses.json").write_bytes(b""),
            "no text": lambda folder: (folder / "diagnoses.json").write_bytes(b"\xff\xfe"),
            "deep": lambda folder: (folder / "diagnoses.json").write_text("[" * 100_000),
        }.items()
    },
}


@pytest.mark.parametrize(("done", "says"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_files_are_named_and_explain_nothing(done: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    folder = tmp_path / "assignments" / "a1"
    folder.mkdir(parents=True)
    recorded(NOISE, NOISE + 1, 7).save(folder)
    done(folder)
    with pytest.raises(BadDiagnoses, match=re.escape(says)):
        DataCatalogue.load(folder)
    catalogue = ReleasedCatalogue(folder)
    assert catalogue.problem == "", "nothing was asked yet"
    assert list(catalogue.suspects("check", observed(7), lambda seen: "wrong")) == []
    assert catalogue.named("name") is None
    assert catalogue.hints == {}
    assert catalogue.problem.endswith(
        f'{says}. Bring both files back with: git checkout -- "assignments/a1/diagnoses.*"'
    )


def test_without_diagnoses_nothing_is_said(tmp_path: Path) -> None:
    catalogue = ReleasedCatalogue(tmp_path)
    assert catalogue.named("name") is None
    assert catalogue.problem == ""
    assert DataCatalogue.load(tmp_path).recorded == ()


def test_what_is_no_number_fits_nothing(tmp_path: Path) -> None:
    recorded(NOISE).save(tmp_path)
    in_rows(saved(sums=DOUBLE[:1] * torch.nan, counts=LONG[:1]))(tmp_path)
    catalogue = ReleasedCatalogue(tmp_path)
    assert list(catalogue.suspects("check", Observation("task", (), "value", value=NOISE), lambda seen: "wrong")) == []
    assert catalogue.problem == ""


def test_only_a_wrong_answer_asks_for_the_numbers() -> None:
    """What checks right answers pays nothing for diagnoses: the package that reads the file is not imported."""
    code = f"""
import sys
from pathlib import Path
from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.grading.job import Settings
from autograder.submission.source import Cell, Source, read_source

course = Course(Path({str(ROOT)!r}))
engine = Engine(course, course.released("a1_permute"), Settings(public_only=True))
right = read_source(course.assignment("a1_permute").master)
for source in (right, Source("py", (*right.cells, Cell("def to_nchw(images): return images", 1, None)))):
    graded = engine.grade(source, 1)
    named = [v.diagnosis.name for v in graded.verdicts if v.diagnosis]
    print(named, "safetensors" in sys.modules, graded.notes)
engine.close()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout.splitlines() == ["[] False ()", "['leaves_the_batch_as_it_was'] True ()"], ended.stderr


# --- students are told what graders are told -----------------------------------------------------------------------


@pytest.fixture(scope="module", params=LIGHT)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = Engine(COURSE, COURSE.assignment(request.param))
    yield made
    made.close()


def test_code_and_data_tell_the_same(engine: Engine) -> None:
    assignment, code = engine.assignment, engine.catalogue
    data = DataCatalogue.load(COURSE.released(assignment.name).folder)
    for known in code.misconceptions[::16]:
        source = as_submission(assignment.master, assignment.misconceptions, known)
        told = []
        for engine.catalogue in (code, data):  # type: ignore[misc]
            verdicts = engine.grade(source, 1, lambda check: not check.hidden).verdicts
            told.append({v.check.name: v.diagnosis and v.diagnosis.name for v in verdicts if v.outcome != "passed"})
        engine.catalogue = code
        assert told[0] == told[1], known.name


def test_results_carry_the_name(engine: Engine) -> None:
    from autograder.grading.job import Job
    from autograder.grading.worker import result_of
    from autograder.results import result as results

    known = engine.catalogue.misconceptions[0]
    source = as_submission(engine.assignment.master, engine.assignment.misconceptions, known)
    graded = engine.grade(source, 1)
    result = result_of(Job("ada", engine.assignment.name, source, ROOT), engine, graded)
    again = results.from_json(results.to_json(result))
    assert known.name in {check.diagnosis.name for check in again.checks if check.diagnosis}


HUGE = 10**400
ODD = [HUGE, [1, HUGE], [[1], [2, 3] * 60], ["a"] * 100, [1] * 60 + ["x"] * 60, [None] * 100, [HUGE] * 2]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_whatever_a_student_returns_can_be_compared(value: Any) -> None:
    """The catalogue's troubles are told as the course's fault: a student's value must not cause one."""
    seen, *_ = ask(lambda x: value, 1)
    for other in (1.5, [1.5, 2.5], [1.5] * 100):
        known, *_ = ask(lambda x, other=other: other, 1)
        assert not same_value(value, other)
        assert not Mark.of(seen).fits(Mark.of(known))
    assert same_value(value, value)
    assert Mark.of(seen).fits(Mark.of(seen))
