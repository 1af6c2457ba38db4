"""A journal's answer turned into the model; what contradicts itself is refused, what is odd is kept as it is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.profile import Profile
from netcity_sync.errors import AnswerError
from netcity_sync.model import (
    Assignment,
    Attendance,
    FinalKind,
    FinalMark,
    FinalMarks,
    Journal,
    Lesson,
    Mark,
    Student,
)

_HIGHEST_MARK = 5
_LOOKS_LIKE_A_CODE = re.compile(r"[^\W\d_]{1,4}|[0-9]{1,3}")


def to_journal(body: wire.JournalBody, term_id: int, profile: Profile, call: str) -> Journal:
    """The model of one journal in one term.

    Raises AnswerError where an id stands twice, or a code of attendance is not in the profile.
    """
    assignments = tuple(_assignment(item, profile) for item in body.assignments)
    known = {item.id: item for item in assignments}
    journal = Journal(
        subject_group_id=body.subject_group_id,
        term_id=term_id,
        students=tuple(Student(id=item.id, name=item.name) for item in body.students),
        lessons=_lessons(body, profile),
        assignments=assignments,
        marks=tuple(_mark(item, known) for item in body.marks),
        attendance=tuple(_attendance(item, profile, call) for item in body.attendance),
    )
    _refuse_twins(journal, call)
    return journal


def confine(journal: Journal, elsewhere: Sequence[tuple[date, date]]) -> Journal:
    """The journal without lessons that lie in other terms of it, and without what hangs on them.

    A server that does not heed the term would otherwise have every lesson counted in every term; a lesson outside of
    all terms stays where it was asked for.
    """
    gone = {lesson.id for lesson in journal.lessons if any(first <= lesson.date <= last for first, last in elsewhere)}
    if not gone:
        return journal
    dropped = {item.id for item in journal.assignments if item.lesson_id in gone}
    return journal.model_copy(
        update={
            "lessons": tuple(item for item in journal.lessons if item.id not in gone),
            "assignments": tuple(item for item in journal.assignments if item.id not in dropped),
            "marks": tuple(
                item for item in journal.marks if item.lesson_id not in gone and item.assignment_id not in dropped
            ),
            "attendance": tuple(item for item in journal.attendance if item.lesson_id not in gone),
        }
    )


def carries_topics(body: wire.JournalBody) -> bool | None:
    """Whether the server tells topics at all; None where there is no lesson to tell by."""
    return any("topic" in item.model_fields_set for item in body.lessons) if body.lessons else None


def looks_like_a_code(text: str) -> bool:
    """Whether a text may be shown as a code; anything longer might be somebody's words."""
    return _LOOKS_LIKE_A_CODE.fullmatch(text) is not None


def _lessons(body: wire.JournalBody, profile: Profile) -> tuple[Lesson, ...]:
    """Lessons with their topics; where no lesson of the page carries the field, the named assignment stands for it."""
    has_topics = carries_topics(body)
    stand_ins = {
        item.lesson_id: item.name for item in body.assignments if item.type_id == profile.topic_type and not has_topics
    }
    return tuple(
        Lesson(id=item.id, date=item.date, slot=item.slot, topic=_text(item.topic or stand_ins.get(item.id), profile))
        for item in body.lessons
    )


def _assignment(item: wire.JournalAssignment, profile: Profile) -> Assignment:
    homework = item.type_id == profile.homework_type
    return Assignment(
        id=item.id,
        type_id=item.type_id,
        homework=homework,
        lesson_id=item.lesson_id,
        given_at_lesson_id=(item.issue_lesson_id or item.lesson_id) if homework else None,
        text=_text(item.name, profile),
        weight=item.weight or 0,
    )


def _text(value: str | None, profile: Profile) -> str | None:
    stripped = (value or "").strip()
    return stripped if stripped and stripped != profile.no_homework else None


def _mark(item: wire.JournalMark, known: dict[int, Assignment]) -> Mark:
    assignment = known.get(item.assignment_id or 0)
    value = _value(item.mark)
    raw = str(item.mark) if value is None and item.mark is not None else None
    return Mark(
        student_id=item.student_id,
        assignment_id=assignment.id if assignment is not None else None,
        lesson_id=assignment.lesson_id if assignment is not None else item.lesson_id,
        value=value,
        duty=item.duty and value is None,
        raw=raw,
    )


def _value(mark: int | str | None) -> int | None:
    """1..5, also where the server sends it as text; None for everything else."""
    if isinstance(mark, str):
        mark = int(mark) if len(mark) == 1 and mark in "12345" else None
    return mark if mark is not None and 1 <= mark <= _HIGHEST_MARK else None


def to_final_marks(answer: wire.Totals, subject_group_id: int, call: str) -> FinalMarks:
    """The model of a journal's final marks; an empty cell is none.

    Raises AnswerError where a mark is of no known kind, of a term that is not named, or stands twice.
    """
    marks = tuple(_final_mark(item, call) for item in answer.totals if item.mark is not None and str(item.mark).strip())
    if any(count > 1 for count in Counter((item.student_id, item.kind, item.term_id) for item in marks).values()):
        raise AnswerError("В ответе сервера одна и та же запись стоит дважды.", where=f"{call}, поле totals")
    return FinalMarks(subject_group_id=subject_group_id, marks=marks)


def _final_mark(item: wire.Total, call: str) -> FinalMark:
    try:
        kind = FinalKind(item.kind.lower())
    except ValueError:
        raise AnswerError("Неизвестный вид итоговой отметки.", where=f"{call}, поле totals.kind") from None
    if (kind is FinalKind.TERM) != bool(item.term_id):
        raise AnswerError("Неясно, за какой период итоговая отметка.", where=f"{call}, поле totals.termId")
    value = _value(item.mark)
    raw = str(item.mark).strip() if value is None else None
    return FinalMark(student_id=item.student_id, kind=kind, term_id=item.term_id or None, value=value, raw=raw)


def _attendance(item: wire.JournalAttendance, profile: Profile, call: str) -> Attendance:
    raw = str(item.reason).strip()
    code = profile.attendance.get(raw.upper())
    if code is None:
        shown = f" «{raw}»" if _LOOKS_LIKE_A_CODE.fullmatch(raw) else ""
        raise AnswerError(
            f"Неизвестный код посещения{shown}.",
            where=f"{call}, поле journals.attendance.reason",
            todo="Укажите, что он значит, в настройках: раздел [gis.profile.attendance].",
        )
    return Attendance(student_id=item.student_id, lesson_id=item.lesson_id, code=code, raw=raw)


def _refuse_twins(journal: Journal, call: str) -> None:
    keys: dict[str, Iterable[object]] = {
        "students": (item.id for item in journal.students),
        "classMeeting": (item.id for item in journal.lessons),
        "assignments": (item.id for item in journal.assignments),
        "marks": ((item.student_id, item.assignment_id, item.lesson_id) for item in journal.marks),
        "attendance": ((item.student_id, item.lesson_id) for item in journal.attendance),
    }
    for field, values in keys.items():
        if any(count > 1 for count in Counter(values).values()):
            raise AnswerError(
                "В ответе сервера одна и та же запись стоит дважды.", where=f"{call}, поле journals.{field}"
            )
