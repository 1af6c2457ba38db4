"""Model objects as rows of the mirror's tables, and nothing else."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netcity_sync.mirror.schema import (
    ACCESS_TABLE,
    DICTIONARY_TABLES,
    FINAL_MARK_TABLE,
    JOURNAL_TABLES,
    ROSTER_TABLES,
    Table,
)
from netcity_sync.model import Dictionaries, FinalMarks, Journal, JournalAccess, Roster, Student

Value = str | int | float | None
Row = tuple[Value, ...]
NONE_ID = 0
"""Stands for «no assignment», «no lesson» or «no term» in keys, which cannot be null."""


@dataclass(frozen=True, slots=True)
class ScopeRows:
    """One scope as rows: what its tables hold now, and the pupils it names."""

    partition: Mapping[str, int]
    tables: tuple[tuple[Table, tuple[Row, ...]], ...]
    students: tuple[Student, ...] = ()


def dictionary_rows(content: Dictionaries) -> ScopeRows:
    """The dictionaries as rows."""
    groups = content.subject_groups
    rows: dict[str, Iterable[Row]] = {
        "school": [(content.school.id, content.school.name)],
        "school_year": [
            (year.id, year.name, year.start.isoformat(), year.end.isoformat(), int(year.closed))
            for year in (content.year,)
        ],
        "term": [
            (term.id, term.name, term.kind.value, term.start.isoformat(), term.end.isoformat())
            for term in content.terms
        ],
        "staff": [(person.id, person.name) for person in content.staff],
        "school_class": [(item.id, item.name, item.grade) for item in content.classes],
        "class_chief": [(item.id, chief) for item in content.classes for chief in item.chief_ids],
        "assignment_type": [(kind.id, kind.name, kind.abbr) for kind in content.assignment_types],
        "subject_group": [
            (
                group.id, group.name, group.class_id, group.subject_id, group.subject_name, group.grading.value,
                int(group.individual_plan), int(group.extracurricular),
            )
            for group in groups
        ],
        "subject_group_teacher": [(group.id, teacher) for group in groups for teacher in group.teacher_ids],
        "subject_group_term": [(group.id, term) for group in groups for term in group.term_ids],
    }  # fmt: skip
    return ScopeRows({}, tuple((table, tuple(rows[table.name])) for table in DICTIONARY_TABLES))


def roster_rows(content: Roster) -> ScopeRows:
    """The list of a class as rows."""
    (enrolment,) = ROSTER_TABLES
    rows = tuple(
        (item.class_id, item.student_id, item.start.isoformat() if item.start else None) for item in content.enrolments
    )
    return ScopeRows({"class_id": content.class_id}, ((enrolment, rows),), content.students)


def journal_rows(content: Journal) -> ScopeRows:
    """A journal in a term as rows."""
    journal = (content.subject_group_id, content.term_id)
    rows: dict[str, Iterable[Row]] = {
        "group_student": [(*journal, student.id) for student in content.students],
        "lesson": [(*journal, item.id, item.date.isoformat(), item.slot, item.topic) for item in content.lessons],
        "assignment": [
            (
                *journal, item.id, item.type_id, int(item.homework), item.lesson_id, item.given_at_lesson_id,
                item.text, item.weight,
            )
            for item in content.assignments
        ],
        "mark": [
            (
                *journal, item.student_id, item.assignment_id or NONE_ID, item.lesson_id or NONE_ID,
                item.value, int(item.duty), item.raw,
            )
            for item in content.marks
        ],
        "attendance": [
            (*journal, item.student_id, item.lesson_id, item.code.value, item.raw) for item in content.attendance
        ],
    }  # fmt: skip
    tables = tuple((table, tuple(rows[table.name])) for table in JOURNAL_TABLES)
    return ScopeRows({"subject_group_id": journal[0], "term_id": journal[1]}, tables, content.students)


def final_mark_rows(content: FinalMarks) -> ScopeRows:
    """The final marks of a journal as rows."""
    rows: tuple[Row, ...] = tuple(
        (content.subject_group_id, item.student_id, item.kind.value, item.term_id or NONE_ID, item.value, item.raw)
        for item in content.marks
    )
    return ScopeRows({"subject_group_id": content.subject_group_id}, ((FINAL_MARK_TABLE, rows),))


def access_rows(class_id: int, month: int, content: Iterable[JournalAccess]) -> ScopeRows:
    """Who touched the journals of a class in a month as rows; equal lines are counted."""
    lines = Counter(
        (
            class_id, month, item.subject_name, f"{item.at:%Y-%m-%dT%H:%M}", item.user_name,
            item.lesson_date.isoformat() if item.lesson_date is not None else "", item.term_name, item.action,
        )
        for item in content
    )  # fmt: skip
    rows: tuple[Row, ...] = tuple((*key, times) for key, times in lines.items())
    return ScopeRows({"class_id": class_id, "month": month}, ((ACCESS_TABLE, rows),))
