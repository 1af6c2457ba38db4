"""Merging one scope: what was read is compared in memory with what is current, and only the changes are written.

A record that vanished is closed only when it was absent from several good reads in a row: the GIS is known to answer
with incomplete pages (protocol.md §2.4). Until then it stays current, with the run of its first absence. One that
comes back begins a new version, so that its absence is not forgotten. What a person removed from a file of theirs
(`Table.gone_at_once`) is closed by the first read without it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from netcity_sync.mirror.rows import Row, ScopeRows, Value
from netcity_sync.mirror.schema import Table
from netcity_sync.model import Student


class PageContradicts(ValueError):
    """A page names a record twice, or holds a value that the mirror does not allow."""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What a page changes in one table. `ended` and `missing` are versions: key and `seen_from`."""

    table: Table
    new: Sequence[Row]
    ended: Sequence[Row] = ()
    missing: Sequence[Row] = ()
    known: int = 0
    waiting: int = 0

    @property
    def count(self) -> int:
        """How many records are new, changed, back, closed, or missed for the first time."""
        if not self.ended:
            return len(self.new) + len(self.missing)
        width = len(self.table.key)
        touched = {row[:width] for row in (*self.new, *self.ended)}
        return len(touched) + len(self.missing)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a page changes in its scope."""

    tables: tuple[TableChanges, ...]

    @property
    def count(self) -> int:
        """How many records are touched."""
        return sum(table.count for table in self.tables)

    @property
    def known(self) -> int:
        """How many records the scope held as of the last read, those included that this page lacks."""
        return sum(table.known for table in self.tables)

    @property
    def missing(self) -> int:
        """How many of them this page is the first to lack."""
        return sum(len(table.missing) for table in self.tables)

    @property
    def unconfirmed(self) -> bool:
        """Whether the next read must look at vanished records again, even where its answer is the same."""
        return any(table.missing or table.waiting for table in self.tables)


class Merger:
    """Merges the scopes of one run, each at most once, inside its caller's transactions."""

    def __init__(self, connection: sqlite3.Connection, run_id: int) -> None:
        self._connection = connection
        self._run_id = run_id
        self._statements: dict[str, _Statements] = {}
        self._names: dict[int, str] | None = None

    def compare(self, rows: ScopeRows, missing_since: int | None = None) -> Changes:
        """What a page changes. Records missing since that run or an earlier one are closed, if it lacks them still.

        Raises PageContradicts where a key stands twice in the page.
        """
        return Changes(tuple(self._compare(table, rows, page, missing_since) for table, page in rows.tables))

    def enter(self, rows: ScopeRows) -> Changes:
        """What a page changes whose scope was never read well before: all of it is new."""
        return Changes(tuple(TableChanges(table, page) for table, page in rows.tables))

    def write(self, changes: Changes, students: Sequence[Student] = ()) -> int:
        """Write changes, and the names of pupils; answers how many records were touched.

        Raises PageContradicts where the mirror does not allow a value, or a new key stands twice.
        """
        try:
            for item in changes.tables:
                statements = self._of(item.table)
                for statement, rows in (
                    (statements.end, item.ended), (statements.miss, item.missing), (statements.insert, item.new),
                ):  # fmt: skip
                    if rows:
                        self._connection.executemany(statement, rows)
            return changes.count + self._keep_names(students)
        except sqlite3.IntegrityError as error:
            raise PageContradicts(str(error)) from error

    def forget_names(self) -> None:
        """After a rollback: the names of pupils must be read again."""
        self._names = None

    def _compare(self, table: Table, rows: ScopeRows, page: Sequence[Row], missing_since: int | None) -> TableChanges:
        known = self._current(table, rows)
        if not known:
            return TableChanges(table, page)
        width, wanted = len(table.key), set(page)
        new = wanted - known.keys()
        absent = known.keys() - wanted
        back = {row for row, (_, missing_from) in known.items() if missing_from is not None} - absent
        replaced = _replaced(width, new, known, absent)
        if len(wanted) != len(page) or replaced is None:
            raise PageContradicts(f"a key stands twice in {table.name}")
        vanished = absent - replaced
        gone = {row for row in vanished if table.gone_at_once or _is_over(known[row][1], missing_since, self._run_id)}
        missing = [row for row in vanished - gone if known[row][1] is None]
        return TableChanges(
            table,
            new=[*new, *back],
            ended=[(*row[:width], known[row][0]) for row in (*replaced, *back, *gone)],
            missing=[(*row[:width], known[row][0]) for row in missing],
            known=len(known),
            waiting=len(vanished) - len(gone) - len(missing),
        )

    def _current(self, table: Table, rows: ScopeRows) -> dict[Row, tuple[int, int | None]]:
        """The current rows of the page's partition, each with `seen_from` and `missing_from`."""
        partition = [rows.partition[column] for column in table.scope]
        found = self._connection.execute(self._of(table).current, partition)
        return {row[:-2]: row[-2:] for row in found}

    def _of(self, table: Table) -> "_Statements":
        known = self._statements.get(table.name)
        if known is None:
            known = self._statements[table.name] = _statements(table, self._run_id)
        return known

    def _keep_names(self, students: Sequence[Student]) -> int:
        """Keep the names of pupils: a new version where a name changed, never closed by absence.

        A journal may give a shorter name than the roster («Иванов Иван»); a name that only shortens the known one
        changes nothing, so that names do not flap between the two.
        """
        if self._names is None:
            self._names = dict(self._connection.execute("SELECT student_id, name FROM student WHERE seen_to IS NULL"))
        changed = 0
        for student in students:
            known = self._names.get(student.id)
            if known is not None and (known == student.name or known.startswith(f"{student.name} ")):
                continue
            self._rename(student)
            self._names[student.id] = student.name
            changed += 1
        return changed

    def _rename(self, student: Student) -> None:
        """A new version of a name; one that this very run began was seen by no other, and is overwritten."""
        values: dict[str, Value] = {"id": student.id, "name": student.name, "run": self._run_id}
        self._connection.execute(
            "UPDATE student SET seen_to = :run WHERE student_id = :id AND seen_to IS NULL AND seen_from <> :run", values
        )
        self._connection.execute(
            "INSERT INTO student (student_id, name, seen_from) VALUES (:id, :name, :run)"
            " ON CONFLICT (student_id, seen_from) DO UPDATE SET name = excluded.name",
            values,
        )


@dataclass(frozen=True, slots=True)
class _Statements:
    """What is asked of and done to one table in one run."""

    current: str
    insert: str
    end: str
    miss: str


def _statements(table: Table, run_id: int) -> _Statements:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    scope = " AND ".join([*(f"{column} = ?" for column in table.scope), "seen_to IS NULL"])
    version = " AND ".join([*(f'"{column.name}" = ?' for column in table.key), "seen_from = ?"])
    return _Statements(
        current=f"SELECT {names}, seen_from, missing_from FROM {table.name} WHERE {scope}",
        insert=f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))}, {run_id}, NULL, NULL)",
        end=f"UPDATE {table.name} SET seen_to = {run_id} WHERE {version}",
        miss=f"UPDATE {table.name} SET missing_from = {run_id} WHERE {version}",
    )


def _replaced(width: int, new: set[Row], known: dict[Row, tuple[int, int | None]], absent: set[Row]) -> set[Row] | None:
    """The known rows whose key has other values on the page; None where a key stands there twice."""
    if not new:
        return set()
    keys = {row[:width] for row in new}
    same_key = {row for row in known if row[:width] in keys}
    return same_key if len(keys) == len(new) and same_key <= absent else None


def _is_over(missing_from: int | None, missing_since: int | None, run_id: int) -> bool:
    """Whether an absence has lasted long enough; `missing_since` of this very run means that one is enough."""
    first = run_id if missing_from is None else missing_from
    return missing_since is not None and first <= missing_since
