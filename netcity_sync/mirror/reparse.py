"""Reading kept answers again: a scope goes back to where they begin, and they are merged as if they had just come.

Each is merged under its own run and by the same rules, so that with the same parser nothing changes, and with a better
one the versions are as if it had always been there. Where older reads exist whose answers are no longer kept, the first
of the others may differ from them by the parser alone: it is marked, and proves nothing about when something was made.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.errors import AnswerError, DamagedError
from netcity_sync.mirror.difference import ChangeKind, RecordChange, Versions, differences, held, versions_of
from netcity_sync.mirror.journal_terms import TermsOfJournals
from netcity_sync.mirror.merge import Merger, PageContradicts
from netcity_sync.mirror.raw import RawStore
from netcity_sync.mirror.reads import ScopeState, keep_state, missing_since
from netcity_sync.mirror.rows import ScopeRows
from netcity_sync.mirror.schema import STUDENT_TABLE, TABLES_OF_SCOPE, Table
from netcity_sync.model import Student, Term

Parse = Callable[[Scope, Sequence[Term], bytes], ScopeRows]
"""Turns a kept answer into rows; the terms are those of a journal when it was read. Raises AnswerError."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that cannot be used today: the run that read it, and why (Russian)."""

    run_id: int
    error: str


@dataclass(frozen=True, slots=True)
class Reparsed:
    """What re-reading a scope came to: `reads` of its `all_reads` good reads were merged again, the newest ones."""

    reads: int
    all_reads: int
    changes: tuple[RecordChange, ...] = ()
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    run_id: int
    name: bytes
    rows: ScopeRows


@dataclass(slots=True)
class _Tail:
    """The newest good reads of a scope whose answers can all be read again, oldest first."""

    all_reads: int
    reads: list[_Read] = field(default_factory=list)
    refused: Refused | None = None


@dataclass(slots=True)
class _Names:
    """The name of a pupil that is current, and all that ever were."""

    current: str
    all: set[str]


class _Contradiction(Exception):
    """The answer that this run read makes rows that the mirror does not allow."""

    def __init__(self, run_id: int) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class Reparse:
    """Re-reads scopes one by one, each in a transaction of its own that is taken back unless `write`.

    Dictionaries come first: the terms of a journal are taken from them.
    """

    def __init__(
        self, connection: sqlite3.Connection, raw: RawStore, parse: Parse, absences: int, *, write: bool
    ) -> None:
        """`absences` is how many good reads without a record close it (`Caution.absences`)."""
        self._connection = connection
        self._raw = raw
        self._parse = parse
        self._absences = absences
        self._write = write
        self._terms = TermsOfJournals(connection)
        self._names = _all_names(connection)

    def reparse(self, scope_id: int, scope: Scope) -> Reparsed:
        """Re-read a scope as far back as its answers are kept."""
        tail = self._tail(scope_id, scope)
        while tail.reads:
            try:
                changes = self._in_transaction(scope_id, scope, tail)
            except _Contradiction as found:
                tail.refused = Refused(found.run_id, "ответ сервера противоречит сам себе")
                tail.reads = [read for read in tail.reads if read.run_id > found.run_id]
            else:
                return Reparsed(len(tail.reads), tail.all_reads, changes, tail.refused)
        return Reparsed(0, tail.all_reads, refused=tail.refused)

    def _in_transaction(self, scope_id: int, scope: Scope, tail: _Tail) -> tuple[RecordChange, ...]:
        """Replay a tail, all of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            changes = self._replay(scope_id, scope, tail)
            self._connection.execute("COMMIT" if self._write and changes else "ROLLBACK")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._names = _all_names(self._connection)
            raise
        return changes

    def _tail(self, scope_id: int, scope: Scope) -> _Tail:
        known: dict[tuple[bytes, tuple[Term, ...]], ScopeRows] = {}
        good = self._good_reads(scope_id)
        tail = _Tail(len(good))
        for run_id, name in reversed(good):
            terms = self._terms.of(scope, run_id)
            rows = known.get((name, terms))
            try:
                if rows is None:
                    body = self._raw.load(name)
                    if body is None:
                        break
                    rows = known[name, terms] = self._parse(scope, terms, body)
            except (AnswerError, DamagedError) as error:
                tail.refused = Refused(run_id, f"{error.what} {error.where}".strip())
                break
            tail.reads.append(_Read(run_id, name, rows))
        tail.reads.reverse()
        return tail

    def _good_reads(self, scope_id: int) -> list[tuple[int, bytes]]:
        """Runs, and the hash of what each read; a read without one got the answer of the good read before."""
        rows = self._connection.execute(
            "SELECT run_id, payload_hash FROM scope_read WHERE scope_id = ? AND error IS NULL ORDER BY run_id",
            [scope_id],
        )
        found: list[tuple[int, bytes]] = []
        name = b""
        for run_id, own in rows:
            name = own or name
            found.append((run_id, name))
        return found

    def _replay(self, scope_id: int, scope: Scope, tail: _Tail) -> tuple[RecordChange, ...]:
        """Merge the tail once more inside the caller's transaction; answers with what differs from before."""
        tables, partition = TABLES_OF_SCOPE[scope.kind], _partition(scope)
        before = versions_of(self._connection, tables, partition)
        first = tail.reads[0].run_id
        self._rewind(tables, partition, first)
        names: list[RecordChange] = []
        state = ScopeState(scope_id, None, False)
        for read in tail.reads:
            if read.name != state.payload_hash or state.unconfirmed:
                state = self._merge(scope_id, read)
            names += self._keep_names(read)
        after = versions_of(self._connection, tables, partition)
        if scope.kind is ScopeKind.DICTIONARIES:
            self._terms = TermsOfJournals(self._connection)
        changed = tuple(differences(before, after))
        if changed:
            keep_state(self._connection, state)
            self._mark_anew(scope_id, tail, before, after)
        return (*changed, *names)

    def _merge(self, scope_id: int, read: _Read) -> ScopeState:
        since = missing_since(self._connection, scope_id, read.run_id, self._absences)
        merger = Merger(self._connection, read.run_id)
        try:
            changes = merger.compare(read.rows, since)
            merger.write(changes)
        except PageContradicts as error:
            raise _Contradiction(read.run_id) from error
        return ScopeState(scope_id, read.name, changes.unconfirmed)

    def _rewind(self, tables: Sequence[Table], partition: dict[str, int | None], run_id: int) -> None:
        """Make a scope's tables what they were just before a run."""
        for table in tables:
            where = " AND ".join(["1", *(f"{column} = :{column}" for column in table.scope)])
            values = {**partition, "run": run_id}
            self._connection.execute(f"DELETE FROM {table.name} WHERE {where} AND seen_from >= :run", values)
            for column in ("seen_to", "missing_from"):
                self._connection.execute(
                    f"UPDATE {table.name} SET {column} = NULL WHERE {where} AND {column} >= :run", values
                )

    def _mark_anew(self, scope_id: int, tail: _Tail, before: Versions, after: Versions) -> None:
        """Where the first re-read answer now says something else, what older reads said cannot be compared with it."""
        first = tail.reads[0].run_id
        if len(tail.reads) < tail.all_reads and held(before, first) != held(after, first):
            self._connection.execute(
                "UPDATE scope_read SET anew = 1 WHERE scope_id = ? AND run_id = ?", [scope_id, first]
            )

    def _keep_names(self, read: _Read) -> list[RecordChange]:
        """Enter pupils who were not known, and names that only complete the known one and never stood there."""
        found: list[RecordChange] = []
        for student in read.rows.students:
            known = self._names.get(student.id)
            if known is None:
                self._connection.execute(
                    "INSERT INTO student (student_id, name, seen_from) VALUES (?, ?, ?)",
                    [student.id, student.name, read.run_id],
                )
                self._names[student.id] = _Names(student.name, {student.name})
                found.append(RecordChange(STUDENT_TABLE, ChangeKind.ADDED, None, (student.id, student.name)))
            elif _completes(student.name, known):
                before = (student.id, known.current)
                self._complete(student, read.run_id)
                known.current = student.name
                known.all.add(student.name)
                found.append(RecordChange(STUDENT_TABLE, ChangeKind.CHANGED, before, (student.id, student.name)))
        return found

    def _complete(self, student: Student, run_id: int) -> None:
        """A new version from that run on; a version that began later only gets the fuller name."""
        values = {"id": student.id, "name": student.name, "run": run_id}
        of_current = "WHERE student_id = :id AND seen_to IS NULL"
        closed = self._connection.execute(
            f"UPDATE student SET seen_to = :run {of_current} AND seen_from < :run", values
        )
        if closed.rowcount:
            self._connection.execute(
                "INSERT INTO student (student_id, name, seen_from) VALUES (:id, :name, :run)", values
            )
        else:
            self._connection.execute(f"UPDATE student SET name = :name {of_current}", values)


def _partition(scope: Scope) -> dict[str, int | None]:
    return {
        "class_id": scope.class_id, "subject_group_id": scope.subject_group_id, "term_id": scope.term_id,
        "month": scope.month,
    }  # fmt: skip


def _all_names(connection: sqlite3.Connection) -> dict[int, _Names]:
    found: dict[int, _Names] = {}
    rows: Iterable[tuple[int, str]] = connection.execute("SELECT student_id, name FROM student ORDER BY seen_from")
    for student_id, name in rows:
        names = found.setdefault(student_id, _Names(name, set()))
        names.current = name
        names.all.add(name)
    return found


def _completes(name: str, known: _Names) -> bool:
    fuller = name.startswith(f"{known.current} ")
    return fuller and not any(other == name or other.startswith(f"{name} ") for other in known.all)
