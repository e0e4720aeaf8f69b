"""Started as a script, by path: `importable.py MODULE ARGUMENTS...` runs the `main` of a module of this folder.

Inside the sandbox only this folder of the package exists, so this script makes the packages above it, empty. Even if
another autograder is installed, `autograder.sandbox.inside` is this folder. It imports nothing that takes time.
"""

import importlib
import sys
import types
from pathlib import Path


def main(module: str, arguments: list[str]) -> None:
    """Run that module's `main` with these arguments."""
    folder = str(Path(__file__).parent)
    for name, path in (("autograder", []), ("autograder.sandbox", []), ("autograder.sandbox.inside", [folder])):
        package = types.ModuleType(name)
        package.__path__ = path
        sys.modules[name] = package
    importlib.import_module(f"autograder.sandbox.inside.{module}").main(arguments)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
