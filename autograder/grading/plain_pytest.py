"""Plain pytest on a folder of checks: the submission is the file beside them."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ..common.errors import UserError
from ..course.assignment import Assignment
from ..course.course import find_course
from ..course.network import network_of
from ..data import Examples
from ..sandbox import tiers
from ..sandbox.launch import Sandbox
from ..submission.source import Unreadable, read_source
from .context import CheckContext


def open_context(folder: Path) -> tuple[CheckContext, Callable[[], None]]:
    """A context for ``folder/<folder>.py``, and a function that closes it. Fails the check if it cannot be read."""
    from ..checks.catalogues import catalogue_of
    from ..sandbox.limits import Limits
    from ..sandbox.loader import Order
    from ..sandbox.run import SandboxRun
    from .examples import test_examples, training_tensors

    assignment = Assignment(folder.name, folder)
    try:
        source = read_source(assignment.master)
        root = find_course(folder).root
    except (Unreadable, UserError) as error:
        pytest.fail(str(error), pytrace=False)
    trains = assignment.trains
    sandbox = Sandbox(tiers.choose(None), trains=trains)
    network = network_of(assignment)
    if network is not None:
        sandbox.keep(training_tensors(root, network))
    seed = int.from_bytes(hashlib.sha256(source.fingerprint.encode()).digest()[:7], "big")
    limits = Limits().for_network(network)
    run = SandboxRun(lambda: sandbox, Order(folder.name, source, seed, assignment.parameters(), limits))

    def held_out() -> Examples:
        return test_examples(root, network)

    def close() -> None:
        run.close()
        sandbox.close()

    return CheckContext(run, lambda: catalogue_of(assignment), seed, held_out), close
