"""What a tree of processes uses, read from /proc by the grader: CPU time, waiting for it, and memory."""

from __future__ import annotations

import contextlib
import heapq
import os
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGESIZE") if hasattr(os, "sysconf") else 4096
_NEAR = 0.9
_WAITING = 3  # processes whose waiting counts: one that trains, and two that load for it


@dataclass(frozen=True)
class Usage:
    """Of a whole tree.

    waited: seconds in which it could have run, and no processor was free. memory: at most this, see :func:`usage`.
    """

    cpu_seconds: float
    waited: float
    memory: int  # bytes


def descendants(pid: int) -> list[int]:
    """All processes below ``pid``, parents first. Empty where /proc does not tell."""
    found, queue = [], [pid]
    while queue:
        parent = queue.pop()
        children: list[int] = []
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{parent}/task").iterdir():
                with contextlib.suppress(OSError):
                    children += map(int, (thread / "children").read_text().split())
        found += children
        queue += children
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of one process and of those children that it has waited for. 0 when it is gone."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICK
    return 0.0


def waited(pid: int) -> float:
    """Seconds that a process has stood in the queue for a processor. 0 when it is gone, or the system does not tell."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def memory(pid: int) -> int:
    """Proportional set size of one process in bytes. 0 when it is gone."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def resident(pid: int) -> int:
    """Bytes of one process that lie in memory, shared ones too: never fewer than :func:`memory`, and told at once."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def usage(pids: list[int], limit: int) -> Usage:
    """What these processes use together.

    Memory is summed PSS, so that a page shared with the warm process is not counted twice. That takes the kernel
    milliseconds, so it is asked for only where all that is resident comes near the limit. Of the waiting the three
    longest count: many processes that wake together wait for one another, and would make time of their own.
    """
    used = sum(map(resident, pids))
    if used > _NEAR * limit:  # the count of resident pages lags a little behind
        used = sum(map(memory, pids))
    return Usage(sum(map(cpu_seconds, pids)), sum(heapq.nlargest(_WAITING, map(waited, pids))), used)
