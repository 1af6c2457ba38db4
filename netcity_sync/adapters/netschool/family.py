"""The family's view: what a parent's or a pupil's account shows, as the model (protocol.md §2.3–2.10)."""

import re
from collections.abc import Sequence
from datetime import date

from netcity_sync.adapters.netschool import wire, wire_family
from netcity_sync.adapters.netschool.connection import Connection
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.diary import (
    Announcement,
    AssignmentDetails,
    Attachment,
    Diary,
    DiaryAssignment,
    DiaryLesson,
    FamilyStudent,
    FamilyStudents,
    MarkComment,
    Overdue,
    TextAnswer,
)
from netcity_sync.errors import AnswerError
from netcity_sync.model import Mark

_HIGHEST_MARK = 5


class FamilyView:
    """Reads what one account shows. Every method raises AnswerError, SourceUnavailable or SignInRefused."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._profile = connection.profile
        self._year_id: int | None = None

    def students(self) -> FamilyStudents:
        """The children of the account."""
        call = Call("GET", self._profile.diary_init)
        answer, _ = self._connection.ask(wire_family.DiaryInit, call)
        return to_students(answer, call.name)

    def diary(self, student_id: int, first: date, last: date) -> tuple[Diary, bytes]:
        """The diary of a child over a period, and the answer as received."""
        path = self._profile.diary.format(student_id=student_id, year_id=self._year(), first=first, last=last)
        answer, body = self._connection.ask(wire_family.Diary, Call("GET", path))
        return to_diary(answer, student_id, self._profile), body

    def details(self, student_id: int, assignment_id: int) -> AssignmentDetails:
        """The card of an assignment."""
        path = self._profile.assignment.format(student_id=student_id, assignment_id=assignment_id)
        answer, _ = self._connection.ask(wire_family.Details, Call("GET", path))
        return to_details(answer, self._profile)

    def attachments(self, student_id: int, assignment_ids: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
        """The files of some assignments; those without files are missing."""
        path = self._profile.attachments.format(student_id=student_id)
        call = Call("POST", path, json={"assignId": list(assignment_ids)})
        answer: list[wire_family.AttachedFiles]
        answer, _ = self._connection.ask(list[wire_family.AttachedFiles], call)
        return {item.assignment_id: to_files(item.attachments) for item in answer}

    def file(self, attachment_id: int) -> bytes:
        """The content of an attachment."""
        path = self._profile.attachment.format(attachment_id=attachment_id)
        return self._connection.session.call(Call("GET", path, page=True))

    def overdue(self, student_id: int, first: date, last: date) -> tuple[Overdue, ...]:
        """What a child owes in a period."""
        path = self._profile.overdue.format(student_id=student_id, year_id=self._year(), first=first, last=last)
        answer: list[wire_family.OverdueItem]
        answer, _ = self._connection.ask(list[wire_family.OverdueItem], Call("GET", path))
        return tuple(_overdue(item, self._profile) for item in answer)

    def announcements(self) -> tuple[Announcement, ...]:
        """The announcements of the school, newest first."""
        answer: list[wire_family.AnnouncementItem]
        answer, _ = self._connection.ask(list[wire_family.AnnouncementItem], Call("GET", self._profile.announcements))
        return tuple(to_announcement(item) for item in answer)

    def year(self) -> wire.Year:
        """The school year of the account."""
        answer: wire.Year
        answer, _ = self._connection.ask(wire.Year, Call("GET", self._profile.year))
        return answer

    def _year(self) -> int:
        if self._year_id is None:
            self._year_id = self.year().id
        return self._year_id


def parse_diary(body: bytes, student_id: int, profile: Profile) -> Diary:
    """A diary from its answer. Raises AnswerError naming call and field."""
    return to_diary(decode(wire_family.Diary, body, "GET student/diary"), student_id, profile)


def parse_students(body: bytes) -> FamilyStudents:
    """The children of an account from the answer of `student/diary/init`. Raises AnswerError."""
    call = "GET student/diary/init"
    return to_students(decode(wire_family.DiaryInit, body, call), call)


def parse_announcements(body: bytes) -> tuple[Announcement, ...]:
    """Announcements from their answer. Raises AnswerError."""
    items: list[wire_family.AnnouncementItem] = decode(list[wire_family.AnnouncementItem], body, "GET announcements")
    return tuple(to_announcement(item) for item in items)


def to_students(answer: wire_family.DiaryInit, call: str) -> FamilyStudents:
    """`currentStudentId` is a place in the list [R]; where it is none, an id (§2.3)."""
    students = tuple(FamilyStudent(id=item.id, name=item.name, class_name=item.class_name) for item in answer.students)
    if not students:
        raise AnswerError("У учётной записи нет детей.", where=f"{call}, поле students")
    current = answer.current or 0
    if 0 <= current < len(students):
        return FamilyStudents(students=students, current=students[current])
    by_id = [item for item in students if item.id == current]
    return FamilyStudents(students=students, current=(by_id or students)[0])


def to_diary(answer: wire_family.Diary, student_id: int, profile: Profile) -> Diary:
    """The model of a diary; lessons come in no order and are put into one."""
    lessons = [_lesson(item, student_id, profile) for day in answer.days for item in day.lessons]
    return Diary(
        student_id=student_id,
        first=answer.first,
        last=answer.last,
        class_name=answer.class_name or "",
        term_name=answer.term_name or "",
        lessons=tuple(sorted(lessons, key=lambda item: (item.date, item.number, item.id))),
    )


def _lesson(item: wire_family.DiaryLesson, student_id: int, profile: Profile) -> DiaryLesson:
    return DiaryLesson(
        id=item.id,
        date=item.day,
        number=item.number,
        shift=item.relay,
        room=item.room or None,
        start=item.start,
        end=item.end,
        subject_name=item.subject_name,
        extracurricular=bool(item.extracurricular),
        remote=item.remote,
        assignments=tuple(_assignment(each, student_id, profile) for each in item.assignments or ()),
    )


def _assignment(item: wire_family.DiaryAssignment, student_id: int, profile: Profile) -> DiaryAssignment:
    return DiaryAssignment(
        id=item.id,
        type_id=item.type_id,
        text=_text(item.name, profile),
        weight=item.weight or 0,
        due=item.due,
        lesson_id=item.lesson_id,
        given_at_lesson_id=item.issue_lesson_id,
        for_whole_class=item.whole_class,
        has_test=item.has_test,
        mark=_mark(item, student_id),
        score=item.mark.score if isinstance(item.mark, wire_family.DiaryMark) else None,
        comment=_comment(item.comment),
        answer=_answer(item.answer),
        attachments=to_files(item.attachments),
    )


def _mark(item: wire_family.DiaryAssignment, student_id: int) -> Mark | None:
    """The mark of an assignment; its own `id` is always 0, so the assignment is what identifies it (§2.4).

    A bare mark is that of the child whose diary it stands in.
    """
    if item.mark is None:
        return None
    sent = item.mark.mark if isinstance(item.mark, wire_family.DiaryMark) else item.mark
    duty = item.mark.duty if isinstance(item.mark, wire_family.DiaryMark) else False
    value = int(sent) if isinstance(sent, str) and re.fullmatch("[0-9]", sent) else sent
    known = isinstance(value, int) and 1 <= value <= _HIGHEST_MARK
    return Mark(
        student_id=item.mark.student_id if isinstance(item.mark, wire_family.DiaryMark) else student_id,
        assignment_id=item.id,
        lesson_id=item.lesson_id,
        value=value if known and isinstance(value, int) else None,
        duty=duty and not known,
        raw=None if known or sent is None else str(sent),
    )


def _comment(item: wire_family.Comment | None) -> MarkComment | None:
    return (
        None if item is None else MarkComment(id=item.id, text=item.name or "", edited_at=item.edited, read=item.read)
    )


def _answer(item: wire_family.AnswerText | None) -> TextAnswer | None:
    return None if item is None else TextAnswer(text=item.answer or "", at=item.at)


def to_files(items: Sequence[wire_family.File] | None) -> tuple[Attachment, ...]:
    """Attachments; those that have no id cannot be fetched and are told with 0, as the server's cards do."""
    return tuple(
        Attachment(id=item.id or 0, name=item.original or item.name or "", description=item.description)
        for item in items or ()
    )


def to_details(answer: wire_family.Details, profile: Profile) -> AssignmentDetails:
    """The model of an assignment's card; old releases name one teacher, new ones several."""
    teachers = answer.teachers or ((answer.teacher,) if answer.teacher is not None else ())
    return AssignmentDetails(
        id=answer.id,
        text=_text(answer.name, profile),
        subject_group_id=answer.group.id,
        subject_group_name=answer.group.name,
        teachers=tuple((item.id, item.name) for item in teachers),
        weight=answer.weight or 0,
        date=answer.date,
        description=answer.description or None,
        deleted=bool(answer.deleted),
        attachments=to_files(answer.attachments),
    )


def _overdue(item: wire_family.OverdueItem, profile: Profile) -> Overdue:
    return Overdue(
        id=item.id,
        type_id=item.type_id,
        text=_text(item.name, profile),
        due=item.due,
        subject_name=item.subject_name,
        weight=item.weight or 0,
        lesson_id=item.lesson_id,
    )


def to_announcement(item: wire_family.AnnouncementItem) -> Announcement:
    """The model of an announcement: entities come escaped twice (`&amp;#171;`), one of the two is resolved."""
    return Announcement(
        id=item.id,
        title=item.name,
        html=_ESCAPED.sub(lambda found: f"&{found[1]};", item.text),
        posted_at=item.posted,
        deleted_at=item.deleted,
        author_id=item.author.id,
        author_name=item.author.name,
        attachments=to_files(item.attachments),
    )


_ESCAPED = re.compile(r"&amp;(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")


def _text(value: str | None, profile: Profile) -> str | None:
    stripped = (value or "").strip()
    return stripped if stripped and stripped != profile.no_homework else None
