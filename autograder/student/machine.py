"""What differs between Windows, macOS and Linux for a student: keys, shells, terminals.

No other module of this room asks for the operating system.
"""

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO


def is_windows() -> bool:
    """Whether this is Windows itself (not its Linux subsystem)."""
    return sys.platform == "win32"


def harmless_output(*streams: TextIO) -> None:
    """Make streams replace characters that they cannot show, instead of raising. (Windows' pipes can show 256.)"""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(errors="replace")


def open_streams() -> None:
    """Open the standard streams that were closed before we started (`autograder check >&-`), on the null device.

    Otherwise the next file that is opened gets the number of the closed stream, and output is written into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", errors="replace", closefd=False))


def discard(stream: TextIO) -> None:
    """Send what is still to be written to a broken stream to the null device, so that Python ends without a message."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def activate() -> str:
    """The command that activates the environment in this shell."""
    if is_windows():
        return r".venv\Scripts\activate"
    suffix = {"fish": ".fish", "csh": ".csh", "tcsh": ".csh"}.get(Path(os.environ.get("SHELL", "")).name, "")
    return f"source .venv/bin/activate{suffix}"


def python() -> str:
    """How Python is called outside an environment."""
    return "py" if is_windows() else "python3"


@contextlib.contextmanager
def keys(stream: TextIO | None = None) -> Iterator[Callable[[], str]]:
    """Read single keys from the terminal, without Return. ``read()`` returns a key in lower case; ``""`` if none waits.

    Without a terminal there are no keys. Afterwards the terminal is as before.
    """
    stream = stream if stream is not None else sys.stdin
    if stream is None or stream.closed or not stream.isatty():
        yield lambda: ""
    elif is_windows():
        yield _windows_key
    else:
        with _raw(stream) as descriptor:
            yield lambda: _posix_key(descriptor)


def _windows_key() -> str:
    msvcrt: Any = __import__("msvcrt")
    if not msvcrt.kbhit():
        return ""
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


def _posix_key(descriptor: int) -> str:
    import select

    readable, _, _ = select.select([descriptor], [], [], 0)
    if not readable:
        return ""
    typed = b""
    with contextlib.suppress(OSError):
        typed = os.read(descriptor, 64)
    if not typed:  # the terminal is gone
        return "q"
    if typed.startswith(b"\x1b"):  # an arrow or function key comes as several characters
        return ""
    return typed[:1].decode("ascii", "replace").lower()
