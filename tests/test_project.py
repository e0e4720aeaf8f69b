"""The files around the package say the same as the package: versions, requirements, citation, forms for issues."""

from __future__ import annotations

import ast
import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml

import autograder
from tests.support.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(path: Path) -> dict[str, str]:
    """name -> version, of a file of constraints."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text("utf-8").lower(), re.M))


def test_the_lowest_versions_are_those_that_are_promised() -> None:
    extras = PROJECT["optional-dependencies"]
    promised = [*PROJECT["dependencies"], *extras["submissions"], *extras["release"]]
    lowest = pins(ROOT / ".ci" / "lowest.txt")
    assert set(lowest) == {line.split(">=")[0] for line in promised}
    for line in promised:
        name, version = line.split(">=")
        assert f"{lowest[name]}.".startswith(f"{version}."), f"{name}: {version} is promised, {lowest[name]} is tried"


def test_every_requirement_is_pinned() -> None:
    pinned = pins(ROOT / "constraints.txt")
    extras = [
        line for lines in PROJECT["optional-dependencies"].values() for line in lines if "cnn-autograder" not in line
    ]
    assert {line.split(">=")[0].lower() for line in [*PROJECT["dependencies"], *extras]} <= set(pinned)


def test_the_citation_and_the_changes_know_the_version() -> None:
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] == autograder.__version__
    assert f"\n## {autograder.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
@pytest.mark.heavy
def test_what_other_programs_read_is_valid(schema: str, pattern: str) -> None:
    program = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    if not program.is_file():
        pytest.skip("check-jsonschema is not installed: pip install -e '.[lint]'")
    files = sorted(map(str, ROOT.glob(pattern)))
    assert files
    done = subprocess.run([program, "--builtin-schema", f"vendor.{schema}", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/*.md"])
def test_links_within_the_repository_lead_somewhere(page: str) -> None:
    """The badges' pages are GitHub's own, two above the README there."""
    for path in ROOT.glob(page):
        for link in re.findall(r"\]\((?!https?:|#|mailto:|\.\./\.\./actions/)([^)#\s]+)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"


def test_no_pattern_has_a_repeated_group_that_python_gets_wrong_before_3_11_5() -> None:
    """After (?:...)*+ nothing was found that should be: with the Python of Debian 12 no file could be read."""
    repeats = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+")
    for path in (ROOT / "autograder").rglob("*.txt"):
        assert not repeats.search(path.read_text("utf-8")), path
    for path in (ROOT / "autograder").rglob("*.py"):
        values = [node.value for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Constant)]
        assert not [value for value in values if isinstance(value, str) and repeats.search(value)], path
