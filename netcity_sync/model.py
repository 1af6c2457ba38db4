"""What a journal is made of. Plain frozen models, no input or output.

Ids are the source's own. Dates are dates of the school, without a zone.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class TermKind(StrEnum):
    """How a school cuts its year; norms of marks depend on it (rules.md §7.2)."""

    QUARTER = "quarter"
    TRIMESTER = "trimester"
    HALF_YEAR = "half_year"


class Grading(StrEnum):
    """Whether a journal gets marks at all (`gradingSys` of the GIS, protocol.md §2.8)."""

    MARKS = "marks"
    NOT_RATED = "not_rated"


class AttendanceCode(StrEnum):
    """Why a pupil was not, or not wholly, at a lesson (rules.md §7.4)."""

    UNEXCUSED = "unexcused"
    EXCUSED = "excused"
    ILLNESS = "illness"
    UNKNOWN = "unknown"
    LATE = "late"
    EXEMPT = "exempt"
    REMOTE = "remote"

    @property
    def missed(self) -> bool:
        """Whether the pupil could not be asked at that lesson. Being late, or remote, is not missing it."""
        return self not in (AttendanceCode.LATE, AttendanceCode.REMOTE)


class Entity(BaseModel):
    """Base of all that the model describes: frozen, strict about unknown fields, silent about values in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class School(Entity):
    """The organisation whose journals are read."""

    id: int
    name: str


class SchoolYear(Entity):
    """One school year of the school; `end` is its last day."""

    id: int
    name: str
    start: date
    end: date
    closed: bool


class Term(Entity):
    """A quarter, trimester or half-year; `end` is its last day."""

    id: int
    name: str
    kind: TermKind
    start: date
    end: date


class Staff(Entity):
    """A person who works at the school."""

    id: int
    name: str


class SchoolClass(Entity):
    """A class; `chief_ids` are its class teachers."""

    id: int
    name: str
    grade: int
    chief_ids: tuple[int, ...] = ()


class Student(Entity):
    """A pupil. Nothing but the name is kept (design.md §6)."""

    id: int
    name: str


class Enrolment(Entity):
    """A pupil on the list of a class. `start` is the first day on that list, where the source tells it."""

    class_id: int
    student_id: int
    start: date | None = None


class AssignmentType(Entity):
    """A kind of work («Контрольная работа»); the list differs per installation."""

    id: int
    name: str
    abbr: str


class SubjectGroup(Entity):
    """A journal: one subject in one class or in a subgroup of it."""

    id: int
    name: str
    class_id: int
    subject_id: int
    subject_name: str
    grading: Grading
    individual_plan: bool = False
    extracurricular: bool = False
    teacher_ids: tuple[int, ...] = ()
    term_ids: tuple[int, ...] = ()


class Lesson(Entity):
    """A lesson of a journal, held or to come. `slot` is its number in the day, `topic` null where none was written."""

    id: int
    date: date
    slot: int
    topic: str | None = None


class Assignment(Entity):
    """A column of the journal, or homework.

    `lesson_id` is the lesson in whose column it stands. For homework `given_at_lesson_id` is the lesson at which
    it was given, `text` what was set (null: nothing); for other work `text` is the work's name.
    """

    id: int
    type_id: int
    homework: bool
    lesson_id: int | None
    given_at_lesson_id: int | None = None
    text: str | None = None
    weight: int = 0


class Mark(Entity):
    """A mark of a pupil. `assignment_id` is null for a mark that stands in no column.

    `value` is 1..5, or null where the cell holds something else: a duty mark («точка»), or text kept in `raw`.
    """

    student_id: int
    assignment_id: int | None
    lesson_id: int | None
    value: int | None
    duty: bool = False
    raw: str | None = None


class Attendance(Entity):
    """That a pupil missed a lesson, or came late. `raw` is the source's own code."""

    student_id: int
    lesson_id: int
    code: AttendanceCode
    raw: str


class Dictionaries(Entity):
    """Everything that journals refer to, read once a run."""

    school: School
    year: SchoolYear
    terms: tuple[Term, ...]
    staff: tuple[Staff, ...]
    classes: tuple[SchoolClass, ...]
    assignment_types: tuple[AssignmentType, ...]
    subject_groups: tuple[SubjectGroup, ...]


class Roster(Entity):
    """The pupils of one class as the source lists them today."""

    class_id: int
    students: tuple[Student, ...]
    enrolments: tuple[Enrolment, ...]


class Journal(Entity):
    """One journal in one term, whole: the scope that is read in one go."""

    subject_group_id: int
    term_id: int
    students: tuple[Student, ...]
    lessons: tuple[Lesson, ...]
    assignments: tuple[Assignment, ...]
    marks: tuple[Mark, ...]
    attendance: tuple[Attendance, ...]


class JournalAccess(Entity):
    """A line of the report on access to the journal: who touched which lesson when (protocol.md §3.2).

    `at` is local time, to the minute. Class, subject, user and term are names as printed; `action` is the GIS's own
    text. `lesson_date` is null where the report names no lesson.
    """

    class_name: str
    subject_name: str
    at: datetime
    user_name: str
    lesson_date: date | None
    term_name: str
    action: str


class TermMarks(Entity):
    """A pupil's final marks in one subject, as the report prints them (`5`, `н/а`, `осв`; null: none yet).

    `terms` are (name of the term, mark).
    """

    subject_name: str
    terms: tuple[tuple[str, str | None], ...]
    year: str | None
    exam: str | None
    final: str | None


class GradedWork(Entity):
    """A mark of a pupil with the day on which it was set: all that a family learns of when it was entered."""

    type_name: str
    topic: str
    lesson_date: date
    set_on: date
    mark: str


class DayCell(Entity):
    """What stands in a pupil's cell of one day: marks and codes of attendance in their order, as printed."""

    date: date
    entries: tuple[str, ...]


class SubjectTotal(Entity):
    """A line of the report on a pupil's progress: days with entries, averages and final marks by term name."""

    subject_name: str
    days: tuple[DayCell, ...]
    averages: tuple[tuple[str, str], ...]
    finals: tuple[tuple[str, str], ...]
    average: str | None


class StudentTotal(Entity):
    """The report on a pupil's progress and attendance over a period."""

    student_name: str
    first: date
    last: date
    subjects: tuple[SubjectTotal, ...]
    legend: tuple[tuple[str, str], ...]
    state_at: datetime | None
