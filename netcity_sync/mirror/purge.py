"""Destroying the journals of a school year in the mirror and the raw answers, each in one transaction.

What goes: all versions of lessons, assignments, marks, attendance and lists of the year's journals, the reports on
access to them, the record of these reads, and the answers that only they rest on. What stays: classes and their lists,
subjects, terms, staff, names, and final marks, which the сводная ведомость needs. Freed pages are overwritten.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from netcity_sync.mirror.schema import ACCESS_TABLE, JOURNAL_TABLES
from netcity_sync.mirror.school_years import MirrorYear

_SCOPES = """
CREATE TEMP TABLE purged_scope AS
SELECT scope_id, kind, class_id, subject_group_id, term_id, month FROM main.scope
WHERE kind = 'journal' AND term_id IN (SELECT term_id FROM temp.purged_term)
  OR kind = 'journal_access' AND month BETWEEN :first_month AND :last_month
"""
_JOURNAL_ROWS = (
    "FROM main.{0} WHERE (subject_group_id, term_id) IN"
    " (SELECT subject_group_id, term_id FROM temp.purged_scope WHERE kind = 'journal')"
)
_ACCESS_ROWS = (
    f"FROM main.{ACCESS_TABLE.name} WHERE (class_id, month) IN"
    " (SELECT class_id, month FROM temp.purged_scope WHERE kind = 'journal_access')"
)
_ROWS = {
    **{table.name: _JOURNAL_ROWS.format(table.name) for table in JOURNAL_TABLES},
    ACCESS_TABLE.name: _ACCESS_ROWS,
    "scope_read": "FROM main.scope_read WHERE scope_id IN (SELECT scope_id FROM temp.purged_scope)",
    "scope": "FROM main.scope WHERE scope_id IN (SELECT scope_id FROM temp.purged_scope)",
}
_SUBJECTS = """
SELECT s.student_id, coalesce((SELECT name FROM main.student n WHERE n.student_id = s.student_id
  ORDER BY seen_from DESC LIMIT 1), '') AS name
FROM ({}) s ORDER BY name, s.student_id
"""
_HASHES = """
SELECT DISTINCT payload_hash FROM main.scope_read WHERE payload_hash IS NOT NULL
  AND scope_id IN (SELECT scope_id FROM temp.purged_scope)
EXCEPT SELECT payload_hash FROM main.scope_read WHERE payload_hash IS NOT NULL
  AND scope_id NOT IN (SELECT scope_id FROM temp.purged_scope)
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A pupil whose records are destroyed."""

    student_id: int
    name: str


def mark_for_purge(connection: sqlite3.Connection, year: MirrorYear) -> None:
    """Find what belongs to a year's journals; the functions below are about that. The caller has no transaction."""
    connection.execute("DROP TABLE IF EXISTS temp.purged_term")
    connection.execute("DROP TABLE IF EXISTS temp.purged_scope")
    connection.execute("CREATE TEMP TABLE purged_term (term_id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO temp.purged_term VALUES (?)", [(term,) for term in year.terms])
    months = {
        "first_month": year.start.year * 100 + year.start.month, "last_month": year.end.year * 100 + year.end.month
    }  # fmt: skip
    connection.execute(_SCOPES, months)


def purged_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows of each table would go."""
    return {name: int(connection.execute(f"SELECT count(*) {rows}").fetchone()[0]) for name, rows in _ROWS.items()}


def purged_subjects(connection: sqlite3.Connection) -> tuple[Subject, ...]:
    """The pupils whose records would go, by name."""
    named = ("group_student", "mark", "attendance")
    ids = " UNION ".join(f"SELECT student_id {_ROWS[name]}" for name in named)
    return tuple(Subject(*row) for row in connection.execute(_SUBJECTS.format(ids)))


def purged_hashes(connection: sqlite3.Connection) -> list[bytes]:
    """The names of the raw answers that nothing else rests on."""
    return [row[0] for row in connection.execute(_HASHES)]


def purge_rows(connection: sqlite3.Connection, also: Callable[[sqlite3.Connection], None]) -> None:
    """Delete the rows in one transaction, with what `also` deletes."""
    connection.execute("PRAGMA secure_delete = ON")
    with transaction(connection):
        for rows in _ROWS.values():
            connection.execute(f"DELETE {rows}")
        also(connection)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
