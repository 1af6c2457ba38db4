"""Merging one scope: what was read is compared in memory with what is current, and only the changes are written.

A record that vanished is closed only when it was absent from two successful reads in a row: the GIS is known to
answer with incomplete pages (protocol.md §2.4). Until then it stays current, with the run of its first absence.
What a person removed from a file of theirs (`Table.gone_at_once`) is closed by the first read without it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from netcity_sync.mirror.rows import Row, ScopeRows
from netcity_sync.mirror.schema import STUDENT_TABLE, Table
from netcity_sync.model import Student


@dataclass(frozen=True, slots=True)
class _Current:
    """The current version of a record."""

    values: Row
    seen_from: int
    missing_from: int | None


def merge_scope(connection: sqlite3.Connection, run_id: int, rows: ScopeRows) -> int:
    """Bring the current rows of a scope in line with `rows`; answers how many rows were written.

    Runs inside the caller's transaction. Raises ValueError where a key stands twice in the page.
    """
    changed = sum(_merge_table(connection, run_id, table, rows, page) for table, page in rows.tables)
    return changed + merge_students(connection, run_id, rows.students)


def has_unconfirmed(connection: sqlite3.Connection, rows: ScopeRows) -> bool:
    """Whether some record of the scope was absent from the last read, so that the next one must confirm it."""
    for table, _ in rows.tables:
        where, values = _partition(table, rows)
        query = f"SELECT 1 FROM {table.name} WHERE {where} AND seen_to IS NULL AND missing_from IS NOT NULL LIMIT 1"
        if connection.execute(query, values).fetchone():
            return True
    return False


def merge_students(connection: sqlite3.Connection, run_id: int, students: Sequence[Student]) -> int:
    """Keep the names of pupils: a new version where a name changed, never closed by absence.

    A journal may give a shorter name than the roster («Иванов Иван»); a name that only shortens the known one
    changes nothing, so that names do not flap between the two.
    """
    changed = 0
    for student in students:
        known = connection.execute(
            "SELECT name, seen_from FROM student WHERE student_id = ? AND seen_to IS NULL", [student.id]
        ).fetchone()
        if known is not None and (known[0] == student.name or known[0].startswith(f"{student.name} ")):
            continue
        if known is not None:
            current = _Current((known[0],), known[1], None)
            _close(connection, run_id, STUDENT_TABLE, [((student.id,), current)])
        _insert(connection, run_id, STUDENT_TABLE, [(student.id, student.name)])
        changed += 1
    return changed


def _merge_table(
    connection: sqlite3.Connection, run_id: int, table: Table, rows: ScopeRows, page: Sequence[Row]
) -> int:
    width = len(table.key)
    wanted = {row[:width]: row[width:] for row in page}
    if len(wanted) != len(page):
        raise ValueError(f"a key stands twice in {table.name}")
    current = _current(connection, table, rows)
    new = [key + values for key, values in wanted.items() if key not in current]
    altered = [key for key, values in wanted.items() if key in current and current[key].values != values]
    back = [key for key in wanted if key in current and current[key].missing_from is not None and key not in altered]
    absent = [key for key in current if key not in wanted]
    confirmed = [key for key in absent if _is_gone(table, current[key], run_id)]
    fresh = [key for key in absent if current[key].missing_from is None and not table.gone_at_once]
    _close(connection, run_id, table, [(key, current[key]) for key in [*altered, *confirmed]])
    _insert(connection, run_id, table, [*new, *(key + wanted[key] for key in altered)])
    _set_missing(connection, table, run_id, fresh)
    _set_missing(connection, table, None, back)
    return len(new) + len(altered) + len(confirmed) + len(fresh) + len(back)


def _is_gone(table: Table, absent: _Current, run_id: int) -> bool:
    return table.gone_at_once or (absent.missing_from is not None and absent.missing_from != run_id)


def _partition(table: Table, rows: ScopeRows) -> tuple[str, list[int]]:
    where = " AND ".join(f"{column} = ?" for column in table.scope) or "1"
    return where, [rows.partition[column] for column in table.scope]


def _current(connection: sqlite3.Connection, table: Table, rows: ScopeRows) -> dict[Row, _Current]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    where, partition = _partition(table, rows)
    query = f"SELECT {names}, seen_from, missing_from FROM {table.name} WHERE {where} AND seen_to IS NULL"
    width = len(table.key)
    return {row[:width]: _Current(row[width:-2], row[-2], row[-1]) for row in connection.execute(query, partition)}


def _insert(connection: sqlite3.Connection, run_id: int, table: Table, rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * (len(table.columns) + 1))
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.executemany(
        f"INSERT INTO {table.name} ({names}, seen_from) VALUES ({marks})", [(*row, run_id) for row in rows]
    )


def _close(connection: sqlite3.Connection, run_id: int, table: Table, versions: Sequence[tuple[Row, _Current]]) -> None:
    """End versions; one that this very run opened was never seen by another, and goes without trace."""
    key = " AND ".join(f'"{column.name}" = ?' for column in table.key)
    ended = [(run_id, *row_key, item.seen_from) for row_key, item in versions if item.seen_from != run_id]
    undone = [(*row_key, run_id) for row_key, item in versions if item.seen_from == run_id]
    connection.executemany(f"UPDATE {table.name} SET seen_to = ? WHERE {key} AND seen_from = ?", ended)
    connection.executemany(f"DELETE FROM {table.name} WHERE {key} AND seen_from = ?", undone)


def _set_missing(connection: sqlite3.Connection, table: Table, run_id: int | None, keys: Sequence[Row]) -> None:
    key = " AND ".join(f'"{column.name}" = ?' for column in table.key)
    connection.executemany(
        f"UPDATE {table.name} SET missing_from = ? WHERE {key} AND seen_to IS NULL",
        [(run_id, *row_key) for row_key in keys],
    )
