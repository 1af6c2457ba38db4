"""How large the mirror's tables are: exactly where SQLite can tell, else by a sample of their rows."""

import sqlite3
from collections import Counter
from dataclasses import dataclass

_SAMPLE = 1000
_DBSTAT = "dbstat"
"""SQLite's virtual table of pages."""


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table: how many rows, and how many bytes with its indices."""

    name: str
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """All tables, the largest first, and the bytes that no table uses. Not `exact`: sizes are estimates."""

    tables: tuple[TableSize, ...]
    unused: int
    exact: bool


def table_sizes(connection: sqlite3.Connection) -> Sizes:
    """The sizes of all tables, SQLite's own included."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = ["sqlite_schema", *(str(row[0]) for row in found)]
    rows = {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in names}
    page, unused, pages = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_size", "freelist_count", "page_count")
    )
    exact = _exact(connection)
    sizes = exact if exact is not None else _estimated(connection, rows, page * (pages - unused))
    tables = (TableSize(name, rows[name], sizes[name]) for name in names)
    return Sizes(tuple(sorted(tables, key=lambda item: -item.size)), page * unused, exact is not None)


def _exact(connection: sqlite3.Connection) -> Counter[str] | None:
    """Bytes by table; None where this SQLite was built without the means to tell, as Python's on Windows often is."""
    try:
        found = connection.execute(
            f"SELECT coalesce(m.tbl_name, d.name), d.pgsize FROM {_DBSTAT} d"
            " LEFT JOIN sqlite_master m ON m.name = d.name WHERE d.aggregate = TRUE"
        ).fetchall()
    except sqlite3.OperationalError:
        return None
    sizes: Counter[str] = Counter()
    for name, size in found:
        sizes[name] += size
    return sizes


def _estimated(connection: sqlite3.Connection, rows: dict[str, int], total: int) -> Counter[str]:
    """The file's bytes shared out by what a sample of rows says, indices not counted apart."""
    weights = {name: count * _row_width(connection, name) for name, count in rows.items()}
    whole = sum(weights.values()) or 1
    return Counter({name: round(total * weight / whole) for name, weight in weights.items()})


def _row_width(connection: sqlite3.Connection, name: str) -> float:
    columns = [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{name}")')]
    width = " + ".join(f'coalesce(length(CAST("{column}" AS BLOB)), 0) + 1' for column in columns)
    average = connection.execute(f'SELECT avg({width}) FROM (SELECT * FROM "{name}" LIMIT {_SAMPLE})').fetchone()[0]
    return float(average or 0)
