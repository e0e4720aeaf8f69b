"""Linux namespaces, mounts and capabilities through ctypes: thin functions that raise OSError."""

import ctypes
import os
import socket
import struct
from functools import cache

from .libc import check, interpreters_libc, libc

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_READ, PR_CAPBSET_DROP = 1, 4, 23, 24
PR_GET_SECUREBITS, PR_SET_SECUREBITS, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 27, 28, 36, 38, 47
_CLEAR_ALL_AMBIENT = 4
# NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each with its lock, and the lock of KEEP_CAPS.
_SECUREBITS = 0b11101111
CAP_DAC_READ_SEARCH, CAP_SETPCAP = 2, 8
_CAPABILITY_VERSION_3 = 0x20080522


def prctl(option: int, value: int, third: int = 0) -> None:
    """prctl(2), or OSError."""
    unsigned = ctypes.c_ulong
    check(libc().prctl(option, unsigned(value), unsigned(third), unsigned(0), unsigned(0)), f"prctl({option})")


# --- processes ---------------------------------------------------------------------------------------------------


@cache
def own_pid_namespace() -> int:
    """A descriptor of this process's pid namespace, opened once."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def fork() -> int:
    """fork(2) of libc: returns 0 in the child, and the child's pid in the parent. Raises OSError.

    It skips what os.fork() does for Python in the child, which takes a millisecond (the locks of forty loggers, a seed
    for random). So the caller must have one thread, hold no lock, and seed the child.
    """
    pid: int = interpreters_libc().fork()
    check(min(pid, 0), "fork")
    return pid


def fork_in_new_pid_namespace() -> int:
    """:func:`fork`, but the child is process 1 of its own pid namespace: its death ends all that it started.

    Returns 0 in the child, and in the parent the child's pid as the parent sees it.
    A raw clone() would cost the same, but leaves glibc's cached thread id stale in the child.
    Needs CAP_SYS_ADMIN in the user namespace that owns this pid namespace; raises OSError.
    """
    home = own_pid_namespace()
    check(libc().unshare(CLONE_NEWPID), "unshare(CLONE_NEWPID)")
    pid = -1
    try:
        pid = fork()
    finally:
        if pid != 0:
            check(libc().setns(home, CLONE_NEWPID), "setns(CLONE_NEWPID)")
    return pid


def fork_in_namespaces_of_its_own() -> bool:
    """A :func:`fork` with its own user, pid, mount, network and ipc namespaces. Returns True in the fork, process 1.

    The fork has the users of this process, and every capability inside its namespaces. It is not a child of this
    process: it ends with this process's pid namespace. Needs CAP_SETUID, CAP_SETGID and CAP_SETFCAP. Raises OSError.
    """
    ours, theirs = socket.socketpair()
    between = fork()  # lives only until the namespaces are made: to enter a new pid namespace takes a fork
    if between == 0:
        ours.close()
        if _made_namespaces(theirs):
            return True
        os._exit(1)
    theirs.close()
    with ours:
        made = ours.recv(1)
        if made:
            for kind in ("uid", "gid"):
                with open(f"/proc/self/{kind}_map") as users, open(f"/proc/{between}/{kind}_map", "w") as same:
                    same.write("".join(f"{first} {first} {count}\n" for first, _, count in map(str.split, users)))
            ours.send(made)
    _, status = os.waitpid(between, 0)
    check(status, "namespaces within the namespaces")
    return False


def _made_namespaces(parent: socket.socket) -> bool:
    """In the process between: make the namespaces. Returns True in their process 1, False if they cannot be made.

    The process between ends here once process 1 runs.
    """
    try:
        prctl(PR_SET_DUMPABLE, 1)  # else only root may write its uid_map, and there may be no root here
        check(libc().unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC), "unshare")
        parent.send(b"m")
        if not parent.recv(1):
            return False
        if fork() != 0:
            os._exit(0)
    except OSError:
        return False
    parent.close()
    own_pid_namespace.cache_clear()
    return True


# --- memory ------------------------------------------------------------------------------------------------------


def into_large_pages() -> None:
    """Gather the memory that this process has written to in pages of 2 MB, so that a fork has far fewer pages to map.

    Takes half a second for a process that holds torch, and halves the time of each later fork and exit. A child that
    writes to such a page copies 4 KB of it, as before. Needs Linux 6.1; an older kernel refuses, and nothing changes.
    """
    madv_collapse, size = 25, 2 << 20
    with open("/proc/self/maps") as maps:
        lines = [line.split() for line in maps]
    for span, rights, *rest in lines:
        if rights != "rw-p" or rest[3:] not in ([], ["[heap]"]):
            continue
        start, end = (int(number, 16) for number in span.split("-"))
        start, end = -(-start // size) * size, end // size * size
        if start < end:
            libc().madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), madv_collapse)


# --- mounts --------------------------------------------------------------------------------------------------------


def private_mounts() -> None:
    """Enter a new mount namespace, from which no mount spreads to others."""
    check(libc().unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)")
    mount(None, "/", None, MS_REC | MS_PRIVATE)


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2), or OSError."""

    def encode(text: str | None) -> bytes | None:
        return None if text is None else os.fsencode(text)

    result = libc().mount(
        encode(source), os.fsencode(target), encode(kind), ctypes.c_ulong(flags), options.encode() or None
    )
    check(result, f"mount {kind or 'flags'} on {target}")


def mount_tmpfs(target: str, size: int, inodes: int) -> None:
    """Mount an empty folder in memory, for at most `size` bytes and `inodes` files. Programs in it cannot be run."""
    mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, f"size={size},nr_inodes={inodes},mode=1777")


def mount_proc() -> None:
    """Mount the /proc of this process's pid namespace: it shows only the processes of this sandbox."""
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    try:
        mount("proc", "/proc", "proc", flags, "subset=pid")  # hides facts about the machine; Linux 5.8
    except OSError:
        mount("proc", "/proc", "proc", flags)


# --- capabilities --------------------------------------------------------------------------------------------------


def clear_groups() -> None:
    """Leave every supplementary group; if that is forbidden (an unprivileged user namespace), stay in them."""
    try:
        os.setgroups([])
    except PermissionError:
        return


def lock_capabilities() -> None:
    """Keep the capabilities that the process holds (a mount still works), but let no exec or change of user add any.

    The zygote does this once for all its children; doing it again costs nothing.
    """
    if libc().prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) == _SECUREBITS or not _holds(CAP_SETPCAP):
        return
    for capability in range(_last_capability() + 1):
        prctl(PR_CAPBSET_DROP, capability)
    # With NO_SETUID_FIXUP a change of user leaves the capabilities alone: drop_capabilities drops them all at once.
    prctl(PR_SET_SECUREBITS, _SECUREBITS)


def drop_capabilities(uid: int | None, keep_read_search: bool) -> None:
    """Become user `uid` (None: stay the same user), and lose every capability for good, even after exec and setuid.

    keep_read_search: keep only CAP_DAC_READ_SEARCH, for an interpreter whose files only root may read. Landlock still
    decides what may be read, and seccomp refuses open_by_handle_at.
    """
    lock_capabilities()
    prctl(PR_CAP_AMBIENT, _CLEAR_ALL_AMBIENT)
    if uid is not None:
        clear_groups()
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kept = 1 << CAP_DAC_READ_SEARCH if keep_read_search and _holds(CAP_DAC_READ_SEARCH) else 0
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = struct.pack("=6I", kept, kept, 0, 0, 0, 0)
    check(libc().capset(header, data), "capset")


def _holds(capability: int) -> bool:
    """Is a capability in the effective set of this thread?"""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = ctypes.create_string_buffer(24)
    if libc().capget(header, data) != 0:
        return False
    low, _, _, high, _, _ = struct.unpack("=6I", data.raw)
    return bool((low | high << 32) >> capability & 1)


def _last_capability() -> int:
    last = 63
    while last > 0 and libc().prctl(PR_CAPBSET_READ, ctypes.c_ulong(last), 0, 0, 0) < 0:
        last -= 1
    return last
