"""The assignments through the real grader: right answers get all points, stubs none, wrong ones their reason."""

from __future__ import annotations

import dataclasses
import operator
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder.checks.catalogues import CodeCatalogue
from autograder.checks.misconceptions import Written
from autograder.common.run_file import run_file
from autograder.course.course import Course
from autograder.grading.context import CheckContext
from autograder.grading.engine import Engine, Grading
from autograder.grading.job import Job, Settings
from autograder.grading.live import LiveChecks
from autograder.grading.worker import close_engines, grade_job
from autograder.sandbox.launch import Door
from autograder.sandbox.observation import Observation, Question
from autograder.sandbox.run_local import LocalRun
from autograder.student.repository import StudentRepository
from autograder.submission.source import Cell, Source, read_source
from tests.checks.slips import reference_in_fewer_epochs
from tests.support.places import ROOT

COURSE = Course(ROOT)
LIGHT = [name for name in COURSE.assignment_names() if name != "a5_fashion_mnist"]
ALTERNATIVES = ROOT / "tests" / "alternatives"
HIGHEST_BAND = "test_accuracy_on_new_images[85%]"
# What changes in a network's file, so that it is trained for fewer epochs: it reaches the band below the highest all the same.
FEWER_EPOCHS = {
    "accumulated_gradients": (("epoch == 8", "epoch == 3"), ("(8 - epoch) / 8", "(3 - epoch) / 3")),
    "averaged_weights": (("range(9)", "range(2)"),),
    "best_copy": (("range(6)", "range(2)"),),
    "by_hand": (("12, 50", "3, 50"),),
    "channels_last_bfloat16": (("7, 128", "2, 128"),),
    "ensemble": (("range(7)", "range(1)"),),
    "lazy_residual": (("epochs = 6", "epochs = 3"),),
    "loader_workers": (("range(8)", "range(3)"), ("optimizer, 8)", "optimizer, 3)")),
    "log_probabilities": (("range(7)", "range(2)"), ("optimizer, 0.6", "optimizer, 0.4")),
    "numpy_around": (("range(6)", "range(1)"),),
    "plain_student": (("range(6)", "range(4)"),),
    "test_time_augmentation": (("epochs, batches = 7", "epochs, batches = 2"),),
}


@pytest.fixture(scope="module", params=LIGHT)
def engine(request: pytest.FixtureRequest, engines: Callable[[str], Engine]) -> Engine:
    return engines(request.param)


@pytest.fixture(scope="module")
def permute(engines: Callable[[str], Engine]) -> Engine:
    return engines("a1_permute")


def reasons(graded: Grading) -> list[str]:
    return [f"{v.check.name}: {v.message}" for v in graded.verdicts if v.outcome != "passed"] or [graded.unreadable]


def score(graded: Grading) -> int:
    return sum(v.check.points for v in graded.verdicts if v.outcome == "passed")


def worth(engine: Engine) -> int:
    return sum(check.points for check in engine.checks)


def as_source(text: str) -> Source:
    return Source("py", (Cell(text, 1, None),))


def test_points_are_the_contract(engine: Engine) -> None:
    wanted = {"a1_permute": 10, "a2_linear_dims": 10, "a3_conv_shapes": 20, "a4_losses": 20}
    assert worth(engine) == wanted[engine.assignment.name]


def test_reference_has_full_marks_with_any_seed(engine: Engine) -> None:
    source = read_source(engine.assignment.master)
    for seed in range(5):
        graded = engine.grade(source, seed)
        assert score(graded) == worth(engine), reasons(graded)


def test_stub_has_none_and_is_told_kindly(engine: Engine) -> None:
    graded = engine.grade(read_source(COURSE.released(engine.assignment.name).master), 1)
    assert score(graded) == 0
    assert {v.outcome for v in graded.verdicts} <= {"not_run", "failed"}
    assert all("Traceback" not in v.message and v.message for v in graded.verdicts)


@pytest.mark.parametrize("seed", [0, *(pytest.param(more, marks=pytest.mark.heavy) for more in (1, 2))])
def test_right_answers_in_any_style_have_full_marks(engine: Engine, seed: int) -> None:
    """A false failure is worse than a missed one."""
    for path in sorted((ALTERNATIVES / engine.assignment.name).glob("*.py")):
        if path.stem == "asks_torch_for_shapes" and torch.__version__ < "2.7":
            continue  # this torch answers with a size of 0 where a kernel does not fit
        graded = engine.grade(read_source(path), seed)
        assert score(graded) == worth(engine), (path.name, reasons(graded))


@pytest.mark.heavy
@pytest.mark.parametrize(
    "path", sorted((ALTERNATIVES / "a5_fashion_mnist").glob("*.py")), ids=operator.attrgetter("stem")
)
def test_a_network_of_any_style_passes(engines: Callable[[str], Engine], path: Path) -> None:
    """One training each, of a few epochs; `benchmarks/fairness.py --networks` trains them as long as they are written."""
    text = read_source(path).text
    for all_of_them, fewer in FEWER_EPOCHS.get(path.stem, ()):
        assert all_of_them in text
        text = text.replace(all_of_them, fewer)
    graded = engines("a5_fashion_mnist").grade(as_source(text), 1)
    bad = [v for v in graded.verdicts if v.outcome != "passed" and v.check.name != HIGHEST_BAND]
    assert not bad, reasons(graded)


@pytest.mark.heavy
@pytest.mark.parametrize(("late", "earns"), [(True, True), (False, False)])
def test_what_a_training_taught_before_it_raised_counts(
    engines: Callable[[str], Engine], late: bool, earns: bool
) -> None:
    """A picture at the end that cannot be drawn costs `train` its own points, not those of the network."""
    text = reference_in_fewer_epochs()
    wrong = "\n\ntaught = train\ndef train(model, images, labels):\n"
    wrong += "    taught(model, images, labels)\n" if late else "    taught(model, images[:64], labels[:64])\n"
    graded = engines("a5_fashion_mnist").grade(as_source(f"{text}{wrong}    raise RuntimeError('no display')\n"), 1)
    of_bands = [v for v in graded.verdicts if v.check.name.startswith("test_accuracy_on_new_images")]
    assert any(v.outcome == "passed" for v in of_bands) == earns, reasons(graded)
    others = [v for v in graded.verdicts if v.check.task == "train" and v not in of_bands]
    assert others
    assert all("no display" in v.message for v in others), reasons(graded)


def test_there_are_sixty_right_answers_and_more() -> None:
    """`python benchmarks/fairness.py` grades each of them a hundred times."""
    assert len(list(ALTERNATIVES.glob("*/*.py"))) >= 60


def test_the_same_seed_gives_the_same_verdicts(engine: Engine) -> None:
    source = read_source(COURSE.released(engine.assignment.name).master)
    first, second = (engine.grade(source, 7).verdicts for _ in range(2))
    blank = [dataclasses.replace(v, seconds=0.0) for v in first]
    assert blank == [dataclasses.replace(v, seconds=0.0) for v in second]


def test_a_wrong_idea_is_named(engine: Engine) -> None:
    if engine.assignment.name != "a1_permute":
        pytest.skip("one assignment will do: verify proves the rest")
    text = engine.assignment.master.read_text(encoding="utf-8")
    wrong = "def to_nchw(images):\n    n, h, w, c = images.shape\n    return images.reshape(n, c, h, w)\n"
    graded = engine.grade(as_source(f"{text}\n\n{wrong}"), 1)
    failed = [v for v in graded.verdicts if v.outcome == "failed"]
    assert failed
    assert {v.check.task for v in failed} == {"to_nchw"}
    assert all("pixels" in v.message or "values" in v.message for v in failed)
    assert any(v.diagnosis and "reshape" in v.diagnosis.message for v in failed)


@pytest.mark.parametrize(
    ("spoil", "outcome", "words"),
    [
        ("def to_nhwc(images):\n    import os\n    os._exit(0)\n", "crashed", "ended the Python process"),
        ("def to_nhwc(images):\n    return missing_name\n", "error", "NameError"),
        ("to_nhwc = 5\n", "error", "is of type int, but must be something to call"),
        ("to_nhwc = to_nhwc(torch.ones(1, 1, 1, 1))\n", "error", "as in the stub. Line "),
        ("to_nhwc = None\n", "error", "to call, as in the stub. Line "),
        ("del to_nhwc\n", "error", "deletes to_nhwc at line"),
        ("def to_nhwc(images):\n    import sys\n    sys.exit(1)\n", "error", "SystemExit"),
        ("def to_nhwc(images):\n    import torch\n    return torch.ones(2**36)\n", "error", "memory"),
        ("def to_nhwc(images):\n    return None\n", "failed", "None"),
        (
            "seen = torch.rand(2, 3, 5, 7)\ndef to_nhwc(images):\n    return seen\n",
            "failed",
            "Your to_nhwc never uses images.",
        ),
        ("def to_nhwc(images):\n    raise NotImplementedError\n", "not_run", "not started"),
    ],
)
def test_one_bad_task_costs_itself_alone(permute: Engine, spoil: str, outcome: str, words: str) -> None:
    with_spoilt_task(permute, spoil, outcome, words)


def messages_of(permute: Engine, text: str, folder: Path) -> dict[str, str]:
    (folder / "a1_permute.py").write_text(text, encoding="utf-8")
    verdicts = permute.grade(read_source(folder / "a1_permute.py"), 1).verdicts
    return {v.check.task: v.message for v in verdicts if v.outcome == "error"}


def test_a_line_that_cannot_be_read_is_named_where_it_costs_a_task(permute: Engine, tmp_path: Path) -> None:
    text = permute.assignment.master.read_text(encoding="utf-8")
    broken = text.replace("    return images.permute(0, 3, 1, 2)", "    retrun images")
    assert broken != text
    number = broken[: broken.index("retrun")].count("\n") + 1
    said = messages_of(permute, broken, tmp_path)
    assert set(said) == {"to_nchw"}
    (note,) = permute.grade(read_source(tmp_path / "a1_permute.py"), 1).notes
    assert "\n    retrun images\n           ^" in note
    assert f"because of line {number} of your file: invalid syntax." in said["to_nchw"]
    assert "is that the one" not in said["to_nchw"]


def test_a_slip_of_the_pen_is_no_other_task(permute: Engine, tmp_path: Path) -> None:
    text = permute.assignment.master.read_text(encoding="utf-8")
    misspelt = text.replace("def to_nchw", "def to_nchv")
    assert "It defines to_nchv" in messages_of(permute, misspelt, tmp_path)["to_nchw"]
    assert "is that the one" not in messages_of(permute, text + "\ndel to_nchw\n", tmp_path)["to_nchw"]
    gone = text.replace("def to_nchw", "def moved")
    assert messages_of(permute, gone, tmp_path)["to_nchw"] == "Your file has no to_nchw.", "torch is not meant for it"


@pytest.mark.heavy
def test_an_endless_loop_costs_its_own_task(door: Callable[[], Door | None]) -> None:
    engine = Engine(COURSE, COURSE.assignment("a1_permute"), Settings(call_seconds=1.0), door=door())
    try:
        with_spoilt_task(engine, "def to_nhwc(images):\n    while True:\n        pass\n", "timeout", "longer than")
    finally:
        engine.close()


def with_spoilt_task(permute: Engine, spoil: str, outcome: str, words: str) -> None:
    text = permute.assignment.master.read_text(encoding="utf-8")
    graded = permute.grade(as_source(f"{text}\n\n{spoil}"), 1)
    bad = [v for v in graded.verdicts if v.outcome != "passed"]
    assert {v.check.task for v in bad} == {"to_nhwc"}
    assert bad[0].outcome == outcome, bad[0].message
    assert words in bad[0].message
    assert "Traceback" not in bad[0].message


USED_UP = """
class Once(nn.Module):
    def __init__(self, module):
        super().__init__()
        self.modules_left = [module]

    def forward(self, logits):
        return self.modules_left.pop()(logits)

_activation = output_activation

def output_activation(task, output):
    return Once(_activation(task, output))
"""


def test_an_activation_serves_more_than_one_batch(engines: Callable[[str], Engine]) -> None:
    engine = engines("a4_losses")
    text = engine.assignment.master.read_text(encoding="utf-8")
    graded = engine.grade(as_source(f"{text}\n\n{USED_UP}"), 1)
    bad = {verdict.check.name: verdict.outcome for verdict in graded.verdicts if verdict.outcome != "passed"}
    assert bad == {"test_activations_of_fresh_batches": "error"}


def test_what_raises_at_the_end_is_run_as_definitions(permute: Engine) -> None:
    text = permute.assignment.master.read_text(encoding="utf-8")
    graded = permute.grade(as_source(text + "\n\nopen('no such file')\n"), 1)
    assert score(graded) == 10
    assert "FileNotFoundError" in graded.notes[0]
    broken = permute.grade(as_source("def to_nchw(images:\n    pass\n"), 1)
    assert broken.unreadable.startswith("SyntaxError at line 1 (read as Python ")
    assert "(a1_permute.py" not in broken.unreadable


def pytest_in(folder: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", folder, "-q", "-p", "no:cacheprovider", *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.heavy
def test_plain_pytest_passes_the_reference_and_fails_the_stub_kindly() -> None:
    assert pytest_in("solutions/a1_permute").returncode == 0
    ended = pytest_in("assignments/a1_permute")
    assert ended.returncode == 1
    assert "to_nchw is not started yet" in ended.stdout
    assert "Traceback" not in ended.stdout
    assert "proxy.py" not in ended.stdout


@pytest.mark.heavy
def test_plain_pytest_names_the_line_that_cannot_be_read(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    path = tmp_path / "assignments" / "a1_permute" / "a1_permute.py"
    path.write_text(path.read_text().replace('raise NotImplementedError("to_nchw")', "return images.permute(0"))
    ended = pytest_in(str(path.parent), "--rootdir", str(tmp_path))
    assert ended.returncode == 1
    assert "'(' was never closed" in ended.stdout


def test_check_tells_a_student_where_things_stand() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "a1"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 1
    assert "0 of" in ended.stdout
    assert "to_nchw is not started yet" in ended.stdout


def test_a_worker_imports_for_a_first_training_before_any_submission() -> None:
    """After student code has run, the warm process imports nothing more."""
    text = COURSE.assignment("a1_permute").master.read_text(encoding="utf-8")
    text += "\nimport sys\nto_nchw = 'torch._dynamo' in sys.modules or None\n"
    try:
        data = grade_job(Job("ada", "a1_permute", as_source(text), ROOT))
    finally:
        close_engines()
    messages = [check["message"] for check in data["checks"] if check["task"] == "to_nchw"]
    assert messages
    assert all("to_nchw is of type bool" in message for message in messages)


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "assignments").glob("a[0-9]*_*")))
def test_a_stub_teaches_and_needs_nothing_of_ours(name: str) -> None:
    """An idea before the code, an example with its result in every docstring, full type hints, no import of ours."""
    import ast

    text = (ROOT / "assignments" / name / f"{name}.py").read_text(encoding="utf-8")
    assert "import autograder" not in text
    assert "from autograder" not in text
    assert text.splitlines()[1].startswith(f"# # {name}: "), "the first heading asks the assignment's question"
    first_code = text.index("\nimport torch")
    assert text[:first_code].count("\n# ") >= 5, "the idea comes before the code"
    tasks = StudentRepository(Course(ROOT)).tasks(name)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in tasks:
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            assert node.returns is not None, node.name
            assert all(argument.annotation for argument in arguments), node.name
            assert "Example" in (ast.get_docstring(node) or ""), f"{node.name} has no example"


class _Noting(LocalRun):
    """Notes all that is asked of each task, and what comes back."""

    def ask(self, task: str, question: Question) -> Observation:
        seen = super().ask(task, question)
        asked = (value for call in seen.calls for value in (*call.args, *call.kwargs.values()))
        self.memory.setdefault(task, set()).update(*map(_shown, asked), _shown(seen.value))
        return seen


def _shown(value: object) -> set[str]:
    """A value as an example may write it: its numbers where they are few, its shape, its sizes."""
    if isinstance(value, torch.Tensor):
        return {str(value.tolist()) if value.numel() < 20 else "", *_shown(tuple(value.shape))}
    return {str(value), *map(str, value)} if isinstance(value, tuple) else {str(value)}


@pytest.mark.parametrize("name", ["a2_linear_dims", "a5_fashion_mnist"])
def test_public_checks_ask_for_the_example_of_each_docstring(name: str) -> None:
    import ast

    assignment = COURSE.assignment(name)
    live = LiveChecks([assignment.public_checks])
    try:
        run = _Noting(vars(run_file(assignment.master)), assignment.parameters())
        context = CheckContext(run, lambda: CodeCatalogue(Written()), 1, lambda: pytest.fail("asks for test images"))
        live.run(context, lambda check: check.task != "train" and not {"FashionCNN", "train"} & set(check.needs))
    finally:
        live.close()
    tasks = {check.task for check in live.checks}
    for node in ast.parse(assignment.master.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in tasks:
            example = (ast.get_docstring(node) or "").partition("Example:")[2]
            written = re.findall(r"\([\d, ]+\)|\[\[.*?\]\]|\[[^\[]*?\]|\b\d+\b", example)
            wanted = {str(ast.literal_eval(value)) for value in written}
            assert wanted <= run.memory.get(node.name, set()), f"{node.name}: {example}"
            assert wanted or node.name == "train"


def test_an_answer_with_its_parameters_in_another_order_gets_no_diagnosis(engine: Engine) -> None:
    """It computed what it should, of other values: each wrong idea that fits would be untrue."""
    if engine.assignment.name != "a2_linear_dims":
        pytest.skip("one assignment will do")
    text = engine.assignment.master.read_text(encoding="utf-8")
    swapped = "def affine(weight, x, bias):\n    return x @ weight.T + bias\n"
    bad = [v for v in engine.grade(as_source(f"{text}\n\n{swapped}"), 1).verdicts if v.outcome != "passed"]
    assert {v.check.task for v in bad} == {"affine"}
    for verdict in bad:
        assert verdict.diagnosis is None
        assert "takes weight, x and bias in this order. The stub's order is x, weight and bias" in verdict.message
    again = engine.grade(as_source(f"{text}\n\n{swapped.replace('weight, x', 'x, weight')}"), 1).verdicts
    assert all(v.outcome == "passed" for v in again)


def test_what_is_said_of_the_parameters_stands_before_the_map(permute: Engine) -> None:
    spoil = "def to_nhwc(images):\n    return (torch.arange(210) % 7).byte().reshape(2, 5, 7, 3)\n"
    text = permute.assignment.master.read_text(encoding="utf-8")
    messages = [v.message for v in permute.grade(as_source(f"{text}\n\n{spoil}"), 1).verdicts if v.message]
    (mapped,) = [message for message in messages if "x marks the wrong ones" in message]
    assert mapped.partition("\n")[0].endswith("Your to_nhwc never uses images.")


def test_what_stands_in_for_a_package_is_called_that(permute: Engine) -> None:
    spoil = (
        "from scipy.ndimage import rotate\ndef to_nhwc(images):\n    return torch.from_numpy(rotate(images.numpy()))\n"
    )
    with_spoilt_task(permute, spoil, "error", "imports scipy, which grading does not have")
    with_spoilt_task(permute, spoil, "error", "got what stands in for a missing package")
