"""Takes of the exchange folder: rows of its tables into the mirror, and the record of what was taken when."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from netcity_sync.adapters.exchange.spec import FileSpec
from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.mirror.exchange_schema import TABLE_OF_FILE, TAKE_TABLE
from netcity_sync.mirror.merge import Merger
from netcity_sync.mirror.rows import Row, ScopeRows, Value
from netcity_sync.model import Entity


@dataclass(frozen=True, slots=True)
class Take:
    """How a table fared when the folder was read at `read_at` (UTC); not `ok` means that nothing of it was taken."""

    name: str
    read_at: datetime
    ok: bool
    payload_hash: str
    rows: int = 0
    changed_rows: int = 0
    problems: int = 0


def merge_rows(connection: sqlite3.Connection, run_id: int, spec: FileSpec, entities: Iterable[Entity]) -> int:
    """Make the entities all that the table holds; answers how many rows were written. The caller's transaction."""
    table = TABLE_OF_FILE[spec.stem]
    rows = tuple(_row(entity, [column.name for column in table.columns]) for entity in entities)
    merger = Merger(connection, run_id)
    return merger.write(merger.compare(ScopeRows({}, ((table, rows),))))


def record_take(connection: sqlite3.Connection, run_id: int, take: Take) -> None:
    """Write how a table fared, in the same transaction as its rows."""
    connection.execute(
        f"INSERT INTO {TAKE_TABLE} (run_id, name, read_at, ok, payload_hash, rows, changed_rows, problems)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run_id, take.name, utc_text(take.read_at), int(take.ok), take.payload_hash, take.rows, take.changed_rows,
            take.problems,
        ],
    )  # fmt: skip


def removed_rows(connection: sqlite3.Connection, run_id: int, spec: FileSpec) -> int:
    """How many records that run closed without a new version."""
    table = TABLE_OF_FILE[spec.stem]
    same = " AND ".join(f'new."{column.name}" = old."{column.name}"' for column in table.key)
    query = (
        f"SELECT count(*) FROM {table.name} old WHERE old.seen_to = :run AND NOT EXISTS"
        f" (SELECT 1 FROM {table.name} new WHERE {same} AND new.seen_from = :run)"
    )
    count: int = connection.execute(query, {"run": run_id}).fetchone()[0]
    return count


def last_takes(connection: sqlite3.Connection) -> dict[str, datetime]:
    """When each table was last taken whole (UTC), by the name of its file."""
    rows = connection.execute(f"SELECT name, max(read_at) FROM {TAKE_TABLE} WHERE ok GROUP BY name")
    return {str(name): from_utc_text(moment) for name, moment in rows}


def _row(entity: Entity, names: Iterable[str]) -> Row:
    return tuple(_value(getattr(entity, name)) for name in names)


def _value(value: object) -> Value:
    match value:
        case Enum():
            stored: Value = str(value.value)
        case bool():
            stored = int(value)
        case datetime():
            stored = value.isoformat(timespec="minutes")
        case date():
            stored = value.isoformat()
        case None | str() | int() | float():
            stored = value
        case _:
            raise TypeError(f"the mirror keeps no {type(value).__name__}")
    return stored
