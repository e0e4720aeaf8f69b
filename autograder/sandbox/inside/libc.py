"""The C library of this process, for what Python has no function for."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache


@cache
def libc() -> ctypes.CDLL:
    """Its functions. Each sets errno, and what they return is for :func:`check`."""
    return ctypes.CDLL(None, use_errno=True)


@cache
def interpreters_libc() -> ctypes.PyDLL:
    """The same, called without letting other threads of Python run meanwhile: for fork."""
    return ctypes.PyDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raises OSError, which names `what` was tried, unless the result of a call is 0."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def hand_back_free_memory() -> None:
    """Hand back to the system what lies free between that which is still held. Nothing happens without glibc."""
    trim = getattr(libc(), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(ctypes.c_size_t(0))
