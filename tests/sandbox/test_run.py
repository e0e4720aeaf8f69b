"""Asking a sandboxed submission several questions at once: the same observations as one by one, whatever it does."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
import torch

from autograder.checks import CheckFailed, call_each, expect_equal, expect_raises, given
from autograder.course.network import Network
from autograder.sandbox import processes, tiers
from autograder.sandbox.inside import child, loading, rehearsal, wire
from autograder.sandbox.launch import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.loader import Order
from autograder.sandbox.observation import Call, Observation, Question
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run import SandboxRun
from autograder.sandbox.run_local import LocalRun
from autograder.submission.source import Cell, Source

TWICE = """
import os, socket, struct, sys, time
calls = 0
def twice(x):
    global calls
    calls += 1
    return x * 2 + calls

def other(x):
    return x
"""


def run_of(sandbox: Sandbox, text: str, seconds: float = 10.0) -> SandboxRun:
    source = Source("py", (Cell(text, 1, None),))
    return SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, Limits(call_seconds=seconds)))


LINE = Network(data="x", model="M", train="t", predict="p", inputs=(1,), outputs=1, budget=1, seconds=10)

SLEEPS = """
import os, time

NUMBERS = {1: 2}

def sleeps(seconds):
    time.sleep(seconds)
    return seconds

def dies():
    os._exit(3)

def other(x):
    return x
"""


def test_a_submission_has_so_much_time_in_all(sandbox: Sandbox) -> None:
    """However it is divided: what sleeps under every limit of a call does not hold a worker for half an hour."""
    source = Source("py", (Cell(SLEEPS, 1, None),))
    limits = Limits(call_seconds=10, wall_seconds=1.5, training_wall_seconds=1.0)
    run = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, limits))
    submission = SubmissionProxy(run)
    seen = [*submission.sleeps.each((0.4,), (0.4,), (0.4,), (0.4,), (0.4,)), submission.other(1), submission.NUMBERS[1]]
    assert sum(observed.seconds for observed in seen) < 4
    statuses = [observed.status for observed in seen]
    assert statuses[:2] == ["value", "value"]
    assert statuses[4:] == ["timeout"] * 3
    assert {observed.reason for observed in seen[4:]} == {"the 0.025 minutes that your whole file may run were used up"}
    run.close()


def test_who_trains_has_the_trainings_budget_besides(sandbox: Sandbox) -> None:
    source = Source("py", (Cell(SLEEPS, 1, None),))
    limits = Limits(call_seconds=10, wall_seconds=0.8, training_wall_seconds=1.5)
    run = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, limits))
    submission = SubmissionProxy(run)
    assert submission.sleeps.within(0.5)(1.2).returned
    assert submission.sleeps.within(0.5)(5).status == "timeout"
    assert submission.other(1).status == "timeout"
    run.close()


def test_no_training_has_more_time_than_its_assignment_declares(sandbox: Sandbox) -> None:
    """The guard of a job goes by what is declared: it never strikes before the submission's own clock has."""
    declared = dataclasses.replace(LINE, seconds=1200.0)
    limits = Limits().for_network(declared)
    assert limits.job_seconds > 3 * (declared.seconds + limits.training_wall_seconds)
    assert Limits().for_network(LINE).job_seconds > 3 * (300 + limits.training_wall_seconds)
    source = Source("py", (Cell(SLEEPS, 1, None),))
    run = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, limits))
    other = SubmissionProxy(run).other
    assert other.within(1200)(1).returned
    with pytest.raises(ValueError, match="a training of 1201 seconds, but the assignment allows 1200: raise"):
        other.within(1201)(1)
    run.close()


def test_to_die_and_be_loaded_again_is_paid_for_too(sandbox: Sandbox) -> None:
    source = Source("py", (Cell("import time\ntime.sleep(0.4)\n" + SLEEPS, 1, None),))
    run = SandboxRun(lambda: sandbox, Order("a1_permute", source, 1, {}, Limits(wall_seconds=1.5)))
    submission = SubmissionProxy(run)
    seen = [submission.dies().status for _ in range(8)]
    assert seen[0] == "crashed"
    assert seen[-4:] == ["timeout"] * 4
    run.close()


def said(observations: list[Observation]) -> list[tuple[str, object, int]]:
    return [(seen.status, seen.value, seen.ordinal) for seen in observations]


def test_it_is_the_same_as_one_by_one(sandbox: Sandbox) -> None:
    cases = ((1,), ("a",), (3.5,), ())
    together = run_of(sandbox, TWICE)
    seen = SubmissionProxy(together).twice.each(*cases)
    assert [observed.status for observed in seen] == ["value", "error", "value", "error"]
    assert said(together.earlier) == said(seen)
    assert SubmissionProxy(together).twice(1).ordinal == 5
    together.close()
    apart = run_of(sandbox, TWICE)
    assert said(seen) == said([SubmissionProxy(apart).twice(*case) for case in cases])
    apart.close()


def test_an_entry_that_is_not_there_names_the_line_that_would_have_made_it(sandbox: Sandbox) -> None:
    run = run_of(sandbox, "ANSWERS = {'second': None}\nANSWERS['first'] = not_there + 1\n")
    with pytest.raises(
        CheckFailed, match=r"no entry for 'first'\. Line 2 .*, which would have filled it, was left out"
    ):
        expect_equal(SubmissionProxy(run).ANSWERS["first"], 2)
    with pytest.raises(CheckFailed, match=r"not answered yet\. Line 2 .*, which would have filled it, was left out"):
        expect_equal(SubmissionProxy(run).ANSWERS["second"], 2)
    run.close()


def test_code_that_is_trusted_is_asked_the_same_way() -> None:
    run = LocalRun({"twice": lambda x: 2 * x})
    assert said(SubmissionProxy(run).twice.each((1,), (2,))) == [("value", 2, 1), ("value", 4, 2)]


def test_large_questions_are_asked_one_by_one(sandbox: Sandbox) -> None:
    run = run_of(sandbox, "def twice(x):\n    return 2 * x\n")
    large = torch.arange(3_000_000, dtype=torch.float32)
    for observed in SubmissionProxy(run).twice.each(*[(large,)] * 3):
        assert torch.equal(observed.value, 2 * large)
    run.close()


@pytest.mark.parametrize("case", [(torch.zeros(3_000_000),), (list(range(100_000)),), ({n: n for n in range(900)},)])
def test_cases_that_no_single_frame_holds_are_asked_one_by_one(sandbox: Sandbox, case: tuple[Any]) -> None:
    run = run_of(sandbox, "def size(x):\n    return len(x)\n")
    seen = SubmissionProxy(run).size.each(*[case] * 6)
    assert said(seen) == [("value", len(case[0]), ordinal) for ordinal in range(1, 7)]
    assert run.earlier == seen
    run.close()


@pytest.mark.parametrize(
    "result", ["torch.zeros(16 << 20)", "{n: n for n in range(3000)}", "torch.zeros(5, dtype=complex)"]
)
def test_what_no_check_can_look_at_stays_and_is_handed_on_there(sandbox: Sandbox, result: str) -> None:
    run = run_of(sandbox, f"import torch\ndef make():\n    return {result}\ndef size(x):\n    return len(x)\n")
    submission = SubmissionProxy(run)
    made = submission.make()
    assert made.returned
    assert made.value is None
    assert submission.size(made).value == len(eval(result, {"torch": torch}))
    run.close()


def test_what_is_too_large_to_hand_on_is_the_submissions_fault(sandbox: Sandbox) -> None:
    made = "torch.zeros(8 << 20, dtype=torch.double)"
    run = run_of(sandbox, f"import torch\ndef make():\n    return {made}\ndef other():\n    return 1\n")
    submission = SubmissionProxy(run)
    seen = submission.probe("logits", submission.make(), torch.zeros(2))
    assert (seen.status, seen.error and seen.error.type_name) == ("error", "ValueError")
    assert submission.other().value == 1
    with pytest.raises(wire.WireError):
        submission.other(torch.zeros(17 << 20))  # a check's own mistake stays one
    run.close()


def test_large_answers_to_small_questions_arrive(sandbox: Sandbox) -> None:
    run = run_of(sandbox, "import torch\ndef many(n):\n    return torch.ones(n)\n")
    assert all(len(seen.value) == 5_000_000 for seen in SubmissionProxy(run).many.each(*[(5_000_000,)] * 4))
    run.close()


def test_an_endless_loop_in_the_middle_costs_its_time_once(sandbox: Sandbox) -> None:
    text = TWICE + "\ndef loops(x):\n    while x == 3:\n        pass\n    return x\n"
    run = run_of(sandbox, text, seconds=1.0)
    seen = SubmissionProxy(run).loops.each((1,), (2,), (3,), (4,), (3,), (3,))
    assert [observed.status for observed in seen[:4]] == ["value", "value", "timeout", "value"]
    assert seen[2].reason == "it took longer than 1 second"
    assert [observed.status for observed in seen[4:]] == ["timeout", "timeout"]
    assert seen[4].reason.startswith("it took longer than ")
    assert seen[4].reason.endswith(" (an earlier call had used up the task's time)")
    assert [observed.ordinal for observed in seen] == [1, 2, 3, 4, 5, 6]
    assert SubmissionProxy(run).other(5).value == 5
    run.close()


def test_a_death_in_the_middle_is_shared_by_the_rest(sandbox: Sandbox) -> None:
    """The check fails by it: to load the submission again for each other case would only take time."""
    run = run_of(sandbox, TWICE + "\ndef dies(x):\n    if x == 2:\n        os._exit(3)\n    return x\n")
    seen = SubmissionProxy(run).dies.each((1,), (2,), (3,), (4,))
    assert [observed.status for observed in seen] == ["value", "crashed", "crashed", "crashed"]
    assert [observed.calls[0].args for observed in seen] == [(1,), (2,), (3,), (4,)]
    assert [observed.ordinal for observed in seen] == [1, 2, 3, 4]
    assert "exit code 3" in seen[1].reason
    assert SubmissionProxy(run).dies(3).value == 3
    run.close()


def test_what_an_error_inherits_from_comes_along(sandbox: Sandbox) -> None:
    run = run_of(sandbox, "class Bad(ValueError):\n    pass\n\ndef refuse():\n    raise Bad('no')\n")
    seen = SubmissionProxy(run).refuse()
    assert seen.error is not None
    assert (seen.error.type_name, seen.error.bases[0]) == ("Bad", "ValueError")
    expect_raises(seen, "ValueError")
    run.close()


FORGED_PLACES = """
import types

def negative():
    try:
        1 / 0
    except ZeroDivisionError as error:
        place = error.__traceback__
        raise error.with_traceback(types.TracebackType(None, place.tb_frame, place.tb_lasti, -5000))

def number_for_a_text():
    raise SyntaxError("odd", (__file__, 3, 4, 5))

def alive():
    return 1
"""


def test_a_place_that_was_made_up_costs_the_place_alone(sandbox: Sandbox) -> None:
    run = run_of(sandbox, FORGED_PLACES)
    submission = SubmissionProxy(run)
    assert submission.alive().returned
    for task, type_name in (("negative", "ZeroDivisionError"), ("number_for_a_text", "SyntaxError")):
        seen = getattr(submission, task)()
        assert seen.error is not None, seen.reason
        assert (seen.error.type_name, seen.error.where, seen.error.text) == (type_name, "", "")
    run.close()


HANDLES = """
import os, time

def load(name):
    while name == "loops":
        pass
    if name == "dies":
        os._exit(3)

class Object:
    def __init__(self, name):
        self.name = name

    def __call__(self):
        load(self.name)
        return self.name

make = Object
"""


BUSY = """
import time
while time.process_time() < 0.3: pass
def works():
    end = time.process_time() + 0.3
    while time.process_time() < end: pass
def sleeps(): time.sleep(9)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="the system does not tell who waits")
def test_a_busy_machine_costs_no_time(sandbox: Sandbox) -> None:
    """Five others on the same processor: what waits for it overruns nothing, and what sleeps still does."""
    run_of(sandbox, "").loader.load().close()  # now the warm process is there
    warm = processes.descendants(os.getpid())
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(5)]
    run = run_of(sandbox, BUSY, seconds=0.4)
    processors = os.sched_getaffinity(0)
    try:
        for pid in [*warm, *(other.pid for other in others)]:
            os.sched_setaffinity(pid, {min(processors)})
        seen = run.ask_each("works", [Question((Call("call", "works"),))] * 2)
        assert [observed.status for observed in seen] == ["value", "value"], seen
        assert seen[0].seconds > 2 * 0.4 + 0.5, "the machine was not busy"
        assert not run.loader.left_out
        began = time.monotonic()
        assert run.ask("sleeps", Question((Call("call", "sleeps"),))).status == "timeout"
        assert time.monotonic() - began < 3
    finally:
        run.close()
        for pid in warm:
            os.sched_setaffinity(pid, processors)
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.parametrize(("name", "status"), [("loops", "timeout"), ("dies", "crashed")])
def test_an_object_has_gone_with_its_process(sandbox: Sandbox, name: str, status: str) -> None:
    run = run_of(sandbox, HANDLES, seconds=1.0)
    submission = SubmissionProxy(run)
    first, bad, last = submission.make.each(("first",), (name,), ("last",))
    seen = call_each((first,), (bad,), (last,), (last,))
    assert [observed.status for observed in seen] == ["value", status, "crashed", "crashed"]
    gone = "the process that held its object has ended"
    for observed in (first(), *call_each((last,), (first,))):
        assert (observed.status, observed.reason) == ("crashed", gone)
    assert submission.make("anew")().value == "anew"
    assert first().reason == gone
    run.close()


FORGER = """
import json, os, socket, struct

def forge(x):
    # The socket to the grader is the only one that is open. Answer the next questions before they have been worked on.
    for descriptor in range(3, 64):
        try:
            wire = socket.socket(fileno=os.dup(descriptor))
        except OSError:
            continue
        for number in NUMBERS:
            header = json.dumps({"number": number, "status": "value", "value": 42}).encode()
            wire.send(struct.pack("<IQ", len(header), 0) + header)
    return 1
"""


@pytest.mark.parametrize("numbers", ["range(3)", "[2**52 + 1]", "[]"])
def test_answers_that_come_too_early_are_nobodys(sandbox: Sandbox, numbers: str) -> None:
    run = run_of(sandbox, FORGER.replace("NUMBERS", numbers))
    seen = SubmissionProxy(run).forge.each((1,), (2,), (3,))
    assert {observed.status for observed in seen} == ({"value"} if numbers == "[]" else {"crashed"})
    assert all(observed.value != 42 for observed in seen)
    run.close()


MAKER = """
import dataclasses
import os

def make(name):
    if name == "nothing":
        raise ValueError(name)
    calls = []

    def made(x, y=0):
        calls.append(x)
        if x == "end":
            os._exit(3)
        return name, len(calls), x, y

    return made
"""


def test_cases_may_have_keywords(sandbox: Sandbox) -> None:
    run = run_of(sandbox, "def power(x, y=2):\n    return x**y\n")
    seen = SubmissionProxy(run).power.each((3,), given(3, y=3), given(2, 5))
    assert said(seen) == [("value", 9, 1), ("value", 27, 2), ("value", 32, 3)]
    assert seen[1].calls[0].kwargs == {"y": 3}
    run.close()


def test_objects_are_called_together_as_one_by_one(sandbox: Sandbox) -> None:
    run = run_of(sandbox, MAKER)
    one, nothing, two = SubmissionProxy(run).make.each(("one",), ("nothing",), ("two",))
    seen = call_each((one, 5), (nothing, 5), (two, 6), (one, 7))
    assert [observed.value for observed in seen] == [("one", 1, 5, 0), None, ("two", 1, 6, 0), ("one", 2, 7, 0)]
    assert seen[1] is nothing
    assert [observed.ordinal for observed in (seen[0], *seen[2:])] == [4, 5, 6]
    assert seen[0].calls == one(5).calls
    assert one(8).value == ("one", 4, 8, 0)
    run.close()


def test_objects_of_trusted_code_are_called_the_same_way() -> None:
    namespace: dict[str, Any] = {}
    exec(MAKER, namespace)
    run = LocalRun(namespace)
    one, nothing, two = SubmissionProxy(run).make.each(("one",), ("nothing",), ("two",))
    seen = call_each((one, 5), (nothing, 5), (two, 6), (one, 7))
    assert [observed.value for observed in seen] == [("one", 1, 5, 0), None, ("two", 1, 6, 0), ("one", 2, 7, 0)]


def test_objects_end_with_their_process(sandbox: Sandbox) -> None:
    run = run_of(sandbox, MAKER)
    one, two = SubmissionProxy(run).make.each(("one",), ("two",))
    seen = call_each((one, 1), (two, "end"), (one, 2))
    assert [observed.status for observed in seen] == ["value", "crashed", "crashed"]
    assert [observed.calls[-1].args for observed in seen] == [(1,), ("end",), (2,)]
    gone = call_each((one, 1), (two, 2))
    assert {observed.status for observed in gone} == {"crashed"}
    (again,) = SubmissionProxy(run).make.each(("again",))
    assert call_each((again, 1))[0].value == ("again", 1, 1, 0)
    assert call_each((one, 1), (again, 2))[0].status == "crashed"
    run.close()


def test_the_rehearsal_is_played_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, list[str]] = {}
    answer = child.Server.answer

    def listen(self: child.Server, question: dict[str, Any], *case: Any) -> dict[str, Any]:
        reply = answer(self, question, *case)
        seen.setdefault(question["name"], []).append(reply["status"])
        return reply

    monkeypatch.setattr(child.Server, "answer", listen)
    rehearsal.rehearse()
    failed = {name: statuses for name, statuses in seen.items() if "error" in statuses}
    # An error has its first time too. Each question is asked twice: the second time what it calls is recorded.
    assert failed == {"sizes": ["value", "error"] * 2, "layer": ["value", "error"] * 2}
    assert len(seen) == 10


def test_the_rehearsal_runs_a_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    read, loaders = loading.read, list[loading.Statements]()

    def listen(*arguments: Any) -> loading.Statements:
        loaders.append(read(*arguments))
        return loaders[-1]

    monkeypatch.setattr(loading, "read", listen)
    rehearsal.rehearse()
    assert loaders
    assert all(loader.following is None and not loader.left_out for loader in loaders)


ARRAYS = """
import numpy as np

def kinds(*values, **named):
    return [type(value).__name__ for value in (*values, *named.values())]

def same(value):
    return value

def grows(x):
    x += 1
    return x
"""


@pytest.mark.parametrize("local", [False, True])
def test_arrays_cross_both_ways(sandbox: Sandbox, local: bool) -> None:
    namespace: dict[str, Any] = {}
    exec(ARRAYS, namespace)
    run = LocalRun(namespace) if local else run_of(sandbox, ARRAYS)
    submission = SubmissionProxy(run)
    numbers, texts = np.arange(6.0).reshape(2, 3)[:, ::-1], np.array([["a", "bc"]])
    assert submission.kinds(numbers, [texts], key=texts).value == ["ndarray", "list", "ndarray"]
    kinds = ["float64", "int64", type(np.bool_(True)).__name__, "str_"]
    assert submission.kinds(np.float64(4), np.int64(3), np.bool_(True), np.str_("a")).value == kinds
    back = submission.same([numbers, {"words": texts}, np.float32(0.5), {1, "a"}]).value
    assert isinstance(back[0], np.ndarray)
    assert back[0].tolist() == numbers.tolist()
    assert back[1]["words"].tolist() == texts.tolist()
    assert back[2:] == [0.5, {1, "a"}]
    assert submission.same({np.int64(2): {np.str_("a")}}).value == {2: {"a"}}
    assert submission.grows(numbers).changed_inputs == ("0",)
    assert numbers[0, 0] == 2, "the check's own array is as before"
    assert isinstance(submission.same(torch.ones(2)).value, torch.Tensor)
    if isinstance(run, SandboxRun):
        run.close()


def test_who_sends_no_array_meets_tensors(sandbox: Sandbox) -> None:
    text = "import numpy as np\ndef made(n):\n    return [np.zeros(n), np.array(['a'])]\n"
    run = run_of(sandbox, text)
    zeros, texts = SubmissionProxy(run).made(2).value
    run.close()
    assert isinstance(zeros, torch.Tensor)
    assert texts == ["a"]


def test_a_fresh_process_knows_nothing_of_what_was_asked_before() -> None:
    text = "asked = []\ndef to_nchw(x):\n    asked.append(x)\n    open('kept', 'a').write('x')\n    return len(asked), len(open('kept').read())\n"
    with Sandbox(tiers.choose(None)) as sandbox:
        run = SandboxRun(lambda: sandbox, Order("a1_permute", Source("py", (Cell(text, 1, None),)), 1, {}, Limits()))
        submission = SubmissionProxy(run)
        assert [submission.to_nchw(1).value, submission.to_nchw(1).value] == [(1, 1), (2, 2)]
        with submission.afresh() as untouched:
            assert untouched.to_nchw(1).value == (1, 1)
            assert submission.to_nchw(1).value == (3, 3), "the first goes on"
        assert submission.to_nchw(1).value == (4, 4)
        run.close()


STACK = """
class Stack(list):
    push = list.append

def bare():
    return []

class Celsius(float):
    def fahrenheit(self):
        return self * 1.8 + 32

class Bag(dict):
    def add(self, word):
        self[word] = self.get(word, 0) + 1
        return self
"""


class Stack(list[int]):
    push = list.append


@pytest.mark.parametrize("local", [False, True])
def test_a_class_that_is_a_list_has_its_own_methods_too(sandbox: Sandbox, local: bool) -> None:
    """A right stack that inherits from list lost its points: its methods were called on None."""
    run = LocalRun({"Stack": Stack}) if local else run_of(sandbox, STACK)
    submission = SubmissionProxy(run)
    stack = submission.Stack()
    expect_equal(stack, [])
    for item in (1, 2):
        assert stack.call("push", item).returned
    assert [stack.call("pop").value, stack.call("__len__").value, stack.call("pop").value] == [2, 1, 1]
    expect_raises(stack.call("pop"), IndexError)
    if isinstance(run, SandboxRun):
        plain = submission.bare()
        assert str(plain.call("push", 1).error.message) == "'list' object has no attribute 'push'", "it was called None"
        assert plain(1).error.message == "'list' object is not callable"
        expect_equal(submission.Celsius(100.0).call("fahrenheit"), 212.0)
        expect_equal(submission.Bag().call("add", "a").call("add", "a"), {"a": 2})
        run.close()
