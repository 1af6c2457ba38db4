"""The log of what the service itself did: written by jobs, read by rules; nothing in it is ever changed."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from netcity_sync.clock import utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.event_schema import EVENT_TABLE, EventKind

log = structlog.get_logger(__name__)

_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """Something that the service did at a moment (UTC).

    `what` names it among its kind: a backup, a report, a class. `period` is what it is for: a month `2026-10`, a
    school year by its name, a term by its number; `day` a day, or the Monday of a week. `detail` is small.
    """

    kind: EventKind
    at: datetime
    what: str = ""
    period: str = ""
    day: date | None = None
    ok: bool = True
    detail: Mapping[str, str | int | float | None] = field(default_factory=dict)
    run_id: int | None = None


def record_event(connection: sqlite3.Connection, event: ServiceEvent) -> None:
    """Add an event to the log of an open mirror, in the caller's transaction if there is one."""
    connection.execute(
        f"INSERT INTO {EVENT_TABLE} (at, kind, what, for_period, for_day, ok, detail, run_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            utc_text(event.at), event.kind.value, event.what, event.period,
            event.day.isoformat() if event.day is not None else None, int(event.ok),
            json.dumps(dict(event.detail), ensure_ascii=False, sort_keys=True), event.run_id,
        ],
    )  # fmt: skip


def note_event(folder: DataFolder, event: ServiceEvent) -> bool:
    """Add an event to the log of the mirror in `folder`, as `note_events` does."""
    return note_events(folder, [event])


def note_events(folder: DataFolder, events: Sequence[ServiceEvent]) -> bool:
    """Add events to the log of the mirror in `folder`, all or none; answers whether they stand there now.

    What was done is done, whether it can be noted or not: where the mirror is missing, damaged, locked for long, or of
    an older program, nothing is raised, and neither a mirror nor a table is made.
    """
    if not folder.mirror.exists():
        return False
    uri = f"{folder.mirror.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for event in events:
                record_event(connection, event)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        kinds = sorted({event.kind.value for event in events})
        log.warning("event_not_noted", kind=", ".join(kinds), error=type(error).__name__)
        return False
    return True
