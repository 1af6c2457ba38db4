"""The family's side as it comes over the wire: diary, details, attachments, announcements (protocol.md §2.3–2.10)."""

from pydantic import AliasChoices, Field

from netcity_sync.adapters.netschool.answer import Answer, Clock, Day, Moment, NoMoment, Number


class DiaryStudent(Answer):
    """A child of `student/diary/init` (§2.3)."""

    IGNORED = frozenset({"classId", "iupGrade"})

    id: Number = Field(alias="studentId")
    name: str = Field(alias="nickName")
    class_name: str | None = Field(default=None, alias="className")


class DiaryInit(Answer):
    """`GET student/diary/init` [R]: `currentStudentId` is a place in the list, by some documents an id."""

    IGNORED = frozenset({
        "weekStart", "yaClass", "yaClassAuthUrl", "newDiskToken", "newDiskWasRequest", "ttsuRl", "externalUrl",
        "weight", "maxMark", "withLaAssigns",
    })  # fmt: skip

    students: tuple[DiaryStudent, ...]
    current: Number | None = Field(default=None, alias="currentStudentId")


class File(Answer):
    """An attachment (§2.6)."""

    SPARSE = frozenset({"original", "description", "id", "name"})
    IGNORED = frozenset({"attachmentGuid", "userId", "saved", "aFile"})

    id: Number | None = None
    name: str | None = None
    original: str | None = Field(default=None, alias="originalFileName")
    description: str | None = None


class DiaryMark(Answer):
    """A mark in a diary [R]: its `id` is always 0, the assignment's id is what identifies it."""

    IGNORED = frozenset({"id"})

    assignment_id: Number = Field(alias="assignmentId")
    student_id: Number = Field(alias="studentId")
    mark: Number | str | None = None
    score: float | None = Field(default=None, alias="resultScore", allow_inf_nan=False)
    duty: bool = Field(default=False, alias="dutyMark")


class Comment(Answer):
    """A teacher's comment on a mark (§2.4)."""

    IGNORED = frozenset({"teacher"})
    SPARSE = frozenset({"id", "name", "read", "edited"})

    id: Number | None = None
    name: str | None = None
    read: bool | None = Field(default=None, alias="wasRead")
    edited: NoMoment = Field(default=None, alias="editTime")


class AnswerText(Answer):
    """A pupil's answer (§2.4): one to three digits of a second [R]."""

    SPARSE = frozenset({"at"})

    answer: str | None = None
    at: NoMoment = Field(default=None, alias="answerDate")


class DiaryAssignment(Answer):
    """An assignment in a diary [R §2.4]; many of its fields come only when they say something."""

    SPARSE = frozenset({
        "issue_lesson_id", "whole_class", "has_test", "mark", "comment", "answer", "attachments", "name",
    })  # fmt: skip

    id: Number
    type_id: Number = Field(alias="typeId")
    name: str | None = Field(default=None, alias="assignmentName")
    weight: Number | None = None
    due: Day = Field(alias="dueDate")
    lesson_id: Number = Field(alias="classMeetingId")
    issue_lesson_id: Number | None = Field(default=None, alias="issueClassMeetingId")
    whole_class: bool | None = Field(default=None, alias="classAssignment")
    has_test: bool | None = Field(default=None, alias="existsTestPlan")
    mark: DiaryMark | Number | str | None = None
    comment: Comment | None = Field(default=None, alias="markComment")
    answer: AnswerText | None = Field(default=None, alias="textAnswer")
    attachments: tuple[File, ...] = ()


class DiaryLesson(Answer):
    """A lesson in a diary [R §2.4]: lower-case m in `classmeetingId`; no `assignments` where there are none."""

    SPARSE = frozenset({"relay", "extracurricular", "remote", "assignments"})

    id: Number = Field(alias="classmeetingId")
    day: Day
    number: Number
    relay: Number | None = None
    room: str | None = None
    start: Clock = Field(alias="startTime")
    end: Clock = Field(alias="endTime")
    subject_name: str = Field(alias="subjectName")
    extracurricular: bool | None = Field(
        default=None, validation_alias=AliasChoices("isEaLesson", "extraActivity"), alias="isEaLesson"
    )
    remote: bool | None = Field(default=None, alias="isDistanceLesson")
    assignments: tuple[DiaryAssignment, ...] | None = None


class DiaryDay(Answer):
    """A day with lessons."""

    date: Day
    lessons: tuple[DiaryLesson, ...]


class Diary(Answer):
    """`GET student/diary` [R §2.4]."""

    IGNORED = frozenset({"laAssigns", "pastMandatory"})

    first: Day = Field(alias="weekStart")
    last: Day = Field(alias="weekEnd")
    days: tuple[DiaryDay, ...] = Field(alias="weekDays")
    term_name: str | None = Field(default=None, alias="termName")
    class_name: str | None = Field(default=None, alias="className")


class DetailsPerson(Answer):
    """A teacher, or the journal, of an assignment's card."""

    id: Number
    name: str


class Details(Answer):
    """`GET student/diary/assigns/{id}` [D §2.5]."""

    IGNORED = frozenset({"activityName", "problemName", "productId", "contentElements", "codeContentElements"})
    SPARSE = frozenset({"description", "deleted", "attachments", "teachers", "teacher"})

    id: Number
    name: str | None = Field(default=None, alias="assignmentName")
    group: DetailsPerson = Field(alias="subjectGroup")
    teachers: tuple[DetailsPerson, ...] | None = None
    teacher: DetailsPerson | None = None
    weight: Number | None = None
    date: Day
    description: str | None = None
    deleted: bool | None = Field(default=None, alias="isDeleted")
    attachments: tuple[File, ...] | None = None


class AttachedFiles(Answer):
    """An item of `POST student/diary/get-attachments` (§2.6)."""

    IGNORED = frozenset({"answerFiles"})

    assignment_id: Number = Field(alias="assignmentId")
    attachments: tuple[File, ...] = ()


class OverdueItem(Answer):
    """An item of `GET student/diary/pastMandatory` (§2.7)."""

    IGNORED = frozenset({"productId"})
    SPARSE = frozenset({"weight", "lesson_id", "name"})

    id: Number
    type_id: Number = Field(alias="typeId")
    name: str | None = Field(default=None, alias="assignmentName")
    due: Day = Field(alias="dueDate")
    subject_name: str = Field(alias="subjectName")
    weight: Number | None = None
    lesson_id: Number | None = Field(default=None, alias="classMeetingId")


class Author(Answer):
    """Who wrote an announcement."""

    IGNORED = frozenset({"nickName"})

    id: Number
    name: str = Field(alias="fio")


class AnnouncementItem(Answer):
    """An item of `GET announcements` [R §2.10]."""

    IGNORED = frozenset({"em", "recipientInfo"})

    id: Number
    name: str
    text: str = Field(alias="description")
    posted: Moment = Field(alias="postDate")
    deleted: NoMoment = Field(default=None, alias="deleteDate")
    author: Author
    attachments: tuple[File, ...] = ()
