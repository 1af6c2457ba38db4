"""Whether the rows of a workbook are as high as their texts: counted by filling lines word by word."""

from collections.abc import Iterator

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

_LINE = 15


def too_low(book: openpyxl.Workbook) -> list[str]:
    """The cells whose wrapped text needs more lines than their rows have, were every letter as wide as a digit."""
    return [
        f"{sheet.title}!{cell.coordinate}: {cell.value!r}, {width}, {height}"
        for sheet, cell, width, height, _ in _wrapped(book)
        if height < _LINE * _lines(str(cell.value), int(width))
    ]


def idly_high(book: openpyxl.Workbook) -> list[str]:
    """The rows higher than a line though each of their wrapped texts would fit into three quarters of one."""
    told: dict[tuple[str, int], bool] = {}
    for sheet, cell, width, height, rows in _wrapped(book):
        for number in range(cell.row, cell.row + rows):
            row = (sheet.title, number)
            told[row] = told.get(row, True) and height > _LINE * rows and len(str(cell.value)) < 0.75 * width
    return [f"{sheet}!{row}" for (sheet, row), idle in told.items() if idle]


def _wrapped(book: openpyxl.Workbook) -> Iterator[tuple[Worksheet, Cell, float, float, int]]:
    """Cells with text that wraps: width in digits, height in points and rows of what they are merged to."""
    for sheet in book.worksheets:
        merged = {item.start_cell.coordinate: item for item in sheet.merged_cells.ranges}
        widths = [0.0] + [0.0] * sheet.max_column
        for item in sheet.column_dimensions.values():
            widths[item.min : item.max + 1] = [item.width] * (item.max + 1 - item.min)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value and isinstance(cell.value, str) and cell.alignment.wrap_text and cell.font.size == 11:
                    area = merged.get(cell.coordinate)
                    last_column, last_row = (area.max_col, area.max_row) if area else (cell.column, cell.row)
                    rows = range(cell.row, last_row + 1)
                    heights = (sheet.row_dimensions[number].height or _LINE for number in rows)
                    yield sheet, cell, sum(widths[cell.column : last_column + 1]), sum(heights), len(rows)


def _lines(text: str, letters: int) -> int:
    """Lines of so many letters, filled greedily; a word that is longer runs on over the next."""
    lines, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > letters:
            lines, used = lines + 1, 0
        used += len(word) + bool(used)
        while used > letters:
            lines, used = lines + 1, used - letters
    return lines
