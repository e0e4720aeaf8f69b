"""A result of two checks, made by hand."""

from __future__ import annotations

from autograder.common.diagnosis import Diagnosis
from autograder.results.result import CheckResult, Result

PASSED = CheckResult("test_moves", "It moves", "to_nchw", 2, 2, "passed", False, seconds=0.01)
FAILED = CheckResult(
    "test_sizes", "Any size", "to_nchw", 3, 0, "failed", True,
    Diagnosis("reshapes", "You used reshape.\nIt keeps the order."), "to_nchw(...) returned another.", 0.02,
)  # fmt: skip
RESULT = Result(
    "Zoë", "a1_permute", "py", "graded", 2, 5, (PASSED, FAILED), {"accuracy": 0.9}, {"sandbox": "A"}, "f" * 64, ("note",)
)  # fmt: skip
