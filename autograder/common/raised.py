"""Errors in a file that an author of the course wrote: which line raised, and why, in one sentence."""

import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from threading import Thread


def where_raised(error: BaseException, folder: Path) -> str:
    """Where an error came from: "a1/test_a1.py, line 3: NameError: name 'x' is not defined".

    The line is the last one in the traceback whose file is in `folder`. The file is named relative to the parent of
    `folder`. If no file in `folder` is in the traceback, the text begins with the folder's name instead.
    """
    what = " ".join(f"{type(error).__name__}: {error}".split()) if str(error) else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(folder):
        line = f": {error.text.strip()}" if error.text and error.text.strip() else ""
        what = f"{type(error).__name__}: {error.msg}{line}"
        return f"{Path(error.filename).relative_to(folder.parent).as_posix()}, line {error.lineno}: {what}"
    return f"{_last_in(folder, traceback.extract_tb(error.__traceback__))}: {what}"


def where_running(thread: Thread, folder: Path) -> str:
    """The line that a thread runs now, as in `where_raised`: "a1/test_a1.py, line 3"."""
    return _last_in(folder, traceback.extract_stack(sys._current_frames().get(thread.ident or 0)))


def _last_in(folder: Path, frames: Iterable[traceback.FrameSummary]) -> str:
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    if not own:
        return folder.name
    return f"{Path(own[-1].filename).relative_to(folder.parent).as_posix()}, line {own[-1].lineno}"


def with_remedy(error: BaseException, folder: Path) -> str:
    """Where an error came from, as in `where_raised`, and then what the author can do about it. folder: of the author's
    file.
    """
    return f"{where_raised(error, folder)}. {_remedy(error, folder)}"


def _remedy(error: BaseException, folder: Path) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name == folder.name:
            return "Checks do not import the student's file: they call its tasks, as submission.name_of_the_task(...)."
        if (folder / f"{error.name}.py").is_file():
            return f"Each file is read by itself: copy what it needs from {error.name}.py."
        return f"If the name is right, install it: pip install {error.name.partition('.')[0]}"
    return "Fix that line, and run the command again."


def from_a_stub(type_name: str, message: str) -> bool:
    """Whether the error is that of an unfilled stub: ``raise NotImplementedError("resized")``.

    Torch raises the same type, but with a sentence as its message, if an operator does not take a dtype or a network
    has no forward.
    """
    return type_name == "NotImplementedError" and (not message or message.isidentifier())
