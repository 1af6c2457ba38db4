"""Giving back the room that deleted rows left: SQLite rebuilds a file in one transaction, or leaves it as it was.

No statistics are gathered (ANALYZE): fresh ones made a check of a full school a third faster, those of an emptier
mirror five times slower, and nobody would renew them in time.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, NetcityError, NoSpace, UsageError
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.space import database_size, nearest, require_space

_BUSY_MILLISECONDS = 30_000
_COPIES = 2
"""While it works SQLite holds the new file twice: as a temporary file, and in the WAL."""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """A file, its bytes before and after. Not `shrunk`: somebody reads it; it shrinks when the next run ends."""

    path: Path
    before: int
    after: int
    shrunk: bool


def vacuum(folder: DataFolder, *, reserve: int) -> tuple[Vacuumed, ...]:
    """Rebuild the mirror, and the raw answers where there are any; so many bytes of the disk must stay free besides.

    Raises UsageError where there is no mirror, LockHeld where a run is working, NoSpace before anything is begun,
    DamagedError where a file is damaged, NetcityError where another program keeps it; a file is then as it was.
    """
    if not folder.mirror.exists():
        raise UsageError("Зеркала ещё нет, сжимать нечего.", todo="Прочитайте журналы: netcity-sync sync")
    with hold_lock(folder.lock):
        files = [path for path in (folder.mirror, folder.raw) if path.exists()]
        for path in files:
            require_room(path, reserve)
        return tuple(rebuild(path) for path in files)


def require_room(path: Path, reserve: int) -> None:
    """Raise NoSpace where the disk has no room to rebuild a file, with so many bytes free besides."""
    size, temporary = database_size(path), _temporary_folder()
    require_space(path.parent, _COPIES * size, reserve, f"сжатия {path.name}")
    if nearest(temporary).stat().st_dev != path.parent.stat().st_dev:
        require_space(temporary, size, 0, f"временного файла при сжатии {path.name}")


def _temporary_folder() -> Path:
    """Where SQLite puts its temporary files."""
    named = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp")  # noqa: S108 (SQLite's own order)
    places = (Path(item) for item in named if item and os.name == "posix")
    return next((place for place in places if place.is_dir()), Path(tempfile.gettempdir()))


def rebuild(path: Path) -> Vacuumed:
    """Write a file anew, so that nothing of what was deleted in it is left; it is as it was where that fails.

    No run works meanwhile: the caller holds the lock. Raises what `vacuum` does.
    """
    before = database_size(path)
    with _faults(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _damaged(path)
        connection.execute("VACUUM")
        connection.execute("PRAGMA busy_timeout = 0")
        waits = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return Vacuumed(path, before, database_size(path), not waits)


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        "Файл повреждён, он оставлен как был.", where=str(path), todo="Осмотрите его: netcity-sync mirror doctor"
    )


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """SQLite's refusals as errors that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        where, code = str(path), error.sqlite_errorcode & 0xFF
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise NoSpace(
                "На диске не хватило места, файл оставлен как был.", where=where, todo="Освободите место и повторите."
            ) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise NetcityError(
                "Файл занят другой программой.", where=where, todo="Закройте её и повторите команду."
            ) from error
        raise
    except sqlite3.DatabaseError as error:
        raise _damaged(path) from error
