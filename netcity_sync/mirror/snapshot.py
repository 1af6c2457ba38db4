"""The mirror as it stood after a run: one consistent state under fixed names, whatever is written meanwhile."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.event_schema import EVENT_RECORD
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES, TAKE_TABLE
from netcity_sync.mirror.schema import ENTITY_TABLES, Table
from netcity_sync.school_days import SchoolDays


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the mirror.

    `connection` sees it through temporary views: `as_of_<table>` with the table's columns, `seen_from`, and `missing`
    (1 for a record that was absent from the last read, not confirmed yet); `as_of_read`, `as_of_run` and
    `as_of_exchange_take` with the reads, runs and takes of the exchange folder up to then, `as_of_capability` with
    what the source could tell, `as_of_service_event` with all that the service did, later things too (who
    asks knows up to which moment it may look). `run_id` is its newest run, `moment` (UTC) when that run began.
    """

    connection: sqlite3.Connection
    run_id: int
    moment: datetime

    def capabilities(self) -> frozenset[Capability]:
        """What the source could tell, and what was taken from the exchange folder by then."""
        known = {item.value for item in Capability}
        query = "SELECT name FROM as_of_capability UNION SELECT name FROM as_of_exchange_take WHERE ok"
        names = (str(row[0]) for row in self.connection.execute(query))
        return frozenset(Capability(name) for name in names if name in known)

    def school_days(self, days_off: Iterable[date] = ()) -> SchoolDays:
        """The days on which any journal of the year holds a lesson, less `days_off`."""
        rows = self.connection.execute(
            "SELECT DISTINCT date FROM as_of_subject_group_term CROSS JOIN as_of_lesson"
            " USING (subject_group_id, term_id) WHERE NOT as_of_lesson.missing"
        )
        return SchoolDays((date.fromisoformat(row[0]) for row in rows), days_off)


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run whose work is done, and when it began (UTC)."""

    run_id: int
    moment: datetime


@contextmanager
def open_snapshot(folder: DataFolder, as_of: datetime | None = None) -> Iterator[Snapshot]:
    """The mirror after the newest run that was over by `as_of` (None: the newest of all).

    A run that was still under way then is not looked at: what is seen is what the one before it left, whole and for
    ever the same, as whoever looked at that moment saw it. Raises UsageError where there is no such run (moments in
    its words are told in the zone of `as_of`), DamagedError where the file is damaged.
    """
    with open_reader(folder) as connection:
        run = run_as_of(connection, as_of)
        _make_views(connection, run.run_id)
        yield Snapshot(connection, run.run_id, run.moment)


def run_as_of(connection: sqlite3.Connection, as_of: datetime | None = None) -> KnownRun:
    """The newest run that was over by `as_of` (None: of all). Raises UsageError as `open_snapshot` does."""
    row = connection.execute(
        f"SELECT run_id, started_at FROM ({KNOWN_RUNS}) WHERE known_at <= ? ORDER BY run_id DESC LIMIT 1",
        [utc_text(as_of) if as_of is not None else "9999"],
    ).fetchone()
    if row is None or not _was_synced(connection, row["run_id"]):
        raise _nothing_known(connection, as_of)
    return KnownRun(row["run_id"], from_utc_text(row["started_at"]))


KNOWN_RUNS = """
SELECT run_id, started_at, coalesce(finished_at, following, started_at) AS known_at FROM (
  SELECT *, lead(started_at) OVER (ORDER BY run_id) AS following FROM main.run
) WHERE status <> 'running'
"""
"""What a killed run left is believed from the moment on at which the next one found that it is dead."""


def _nothing_known(connection: sqlite3.Connection, as_of: datetime | None) -> UsageError:
    known = connection.execute(f"SELECT run_id, known_at FROM ({KNOWN_RUNS}) ORDER BY run_id")
    first = next((row["known_at"] for row in known if _was_synced(connection, row["run_id"])), None)
    if as_of is None or first is None:
        return UsageError("В зеркале ещё нет ни одного прогона.", todo="Прочитайте журналы: netcity-sync sync")
    local = from_utc_text(first).astimezone(as_of.tzinfo)
    return UsageError(
        f"На {as_of:%d.%m.%Y %H:%M} в зеркале ещё ничего не было: первый прогон кончился {local:%d.%m.%Y %H:%M}.",
        todo="Укажите дату не раньше этой.",
    )


def _present_tables(connection: sqlite3.Connection) -> frozenset[str]:
    rows = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    return frozenset(str(row[0]) for row in rows)


def _was_synced(connection: sqlite3.Connection, run_id: int) -> bool:
    """Whether some run up to then was a sync, not a take of the exchange folder: else no journal is known at all."""
    if TAKE_TABLE not in _present_tables(connection):
        return True
    query = f"SELECT 1 FROM run WHERE run_id <= ? AND run_id NOT IN (SELECT run_id FROM {TAKE_TABLE}) LIMIT 1"
    return connection.execute(query, [run_id]).fetchone() is not None


def _make_views(connection: sqlite3.Connection, run_id: int) -> None:
    present = _present_tables(connection)
    for table in (*ENTITY_TABLES, *EXCHANGE_TABLES):
        if table.name in present:
            _make_view(connection, table, run_id)
        else:
            _make_empty_view(connection, table)
    connection.execute(
        "CREATE TEMP VIEW as_of_read AS SELECT s.scope_id, s.key, s.kind, s.class_id, s.subject_group_id, s.term_id,"
        " s.month, r.run_id, r.began, r.ended, r.changed_rows, r.anew, r.error"
        f" FROM main.scope s JOIN main.scope_read r USING (scope_id) WHERE r.run_id <= {run_id}"
    )
    connection.execute(
        "CREATE TEMP VIEW as_of_capability AS SELECT name FROM main.capability WHERE run_id ="
        f" coalesce((SELECT max(run_id) FROM main.capability WHERE run_id <= {run_id}),"
        " (SELECT min(run_id) FROM main.capability"
        f" WHERE EXISTS (SELECT 1 FROM main.scope_read WHERE run_id <= {run_id} AND error IS NULL)))"
    )
    connection.execute(f"CREATE TEMP VIEW as_of_run AS SELECT * FROM main.run WHERE run_id <= {run_id}")
    takes = "SELECT NULL AS run_id, NULL AS name, NULL AS read_at, NULL AS ok WHERE 0"
    if TAKE_TABLE in present:
        takes = f"SELECT * FROM main.{TAKE_TABLE} WHERE run_id <= {run_id}"
    connection.execute(f"CREATE TEMP VIEW as_of_{TAKE_TABLE} AS {takes}")
    events = f"SELECT * FROM main.{EVENT_RECORD.name}"
    if EVENT_RECORD.name not in present:
        events = f"SELECT {', '.join(f'NULL AS {item.name}' for item in EVENT_RECORD.columns)} WHERE 0"
    connection.execute(f"CREATE TEMP VIEW as_of_{EVENT_RECORD.name} AS {events}")


def _make_view(connection: sqlite3.Connection, table: Table, run_id: int) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.execute(
        f"CREATE TEMP VIEW as_of_{table.name} AS SELECT {names}, seen_from,"
        f" coalesce(missing_from <= {run_id}, 0) AS missing FROM main.{table.name}"
        f" WHERE seen_from <= {run_id} AND (seen_to IS NULL OR seen_to > {run_id})"
    )


def _make_empty_view(connection: sqlite3.Connection, table: Table) -> None:
    """For a table that the file does not have yet: it was last written by an older program."""
    names = ", ".join(f'NULL AS "{column.name}"' for column in table.columns)
    connection.execute(
        f"CREATE TEMP VIEW as_of_{table.name} AS SELECT {names}, NULL AS seen_from, NULL AS missing WHERE 0"
    )
