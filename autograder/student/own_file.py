"""The student's own file, run in this process as grading runs it: for their own functions, on their own machine."""

import contextlib
import linecache
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from ..common.raised import from_a_stub
from ..common.terminal import beginning
from ..sandbox.observation import without_place
from ..submission.source import Source
from ..submission.suggestions import did_you_mean


@contextlib.contextmanager
def loaded(name: str, source: Source) -> Iterator[tuple[ModuleType, str]]:
    """Run the submission as grading does. Gives its module, and a text on what went wrong ("" if nothing did).

    Inside the block its text lies in a folder on the import path, so that new worker processes find it.
    """
    from ..sandbox import left_out
    from ..sandbox.inside import imports, loading

    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as folder:
        sys.path.insert(0, folder)
        for helper in source.helpers:
            path = Path(folder, helper.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(helper.text, encoding="utf-8")
        module = loading.new_module(name, Path(folder), source.text)
        imports.install()
        loader = loading.read(module, source.text, [(cell.text, cell.first_line) for cell in source.cells])
        loader.let_through = (KeyboardInterrupt,)
        records: list[loading.Record] = []
        while True:
            loader.step(None)
            records += loader.left_out
            loader.left_out.clear()
            if loader.following is None:
                break
        found = [left_out.left_out(record, source, 0) for record in records]
        problem = " ".join(left_out.notes_on([each for each in found if each is not None], source))
        try:
            yield module, problem
        finally:
            sys.path.remove(folder)
            sys.modules.pop(name, None)
            linecache.checkcache(str(module.__file__))


def own_error(error: BaseException, file: str, source: Source) -> str:
    """Sentences on what the student's code raised, at which of its lines, and what that usually means."""
    from ..checks import student_errors

    name, message = type(error).__name__, beginning(str(error))
    if from_a_stub(name, message):
        return f"{message or 'A task'} is not started yet."
    line = None
    if isinstance(error, SyntaxError) and error.filename == file:
        line, message = error.lineno, without_place(message, Path(file).name)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == file and line is None:
            line = frame.lineno
    where = f" at {source.locate(line)}" if line else ""
    text = "".join(source.text.split("\n")[line - 1 : line]) if line else ""
    idea = did_you_mean(str(error), source, line or 0) or student_errors.explain(name, str(error), text)
    return f"Your code raised {name}{where}: {message.rstrip('.')}." + (f" {idea}" if idea else "")


@contextlib.contextmanager
def compiled_or_not(say: Callable[[str], None]) -> Iterator[None]:
    """Inside the block, code that `torch.compile` cannot compile (for example without a compiler) runs as written."""
    os.environ["TORCHDYNAMO_SUPPRESS_ERRORS"] = "1"  # for torch._dynamo, which takes a second to import
    if compiler := sys.modules.get("torch._dynamo"):
        compiler.config.suppress_errors = True
    told: list[logging.LogRecord] = []

    def tell(record: logging.LogRecord) -> bool:
        if not told:
            say("torch.compile could not compile here: your network runs as it is written, with the same results.")
        told.append(record)
        return False

    log = logging.getLogger("torch._dynamo.convert_frame")
    log.addFilter(tell)
    try:
        yield
    finally:
        log.removeFilter(tell)
