"""Where a student's page lies, seen from the page of the class."""

from urllib.parse import quote

from ..results.store import folder_name

STUDENTS = "students"


def file_of(student: str) -> str:
    """The file name of a student's page: valid on every file system, and different for every student."""
    return f"{folder_name(student)}.html"


def page_of(student: str) -> str:
    """The address of a student's page, relative to the page of the class."""
    return f"{STUDENTS}/{quote(file_of(student))}"
