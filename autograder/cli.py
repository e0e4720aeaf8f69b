"""The command line: ``autograder COMMAND``. A command's module is imported only when the command runs."""

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from . import __version__
from .common.errors import InfrastructureError, UserError, not_installed
from .common.plural import capital
from .student.machine import discard, harmless_output, open_streams

# command -> (module with add_arguments and run, what it does, for whom). If one argument brings others with it, the
# module also has add_further_arguments(parser, words).
_STUDENTS, _ASSISTANTS, _AUTHORS = "Students", "Teaching assistants", "Authors and CI"
COMMANDS = {
    "start": ("student.start", "what to open first, and how to hand in", _STUDENTS),
    "check": ("student.check", "run the public checks on my work, in seconds", _STUDENTS),
    "hint": ("student.hint", "the next hint for a task, never the answer", _STUDENTS),
    "train": ("student.train", "train my network, with progress, curves and what it gets wrong", _STUDENTS),
    "show": ("student.show", "pictures that my own functions draw, in a browser", _STUDENTS),
    "reset": ("student.reset", "get the stub back; your file is kept", _STUDENTS),
    "update": ("student.update", "get a newer version of the course, and keep my work", _STUDENTS),
    "doctor": ("student.doctor", "is this machine ready, and what to do if not", _STUDENTS),
    "grade": ("grading.command", "grade a class: one result file for each student and assignment", _ASSISTANTS),
    "report": ("report.command", "the class as a web page, and one page a student", _ASSISTANTS),
    "compare": ("report.compare", "what changed between two runs, and why", _ASSISTANTS),
    "export": ("platforms.export", "write results in the form that another system reads", _ASSISTANTS),
    "feedback": (
        "platforms.feedback",
        "write feedback for students, to hand out with Moodle, Canvas or GitHub",
        _ASSISTANTS,
    ),
    "plagiarism": ("report.plagiarism", "pairs of submissions to read side by side", _ASSISTANTS),
    "gradescope-zip": ("release.gradescope", "make the file that sets up an autograder on Gradescope", _ASSISTANTS),
    "new": ("release.new", "begin a course, or one more assignment in it", _AUTHORS),
    "release": ("release.command", "make assignments/ from solutions/", _AUTHORS),
    "verify": ("release.verify", "prove that checks, solutions and misconceptions fit together", _AUTHORS),
    "ci": ("platforms.ci", "grade one checkout for GitHub Actions, Classroom 50 or Gradescope", _AUTHORS),
    "data": ("data.command", "check the data set, or fetch all of it", "Everybody"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 1 a finding, 2 misuse, 3 an infrastructure failure."""
    open_streams()
    if arguments is None:
        _read_names_as_utf8()
    harmless_output(sys.stdout, sys.stderr)
    try:
        code = _main(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:  # `autograder --help | head`: nobody reads any more
        discard(sys.stdout)
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO) or error.filename is not None:
            raise
        discard(sys.stdout)
        print(f"autograder: the output cannot be written: {error.strerror}.", file=sys.stderr)
        return 3
    return code


def _read_names_as_utf8() -> None:
    """Start again in Python's UTF-8 mode if the locale has another encoding (LANG=C), which cannot name a file ü."""
    if os.name != "posix" or sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    words = sys.orig_argv[1:]
    while "utf8=0" in words and words[words.index("utf8=0") - 1] == "-X":
        at = words.index("utf8=0")
        del words[at - 1 : at + 1]
    os.execve(sys.executable, [sys.executable, *words], os.environ | {"PYTHONUTF8": "1"})


def _main(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    if words[0] in ("-V", "--version"):
        print(f"autograder {__version__}")
        return 0
    if words[0] not in COMMANDS:
        print(f"autograder: there is no command {words[0]!r}.\n\n{_help()}", file=sys.stderr)
        return 2
    return _run(words[0], words[1:])


def _run(command: str, words: list[str]) -> int:
    name, description, _ = COMMANDS[command]
    if not _is_here(name):
        print(f"autograder {command}: this works only in the course repository.", file=sys.stderr)
        return 2
    try:
        module: ModuleType = importlib.import_module(f"autograder.{name}")
        parser = argparse.ArgumentParser(f"autograder {command}", description=f"{capital(description)}.")
        module.add_arguments(parser)
        if hasattr(module, "add_further_arguments"):
            module.add_further_arguments(parser, words)
        return int(module.run(parser.parse_args(words)))
    except (UserError, InfrastructureError) as error:
        print(f"autograder {command}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            print(f"autograder {command}: a name is too long for this system: {error.filename}", file=sys.stderr)
            return 2
        if hiding := _hides_a_module(error):
            said = f"{hiding} has the name of a module that is needed, and Python takes it for that one. Rename it."
        elif isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("autograder"):
            said = not_installed(str(error.name), "dev" if _is_here("release") else "submissions")
        else:
            raise
        print(f"autograder {command}: {said}", file=sys.stderr)
        return 3


def _hides_a_module(error: BaseException) -> Path | None:
    """A file in the current folder, or in one of PYTHONPATH, that was imported instead of a module that is needed."""
    needed = sys.stdlib_module_names | {"numpy", "pytest", "rich", "safetensors", "torch", "watchfiles"}
    folders = {Path.cwd(), *map(Path, filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))}
    imported = [getattr(module, "__file__", None) for name, module in sys.modules.items() if name in needed]
    raised = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]  # it may be no module any more
    files = map(Path, filter(None, (*imported, *raised)))
    return next((file for file in files if file.stem in needed and file.parent in folders), None)


def _is_here(name: str) -> bool:
    """Whether a command's module exists. A student's repository does not have all of them."""
    path = Path(__file__).parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _help() -> str:
    lines = ["Usage: autograder COMMAND ...", ""]
    here = {name: row for name, row in COMMANDS.items() if _is_here(row[0])}
    if "release" not in here:  # a student's repository: do not list what only its workflow calls
        here = {name: row for name, row in here.items() if row[2] in (_STUDENTS, "Everybody")}
    width = max(map(len, here))
    for audience in dict.fromkeys(who for _, _, who in here.values()):
        lines.append(f"{audience}:")
        lines += [f"  {name:{width}} {what}" for name, (_, what, who) in here.items() if who == audience]
        lines.append("")
    return "\n".join([*lines, "autograder COMMAND --help tells more. The README has an example of each."])
