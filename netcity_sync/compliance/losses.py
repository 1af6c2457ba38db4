"""CHG-05: records that vanished from a journal at once and did not come back."""

import sqlite3
from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.mirror.schema import JOURNAL_TABLES, Table
from netcity_sync.russian import local_time, plural
from netcity_sync.settings import Role


def _lost(table: Table) -> str:
    """A row a read: how many records of a table it was the first to lack, and how many of these never came back."""
    same = " AND ".join(f"later.{column.name} = v.{column.name}" for column in table.key)
    return f"""
      SELECT j.subject_group_id, j.term_id, v.missing_from AS lost_run, count(*) AS lost,
        sum(NOT EXISTS (SELECT 1 FROM main.{table.name} later
                        WHERE {same} AND later.seen_from > v.missing_from AND later.seen_from <= :run)) AS gone
      FROM journal j CROSS JOIN main.{table.name} v ON v.subject_group_id = j.subject_group_id AND v.term_id = j.term_id
      WHERE v.missing_from <= :run GROUP BY j.subject_group_id, j.term_id, v.missing_from"""


def _known(table: Table) -> str:
    """How many records of a table stood in the journal before that read."""
    return (
        f"(SELECT count(*) FROM main.{table.name} v"
        " WHERE v.subject_group_id = l.subject_group_id AND v.term_id = l.term_id"
        " AND v.seen_from < l.lost_run AND (v.seen_to IS NULL OR v.seen_to >= l.lost_run))"
    )


_SHRUNK = f"""
WITH lost AS MATERIALIZED (
  SELECT subject_group_id, term_id, lost_run, sum(lost) AS lost, sum(gone) AS gone
  FROM ({" UNION ALL ".join(map(_lost, JOURNAL_TABLES))})
  GROUP BY subject_group_id, term_id, lost_run HAVING sum(gone) >= :rows
)
SELECT * FROM (
  SELECT l.lost_run, l.lost, l.gone, {" + ".join(map(_known, JOURNAL_TABLES))} AS known, r.began,
    lower(hex(r.payload_hash)) AS lost_hash, j.*,
    row_number() OVER (PARTITION BY l.subject_group_id, l.term_id ORDER BY l.gone DESC, l.lost_run) AS place
  FROM lost l
  CROSS JOIN journal j ON j.subject_group_id = l.subject_group_id AND j.term_id = l.term_id
  CROSS JOIN main.scope_read r ON r.scope_id = j.scope_id AND r.run_id = l.lost_run
  WHERE j.fresh AND l.lost > :share * known
) WHERE place = 1
"""
"""The journals that lost suspiciously many records at once, each with the read that lacked most."""

_GONE = "coalesce(v.missing_from, v.seen_to)"
"""The first read that lacked a record which is known to be gone."""

_MARKS = f"""
SELECT v.subject_group_id, v.term_id, {_GONE} AS lost_run, 1 AS marks, 0 AS lessons
FROM journal j
CROSS JOIN main.mark v ON v.subject_group_id = j.subject_group_id AND v.term_id = j.term_id
CROSS JOIN as_of_group_student s
  ON s.subject_group_id = v.subject_group_id AND s.term_id = v.term_id AND s.student_id = v.student_id
WHERE j.fresh AND v.value IS NOT NULL AND v.seen_to <= :run AND NOT s.missing
  AND NOT EXISTS (
    SELECT 1 FROM main.mark other
    WHERE other.subject_group_id = v.subject_group_id AND other.term_id = v.term_id
      AND other.student_id = v.student_id AND other.seen_from >= {_GONE} AND other.seen_from <= :run
      AND (other.value = v.value OR other.assignment_id = v.assignment_id AND other.lesson_id = v.lesson_id))
"""
"""Given marks that vanished for good, of pupils who are still on the list, and that stand nowhere else since."""

_LESSONS = f"""
SELECT v.subject_group_id, v.term_id, {_GONE} AS lost_run, 0 AS marks, 1 AS lessons
FROM journal j
CROSS JOIN main.lesson v ON v.subject_group_id = j.subject_group_id AND v.term_id = j.term_id
WHERE j.fresh AND v.seen_to <= :run
  AND utc_of(v.date || 'T' || :deadline) < (SELECT max(r.ended) FROM main.scope_read r
                    WHERE r.scope_id = j.scope_id AND r.error IS NULL AND r.run_id < {_GONE})
  AND (length(trim(coalesce(v.topic, ''))) >= {TOPIC_CHARACTERS} OR EXISTS (
    SELECT 1 FROM main.mark m WHERE m.subject_group_id = v.subject_group_id AND m.term_id = v.term_id
      AND m.lesson_id = v.lesson_id AND m.value IS NOT NULL AND m.seen_from < {_GONE}
      AND (m.seen_to IS NULL OR m.seen_to >= {_GONE})))
  AND NOT EXISTS (
    SELECT 1 FROM main.lesson same WHERE same.subject_group_id = v.subject_group_id
      AND same.lesson_id = v.lesson_id AND same.seen_from >= {_GONE} AND same.seen_from <= :run)
  AND NOT EXISTS (
    SELECT min(new.seen_from) AS came FROM main.lesson new
    WHERE new.subject_group_id = v.subject_group_id AND new.term_id = v.term_id AND new.lesson_id <> v.lesson_id
      AND new.seen_from <= :run
    GROUP BY new.lesson_id
    HAVING came = {_GONE} OR came > {_GONE} AND sum(trim(new.topic) = trim(v.topic)) > 0)
"""
"""Lessons that were held and written, and vanished for good, and that no lesson that came instead replaces."""

_CERTAIN = f"""
WITH lost AS MATERIALIZED (
  SELECT subject_group_id, term_id, lost_run, sum(marks) AS marks, sum(lessons) AS lessons
  FROM ({_MARKS} UNION ALL {_LESSONS}) GROUP BY subject_group_id, term_id, lost_run
  HAVING sum(marks) >= :marks OR sum(lessons) >= :lessons
)
SELECT * FROM (
  SELECT l.lost_run, l.marks, l.lessons, r.began, lower(hex(r.payload_hash)) AS lost_hash, j.*,
    row_number() OVER (
      PARTITION BY l.subject_group_id, l.term_id ORDER BY l.marks DESC, l.lessons DESC, l.lost_run) AS place
  FROM lost l
  CROSS JOIN journal j ON j.subject_group_id = l.subject_group_id AND j.term_id = l.term_id
  CROSS JOIN main.scope_read r ON r.scope_id = j.scope_id AND r.run_id = l.lost_run
) WHERE place = 1
"""
"""The journals that for certain lost many marks at once, or a written lesson, each with the read that lacked most."""


@rule(
    "CHG-05", clause="4.6", title="Массовое исчезновение данных", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="При одном чтении не оказалось больше доли shrink_share записей журнала и не меньше shrink_rows, и не"
    " меньше shrink_rows из них не вернулось; или, и это подтвердило следующее чтение, не меньше marks отметок, или не"
    " меньше lessons проведённых уроков с темой или отметками.",
    example="7А, Химия (1 четверть): 14.10 01:40 в журнале не оказалось 214 записей из 412, не вернулось 214",
    params=(
        Param("marks", 10, "Сколько отметок, убранных разом, — уже потеря.", 1, 100000),
        Param("lessons", 1, "Сколько проведённых уроков, убранных разом, — уже потеря.", 1, 100000),
    ),
    settings=("sync.shrink_rows", "sync.shrink_share", "deadlines.lesson"),
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY), cadence="d", needs=(Capability.LESSONS,),
)  # fmt: skip
def shrunk_journal(bench: Bench) -> Iterator[Violation]:
    """Находит журналы, из которых разом пропала заметная часть записей, и они не вернулись.

    Если пропала большая доля журнала, он перечитывается тотчас же; о меньшей потере сказано, когда её подтвердит
    следующее чтение. Перенесённые уроки, отметки, которые стоят теперь в другом месте, и всё, что ушло с выбывшим
    учеником, потерей не считаются. Что было в журнале раньше, покажет команда netcity-sync diff.
    """
    sync, told = bench.settings.sync, set()
    for row in bench.rows(_SHRUNK, run=bench.run_id, rows=sync.shrink_rows, share=sync.shrink_share):
        told.add((row["subject_group_id"], row["term_id"]))
        lost = plural(row["lost"], "запись", "записи", "записей")
        words = f"не оказалось {lost} из {row['known']}, не вернулось {row['gone']}"
        yield _violation(bench, row, words)
    values = {"marks": bench.param("marks"), "lessons": bench.param("lessons")}
    deadline = bench.settings.deadlines.lesson.isoformat("minutes")
    for row in bench.rows(_CERTAIN, run=bench.run_id, deadline=deadline, **values):
        if (row["subject_group_id"], row["term_id"]) not in told:
            yield _violation(bench, row, f"не оказалось и не вернулось: {_what(row, values)}")


def _what(row: sqlite3.Row, least: dict[str, float]) -> str:
    """«отметок 12, проведённых уроков 1»: what there was enough of."""
    marks = [f"отметок {row['marks']}"] if row["marks"] >= least["marks"] else []
    lessons = [f"проведённых уроков {row['lessons']}"] if row["lessons"] >= least["lessons"] else []
    return ", ".join([*marks, *lessons])


def _violation(bench: Bench, row: sqlite3.Row, words: str) -> Violation:
    began = from_unix(row["began"])
    seen = local_time(began, bench.settings.zone)
    return Violation(
        Place(row["subject_group_id"], row["term_id"]),
        Severity.CRIT,
        f"{journal_words(row)} ({row['term_name']}): {seen} в журнале {words}",
        Proof(row["lost_run"], utc_text(began), row["lost_hash"]),
    )
