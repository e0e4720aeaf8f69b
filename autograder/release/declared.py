"""What the check files of an assignment declare: their checks, tasks and points.

pytest itself collects, so parametrized checks and marks on modules count as they do when
grading. Nothing is run but the import of the check files.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.common.errors import UserError


@dataclass(frozen=True)
class DeclaredCheck:
    """One check as its file declares it, before anything ran."""

    name: str
    task: str
    points: int
    hidden: bool


def declared_checks(folder: Path) -> list[DeclaredCheck]:
    """The checks of the assignment in `folder`, public before hidden, in the order of their files.

    Raises UserError when a check file does not import, or a check lacks `points(n, task=...)`.
    """
    name = folder.name
    public, hidden = folder / f"test_{name}.py", folder / f"test_{name}_hidden.py"
    if not public.is_file():
        raise UserError(f"{folder.name} has no public checks: write {public.name} in {folder}.")
    files = [file for file in (public, hidden) if file.is_file()]
    collector = _run_pytest(files)
    if collector.complaints:
        raise UserError(f"The checks of {name} could not be read.\n" + "\n".join(collector.complaints))
    return [_declared_check(item, hidden=Path(item.path).name == hidden.name) for item in collector.items]


class _Collector:
    """A pytest plugin that keeps what was collected, and what went wrong."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.complaints: list[str] = []

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.complaints.append(str(report.longrepr))

    def pytest_configure(self, config: Any) -> None:
        for mark in ("points", "needs", "trains"):
            config.addinivalue_line("markers", f"{mark}: see autograder.grading.plugin")

    def pytest_collection_finish(self, session: Any) -> None:
        self.items = list(session.items)


def _run_pytest(files: list[Path]) -> _Collector:
    import pytest

    collector = _Collector()
    modules = set(sys.modules)
    addopts = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        with tempfile.TemporaryDirectory() as empty:
            # Neither this repository's settings nor the caller's plugins have a say.
            settings = Path(empty, "pytest.ini")
            settings.write_text("[pytest]\n", encoding="utf-8")
            plugins = ("terminal", "cacheprovider", "autograder", "hypothesispytest")
            arguments = [
                "--collect-only",
                "--import-mode=importlib",
                "--noconftest",
                f"--config-file={settings}",
                # A root that holds none of the files makes their module names unique: two courses
                # with equal folder names must not see each other's checks.
                f"--rootdir={empty}",
                *(f"-pno:{plugin}" for plugin in plugins),
                *map(str, files),
            ]
            pytest.main(arguments, plugins=[collector])
    finally:
        if addopts is not None:
            os.environ["PYTEST_ADDOPTS"] = addopts
        # A second collection must read the files again.
        for module in set(sys.modules) - modules:
            if getattr(sys.modules[module], "__file__", None) in {str(file) for file in files}:
                del sys.modules[module]
    return collector


def _declared_check(item: Any, *, hidden: bool) -> DeclaredCheck:
    mark = item.get_closest_marker("points")
    where = f"{Path(item.path).name}::{item.name}"
    if mark is None:
        raise UserError(f'{where} has no points: mark it with @pytest.mark.points(1, task="...").')
    points = mark.args[0] if len(mark.args) == 1 else None
    task = mark.kwargs.get("task")
    if type(points) is not int or points < 0 or not isinstance(task, str):
        raise UserError(f'{where}: points takes a whole number and a task: points(2, task="to_nchw").')
    return DeclaredCheck(name=item.name, task=task, points=points, hidden=hidden)
