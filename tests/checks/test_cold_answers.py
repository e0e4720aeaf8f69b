"""Each wrong answer of a beginner is caught, and told by its cause or by what came back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from autograder.grading.engine import Engine
from autograder.submission.source import Cell, Source
from tests.checks.cold_answers import ANSWERS, CONV, HABITS, LATER, MORE

pytestmark = pytest.mark.heavy
NAMES = sorted({assignment for assignment, *_ in (*ANSWERS, *LATER)})


# In the place of the reference's network, where only what is done with it is wrong: it is trained in a moment.
SMALL_NETWORK = """
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, kernel_size=5, stride=3), nn.BatchNorm2d(8), nn.ReLU())
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.classifier(self.features(x))
"""


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest, engines: Callable[[str], Engine]) -> Engine:
    return engines(request.param)


def test_every_answer_is_told_by_its_cause(engine: Engine) -> None:
    reference = (
        engine.assignment.master.read_text("utf-8")
        + "\nimport math\nimport numpy as np\nimport torch\nfrom torch import nn\n"
    )
    wrong = []
    for assignment, task, code, says in (*ANSWERS, *MORE, *LATER, *HABITS):
        if assignment != engine.assignment.name:
            continue
        network = SMALL_NETWORK if engine.assignment.trains and task != "FashionCNN" else ""
        source = Source("py", (Cell(reference + network + code.replace("CONV", CONV), 1, None),))
        # A hidden check that trains takes the whole training; the public ones say what there is to say.
        asked = lambda check, task=task: check.task == task and not (check.hidden and check.trains)
        verdicts = engine.grade(source, 1, asked).verdicts
        failed = [verdict for verdict in verdicts if verdict.outcome != "passed"]
        told = [f"{v.message} {v.diagnosis.name} {v.diagnosis.message}" if v.diagnosis else v.message for v in failed]
        if not any(re.search(says, text, re.I) for text in told):
            wrong.append((task, code, told[:1]))
    assert not wrong
