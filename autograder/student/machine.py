"""Where Windows, macOS and Linux differ for a student: keys, shells, terminals. Nothing else here asks for the system."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO


def is_windows() -> bool:
    """Whether this is Windows itself (not its Linux subsystem)."""
    return sys.platform == "win32"


def harmless_output(*streams: TextIO) -> None:
    """Let no character that a stream cannot show end the program: Windows' pipes know 256 of them."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(errors="replace")


def open_streams() -> None:
    """Give what was closed by whoever started us (`autograder check >&-`) a stream that leads nowhere.

    Otherwise the next file that is opened gets the number of the closed one, and other people's words are written to it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", errors="replace", closefd=False))


def discard(stream: TextIO) -> None:
    """Let what is still to be written to a stream that takes no more go nowhere: no word on it when Python ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def activate() -> str:
    """The command that enters the environment, for the shell that is usual here."""
    if is_windows():
        return r".venv\Scripts\activate"
    suffix = {"fish": ".fish", "csh": ".csh", "tcsh": ".csh"}.get(Path(os.environ.get("SHELL", "")).name, "")
    return f"source .venv/bin/activate{suffix}"


def python() -> str:
    """How Python is called outside an environment."""
    return "py" if is_windows() else "python3"


def linux_in_windows() -> bool:
    """Windows' Linux subsystem: there, files under /mnt tell nobody when they change."""
    try:
        return "microsoft" in Path("/proc/version").read_text(encoding="utf-8", errors="replace").lower()
    except OSError:
        return False


def must_poll(folder: Path) -> bool:
    """Whether changes in a folder must be looked for: the system does not tell of those on Windows' own disks in WSL."""
    return linux_in_windows() and str(folder).startswith("/mnt/")


@contextlib.contextmanager
def keys(stream: TextIO | None = None) -> Iterator[Callable[[float], str]]:
    """Single keys from the terminal, without Return: ``read(seconds)`` gives one in lower case, or ``""`` in the end.

    Without a terminal there are no keys, and ``read`` only waits. The terminal is as before afterwards.
    """
    stream = stream if stream is not None else sys.stdin
    if stream is None or stream.closed or not stream.isatty():
        yield _no_key
    elif is_windows():
        yield _windows_key
    else:
        with _raw(stream) as descriptor:
            yield lambda seconds: _posix_key(descriptor, seconds)


def _no_key(seconds: float) -> str:
    time.sleep(seconds)
    return ""


def _windows_key(seconds: float) -> str:
    msvcrt: Any = __import__("msvcrt")
    end = time.monotonic() + seconds
    while not msvcrt.kbhit():
        if time.monotonic() >= end:
            return ""
        time.sleep(0.02)
    key = str(msvcrt.getwch())
    if key in ("\x00", "\xe0"):  # the first half of an arrow or function key
        msvcrt.getwch()
        return ""
    if key == "\x03":
        raise KeyboardInterrupt
    return key.lower()


@contextlib.contextmanager
def _raw(stream: TextIO) -> Iterator[int]:
    """The terminal without line editing and echo; Ctrl-C still interrupts."""
    import termios
    import tty

    descriptor = stream.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield descriptor
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _posix_key(descriptor: int, seconds: float) -> str:
    import select

    readable, _, _ = select.select([descriptor], [], [], seconds)
    if not readable:
        return ""
    typed = os.read(descriptor, 64)
    if not typed:  # the terminal is gone
        return "q"
    if typed.startswith(b"\x1b"):  # an arrow or function key comes as several characters
        return ""
    return typed[:1].decode("ascii", "replace").lower()
