"""Opening the mirror file: schema brought up to date for the writer, a consistent read-only view for readers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, UsageError
from netcity_sync.mirror import exchange_schema
from netcity_sync.mirror.schema import migrations

_BUSY_MILLISECONDS = 30_000
_CACHE_KIB = 64 * 1024


@contextmanager
def open_writer(folder: DataFolder) -> Iterator[sqlite3.Connection]:
    """The mirror for writing, its schema up to date; transactions are the caller's. Raises DamagedError."""
    folder.prepare()
    with _no_damage(folder.mirror), closing(sqlite3.connect(folder.mirror, isolation_level=None)) as connection:
        _tune(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        apply_migrations(connection, migrations)
        apply_migrations(connection, exchange_schema.migrations)
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
        _tune(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        yield connection


def apply_migrations(connection: sqlite3.Connection, wanted: Migrations) -> None:
    """Run the migrations that the file lacks, in order, each in its own transaction.

    Raises UsageError where the file was written by a newer program.
    """
    database = Database(connection)
    with closing(sqlite3.connect(":memory:")) as blank:
        known = {str(migration.name) for migration in wanted.pending(Database(blank))}
    if {str(migration.name) for migration in wanted.applied(database)} - known:
        raise UsageError(
            "Зеркало создано более новой версией программы.", todo="Обновите netcity_sync и повторите команду."
        )
    wanted.apply(database)


def _shrink_wal(connection: sqlite3.Connection) -> None:
    """Empty the WAL if no reader needs it; never wait for one, the next writer will find the chance."""
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _tune(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


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
