"""Which misconception explains a result: the one that gives all that was seen, told alike by the code and by the data."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from autograder.checks.catalogues import CodeCatalogue
from autograder.checks.data_catalogue import BadDiagnoses, DataCatalogue, released_catalogue
from autograder.checks.misconceptions import Misconception
from autograder.common.run_file import run_file
from autograder.grading.engine import Engine
from autograder.release.verify import as_submission
from autograder.sandbox.observation import Observation
from autograder.sandbox.proxy import TaskProxy
from autograder.sandbox.run_local import LocalRun
from tests.support.diagnoses import COURSE, NOISE, ask, catalogue, judged_here, observed, recorded
from tests.support.places import ROOT

LIGHT = [name for name in COURSE.assignment_names() if name != "a5_fashion_mnist"]


def names(found: CodeCatalogue | DataCatalogue, seen: Observation, check: str = "check") -> list[str]:
    return [each.name for each in found.suspects(check, seen, lambda observed: "wrong")]


def test_the_first_in_the_file_is_told() -> None:
    known = catalogue("task", first=lambda s: s[0], smallest=min, last=lambda s: s[-1])
    assert names(known, ask(lambda s: s[0], (2, 3, 4))[0]) == ["first", "smallest"]


def test_one_that_contradicts_what_was_seen_before_is_not() -> None:
    known = catalogue("task", first=lambda s: s[0], smallest=min)
    *_, seen = ask(min, (5, 3, 4), (2, 3, 4))
    assert names(known, seen) == ["smallest"]
    *_, seen = ask(lambda s: s[0] if s[0] < 4 else 7, (5, 3, 4), (2, 3, 4))
    assert names(known, seen) == []


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


def test_what_an_idea_gives_is_found_out_once_for_each_question() -> None:
    asked: list[Any] = []

    def sums(value: Any) -> Any:
        asked.append(value)
        return sum(value)

    known = catalogue("task", sums=sums)
    for _ in range(3):  # three submissions
        assert names(known, ask(sum, (2, 3))[0]) == ["sums"]
    same_numbers = [[2, 3], (2.0, 3.0), torch.tensor([2, 3]), torch.tensor([[2, 3]]), torch.tensor([2.0, 3.0])]
    for value in same_numbers:  # other questions
        names(known, ask(sum, value)[0])
    assert len(asked) == 1 + len(same_numbers)


def test_of_questions_without_end_few_are_kept() -> None:
    known = catalogue("task", negative=torch.neg)
    large = torch.zeros(1 << 16)
    for number in range(300):
        assert names(known, ask(torch.neg, number * torch.ones(3))[0]) == ["negative"]
        assert number % 100 or names(known, ask(torch.neg, large + number)[0]) == ["negative"]
    held = known._replays._given  # what it holds shows nowhere else
    assert 1 <= len(held) <= 256
    assert max(map(len, held)) < large.nbytes


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
        name: (done, "diagnoses.json is damaged, or does not belong to diagnoses.safetensors")
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
    catalogue = released_catalogue(folder)
    assert list(catalogue.suspects("check", observed(7), lambda seen: "wrong")) == []
    assert catalogue.named("name") is None
    assert catalogue.hints == {}
    assert catalogue.problem.endswith(
        f'{says}. Bring both files back with: git checkout -- "assignments/a1/diagnoses.*"'
    )


def test_without_diagnoses_nothing_is_said(tmp_path: Path) -> None:
    catalogue = released_catalogue(tmp_path)
    assert catalogue.named("name") is None
    assert catalogue.problem == ""
    assert DataCatalogue.load(tmp_path).recorded == ()


def test_what_is_no_number_fits_nothing(tmp_path: Path) -> None:
    recorded(NOISE).save(tmp_path)
    in_rows(saved(sums=DOUBLE[:1] * torch.nan, counts=LONG[:1]))(tmp_path)
    catalogue = released_catalogue(tmp_path)
    assert list(catalogue.suspects("check", Observation("task", (), "value", value=NOISE), lambda seen: "wrong")) == []
    assert catalogue.problem == ""


@pytest.mark.heavy
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


@pytest.fixture(scope="module", params=["a1_permute", *(pytest.param(n, marks=pytest.mark.heavy) for n in LIGHT[1:])])
def engine(request: pytest.FixtureRequest, engines: Callable[[str], Engine]) -> Engine:
    return engines(request.param)


def told(engine: Engine, wrong: Misconception, known: CodeCatalogue | DataCatalogue) -> dict[str, str]:
    """The public checks that a wrong idea in the place of its task fails, and the diagnosis of each; "" for none."""
    reference = vars(run_file(engine.assignment.master))
    task: Any = wrong.function
    if wrong.task == "ANSWERS":
        task = {key: wrong.function(key) for key in reference["ANSWERS"]}
    run = LocalRun(reference | {wrong.task: task}, engine.parameters)
    verdicts = judged_here(engine.live, run, known, lambda check: not check.hidden)
    return {v.check.name: v.diagnosis.name if v.diagnosis else "" for v in verdicts if v.outcome != "passed"}


def test_code_and_data_tell_the_same(engine: Engine) -> None:
    data, caught = DataCatalogue.load(COURSE.released(engine.assignment.name).folder), 0
    for wrong in engine.catalogue.misconceptions[::16]:
        by_data = told(engine, wrong, data)
        assert told(engine, wrong, engine.catalogue) == by_data, wrong.name
        caught += wrong.name in by_data.values()
    assert caught, "diagnoses are given at all"


# Told by the public checks alone, which students have: what is said of another idea is as true of this one.
AS_TRUE = {
    "quiz_first_dimension": "quiz_counts_the_rows",
    "quiz_last_but_one": "quiz_counts_the_rows",
    "quiz_adds_the_dimensions": "quiz_counts_a_bias_input",
    "affine_without_transposing_or_bias": "affine_without_transposing",
    "large_kernel_stops_never": "large_kernel_not_refused",
    "weight_swapped_twice": "weight_in_and_out_swapped",
    "count_bias_multiplied": "count_bias_for_each_weight",
    "pixel_window_on_its_side": "pixel_row_and_col_swapped",
    "pixel_window_centred_on_odd_kernels": "pixel_window_centred",
}


@pytest.mark.heavy
def test_students_are_told_nothing_of_another_idea(engine: Engine) -> None:
    """The hidden checks tell many ideas apart. Without them, the data alone must do."""
    data = DataCatalogue.load(COURSE.released(engine.assignment.name).folder)
    others, caught = [], 0
    for wrong in engine.catalogue.misconceptions:
        names = set(told(engine, wrong, data).values())
        caught += wrong.name in names
        others += [(wrong.name, name) for name in names - {"", wrong.name, AS_TRUE.get(wrong.name)}]
    assert others == []
    assert caught > len(engine.catalogue.misconceptions) / 2, "most are known from the public checks"


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
