"""Landlock: a process gives up, for good, the files that it will not need.

    restrict(readable=[...], writable=[...])

Rules name folders: anything else cannot be opened, listed, run, made or deleted, whatever the mounts say.
If the kernel supports it, TCP (ABI 4), and signals and abstract sockets (ABI 6), are given up too.
Pure Python and ctypes; needs no privilege.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Iterable
from functools import cache

from .libc import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ALL_OF_ABI_1 = (1 << 13) - 1
_MAKE_DEVICES = 1 << 6 | 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_TCP = 1 << 0 | 1 << 1
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1


@cache
def abi() -> int:
    """The version of Landlock in this kernel; 0 if there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    version: int = libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, version)


def restrict(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Leave this thread only `readable` (to read and run) and `writable` (all but run and devices). Skips absent paths.

    If the kernel can, also forbid TCP, and signals and abstract sockets to the outside. Needs no_new_privs to be set.
    Returns the ABI used. Raises OSError, with ENOSYS if there is no Landlock.
    """
    version = abi()
    if version == 0:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock")
    handled = _ALL_OF_ABI_1
    if version >= 2:
        handled |= _REFER
    if version >= 3:
        handled |= _TRUNCATE
    if version >= 5:
        handled |= _IOCTL_DEVICE
    attributes = struct.pack("=Q", handled)
    if version >= 4:
        attributes += struct.pack("=Q", _TCP)
    if version >= 6:
        attributes += struct.pack("=Q", _ABSTRACT_SOCKETS | _SIGNALS)

    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    try:
        read = _EXECUTE | _READ_FILE | _READ_DIR
        for path in readable:
            _allow(ruleset, path, read)
        for path in writable:
            _allow(ruleset, path, handled & ~(_MAKE_DEVICES | _IOCTL_DEVICE | _EXECUTE))
        quiet = 1 if version >= 7 else 0  # refusals do not belong in the machine's audit log
        _call(_RESTRICT_SELF, ruleset, quiet)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        path_beneath = 1
        _call(_ADD_RULE, ruleset, path_beneath, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result: int = libc().syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
