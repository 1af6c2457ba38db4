"""What an archive says of itself (docs/archive.md): written last, read first."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import file_digest
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from netcity_sync.errors import DamagedError
from netcity_sync.settings import PdfPart

FORMAT_VERSION = 1
MANIFEST, README, EXTRACT = "manifest.json", "README.txt", "journal/mirror.db"
JOURNAL, SUMMARY = "journal", "summary"
ACTS, ACT = "acts", "act.json"
"""Where the acts about destroyed journals lie, a folder a year, and what says in it that a purge has begun."""
PURGED = "purged.json"
"""Written where the journals of the year were destroyed; the manifest stays as it was."""

_TODO = "Проверьте архив: netcity-sync archive verify"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class File(_Model):
    """A file of the archive: its place inside, bytes, SHA-256."""

    path: str
    bytes: int
    sha256: str


class Term(_Model):
    """How long a part of the archive is kept: which folder, what it is, till when, by which rule."""

    folder: str
    what: str
    years: int
    keep_until: date
    rule: str


class Manifest(_Model):
    """The manifest of an archive. Moments are UTC; `stood_at` is when the run that it shows was over.

    `frozen` are the classes whose сводная ведомость lies in it whole; `missing` what could not be put in, in Russian.
    """

    format: int
    program: str
    school: str
    year: str
    year_start: date
    year_end: date
    closed: bool
    run_id: int
    stood_at: datetime
    made_at: datetime
    pdf_part: PdfPart
    source: str
    terms: tuple[Term, ...]
    classes: tuple[str, ...]
    frozen: tuple[str, ...]
    missing: tuple[str, ...]
    files: tuple[File, ...]

    def term(self, folder: str) -> Term:
        """The term of a folder of the archive."""
        return next(item for item in self.terms if item.folder == folder)


class Purged(_Model):
    """That the journals of a year were destroyed: by which act, when (UTC)."""

    act: str
    act_folder: str
    purged_at: datetime


def folder_name(year: str) -> str:
    """The name of a year's folder: «2026-2027»."""
    return year.replace("/", "-")


def read_manifest(root: Path) -> Manifest:
    """The manifest of the archive in a folder. Raises DamagedError where it is missing or not one."""
    path = root / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise DamagedError("У архива нет описания.", where=str(path), todo=_TODO) from error
    except (OSError, ValidationError) as error:
        raise DamagedError("Описание архива повреждено.", where=str(path), todo=_TODO) from error
    if manifest.format != FORMAT_VERSION:
        raise DamagedError("Архив сделан другой версией программы.", where=str(path), todo="Обновите netcity_sync.")
    return manifest


def read_purged(root: Path) -> Purged | None:
    """That the journals of an archive were destroyed; None where they were not."""
    path = root / PURGED
    return Purged.model_validate_json(path.read_bytes()) if path.exists() else None


def archives(folder: Path, year: str | None = None) -> list[Path]:
    """The folders of all archives, or of one year's, those that lost their manifest included, oldest year first."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.is_dir() and path.name != ACTS and path.name[0] != ".")
    return sorted(path for path in found if year is None or path.name == folder_name(year))


def files_in(root: Path) -> Iterator[tuple[str, Path]]:
    """All files of an archive, each with its place inside, in order."""
    found = (path for path in root.rglob("*") if path.is_file())
    yield from sorted((path.relative_to(root).as_posix(), path) for path in found)


def described(root: Path, besides: Iterable[str] = ()) -> tuple[File, ...]:
    """The files of a folder as a manifest names them, those `besides` left out."""
    left_out = set(besides)
    return tuple(
        File(path=name, bytes=path.stat().st_size, sha256=sha256_of(path))
        for name, path in files_in(root)
        if name not in left_out
    )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
