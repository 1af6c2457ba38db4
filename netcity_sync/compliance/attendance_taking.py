"""ATT: whether attendance is taken at all, and whether in time."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.entry import LATE, late_proof, late_words
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation, Whose
from netcity_sync.compliance.lessons import lesson_words
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.russian import day_month, number, plural
from netcity_sync.settings import Role

_DAYS = """
WITH noted AS MATERIALIZED (
  SELECT c.class_id, h.date,
    count(DISTINCT CASE WHEN a.code NOT IN ('late', 'remote', 'exempt') THEN a.student_id END) AS absent
  FROM class_read c
  CROSS JOIN class_journal k ON k.class_id = c.class_id
  CROSS JOIN journal j ON j.subject_group_id = k.subject_group_id AND j.term_id = k.term_id
  CROSS JOIN as_of_attendance a ON a.subject_group_id = k.subject_group_id AND a.term_id = k.term_id
  CROSS JOIN held h ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.lesson_id
  LEFT JOIN guest p
    ON p.subject_group_id = a.subject_group_id AND p.term_id = a.term_id AND p.student_id = a.student_id
  WHERE c.fresh AND c.roster_fresh AND coalesce(p.own_class_id, j.class_id) = c.class_id
  GROUP BY c.class_id, h.date
), day AS MATERIALIZED (
  SELECT k.class_id, h.date, min(h.held) AS held, 2 * sum(h.has_topic) >= count(*) AS written
  FROM class_read c
  CROSS JOIN class_journal k ON k.class_id = c.class_id
  CROSS JOIN as_of_subject_group g ON g.subject_group_id = k.subject_group_id
  CROSS JOIN held h ON h.subject_group_id = k.subject_group_id AND h.term_id = k.term_id
  WHERE c.fresh AND c.roster_fresh AND NOT g.extracurricular AND NOT g.individual_plan
  GROUP BY k.class_id, h.date
)
SELECT day.*, noted.absent FROM day LEFT JOIN noted USING (class_id, date) WHERE day.held ORDER BY class_id, date
"""
"""The days of classes that are over: whether half of the lessons have topics, how many were away, null: none noted."""

_DAYS_OF_ABSENCE = 5
"""How many school days an absence lasts: who is there today is likely there tomorrow, so days in a row tell less."""

_LATE_ENTRIES = """
SELECT h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot, 'attendance' AS what, 0 AS days,
  a.seen_from AS first_run
FROM held h CROSS JOIN main.attendance a USING (subject_group_id, term_id, lesson_id)
WHERE a.seen_from <= :run AND a.code NOT IN ('late', 'remote', 'exempt')
GROUP BY h.subject_group_id, h.term_id, h.lesson_id, a.seen_from
"""

_LATE_ABSENCES = f"""
SELECT late.*, count(*) AS pupils FROM ({LATE.format(entries=_LATE_ENTRIES)}) late
CROSS JOIN main.attendance a ON a.subject_group_id = late.subject_group_id AND a.term_id = late.term_id
  AND a.lesson_id = late.lesson_id AND a.seen_from = late.upper_run
WHERE a.code NOT IN ('late', 'remote', 'exempt')
  AND NOT EXISTS (SELECT 1 FROM main.attendance before
    WHERE before.subject_group_id = a.subject_group_id AND before.term_id = a.term_id
      AND before.student_id = a.student_id AND before.lesson_id = a.lesson_id AND before.seen_from < late.upper_run)
  AND EXISTS (SELECT 1 FROM main.lesson l
    WHERE l.subject_group_id = a.subject_group_id AND l.term_id = a.term_id AND l.lesson_id = a.lesson_id
      AND l.seen_from < late.upper_run)
  AND EXISTS (SELECT 1 FROM main.group_student s
    WHERE s.subject_group_id = a.subject_group_id AND s.term_id = a.term_id AND s.student_id = a.student_id
      AND s.seen_from < late.upper_run)
GROUP BY late.subject_group_id, late.term_id, late.lesson_id, late.upper_run
ORDER BY late.subject_group_id, late.term_id, late.lesson_id, late.upper_run
"""
"""Absences that first stood there at a late read; the lesson, and the pupil on the list, had been seen before."""


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of a class: pupils on its list, those noted as away, whether nothing at all was noted at kept lessons."""

    day: date
    pupils: int
    absent: int
    silent: bool


@rule(
    "ATT-01", clause="4.4", title="Посещаемость не отмечена", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В классе days учебных дней подряд или больше не отмечено ни одного отсутствия или опоздания, темы уроков"
    " записаны; в школе за последние school_days учебных дней в день отсутствует не меньше school_share учеников, и при"
    " такой доле столько дней без отсутствующих само собой бывает с вероятностью меньше chance (пропуск в среднем"
    " длится пять учебных дней).",
    example="4В: с 05.10 по 14.10 (8 учебных дней) не отмечено ни одного отсутствующего, по школе в день отсутствует"
    " 8,0 % учеников",
    params=(
        Param("days", 3, "Через столько дней подряд без отсутствующих возникает подозрение.", 1, 60),
        Param("school_days", 20, "За сколько учебных дней считать, сколько учеников отсутствует по школе.", 1, 200),
        Param("school_share", 0.02, "Если по школе отсутствует меньшая доля учеников, подозрения нет.", 0.0, 1.0),
        Param("chance", 0.01, "Подозрительно то, что само собой бывает реже, чем с этой вероятностью.", 0.0, 1.0),
    ),
    settings=("deadlines.lesson", "calendar.days_off"), recipients=(Role.TEACHER, Role.CLASS_TEACHER), cadence="d",
    needs=(Capability.LESSONS, Capability.TOPICS, Capability.ATTENDANCE), unit=Unit.CLASS, about_pupils=True,
)  # fmt: skip
def nobody_away(bench: Bench) -> Iterator[Violation]:
    """Находит классы, в которых посещаемость, похоже, не отмечают: уроки записаны, а отсутствующих нет днями подряд.

    Один день без отсутствующих — дело обычное; подозрение возникает, только когда таких дней столько, что случайно
    этого почти не бывает.
    """
    days = {class_id: list(rows) for class_id, rows in groupby(_class_days(bench), key=lambda item: item[0])}
    school = _school_share([day for rows in days.values() for _, day in rows], int(bench.param("school_days")))
    for class_id, rows in days.items():
        for run in _silent_runs(day for _, day in rows):
            share = school[run[-1].day]
            chance = (1 - share) ** run[0].pupils * (1 - share / _DAYS_OF_ABSENCE) ** sum(day.pupils for day in run[1:])
            few = len(run) < bench.param("days") or share < bench.param("school_share")
            if not few and chance < bench.param("chance"):
                yield _suspicion(bench, class_id, run, share)


def _class_days(bench: Bench) -> Iterator[tuple[int, _Day]]:
    arrivals: dict[int, list[str]] = {}
    for row in bench.rows("SELECT class_id, first_day FROM arrival ORDER BY class_id, first_day"):
        arrivals.setdefault(row["class_id"], []).append(row["first_day"])
    for row in bench.rows(_DAYS):
        day = date.fromisoformat(row["date"])
        if day in bench.school_days:
            pupils = bisect_right(arrivals.get(row["class_id"], []), row["date"])
            silent = row["absent"] is None and row["written"] and pupils > 0
            yield row["class_id"], _Day(day, pupils, row["absent"] or 0, bool(silent))


def _school_share(days: Iterable[_Day], count: int) -> Mapping[date, float]:
    """By date: the share of pupils who were away, a day, over the last so many dates."""
    by_date: dict[date, tuple[int, int]] = {}
    for item in days:
        absent, pupils = by_date.get(item.day, (0, 0))
        by_date[item.day] = (absent + item.absent, pupils + item.pupils)
    dates = sorted(by_date)
    shares = {}
    for place, day in enumerate(dates):
        window = [by_date[one] for one in dates[max(0, place + 1 - count) : place + 1]]
        pupils = sum(item[1] for item in window)
        shares[day] = min(1.0, sum(item[0] for item in window) / pupils) if pupils else 0.0
    return shares


def _silent_runs(days: Iterable[_Day]) -> Iterator[list[_Day]]:
    for silent, run in groupby(days, key=lambda day: day.silent):
        if silent:
            yield list(run)


def _suspicion(bench: Bench, class_id: int, run: list[_Day], share: float) -> Violation:
    first, last = run[0].day, run[-1].day
    (read,) = bench.rows(
        "SELECT c.class_name, max(j.read_run) AS run, max(j.read_at) AS at FROM class_read c"
        " CROSS JOIN class_journal USING (class_id) CROSS JOIN journal j USING (subject_group_id, term_id)"
        " WHERE c.class_id = :class_id",
        class_id=class_id,
    )
    teachers = bench.rows(
        "SELECT DISTINCT t.staff_id FROM class_journal k"
        " CROSS JOIN as_of_subject_group_teacher t USING (subject_group_id)"
        " CROSS JOIN held h USING (subject_group_id, term_id)"
        " WHERE k.class_id AND h.date BETWEEN :first AND :last ORDER BY t.staff_id",
        class_id=class_id, first=first.isoformat(), last=last.isoformat(),
    )  # fmt: skip
    days = plural(len(run), "учебный день", "учебных дня", "учебных дней")
    return Violation(
        Place(class_id=class_id, day=first.isoformat()),
        Severity.WARN,
        f"{read['class_name']}: с {day_month(first)} по {day_month(last)} ({days}) не отмечено ни одного"
        f" отсутствующего, по школе в день отсутствует {number(100 * share, 1)} % учеников",
        Proof(read["run"], utc_text(from_unix(read["at"]))),
        Whose(class_id, read["class_name"], "", tuple(row["staff_id"] for row in teachers)),
    )


@rule(
    "ATT-02", clause="4.4", title="Посещаемость внесена с опозданием", kind=RuleKind.EVENT, severity=Severity.WARN,
    formula="Пропуск впервые увиден после срока записи урока, и в предыдущем чтении, тоже после срока, его ещё не было,"
    " а урок и ученик в журнале уже были. Изменение кода пропуска внесением не считается.",
    example="7А, Химия, 03.10 (2-й урок): пропуски (2 ученика) внесены с опозданием, срок 03.10, а 06.10 21:00 записи"
    " ещё не было (позже на 3 дня)",
    settings=("deadlines.lesson", "sync.journal_access"), recipients=(Role.TEACHER,), cadence="w",
    needs=(Capability.LESSONS, Capability.ATTENDANCE),
)  # fmt: skip
def late_absences(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, пропуски на которых точно отмечены позже дня урока.

    Не касается опозданий, дистанционных занятий и освобождений, а также кодов, которые лишь уточнены: «Н» стало «Б».
    """
    rows = bench.rows(_LATE_ABSENCES, run=bench.run_id)
    for _, of_lesson in groupby(rows, key=_lesson_key):
        entries = list(of_lesson)
        first = entries[0]
        pupils = plural(sum(row["pupils"] for row in entries), "ученик", "ученика", "учеников")
        yield Violation(
            Place(first["subject_group_id"], first["term_id"], first["lesson_id"]),
            Severity.WARN,
            f"{lesson_words(first)}: пропуски ({pupils}) внесены с опозданием, {late_words(bench, first)}",
            late_proof(first),
        )


def _lesson_key(row: sqlite3.Row) -> tuple[int, int, int]:
    return row["subject_group_id"], row["term_id"], row["lesson_id"]
