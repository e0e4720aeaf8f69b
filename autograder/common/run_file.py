"""The files of this package, and running a file of the course: a catalogue, a quiz, a reference. Never a submission."""

import importlib.util
from importlib import resources
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TypeVar

from .errors import UserError

_T = TypeVar("_T")


class _AsItIsNow(SourceFileLoader):
    """Compiles the text each time: Python's compiled copy may be out of date if a file was saved twice in a second."""

    def get_code(self, fullname: str) -> CodeType:
        """The compiled file. Nothing is written to a cache."""
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def run_file(path: Path) -> ModuleType:
    """Run a file as a module, which no `import` finds. Raises whatever the file raises."""
    name = f"_{path.parent.name}_{path.stem}"
    loader = _AsItIsNow(name, str(path))
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
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
