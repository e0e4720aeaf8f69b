"""Notebooks in real kernels, nbgrader's own commands at the root, and both forms scoring alike."""

from __future__ import annotations

import copy
import csv
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autograder.common.files import sha256
from autograder.course.course import Course
from autograder.release import command, generated
from autograder.sandbox.launch import Door
from tests.checks.slips import reference_in_fewer_epochs
from tests.support.extras import skip_without
from tests.support.places import ROOT

skip_without("nbgrader", "nbclient")


ASSIGNMENTS = Course(ROOT).assignment_names()
SHORT = [name for name in ASSIGNMENTS if not name.startswith("a5")]  # nothing in them trains

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A fresh clone of this repository after one `autograder release`, and its hand-written files."""
    root = tmp_path_factory.mktemp("clone") / "course"
    root.mkdir()
    for name in ("solutions", "data"):
        ignored = shutil.ignore_patterns("notebooks", "FashionMNIST", "MNIST", "__pycache__")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    course = Course(root)
    if not os.environ.get("AUTOGRADER_PICTURES"):  # the pictures in the docs show the reference as it is
        course.assignment("a5_fashion_mnist").master.write_text(reference_in_fewer_epochs(), encoding="utf-8")
    assert command.release(course) == 0
    return course


def execute(notebook: Path, folder: Path) -> dict[str, Any]:
    """Runs a notebook as nbgrader does, top to bottom in a kernel. Outputs of the check cells by task."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        return checks_in(run(notebook, folder).cells)


def run(notebook: Path, folder: Path, as_nbgrader: bool = False, more: str = "") -> Any:
    """The notebook after all of its cells have run in a kernel; an error in a cell fails. more: a cell at its end.

    as_nbgrader: its check cells then run once more, as nbgrader runs them, and stand at the end with these outputs.
    """
    import nbformat
    from nbclient import NotebookClient

    node: Any = nbformat.read(str(notebook), as_version=4)
    node.cells.append(nbformat.v4.new_code_cell(more))
    if as_nbgrader:
        checks = [copy.deepcopy(cell) for cell in node.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        for cell in checks:
            cell.id = f"again-{cell.id}"
        switch = nbformat.v4.new_code_cell('import os\n\nos.environ["NBGRADER_EXECUTION"] = "autograde"')
        node.cells += [switch, *checks]
    NotebookClient(node, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    return node


def checks_in(cells: list[Any]) -> dict[str, Any]:
    """The outputs of the check cells among these by task; of two of one task, the last."""
    return {
        cell.metadata.nbgrader.grade_id.removeprefix("check-"): cell.outputs
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


def grades_of(cells: list[Any]) -> dict[str, tuple[float | None, float]]:
    """What nbgrader makes of the outputs of the check cells: a task's points, and what it is worth."""
    from nbgrader.utils import determine_grade

    marked = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id.removeprefix("check-"): determine_grade(cell) for cell in marked}


def value(outputs: Any) -> float:
    (result,) = [output for output in outputs if output.output_type == "execute_result"]
    return float(result.data["text/plain"])


def page(outputs: Any) -> str:
    shown, *sliders = [output for output in outputs if output.output_type == "display_data"]
    assert all("application/vnd.jupyter.widget-view+json" in slider.data for slider in sliders)
    return str(shown.data["text/html"])


def points_of(course: Course, name: str) -> dict[str, dict[str, int]]:
    """The public and the hidden points of each task, by task."""
    manifest = json.loads((course.assignments / "manifest.json").read_text())
    points: dict[str, dict[str, int]] = manifest["assignments"][name]["points"]
    return points


# One picture of each assignment stands in docs/what-students-see.md, as it comes out of the executed notebook.
SHOWN = {
    "a1_permute": "to_nchw",
    "a2_linear_dims": "affine",
    "a3_conv_shapes": "edges",
    "a4_losses": "shirts",
    "a5_fashion_mnist": "learning",
}
_ALONE = "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}image{image-rendering:pixelated}</style>"


def pictures_in(node: Any, name: str) -> dict[str, str]:
    """What the picture cells of an assignment's notebook show, by picture."""
    cells = {cell.id.removeprefix("see-"): cell.outputs for cell in node.cells if cell.id.startswith("see-")}
    assert SHOWN[name] in cells
    return {picture: page(outputs) for picture, outputs in cells.items()}


def size(node: Any, folder: Path) -> int:
    """The bytes of a notebook that has run."""
    import nbformat

    nbformat.write(node, str(folder / "ran.ipynb"))
    return (folder / "ran.ipynb").stat().st_size


# --- in a kernel ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_stub_runs_to_its_end_with_a_kind_note_for_each_task(course: Course, name: str, tmp_path: Path) -> None:
    """Run by a student, a check cell returns nothing. A hint is at hand."""
    folder = course.assignments / "notebooks" / name
    first = next(iter(points_of(course, name)))
    node = run(folder / f"{name}.ipynb", folder, as_nbgrader=True, more=f'hint("{name[:2]}/{first}")')
    (asked,) = [place for place, cell in enumerate(node.cells) if cell.source.startswith("hint(")]
    assert f"{first}, hint 1 of" in page(node.cells[asked].outputs)
    for task, outputs in checks_in(node.cells[:asked]).items():
        assert [output.output_type for output in outputs] == ["display_data"], task
    for picture, shown in pictures_in(node, name).items():
        assert "<svg" in shown or "draws this picture. Write it first" in shown, picture
    assert size(node, tmp_path) < 1_000_000
    cells, grades = checks_in(node.cells), grades_of(node.cells)
    assert cells
    for task, outputs in cells.items():
        assert value(outputs) == grades[task][0] == 0, task
        assert {o.output_type for o in outputs} == {"display_data", "execute_result"}, task
        shown = page(outputs)
        then = "Run this one again when it does." if "This check builds on " in shown else "Fill in the cell above"
        assert then in shown, task
        assert "Traceback" not in shown


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_reference_passes_every_check_cell_and_draws_its_pictures(
    course: Course, name: str, tmp_path: Path
) -> None:
    """AUTOGRADER_PICTURES=docs/pictures keeps those pictures that the docs show."""
    folder = course.assignments / "notebooks" / name
    node = run(course.solutions / "notebooks" / name / f"{name}.ipynb", folder, as_nbgrader=True)
    worth = {task: float(share["public"] + share["hidden"]) for task, share in points_of(course, name).items()}
    assert {task: value(outputs) for task, outputs in checks_in(node.cells).items()} == worth
    assert grades_of(node.cells) == {task: (share, share) for task, share in worth.items()}
    drawn = pictures_in(node, name)
    for picture, shown in drawn.items():
        assert re.search(r'<svg role="img" aria-label="[^"]{40,}"', shown), picture
    assert size(node, tmp_path) < 1_000_000
    if record := os.environ.get("AUTOGRADER_PICTURES"):
        svg = re.search(r"<svg.*</svg>", drawn[SHOWN[name]], re.DOTALL)
        assert svg is not None
        text = re.sub(r"(<svg[^>]*>)", lambda found: found[1] + _ALONE, svg[0], count=1)
        Path(record, f"{name}.svg").write_text(text + "\n", encoding="utf-8")


def test_a_wrong_answer_is_shown_with_its_reason(course: Course, tmp_path: Path) -> None:
    import nbformat

    folder = course.assignments / "notebooks" / "a1_permute"
    node: Any = nbformat.read(str(folder / "a1_permute.ipynb"), as_version=4)
    for cell in node.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade_id") == "to_nchw":
            cell.source = (
                "import sys\n\n\ndef to_nchw(images):\n    print('<b>looking</b>', file=sys.stderr)\n"
                "    n, h, w, c = images.shape\n    return images.reshape(n, c, h, w)"
            )
        if marks.get("grade_id") == "to_nhwc":
            cell.source = "def to_nhwc(images):\n    return images.permte(0, 2, 3, 1)"
    nbformat.write(node, str(tmp_path / "wrong.ipynb"))
    cells = execute(tmp_path / "wrong.ipynb", folder)
    assert value(cells["to_nchw"]) < 3
    shown = page(cells["to_nchw"])
    assert "pixels are in the wrong place" in shown
    assert "reshape" in shown, "the diagnosis, from data alone"
    assert "&lt;b&gt;looking&lt;/b&gt;" in shown, "what the code printed, and no HTML of its own"
    assert not [o for o in cells["to_nchw"] if o.output_type == "stream"], "nbgrader takes stderr for a failure"
    assert re.search(r"raised AttributeError at cell \[\d+\], line 2", page(cells["to_nhwc"]))


# --- nbgrader's own commands ---------------------------------------------------------------------------------------


_COMMANDS = """
import shlex, sys
from nbgrader.apps.nbgraderapp import NbGraderApp
for command in sys.argv[1:]:
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(shlex.split(command))
"""


def nbgrader(course: Course, *commands: str, folder: Path | None = None) -> str:
    """Runs nbgrader's commands at the root, as someone does who has not activated the environment.

    One after another in one process: each would take two seconds to start.
    """
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["PATH"] = os.pathsep.join(
        p for p in os.environ["PATH"].split(os.pathsep) if not Path(p, "alembic").exists()
    )
    run = subprocess.run(
        [sys.executable, "-c", _COMMANDS, *commands],
        cwd=folder or course.root,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


def by_hand(course: Course) -> dict[str, bytes]:
    """What people wrote: masters, checks, stubs, configuration."""
    files = generated.files_in(course.root)
    return {n: p.read_bytes() for n, p in files.items() if n.endswith((".py", ".toml", ".txt"))}


@pytest.fixture(scope="session")
def graded(course: Course) -> Course:
    """Two students of a1, one with a notebook, one with a script, through nbgrader's commands and our export."""
    before = by_hand(course)
    released = sha256((course.assignments / "notebooks/a1_permute/a1_permute.ipynb").read_bytes())
    nbgrader(
        course,
        "db assignment add a1_permute",
        "db student add ada --first-name=Ada",
        "generate_assignment a1_permute --force",
    )
    assert sha256((course.assignments / "notebooks/a1_permute/a1_permute.ipynb").read_bytes()) == released
    for student, source in {
        "ada": course.solutions / "notebooks/a1_permute/a1_permute.ipynb",
        "bob": course.assignments / "notebooks/a1_permute/a1_permute.ipynb",
    }.items():
        (course.root / "submitted" / student / "a1_permute").mkdir(parents=True)
        shutil.copy(source, course.root / "submitted" / student / "a1_permute" / "a1_permute.ipynb")
    nbgrader(course, "autograde a1_permute")
    assert by_hand(course) == before, "no command touched a hand-written file"
    return course


def scores(course: Course) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        return {entry["student"]: entry["score"] for entry in book.submission_dicts("a1_permute")}


def test_autograde_gives_full_marks_to_the_reference_and_none_to_the_stub(graded: Course) -> None:
    assert scores(graded) == {"ada": 10.0, "bob": 0.0}


def test_nbgrader_finds_a_reference_valid_and_a_stub_not(graded: Course) -> None:
    """Those of the first assignment. For the others, the tests in a kernel ask nbgrader what the outputs are worth."""
    handed_in = [f"submitted/{student}/a1_permute/a1_permute.ipynb" for student in ("ada", "bob")]
    said = nbgrader(graded, f"validate {' '.join(handed_in)}")
    assert re.findall(r"Success|FAILED", said) == ["Success", "FAILED"]


def test_a_student_fetches_and_submits_and_the_course_collects(graded: Course, tmp_path: Path) -> None:
    """By an exchange of the test's own. Where none is named, it stays in the course's folder."""
    exchange, own = tmp_path / "exchange", tmp_path / "student"
    exchange.mkdir()
    exchange.chmod(0o777)
    own.mkdir()
    where = f"--Exchange.root='{exchange}' --Exchange.cache='{tmp_path / 'cache'}' --course=cnn"
    before = by_hand(graded)
    nbgrader(graded, f"release_assignment a2_linear_dims {where}", "release_assignment a2_linear_dims")
    assert (graded.root / "exchange" / "cnn" / "outbound" / "a2_linear_dims" / "a2_linear_dims.ipynb").is_file()
    nbgrader(graded, f"fetch_assignment a2_linear_dims {where}", f"submit a2_linear_dims {where}", folder=own)
    assert (own / "a2_linear_dims" / "a2_linear_dims.ipynb").is_file()
    nbgrader(graded, f"collect a2_linear_dims {where}")
    (collected,) = (graded.root / "submitted").glob("*/a2_linear_dims/a2_linear_dims.ipynb")
    assert collected.read_bytes() == (graded.assignments / "notebooks/a2_linear_dims/a2_linear_dims.ipynb").read_bytes()
    assert (collected.parent / "timestamp.txt").is_file()
    shutil.rmtree(collected.parent)
    assert by_hand(graded) == before, "no command touched a hand-written file"


def test_a_page_shows_the_students_own_code_wherever_it_came_from(graded: Course, tmp_path: Path) -> None:
    from autograder.platforms import nbgrader as ours
    from autograder.results.guard import Guard
    from autograder.results.result import CheckResult, ClassResults, Result

    code = (graded.solutions / "a1_permute" / "a1_permute.py").read_text(encoding="utf-8")
    clone = tmp_path / "class" / "cnn-dora" / "assignments" / "a1_permute" / "a1_permute.py"
    clone.parent.mkdir(parents=True)
    clone.write_text(f"# dora was here\n{code}", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "class" / "emil.zip", "w") as archive:
        archive.writestr("mine/a1_permute.py", f"# emil was here\n{code}")
    checks = (CheckResult("test_a", "Moves", "to_nchw", 3, 0, "failed", False, None, "not yet"),)
    files = {"dora": "cnn-dora/assignments/a1_permute/a1_permute.py", "emil": "emil.zip/mine/a1_permute.py", "fay": ""}
    results = tuple(Result(s, "a1_permute", "py", "graded", 0, 3, checks, file=file) for s, file in files.items())
    url = f"sqlite:///{tmp_path / 'book.db'}"
    ours.write(ClassResults(results), graded, Guard(), url, tmp_path / "class")
    pages = {s: (graded.root / "autograded" / s / "a1_permute" / "a1_permute.ipynb").read_text("utf-8") for s in files}
    for student in files:  # the course's own gradebook, which other tests read, knows nothing of them
        shutil.rmtree(graded.root / "autograded" / student)
    assert "dora was here" in pages["dora"]
    assert "emil was here" in pages["emil"]
    assert "is not in `submitted/`" in pages["fay"]


def export(course: Course, passed: bool) -> Any:
    """Enters results as grading would write them: for ada, and for cem, who handed in a script."""
    from autograder.common.diagnosis import Diagnosis
    from autograder.platforms import nbgrader as ours
    from autograder.results.guard import Guard
    from autograder.results.result import CheckResult, ClassResults, Result

    def result(student: str) -> Result:
        found = None if passed else Diagnosis("reshapes", "You used reshape or view.")
        message = "" if passed else "to_nchw(images) returned `x<script>`, which is <b>wrong</b>."
        outcome: Any = "passed" if passed else "failed"
        score = 2 if passed else 0
        checks = (
            CheckResult("test_a", "Moves the channels", "to_nchw", 2, score, outcome, False, found, message),
            CheckResult("test_b", "A hidden title", "to_nchw", 1, 0, "failed", True, None, "hidden words"),
            CheckResult("test_c", "Back again", "to_nhwc", 2, 2, "passed", False),
        )
        return Result(student, "a1_permute", "py", "graded", score + 2, 5, checks)

    script = course.root / "submitted" / "cem" / "a1_permute" / "a1_permute.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(course.solutions / "a1_permute" / "a1_permute.py", script)
    return ours.write(ClassResults((result("ada"), result("cem"))), course, Guard())


def test_our_scores_reach_the_gradebook_and_hand_given_marks_stay(graded: Course) -> None:
    from nbgrader.api import Gradebook

    url = f"sqlite:///{graded.root / 'gradebook.db'}"
    assert export(graded, passed=False)["entered"] == 2
    assert scores(graded) == {"ada": 2.0, "bob": 0.0, "cem": 2.0}
    where = ("a1_permute", "a1_permute", "ada")
    with Gradebook(url) as book:
        book.find_grade("check-to_nchw", *where).manual_score = 1.5
        book.find_comment("to_nchw", *where).manual_comment = "Nearly."
        book.db.commit()
    assert export(graded, passed=True)["by_hand"] == 1
    with Gradebook(url) as book:
        grade = book.find_grade("check-to_nchw", *where)
        assert (grade.auto_score, grade.manual_score, grade.score) == (2.0, 1.5, 1.5)
        assert grade.needs_manual_grade, "our score changed under a hand-given one"
        assert book.find_comment("to_nchw", *where).comment == "Nearly."
    assert scores(graded) == {"ada": 3.5, "bob": 0.0, "cem": 4.0}


def test_nbgraders_own_export_has_the_final_scores(graded: Course, tmp_path: Path) -> None:
    from autograder.platforms import nbgrader as ours
    from autograder.results.guard import Guard
    from autograder.results.result import CheckResult, ClassResults, Final, Result

    checks = (CheckResult("test_a", "Moves the channels", "to_nchw", 3, 3, "passed", False),)
    late, given = (
        Result(name, "a1_permute", "py", "graded", 3, 3, checks, submitted="2026-11-21T12:00:00Z")
        for name in ("dora", "emil")
    )
    finals = {("dora", "a1_permute"): Final(1, 2, "late"), ("emil", "a1_permute"): Final(5, 0, "+2")}
    ours.write(ClassResults((late, given), finals=finals), graded, Guard())
    nbgrader(graded, f"export --to '{tmp_path / 'grades.csv'}'")
    with (tmp_path / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert (float(rows["dora"]["raw_score"]), float(rows["dora"]["score"])) == (3.0, 1.0)
    assert float(rows["emil"]["score"]) == 5.0
    assert rows["dora"]["timestamp"] == "2026-11-21 12:00:00"


def test_feedback_carries_our_words_and_no_hidden_check(graded: Course) -> None:
    export(graded, passed=False)
    nbgrader(graded, "generate_feedback a1_permute --force", "export --to=grades.csv")
    text = (graded.root / "feedback/cem/a1_permute/a1_permute.html").read_text()
    assert "You used reshape or view." in text
    assert "hidden words" not in text
    assert "A hidden title" not in text
    assert "<script>, which" not in text
    assert "<b>wrong</b>" not in text
    assert "cem" in (graded.root / "grades.csv").read_text()


@pytest.fixture
def server(graded: Course) -> Iterator[str]:
    """A Jupyter server at the root, with nbgrader's formgrader."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["jupyter_server", "--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token="]
    log = (graded.root / "jupyter.log").open("w")
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=graded.root, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{url}/api/status", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait(20)
        log.close()


@pytest.mark.skipif(
    shutil.which("chromium") is None and shutil.which("google-chrome") is None, reason="no Chromium here"
)
def test_formgrader_shows_our_scores_in_a_browser(graded: Course, server: str) -> None:
    from nbgrader.api import Gradebook

    export(graded, passed=False)
    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}") as book:
        submitted = book.find_submission_notebook("a1_permute", "a1_permute", "cem").id
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser is not None
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=30000", "--dump-dom"]
    address = f"{server}/formgrader/submissions/{submitted}"
    dom = subprocess.run([browser, *words, address], capture_output=True, text=True, timeout=180).stdout
    shown = dict(re.findall(r'id="check-(\w+)" [^>]*placeholder="([^"]*)"', dom))
    assert (shown["to_nchw"], shown["to_nhwc"]) == ("0", "2"), "our scores"
    assert "You used reshape or view." in dom, "our comment, fetched by the page's own script"


# --- both forms score alike ----------------------------------------------------------------------------------------


@cache
def cells_of(script: str) -> list[Any]:
    """The cells of a script, as jupytext splits it."""
    import jupytext

    return list(jupytext.reads(script, fmt="py:percent").cells)


def as_notebook(parts: Sequence[str], path: Path, name: str) -> None:
    """A submission as its notebook, with a magic and the check cells that students' notebooks have.

    parts: the text of its script. What begins many of them is split into cells once.
    """
    import nbformat.v4 as v4

    check = f'from autograder.notebook import check\n\ncheck("{name}", "x", points=1)'
    cells = [v4.new_code_cell("%matplotlib inline\n!ls")]
    for cell in itertools.chain.from_iterable(map(cells_of, parts)):
        cells += [cell, v4.new_code_cell(check)] if cell.cell_type == "code" else [cell]
    path.write_text(v4.writes(v4.new_notebook(cells=cells)), encoding="utf-8")


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_both_forms_of_an_answer_score_alike(
    course: Course, door: Callable[[], Door | None], tmp_path: Path, name: str
) -> None:
    """The reference, the stub and two misconceptions of each task, as a script and as a notebook; where it trains, one.

    All misconceptions are read in both forms. Of one its own task is asked: the others are the reference's.
    """
    from autograder.checks.catalogues import CodeCatalogue
    from autograder.grading.engine import Engine
    from autograder.release.verify import as_submission
    from autograder.submission.source import read_source

    assignment = course.assignment(name)
    master = assignment.master.read_text(encoding="utf-8")
    known = list(CodeCatalogue.load(assignment.misconceptions).misconceptions)
    stub = course.released(name).master.read_text(encoding="utf-8")
    answers: dict[str, tuple[tuple[str, ...], str | None]] = {"reference": ((master,), None), "stub": ((stub,), None)}
    last = {m.task: m for m in known}
    first = {m.task: m for m in reversed(known)} if name in SHORT else {}
    graded = {"reference", "stub"} | {m.name for m in (*first.values(), *last.values())}
    for m in known:
        text = as_submission(assignment.master, assignment.misconceptions, m).text
        answers[m.name] = (master, text.removeprefix(master)), m.task
    engine = Engine(course, assignment, door=door())
    try:
        for label, (parts, task) in answers.items():
            # A whole training takes a minute; that the same code trains alike is a check of its own.
            only = lambda check, task=task: task in (None, check.task) and (name in SHORT or not check.hidden)
            script, notebook = tmp_path / f"{name}.py", tmp_path / f"{name}.ipynb"
            script.write_text("".join(parts), encoding="utf-8")
            as_notebook(parts, notebook, name)
            sources = [read_source(path) for path in (script, notebook)]
            assert sources[0].code_digest == sources[1].code_digest, label
            if label not in graded:
                continue
            one, other = (engine.grade(source, 7, only) for source in sources)
            assert not one.unreadable, label
            assert [(v.check.name, v.outcome, v.diagnosis) for v in one.verdicts] == [
                (v.check.name, v.outcome, v.diagnosis) for v in other.verdicts
            ], label
            passed = {v.outcome == "passed" for v in one.verdicts}
            assert passed == {label == "reference"} or label not in ("reference", "stub"), label
    finally:
        engine.close()


# --- a sixth assignment --------------------------------------------------------------------------------------------


def test_a_sixth_assignment_is_one_folder(course: Course, tmp_path: Path) -> None:
    """What docs/adding-an-assignment.md says, done in a copy, with its own examples."""
    text = (ROOT / "docs" / "adding-an-assignment.md").read_text(encoding="utf-8")
    files = re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", text, re.S)
    assert {name for name, _ in files} >= {"a6_pool.py", "test_a6_pool.py", "test_a6_pool_hidden.py"}
    root = tmp_path / "course"
    shutil.copytree(course.solutions / "a1_permute", root / "solutions" / "a1_permute")
    folder = root / "solutions" / "a6_pool"
    folder.mkdir()
    for name, content in files:
        (folder / name).write_text(content, encoding="utf-8")
    grown = Course(root)
    assert command.release(grown) == 0
    assert command.check(grown) == 0
    assert grown.assignment_names() == ["a1_permute", "a6_pool"]
    stub = root / "assignments" / "notebooks" / "a6_pool"
    cells = execute(stub / "a6_pool.ipynb", stub)
    assert {task: value(outputs) for task, outputs in cells.items()} == {"max_pool": 0.0}
    cells = execute(root / "solutions" / "notebooks" / "a6_pool" / "a6_pool.ipynb", stub)
    assert {task: value(outputs) for task, outputs in cells.items()} == {"max_pool": 5.0}
