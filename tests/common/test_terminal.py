"""A stranger's text is shown, never obeyed."""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path

import pytest

from autograder.common.terminal import json_text, printable
from autograder.platforms import csv as csv_export
from autograder.platforms import json as json_export
from autograder.results import rows, store
from autograder.results.result import ClassResults, Result

# A workflow's command, a turn of the direction of writing, a colour, ends of lines of all kinds, and an invisible mark.
NAMES = ["ada\n::error::forged", "abc\u202efdp.exe", "\x1b[31mred", "a\rb\u2028c\x85d", "ze\u200bro", "=1+1\u2066"]
UNSEEN = "\x1b\r\u202e\u2028\x85\u200b\u2066"


@pytest.mark.parametrize("name", NAMES)
def test_json_shows_a_name_and_reads_back_as_it_was(name: str) -> None:
    text = json_text({"student": name, "notes": [name]}, indent=None)
    assert not any(c in text for c in UNSEEN + "\n")
    assert json.loads(text) == {"student": name, "notes": [name]}


def test_what_can_be_read_stays_as_it_is() -> None:
    assert json_text({"who": "Zoë Müller 😀 "}, indent=None) == '{"who": "Zoë Müller 😀 "}'
    assert printable("👩\u200d🔬") == "👩\u200d🔬"


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_raw_in_a_result_or_an_export(name: str, tmp_path: Path) -> None:
    result = Result(name, "a1_permute", "py", "graded", 0, 10, notes=(name,))
    assert store.read(store.write(result, tmp_path)) == result
    written = [store.path_of(tmp_path, name, "a1_permute").read_text(encoding="utf-8")]
    arguments = argparse.Namespace()
    for export, file in ((csv_export.export, "x.csv"), (json_export.export, "x.json")):
        export(ClassResults((result,)), tmp_path / file, arguments)
        written.append((tmp_path / file).read_text(encoding="utf-8"))
    written.append(rows.to_bytes({"name": name}).decode())
    assert not any(c in text for text in written for c in UNSEEN)
    assert not any(line.startswith("::") for text in written for line in text.splitlines())
    assert len(list(csv.reader(io.StringIO(written[1])))) == 2
