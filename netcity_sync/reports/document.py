"""A document as data: built once, rendered as HTML, XLSX and PDF/A."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Cell = str | int | float | date | None
"""A cell keeps its type; None stands for «—»: nothing to say, which is not zero."""


class Kind(StrEnum):
    """What a column holds. A percent is given as 0..100."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it holds, and its share of the width."""

    title: str
    kind: Kind = Kind.TEXT
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `total` is its last row, set apart; rows named in `flagged` need attention."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    flagged: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences and tables under it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


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
    landscape: bool = False
