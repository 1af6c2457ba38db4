"""The exchange folder as a job: its tables are read, and those without faults are taken into the mirror."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from netcity_sync.adapters.exchange.folder import FolderReading, TableReading, TableState, read_folder
from netcity_sync.adapters.exchange.grid import Notice, Problem
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.exchange import Take, last_takes, merge_rows, record_take, removed_rows
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.runs import begin_run, finish_run
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)


class TakeStatus(StrEnum):
    """How a table fared: taken whole, refused for its faults, headings only, or no file at all."""

    TAKEN = "taken"
    REFUSED = "refused"
    EMPTY = "empty"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """What was done with one table. `last_taken` (UTC) is when what the mirror holds of it was taken."""

    name: str
    title: str
    status: TakeStatus
    files: tuple[str, ...]
    rows: int
    changed_rows: int
    removed_rows: int
    last_taken: datetime | None


@dataclass(frozen=True, slots=True)
class ExchangeOutcome:
    """What a take did; `run_id` is null where there was nothing to take."""

    run_id: int | None
    tables: tuple[TableOutcome, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Notice, ...]

    @property
    def exit_code(self) -> int:
        """0 where nothing was refused, else 1 (docs/cli.md)."""
        return 1 if self.problems else 0


def take_files(settings: Settings, clock: Clock) -> ExchangeOutcome:
    """Read the exchange folder and take every table that has no faults, each in one transaction.

    Raises UsageError where there is no folder, LockHeld where another run works.
    """
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    read_at = clock()
    reading = read_folder(settings.exchange_folder)
    with hold_lock(folder.lock), open_writer(folder) as connection:
        if any(table.state in (TableState.READY, TableState.FAULTY) for table in reading.tables):
            outcome = _take(connection, reading, read_at, clock)
        else:
            outcome = _outcome(connection, None, reading, {})
    taken = sum(table.status is TakeStatus.TAKEN for table in outcome.tables)
    log.info("exchange_taken", run=outcome.run_id, tables=taken, problems=len(outcome.problems))
    return outcome


def _take(connection: sqlite3.Connection, reading: FolderReading, read_at: datetime, clock: Clock) -> ExchangeOutcome:
    run_id = begin_run(connection, read_at, resume=False)
    changed: dict[str, int] = {}
    for table in reading.tables:
        if table.state is TableState.READY:
            with _transaction(connection):
                changed[table.spec.stem] = written = merge_rows(connection, run_id, table.spec, table.rows)
                take = Take(table.spec.stem, read_at, True, table.digest, len(table.rows), written)
                record_take(connection, run_id, take)
        elif table.state is TableState.FAULTY:
            take = Take(table.spec.stem, read_at, False, table.digest, problems=len(table.problems))
            record_take(connection, run_id, take)
            log.warning("exchange_table_refused", table=table.spec.stem, problems=len(table.problems))
    outcome = _outcome(connection, run_id, reading, changed)
    finish_run(connection, run_id, clock(), "partial" if outcome.problems else "done")
    return outcome


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _outcome(
    connection: sqlite3.Connection, run_id: int | None, reading: FolderReading, changed: dict[str, int]
) -> ExchangeOutcome:
    taken = last_takes(connection)

    def outcome_of(table: TableReading) -> TableOutcome:
        name = table.spec.stem
        return TableOutcome(
            name=name,
            title=table.spec.title,
            status=_STATUSES[table.state],
            files=table.files,
            rows=len(table.rows),
            changed_rows=changed.get(name, 0),
            removed_rows=removed_rows(connection, run_id, table.spec) if run_id is not None else 0,
            last_taken=taken.get(name),
        )

    return ExchangeOutcome(
        run_id=run_id,
        tables=tuple(outcome_of(table) for table in reading.tables),
        problems=reading.problems,
        notices=reading.all_notices,
    )


_STATUSES = {
    TableState.READY: TakeStatus.TAKEN,
    TableState.FAULTY: TakeStatus.REFUSED,
    TableState.EMPTY: TakeStatus.EMPTY,
    TableState.ABSENT: TakeStatus.ABSENT,
}
