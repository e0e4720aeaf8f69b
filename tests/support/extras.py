"""Skips tests that need more than the plain install. Nothing is imported to find out: nbgrader alone takes seconds."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def skip_without(*modules: str) -> None:
    """Skip the file of tests that calls this, unless all these modules are installed."""
    if missing := [name for name in modules if find_spec(name) is None]:
        pytest.skip(f"{', '.join(missing)} is not installed: pip install -e '.[dev]'", allow_module_level=True)
