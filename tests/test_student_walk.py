"""A walk through the whole course, as a new student would do it, in a real terminal and a clean environment.

From a fresh `release --to` folder: a greeting, a first check, hints, every task first wrong (as a misconception has it,
with its diagnosis on the screen) and then right, a network trained, and everything passed. What was seen is written
down: AUTOGRADER_RECORD=docs/students-hour.md keeps it.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import runpy
import subprocess
import sys
import sysconfig
import textwrap
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.release.student import release_to
from tests.support.places import ROOT

pexpect = pytest.importorskip("pexpect")
if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

pytestmark = pytest.mark.heavy

PATIENCE = 300  # seconds for one step on a machine that does other things too
_SETTLED = r"Checked in \d+\.\d+ s[^\n]*\n[^\n]*quit"  # the end of a screen of the watch
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")


# --- what the student writes ---------------------------------------------------------------------------------------


def node_of(source: str, task: str) -> ast.stmt:
    """The definition (or assignment) of a task in a file."""
    for node in ast.parse(source).body:
        if getattr(node, "name", None) == task:
            return node
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == task:
                found = node
    return found


def text_of(source: str, task: str) -> str:
    node = node_of(source, task)
    lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
    return "\n".join(line for line in lines if "### " not in line)


def written(source: str, task: str, text: str) -> str:
    """The file with the task written anew."""
    node = node_of(source, task)
    lines = source.splitlines()
    return "\n".join([*lines[: node.lineno - 1], text, *lines[node.end_lineno :]]) + "\n"


# Where the catalogue has no mistake that stands alone: what a first try may look like.
_FIRST_TRIES = {
    "a3_conv_shapes/conv2d_output_shape": """
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    n, c, h, w = input_shape
    return n, out_channels, h - kernel_size, w - kernel_size
""",
    "a3_conv_shapes/conv2d": """
def conv2d(images, weight, bias, stride=1, padding=0):
    return torch.nn.functional.conv2d(images, weight, None, stride, padding)
""",
    "a3_conv_shapes/ANSWERS": """
ANSWERS = dict.fromkeys(("conv1", "pool1", "conv2", "pool2", "flatten", "linear"), (32, 8, 28, 28))
""",
    "a4_losses/output_activation": """
def output_activation(task, output):
    return torch.nn.Softmax(dim=0)
""",
    "a5_fashion_mnist/FashionCNN": """
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Softmax(dim=1))

    def forward(self, x):
        return self.layers(x)
""",
    "a5_fashion_mnist/train": """
def train(model, images, labels):
    return [nn.functional.cross_entropy(model(preprocess(images)), labels).item()]
""",
    "a5_fashion_mnist/predict": """
def predict(model, images):
    return model(preprocess(images))
""",
}


def answers_of(name: str) -> str:
    """The right answers, as a student would write them down."""
    space = runpy.run_path(str(ROOT / "solutions" / name / f"{name}.py"))
    return f"ANSWERS = {space['ANSWERS']!r}"


def imported(source: str) -> dict[str, str]:
    """The names that a file imports at its top level, each with its line."""
    nodes = [node for node in ast.parse(source).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name.split(".")[0]: ast.unparse(node) for node in nodes for alias in node.names}


def first_mistake(released: Path, name: str, task: str) -> tuple[str, str] | None:
    """The first misconception of a task that a public check knows and that needs nothing beside it: code, diagnosis."""
    source = (ROOT / "solutions" / name / "misconceptions.py").read_text(encoding="utf-8")
    data = json.loads((released / name / "diagnoses.json").read_text(encoding="utf-8"))
    messages = list(data["messages"])
    seen = [earned for points in data["wrong"].values() for results in points.values() for _, earned in results]
    known = {messages[number] for numbers in seen for number in numbers}
    tree = ast.parse(source)
    own = {n.name for n in tree.body if hasattr(n, "name")}
    own |= {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    imports, there = imported(source), imported((released / ".stubs" / f"{name}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name not in known or not node.decorator_list:
            continue
        of = node.decorator_list[0]
        if not isinstance(of, ast.Call) or ast.literal_eval(of.args[0]) != task:
            continue
        written = (node.args, *node.body)  # not the decorator: it stays behind, and so does what it needs
        used = {n.id for part in written for n in ast.walk(part) if isinstance(n, ast.Name)}
        if used & own - set(dir(builtins)):
            continue
        text = textwrap.dedent("\n".join(source.splitlines()[node.lineno - 1 : node.end_lineno]))
        missing = [line for name, line in imports.items() if name in used and name not in there]
        text = "\n".join([*missing, *([""] * 2 if missing else []), text])
        if task == "ANSWERS":
            stub = text_of((released / ".stubs" / f"{name}.py").read_text(encoding="utf-8"), task)
            space: dict[str, object] = {}
            exec(f"import math\n{stub}\n{text}", space)
            answers = {key: space[node.name](key) for key in space["ANSWERS"]}  # type: ignore[operator, attr-defined]
            return f"ANSWERS = {answers!r}", data["messages"][node.name]
        return text.replace(f"def {node.name}(", f"def {task}(", 1), data["messages"][node.name]
    return None


# --- the terminal --------------------------------------------------------------------------------------------------


class Terminal:
    """Runs commands in an 80 x 48 terminal, and keeps what was on the screen."""

    def __init__(self, folder: Path, scripts: Path) -> None:
        self.folder, self.seen = folder, []  # type: ignore[var-annotated]
        keep = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "NO_COLOR", "COLUMNS")}
        self.environment = {
            **keep,
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "TERM": "xterm-256color",
            "OMP_NUM_THREADS": "1",
        }

    def spawn(self, command: str) -> pexpect.spawn:
        word, *rest = command.split()
        return pexpect.spawn(
            word, rest, cwd=str(self.folder), env=self.environment, dimensions=(48, 80), timeout=PATIENCE,
            encoding="utf-8", codec_errors="replace",
        )  # fmt: skip

    def run(self, command: str, code: int = 0) -> str:
        child = self.spawn(command)
        child.expect(pexpect.EOF)
        child.close()
        text = self.note(f"$ {command}", child.before)
        assert child.exitstatus == code, text
        return text

    def note(self, head: str, raw: str) -> str:
        """Keep a screen: without colours, and without what a spinner drew and took away again."""
        last = raw.rpartition("\x1b[2J")[2]
        lines = [_ANSI.sub("", line).rpartition("\r")[2].rstrip() for line in last.replace("\r\n", "\n").split("\n")]
        lines = [line for line in lines if not re.match(r"[-\\|/] Checking ", line)]
        text = "\n".join(lines).strip("\n")
        assert "Traceback" not in text
        self.seen.append(f"{head}\n{text}" if text else head)
        return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A fresh student repository, in a clean environment that borrows only the installed dependencies."""
    place = tmp_path_factory.mktemp("walk")
    course, environment = place / "cnn-course", place / "environment"
    assert release_to(Course(ROOT), course) == 0
    venv.create(environment, with_pip=False, symlinks=True)
    scripts = environment / "bin"
    python = scripts / "python"
    packages = next((environment / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    arguments = "-m pip install -q --no-deps --no-build-isolation --no-index --force-reinstall -e".split()
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([str(python), *arguments, str(course)], cwd=place, check=True, env=clean)
    where = [str(python), "-c", "import autograder; print(autograder.__file__)"]
    found = subprocess.run(where, cwd=place, check=True, capture_output=True, text=True, env=clean).stdout
    assert found.startswith(str(course)), "the walk uses what students get, not this repository"
    terminal = Terminal(course, scripts)
    yield terminal
    record = os.environ.get("AUTOGRADER_RECORD")
    if record:
        screens = "\n\n".join(
            f"```text\n{screen.replace(str(course), '~/cnn-course')}\n```" for screen in terminal.seen
        )
        Path(record).write_text(_RECORD.format(screens=screens), encoding="utf-8")


_RECORD = """# A student's hour, recorded

Written by `tests/test_student_walk.py` (`AUTOGRADER_RECORD=docs/students-hour.md pytest tests/test_student_walk.py`):
every screen of a walk through the course in a terminal of 80 columns, each task first wrong and then right.

{screens}
"""


def test_a_walk_through_the_course(student: Terminal) -> None:
    assignments = student.folder / "assignments"
    masters = {p.name: (p / f"{p.name}.py").read_text("utf-8") for p in sorted((ROOT / "solutions").glob("a[1-5]_*"))}
    manifest = json.loads((assignments / "manifest.json").read_text("utf-8"))["assignments"]
    names = list(manifest)

    # The way in.
    text = student.run("autograder start")
    assert "Open assignments/a1_permute/a1_permute.py" in text
    assert "commit and push" in text
    assert "Everything that is needed is here" in student.run("autograder doctor")
    assert "Nothing is begun yet" in student.run("autograder check", code=1)

    # The first task: a mistake, its diagnosis with the axes drawn, a hint, and the way out.
    script = assignments / "a1_permute" / "a1_permute.py"
    stub = script.read_text("utf-8")
    wrong = "def to_nchw(images):\n    n, h, w, c = images.shape\n    return images.reshape(n, c, h, w)"
    script.write_text(written(stub, "to_nchw", wrong), "utf-8")
    text = student.run("autograder check", code=1)
    assert "You used reshape or view" in text
    assert "mix = 3" in text
    promised = re.search(r"```text\n(.*?)```", (student.folder / "README.md").read_text("utf-8"), re.DOTALL)
    assert promised is not None
    assert " ".join(promised[1].split()) in text, "the README shows what is really seen"
    assert "Points so far: 0 of 100" in text
    assert "hint 1 of 3" in student.run("autograder hint")
    assert "hint 2 of 3" in student.run("autograder hint to_nchw")
    script.write_text(written(stub, "to_nchw", text_of(masters["a1_permute"], "to_nchw")), "utf-8")
    assert "Public points: 1 of 1" in student.run("autograder check to_nchw")
    student.run("autograder reset a1 --yes")
    assert script.read_text("utf-8") == stub
    assert (script.parent / "backup" / "a1_permute-1.py").is_file()

    # From here on with a watch beside the editor.
    watch = student.spawn("autograder check --watch")
    watch.expect(_SETTLED)
    diagnosed = 0
    for name in names:
        script = assignments / name / f"{name}.py"
        student.note(f"(the watch shows {name})", watch.before)
        for task in manifest[name]["tasks"]:
            mistake = first_mistake(assignments, name, task) or (_FIRST_TRIES[f"{name}/{task}"].strip("\n"), None)
            right = text_of(masters[name], task) if task != "ANSWERS" else answers_of(name)
            for text, kind in ((mistake[0], "wrong"), (right, "right")):
                script.write_text(written(script.read_text("utf-8"), task, text), "utf-8")
                watch.expect(_SETTLED)
                shown = student.note(f"({task} is saved, {kind})", watch.before)
                assert "Note:" not in shown, "a note on what nobody wrote"
                if kind == "wrong":
                    diagnosed += mistake[1] is not None and mistake[1] in shown
                    assert re.search(rf"{task} +(not right|raised an error|partly right)", shown), shown
                else:
                    assert re.search(rf"{task} +passed", shown), shown
        assert f"All public checks of {name} pass" in shown
        if name != names[-1]:
            watch.send("n")
            watch.expect(_SETTLED)
    watch.send("q")
    watch.expect(pexpect.EOF)
    watch.close()
    assert watch.exitstatus == 0
    assert diagnosed >= 12, "most of the first mistakes were explained at once"

    # The network, and the end.
    text = student.run("autograder train --first 500")
    assert "held-out images right" in text
    assert (assignments / "a5_fashion_mnist" / "a5_fashion_mnist.safetensors").is_file()
    text = student.run("autograder check --all")
    assert "Points so far: 38 of 100" in text
    assert "Every public check passes. Hand it in" in student.run("autograder start")
