"""What one check saw speaks for or against the diagnosis of another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.checks.data_catalogue import DataCatalogue, Recorded
from autograder.checks.evidence import Look, explanations
from autograder.checks.matching import Signature
from autograder.checks.misconceptions import Written
from autograder.sandbox.observation import Observation
from tests.support.diagnoses import ask, catalogue

SHAPES = {"one": (2, 3, 4), "two": (5, 3, 4), "three": (5, 7, 6)}
IDEAS: dict[str, Callable[..., Any]] = {"first": lambda s: s[0], "smallest": min, "largest": max}


def right(shape: tuple[int, ...]) -> int:
    return shape[-1]


def judge(seen: Observation) -> str | None:
    return None if seen.value == right(seen.calls[-1].args[0]) else "wrong"


def as_data(known: CodeCatalogue) -> DataCatalogue:
    recorded = [
        Recorded(check, 1, each.name, Signature.of(seen))
        for each in known.misconceptions
        for check, shape in SHAPES.items()
        if judge(seen := ask(each.function, shape)[0])
    ]
    return DataCatalogue({each.name: each.message for each in known.misconceptions}, recorded, {})


@pytest.fixture(params=["code", "data"])
def known(request: pytest.FixtureRequest) -> CodeCatalogue | DataCatalogue:
    code = catalogue("task", **IDEAS)
    return code if request.param == "code" else as_data(code)


def told(known: CodeCatalogue | DataCatalogue, answer: Callable[..., Any], *checks: str) -> dict[str, str]:
    looks = []
    for check in checks or SHAPES:
        [seen] = ask(answer, SHAPES[check])
        if judge(seen) is None:
            looks.append(Look(check, "task", (seen,)))
        else:
            looks.append(Look(check, "task", (seen,), seen, judge, tuple(known.suspects(check, seen, judge))))
    return {check: diagnosis.name for check, diagnosis in explanations(looks, known).items()}


def test_an_idea_that_all_checks_bear_out_is_told_in_each(known: CodeCatalogue | DataCatalogue) -> None:
    assert told(known, min) == {"one": "smallest", "two": "smallest", "three": "smallest"}
    assert told(known, lambda s: s[0]) == {"one": "first", "two": "first", "three": "first"}


def test_of_two_that_fit_a_check_the_others_tell_which(known: CodeCatalogue | DataCatalogue) -> None:
    assert told(known, min, "one") == {"one": "first"}  # the first in the file: nothing tells them apart
    assert told(known, min, "one", "two") == {"one": "smallest", "two": "smallest"}


def test_a_check_that_was_passed_speaks_against_an_idea_that_fails_it(known: CodeCatalogue | DataCatalogue) -> None:
    assert told(known, lambda s: s[0] if s[1] == 3 else s[-1]) == {}


def test_another_wrong_value_elsewhere_speaks_against_it(known: CodeCatalogue | DataCatalogue) -> None:
    assert told(known, lambda s: s[0] if s[1] == 3 else 99) == {}


def test_what_is_right_where_the_student_is_wrong_leaves_a_third_idea_open(
    known: CodeCatalogue | DataCatalogue,
) -> None:
    # "largest" is right in the first check, where nothing explains the 99.
    assert told(known, lambda s: 99 if s[0] == 2 else max(s)) == {}


def test_two_ideas_may_explain_two_failures() -> None:
    known = catalogue("task", large=lambda s: 0 if s[0] > 2 else s[-1], small=lambda s: s[-1] if s[0] > 2 else 1)
    assert told(known, lambda s: 0 if s[0] > 2 else 1) == {"one": "small", "two": "large", "three": "large"}


def test_an_error_where_the_student_returned_something_speaks_against_it() -> None:
    known = catalogue("task", second=lambda s: s[1] if s[0] == 2 else s[9])
    assert told(known, lambda s: s[1]) == {}
    assert told(known, lambda s: s[1], "one") == {"one": "second"}


@pytest.fixture(params=["code", "data"])
def first(request: pytest.FixtureRequest, tmp_path: Path) -> CodeCatalogue | DataCatalogue:
    """The idea that takes the first, as it shows in a check that asks about all shapes before it judges one."""
    idea = IDEAS["first"]
    if request.param == "code":
        reference = tmp_path / "reference.py"
        reference.write_text("def task(shape):\n    return shape[-1]\n")
        return CodeCatalogue(Written(list(catalogue("task", first=idea).misconceptions)), reference)
    asked = [*zip(ask(idea, *SHAPES.values(), (3, 3)), ask(right, *SHAPES.values(), (3, 3)))]  # right for the last
    recorded = [Recorded("check", 1, "first", Signature.of(asked[0][0]))]
    recorded += [Recorded("check", n, "first", Signature.of(asked[n - 1][1]), later=True) for n in (2, 3)]
    return DataCatalogue({"first": "text"}, recorded, {})


def asked_at_once(known: CodeCatalogue | DataCatalogue, answer: Callable[..., Any]) -> list[str]:
    asked = ask(answer, *SHAPES.values(), (3, 3))
    found = [suspect.name for suspect in known.suspects("check", asked[0], judge)]
    look = Look("check", "task", tuple(asked), asked[0], judge)
    assert (known.fits("first", look) is True) == bool(found), "another check learns the same of it"
    return found


def test_a_later_right_answer_in_the_same_check_speaks_against_an_idea_that_is_wrong_there(
    first: CodeCatalogue | DataCatalogue,
) -> None:
    assert asked_at_once(first, lambda s: s[0]) == ["first"]
    assert asked_at_once(first, lambda s: s[0] if s[0] == 2 else s[-1]) == []
    assert asked_at_once(first, lambda s: s[0] if s[1] == 3 else s[-1]) == []


def test_what_is_wrong_later_in_another_way_may_be_a_second_mistake(first: CodeCatalogue | DataCatalogue) -> None:
    assert asked_at_once(first, lambda s: s[0] if s[0] != 5 else s[9]) == ["first"]
    assert asked_at_once(first, lambda s: s[0] if s[0] != 5 else 99) == ["first"]
    assert asked_at_once(first, lambda s: s[0] if len(s) == 3 else 99) == ["first"]
