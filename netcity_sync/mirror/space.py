"""Room on the disk: whether there is enough for what is about to begin, found out before it begins."""

import shutil
from pathlib import Path

import structlog

from netcity_sync.errors import NoSpace
from netcity_sync.russian import size

log = structlog.get_logger(__name__)


def database_size(path: Path) -> int:
    """The bytes of a database with what its WAL holds; 0 where there is none."""
    return sum(item.stat().st_size for item in (path, wal_of(path)) if item.exists())


def wal_of(path: Path) -> Path:
    """Where SQLite keeps what is written but not yet in the file."""
    return path.with_name(f"{path.name}-wal")


def room_for_sync(mirror: Path) -> int:
    """The bytes that a sync may need: while somebody reads, the WAL grows until every page was written to it once."""
    return database_size(mirror)


def room_for_backup(mirror: Path) -> int:
    """The bytes that a backup needs while it is made: a plain copy, and the compressed one, at worst as large."""
    return 2 * database_size(mirror)


def room_for_archive(mirror: Path) -> int:
    """The bytes that a year's archive may need: a draft of the extract, the extract, its rows as text, the sheets."""
    return 4 * database_size(mirror)


def free_space(path: Path) -> int:
    """The free bytes where `path` lies, or will lie. Raises OSError where that cannot be found out."""
    return shutil.disk_usage(nearest(path)).free


def disk_room(path: Path) -> tuple[int, int]:
    """The free bytes where `path` lies, and all bytes there. Raises OSError as `free_space` does."""
    usage = shutil.disk_usage(nearest(path))
    return usage.free, usage.total


def nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def require_space(folder: Path, needed: int, reserve: int, what_for: str) -> None:
    """Raise NoSpace where fewer than `needed` and `reserve` bytes are free in `folder`.

    `what_for` completes «нужно для …». Where nobody can tell how much is free, nothing is refused.
    """
    try:
        free = free_space(folder)
    except OSError as error:
        log.warning("free_space_unknown", error=type(error).__name__)
        return
    if free < needed + reserve:
        raise NoSpace(
            f"Мало места на диске: свободно {size(free)}, для {what_for} нужно {size(needed + reserve)}.",
            where=str(folder),
            todo="Освободите место (старые копии — в папке backups) или перенесите папку данных: storage.data_dir.",
        )
