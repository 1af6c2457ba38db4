"""ATT: attendance."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import UNEXPLAINED_DAYS, Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import rule
from netcity_sync.russian import day_month, plural, short_name
from netcity_sync.settings import Role

_DAYS_IN_A_ROW = 3

_DAYS_OF_SUSPECTS = """
WITH suspect AS MATERIALIZED (
  SELECT j.class_id, a.student_id FROM journal j
  CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)
  CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
  WHERE a.code = 'unknown' AND NOT a.missing
  GROUP BY j.class_id, a.student_id HAVING count(DISTINCT h.date) >= :days
)
SELECT p.student_id, h.lesson_id, h.date, h.slot, s.name, j.*,
  h.held AND coalesce(a.code = 'unknown' AND NOT a.missing, 0) AS away
FROM journal j
CROSS JOIN listed p USING (subject_group_id, term_id)
CROSS JOIN suspect ON suspect.class_id = j.class_id AND suspect.student_id = p.student_id
CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id AND h.date >= p.first_day
LEFT JOIN as_of_attendance a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  AND a.student_id = p.student_id AND a.lesson_id = h.lesson_id
LEFT JOIN as_of_student s ON s.student_id = p.student_id
WHERE NOT EXISTS (SELECT 1 FROM journal unread WHERE unread.class_id = j.class_id AND unread.read_run IS NULL)
ORDER BY j.class_id, p.student_id, h.date, h.slot, h.lesson_id
"""
"""All lessons of pupils who were away without a reason on enough days; `away`: so it was at this one."""


@rule(
    "ATT-03", clause="4.5", title="Нет причины у пропуска", kind=RuleKind.STATE, recipients=(Role.CLASS_TEACHER,),
    cadence="w", needs=(Capability.LESSONS, Capability.ATTENDANCE), about_pupils=True,
)  # fmt: skip
def unexplained_absence(bench: Bench) -> Iterator[Violation]:
    """Находит пропуски, причина которых не указана дольше трёх учебных дней («Н», «ОТ»)."""
    for row in bench.rows(
        "SELECT a.student_id, a.lesson_id, s.name, h.date, h.slot, j.* FROM journal j"
        " CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " CROSS JOIN listed USING (subject_group_id, term_id, student_id) LEFT JOIN as_of_student s USING (student_id)"
        " CROSS JOIN due ON due.what = 'explained' AND due.days = :days AND due.date = h.date"
        " WHERE j.fresh AND j.roster_fresh AND a.code = 'unknown' AND NOT a.missing AND due.moment < j.read_at",
        days=UNEXPLAINED_DAYS,
    ):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — причина пропуска не указана",
            read_proof(row),
        )


@rule(
    "ATT-08", clause="4.5", title="Дни подряд отсутствия без причины", kind=RuleKind.STATE,
    recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="d", needs=(Capability.LESSONS, Capability.ATTENDANCE),
    about_pupils=True,
)  # fmt: skip
def days_away(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, которых три учебных дня подряд или дольше не было ни на одном уроке, а причина не указана.

    Пример: «7А: Иванов И. — нет на уроках 4 учебных дня подряд, с 05.10 по 08.10, причина не указана».
    """
    rows = bench.rows(_DAYS_OF_SUSPECTS, days=_DAYS_IN_A_ROW)
    rows = [row for row in rows if date.fromisoformat(row["date"]) in bench.school_days]
    for _, lessons in groupby(rows, key=lambda row: (row["class_id"], row["student_id"])):
        for days in _runs_away(lessons):
            row = days[_DAYS_IN_A_ROW - 1]
            if not (row["fresh"] and row["roster_fresh"]):
                continue
            first, last = (day_month(date.fromisoformat(day["date"])) for day in (days[0], days[-1]))
            yield Violation(
                Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
                Severity.WARN,
                f"{row['class_name']}: {short_name(row['name'] or '')} — нет на уроках"
                f" {plural(len(days), 'учебный день', 'учебных дня', 'учебных дней')} подряд, с {first} по {last},"
                " причина не указана",
                read_proof(row),
            )


def _runs_away(lessons: Iterable[sqlite3.Row]) -> Iterator[list[sqlite3.Row]]:
    """The runs of days, long enough, on which a pupil was at no lesson; each day as its last lesson."""
    run: list[sqlite3.Row] = []
    for _, of_day in groupby(lessons, key=lambda row: row["date"]):
        day = list(of_day)
        if all(row["away"] for row in day):
            run.append(day[-1])
            continue
        if len(run) >= _DAYS_IN_A_ROW:
            yield run
        run = []
    if len(run) >= _DAYS_IN_A_ROW:
        yield run
