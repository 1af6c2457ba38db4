"""ATT: attendance."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.russian import day_month, plural, short_name
from netcity_sync.school_days import SchoolDays
from netcity_sync.settings import Role

_DAYS_AWAY = """
WITH away AS MATERIALIZED (
  SELECT p.own_class_id AS class_id, a.student_id, h.date, h.slot, h.subject_group_id, h.term_id, h.lesson_id,
    count(*) AS lessons,
    max(h.slot * 4294967296 + h.lesson_id) AS last
  FROM journal j
  CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)
  CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
  CROSS JOIN listed p USING (subject_group_id, term_id, student_id)
  WHERE a.code = 'unknown' AND NOT a.missing AND h.held AND h.date >= p.first_day
  GROUP BY p.own_class_id, a.student_id, h.date
), lesson AS MATERIALIZED (
  SELECT k.class_id, h.date, h.subject_group_id, h.term_id
  FROM class_journal k CROSS JOIN held h USING (subject_group_id, term_id)
), whole AS MATERIALIZED (
  SELECT away.*, lag(date) OVER (PARTITION BY class_id, student_id ORDER BY date) AS before FROM away
  WHERE is_school_day(date) AND lessons = (
    SELECT count(*) FROM lesson CROSS JOIN listed p USING (subject_group_id, term_id)
    WHERE lesson.class_id = away.class_id AND lesson.date = away.date
      AND p.student_id = away.student_id AND p.own_class_id = away.class_id AND away.date >= p.first_day)
)
SELECT w.student_id, w.lesson_id, w.date, w.slot, s.name, w.before IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM listed p
    CROSS JOIN held h ON h.subject_group_id = p.subject_group_id AND h.term_id = p.term_id
      AND h.date > w.before AND h.date < w.date AND h.date >= p.first_day
    WHERE p.student_id = w.student_id AND p.own_class_id = w.class_id AND is_school_day(h.date)
  ) AS follows, c.class_id AS own_class_id, c.class_name AS own_class_name, j.*
FROM whole w
CROSS JOIN journal j USING (subject_group_id, term_id)
CROSS JOIN class_read c ON c.class_id = w.class_id
LEFT JOIN as_of_student s USING (student_id)
WHERE NOT EXISTS (
  SELECT 1 FROM class_journal k CROSS JOIN journal unread USING (subject_group_id, term_id)
  WHERE k.class_id = w.class_id AND unread.read_run IS NULL)
ORDER BY w.class_id, w.student_id, w.date
"""
"""The whole days without a reason, and whether a pupil had no day with lessons since the last such day.

A row is that of the day's last lesson: SQLite takes it from where the one `max` stands.
"""

_AWAY_BETWEEN = """
WITH away AS MATERIALIZED (
  SELECT p.own_class_id AS class_id, a.student_id, h.date, h.slot, a.subject_group_id, a.term_id, a.lesson_id,
    a.raw AS code
  FROM journal j
  CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)
  CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
  CROSS JOIN listed p USING (subject_group_id, term_id, student_id)
  WHERE a.code IN ('unknown', 'illness') AND NOT a.missing
), day AS MATERIALIZED (
  SELECT DISTINCT student_id, date FROM away
), answer AS MATERIALIZED (
  SELECT p.own_class_id AS class_id, m.student_id, h.date, h.slot, m.subject_group_id, m.term_id, m.lesson_id,
    m.assignment_id
  FROM journal j
  CROSS JOIN as_of_mark m USING (subject_group_id, term_id)
  CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
  CROSS JOIN day ON day.student_id = m.student_id AND day.date = h.date
  CROSS JOIN listed p
    ON p.subject_group_id = m.subject_group_id AND p.term_id = m.term_id AND p.student_id = m.student_id
  WHERE m.value IS NOT NULL AND NOT m.missing AND NOT h.control
), present AS MATERIALIZED (
  SELECT DISTINCT class_id, student_id, date, slot FROM answer m
  WHERE NOT EXISTS (
      SELECT 1 FROM as_of_assignment w WHERE w.subject_group_id = m.subject_group_id AND w.term_id = m.term_id
        AND w.assignment_id = m.assignment_id AND w.homework)
    AND NOT EXISTS (
      SELECT 1 FROM as_of_attendance a WHERE a.subject_group_id = m.subject_group_id AND a.term_id = m.term_id
        AND a.student_id = m.student_id AND a.lesson_id = m.lesson_id AND a.code <> 'late')
), around AS (
  SELECT away.*,
    max(CASE WHEN present.slot < away.slot THEN present.slot END) AS before,
    min(CASE WHEN present.slot > away.slot THEN present.slot END) AS after
  FROM away CROSS JOIN present USING (class_id, student_id, date)
  GROUP BY away.subject_group_id, away.term_id, away.lesson_id, away.student_id
)
SELECT around.student_id, around.lesson_id, around.date, around.slot, around.code, around.before, around.after,
  s.name, j.*
FROM around CROSS JOIN journal j USING (subject_group_id, term_id) LEFT JOIN as_of_student s USING (student_id)
WHERE around.before IS NOT NULL AND around.after IS NOT NULL AND j.fresh AND j.roster_fresh
"""
"""Absences on days on which the pupil got marks at an earlier lesson and at a later one."""


@rule(
    "ATT-03", clause="4.5", title="Нет причины у пропуска", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В последнем чтении у пропуска стоит «Н» или «ОТ», и прошёл срок записи урока в"
    " school_days-й учебный день после него.",
    example="7Б, Физика, 14.10 (2-й урок): Иванов И. — причина пропуска не указана",
    params=(Param("school_days", 3, "За сколько учебных дней после урока надо указать причину.", 0, 60),),
    settings=("deadlines.lesson", "calendar.days_off"),
    recipients=(Role.CLASS_TEACHER,), cadence="w", needs=(Capability.LESSONS, Capability.ATTENDANCE), about_pupils=True,
)  # fmt: skip
def unexplained_absence(bench: Bench) -> Iterator[Violation]:
    """Находит пропуски, причину которых классный руководитель долго не указывает."""
    days = int(bench.param("school_days"))
    bench.add_due("explained", days, bench.settings.deadlines.lesson)
    for row in bench.rows(
        "SELECT a.student_id, a.lesson_id, s.name, h.date, h.slot, j.* FROM journal j"
        " CROSS JOIN as_of_attendance a USING (subject_group_id, term_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)"
        " CROSS JOIN listed USING (subject_group_id, term_id, student_id) LEFT JOIN as_of_student s USING (student_id)"
        " CROSS JOIN due ON due.what = 'explained' AND due.days = :days AND due.date = h.date"
        " WHERE j.fresh AND j.roster_fresh AND a.code = 'unknown' AND NOT a.missing AND due.moment < j.read_at",
        days=days,
    ):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — причина пропуска не указана",
            read_proof(row),
        )


@rule(
    "ATT-08", clause="4.5", title="Дни подряд отсутствия без причины", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="На всех уроках school_days учебных дней подряд или больше у ученика стоит «Н» или «ОТ».",
    example="7А: Иванов И. — нет на уроках 4 учебных дня подряд, с 05.10 по 08.10, причина не указана",
    params=(Param("school_days", 3, "Сколько учебных дней подряд — уже много.", 1, 60),),
    recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="d", needs=(Capability.LESSONS, Capability.ATTENDANCE),
    about_pupils=True,
)  # fmt: skip
def days_away(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, которых несколько учебных дней подряд не было ни на одном уроке, а причина не указана."""
    least = int(bench.param("school_days"))
    add_function(bench.connection, "is_school_day", _is_in(bench.school_days))
    rows = bench.rows(_DAYS_AWAY)
    for _, of_pupil in groupby(rows, key=lambda row: (row["own_class_id"], row["student_id"])):
        for days in _runs(of_pupil):
            if len(days) < least:
                continue
            row = days[least - 1]
            if not (row["fresh"] and row["roster_fresh"]):
                continue
            first, last = (day_month(date.fromisoformat(day["date"])) for day in (days[0], days[-1]))
            yield Violation(
                Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
                Severity.WARN,
                f"{row['own_class_name']}: {short_name(row['name'] or '')} — нет на уроках"
                f" {plural(len(days), 'учебный день', 'учебных дня', 'учебных дней')} подряд, с {first} по {last},"
                " причина не указана",
                read_proof(row),
            )


def _is_in(days: SchoolDays) -> Callable[[str], bool]:
    return lambda text: date.fromisoformat(text) in days


def _runs(days: Iterable[sqlite3.Row]) -> Iterator[list[sqlite3.Row]]:
    """Days that follow one another, as runs."""
    run: list[sqlite3.Row] = []
    for day in days:
        if run and not day["follows"]:
            yield run
            run = []
        run.append(day)
    yield run


@rule(
    "ATT-05", clause="4.5", title="Противоречие в дне", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="На уроке стоит «Н», «ОТ» или «Б», а на более раннем и на более позднем уроке того же дня — отметки.",
    example="7А, Физика, 14.10 (2-й урок): Иванов И. — пропуск «Н», но отметки есть и на 1-м, и на 3-м уроке",
    recipients=(Role.CLASS_TEACHER,), cadence="d",
    needs=(Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE), about_pupils=True,
)  # fmt: skip
def away_between(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, на которых ученика не было, хотя раньше и позже в тот же день он отвечал на других уроках.

    Касается пропусков без указанной причины и по болезни: уважительную причину и прогул классный руководитель уже
    установил. Отметки за контрольные работы и домашние задания присутствия не доказывают.
    """
    for row in bench.rows(_AWAY_BETWEEN):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
            Severity.INFO,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — пропуск «{row['code']}», но отметки есть и на"
            f" {row['before']}-м, и на {row['after']}-м уроке",
            read_proof(row),
        )
