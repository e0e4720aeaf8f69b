"""Hostile submissions earn nothing, touch nothing, and do not disturb the next one, in tiers A and B.

`python -m tests.attacks` does the same and prints tiers and count.
"""

import sys

import pytest

from autograder.common.errors import InfrastructureError
from autograder.sandbox import tiers
from tests.support import attack_range

ATTACKS = attack_range.attacks()
# A few of each kind in the quick stage; the whole range is heavy: it waits for many time limits.
QUICK = {
    "wire_forged_reply", "wire_right_number", "tensor_subclass", "frame_walk", "reads_the_solution", "reads_proc",
    "overwrites_results", "changes_modes", "network_tcp", "network_unix", "new_namespaces", "kills_the_grader",
    "kernel_interfaces", "exit_zero",
}  # fmt: skip


@pytest.fixture(scope="module", params=["A", "B"])
def world(request):
    """The range, in each tier that this machine has."""
    try:
        tiers.exactly(request.param)
    except InfrastructureError as error:
        pytest.skip(str(error))
    with attack_range.Range(request.param) as world:
        yield world


def cases():
    """The attacks, those that take long marked as heavy."""
    for attack in ATTACKS:
        marks = [] if attack.name in QUICK else [pytest.mark.heavy]
        yield pytest.param(attack, id=attack.name, marks=marks)


@pytest.mark.parametrize("attack", list(cases()))
def test_the_attack_is_resisted(world, attack):
    assert world.run(attack) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the range needs Linux")
def test_the_range_notices_what_an_open_machine_allows():
    chosen = {attack.name: attack for attack in ATTACKS}
    with attack_range.Range("C") as world:
        assert any("points" in wrong for wrong in world.run(chosen["reads_the_solution"]))
        assert any("reached" in wrong for wrong in world.run(chosen["network_tcp"]))
        assert any("changed" in wrong for wrong in world.run(chosen["overwrites_results"]))


def test_there_are_sixty_attacks_that_say_what_they_try():
    assert len(ATTACKS) >= 60
    assert all(len(attack.tries) > 10 for attack in ATTACKS)
    assert len({attack.tries for attack in ATTACKS}) == len(ATTACKS)
    assert {attack.name for attack in ATTACKS} >= QUICK
