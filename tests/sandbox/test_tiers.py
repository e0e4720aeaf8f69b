"""The tier is what this machine gives, and too low a tier stops with the remedy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError, UserError
from autograder.sandbox import tiers
from tests.support.places import ROOT


@pytest.fixture
def fresh():
    """Trials are remembered: forget them before and after."""
    tiers.try_letter.cache_clear()
    yield
    tiers.try_letter.cache_clear()


def test_the_best_tier_is_found_by_trying():
    tier = tiers.best()
    assert tier.letter in "ABCD"
    assert len(tier.reasons) == "ABCD".index(tier.letter)
    assert f"tier {tier.letter}" in str(tier)


def test_a_tier_can_be_forbidden(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_TIER", "D")
    tier = tiers.choose(None)
    assert tier.letter == "D"
    assert "protects nobody" in str(tier)
    with pytest.raises(InfrastructureError, match="sandbox tier A was required"):
        tiers.choose("A")
    monkeypatch.setenv("AUTOGRADER_TIER", "best")
    with pytest.raises(UserError, match="AUTOGRADER_TIER"):
        tiers.choose(None)


@pytest.mark.parametrize("wanted", ["E", "", "AB", "a"])
def test_only_the_four_tiers_can_be_required(wanted):
    with pytest.raises(UserError, match="the tiers are A, B, C and D"):
        tiers.choose(wanted)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bubblewrap is for Linux")
def test_without_bubblewrap_the_message_says_how_to_get_it(fresh, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InfrastructureError, match="apt-get install bubblewrap"):
        tiers.exactly("A")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bubblewrap is for Linux")
def test_a_bubblewrap_that_fails_is_no_tier_a(fresh, monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(broken))
    monkeypatch.setattr(tiers, "_sysctl", lambda name: "1" if "apparmor" in name else "")
    with pytest.raises(InfrastructureError, match=r"kernel\.apparmor_restrict_unprivileged_userns=0"):
        tiers.exactly("A")


def test_readable_paths_leave_the_course_out():
    paths = [Path(path) for path in tiers.interpreter_paths()]
    root = ROOT
    for secret in (root / "solutions", root / "tests", root / "autograder" / "checks", Path.home() / ".ssh"):
        assert not any(secret.is_relative_to(path) for path in paths), secret
    assert tiers.INSIDE in paths
    assert not any(Path(tiers.__file__).is_relative_to(path) for path in paths)


def test_the_environment_is_ours_alone(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_SECRET", "secret")
    tier = tiers.best()
    policy = tiers.confinement(tier, "/tmp", 1 << 30)
    command, environment = tiers.zygote_command(tier, ["-c", "pass"], policy)
    assert "secret" not in environment.values()
    assert command[-2:] == ["-c", "pass"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="user namespaces are Linux's")
def test_an_ordinary_user_has_the_same_tier(tmp_path):
    system_python = "/usr/bin/python3"
    if not Path(system_python).exists():
        pytest.skip("there is no Python that every user may run")
    if any(isinstance(tiers.try_letter(letter), str) for letter in "AB"):
        pytest.skip("this machine has not both tiers")
    package = tmp_path / "autograder"
    shutil.copytree(Path(tiers.__file__).parent.parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for parent in list(tmp_path.parents)[:-2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    code = "from autograder.sandbox import tiers; print([tiers.exactly(x).letter for x in 'AB'])"
    ended = subprocess.run(
        [system_python, "-c", code], cwd=tmp_path, user=65534, group=65534, extra_groups=[],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout.strip() == "['A', 'B']", ended.stderr
