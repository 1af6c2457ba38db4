"""What goes into the archive of a school year: the list of makers, and each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from netcity_sync.errors import NetcityError
from netcity_sync.jobs.report import Wanted, file_stem, write_whole
from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.mirror.extract import EXTRACT_TABLES
from netcity_sync.reports.archive.class_book import build_class_book
from netcity_sync.reports.archive.manifest import JOURNAL, SUMMARY
from netcity_sync.reports.archive.native import (
    write_fields,
    write_summary,
    write_summary_fields,
    write_table,
)
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document
from netcity_sync.reports.page import Page, page_of
from netcity_sync.reports.paper.journal import ClassJournal
from netcity_sync.reports.paper.leaves import journal_data
from netcity_sync.reports.paper.reading import read_class_journal
from netcity_sync.reports.paper.typeset import typeset
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.registry import RENDERERS, all_reports
from netcity_sync.reports.request import About

SUMMARY_REPORT = "summary"
"""The report that is kept for 25 years; all others are kept with the journals."""

Rest = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to be: its place in the archive.

    `begin` reads the mirror and writes the file, or answers with the rest of the work, which needs no mirror and may be
    done by any process: so it is with what is `drawn`.
    """

    path: str
    begin: Callable[[Path], Rest | None]
    drawn: bool = False


Maker = Callable[[Desk, Path], Iterator[Piece]]
"""Tells the pieces of a kind, without beginning them. It is given the desk of the year, and the year's extract."""


def class_ids(desk: Desk) -> list[tuple[int, str]]:
    """The classes of the year, with their names."""
    rows = desk.bench.rows("SELECT class_id, class_name FROM class_read ORDER BY grade, class_name, class_id")
    return [(row["class_id"], row["class_name"]) for row in rows]


def _drawn(build: Callable[[], Document], form: str) -> Callable[[Path], Rest]:
    """A document, built where the mirror is open, drawn anywhere."""

    def begin(path: Path) -> Rest:
        return partial(_draw, build(), form, path)

    return begin


def _draw(document: Document, form: str, path: Path) -> None:
    write_whole(path, RENDERERS[form](document))


def journal_pieces(desk: Desk, extract: Path) -> Iterator[Piece]:
    """The journal of each class as it is printed."""
    page = page_of(desk.settings.paper, landscape=True, kept_years=desk.settings.retention.journal_years)
    period = desk.year_period()
    for class_id, name in class_ids(desk):
        if desk.terms_of(class_id, period):
            yield Piece(f"{JOURNAL}/pdf/journal-{name}.pdf", _laid_out(desk, class_id, period, page), drawn=True)


def _laid_out(desk: Desk, class_id: int, period: Period, page: Page) -> Callable[[Path], Rest]:
    def begin(path: Path) -> Rest:
        return partial(_lay_out, read_class_journal(desk, class_id, period), page, path)

    return begin


def _lay_out(journal: ClassJournal, page: Page, path: Path) -> None:
    write_whole(path, typeset("journal", journal_data(journal, page), page.part, journal.made_at).pdf)


def data_pieces(desk: Desk, extract: Path) -> Iterator[Piece]:
    """The records of the year, line by line."""
    yield Piece(f"{JOURNAL}/data/fields.json", write_fields)
    for table in EXTRACT_TABLES:
        yield Piece(f"{JOURNAL}/data/{table.name}.jsonl", partial(write_table, extract, table))


def class_book_pieces(desk: Desk, extract: Path) -> Iterator[Piece]:
    """A workbook a class."""
    for class_id, name in class_ids(desk):
        begin = _drawn(partial(build_class_book, desk, class_id), "xlsx")
        yield Piece(f"{JOURNAL}/xlsx/{name}.xlsx", begin, drawn=True)


def report_pieces(desk: Desk, extract: Path) -> Iterator[Piece]:
    """Every report that is made for a year, of the school and of each class."""
    for item in _reports(desk):
        if item.report.id != SUMMARY_REPORT:
            yield from _report_files(desk, item, JOURNAL, ("pdf",))


def summary_pieces(desk: Desk, extract: Path) -> Iterator[Piece]:
    """The ведомость of each class, and the final marks it rests on."""
    yield Piece(f"{SUMMARY}/data/fields.json", write_summary_fields)
    for class_id, name in class_ids(desk):
        yield Piece(f"{SUMMARY}/data/{name}.jsonl", partial(write_summary, extract, class_id))
    for item in _reports(desk):
        if item.report.id == SUMMARY_REPORT:
            yield from _report_files(desk, item, SUMMARY, ("pdf", "xlsx"))


MAKERS: tuple[Maker, ...] = (journal_pieces, data_pieces, class_book_pieces, report_pieces, summary_pieces)
"""What an archive is made of, besides the extract, README.txt and manifest.json.

In this order other processes have the longest pieces to draw while this one writes the records.
"""


def all_pieces(desk: Desk, extract: Path) -> list[Piece]:
    """All pieces. Raises NetcityError where two would have the same place."""
    pieces = [piece for make in MAKERS for piece in make(desk, extract)]
    places = [piece.path.lower() for piece in pieces]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise NetcityError("Два документа архива получили бы одно имя.", where=", ".join(twice))
    return pieces


def summary_path(class_name: str) -> str:
    """Where the ведомость of a class lies."""
    return f"{SUMMARY}/pdf/{SUMMARY_REPORT}-{class_name}-year.pdf"


def _reports(desk: Desk) -> Iterator[Wanted]:
    period = desk.year_period()
    for report in all_reports():
        if PeriodKind.YEAR in report.periods and {About.SCHOOL, About.CLASS} & set(report.about):
            yield from wanted_reports(desk, report, period)


def _report_files(desk: Desk, item: Wanted, folder: str, formats: tuple[str, ...]) -> Iterator[Piece]:
    for form in formats:
        path = f"{folder}/{form}/{file_stem(desk, item)}.{form}"
        yield Piece(path, _drawn(partial(item.report.build, desk, item.request), form), drawn=True)
