"""Destroying the journals of a year whose term is over: the act first, then the deletion, then the note of it.

Each step may be repeated: a purge that was cut short is finished by the same command. Nothing is deleted before the act
stands whole in `archive/acts`; the log says «destroyed» in the same transaction in which the mirror's rows go.
"""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from netcity_sync.clock import Clock
from netcity_sync.compliance.forget import Forgotten, forget_findings, mark_findings
from netcity_sync.compliance.schema import migrations as finding_tables
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, NetcityError, UsageError
from netcity_sync.jobs.archive import LOCK_WORDS
from netcity_sync.jobs.archive_care import find_archive, keep_journals_until, prove
from netcity_sync.jobs.archive_makers import SUMMARY_REPORT
from netcity_sync.jobs.report import write_whole
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.event_schema import EVENT_TABLE, EventKind
from netcity_sync.mirror.events import ServiceEvent, record_event
from netcity_sync.mirror.exchange_years import Who
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.purge import YearPurge
from netcity_sync.mirror.purged_people import kinds_of_data, purged_subjects
from netcity_sync.mirror.raw import RawStore, open_raw
from netcity_sync.mirror.school_years import MirrorYear, find_year, school_years
from netcity_sync.mirror.vacuum import rebuild, require_room
from netcity_sync.reports.archive.acts import Act, act_document, log_document
from netcity_sync.reports.archive.manifest import (
    ACT,
    ACTS,
    JOURNAL,
    PURGED,
    Manifest,
    Purged,
    files_in,
    read_manifest,
    read_purged,
)
from netcity_sync.reports.archive.verify import is_journal
from netcity_sync.reports.registry import RENDERERS
from netcity_sync.russian import full_date, some_of
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

_NAMED = 10
_NOTED = f"SELECT what FROM {EVENT_TABLE} WHERE kind = ? AND ok AND for_period = ?"
_PURGED_YEARS = f"SELECT DISTINCT for_period FROM {EVENT_TABLE} WHERE kind = '{EventKind.ARCHIVE_PURGED.value}' AND ok"

Step = Callable[[str], None]
"""Told the name of each step when it is done: `act`, `files`, `raw`, `mirror`, `rebuilt`."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person decided: the act's number and date, why, who destroys, who else signs."""

    number: str
    dated: date
    reason: str
    by: str
    commission: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purge:
    """What goes, or went, by an act, and where the act lies, or will. `begun`: an earlier purge was cut short."""

    act: Act
    act_folder: Path
    begun: bool


@dataclass(frozen=True, slots=True)
class _Work:
    settings: Settings
    folder: DataFolder
    root: Path
    manifest: Manifest
    writer: sqlite3.Connection
    rows: YearPurge
    findings: Forgotten

    @property
    def year(self) -> MirrorYear:
        """The year that goes."""
        return self.rows.year

    @property
    def databases(self) -> tuple[Path, ...]:
        """The files in which it lies."""
        return tuple(path for path in (self.folder.mirror, self.folder.raw) if path.exists())


def purge_archive(
    settings: Settings, clock: Clock, year_name: str, order: Order, *, write: bool = False,
    done: Step = lambda step: None,
) -> Purge:  # fmt: skip
    """Destroy the journals of a year in its archive, the mirror and the raw answers; not `write`: only say what goes.

    Raises UsageError where the term is not over, a сводная ведомость is not frozen, or another act is under way;
    DamagedError where the ведомости are not whole; LockHeld; NoSpace before anything is touched; NetcityError where
    another program keeps a file, so that what was deleted is still in it: the same command then goes on.
    """
    folder = DataFolder(settings.storage.data_dir)
    root = find_archive(folder, year_name)
    with (
        hold_lock(folder.archive_lock, LOCK_WORDS),
        hold_lock(folder.lock),
        open_writer(folder, finding_tables) as writer,
    ):
        manifest = read_manifest(root)
        now = clock()
        _refuse_early(settings, root, manifest, local_date(now, settings.zone))
        work = _begin(settings, folder, root, manifest, writer)
        _refuse(work, order)
        purge = _plan(work, order, now)
        if write:
            for path in work.databases:
                require_room(path, settings.storage.min_free)
            _carry_out(work, purge, clock, done)
    return purge


def _begin(settings: Settings, folder: DataFolder, root: Path, manifest: Manifest, writer: sqlite3.Connection) -> _Work:
    years = school_years(writer)
    year = find_year(years, manifest.year)
    purged = {row[0] for row in writer.execute(_PURGED_YEARS)}
    rows = YearPurge(writer, year, [item for item in years if item.name not in purged | {year.name}])
    findings = Forgotten(
        year.terms, year.start, year.last_day, year.stood_at, rows.students(), rows.names, rows.kept_names
    )
    return _Work(settings, folder, root, manifest, writer, rows, findings)


def _refuse_early(settings: Settings, root: Path, manifest: Manifest, today: date) -> None:
    if read_purged(root) is not None:
        raise UsageError(f"Журналы за {manifest.year} учебный год уже уничтожены.", where=str(root))
    until = keep_journals_until(settings, root)
    if today <= until:
        raise UsageError(
            f"Срок хранения журналов за {manifest.year} учебный год не кончился: хранить до {full_date(until)}.",
            where=str(root),
        )


def _refuse(work: _Work, order: Order) -> None:
    manifest = work.manifest
    for value, what in ((order.number, "номер акта"), (order.reason, "причина"), (order.by, "кто уничтожает")):
        if not value.strip():
            raise UsageError(f"Без акта журналы не уничтожают: не указано: {what}.")
    frozen = _noted(work.writer, EventKind.SUMMARY_FROZEN, manifest.year) & set(manifest.frozen)
    loose = [name for name in manifest.classes if name not in frozen]
    if loose:
        raise UsageError(
            f"Сводная ведомость не заморожена: {some_of(loose, _NAMED)}.",
            todo="Составьте архив заново: netcity-sync archive make --force",
        )
    flaws = [item for item in prove(work.folder, work.root).flaws if not is_journal(item)]
    if flaws:
        raise DamagedError(
            f"Сводные ведомости не целы, журналы не уничтожены: {some_of(flaws, _NAMED, '; ')}.", where=str(work.root)
        )


def _noted(writer: sqlite3.Connection, kind: EventKind, year: str) -> set[str]:
    return {row[0] for row in writer.execute(_NOTED, [kind.value, year])}


def _plan(work: _Work, order: Order, now: datetime) -> Purge:
    """What the act says; that of a purge that was cut short stands. Raises UsageError where it is another act's."""
    target = work.folder.archive / ACTS / work.root.name
    if (target / ACT).exists():
        act = Act.model_validate_json((target / ACT).read_bytes())
        if (act.number, act.dated) != (order.number, order.dated):
            raise UsageError(
                f"Уничтожение уже начато: {act.words}.", where=str(target), todo="Закончите его с тем же актом."
            )
        return Purge(act, target, True)
    files, people = _files(work), purged_subjects(work.rows)
    act = Act(
        number=order.number, dated=order.dated, reason=order.reason, by=order.by, commission=order.commission,
        school=work.manifest.school, address=work.settings.paper.address, year=work.manifest.year,
        kept_until=keep_journals_until(work.settings, work.root), begun_at=now.replace(microsecond=0),
        destroyed_on=local_date(now, work.settings.zone), classes=work.manifest.classes, files=len(files),
        bytes=sum(path.stat().st_size for path in files),
        rows=work.rows.rows() | mark_findings(work.writer, work.findings),
        raw_answers=_raw_answers(work),
        subjects=len(people), staff=sum(item.who is Who.STAFF for item in people),
        data=kinds_of_data(people),
    )  # fmt: skip
    return Purge(act, target, False)


def _files(work: _Work) -> list[Path]:
    """The files of the journals: those of the archive, and what the paper copies were printed from."""
    printed = work.folder.paper / work.root.name
    return [path for name, path in files_in(work.root) if is_journal(name)] + [
        path for _, path in files_in(printed) if not path.name.startswith(SUMMARY_REPORT)
    ]


def _raw_answers(work: _Work) -> int:
    if not work.folder.raw.exists():
        return 0
    with open_raw(work.folder.raw) as raw:
        return raw.kept(_answers(work, raw))


def _answers(work: _Work, raw: RawStore) -> list[bytes]:
    return work.rows.answers(raw.received_until(work.year.stood_at))


def _carry_out(work: _Work, purge: Purge, clock: Clock, done: Step) -> None:
    if not purge.begun:
        _write_act(work, purge)
        done("act")
    for path in _files(work):
        path.unlink()
    if (work.root / JOURNAL).exists():
        shutil.rmtree(work.root / JOURNAL)
    done("files")
    if work.folder.raw.exists():
        with open_raw(work.folder.raw) as raw:
            raw.forget(_answers(work, raw), clock())
    done("raw")
    _delete_rows(work, purge, clock)
    done("mirror")
    _rebuild(work)
    done("rebuilt")
    mark = Purged(act=purge.act.words, act_folder=f"{ACTS}/{work.root.name}", purged_at=clock().replace(microsecond=0))
    write_whole(work.root / PURGED, (mark.model_dump_json(indent=1) + "\n").encode())
    log.info("archive_purged", year=work.manifest.year, rows=sum(purge.act.rows.values()), files=purge.act.files)


def _delete_rows(work: _Work, purge: Purge, clock: Clock) -> None:
    noted = _noted(work.writer, EventKind.ARCHIVE_PURGED, work.manifest.year)
    mark_findings(work.writer, work.findings)

    def also(writer: sqlite3.Connection) -> None:
        forget_findings(writer, work.findings)
        for name in work.manifest.classes:
            if name not in noted:
                record_event(writer, _event(purge.act, name, clock()))

    work.rows.delete(also)


def _rebuild(work: _Work) -> None:
    """Rid the files of what changes before this one left in their pages."""
    for path in work.databases:
        if not rebuild(path).shrunk:
            raise NetcityError(
                "Файл читает другая программа, стёртое в нём ещё не исчезло.", where=str(path),
                todo="Закройте её и повторите команду: уничтожение будет закончено.",
            )  # fmt: skip


def _event(act: Act, class_name: str, now: datetime) -> ServiceEvent:
    detail: dict[str, str | int] = {"act": act.words, "why": act.reason, "who": act.by}
    detail |= {"files": act.files, "rows": sum(act.rows.values())}
    return ServiceEvent(EventKind.ARCHIVE_PURGED, now, class_name, act.year, detail=detail)


def _write_act(work: _Work, purge: Purge) -> None:
    """The act and the extract of the log, in a folder that is renamed whole; its `act.json` says that a purge began."""
    acts = purge.act_folder.parent
    acts.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in acts.glob(".making-*"):
        shutil.rmtree(left)
    with TemporaryDirectory(dir=acts, prefix=".making-") as work_name:
        draft = Path(work_name, "act")
        draft.mkdir(mode=0o700)
        documents = {
            "act": act_document(purge.act, work.settings.paper),
            "log": log_document(purge.act, purged_subjects(work.rows), work.settings),
        }
        for name, document in documents.items():
            for form, render in RENDERERS.items():
                write_whole(draft / f"{name}.{form}", render(document))
        write_whole(draft / ACT, (purge.act.model_dump_json(indent=1) + "\n").encode())
        for path in draft.iterdir():
            path.chmod(0o600)
        draft.rename(purge.act_folder)
