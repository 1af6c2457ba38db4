"""Results of exams that a family is told of (clause 8.4), from the table of the exchange folder as last taken."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.adapters.exchange.files import EXAM_RESULTS
from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.handed import THIS_YEAR
from netcity_sync.reports.class_people import class_list
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Column, Kind, Table
from netcity_sync.reports.period import Period
from netcity_sync.russian import class_key, plain

_EXAMS = EXAM_RESULTS.words_of("exam")


@dataclass(frozen=True, slots=True)
class ExamOfPupil:
    """One result, as people read it."""

    exam: str
    subject: str
    held_on: date
    result: str


@dataclass(frozen=True, slots=True)
class ExamNews:
    """A result that a take of the table was the first to tell (`known_at`, UTC), of a pupil of a class."""

    class_id: int
    student_id: int
    known_at: datetime
    result: ExamOfPupil


def exams(desk: Desk, class_id: int, student_id: int, period: Period) -> tuple[ExamOfPupil, ...]:
    """The results of a pupil that the school received in a period.

    The table knows pupils by class and name: of namesakes in a class nothing is told.
    """
    names = {item.student_id: plain(item.name) for item in class_list(desk, class_id)}
    own = names.get(student_id)
    if own is None or list(names.values()).count(own) > 1:
        return ()
    rows = desk.bench.rows(
        "SELECT * FROM as_of_exam_result WHERE NOT missing AND date(received) BETWEEN :first AND :last"
        " ORDER BY held_on, subject, exam",
        first=period.first.isoformat(), last=period.last.isoformat(),
    )  # fmt: skip
    name = class_key(desk.class_name(class_id))
    return tuple(_exam(row) for row in rows if class_key(row["class_name"]) == name and plain(row["student"]) == own)


def exam_news(desk: Desk) -> tuple[ExamNews, ...]:
    """The year's results, oldest first, that were not noted as told when they became known, and changed ones."""
    return tuple(
        ExamNews(row["class_id"], row["student_id"], from_utc_text(row["read_at"]), _exam(row))
        for row in desk.bench.rows(_NEWS, run=desk.bench.run_id)
    )


_SAME_EXAM = "{o}.class_name = v.class_name AND {o}.student = v.student AND {o}.exam = v.exam" \
             " AND {o}.subject = v.subject AND {o}.held_on = v.held_on"  # fmt: skip
_NEWS = f"""
SELECT p.class_id, p.student_id, t.read_at, v.*
FROM main.exam_result v
CROSS JOIN as_of_exchange_take t ON t.run_id = v.seen_from AND t.name = 'exam_results'
CROSS JOIN known_pupil p ON p.class_key = class_key(v.class_name) AND p.name_key = plain(v.student) AND p.namesakes = 1
LEFT JOIN main.exam_result old ON {_SAME_EXAM.format(o="old")} AND old.seen_from = (
  SELECT max(before.seen_from) FROM main.exam_result before
  WHERE {_SAME_EXAM.format(o="before")} AND before.seen_from < v.seen_from)
WHERE v.seen_from <= :run
  AND v.{THIS_YEAR}
  AND CASE WHEN old.seen_from IS NULL THEN v.informed IS NULL
  ELSE old.mark IS NOT v.mark OR old.passed IS NOT v.passed OR old.score IS NOT v.score END
ORDER BY t.read_at, v.held_on, v.subject, v.exam
"""


def _exam(row: sqlite3.Row) -> ExamOfPupil:
    return ExamOfPupil(
        _EXAMS.get(row["exam"], row["exam"]), row["subject"], date.fromisoformat(row["held_on"]),
        _result(row["mark"], row["passed"], row["score"]),
    )  # fmt: skip


def exam_table(results: Iterable[ExamOfPupil]) -> Table:
    """Results as letters show them."""
    columns = (
        Column("Экзамен"), Column("Предмет", width=3), Column("Проведён", Kind.DATE, 1.2), Column("Результат", width=2),
    )  # fmt: skip
    rows = tuple((item.exam, item.subject, item.held_on, item.result) for item in results)
    return Table("Результаты экзаменов", columns, rows)


def _result(mark: int | None, passed: int | None, score: int | None) -> str:
    """What is given of a result: «отметка 4, баллы: 21»."""
    parts = []
    if mark is not None:
        parts.append(f"отметка {mark}")
    if passed is not None:
        parts.append("зачёт" if passed else "незачёт")
    if score is not None:
        parts.append(f"баллы: {score}")
    return ", ".join(parts)
