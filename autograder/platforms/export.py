"""`autograder export`: the command, and the list of formats.

A format is a module in this folder, named in FORMATS. The module has

    def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int | None

which writes to `destination`; if that is None, to the format's own place (for example standard output). The module may
have `add_arguments(parser)` for options of its own. Formats write what the results say: they compute no scores.
"""

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from ..common.errors import UserError
from ..results import final
from ..results.guard import tell_of_the_reading

FORMATS = ("canvas", "classroom50", "csv", "github_classroom", "gradescope", "json", "moodle", "nbgrader")


def formats() -> dict[str, str]:
    """The formats, as `--to` takes them (github-classroom), with their modules' names (github_classroom)."""
    return {name.replace("_", "-"): name for name in FORMATS}


def load(name: str) -> ModuleType:
    """The module of a format. Raises UserError, which lists the formats, if there is no such format."""
    known = formats()
    if name not in known:
        raise UserError(f"There is no format {name!r}. The formats are: {', '.join(known)}.")
    return importlib.import_module(f"{__package__}.{known[name]}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `autograder export` that every format takes."""
    parser.add_argument("results", type=Path, metavar="RESULTS", help="the folder that `autograder grade` wrote")
    parser.add_argument("--to", required=True, metavar="FORMAT", help=f"one of: {', '.join(formats())}")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file or folder to write (the default depends on the format)",
    )


def add_further_arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Add the arguments of the format that the command line, `words`, names with `--to`, if it names one."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--to", nargs="?")
    chosen = first.parse_known_args(words)[0].to
    add_more = getattr(load(chosen), "add_arguments", None) if chosen in formats() else None
    if add_more is not None:
        add_more(parser.add_argument_group(f"for --to {chosen}"))


def run(args: argparse.Namespace) -> int:
    """Export results.

    Returns 0 if all was written, 1 if a student with points was left out, 3 if some result files could not be read.
    """
    chosen = load(args.to)
    results = final.read_results(args.results)
    found: int = chosen.export(results, args.out, args) or 0
    return 3 if tell_of_the_reading(results, "export") else found
