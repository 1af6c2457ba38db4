"""What differs between two states of the mirror: record by record, and in the terms of those who keep journals."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from netcity_sync.mirror.lookup import JournalName
from netcity_sync.mirror.records import Facts, Place, Said, Step, What, facets, place_of
from netcity_sync.mirror.rows import Row
from netcity_sync.mirror.schema import JOURNAL_TABLES, Table


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as a state of the mirror holds it; `missing`: absent from the last read, not confirmed."""

    row: Row
    missing: bool


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that differs between two states (null: it is not there)."""

    table: Table
    old: RecordState | None
    new: RecordState | None

    @property
    def row(self) -> Row:
        """The record as it is, or as it last was."""
        state = self.new or self.old
        assert state is not None
        return state.row

    @property
    def journal(self) -> tuple[int, int]:
        """Subject group and term, with which every key begins."""
        return int(self.row[0] or 0), int(self.row[1] or 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing that a journal says otherwise. `missing`: it is absent in the later state, which is not confirmed."""

    what: What
    step: Step
    place: Place
    old: Said | None
    new: Said | None
    missing: bool


@dataclass(frozen=True, slots=True)
class JournalDiff:
    """A journal that differs. `first_read`: it was not read before the first of the two states."""

    journal: JournalName
    first_read: bool
    differences: tuple[Difference, ...]


def record_changes(
    connection: sqlite3.Connection, first: int, last: int, wanted: Collection[tuple[int, int]]
) -> tuple[RecordChange, ...]:
    """The records of the wanted journals that differ as of two runs. Only journals that changed in between are read."""
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS compared (subject_group_id INTEGER, term_id INTEGER,"
        " PRIMARY KEY (subject_group_id, term_id)) WITHOUT ROWID"
    )
    connection.execute("DELETE FROM compared")
    rows = connection.execute(_TOUCHED, {"first": first, "last": last}).fetchall()
    connection.executemany("INSERT INTO compared VALUES (?, ?)", [tuple(row) for row in rows if tuple(row) in wanted])
    return tuple(change for table in JOURNAL_TABLES for change in _of_table(connection, table, first, last))


_TOUCHED = """
SELECT DISTINCT s.subject_group_id, s.term_id FROM scope s
CROSS JOIN scope_read r ON r.scope_id = s.scope_id AND r.run_id > :first AND r.run_id <= :last
WHERE s.kind = 'journal' AND r.error IS NULL AND (r.changed_rows > 0 OR r.anew)
"""
"""A read that changed nothing begins and ends no version."""


def _of_table(connection: sqlite3.Connection, table: Table, first: int, last: int) -> Iterator[RecordChange]:
    names = ", ".join(f"v.{column.name}" for column in table.columns)
    key = ", ".join(f"v.{column.name}" for column in table.key)
    width, end = len(table.key), len(table.columns)
    rows = connection.execute(
        f"SELECT {names}, v.seen_from <= :first AS was, coalesce(v.seen_to > :last, 1) AS remains,"
        " coalesce(v.missing_from <= :first, 0) AS missed, coalesce(v.missing_from <= :last, 0) AS missing"
        f" FROM compared CROSS JOIN {table.name} v USING (subject_group_id, term_id)"
        " WHERE v.seen_from <= :last AND coalesce(v.seen_to > :first, 1)"
        " AND (v.seen_from > :first OR v.seen_to <= :last OR v.missing_from BETWEEN :first + 1 AND :last)"
        f" ORDER BY {key}, v.seen_from",
        {"first": first, "last": last},
    )
    for _, versions in groupby(map(tuple, rows), key=lambda row: row[:width]):
        old, new = None, None
        for row in versions:
            was, remains, missed, missing = row[end:]
            old = RecordState(row[:end], bool(missed)) if was else old
            new = RecordState(row[:end], bool(missing)) if remains else new
        if old != new:
            yield RecordChange(table, old, new)


def compare(
    connection: sqlite3.Connection, first: int, last: int, journals: Sequence[JournalName]
) -> tuple[JournalDiff, ...]:
    """What differs in journals between the states after two runs, in the order of `journals`."""
    facts = Facts(connection, last)
    found: dict[tuple[int, int], list[Difference]] = {}
    for change in record_changes(connection, first, last, {item.key for item in journals}):
        found.setdefault(change.journal, []).extend(_differences(change, facts))
    known = _read_by(connection, first)
    return tuple(
        JournalDiff(item, item.key not in known, tuple(sorted(found[item.key], key=_in_order)))
        for item in journals
        if found.get(item.key)
    )


def _read_by(connection: sqlite3.Connection, run_id: int) -> frozenset[tuple[int, int]]:
    """The journals of which a good read is known up to a run."""
    rows = connection.execute(
        "SELECT subject_group_id, term_id FROM scope s WHERE kind = 'journal' AND EXISTS ("
        " SELECT 1 FROM scope_read r WHERE r.scope_id = s.scope_id AND r.run_id <= ? AND r.error IS NULL)",
        [run_id],
    )
    return frozenset((row[0], row[1]) for row in rows)


def _differences(change: RecordChange, facts: Facts) -> Iterator[Difference]:
    place = place_of(change.table, change.row, facts)
    olds = facets(change.table, change.old.row, facts) if change.old else ()
    news = facets(change.table, change.new.row, facts) if change.new else ()
    missed = change.old is not None and change.old.missing
    missing = change.new is not None and change.new.missing
    for kind, (what, _) in enumerate(olds or news):
        old, new = olds[kind][1] if olds else None, news[kind][1] if news else None
        step = _step(old, new, missed, missing)
        if step is not None:
            yield Difference(what, step, place, old, new, missing and new is not None)


def _step(old: Said | None, new: Said | None, missed: bool, missing: bool) -> Step | None:
    """What became of a thing; None: nothing."""
    if old is None or new is None:
        return None if old is new else Step.ADDED if old is None else Step.REMOVED
    if old != new:
        return Step.CHANGED
    if missed == missing:
        return None
    return Step.MISSING if missing else Step.RETURNED


def _in_order(item: Difference) -> tuple[str, int, int, str, int]:
    """As the journal's page goes."""
    place = item.place
    day = place.lesson_date.isoformat() if place.lesson_date is not None else ""
    return (day, place.slot or 0, list(What).index(item.what), place.student_name or "", place.assignment_id or 0)
