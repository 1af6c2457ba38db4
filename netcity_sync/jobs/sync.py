"""One sync: every journal of the school is read and merged into the mirror.

Several threads read, one merges. A scope that cannot be read is recorded and the rest goes on.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

import structlog

from netcity_sync.adapters.source import Capability, JournalSource, Page, Scope, ScopeKind
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import (
    AnswerError,
    NetcityError,
    SettingsError,
    SignInRefused,
    SourceClosed,
    UsageError,
)
from netcity_sync.jobs.sync_scopes import plan_access, plan_scopes, span_of_month, stop_moment
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.drift import record_drift
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.merge import has_unconfirmed, merge_scope
from netcity_sync.mirror.raw import RawStore, open_raw
from netcity_sync.mirror.rows import ScopeRows, access_rows, dictionary_rows, journal_rows, roster_rows
from netcity_sync.mirror.runs import (
    ScopeRead,
    begin_run,
    finish_run,
    known_capabilities,
    last_hash,
    read_since_last_whole_run,
    record_capabilities,
    record_read,
)
from netcity_sync.model import Dictionaries
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

_AHEAD_PER_READER = 4
_OF_JOURNALS = frozenset({Capability.ROSTER, Capability.MARKS, Capability.HOMEWORK, Capability.ATTENDANCE})
_SPARE_READERS = 2
_TURN_SECONDS = 0.002
"""How long a thread computes before another has its turn: an answer that has come should not wait for a merge."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What to read: `full` merges unchanged answers too, `resume` reads only what unfinished runs did not get."""

    full: bool = False
    resume: bool = False
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeFailure:
    """A scope that was not read: its key, what a user calls it, and why."""

    scope: str
    label: str
    error: str


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a sync did. Moments are UTC; `scopes_left` were not begun, since the night was over."""

    run_id: int
    status: str
    started_at: datetime
    finished_at: datetime
    scopes: int
    scopes_ok: int
    scopes_failed: int
    scopes_left: int
    scopes_unchanged: int
    changed_rows: int
    students: int
    failures: tuple[ScopeFailure, ...]

    @property
    def exit_code(self) -> int:
        """0 where everything was read, else 1 (docs/cli.md)."""
        return 1 if self.scopes_failed or self.scopes_left else 0


class SyncProgress(Protocol):
    """Whoever wants to be told how far a sync is."""

    def begin(self, total: int) -> None:
        """So many scopes will be read."""
        ...

    def scope_done(self, scope: Scope, ok: bool, changed_rows: int, students: int) -> None:
        """A scope was read and merged, or failed; `students` is how many pupils were seen so far."""
        ...


def run_sync(
    settings: Settings,
    source: JournalSource,
    clock: Clock,
    options: SyncOptions | None = None,
    progress: SyncProgress | None = None,
) -> SyncOutcome:
    """Read and merge everything that has begun by now.

    Raises LockHeld before any sign-in where another run works; SourceUnavailable and SignInRefused where the source
    is gone, with the run recorded as failed and everything merged so far kept; UsageError for an unknown class.
    """
    options = options or SyncOptions()
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    with hold_lock(folder.lock), open_writer(folder) as connection, open_raw(folder.raw) as raw:
        _refuse_to_lose(connection, source)
        run_id = begin_run(connection, clock(), resume=options.resume)
        sync = _Sync(settings, source, clock, options, progress, connection, raw, run_id)
        with _recorded(connection, run_id, clock), source:
            try:
                sync.read_all()
            finally:
                sync.close()
        outcome = sync.outcome()
        finish_run(connection, run_id, outcome.finished_at, outcome.status)
        raw.prune(clock(), settings.storage.raw_days)
    log.info(
        "sync_done", run=run_id, status=outcome.status, scopes=outcome.scopes, failed=outcome.scopes_failed,
        changed_rows=outcome.changed_rows,
    )  # fmt: skip
    return outcome


@contextmanager
def _recorded(connection: sqlite3.Connection, run_id: int, clock: Clock) -> Iterator[None]:
    """Close the run's record whatever ends the run."""
    try:
        yield
    except NetcityError as error:
        _end_badly(connection, run_id, clock(), "failed", type(error).__name__)
        log.error("sync_failed", run=run_id, error=type(error).__name__)
        raise
    except KeyboardInterrupt:
        _end_badly(connection, run_id, clock(), "interrupted", None)
        log.warning("sync_interrupted", run=run_id)
        raise
    except Exception as error:
        log.error("sync_failed", run=run_id, error=type(error).__name__)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")  # nobody knows how much of a scope it holds
            _end_badly(connection, run_id, clock(), "failed", type(error).__name__)
        except sqlite3.Error as second:
            log.error("run_not_closed", run=run_id, error=type(second).__name__)
        raise


def _end_badly(connection: sqlite3.Connection, run_id: int, now: datetime, status: str, error: str | None) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    finish_run(connection, run_id, now, status, error)


@dataclass(slots=True)
class _Answer:
    """What a reader thread brought back for a scope."""

    scope: Scope
    started_at: datetime
    finished_at: datetime
    rows: ScopeRows | None = None
    body: bytes = b""
    error: NetcityError | None = None
    begun: bool = True


@dataclass(slots=True)
class _Sync:
    """A sync under way."""

    settings: Settings
    source: JournalSource
    clock: Clock
    options: SyncOptions
    progress: SyncProgress | None
    connection: sqlite3.Connection
    raw: RawStore
    run_id: int
    started_at: datetime = field(init=False)
    stop_at: datetime | None = field(init=False)
    labels: dict[str, str] = field(default_factory=dict)
    students: set[int] = field(default_factory=set)
    failures: list[ScopeFailure] = field(default_factory=list)
    ok: int = 0
    unchanged: int = 0
    changed_rows: int = 0
    total: int = 1
    left: int = 0

    def __post_init__(self) -> None:
        self.started_at = self.clock()
        self.stop_at = stop_moment(self.started_at, self.settings.sync.not_after, self.settings.zone)

    def read_all(self) -> None:
        """Dictionaries first, since they say what else there is; then rosters and journals."""
        dictionaries = self._read_dictionaries()
        scopes = self._wanted(dictionaries)
        self.total += len(scopes)
        if self.progress is not None:
            self.progress.begin(len(scopes))
        with self._readers() as readers:
            waiting = self._in_time(scopes)
            running = {readers.submit(self._read, scope) for scope in islice(waiting, self._ahead())}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                self._merge_batch(done)
                running |= {readers.submit(self._read, scope) for scope in islice(waiting, len(done))}

    def close(self) -> None:
        """Write down what the source could tell and how its answers differed, whatever ended the run.

        A batch that was broken off by something unforeseen goes: half a scope in it would look like a whole one.
        """
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        if self.ok:
            record_capabilities(self.connection, self.run_id, self.source.capabilities)
        record_drift(self.connection, self.run_id, self.source.drift())

    def outcome(self) -> SyncOutcome:
        """What was done up to now."""
        return SyncOutcome(
            run_id=self.run_id,
            status="partial" if self.failures or self.left else "done",
            started_at=self.started_at,
            finished_at=self.clock(),
            scopes=self.total,
            scopes_ok=self.ok,
            scopes_failed=len(self.failures),
            scopes_left=self.left,
            scopes_unchanged=self.unchanged,
            changed_rows=self.changed_rows,
            students=len(self.students),
            failures=tuple(self.failures),
        )

    def _ahead(self) -> int:
        return self.settings.gis.readers * _AHEAD_PER_READER

    @contextmanager
    def _readers(self) -> Iterator[ThreadPoolExecutor]:
        """The reading threads; when the block is left early, what has not begun is dropped.

        Some more than calls may be under way at once, so that the line is busy while answers are being parsed.
        """
        readers = self.settings.gis.readers
        executor = ThreadPoolExecutor(readers + min(readers - 1, _SPARE_READERS), thread_name_prefix="reader")
        turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_SECONDS)
        try:
            yield executor
        finally:
            sys.setswitchinterval(turn)
            executor.shutdown(wait=True, cancel_futures=True)

    def _read_dictionaries(self) -> Dictionaries:
        scope = Scope(ScopeKind.DICTIONARIES)
        self.labels[scope.key] = "справочники"
        started = self.clock()
        page = self.source.read_dictionaries()
        self.connection.execute("BEGIN IMMEDIATE")
        self._merge(_Answer(scope, started, self.clock(), dictionary_rows(page.content), page.raw))
        self._commit()
        if scope.key in {failure.scope for failure in self.failures}:
            raise AnswerError("Справочники «Сетевого города» противоречат сами себе, журналы не читались.")
        return page.content

    def _wanted(self, dictionaries: Dictionaries) -> Sequence[Scope]:
        """The scopes of this run that are not read yet."""
        today = local_date(self.started_at, self.settings.zone)
        plan = plan_scopes(dictionaries, self.options.classes, today)
        if Capability.JOURNAL_ACCESS in self.source.capabilities:
            plan_access(self.connection, dictionaries, plan, self.started_at, self.settings.zone)
        self.labels |= plan.labels
        if not self.options.resume:
            return plan.scopes
        have = read_since_last_whole_run(self.connection, self.run_id)
        return [scope for scope in plan.scopes if scope.key not in have]

    def _in_time(self, scopes: Sequence[Scope]) -> Iterator[Scope]:
        """The scopes one by one, until the night is over."""
        for place, scope in enumerate(scopes):
            if self._night_is_over():
                self.left += len(scopes) - place
                log.warning("night_is_over", run=self.run_id, left=self.left)
                return
            yield scope

    def _night_is_over(self) -> bool:
        return self.stop_at is not None and self.clock() >= self.stop_at

    def _read(self, scope: Scope) -> _Answer:
        """Runs in a reader thread; what waited for one until the night was over is not begun."""
        started = self.clock()
        if self._night_is_over():
            return _Answer(scope, started, started, begun=False)
        try:
            rows, body = self._fetch(scope)
        except NetcityError as error:
            return _Answer(scope, started, self.clock(), error=error)
        return _Answer(scope, started, self.clock(), rows, body)

    def _fetch(self, scope: Scope) -> tuple[ScopeRows, bytes]:
        if scope.month is not None and scope.class_id is not None:
            page = self.source.read_journal_access(scope.class_id, *span_of_month(scope.month))
            return _as_rows(page, partial(access_rows, scope.class_id, scope.month))
        if scope.class_id is not None:
            return _as_rows(self.source.read_roster(scope.class_id), roster_rows)
        assert scope.subject_group_id is not None
        assert scope.term_id is not None
        return _as_rows(self.source.read_journal(scope.subject_group_id, scope.term_id), journal_rows)

    def _merge_batch(self, done: set[Future[_Answer]]) -> None:
        """Merge what the readers brought, all of it in one commit, each scope whole or not at all."""
        self.connection.execute("BEGIN IMMEDIATE")
        stop: NetcityError | None = None
        for answer in [future.result() for future in done]:
            if not answer.begun:
                self.left += 1
            elif answer.error is None:
                self._merge(answer)
            elif isinstance(answer.error, SourceClosed | SignInRefused | UsageError):
                stop = stop or answer.error
            else:
                self._fail(answer, answer.error)
        self._commit()
        if stop is not None:
            raise stop

    def _commit(self) -> None:
        """Raw answers first: whatever the mirror refers to must be there, wherever a process dies."""
        self.raw.commit()
        self.connection.execute("COMMIT")

    def _merge(self, answer: _Answer) -> None:
        assert answer.rows is not None
        name = self.raw.keep(answer.body, answer.finished_at)
        same = not self.options.full and last_hash(self.connection, answer.scope) == name
        unchanged = same and not has_unconfirmed(self.connection, answer.rows)
        self.connection.execute("SAVEPOINT scope")
        try:
            changed = 0 if unchanged else merge_scope(self.connection, self.run_id, answer.rows)
        except (ValueError, sqlite3.IntegrityError) as error:
            self.connection.execute("ROLLBACK TO scope")
            log.warning("scope_contradicts_itself", scope=answer.scope.key, error=str(error))
            self._fail(answer, AnswerError("ответ сервера противоречит сам себе"))
            return
        finally:
            self.connection.execute("RELEASE scope")
        record_read(
            self.connection,
            self.run_id,
            ScopeRead(answer.scope, answer.started_at, answer.finished_at, name, changed),
        )
        self.ok += 1
        self.unchanged += changed == 0
        self.changed_rows += changed
        self.students |= {student.id for student in answer.rows.students}
        self._tell(answer.scope, True, changed)

    def _fail(self, answer: _Answer, error: NetcityError) -> None:
        reason = f"{error.what} {error.where}".strip()
        read = ScopeRead(answer.scope, answer.started_at, answer.finished_at, error=reason)
        record_read(self.connection, self.run_id, read)
        self.failures.append(ScopeFailure(answer.scope.key, self.labels[answer.scope.key], reason))
        log.warning("scope_failed", scope=answer.scope.key, error=type(error).__name__, where=error.where)
        self._tell(answer.scope, False, 0)

    def _tell(self, scope: Scope, ok: bool, changed_rows: int) -> None:
        if self.progress is not None and scope.kind is not ScopeKind.DICTIONARIES:
            self.progress.scope_done(scope, ok, changed_rows, len(self.students))


def _refuse_to_lose(connection: sqlite3.Connection, source: JournalSource) -> None:
    """Raise SettingsError where the mirror holds what this source cannot tell: it would be closed as vanished."""
    lost = known_capabilities(connection) & _OF_JOURNALS - source.capabilities
    if lost:
        raise SettingsError(
            "В зеркале есть то, чего эта учётная запись не видит: оно стало бы считаться удалённым.",
            where="gis.account",
            todo="Верните прежнюю учётную запись или укажите другую папку данных: storage.data_dir.",
        )


def _as_rows(page: Page[T], convert: Callable[[T], ScopeRows]) -> tuple[ScopeRows, bytes]:
    return convert(page.content), page.raw
