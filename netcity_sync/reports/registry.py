"""The reports there are: metadata beside the function that builds each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netcity_sync.errors import UsageError
from netcity_sync.reports.class_results import build_class
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document
from netcity_sync.reports.filling import build_filling
from netcity_sync.reports.html import render_html
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.period import PeriodKind
from netcity_sync.reports.request import About, Request
from netcity_sync.reports.school_results import build_school
from netcity_sync.reports.summary import build_summary
from netcity_sync.reports.teacher_results import build_teacher
from netcity_sync.reports.xlsx import render_xlsx
from netcity_sync.reports.yearbook import build_yearbook

RENDERERS: dict[str, Callable[[Document], bytes]] = {"html": render_html, "xlsx": render_xlsx, "pdf": render_pdf}


@dataclass(frozen=True, slots=True)
class Report:
    """A report: for which periods and whose it can be made, `build` makes it. `number` is that of reports.md §1.2."""

    id: str
    number: str
    title: str
    clause: str
    cadence: str
    periods: tuple[PeriodKind, ...]
    about: tuple[About, ...]
    build: Callable[[Desk, Request], Document]

    def describe(self) -> dict[str, Any]:
        """The metadata as `report list --json` gives it."""
        return {
            "id": self.id,
            "number": self.number,
            "title": self.title,
            "clause": self.clause,
            "cadence": self.cadence,
            "periods": [item.value for item in self.periods],
            "about": [item.value for item in self.about],
            "formats": list(RENDERERS),
        }


_REPORTS = (
    Report(
        "filling", "R6, R7", "Отчёт о заполнении электронного журнала и накопляемости отметок", "5.2",
        "ежемесячно и по итогам года", (PeriodKind.MONTH, PeriodKind.YEAR, PeriodKind.SPAN), (About.SCHOOL,),
        build_filling,
    ),
    Report(
        "summary", "R1", "Сводная ведомость успеваемости", "4.3, 7.2", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.CLASS,), build_summary,
    ),
    Report(
        "school", "R2", "Сводный отчёт об успеваемости по школе", "5.3", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.SCHOOL, About.GRADE), build_school,
    ),
    Report(
        "class", "R3", "Отчёт классного руководителя", "4.5, 5.3", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.CLASS,), build_class,
    ),
    Report(
        "teacher", "R4", "Отчёт учителя-предметника", "4.4, 5.3", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.TEACHER, About.SUBJECT), build_teacher,
    ),
    Report(
        "yearbook", "R10", "Годовая книга", "5.3", "по итогам учебного года", (PeriodKind.YEAR,), (About.SCHOOL,),
        build_yearbook,
    ),
)  # fmt: skip


def all_reports() -> tuple[Report, ...]:
    """All reports."""
    return _REPORTS


def find_report(report_id: str) -> Report:
    """A report by its id. Raises UsageError naming the known ones."""
    for report in _REPORTS:
        if report.id == report_id:
            return report
    raise UsageError(f"Нет отчёта «{report_id}».", todo=f"Есть: {', '.join(item.id for item in _REPORTS)}.")
