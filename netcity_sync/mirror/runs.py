"""The record of runs: when each began and ended, how, and what its source could tell."""

import sqlite3
from datetime import datetime

from netcity_sync import __version__
from netcity_sync.adapters.source import Capability
from netcity_sync.clock import utc_text
from netcity_sync.mirror.exchange_schema import TAKE_TABLE

SYNCS = f"(SELECT * FROM run WHERE run_id NOT IN (SELECT run_id FROM {TAKE_TABLE}))"
"""Runs that read journals: a take of the exchange folder is a run too, but nothing that could be resumed."""


def begin_run(connection: sqlite3.Connection, now: datetime, *, resume: bool) -> int:
    """Open a run. Whoever holds the lock calls it, so a run still «running» belongs to a process that died."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE run SET status = 'interrupted' WHERE status = 'running'")
    resumes = connection.execute(f"SELECT max(run_id) FROM {SYNCS}").fetchone()[0] if resume else None
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
    connection.executemany(
        "INSERT INTO capability (run_id, name) VALUES (?, ?)", [(run_id, item.value) for item in sorted(capabilities)]
    )


def known_capabilities(connection: sqlite3.Connection) -> frozenset[Capability]:
    """What the source of the last run that told could tell; empty before the first."""
    rows = connection.execute("SELECT name FROM capability WHERE run_id = (SELECT max(run_id) FROM capability)")
    names = {str(row[0]) for row in rows}
    return frozenset(item for item in Capability if item.value in names)
