"""A document as a workbook: a sheet a table, real types, filters, and a page that prints."""

from datetime import UTC, date
from io import BytesIO
from typing import Any

import xlsxwriter

from netcity_sync.reports.document import Cell, Document, Kind, Table

_FORMATS = {
    Kind.TEXT: {},
    Kind.INTEGER: {"num_format": "0"},
    Kind.DECIMAL: {"num_format": "0.0"},
    Kind.PERCENT: {"num_format": "0%"},
    Kind.DATE: {"num_format": "dd.mm.yyyy"},
}
_BORDER = {"border": 1, "border_color": "#C9D2DC", "valign": "top"}
_A4 = 9
_WIDTH_UNIT = 9.0
_SHEET_NAME_LENGTH = 31


def render_xlsx(document: Document) -> bytes:
    """The workbook; the first sheet says what it is and what it rests on."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({
        "title": f"{document.title}. {document.subtitle}",
        "created": document.made_at.astimezone(UTC).replace(tzinfo=None),
    })  # fmt: skip
    writer = _Writer(book)
    writer.cover(document)
    for section in document.sections:
        for table in section.tables:
            writer.table(document, table)
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._names: set[str] = set()
        self._title = book.add_format({"bold": True, "font_size": 16, "text_wrap": True})
        self._heading = book.add_format({"bold": True, "font_size": 12})
        self._label = book.add_format({"font_color": "#51606F", "valign": "top"})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format({**_BORDER, "bold": True, "text_wrap": True, "bg_color": "#EEF2F6"})
        self._plain = {kind: self._cell_format(kind, {}) for kind in Kind}
        self._flag = {kind: self._cell_format(kind, {"bg_color": "#FDF3E1"}) for kind in Kind}
        self._total = {kind: self._cell_format(kind, {"bold": True, "top": 2}) for kind in Kind}

    def _cell_format(self, kind: Kind, more: dict[str, Any]) -> Any:
        return self._book.add_format({**_BORDER, **_FORMATS[kind], **more, "text_wrap": kind is Kind.TEXT})

    def _sheet(self, title: str, *, landscape: bool) -> Any:
        name = "".join(letter for letter in title if letter not in "[]:*?/\\")[:_SHEET_NAME_LENGTH]
        while name.lower() in self._names:
            name = name[: _SHEET_NAME_LENGTH - 2] + f" {len(self._names)}"
        self._names.add(name.lower())
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(_A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=1.18, right=0.4, top=0.8, bottom=0.8)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&CСтр. &P из &N")
        return sheet

    def cover(self, document: Document) -> None:
        """Title, facts, sentences and notes."""
        sheet = self._sheet("О документе", landscape=False)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 80)
        sheet.merge_range(0, 0, 0, 1, document.title, self._title)
        sheet.set_row(0, 44)
        sheet.write_string(1, 0, document.subtitle)
        row = 3
        for label, value in document.facts:
            sheet.write_string(row, 0, label, self._label)
            sheet.write_string(row, 1, value, self._text)
            row += 1
        for section in document.sections:
            if section.paragraphs:
                row += 1
                sheet.write_string(row, 0, section.title, self._heading)
                row = self._paragraphs(sheet, row + 1, section.paragraphs)
        self._paragraphs(sheet, row + 1, document.notes)

    def _paragraphs(self, sheet: Any, row: int, paragraphs: tuple[str, ...]) -> int:
        for paragraph in paragraphs:
            sheet.merge_range(row, 0, row, 1, paragraph, self._text)
            sheet.set_row(row, 15 * (1 + len(paragraph) // 105))
            row += 1
        return row

    def table(self, document: Document, table: Table) -> None:
        """A sheet with one table; its heading stays in sight and repeats on every printed page."""
        sheet = self._sheet(table.title, landscape=document.page.landscape)
        sheet.set_header(f"&L{document.title}&R{document.subtitle}".replace("\n", " ")[:250])
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, max(_WIDTH_UNIT, _WIDTH_UNIT * column.width))
            sheet.write_string(0, place, column.title, self._head)
        for number, row in enumerate(table.rows):
            formats = self._flag if number in table.flagged else self._plain
            self._row(sheet, number + 1, row, table, formats)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        if table.total is not None:
            self._row(sheet, len(table.rows) + 1, table.total, table, self._total)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def _row(self, sheet: Any, number: int, row: tuple[Cell, ...], table: Table, formats: dict[Kind, Any]) -> None:
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, (number, place), value, column.kind, formats[column.kind])


def _write(sheet: Any, place: tuple[int, int], value: Cell, kind: Kind, cell_format: Any) -> None:
    match value:
        case None:
            sheet.write_blank(*place, None, cell_format)
        case str():
            sheet.write_string(*place, value, cell_format)
        case date():
            sheet.write_datetime(*place, value, cell_format)
        case _:
            sheet.write_number(*place, value / 100 if kind is Kind.PERCENT else value, cell_format)
