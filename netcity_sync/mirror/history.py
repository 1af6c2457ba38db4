"""How the records of journals came to be as they are: every value, when it was entered, who opened the journal then."""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from netcity_sync.clock import from_unix
from netcity_sync.mirror.access import AccessReport, Touch
from netcity_sync.mirror.lookup import JournalName
from netcity_sync.mirror.records import Facts, Place, Said, Step, What, facets, place_of
from netcity_sync.mirror.rows import Row
from netcity_sync.mirror.schema import JOURNAL_TABLES, Table

_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for: of one pupil, of the lessons of one day (and slot); moments bound the changes."""

    student_id: int | None = None
    day: date | None = None
    slot: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One record that came, changed, went or came back. Moments are UTC.

    It happened not before `not_before` (the end of the last good read that saw the old state; null where there is none
    to compare with) and not after `not_after` (the beginning of the first read that saw the new one, in run `run_id`).
    What vanished is gone for sure since run `confirmed_run_id`. `new` was last seen by the read that ended at
    `last_seen`. `touches` are the lines of the report on access about that lesson's date in between; `access_read`
    tells whether that report was read for the whole of it.
    """

    what: What
    step: Step
    place: Place
    old: Said | None
    new: Said | None
    run_id: int
    confirmed_run_id: int | None
    not_before: datetime | None
    not_after: datetime | None
    last_seen: datetime | None
    touches: tuple[Touch, ...]
    access_read: bool


@dataclass(frozen=True, slots=True)
class JournalHistory:
    """A journal with the events of its records, in the order of time. Moments of its reads are UTC, null before them.

    `failed_since`: the newest attempt, later than `last_read`, did not succeed.
    """

    journal: JournalName
    first_run: int | None
    first_read: datetime | None
    last_run: int | None
    last_read: datetime | None
    failed_since: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Version:
    row: Row
    seen_from: int
    seen_to: int | None
    missing_from: int | None


@dataclass(frozen=True, slots=True)
class _Change:
    """An event without its moments."""

    what: What
    step: Step
    old: Said | None
    new: Said | None
    run_id: int
    confirmed_run_id: int | None = None


class _Reads:
    """The reads of one journal."""

    def __init__(self, connection: sqlite3.Connection, journal: JournalName) -> None:
        rows = connection.execute(
            "SELECT r.run_id, r.began, r.ended, r.anew, r.error FROM scope s JOIN scope_read r USING (scope_id)"
            " WHERE s.subject_group_id = ? AND s.term_id = ? ORDER BY r.run_id",
            journal.key,
        ).fetchall()
        self.good = [row for row in rows if row["error"] is None]
        self.failed_since = bool(rows) and rows[-1]["error"] is not None
        self._runs = [row["run_id"] for row in self.good]

    def interval(self, run_id: int) -> tuple[datetime | None, datetime | None]:
        """Between which moments something happened that the read of a run was the first to see."""
        place = bisect_left(self._runs, run_id)
        if place == len(self.good) or self._runs[place] != run_id:
            return None, None
        comparable = place > 0 and not self.good[place]["anew"]
        lower = from_unix(self.good[place - 1]["ended"]) if comparable else None
        return lower, from_unix(self.good[place]["began"])

    def end_before(self, run_id: int) -> datetime | None:
        """When the last good read before a run ended."""
        place = bisect_left(self._runs, run_id)
        return from_unix(self.good[place - 1]["ended"]) if place > 0 else None


def read_history(
    connection: sqlite3.Connection, zone: ZoneInfo, journals: Sequence[JournalName], wanted: Wanted
) -> tuple[JournalHistory, ...]:
    """The histories of journals, as far as wanted. `zone` is that of the school's clocks, by which access is told."""
    facts = Facts(connection, _NEWEST)
    access = AccessReport(connection, zone)
    return tuple(_Historian(connection, item, wanted, facts, access).history() for item in journals)


def in_order(event: Event) -> tuple[int, str, int, int, str, int]:
    """By run, then as the journal's page goes."""
    place = event.place
    return (
        event.run_id,
        place.lesson_date.isoformat() if place.lesson_date is not None else "",
        place.slot or 0,
        list(What).index(event.what),
        place.student_name or "",
        place.assignment_id or 0,
    )


class _Historian:
    """Tells the history of one journal."""

    def __init__(
        self, connection: sqlite3.Connection, journal: JournalName, wanted: Wanted, facts: Facts, access: AccessReport
    ) -> None:
        self._connection = connection
        self._journal = journal
        self._wanted = wanted
        self._facts = facts
        self._access = access
        self._reads = _Reads(connection, journal)

    def history(self) -> JournalHistory:
        """Its reads, and the events of the wanted records."""
        good = self._reads.good
        lessons = self._lessons_of_day()
        events = [
            event
            for table in JOURNAL_TABLES
            for versions in self._records(table)
            for place in (place_of(table, versions[-1].row, self._facts),)
            if lessons is None or place.lesson_id in lessons
            for changes in _changes(table, versions, self._facts)
            for event in self._events(place, changes)
        ]
        return JournalHistory(
            journal=self._journal,
            first_run=good[0]["run_id"] if good else None,
            first_read=from_unix(good[0]["began"]) if good else None,
            last_run=good[-1]["run_id"] if good else None,
            last_read=from_unix(good[-1]["ended"]) if good else None,
            failed_since=self._reads.failed_since,
            events=tuple(sorted(events, key=in_order)),
        )

    def _lessons_of_day(self) -> frozenset[int] | None:
        """The lessons that stood on the wanted day at any time; None where no day is wanted."""
        if self._wanted.day is None:
            return None
        rows = self._connection.execute(
            "SELECT lesson_id FROM lesson WHERE subject_group_id = ? AND term_id = ? AND date = ?"
            " AND slot = coalesce(?, slot)",
            [*self._journal.key, self._wanted.day.isoformat(), self._wanted.slot],
        )
        return frozenset(row[0] for row in rows)

    def _records(self, table: Table) -> Iterator[list[_Version]]:
        """The versions of each record, in the order in which they followed."""
        names = [column.name for column in table.columns]
        if self._wanted.student_id is not None and "student_id" not in names:
            return
        key = [column.name for column in table.key]
        one = " AND student_id = ?" if self._wanted.student_id is not None else ""
        rows = self._connection.execute(
            f"SELECT {', '.join(names)}, seen_from, seen_to, missing_from FROM {table.name}"
            f" WHERE subject_group_id = ? AND term_id = ?{one} ORDER BY {', '.join(key)}, seen_from",
            [*self._journal.key, *([self._wanted.student_id] if one else [])],
        )
        versions = (_Version(tuple(row)[:-3], *tuple(row)[-3:]) for row in rows)
        for _, group in groupby(versions, key=lambda item: item.row[: len(key)]):
            yield list(group)

    def _events(self, place: Place, changes: Sequence[_Change]) -> Iterator[Event]:
        """The changes of one thing with their moments, as far as they lie in the wanted time."""
        good = self._reads.good
        ends = [self._reads.end_before(item.run_id) for item in changes[1:]]
        ends.append(from_unix(good[-1]["ended"]) if good else None)
        for change, end in zip(changes, ends, strict=True):
            lower, upper = self._reads.interval(change.run_id)
            if _overlaps(lower, upper, self._wanted):
                yield Event(
                    what=change.what,
                    step=change.step,
                    place=place,
                    old=change.old,
                    new=change.new,
                    run_id=change.run_id,
                    confirmed_run_id=change.confirmed_run_id,
                    not_before=lower,
                    not_after=upper,
                    last_seen=end if change.new is not None else None,
                    touches=self._access.touches(self._journal, place.lesson_date, lower, upper),
                    access_read=self._access.covers(self._journal.class_id, lower, upper),
                )


def _overlaps(lower: datetime | None, upper: datetime | None, wanted: Wanted) -> bool:
    """Whether something may have happened in the wanted time; of what was there at the first read, when it was seen."""
    begin = lower or upper
    too_old = wanted.since is not None and (upper is None or upper < wanted.since)
    too_new = wanted.until is not None and (begin is None or begin > wanted.until)
    return not too_old and not too_new


def _changes(table: Table, versions: Sequence[_Version], facts: Facts) -> Iterator[list[_Change]]:
    """What became of each thing that a record says."""
    said = [facets(table, item.row, facts) for item in versions]
    for kind, (what, _) in enumerate(said[0]):
        values = [facet[kind][1] for facet in said]
        changes: list[_Change] = []
        for place, version in enumerate(versions):
            before = versions[place - 1] if place else None
            changes += _beginning(what, before, values[place - 1] if place else None, version, values[place])
            followed = place + 1 < len(versions) and versions[place + 1].seen_from == version.seen_to
            changes += _end(what, version, values[place], followed)
        if changes:
            yield changes


def _beginning(
    what: What, before: _Version | None, old: Said | None, version: _Version, new: Said | None
) -> Iterator[_Change]:
    """What the beginning of a version changed."""
    at_once = before is not None and before.seen_to == version.seen_from
    absent = before is not None and (before.missing_from is not None or not at_once)
    if new is None:
        if at_once and old is not None:
            yield _Change(what, Step.REMOVED, old, None, version.seen_from)
    elif old is None:
        yield _Change(what, Step.ADDED, None, new, version.seen_from)
    elif absent:
        yield _Change(what, Step.RETURNED, old, new, version.seen_from)
    elif old != new:
        yield _Change(what, Step.CHANGED, old, new, version.seen_from)


def _end(what: What, version: _Version, said: Said | None, followed: bool) -> Iterator[_Change]:
    """What its end changed, or its absence that is not confirmed."""
    if said is None:
        return
    if version.seen_to is not None and not followed:
        yield _Change(what, Step.REMOVED, said, None, version.missing_from or version.seen_to, version.seen_to)
    elif version.missing_from is not None:
        yield _Change(what, Step.MISSING, said, None, version.missing_from)
