"""How tests make reports: over a trial's mirror, through the same doors as the product."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.report import make_reports, open_desk
from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document, Table
from netcity_sync.reports.period import Period, PeriodKind, day_period, month_period, span_period, week_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Request
from netcity_sync.settings import Settings


@contextmanager
def desk_at(settings: Settings, now: datetime, as_of: datetime | None = None) -> Iterator[Desk]:
    """What reports made at `now` are built from."""
    with open_desk(settings, fixed_clock(now), as_of) as desk:
        yield desk


def month_document(desk: Desk, report_id: str, month: date) -> Document:
    """A report of the whole school for a month."""
    return find_report(report_id).build(desk, Request(month_period(month)))


def month_files(
    settings: Settings, now: datetime, report_id: str, month: date, formats: tuple[str, ...],
    as_of: datetime | None = None,
) -> tuple[Path, ...]:  # fmt: skip
    """The files of a month's report, as the command makes them."""
    with desk_at(settings, now, as_of) as desk:
        wanted = wanted_reports(desk, find_report(report_id), month_period(month))
        made = make_reports(desk, fixed_clock(now), wanted, formats=formats, as_of=as_of)
    return tuple(path for item in made for path in item.paths)


def tables(document: Document) -> dict[str, Table]:
    """The tables of a document by title."""
    return {table.title: table for section in document.sections for table in section.tables}


def period_of(desk: Desk, kind: PeriodKind, *, term: str, day: date, since: date, news: date) -> Period:
    """A period of a kind: that of a school day, a span from `since` to it, a term by name, a day with `news`."""
    match kind:
        case PeriodKind.DAY:
            return day_period(news)
        case PeriodKind.WEEK:
            return week_period(day)
        case PeriodKind.MONTH:
            return month_period(day.replace(day=1))
        case PeriodKind.TERM:
            return desk.term_period(term)
        case PeriodKind.YEAR:
            return desk.year_period()
        case PeriodKind.SPAN:
            return span_period(since, day)
