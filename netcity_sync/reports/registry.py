"""The reports there are: metadata beside the function that builds each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netcity_sync.adapters.source import Capability
from netcity_sync.errors import UsageError
from netcity_sync.reports.activity import build_activity
from netcity_sync.reports.attendance import build_attendance
from netcity_sync.reports.class_results import build_class
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document
from netcity_sync.reports.filling import build_filling
from netcity_sync.reports.handover import build_handover, handover_foci
from netcity_sync.reports.html import render_html
from netcity_sync.reports.inspection import build_inspection
from netcity_sync.reports.letter import build_letter, letter_foci
from netcity_sync.reports.movement import build_movement
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import About, Focus, Request
from netcity_sync.reports.results import build_results, results_foci
from netcity_sync.reports.school_results import build_school
from netcity_sync.reports.summary import build_summary
from netcity_sync.reports.teacher_results import build_teacher
from netcity_sync.reports.xlsx import render_xlsx
from netcity_sync.reports.yearbook import build_yearbook

RENDERERS: dict[str, Callable[[Document], bytes]] = {"html": render_html, "xlsx": render_xlsx, "pdf": render_pdf}


@dataclass(frozen=True, slots=True)
class Report:
    """A report: for which periods and whose it can be made, `build` makes it. `number` is that of reports.md §1.2.

    `foci` tells for whom it is made of the classes that are named (none: of all), where that is not for each of them;
    `due` are the periods after whose end the service makes it by itself, where the mirror has what it `needs`.
    """

    id: str
    number: str
    title: str
    clause: str
    cadence: str
    periods: tuple[PeriodKind, ...]
    about: tuple[About, ...]
    build: Callable[[Desk, Request], Document]
    foci: Callable[[Desk, Period, tuple[int, ...]], tuple[Focus, ...]] | None = None
    due: tuple[PeriodKind, ...] = ()
    needs: frozenset[Capability] = frozenset()

    def describe(self) -> dict[str, Any]:
        """The metadata as `report list --json` gives it."""
        return {
            "id": self.id,
            "number": self.number,
            "title": self.title,
            "clause": self.clause,
            "cadence": self.cadence,
            "periods": [item.value for item in self.periods],
            "due": [item.value for item in self.due],
            "about": [item.value for item in self.about],
            "formats": list(RENDERERS),
        }


_REPORTS = (
    Report(
        "filling", "R6, R7", "Отчёт о заполнении электронного журнала и накопляемости отметок", "5.2",
        "ежемесячно и по итогам года", tuple(PeriodKind),
        (About.SCHOOL, About.GRADE, About.CLASS, About.TEACHER, About.SUBJECT), build_filling,
        due=(PeriodKind.MONTH, PeriodKind.YEAR),
    ),
    Report(
        "summary", "R1", "Сводная ведомость успеваемости", "4.3, 7.2", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.CLASS,), build_summary, due=(PeriodKind.TERM, PeriodKind.YEAR),
    ),
    Report(
        "school", "R2", "Сводный отчёт об успеваемости по школе", "5.3", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.SCHOOL, About.GRADE), build_school,
        due=(PeriodKind.TERM, PeriodKind.YEAR),
    ),
    Report(
        "attendance", "R5", "Ведомость посещаемости", "4.5, 5.3",
        "еженедельно по классу, по итогам учебного периода и года",
        (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.TERM, PeriodKind.YEAR, PeriodKind.SPAN),
        (About.CLASS, About.SCHOOL, About.GRADE), build_attendance,
        due=(PeriodKind.WEEK, PeriodKind.TERM, PeriodKind.YEAR),
    ),
    Report(
        "activity", "R8", "Отчёт об активности пользователей", "5.1", "ежемесячно",
        (PeriodKind.MONTH, PeriodKind.TERM, PeriodKind.YEAR, PeriodKind.SPAN),
        (About.SCHOOL, About.GRADE, About.CLASS), build_activity, due=(PeriodKind.MONTH,),
    ),
    Report(
        "movement", "R9", "Движение учащихся", "4.6", "ежемесячно, по итогам периода и года",
        (PeriodKind.MONTH, PeriodKind.TERM, PeriodKind.YEAR, PeriodKind.SPAN),
        (About.SCHOOL, About.GRADE, About.CLASS), build_movement,
        due=(PeriodKind.TERM, PeriodKind.YEAR),
    ),
    Report(
        "inspection", "R11", "Справка по итогам проверки журналов", "3.5, 4.3", "ежемесячно и по итогам периода",
        (PeriodKind.MONTH, PeriodKind.TERM, PeriodKind.SPAN), (About.SCHOOL, About.GRADE, About.CLASS),
        build_inspection,
    ),
    Report(
        "letter", "R12", "Информационное письмо родителям", "8.3, 8.4, 4.5",
        "еженедельно семьям, отказавшимся от дневника; по итогам периода", (PeriodKind.WEEK, PeriodKind.TERM),
        (About.PUPIL,), build_letter, letter_foci, due=(PeriodKind.WEEK, PeriodKind.TERM),
        needs=frozenset({Capability.OPT_OUTS}),
    ),
    Report(
        "results", "R12", "Сообщение об итоговых отметках и результатах экзаменов", "8.4",
        "в течение суток семьям, отказавшимся от дневника", (PeriodKind.DAY,), (About.PUPIL,), build_results,
        results_foci, due=(PeriodKind.DAY,), needs=frozenset({Capability.OPT_OUTS}),
    ),
    Report(
        "handover", "R12", "Ведомость выдачи писем", "8.3, 8.4", "вместе с письмами",
        (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.TERM), (About.CLASS,), build_handover, handover_foci,
        due=(PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.TERM), needs=frozenset({Capability.OPT_OUTS}),
    ),
    Report(
        "class", "R3", "Отчёт классного руководителя", "4.5, 5.3", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.CLASS,), build_class,
        due=(PeriodKind.TERM, PeriodKind.YEAR),
    ),
    Report(
        "teacher", "R4", "Отчёт учителя-предметника", "4.4, 5.3", "по итогам учебного периода и года",
        (PeriodKind.TERM, PeriodKind.YEAR), (About.TEACHER, About.SUBJECT), build_teacher,
        due=(PeriodKind.TERM, PeriodKind.YEAR),
    ),
    Report(
        "yearbook", "R10", "Годовая книга", "5.3", "по итогам учебного года", (PeriodKind.YEAR,),
        (About.SCHOOL, About.GRADE), build_yearbook, due=(PeriodKind.YEAR,),
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
