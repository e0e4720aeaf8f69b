"""Authors' slips, one by one on a copy of a small course: a sentence each, with file, line and what to do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.grading import live
from autograder.release.slips import refuse_slips, slips, strays
from tests.support.extras import skip_without
from tests.support.small_course import replace_in, tree

skip_without("nbgrader")


MASTER, PUBLIC, HIDDEN, WRONG = "b1_tiny.py", "test_b1_tiny.py", "test_b1_tiny_hidden.py", "misconceptions.py"
ONE = '@pytest.mark.points(1, task="ANSWERS")'
THREE = '@pytest.mark.points(3, task="double")'
CELL = "    ### END SOLUTION\n\n\n# %%\nANSWERS"

# file, what stands there, what the author wrote, the line that is named, words of the sentence.
TOLD = [
    # tasks: misspelt, removed or renamed in one place
    (WRONG, 'misconception("double")', 'misconception("doubel")', 4, "'doubel', which no check is about. Did you mean 'double'?"),
    (WRONG, 'hints("double"', 'hints("dobule"', 16, "'dobule', which no check is about. Did you mean 'double'?"),
    (WRONG, 'misconception("ANSWERS")', 'misconception("QUESTIONS")', 10, "'QUESTIONS', which no check is about. The tasks"),
    (PUBLIC, 'task="Counter"', 'task="Account"', 18, "checks 'Account', which solutions/b1_tiny/b1_tiny.py does not define"),
    (PUBLIC, 'task="Counter"', 'task="Conter"', 18, "Did you mean 'Counter'?"),
    (MASTER, "def double", "def twice", 5, "checks 'double', which solutions/b1_tiny/b1_tiny.py does not define"),
    (MASTER, "class Counter", "class Tally", 18, "checks 'Counter', which"),
    (HIDDEN, THREE, f'{THREE}\n@pytest.mark.needs("Contour")', 6, "needs 'Contour', which no check is about"),
    # points
    (PUBLIC, ONE, '@pytest.mark.points(0.5, task="ANSWERS")', 12, "points must be one whole number"),
    (PUBLIC, ONE, '@pytest.mark.points(2.0, task="ANSWERS")', 12, "points must be one whole number"),
    (PUBLIC, ONE, '@pytest.mark.points("1", task="ANSWERS")', 12, "points must be one whole number"),
    (PUBLIC, ONE, '@pytest.mark.points(True, task="ANSWERS")', 12, "points must be one whole number"),
    (PUBLIC, ONE, '@pytest.mark.points(-1, task="ANSWERS")', 12, "points must not be negative"),
    (PUBLIC, ONE, '@pytest.mark.points(task="ANSWERS")', 12, "points must be one whole number"),
    (PUBLIC, ONE, "@pytest.mark.points(1)", 12, "the points name no task"),
    (PUBLIC, ONE, "@pytest.mark.points(1, task=None)", 12, "the points name no task"),
    (PUBLIC, "def test_one", "async def test_one", 13, "test_one is never run, as nothing awaits it. Write def, without async"),
    (PUBLIC, "def test_one", "def test_counter", 19, "a second test_counter replaces the one in line 13"),
    # what came back, and its value
    (PUBLIC, 'expect_integer(submission.ANSWERS["one"], 1)', "assert 2 == submission.double(1)", 15, "Write submission.double(1).value."),
    (PUBLIC, 'expect_integer(submission.ANSWERS["one"], 1)', "assert submission.ANSWERS == 2", 15, "take the entry of a dict, submission.ANSWERS[key].value."),
    # misconceptions and hints
    (WRONG, '@misconception("double")', "@misconception", 4, "@misconception names no task"),
    (WRONG, '@misconception("double")', "@misconception()", 4, "misconception names no task"),
    (WRONG, '"""You counted from zero."""', "pass", 10, "counts_from_zero has no docstring, which is what the student is told"),
    (WRONG, "def counts_from_zero", "def squares", 10, "a second misconception is called squares, like the one in line 4"),
    (WRONG, '"Add.", "Add what to what?"', "", 16, "hints are texts, one after another"),
    (WRONG, '"Add.", "Add what to what?"', '["Add.", "Add what?"]', 16, "hints are texts, one after another"),
    # the borders of solutions
    (MASTER, CELL, "\n\n# %%\nANSWERS", 17, "the solution has no end in its cell"),
    (MASTER, '    ### BEGIN SOLUTION\n    return', "    return", 18, "ends a solution that has not begun"),
    (MASTER, "    ### BEGIN SOLUTION\n    return", "    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    return", 18, "begins a solution, but that of line 17 has not ended"),
    (MASTER, "    ### BEGIN SOLUTION\n    return", "    ### BEGIN SOLUTON\n    return", 17, "looks like the border of a solution, but is not one"),
    # text
    (MASTER, "import math", "import math (", 6, "is not valid Python"),
    (PUBLIC, "import pytest", "import pytest as", 1, "is not valid Python"),
    (HIDDEN, "def math_of(x):", "def math_of(x)", 12, "is not valid Python"),
    (WRONG, "def squares(x):", "def squares(x:", 5, "is not valid Python"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "says"), TOLD)
def test_a_slip_is_told_with_its_line(
    small_course: Course, file: str, old: str, new: str, line: int, says: str
) -> None:
    assert list(slips(small_course.assignment("b1_tiny"))) == []
    replace_in(small_course.solutions / "b1_tiny" / file, old, new)
    told = list(slips(small_course.assignment("b1_tiny")))
    where = [re.match(r"solutions/b1_tiny/\w+\.py, line \d+", slip) for slip in told]
    assert all(where)
    assert any(says in slip for slip in told), told
    named = f"solutions/b1_tiny/{PUBLIC if 'does not define' in says or 'Counter' in says else file}, line {line}"
    assert any(slip.startswith(named) for slip in told), told
    assert all(slip.rstrip().endswith((".", "?")) for slip in told)


def rename(old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / old).rename(folder / new)


# What the author did to the folder, and words of the one sentence.
DONE = [
    (rename(PUBLIC, "test_b1_tinny.py"), "has no public checks: write test_b1_tiny.py"),
    (rename(HIDDEN, "test_b1_tiny_hiden.py"), "test_b1_tiny_hiden.py is never run"),
    (rename(WRONG, "misconception.py"), "misconception.py is never read: misconceptions belong in misconceptions.py"),
    (lambda folder: (folder / PUBLIC).unlink(), "has no public checks: write test_b1_tiny.py"),
    (
        lambda folder: (folder / MASTER).write_bytes(b"# \xe4\n" + (folder / MASTER).read_bytes()),
        "is not text in UTF-8",
    ),
]


@pytest.mark.parametrize(("do", "says"), DONE)
def test_what_is_done_to_the_folder_is_told(small_course: Course, do: Callable[[Path], object], says: str) -> None:
    do(small_course.solutions / "b1_tiny")
    told = list(slips(small_course.assignment("b1_tiny")))
    assert any(says in slip for slip in told), told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[late\n", "cannot be read"),
        ("title = 2026\n", "title is text between"),
        ("[deadlines]\nb2 = 2026-11-20\n", "There is no assignment 'b2'"),
    ],
)
def test_a_slip_in_the_rules_is_told_before_there_are_results(small_course: Course, text: str, says: str) -> None:
    (small_course.root / "course.toml").write_text(text)
    with pytest.raises(UserError, match=rf"course\.toml.*{says}[^\n]*$"):
        refuse_slips(small_course, ["b1_tiny"])


@pytest.mark.parametrize(
    ("name", "says"),
    [("b2_new", "has no b2_new.py, so it is not an assignment"), ("b2-new", "made of letters, digits and _")],
)
def test_a_folder_that_is_no_assignment_is_told(small_course: Course, name: str, says: str) -> None:
    folder = small_course.solutions / name
    folder.mkdir()
    assert list(strays(small_course)) == [], "an empty folder is nobody's slip"
    (folder / "b2_neu.py").touch()
    (told,) = strays(small_course)
    assert says in told


FACTS = (
    "from autograder.course.network import Network\n"
    "NETWORK = Network(data='fashion_mnist', model='Counter', train='double', predict='ANSWERS', inputs=(1,), outputs=1, "
    "budget=1, seconds=1)\n"
)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "'Counter'",
            "'Account'",
            "names the task 'Account', which no check is about. The tasks are: double, ANSWERS, Cou",
        ),
        ("fashion_mnist", "letters", "letters.py is missing: it says what the data set letters is"),
        ("NETWORK = Network(", "NETWORK = dict(", "must set NETWORK = Network(...), and not dict"),
        ("budget=1, ", "", "declares no network: TypeError"),
    ],
)
def test_a_network_that_does_not_fit_is_told(small_course: Course, old: str, new: str, says: str) -> None:
    assignment = small_course.assignment("b1_tiny")
    assignment.network.write_text(FACTS)
    assert list(slips(assignment)) == []
    assignment.network.write_text(FACTS.replace(old, new))
    (slip,) = slips(assignment)
    assert says in slip


def test_checks_that_train_without_a_declaration_are_told(small_course: Course) -> None:
    assignment = small_course.assignment("b1_tiny")
    with assignment.public_checks.open("a") as file:
        file.write("\nfrom autograder.checks import TRAIN_IMAGES\n")
    (slip,) = slips(assignment)
    assert "test_b1_tiny.py uses TRAIN_IMAGES, but no network_facts.py beside it says from which data set" in slip


def test_points_under_another_name_are_no_slip(small_course: Course) -> None:
    path = small_course.solutions / "b1_tiny" / PUBLIC
    replace_in(path, "import pytest\n", "import pytest\n\npoints = pytest.mark.points\n")
    replace_in(path, "@pytest.mark.points(", "@points(")
    assert "@points(" in path.read_text()
    assert list(slips(small_course.assignment("b1_tiny"))) == []


def test_without_misconceptions_an_assignment_is_sound(small_course: Course) -> None:
    (small_course.solutions / "b1_tiny" / WRONG).unlink()
    assert list(slips(small_course.assignment("b1_tiny"))) == []


def test_hidden_checks_alone_are_sound(small_course: Course) -> None:
    folder = small_course.solutions / "b1_tiny"
    shutil.move(folder / PUBLIC, folder / HIDDEN)
    (folder / PUBLIC).write_text("import pytest\n")
    assert list(slips(small_course.assignment("b1_tiny"))) == []


def test_several_slips_are_told_at_once(small_course: Course) -> None:
    replace_in(small_course.solutions / "b1_tiny" / WRONG, 'misconception("double")', 'misconception("doubel")')
    replace_in(small_course.solutions / "b1_tiny" / HIDDEN, "(3,", "(3.5,")
    with pytest.raises(UserError, match=r"^2 slips:\n  solutions/b1_tiny/.*\n  solutions/b1_tiny/[^\n]*$"):
        refuse_slips(small_course, ["b1_tiny"])


# What shows only when a file is run: the command says it, and nothing is changed.
RUN = [
    (MASTER, "return math.fsum", "return maths.fsum", ""),  # nobody calls it here: `verify` finds it
    (MASTER, "import math", "import maths", "b1_tiny/b1_tiny.py, line 6: ModuleNotFoundError: No module named 'maths'. If the name is right, install it: pip install maths"),
    (MASTER, 'len([None]) + 0', 'len(None)', "b1_tiny/b1_tiny.py, line 25: TypeError"),
    (PUBLIC, "import pytest", "import pytets", "b1_tiny/test_b1_tiny.py, line 1: ModuleNotFoundError: No module named 'pytets'"),
    (HIDDEN, "import expect_number", "import expect_numbers", "b1_tiny/test_b1_tiny_hidden.py, line 2: ImportError: cannot import name 'expect_numbers'"),
    (WRONG, "from autograder", "import nothing_there\nfrom autograder", "b1_tiny/misconceptions.py, line 1: ModuleNotFoundError: No module named 'nothing_there'"),
    (WRONG, 'hints("double"', 'exit()\nhints("double"', "b1_tiny/misconceptions.py, line 16: SystemExit: None. Fix that line"),
    (MASTER, "import math", "import math, sys; sys.exit(3)", "b1_tiny/b1_tiny.py, line 6: SystemExit: 3. Fix that line"),
    (WRONG, 'hints("double"', 'hint("double"', "b1_tiny/misconceptions.py, line 16: NameError: name 'hint' is not defined"),
    (HIDDEN, "import pytest", "import pytest\n\nexit()", "b1_tiny/test_b1_tiny_hidden.py, line 3: SystemExit: None. Fix that line"),
    (PUBLIC, f"{ONE}\ndef test_one", 'def test_two(submission):\n    """Two."""\n\n\n@pytest.mark.points(1, task="ANSWERS")\ndef test_one', "test_b1_tiny.py, line 12: test_two has no points"),
    (PUBLIC, "def test_one(submission)", "def test_one(submision)", "test_b1_tiny.py, line 12: test_one has a parameter that pytest does not know: submision. "
     "A check may have: submission, draw, quiz, held_out, record, afterwards."),
    (PUBLIC, f"{ONE}\ndef test_one(submission)", f'@pytest.fixture(scope="module")\ndef kept(submission):\n    return submission\n\n\n{ONE}\ndef test_one(submission, kept)', "test_b1_tiny.py, line 17: test_one uses the fixture kept, which would be kept from one check to the next"),
    (PUBLIC, ONE, '@pytest.mark.points(10000, task="ANSWERS")', "The checks are worth 10,0"),
    # else the points of the whole file would be gone without a word
    (PUBLIC, "import pytest", "import pytest\npytest.importorskip('pandas_not_here')", "test_b1_tiny.py, line 2 skips all checks of the file: could not import 'pandas_not_here'"),
    (PUBLIC, f"{ONE}\ndef test_one(submission)", f"import unittest\nclass Tests(unittest.TestCase):\n  {ONE}\n  def test_one(self, submission=None)", "test_one is a method of a unittest.TestCase, which cannot be given a submission"),
    # what lies beside the checks is for another purpose
    (PUBLIC, "import pytest", "import misconceptions, pytest", "Each file is read by itself: copy what it needs from misconceptions.py."),
    (PUBLIC, "import pytest", "import b1_tiny, pytest", "Checks do not import the student's file: they call its tasks, as submission."),
]  # fmt: skip


def test_a_misconception_without_an_end_is_told_with_its_line(
    small_course: Course, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "JUDGING_SECONDS", 0.2)
    monkeypatch.setattr(live, "_LOOK", 0.1)
    monkeypatch.chdir(small_course.root)
    message = '    """You squared the number. Twice a number is not its square."""\n'
    replace_in(small_course.solutions / "b1_tiny" / WRONG, message, f"{message}    while True:\n        pass\n")
    assert main(["release"]) == 2
    assert "solutions/b1_tiny/misconceptions.py, line " in (err := capfd.readouterr().err)
    assert "takes too long. Is there a loop without an end?" in err


@pytest.mark.parametrize("name", ["größe", "very_long_" * 7])
def test_a_task_whose_name_is_no_id_is_told(
    small_course: Course, name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (MASTER, PUBLIC, HIDDEN, WRONG):
        path = small_course.solutions / "b1_tiny" / file
        path.write_text(path.read_text("utf-8").replace("double", name), "utf-8")
    monkeypatch.chdir(small_course.root)
    assert main(["release"]) == 2
    assert f"b1_tiny: {name} needs another name, of the letters a to z" in capfd.readouterr().err


@pytest.mark.parametrize(("file", "old", "new", "says"), RUN)
def test_what_a_run_finds_is_told_in_one_sentence(
    small_course: Course,
    file: str,
    old: str,
    new: str,
    says: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = tree(small_course.root)
    replace_in(small_course.solutions / "b1_tiny" / file, old, new)
    monkeypatch.chdir(small_course.root)
    code = main(["release"])
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert "INTERNALERROR" not in out + err
    if not says:
        assert code == 0
        return
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1
    changed = {name for name, content in tree(small_course.root).items() if before.get(name) != content}
    assert changed == {f"solutions/b1_tiny/{file}"}
    assert not list(Path(small_course.root).glob(".release-*"))
