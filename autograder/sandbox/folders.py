"""Removing a folder that hostile code has filled."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, however deep; what cannot be removed stays, and nothing is raised.

    Every folder is first moved up to the top: `shutil.rmtree` goes down instead, and runs out of stack, of
    descriptors or of the longest path at a depth that student code chooses.
    """
    moved = 0
    waiting = [str(folder)]
    while waiting:
        inner = waiting[-1]
        found = False
        with contextlib.suppress(OSError):
            os.chmod(inner, 0o700)
            with os.scandir(inner) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        if not entry.is_dir(follow_symlinks=False):
                            os.unlink(entry.path)
                            continue
                        os.chmod(entry.path, 0o700)  # moving a folder writes to it
                        aside = f"{folder}.{moved}"
                        moved += 1
                        os.rename(entry.path, aside)
                        waiting.append(aside)
                        found = True
        if not found:
            waiting.pop()
            with contextlib.suppress(OSError):
                os.rmdir(inner)
