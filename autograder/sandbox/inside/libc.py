"""The C library of this process, for what Python has no function for."""

import ctypes
import os
import sys
from functools import cache


@cache
def libc() -> ctypes.CDLL:
    """Its functions. Each sets errno; give what it returns to :func:`check`."""
    return ctypes.CDLL(None, use_errno=True)


@cache
def interpreters_libc() -> ctypes.PyDLL:
    """The same, but no other thread of Python runs during a call: for fork."""
    return ctypes.PyDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise OSError, which says `what` was tried, unless the result of a call is 0."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def hand_back_free_memory() -> None:
    """Give the system back the free memory between blocks that are still in use. Does nothing without glibc."""
    trim = getattr(libc(), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(ctypes.c_size_t(0))
