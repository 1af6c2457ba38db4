"""Backups of the mirror: made while a sync writes, proved by unpacking, brought back without losing what was there."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import zstandard

from netcity_sync import __version__
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, NetcityError, UsageError
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.manifest import FORMAT_VERSION, Manifest, read_manifest
from netcity_sync.mirror.space import require_space, room_for_backup

log = structlog.get_logger(__name__)

_SUFFIX = ".db.zst"
_LEVEL = 10
_ANOTHER = "Возьмите другую копию: netcity-sync backup list"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: its name, the compressed file, and what it says of itself."""

    name: str
    path: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Restored:
    """The mirror that was brought back, and where the old one was kept, if there was one."""

    path: Path
    kept_old: Path | None


def create_backup(folder: DataFolder, clock: Clock, *, reserve: int = 0) -> Backup:
    """Make a backup; a sync may go on writing meanwhile. So many bytes of the disk must stay free besides.

    Raises UsageError where there is no mirror, DamagedError where the copy does not pass SQLite's check, NoSpace.
    """
    if not folder.mirror.exists():
        raise UsageError("Зеркала ещё нет, копировать нечего.", todo="Прочитайте журналы: netcity-sync sync")
    folder.prepare()
    require_space(folder.backups, room_for_backup(folder.mirror), reserve, "копии зеркала")
    now = clock().astimezone(UTC).replace(microsecond=0)
    name = _free_name(folder, now)
    with _disk_faults(folder.backups), TemporaryDirectory(dir=folder.backups, prefix=".making-") as work:
        plain, packed = Path(work, "mirror.db"), Path(work, "mirror.zst")
        _copy(folder.mirror, plain)
        counts = _counts(plain)
        _compress(plain, packed)
        manifest = Manifest(
            format=FORMAT_VERSION,
            program=__version__,
            made_at=now,
            newest_run=_newest_run(plain),
            plain_size=plain.stat().st_size,
            plain_sha256=_sha256(plain),
            compressed_size=packed.stat().st_size,
            compressed_sha256=_sha256(packed),
            row_counts=counts,
        )
        description = Path(work, "manifest.json")
        description.write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
        target = folder.backups / f"{name}{_SUFFIX}"
        for source, goal in ((packed, target), (description, _manifest_path(target))):
            source.chmod(0o600)
            _flush(source)
            source.replace(goal)
    log.info("backup_made", backup=name, rows=sum(counts.values()), size=manifest.compressed_size)
    return Backup(name, target, manifest)


def list_backups(folder: DataFolder) -> list[Backup]:
    """All backups, newest first. Raises DamagedError where a manifest is missing or damaged."""
    found = sorted(folder.backups.glob(f"*{_SUFFIX}"), reverse=True)
    return [Backup(path.name.removesuffix(_SUFFIX), path, read_manifest(_manifest_path(path))) for path in found]


def backup_names(folder: DataFolder) -> list[str]:
    """The names of all backups, newest first, whatever state they are in."""
    return sorted((path.name.removesuffix(_SUFFIX) for path in folder.backups.glob(f"*{_SUFFIX}")), reverse=True)


def find_backup(folder: DataFolder, name: str) -> Backup:
    """A backup by its name; `latest` is the newest. Raises UsageError naming those there are."""
    names = backup_names(folder)
    wanted = names[0] if name == "latest" and names else name
    if wanted not in names:
        listed = ", ".join(names) if names else "ни одной"
        raise UsageError(f"Нет копии «{name}».", todo=f"Есть: {listed}.")
    path = folder.backups / f"{wanted}{_SUFFIX}"
    return Backup(wanted, path, read_manifest(_manifest_path(path)))


def verify_backup(backup: Backup) -> None:
    """Prove a backup: hashes, unpacking, SQLite's own checks, row counts.

    Raises DamagedError saying what is wrong, NoSpace where there is no room to unpack it.
    """
    require_space(backup.path.parent, backup.manifest.plain_size, 0, "проверки копии")
    with _disk_faults(backup.path.parent), TemporaryDirectory(dir=backup.path.parent, prefix=".checking-") as work:
        _unpack(backup, Path(work, "mirror.db"))
    log.info("backup_verified", backup=backup.name)


def restore_backup(folder: DataFolder, backup: Backup, *, force: bool, clock: Clock) -> Restored:
    """Bring a backup back as the mirror. It is proved first; the old mirror is kept beside the new one.

    Raises UsageError where a mirror exists and `force` is not given, DamagedError where the backup is damaged (the old
    mirror is untouched then), LockHeld where a sync is running, NoSpace where there is no room to unpack it.
    """
    if folder.mirror.exists() and not force:
        raise UsageError(
            "Зеркало уже есть, без --force оно не заменяется.",
            where=str(folder.mirror),
            todo=f"Чтобы заменить его копией: netcity-sync backup restore {backup.name} --force",
        )
    folder.prepare()
    require_space(folder.root, backup.manifest.plain_size, 0, "восстановления из копии")
    with (
        hold_lock(folder.lock),
        _disk_faults(folder.root),
        TemporaryDirectory(dir=folder.root, prefix=".restoring-") as work,
    ):
        fresh = Path(work, "mirror.db")
        _unpack(backup, fresh)
        fresh.chmod(0o600)
        _flush(fresh)
        kept = _set_aside(folder, clock()) if folder.mirror.exists() else None
        _remove_journal_files(folder.mirror)
        fresh.replace(folder.mirror)
    log.info("backup_restored", backup=backup.name)
    return Restored(folder.mirror, kept)


def _set_aside(folder: DataFolder, now: datetime) -> Path:
    """Keep the old mirror, what its WAL holds included; a damaged one is kept as it is."""
    kept = folder.root / f"mirror-before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
    try:
        with closing(sqlite3.connect(folder.mirror)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        log.warning("old_mirror_is_damaged", error=type(error).__name__)
    kept.unlink(missing_ok=True)
    os.link(folder.mirror, kept)
    return kept


def _remove_journal_files(mirror: Path) -> None:
    for suffix in ("-wal", "-shm"):
        mirror.with_name(mirror.name + suffix).unlink(missing_ok=True)


def _free_name(folder: DataFolder, now: datetime) -> str:
    base = f"mirror-{now:%Y%m%dT%H%M%SZ}"
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    return next(name for name in names if not (folder.backups / f"{name}{_SUFFIX}").exists())


def _manifest_path(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_SUFFIX) + ".json")


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup, all pages in one step: in smaller steps it begins anew whenever somebody writes."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        try:
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.DatabaseError as error:
            raise DamagedError(
                "Зеркало повреждено, копия не сделана.", where=str(source), todo="Восстановите его из прежней копии."
            ) from error
    _check_database(target, str(source))


def _check_database(path: Path, where: str) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
            orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise DamagedError("Это не база SQLite.", where=where, todo=_ANOTHER) from error
    if verdict != "ok" or orphans:
        raise DamagedError("База не проходит проверку целостности.", where=where, todo=_ANOTHER)


def _counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        names = [
            row[0]
            for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        ]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _newest_run(path: Path) -> int | None:
    with closing(sqlite3.connect(path)) as database:
        newest: int | None = database.execute("SELECT max(run_id) FROM run").fetchone()[0]
        return newest


def _compress(source: Path, target: Path) -> None:
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    with source.open("rb") as plain, target.open("wb") as packed:
        compressor.copy_stream(plain, packed, size=source.stat().st_size)


def _unpack(backup: Backup, target: Path) -> None:
    """Unpack a backup and compare everything with its manifest."""
    manifest, where = backup.manifest, str(backup.path)
    if _sha256(backup.path) != manifest.compressed_sha256:
        raise DamagedError("Копия повреждена: не сходится контрольная сумма файла.", where=where, todo=_ANOTHER)
    try:
        with backup.path.open("rb") as packed, target.open("wb") as plain:
            zstandard.ZstdDecompressor().copy_stream(packed, plain)
    except zstandard.ZstdError as error:
        raise DamagedError("Копия повреждена: не распаковывается.", where=where, todo=_ANOTHER) from error
    if _sha256(target) != manifest.plain_sha256 or target.stat().st_size != manifest.plain_size:
        raise DamagedError("Копия повреждена: не сходится контрольная сумма базы.", where=where, todo=_ANOTHER)
    _check_database(target, where)
    if _counts(target) != manifest.row_counts or _newest_run(target) != manifest.newest_run:
        raise DamagedError("Копия повреждена: число записей не то, что в описании.", where=where, todo=_ANOTHER)
    if backup.path.stat().st_size != manifest.compressed_size:
        raise DamagedError("Копия повреждена: размер файла не тот, что в описании.", where=where, todo=_ANOTHER)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Make a file durable before it takes its place."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _disk_faults(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NetcityError(
            f"Не удалось записать или прочитать файл: {error.strerror or 'ошибка диска'}.",
            where=str(where),
            todo="Проверьте, есть ли место на диске и права на папку.",
        ) from error
