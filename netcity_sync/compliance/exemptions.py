"""Exceptions: findings that the school decided not to count, who decided, why and until when.

In code an exception of this kind is an exemption, since Python has exceptions of its own.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.compliance.finding import Finding
from netcity_sync.russian import class_key, plain


@dataclass(frozen=True, slots=True)
class Scope:
    """Which findings are meant: one by its id, or all that fit every part that is given.

    `first_day` and `last_day` are dates of the lessons that a finding is about; a finding on a pupil without a lesson
    fits where its term overlaps. No rules mean all.
    """

    finding_id: str | None = None
    rules: tuple[str, ...] = ()
    class_name: str | None = None
    subject: str | None = None
    student_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None

    def covers(self, item: Finding) -> bool:
        """Whether a finding is meant."""
        if self.finding_id is not None:
            return item.id == self.finding_id
        return (
            (not self.rules or item.rule in self.rules)
            and (self.class_name is None or class_key(self.class_name) == class_key(item.class_name))
            and (self.subject is None or plain(self.subject) == plain(item.subject_name))
            and (self.student_id is None or self.student_id == item.place.student_id)
            and self._in_time(item)
        )

    def _in_time(self, item: Finding) -> bool:
        if self.first_day is None and self.last_day is None:
            return True
        if item.first_day is None or item.last_day is None:
            return False
        return (self.first_day or date.min) <= item.last_day and item.first_day <= (self.last_day or date.max)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, why, and the last day on which it holds (null: for good)."""

    who: str
    why: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exception as it is kept; a removed one stays with the moment (UTC) of its removal."""

    id: int
    scope: Scope
    decision: Decision
    made_at: datetime
    removed_at: datetime | None


def load_exemptions(connection: sqlite3.Connection, moment: datetime | None = None) -> tuple[Exemption, ...]:
    """All exceptions, removed ones too, the oldest first; with `moment` (UTC) as they were known then."""
    if connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'finding_exception'").fetchone() is None:
        return ()
    kept = map(_exemption, connection.execute("SELECT * FROM main.finding_exception ORDER BY exception_id"))
    if moment is None:
        return tuple(kept)
    return tuple(_as_known(item, moment) for item in kept if item.made_at <= moment)


def add_exemptions(
    connection: sqlite3.Connection, wanted: Iterable[tuple[Scope, Decision]], now: datetime
) -> tuple[Exemption, ...]:
    """Keep exceptions, all in one transaction, but those that stand already; answers with the new ones."""
    connection.execute("BEGIN IMMEDIATE")
    known = {(item.scope, item.decision) for item in load_exemptions(connection) if item.removed_at is None}
    made = []
    for scope, decision in dict.fromkeys(wanted):
        if (scope, decision) in known:
            continue
        cursor = connection.execute(_INSERT, _values(scope, decision, now))
        made.append(Exemption(cursor.lastrowid or 0, scope, decision, now, None))
    connection.execute("COMMIT")
    return tuple(made)


def remove_exemption(connection: sqlite3.Connection, number: int, now: datetime) -> bool:
    """Note that an exception no longer holds; False where there is none of that number that still stands."""
    cursor = connection.execute(
        "UPDATE finding_exception SET removed_at = ? WHERE exception_id = ? AND removed_at IS NULL",
        [utc_text(now), number],
    )
    return cursor.rowcount == 1


_FIELDS = (
    "finding_id", "rules", "class_name", "subject", "student_id", "first_day", "last_day", "who", "why", "until",
    "made_at",
)  # fmt: skip
_INSERT = f"INSERT INTO finding_exception ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))})"


def _values(scope: Scope, decision: Decision, now: datetime) -> list[str | int | None]:
    return [
        scope.finding_id, json.dumps(scope.rules), scope.class_name, scope.subject, scope.student_id,
        _text(scope.first_day), _text(scope.last_day), decision.who, decision.why, _text(decision.until), utc_text(now),
    ]  # fmt: skip


def _exemption(row: tuple[object, ...]) -> Exemption:
    number, finding_id, rules, class_name, subject, student, first, last, who, why, until, made, removed = row
    return Exemption(
        id=int(str(number)),
        scope=Scope(
            _or_none(finding_id), tuple(json.loads(str(rules))), _or_none(class_name), _or_none(subject),
            None if student is None else int(str(student)), _day(first), _day(last),
        ),
        decision=Decision(str(who), str(why), _day(until)),
        made_at=from_utc_text(str(made)),
        removed_at=None if removed is None else from_utc_text(str(removed)),
    )  # fmt: skip


def _as_known(item: Exemption, moment: datetime) -> Exemption:
    """An exception as it stood at a moment: nobody knew of its removal yet."""
    if item.removed_at is None or item.removed_at <= moment:
        return item
    return replace(item, removed_at=None)


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _day(value: object) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
