"""A report as a job: built once from the mirror, written in the wanted formats."""

from datetime import date, datetime
from pathlib import Path

import structlog

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import RenderError
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.reports.registry import RENDERERS, find_report
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)


def make_report(
    settings: Settings,
    clock: Clock,
    report_id: str,
    *,
    month: date,
    formats: tuple[str, ...],
    as_of: datetime | None = None,
) -> tuple[Path, ...]:
    """Write a report for a month (its first day) into the data folder; answers where.

    With `as_of` (UTC) it is the report that would have been made then, beside the one of today.

    Raises UsageError for an unknown report or an empty mirror, RenderError where a file cannot be made.
    """
    report = find_report(report_id)
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    with open_snapshot(folder, as_of.astimezone(settings.zone) if as_of else None) as snapshot:
        document = report.build(snapshot, settings, month, as_of or clock())
    then = f"-as-of-{as_of.astimezone(settings.zone):%Y-%m-%d}" if as_of else ""
    paths = []
    for name in formats:
        path = folder.reports / f"{report.id}-{month:%Y-%m}{then}.{name}"
        _write(path, RENDERERS[name](document))
        paths.append(path)
    if as_of is None:
        detail = {"formats": ", ".join(formats)}
        note_event(folder, ServiceEvent(EventKind.REPORT_MADE, clock(), report.id, f"{month:%Y-%m}", detail=detail))
    log.info("report_made", report=report.id, month=f"{month:%Y-%m}", formats=list(formats))
    return tuple(paths)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise RenderError(
            "Файл отчёта не записывается.", where=str(path), todo="Закройте его, если он открыт."
        ) from error
