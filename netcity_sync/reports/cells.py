"""A cell as Russian text, the same in every format that shows text."""

from datetime import date

from netcity_sync.reports.document import Cell, Column, Kind
from netcity_sync.russian import full_date, number

EMPTY = "—"


def cell_text(value: Cell, column: Column) -> str:
    """A cell as a reader expects it: decimal comma, ДД.ММ.ГГГГ, «—» for nothing."""
    if value is None:
        return EMPTY
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, str):
        return value
    words = number(value, column.decimals)
    return f"{words} %" if column.kind is Kind.PERCENT else words
