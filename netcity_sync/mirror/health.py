"""How the mirror fares: its file, its schema, its runs. Found out without changing anything."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from netcity_sync.clock import from_utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror import event_schema, exchange_schema
from netcity_sync.mirror.database import known_steps, open_reader
from netcity_sync.mirror.drift import KeptDrift, load_drift
from netcity_sync.mirror.exchange_schema import TAKE_TABLE
from netcity_sync.mirror.migrations import migrations

_SOUND = "ok"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A sync as the mirror remembers it. Moments are UTC; `error` is the kind of what ended it."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    status: str
    error: str | None


@dataclass(frozen=True, slots=True)
class MirrorHealth:
    """The state of a mirror that opens.

    `sound`: SQLite's quick check found nothing. `orphans`: rows whose foreign key leads nowhere. `pending`: migrations
    that the file lacks; `newer`: it was written by a newer program. `runs`: syncs, newest first. `failures`: why scopes
    of the newest of them were not read, and how many for each reason. `drift`: differences of the server's answers,
    None where the file does not keep them yet.
    """

    sound: bool
    orphans: int
    pending: tuple[str, ...]
    newer: bool
    runs: tuple[RunRecord, ...] = ()
    failures: Counter[str] = field(default_factory=Counter)
    drift: tuple[KeptDrift, ...] | None = None


def read_health(folder: DataFolder) -> MirrorHealth:
    """Examine the mirror. Raises UsageError where there is none, DamagedError, or sqlite3.OperationalError."""
    with open_reader(folder) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        orphans = len(connection.execute("PRAGMA foreign_key_check").fetchall())
        pending, newer = schema_gap(connection)
        tables = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"run", "scope"} <= tables:
            return MirrorHealth(verdict == _SOUND, orphans, pending, newer)
        runs = _syncs(connection, takes_known=TAKE_TABLE in tables)
        return MirrorHealth(
            verdict == _SOUND,
            orphans,
            pending,
            newer,
            runs,
            _failures(connection, runs[0].run_id) if runs else Counter(),
            load_drift(connection) if "drift" in tables else None,
        )


def schema_gap(connection: sqlite3.Connection) -> tuple[tuple[str, ...], bool]:
    """The migrations that the file lacks, and whether it has some that this program does not know."""
    database = Database(connection)
    pending: list[str] = []
    newer = False
    for wanted in (migrations, exchange_schema.migrations, event_schema.migrations):
        pending += [str(item.name) for item in wanted.pending(database)]
        newer |= bool({str(item.name) for item in wanted.applied(database)} - known_steps(wanted))
    return tuple(pending), newer


def _syncs(connection: sqlite3.Connection, *, takes_known: bool) -> tuple[RunRecord, ...]:
    """Runs that read journals, newest first."""
    others = f"WHERE run_id NOT IN (SELECT run_id FROM {TAKE_TABLE})" if takes_known else ""
    rows = connection.execute(
        f"SELECT run_id, started_at, finished_at, status, error FROM run {others} ORDER BY run_id DESC"
    )
    return tuple(
        RunRecord(number, from_utc_text(began), from_utc_text(ended) if ended else None, status, error)
        for number, began, ended, status, error in rows
    )


def _failures(connection: sqlite3.Connection, run_id: int) -> Counter[str]:
    rows = connection.execute(
        "SELECT error, count(*) FROM scope CROSS JOIN scope_read USING (scope_id)"
        " WHERE run_id = ? AND error IS NOT NULL GROUP BY 1",
        [run_id],
    )
    return Counter({str(reason): int(count) for reason, count in rows})
