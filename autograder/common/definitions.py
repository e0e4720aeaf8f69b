"""The names that statements define and need, read from their syntax trees."""

import ast
from collections.abc import Iterable, Iterator, Sequence

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def defined_by(node: ast.stmt) -> list[str]:
    """The name of a function or a class, and the names to which a value is assigned."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def needed_for(name: str, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that make a name, with the imports and helpers that these use, in their order."""
    bound = [{*bound_by([statement]), *_filled_by(statement)} for statement in statements]
    wanted, taken = {name}, set[int]()
    while new := {number for number, names in enumerate(bound) if names & wanted} - taken:
        taken |= new
        wanted |= {used for number in new for used in used_by(statements[number])}
    return [statements[number] for number in sorted(taken)]


def used_by(statement: ast.stmt) -> set[str]:
    """All names that a statement holds."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def bound_as(alias: ast.alias) -> str:
    """The name under which an import makes something known."""
    return alias.asname or alias.name.partition(".")[0]


def own_nodes(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes in the order of the source, except those inside a function or class: that is another scope."""
    waiting = list(reversed(list(statements)))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def bound_by(statements: Iterable[ast.AST]) -> Iterator[str]:
    """The names that statements bind in their own scope."""
    for node in own_nodes(statements):
        if isinstance(node, DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from map(bound_as, node.names)


def _filled_by(statement: ast.stmt) -> Iterator[str]:
    """The names of which a top-level statement sets an entry or attribute."""
    for node in own_nodes([statement]):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()):
                yield name


def lines_of(statement: ast.stmt, lines: Sequence[str]) -> str:
    """The text of a statement, decorators included. lines: those of the whole file."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])
