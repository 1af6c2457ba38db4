"""Opening the mirror file: schema brought up to date for the writer, a consistent read-only view for readers."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import structlog
from sqlite_utils import Database, Migrations

from netcity_sync.clock import system_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, UsageError
from netcity_sync.mirror import event_schema, exchange_schema
from netcity_sync.mirror.backup import create_backup, verify_backup
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.migrations import migrations

log = structlog.get_logger(__name__)

_BUSY_MILLISECONDS = 30_000
_MIGRATION_SECONDS = 600
"""How long another process may take to bring the same file up to date."""
_WRITER_CACHE_KIB = 16 * 1024
_READER_CACHE_KIB = 64 * 1024
_WAL_PAGES = 8 * 1024
"""How much the WAL holds before it goes into the file (32 MB): a sync writes the same pages again and again."""


@contextmanager
def open_writer(folder: DataFolder, *more: Migrations) -> Iterator[sqlite3.Connection]:
    """The mirror for writing, its schema up to date, with tables of `more` rooms; transactions are the caller's.

    A file of an older program is backed up before its tables change. Raises DamagedError, UsageError where the file
    was written by a newer program, NetcityError where that backup cannot be made.
    """
    folder.prepare()
    with _no_damage(folder.mirror), closing(sqlite3.connect(folder.mirror, isolation_level=None)) as connection:
        _tune(connection, _WRITER_CACHE_KIB)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        bring_up_to_date(folder, connection, (migrations, exchange_schema.migrations, event_schema.migrations, *more))
        yield connection
        _shrink_wal(connection)


@contextmanager
def open_reader(folder: DataFolder) -> Iterator[sqlite3.Connection]:
    """The mirror for reading: one consistent state for as long as the block runs, never waiting for a writer.

    Rows are `sqlite3.Row`. Raises UsageError where nothing was synced yet, DamagedError where the file is damaged.
    """
    if not folder.mirror.exists():
        raise UsageError(
            "Зеркала ещё нет: журналы ни разу не читались.",
            where=str(folder.mirror),
            todo="Прочитайте журналы: netcity-sync sync",
        )
    uri = f"{folder.mirror.absolute().as_uri()}?mode=ro"
    with _no_damage(folder.mirror), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        _tune(connection, _READER_CACHE_KIB)
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        yield connection


def bring_up_to_date(folder: DataFolder, connection: sqlite3.Connection, wanted: Sequence[Migrations]) -> None:
    """Run the migrations that the file lacks, in order, each in its own transaction, with a proved backup before.

    Raises UsageError where the file was written by a newer program.
    """
    applied = applied_steps(connection)
    if any(applied.get(item.name, set()) - known_steps(item) for item in wanted):
        raise UsageError(
            "Зеркало создано более новой версией программы.", todo="Обновите netcity_sync и повторите команду."
        )
    if all(known_steps(item) <= applied.get(item.name, set()) for item in wanted):
        return
    with hold_lock(folder.migration_lock, "обновление зеркала", patience=_MIGRATION_SECONDS):
        applied = applied_steps(connection)
        changes = [item.name for item in wanted if item.name in applied and known_steps(item) - applied[item.name]]
        if changes:
            backup = create_backup(folder, system_clock)
            verify_backup(backup)
            log.info("mirror_outdated", backup=backup.name, parts=changes)
        database = Database(connection)
        for item in wanted:
            item.apply(database)


def applied_steps(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """The names of the steps that a file has behind it, by the name of their set: one query for all of them."""
    table = Migrations.migrations_table
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone():
        return {}
    found: dict[str, set[str]] = {}
    for part, step in connection.execute(f"SELECT migration_set, name FROM {table}"):
        found.setdefault(part, set()).add(step)
    return found


@cache
def known_steps(wanted: Migrations) -> frozenset[str]:
    """The names of all steps that this program knows."""
    with closing(sqlite3.connect(":memory:")) as blank:
        return frozenset(str(step.name) for step in wanted.pending(Database(blank)))


def _shrink_wal(connection: sqlite3.Connection) -> None:
    """Empty the WAL if no reader needs it; never wait for one, the next writer will find the chance."""
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _tune(connection: sqlite3.Connection, cache_kib: int) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")


@contextmanager
def _no_damage(path: Path) -> Iterator[None]:
    """Turn SQLite's «this is not a database» and «malformed» into an error that says what to do."""
    try:
        yield
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        raise DamagedError(
            "Файл зеркала повреждён.",
            where=str(path),
            todo="Восстановите его из копии: netcity-sync backup restore latest --force",
        ) from error
