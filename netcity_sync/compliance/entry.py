"""When something was entered: between the last read without it and the first with it (docs/checks.md «Entry»).

Where the report on access to the journal tells when entries of that kind and lesson were touched in between, it was
entered no earlier than the first of those minutes.
"""

import sqlite3

from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Proof
from netcity_sync.russian import day_month, local_time, plural

LATE = """
WITH seen AS MATERIALIZED (
  SELECT x.*, due.moment AS deadline, r.began AS upper, r.run_id AS upper_run, (
      SELECT before.ended FROM main.scope_read before
      WHERE before.scope_id = r.scope_id AND before.run_id < r.run_id AND before.error IS NULL
      ORDER BY before.run_id DESC LIMIT 1
    ) AS read_lower
  FROM ({entries}) x
  CROSS JOIN journal j ON j.subject_group_id = x.subject_group_id AND j.term_id = x.term_id
  CROSS JOIN due ON due.what = x.what AND due.days = x.days AND due.date = x.date
  CROSS JOIN main.scope_read r ON r.scope_id = j.scope_id AND r.run_id = x.first_run
  WHERE r.began > due.moment AND NOT r.anew
), touched AS MATERIALIZED (
  SELECT seen.*, j.class_id, j.class_name, j.subject_name, j.group_name, j.payload_hash, (
    SELECT min(t.moment) FROM touch t
    WHERE t.class_id = j.class_id AND t.subject_name = j.subject_name AND t.lesson_date = seen.date
      AND t.what = seen.what AND t.minute_end > seen.read_lower AND t.moment <= seen.upper
  ) AS touch
  FROM seen CROSS JOIN journal j USING (subject_group_id, term_id)
  WHERE read_lower > deadline OR (read_lower IS NOT NULL AND EXISTS (SELECT 1 FROM touch))
)
SELECT * FROM (
  SELECT touched.*, max(read_lower, coalesce(touch, read_lower)) AS lower, touch > read_lower AS by_report FROM touched
) WHERE lower > deadline
"""
"""Entries that were certainly late.

`{entries}` is a query of subject_group_id, term_id, date (of the lesson), what and days (of the deadline) and
first_run (the run that first saw the entry), and whatever else the rule needs.
"""


def late_proof(row: sqlite3.Row) -> Proof:
    """The proof of an entry that came late."""
    return Proof(
        read_run=row["upper_run"],
        read_at=utc_text(from_unix(row["upper"])),
        deadline=utc_text(from_unix(row["deadline"])),
        lower=utc_text(from_unix(row["lower"])),
        upper=utc_text(from_unix(row["upper"])),
    )


def late_words(bench: Bench, row: sqlite3.Row) -> str:
    """How late, as far as it can be known: «16.10 21:00 ещё не было, это 2 дня после срока»."""
    lower, deadline = bench.local(row["lower"]), bench.local(row["deadline"])
    days = max(1, (lower.date() - deadline.date()).days)
    seen = local_time(from_unix(row["lower"]), bench.settings.zone)
    late = plural(days, "день", "дня", "дней")
    if row["by_report"]:
        return (
            f"срок {day_month(deadline.date())}, а внесено не раньше {seen}, по отчёту о доступе к журналу"
            f" (позже на {late})"
        )
    return f"срок {day_month(deadline.date())}, а {seen} записи ещё не было (позже на {late})"
