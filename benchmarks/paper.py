"""Printed journals: pages a second, bytes a page, and the same pages through WeasyPrint.

WeasyPrint needs the Pango libraries of the system, so it is not among the dependencies: `pip install weasyprint` (and
`apt install libpango-1.0-0 libpangoft2-1.0-0` or the like) before this benchmark adds the comparison.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import escape
from importlib.util import find_spec
from typing import Any

from pydantic import SecretStr

from benchmarks.claim import Claim, at_least, at_most, seconds
from benchmarks.evenings import settings_for
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.paper import classes_with_journals, make_papers
from netcity_sync.jobs.report import open_desk
from netcity_sync.jobs.sync import run_sync
from netcity_sync.model import AttendanceCode
from netcity_sync.reports.page import Page
from netcity_sync.reports.paper.journal import ClassJournal, LessonColumn, PupilRow, SubjectJournal
from netcity_sync.reports.paper.leaves import journal_data
from netcity_sync.reports.paper.typeset import typeset
from netcity_sync.settings import PdfPart
from netcity_sync.simulator.server import running_simulator

_PUPILS, _DATES, _JOURNALS = 30, 40, 6
_CLASSES = 4
_LAST_EVENING = datetime(2027, 5, 30, 21)  # noqa: DTZ001 (the simulator's clock is naive local)
_MADE_AT = datetime(2027, 5, 30, 16, tzinfo=UTC)
_SHOWN = ("4", "5", "", "4/5", "УП", "3", "", "Н")


def paper() -> Iterator[Claim]:
    """Full pages of 30 pupils × 40 dates with the lessons opposite, then the year of a small school as it is made."""
    data = journal_data(_full_journal(), Page(landscape=True))
    made = typeset("journal", data, PdfPart.A_2B, _MADE_AT)
    one = typeset("journal", journal_data(_full_journal(1), Page(landscape=True)), PdfPart.A_2B, _MADE_AT)
    yield at_most("all of a journal with one 30 × 40 page, KB", len(one.pdf) / 1000, 60)
    data["period"] = "other, so that nothing of it is remembered"
    spent = seconds(lambda: typeset("journal", data, PdfPart.A_2B, _MADE_AT))
    yield Claim("full pages a second, one core", made.pages / spent)
    if find_spec("weasyprint") is None:
        yield Claim("no comparison: pip install weasyprint, with the system's Pango", 0)
    else:
        yield at_least("WeasyPrint / ours, seconds for the same pages", _weasyprint_seconds(data) / spent, 8)
    yield from _school_year()


def _full_journal(journals: int = _JOURNALS) -> ClassJournal:
    columns = tuple(
        LessonColumn(place, date(2026, 9, 1 + place % 30), place + 1, "Свойства тел", "Ответ на уроке", "§ 5", "А. А.")
        for place in range(_DATES)
    )
    subjects = tuple(
        SubjectJournal(
            number, f"Предмет {number}", "Учебнова Елена Петровна", columns,
            tuple(
                PupilRow(row, f"Фамилиев{row} Имя",
                         tuple(_SHOWN[(row * 7 + place * number) % len(_SHOWN)] for place in range(_DATES)))
                for row in range(_PUPILS)
            ),
            (), _MADE_AT, whole=True,
        )
        for number in range(1, journals + 1)
    )  # fmt: skip
    first, last = date(2026, 9, 1), date(2026, 10, 23)
    codes = frozenset({("УП", AttendanceCode.EXCUSED)})
    return ClassJournal("Школа", "2026/2027", 1, "8А", "—", "1 четверть", first, last, subjects, _MADE_AT, 1, codes)


def _weasyprint_seconds(data: dict[str, Any]) -> float:
    """The same marks and lessons as plain HTML tables."""
    import weasyprint  # noqa: PLC0415 (optional)

    text = _html(data)
    return seconds(lambda: weasyprint.HTML(string=text).write_pdf(pdf_variant="pdf/a-2b"))


def _html(data: dict[str, Any]) -> str:
    parts = [_STYLE]
    for leaf in data["leaves"]:
        head = "".join(f"<th>{day}" for day in leaf["days"])
        rows = "".join(f"<tr><td>{'<td>'.join(map(escape, row))}" for row in leaf["rows"])
        parts.append(f"<table><thead><tr><th class=n>{head}</thead>{rows}</table>")
        lessons = "".join(f"<tr><td>{'<td>'.join(map(escape, row))}" for row in leaf["lessons"])
        parts.append(f"<table>{lessons}</table>")
    return "".join(parts)


_STYLE = """<style>@page { size: A4 landscape; margin: 20mm 10mm 12mm 20mm }
table { border-collapse: collapse; table-layout: fixed; width: 100%; font-size: 8pt; page-break-after: always }
th, td { border: .3pt solid #555; padding: 1pt .5pt } .n { width: 52mm }</style>"""


def _school_year() -> Iterator[Claim]:
    """Whole sets, as `paper make --year` makes them on all cores."""
    with (
        running_simulator(seed=6, classes=_CLASSES, now=_LAST_EVENING) as simulator,
        tempfile.TemporaryDirectory() as folder,
    ):
        settings = settings_for(simulator, folder)
        clock = fixed_clock(_LAST_EVENING.replace(tzinfo=settings.zone))
        run_sync(settings, NetSchoolSource(settings.gis, SecretStr(simulator.accounts[0].password)), clock)
        sheets: list[int] = []
        with open_desk(settings, clock) as desk:
            period = desk.year_period()
            classes = classes_with_journals(desk, period)
            spent = seconds(
                lambda: make_papers(desk, clock, classes, period, told=lambda made: sheets.append(made.sheets))
            )
    yield Claim(f"sheets of the year's journals, {_CLASSES} classes", sum(sheets))
    yield Claim("sheets of journals a second, whole sets, all cores", sum(sheets) / spent)
