"""A cell as Russian text, the same in every format that shows text."""

from datetime import date

from netcity_sync.reports.document import Cell, Kind
from netcity_sync.russian import full_date, number

EMPTY = "—"


def cell_text(value: Cell, kind: Kind) -> str:
    """A cell as a reader expects it: decimal comma, ДД.ММ.ГГГГ, «—» for nothing."""
    if value is None:
        return EMPTY
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, str):
        return value
    if kind is Kind.PERCENT:
        return number(value, 0) + " %"
    return number(value, 1) if kind is Kind.DECIMAL else str(value)
