"""What became of a scope's records: all their versions before and after, compared."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from netcity_sync.mirror.rows import Row
from netcity_sync.mirror.schema import Table

Versions = Mapping[Table, Sequence[Row]]
"""All versions of a table's records: key, values, `seen_from`, `seen_to`, `missing_from`."""

_MARKS = 3
"""How many columns of a version do not belong to its record."""


class ChangeKind(StrEnum):
    """How a record differs: by what stands now, or only by its past."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that differs: key and values as they stood and as they stand, null where it does not stand now."""

    table: Table
    kind: ChangeKind
    before: Row | None
    after: Row | None


def versions_of(
    connection: sqlite3.Connection, tables: Sequence[Table], partition: Mapping[str, int | None]
) -> Versions:
    """All versions of a scope's records."""
    found: dict[Table, Sequence[Row]] = {}
    for table in tables:
        where = " AND ".join(["1", *(f"{column} = :{column}" for column in table.scope)])
        found[table] = connection.execute(f"SELECT * FROM {table.name} WHERE {where}", partition).fetchall()
    return found


def differences(before: Versions, after: Versions) -> Iterator[RecordChange]:
    """The records whose versions are not the same."""
    for table, old in before.items():
        width = len(table.key)
        records: defaultdict[Row, tuple[set[Row], set[Row]]] = defaultdict(lambda: (set(), set()))
        for place, rows in enumerate((old, after[table])):
            for row in rows:
                records[row[:width]][place].add(row)
        for was, now in records.values():
            if was != now:
                yield _change(table, _current(was), _current(now))


def held(versions: Versions, run_id: int) -> set[tuple[Table, Row, bool]]:
    """What a scope held as of a run, each record with whether it was missing then."""
    return {
        (table, row[:-_MARKS], missing_from is not None and missing_from <= run_id)
        for table, rows in versions.items()
        for row in rows
        for seen_from, seen_to, missing_from in [_runs(row)]
        if seen_from <= run_id and (seen_to is None or seen_to > run_id)
    }


def _runs(row: Row) -> tuple[int, int | None, int | None]:
    seen_from, seen_to, missing_from = row[-_MARKS:]
    assert isinstance(seen_from, int)
    assert not isinstance(seen_to, str | float)
    assert not isinstance(missing_from, str | float)
    return seen_from, seen_to, missing_from


def _current(versions: set[Row]) -> Row | None:
    return next((row[:-_MARKS] for row in versions if _runs(row)[1] is None), None)


def _change(table: Table, before: Row | None, after: Row | None) -> RecordChange:
    if before == after:
        kind = ChangeKind.PAST
    elif before is None:
        kind = ChangeKind.ADDED
    else:
        kind = ChangeKind.GONE if after is None else ChangeKind.CHANGED
    return RecordChange(table, kind, before, after)
