"""What a regrade takes over from the grading before it."""

from __future__ import annotations

from autograder.grading.bands import with_gap
from autograder.results.result import CheckResult, Result

CHECK = CheckResult("test_reaches", "It reaches the band.", "train", 5, 5, "passed", False)


def test_training_again_is_set_beside_the_weights_that_were_submitted() -> None:
    weights = Result("ada", "a5", "py", "graded", 0, 0, metrics={"weights": "submitted", "accuracy": 0.91})
    trained = Result("ada", "a5", "py", "graded", 5, 5, (CHECK,), metrics={"accuracy": 0.7})
    once = with_gap(trained, weights)
    assert once.metrics == {"accuracy": 0.7, "accuracy_of_weights": 0.91}
    assert once.score == 5, "no band is kept: what the code itself reaches is asked for"
    assert with_gap(trained, once).metrics["accuracy_of_weights"] == 0.91, "a third time still knows"
    assert with_gap(trained, trained) == trained
