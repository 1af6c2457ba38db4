"""A document as a workbook: a sheet a table, real types, filters, and a page that prints."""

from dataclasses import replace
from datetime import UTC, date
from io import BytesIO
from typing import Any

import xlsxwriter

from netcity_sync.reports.cells import heading_groups, heat_column, opened_rows
from netcity_sync.reports.document import Cell, Chart, Column, Distribution, Document, HeatMap, Kind, Table, Trend
from netcity_sync.reports.heights import LINE, height_of, lines_of

_BORDER = {"border": 1, "border_color": "#C9D2DC", "valign": "top"}
_BOLD_STYLES = frozenset({"sub", "total"})
_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "flag": {"bg_color": "#FDF3E1"},
    "sub": {"bold": True, "bg_color": "#F4F6F9"},
    "total": {"bold": True, "top": 2},
    "again": {"font_color": "#8A97A5"},
}
_A4 = 9
_MM_IN_INCH = 25.4
_WIDTH_UNIT = 9.0
_NARROWEST = 4.5
_LABEL_WIDTH, _TEXT_WIDTH, _SIGNED_WIDTH = 26, 80, 28
_HEAT_NAME_WIDTH = _WIDTH_UNIT * 2.5
_UPRIGHT_LETTER = 0.5
"""What a letter of an upright heading takes of the height of a line."""
_ONE_SERIES = 2
_SHEET_NAME_LENGTH = 31


def render_xlsx(document: Document) -> bytes:
    """The workbook; the first sheet says what it is and what it rests on."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({
        "title": document.full_title,
        "created": document.made_at.astimezone(UTC).replace(tzinfo=None),
    })  # fmt: skip
    writer = _Writer(book, document.page.left / _MM_IN_INCH)
    writer.cover(document)
    for section in document.sections:
        for chart in section.charts:
            writer.chart(document, chart)
        for table in section.tables:
            writer.table(document, table)
    if document.signatures:
        writer.signatures(document)
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Any, left: float) -> None:
        self._book = book
        self._left = left
        self._names: set[str] = set()
        self._title = book.add_format({"bold": True, "font_size": 16, "text_wrap": True})
        self._heading = book.add_format({"bold": True, "font_size": 12})
        self._label = book.add_format({"font_color": "#51606F", "valign": "top"})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format({**_BORDER, "bold": True, "text_wrap": True, "bg_color": "#EEF2F6"})
        self._upright_head = book.add_format(
            {**_BORDER, "valign": "bottom", "bold": True, "bg_color": "#EEF2F6", "rotation": 90}
        )
        self._group_head = book.add_format(
            {**_BORDER, "bold": True, "text_wrap": True, "bg_color": "#EEF2F6", "align": "center"}
        )
        self._signed = book.add_format({"bottom": 1})
        self._formats: dict[tuple[str, str], Any] = {}

    def _format(self, column: Column, style: str = "plain") -> Any:
        """The format of a cell: how its number is shown, and how its row stands out."""
        shown = _number_format(column)
        if (shown, style) not in self._formats:
            wrap = {"text_wrap": column.kind is Kind.TEXT}
            number = {"num_format": shown} if shown else {}
            self._formats[shown, style] = self._book.add_format({**_BORDER, **number, **_STYLES[style], **wrap})
        return self._formats[shown, style]

    def _sheet(self, title: str, *, landscape: bool) -> Any:
        name = "".join(letter for letter in title if letter not in "[]:*?/\\")[:_SHEET_NAME_LENGTH]
        if name.lower() in self._names:
            number = f" {len(self._names) + 1}"
            name = name[: _SHEET_NAME_LENGTH - len(number)] + number
        self._names.add(name.lower())
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(_A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=self._left, right=0.4, top=0.8, bottom=0.8)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&CСтр. &P из &N")
        return sheet

    def cover(self, document: Document) -> None:
        """Title, facts, sentences and notes."""
        sheet = self._sheet("О документе", landscape=False)
        sheet.set_column(0, 0, _LABEL_WIDTH)
        sheet.set_column(1, 1, _TEXT_WIDTH)
        sheet.merge_range(0, 0, 0, 1, document.title, self._title)
        sheet.set_row(0, 44)
        sheet.write_string(1, 0, document.subtitle)
        row = 3
        for label, value in document.facts:
            sheet.write_string(row, 0, label, self._label)
            sheet.write_string(row, 1, value, self._text)
            sheet.set_row(row, height_of(lines_of(value, _TEXT_WIDTH)))
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
            sheet.set_row(row, height_of(lines_of(paragraph, _LABEL_WIDTH + _TEXT_WIDTH)))
            row += 1
        return row

    def table(self, document: Document, table: Table) -> None:
        """A sheet with one table; its heading stays in sight and repeats on every printed page."""
        sheet = self._sheet(table.title, landscape=document.page.landscape)
        _say_whose(sheet, document)
        top = self._headings(sheet, table.columns)
        for number, (row, opened) in enumerate(zip(table.rows, opened_rows(table), strict=True)):
            style = "sub" if number in table.subtotals else "flag" if number in table.flagged else "plain"
            again = 0 if opened else table.named_by
            self._row(sheet, top + number, row, table.columns, (*["again"] * again, *[style] * (len(row) - again)))
        if table.rows:
            sheet.autofilter(top - 1, 0, top + len(table.rows) - 1, len(table.columns) - 1)
        if table.total is not None:
            self._row(sheet, top + len(table.rows), table.total, table.columns, ("total",) * len(table.columns))
        sheet.freeze_panes(top, 0)
        sheet.repeat_rows(0, top - 1)

    def _headings(self, sheet: Any, columns: tuple[Column, ...]) -> int:
        """One line of headings, or two; answers with how many."""
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _width(column))
        groups = heading_groups(columns)
        if groups is None:
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column.title, self._head)
            sheet.set_row(0, height_of(max(_heading_lines(column.title, column) for column in columns)))
            return 1
        upper = max(_heading_lines(group.title, *group.columns) for group in groups)
        own = max(_heading_lines(column.title, column) - (0 if column.group else upper) for column in columns)
        sheet.set_row(0, height_of(upper))
        sheet.set_row(1, height_of(own))
        place = 0
        for group in groups:
            width = len(group.columns)
            if not group.title:
                sheet.merge_range(0, place, 1, place, group.columns[0].title, self._head)
            elif width == 1:
                sheet.write_string(0, place, group.title, self._head)
            else:
                sheet.merge_range(0, place, 0, place + width - 1, group.title, self._group_head)
            for offset, column in enumerate(group.columns if group.title else ()):
                sheet.write_string(1, place + offset, column.title, self._head)
            place += width
        return 2

    def _row(
        self, sheet: Any, number: int, row: tuple[Cell, ...], columns: tuple[Column, ...], styles: tuple[str, ...]
    ) -> None:
        for place, (value, column, style) in enumerate(zip(row, columns, styles, strict=True)):
            shown = replace(column, kind=Kind.DATE) if isinstance(value, date) else column
            _write(sheet, (number, place), value, column.kind, self._format(shown, style))
        sheet.set_row(number, height_of(max(
            lines_of(value, _width(column), bold=style in _BOLD_STYLES)
            if isinstance(value, str) and column.kind is Kind.TEXT else 1
            for value, column, style in zip(row, columns, styles, strict=True)
        )))  # fmt: skip

    def chart(self, document: Document, chart: Chart) -> None:
        """A sheet with what a chart shows: a table that is coloured by value, or one with the chart beside it."""
        sheet = self._sheet(chart.title, landscape=True)
        _say_whose(sheet, document)
        match chart:
            case HeatMap():
                self._heat(sheet, chart)
            case Trend():
                columns = (Column("", width=1.6), *(Column(item.name, chart.kind, 1.4) for item in chart.series))
                rows = list(zip(chart.points, *(item.values for item in chart.series), strict=True))
                self._pictured(sheet, "line", columns, rows)
            case Distribution():
                columns = (Column("", width=2.5), Column("Сколько", Kind.INTEGER, 1.2))
                self._pictured(sheet, "column", columns, list(zip(chart.labels, chart.counts, strict=True)))

    def _heat(self, sheet: Any, chart: HeatMap) -> None:
        value = heat_column(chart)
        sheet.set_column(0, 0, _HEAT_NAME_WIDTH)
        sheet.set_column(1, len(chart.columns), _WIDTH_UNIT * 0.8)
        sheet.set_row(0, LINE * max(2.0, max(map(len, chart.columns), default=0) * _UPRIGHT_LETTER))
        sheet.write_string(0, 0, "", self._head)
        for place, name in enumerate(chart.columns):
            sheet.write_string(0, place + 1, name, self._upright_head)
        for number, (name, values) in enumerate(zip(chart.rows, chart.values, strict=True)):
            sheet.write_string(number + 1, 0, name, self._format(Column("")))
            sheet.set_row(number + 1, height_of(lines_of(name, _HEAT_NAME_WIDTH)))
            for place, item in enumerate(values):
                _write(sheet, (number + 1, place + 1), item, value.kind, self._format(value))
        unit = 100 if chart.kind is Kind.PERCENT else 1
        scale = {"type": "3_color_scale", "min_color": "#F4B5A5", "mid_color": "#FDF0C8", "max_color": "#B5DDB8"}
        ends = {
            f"{end}_{part}": item
            for end, number in (("min", chart.low), ("mid", (chart.low + chart.high) / 2), ("max", chart.high))
            for part, item in (("type", "num"), ("value", number / unit))
        }
        if chart.rows and chart.columns:
            sheet.conditional_format(1, 1, len(chart.rows), len(chart.columns), scale | ends)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)

    def _pictured(self, sheet: Any, kind: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> None:
        top = self._headings(sheet, columns)
        for number, row in enumerate(rows):
            self._row(sheet, top + number, row, columns, ("plain",) * len(columns))
        picture = self._book.add_chart({"type": kind})
        for place in range(1, len(columns)):
            picture.add_series({
                "name": [sheet.name, 0, place],
                "categories": [sheet.name, top, 0, top + len(rows) - 1, 0],
                "values": [sheet.name, top, place, top + len(rows) - 1, place],
            })  # fmt: skip
        if len(columns) <= _ONE_SERIES:
            picture.set_legend({"none": True})
        picture.set_size({"width": 640, "height": 320})
        sheet.insert_chart(0, len(columns) + 1, picture)

    def signatures(self, document: Document) -> None:
        """A sheet to be signed."""
        sheet = self._sheet("Подписи", landscape=False)
        sheet.set_column(0, 2, _SIGNED_WIDTH)
        row = 0
        for item in document.signatures:
            if item.lead:
                sheet.write_string(row, 0, item.lead)
                row += 1
            sheet.write_string(row, 0, item.position, self._text)
            sheet.set_row(row, height_of(lines_of(item.position, _SIGNED_WIDTH)))
            sheet.write_blank(row, 1, None, self._signed)
            sheet.write_string(row, 2, item.name)
            row += 2


def _say_whose(sheet: Any, document: Document) -> None:
    """The document's name above every printed page."""
    sheet.set_header(f"&L{document.title}&R{document.subtitle}".replace("\n", " ")[:250])


def _width(column: Column) -> float:
    """The width of a column in digits."""
    return max(_NARROWEST, _WIDTH_UNIT * column.width)


def _heading_lines(title: str, *columns: Column) -> int:
    """Lines that a heading takes over these columns."""
    return lines_of(title, sum(_width(column) for column in columns), bold=True)


def _number_format(column: Column) -> str:
    """How Excel shows the column; empty for text."""
    decimals = "." + "0" * column.decimals if column.decimals else ""
    return {
        Kind.TEXT: "", Kind.INTEGER: "0", Kind.DECIMAL: f"0{decimals}", Kind.PERCENT: f"0{decimals}%",
        Kind.DATE: "dd.mm.yyyy",
    }[column.kind]  # fmt: skip


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
