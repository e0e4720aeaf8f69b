"""Trusted functions, run in this process."""

from __future__ import annotations

import warnings

from autograder.sandbox.observation import Call
from autograder.sandbox.run_local import replay


def test_what_a_wrong_idea_makes_torch_warn_of_is_no_news() -> None:
    """A teacher's terminal showed it. Warnings are errors in these tests."""

    def warns(x: int) -> int:
        warnings.warn("x.T is deprecated", UserWarning, stacklevel=1)
        return x + 1

    assert replay(warns, (Call("call", "f", (1,)),), "f").value == 2
