"""What all rules look at, prepared once a check as temporary tables over a snapshot (docs/checks.md «Words»).

| table | a row a … | holds |
|---|---|---|
| `journal` | journal in a term that has begun | its last good read, whether that is fresh, what rules apply, counts |
| `reads` | good read of a journal | when it began, and when the good read before it ended (`lower`) |
| `touch` | kind of entry × lesson date × minute | when the report on access saw such an entry touched (UTC) |
| `due` | lesson date × deadline | the moment (UTC) at which a record of that date is late |
| `held` | lesson that stood on the page of the last read | whether it is held, has a topic, is a control work |
| `pupil` | pupil on the list of a journal | lessons that count and that were attended, given marks, unconfirmed ones |
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.compliance.words import is_control, touched
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.school_days import SchoolDays, local_date, local_moment
from netcity_sync.settings import Settings

UNEXPLAINED_DAYS = 3
"""School days in which a class teacher must resolve an absence (ATT-03, rules.md §7.4)."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The prepared tables, and what a rule needs besides."""

    connection: sqlite3.Connection
    settings: Settings
    run_id: int
    school_days: SchoolDays

    def rows(self, query: str, **values: object) -> list[sqlite3.Row]:
        """The rows of a query."""
        return self.connection.execute(query, values).fetchall()

    def local(self, moment: str) -> datetime:
        """A UTC text of the mirror by the school's clocks."""
        return from_utc_text(moment).astimezone(self.settings.zone)


def prepare_bench(snapshot: Snapshot, settings: Settings, now: datetime) -> Bench:
    """Make the tables for a check at `now` (UTC)."""
    connection = snapshot.connection
    days = snapshot.school_days(settings.calendar.days_off)
    connection.create_function("is_control", 1, is_control, deterministic=True)
    connection.create_function("local_date", 1, _local_date_of(settings), deterministic=True)
    connection.create_function("touched", 1, touched, deterministic=True)
    connection.create_function("utc_of", 2, _utc_of(settings), deterministic=True)
    stale = utc_text(now - timedelta(hours=settings.checks.stale_after_hours))
    values = {"today": local_date(now, settings.zone).isoformat(), "stale": stale}
    connection.execute(_JOURNAL, values)
    connection.execute("CREATE UNIQUE INDEX temp.journal_key ON journal (subject_group_id, term_id)")
    connection.execute(_READS)
    connection.execute("CREATE UNIQUE INDEX temp.reads_key ON reads (subject_group_id, term_id, run_id)")
    connection.execute(_TOUCH)
    connection.execute("CREATE INDEX temp.touch_place ON touch (class_id, subject_name, lesson_date, what, moment)")
    _fill_due(connection, settings, days)
    connection.execute(_HELD)
    connection.execute("CREATE UNIQUE INDEX temp.held_key ON held (subject_group_id, term_id, lesson_id)")
    connection.execute(_COUNTS)
    connection.execute("CREATE UNIQUE INDEX temp.counts_key ON counts (subject_group_id, term_id)")
    connection.execute(_LISTED)
    connection.execute("CREATE UNIQUE INDEX temp.listed_key ON listed (subject_group_id, term_id, student_id)")
    connection.execute(_PUPIL)
    return Bench(connection, settings, snapshot.run_id, days)


def _local_date_of(settings: Settings) -> Callable[[str], str]:
    return lambda moment: local_date(from_utc_text(moment), settings.zone).isoformat()


def _utc_of(settings: Settings) -> Callable[[str, int], str]:
    """A minute of the school's clocks, and some minutes later, as the UTC text of the mirror."""

    def convert(text: str, minutes: int) -> str:
        moment = datetime.fromisoformat(text).replace(tzinfo=settings.zone)
        return utc_text(moment.astimezone(UTC) + timedelta(minutes=minutes))

    return convert


def _fill_due(connection: sqlite3.Connection, settings: Settings, days: SchoolDays) -> None:
    """Deadlines by lesson date; a deadline beyond the known timetable has no row, for it has not passed."""
    deadlines = settings.deadlines
    wanted: list[tuple[str, int, time]] = [
        ("lesson", 0, deadlines.lesson),
        ("homework", 0, deadlines.homework),
        ("explained", UNEXPLAINED_DAYS, deadlines.lesson),
    ]
    wanted += [("marks", count, deadlines.marks) for count in {0, *(item.school_days for item in deadlines.work_types)}]
    dates = [date.fromisoformat(row[0]) for row in connection.execute("SELECT DISTINCT date FROM as_of_lesson")]
    connection.execute(
        "CREATE TEMP TABLE due (what TEXT, days INTEGER, date TEXT, moment TEXT, PRIMARY KEY (what, days, date))"
        " WITHOUT ROWID"
    )
    connection.executemany(
        "INSERT INTO due VALUES (?, ?, ?, ?)",
        [
            (what, count, day.isoformat(), utc_text(local_moment(last, at, settings.zone)))
            for what, count, at in wanted
            for day in dates
            if (last := days.after(day, count)) is not None
        ],
    )


_JOURNAL = """
CREATE TEMP TABLE journal AS
WITH tried AS (
  SELECT subject_group_id, term_id, max(run_id) AS tried_run, max(CASE WHEN ok THEN run_id END) AS read_run
  FROM as_of_read WHERE kind = 'journal' GROUP BY subject_group_id, term_id
), roster AS (
  SELECT class_id, max(run_id) AS tried_run, max(CASE WHEN ok THEN run_id END) AS read_run
  FROM as_of_read WHERE kind = 'roster' GROUP BY class_id
)
SELECT g.subject_group_id, t.term_id, g.class_id, g.name AS group_name, g.subject_name, c.name AS class_name, c.grade,
  t.name AS term_name, t.kind AS term_kind, t.start AS term_start, t."end" AS term_end,
  tried.tried_run, tried.read_run, r.finished_at AS read_at, r.payload_hash,
  coalesce(tried.read_run = tried.tried_run AND r.finished_at >= :stale, 0) AS fresh,
  coalesce(roster.read_run = roster.tried_run AND rr.finished_at >= :stale, 0) AS roster_fresh,
  c.grade >= 2 AND g.grading = 'marks' AND NOT g.extracurricular AND NOT g.individual_plan AS marked,
  c.grade >= 2 AND NOT g.extracurricular AS with_homework
FROM as_of_subject_group g
JOIN as_of_subject_group_term USING (subject_group_id)
JOIN as_of_term t USING (term_id)
JOIN as_of_school_class c ON c.class_id = g.class_id
LEFT JOIN tried ON tried.subject_group_id = g.subject_group_id AND tried.term_id = t.term_id
LEFT JOIN main.scope_read r
  ON r.subject_group_id = g.subject_group_id AND r.term_id = t.term_id AND r.run_id = tried.read_run
LEFT JOIN roster ON roster.class_id = g.class_id
LEFT JOIN main.scope_read rr ON rr.scope = 'roster:' || g.class_id AND rr.run_id = roster.read_run
WHERE t.start <= :today
"""

_READS = """
CREATE TEMP TABLE reads AS
SELECT subject_group_id, term_id, run_id, started_at,
  lag(finished_at) OVER (PARTITION BY subject_group_id, term_id ORDER BY run_id) AS lower
FROM as_of_read WHERE kind = 'journal' AND ok
"""

_TOUCH = """
CREATE TEMP TABLE touch AS
SELECT DISTINCT class_id, subject_name, lesson_date, touched(action) AS what,
  utc_of(at, 0) AS moment, utc_of(at, 1) AS minute_end
FROM as_of_journal_access WHERE touched(action) IS NOT NULL
"""

_HELD = """
CREATE TEMP TABLE held AS
SELECT l.subject_group_id, l.term_id, l.lesson_id, l.date, l.slot, l.topic,
  length(trim(coalesce(l.topic, ''))) >= 3 AS has_topic,
  due.moment < j.read_at AS held,
  coalesce(is_control(l.topic), 0) OR EXISTS (
    SELECT 1 FROM as_of_assignment a JOIN as_of_assignment_type k USING (type_id)
    WHERE a.subject_group_id = l.subject_group_id AND a.term_id = l.term_id AND a.lesson_id = l.lesson_id
      AND NOT a.homework AND is_control(k.name)
  ) AS control
FROM as_of_lesson l
JOIN journal j USING (subject_group_id, term_id)
JOIN due ON due.what = 'lesson' AND due.days = 0 AND due.date = l.date
WHERE NOT l.missing AND j.read_run IS NOT NULL
"""

_COUNTS = """
CREATE TEMP TABLE counts AS
SELECT subject_group_id, term_id, count(*) AS planned, sum(held) AS held,
  min(date) AS first_date, max(date) AS last_date
FROM held GROUP BY subject_group_id, term_id
"""

_LISTED = """
CREATE TEMP TABLE listed AS
SELECT s.subject_group_id, s.term_id, s.student_id, coalesce(
    e.start,
    (SELECT local_date(later.finished_at) FROM main.scope_read later
     WHERE later.scope = 'roster:' || e.class_id
       AND later.run_id = (SELECT min(v.seen_from) FROM main.enrolment v
                           WHERE v.class_id = e.class_id AND v.student_id = e.student_id)
       AND EXISTS (SELECT 1 FROM main.scope_read earlier
                   WHERE earlier.scope = later.scope AND earlier.ok AND earlier.run_id < later.run_id)),
    '') AS first_day
FROM as_of_group_student s
JOIN journal j USING (subject_group_id, term_id)
JOIN as_of_enrolment e ON e.class_id = j.class_id AND e.student_id = s.student_id
WHERE NOT s.missing AND NOT e.missing
"""

_PUPIL = """
CREATE TEMP TABLE pupil AS
WITH missed AS (
  SELECT a.subject_group_id, a.term_id, a.student_id, count(*) AS lessons
  FROM as_of_attendance a
  JOIN held h USING (subject_group_id, term_id, lesson_id)
  JOIN listed p USING (subject_group_id, term_id, student_id)
  WHERE h.held AND h.date >= p.first_day AND a.code NOT IN ('late', 'remote')
  GROUP BY a.subject_group_id, a.term_id, a.student_id
), given AS (
  SELECT subject_group_id, term_id, student_id, sum(NOT missing) AS marks, sum(missing) AS unconfirmed
  FROM as_of_mark WHERE value IS NOT NULL GROUP BY subject_group_id, term_id, student_id
)
SELECT p.subject_group_id, p.term_id, p.student_id, p.first_day,
  coalesce(given.marks, 0) AS marks, coalesce(given.unconfirmed, 0) AS unconfirmed,
  c.planned, counted.lessons AS counted, counted.lessons - coalesce(missed.lessons, 0) AS attended
FROM listed p
JOIN journal j USING (subject_group_id, term_id)
JOIN counts c USING (subject_group_id, term_id)
JOIN (
  SELECT p.subject_group_id, p.term_id, p.student_id,
    CASE WHEN p.first_day <= c.first_date THEN c.held ELSE (
      SELECT count(*) FROM held h WHERE h.subject_group_id = p.subject_group_id AND h.term_id = p.term_id
        AND h.held AND h.date >= p.first_day
    ) END AS lessons
  FROM listed p JOIN counts c USING (subject_group_id, term_id)
) counted USING (subject_group_id, term_id, student_id)
LEFT JOIN missed USING (subject_group_id, term_id, student_id)
LEFT JOIN given USING (subject_group_id, term_id, student_id)
WHERE j.marked
"""
