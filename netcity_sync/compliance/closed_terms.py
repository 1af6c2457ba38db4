"""CHG-02: what was changed in a term that had been over for days."""

from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words
from netcity_sync.compliance.registry import Param, rule
from netcity_sync.russian import local_time
from netcity_sync.settings import Role

_CLOSED = """
CREATE TEMP TABLE closed AS
SELECT subject_group_id, term_id, scope_id, closing_run FROM (
  SELECT j.subject_group_id, j.term_id, j.scope_id, (
    SELECT r.run_id FROM main.scope_read r WHERE r.scope_id = j.scope_id AND r.error IS NULL AND r.run_id <= :run
      AND r.ended > utc_of(date(j.term_end, '+' || :days || ' days') || 'T23:59:59') ORDER BY r.run_id LIMIT 1
  ) AS closing_run
  FROM journal j WHERE j.term_end < date(:today, '-' || :days || ' days') AND j.read_run IS NOT NULL
) WHERE closing_run IS NOT NULL
"""
"""Journals of terms that are closed, each with the first good read after that: whatever comes later is a change."""

_SAME_MARK = "{o}.subject_group_id = {v}.subject_group_id AND {o}.term_id = {v}.term_id AND" \
             " {o}.student_id = {v}.student_id"  # fmt: skip
_SAME_CELL = f"{_SAME_MARK} AND {{o}}.assignment_id = {{v}}.assignment_id AND {{o}}.lesson_id = {{v}}.lesson_id"
_NEAR = "({o}.lesson_id = {v}.lesson_id OR {o}.assignment_id = {v}.assignment_id AND {v}.assignment_id <> 0)"
"""In the same lesson, or in the same column at another lesson."""

_WRITTEN = f"""
SELECT v.subject_group_id, v.term_id, v.seen_from AS at_run, old.seen_from IS NULL AS added, 0 AS removed
FROM closed c
CROSS JOIN main.mark v ON v.subject_group_id = c.subject_group_id AND v.term_id = c.term_id
CROSS JOIN as_of_group_student s ON {_SAME_MARK.format(o="s", v="v")}
LEFT JOIN main.mark old ON {_SAME_CELL.format(o="old", v="v")} AND old.seen_from = (
  SELECT max(seen_from) FROM main.mark before WHERE {_SAME_CELL.format(o="before", v="v")}
    AND before.seen_from < v.seen_from)
WHERE v.seen_from > c.closing_run AND v.seen_from <= :run AND s.seen_from < v.seen_from AND NOT s.missing
  AND old.value IS NOT v.value
  AND (old.seen_from IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM main.mark same WHERE {_SAME_MARK.format(o="same", v="v")} AND same.value = v.value
      AND {_NEAR.format(o="same", v="v")} AND same.seen_from < v.seen_from
      AND coalesce(same.missing_from, same.seen_to) = v.seen_from))
"""
"""Marks given, or made others, each with the read that first showed it; not those that moved beside."""

_REMOVED = f"""
SELECT v.subject_group_id, v.term_id, coalesce(v.missing_from, v.seen_to) AS at_run, 0 AS added, 1 AS removed
FROM closed c
CROSS JOIN main.mark v ON v.subject_group_id = c.subject_group_id AND v.term_id = c.term_id
CROSS JOIN as_of_group_student s ON {_SAME_MARK.format(o="s", v="v")}
CROSS JOIN held h ON h.subject_group_id = v.subject_group_id AND h.term_id = v.term_id AND h.lesson_id = v.lesson_id
WHERE v.value IS NOT NULL AND coalesce(v.missing_from, v.seen_to) > c.closing_run AND v.seen_to <= :run
  AND NOT s.missing AND NOT EXISTS (
    SELECT 1 FROM main.mark later WHERE {_SAME_CELL.format(o="later", v="v")}
      AND later.seen_from > v.seen_from AND later.seen_from <= :run)
  AND NOT EXISTS (
    SELECT 1 FROM as_of_mark same WHERE {_SAME_MARK.format(o="same", v="v")} AND same.value = v.value
      AND {_NEAR.format(o="same", v="v")})
"""
"""Marks that vanished for good from lessons that stand, each with the first read that lacked it."""

_TOPICS = """
SELECT v.subject_group_id, v.term_id, v.seen_from AS at_run
FROM closed c
CROSS JOIN main.lesson v ON v.subject_group_id = c.subject_group_id AND v.term_id = c.term_id
CROSS JOIN main.lesson old ON old.subject_group_id = v.subject_group_id AND old.term_id = v.term_id
  AND old.lesson_id = v.lesson_id AND old.seen_from = (
    SELECT max(seen_from) FROM main.lesson before WHERE before.subject_group_id = v.subject_group_id
      AND before.term_id = v.term_id AND before.lesson_id = v.lesson_id AND before.seen_from < v.seen_from)
WHERE v.seen_from > c.closing_run AND v.seen_from <= :run
  AND trim(coalesce(old.topic, '')) <> trim(coalesce(v.topic, ''))
"""

_CHANGES = f"""
WITH change AS (
  SELECT subject_group_id, term_id, at_run, added, removed, 0 AS topic FROM ({_WRITTEN} UNION ALL {_REMOVED})
  UNION ALL SELECT subject_group_id, term_id, at_run, 0, 0, 1 FROM ({_TOPICS})
), read AS (
  SELECT c.subject_group_id, c.term_id, r.run_id, r.began, local_date(r.began) AS day,
    lower(hex(r.payload_hash)) AS hash
  FROM closed c CROSS JOIN main.scope_read r ON r.scope_id = c.scope_id
  WHERE r.run_id > c.closing_run AND r.run_id <= :run AND r.error IS NULL AND NOT r.anew
)
SELECT j.*, read.day, min(read.run_id) AS at_run, min(read.began) AS began, min(read.hash) AS hash,
  sum(change.added) AS added, sum(change.removed) AS removed, sum(change.topic) AS topics,
  count(*) - sum(change.added + change.removed + change.topic) AS altered
FROM change
CROSS JOIN read ON read.subject_group_id = change.subject_group_id AND read.term_id = change.term_id
  AND read.run_id = change.at_run
CROSS JOIN journal j ON j.subject_group_id = change.subject_group_id AND j.term_id = change.term_id
GROUP BY change.subject_group_id, change.term_id, read.day
"""
"""The changes of a day in a closed journal, by kind."""


@rule(
    "CHG-02", clause="6.4", title="Правки закрытого периода", kind=RuleKind.EVENT, severity=Severity.CRIT,
    formula="С последнего дня учебного периода прошло больше days дней, журнал после этого прочитан, а при следующем"
    " чтении в нём поставлена, изменена или убрана отметка или записана другая тема.",
    example="7А, Химия (2 четверть): период закрыт, а 14.01 21:00 впервые увидены правки: отметок поставлено 2,"
    " изменено 1",
    params=(Param("days", 7, "Через сколько дней после последнего дня период считается закрытым.", 0, 365),),
    recipients=(Role.DEPUTY, Role.IKT_DEPUTY, Role.DIRECTOR), cadence="d",
    needs=(Capability.MARKS, Capability.TOPICS),
)  # fmt: skip
def closed_term_changed(bench: Bench) -> Iterator[Violation]:
    """Находит правки отметок и тем в учебном периоде, который уже закрыт.

    Правка точно сделана после закрытия: журнал после него уже читался, и её ещё не было. Всё, что впервые увидено в
    один день, — одно замечание на журнал.
    """
    days = int(bench.param("days"))
    bench.connection.execute("DROP TABLE IF EXISTS temp.closed")
    bench.connection.execute(_CLOSED, {"run": bench.run_id, "days": days, "today": bench.today.isoformat()})
    for row in bench.rows(_CHANGES, run=bench.run_id):
        began = from_unix(row["began"])
        counts = [
            ("отметок поставлено", row["added"]), ("изменено", row["altered"]), ("убрано", row["removed"]),
            ("тем переписано", row["topics"]),
        ]  # fmt: skip
        told = ", ".join(f"{words} {count}" for words, count in counts if count)
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], day=row["day"]),
            Severity.CRIT,
            f"{journal_words(row)} ({row['term_name']}): период закрыт, а {local_time(began, bench.settings.zone)}"
            f" впервые увидены правки: {told}",
            Proof(row["at_run"], utc_text(began), row["hash"]),
        )
