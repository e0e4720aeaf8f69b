"""The words of a course on the pages that people read: `title`, `about`, `lang` and `dir` at the top of course.toml."""

import html
import json
from dataclasses import dataclass

from .course import Course
from .zone import course_toml

KEYS = ("title", "about", "lang", "dir")


@dataclass(frozen=True)
class CourseWords:
    """title: the course's. about: where the course leads from and to, for the greeting of `autograder start`.

    lang: the language of its prose, as HTML names it ("en", "he"). dir: the direction of its script, "ltr" or "rtl".
    """

    title: str = "The assignments"
    about: str = ""
    lang: str = "en"
    dir: str = "ltr"

    def page(self, title: str, style: str, main: str) -> str:
        """A page of HTML that stands alone. title: plain text; style: its CSS; main: HTML."""
        return (
            f'<!doctype html>\n<html lang="{html.escape(self.lang)}" dir="{html.escape(self.dir)}">\n<head>\n'
            '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{main}\n</main>\n</body>\n</html>\n"
        )


def words_of(course: Course) -> CourseWords:
    """The words in course.toml, with defaults for what is missing or wrong. `results.policy` reports what is wrong."""
    said = _said(course)
    return CourseWords(**({**said, "dir": "ltr"} if said.get("dir", "ltr") not in ("ltr", "rtl") else said))


def words_file(course: Course) -> str:
    """The course.toml of a student's repository, which holds these words alone; "" if the course sets none of them."""
    return "".join(f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in _said(course).items())


def _said(course: Course) -> dict[str, str]:
    data = course_toml(course)
    return {key: data[key] for key in KEYS if isinstance(data.get(key), str)}
