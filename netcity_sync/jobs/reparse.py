"""Re-reading kept answers with today's parser: what would change is shown, and written where that is wanted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from netcity_sync.adapters.source import PageParser, Scope, ScopeKind
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.sync_scopes import span_of_month
from netcity_sync.mirror.backup import create_backup, verify_backup
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.difference import ChangeKind, RecordChange
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, record_event
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.raw import open_raw
from netcity_sync.mirror.reparse import Reparse, Reparsed
from netcity_sync.mirror.rows import (
    Row,
    ScopeRows,
    Value,
    access_rows,
    dictionary_rows,
    final_mark_rows,
    journal_rows,
    roster_rows,
)
from netcity_sync.mirror.scopes import KnownScope, known_scopes
from netcity_sync.model import Term
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

_EXAMPLES = 20
_ALIKE = 3
"""How many examples of one kind of change in one table are enough."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How many records of a table differ: new ones, other values, no longer there, and only their past."""

    table: str
    title: str
    added: int
    changed: int
    gone: int
    past: int


@dataclass(frozen=True, slots=True)
class ScopeDifference:
    """A scope whose records differ: its key, what a user calls it, and how many records."""

    scope: str
    label: str
    records: int


@dataclass(frozen=True, slots=True)
class ScopeRefusal:
    """A scope with an answer that today's parser does not accept, the run that read it, and why."""

    scope: str
    label: str
    run_id: int
    error: str


@dataclass(frozen=True, slots=True)
class Example:
    """A record that differs: its key, and the values before and after; null where it does not stand."""

    scope: str
    label: str
    table: str
    title: str
    change: ChangeKind
    key: dict[str, Value]
    before: dict[str, Value] | None
    after: dict[str, Value] | None


@dataclass(frozen=True, slots=True)
class ReparseOutcome:
    """What re-reading came to.

    Of `scopes`, `scopes_whole` were re-read from their first good read on, `scopes_partly` from a later one, since
    older answers are no longer kept or not accepted, `scopes_not_kept` not at all. `backup` was made before writing.
    """

    written: bool
    backup: str | None
    scopes: int
    scopes_whole: int
    scopes_partly: int
    scopes_not_kept: int
    tables: tuple[TableDifference, ...]
    differing: tuple[ScopeDifference, ...]
    examples: tuple[Example, ...]
    refused: tuple[ScopeRefusal, ...]

    @property
    def exit_code(self) -> int:
        """0, or 1 where an answer was not accepted (docs/cli.md)."""
        return 1 if self.refused else 0


class ReparseProgress(Protocol):
    """Whoever wants to be told how far it is."""

    def begin(self, total: int) -> None:
        """So many scopes will be re-read."""
        ...

    def scope_done(self) -> None:
        """One more was."""
        ...


def run_reparse(
    settings: Settings,
    parser: PageParser,
    clock: Clock,
    *,
    classes: Sequence[str] = (),
    write: bool = False,
    progress: ReparseProgress | None = None,
) -> ReparseOutcome:
    """Re-read the answers of all scopes, or of some classes; with `write` the mirror is backed up and changed.

    Raises UsageError where there is no mirror or no such class, LockHeld where a sync is running, DamagedError where
    the mirror or its backup is damaged.
    """
    folder = DataFolder(settings.storage.data_dir)
    if not folder.mirror.exists():
        raise UsageError("Зеркала ещё нет, разбирать нечего.", todo="Прочитайте журналы: netcity-sync sync")
    with hold_lock(folder.lock), open_writer(folder) as connection, open_raw(folder.raw) as raw:
        scopes = known_scopes(connection, classes)
        backup = _proved_backup(folder, clock) if write else None
        if progress is not None:
            progress.begin(len(scopes))
        reparse = Reparse(connection, raw, _parse_with(parser), settings.sync.absences_to_confirm, write=write)
        found = _Found()
        for known in scopes:
            found.add(known, reparse.reparse(known.scope_id, known.scope))
            if progress is not None:
                progress.scope_done()
        outcome = found.outcome(backup, written=write)
        if not classes:
            record_event(connection, _reconciled(outcome, clock()))
    log.info(
        "reparse_done", written=write, scopes=outcome.scopes, not_kept=outcome.scopes_not_kept,
        differing=len(outcome.differing), refused=len(outcome.refused),
    )  # fmt: skip
    return outcome


def _reconciled(outcome: ReparseOutcome, now: datetime) -> ServiceEvent:
    """Whether the mirror says what the kept answers say (CHG-06); what was written is no difference any more."""
    journals = 0 if outcome.written else len(outcome.differing)
    detail = {
        "scopes": outcome.scopes,
        "not_kept": outcome.scopes_not_kept,
        "differing": journals,
        "records": sum(item.records for item in outcome.differing) if journals else 0,
    }
    return ServiceEvent(EventKind.RECONCILED, now, ok=not journals, detail=detail)


def _proved_backup(folder: DataFolder, clock: Clock) -> str:
    backup = create_backup(folder, clock)
    verify_backup(backup)
    return backup.name


class _Parse(Protocol):
    def __call__(self, scope: Scope, terms: Sequence[Term], raw: bytes) -> ScopeRows: ...


def _parse_with(parser: PageParser) -> _Parse:
    """The parser's answers as rows of the mirror."""

    def parse(scope: Scope, terms: Sequence[Term], raw: bytes) -> ScopeRows:
        match scope:
            case Scope(ScopeKind.ROSTER, class_id=int(class_id)):
                return roster_rows(parser.parse_roster(class_id, raw))
            case Scope(ScopeKind.JOURNAL, subject_group_id=int(group_id), term_id=int(term_id)):
                return journal_rows(parser.parse_journal(group_id, term_id, terms, raw))
            case Scope(ScopeKind.TERM_MARKS, subject_group_id=int(group_id)):
                return final_mark_rows(parser.parse_term_marks(group_id, raw))
            case Scope(ScopeKind.JOURNAL_ACCESS, class_id=int(class_id), month=int(month)):
                return access_rows(class_id, month, parser.parse_journal_access(*span_of_month(month), raw))
        return dictionary_rows(parser.parse_dictionaries(raw))

    return parse


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    scopes: Counter[str] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, ChangeKind]] = field(default_factory=Counter)
    differing: list[ScopeDifference] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    refused: list[ScopeRefusal] = field(default_factory=list)

    def add(self, known: KnownScope, found: Reparsed) -> None:
        """One scope more."""
        key = known.scope.key
        extent = "not_kept" if not found.reads else "whole" if found.reads == found.all_reads else "partly"
        self.scopes[extent] += found.all_reads > 0
        if found.refused is not None:
            self.refused.append(ScopeRefusal(key, known.label, found.refused.run_id, found.refused.error))
        if found.changes:
            self.differing.append(ScopeDifference(key, known.label, len(found.changes)))
        for change in found.changes:
            sort = (change.table.name, change.table.meaning, change.kind)
            self.counts[sort] += 1
            if self.counts[sort] <= _ALIKE and len(self.examples) < _EXAMPLES:
                self.examples.append(_example(known, change))

    def outcome(self, backup: str | None, *, written: bool) -> ReparseOutcome:
        """All of it."""
        return ReparseOutcome(
            written=written,
            backup=backup,
            scopes=self.scopes.total(),
            scopes_whole=self.scopes["whole"],
            scopes_partly=self.scopes["partly"],
            scopes_not_kept=self.scopes["not_kept"],
            tables=tuple(self._tables()),
            differing=tuple(self.differing),
            examples=tuple(self.examples),
            refused=tuple(self.refused),
        )

    def _tables(self) -> Iterable[TableDifference]:
        for name, title in dict.fromkeys((name, title) for name, title, _ in self.counts):
            counts = {kind.value: self.counts[name, title, kind] for kind in ChangeKind}
            yield TableDifference(name, title, **counts)


def _example(known: KnownScope, change: RecordChange) -> Example:
    table = change.table
    row = change.after or change.before or ()
    key = {column.name: value for column, value in zip(table.key, row, strict=False)}
    own = {name: value for name, value in key.items() if name not in table.scope}
    return Example(
        known.scope.key, known.label, table.name, table.meaning, change.kind, own,
        _values(change, change.before), _values(change, change.after),
    )  # fmt: skip


def _values(change: RecordChange, row: Row | None) -> dict[str, Value] | None:
    if row is None:
        return None
    names = [column.name for column in change.table.values]
    return dict(zip(names, row[len(change.table.key) :], strict=True))
