"""A sandbox child gives up everything that a submission does not need, before any of the student's code runs.

The zygote's side, in this order:

    harden_zygote(tier)                  once, before the first fork
    fork_zygote(tier)                    a zygote for each of several graders; their children cannot reach each other
    pid = fork_child(tier)               a fork, by one thread that holds no lock; in tier A the child is process 1 of
                                         its own pid namespace
    enter(policy, wire)                  in the child, single-threaded, before student code; OSError when a step fails
    end_child(pid, tier)                 kills the child and everything that it started, and reaps it

`Confinement` is plain data, made by `autograder.sandbox.tiers.confinement` in the grader and sent as JSON
(`policy.to_json()`, `Confinement.from_json(text)`).

What a child can rely on after `enter`: the working folder is `policy.scratch`, the only one that it can write to (HOME
and TMPDIR name it already, see `tiers.zygote_command`; in tier A also /dev/shm, where DataLoader's semaphores live). In
tier A it may fork and use AF_UNIX sockets. In tier B it may start threads but no process, and has no sockets but
socketpair(): DataLoader must run with num_workers=0 (`may_fork(tier)`).

This module and those that it imports (landlock, libc, namespaces, seccomp) use only the standard library.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Self

from . import landlock, namespaces, seccomp

if sys.platform != "win32":
    import resource

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Confinement:
    """What one sandbox child may have. Sizes are in bytes."""

    tier: str
    """ "A", "B", "C" or "D"."""
    scratch: str = "/tmp"
    """The child's own folder. Tier A mounts an empty tmpfs there; elsewhere the grader has made it, empty."""
    readable: tuple[str, ...] = ()
    """Files and folders that may be read and run: the interpreter and its packages."""
    uid: int | None = None
    """The user to become, if the grader is root; None: stay the grader's user."""
    keep_read_search: bool = False
    """Keep the one capability that can read root's files, for an interpreter that only root may read."""
    memory: int = 2048 * _MEBIBYTE
    """Address space that each process may add to what it has at the start (RLIMIT_AS)."""
    processes: int = 32
    file_size: int = 64 * _MEBIBYTE
    open_files: int = 256
    cpu_seconds: int = 600
    """The last limit on each process: the grader's own clock should end the child long before."""
    tmpfs_size: int = 256 * _MEBIBYTE
    """Tier A: what the scratch folder and /dev/shm may each hold."""
    tmpfs_inodes: int = 16384
    other_threads: int = 0
    """Other threads of the child's user: the kernel's limit on processes counts them too."""
    parent: int | None = None
    """The zygote's process number, if the child can see it. If a child's parent is another one, its zygote has died."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The policy that `to_json` wrote. Raises ValueError or TypeError for another text."""
        fields = json.loads(text)
        fields["readable"] = tuple(fields["readable"])
        return cls(**fields)


def may_fork(tier: str) -> bool:
    """May a child of this tier start processes (DataLoader workers, multiprocessing, subprocess)?"""
    return tier != "B"


# --- the zygote ----------------------------------------------------------------------------------------------------


def harden_zygote(tier: str) -> None:
    """Call once in the zygote: it dies with its parent, leaves no core, and no child can trace or read it."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    namespaces.prctl(namespaces.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died just before
        os._exit(1)
    if tier != "D":
        _harden(tier)


def _harden(tier: str) -> None:
    namespaces.prctl(namespaces.PR_SET_DUMPABLE, 0)
    if tier == "A":
        namespaces.own_pid_namespace()
        # What is the same for every child is computed once, before the forks.
        namespaces.lock_capabilities()
        if seccomp.supported():
            _filter(tier, 1, landlock.abi())
    else:
        namespaces.prctl(namespaces.PR_SET_CHILD_SUBREAPER, 1)  # orphans come to us, and end_child finds them


def prepare_for_zygotes(tier: str) -> None:
    """Call once in a zygote before the first :func:`fork_zygote`."""
    if tier == "A":
        namespaces.mount_proc()  # with nothing mounted over it: else a zygote in its own namespaces cannot mount one
    prepare_for_many()


def fork_zygote(tier: str) -> bool:
    """Fork another zygote like this one, hardened. Returns True in the fork. Raises OSError.

    Tier A: the fork has its own namespaces, and its limits count only its own children. It ends when this one ends.
    """
    if tier == "A":
        forked = namespaces.fork_in_namespaces_of_its_own()
        if forked:
            _harden(tier)
        return forked
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:  # earlier forks that have ended
            pass
    forked = namespaces.fork() == 0
    if forked:
        harden_zygote(tier)
    return forked


def prepare_for_many() -> None:
    """Make every later fork cheaper. This takes half a second, and does nothing if the kernel cannot."""
    if sys.platform.startswith("linux"):
        namespaces.into_large_pages()


def fork_child(tier: str) -> int:
    """Fork for a submission: 0 in the child, the child's pid in the zygote. Raises OSError."""
    if tier == "A":
        return namespaces.fork_in_new_pid_namespace()
    return namespaces.fork() if sys.platform.startswith("linux") else os.fork()


def end_child(pid: int, tier: str) -> int:
    """Kill a child and everything that it started; returns the child's wait status.

    Tier A: the kernel ends the pid namespace with its first process. Tier B: the child can start nothing. Elsewhere:
    this kills the process group, and on Linux every orphan that has come to the zygote, until none is left; so the
    zygote must have no other children. Call it also for a child that has ended by itself.
    """
    for end in (os.kill,) if tier in "AB" else (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if tier not in "AB":
        _end_orphans()
    return status


def _end_orphans() -> None:
    for _ in range(1000):  # a process that forks faster than we kill is stopped by its limits
        orphans = list(_children())
        if not orphans:
            return
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(orphan, signal.SIGKILL)
        for orphan in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, 0)


def _children() -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children") as listing:
                yield from map(int, listing.read().split())


# --- the child -----------------------------------------------------------------------------------------------------


def enter(policy: Confinement, wire: int | None = None) -> None:
    """Confine this process, and all that it will start, for good. wire: the descriptor that stays open besides 0, 1, 2.

    Fails closed: if the kernel refuses a step that the tier promises, this raises OSError, and the caller must exit.
    """
    if policy.tier == "D":
        _settle(policy.scratch)
        return
    with contextlib.suppress(PermissionError):  # already a leader
        os.setsid()
    _close_descriptors(wire)
    if policy.tier == "A":
        namespaces.private_mounts()
        namespaces.mount_proc()
        namespaces.mount_tmpfs("/dev/shm", policy.tmpfs_size, policy.tmpfs_inodes)
        namespaces.mount_tmpfs(policy.scratch, policy.tmpfs_size, policy.tmpfs_inodes)
    elif policy.uid is not None:
        os.chown(policy.scratch, policy.uid, policy.uid)
    _set_limits(policy)
    _settle(policy.scratch)
    if policy.tier in "AB":
        _give_up_rights(policy)
    elif sys.platform.startswith("linux"):
        _end_with_zygote(policy)
    # Until here they were the warm process's log, and all forks share that file's length and position.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def _end_with_zygote(policy: Confinement) -> None:
    namespaces.prctl(namespaces.PR_SET_PDEATHSIG, signal.SIGKILL)
    if policy.tier != "A" and policy.parent not in (None, os.getppid()):  # it died just before
        os._exit(1)


def _give_up_rights(policy: Confinement) -> None:
    namespaces.drop_capabilities(policy.uid, policy.keep_read_search)
    # A change of user clears both settings: to die with the zygote, and to let the grader read the memory use.
    _end_with_zygote(policy)
    namespaces.prctl(namespaces.PR_SET_DUMPABLE, 1)
    namespaces.prctl(namespaces.PR_SET_NO_NEW_PRIVS, 1)

    alone = policy.tier == "A"
    readable = [*policy.readable, "/dev/urandom", "/dev/random"]
    writable = [policy.scratch, "/dev/null"]
    if alone:
        readable += ["/proc"]
        writable += ["/dev/shm"]
    # In tier A the mounts already hide everything, so an old kernel without Landlock is enough.
    version = landlock.restrict(readable, writable) if not alone or landlock.abi() else 0
    seccomp.install(_filter(policy.tier, os.getpid(), version))


def _filter(tier: str, own: int, version: int) -> bytes:
    return seccomp.filter_program(own=own, shared_machine=tier != "A", scoped=version >= 6, truncate_ruled=version >= 3)


def _settle(scratch: str) -> None:
    """Make `scratch` the working folder. HOME and TMPDIR already name it (`tiers.zygote_command`)."""
    os.chdir(scratch)
    os.umask(0o077)
    os.environ["PWD"] = scratch
    tempfile.tempdir = None  # it still names the zygote's


def _close_descriptors(kept: int | None) -> None:
    assert sys.platform != "win32"
    _, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not 0 < highest < 1 << 20:
        highest = 1 << 20
    last = 2 if kept is None else max(kept, 2)
    os.closerange(3, last)
    os.closerange(last + 1, highest)


def _set_limits(policy: Confinement) -> None:
    assert sys.platform != "win32"
    limits = {
        "CORE": 0,
        "FSIZE": policy.file_size,
        "NOFILE": policy.open_files,
        "CPU": policy.cpu_seconds,
        "MEMLOCK": 64 * 1024,
        "MSGQUEUE": 0,
        "NICE": 0,
        "RTPRIO": 0,
        "SIGPENDING": 512,
    }
    size = _address_space()
    if size is not None:
        limits["AS"] = size + policy.memory
    # Three more, because the child itself, the zygote and bubblewrap's own process count too.
    limits["NPROC"] = policy.processes + policy.other_threads + 3
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(number, (value, value))


def _address_space() -> int | None:
    """Bytes of address space in use; None if the system does not tell (macOS, where RLIMIT_AS has no effect anyway)."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
