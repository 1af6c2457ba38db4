"""A document as data: built once, rendered as HTML, XLSX and PDF/A."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from netcity_sync.reports.page import Page

_PLAIN_PAGE = Page()

Cell = str | int | float | date | None
"""A cell keeps its type; None stands for «—»: nothing to say, which is not zero."""


class Kind(StrEnum):
    """What a column holds. A percent is given as 0..100."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"


_DIGITS = {Kind.DECIMAL: 1, Kind.PERCENT: 0}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it holds, its share of the width.

    `digits` after the comma (None: one for decimals, none for percents); neighbours of the same `group` stand under
    that heading.
    """

    title: str
    kind: Kind = Kind.TEXT
    width: float = 1.0
    digits: int | None = None
    group: str = ""

    @property
    def decimals(self) -> int:
        """Digits after the comma."""
        return _DIGITS.get(self.kind, 0) if self.digits is None else self.digits


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `total` is its last row, set apart; rows named in `flagged` need attention, those in `subtotals` sum.

    Neighbouring rows that are alike in their first `named_by` cells belong together: a page shows these cells once,
    and paper does not part them.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    flagged: frozenset[int] = frozenset()
    subtotals: frozenset[int] = frozenset()
    named_by: int = 0


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Values of `rows` × `columns`, coloured from `low` (poor) to `high` (good); None where there is none."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    low: float
    high: float
    kind: Kind = Kind.PERCENT
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a trend: a value a point, None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """How values change from point to point (weeks, terms)."""

    title: str
    points: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind = Kind.PERCENT


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many fall to each label."""

    title: str
    labels: tuple[str, ...]
    counts: tuple[int, ...]


Chart = HeatMap | Trend | Distribution


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences, charts and tables under it, in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to be signed by hand: the position, and the name where it is known; `lead` stands before it («Верно»)."""

    position: str
    name: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `facts` are labelled lines under the title, `notes` say what it rests on and what is missing.

    `made_at` is aware; all dates inside the files come from it, so that a document made again is the same.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    made_at: datetime
    page: Page = _PLAIN_PAGE
    signatures: tuple[Signature, ...] = ()

    @property
    def full_title(self) -> str:
        """Title and subtitle in one line, for what tells of the file; a subtitle that begins small goes on with it."""
        return f"{self.title}{' ' if self.subtitle[:1].islower() else '. '}{self.subtitle}"
