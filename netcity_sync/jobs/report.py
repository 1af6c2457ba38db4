"""Reports as a job: built from one state of the mirror, written in the wanted formats, and noted in the log."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import RenderError
from netcity_sync.jobs.cores import on_all_cores
from netcity_sync.mirror.event_schema import WHOSE, EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.reports.desk import Desk, prepare_desk
from netcity_sync.reports.document import Document
from netcity_sync.reports.registry import RENDERERS, Report
from netcity_sync.reports.request import About, Request
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

FILE_PREFIX = "sha256:"
"""Before the name of a file there, whose value is its SHA-256."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report to be made."""

    report: Report
    request: Request


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was made, and its files."""

    wanted: Wanted
    paths: tuple[Path, ...]


@contextmanager
def open_desk(settings: Settings, clock: Clock, as_of: datetime | None = None) -> Iterator[Desk]:
    """The state of the mirror that reports are built from: today's, or that of `as_of` (UTC).

    Raises UsageError where the mirror is empty.
    """
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    with open_snapshot(folder, as_of.astimezone(settings.zone) if as_of else None) as snapshot:
        yield prepare_desk(snapshot, settings, as_of or clock())


def make_reports(
    desk: Desk,
    clock: Clock,
    wanted: Sequence[Wanted],
    *,
    formats: tuple[str, ...],
    as_of: datetime | None = None,
    told: Callable[[Made], None] = lambda made: None,
) -> tuple[Made, ...]:
    """Write reports into the data folder, `told` of each as it is done; files are drawn on all cores.

    With `as_of` (UTC) they are those that would have been made then, beside the ones of today, and are not noted in the
    log. Raises what the reports raise, and RenderError where a file cannot be made.
    """
    folder = DataFolder(desk.settings.storage.data_dir)
    then = f"-as-of-{as_of.astimezone(desk.settings.zone):%Y-%m-%d}" if as_of else ""
    drawings = (
        _Drawing(item.report.build(desk, item.request), folder.reports / f"{file_stem(desk, item)}{then}", formats)
        for item in wanted
    )
    done = []
    for item, files in zip(wanted, on_all_cores(_draw, drawings, len(wanted)), strict=True):
        if as_of is None:
            _note(folder, clock, desk, item, files)
        log.info("report_made", report=item.report.id, period=item.request.period.key, formats=list(formats))
        done.append(made := Made(item, tuple(path for path, _ in files)))
        told(made)
    return tuple(done)


def file_stem(desk: Desk, item: Wanted) -> str:
    """What the files of a report are called, without the ending: `filling-2026-10`, `summary-7А-1081`."""
    return "-".join(part for part in (item.report.id, whose_name(desk, item), item.request.period.key) if part)


def whose_name(desk: Desk, item: Wanted) -> str:
    """Whose a report is, in the names of files and in the register: a class by its name, people by numbers alone."""
    focus = item.request.focus
    match focus.about:
        case About.PUPIL:
            return f"{desk.class_name(focus.class_id or 0)}-{focus.student_id}"
        case About.CLASS:
            return desk.class_name(focus.class_id or 0)
        case About.GRADE:
            return f"grade{focus.grade}"
        case About.TEACHER:
            return f"teacher{focus.staff_id}"
        case About.SUBJECT:
            return f"subject{focus.subject_id}"
    return ""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A document and where its files go, without their endings."""

    document: Document
    path: Path
    formats: tuple[str, ...]


def _draw(drawing: _Drawing) -> tuple[tuple[Path, str], ...]:
    """Write the files of a document; answers with the SHA-256 of each."""
    files = []
    for name in drawing.formats:
        content = RENDERERS[name](drawing.document)
        target = drawing.path.with_name(f"{drawing.path.name}.{name}")
        write_whole(target, content)
        files.append((target, hashlib.sha256(content).hexdigest()))
    return tuple(files)


def _note(folder: DataFolder, clock: Clock, desk: Desk, item: Wanted, files: tuple[tuple[Path, str], ...]) -> None:
    """The register of reports: what, for whom, when, from which run, with which hashes."""
    period = item.request.period
    detail = {f"{FILE_PREFIX}{path.name}": digest for path, digest in files} | {WHOSE: whose_name(desk, item)}
    if item.request.focus.class_id is not None:
        detail["class"] = desk.class_name(item.request.focus.class_id)
    note_event(
        folder,
        ServiceEvent(
            EventKind.REPORT_MADE, clock(), item.report.id, period.key,
            day=period.log_day, detail=detail, run_id=desk.snapshot.run_id,
        ),
    )  # fmt: skip


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or as it was. Raises RenderError where it cannot be written."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise RenderError(
            "Файл отчёта не записывается.", where=str(path), todo="Закройте его, если он открыт."
        ) from error
