"""Backups as jobs: made, proved, brought back, and each time noted in the log of the service."""

from datetime import datetime

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError
from netcity_sync.mirror.backup import Backup, Restored, create_backup, restore_backup, verify_backup
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event


def make_backup(folder: DataFolder, clock: Clock, *, reserve: int = 0) -> Backup:
    """Make a backup, with `reserve` bytes left free. Raises as `create_backup` does."""
    backup = create_backup(folder, clock, reserve=reserve)
    _note_made(folder, backup, clock())
    return backup


def prove_backup(folder: DataFolder, backup: Backup, clock: Clock) -> None:
    """Verify a backup. Raises as `verify_backup` does; that it is damaged is noted too."""
    try:
        verify_backup(backup)
    except DamagedError as error:
        detail = {"why": error.what}
        note_event(folder, ServiceEvent(EventKind.BACKUP_VERIFIED, clock(), backup.name, ok=False, detail=detail))
        raise
    note_event(folder, ServiceEvent(EventKind.BACKUP_VERIFIED, clock(), backup.name))


def bring_back(folder: DataFolder, backup: Backup, clock: Clock, *, force: bool) -> Restored:
    """Restore a backup. Raises as `restore_backup` does.

    The mirror that was brought back knows of the backups made before it; of the one that it came from it is told.
    """
    restored = restore_backup(folder, backup, force=force, clock=clock)
    _note_made(folder, backup, backup.manifest.made_at)
    note_event(folder, ServiceEvent(EventKind.DRILL, clock(), backup.name, detail={"how": "restore"}))
    return restored


def _note_made(folder: DataFolder, backup: Backup, at: datetime) -> None:
    note_event(
        folder,
        ServiceEvent(EventKind.BACKUP_MADE, at, backup.name, detail={"bytes": backup.manifest.compressed_size}),
    )
