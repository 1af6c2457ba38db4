"""A cell as Russian text, the same in every format that shows text; and which cells stand over several others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from netcity_sync.reports.document import Cell, Chart, Column, HeatMap, Kind, Table, Trend
from netcity_sync.russian import full_date, number

EMPTY = "—"
_SHORT_NAME = re.compile(r"\b([A-ZА-ЯЁ][\w’'-]*\w) ([A-ZА-ЯЁ]\.)(?: ([A-ZА-ЯЁ]\.))?")


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


def opened_rows(table: Table) -> tuple[int, ...]:
    """For each row, over how many rows its naming cells stand: none where a row above has said them."""
    if not table.named_by:
        return (1,) * len(table.rows)
    opened: list[int] = []
    for _, run in groupby(table.rows, key=lambda row: row[: table.named_by]):
        count = len(tuple(run))
        opened += [count, *[0] * (count - 1)]
    return tuple(opened)


def with_whole_names(text: str) -> str:
    """A text for a page, where no line may end between a surname and its initials."""
    return _SHORT_NAME.sub(lambda found: "\u00a0".join(filter(None, found.groups())), text)


def heat_text(chart: HeatMap, value: float | None) -> str:
    """A cell of a heat map: without the unit, which its title tells, and empty for nothing."""
    return "" if value is None else number(value, heat_column(chart).decimals)


def heat_column(chart: HeatMap) -> Column:
    """A column of a heat map's values."""
    return Column("", chart.kind, digits=chart.digits)


def chart_kind(chart: Chart) -> str:
    """What templates branch on."""
    if isinstance(chart, HeatMap):
        return "heat"
    return "trend" if isinstance(chart, Trend) else "distribution"


@dataclass(frozen=True, slots=True)
class HeadingGroup:
    """Neighbouring columns under one heading; a column of no group stands alone, over both lines."""

    title: str
    columns: tuple[Column, ...]


def heading_groups(columns: Sequence[Column]) -> tuple[HeadingGroup, ...] | None:
    """The first line of a heading of two levels; None where no column has a group."""
    if not any(column.group for column in columns):
        return None
    groups: list[HeadingGroup] = []
    for title, run in groupby(columns, key=lambda column: column.group):
        if title:
            groups.append(HeadingGroup(title, tuple(run)))
        else:
            groups += [HeadingGroup("", (column,)) for column in run]
    return tuple(groups)
