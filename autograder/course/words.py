"""How a course names itself on what people read: `title`, `lang` and `dir` at the top of course.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from .course import Course
from .zone import POLICY_FILE

KEYS = ("title", "lang", "dir")


@dataclass(frozen=True)
class CourseWords:
    """title: of the course; lang: of its prose, as HTML names it ("en", "he"); dir: how it is written, ltr or rtl."""

    title: str = "The assignments"
    lang: str = "en"
    dir: str = "ltr"


def words_of(course: Course) -> CourseWords:
    """What course.toml says; what is wrong in it is told where it is read whole."""
    try:
        data = tomllib.loads((course.root / POLICY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return CourseWords()
    said = {key: data[key] for key in KEYS if isinstance(data.get(key), str)}
    return CourseWords(**({**said, "dir": "ltr"} if said.get("dir", "ltr") not in ("ltr", "rtl") else said))
