"""Exceptions as jobs: for one finding, by a file for a place and time, and taken back."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from netcity_sync.adapters.exchange.exemptions import ExemptionRow, read_exemptions
from netcity_sync.adapters.exchange.grid import Problem
from netcity_sync.adapters.exchange.spec import Check
from netcity_sync.clock import Clock
from netcity_sync.compliance.exemptions import Decision, Exemption, Scope, add_exemptions, remove_exemption
from netcity_sync.compliance.findings import find_finding
from netcity_sync.compliance.registry import find_rule
from netcity_sync.compliance.schema import migrations
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.lookup import JournalName, all_journals, find_student, of_class, of_year, school_year_of
from netcity_sync.model import Entity
from netcity_sync.russian import plain
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file: the exceptions made, how many rows stood already, or what is wrong (nothing is made)."""

    made: tuple[Exemption, ...]
    known: int
    problems: tuple[Problem, ...]


def except_finding(settings: Settings, clock: Clock, finding_id: str, decision: Decision) -> tuple[Exemption, ...]:
    """Leave one finding alone; none is answered where just that was decided already. Raises UsageError."""
    now = clock()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        finding = find_finding(connection, finding_id)
    with open_writer(DataFolder(settings.storage.data_dir), migrations) as connection:
        made = add_exemptions(connection, [(Scope(finding.id), decision)], now)
    log.info("findings_excepted", exceptions=len(made))
    return made


def except_by_file(settings: Settings, clock: Clock, path: Path) -> FileOutcome:
    """Take a file of exceptions, whole or not at all. Raises UsageError where nothing was synced yet."""
    now = clock()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        journals = all_journals(connection)
        newest = of_year(journals, None)[0].year

        def resolve(row: ExemptionRow) -> Scope:
            return _Resolver(connection, of_year(journals, _year_of(row) or newest)).scope(row)

        rows, problems = read_exemptions(path, _checks(connection, journals, newest))
        wanted = [(resolve(row), Decision(row.who, row.why, row.until)) for row in rows]
    if problems:
        log.info("exceptions_refused", problems=len(problems))
        return FileOutcome((), 0, problems)
    with open_writer(DataFolder(settings.storage.data_dir), migrations) as connection:
        made = add_exemptions(connection, wanted, now)
    log.info("findings_excepted", exceptions=len(made), known=len(wanted) - len(made))
    return FileOutcome(made, len(wanted) - len(made), ())


def take_back(settings: Settings, clock: Clock, number: int) -> None:
    """Remove an exception. Raises UsageError where there is none of that number that still stands."""
    with open_writer(DataFolder(settings.storage.data_dir), migrations) as connection:
        removed = remove_exemption(connection, number, clock())
    if not removed:
        raise UsageError(
            f"Нет исключения № {number}, или оно уже снято.", todo="Номера: netcity-sync findings exceptions list"
        )
    log.info("exception_removed", number=number)


def _year_of(row: ExemptionRow) -> int | None:
    day = row.first or row.last
    return school_year_of(day) if day is not None else None


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Finds what a row names among the journals of a school year. Each method raises UsageError."""

    connection: sqlite3.Connection
    journals: tuple[JournalName, ...]

    def rules(self, row: ExemptionRow) -> tuple[str, ...]:
        """The ids of the rules."""
        return tuple(find_rule(item).id for item in row.rule_ids)

    def of_class(self, row: ExemptionRow) -> tuple[JournalName, ...]:
        """The journals of the row's class, all where it names none."""
        return of_class(self.journals, row.class_name) if row.class_name else self.journals

    def subject(self, row: ExemptionRow) -> str | None:
        """The subject as the journals write it."""
        if not row.subject:
            return None
        known = {plain(item.subject_name): item.subject_name for item in self.of_class(row)}
        if plain(row.subject) not in known:
            raise UsageError(f"Нет такого предмета: {row.subject}.", todo=f"Есть: {', '.join(sorted(known.values()))}.")
        return known[plain(row.subject)]

    def student(self, row: ExemptionRow) -> int | None:
        """The pupil's number."""
        return find_student(self.connection, self.of_class(row), row.student).id if row.student else None

    def scope(self, row: ExemptionRow) -> Scope:
        """Everything that the row names."""
        class_name = self.of_class(row)[0].class_name if row.class_name else None
        return Scope(None, self.rules(row), class_name, self.subject(row), self.student(row), row.first, row.last)


def _checks(connection: sqlite3.Connection, journals: tuple[JournalName, ...], newest: int) -> tuple[Check, ...]:
    """What a row must name is in the mirror; a part is asked for only where those it rests on are sound."""

    def check(name: str, ask: Callable[[_Resolver, ExemptionRow], object], *before: Check) -> Check:
        def answer(row: Entity) -> tuple[str, str] | None:
            assert isinstance(row, ExemptionRow)
            if any(other(row) is not None for other in before):
                return None
            try:
                ask(_Resolver(connection, of_year(journals, _year_of(row) or newest)), row)
            except UsageError as error:
                return name, " ".join(part for part in (error.what, error.todo) if part).rstrip(".")
            return None

        return answer

    def year(row: Entity) -> tuple[str, str] | None:
        assert isinstance(row, ExemptionRow)
        try:
            of_year(journals, _year_of(row) or newest)
        except UsageError as error:
            return "first" if row.first else "last", f"{error.what} {error.todo}".rstrip(".")
        return None

    rules = check("rules", _Resolver.rules, year)
    class_name = check("class_name", _Resolver.of_class, year)
    subject = check("subject", _Resolver.subject, year, class_name)
    student = check("student", _Resolver.student, year, class_name)
    return year, rules, class_name, subject, student
