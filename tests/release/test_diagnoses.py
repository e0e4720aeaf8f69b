"""The diagnoses that are released as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from autograder.checks.data_catalogue import DataCatalogue
from tests.support.diagnoses import COURSE, NOISE, VALUES, recorded


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


def test_every_task_says_in_one_sentence_why_it_works() -> None:
    manifest = COURSE.manifest()
    for name in COURSE.assignment_names():
        why = DataCatalogue.load(COURSE.assignments / name).why
        assert set(why) == set(manifest.of(name).points), name
        for task, sentence in why.items():
            assert sentence.endswith("."), task
            assert len(sentence) < 200, task


def test_released_diagnoses_are_small() -> None:
    """Most of each is its messages and hints, which are for reading; the numbers take a few KB."""
    for name in COURSE.assignment_names():
        path = COURSE.assignments / name / "diagnoses.json"
        known = DataCatalogue.load(path.parent)
        texts = sum(len(name) + len(text) for name, text in known.messages.items())
        texts += sum(len(text) for hints in known.hints.values() for text in hints)
        texts += sum(map(len, known.why.values()))
        assert path.stat().st_size < 1.5 * texts, name
        assert path.with_suffix(".safetensors").stat().st_size < 4096, name
