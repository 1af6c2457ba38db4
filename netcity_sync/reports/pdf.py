"""A document as PDF/A, through Typst: no browser, no fonts of the machine."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from netcity_sync.errors import RenderError
from netcity_sync.reports.cells import cell_text, chart_kind, heading_groups, heat_text, opened_rows, with_whole_names
from netcity_sync.reports.charts import distribution_svg, heat_colour, trend_colour, trend_svg
from netcity_sync.reports.document import Cell, Chart, Column, Distribution, Document, HeatMap, Kind, Table, Trend

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
_A4_MM = (210, 297)
_TABLE_SIZES = ((8, 10.0), (14, 9.0))
"""Up to so many columns a table is set in that size; wider ones in the smallest that the standard allows."""
_SMALLEST = 8.0
_SHORT_NAME = 4


def render_pdf(document: Document) -> bytes:
    """The PDF, its fonts embedded, not tagged (`paper.typeset` says why). Raises RenderError where Typst refuses it."""
    import typst  # noqa: PLC0415 (heavy, and needed for this format only)

    with TemporaryDirectory() as folder:
        work = Path(folder)
        data = with_whole_names(json.dumps(_as_data(document), ensure_ascii=False))
        (work / "document.json").write_text(data, encoding="utf-8")
        (work / "document.typ").write_bytes(_TEMPLATE.read_bytes())
        try:
            pdf = typst.compile(
                str(work / "document.typ"),
                format="pdf",
                pdf_standards=document.page.part.value,
                ignore_system_fonts=True,
                timestamp=int(document.made_at.timestamp()),
                pdf_tags=False,
            )
        except typst.TypstError as error:
            raise RenderError(f"Документ не удалось сверстать: {error}.", where=document.title) from error
    assert isinstance(pdf, bytes)
    return pdf


def _as_data(document: Document) -> dict[str, Any]:
    page = document.page
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "full-title": document.full_title,
        "page": {
            "landscape": page.landscape,
            "left": page.left,
            "right": page.right,
            "top": page.top,
            "text": page.text.size,
            "spacing": page.text.spacing,
            "indent": page.text.indent,
            "width": _A4_MM[page.landscape] - page.left - page.right,
            "height": _A4_MM[not page.landscape] - 2 * page.top,
        },
        "facts": [list(fact) for fact in document.facts],
        "notes": list(document.notes),
        "signatures": [
            {"position": item.position, "name": item.name, "lead": item.lead} for item in document.signatures
        ],
        "sections": [
            {
                "title": section.title,
                "new-page": section.new_page,
                "paragraphs": list(section.paragraphs),
                "charts": [_chart(chart) for chart in section.charts],
                "tables": [_table(table) for table in section.tables],
            }
            for section in document.sections
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    size = next((size for most, size in _TABLE_SIZES if len(table.columns) <= most), _SMALLEST)
    return {
        "title": table.title,
        "size": size,
        "inset": 1.5 if size == _SMALLEST else 3,
        "columns": [{"width": column.width, "text": column.kind is Kind.TEXT} for column in table.columns],
        "head": _head(table.columns),
        "rows": [_texts(row, table) for row in table.rows],
        "named-by": table.named_by,
        "opened": opened_rows(table),
        "total": table.total and _texts(table.total, table),
        "flagged": sorted(table.flagged),
        "subtotals": sorted(table.subtotals),
    }


def _head(columns: tuple[Column, ...]) -> list[list[dict[str, Any]]]:
    """The lines of the heading; a column of no group spans both."""
    groups = heading_groups(columns)
    if groups is None:
        return [[_heading((column,)) for column in columns]]
    upper = [_heading(item.columns, item.title, rowspan=1 if item.title else 2) for item in groups]
    return [upper, [_heading((column,)) for column in columns if column.group]]


def _heading(columns: tuple[Column, ...], group: str = "", *, rowspan: int = 1) -> dict[str, Any]:
    return {
        "title": group or columns[0].title,
        "width": sum(column.width for column in columns),
        "colspan": len(columns),
        "rowspan": rowspan,
        "group": bool(group),
    }


def _texts(row: tuple[Cell, ...], table: Table) -> list[str]:
    return [cell_text(value, column) for value, column in zip(row, table.columns, strict=True)]


def _chart(chart: Chart) -> dict[str, Any]:
    match chart:
        case HeatMap():
            return _heat(chart)
        case Trend():
            legend = [{"name": item.name, "colour": trend_colour(place)} for place, item in enumerate(chart.series)]
            return {"kind": chart_kind(chart), "title": chart.title, "svg": trend_svg(chart), "legend": legend}
        case Distribution():
            return {"kind": chart_kind(chart), "title": chart.title, "svg": distribution_svg(chart), "legend": []}


def _heat(chart: HeatMap) -> dict[str, Any]:
    return {
        "kind": chart_kind(chart),
        "title": chart.title,
        "columns": list(chart.columns),
        "upright": any(len(name) > _SHORT_NAME for name in chart.columns),
        "rows": [
            {
                "name": name,
                "cells": [{"text": heat_text(chart, value), "colour": heat_colour(chart, value)} for value in values],
            }
            for name, values in zip(chart.rows, chart.values, strict=True)
        ],
    }
