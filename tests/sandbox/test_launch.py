"""What one child leaves is not there for the next, and not on its clock."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError
from autograder.sandbox import processes, tiers
from autograder.sandbox.launch import Sandbox, SharedSandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.loader import Order
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run import SandboxRun
from autograder.submission.source import Cell, Source

LEAVES = """
import os
import torch

def fill():
    for number in range(1000):
        os.mkdir(str(number))
    for _ in range(200):
        os.mkdir("deep")
        os.chdir("deep")
    with open("file", "w") as file:
        file.write("x")
    return 1

def look():
    return sorted(os.listdir(os.environ["HOME"]))
"""


@pytest.mark.parametrize("letter", ["A", *(pytest.param(other, marks=pytest.mark.heavy) for other in "BCD")])
def test_each_child_has_an_empty_folder_and_nobody_waits_for_it(letter: str) -> None:
    try:
        tier = tiers.exactly(letter)
    except InfrastructureError as error:
        pytest.skip(str(error))
    source = Source("py", (Cell(LEAVES, 1, None),))
    with Sandbox(tier) as sandbox:
        first = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, Limits()))
        assert SubmissionProxy(first).fill().returned
        first.close()
        second = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, Limits()))
        assert SubmissionProxy(second).look().value == ["a1_permute.py"]
        second.close()
        left = {path.name for path in Path(sandbox.scratch).parent.iterdir()} if letter != "A" else set()
        assert left <= {"scratch", "warm.log"}


# --- a process that cannot be confined ---------------------------------------------------------------------------------


ALSO = [("A", True), ("B", False), ("C", False), ("C", True), ("D", False)]
TWO = [("A", False), ("B", True)]


@pytest.mark.parametrize(
    ("letter", "is_shared"), [*TWO, *(pytest.param(*each, marks=pytest.mark.heavy) for each in ALSO)]
)
def test_that_a_child_could_not_be_confined_is_the_machines_fault(
    letter: str, is_shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits that no kernel takes, a folder that is not there: no submission is told that it has ended the process."""
    wrong = {"scratch": "/not/there"} if letter == "D" else {"open_files": -5}
    right = tiers.confinement
    source = Source("py", (Cell("def twice(x):\n    return 2 * x\n", 1, None),))
    with contextlib.ExitStack() as stack:
        shared = start(letter) if is_shared else None
        tier = tiers.exactly(letter)
        monkeypatch.setattr(tiers, "confinement", lambda *a, **k: dataclasses.replace(right(*a, **k), **wrong))
        if shared is not None:
            stack.callback(shared.close)
        sandbox = stack.enter_context(fork_of(shared) if shared is not None else Sandbox(tier))
        run = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, Limits()))
        for _ in range(2):
            with pytest.raises(InfrastructureError, match=rf"could not be confined in tier {letter}: \w+Error: .+"):
                SubmissionProxy(run).twice(1)
        run.close()


# --- one warm process for several graders ----------------------------------------------------------------------------

NEIGHBOUR = """
import os, signal, socket, threading, time
kept = []

def listen():
    kept.append(socket.socket(socket.AF_UNIX))
    kept[-1].bind("\\0neighbour")
    kept[-1].listen()
    return True

def knock():
    socket.socket(socket.AF_UNIX).connect("\\0neighbour")

def leave():
    for folder in (os.environ["HOME"], "/dev/shm"):
        with open(os.path.join(folder, "left"), "w") as file:
            file.write("left")
    return True

def look():
    return [os.listdir(os.environ["HOME"]), os.listdir("/dev/shm")]

def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]

def fill():
    try:
        while True:
            if os.fork() == 0:
                time.sleep(60)
    except OSError:
        return True

def threads(number):
    for _ in range(number):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    return threading.active_count()

def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    return True

def kill(number):
    os.kill(number, signal.SIGKILL)
"""


def start(letter: str) -> SharedSandbox:
    try:
        return SharedSandbox(tiers.exactly(letter), 1 << 30)
    except InfrastructureError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=["A", "B", pytest.param("C", marks=pytest.mark.heavy)])
def shared(request: pytest.FixtureRequest) -> Iterator[SharedSandbox]:
    made = start(request.param)
    yield made
    made.close()


def fork_of(shared: SharedSandbox) -> Sandbox:
    return Sandbox(tiers.found_elsewhere(shared.door.tier), door=shared.door)


def neighbour(sandbox: Sandbox) -> tuple[SandboxRun, SubmissionProxy]:
    source = Source("py", (Cell(NEIGHBOUR, 1, None),))
    run = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, Limits()))
    return run, SubmissionProxy(run)


@pytest.mark.heavy
def test_children_of_two_forks_never_meet(shared: SharedSandbox) -> None:
    letter = shared.door.tier.letter
    with fork_of(shared) as one, fork_of(shared) as other:
        (first, ada), (second, bob) = neighbour(one), neighbour(other)
        assert ada.threads(0).returned
        assert bob.threads(0).returned
        of_one, of_other = (set(processes.descendants(sandbox._root)) for sandbox in (one, other))
        assert of_one
        assert of_other
        assert not of_one & of_other
        if letter == "A":
            assert ada.leave().value
            assert ada.listen().value
            assert bob.look().value == [["a1_permute.py"], []]
            assert bob.knock().error.type_name == "ConnectionRefusedError"
            assert bob.processes().value == [1]
            assert ada.fill().value
            assert bob.fork().value, "the limit on processes counts another's"
        if letter in "AB":
            assert bob.threads(20).value == 21
            assert bob.kill(min(of_one)).error is not None
        assert ada.threads(0).returned, "it is alive"
        first.close()
        second.close()


@pytest.mark.heavy
@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_when_the_shared_process_dies_each_grader_goes_on_with_one_of_its_own(letter: str) -> None:
    shared = start(letter)
    with fork_of(shared) as sandbox:
        run, proxy = neighbour(sandbox)
        assert proxy.threads(1).returned
        shared.close()
        with pytest.raises(InfrastructureError):  # as for any warm process that dies: the submission is graded again
            for _ in range(3):
                proxy.threads(1)
                run.close()
                run, proxy = neighbour(sandbox)
    with fork_of(shared) as sandbox:
        run, proxy = neighbour(sandbox)
        assert proxy.threads(1).returned
        run.close()


@pytest.mark.heavy
def test_a_shared_process_whose_fork_has_died_is_not_asked_again(shared: SharedSandbox) -> None:
    """It may be about to end, too, and take the next fork with it in the middle of a submission."""
    with fork_of(shared) as sandbox:
        run, proxy = neighbour(sandbox)
        assert proxy.threads(1).returned
        run.close()
        os.kill(sandbox._root, signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="has ended, and does not say why"):
            neighbour(sandbox)[1].threads(1)
    with fork_of(shared) as sandbox:
        run, proxy = neighbour(sandbox)
        assert proxy.threads(1).returned
        assert sandbox._process is not None, "its own"
        run.close()


def test_a_fork_ends_with_its_grader_and_leaves_the_others(shared: SharedSandbox) -> None:
    with fork_of(shared) as other:
        with fork_of(shared) as one:
            run, proxy = neighbour(one)
            assert proxy.threads(1).returned
            run.close()
            ended = one._root
        run, proxy = neighbour(other)
        assert proxy.threads(1).returned
        run.close()
        for _ in range(100):
            state = Path(f"/proc/{ended}/stat")
            if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
                break
            time.sleep(0.05)
        else:
            raise AssertionError("it outlived its grader")
