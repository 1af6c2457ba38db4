"""CHG: what was changed or lost in a journal after it had been written."""

from collections.abc import Iterator

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words
from netcity_sync.compliance.registry import rule
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


@rule(
    "CHG-05", clause="4.6", title="Массовое исчезновение данных", kind=RuleKind.STATE, severity=Severity.CRIT,
    formula="При одном чтении не оказалось больше доли shrink_share записей журнала и не меньше shrink_rows, и не"
    " меньше shrink_rows из них не вернулось.",
    example="7А, Химия (1 четверть): 14.10 01:40 в журнале не оказалось 214 записей из 412, не вернулось 214",
    settings=("sync.shrink_rows", "sync.shrink_share"),
    recipients=(Role.ADMINISTRATOR, Role.IKT_DEPUTY), cadence="d", needs=(Capability.LESSONS,),
)  # fmt: skip
def shrunk_journal(bench: Bench) -> Iterator[Violation]:
    """Находит журналы, из которых разом пропала заметная часть записей, и они не вернулись.

    Такой журнал перечитывается тотчас же; замечание означает, что записей не было и при повторном чтении. Что было в
    журнале раньше, покажет команда netcity-sync diff.
    """
    sync = bench.settings.sync
    for row in bench.rows(_SHRUNK, run=bench.run_id, rows=sync.shrink_rows, share=sync.shrink_share):
        seen = local_time(from_unix(row["began"]), bench.settings.zone)
        lost = plural(row["lost"], "запись", "записи", "записей")
        yield Violation(
            Place(row["subject_group_id"], row["term_id"]),
            Severity.CRIT,
            f"{journal_words(row)} ({row['term_name']}): {seen} в журнале не оказалось {lost} из {row['known']},"
            f" не вернулось {row['gone']}",
            Proof(row["lost_run"], utc_text(from_unix(row["began"])), row["lost_hash"]),
        )
