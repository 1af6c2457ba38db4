"""One sync: every journal of the school is read and merged into the mirror.

Several threads read, one merges. A scope that cannot be read is recorded and the rest goes on.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from netcity_sync.adapters.source import Capability, JournalSource, Scope, ScopeKind
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
from netcity_sync.jobs.reading import Fetched, Readers
from netcity_sync.jobs.sync_scopes import plan_access, plan_combined, plan_scopes, plan_term_marks, stop_moment
from netcity_sync.mirror.backup import backup_names
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.drift import record_drift
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, record_event
from netcity_sync.mirror.intake import Answer, Caution, Intake
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.merge import PageContradicts
from netcity_sync.mirror.raw import RawStore, open_raw, payload_hash
from netcity_sync.mirror.reads import (
    pupils_listed,
    read_since_last_whole_run,
    settled_answers,
    was_ever_read,
)
from netcity_sync.mirror.rows import dictionary_rows
from netcity_sync.mirror.runs import begin_run, finish_run, known_capabilities, record_capabilities
from netcity_sync.mirror.space import disk_room, require_space, room_for_sync
from netcity_sync.model import Dictionaries
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

_BY_PAGES = frozenset({Capability.TOPICS})
"""What only the pages themselves show."""
_OF_JOURNALS = frozenset({Capability.ROSTER, Capability.MARKS, Capability.HOMEWORK, Capability.ATTENDANCE})


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
class ScopeLoss:
    """A journal that lost suspiciously many records, at a second look too (CHG-05): its key, its name, how many."""

    scope: str
    label: str
    lost: int


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
    losses: tuple[ScopeLoss, ...]

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

    Raises LockHeld before any sign-in where another run works, NoSpace where the disk is nearly full;
    SourceUnavailable and SignInRefused where the source is gone, with the run recorded as failed and everything merged
    so far kept; UsageError for an unknown class.
    """
    options = options or SyncOptions()
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    require_space(folder.root, room_for_sync(folder.mirror), settings.storage.min_free, "чтения журналов")
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
        _measure_disk(connection, folder, outcome)
        raw.prune(clock(), settings.storage.raw_days)
    log.info(
        "sync_done", run=run_id, status=outcome.status, scopes=outcome.scopes, failed=outcome.scopes_failed,
        changed_rows=outcome.changed_rows,
    )  # fmt: skip
    return outcome


def _measure_disk(connection: sqlite3.Connection, folder: DataFolder, outcome: SyncOutcome) -> None:
    """Note how much room is left, and how many backups there are, where that can be found out."""
    try:
        free, total = disk_room(folder.root)
    except OSError as error:
        log.warning("free_space_unknown", error=type(error).__name__)
        free, total = None, None
    detail = {"free": free, "total": total, "backups": len(backup_names(folder))}
    event = ServiceEvent(EventKind.DISK_MEASURED, outcome.finished_at, detail=detail, run_id=outcome.run_id)
    record_event(connection, event)


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
    intake: Intake = field(init=False)
    started_at: datetime = field(init=False)
    stop_at: datetime | None = field(init=False)
    labels: dict[str, str] = field(default_factory=dict)
    students: set[int] = field(default_factory=set)
    failures: list[ScopeFailure] = field(default_factory=list)
    losses: list[ScopeLoss] = field(default_factory=list)
    ok: int = 0
    unchanged: int = 0
    changed_rows: int = 0
    untold: frozenset[Capability] = frozenset()
    parsed: int = 0
    skipped: int = 0
    total: int = 1
    left: int = 0

    def __post_init__(self) -> None:
        self.started_at = self.clock()
        self.stop_at = stop_moment(self.started_at, self.settings.sync.not_after, self.settings.zone)
        self.intake = Intake(self.connection, self.raw, self.run_id, caution_of(self.settings))

    def read_all(self) -> None:
        """Dictionaries first, since they say what else there is; then rosters and journals."""
        dictionaries = self._read_dictionaries()
        wanted = self._wanted(dictionaries)
        if was_ever_read(self.connection, ScopeKind.TERM_MARKS):
            self._read(wanted)
            return
        finals = [scope for scope in wanted if scope.kind is ScopeKind.TERM_MARKS]
        self._read([scope for scope in wanted if scope.kind is not ScopeKind.TERM_MARKS])
        if finals and self._can_tell(finals[0]):
            self._read(finals)

    def _read(self, scopes: Sequence[Scope]) -> None:
        self.total += len(scopes)
        if self.progress is not None:
            self.progress.begin(len(scopes))
        readers = self._readers()
        with readers.reading(self._in_time(scopes)) as batches:
            for batch in batches:
                readers.read_again(self._merge_batch(batch))

    def _readers(self) -> Readers:
        known = settled_answers(self.connection) if not self.options.full else {}
        return Readers(self.source, self.clock, self.settings.gis.readers, known=known, is_over=self._night_is_over)

    def close(self) -> None:
        """Write down what the source could tell and how its answers differed, whatever ended the run.

        A batch that was broken off by something unforeseen goes: half a scope in it would look like a whole one.
        """
        self.intake.abandon()
        if self.ok:
            record_capabilities(self.connection, self.run_id, self._capabilities())
        record_drift(self.connection, self.run_id, self.source.drift())

    def _capabilities(self) -> frozenset[Capability]:
        """What the source could tell; answers that were not parsed, being the old ones, tell what they told before."""
        told = self.source.capabilities - self.untold
        if not self.skipped:
            return told
        return (told if self.parsed else told - _BY_PAGES) | known_capabilities(self.connection) & _BY_PAGES

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
            losses=tuple(self.losses),
        )

    def _read_dictionaries(self) -> Dictionaries:
        scope = Scope(ScopeKind.DICTIONARIES)
        self.labels[scope.key] = "справочники"
        began = self.clock()
        page = self.source.read_dictionaries()
        with self.intake.batch():
            rows, name = dictionary_rows(page.content), payload_hash(page.raw)
            self._merge(Fetched(scope, began, self.clock(), rows, page.raw, name))
        if scope.key in {failure.scope for failure in self.failures}:
            raise AnswerError("Справочники «Сетевого города» противоречат сами себе, журналы не читались.")
        return page.content

    def _wanted(self, dictionaries: Dictionaries) -> Sequence[Scope]:
        """The scopes of this run that are not read yet."""
        today = local_date(self.started_at, self.settings.zone)
        plan = plan_scopes(dictionaries, self.options.classes, today)
        if self.options.classes:
            plan_combined(self.connection, dictionaries, plan, today)
        if Capability.TERM_MARKS in self.source.capabilities:
            plan_term_marks(dictionaries, plan)
        if Capability.JOURNAL_ACCESS in self.source.capabilities:
            plan_access(self.connection, dictionaries, plan, self.started_at, self.settings.zone)
        self.labels |= plan.labels
        if not self.options.resume:
            return plan.scopes
        have = read_since_last_whole_run(self.connection, self.run_id)
        return [scope for scope in plan.scopes if scope.key not in have]

    def _can_tell(self, scope: Scope) -> bool:
        """Whether the source has a call for final marks at all, tried on one of a kind that was never read well.

        It is tried when all else is read: an unknown call may be answered like one of a dead session, again and again.
        A call that is known to work, and fails, is a scope that failed.
        """
        answer = self._readers().read_now(scope)
        if not isinstance(answer.error, AnswerError | SourceClosed):
            return True
        self.untold = frozenset({Capability.TERM_MARKS})
        log.info("no_term_marks", run=self.run_id, where=answer.error.where)
        return False

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

    def _merge_batch(self, batch: Sequence[Fetched]) -> list[Scope]:
        """Merge what the readers brought, all of it in one commit, each scope whole or not at all.

        Answers with the scopes to read again at once: they lost too much to be believed at the first look.
        """
        stop: NetcityError | None = None
        again: list[Scope] = []
        with self.intake.batch():
            for fetched in batch:
                if not fetched.begun:
                    self.left += 1
                elif fetched.error is None:
                    again += self._merge(fetched)
                elif isinstance(fetched.error, SourceClosed | SignInRefused | UsageError):
                    stop = stop or fetched.error
                else:
                    self._fail(fetched, fetched.error)
        if stop is not None:
            raise stop
        return again

    def _merge(self, fetched: Fetched) -> list[Scope]:
        """Merge one answer; answers with its scope where it must be read again."""
        scope = fetched.scope
        self.skipped += fetched.rows is None
        self.parsed += fetched.rows is not None and scope.kind is ScopeKind.JOURNAL
        answer = Answer(scope, fetched.began, fetched.ended, fetched.rows, fetched.body, fetched.name)
        try:
            taken = self.intake.take(answer, full=self.options.full, second_look=fetched.second_look)
        except PageContradicts as error:
            log.warning("scope_contradicts_itself", scope=scope.key, error=str(error))
            self._fail(fetched, AnswerError("ответ сервера противоречит сам себе"))
            return []
        if taken is None:
            log.warning("scope_shrank", scope=scope.key)
            return [scope]
        if taken.lost:
            self.losses.append(ScopeLoss(scope.key, self.labels[scope.key], taken.lost))
            log.error("scope_lost_records", scope=scope.key, lost=taken.lost)
        self.ok += 1
        self.unchanged += taken.changed_rows == 0
        self.changed_rows += taken.changed_rows
        self.students |= self._students(fetched)
        self._tell(scope, True, taken.changed_rows)
        return []

    def _students(self, fetched: Fetched) -> set[int]:
        """The pupils that an answer names; of a list that is the old one, those that the mirror has on it."""
        if fetched.rows is not None:
            return {student.id for student in fetched.rows.students}
        return pupils_listed(self.connection, fetched.scope.class_id) if fetched.scope.class_id is not None else set()

    def _fail(self, fetched: Fetched, error: NetcityError) -> None:
        scope = fetched.scope
        reason = f"{error.what} {error.where}".strip()
        self.intake.refuse(scope, fetched.began, fetched.ended, reason)
        self.failures.append(ScopeFailure(scope.key, self.labels[scope.key], reason))
        log.warning("scope_failed", scope=scope.key, error=type(error).__name__, where=error.where)
        self._tell(scope, False, 0)

    def _tell(self, scope: Scope, ok: bool, changed_rows: int) -> None:
        if self.progress is not None and scope.kind is not ScopeKind.DICTIONARIES:
            self.progress.scope_done(scope, ok, changed_rows, len(self.students))


def caution_of(settings: Settings) -> Caution:
    """How much a page is believed that lacks records, by the settings."""
    sync = settings.sync
    return Caution(sync.absences_to_confirm, sync.shrink_rows, sync.shrink_share)


def _refuse_to_lose(connection: sqlite3.Connection, source: JournalSource) -> None:
    """Raise SettingsError where the mirror holds what this source cannot tell: it would be closed as vanished."""
    lost = known_capabilities(connection) & _OF_JOURNALS - source.capabilities
    if lost:
        raise SettingsError(
            "В зеркале есть то, чего эта учётная запись не видит: оно стало бы считаться удалённым.",
            where="gis.account",
            todo="Верните прежнюю учётную запись или укажите другую папку данных: storage.data_dir.",
        )
