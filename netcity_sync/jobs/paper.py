"""The paper sets of classes as a job: read in one process, laid out in others, written whole, noted in the log."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from netcity_sync.clock import Clock
from netcity_sync.compliance.paper_states import PaperState
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import RenderError, UsageError
from netcity_sync.jobs.cores import on_all_cores
from netcity_sync.jobs.paper_states import StateNote, note_states, period_key, states_of
from netcity_sync.jobs.report import FILE_PREFIX, write_whole
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document
from netcity_sync.reports.page import page_of
from netcity_sync.reports.paper.case import PaperCase, case_documents, inventory
from netcity_sync.reports.paper.journal import ClassJournal
from netcity_sync.reports.paper.leaves import journal_data
from netcity_sync.reports.paper.reading import read_class_journal
from netcity_sync.reports.paper.typeset import page_count, typeset
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.russian import full_date
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

_SETS_A_PROCESS = 16
_SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class _Order:
    """What a process needs to make a set; `summary` is the ведомость, where there is one for such a period."""

    journal: ClassJournal
    key: str
    settings: Settings
    target: Path
    summary: Document | None


@dataclass(frozen=True, slots=True)
class PaperSet:
    """A made set: its files with the SHA-256 of each, and how many sheets the journal has."""

    class_name: str
    folder: Path
    sheets: int
    files: tuple[tuple[str, str], ...]


def make_papers(
    desk: Desk,
    clock: Clock,
    classes: Sequence[int],
    period: Period,
    *,
    again: bool = False,
    told: Callable[[PaperSet], None] = lambda made: None,
) -> tuple[PaperSet, ...]:
    """Make the sets of classes for a period that is over, `told` of each as it is done.

    A set that people have begun to work on is not made over but with `again`: nothing is made then. Raises UsageError
    there, where the period is not over, and where a class has no journals of it; RenderError where a file is not made.
    """
    if desk.bench.today < period.last:
        raise UsageError(
            f"Период ещё идёт: {period.name}.", todo=f"Бумажную копию составляют с {full_date(period.last)}."
        )
    key = period_key(desk, period)
    if not again:
        _refuse_begun(desk, classes, key)
    journals = (read_class_journal(desk, class_id, period) for class_id in classes)
    orders = (_order(desk, journal, key, period) for journal in journals)
    done = []
    folder = DataFolder(desk.settings.storage.data_dir)
    for made in on_all_cores(_make, orders, len(classes), a_process=_SETS_A_PROCESS, few=1):
        detail = {f"{FILE_PREFIX}{name}": digest for name, digest in made.files}
        place = made.folder.relative_to(folder.paper).as_posix()
        note = StateNote(made.class_name, key, PaperState.MADE, "", {**detail, "sheets": made.sheets, "folder": place})
        note_states(folder, clock, [note], desk.snapshot.run_id)
        log.info("paper_set_made", period=key, sheets=made.sheets)
        done.append(made)
        told(made)
    return tuple(done)


def classes_with_journals(desk: Desk, period: Period) -> tuple[int, ...]:
    """All classes that have journals to be printed for a period."""
    rows = desk.bench.rows("SELECT class_id FROM class_read ORDER BY grade, class_name")
    classes = [row["class_id"] for row in rows]
    if period.kind is PeriodKind.TERM:
        having = {
            row["class_id"]
            for row in desk.bench.rows("SELECT DISTINCT class_id FROM journal WHERE term_id = :id", id=int(period.key))
        }
        return tuple(class_id for class_id in classes if class_id in having)
    return tuple(class_id for class_id in classes if desk.terms_of(class_id, period))


def _refuse_begun(desk: Desk, classes: Sequence[int], key: str) -> None:
    names = {desk.class_name(class_id) for class_id in classes}
    begun = [
        f"{item.class_name} — {item.state.value}"
        for item in states_of(desk)
        if item.period == key and item.class_name in names and item.state is not PaperState.MADE
    ]
    if begun:
        raise UsageError(
            f"С бумажной копией уже работают: {', '.join(begun)}.", todo="Если её составляют заново: --again"
        )


def _order(desk: Desk, journal: ClassJournal, key: str, period: Period) -> _Order:
    folder = DataFolder(desk.settings.storage.data_dir)
    name = key if period.kind is PeriodKind.TERM else "year"
    target = folder.paper / journal.year.replace("/", "-") / journal.class_name / name
    return _Order(journal, key, desk.settings, target, _summary(desk, journal.class_id, period))


def _summary(desk: Desk, class_id: int, period: Period) -> Document | None:
    report = find_report(_SUMMARY)
    if period.kind not in report.periods:
        return None
    return report.build(desk, Request(period, Focus(class_id=class_id)))


def _make(order: _Order) -> PaperSet:
    """Lay out and write one set."""
    settings, journal = order.settings, order.journal
    part, made_at = settings.paper.pdf_part, journal.made_at
    page = page_of(settings.paper, landscape=True, kept_years=settings.retention.journal_years)
    sheets = typeset("journal", journal_data(journal, page), part, made_at)
    summary = render_pdf(order.summary) if order.summary is not None else b""
    case = PaperCase(journal, sheets.pages, sheets.marks, order.key, settings, summary_pages=page_count(summary))
    listed = typeset("paper_case", inventory(case), part, made_at)
    files = {"journal.pdf": sheets.pdf, "inventory.pdf": listed.pdf}
    for name, data in case_documents(case, listed.pages).items():
        files[f"{name}.pdf"] = typeset("paper_case", data, part, made_at).pdf
    if summary:
        files["summary.pdf"] = summary
    try:
        order.target.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RenderError("Папка бумажной копии не создаётся.", where=str(order.target)) from error
    for name, content in files.items():
        write_whole(order.target / name, content)
    digests = tuple((name, hashlib.sha256(content).hexdigest()) for name, content in files.items())
    return PaperSet(journal.class_name, order.target, sheets.pages, digests)
