"""The rooms of the package, in the order in which a submission passes through them: this list is the map.

No room imports one that stands below it, no module takes part in a circle of imports, no room uses a private name of
another, and nothing else lies at the top of the package.
"""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter

from tests.support.places import ROOT

ROOMS = """common course data submission sandbox checks results grading report platforms student release""".split()
FACES = {"__init__", "__main__", "cli", "notebook"}
PACKAGE = ROOT / "autograder"
FILES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if not path.parent.name.endswith("_files")  # these run on other machines
}


def imports(module: str) -> set[tuple[str, str]]:
    """(module, name) for all that a module imports from this package, inside functions and for type checkers too."""
    path, found, todo = FILES[module], set(), [ast.parse(FILES[module].read_bytes())]
    inside = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.ImportFrom):
            above = inside[: len(inside) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            for name in (alias.name for alias in node.names):
                found.add((f"{base}.{name}", "") if f"{base}.{name}" in FILES else (base, name))
        todo += ast.iter_child_nodes(node)
    return {(base, name) for base, name in found if base in FILES}


def room(module: str) -> str:
    return (module.split(".") + [""])[1]


def test_the_top_of_the_package_holds_the_rooms_and_little_else() -> None:
    assert {room(module) for module in FILES} - {""} <= {*ROOMS, *FACES}
    assert len([path for path in PACKAGE.iterdir() if not path.name.startswith("__pyc")]) <= 16


def test_no_room_imports_one_that_stands_after_it() -> None:
    place = {name: number for number, name in enumerate(ROOMS)}
    against = [
        f"{module} imports {other}"
        for module in FILES
        for other, _ in imports(module)
        if room(module) in place and place.get(room(other), -1) > place[room(module)]
    ]
    assert not against


def test_no_module_takes_part_in_a_circle() -> None:
    graph = {module: {other for other, _ in imports(module)} - {module} for module in FILES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_room_uses_a_private_name_of_another() -> None:
    assert not [
        f"{module} imports {name} from {other}"
        for module in FILES
        for other, name in imports(module)
        if room(module) != room(other) and (name.startswith("_") or other.rpartition(".")[2].startswith("_"))
        if not name.startswith("__")
    ]


def test_the_map_in_contributing_lists_the_rooms_in_their_order() -> None:
    listed = re.findall(r"^\| `(\w+)/` \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M)
    assert listed == ROOMS


def test_no_two_public_classes_or_types_have_one_name() -> None:
    places: dict[str, set[str]] = {}
    for module, path in FILES.items():
        for node in ast.parse(path.read_bytes()).body:
            targets = node.targets if isinstance(node, ast.Assign) else [node]
            for name in (getattr(target, "name", getattr(target, "id", "")) for target in targets):
                if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
                    places.setdefault(name, set()).add(module)
    assert not {name: modules for name, modules in places.items() if len(modules) > 1}


def test_no_module_or_template_knows_what_this_course_trains() -> None:
    """What is particular to the course stands in its assignment's folder and in `data/`."""
    from autograder.course.network import network_beside
    from autograder.data import data_set

    network = network_beside(str(ROOT / "solutions" / "a5_fashion_mnist" / "checks.py"))
    data = data_set(ROOT / "data", network.data)
    side = network.inputs[-1]
    bands = "|".join(f"{share:g}".replace("0.", r"0\.") for share in [*network.bands][:-1])  # 0.85 is said elsewhere
    names = "|".join(re.escape(name) for name in data.classes if name not in ("Bag", "Coat", "Dress"))
    particular = re.compile(
        rf"fashion|mnist|{names}|clothes|{network.model}|\"{network.preprocess}\"|\"{network.predict}\"|"
        rf"\.{network.preprocess}\(|\.{network.predict}\(|(?<![\d_])500[_,]?000(?![\d_,])|\b{side} ?[x,×] ?{side}\b|"
        rf"\b{network.seconds:g}(\.0)? ?(CPU|seconds|s\b)|(?<![\d.])({bands})(?![\d])|ln 10\b|to_nchw",
        re.IGNORECASE,
    )
    texts = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".html", ".css", ".js", ".ini", ".md")]
    found = [
        f"{path.relative_to(PACKAGE)}, line {number}: {line.strip()}"
        for path in texts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if particular.search(line)
    ]
    assert not found
