"""A whole school on paper: the journals of every class for every term, and all reports of a term and the year."""

import resource
import tempfile
from collections.abc import Iterator
from datetime import datetime

from benchmarks.claim import Claim, at_most, seconds
from benchmarks.evenings import live_through, settings_for
from netcity_sync.clock import Clock, fixed_clock
from netcity_sync.jobs.paper import classes_with_journals, make_papers
from netcity_sync.jobs.report import make_reports, open_desk
from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import PeriodKind
from netcity_sync.reports.registry import RENDERERS, all_reports
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import running_simulator

_CLASSES = 43
_EVENING = datetime(2027, 6, 20, 21)  # noqa: DTZ001 (the simulator's clock is naive local)
_TERM = "4 четверть"


def printing() -> Iterator[Claim]:
    """A mirror of a year that was read on one evening after it."""
    with tempfile.TemporaryDirectory() as folder:
        with running_simulator(1, _CLASSES, _EVENING) as simulator:
            settings = settings_for(simulator, folder)
            live_through(simulator, settings, [_EVENING])
        yield from print_school(settings, fixed_clock(_EVENING.replace(tzinfo=settings.zone)))


def print_school(settings: Settings, clock: Clock) -> Iterator[Claim]:
    """What the papers and the reports of a mirror take, on all cores."""
    with open_desk(settings, clock) as desk:
        yield from _journals(desk, clock)
        yield from _reports(desk, clock)
    own, of_children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    yield at_most("peak memory of a process, MB", max(own, of_children) / 1024, 800)


def _journals(desk: Desk, clock: Clock) -> Iterator[Claim]:
    sheets: list[int] = []
    spent = 0.0
    for row in desk.bench.rows("SELECT term_id FROM as_of_term ORDER BY start, term_id"):
        period = desk.term_period(str(row["term_id"]))
        classes = classes_with_journals(desk, period)
        spent += seconds(
            lambda classes=classes, period=period: make_papers(  # type: ignore[misc]
                desk, clock, classes, period, told=lambda made: sheets.append(made.sheets)
            )
        )
    yield Claim("class journals of a term, with covers and lists", len(sheets))
    yield Claim("their sheets", sum(sheets))
    yield Claim("seconds", spent)
    yield Claim("sheets a second", sum(sheets) / spent)


def _reports(desk: Desk, clock: Clock) -> Iterator[Claim]:
    periods = {PeriodKind.TERM: desk.term_period(_TERM), PeriodKind.YEAR: desk.year_period()}
    wanted = [
        item
        for report in all_reports()
        for kind, period in periods.items()
        if kind in report.due and report.needs <= desk.snapshot.capabilities()
        for item in wanted_reports(desk, report, period)
    ]
    spent = seconds(lambda: make_reports(desk, clock, wanted, formats=tuple(RENDERERS)))
    yield Claim("reports of a term and the year, in three formats", len(wanted))
    yield Claim("seconds of all reports", spent)
