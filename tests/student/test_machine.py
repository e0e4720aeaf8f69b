"""Keys, terminals and shells of several systems."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

import pytest

from autograder.student import machine


def test_keys_of_a_pipe_are_none() -> None:
    with machine.keys(io.StringIO("h")) as read:
        assert read() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_keys_come_singly_and_the_terminal_is_as_before() -> None:
    import pty
    import select
    import termios

    ours, theirs = pty.openpty()
    stream = os.fdopen(theirs, "r")
    before = termios.tcgetattr(theirs)
    with machine.keys(stream) as read:
        os.write(ours, b"H")
        select.select([theirs], [], [], 1.0)
        assert read() == "h"
        os.write(ours, b"\x1b[A")
        select.select([theirs], [], [], 1.0)
        assert read() == "", "an arrow is no key of ours"
        assert read() == ""
    assert termios.tcgetattr(theirs) == before
    stream.close()
    os.close(ours)


class FakeMsvcrt:
    """Windows' module for keys."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)

    def kbhit(self) -> bool:
        return bool(self.typed)

    def getwch(self) -> str:
        return self.typed.pop(0)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeMsvcrt]:
    monkeypatch.setattr(machine.sys, "platform", "win32")

    def type_keys(*typed: str) -> FakeMsvcrt:
        fake = FakeMsvcrt(*typed)
        monkeypatch.setitem(sys.modules, "msvcrt", fake)  # type: ignore[arg-type]
        return fake

    return type_keys


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_keys_of_windows(windows: Callable[..., FakeMsvcrt]) -> None:
    windows("L", "\xe0", "K", "q")
    with machine.keys(Tty()) as read:
        assert [read() for _ in range(4)] == ["l", "", "q", ""]
    windows("\x03")
    with machine.keys(Tty()) as read, pytest.raises(KeyboardInterrupt):
        read()


def test_commands_are_those_of_the_shell(windows: Callable[..., FakeMsvcrt], monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.activate() == r".venv\Scripts\activate"
    assert machine.python() == "py"
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setenv("SHELL", "/opt/homebrew/bin/fish")
    assert machine.activate() == "source .venv/bin/activate.fish"
    assert machine.python() == "python3"


def test_no_character_ends_the_program_on_a_poor_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    machine.harmless_output(stream, io.StringIO())
    stream.write("✓ 布")
    stream.flush()
