"""``autograder show``: a page of pictures that a student's own functions draw."""

import argparse
import html
import sys
import webbrowser
from pathlib import Path

from ..common.errors import UserError
from ..common.files import write_whole
from ..course.words import words_of
from ..submission.source import Unreadable, read_source
from . import screen, state
from .own_file import loaded
from .pictures import Material, drawn, in_words, names_in
from .repository import StudentRepository

_PAGE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1f2328;background:#fff}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}}"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        metavar="WHAT",
        help="a picture, or an assignment (a1); without one, the assignment that you saved last",
    )


def run(args: argparse.Namespace) -> int:
    """Draw the pictures and write the page. On a terminal, open it in a browser. Returns 0."""
    repository = StudentRepository.here()
    name, chosen = _chosen(repository, args.what)
    path = _file(repository, name)
    try:
        source = read_source(repository.file(name))
    except Unreadable as error:
        raise UserError(str(error)) from None
    with loaded(name, source) as (module, problem):
        if problem:
            screen.say(problem, style="yellow")
        given = Material(vars(module), repository.root / "data")
        parts = [f"<h2>{html.escape(one)}</h2>\n{drawn(path, one, given)}" for one in chosen]
    page = repository.root / state.FOLDER / f"{name}.html"
    state.save(repository.root, state.load(repository.root))  # makes the folder, which git ignores
    main = "\n".join([f"<h1>{name}</h1>", *parts])
    write_whole(page, words_of(repository.course).page(f"{name}: pictures", _PAGE, main).encode())
    for one, part in zip(chosen, parts, strict=True):
        if "<svg" not in part:
            screen.say(f"{one}: {in_words(part.partition('</h2>')[2]).strip()}")
    screen.say(f"Look at it in a browser: {page.relative_to(repository.root).as_posix()}")
    if sys.stdout.isatty():
        webbrowser.open(page.as_uri())
    return 0


def _chosen(repository: StudentRepository, word: str | None) -> tuple[str, list[str]]:
    """The assignment that a word means, and the names of the pictures to draw. Raises UserError if there are none."""
    known = {name: names_in(_file(repository, name)) for name in repository.names}
    for name in repository.names:
        if word in known[name]:
            return name, [str(word)]
    name = repository.target(word).assignment if word else repository.current() or repository.names[0]
    if not known[name]:
        raise UserError(f"{name} has no pictures.")
    if word in repository.tasks(name):
        raise UserError(f"{word} has no picture. {name} has these: {', '.join(known[name])}.")
    return name, known[name]


def _file(repository: StudentRepository, name: str) -> Path:
    return repository.course.released(name).pictures
