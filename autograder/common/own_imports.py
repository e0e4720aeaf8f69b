"""What the modules of this package import, read from their text, and which modules can be reached from which.

So no list of files has to be kept by hand: students, for example, get the modules that their commands can reach.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

DATA = (".ini", ".txt")  # the endings of data files that a module may have beside it, under its own name


def modules_of(package: Path) -> dict[str, Path]:
    """The dotted name and the file of every module in a package's folder."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_by(path: Path, name: str = "") -> Iterator[str]:
    """The dotted names that a file imports, inside functions too, but not those under `if TYPE_CHECKING`.

    name: the file's own dotted name, which relative imports need. `from a import b` gives both `a` and `a.b`.
    """
    inside = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    todo: list[ast.AST] = [ast.parse(path.read_bytes())]
    while todo:
        node = todo.pop()
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                todo += node.orelse
                continue
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                base = ".".join([*inside[: len(inside) - node.level + 1], *filter(None, [node.module])])
                base = base if node.level else str(node.module)
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
        todo += ast.iter_child_nodes(node)


def reachable(starts: Iterable[str], modules: Mapping[str, Path]) -> set[str]:
    """The modules that importing `starts` loads or may load, with the packages that hold them.

    modules: name -> file, see `modules_of`; names outside it are passed over.
    """
    todo, found = list(starts), set[str]()
    while todo:
        name = todo.pop()
        if name and name in modules and name not in found:
            found.add(name)
            todo += [name.rpartition(".")[0], *imported_by(modules[name], name)]
    return found


def with_its_data(module: Path) -> list[Path]:
    """The file of a module, and the data files beside it with its name: `plugin.py` and `plugin.ini`."""
    return [module, *(file for file in sorted(module.parent.glob(f"{module.stem}.*")) if file.suffix in DATA)]
