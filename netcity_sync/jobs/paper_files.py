"""The files of paper sets, held to the hashes that were noted when they were made: a look at each byte, no more."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from netcity_sync.clock import from_utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.archive_makers import SUMMARY_REPORT
from netcity_sync.jobs.paper_states import StateNote, last_states
from netcity_sync.jobs.report import FILE_PREFIX
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.event_schema import EVENT_TABLE, EventKind
from netcity_sync.reports.archive.manifest import folder_name, read_purged, sha256_of

_NOTED = f"""
SELECT at, what, for_period, detail FROM {EVENT_TABLE}
WHERE kind = '{EventKind.PAPER_SET_STATE.value}' AND ok ORDER BY at, event_id
"""


def set_flaws(folder: DataFolder, note: StateNote) -> tuple[str, ...]:
    """What is no longer as it was made of a set, in Russian; nothing where all of it is.

    Journals that were destroyed by an act are not missed.
    """
    if not note.folder:
        return ()
    place, wanted = folder.paper / note.folder, _hashes(note.detail)
    if read_purged(folder.archive / _year_folder(note)) is not None:
        wanted = {name: digest for name, digest in wanted.items() if name.startswith(SUMMARY_REPORT)}
    if wanted and not place.exists():
        return ("папки копии нет",)
    found = ((name, _flaw(place / name, digest)) for name, digest in wanted.items())
    return tuple(f"{name}: {flaw}" for name, flaw in found if flaw)


def paper_flaws(folder: DataFolder, year: str | None = None) -> dict[str, tuple[str, ...]]:
    """What is wrong with the sets of a school year, or of each that has any, by the name of its folder in `paper`."""
    found: dict[str, list[str]] = defaultdict(list)
    for note in _noted(folder):
        name = _year_folder(note)
        if name and (year is None or name == folder_name(year)):
            found[name] += [f"{note.folder.removeprefix(f'{name}/')}/{flaw}" for flaw in set_flaws(folder, note)]
    return {name: tuple(flaws) for name, flaws in sorted(found.items())}


def _noted(folder: DataFolder) -> tuple[StateNote, ...]:
    try:
        with open_reader(folder) as connection:
            rows = connection.execute(_NOTED).fetchall()
    except (UsageError, sqlite3.OperationalError):
        return ()
    return last_states((from_utc_text(row[0]), row[1], row[2], json.loads(row[3])) for row in rows)


def _year_folder(note: StateNote) -> str:
    return note.folder.split("/", maxsplit=1)[0]


def _hashes(detail: Mapping[str, object]) -> dict[str, str]:
    return {
        name.removeprefix(FILE_PREFIX): str(digest) for name, digest in detail.items() if name.startswith(FILE_PREFIX)
    }


def _flaw(path: Path, digest: str) -> str:
    if not path.exists():
        return "файла нет"
    return "" if sha256_of(path) == digest else "файл изменён после составления"
