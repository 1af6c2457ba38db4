"""What a sync reads, in which order and until when."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.errors import UsageError
from netcity_sync.mirror.reads import last_good_read
from netcity_sync.model import Dictionaries
from netcity_sync.russian import class_key
from netcity_sync.school_days import local_date, local_moment

_A_NIGHT = timedelta(hours=12)


@dataclass(slots=True)
class Plan:
    """The scopes of a run after the dictionaries, and what a user calls them."""

    scopes: list[Scope] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)

    def add(self, scope: Scope, label: str) -> None:
        """One more scope at the end."""
        self.scopes.append(scope)
        self.labels[scope.key] = label


def plan_scopes(dictionaries: Dictionaries, classes: Sequence[str], today: date) -> Plan:
    """Rosters, then journals of all terms that have begun, newest terms first. Raises UsageError for no such class."""
    chosen = _choose_classes(dictionaries, classes)
    terms = {term.id: term for term in dictionaries.terms if term.start <= today}
    names = {item.id: item.name for item in dictionaries.classes}
    plan = Plan()
    for class_id in sorted(chosen):
        plan.add(Scope(ScopeKind.ROSTER, class_id=class_id), f"список класса {names[class_id]}")
    journals = [
        (terms[term_id], group)
        for group in dictionaries.subject_groups
        if group.class_id in chosen
        for term_id in group.term_ids
        if term_id in terms
    ]
    for term, group in sorted(journals, key=lambda pair: (-pair[0].start.toordinal(), pair[1].id)):
        scope = Scope(ScopeKind.JOURNAL, subject_group_id=group.id, term_id=term.id)
        plan.add(scope, f"{names.get(group.class_id, '?')}, {group.name}, {term.name}")
    return plan


def plan_combined(connection: sqlite3.Connection, dictionaries: Dictionaries, plan: Plan, today: date) -> None:
    """Add journals of other classes that held pupils of the planned ones when last read, and those classes' lists.

    What no read has shown yet nobody can know: the first sync of a chosen class reads its own journals only.
    """
    planned = {scope.class_id for scope in plan.scopes if scope.kind is ScopeKind.ROSTER}
    rows = connection.execute(
        "SELECT DISTINCT s.subject_group_id FROM enrolment e JOIN group_student s USING (student_id)"
        f" WHERE e.seen_to IS NULL AND s.seen_to IS NULL AND e.class_id IN ({', '.join('?' * len(planned))})",
        [*planned],
    )
    holding = {row[0] for row in rows}
    joined = [item for item in dictionaries.subject_groups if item.id in holding and item.class_id not in planned]
    names = {item.id: item.name for item in dictionaries.classes}
    for class_id in sorted({group.class_id for group in joined} & names.keys()):
        plan.add(Scope(ScopeKind.ROSTER, class_id=class_id), f"список класса {names[class_id]}")
    for term in sorted(
        (item for item in dictionaries.terms if item.start <= today), key=lambda item: -item.start.toordinal()
    ):
        for group in (item for item in joined if term.id in item.term_ids):
            scope = Scope(ScopeKind.JOURNAL, subject_group_id=group.id, term_id=term.id)
            plan.add(scope, f"{names.get(group.class_id, '?')}, {group.name}, {term.name}")


def plan_term_marks(dictionaries: Dictionaries, plan: Plan) -> None:
    """Add the final marks of every journal that is read, the whole year in one scope."""
    names = {item.id: item.name for item in dictionaries.classes}
    read = {scope.subject_group_id for scope in plan.scopes if scope.kind is ScopeKind.JOURNAL}
    for group in dictionaries.subject_groups:
        if group.id in read:
            label = f"{names.get(group.class_id, '?')}, {group.name}, итоговые отметки"
            plan.add(Scope(ScopeKind.TERM_MARKS, subject_group_id=group.id), label)


def plan_access(
    connection: sqlite3.Connection, dictionaries: Dictionaries, plan: Plan, now: datetime, zone: ZoneInfo
) -> None:
    """Add the reports on access to the journal: this month, and the last one until it was read after its end."""
    today = local_date(now, zone)
    names = {item.id: item.name for item in dictionaries.classes}
    this = first_of_month(today)
    last = first_of_month(this - timedelta(days=1))
    end_of_last = local_moment(this, time(), zone)
    classes = [scope.class_id for scope in plan.scopes if scope.kind is ScopeKind.ROSTER and scope.class_id is not None]
    for class_id in classes:
        for month in (last, this):
            scope = Scope(ScopeKind.JOURNAL_ACCESS, class_id=class_id, month=month.year * 100 + month.month)
            read_at = last_good_read(connection, scope)
            known = month == last and read_at is not None and read_at >= end_of_last
            if month >= dictionaries.year.start.replace(day=1) and not known:
                plan.add(scope, f"доступ к журналам {names[class_id]}, {month:%m.%Y}")


def first_of_month(day: date) -> date:
    """The first day of the month of a day."""
    return day.replace(day=1)


def span_of_month(month: int) -> tuple[date, date]:
    """First and last day of a month written as 202610."""
    first = date(month // 100, month % 100, 1)
    return first, first_of_month(first + timedelta(days=31)) - timedelta(days=1)


def stop_moment(started_at: datetime, not_after: time | None, zone: ZoneInfo) -> datetime | None:
    """When a run begun at `started_at` begins no further scope: the next `not_after`, if it comes within half a day.

    So a night's run ends before lessons, while one that somebody starts in the daytime runs to its end.
    """
    if not_after is None:
        return None
    today = local_date(started_at, zone)
    moments = (local_moment(day, not_after, zone) for day in (today, today + timedelta(days=1)))
    following = next((moment for moment in moments if moment > started_at), None)
    return following if following is not None and following - started_at <= _A_NIGHT else None


def _choose_classes(dictionaries: Dictionaries, wanted: Sequence[str]) -> frozenset[int]:
    """The ids of the classes named by a user («7 а», «7A» with a Latin letter); all where none is named."""
    if not wanted:
        return frozenset(item.id for item in dictionaries.classes)
    by_name = {class_key(item.name): item.id for item in dictionaries.classes}
    unknown = [name for name in wanted if class_key(name) not in by_name]
    if unknown:
        raise UsageError(
            f"Нет такого класса: {', '.join(unknown)}.",
            todo=f"Есть классы: {', '.join(item.name for item in dictionaries.classes)}.",
        )
    return frozenset(by_name[class_key(name)] for name in wanted)
