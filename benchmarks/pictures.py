"""Makes the pictures of README and docs from the present code: docs/class-page.png and docs/first-look.png.

    python benchmarks/pictures.py        two minutes; needs Chromium

The class is made as in `big_class.py`. The wrong answer is a typical first one.
"""

from __future__ import annotations

import html
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from big_class import make_class
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from autograder.course.course import Course
from autograder.release.student import release_to

ROOT = Path(__file__).resolve().parent.parent
STUDENTS, NETWORKS = 60, 4
WRONG = "n, h, w, c = images.shape\n    return images.reshape(n, c, h, w)"
SIDE_BY_SIDE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 24px; display: flex; gap: 24px; align-items: flex-start; background: #e8ebf0; width: 1552px;
  font: 17px/1.4 system-ui, sans-serif; color: #1b2433 }}
figure {{ margin: 0 }} figcaption {{ padding: 0 4px 8px }}
pre {{ margin: 0; padding: 18px 20px; border-radius: 10px; background: #15191f; color: #e6e6e6; width: 740px;
  font: 15px/1.38 "DejaVu Sans Mono", monospace; box-sizing: border-box; white-space: pre }}
img {{ width: 780px; border-radius: 10px; display: block }}
</style>
<figure><figcaption>A student checks a wrong answer</figcaption><pre>{terminal}</pre></figure>
<figure><figcaption>A teacher looks at the class</figcaption><img src="{page}" alt=""></figure>"""


def class_page(scratch: Path) -> Path:
    """Grade a class and draw its page. Returns the picture's path."""
    make_class(Course(ROOT), scratch / "class", STUDENTS, NETWORKS)
    handed_in, results, report = (str(scratch / name) for name in ("class", "results", "report"))
    for words in (
        ["grade", handed_in, "--out", results],
        ["report", results, "--out", report, "--title", "Convolutional Neural Networks"],
    ):
        subprocess.run([sys.executable, "-m", "autograder", *words], cwd=ROOT, check=True)
    picture = ROOT / "docs" / "class-page.png"
    photograph(scratch / "report" / "index.html", picture, 1100, 1560)
    return picture


def first_check(scratch: Path) -> str:
    """What `autograder check` prints for a wrong answer, as HTML with its colours."""
    students = scratch / "students"
    assert release_to(Course(ROOT), students) == 0
    script = students / "assignments" / "a1_permute" / "a1_permute.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace('raise NotImplementedError("to_nchw")', WRONG), encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "check", "a1"]
    # With colours, and without a spinner while the check runs.
    environment = os.environ | {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": "80", "TERM": "xterm-256color"}
    done = subprocess.run(command, cwd=students, env=environment, capture_output=True, text=True, check=False)
    console = Console(record=True, width=80, file=io.StringIO())
    console.print(Text.from_ansi(f"$ autograder check a1\n\n{done.stdout.rstrip()}"))
    return console.export_html(theme=MONOKAI, inline_styles=True, code_format="{code}")


def photograph(page: Path, picture: Path, width: int, height: int) -> None:
    """Write a picture of a page, drawn by headless Chromium. width, height: in pixels."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is needed for the pictures: sudo apt-get install chromium")
    command = [browser, "--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={width},{height}"]
    subprocess.run([*command, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        page = class_page(scratch)
        both = SIDE_BY_SIDE.format(terminal=first_check(scratch), page=html.escape(page.as_uri()))
        (scratch / "both.html").write_text(both, encoding="utf-8")
        photograph(scratch / "both.html", ROOT / "docs" / "first-look.png", 1600, 900)


if __name__ == "__main__":
    main()
