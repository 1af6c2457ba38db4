"""Backups as jobs: made and proved, and each time noted in the log of the service.

A restore notes nothing: the mirror that it brings back is what the backup was, to the row.
"""

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError
from netcity_sync.mirror.backup import Backup, create_backup, verify_backup
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event


def make_backup(folder: DataFolder, clock: Clock, *, reserve: int = 0) -> Backup:
    """Make a backup, with `reserve` bytes left free. Raises as `create_backup` does."""
    backup = create_backup(folder, clock, reserve=reserve)
    detail = {"bytes": backup.manifest.compressed_size}
    note_event(folder, ServiceEvent(EventKind.BACKUP_MADE, clock(), backup.name, detail=detail))
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
