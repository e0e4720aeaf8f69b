"""One assignment: its folder, and the paths of the files in it."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

STUBS = ".stubs"  # the folder in assignments/ with the stubs as they were handed out


@dataclass(frozen=True)
class Assignment:
    """One assignment in one folder, under `solutions/` or `assignments/`.

    Any of its files may be missing: a released assignment has no hidden checks and no misconceptions.
    """

    name: str
    folder: Path

    @property
    def master(self) -> Path:
        """The reference solution under `solutions/`; the stub, or the student's own work, under `assignments/`."""
        return self.folder / f"{self.name}.py"

    @property
    def notebook(self) -> Path:
        """The same stub for Jupyter, as it was released."""
        return self.folder.parent / "notebooks" / self.name / f"{self.name}.ipynb"

    @property
    def stub(self) -> Path:
        """The stub as it was handed out, under `assignments/`. It stays as it was when the student edits their file."""
        return self.folder.parent / STUBS / f"{self.name}.py"

    @property
    def public_checks(self) -> Path:
        return self.folder / f"test_{self.name}.py"

    @property
    def hidden_checks(self) -> Path:
        return self.folder / f"test_{self.name}_hidden.py"

    @property
    def misconceptions(self) -> Path:
        return self.folder / "misconceptions.py"

    @property
    def pictures(self) -> Path:
        """The module that draws pictures from a student's functions. Students have it; it affects no grade."""
        return self.folder / "pictures.py"

    @property
    def network(self) -> Path:
        """The module that declares the network to train. Students have it."""
        return self.folder / "network_facts.py"

    @property
    def trains(self) -> bool:
        """Does any of its checks train a network? Then its sandbox needs the training data."""
        return any_trains(path for path in (self.public_checks, self.hidden_checks) if path.is_file())

    def parameters(self) -> dict[str, tuple[str, ...]]:
        """The parameter names of each function at the top level of the stub, or of the master if there is no stub.

        Empty if the file cannot be read or does not parse.
        """
        try:
            tree = ast.parse((self.stub if self.stub.is_file() else self.master).read_bytes())
        except (SyntaxError, ValueError, OSError):
            return {}
        return {
            node.name: tuple(arg.arg for arg in (*node.args.posonlyargs, *node.args.args))
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }


def any_trains(files: Iterable[Path]) -> bool:
    """Does any check in these files carry ``pytest.mark.trains``? The files are parsed, not run: the sandbox needs the
    answer before any check is run.
    """
    return any(map(_carries_mark, files))


def _carries_mark(file: Path) -> bool:
    try:
        nodes = list(ast.walk(ast.parse(file.read_bytes())))
    except (SyntaxError, ValueError, RecursionError):
        return False  # pytest cannot collect such a file either, and says so
    imports = [
        alias for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "pytest" for alias in node.names
    ]
    names = {alias.asname or alias.name for alias in imports if alias.name == "mark"}

    def is_it(node: ast.AST) -> bool:
        match node:
            case ast.Attribute(attr="trains", value=ast.Attribute(attr="mark")):
                return True
            case ast.Attribute(attr="trains", value=ast.Name(id=name)):
                return name in names
        return False

    return any(map(is_it, nodes))
