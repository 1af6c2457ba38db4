"""Taking the answers of one run in: each scope whole or not at all, with the record of its read beside its rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.mirror.merge import Changes, Merger, PageContradicts
from netcity_sync.mirror.raw import RawStore
from netcity_sync.mirror.reads import (
    ScopeRead,
    ScopeState,
    enter_scope,
    keep_state,
    missing_since,
    record_read,
    scope_state,
)
from netcity_sync.mirror.rows import ScopeRows


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read of a scope: its rows, the bytes that prove them, and the hash of these. Moments are UTC.

    There are no rows where the answer is that of the last good read, and nothing waits for proof.
    """

    scope: Scope
    began: datetime
    ended: datetime
    rows: ScopeRows | None
    body: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class Caution:
    """How much a page is believed when something is missing from it.

    A vanished record is closed after `absences` good reads in a row without it. A journal's page
    that lost at least `shrink_rows` records, more than the share `shrink_share` of what was there, is to be read again
    at once.
    """

    absences: int = 2
    shrink_rows: int = 10
    shrink_share: float = 0.2

    def distrusts(self, changes: Changes) -> bool:
        """Whether a page lost suspiciously much."""
        return changes.missing >= self.shrink_rows and changes.missing > self.shrink_share * changes.known


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer: how many records it changed, and how many it lost where that is suspicious."""

    changed_rows: int
    lost: int = 0


class Intake:
    """Takes answers into the mirror, in transactions that the caller opens with `batch`.

    Every row refers to this one run, which is there: SQLite is not asked to look it up row by row, which costs a tenth
    of a merge. Each backup and `mirror doctor` prove all references (`PRAGMA foreign_key_check`).
    """

    def __init__(self, connection: sqlite3.Connection, raw: RawStore, run_id: int, caution: Caution) -> None:
        self._connection = connection
        self._raw = raw
        self._run_id = run_id
        self._caution = caution
        self._merger = Merger(connection, run_id)
        connection.execute("PRAGMA foreign_keys = OFF")

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One commit for all answers that are taken inside; none of them where the block is left by an exception.

        Raw answers are committed first: whatever the mirror refers to must be there, wherever a process dies.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._raw.commit()
            self._connection.execute("COMMIT")
        except BaseException:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Take back what was not committed."""
        self._merger.forget_names()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def take(self, answer: Answer, *, full: bool = False, second_look: bool = False) -> Taken | None:
        """Merge an answer and record its read; an answer equal to the last one costs one comparison, unless `full`.

        None where the page lost so much that it should be read again at once: nothing was written then; with
        `second_look` it is believed. Raises PageContradicts where it contradicts itself, having written nothing.
        """
        state = scope_state(self._connection, answer.scope)
        name = answer.name
        self._raw.keep(name, answer.body, answer.ended)
        if answer.rows is None or (not full and state.payload_hash == name and not state.unconfirmed):
            record_read(self._connection, self._run_id, state.scope_id, ScopeRead(answer.began, answer.ended))
            return Taken(0)
        changes = self._compare(state, answer.rows)
        suspicious = answer.scope.kind is ScopeKind.JOURNAL and self._caution.distrusts(changes)
        if suspicious and not second_look:
            return None
        changed = self._write(changes, answer.rows)
        scope_id = self._keep_state(answer.scope, state, ScopeState(state.scope_id, name, changes.unconfirmed))
        read = ScopeRead(answer.began, answer.ended, name if name != state.payload_hash else None, changed)
        record_read(self._connection, self._run_id, scope_id, read)
        return Taken(changed, changes.missing if suspicious else 0)

    def _compare(self, state: ScopeState, rows: ScopeRows) -> Changes:
        if state.payload_hash is None:
            return self._merger.enter(rows)
        since = missing_since(self._connection, state.scope_id, self._run_id, self._caution.absences)
        return self._merger.compare(rows, since)

    def refuse(self, scope: Scope, began: datetime, ended: datetime, error: str) -> None:
        """Record that a scope was not read, and why."""
        state = scope_state(self._connection, scope)
        scope_id = self._keep_state(scope, state, state)
        record_read(self._connection, self._run_id, scope_id, ScopeRead(began, ended, error=error))

    def _keep_state(self, scope: Scope, before: ScopeState, after: ScopeState) -> int:
        if not before.scope_id:
            return enter_scope(self._connection, scope, after)
        if after != before:
            keep_state(self._connection, after)
        return before.scope_id

    def _write(self, changes: Changes, rows: ScopeRows) -> int:
        self._connection.execute("SAVEPOINT scope")
        try:
            changed = self._merger.write(changes, rows.students)
        except PageContradicts:
            self._connection.execute("ROLLBACK TO scope")
            self._merger.forget_names()
            raise
        finally:
            self._connection.execute("RELEASE scope")
        return changed
