"""CHG-01: marks that were changed or taken away after they had been given."""

import sqlite3
from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.russian import local_time, short_name
from netcity_sync.settings import Role

_CHANGED = """
WITH change AS MATERIALIZED (
  SELECT old.subject_group_id, old.term_id, old.student_id, old.assignment_id, old.lesson_id, old.value AS was,
    new.value AS value, new.duty, new.raw, new.seen_from IS NULL AS removed, j.scope_id, h.date, h.slot,
    coalesce(new.seen_from, old.missing_from, old.seen_to) AS seen_run,
    coalesce(old.missing_from, old.seen_to) AS gone_run
  FROM journal j
  CROSS JOIN main.mark old ON old.subject_group_id = j.subject_group_id AND old.term_id = j.term_id
  CROSS JOIN held h
    ON h.subject_group_id = old.subject_group_id AND h.term_id = old.term_id AND h.lesson_id = old.lesson_id
  CROSS JOIN as_of_group_student s
    ON s.subject_group_id = old.subject_group_id AND s.term_id = old.term_id AND s.student_id = old.student_id
  LEFT JOIN main.mark new
    ON new.subject_group_id = old.subject_group_id AND new.term_id = old.term_id AND new.student_id = old.student_id
    AND new.assignment_id = old.assignment_id AND new.lesson_id = old.lesson_id AND new.seen_from = (
      SELECT min(seen_from) FROM main.mark following
      WHERE following.subject_group_id = old.subject_group_id AND following.term_id = old.term_id
        AND following.student_id = old.student_id AND following.assignment_id = old.assignment_id
        AND following.lesson_id = old.lesson_id AND following.seen_from > old.seen_from
        AND following.seen_from <= :run)
  WHERE old.value IS NOT NULL AND old.seen_to <= :run AND NOT s.missing AND new.value IS NOT old.value
    AND (new.seen_from IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM as_of_mark same
      WHERE same.subject_group_id = old.subject_group_id AND same.term_id = old.term_id
        AND same.student_id = old.student_id AND same.value = old.value
        AND (same.lesson_id = old.lesson_id OR same.assignment_id = old.assignment_id AND same.assignment_id <> 0)))
    AND (old.assignment_id = 0 OR EXISTS (
      SELECT 1 FROM as_of_assignment a
      WHERE a.subject_group_id = old.subject_group_id AND a.term_id = old.term_id
        AND a.assignment_id = old.assignment_id AND NOT a.missing))
), seen AS MATERIALIZED (
  SELECT change.*, upper.began AS upper, (
    SELECT before.ended FROM main.scope_read before
    WHERE before.scope_id = change.scope_id AND before.run_id < change.gone_run AND before.error IS NULL
    ORDER BY before.run_id DESC LIMIT 1
  ) AS lower
  FROM change CROSS JOIN main.scope_read upper ON upper.scope_id = change.scope_id AND upper.run_id = change.seen_run
  WHERE NOT upper.anew
)
SELECT * FROM (
  SELECT seen.was, seen.value, seen.duty, seen.raw, seen.removed, seen.date, seen.slot, seen.student_id,
    seen.lesson_id, seen.assignment_id, seen.lower, seen.upper, seen.seen_run, s.name, j.*,
    row_number() OVER (
      PARTITION BY seen.subject_group_id, seen.term_id, seen.student_id, seen.assignment_id, seen.lesson_id
      ORDER BY seen.seen_run
    ) AS place
  FROM seen
  CROSS JOIN journal j USING (subject_group_id, term_id)
  LEFT JOIN as_of_student s USING (student_id)
  WHERE local_date(coalesce(seen.lower, 0)) > date(seen.date, '+' || :grace || ' days')
) WHERE place = 1
"""
"""Given marks that certainly became another one, or were taken away, after the days of grace; the first time each."""


@rule(
    "CHG-01", clause="6.4", title="Изменена или удалена отметка", kind=RuleKind.EVENT, severity=Severity.WARN,
    formula="Отметка стала другой или исчезла (и это подтверждено), а в чтении позже grace_days дней после урока ещё"
    " стояла прежняя.",
    example="7А, Химия, 02.09 (1-й урок): Иванов И. — отметка 2 исправлена на 4, 21.09 21:00 ещё стояла прежняя",
    params=(Param("grace_days", 2, "Сколько дней после урока отметку можно исправлять.", 0, 366),),
    recipients=(Role.DEPUTY,), cadence="d", needs=(Capability.LESSONS, Capability.MARKS),
)  # fmt: skip
def changed_mark(bench: Bench) -> Iterator[Violation]:
    """Находит отметки, которые изменены или убраны точно позже нескольких дней после урока.

    Точно — значит, журнал потом ещё читался, и прежняя отметка стояла. Отметка, которая пропала и вернулась или стоит
    теперь в другом столбце того же урока, изменённой не считается.
    """
    for row in bench.rows(_CHANGED, run=bench.run_id, grace=int(bench.param("grace_days"))):
        lower, upper = from_unix(row["lower"]), from_unix(row["upper"])
        yield Violation(
            Place(
                row["subject_group_id"], row["term_id"], row["lesson_id"], row["student_id"],
                row["assignment_id"] or None,
            ),
            Severity.WARN,
            f"{lesson_words(row)}: {short_name(row['name'] or '')} — отметка {row['was']} {_change_words(row)},"
            f" {local_time(lower, bench.settings.zone)} ещё стояла прежняя",
            Proof(row["seen_run"], utc_text(upper), lower=utc_text(lower), upper=utc_text(upper)),
        )  # fmt: skip


def _change_words(row: sqlite3.Row) -> str:
    """«исправлена на 4»."""
    if row["removed"]:
        return "убрана"
    if row["value"] is not None:
        return f"исправлена на {row['value']}"
    return "заменена «точкой»" if row["duty"] else "заменена текстом"
