"""``autograder start``: what to open first, how to check, how to hand in. Later: where to go on."""

import argparse

from rich.text import Text

from ..common.terminal import console
from ..course.words import words_of
from . import hint, screen, state
from .repository import StudentRepository


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(args: argparse.Namespace) -> int:
    repository = StudentRepository.here()
    if repository.damage:
        screen.say(repository.damage)
        return 1
    memory = state.load(repository.root)
    current = repository.current()
    if current is None:
        _welcome(repository)
    else:
        _back(repository, memory, current)
    for elsewhere in filter(None, map(repository.misnamed, repository.names)):
        screen.say(elsewhere, style="yellow")
    console().print()
    screen.overview(repository, memory, current)
    return 0


def _welcome(repository: StudentRepository) -> None:
    first = repository.names[0]
    tasks = repository.tasks(first)
    about = words_of(repository.course).about
    screen.say(f"Welcome. {_assignments(len(repository.names))}{f', {about}' if about else ''}.")
    _open(repository, first)
    _step(2, "Read it from the top, and write the first task" + (f", {tasks[0]}" if tasks else "") + ".")
    _step(3, "Save, then check it:", "autograder check", "")
    screen.say(
        "It says what came back, what is wrong with it, and often why. To check at every save: autograder check --watch",
        5,
    )
    if tasks:
        _step(4, "Stuck?", f"autograder hint {tasks[0]}", "gives a nudge, never the answer.")
    _step(5, "Hand in: commit and push your files, as often as you like. The last push counts.")
    screen.say("Something does not work? autograder doctor", style="bright_black")


def _open(repository: StudentRepository, first: str) -> None:
    """Print the first step. A deleted file is mentioned only if none is left."""
    forms = [path.relative_to(repository.root).as_posix() for path in repository.forms(first)]
    if len(forms) > 1:
        _step(1, "Open", forms[0], "in an editor, or the notebook")
        screen.say(f"{forms[1]} in Jupyter. Work in one of the two.", 5)
    elif forms:
        _step(1, "Open", forms[0], "in Jupyter." if forms[0].endswith(".ipynb") else "in an editor.")
    else:
        _step(1, repository.gone(first))


def _back(repository: StudentRepository, memory: state.State, current: str) -> None:
    unsolved = hint.unsolved_tasks(repository, current, memory)
    screen.say(f"Welcome back. You were last at {current}.")
    for older in filter(None, map(repository.older_weights, repository.names)):
        screen.say(older)
    if unsolved:
        where = screen.line_of(repository.file(current), unsolved[0])
        _step(1, f"Go on with {unsolved[0]} in", repository.where(current), f"({where})" if where else "")
        _step(2, "Save, then check it:", "autograder check", "")
        _step(3, "Stuck?", f"autograder hint {hint.command_word(repository, current, unsolved[0])}", "")
    else:
        _after_public_checks(repository, memory, current)


def _after_public_checks(repository: StudentRepository, memory: state.State, current: str) -> None:
    """Print what is left once the public checks of the current assignment pass.

    An untrained network is named too: most of its points come from training.
    """
    following = next((name for name in repository.names if hint.unsolved_tasks(repository, name, memory)), None)
    begin = "Its public checks pass. " if following else "Every public check passes. "
    untrained = [name for name in (current, *repository.names) if _is_untrained(repository, name)]
    number = 1
    if untrained and (not following or untrained[0] == current):
        _step(1, f"{begin}{untrained[0]} has no trained network yet:", "autograder train", "")
        begin, number = "", 2
    if following and (gone := repository.gone(following)):
        _step(number, f"{begin}Next is {following}: {gone}")
    elif following:
        _step(number, f"{begin}Go on with", repository.where(following), "")
    else:
        _step(number, f"{begin}Hand it in: commit and push. The other points come from grading, on other inputs.")


def _is_untrained(repository: StudentRepository, name: str) -> bool:
    own = repository.own(name)
    return bool(own and repository.bands(name)) and not repository.file(name).with_suffix(".safetensors").is_file()


def _step(number: int, text: str, command: str = "", after: str = "") -> None:
    screen.say(Text.assemble(f"{number}. {text} ", (command, "bold"), f" {after}" if after else ""), 2, hang=3)


def _assignments(count: int) -> str:
    if count == 1:
        return "One assignment"
    words = "No One Two Three Four Five Six Seven Eight Nine Ten".split()
    return f"{words[count] if count < len(words) else count} assignments, one after the other"
