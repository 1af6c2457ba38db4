"""Reads: how every scope fared in a run, and what is known of a scope before it is read again."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.clock import from_unix
from netcity_sync.mirror.runs import SYNCS


@dataclass(frozen=True, slots=True)
class ScopeRead:
    """How one scope fared in a run. Moments are UTC.

    `payload_hash` is null where the answer was that of the last good read, or where none came. `anew`: what was seen
    before cannot be compared with what this read saw, since another parser read it.
    """

    began: datetime
    ended: datetime
    payload_hash: bytes | None = None
    changed_rows: int = 0
    anew: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ScopeState:
    """A scope as the last read left it: the hash of its last good answer, whether vanished records wait for proof.

    `scope_id` is 0 where it was never read.
    """

    scope_id: int
    payload_hash: bytes | None
    unconfirmed: bool


def scope_state(connection: sqlite3.Connection, scope: Scope) -> ScopeState:
    """What is known of a scope."""
    row = connection.execute(
        "SELECT scope_id, payload_hash, unconfirmed FROM scope WHERE key = ?", [scope.key]
    ).fetchone()
    return ScopeState(0, None, False) if row is None else ScopeState(row[0], row[1], bool(row[2]))


def enter_scope(connection: sqlite3.Connection, scope: Scope, state: ScopeState) -> int:
    """A scope that is read for the first time, as that read left it; answers with its id."""
    entered = connection.execute(
        "INSERT INTO scope (key, kind, class_id, subject_group_id, term_id, month, payload_hash, unconfirmed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            scope.key, scope.kind.value, scope.class_id, scope.subject_group_id, scope.term_id, scope.month,
            state.payload_hash, int(state.unconfirmed),
        ],
    )  # fmt: skip
    assert entered.lastrowid is not None
    return entered.lastrowid


def settled_answers(connection: sqlite3.Connection) -> dict[str, bytes]:
    """The hashes of the last good answers, by scope, where nothing waits for proof: the same again says nothing new."""
    rows = connection.execute("SELECT key, payload_hash FROM scope WHERE payload_hash IS NOT NULL AND NOT unconfirmed")
    return dict(rows.fetchall())


def pupils_listed(connection: sqlite3.Connection, class_id: int) -> set[int]:
    """The pupils on the list of a class as it was last read."""
    rows = connection.execute("SELECT student_id FROM enrolment WHERE class_id = ? AND seen_to IS NULL", [class_id])
    return {row[0] for row in rows}


def keep_state(connection: sqlite3.Connection, state: ScopeState) -> None:
    """Remember how a read left its scope."""
    connection.execute(
        "UPDATE scope SET payload_hash = ?, unconfirmed = ? WHERE scope_id = ?",
        [state.payload_hash, int(state.unconfirmed), state.scope_id],
    )


def record_read(connection: sqlite3.Connection, run_id: int, scope_id: int, read: ScopeRead) -> None:
    """Write how a scope fared, in the same transaction as its data."""
    connection.execute(
        "INSERT INTO scope_read (scope_id, run_id, began, ended, payload_hash, changed_rows, anew, error)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            scope_id, run_id, int(read.began.timestamp()), int(read.ended.timestamp()), read.payload_hash,
            read.changed_rows, int(read.anew), read.error,
        ],
    )  # fmt: skip


def good_read_before(connection: sqlite3.Connection, scope_id: int, run_id: int, count: int = 1) -> int | None:
    """The run of the `count`-th good read of a scope before a run, counted backwards."""
    row = connection.execute(
        "SELECT run_id FROM scope_read WHERE scope_id = ? AND run_id < ? AND error IS NULL"
        " ORDER BY run_id DESC LIMIT 1 OFFSET ?",
        [scope_id, run_id, count - 1],
    ).fetchone()
    return None if row is None else int(row[0])


def missing_since(connection: sqlite3.Connection, scope_id: int, run_id: int, absences: int) -> int | None:
    """The run since which, or since before which, a record must be missing to be closed by the read of `run_id`.

    `absences` good reads in a row without it are proof. None where there were not so many reads yet.
    """
    return run_id if absences == 1 else good_read_before(connection, scope_id, run_id, absences - 1)


def last_good_read(connection: sqlite3.Connection, scope: Scope) -> datetime | None:
    """When the last good read of a scope ended (UTC)."""
    row = connection.execute(
        "SELECT r.ended FROM scope s JOIN scope_read r USING (scope_id) WHERE s.key = ? AND r.error IS NULL"
        " ORDER BY r.run_id DESC LIMIT 1",
        [scope.key],
    ).fetchone()
    return None if row is None else from_unix(row[0])


def was_ever_read(connection: sqlite3.Connection, kind: ScopeKind) -> bool:
    """Whether any scope of a kind was ever read well."""
    query = "SELECT 1 FROM scope WHERE kind = ? AND payload_hash IS NOT NULL LIMIT 1"
    return connection.execute(query, [kind.value]).fetchone() is not None


def read_since_last_whole_run(connection: sqlite3.Connection, run_id: int) -> frozenset[str]:
    """The scopes that the unfinished runs just before `run_id` read well: a resumed run need not repeat them."""
    rows = connection.execute(
        "SELECT DISTINCT s.key FROM scope s JOIN scope_read r USING (scope_id) WHERE r.error IS NULL"
        " AND r.run_id < :run AND r.run_id >"
        f" coalesce((SELECT max(run_id) FROM {SYNCS} WHERE status = 'done' AND run_id < :run), 0)",
        {"run": run_id},
    )
    return frozenset(str(row[0]) for row in rows)
