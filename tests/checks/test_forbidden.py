"""What is forbidden is found in the source when it really is torch's, and only then."""

from __future__ import annotations

import contextlib
import textwrap

import pytest
import torch

from autograder.checks import CheckFailed, expect_not_called
from autograder.checks.torch_names import uses
from autograder.sandbox.launch import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.loader import Order
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run import SandboxRun
from autograder.sandbox.run_local import LocalRun
from autograder.submission.source import Cell, Source

NAMES = ("linear", "conv2d", "softmax", "cross_entropy", "binary_cross_entropy_with_logits", "log_softmax")

FORBIDDEN = [
    "import torch\ndef task(x):\n    return torch.nn.functional.linear(x)",
    "import torch.nn.functional as F\ndef task(x):\n    return F.conv2d(x)",
    "from torch.nn import functional as anything\ndef task(x):\n    return anything.softmax(x, 1)",
    "from torch import nn\ndef task(x):\n    return nn.Conv2d(1, 2, 3)(x)",
    "from torch.nn import *\ndef task(x):\n    return Linear(1, 2)(x)",
    "from torch.nn.functional import linear as mine\ndef task(x):\n    return mine(x)",
    "from torch.nn.functional import linear as task",
    "import torch\ntask = torch.nn.functional.linear",
    "import torch\ntask = lambda x: torch.softmax(x, 1)",
    "import torch\nimport functools\ntask = functools.partial(torch.softmax, dim=1)",
    "import torch\nF = torch.nn.functional\ndef task(x):\n    return F.linear(x)",
    "def task(x):\n    import torch.nn.functional as F\n    return F.linear(x)",
    "def task(x):\n    from torch.nn.functional import linear\n    f = linear\n    return f(x)",
    "import torch\ndef helper(x):\n    return torch.nn.BCEWithLogitsLoss()(x)\ndef task(x):\n    return helper(x)",
    "import torch\nclass Net:\n    def go(self, x):\n        return torch.nn.LogSoftmax(1)(x)\ndef task(x):\n    return Net().go(x)",
    "import torch\ndef task(x):\n    return torch.ops.aten.linear.default(x)",
    "import torch\ndef task(x):\n    return getattr(torch.nn.functional, 'linear')(x)",
    "import torch\ndef task(x):\n    return [torch.conv2d(y) for y in x]",
    "import torch\ndef task(x, f=torch.conv2d):\n    return f(x)",
    "import torch\nfrom torch import nn\nloss = nn.CrossEntropyLoss()\ndef task(x):\n    return loss(x)",
    "import torch\ndef task(x):\n    return torch.nn.LazyLinear(3)(x)",
    "import torch._refs\ndef task(x):\n    return getattr(torch._refs, 'soft' + 'max')(x, 1)",
    "from torch import _decomp as d\ndef task(x):\n    return d.decomposition_table[x]",
    "import torch\ndef task(x):\n    return torch.nn.grad.conv2d_weight(x, x, x)",
    "def task(x):\n    return x\nimport torch\ndef task(x):\n    return torch.nn.functional.linear(x)",
]

ALLOWED = [
    "import torch\nfrom torch.nn.functional import linear\nfrom torch import nn\ndef task(x):\n    return x @ x",
    "def linear(x):\n    return x\ndef task(x):\n    return linear(x)",
    "import torch\ndef softmax(x):\n    return x.exp()\ndef task(x):\n    return softmax(x)",
    "from torch.nn.functional import softmax\ndef softmax(x):\n    return x.exp()\ndef task(x):\n    return softmax(x)",
    "class Linear:\n    pass\ndef task(x):\n    return Linear()",
    "import torch\ndef task(x, linear):\n    return linear(x)",
    "from torch.nn.functional import linear\ndef task(x):\n    linear = lambda y: y\n    return linear(x)",
    "import torch\nfrom torch import nn\ndef task(layer: nn.Linear) -> 'torch.Tensor':\n    return layer",
    "from torch import nn\ndef task(x: int):\n    y: nn.Linear = x\n    return y",
    "from torch import nn\ndef task(x):\n    return x if isinstance(x, nn.Linear) else None",
    "import torch\ndef task(x):\n    return x\nassert torch.nn.functional.linear(1) == task(1)",
    "import torch\ndef other(x):\n    return torch.nn.functional.linear(x)\ndef task(x):\n    return x",
    "import torch\ndef known(x):\n    return torch.nn.functional.linear(x)\ndef task(x):\n    return known(x)",
    "from torch import nn\nTABLE = {'a': nn.Softmax(1), 'b': nn.Sigmoid()}\ndef task(x):\n    return TABLE['b'](x)",
    "def task(x):\n    'No torch.nn.functional.linear here.'\n    return x  # nor F.linear",
    "import numpy as F\ndef task(x):\n    return F.linear(x)",
    "from .torch.nn.functional import linear\ndef task(x):\n    return linear(x)",
    "from mine import linear\ndef task(x):\n    return linear(x)",
    "import torch\ndef task(x):\n    return torch.linalg.norm(x), torch.einsum('i,i', x, x), torch.nn.functional.unfold(x)",
    "import torch\ndef task(x):\n    return torch.nn.functional.linear(x)\ndef task(x):\n    return x",
    "import torch\ndef task(",
    "",
    "task = 5",
    "def helper(x):\n    return task(x)\ndef task(x):\n    return helper(x)",
    "from scipy.special import softmax\ndef task(x):\n    return softmax(x)",
    "from torch.nn.modules import linear\ndef task(x):\n    return linear.Identity()(x)",
]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_found(text: str) -> None:
    assert uses([(text, 1)], "task", NAMES, ("known", "task"))


@pytest.mark.parametrize("text", ALLOWED)
def test_left_alone(text: str) -> None:
    assert uses([(text, 1)], "task", NAMES, ("known", "task")) == []


def test_the_line_is_the_students_own() -> None:
    text = textwrap.dedent("""
        import torch.nn.functional as F


        def task(x):
            y = x
            return F.linear(y)
    """)
    [use] = uses([("import os", 1), (text, 10), ("broken(", 30)], "task", NAMES)
    assert (use.name, use.line) == ("torch.nn.functional.linear", 16)


def test_aliases_in_a_circle_end() -> None:
    assert uses([("a = b\nb = a\ntask = a", 1)], "task", NAMES) == []
    deep = "task = " + "(" * 150 + "x" + ")" * 150
    assert uses([(deep, 1)], "task", NAMES) == []
    long = "task = lambda x: " + " + ".join(["x"] * 3000)
    assert uses([(long, 1)], "task", NAMES) == []


def test_nothing_hides_behind_depth() -> None:
    deep = " + ".join(["x"] * 990)
    text = f"import torch.nn.functional as F\nnumbers = {deep}\ndef task(x):\n    y = {deep}\n    return F.linear(y)"
    assert [use.name for use in uses([(text, 1)], "task", NAMES)] == ["torch.nn.functional.linear"]


# Every call is torch's own, but where the record is on: then the work is done by hand.
HIDDEN = """
import torch

def task(x):
    if torch.overrides._get_current_function_mode_stack():
        return x.exp() / x.exp().sum(0)
    return torch.softmax(x, 0)
"""


def test_what_the_record_does_not_show_is_found_in_the_source(sandbox: Sandbox) -> None:
    source = Source("py", (Cell(HIDDEN, 1, None),))
    run = SandboxRun(lambda: sandbox, Order("b1_tiny", source, 1, {"task": ("x",)}, Limits()))
    with contextlib.closing(run):
        seen = SubmissionProxy(run).task.recorded(torch.ones(3))
        assert seen.returned
        assert "softmax" not in seen.called
        with pytest.raises(CheckFailed, match=r"task uses torch.softmax at line 7\. This task"):
            expect_not_called(seen, ("softmax",))


def test_who_cannot_show_the_source_is_not_let_pass() -> None:
    """Such a run breaks the check, which is loud; one that says that there is no source to read does not."""
    run = LocalRun({"task": lambda x: x})
    seen = SubmissionProxy(run).task.recorded(1)
    expect_not_called(seen, ("softmax",))
    del run.source
    with pytest.raises(AttributeError, match="source"):
        expect_not_called(seen, ("softmax",))
