"""``autograder doctor``: says whether this machine is ready, and what to do if it is not."""

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from rich.text import Text

from ..common.errors import InfrastructureError, UserError
from ..common.files import as_typed, bring_back
from ..common.terminal import console
from ..course.handed_out import read_record, sums_of
from ..data import data_set
from ..sandbox import tiers
from ..submission.source import Unreadable, read_source
from . import machine, screen
from .checker import Checker
from .repository import StudentRepository

_OPTIONAL = {
    "torchvision": "plots and transforms",
    "einops": "another way to move axes",
    "matplotlib": "plots",
    "tqdm": "progress bars",
}
_SPACE = 200 << 20  # bytes that a training and a notebook may need
_THEN = re.compile(r" To (?:get it back|train it anew): |\. (?=Give it this name)")  # before what to do, in a sentence


@dataclass(frozen=True)
class Finding:
    """One fact about the machine. level "broken": nothing works until it is repaired. remedy: what to do."""

    level: Literal["good", "note", "broken"]
    what: str
    remedy: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(args: argparse.Namespace) -> int:
    """Look at everything. Returns 1 if something must be repaired, else 0."""
    broken = 0
    for look in (_python, foreign_packages, _course, _torch, _packages, _data, _sandbox, _jupyter, _git, _work):
        for finding in _careful(look):
            _show(finding)
            broken += finding.level == "broken"
    console().print()
    if broken:
        screen.say(f"{broken} of these must be fixed first. Then run autograder doctor again.", style="bold")
    else:
        screen.say("Everything that is needed is here. Begin with: autograder start", style="bold")
    return int(broken > 0)


def _careful(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a look. An error that it raises becomes a finding too."""
    try:
        yield from look()
    except (UserError, InfrastructureError) as error:
        yield Finding("broken", str(error))
    except Exception as error:
        yield Finding(
            "broken", f"{look.__name__.strip('_')}: {type(error).__name__}: {error}", "Show this to your teachers."
        )


def _show(finding: Finding) -> None:
    words = {"good": ("good", "passed"), "note": ("note", "not_run"), "broken": ("fix", "failed")}
    word, outcome = words[finding.level]
    screen.say(Text.assemble(screen.sign(console(), outcome), f" {word}  ", finding.what), 1, hang=8)
    if finding.remedy:
        screen.say(Text.assemble("do: ", (finding.remedy, "bold")), 9, hang=4)


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    where = "in an environment of its own" if sys.prefix != sys.base_prefix else "without an environment"
    if sys.maxsize < 2**32:
        yield Finding(
            "broken", f"Python {version} with 32 bits, for which there is no PyTorch", "Install the one with 64 bits."
        )
    elif sys.prefix == sys.base_prefix and "CONDA_PREFIX" not in os.environ:
        remedy = f"{machine.python()} -m venv .venv, then {machine.activate()}"
        yield Finding(
            "note", f"Python {version}, {where}", f"{remedy}: packages of other courses cannot get in the way."
        )
    else:
        yield Finding("good", f"Python {version}, {where}")


def foreign_packages() -> Iterator[Finding]:
    """Other packages that install a folder `autograder`. The package that was installed last is the one that runs."""
    for name in sorted({*metadata.packages_distributions().get("autograder", [])} - {"cnn-autograder"}):
        remedy = f"pip uninstall {name}, then install the course's package again, as its README says."
        yield Finding("broken", f"Another package, {name}, is called autograder too", remedy)


def _course() -> Iterator[Finding]:
    root = StudentRepository.here().root
    own = Path(__file__).resolve().parents[2]
    if (root / "autograder").is_dir() and own != root.resolve():
        remedy = f"cd {as_typed(root)}, then pip install -e ."
        yield Finding("note", f"The autograder that runs is that of {own}, not the one of this clone", remedy)
    if not os.access(root / "assignments", os.W_OK):
        yield Finding("broken", f"{root / 'assignments'} cannot be written to", "Clone into a folder of your own.")
    free = shutil.disk_usage(root).free
    if free < _SPACE:
        yield Finding("note", f"Only {free >> 20} MB are left on the disk", "Make room before you train.")
    yield Finding("good", f"The course is in {root}")


def _torch() -> Iterator[Finding]:
    began = time.perf_counter()
    try:
        import numpy
        import torch
    except ImportError as error:
        remedy = f'{machine.activate()}, then pip install -e ".[submissions]"'
        yield Finding("broken", f"PyTorch or NumPy cannot be imported: {error}", remedy)
        return
    seconds = time.perf_counter() - began
    right = torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 3, 3)).item() == 9
    text = f"PyTorch {torch.__version__} (imported in {seconds:.1f} s), NumPy {numpy.__version__}"
    if right:
        yield Finding("good", text)
    else:
        yield Finding("broken", f"{text}: a convolution gives a wrong number", "Install PyTorch again.")


def _packages() -> Iterator[Finding]:
    missing = [name for name in _OPTIONAL if importlib.util.find_spec(name) is None]
    if missing:
        what = ", ".join(f"{name} ({_OPTIONAL[name]})" for name in missing)
        yield Finding("note", f"Not installed, and not needed: {what}", 'pip install -e ".[submissions]"')
    if importlib.util.find_spec("watchfiles") is None:
        yield Finding(
            "note", "watchfiles is not installed: autograder check --watch needs it", "pip install watchfiles"
        )


def _data() -> Iterator[Finding]:
    repository = StudentRepository.here()
    folder = repository.root / "data"
    networks = filter(None, map(repository.network, repository.names))
    for name in dict.fromkeys(network.data for network in networks):
        data = data_set(folder, name)
        right = ", checksums right" if data.subset is not None else ""
        yield Finding("good", f"{len(data.load_train(folder)):,} training {data.things} of {data.title}{right}")


def _sandbox() -> Iterator[Finding]:
    tier = tiers.choose(None)
    repository = StudentRepository.here()
    with Checker(repository) as checker:  # does what `autograder check` does
        checker.check(repository.names[0])
    text = f"Your code is checked in {tier}"
    yield Finding("good", text if tier.letter == "A" else f"{text}. That is enough for your own code.")


def _jupyter() -> Iterator[Finding]:
    if importlib.util.find_spec("ipykernel") is None:
        yield Finding("note", "Jupyter is not installed. Only the notebooks need it:", "pip install notebook")
        return
    program = kernel_program()
    if program is None:
        remedy = f"{Path(sys.executable).name} -m ipykernel install --sys-prefix"
        yield Finding("note", "Jupyter finds no Python kernel", remedy)
    elif not _same_python(program):
        remedy = (
            "python -m ipykernel install --user --name cnn-course, and choose the kernel cnn-course in the notebook"
        )
        yield Finding("note", f"Jupyter's kernel python3 is another Python: {program}", remedy)
    else:
        yield Finding("good", "Jupyter's kernel is this Python")


def kernel_program() -> str | None:
    """The program behind Jupyter's kernel python3; None if there is no such kernel."""
    if importlib.util.find_spec("jupyter_client") is None:
        return None
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        argv = KernelSpecManager().get_kernel_spec("python3").argv
    except NoSuchKernel:
        return None
    return str(argv[0]) if argv else None


def _same_python(program: str) -> bool:
    """Whether a program runs in this environment. A bare name (python) means the Python that Jupyter runs with."""
    if Path(program).name == program:
        return True
    try:
        ended = subprocess.run(
            [program, "-c", "import sys, json; print(json.dumps(sys.prefix))"],
            capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return bool(Path(json.loads(ended.stdout)).resolve() == Path(sys.prefix).resolve())
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False


def _git() -> Iterator[Finding]:
    root = StudentRepository.here().root
    if not (root / ".git").exists() or shutil.which("git") is None:
        return
    asked = ["git", "-C", str(root), "symbolic-ref", "-q", "HEAD"]
    if subprocess.run(asked, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False).returncode == 1:
        yield Finding(
            "note",
            "Your clone is on no branch (git calls it a detached HEAD): what you commit is not pushed",
            "git switch -c my-work, then commit, and push with: git push -u origin my-work",
        )


def _elsewhere(repository: StudentRepository) -> Iterator[Path]:
    """Files with an assignment's name that lie where no check looks, without stubs and what the course put there."""
    handed_out = read_record(repository.root)
    names = {f"{name}{suffix}" for name in repository.names for suffix in (".py", ".ipynb")}
    expected = {form for name in repository.names for form in repository.forms(name)}
    passed_over = {"backup", "solutions", "autograder", "tests", "site-packages", "node_modules"}
    for folder, below, files in os.walk(repository.root):
        if "pyvenv.cfg" in files:
            below.clear()  # an environment
        below[:] = [n for n in below if not n.startswith(".") and n not in passed_over and not n.endswith("env")]
        for path in (Path(folder, n) for n in files if n in names):
            known = handed_out.get(path.relative_to(repository.root).as_posix(), frozenset())
            if path not in expected and not known & sums_of(path) and not repository.is_stub(path.stem, path):
                yield path


def _work() -> Iterator[Finding]:
    repository = StudentRepository.here()
    if repository.damage:
        yield Finding("broken", *_THEN.split(repository.damage, 1))
        return
    begun = []
    elsewhere = list(_elsewhere(repository))[:5]
    for path in elsewhere:
        where = path.relative_to(repository.root).as_posix()
        place = repository.where(path.stem)
        yield Finding("note", f"{where} is not checked: checks look at {place}", "Move it there, or delete it.")
    for name in repository.names:
        misnamed = "" if name in {path.stem for path in elsewhere} else repository.misnamed(name)
        if misnamed:
            yield Finding("note", *_THEN.split(misnamed, 1))
        changed = repository.changed(name)
        begun += [name] if changed else []
        for path in changed:
            try:
                read_source(path)
            except Unreadable as error:
                yield Finding("note", f"Cannot be read: {error}", f"Or begin again: autograder reset {path.name}")
        for said in filter(None, (repository.changed_checks(name), repository.older_weights(name))):
            yield Finding("note", *_THEN.split(said, 1))
        if len(changed) > 1:
            remedy = f"autograder reset {changed[1].name} (the older of the two)"
            yield Finding(
                "note", f"Script and notebook of {name} both differ from the stub, and one is to be handed in", remedy
            )
        if not repository.files(name).stub.is_file():
            yield Finding(
                "note",
                f"The stub of {name} is missing, so that it cannot be reset",
                bring_back(repository.files(name).stub.parent),
            )
    yield Finding("good", f"Begun: {', '.join(begun)}" if begun else "Nothing is begun yet")
