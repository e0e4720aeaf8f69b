"""What a result says of a training, whatever that is."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.report import svg
from autograder.report.training_record import read_training
from tests.support.results import METRICS

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(sorted(METRICS)),
        ANYTHING | st.lists(ANYTHING, max_size=10) | st.lists(st.lists(ANYTHING, max_size=3), max_size=10),
        max_size=4,
    )
)
def test_metrics_may_be_anything(metrics: dict[str, Any]) -> None:
    training = read_training(json.loads(json.dumps(METRICS)) | metrics)
    if training is not None:
        svg.curve(training.losses, "epoch", "loss")
        svg.scatter([svg.Point(training.seconds or 0, training.accuracy or 0, "")], training.bands, "x", "y")
