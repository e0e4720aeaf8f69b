"""An author's file that raised: which line of it, and why, in one sentence."""

from __future__ import annotations

import traceback
from pathlib import Path


def where_raised(error: BaseException, folder: Path) -> str:
    """ "test_a1.py, line 3: NameError: name 'x' is not defined": the last line within `folder` that led to an error.

    The file is named relative to the folder above `folder`; an error that no file there led to names the folder alone.
    """
    above = folder.parent
    what = " ".join(f"{type(error).__name__}: {error}".split()) if str(error) else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(folder):
        line = f": {error.text.strip()}" if error.text and error.text.strip() else ""
        what = f"{type(error).__name__}: {error.msg}{line}"
        return f"{Path(error.filename).relative_to(above).as_posix()}, line {error.lineno}: {what}"
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)
    ]
    if not frames:
        return f"{folder.name}: {what}"
    return f"{Path(frames[-1].filename).relative_to(above).as_posix()}, line {frames[-1].lineno}: {what}"


def remedy(error: BaseException) -> str:
    """What to do about it."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"Is the name right? Else install it: pip install {error.name.partition('.')[0]}"
    return "Mend that line, and run the command again."


def from_a_stub(type_name: str, message: str) -> bool:
    """Whether it is the error of a task that nobody has written yet: ``raise NotImplementedError("resized")``.

    Torch raises the same type, with a sentence, for a dtype that an operator does not take, and for a network without
    a forward.
    """
    return type_name == "NotImplementedError" and (not message or message.isidentifier())
