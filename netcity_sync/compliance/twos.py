"""MRK: marks «2» that show how a pupil is taught: after absences, at the ends of a term, never put right."""

import sqlite3
from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.order import ABSENT, MISSED, fill_twos
from netcity_sync.compliance.registry import Applies, Param, rule
from netcity_sync.russian import plural, plural_word, short_name
from netcity_sync.settings import Role

_NEEDS = (Capability.LESSONS, Capability.MARKS, Capability.ATTENDANCE)

_OF_PUPIL = (
    "a.subject_group_id = t.subject_group_id AND a.term_id = t.term_id AND a.student_id = t.student_id"
    " AND a.lesson_id = n.lesson_id"
)

_AFTER_ABSENCE = f"""
SELECT * FROM (
  SELECT t.*, t.place - 1 - coalesce((
      SELECT max(n.place) FROM numbered n
      WHERE n.subject_group_id = t.subject_group_id AND n.term_id = t.term_id AND n.place < t.place
        AND (n.date < t.first_day
          OR NOT EXISTS (SELECT 1 FROM as_of_attendance a WHERE {_OF_PUPIL} AND NOT a.missing AND {ABSENT}))), 0
    ) AS missed
  FROM two t
  CROSS JOIN numbered n ON n.subject_group_id = t.subject_group_id AND n.term_id = t.term_id AND n.place = t.place - 1
  WHERE EXISTS (SELECT 1 FROM as_of_attendance a WHERE {_OF_PUPIL} AND NOT a.missing AND {ABSENT})
    AND NOT EXISTS (
      SELECT 1 FROM as_of_attendance a
      WHERE a.subject_group_id = t.subject_group_id AND a.term_id = t.term_id AND a.student_id = t.student_id
        AND a.lesson_id = t.lesson_id AND {ABSENT})
) JOIN journal j USING (subject_group_id, term_id)
WHERE j.fresh AND j.roster_fresh AND missed >= :least
"""
"""Marks at the first lesson that a pupil attended after others in a row; `missed` is how many."""

_LEFT_ALONE = f"""
SELECT * FROM (
  SELECT t.*, (
    SELECT count(*) FROM numbered n
    WHERE n.subject_group_id = t.subject_group_id AND n.term_id = t.term_id AND n.place > t.place
      AND NOT EXISTS (SELECT 1 FROM as_of_attendance a WHERE {_OF_PUPIL} AND {MISSED})
  ) AS attended
  FROM two t
  WHERE NOT EXISTS (
    SELECT 1 FROM as_of_mark m
    LEFT JOIN as_of_lesson l
      ON l.subject_group_id = m.subject_group_id AND l.term_id = m.term_id AND l.lesson_id = m.lesson_id
    WHERE m.subject_group_id = t.subject_group_id AND m.term_id = t.term_id AND m.student_id = t.student_id
      AND (m.value IS NOT NULL OR marks_in_cell(m.raw)) AND (m.lesson_id = t.lesson_id AND coalesce(m.value, 5) > 2
        OR coalesce((l.date, l.slot, l.lesson_id) > (t.date, t.slot, t.lesson_id), 1)))
) JOIN journal j USING (subject_group_id, term_id)
WHERE j.fresh AND j.roster_fresh AND attended >= :least
"""
"""Marks after which the pupil attended lessons and got no other one."""

_AT_AN_END = """
SELECT t.*, t.date = c.first_date AS first, j.*
FROM two t JOIN counts c USING (subject_group_id, term_id) JOIN journal j USING (subject_group_id, term_id)
WHERE j.fresh AND j.roster_fresh AND t.date IN (c.first_date, c.last_date)
"""
"""Marks of the first and the last day of a journal in a term."""


def _violation(row: sqlite3.Row, words: str, *facts: tuple[str, str]) -> Violation:
    return Violation(
        Place(row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"]),
        Severity.INFO,
        f"{lesson_words(row)}: {short_name(row['name'] or '')} — {words}",
        read_proof(row, *facts),
    )


@rule(
    "MRK-06", clause="4.4, 6.4", title="«2» на первом уроке после пропусков", kind=RuleKind.STATE,
    severity=Severity.INFO,
    formula="У ученика «2» за урок, который он посетил, а до того он пропустил не меньше lessons уроков этого журнала"
    " подряд.",
    example="7А, Химия, 18.11 (2-й урок): Иванов И. — «2» на первом уроке после 4 пропущенных подряд",
    params=(Param("lessons", 3, "Сколько уроков подряд надо пропустить.", 1, 60),),
    settings=("deadlines.lesson",),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def two_after_absence(bench: Bench) -> Iterator[Violation]:
    """Находит «2», поставленные на первом же уроке после пропусков: материала ученик ещё не знал.

    Освобождённый, опоздавший и занимавшийся дистанционно урок не пропускали.
    """
    fill_twos(bench)
    for row in bench.rows(_AFTER_ABSENCE, least=int(bench.param("lessons"))):
        missed = row["missed"]
        words = plural_word(missed, "пропущенного", "пропущенных", "пропущенных")
        in_a_row = " подряд" if missed > 1 else ""
        yield _violation(row, f"«2» на первом уроке после {missed} {words}{in_a_row}")


@rule(
    "MRK-07", clause="6.4", title="«2» в начале или в конце периода", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="У ученика «2» за урок первого или последнего дня журнала в периоде.",
    example="7А, Химия, 25.12 (3-й урок): Иванов И. — «2» на последнем уроке (2 четверть)",
    settings=("deadlines.lesson",),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="p", needs=(Capability.LESSONS, Capability.MARKS),
    applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def two_at_an_end(bench: Bench) -> Iterator[Violation]:
    """Находит «2», поставленные на первом уроке периода или на последнем, когда исправить уже нельзя.

    Уроки одного дня — один урок.
    """
    fill_twos(bench)
    for row in bench.rows(_AT_AN_END):
        which = "первом" if row["first"] else "последнем"
        yield _violation(row, f"«2» на {which} уроке ({row['term_name']})")


@rule(
    "MRK-08", clause="6.4", title="«2» не исправлена", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="После «2» ученик посетил не меньше lessons уроков журнала в том же периоде и новой отметки не получил; за"
    " тот же урок отметки выше тоже нет.",
    example="7А, Химия, 06.10 (2-й урок): Иванов И. — «2», за 3 урока после неё новой отметки нет",
    params=(Param("lessons", 3, "За столько посещённых уроков ученика надо спросить снова.", 1, 60),),
    settings=("deadlines.lesson",),
    recipients=(Role.TEACHER, Role.CLASS_TEACHER), cadence="w", needs=_NEEDS, applies=Applies.MARKED, about_pupils=True,
)  # fmt: skip
def two_left_alone(bench: Bench) -> Iterator[Violation]:
    """Находит «2», после которых ученик ходил на уроки, а новой отметки не получил."""
    fill_twos(bench)
    for row in bench.rows(_LEFT_ALONE, least=int(bench.param("lessons"))):
        lessons = plural(row["attended"], "урок", "урока", "уроков")
        yield _violation(
            row, f"«2», за {lessons} после неё новой отметки нет", ("Посещено уроков после неё", str(row["attended"]))
        )
