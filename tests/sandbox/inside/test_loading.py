"""What runs of a submission: everything but the statements that fail, in this process, with nothing confined."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import einops
import pytest
import torch

from autograder.sandbox.inside import imports, loading, notices


@pytest.fixture(autouse=True)
def nothing_remains() -> Iterator[None]:
    kept = set(sys.modules), list(sys.meta_path)
    yield
    sys.meta_path[:] = kept[1]
    for name in set(sys.modules) - kept[0]:
        if "work" in name or "helper" in name:
            del sys.modules[name]
    notices.forget()


def loaded(
    text: str, folder: Path, seconds: float | None = None, **attributes: Any
) -> tuple[dict[str, Any], list[Any]]:
    """The names that a text makes, and what was left out of it."""
    imports.install()
    loader = loading.read(loading.new_module("work", folder, text), text)
    for name, value in attributes.items():
        setattr(loader, name, value)
    while True:
        loader.step(seconds)
        if loader.following is None:
            return loader.module.__dict__, loader.left_out


STATEMENTS = {
    "if": "if True:\n    1 / 0\n",
    "try": "try:\n    1 / 0\nexcept ValueError:\n    pass\n",
    "with": "with open('nowhere'):\n    pass\n",
    "for": "for i in range(3):\n    raise KeyError(i)\n",
    "while": "while True:\n    1 / 0\n",
    "call": "print(undefined)\n",
    "comprehension": "x = [1 / i for i in range(3)]\n",
    "exit": "raise SystemExit(3)\n",
    "interrupt": "raise KeyboardInterrupt\n",
    "return": "return 5\n",
    "await": "await nothing\n",
    "class": "class A(undefined):\n    pass\n",
    "default": "def f(x=undefined):\n    pass\n",
    "question": "raise EOFError\n",
    "assert": "assert False, 'no GPU'\n",
}


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_statement_that_fails_costs_itself(tmp_path: Path, kind: str) -> None:
    names, left_out = loaded(f"before = 1\n{STATEMENTS[kind]}def after():\n    return before\n", tmp_path)
    assert names["after"]() == 1
    assert [record[1] for record in left_out] == [2]


def test_a_statement_that_overruns_is_cut_off(tmp_path: Path) -> None:
    began = time.monotonic()
    text = "seen = 0\nwhile True:\n    try:\n        seen += 1\n    except Exception:\n        pass\nafter = 2\n"
    names, left_out = loaded(text, tmp_path, seconds=0.3)
    assert names["after"] == 2
    assert names["seen"] > 0
    assert [(record[1], record[3]) for record in left_out] == [(2, "BudgetSpent")]
    assert time.monotonic() - began < 30


def test_sleep_is_cut_off_too(tmp_path: Path) -> None:
    names, left_out = loaded("import time\ntime.sleep(60)\nafter = 2\n", tmp_path, seconds=0.2)
    assert names["after"] == 2
    assert [record[1] for record in left_out] == [2]


def test_statements_can_be_skipped(tmp_path: Path) -> None:
    names, _ = loaded("a = 1\nb = 2\nc = 3\n", tmp_path, skip={1})
    assert ("a" in names, "b" in names, "c" in names) == (True, False, True)


def test_futures_hold_for_the_whole(tmp_path: Path) -> None:
    names, left_out = loaded("from __future__ import annotations\nx = 1\ndef f(y: undefined): return y\n", tmp_path)
    assert names["f"].__annotations__ == {"y": "undefined"}
    assert not left_out


@pytest.mark.parametrize(
    "text",
    [
        "@undefined\ndef f(x):\n    return x + 1\n",
        "@undefined(3, y=4)\ndef f(x: also.undefined) -> more[3]:\n    return x + 1\n",
        "def f(x: undefined):\n    return x + 1\n",
        "from nowhere_at_all import *\n@decorated\ndef f(x: Float[Tensor, 'n']):\n    return x + 1\n",
        "from nowhere_at_all import checked\n@checked\ndef f(x):\n    return x + 1\n",
        "import nowhere_at_all.deep.inside as n\n@n.jit(nopython=True)\ndef f(x: n.A['n'] | None):\n    return x + 1\n",
    ],
)
def test_a_function_is_made_without_what_fails_round_it(tmp_path: Path, text: str) -> None:
    names, left_out = loaded(text, tmp_path)
    assert names["f"](1) == 2
    assert not left_out
    assert notices.take()


def test_tracebacks_and_notes_have_the_lines_of_the_text(tmp_path: Path) -> None:
    names, _ = loaded("import nowhere_at_all, os\n\n\ndef f():\n    raise ValueError('here')\n", tmp_path)
    with pytest.raises(ValueError, match="here") as raised:
        names["f"]()
    assert raised.tb.tb_next.tb_lineno == 5  # type: ignore[union-attr]
    assert [notice[:4] for notice in notices.take()] == [("missing", "work", 1, "nowhere_at_all")]
    assert names["os"].name


# Stand-ins


def test_imports_that_somebody_looks_after_raise(tmp_path: Path) -> None:
    text = """
try:
    import nowhere_at_all
    A = True
except ImportError:
    A = False
try:
    from nowhere_at_all import b
    B = True
except (ValueError, ModuleNotFoundError):
    B = False
import contextlib
with contextlib.suppress(ImportError):
    import nowhere_at_all as n
    C = True
def f():
    try:
        import nowhere_at_all
    except Exception:
        return False
    return True
try:
    from torch import no_such_name
except:
    D = False
"""
    names, left_out = loaded(text, tmp_path)
    assert (names["A"], names["B"], names["D"], names["f"]()) == (False, False, False, False)
    assert "C" not in names
    assert not left_out


@pytest.mark.parametrize(
    "line",
    [
        "n.log({'loss': 1})",
        "n.config.lr = 3; assert n.config.lr == 3",
        "n.rcParams['a'] = 3; assert n.rcParams['a'] == 3",
        "with n.Progress() as p: p.update(p.add_task('x'), advance=1)",
        "assert list(n.track(range(3), description='x')) == [0, 1, 2]",
        "assert list(n.tqdm([4, 5])) == [4, 5]",
        "assert list(n.prange(2, 4)) == [2, 3]",
        "assert not isinstance(3, n.Kind)",
        "x = 0.0; x += n.accuracy(1, 2); f'{x / 3:.2f}'; print(x)",
        "import copy; copy.deepcopy(n)",
        "import typing; T = typing.Optional[n.A]; U = list[n.B['c']]",
        "import numpy as np; np.ones(3) * n.x",
        "import torch\nclass M(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.metric = n.Accuracy()\nM().state_dict()",
    ],
)
def test_a_stand_in_does_nothing_where_nothing_is_needed(tmp_path: Path, line: str) -> None:
    _, left_out = loaded(f"import nowhere_at_all as n\n{line}\n", tmp_path)
    assert not left_out


@pytest.mark.parametrize(
    "line",
    ["if n.x: pass", "float(n.f())", "for i in n.chunks([1]): pass", "[1, 2][n.x]", "len(n.x)",
     "import torch; torch.relu(n.x)", "import torch; torch.ones(2) + n.f()", "import torch; torch.stack([n.x, n.x])", "import numpy as np; np.array(n.x, dtype=float)",
     "if n.x > 3: pass", "range(n.x)"],
)  # fmt: skip
def test_a_stand_in_says_what_is_missing_where_a_value_is_needed(tmp_path: Path, line: str) -> None:
    _, left_out = loaded(f"import nowhere_at_all as n\n{line}\n", tmp_path)
    assert [record[3] for record in left_out] == ["ModuleNotFoundError"]
    assert "nowhere_at_all" in left_out[0][4]


def test_a_stand_in_hands_back_the_settings_that_it_was_given(tmp_path: Path) -> None:
    text = (
        "import argparse\nimport tracker_a, tracker_b\nfrom tracker_a import init\n"
        "run = init(project='p', config=dict(lr=0.1, batch=64))\n"
        "tracker_b.init(config=argparse.Namespace(depth=3))\n"
        "tracker_a.config.update({'batch': 32})\ntracker_a.config.seed = 1\n"
        "seen = [run.config.lr * 2, tracker_a.config['batch'], tracker_a.config.seed, tracker_b.config.depth + 1]\n"
        "known = hasattr(run.config, 'width')\n"
    )
    names, left_out = loaded(text, tmp_path)
    assert names["seen"] == [0.2, 32, 1, 4]
    assert not names["known"]
    assert not left_out


def test_a_base_class_that_is_not_there_is_a_module_for_a_network(tmp_path: Path) -> None:
    text = """
import nowhere_at_all as n
from nowhere_at_all import Mixin, Base as Other
from torch import nn
import abc
class Net(n.LightningModule):
    def __init__(self, width=3):
        super().__init__()
        self.save_hyperparameters()
        self.layer = nn.Linear(2, width)
    def forward(self, x):
        self.log("seen", len(x))
        return self.layer(x)
class Both(nn.Module, Mixin):
    def __init__(self):
        super(Both, self).__init__()
        self.layer = nn.Linear(2, 3)
    def forward(self, x):
        return self.layer(x)
class Data(n.Dataset, Mixin):
    def __init__(self, items):
        super().__init__(items, 3)
        self.items = items
    def __len__(self):
        return len(self.items)
class Abstract(Mixin, abc.ABC):
    pass
class Below(Net):
    pass
"""
    names, left_out = loaded(text, tmp_path)
    assert not left_out
    for name in ("Net", "Both", "Below"):
        network = names[name]()
        assert isinstance(network, torch.nn.Module)
        assert network(torch.ones(1, 2)).shape == (1, 3)
        assert len(list(network.parameters())) == 2
    assert len(names["Data"]([1, 2])) == 2
    assert not isinstance(names["Data"]([1]), torch.nn.Module)
    names["Abstract"]()


def test_helpers_run_as_the_submission_does(tmp_path: Path) -> None:
    imports.find_beside(
        {"helper_a": "import nowhere_at_all\n1 / 0\nfrom helper_b.deep import y\nx = y", "helper_b.deep": "y = 5"},
        loading.helper_runner(tmp_path),
    )
    names, left_out = loaded("import helper_a\nx = helper_a.x\n", tmp_path)
    assert names["x"] == 5
    assert not left_out
    assert [notice[:3] for notice in notices.take()] == [("missing", "helper_a", 1), ("left out", "helper_a", 2)]


def test_an_import_is_met_wherever_a_statement_may_stand(tmp_path: Path) -> None:
    text = """
match 1:
    case 1:
        import nowhere_1
try:
    raise ValueError
except* ValueError:
    import nowhere_2
finally:
    import nowhere_3
for _ in ():
    pass
else:
    import nowhere_4
class Inside:
    import nowhere_5
"""
    names, left_out = loaded(text, tmp_path)
    assert not left_out
    assert {f"nowhere_{number}" for number in range(1, 5)} <= set(names)


def raised(make: Callable[[], Any]) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        make()
    return loading.describe(caught.value)[1].partition("\n")[0]


def test_the_cause_of_an_error_stands_in_the_first_line() -> None:
    layer = torch.nn.Linear(2, 1)
    said = raised(lambda: layer.load_state_dict({"weight": torch.zeros(1, 2)}))
    assert said == 'Error(s) in loading state_dict for Linear: Missing key(s) in state_dict: "bias".'
    said = raised(lambda: einops.rearrange(torch.zeros(2, 3), "a b c -> c b a"))
    assert said.endswith("Wrong shape: expected 3 dims. Received 2-dim tensor.")
    said = raised(lambda: torch.zeros(2).sum(dim="a"))  # type: ignore[arg-type]
    assert said.endswith("but expected one of:")
    worker = "Caught ValueError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
    text = f"{worker}  File ...\nValueError: bad image"
    assert (
        loading.describe(ValueError(text))[1]
        == "Caught ValueError in DataLoader worker process 0: ValueError: bad image"
    )
