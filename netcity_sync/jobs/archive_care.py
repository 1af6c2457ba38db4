"""Care of archives as jobs: proving them whole, and the register of what is kept till when."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, UsageError
from netcity_sync.jobs.archive import terms_of
from netcity_sync.jobs.paper_files import paper_flaws
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.event_schema import EVENT_TABLE, EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event
from netcity_sync.mirror.school_years import school_years
from netcity_sync.reports.archive.manifest import (
    JOURNAL,
    Purged,
    Term,
    archives,
    folder_name,
    read_manifest,
    read_purged,
)
from netcity_sync.reports.archive.verify import archive_flaws
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings

_MADE = f"""
SELECT json_extract(detail, '$.manifest') FROM {EVENT_TABLE}
WHERE kind = '{EventKind.ARCHIVE_MADE.value}' AND ok AND for_period = ? ORDER BY event_id DESC LIMIT 1
"""
_KEPT_YEARS = f"""
SELECT for_period FROM {EVENT_TABLE} WHERE kind = '{EventKind.ARCHIVE_MADE.value}' AND ok
EXCEPT SELECT for_period FROM {EVENT_TABLE} WHERE kind = '{EventKind.ARCHIVE_PURGED.value}' AND ok
"""


class Kind(StrEnum):
    """What of a year was looked at."""

    ARCHIVE = "archive"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Proved:
    """An archive, or all paper copies of a year, and what is wrong with it, in Russian."""

    year: str
    path: Path
    flaws: tuple[str, ...]
    kind: Kind = Kind.ARCHIVE


def find_archive(folder: DataFolder, year: str) -> Path:
    """The folder of a year's archive. Raises UsageError naming the years that have one."""
    root = folder.archive / folder_name(year)
    if root in archives(folder.archive):
        return root
    known = ", ".join(path.name for path in archives(folder.archive)) or "ни одного"
    raise UsageError(f"Нет архива за {year} учебный год.", todo=f"Есть: {known}.")


def verify_archives(settings: Settings, clock: Clock, year: str | None = None) -> tuple[Proved, ...]:
    """Prove the archive of a year, or all there are or should be, with the paper copies; note how each archive fares.

    Raises UsageError where there is neither.
    """
    folder = DataFolder(settings.storage.data_dir)
    printed = [
        Proved(name.replace("-", "/"), folder.paper / name, flaws, Kind.PAPER)
        for name, flaws in paper_flaws(folder, year).items()
    ]
    lost = _lost_archives(folder, year)
    roots = (
        [find_archive(folder, year)] if year is not None and not (printed or lost) else archives(folder.archive, year)
    )
    proved = [*(prove(folder, root) for root in roots), *lost]
    if not proved and not printed:
        raise UsageError("Архивов ещё нет.", todo="Составьте: netcity-sync archive make")
    proved.sort(key=lambda item: item.path)
    for item in proved:
        detail = {"flaws": len(item.flaws)}
        event = ServiceEvent(EventKind.ARCHIVE_VERIFIED, clock(), period=item.year, ok=not item.flaws, detail=detail)
        note_event(folder, event)
    return (*proved, *printed)


def _lost_archives(folder: DataFolder, year: str | None) -> list[Proved]:
    """The archives of a year, or of any, that were made by the log, whose folder is gone, though no act says so."""
    there = archives(folder.archive)
    made = [(name, folder.archive / folder_name(name)) for (name,) in _ask_log(folder, _KEPT_YEARS)]
    return [
        Proved(name, root, ("папки архива нет",)) for name, root in made if year in (None, name) and root not in there
    ]


def prove(folder: DataFolder, root: Path) -> Proved:
    """What is wrong with an archive, held to its manifest and to what the log says of that."""
    try:
        manifest = read_manifest(root)
    except DamagedError as error:
        return Proved(root.name.replace("-", "/"), root, (f"{Path(error.where).name}: {error.what}",))
    flaws = archive_flaws(root, manifest, _noted_manifest(folder, manifest.year))
    return Proved(manifest.year, root, tuple(flaws))


def _noted_manifest(folder: DataFolder, year: str) -> str | None:
    return next((row[0] for row in _ask_log(folder, _MADE, year)), None)


def _ask_log(folder: DataFolder, query: str, *values: str) -> list[sqlite3.Row]:
    """Rows of a query of the log; none where there is no mirror, or one older than the log."""
    try:
        with open_reader(folder) as connection:
            return connection.execute(query, values).fetchall()
    except (UsageError, sqlite3.OperationalError):
        return []


class Standing(StrEnum):
    """How something that is kept for a term stands."""

    ABSENT = "absent"
    KEPT = "kept"
    ENDING = "ending"
    OVER = "over"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class KeptItem:
    """What is kept of a year: `days_left` is negative where the term is over, `act` is that by which it went."""

    year: str
    term: Term
    days_left: int
    standing: Standing
    act: str = ""


def register(settings: Settings, clock: Clock) -> tuple[KeptItem, ...]:
    """What is kept till when: of each year that the mirror has read, or whose archive is there. Oldest first."""
    folder = DataFolder(settings.storage.data_dir)
    today = local_date(clock(), settings.zone)
    kept: dict[str, tuple[tuple[Term, ...], Purged | None, bool]] = {}
    for name, terms in _terms_of_mirror(folder, settings):
        kept[name] = terms, None, False
    for root in archives(folder.archive):
        manifest = read_manifest(root)
        terms = tuple(later(term, kept.get(manifest.year, ((),))[0]) for term in manifest.terms)
        kept[manifest.year] = terms, read_purged(root), True
    found = []
    for year, (terms, purged, archived) in sorted(kept.items()):
        for term in terms:
            gone = purged if term.folder == JOURNAL else None
            days = (term.keep_until - today).days
            found.append(
                KeptItem(year, term, days, _standing(settings, days, archived, gone), gone.act if gone else "")
            )
    return tuple(found)


def later(term: Term, others: tuple[Term, ...]) -> Term:
    """A term of a manifest, or the one that the settings of today make of it where that ends later."""
    same = [item for item in others if item.folder == term.folder]
    return max((term, *same), key=lambda item: item.keep_until)


def _terms_of_mirror(folder: DataFolder, settings: Settings) -> Iterator[tuple[str, tuple[Term, ...]]]:
    if folder.mirror.exists():
        with open_reader(folder) as connection:
            for year in school_years(connection):
                yield year.name, terms_of(settings.retention, year.end)


def _standing(settings: Settings, days: int, archived: bool, purged: Purged | None) -> Standing:
    if purged is not None:
        return Standing.PURGED
    if not archived:
        return Standing.ABSENT
    if days < 0:
        return Standing.OVER
    return Standing.ENDING if days <= settings.retention.warn_days else Standing.KEPT


def keep_journals_until(settings: Settings, root: Path) -> date:
    """The last day of keeping the journals in an archive: that of its manifest, or of today's settings if later."""
    manifest = read_manifest(root)
    return later(manifest.term(JOURNAL), terms_of(settings.retention, manifest.year_end)).keep_until
