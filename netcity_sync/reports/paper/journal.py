"""A class journal as data, in the form of the printed one: pupils × lessons and final marks, lessons opposite."""

from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.model import AttendanceCode


@dataclass(frozen=True, slots=True)
class LessonColumn:
    """A lesson: a column of marks, and a line of the page opposite.

    `works` are the types of work of its columns, `teacher` whoever gave it; «—» stands for nothing in neither.
    """

    lesson_id: int
    day: date
    number: int
    topic: str
    works: str
    homework: str
    teacher: str


@dataclass(frozen=True, slots=True)
class FinalColumn:
    """A column of final marks: of a term («1 четв.»), of the year, of an exam, of all together."""

    title: str


Column = LessonColumn | FinalColumn


@dataclass(frozen=True, slots=True)
class PupilRow:
    """A pupil, and what stands in each column: codes of attendance as the GIS prints them, then marks («УП», «4/5»)."""

    student_id: int
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubjectJournal:
    """One journal of the class over the printed terms. `notes` tell what the grid cannot show, and what is not known.

    `read_at` is the oldest of its last good reads (local); None where some term was never read. `whole`: each term was
    read to its end.
    """

    subject_group_id: int
    title: str
    teachers: str
    columns: tuple[Column, ...]
    pupils: tuple[PupilRow, ...]
    notes: tuple[str, ...]
    read_at: datetime | None
    whole: bool

    @property
    def filled(self) -> tuple[tuple[int, int], ...]:
        """The places (row, column) of lessons' cells that hold something."""
        return tuple(
            (row, place)
            for row, pupil in enumerate(self.pupils)
            for place, text in enumerate(pupil.cells)
            if text and isinstance(self.columns[place], LessonColumn)
        )


@dataclass(frozen=True, slots=True)
class ClassJournal:
    """All journals of a class over one term or several. `period` stands after «за»; `first`, `last` are its days.

    `codes` are the codes of attendance that stand in them, as the GIS prints them, with what each means.
    """

    school: str
    year: str
    class_id: int
    class_name: str
    chief: str
    period: str
    first: date
    last: date
    journals: tuple[SubjectJournal, ...]
    made_at: datetime
    run_id: int
    codes: frozenset[tuple[str, AttendanceCode]]
