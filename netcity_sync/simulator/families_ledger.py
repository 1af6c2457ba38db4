"""Violations about families and staff, told from what the office knows: plain loops over classes and teachers.

docs/checks.md says what each rule means. Tables are judged as of the day of the last take (`World.takes`).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from netcity_sync.model import Channel, UserKind
from netcity_sync.simulator.families import activity_told, declined, issued_on, listed_pupils, sign_ins
from netcity_sync.simulator.journal_ledger import LedgerEntry
from netcity_sync.simulator.school import Pupil, SchoolClass, Teacher
from netcity_sync.simulator.world import World

_BETWEEN_LETTERS, _SCHOOL_DAYS = 7, 5
_MONTH = timedelta(days=29)
_TIME_TO_ISSUE = timedelta(days=10)
_BY_MAIL = (Channel.POST, Channel.EMAIL)


class FamiliesLedger:
    """What the tables of the office show against somebody."""

    def __init__(self, world: World, days: list[date]) -> None:
        self.world = world
        self.days = days
        self.taken = world.takes[-1].date()
        self.told_since, _, self.told_until = activity_told(world)
        self.month_ago = self.told_until - _MONTH
        names = {kind: set[str]() for kind in (UserKind.PARENT, UserKind.STUDENT)}
        for _, pupil in listed_pupils(world):
            for kind, issued in names.items():
                day = issued_on(world, kind, pupil)
                if day is not None and day <= world.now.date():
                    issued.add(pupil.name.full)
        self.issued = names

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        for school_class in self.world.school.classes:
            pupils = self.world.roster(school_class.id)
            for pupil in pupils:
                yield from self._letters(pupil)
            yield from self._of_class(school_class, pupils)
        yield from self._staff()

    def _school_days(self, after: date, until: date) -> int:
        return sum(after < day <= until for day in self.days)

    def _letters(self, pupil: Pupil) -> Iterator[LedgerEntry]:
        item = declined(self.world, pupil)
        if item is None or not item.in_force(self.taken):
            return
        last = item.last_letter(self.taken) or item.applied
        overdue = (self.taken - last).days > _BETWEEN_LETTERS
        if overdue and self._school_days(last, self.taken) >= _SCHOOL_DAYS:
            yield _about("PAR-01", pupil)
        if item.channel is None or (item.channel in _BY_MAIL and item.contact is False):
            yield _about("PAR-02", pupil)

    def _of_class(self, school_class: SchoolClass, pupils: list[Pupil]) -> Iterator[LedgerEntry]:
        known = [pupil for pupil in pupils if pupil.start <= self.month_ago and self.told_since <= self.month_ago]
        if any(self._has_nothing(pupil) for pupil in known):
            yield _of("PAR-04", school_class)
        for kind in (UserKind.PARENT, UserKind.STUDENT):
            if any(self._never_came(kind, pupil) for pupil in known):
                yield _of("USR-02", school_class, kind.value)
            if any(self._waits_for_access(kind, pupil) for pupil in pupils):
                yield _of("USR-03", school_class, kind.value)

    def _last(self, kind: UserKind, person: Pupil | Teacher) -> date | None:
        return sign_ins(self.world, kind, person).last(self.told_until)

    def _declines(self, kind: UserKind, pupil: Pupil) -> bool:
        item = declined(self.world, pupil)
        return kind is UserKind.PARENT and item is not None and item.in_force(self.taken)

    def _has_nothing(self, pupil: Pupil) -> bool:
        seen = [self._last(kind, pupil) for kind in (UserKind.PARENT, UserKind.STUDENT)]
        item = declined(self.world, pupil)
        seen.append(item.last_letter(self.taken) if item is not None and item.applied <= self.taken else None)
        return all(day is None or day < self.month_ago for day in seen)

    def _never_came(self, kind: UserKind, pupil: Pupil) -> bool:
        return self._last(kind, pupil) is None and not self._declines(kind, pupil)

    def _waits_for_access(self, kind: UserKind, pupil: Pupil) -> bool:
        since = self.taken - _TIME_TO_ISSUE
        return (
            max(pupil.start, self.world.school.calendar.start) <= since
            and bool(self.issued[kind] or kind is UserKind.PARENT)
            and pupil.name.full not in self.issued[kind]
            and self._last(kind, pupil) is None
            and not self._declines(kind, pupil)
        )

    def _staff(self) -> Iterator[LedgerEntry]:
        school = self.world.school
        names = [teacher.name.full for teacher in school.teachers]
        at_work = {item.chief.id for item in school.classes}
        at_work |= {group.teacher.id for group in school.groups if self.world.begun_terms(group)}
        for teacher in school.teachers:
            if teacher.id not in at_work or names.count(teacher.name.full) > 1:
                continue
            last = self._last(UserKind.STAFF, teacher) or self.told_since - timedelta(days=1)
            if self._school_days(last, self.told_until) >= _SCHOOL_DAYS:
                yield LedgerEntry("USR-01", None, None, None, None, True, staff_id=teacher.id)


def _about(rule: str, pupil: Pupil) -> LedgerEntry:
    return LedgerEntry(rule, None, pupil.id, None, None, True, class_id=pupil.class_id)


def _of(rule: str, school_class: SchoolClass, key: str | None = None) -> LedgerEntry:
    return LedgerEntry(rule, None, None, None, None, True, class_id=school_class.id, key=key)
