"""What the GIS was seen to answer differently from what is expected, kept so that it is told once."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.adapters.source import DriftKind, DriftNote
from netcity_sync.clock import utc_text


@dataclass(frozen=True, slots=True)
class KeptDrift:
    """A difference: since which run, in which run last, how often in all, and whether somebody was told."""

    kind: DriftKind
    call: str
    field: str
    first_run: int
    last_run: int
    times: int
    told: bool


def record_drift(connection: sqlite3.Connection, run_id: int, notes: Iterable[DriftNote]) -> None:
    """Add the differences of a run to those known."""
    connection.executemany(
        "INSERT INTO drift (kind, call, field, first_run, last_run, times) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, call, field) DO UPDATE SET last_run = excluded.last_run, times = times + excluded.times",
        [(note.kind.value, note.call, note.field, run_id, run_id, note.count) for note in notes],
    )


def load_drift(connection: sqlite3.Connection, *, untold: bool = False) -> tuple[KeptDrift, ...]:
    """The differences known, or those that nobody was told of yet; none where an older program wrote the mirror."""
    if connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'drift'").fetchone() is None:
        return ()
    where = "WHERE told_at IS NULL" if untold else ""
    rows = connection.execute(
        f"SELECT kind, call, field, first_run, last_run, times, told_at IS NOT NULL FROM drift {where}"
        " ORDER BY call, kind, field"
    )
    return tuple(
        KeptDrift(DriftKind(kind), call, field, first_run, last_run, times, bool(told))
        for kind, call, field, first_run, last_run, times, told in rows
    )


def mark_told(connection: sqlite3.Connection, now: datetime, told: Iterable[KeptDrift]) -> None:
    """Remember that these were told; what a run has found since they were loaded stays untold."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "UPDATE drift SET told_at = ? WHERE kind = ? AND call = ? AND field = ? AND told_at IS NULL",
        [(utc_text(now), item.kind.value, item.call, item.field) for item in told],
    )
    connection.execute("COMMIT")
