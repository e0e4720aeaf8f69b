"""Test items as pictures in a page, if the course's data set can draw them: a few hundred bytes each."""

from ..common.errors import UserError
from ..common.png import picture_uri
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.network import network_of
from ..data.dataset import FOLDER, DataSet, data_set


class Pictures:
    """The test items of a course as pictures. Without a course, or without its data, there are none."""

    def __init__(self, course: Course | None) -> None:
        self._course = course
        self._sets: dict[str, DataSet | None] = {}

    def uri(self, assignment: str, number: int) -> str:
        """A test item as a `data:` address; "" when there is no such item, or it cannot be drawn."""
        if assignment not in self._sets:
            self._sets[assignment] = self._data_of(assignment)
        data = self._sets[assignment]
        if self._course is None or data is None or data.test_picture is None:
            return ""
        drawn = data.test_picture(self._course.root / FOLDER, number)
        return picture_uri(*drawn) if drawn is not None else ""

    def _data_of(self, assignment: str) -> DataSet | None:
        if self._course is None:
            return None
        folder = self._course.solutions if self._course.has_solutions else self._course.assignments
        try:
            network = network_of(Assignment(assignment, folder / assignment))
            return None if network is None else data_set(self._course.root / FOLDER, network.data)
        except UserError:
            return None
