"""MRK: who has not been asked for long, and marks that were entered all at once."""

import sqlite3
from collections.abc import Iterator
from itertools import groupby

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.accumulation import weeks_of_terms
from netcity_sync.compliance.accumulation_norms import lessons_a_week
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, read_proof
from netcity_sync.compliance.order import MISSED, fill_numbered
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.russian import local_time, plural, plural_word, short_name, some_of
from netcity_sync.settings import Role

_NAMES_SHOWN = 3
_USUAL_A_WEEK = 2

_NOT_ASKED = f"""
WITH last AS MATERIALIZED (
  SELECT m.subject_group_id, m.term_id, m.student_id, max(coalesce(n.place, c.planned + 1)) AS place
  FROM journal j
  CROSS JOIN counts c USING (subject_group_id, term_id)
  CROSS JOIN as_of_mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
  LEFT JOIN numbered n
    ON n.subject_group_id = m.subject_group_id AND n.term_id = m.term_id AND n.lesson_id = m.lesson_id
  WHERE j.marked AND j.fresh AND j.roster_fresh AND c.held < c.planned AND NOT m.duty
  GROUP BY m.subject_group_id, m.term_id, m.student_id
)
SELECT * FROM (
  SELECT last.student_id, s.name, c.planned, j.*, (
    SELECT count(*) FROM numbered n
    WHERE n.subject_group_id = j.subject_group_id AND n.term_id = j.term_id AND n.place > last.place
      AND n.date >= p.first_day AND NOT EXISTS (
        SELECT 1 FROM as_of_attendance a WHERE a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
          AND a.student_id = last.student_id AND a.lesson_id = n.lesson_id AND {MISSED})
  ) AS attended
  FROM last
  CROSS JOIN journal j USING (subject_group_id, term_id)
  CROSS JOIN counts c USING (subject_group_id, term_id)
  CROSS JOIN listed p
    ON p.subject_group_id = last.subject_group_id AND p.term_id = last.term_id AND p.student_id = last.student_id
  LEFT JOIN as_of_student s ON s.student_id = last.student_id
  WHERE c.held - last.place >= :least
) WHERE attended >= :least
ORDER BY subject_group_id, term_id, attended DESC, name, student_id
"""
"""Pupils of journals whose term is not over, with the lessons attended since the last mark, the longest first."""

_AT_ONCE = """
WITH crowd AS MATERIALIZED (
  SELECT m.subject_group_id, m.term_id, m.seen_from AS seen_run, m.value
  FROM journal j CROSS JOIN main.mark m ON m.subject_group_id = j.subject_group_id AND m.term_id = j.term_id
  WHERE j.marked AND m.value IS NOT NULL AND m.seen_from <= :run
  GROUP BY m.subject_group_id, m.term_id, m.seen_from, m.value
  HAVING count(*) >= :marks AND count(DISTINCT m.lesson_id) >= :dates
), seen AS MATERIALIZED (
  SELECT crowd.*, r.began AS upper, r.payload_hash AS upper_hash, (
    SELECT before.ended FROM main.scope_read before
    WHERE before.scope_id = j.scope_id AND before.run_id < r.run_id AND before.error IS NULL
    ORDER BY before.run_id DESC LIMIT 1
  ) AS lower
  FROM crowd
  CROSS JOIN journal j USING (subject_group_id, term_id)
  CROSS JOIN main.scope_read r ON r.scope_id = j.scope_id AND r.run_id = crowd.seen_run
  WHERE NOT r.anew
)
SELECT seen.seen_run, seen.value, seen.lower, seen.upper, count(*) AS marks, count(DISTINCT h.date) AS dates,
  local_date(seen.upper) AS day, lower(hex(seen.upper_hash)) AS upper_hash, j.*
FROM seen
CROSS JOIN journal j ON j.subject_group_id = seen.subject_group_id AND j.term_id = seen.term_id
CROSS JOIN main.mark m ON m.subject_group_id = seen.subject_group_id AND m.term_id = seen.term_id
  AND m.seen_from = seen.seen_run AND m.value = seen.value
CROSS JOIN held h
  ON h.subject_group_id = m.subject_group_id AND h.term_id = m.term_id AND h.lesson_id = m.lesson_id
WHERE seen.upper - seen.lower <= :hours * 3600
  AND NOT EXISTS (
    SELECT 1 FROM main.mark former
    WHERE former.subject_group_id = m.subject_group_id AND former.term_id = m.term_id
      AND former.student_id = m.student_id AND former.lesson_id = m.lesson_id AND former.seen_from < m.seen_from
      AND former.value IS NOT NULL AND (former.assignment_id = m.assignment_id OR former.value = m.value))
  AND EXISTS (
    SELECT 1 FROM main.group_student s
    WHERE s.subject_group_id = m.subject_group_id AND s.term_id = m.term_id AND s.student_id = m.student_id
      AND s.seen_from < m.seen_from)
GROUP BY seen.subject_group_id, seen.term_id, seen.seen_run, seen.value
HAVING count(*) >= :marks AND count(DISTINCT h.date) >= :dates
ORDER BY seen.subject_group_id, seen.term_id, seen.seen_run, seen.value
"""
"""Marks of one value that a read was the first to see, many at once and of many days."""


@rule(
    "MRK-11", clause="4.4", title="Давно не опрашивался", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Ученик, у которого в периоде отметка есть, после последней посетил не меньше lessons уроков журнала; где"
    " уроков больше двух в неделю — не меньше lessons × уроков в неделю ÷ 2, с округлением вверх. Одно замечание на"
    " журнал, пока период не кончился.",
    example="9В, Физика (2 четверть): без отметки 5 и более уроков — у 8 учеников: Иванов И. (9), Козлов П. (7),"
    " Петрова А. (7) и ещё 5",
    params=(Param("lessons", 5, "Столько посещённых уроков без отметки — уже давно.", 2, 200),),
    settings=("deadlines.lesson",),
    recipients=(Role.TEACHER,), cadence="w",
    needs=(Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE), applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def not_asked_for_long(bench: Bench) -> Iterator[Violation]:
    """Находит учеников, которые ходят на уроки, но давно не получали отметок.

    О тех, у кого отметок в периоде ещё нет вовсе, говорит MRK-01. «Зач» и подобное — отметка, «точка» — нет.
    """
    fill_numbered(bench)
    base = int(bench.param("lessons"))
    weeks = weeks_of_terms(bench)
    for _, group in groupby(
        bench.rows(_NOT_ASKED, least=base), key=lambda row: (row["subject_group_id"], row["term_id"])
    ):
        rows = list(group)
        least = long_ago(base, lessons_a_week(rows[0]["planned"], weeks[rows[0]["term_id"]]))
        pupils = [row for row in rows if row["attended"] >= least]
        if pupils:
            row = pupils[0]
            who = plural(len(pupils), "ученика", "учеников", "учеников")
            since = f"{least} и более {plural_word(least, 'урока', 'уроков', 'уроков')}"
            yield Violation(
                Place(row["subject_group_id"], row["term_id"]),
                Severity.INFO,
                f"{journal_words(row)} ({row['term_name']}): без отметки {since} — у {who}: {_names(pupils)}",
                read_proof(row, ("Учеников", str(len(pupils))), ("Уроков без отметки", f"{least} и более")),
            )


def long_ago(base: int, a_week: int) -> int:
    """Lessons without a mark that are too many: `base`, or as many as pass in that time at two lessons a week."""
    return max(base, -(-base * a_week // _USUAL_A_WEEK))


def _names(pupils: list[sqlite3.Row]) -> str:
    """«Иванов И. (9), Петрова А. (7) и ещё 5»."""
    return some_of([f"{short_name(row['name'] or '')} ({row['attended']})" for row in pupils], _NAMES_SHOWN)


@rule(
    "MRK-12", clause="6.4", title="Массовое однообразное внесение", kind=RuleKind.EVENT, severity=Severity.INFO,
    formula="Одно чтение журнала первым увидело не меньше marks одинаковых отметок не меньше чем за dates дат, а"
    " предыдущее было не раньше чем за hours часов до него.",
    example="9В, Физика (2 четверть): между 19.11 21:00 и 20.11 21:00 внесено 28 отметок «5» за 9 дат",
    params=(
        Param("marks", 10, "Столько одинаковых отметок сразу — много.", 2, 1000),
        Param("dates", 5, "За столько дат уроков они должны быть.", 2, 100),
        Param("hours", 36, "Если журнал до того не читали дольше, не судят.", 1, 1000),
    ),
    recipients=(Role.DEPUTY,), cadence="w", needs=(Capability.LESSONS, Capability.MARKS), applies=Applies.MARKED,
)  # fmt: skip
def entered_at_once(bench: Bench) -> Iterator[Violation]:
    """Находит дни, когда в журнал разом внесли много одинаковых отметок за много прошедших уроков.

    Не касается первого чтения журнала, чтения после перерыва и учеников, которые только что появились в журнале.
    """
    marks, dates, hours = (int(bench.param(name)) for name in ("marks", "dates", "hours"))
    told: set[Place] = set()
    for row in bench.rows(_AT_ONCE, run=bench.run_id, marks=marks, dates=dates, hours=hours):
        place = Place(row["subject_group_id"], row["term_id"], day=row["day"], key=str(row["value"]))
        if place in told:
            continue
        told.add(place)
        lower, upper = from_unix(row["lower"]), from_unix(row["upper"])
        zone = bench.settings.zone
        yield Violation(
            place,
            Severity.INFO,
            f"{journal_words(row)} ({row['term_name']}): между {local_time(lower, zone)} и {local_time(upper, zone)}"
            f" внесено {plural(row['marks'], 'отметка', 'отметки', 'отметок')} «{row['value']}» за"
            f" {plural(row['dates'], 'дату', 'даты', 'дат')}",
            Proof(row["seen_run"], utc_text(upper), row["upper_hash"], lower=utc_text(lower), upper=utc_text(upper)),
        )
