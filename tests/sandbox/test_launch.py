"""What one child leaves is not there for the next, and not on its clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError
from autograder.sandbox import tiers
from autograder.sandbox.launch import Sandbox
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


@pytest.mark.parametrize("letter", ["A", "B", "C", "D"])
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
