"""The archive of a closed school year as a job: made beside, renamed whole, noted in the log of the service."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from netcity_sync import __version__
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError, UsageError
from netcity_sync.jobs.archive_makers import Piece, Rest, all_pieces, class_ids, summary_path
from netcity_sync.jobs.cores import on_all_cores
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, record_event
from netcity_sync.mirror.extract import write_extract
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.school_years import MirrorYear, find_year, school_years
from netcity_sync.mirror.space import require_space, room_for_archive
from netcity_sync.reports.archive.manifest import (
    ACT,
    ACTS,
    EXTRACT,
    FORMAT_VERSION,
    JOURNAL,
    MANIFEST,
    README,
    SUMMARY,
    Manifest,
    Term,
    described,
    folder_name,
    read_manifest,
    sha256_of,
)
from netcity_sync.reports.archive.readme import readme_text
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.past_year import desk_of_year
from netcity_sync.retention import keep_until
from netcity_sync.russian import full_date, plural, some_of
from netcity_sync.school_days import local_date
from netcity_sync.settings import RetentionSettings, Settings

log = structlog.get_logger(__name__)

LOCK_WORDS = "составление или уничтожение архива"
_NAMED = 10
_PIECES_A_PROCESS = 64
_WORKSHOP, _OLD = ".making-", "old"

Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Shows how many files of so many are done."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive that was made."""

    path: Path
    manifest: Manifest
    manifest_sha256: str


def make_archive(
    settings: Settings, clock: Clock, year_name: str | None = None, *, force: bool = False,
    progress: Progress = lambda total: nullcontext(lambda: None),
) -> Archived:  # fmt: skip
    """Make the archive of a year (None: the newest that is over), from the last run that read it.

    Raises UsageError where the year is not over, a part of it was not read, or the archive is there already, unless
    `force`; always where its journals were destroyed. NoSpace, LockHeld, and what reports raise.
    """
    folder, now = DataFolder(settings.storage.data_dir), clock()
    folder.prepare()
    year = _year_to_archive(folder, settings, now, year_name, force=force)
    target = folder.archive / folder_name(year.name)
    act = folder.archive / ACTS / target.name / ACT
    if act.exists():
        raise UsageError(f"Журналы за {year.name} учебный год уже уничтожены по акту.", where=str(act))
    if target.exists() and not force:
        raise UsageError(
            f"Архив за {year.name} учебный год уже есть.", where=str(target), todo="Составить его заново: --force"
        )
    require_space(folder.archive, room_for_archive(folder.mirror), settings.storage.min_free, "архива года")
    with hold_lock(folder.archive_lock, LOCK_WORDS), _workshop(folder.archive) as work:
        draft = Path(work, "archive")
        manifest = _fill(settings, folder, year, now, draft, force=force, progress=progress)
        _put_in_place(draft, target, Path(work, _OLD))
    made = Archived(target, manifest, sha256_of(target / MANIFEST))
    _note(folder, clock(), made)
    log.info("archive_made", year=year.name, files=len(manifest.files), missing=len(manifest.missing))
    return made


def _year_to_archive(
    folder: DataFolder, settings: Settings, now: datetime, name: str | None, *, force: bool
) -> MirrorYear:
    with open_writer(folder) as writer:
        years = school_years(writer)
    today = local_date(now, settings.zone)
    if name is not None:
        year = find_year(years, name)
    else:
        over = [item for item in years if item.is_over(today)]
        if not over:
            raise UsageError(
                "Ни один учебный год ещё не кончился.", todo="Год можно назвать: --year 2026/2027, и --force."
            )
        year = over[-1]
    if not year.is_over(today) and not force:
        raise UsageError(
            f"{year.name} учебный год не кончился: последний день занятий {year.last_lesson_day:%d.%m.%Y}.",
            todo="Дождитесь конца года; архив того, что есть: --force",
        )
    return year


def _fill(
    settings: Settings, folder: DataFolder, year: MirrorYear, now: datetime, draft: Path, *, force: bool,
    progress: Progress,
) -> Manifest:  # fmt: skip
    """Everything that belongs into the archive, the manifest last."""
    with desk_of_year(settings, folder, year) as desk:
        missing = list(_missing(desk, year, local_date(now, settings.zone)))
        if missing and not force:
            raise UsageError(
                f"Архив был бы неполон: {some_of(missing, _NAMED, '; ')}.",
                todo="Дочитайте журналы: netcity-sync sync --resume; архив того, что есть: --force",
            )
        extract = draft / EXTRACT
        pieces = all_pieces(desk, extract)
        for path in (EXTRACT, *(piece.path for piece in pieces)):
            (draft / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with progress(len(pieces) + 1) as advance:
            write_extract(folder, year, extract)
            advance()
            _make_files(draft, pieces, advance)
        terms = terms_of(settings.retention, year.end)
        readme = readme_text(desk.school, year.name, terms)
        (draft / README).write_text(readme, encoding="utf-8", newline="\r\n")
        manifest = _manifest(desk, year, now, missing, draft)
    (draft / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    for item in draft.rglob("*"):
        item.chmod(0o700 if item.is_dir() else 0o600)
    return manifest


def _missing(desk: Desk, year: MirrorYear, today: date) -> Iterator[str]:
    """What the archive will lack, in Russian."""
    if not year.is_over(today):
        yield "учебный год не кончился"
    read_on = local_date(desk.bench.now, desk.settings.zone)
    if not year.is_over(read_on):
        yield f"журналы читались в последний раз {full_date(read_on)}, раньше конца занятий"
    for name in desk.unread(desk.year_period()):
        yield f"не прочитан журнал {name}"
    for row in desk.bench.rows("SELECT * FROM class_read ORDER BY grade, class_name"):
        if not row["roster_fresh"]:
            yield f"не прочитан список класса {row['class_name']}"
        if not row["finals_fresh"]:
            yield f"не прочитаны итоговые отметки класса {row['class_name']}"


def _make_files(draft: Path, pieces: Sequence[Piece], advance: Callable[[], None]) -> None:
    def rests() -> Iterator[Rest]:
        for piece in pieces:
            rest = piece.begin(draft / piece.path)
            if rest is None:
                advance()
            else:
                yield rest

    drawn = sum(piece.drawn for piece in pieces)
    for _ in on_all_cores(_finish, rests(), drawn, a_process=_PIECES_A_PROCESS):
        advance()


def _finish(rest: Rest) -> None:
    rest()


def terms_of(retention: RetentionSettings, year_end: date) -> tuple[Term, ...]:
    """How long the parts of a year's archive are kept, by the settings."""
    parts = (
        (JOURNAL, "Электронные журналы", retention.journal_years),
        (SUMMARY, "Сводные ведомости", retention.summary_years),
    )
    return tuple(
        Term(
            folder=folder, what=what, years=years, keep_until=keep_until(year_end, years),
            rule=f"{plural(years, 'полный год', 'полных года', 'полных лет')} с 1 января {year_end.year + 1} года"
            f" ({retention.source})",
        )
        for folder, what, years in parts
    )  # fmt: skip


def _manifest(desk: Desk, year: MirrorYear, now: datetime, missing: Sequence[str], draft: Path) -> Manifest:
    classes = tuple(name for _, name in class_ids(desk))
    whole = {row["class_name"] for row in desk.bench.rows("SELECT class_name FROM class_read WHERE finals_fresh")}
    frozen = tuple(name for name in classes if name in whole and (draft / summary_path(name)).exists())
    return Manifest(
        format=FORMAT_VERSION, program=__version__, school=desk.school, year=year.name, year_start=year.start,
        year_end=year.end, closed=year.closed, run_id=year.last_run, stood_at=year.stood_at,
        made_at=now.replace(microsecond=0), pdf_part=desk.settings.paper.pdf_part,
        source=desk.settings.retention.source, terms=terms_of(desk.settings.retention, year.end),
        classes=classes, frozen=frozen, missing=tuple(missing), files=described(draft),
    )  # fmt: skip


@contextmanager
def _workshop(place: Path) -> Iterator[str]:
    """A folder to work in. What a process that died left is cleared, an archive that it had set aside is put back."""
    for left in sorted(place.glob(f"{_WORKSHOP}*")):
        if (left / _OLD / MANIFEST).exists():
            target = place / folder_name(read_manifest(left / _OLD).year)
            if not target.exists():
                (left / _OLD).rename(target)
        shutil.rmtree(left)
    with TemporaryDirectory(dir=place, prefix=_WORKSHOP) as work:
        yield work


def _put_in_place(draft: Path, target: Path, old: Path) -> None:
    """Rename the draft; one that was there before is kept until then."""
    try:
        if target.exists():
            target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise NetcityError(
            "Архив не удалось положить на место.", where=str(target), todo="Закройте его файлы, если они открыты."
        ) from error
    shutil.rmtree(old, ignore_errors=True)


def _note(folder: DataFolder, now: datetime, made: Archived) -> None:
    """The archive and each ведомость that it freezes, all in one transaction."""
    manifest = made.manifest
    hashes = {item.path: item.sha256 for item in manifest.files}
    detail: dict[str, str | int] = {
        "files": len(manifest.files),
        "manifest": made.manifest_sha256,
        "missing": len(manifest.missing),
    }
    with open_writer(folder) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for name in manifest.frozen:
            proof = {"sha256": hashes[summary_path(name)]}
            record_event(writer, ServiceEvent(EventKind.SUMMARY_FROZEN, now, name, manifest.year, detail=proof))
        record_event(writer, ServiceEvent(EventKind.ARCHIVE_MADE, now, period=manifest.year, detail=detail))
        writer.execute("COMMIT")
