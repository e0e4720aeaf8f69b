"""How many epochs a student's training takes, read from its source: for the time that is left, since `train` reports none."""

import ast
from collections.abc import Iterable, Iterator, Mapping


def epochs_in(source: str, train: str) -> int | None:
    """How many epochs the function `train` takes, read from its source: the length of its first loop over a range.

    Names are looked up in the constants of the file, the defaults of the function, and the assignments in it. None if
    the source does not say, for example for a loop that ends when the loss is small.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == train]
    if not functions:
        return None
    function, arguments = functions[-1], functions[-1].args
    named = reversed([*arguments.posonlyargs, *arguments.args])
    defaults = (*zip(named, reversed(arguments.defaults)), *zip(arguments.kwonlyargs, arguments.kw_defaults))
    known: dict[str, int] = {}
    given = ((argument.arg, default) for argument, default in defaults)
    for name, value in (*_assigned(body), *given, *_assigned(ast.walk(function))):
        if (number := _whole(value, known)) is not None:
            known[name] = number
    for loop in _outer_loops(function.body):
        call = loop.iter
        while isinstance(call, ast.Call) and call.args and _called(call) in ("tqdm", "enumerate"):
            call = call.args[0]
        if isinstance(call, ast.Call) and _called(call) in ("range", "trange"):
            bounds = [_whole(bound, known) for bound in call.args]
            start, stop = [0, *bounds][-2:] if len(bounds) in (1, 2) else (None, None)
            return stop - start if start is not None and stop is not None else None
    return None


def _outer_loops(body: list[ast.stmt]) -> Iterator[ast.For]:
    for statement in body:
        if isinstance(statement, ast.For):
            yield statement
        elif isinstance(statement, (ast.With, ast.Try, ast.If)):
            yield from _outer_loops(statement.body)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that are assigned, each with its value: two for `epochs, rate = 3, 0.1`."""
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts))
                yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))


def _whole(node: ast.expr | None, known: Mapping[str, int]) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return known.get(node.id) if isinstance(node, ast.Name) else None
