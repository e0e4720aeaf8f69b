"""The generated pages of `docs/`: writes them, and says whether they are up to date."""

from collections.abc import Callable
from pathlib import Path

from ..course.course import Course
from . import checks_page, misconceptions_page

_PAGES: dict[str, Callable[[Course], str]] = {
    "misconceptions.md": misconceptions_page.page,
    "checks.md": lambda course: checks_page.page(),
}


def write(course: Course, all_of_them: bool = False) -> list[Path]:
    """Generate the pages that the course has, or all pages. Returns their paths."""
    made = []
    for name, page in _PAGES.items():
        path = course.root / "docs" / name
        if all_of_them or path.is_file():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(page(course).encode())
            made.append(path)
    return made


def out_of_date(course: Course) -> list[str]:
    """A finding for each page that the course has and that is out of date."""
    return [
        f"docs/{name} is out of date. Run: autograder verify --page"
        for name, page in _PAGES.items()
        if (path := course.root / "docs" / name).is_file()
        and path.read_bytes().decode("utf-8", "replace") != page(course)
    ]
