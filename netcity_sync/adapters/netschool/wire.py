"""The answers of the GIS as they come over the wire (protocol.md §1–3).

Unknown fields are let through: servers gain fields with every release. Needed ones are insisted on.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _day(value: Any) -> Any:
    """`2026-10-05T00:00:00.0000000`, naive local (protocol.md §2.13) → its date."""
    if isinstance(value, str):
        return datetime.fromisoformat(value[:19]).date()
    return value


Day = Annotated[date, BeforeValidator(_day)]


class Answer(BaseModel):
    """Base of all answers. Values never appear in errors: they may be names or secrets."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)


class Salt(Answer):
    """`POST auth/getdata` (§1.6): strings of digits, or numbers in some releases."""

    lt: str | int
    ver: str | int
    salt: str | int


class SignIn(Answer):
    """`POST login` (§1.8): `at` is all that a client needs; a failure may also come with status 200."""

    at: str | None = None
    error_message: str | None = Field(default=None, alias="errorMessage")
    message: str | None = None
    entry_point: str | None = Field(default=None, alias="entryPoint")


class Refusal(Answer):
    """The body of a refusal (§1.8)."""

    message: str | None = None


class Named(Answer):
    """`{id, name}`."""

    id: int
    name: str


class FoundSchool(Named):
    """`GET schools/search` (§2.1)."""

    short_name: str | None = Field(default=None, alias="shortName")


class Context(Answer):
    """`GET context` (§2.2), the part that is used."""

    school_id: int = Field(alias="schoolId")
    organization: Named


class Year(Answer):
    """`GET years/current` (§2.2)."""

    id: int
    name: str
    start: Day = Field(alias="startDate")
    end: Day = Field(alias="endDate")
    closed: str | None = None


class Term(Answer):
    """`POST terms/search` (§2.8); the name may be absent."""

    id: int
    name: str | None = None
    start: Day = Field(alias="startDate")
    end: Day = Field(alias="endDate")


class SchoolClass(Answer):
    """`GET classes?expand=chiefs` (§2.11)."""

    id: int
    name: str
    grade: int
    chiefs: tuple[Named, ...] | None = None


class AssignmentType(Answer):
    """`GET grade/assignment/types` (§2.8)."""

    id: int
    name: str
    abbr: str | None = None


class GroupClass(Named):
    """The class of a subject group."""

    grade: int | None = None


class SubjectGroup(Answer):
    """`GET subjectgroups` (§2.11)."""

    id: int
    name: str
    school_class: GroupClass = Field(alias="class")
    subject: Named
    teachers: tuple[Named, ...] = ()
    terms: tuple[int, ...] = ()
    individual_plan: bool = Field(default=False, alias="iup")
    extracurricular: bool = Field(default=False, alias="extraCurricular")
    grading: str = Field(default="Mark", alias="gradingSys")


class Pupil(Answer):
    """`GET users/studentlist`, and the pupils of a journal: field names are not pinned (§3.1.2), several are taken."""

    id: int
    full_name: str = Field(alias="fullName", min_length=1)
    start: Day | None = Field(default=None, alias="startDate")

    @model_validator(mode="before")
    @classmethod
    def _any_spelling(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        parts = (data.get("lastName"), data.get("firstName"), data.get("middleName"))
        joined = " ".join(part for part in parts if isinstance(part, str) and part)
        name = data.get("fullName") or data.get("fio") or data.get("name") or joined or None
        return {"id": data.get("id", data.get("studentId")), "fullName": name, "startDate": data.get("startDate")}


class JournalAssignment(Answer):
    """A column of a journal, or homework (§3.1.3). `issueClassMeetingId` is [R] in diaries, assumed here."""

    id: int
    type_id: int = Field(alias="typeId")
    name: str | None = Field(default=None, alias="assignmentName")
    lesson_id: int | None = Field(default=None, alias="classMeetingId")
    issue_lesson_id: int | None = Field(default=None, alias="issueClassMeetingId")
    weight: int | None = None


class JournalLesson(Answer):
    """A lesson of a journal (§3.1.3); `topic` is assumed from the mobile API."""

    id: int
    date: Day
    slot: int = Field(alias="scheduleTimeNum")
    topic: str | None = None


class JournalMark(Answer):
    """A mark (§3.1.3): 1–5, null with `dutyMark`, or text (§2.8)."""

    student_id: int = Field(alias="studentId")
    assignment_id: int | None = Field(alias="assignmentId")
    lesson_id: int | None = Field(default=None, alias="classMeetingId")
    mark: int | str | None = None
    duty: bool = Field(default=False, alias="dutyMark")


class JournalAttendance(Answer):
    """A mark of attendance (§3.1.3): lower-case m in `classmeetingId`; `reason` holds the printed code (assumed)."""

    student_id: int = Field(alias="studentId")
    lesson_id: int = Field(alias="classmeetingId")
    reason: str | int


class JournalBody(Answer):
    """One journal of the answer (§3.1.3)."""

    subject_group_id: int = Field(alias="subjectGroupId")
    students: tuple[Pupil, ...]
    assignments: tuple[JournalAssignment, ...]
    lessons: tuple[JournalLesson, ...] = Field(alias="classMeeting")
    marks: tuple[JournalMark, ...]
    attendance: tuple[JournalAttendance, ...]


class JournalAnswer(Answer):
    """`GET grade/journal` (§3.1.3)."""

    journals: tuple[JournalBody, ...]
