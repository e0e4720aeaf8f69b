"""What a check sees of a call."""

from __future__ import annotations

import copy
import pickle

import pytest

from autograder.sandbox.observation import Observation


def test_an_author_who_asks_it_for_what_its_value_has_is_told_so() -> None:
    seen = Observation("double", (), "value", 2.0)
    with pytest.raises(AttributeError, match=r"an observation has no shape; the value that came back is its \.value"):
        _ = seen.shape
    with pytest.raises(AttributeError, match=r"an observation has no numpy; the value that came back is its \.value"):
        seen.numpy()
    assert copy.deepcopy(seen) == pickle.loads(pickle.dumps(seen)) == seen
