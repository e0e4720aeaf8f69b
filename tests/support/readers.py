"""The systems that read our results, each with its own arithmetic, as docs/uploads.md and their sources describe it.

Nothing here imports our exports: a reader sees what was written, and no more.
"""

from __future__ import annotations

import base64
import csv
import functools
import io
import json
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).with_name("schemas")


def valid(data: Any, schema: str) -> Any:
    """The data, if it is valid by a schema in tests/support/schemas. Raises ValidationError otherwise."""
    _validator(schema).validate(data)
    return data


@functools.cache
def _validator(schema: str) -> Any:
    import jsonschema  # takes a second, mostly for formats that no schema here uses

    document = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def gradescope(raw: bytes) -> tuple[float, float]:
    """(score, points): a score at the top overrides the sum of the tests."""
    data = valid(json.loads(raw), "gradescope-results")
    tests = data.get("tests", [])
    score = data["score"] if "score" in data else sum(test.get("score", 0) for test in tests)
    return score, sum(test.get("max_score", 0) for test in tests)


def gradescope_student_view(raw: bytes, published: bool) -> dict[str, Any]:
    """What a student sees: visible tests, and the total if no test is held back."""
    data = json.loads(raw)
    shown = {"visible"} | ({"after_published"} if published else set())
    tests = [t for t in data["tests"] if t.get("visibility", data.get("visibility", "visible")) in shown]
    held_back = [t for t in data["tests"] if t not in tests and t.get("visibility") != "hidden"]
    return {"output": data.get("output", ""), "tests": tests} | ({} if held_back else {"score": data.get("score")})


def classroom50(raw: bytes) -> tuple[int, int]:
    """(score, max-score), as its runner and its collector validate them."""
    data = valid(json.loads(raw), "classroom50-result-v1")
    assert data["score"] <= data["max-score"]
    assert all(test["score"] <= test["max-score"] for test in data["tests"])
    # Its wiki promises this of every autograder: both are the sums of the tests.
    assert data["score"] == sum(test["score"] for test in data["tests"])
    assert data["max-score"] == sum(test["max-score"] for test in data["tests"])
    return data["score"], data["max-score"]


def github_output(text: str) -> dict[str, str]:
    """The outputs of a step, as the runner reads $GITHUB_OUTPUT."""
    outputs = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        heredoc, mark, end = line.partition("<<")
        if mark and (not equals or len(heredoc) < len(name)):
            rows = []
            for row in lines:
                if row == end:
                    break
                rows.append(row)
            outputs[heredoc] = "\n".join(rows)
        elif equals:
            outputs[name] = value
        elif line:
            raise ValueError(f"the runner refuses this line: {line!r}")
    return outputs


def github_classroom(text: str) -> tuple[float, int, float]:
    """(the posted total, its maximum, the total of the printed table) of the reporter."""
    outputs = github_output(text)
    results = []
    for runner in filter(None, outputs["runners"].split(",")):
        # The workflow hands it on as <ID>_RESULTS; the reporter looks the id up in capitals.
        encoded = {name.upper(): value for name, value in outputs.items()}[runner.upper()]
        results.append(valid(json.loads(base64.b64decode(encoded)), "github-classroom-runner"))
    posted = sum(test["score"] for r in results if r["max_score"] for test in r["tests"])
    table = 0.0
    for r in results:
        passed = sum(test["status"] == "pass" for test in r["tests"])
        table += r["max_score"] * passed / len(r["tests"])
    return posted, sum(r["max_score"] for r in results), table


def spreadsheet(text: str) -> dict[str, tuple[int, int]]:
    """student -> (total, max_total) of the CSV, added up from the assignments' columns."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    totals = {}
    for row in rows:
        assignments = [title for title in row if f"{title} status" in row]
        total = sum(int(row[title]) for title in assignments)
        assert total == int(row["total"])
        totals[row["student"]] = total, int(row["max_total"])
    return totals


def document(text: str) -> dict[str, tuple[int, int]]:
    """student -> (total, max_total) of the JSON document."""
    data = valid(json.loads(text), "autograder-class-v2")
    totals = {}
    for student, entry in data["students"].items():
        own = entry["assignments"].values()
        total = sum(result["final_score"] for result in own)
        assert total == entry["total"]
        totals[student] = total, data["max_total"]
    return totals


def canvas(raw: bytes) -> dict[str, dict[str, float]]:
    """Canvas's number -> title -> grade, of the columns that belong to assignments."""
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    header = rows[0]
    grades: dict[str, dict[str, float]] = {}
    for row in rows[1:]:
        if row and row[0].strip() != "Points Possible" and row[1]:
            grades[row[1]] = {
                title: float(cell)
                for title, cell in zip(header, row, strict=True)
                if title.endswith(")") and "(" in title and cell.strip()
            }
    return grades


def moodle(raw: bytes) -> dict[str, float]:
    """Identifier -> grade of a grading worksheet."""
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    return {row["Identifier"]: float(row["Grade"]) for row in rows if row["Grade"].strip() not in ("", "-")}
