"""What a file turns into before anybody asks what it means: numbered rows of cells, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None
MAX_ROWS = 100_000
MAX_BYTES = 20 * 1024 * 1024
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was not taken: where it stands, as Excel shows it, why, and what is allowed (all Russian).

    `row` and `column` (a heading) are null where the whole file or sheet is meant; `sheet` is empty in a CSV.
    """

    file: str
    sheet: str
    row: int | None
    column: str | None
    reason: str
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in a file that was left alone, and is no fault."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row and its number, counted from 1 as Excel does."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet. `broken` says, by row number and place in the row, what is wrong with cells that have no value.

    `strict_width`: a value to the right of the headings is a fault, as it comes from an unquoted delimiter.
    """

    file: str
    sheet: str
    rows: tuple[GridRow, ...]
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)
    strict_width: bool = False
    notices: tuple[Notice, ...] = ()


class FileFault(ValueError):
    """A file that cannot be read at all; `reason` and `todo` are Russian."""

    def __init__(self, reason: str, todo: str = "", sheet: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.todo = todo
        self.sheet = sheet


def plain(cell: Cell) -> str:
    """A cell as text with single spaces, no-break ones included; an empty one is the empty text."""
    if isinstance(cell, str):
        return " ".join((cell if cell.isascii() else cell.translate(_INVISIBLE)).split())
    match cell:
        case None:
            text = ""
        case float():
            text = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(cell).replace(".", ",")
        case bool():
            text = "да" if cell else "нет"
        case datetime():
            text = f"{cell:%d.%m.%Y %H:%M}"
        case date():
            text = f"{cell:%d.%m.%Y}"
        case _:
            text = str(cell)
    return text


def folded(text: str) -> str:
    """Text in the form in which headings and words are compared: case, ё, spaces and a trailing mark do not matter."""
    return " ".join(text.casefold().replace("ё", "е").split()).strip(" *:.").replace("№ ", "№")
