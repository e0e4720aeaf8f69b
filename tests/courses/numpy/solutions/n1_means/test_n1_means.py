import numpy as np
import pytest

from autograder.checks import expect_array, expect_equal, expect_inputs_kept

TABLE = np.array([[1, 2, 3], [4, 5, 9]])


@pytest.mark.points(2, task="row_means")
def test_rows(submission):
    """Two rows of three."""
    expect_array(submission.row_means(TABLE), [2, 6])


@pytest.mark.points(2, task="best")
def test_best(submission):
    """The best of three."""
    seen = submission.best(np.array(["ada", "bob", "eve"]), np.array([3, 9, 7]))
    expect_equal(seen, ("bob", np.array([False, True, True])))


@pytest.mark.points(1, task="sorted_columns")
def test_sorted(submission):
    """Three columns, and the table is as before."""
    seen = submission.sorted_columns(TABLE[::-1])
    expect_equal(seen, [np.array([1, 4]), np.array([2, 5]), np.array([3, 9])])
    expect_inputs_kept(seen)
