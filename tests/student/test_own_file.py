"""A student's own file, run in this process."""

from __future__ import annotations

import pytest

from autograder.student import own_file
from autograder.submission.source import Cell, Source


def test_a_training_that_is_no_python_says_its_line_once() -> None:
    source = Source("py", (Cell("x = 1\nretrun x", 1, None),))
    with pytest.raises(SyntaxError) as caught:
        compile(source.text, "/tmp/a5.py", "exec")
    assert (
        own_file.own_error(caught.value, "/tmp/a5.py", source)
        == "Your code raised SyntaxError at line 2: invalid syntax."
    )
