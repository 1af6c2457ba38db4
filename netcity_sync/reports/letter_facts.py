"""What a letter tells of one pupil: subjects with their marks, missed lessons and final marks, and debts.

Everything is asked for one pupil: of others nothing is ever fetched. A mark is told by the day of its lesson; one whose
lesson the journal does not name belongs to its term, and so to letters of terms only.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from netcity_sync.reports.attendance_facts import Missed, subjects_of_pupil
from netcity_sync.reports.class_lists import Member
from netcity_sync.reports.class_people import listed_pupil
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.final_matrix import Point, terms
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Focus, Request


@dataclass(frozen=True, slots=True)
class GivenMark:
    """What stands in a cell: a mark, another text, or a «точка» (`shown` is empty then); `work` is what it is for."""

    subject: str
    day: date | None
    value: int | None
    shown: str
    work: str


@dataclass(frozen=True, slots=True)
class SubjectOfPupil:
    """A subject: `known` tells whether its journals were read, `rated` whether they get marks.

    `terms` are those of its journals, `finals` what stands for them, where anything does.
    """

    name: str
    known: bool
    rated: bool
    marks: tuple[GivenMark, ...]
    missed: Missed
    terms: frozenset[int]
    finals: Mapping[int, str]

    @property
    def values(self) -> tuple[int, ...]:
        """The marks 1..5."""
        return tuple(item.value for item in self.marks if item.value is not None)

    @property
    def mean(self) -> float | None:
        """Their mean, without weights."""
        return sum(self.values) / len(self.values) if self.values else None


def subjects(desk: Desk, request: Request) -> tuple[SubjectOfPupil, ...]:
    """The pupil's subjects by name, extracurricular ones left out."""
    focus, period = request.focus, request.period
    asked = {
        "class_id": focus.class_id, "student_id": focus.student_id, "first": period.first.isoformat(),
        "last": period.last.isoformat(), "whole": period.kind is PeriodKind.TERM,
    }  # fmt: skip
    marks: dict[int, list[GivenMark]] = {}
    for row in desk.bench.rows(_MARKS, **asked):
        marks.setdefault(row["subject_group_id"], []).append(_mark(row))
    missed = subjects_of_pupil(desk, _member(desk, focus), period)
    finals = _finals(desk, focus)
    return tuple(
        SubjectOfPupil(
            row["subject_name"],
            bool(row["fresh"]),
            bool(row["rated"]),
            tuple(marks.get(row["subject_group_id"], ())),
            missed.get(row["subject_group_id"], Missed()),
            frozenset(json.loads(row["terms"])),
            finals.get(row["subject_group_id"], {}),
        )
        for row in desk.bench.rows(_SUBJECTS, **asked)
    )


def _member(desk: Desk, focus: Focus) -> Member:
    """The pupil as the class's list of today has it."""
    class_id = focus.class_id or 0
    pupil = listed_pupil(desk, class_id, focus.student_id or 0)
    first_day = date.fromisoformat(pupil.first_day) if pupil.first_day else None
    return Member(class_id, pupil.student_id, pupil.name, first_day, None)


def _mark(row: sqlite3.Row) -> GivenMark:
    day = date.fromisoformat(row["date"]) if row["date"] else None
    shown = "" if row["duty"] else str(row["value"] or row["raw"] or "")
    return GivenMark(row["subject_name"], day, row["value"], shown, row["work"] or "работа не указана")


def judged_terms(desk: Desk, class_id: int, period: Period) -> tuple[Point, ...]:
    """The terms of whose final marks a letter tells: those of the class that end in a term; none for a week."""
    if period.kind is not PeriodKind.TERM:
        return ()
    judged = desk.terms_of(class_id, period)
    return tuple(item for item in terms(desk, class_id) if item.term_id in judged)


def _finals(desk: Desk, focus: Focus) -> dict[int, dict[int, str]]:
    """The final marks of terms, by journal and term."""
    rows = desk.bench.rows(
        "SELECT f.subject_group_id, f.term_id, f.value, f.raw FROM class_journal k"
        " CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id CROSS JOIN final f"
        " ON f.subject_group_id = j.subject_group_id AND f.term_id = j.term_id AND f.student_id = :student_id"
        " AND f.kind = 'term' WHERE k.class_id = :class_id AND j.finals_fresh AND NOT f.missing",
        class_id=focus.class_id, student_id=focus.student_id,
    )  # fmt: skip
    found: dict[int, dict[int, str]] = {}
    for row in rows:
        shown = str(row["value"] if row["value"] is not None else row["raw"] or "")
        found.setdefault(row["subject_group_id"], {})[row["term_id"]] = shown
    return found


_OWN = """
FROM class_journal k
CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id
CROSS JOIN as_of_subject_group g ON g.subject_group_id = j.subject_group_id AND NOT g.extracurricular
CROSS JOIN listed p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id AND p.student_id = :student_id
"""
_OF_PERIOD = "k.class_id = :class_id AND j.term_start <= :last AND j.term_end >= :first"
_SUBJECTS = f"""
SELECT j.subject_group_id, j.subject_name, min(j.fresh) AS fresh, j.grade >= 2 AND g.grading = 'marks' AS rated,
  json_group_array(j.term_id) AS terms {_OWN}
WHERE {_OF_PERIOD} GROUP BY j.subject_group_id ORDER BY j.subject_name, j.subject_group_id
"""
_MARKS = f"""
SELECT m.subject_group_id, j.subject_name, l.date, m.value, m.raw, m.duty, t.name AS work {_OWN}
CROSS JOIN as_of_mark m
  ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id AND m.student_id = p.student_id
LEFT JOIN as_of_lesson l ON l.subject_group_id = m.subject_group_id AND l.term_id = m.term_id
  AND l.lesson_id = m.lesson_id AND NOT l.missing
LEFT JOIN as_of_assignment a ON a.subject_group_id = m.subject_group_id AND a.term_id = m.term_id
  AND a.assignment_id = m.assignment_id
LEFT JOIN as_of_assignment_type t ON t.type_id = a.type_id
WHERE {_OF_PERIOD} AND j.fresh AND NOT m.missing AND (m.duty OR m.value IS NOT NULL OR m.raw IS NOT NULL)
  AND coalesce(l.date BETWEEN :first AND :last, :whole AND j.term_start >= :first AND j.term_end <= :last)
ORDER BY l.date, l.slot, j.subject_name, m.subject_group_id, m.assignment_id
"""
