"""What rules about final marks look at besides the bench: the marks themselves, how fresh they are, when they are due.

| table | a row a … | holds |
|---|---|---|
| `final_read` | journal over the year | the last good read of its final marks, whether that is fresh |
| `final` | final mark | as the last good read left it; `missing` where it vanished, not confirmed |
| `final_due` | class × term | the last day for final marks, made anew for each set of a rule's numbers |

`journal` and `class_read` get the column `finals_fresh`: for a class, of all its marked journals.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Proof
from netcity_sync.compliance.registry import Param
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.compliance.words import is_not_attested
from netcity_sync.russian import class_key, plain
from netcity_sync.school_days import local_moment

_SATURDAY = 5
_ORDER_AFTER_TERM = timedelta(days=31)

DAYS_BEFORE = Param("days_before", 2, "За сколько учебных дней до последнего дня периода, если приказа нет.", 0, 30)

OVER = "j.term_end < local_date(j.read_at) AND j.term_end < local_date(fr.final_at)"
"""The term was over when the journal and its final marks were last read."""

GIVEN = """
FROM pupil p
CROSS JOIN journal j ON j.subject_group_id = p.subject_group_id AND j.term_id = p.term_id
CROSS JOIN counts c ON c.subject_group_id = p.subject_group_id AND c.term_id = p.term_id
CROSS JOIN final f
  ON f.subject_group_id = p.subject_group_id AND f.term_id = p.term_id AND f.student_id = p.student_id
CROSS JOIN final_read fr ON fr.subject_group_id = p.subject_group_id
LEFT JOIN as_of_student s ON s.student_id = p.student_id
"""
JUDGED = f"""
j.fresh AND j.roster_fresh AND j.finals_fresh AND {OVER} AND f.kind = 'term' AND NOT f.missing AND p.counted = c.held"""
"""Pupils with a final mark of a term that is over; who arrived during the term is not judged by it."""
WORDS = "p.*, f.value, f.raw, s.name, fr.final_run, fr.final_at, fr.final_hash, j.*"


def prepare_finals(bench: Bench) -> None:
    """Make the tables that do not hang on a rule's numbers."""
    connection = bench.connection
    add_function(connection, "is_not_attested", is_not_attested)
    connection.execute(_FINAL_READ, {"run": bench.run_id, "stale": bench.fresh_from})
    connection.execute("CREATE UNIQUE INDEX temp.final_read_key ON final_read (subject_group_id)")
    connection.execute(_FINAL)
    connection.execute("CREATE UNIQUE INDEX temp.final_key ON final (subject_group_id, term_id, student_id, kind)")
    for table in ("journal", "class_read"):
        connection.execute(f"ALTER TABLE temp.{table} ADD COLUMN finals_fresh INTEGER NOT NULL DEFAULT 0")
    connection.execute(
        "UPDATE temp.journal SET finals_fresh = 1 WHERE subject_group_id IN"
        " (SELECT subject_group_id FROM final_read WHERE fresh)"
    )
    connection.execute(
        "UPDATE temp.class_read SET finals_fresh = coalesce((SELECT min(j.finals_fresh) FROM class_journal k"
        " CROSS JOIN journal j USING (subject_group_id, term_id)"
        " WHERE k.class_id = class_read.class_id AND j.marked), 1)"
    )


_FINAL_READ = """
CREATE TEMP TABLE final_read AS
SELECT g.subject_group_id, s.scope_id AS final_scope_id, r.run_id AS final_run, r.ended AS final_at,
  (SELECT lower(hex(p.payload_hash)) FROM main.scope_read p WHERE p.scope_id = s.scope_id
     AND p.run_id <= r.run_id AND p.payload_hash IS NOT NULL ORDER BY p.run_id DESC LIMIT 1) AS final_hash,
  r.ended >= :stale AND r.run_id =
    (SELECT max(run_id) FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run) AS fresh
FROM (SELECT DISTINCT subject_group_id FROM journal) g
CROSS JOIN main.scope s ON s.subject_group_id = g.subject_group_id AND s.kind = 'term_marks'
CROSS JOIN main.scope_read r ON r.scope_id = s.scope_id AND r.run_id = (
  SELECT run_id FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run AND error IS NULL
  ORDER BY run_id DESC LIMIT 1)
"""

_FINAL = """
CREATE TEMP TABLE final AS
SELECT f.subject_group_id, f.term_id, f.student_id, f.kind, f.value, f.raw, f.missing,
  is_not_attested(f.raw) AS not_attested
FROM final_read r CROSS JOIN as_of_final_mark f ON f.subject_group_id = r.subject_group_id
"""


def fill_due(bench: Bench) -> None:
    """When final marks are due in each class and term: by the order, else some school days before the term's last."""
    connection = bench.connection
    connection.execute("DROP TABLE IF EXISTS temp.final_due")
    connection.execute(
        "CREATE TEMP TABLE final_due (class_id INTEGER, term_id INTEGER, day TEXT, moment INTEGER, closed INTEGER,"
        " PRIMARY KEY (class_id, term_id)) WITHOUT ROWID"
    )
    orders = bench.rows("SELECT term, class_name, due_on FROM as_of_final_mark_date WHERE NOT missing")
    terms = bench.rows(
        "SELECT class_id, class_name, grade, term_id, term_name, term_start, term_end FROM journal UNION"
        " SELECT c.class_id, c.class_name, c.grade, j.term_id, j.term_name, j.term_start, j.term_end FROM guest g"
        " CROSS JOIN journal j USING (subject_group_id, term_id) CROSS JOIN class_read c ON c.class_id = g.own_class_id"
    )
    connection.executemany("INSERT INTO final_due VALUES (?, ?, ?, ?, ?)", _due_rows(bench, orders, terms))


def _due_rows(
    bench: Bench, orders: Iterable[sqlite3.Row], terms: Iterable[sqlite3.Row]
) -> Iterator[tuple[int, int, str, int, int]]:
    orders = list(orders)
    at, zone = bench.settings.deadlines.marks, bench.settings.zone
    usual: dict[int, date] = {}
    for row in terms:
        end = date.fromisoformat(row["term_end"])
        if row["term_id"] not in usual:
            usual[row["term_id"]] = _days_before(bench, date.fromisoformat(row["term_start"]), end)
        day = _ordered(orders, row) or usual[row["term_id"]]
        due, closed = (int(local_moment(item, at, zone).timestamp()) for item in (day, max(day, end)))
        yield row["class_id"], row["term_id"], day.isoformat(), due, closed


def _days_before(bench: Bench, start: date, end: date) -> date:
    """So many school days before the term's last one; beyond the known timetable every weekday may be one."""
    known = bench.school_days.within(start, end)
    day = known[-1] + timedelta(days=1) if known else start
    while day <= end:
        if day.weekday() < _SATURDAY:
            known.append(day)
        day += timedelta(days=1)
    place = len(known) - 1 - int(bench.param(DAYS_BEFORE.name))
    return known[place] if place >= 0 else end


def _ordered(orders: Iterable[sqlite3.Row], row: sqlite3.Row) -> date | None:
    """The day that an order names for a class, else its grade, else the school; one of another year is none."""
    start, end = date.fromisoformat(row["term_start"]), date.fromisoformat(row["term_end"])
    days = {
        class_key(item["class_name"]): day
        for item in orders
        if plain(item["term"]) == plain(row["term_name"])
        and start <= (day := date.fromisoformat(item["due_on"])) <= end + _ORDER_AFTER_TERM
    }
    places = (class_key(row["class_name"]), str(row["grade"]), "")
    return next((days[place] for place in places if place in days), None)


def finals_proof(row: sqlite3.Row, *facts: tuple[str, str]) -> Proof:
    """The proof of what final marks are: the read of them."""
    return Proof(row["final_run"], utc_text(from_unix(row["final_at"])), row["final_hash"], facts=facts)
