"""Destroying a school year in the mirror: everything personal that no other year rests on, in one transaction.

What goes: all versions of lessons, assignments, marks, attendance and lists of the year's journals, the reports on
access to them, what people brought about its days, the record of these reads; and lists of classes, final marks, names
of pupils and staff wherever they stood in no year that is kept. What stays: classes, subjects, terms, runs. Freed pages
are overwritten; only rebuilding the file (`vacuum.py`) rids it of what earlier changes left in its pages.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES
from netcity_sync.mirror.exchange_years import BELONGING, Belonging
from netcity_sync.mirror.schema import (
    ACCESS_TABLE,
    DICTIONARY_TABLES,
    ENTITY_TABLES,
    FINAL_MARK_TABLE,
    JOURNAL_TABLES,
    RECORD_TABLES,
    ROSTER_TABLES,
    STUDENT_TABLE,
    Record,
    Table,
)
from netcity_sync.mirror.school_years import MirrorYear
from netcity_sync.russian import plain

_NO_BOUND = 2**62
_STOOD = "{0}.seen_from <= {1}.last_run AND coalesce({0}.missing_from, {0}.seen_to, 9e18) > {1}.first_run"
_IN_NO_KEPT_YEAR = f"NOT EXISTS (SELECT 1 FROM temp.kept_year y WHERE {_STOOD.format('v', 'y')})"
_OF_JOURNALS = (
    "(v.subject_group_id, v.term_id) IN"
    " (SELECT subject_group_id, term_id FROM temp.purged_scope WHERE kind = 'journal')"
)
_OF_ACCESS = "(v.class_id, v.month) IN (SELECT class_id, month FROM temp.purged_scope WHERE kind = 'journal_access')"
_OF_ROSTERS = (
    f"NOT EXISTS (SELECT 1 FROM temp.kept_class k WHERE k.class_id = v.class_id AND {_STOOD.format('v', 'k')})"
)
_OF_FINALS = (
    "v.term_id IN (SELECT term_id FROM temp.purged_term) OR NOT EXISTS (SELECT 1 FROM temp.kept_group k"
    f" WHERE k.subject_group_id = v.subject_group_id AND {_STOOD.format('v', 'k')})"
)
_OF_NAMES = f"v.student_id IN (SELECT student_id FROM temp.forgotten_student) OR {_IN_NO_KEPT_YEAR}"
_OF_SCOPES = "v.scope_id IN (SELECT scope_id FROM temp.purged_scope)"


def _handed(belonging: Belonging) -> str:
    """Which rows of a table of the exchange folder go: over with the year, or about a pupil whom no kept year knows."""
    conditions = [_IN_NO_KEPT_YEAR]
    if belonging.day is not None:
        day = f"v.{belonging.day}"
        kept = f"SELECT 1 FROM temp.kept_year y WHERE {day} BETWEEN y.start AND y.last_day"
        conditions.append(f"{day} <= :last_day AND NOT EXISTS ({kept})")
    if belonging.over is not None:
        conditions.append(belonging.over)
    conditions += [
        f"NOT ({who.staff_if}) AND plain(v.{who.column}) IN (SELECT name FROM temp.forgotten_name)"
        for who in belonging.people
    ]
    return " OR ".join(f"({item})" for item in conditions)


PUPIL_TABLES = tuple(
    table for table in (*JOURNAL_TABLES, *ROSTER_TABLES, FINAL_MARK_TABLE)
    if "student_id" in {column.name for column in table.columns}
)  # fmt: skip
"""The tables whose rows are about pupils, by their numbers."""
_STAFF_TABLES = tuple(table for table in DICTIONARY_TABLES if "staff_id" in {column.name for column in table.columns})
_HANDED_TABLES = tuple(table for table in EXCHANGE_TABLES if BELONGING[table.name].people)
_CONDITIONS = {
    **{table.name: _OF_JOURNALS for table in JOURNAL_TABLES},
    ACCESS_TABLE.name: _OF_ACCESS,
    **{table.name: _OF_ROSTERS for table in ROSTER_TABLES},
    FINAL_MARK_TABLE.name: _OF_FINALS,
    STUDENT_TABLE.name: _OF_NAMES,
    **{table.name: _IN_NO_KEPT_YEAR for table in _STAFF_TABLES},
    **{table.name: _handed(BELONGING[table.name]) for table in _HANDED_TABLES},
    "scope_read": _OF_SCOPES,
    "scope": _OF_SCOPES,
}
_DECLARED: tuple[Table | Record, ...] = (*ENTITY_TABLES, *EXCHANGE_TABLES, *RECORD_TABLES)
PURGED_TABLES = tuple(table for table in _DECLARED if table.name in _CONDITIONS)
"""The tables that lose rows."""

_REMAINING = " UNION ".join(
    f"SELECT student_id FROM main.{table.name} v WHERE NOT ({_CONDITIONS[table.name]})" for table in PUPIL_TABLES
)
_FOUND = (
    "CREATE TEMP TABLE kept_class AS SELECT DISTINCT c.class_id, y.first_run, y.last_run"
    f" FROM main.school_class c JOIN temp.kept_year y ON {_STOOD.format('c', 'y')}",
    "CREATE INDEX temp.kept_class_by_id ON kept_class (class_id)",
    "CREATE TEMP TABLE kept_group AS SELECT DISTINCT g.subject_group_id, y.first_run, y.last_run"
    f" FROM main.subject_group g JOIN temp.kept_year y ON {_STOOD.format('g', 'y')}",
    "CREATE INDEX temp.kept_group_by_id ON kept_group (subject_group_id)",
    """
    CREATE TEMP TABLE purged_scope AS
    SELECT scope_id, kind, class_id, subject_group_id, term_id, month FROM main.scope
    WHERE kind = 'journal' AND term_id IN (SELECT term_id FROM temp.purged_term)
      OR kind = 'journal_access' AND month BETWEEN :first_month AND :last_month
      OR kind = 'roster' AND class_id NOT IN (SELECT class_id FROM temp.kept_class)
      OR kind = 'term_marks' AND subject_group_id NOT IN (SELECT subject_group_id FROM temp.kept_group)
    """,
    "CREATE TEMP TABLE forgotten_student AS SELECT DISTINCT student_id FROM main.student"
    f" WHERE student_id NOT IN ({_REMAINING})",
)
"""Each rests on those before it."""
_MADE = ("purged_term", "kept_year", "kept_class", "kept_group", "purged_scope", "forgotten_student", "forgotten_name")
_NAMES = " UNION ".join(
    f"SELECT name FROM main.{name} v WHERE {{0}} ({_CONDITIONS[name]})" for name in (STUDENT_TABLE.name, "staff")
)
_KEPT_ANSWERS = f"""
SELECT DISTINCT payload_hash FROM (
  SELECT payload_hash, run_id, lead(run_id, 1, {_NO_BOUND}) OVER (PARTITION BY scope_id ORDER BY run_id) AS next_run
  FROM main.scope_read WHERE payload_hash IS NOT NULL AND scope_id NOT IN (SELECT scope_id FROM temp.purged_scope)
) a WHERE EXISTS (SELECT 1 FROM temp.kept_year y WHERE a.run_id <= y.last_run AND a.next_run > y.first_run)
"""

_LOOK_AGAIN = """
UPDATE main.scope SET unconfirmed = 1
WHERE kind = 'dictionaries' AND NOT EXISTS (SELECT 1 FROM temp.kept_year)
"""
"""Where even the staff of today went, the next sync must not pass the same answer by."""


class YearPurge:
    """What belongs to a school year and to none of those that are kept: found once, told, deleted."""

    def __init__(self, connection: sqlite3.Connection, year: MirrorYear, kept: Sequence[MirrorYear]) -> None:
        """Find it in the open mirror. `kept` are the other years that were not destroyed; there is no transaction."""
        self.connection = connection
        self.year = year
        self._values = {
            "last_day": year.last_day.isoformat(),
            "first_month": year.start.year * 100 + year.start.month,
            "last_month": year.end.year * 100 + year.end.month,
        }
        connection.create_function("plain", 1, lambda text: text and plain(text), deterministic=True)
        for name in _MADE:
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self._fill("purged_term", "term_id INTEGER PRIMARY KEY", [(term,) for term in year.terms])
        newest = max(item.last_run for item in (year, *kept))
        spans = [
            (item.first_run, _NO_BOUND if item.last_run == newest else item.last_run, item.start.isoformat(),
             item.last_day.isoformat())
            for item in kept
        ]  # fmt: skip
        self._fill("kept_year", "first_run INTEGER, last_run INTEGER, start TEXT, last_day TEXT", spans)
        for statement in _FOUND:
            connection.execute(statement, self._values)
        gone, staying = ({plain(row[0]) for row in self.ask(_NAMES.format(which))} for which in ("", "NOT"))
        self.names = frozenset(gone - staying)
        """Names of pupils and staff whom no kept year knows, in the form in which texts are compared."""
        self.kept_names = frozenset(staying)
        """Names of those whom one does."""
        self._fill("forgotten_name", "name TEXT PRIMARY KEY", [(name,) for name in self.names])

    def _fill(self, name: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self.connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
        marks = ", ".join("?" * (columns.count(",") + 1))
        self.connection.executemany(f"INSERT INTO temp.{name} VALUES ({marks})", rows)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query that may hold conditions of `gone`."""
        return self.connection.execute(query, self._values).fetchall()

    def gone(self, table: str) -> str:
        """`FROM … WHERE …` of the rows of a table that go; the row is `v`."""
        return f"FROM main.{table} AS v WHERE ({_CONDITIONS[table]})"

    def rows(self) -> dict[str, int]:
        """How many rows of each table go."""
        return {item.name: self.ask(f"SELECT count(*) {self.gone(item.name)}")[0][0] for item in PURGED_TABLES}

    def students(self) -> frozenset[int]:
        """The pupils whom no kept year knows."""
        return frozenset(row[0] for row in self.ask("SELECT student_id FROM temp.forgotten_student"))

    def answers(self, received: Iterable[bytes]) -> list[bytes]:
        """The raw answers that go: those to the reads that go, and those `received` by the end of the year.

        Whatever a read of a kept year rests on stays.
        """
        kept = {row[0] for row in self.ask(_KEPT_ANSWERS)}
        asked = self.ask(f"SELECT DISTINCT payload_hash {self.gone('scope_read')} AND payload_hash IS NOT NULL")
        return sorted({*received, *(row[0] for row in asked)} - kept)

    def delete(self, also: Callable[[sqlite3.Connection], None]) -> None:
        """Delete the rows in one transaction, with what `also` deletes."""
        self.connection.execute("PRAGMA secure_delete = ON")
        with transaction(self.connection):
            also(self.connection)
            for name in _CONDITIONS:
                self.connection.execute(f"DELETE {self.gone(name)}", self._values)
            self.connection.execute(_LOOK_AGAIN)


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
