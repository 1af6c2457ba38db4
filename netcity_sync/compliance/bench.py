"""What all rules look at, prepared once a check as temporary tables over a snapshot (docs/checks.md «Words»).

| table | a row a … | holds |
|---|---|---|
| `journal` | journal in a term that has begun | its last good read, whether that is fresh, what rules apply |
| `touch` | kind of entry × lesson date × minute | when the report on access saw such an entry touched |
| `due` | lesson date × deadline | the moment at which a record of that date is late |
| `held` | lesson that stood on the page of the last read | whether it is held, has a topic, is a control work |
| `homework_day` | day of a journal | is there where homework was given on it |
| `listed` | pupil on the list of a journal | the pupil's own class, and the first day in it |
| `guest` | pupil on the list of another class's journal | the same, of those whom combined journals certainly hold |
| `pupil` | pupil on the list of a marked journal | lessons that count, lessons attended, given marks, possible ones |
| `assessment` | day of a journal with an assessment work | its last such lesson, the first one's number, whether held |
| `class_journal` | journal of a class | those of its own, and the combined ones that list its pupils |
| `shared` | two journals of different classes | some pupil certainly belongs to both |
| `class_read` | class of the year | whether all of its journals, and its roster, are fresh |

What is about a class starts from `class_journal` and looks at pupils by `own_class_id`; without combined journals these
say the same as `journal.class_id`. `named.py` and `handed.py` add those of what the exchange folder tells.

Moments are seconds UTC since 1970. Everything starts from `journal`, which holds the journals of the year only, so that
a check costs the same however many years the mirror remembers: `CROSS JOIN` keeps SQLite from starting elsewhere.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix
from netcity_sync.compliance.finding import Proof
from netcity_sync.compliance.handed import STALE_DAYS, Taken, prepare_handed
from netcity_sync.compliance.named import match_names
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.compliance.words import (
    is_assessment,
    is_control,
    is_correction,
    is_outside_scale,
    is_vague,
    marks_in_cell,
    speaks_of_assessment,
    touched,
)
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.school_days import SchoolDays, local_date, local_moment
from netcity_sync.settings import Settings

TOPIC_CHARACTERS = 3
"""What is shorter is no topic: in reports, and in rules that are not told otherwise."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The prepared tables, and what a rule needs besides; `lesson_dates` are those of all journals.

    `now` (UTC) is the moment that the check is made as of; reads before `fresh_from` (seconds UTC) are not fresh.
    """

    connection: sqlite3.Connection
    settings: Settings
    run_id: int
    now: datetime
    fresh_from: int
    school_days: SchoolDays
    lesson_dates: tuple[date, ...]
    params: Mapping[str, float] = field(default_factory=dict)

    def param(self, name: str) -> float:
        """A number of the rule that is asked, as it is in force for the journals that it is asked about."""
        return self.params[name]

    def rows(self, query: str, **values: object) -> list[sqlite3.Row]:
        """The rows of a query."""
        return self.connection.execute(query, values).fetchall()

    def local(self, moment: int) -> datetime:
        """A moment by the school's clocks."""
        return from_unix(moment).astimezone(self.settings.zone)

    @property
    def today(self) -> date:
        """The date at `now` by the school's clocks."""
        return local_date(self.now, self.settings.zone)

    @property
    def year_began(self) -> date | None:
        """The first day of the school year; None where the source does not tell it."""
        row = self.rows("SELECT max(start) AS day FROM as_of_school_year WHERE NOT missing")[0]
        return date.fromisoformat(row["day"]) if row["day"] else None

    def taken(self, table: Capability) -> Taken | None:
        """The last good take of a table of the exchange folder; None where it tells too little of late.

        That is where its last day is more than the rule's `stale_days` ago.
        """
        rows = self.rows("SELECT run_id, read_at, day FROM taken WHERE name = :name", name=table.value)
        if not rows or (self.today - (day := date.fromisoformat(rows[0]["day"]))).days > self.param(STALE_DAYS):
            return None
        return Taken(day, Proof(rows[0]["run_id"], rows[0]["read_at"]))

    def add_due(self, what: str, count: int, at: time) -> None:
        """Deadlines by lesson date, `count` school days later at `at`, into the table `due`.

        A deadline beyond the known timetable gets no row, for it has not passed.
        """
        self.connection.executemany(
            "INSERT OR IGNORE INTO due VALUES (?, ?, ?, ?)",
            [
                (what, count, day.isoformat(), int(local_moment(last, at, self.settings.zone).timestamp()))
                for day in self.lesson_dates
                if (last := self.school_days.after(day, count)) is not None
            ],
        )


_WORDS = (
    is_assessment, is_control, is_correction, is_outside_scale, is_vague, marks_in_cell, speaks_of_assessment, touched,
)  # fmt: skip
"""What SQL may ask of words, under these names."""


def prepare_bench(
    snapshot: Snapshot, settings: Settings, now: datetime, *, read_until: datetime | None = None
) -> Bench:
    """Make the tables for a check at `now` (UTC).

    Reads are stale that lie more than `checks.stale_after_hours` before it, or before `read_until` where that is given.
    """
    connection = snapshot.connection
    days = snapshot.school_days(settings.calendar.days_off)
    for judge in _WORDS:
        add_function(connection, judge.__name__, judge)
    add_function(connection, "local_date", _local_date_of(settings))
    add_function(connection, "utc_of", _utc_of(settings))
    stale = int(((read_until or now) - timedelta(hours=settings.checks.stale_after_hours)).timestamp())
    today = local_date(now, settings.zone).isoformat()
    for query in _TABLES:
        connection.execute(query)
    connection.execute(_JOURNAL, {"run": snapshot.run_id, "today": today, "stale": stale})
    connection.execute("CREATE INDEX temp.journal_class ON journal (class_id)")
    _list_pupils(connection, snapshot.run_id, stale)
    connection.execute(_TOUCH)
    connection.execute("CREATE INDEX temp.touch_place ON touch (class_id, subject_name, lesson_date, what, moment)")
    bench = Bench(connection, settings, snapshot.run_id, now, stale, days, _lesson_dates(connection))
    _fill_due(bench)
    connection.execute(_CONTROL)
    connection.execute("CREATE INDEX temp.control_key ON control (subject_group_id, term_id, lesson_id)")
    connection.execute(_HELD)
    connection.execute("CREATE INDEX temp.held_day ON held (subject_group_id, term_id, date, slot, lesson_id)")
    connection.execute(_HOMEWORK_DAY)
    connection.execute("CREATE UNIQUE INDEX temp.homework_day_key ON homework_day (subject_group_id, term_id, date)")
    connection.execute(_ASSESSMENT)
    connection.execute("CREATE INDEX temp.assessment_day ON assessment (class_id, date)")
    connection.execute("CREATE INDEX temp.assessment_journal ON assessment (subject_group_id, term_id)")
    connection.execute(_COUNTS)
    connection.execute(_PUPIL)
    match_names(connection)
    prepare_handed(connection, settings, snapshot.run_id, stale)
    return bench


def _list_pupils(connection: sqlite3.Connection, run_id: int, stale: int) -> None:
    """Who is on the lists of journals, of their own class's and of combined ones, and what that makes of classes."""
    connection.execute(_ARRIVAL)
    connection.execute("CREATE UNIQUE INDEX temp.arrival_key ON arrival (class_id, student_id)")
    connection.execute(_LISTED)
    connection.execute(_GUEST, {"run": run_id})
    connection.execute("DELETE FROM listed WHERE own_class_id IS NULL")
    connection.execute("INSERT INTO listed SELECT * FROM guest")
    connection.execute(
        "CREATE INDEX temp.listed_pupil ON listed (student_id, subject_group_id, term_id, first_day, own_class_id)"
    )
    connection.execute(_CLASS_JOURNAL)
    connection.execute("CREATE INDEX temp.class_journal_of ON class_journal (subject_group_id, term_id, class_id)")
    connection.execute(_SHARED)
    connection.execute(_CLASS_READ, {"run": run_id, "stale": stale})
    connection.execute(_GUESTS_UNREAD)


def _local_date_of(settings: Settings) -> Callable[[int], str]:
    return lambda moment: local_date(from_unix(moment), settings.zone).isoformat()


def _utc_of(settings: Settings) -> Callable[[str], int]:
    """A minute of the school's clocks as a moment."""
    return lambda text: int(datetime.fromisoformat(text).replace(tzinfo=settings.zone).timestamp())


def _lesson_dates(connection: sqlite3.Connection) -> tuple[date, ...]:
    lessons = connection.execute(
        "SELECT DISTINCT date FROM journal CROSS JOIN as_of_lesson USING (subject_group_id, term_id)"
    )
    return tuple(date.fromisoformat(row[0]) for row in lessons)


def _fill_due(bench: Bench) -> None:
    """The deadlines that the settings tell; a rule adds those that hang on its own numbers."""
    bench.connection.execute(
        "CREATE TEMP TABLE due (what TEXT, days INTEGER, date TEXT, moment INTEGER, PRIMARY KEY (what, days, date))"
        " WITHOUT ROWID"
    )
    deadlines = bench.settings.deadlines
    bench.add_due("lesson", 0, deadlines.lesson)
    bench.add_due("homework", 0, deadlines.homework)
    bench.add_due("attendance", 0, deadlines.lesson)
    for count in {0, *(item.school_days for item in deadlines.work_types)}:
        bench.add_due("marks", count, deadlines.marks)


_TABLES = (
    """
CREATE TEMP TABLE journal (
  subject_group_id INTEGER, term_id INTEGER, class_id INTEGER, group_name TEXT, subject_name TEXT, class_name TEXT,
  grade INTEGER, term_name TEXT, term_kind TEXT, term_start TEXT, term_end TEXT, scope_id INTEGER,
  roster_scope_id INTEGER, read_run INTEGER, read_at INTEGER, tried_run INTEGER, payload_hash TEXT, fresh INTEGER,
  roster_fresh INTEGER, marked INTEGER, with_homework INTEGER, PRIMARY KEY (subject_group_id, term_id)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE held (
  subject_group_id INTEGER, term_id INTEGER, lesson_id INTEGER, date TEXT, slot INTEGER, topic TEXT, has_topic INTEGER,
  held INTEGER, control INTEGER, PRIMARY KEY (subject_group_id, term_id, lesson_id)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE counts (
  subject_group_id INTEGER, term_id INTEGER, planned INTEGER, held INTEGER, first_date TEXT, last_date TEXT,
  PRIMARY KEY (subject_group_id, term_id)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE listed (
  subject_group_id INTEGER, term_id INTEGER, student_id INTEGER, first_day TEXT, own_class_id INTEGER,
  PRIMARY KEY (subject_group_id, term_id, student_id)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE guest (
  subject_group_id INTEGER, term_id INTEGER, student_id INTEGER, first_day TEXT, own_class_id INTEGER,
  PRIMARY KEY (subject_group_id, term_id, student_id)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE class_journal (
  class_id INTEGER, subject_group_id INTEGER, term_id INTEGER, PRIMARY KEY (class_id, subject_group_id, term_id)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE shared (
  subject_group_id INTEGER, term_id INTEGER, other_id INTEGER, other_term INTEGER,
  PRIMARY KEY (subject_group_id, term_id, other_id, other_term)
) WITHOUT ROWID
""",
    """
CREATE TEMP TABLE pupil (
  subject_group_id INTEGER, term_id INTEGER, student_id INTEGER, first_day TEXT, own_class_id INTEGER, marks INTEGER,
  unconfirmed INTEGER, planned INTEGER, counted INTEGER, attended INTEGER,
  PRIMARY KEY (subject_group_id, term_id, student_id)
) WITHOUT ROWID
""",
)
"""Tables that are looked up by their keys, and read in the order of these: neither takes an index or a sort more."""

_JOURNAL = """
INSERT INTO temp.journal
SELECT g.subject_group_id, t.term_id, g.class_id, g.name AS group_name, g.subject_name, c.name AS class_name, c.grade,
  t.name AS term_name, t.kind AS term_kind, t.start AS term_start, t."end" AS term_end,
  s.scope_id, ro.scope_id AS roster_scope_id, r.run_id AS read_run, r.ended AS read_at,
  (SELECT max(run_id) FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run) AS tried_run,
  (SELECT lower(hex(p.payload_hash)) FROM main.scope_read p WHERE p.scope_id = s.scope_id
     AND p.run_id <= r.run_id AND p.payload_hash IS NOT NULL ORDER BY p.run_id DESC LIMIT 1) AS payload_hash,
  coalesce(r.ended >= :stale AND r.run_id =
    (SELECT max(run_id) FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run), 0) AS fresh,
  coalesce(rr.ended >= :stale AND rr.run_id =
    (SELECT max(run_id) FROM main.scope_read WHERE scope_id = ro.scope_id AND run_id <= :run), 0) AS roster_fresh,
  c.grade >= 2 AND g.grading = 'marks' AND NOT g.extracurricular AND NOT g.individual_plan AS marked,
  c.grade >= 2 AND NOT g.extracurricular AS with_homework
FROM as_of_subject_group g
JOIN as_of_subject_group_term USING (subject_group_id)
JOIN as_of_term t USING (term_id)
JOIN as_of_school_class c ON c.class_id = g.class_id
LEFT JOIN main.scope s ON s.subject_group_id = g.subject_group_id AND s.term_id = t.term_id
LEFT JOIN main.scope_read r ON r.scope_id = s.scope_id AND r.run_id = (
  SELECT run_id FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run AND error IS NULL
  ORDER BY run_id DESC LIMIT 1)
LEFT JOIN main.scope ro ON ro.class_id = g.class_id AND ro.kind = 'roster'
LEFT JOIN main.scope_read rr ON rr.scope_id = ro.scope_id AND rr.run_id = (
  SELECT run_id FROM main.scope_read WHERE scope_id = ro.scope_id AND run_id <= :run AND error IS NULL
  ORDER BY run_id DESC LIMIT 1)
WHERE t.start <= :today
"""

_CLASS_READ = """
CREATE TEMP TABLE class_read AS
SELECT c.class_id, c.name AS class_name, c.grade,
  coalesce((
    SELECT min(j.fresh) FROM class_journal k CROSS JOIN journal j USING (subject_group_id, term_id)
    WHERE k.class_id = c.class_id
  ), 0) AS fresh,
  coalesce(r.ended >= :stale AND r.run_id =
    (SELECT max(run_id) FROM main.scope_read WHERE scope_id = ro.scope_id AND run_id <= :run), 0) AS roster_fresh,
  r.run_id AS roster_run, r.ended AS roster_at
FROM as_of_school_class c
LEFT JOIN main.scope ro ON ro.class_id = c.class_id AND ro.kind = 'roster'
LEFT JOIN main.scope_read r ON r.scope_id = ro.scope_id AND r.run_id = (
  SELECT run_id FROM main.scope_read WHERE scope_id = ro.scope_id AND run_id <= :run AND error IS NULL
  ORDER BY run_id DESC LIMIT 1)
WHERE NOT c.missing
"""

_TOUCH = """
CREATE TEMP TABLE touch AS
SELECT class_id, subject_name, lesson_date, what, moment, moment + 60 AS minute_end FROM (
  SELECT DISTINCT a.class_id, a.subject_name, a.lesson_date, touched(a.action) AS what, utc_of(a.at) AS moment
  FROM (SELECT DISTINCT class_id FROM journal) CROSS JOIN as_of_journal_access a USING (class_id)
) WHERE what IS NOT NULL
"""

_CONTROL = """
CREATE TEMP TABLE control AS
SELECT a.subject_group_id, a.term_id, a.lesson_id
FROM journal j
CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
WHERE NOT a.homework AND a.lesson_id IS NOT NULL
  AND a.type_id IN (SELECT type_id FROM as_of_assignment_type WHERE is_control(name))
"""

_HELD = f"""
INSERT INTO temp.held
SELECT l.subject_group_id, l.term_id, l.lesson_id, l.date, l.slot, l.topic,
  length(trim(coalesce(l.topic, ''))) >= {TOPIC_CHARACTERS} AS has_topic,
  due.moment < j.read_at AS held,
  coalesce(is_control(l.topic), 0) OR EXISTS (
    SELECT 1 FROM control k
    WHERE k.subject_group_id = l.subject_group_id AND k.term_id = l.term_id AND k.lesson_id = l.lesson_id
  ) AS control
FROM journal j
CROSS JOIN as_of_lesson l ON l.subject_group_id = j.subject_group_id AND l.term_id = j.term_id
JOIN due ON due.what = 'lesson' AND due.days = 0 AND due.date = l.date
WHERE NOT l.missing AND j.read_run IS NOT NULL
"""

_HOMEWORK_DAY = """
CREATE TEMP TABLE homework_day AS
SELECT DISTINCT h.subject_group_id, h.term_id, h.date
FROM journal j
CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
CROSS JOIN held h
  ON h.subject_group_id = a.subject_group_id AND h.term_id = a.term_id AND h.lesson_id = a.given_at_lesson_id
WHERE a.homework AND a.text IS NOT NULL
"""

_ASSESSMENT = """
CREATE TEMP TABLE assessment AS
WITH works AS MATERIALIZED (
  SELECT a.subject_group_id, a.term_id, a.lesson_id
  FROM journal j
  CROSS JOIN as_of_assignment a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
  WHERE NOT a.homework AND NOT a.missing AND a.lesson_id IS NOT NULL
    AND a.type_id IN (SELECT type_id FROM as_of_assignment_type WHERE is_assessment(name))
)
SELECT * FROM (
  SELECT j.class_id, g.subject_id, h.subject_group_id, h.term_id, h.lesson_id, h.date, h.slot, h.held,
    min(h.slot) OVER (PARTITION BY h.subject_group_id, h.term_id, h.date) AS first_slot,
    row_number() OVER (
      PARTITION BY h.subject_group_id, h.term_id, h.date ORDER BY h.slot DESC, h.lesson_id DESC
    ) AS place
  FROM journal j
  CROSS JOIN as_of_subject_group g USING (subject_group_id)
  CROSS JOIN held h USING (subject_group_id, term_id)
  WHERE NOT g.individual_plan AND NOT g.extracurricular AND (
    h.held AND is_assessment(h.topic)
    OR (h.subject_group_id, h.term_id, h.lesson_id) IN (SELECT subject_group_id, term_id, lesson_id FROM works))
) WHERE place = 1
"""

_COUNTS = """
INSERT INTO temp.counts
SELECT subject_group_id, term_id, count(*) AS planned, sum(held) AS held,
  min(date) AS first_date, max(date) AS last_date
FROM held GROUP BY subject_group_id, term_id
"""

_ARRIVAL = """
CREATE TEMP TABLE arrival AS
SELECT e.class_id, e.student_id, coalesce(
    e.start,
    (SELECT local_date(later.ended) FROM main.scope_read later
     WHERE later.scope_id = k.roster_scope_id AND NOT later.anew
       AND later.run_id = (SELECT min(v.seen_from) FROM main.enrolment v
                           WHERE v.class_id = e.class_id AND v.student_id = e.student_id)
       AND EXISTS (SELECT 1 FROM main.scope_read earlier
                   WHERE earlier.scope_id = later.scope_id AND earlier.error IS NULL
                     AND earlier.run_id < later.run_id)),
    '') AS first_day
FROM (SELECT DISTINCT class_id, roster_scope_id FROM journal) k
CROSS JOIN as_of_enrolment e USING (class_id)
WHERE NOT e.missing
"""

_LISTED = """
INSERT INTO temp.listed
SELECT s.subject_group_id, s.term_id, s.student_id, a.first_day, a.class_id
FROM journal j
CROSS JOIN as_of_group_student s ON s.subject_group_id = j.subject_group_id AND s.term_id = j.term_id
LEFT JOIN arrival a ON a.class_id = j.class_id AND a.student_id = s.student_id
WHERE NOT s.missing
"""
"""Pupils of other classes too, for a while, without a class."""

_GUEST = """
INSERT INTO temp.guest
WITH sure AS MATERIALIZED (
  SELECT e.student_id, min(e.class_id) AS class_id
  FROM (SELECT DISTINCT class_id FROM journal) CROSS JOIN as_of_enrolment e USING (class_id)
  GROUP BY e.student_id HAVING count(*) = 1 AND NOT max(e.missing)
)
SELECT l.subject_group_id, l.term_id, l.student_id, a.first_day, a.class_id
FROM listed l
CROSS JOIN sure USING (student_id)
CROSS JOIN arrival a ON a.class_id = sure.class_id AND a.student_id = l.student_id
CROSS JOIN journal j ON j.subject_group_id = l.subject_group_id AND j.term_id = l.term_id
CROSS JOIN as_of_subject_group g ON g.subject_group_id = l.subject_group_id
WHERE l.own_class_id IS NULL AND a.first_day <= j.term_start
  AND NOT EXISTS (
    SELECT 1 FROM main.enrolment v
    WHERE v.class_id = j.class_id AND v.student_id = l.student_id AND v.seen_from <= :run)
  AND NOT EXISTS (
    SELECT 1 FROM journal own CROSS JOIN as_of_subject_group o USING (subject_group_id)
    WHERE own.class_id = a.class_id AND o.subject_id = g.subject_id
      AND own.term_start <= j.term_end AND own.term_end >= j.term_start AND (own.read_run IS NULL OR EXISTS (
        SELECT 1 FROM as_of_group_student s
        WHERE s.subject_group_id = own.subject_group_id AND s.term_id = own.term_id AND s.student_id = l.student_id)))
"""
"""Pupils of combined journals, where that is sure: whoever moved from class to class may stand on an old list."""

_CLASS_JOURNAL = """
INSERT INTO temp.class_journal
SELECT class_id, subject_group_id, term_id FROM journal
UNION
SELECT own_class_id, subject_group_id, term_id FROM guest
UNION
SELECT g.own_class_id, j.subject_group_id, j.term_id
FROM (SELECT DISTINCT own_class_id, subject_group_id FROM guest) g CROSS JOIN journal j USING (subject_group_id)
WHERE j.read_run IS NULL
"""
"""In a term of a combined journal that was never read the class may have pupils too."""

_SHARED = """
INSERT INTO temp.shared
WITH pair AS (
  SELECT DISTINCT g.subject_group_id, g.term_id, p.subject_group_id AS other_id, p.term_id AS other_term
  FROM guest g
  CROSS JOIN listed p ON p.student_id = g.student_id
  CROSS JOIN journal one ON one.subject_group_id = g.subject_group_id AND one.term_id = g.term_id
  CROSS JOIN journal two ON two.subject_group_id = p.subject_group_id AND two.term_id = p.term_id
  WHERE one.class_id <> two.class_id
)
SELECT * FROM pair UNION SELECT other_id, other_term, subject_group_id, term_id FROM pair
"""

_GUESTS_UNREAD = """
UPDATE temp.journal SET roster_fresh = 0 WHERE (subject_group_id, term_id) IN (
  SELECT g.subject_group_id, g.term_id FROM guest g CROSS JOIN class_read c ON c.class_id = g.own_class_id
  WHERE NOT c.roster_fresh)
"""
"""The pupils of a combined journal are known where the lists of all their classes are."""

_PUPIL = """
INSERT INTO temp.pupil
WITH told AS MATERIALIZED (
  SELECT p.subject_group_id, p.term_id, p.student_id, p.first_day, p.own_class_id, c.planned,
    CASE WHEN p.first_day <= c.first_date THEN c.held ELSE (
      SELECT count(*) FROM held h WHERE h.subject_group_id = p.subject_group_id AND h.term_id = p.term_id
        AND h.held AND h.date >= p.first_day
    ) END AS counted,
    (SELECT count(*) FROM as_of_attendance a
      CROSS JOIN held h
        ON h.subject_group_id = p.subject_group_id AND h.term_id = p.term_id AND h.lesson_id = a.lesson_id
      WHERE a.subject_group_id = p.subject_group_id AND a.term_id = p.term_id AND a.student_id = p.student_id
        AND a.code NOT IN ('late', 'remote') AND h.held AND h.date >= p.first_day
    ) AS missed,
    (SELECT coalesce(sum(CASE
        WHEN m.value IS NULL THEN marks_in_cell(m.raw) * 65536 WHEN m.missing THEN 65536 ELSE 1 END), 0)
      FROM as_of_mark m
      WHERE m.subject_group_id = p.subject_group_id AND m.term_id = p.term_id AND m.student_id = p.student_id
        AND (m.value IS NOT NULL OR m.raw LIKE '%/%')
    ) AS given
  FROM journal j
  CROSS JOIN counts c USING (subject_group_id, term_id)
  CROSS JOIN listed p USING (subject_group_id, term_id)
  WHERE j.marked
)
SELECT subject_group_id, term_id, student_id, first_day, own_class_id, given % 65536 AS marks,
  given / 65536 AS unconfirmed, planned, counted, counted - missed AS attended
FROM told
"""
"""`given` holds both counts of marks, so that a pupil's cells are passed once."""
