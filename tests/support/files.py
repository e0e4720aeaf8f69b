"""Files for tests."""

from __future__ import annotations

import json
from pathlib import Path


def put(path: Path, content: str | bytes = "x = 1\n") -> Path:
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def notebook(*cells: str, **more: object) -> str:
    """A notebook with these code cells, and prose between them."""
    listed: list[dict[str, object]] = []
    for cell in cells:
        listed.append({"cell_type": "markdown", "metadata": {}, "source": ["# prose\n", "more"]})
        listed.append({"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": [], "metadata": {}})
    return json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **more})
