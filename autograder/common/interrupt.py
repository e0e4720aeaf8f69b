"""Interrupting a thread that computes for too long."""

import ctypes
import threading
import time


class TakesTooLong(Exception):
    """Raised in a thread that was interrupted."""

    def __str__(self) -> str:
        return "it takes too long: is there a loop without an end?"


def interrupt(thread: threading.Thread) -> None:
    """Raise TakesTooLong in a thread, before its next step of Python. It cannot leave a call of compiled code early.

    If that step is a finalizer's, Python drops the error: the caller must look again, and interrupt once more.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TakesTooLong))


def cpu_seconds(thread: threading.Thread) -> float:
    """The CPU time that a living thread has used; always 0 where the system does not tell (macOS, Windows)."""
    if not hasattr(time, "pthread_getcpuclockid") or not thread.is_alive():
        return 0.0
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident or 0))
