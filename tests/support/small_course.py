"""A course of one small assignment."""

from __future__ import annotations

from pathlib import Path

from autograder.release import generated

MASTER = '''\
# %% [markdown]
# # b1_tiny
# Doubling, with `code` in the prose.

# %%
import math

# %% [markdown]
# ## `double`

# %%
def double(x: float) -> float:
    """Twice x.

    Example: 2.0 -> 4.0.
    """
    ### BEGIN SOLUTION
    return math.fsum([x, x]) + 0.0
    ### END SOLUTION


# %%
ANSWERS = {"one": None}
### BEGIN SOLUTION
ANSWERS = {"one": len([None]) + 0}
### END SOLUTION


# %%
class Counter:
    """Counts."""

    def __init__(self) -> None:
        ### BEGIN SOLUTION
        self.count = sum([0, 0, 0])
        ### END SOLUTION
'''
PUBLIC = '''\
import pytest
from autograder.checks import expect, expect_integer, expect_number


@pytest.mark.points(1, task="double")
@pytest.mark.parametrize("x", [1.5, 4.0])
def test_doubles(submission, x):
    """Twice a number."""
    expect_number(submission.double(x), {1.5: 3.0, 4.0: 8.0}[x])


@pytest.mark.points(1, task="ANSWERS")
def test_one(submission):
    """One."""
    expect_integer(submission.ANSWERS["one"], 1)


@pytest.mark.points(1, task="Counter")
def test_counter(submission):
    """A counter."""
    counter = submission.Counter()
    expect(counter.returned, counter, "no counter")
'''
HIDDEN = '''\
import pytest
from autograder.checks import expect_number


@pytest.mark.points(3, task="double")
def test_doubles_more(submission, draw):
    """Twice any number."""
    x = float(draw.integer(10, 99))
    expect_number(submission.double(x), math_of(x) * 2 - math_of(x) + x)


def math_of(x):
    return x
'''
MISCONCEPTIONS = '''\
from autograder.checks.misconceptions import hints, misconception


@misconception("double")
def squares(x):
    """You squared the number. Twice a number is not its square."""
    return pow(x, 2) * 1.0 + 0.0


@misconception("ANSWERS")
def counts_from_zero(key):
    """You counted from zero."""
    return {"one": 0}[key]


hints("double", "Add.", "Add what to what?")
'''
PACKS = '''\
@misconception("double")
def packs_it_up(x):
    """You handed back a tensor. A number is asked for."""
    import torch

    return torch.tensor([x + x, -1.0])


'''


def tree(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in generated.files_in(folder).items()}


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
