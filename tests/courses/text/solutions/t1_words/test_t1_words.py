import pytest


@pytest.mark.points(2, task="word_counts")
def test_counts(submission):
    """Three words are counted."""
    assert submission.word_counts("a b a").value == {"a": 2, "b": 1}


@pytest.mark.points(1, task="longest")
def test_longest(submission):
    """The longest word."""
    assert submission.longest("a bb c").value == "bb"
