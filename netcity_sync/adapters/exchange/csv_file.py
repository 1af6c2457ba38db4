"""A CSV file as a grid: its encoding and its delimiter are found out, never asked for."""

import csv
from io import StringIO

from netcity_sync.adapters.exchange.grid import FileFault, Grid, GridRow, folded, plain
from netcity_sync.adapters.exchange.spec import RowSpec

_DELIMITERS = (";", ",", "\t")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_ANEW = "сохраните его в Excel как «CSV UTF-8» или как .xlsx"


def read_csv(name: str, data: bytes, spec: RowSpec) -> Grid:
    """The rows of a CSV, numbered as Excel would show them. Raises FileFault."""
    text = _decoded(data)
    if text[:4].lower() == "sep=":
        text = text.partition("\n")[2]
    delimiter = _delimiter(text, spec)
    rows: list[GridRow] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows += (GridRow(number, tuple(cells)) for number, cells in enumerate(reader, start=1))
    except csv.Error as error:
        raise FileFault(f"кавычки расставлены неверно около строки {reader.line_num}", _SAVE_ANEW) from error
    return Grid(name, "", tuple(rows), strict_width=True)


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise FileFault("это не текст в UTF-8 или cp1251", _SAVE_ANEW)


def _delimiter(text: str, spec: RowSpec) -> str:
    """The delimiter under which most of the headings are known."""
    known = {folded(title) for item in spec.fields for title in (item.heading, *item.aliases)}

    def count(delimiter: str) -> int:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        try:
            heads = [cells for _, cells in zip(range(10), reader, strict=False)]
        except csv.Error:
            return 0
        return max((sum(folded(plain(cell)) in known for cell in cells) for cells in heads), default=0)

    return max(_DELIMITERS, key=count)
