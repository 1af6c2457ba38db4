"""LSN: lessons that the timetable should not have."""

import sqlite3
from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import rule
from netcity_sync.settings import Role

_MISPLACED = """
SELECT h.lesson_id, h.date, h.slot, d.date IS NOT NULL AS day_off, strftime('%w', h.date) = '0' AS sunday,
  h.date NOT BETWEEN j.term_start AND j.term_end AS outside, NULL AS beside, j.*
FROM journal j
CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id
LEFT JOIN day_off d ON d.date = h.date
WHERE j.fresh AND (day_off OR sunday OR outside)
"""

_TWICE = """
WITH lesson AS MATERIALIZED (
  SELECT h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot, j.class_id, j.group_name
  FROM journal j
  CROSS JOIN course c ON c.subject_group_id = j.subject_group_id
  CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id
  WHERE c.usual
), crowded AS MATERIALIZED (
  SELECT class_id, date, slot FROM lesson GROUP BY class_id, date, slot HAVING count(*) > 1
), pair AS MATERIALIZED (
  SELECT b.*, a.subject_group_id AS other_id, a.term_id AS other_term, a.group_name AS beside
  FROM crowded k
  JOIN lesson a ON a.class_id = k.class_id AND a.date = k.date AND a.slot = k.slot
  JOIN lesson b ON b.class_id = k.class_id AND b.date = k.date AND b.slot = k.slot AND b.lesson_id > a.lesson_id
  UNION ALL
  SELECT b.*, a.subject_group_id, a.term_id, a.group_name
  FROM shared s
  JOIN lesson b ON b.subject_group_id = s.subject_group_id AND b.term_id = s.term_id
  JOIN lesson a ON a.subject_group_id = s.other_id AND a.term_id = s.other_term AND a.date = b.date
    AND a.slot = b.slot AND b.lesson_id > a.lesson_id
), size AS MATERIALIZED (
  SELECT subject_group_id, term_id, count(*) AS pupils FROM as_of_group_student WHERE NOT missing
    AND (subject_group_id, term_id) IN (
      SELECT subject_group_id, term_id FROM pair UNION SELECT other_id, other_term FROM pair)
  GROUP BY subject_group_id, term_id
)
SELECT p.lesson_id, p.date, p.slot, 0 AS day_off, 0 AS sunday, 0 AS outside, p.beside, j.*
FROM pair p
CROSS JOIN journal j ON j.subject_group_id = p.subject_group_id AND j.term_id = p.term_id
JOIN size one ON one.subject_group_id = p.subject_group_id AND one.term_id = p.term_id
JOIN size two ON two.subject_group_id = p.other_id AND two.term_id = p.other_term
WHERE j.fresh AND 2 * (
  SELECT count(*) FROM as_of_group_student s
  CROSS JOIN as_of_group_student o
    ON o.subject_group_id = p.other_id AND o.term_id = p.other_term AND o.student_id = s.student_id
  WHERE s.subject_group_id = p.subject_group_id AND s.term_id = p.term_id AND NOT s.missing AND NOT o.missing
) >= min(one.pupils, two.pupils)
"""
"""Lessons at which the pupils, or most of them, have another lesson of a smaller id."""


@rule(
    "LSN-09", clause="4.6", title="Урок вне расписания", kind=RuleKind.STATE, severity=Severity.WARN,
    formula="Урок стоит в журнале на выходной день школы (calendar.days_off), на воскресенье, на день вне своего"
    " учебного периода, или у тех же учеников в том же уроке дня стоит ещё один урок.",
    example="7В, История, 04.11 (3-й урок): урок стоит на выходной день", settings=("calendar.days_off",),
    recipients=(Role.ADMINISTRATOR,), cadence="w", needs=(Capability.LESSONS,),
)  # fmt: skip
def misplaced_lesson(bench: Bench) -> Iterator[Violation]:
    """Находит уроки на выходных, вне учебного периода и по два в одном уроке дня.

    Подгруппам с разными учениками, индивидуальным планам и внеурочной деятельности стоять рядом можно. «Окно» между
    уроками ошибкой не считается: его даёт и перенос урока.
    """
    bench.connection.execute("DROP TABLE IF EXISTS temp.day_off")
    bench.connection.execute("CREATE TEMP TABLE day_off (date TEXT PRIMARY KEY) WITHOUT ROWID")
    days = sorted({day.isoformat() for day in bench.settings.calendar.days_off})
    bench.connection.executemany("INSERT INTO day_off VALUES (?)", [(day,) for day in days])
    told: set[Place] = set()
    for row in [*bench.rows(_MISPLACED), *bench.rows(_TWICE)]:
        place = Place(row["subject_group_id"], row["term_id"], row["lesson_id"])
        if place not in told:
            told.add(place)
            yield Violation(place, Severity.WARN, f"{lesson_words(row)}: {_why(row)}", read_proof(row))


def _why(row: sqlite3.Row) -> str:
    if row["day_off"]:
        return "урок стоит на выходной день"
    if row["sunday"]:
        return "урок стоит на воскресенье"
    if row["outside"]:
        return f"урок стоит вне учебного периода ({row['term_name']})"
    return f"у тех же учеников в это время ещё один урок ({row['beside']})"
