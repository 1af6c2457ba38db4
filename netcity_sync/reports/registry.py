"""The reports there are: metadata beside the function that builds each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from netcity_sync.errors import UsageError
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.reports.document import Document
from netcity_sync.reports.filling import build_filling
from netcity_sync.reports.html import render_html
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.xlsx import render_xlsx
from netcity_sync.settings import Settings

RENDERERS: dict[str, Callable[[Document], bytes]] = {"html": render_html, "xlsx": render_xlsx, "pdf": render_pdf}


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `build` takes a snapshot, the settings, the first day of the month, and now (UTC)."""

    id: str
    title: str
    clause: str
    cadence: str
    build: Callable[[Snapshot, Settings, date, datetime], Document]

    def describe(self) -> dict[str, Any]:
        """The metadata as `report list --json` gives it."""
        return {
            "id": self.id,
            "title": self.title,
            "clause": self.clause,
            "cadence": self.cadence,
            "formats": list(RENDERERS),
        }


_REPORTS = (
    Report(
        "filling", "Отчёт о заполнении электронного журнала и накопляемости отметок", "5.2", "ежемесячно",
        build_filling,
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
