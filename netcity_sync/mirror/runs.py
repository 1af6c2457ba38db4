"""The record of runs: when each began and ended, and how every scope fared in it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from netcity_sync import __version__
from netcity_sync.adapters.source import Capability, Scope
from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.mirror.exchange_schema import TAKE_TABLE

_SYNCS = f"(SELECT * FROM run WHERE run_id NOT IN (SELECT run_id FROM {TAKE_TABLE}))"
"""Runs that read journals: a take of the exchange folder is a run too, but nothing that could be resumed."""


@dataclass(frozen=True, slots=True)
class ScopeRead:
    """How one scope fared in a run. Moments are UTC; `payload_hash` is null where nothing was received."""

    scope: Scope
    started_at: datetime
    finished_at: datetime
    payload_hash: str | None = None
    changed_rows: int = 0
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the scope was read whole."""
        return self.error is None


def begin_run(connection: sqlite3.Connection, now: datetime, *, resume: bool) -> int:
    """Open a run. Whoever holds the lock calls it, so a run still «running» belongs to a process that died."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE run SET status = 'interrupted' WHERE status = 'running'")
    resumes = connection.execute(f"SELECT max(run_id) FROM {_SYNCS}").fetchone()[0] if resume else None
    run_id = connection.execute(
        "INSERT INTO run (started_at, status, resumes, program_version) VALUES (?, 'running', ?, ?)",
        [utc_text(now), resumes, __version__],
    ).lastrowid
    connection.execute("COMMIT")
    assert run_id is not None
    return run_id


def finish_run(
    connection: sqlite3.Connection, run_id: int, now: datetime, status: str, error: str | None = None
) -> None:
    """Close a run with its status (schema.RUN_STATUSES)."""
    connection.execute(
        "UPDATE run SET finished_at = ?, status = ?, error = ? WHERE run_id = ?",
        [utc_text(now), status, error, run_id],
    )


def record_capabilities(connection: sqlite3.Connection, run_id: int, capabilities: frozenset[Capability]) -> None:
    """What the source of this run can tell."""
    connection.execute("DELETE FROM capability")
    connection.executemany(
        "INSERT INTO capability (name, run_id) VALUES (?, ?)", [(item.value, run_id) for item in sorted(capabilities)]
    )


def known_capabilities(connection: sqlite3.Connection) -> frozenset[Capability]:
    """What the source of the last run could tell; empty before the first."""
    names = {str(row[0]) for row in connection.execute("SELECT name FROM capability")}
    return frozenset(item for item in Capability if item.value in names)


def record_read(connection: sqlite3.Connection, run_id: int, read: ScopeRead) -> None:
    """Write how a scope fared, in the same transaction as its data."""
    scope = read.scope
    connection.execute(
        "INSERT OR REPLACE INTO scope_read (run_id, scope, kind, class_id, subject_group_id, term_id, started_at,"
        " finished_at, ok, payload_hash, changed_rows, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run_id, scope.key, scope.kind.value, scope.class_id, scope.subject_group_id, scope.term_id,
            utc_text(read.started_at), utc_text(read.finished_at), int(read.ok), read.payload_hash,
            read.changed_rows, read.error,
        ],
    )  # fmt: skip


def last_hash(connection: sqlite3.Connection, scope: Scope) -> str | None:
    """The hash of the last answer that was merged for a scope."""
    row = connection.execute(
        "SELECT payload_hash FROM scope_read WHERE scope = ? AND ok ORDER BY run_id DESC LIMIT 1", [scope.key]
    ).fetchone()
    return None if row is None else str(row[0])


def last_good_read(connection: sqlite3.Connection, scope: Scope) -> datetime | None:
    """When the last good read of a scope ended (UTC)."""
    row = connection.execute(
        "SELECT finished_at FROM scope_read WHERE scope = ? AND ok ORDER BY run_id DESC LIMIT 1", [scope.key]
    ).fetchone()
    return None if row is None else from_utc_text(row[0])


def read_since_last_whole_run(connection: sqlite3.Connection, run_id: int) -> frozenset[str]:
    """The scopes that the unfinished runs just before `run_id` read well: a resumed run need not repeat them."""
    rows = connection.execute(
        "SELECT DISTINCT scope FROM scope_read WHERE ok AND run_id < :run AND run_id >"
        f" coalesce((SELECT max(run_id) FROM {_SYNCS} WHERE status = 'done' AND run_id < :run), 0)",
        {"run": run_id},
    )
    return frozenset(str(row[0]) for row in rows)
