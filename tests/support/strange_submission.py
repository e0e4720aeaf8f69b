"""Submissions that answer every question with something strange: values of the zoo, and right answers made wrong.

A seed decides which. The text is that of the reference, then that of the zoo, then :data:`_STRANGELY`.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course.course import Course
from tests.support.places import ROOT

_STRANGELY = '''

import random as _random

_draw = _random.Random(SEED)
_DTYPES = [getattr(torch, name) for name in dir(torch) if isinstance(getattr(torch, name), torch.dtype)]


class _Odd:
    """Anything may be asked of it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _strangely(lambda *_, **__: None)

    def __call__(self, *args, **kwargs):
        return _made(None)

    def __repr__(self):
        return "\\x1b[31m\\u202e" * 5000


def _wrong(value):
    """A right answer, made wrong."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        ways = (
            lambda: value[None], lambda: value.flatten(), lambda: value[..., :0], lambda: value.float() * math.nan,
            lambda: value.to(_draw.choice(_DTYPES)), lambda: value.to("meta"), lambda: value.to_sparse(),
            lambda: value.numpy(), lambda: value.tolist(), lambda: value.expand(50, *value.shape),
            lambda: torch.nn.Parameter(value.float()), lambda: value.float() * 1e38 * 1e38, lambda: value.reshape([1] * 9 + [-1]),
            lambda: torch.nested.nested_tensor([value.float(), value.float()[None]]), lambda: value.flip(0), lambda: -value,
        )
        return _draw.choice(ways)()
    if isinstance(value, (tuple, list)):
        return _draw.choice((list(value), tuple(map(_made, value)), [value], dict(enumerate(value)), value[:-1], value * 20_000))
    if isinstance(value, dict):
        return {key: _made(each) for key, each in value.items()}
    if isinstance(value, (int, float)):
        return _draw.choice((str(value), value * 10**30, [value], -value, complex(value), torch.tensor(value), value + 0.5))
    return _made(None)


def _made(value):
    """The value, the value made wrong, something of the zoo, or an error."""
    kind = _draw.randrange(20)
    if kind < 5:
        return value
    if kind < 11 and value is not None:
        return _wrong(value)
    if kind == 11:
        raise type(_draw.choice(("E" * 500, "Fehler\\x1b[2J", "KeyError")), (Exception,), {})("\\ud800 no \\x07" * 10_000)
    if kind == 12:
        print("\\u202e::warning::" * 50_000)
    if kind == 13:
        return [_made(value), {"a": _made(value), (1, 2): [_made(value)] * 3}]
    if kind == 14:
        return _Odd()
    return _draw.choice(list(ZOO.values()))()


def _strangely(function):
    def strange(*args, **kwargs):
        if _draw.randrange(8) == 0:  # what it was given
            for each in args:
                if isinstance(each, torch.Tensor) and each.numel() and not each.is_inference():
                    each.detach().fill_(1)
        return _made(function(*args, **kwargs))

    return strange


def _strange_class(cls):
    class Strange(cls):
        def forward(self, *args):
            return _made(super().forward(*args))

    return lambda *args, **kwargs: _made(Strange(*args, **kwargs))


for _name in TASKS:
    _task = globals()[_name]
    if _draw.randrange(4) == 0:
        continue
    if isinstance(_task, dict):
        globals()[_name] = _made({key: _made(each) if _draw.randrange(3) == 0 else each for key, each in _task.items()})
    elif isinstance(_task, type):
        globals()[_name] = _strange_class(_task)
    elif _name == "train":
        globals()[_name] = _strangely(lambda model, images, labels, _train=_task: _train(model, images[:64], labels[:64]))
    else:
        globals()[_name] = _strangely(_task)
'''


def strange_submission(course: Course, name: str, tasks: tuple[str, ...], seed: int) -> str:
    """The text of a submission whose answers this seed makes strange."""
    zoo = Path(ROOT, "autograder", "release", "zoo.py").read_text(encoding="utf-8")
    zoo = zoo[zoo.index("ZOO: ") : zoo.index("\n\nclass ")].replace(": dict[str, Callable[[], Any]]", "")
    zoo = "\n\nimport math\n\nimport numpy as np\nimport torch\n\n\n" + zoo
    return (
        course.assignment(name).master.read_text(encoding="utf-8")
        + zoo
        + _STRANGELY.replace("SEED", str(seed)).replace("TASKS", repr(tasks))
    )
