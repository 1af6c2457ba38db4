"""A document as PDF/A, through Typst: no browser, no fonts of the machine."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from netcity_sync.errors import RenderError
from netcity_sync.reports.cells import cell_text
from netcity_sync.reports.document import Cell, Document, Kind, Table

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"


def render_pdf(document: Document) -> bytes:
    """The PDF, its fonts embedded. Raises RenderError where Typst refuses the document."""
    import typst  # noqa: PLC0415 (heavy, and needed for this format only)

    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "document.json").write_text(json.dumps(_as_data(document), ensure_ascii=False), encoding="utf-8")
        (work / "document.typ").write_bytes(_TEMPLATE.read_bytes())
        try:
            pdf = typst.compile(
                str(work / "document.typ"),
                format="pdf",
                pdf_standards=document.page.part.value,
                ignore_system_fonts=True,
                timestamp=int(document.made_at.timestamp()),
            )
        except typst.TypstError as error:
            raise RenderError(f"Документ не удалось сверстать: {error}.", where=document.title) from error
    assert isinstance(pdf, bytes)
    return pdf


def _as_data(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "page": {
            "landscape": document.page.landscape,
            "left": document.page.left,
            "right": document.page.right,
            "top": document.page.top,
        },
        "facts": [list(fact) for fact in document.facts],
        "notes": list(document.notes),
        "sections": [
            {
                "title": section.title,
                "paragraphs": list(section.paragraphs),
                "tables": [_table(table) for table in section.tables],
            }
            for section in document.sections
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [
            {"title": column.title, "width": column.width, "text": column.kind is Kind.TEXT} for column in table.columns
        ],
        "rows": [_texts(row, table) for row in table.rows],
        "total": table.total and _texts(table.total, table),
        "flagged": sorted(table.flagged),
    }


def _texts(row: tuple[Cell, ...], table: Table) -> list[str]:
    return [cell_text(value, column) for value, column in zip(row, table.columns, strict=True)]
