"""Make the folder that code writes a file into if it is not there: at home it is, and only the code was handed in.

An absolute folder that cannot be made, such as that of a drive, gets one in its place below the home folder.
"""

import builtins
import contextlib
import functools
import io
import os
from pathlib import Path
from typing import Any

import torch

from . import notices


def make_folders() -> None:
    """From now on, in this process, a file can be written into a folder that is not there, and read again."""
    builtins.open = io.open = _opened(open)
    torch.save = _saved(torch.save)
    os.mkdir = _made(os.mkdir)  # os.makedirs and pathlib call it, too


def _opened(opens: Any) -> Any:
    @functools.wraps(opens)
    def wrapped(file: Any, mode: Any = "r", *args: Any, **kwargs: Any) -> Any:
        try:
            return opens(file, mode, *args, **kwargs)
        except FileNotFoundError:
            writes = isinstance(mode, str) and not set(mode).isdisjoint("wax")
            place = _to_write(file) if writes else _in_its_place(file)
            if place is None or not (writes or place.exists()):
                raise
        return opens(place, mode, *args, **kwargs)

    return wrapped


def _saved(saves: Any) -> Any:
    @functools.wraps(saves)
    def wrapped(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
        saves(obj, _to_write(f) or f, *args, **kwargs)

    return wrapped


def _made(makes: Any) -> Any:
    @functools.wraps(makes)
    def wrapped(path: Any, *args: Any, **kwargs: Any) -> None:
        try:
            makes(path, *args, **kwargs)
        except FileExistsError:
            raise
        except OSError:
            if (place := _in_its_place(path)) is None:
                raise
            os.makedirs(place, exist_ok=True)

    return wrapped


def _to_write(file: Any) -> Path | None:
    """Where to write a file whose folder is not there; None if it is there, or cannot be made anywhere."""
    if not isinstance(file, (str, os.PathLike)) or Path(file).parent.exists():
        return None
    for place in (Path(file), _in_its_place(file)):
        if place is not None:
            with contextlib.suppress(OSError):
                place.parent.mkdir(parents=True, exist_ok=True)
                if place.parent.is_dir():
                    notices.add("folder", str(Path(file).parent))
                    return place
    return None


def _in_its_place(file: Any) -> Path | None:
    """What takes the place of an absolute path below the home folder; None for any other path, and for one that is below it."""
    if (
        not isinstance(file, (str, os.PathLike))
        or not Path(file).is_absolute()
        or Path(file).is_relative_to(Path.home())
    ):
        return None
    return Path.home() / "elsewhere" / Path(file).relative_to(Path(file).anchor)
