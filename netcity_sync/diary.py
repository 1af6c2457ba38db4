"""What a family sees: plain frozen models of the diary and all that hangs on it, no input or output.

Ids are the GIS's own; dates and times are those of the school, without a zone.
"""

from datetime import date, datetime, time

from netcity_sync.model import Entity, Mark


class FamilyStudent(Entity):
    """A child of the account."""

    id: int
    name: str
    class_name: str | None


class FamilyStudents(Entity):
    """The children of an account, and the one that the GIS shows first."""

    students: tuple[FamilyStudent, ...]
    current: FamilyStudent


class Attachment(Entity):
    """A file that hangs on an assignment or an announcement."""

    id: int
    name: str
    description: str | None


class MarkComment(Entity):
    """What the teacher wrote beside a mark."""

    id: int | None
    text: str
    edited_at: datetime | None = None
    read: bool | None = None


class TextAnswer(Entity):
    """What the pupil answered to an assignment."""

    text: str
    at: datetime | None


class DiaryAssignment(Entity):
    """An assignment in a diary. `text` is null where the GIS shows its placeholder.

    For homework `given_at_lesson_id` is the lesson at which it was given, where the GIS tells it.
    """

    id: int
    type_id: int
    text: str | None
    weight: int
    due: date
    lesson_id: int
    given_at_lesson_id: int | None = None
    for_whole_class: bool | None = None
    has_test: bool | None = None
    mark: Mark | None = None
    score: float | None = None
    comment: MarkComment | None = None
    answer: TextAnswer | None = None
    attachments: tuple[Attachment, ...] = ()


class DiaryLesson(Entity):
    """A lesson in a diary; `number` may repeat in a day."""

    id: int
    date: date
    number: int
    shift: int | None
    room: str | None
    start: time
    end: time
    subject_name: str
    extracurricular: bool
    remote: bool | None
    assignments: tuple[DiaryAssignment, ...]


class Diary(Entity):
    """A pupil's diary over a period, its lessons in the order of days and numbers."""

    student_id: int
    first: date
    last: date
    class_name: str
    term_name: str
    lessons: tuple[DiaryLesson, ...]


class AssignmentDetails(Entity):
    """The card of an assignment: the only place where a family learns the teacher's name."""

    id: int
    text: str | None
    subject_group_id: int
    subject_group_name: str
    teachers: tuple[tuple[int, str], ...]
    weight: int
    date: date
    description: str | None
    deleted: bool
    attachments: tuple[Attachment, ...]


class Overdue(Entity):
    """An assignment that the pupil owes."""

    id: int
    type_id: int
    text: str | None
    due: date
    subject_name: str
    weight: int
    lesson_id: int | None


class Announcement(Entity):
    """An announcement of the school; `html` is its text as a page would show it, entities resolved once."""

    id: int
    title: str
    html: str
    posted_at: datetime
    deleted_at: datetime | None
    author_id: int
    author_name: str
    attachments: tuple[Attachment, ...]
