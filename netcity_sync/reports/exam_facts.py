"""Results of exams that a family is told of (clause 8.4), from the table of the exchange folder as last taken."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from netcity_sync.adapters.exchange.files import EXAM_RESULTS
from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.result_news import News, Version, news_of
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Column, Kind, Table
from netcity_sync.reports.period import Period

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
    """News of a result of a pupil of a class; `news.shown` is the result as people read it."""

    class_id: int
    student_id: int
    exam: ExamOfPupil
    news: News


_PUPIL = "p.class_key = class_key(v.class_name) AND p.name_key = plain(v.student) AND p.namesakes = 1"
"""Of which pupil a row of the table tells: it knows them by class and name; of namesakes nothing is told."""


def exams(desk: Desk, class_id: int, student_id: int, period: Period) -> tuple[ExamOfPupil, ...]:
    """The results of a pupil that the school received in a period."""
    rows = desk.bench.rows(
        f"SELECT v.* FROM as_of_exam_result v CROSS JOIN known_pupil p ON {_PUPIL} WHERE NOT v.missing"
        " AND p.class_id = :class_id AND p.student_id = :student_id AND date(v.received) BETWEEN :first AND :last"
        " ORDER BY v.held_on, v.subject, v.exam",
        class_id=class_id, student_id=student_id, first=period.first.isoformat(), last=period.last.isoformat(),
    )  # fmt: skip
    return tuple(_exam(row) for row in rows)


def exam_news(desk: Desk) -> tuple[ExamNews, ...]:
    """News of the year's results; what the family had been told of before it became known here is none."""
    if "exam_news" not in desk.kept:
        desk.kept["exam_news"] = tuple(_news(desk))
    kept: tuple[ExamNews, ...] = desk.kept["exam_news"]
    return kept


def _news(desk: Desk) -> Iterator[ExamNews]:
    rows = desk.bench.rows(_VERSIONS, run=desk.bench.run_id, began=f"{desk.bench.year_began or ''}")
    for _, of_exam in groupby(rows, lambda row: tuple(row[name] for name in _KEY)):
        cell = list(of_exam)
        exam_of = {_shown(row): _exam(row) for row in cell}
        versions = [_version(row, first=place == 0) for place, row in enumerate(cell)]
        for news in news_of(versions, desk.settings.zone):
            yield ExamNews(cell[0]["class_id"], cell[0]["student_id"], exam_of[news.shown], news)


def _version(row: sqlite3.Row, *, first: bool) -> Version:
    return Version(
        from_utc_text(row["known"]), row["seen_from"], from_utc_text(row["gone"]) if row["gone"] else None,
        _shown(row), not (first and row["informed"]),
    )  # fmt: skip


_KEY = ("class_id", "student_id", "exam", "subject", "held_on", "class_name", "student")
_VERSIONS = f"""
SELECT p.class_id, p.student_id, v.*, t.read_at AS known, (
    SELECT g.read_at FROM as_of_exchange_take g WHERE g.name = t.name AND g.run_id = v.seen_to AND v.seen_to <= :run
  ) AS gone
FROM main.exam_result v
CROSS JOIN as_of_exchange_take t ON t.run_id = v.seen_from AND t.name = 'exam_results'
CROSS JOIN known_pupil p ON {_PUPIL}
WHERE v.seen_from <= :run AND v.received >= :began
ORDER BY p.class_id, p.student_id, v.exam, v.subject, v.held_on, v.class_name, v.student, v.seen_from
"""


def _exam(row: sqlite3.Row) -> ExamOfPupil:
    return ExamOfPupil(
        _EXAMS.get(row["exam"], row["exam"]), row["subject"], date.fromisoformat(row["held_on"]), _shown(row)
    )


def _shown(row: sqlite3.Row) -> str:
    return _result(row["mark"], row["passed"], row["score"])


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
