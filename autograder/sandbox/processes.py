"""The CPU time, the waiting time and the memory of a tree of processes, which the grader reads from /proc."""

import contextlib
import heapq
import os
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGESIZE") if hasattr(os, "sysconf") else 4096
_NEAR = 0.9  # the share of the memory limit from which memory is measured exactly
_WAITING = 3  # processes whose waiting counts: one that trains, and two that load data for it


@dataclass(frozen=True)
class Usage:
    """What a tree of processes has used.

    waited: seconds in which it could have run, but no processor was free. memory: bytes, or an upper bound of them, see
    :func:`usage`.
    """

    cpu_seconds: float
    waited: float
    memory: int


def descendants(pid: int) -> list[int]:
    """The pids of all descendants of ``pid``, parents first. Empty if /proc does not list them."""
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
    """The CPU time of one process and of the ended children for which it has waited. 0 if the process is gone."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICK
    return 0.0


def waited(pid: int) -> float:
    """The seconds that a process has waited for a processor. 0 if it is gone, or if the system does not say."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def memory(pid: int) -> int:
    """The proportional set size (PSS) of one process in bytes. 0 if it is gone."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def resident(pid: int) -> int:
    """The resident bytes of one process, shared ones included: never fewer than :func:`memory`, but quick to read."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def usage(pids: list[int], limit: int) -> Usage:
    """What these processes use together. limit: the bytes of memory that they may use.

    Memory is the sum of their PSS, so that pages shared with the warm process are not counted several times. Reading PSS
    takes milliseconds, so it is read only if the resident bytes come near the limit; otherwise those are returned.
    Only the three longest waiting times count. Many processes that wake together wait for each other, and could gain
    time that way.
    """
    used = sum(map(resident, pids))
    if used > _NEAR * limit:  # 0.9, because the count of resident pages lags a little behind
        used = sum(map(memory, pids))
    return Usage(sum(map(cpu_seconds, pids)), sum(heapq.nlargest(_WAITING, map(waited, pids))), used)
