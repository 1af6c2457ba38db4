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


class FinalKind(StrEnum):
    """What a final mark is of: a term, the year, an exam, or all of it together."""

    TERM = "term"
    YEAR = "year"
    EXAM = "exam"
    FINAL = "final"


class FinalMark(Entity):
    """A final mark of a pupil; `term_id` is given where it is of a term.

    `value` is 1..5, or null where something else stands («н/а», «осв», «зач»), which `raw` keeps.
    """

    student_id: int
    kind: FinalKind
    term_id: int | None = None
    value: int | None = None
    raw: str | None = None


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


class FinalMarks(Entity):
    """The final marks of one journal over the whole year: the scope that is read in one go."""

    subject_group_id: int
    marks: tuple[FinalMark, ...]


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


class WorkKind(StrEnum):
    """What kind of work a lesson of the plan is, where it is not an ordinary lesson."""

    CONTROL = "control"
    ASSESSMENT = "assessment"
    LABORATORY = "laboratory"
    PRACTICAL = "practical"
    SPEECH = "speech"


class ExamKind(StrEnum):
    """Which exam a result is of."""

    OGE = "oge"
    EGE = "ege"
    GVE = "gve"
    INTERVIEW = "interview"
    ESSAY = "essay"
    INTERIM = "interim"


class Channel(StrEnum):
    """How a family that opted out agreed to be informed (clause 8.3)."""

    IN_PERSON = "in_person"
    BY_STUDENT = "by_student"
    POST = "post"
    EMAIL = "email"


class UserKind(StrEnum):
    """Whose account it is."""

    STAFF = "staff"
    STUDENT = "student"
    PARENT = "parent"


class ActKind(StrEnum):
    """What a local act is."""

    REGULATION = "regulation"
    RULES = "rules"
    ORDER = "order"
    INSTRUCTION = "instruction"
    SCHEDULE = "schedule"
    OTHER = "other"


class MovementKind(StrEnum):
    """How the place of a pupil changes: from outside into the school, out of it, or from class to class."""

    ARRIVED = "arrived"
    LEFT = "left"
    MOVED = "moved"


class PlannedLesson(Entity):
    """A row of the plan (КТП) of a class or subgroup in a subject; `group_name` is empty for the whole class."""

    class_name: str
    subject: str
    group_name: str = ""
    number: int
    topic: str
    planned_on: date | None = None
    work: WorkKind | None = None
    hours: float = 1.0


class Substitution(Entity):
    """A lesson that somebody else gave; `subject` is the one that was taught."""

    held_on: date
    slot: int
    class_name: str
    group_name: str = ""
    subject: str
    absent: str
    substitute: str


class ExamResult(Entity):
    """A result of an exam, when the school learned it and when the family did (clause 8.4).

    Moments are local; midnight means that only the day is known. One of `mark`, `passed`, `score` is given.
    """

    class_name: str
    student: str
    exam: ExamKind
    subject: str
    held_on: date
    mark: int | None = None
    passed: bool | None = None
    score: int | None = None
    received: datetime
    informed: datetime | None = None


class OptOut(Entity):
    """A family that declined the electronic diary, and how it is informed instead (clause 8.3)."""

    class_name: str
    student: str
    applied_on: date
    channel: Channel | None = None
    contact_known: bool | None = None
    last_issued_on: date | None = None
    withdrawn_on: date | None = None


class CredentialIssue(Entity):
    """That access was handed out (clause 3.2). For a parent, `person` is the child. Never the credentials."""

    recipient: UserKind
    class_name: str = ""
    person: str
    issued_on: date
    issued_by: str | None = None


class UserActivity(Entity):
    """How often somebody signed in during a period (clause 5.1). For a parent, `person` is the child.

    `last_login` is local, midnight where only the day is known, null for one who never signed in.
    """

    user: UserKind
    class_name: str = ""
    person: str
    period_start: date
    period_end: date
    logins: int
    active_days: int | None = None
    last_login: datetime | None = None
    enabled: bool | None = None


class FinalMarkDate(Entity):
    """The day by which an order wants final marks; `class_name` is a class, a grade, or empty for the whole school."""

    term: str
    class_name: str = ""
    due_on: date
    order_number: str | None = None
    order_date: date | None = None


class LocalAct(Entity):
    """A local act of the school, or one clause of it; `rules` are the ids of the rules that rest on it."""

    kind: ActKind
    title: str
    number: str
    issued_on: date
    clause: str = ""
    rules: str | None = None
    appointed: str | None = None
    ends_on: date | None = None


class EnrolmentOrder(Entity):
    """An order by which a pupil comes, leaves or changes the class (clause 4.6).

    `class_name` is the class that is entered by who arrives, and left by all others; who moves enters `new_class`.
    `moved_on` is the first day in the new place: for who leaves, the first day off the list.
    """

    class_name: str
    student: str
    kind: MovementKind
    moved_on: date
    came_from: str | None = None
    went_to: str | None = None
    new_class: str | None = None
    order_number: str | None = None
    order_date: date | None = None
    reason: str | None = None
