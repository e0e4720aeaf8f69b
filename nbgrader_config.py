"""nbgrader at the root of this repository: `nbgrader generate_assignment`, `autograde`, `formgrader`, ...

Run `autograder release` once after cloning: it makes nbgrader's source notebooks from the masters.
"""

from pathlib import Path

from autograder.platforms.nbgrader_settings import configure

root = Path(__file__).parent.absolute()
config = get_config()  # noqa: F821 - nbgrader provides it
configure(config, root)
config.CourseDirectory.course_id = "cnn"
# What is handed out and in stays in this folder; nbgrader's own default is one for the whole machine.
(root / "exchange").mkdir(exist_ok=True)
config.Exchange.root = str(root / "exchange")
config.Exchange.cache = str(root / "exchange" / ".cache")
