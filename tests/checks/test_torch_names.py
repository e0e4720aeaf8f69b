"""Looking for names of torch in a source takes a time that grows with its length, and no faster."""

from __future__ import annotations

import time

import pytest

from autograder.checks import torch_names

ROOM = 64 << 10  # characters that a submission may have
HOSTILE = {
    "one long chain": "def f():\n    a" + ".a" * (ROOM // 2 - 50) + "\n",
    "many long chains": "def f():\n" + ("    a" + ".a" * 900 + "\n") * 34,
    "names": "def f():\n    " + "a;" * (ROOM // 2 - 20) + "\n",
    "calls": "def f():\n    a" + "()" * (ROOM // 2 - 20) + "\n",
    "functions in functions": "".join(" " * i + "def g():\n" for i in range(90)) + " " * 90 + "a;" * 20_000,
    "aliases": "".join(f"a{i} = a{i + 1}\n" for i in range(2500)) + "def f():\n    return a0\n",
    "a star": "from torch import *\ndef f():\n    " + "a;" * 32_000 + "\n",
}


@pytest.mark.heavy
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_source_is_scanned_in_seconds(text: str) -> None:
    began = time.process_time()
    assert torch_names.uses([(text, 1)], "f", ["conv2d"]) == []
    assert time.process_time() - began < 10


def test_a_thousand_cells_are_parsed_where_they_stand() -> None:
    cells = [("\n" * 30, 1 + 31 * i) for i in range(1990)] + [
        ("import torch\ndef f(x):\n    return torch.conv2d(x)", 61691)
    ]
    began = time.process_time()
    assert torch_names.uses(cells, "f", ["conv2d"]) == [torch_names.Use("torch.conv2d", 61693)]
    assert time.process_time() - began < 5


def test_a_chain_that_leads_to_torch_is_followed_to_its_end() -> None:
    text = "import torch\nF = torch.nn.functional\ndef f(x):\n    return F.conv2d(x).shape.numel()"
    assert torch_names.uses([(text, 1)], "f", ["conv2d"]) == [torch_names.Use("torch.nn.functional.conv2d", 4)]
    deep = "import torch\ndef f(x):\n    return " + "[" * 150 + "torch.nn.functional.conv2d(x)" + "]" * 150
    assert [use.name for use in torch_names.uses([(deep, 1)], "f", ["conv2d"])] == ["torch.nn.functional.conv2d"]


BESIDE = "import torch\ndef norm(x):\n    return torch.softmax(x, 1)\ndef other(x):\n    return torch.exp(x)\n"


@pytest.mark.parametrize(
    "text",
    [
        "from tools import norm\ndef softmax(x):\n    return norm(x)",
        "from tools import norm as f\ndef softmax(x):\n    return f(x)",
        "import tools\ndef softmax(x):\n    return tools.norm(x)",
        "import tools as t\ndef softmax(x):\n    return t.norm(x)",
        "from tools import *\ndef softmax(x):\n    return norm(x)",
    ],
)
def test_a_task_is_followed_into_the_modules_beside_it(text: str) -> None:
    found = torch_names.uses([(text, 1)], "softmax", ["softmax"], beside=[BESIDE])
    assert found == [torch_names.Use("torch.softmax", 0)]
    harmless = text.replace("norm", "other")
    assert torch_names.uses([(harmless, 1)], "softmax", ["softmax"], beside=[BESIDE]) == []
