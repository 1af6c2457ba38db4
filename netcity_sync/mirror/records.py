"""Records of a journal as people know them: what a row is, at which place of the journal, and what it says."""

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from netcity_sync.mirror.lookup import student_names
from netcity_sync.mirror.rows import NONE_ID, Row
from netcity_sync.mirror.schema import JOURNAL_TABLES, Table
from netcity_sync.model import AttendanceCode


class What(StrEnum):
    """What a record is, in the order in which people ask."""

    LESSON = "lesson"
    TOPIC = "topic"
    HOMEWORK = "homework"
    ASSIGNMENT = "assignment"
    MARK = "mark"
    ATTENDANCE = "attendance"
    LISTED = "list"


class Step(StrEnum):
    """What became of a record. `missing`: absent, not confirmed yet; `returned`: there again after that, or later."""

    ADDED = "added"
    CHANGED = "changed"
    MISSING = "missing"
    RETURNED = "returned"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class MarkSaid:
    """A mark: 1 to 5, or a duty mark («точка»), or other text."""

    value: int | None
    duty: bool
    raw: str | None


@dataclass(frozen=True, slots=True)
class AttendanceSaid:
    """A mark of attendance; `raw` is the GIS's own code."""

    code: AttendanceCode
    raw: str


@dataclass(frozen=True, slots=True)
class LessonSaid:
    """When a lesson is held."""

    date: date
    slot: int


@dataclass(frozen=True, slots=True)
class TextSaid:
    """A topic, or homework."""

    text: str


@dataclass(frozen=True, slots=True)
class AssignmentSaid:
    """A column of the journal."""

    type_name: str
    text: str | None
    weight: int


@dataclass(frozen=True, slots=True)
class ListedSaid:
    """That a pupil is on the list of the journal."""


Said = MarkSaid | AttendanceSaid | LessonSaid | TextSaid | AssignmentSaid | ListedSaid


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands; null where a part does not apply or is unknown. `slot`: the lesson's number in the day."""

    subject_group_id: int
    term_id: int
    lesson_id: int | None = None
    lesson_date: date | None = None
    slot: int | None = None
    student_id: int | None = None
    student_name: str | None = None
    assignment_id: int | None = None


@dataclass(slots=True)
class Facts:
    """What rows refer to: lessons by their newest date up to a run, the columns of marks, names. Read when needed."""

    connection: sqlite3.Connection
    up_to: int
    _names: dict[int, str] | None = None
    _types: dict[int, str] | None = None
    _lessons: dict[tuple[int, int], dict[int, tuple[str, int]]] = field(default_factory=dict)
    _columns: dict[tuple[int, int], dict[int, int | None]] = field(default_factory=dict)

    def name(self, student_id: int) -> str | None:
        """A pupil's name."""
        if self._names is None:
            self._names = student_names(self.connection)
        return self._names.get(student_id)

    def type_name(self, type_id: int) -> str:
        """What a type of work is called."""
        if self._types is None:
            rows = self.connection.execute("SELECT type_id, name, max(seen_from) FROM assignment_type GROUP BY type_id")
            self._types = {row[0]: row[1] for row in rows}
        return self._types.get(type_id, "работа")

    def lesson(self, journal: tuple[int, int], lesson_id: int | None) -> LessonSaid | None:
        """When a lesson is held."""
        if journal not in self._lessons:
            rows = self.connection.execute(
                "SELECT lesson_id, date, slot, max(seen_from) FROM lesson"
                " WHERE subject_group_id = ? AND term_id = ? AND seen_from <= ? GROUP BY lesson_id",
                [*journal, self.up_to],
            )
            self._lessons[journal] = {row[0]: (row[1], row[2]) for row in rows}
        found = self._lessons[journal].get(lesson_id or NONE_ID)
        return LessonSaid(date.fromisoformat(found[0]), found[1]) if found is not None else None

    def lesson_of_column(self, journal: tuple[int, int], assignment_id: int) -> int | None:
        """The lesson in whose column an assignment stands."""
        if journal not in self._columns:
            rows = self.connection.execute(
                "SELECT assignment_id, lesson_id, max(seen_from) FROM assignment"
                " WHERE subject_group_id = ? AND term_id = ? AND seen_from <= ? GROUP BY assignment_id",
                [*journal, self.up_to],
            )
            self._columns[journal] = {row[0]: row[1] for row in rows}
        return self._columns[journal].get(assignment_id)


@dataclass(frozen=True, slots=True)
class Named:
    """A row's columns by name."""

    table: Table
    row: Row

    def whole(self, column: str) -> int | None:
        """An integer; null where the row holds none, or the table has no such column."""
        value = self._value(column)
        return value if isinstance(value, int) else None

    def text(self, column: str) -> str | None:
        """A text; null likewise."""
        value = self._value(column)
        return value if isinstance(value, str) else None

    def _value(self, column: str) -> object:
        place = _PLACES[self.table.name].get(column)
        return self.row[place] if place is not None else None


_PLACES = {table.name: {item.name: place for place, item in enumerate(table.columns)} for table in JOURNAL_TABLES}


def facets(table: Table, row: Row, facts: Facts) -> tuple[tuple[What, Said | None], ...]:
    """What a row says, by kind; a lesson says when it is held, and its topic (null: none is written)."""
    held = Named(table, row)
    text = held.text("text" if table.name == "assignment" else "topic")
    match table.name:
        case "lesson":
            day, slot = held.text("date") or "", held.whole("slot") or 0
            topic = TextSaid(text) if text and text.strip() else None
            return (What.LESSON, LessonSaid(date.fromisoformat(day), slot)), (What.TOPIC, topic)
        case "assignment" if held.whole("homework"):
            return ((What.HOMEWORK, TextSaid(text) if text and text.strip() else None),)
        case "assignment":
            kind = facts.type_name(held.whole("type_id") or 0)
            return ((What.ASSIGNMENT, AssignmentSaid(kind, text, held.whole("weight") or 0)),)
        case "mark":
            said = MarkSaid(held.whole("value"), bool(held.whole("duty")), held.text("raw"))
            return ((What.MARK, said),)
        case "attendance":
            code = AttendanceCode(held.text("code") or "")
            return ((What.ATTENDANCE, AttendanceSaid(code, held.text("raw") or "")),)
        case _:
            return ((What.LISTED, ListedSaid()),)


def place_of(table: Table, row: Row, facts: Facts) -> Place:
    """Where a row stands: a mark by its lesson or its column's, homework by the lesson at which it was given."""
    held = Named(table, row)
    journal = (held.whole("subject_group_id") or 0, held.whole("term_id") or 0)
    assignment = held.whole("assignment_id") or None
    lesson = held.whole("given_at_lesson_id") or held.whole("lesson_id") or None
    if lesson is None and assignment is not None:
        lesson = facts.lesson_of_column(journal, assignment)
    student = held.whole("student_id")
    when = facts.lesson(journal, lesson)
    return Place(
        *journal,
        lesson_id=lesson,
        lesson_date=when.date if when is not None else None,
        slot=when.slot if when is not None else None,
        student_id=student,
        student_name=facts.name(student) if student is not None else None,
        assignment_id=assignment,
    )
