"""nbgrader at the root of this repository: `nbgrader generate_assignment`, `autograde`, `formgrader`, ...

Run `autograder release` once after cloning: it makes nbgrader's source notebooks from the masters.
"""

from pathlib import Path

from autograder.platforms.nbgrader_settings import configure

configure(get_config(), Path(__file__).parent.absolute())  # noqa: F821 - nbgrader provides get_config
