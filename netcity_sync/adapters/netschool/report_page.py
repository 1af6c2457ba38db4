"""A report's HTML as titles and tables of text, or an error: a page that was cut short never gives fewer rows.

The tree comes from an HTML5 parser, which mends what is broken without a word; so a plain tokenizer first looks
whether the page is whole: everything closed that was opened, up to the table that ends every report.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from html.parser import HTMLParser

from selectolax.lexbor import LexborHTMLParser, LexborNode

from netcity_sync.errors import AnswerError

_CONTAINERS = frozenset({"html", "body", "table", "thead", "tbody", "tr", "td", "th", "div", "span", "h2", "h5", "i"})
_OPTIONAL_ENDS = frozenset({"html", "body", "thead", "tbody", "tr", "td", "th"})
_SPACE = re.compile(r"[\s\u00a0]+")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?!\d)")
_NO_END_TAG = re.compile(r"</(?![a-zA-Z][a-zA-Z0-9]*\s*>)")
"""What begins like an end tag but holds more than a name: it has swallowed what stood behind it."""
_STATE = re.compile(r"Состояние на\s*(\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2}))\s+(\d{1,2}:\d{2}(?::\d{2})?)")
_TODO = "Повторите позже; если ошибка остаётся, отчёт на этом сервере устроен иначе: netcity-sync discover."
_MOST_COLUMNS = 2000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text with spaces put in order, whether it is a heading, and how far it reaches."""

    text: str
    heading: bool
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a grid: a cell that spans several columns or rows stands in each of them."""

    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings, those of several rows joined: «Средн. оценка 3 четверть»."""
        return tuple(" ".join(dict.fromkeys(filter(None, column))) for column in zip(*self.heads, strict=True))


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: what it is about, and its tables. `state_at` is local time."""

    title: str
    spans: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    legend: tuple[tuple[str, str], ...]
    state_at: datetime | None

    def span(self, name: str) -> str:
        """What stands behind a name above the table («Период»); empty where it is not there."""
        return next((value for key, value in self.spans if key == name), "")


def read_page(body: bytes, call: str, *, footer: str) -> ReportPage:
    """The report in an answer. `footer` is the class of the table that ends every report; empty where there is none.

    Raises AnswerError where the page is not whole, or a row is not as wide as its table.
    """
    text = body.decode("utf-8", "replace")
    _insist_on_all_of_it(text, call, footer)
    tree = LexborHTMLParser(text)
    tables = tuple(
        table for node in tree.css("table") if not node.css("table table") and (table := _table(node, call)) is not None
    )
    state = _STATE.search(_clean(tree.text()))
    return ReportPage(
        title=_text_of(tree.css_first(".main-report-title")),
        spans=tuple(_span(node) for node in tree.css("span.select")),
        tables=tables,
        legend=tuple(_legend(node) for node in tree.css(".legend p")),
        state_at=_state_moment(state),
    )


def read_day(text: str) -> date | None:
    """`1.03.26` or `01.03.2026` somewhere in a text; None where there is no date, or not a real one."""
    found = _DATE.search(text)
    return _as_date(found) if found is not None else None


def read_days(text: str) -> tuple[date, ...]:
    """All dates of a text."""
    return tuple(day for found in _DATE.finditer(text) if (day := _as_date(found)) is not None)


def wrong_table(call: str, what: str) -> AnswerError:
    """The error of a report that has another shape than expected; `what` names a column, never a value."""
    return AnswerError("Отчёт устроен не так, как ожидалось.", where=f"{call}, {what}", todo=_TODO)


class _Whole(HTMLParser):
    """Counts what is open, and notices the table that ends a report and rows or cells that lost one of their ends."""

    def __init__(self, footer: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: Counter[str] = Counter()
        self.footer = footer
        self.footer_depth: int | None = None
        self.finished = not footer
        self.tables = 0
        self.ends: Counter[str] = Counter()
        self.starts: Counter[str] = Counter()
        self.swallowed = False

    @property
    def torn(self) -> bool:
        """Whether a tag swallowed another one, or rows or cells that are closed at all are not closed one by one."""
        return self.swallowed or any(self.ends[tag] not in (0, self.starts[tag]) for tag in ("tr", "td", "th"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.swallowed = self.swallowed or "<" in (self.get_starttag_text() or "")[1:]
        if tag not in _CONTAINERS:
            return
        self.open[tag] += 1
        self.starts[tag] += 1
        if tag == "table":
            self.tables += 1
            if self.footer and self.footer in (dict(attrs).get("class") or "").split():
                self.footer_depth = self.open["table"]

    def handle_endtag(self, tag: str) -> None:
        self.ends[tag] += 1
        if tag in _CONTAINERS and self.open[tag]:
            if tag == "table" and self.footer_depth == self.open["table"]:
                self.finished, self.footer_depth = True, None
            self.open[tag] -= 1


def _insist_on_all_of_it(text: str, call: str, footer: str) -> None:
    whole = _Whole(footer)
    try:
        whole.feed(text)
    except AssertionError:  # how the tokenizer answers a declaration that it does not know
        raise _not_all(call) from None
    left_open = any(count for tag, count in whole.open.items() if tag not in _OPTIONAL_ENDS)
    torn = whole.torn or _NO_END_TAG.search(text) is not None or whole.rawdata.strip() != ""
    if not whole.finished or left_open or torn or not whole.tables:
        raise _not_all(call)


def _not_all(call: str) -> AnswerError:
    return AnswerError("Отчёт пришёл не целиком.", where=call, todo=_TODO)


def _table(node: LexborNode, call: str) -> Table | None:
    """The table as a grid; None for one without headings, which only sets the page."""
    rows = [[_cell(cell) for cell in row.css("td, th")] for row in node.css("tr")]
    rows = [row for row in rows if row]
    head_count = next((place for place, row in enumerate(rows) if not all(cell.heading for cell in row)), len(rows))
    if head_count == 0:
        return None
    grid = _grid(rows, call)
    heads, body = grid[:head_count], grid[head_count:]
    return Table(heads, body)


def _grid(rows: list[list[Cell]], call: str) -> tuple[tuple[str, ...], ...]:
    """Every row as wide as the first. Raises AnswerError where one is not."""
    width = sum(cell.columns for cell in rows[0])
    if width > _MOST_COLUMNS:
        raise wrong_table(call, "число столбцов")
    hanging: dict[int, tuple[int, str]] = {}
    grid: list[tuple[str, ...]] = []
    for row in rows:
        line: list[str] = []
        cells = iter(row)
        while len(line) <= width + 1:
            left, text = hanging.get(len(line), (0, ""))
            if left:
                hanging[len(line)] = (left - 1, text)
                line.append(text)
                continue
            cell = next(cells, None)
            if cell is None:
                break
            for _ in range(cell.columns):
                hanging[len(line)] = (cell.rows - 1, cell.text)
                line.append(cell.text)
        if len(line) != width or next(cells, None) is not None:
            raise wrong_table(call, f"строка таблицы {len(grid) + 1}")
        grid.append(tuple(line))
    return tuple(grid)


def _cell(node: LexborNode) -> Cell:
    return Cell(
        text=_clean(node.text(separator=" ")),
        heading=node.tag == "th",
        columns=_reach(node, "colspan"),
        rows=_reach(node, "rowspan"),
    )


def _reach(node: LexborNode, name: str) -> int:
    value = node.attributes.get(name) or "1"
    return min(max(int(value), 1), _MOST_COLUMNS) if value.isascii() and value.isdigit() else 1


def _span(node: LexborNode) -> tuple[str, str]:
    name, _, value = _clean(node.text(separator=" ")).partition(":")
    return name.strip(), value.strip()


def _legend(node: LexborNode) -> tuple[str, str]:
    code = _text_of(node.css_first(".legend-label"))
    return code, _text_of(node.css_first(".legend-description")).lstrip("—- ").strip()


def _text_of(node: LexborNode | None) -> str:
    return _clean(node.text(separator=" ")) if node is not None else ""


def _clean(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _state_moment(found: re.Match[str] | None) -> datetime | None:
    if found is None:
        return None
    day = read_day(found[1])
    hour, minute, second = [int(part) for part in f"{found[2]}:0".split(":")][:3]
    try:
        return (
            datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 (local, as printed)
            if day is not None
            else None
        )
    except ValueError:
        return None


def _as_date(found: re.Match[str]) -> date | None:
    day, month, year = int(found[1]), int(found[2]), int(found[3])
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None
