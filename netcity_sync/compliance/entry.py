"""When something was entered: between the last read without it and the first with it (docs/checks.md «Entry»).

Where the report on access to the journal tells when entries of that kind and lesson were touched in between, it was
entered no earlier than the first of those minutes.
"""

import sqlite3

from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Proof
from netcity_sync.russian import day_month, local_time, plural

LATE = """
SELECT * FROM (
  SELECT y.*, max(y.read_lower, coalesce(y.touch, y.read_lower)) AS lower, y.touch > y.read_lower AS by_report
  FROM (
    SELECT x.*, j.class_name, j.subject_name, j.group_name, j.payload_hash,
      due.moment AS deadline, r.lower AS read_lower, r.started_at AS upper, r.run_id AS upper_run, (
        SELECT min(t.moment) FROM touch t
        WHERE t.class_id = j.class_id AND t.subject_name = j.subject_name AND t.lesson_date = x.date
          AND t.what = x.what AND t.minute_end > r.lower AND t.moment <= r.started_at
      ) AS touch
    FROM ({entries}) x
    JOIN reads r ON r.subject_group_id = x.subject_group_id AND r.term_id = x.term_id AND r.run_id = x.first_run
    JOIN due ON due.what = x.what AND due.days = x.days AND due.date = x.date
    JOIN journal j ON j.subject_group_id = x.subject_group_id AND j.term_id = x.term_id
    WHERE r.lower IS NOT NULL AND r.started_at > due.moment
  ) y
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
        read_at=row["upper"],
        deadline=row["deadline"],
        lower=row["lower"],
        upper=row["upper"],
    )


def late_words(bench: Bench, row: sqlite3.Row) -> str:
    """How late, as far as it can be known: «16.10 21:00 ещё не было, это 2 дня после срока»."""
    lower, deadline = bench.local(row["lower"]), bench.local(row["deadline"])
    days = max(1, (lower.date() - deadline.date()).days)
    seen = local_time(from_utc_text(row["lower"]), bench.settings.zone)
    late = plural(days, "день", "дня", "дней")
    if row["by_report"]:
        return (
            f"срок {day_month(deadline.date())}, а внесено не раньше {seen}, по отчёту о доступе к журналу"
            f" (позже на {late})"
        )
    return f"срок {day_month(deadline.date())}, а {seen} записи ещё не было (позже на {late})"
