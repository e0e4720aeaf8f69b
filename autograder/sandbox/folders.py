"""A folder that hostile code fills: how much lies in it, and removing it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

_ENTRY = 64 << 10  # bytes that a file or folder counts for at least: a look must not take long
_DEPTH = 250  # folders one in another


def is_full(folder: str, owners: Iterable[int], most: int) -> bool:
    """Whether more than `most` bytes lie in a folder, each entry counted as 64 KB at least.

    A folder that may not be read, or that lies more than 250 deep, hides what is in it: it counts as full. What
    the processes `owners` have deleted and still hold open lies there too, where /proc tells of it.
    """
    within = os.path.realpath(folder) + os.sep
    return _more_than(most - sum(_deleted(pid, within) for pid in owners), folder)


def _more_than(most: int, folder: str) -> bool:
    total, queue = 0, [(folder, 0)]
    while queue:
        inner, depth = queue.pop()
        try:
            with os.scandir(inner) as entries:
                for entry in entries:
                    total += _ENTRY
                    if total > most:
                        return True  # before it is asked how large it is: in a full folder, that takes long
                    with contextlib.suppress(FileNotFoundError):
                        status = entry.stat(follow_symlinks=False)
                        used = getattr(status, "st_blocks", None)  # Windows does not tell what a file takes
                        total += max(0, (status.st_size if used is None else used * 512) - _ENTRY)
                        if entry.is_dir(follow_symlinks=False):
                            queue.append((entry.path, depth + 1))
        except FileNotFoundError:
            continue
        except OSError:
            return True
        if queue and queue[-1][1] > _DEPTH:
            return True
    return total > most


def _deleted(pid: int, within: str) -> int:
    """Bytes of files of this folder that a process has deleted and still holds, open or mapped."""
    held = {}
    with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as descriptors:
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                if os.readlink(descriptor.path).startswith(within) and not (status := descriptor.stat()).st_nlink:
                    held[status.st_ino] = status.st_blocks * 512
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", errors="replace") as maps:
        for line in maps:
            if line.endswith(" (deleted)\n") and within in line:
                span, _, _, _, inode, *_ = line.split()
                start, end = (int(number, 16) for number in span.split("-"))
                held[int(inode)] = held.get(int(inode), 0) + end - start
    return sum(held.values())


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
                        with contextlib.suppress(OSError):
                            os.rmdir(entry.path)  # most are empty
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
