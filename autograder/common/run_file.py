"""The files of this package, and running a file of the course: a catalogue, a quiz, a reference. Never a submission."""

from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from .errors import UserError

_T = TypeVar("_T")


def run_file(path: Path) -> ModuleType:
    """Run a file as a module, which no `import` finds. Raises whatever the file raises."""
    module = ModuleType(f"_{path.parent.name}_{path.stem}")
    module.__file__ = str(path)
    # Compiled each time: Python's compiled copy may be out of date if a file was saved twice in a second.
    exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), vars(module))
    return module


def declared_in(path: Path, name: str, kind: type[_T], what: str) -> _T:
    """The value that a file gives to `name`, of type `kind`: a Network for NETWORK, for example.

    what: the word for it in messages. Raises UserError if the file does not run, or does not set such a value.
    """
    try:
        declared = getattr(run_file(path), name)
    except (Exception, SystemExit) as error:
        raise UserError(
            f"{path} declares no {what}: {type(error).__name__}: {error}. It must set {name} = {kind.__name__}(...)."
        ) from error
    if not isinstance(declared, kind):
        raise UserError(f"{path} must set {name} = {kind.__name__}(...), and not {type(declared).__name__}.")
    return declared


def own_package() -> Path:
    return Path(str(resources.files("autograder")))
