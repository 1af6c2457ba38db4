"""The plans (КТП) of the school's journals: who made one when, how well, and what was rewritten later.

It has draws of its own: nothing that stands in a journal depends on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from netcity_sync.model import PlannedLesson, WorkKind
from netcity_sync.simulator.curriculum import topic
from netcity_sync.simulator.school import Group, School

_CONTROL_EVERY = 7
_WORKS = (WorkKind.CONTROL, WorkKind.ASSESSMENT, WorkKind.LABORATORY, WorkKind.PRACTICAL, WorkKind.SPEECH)
_WORK_TYPES = {4: WorkKind.CONTROL, 6: WorkKind.LABORATORY, 1: WorkKind.PRACTICAL, 5: WorkKind.ASSESSMENT}
_OTHER_TOPICS = ("Резервный урок", "Экскурсия в музей", "Семинар", "Игра по станциям")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row of a plan as it stood from `since` on, up to `until`."""

    number: int
    topic: str
    planned_on: date | None
    work: WorkKind | None
    hours: float
    since: datetime
    until: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether the plan has the row at `now`."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a journal with the names that its author gave it; some of them fit no journal, or several."""

    class_name: str
    subject: str
    group_name: str
    rows: tuple[PlanRow, ...]

    def entities(self, now: datetime) -> list[PlannedLesson]:
        """What the plan says at `now`."""
        return [
            PlannedLesson(
                class_name=self.class_name, subject=self.subject, group_name=self.group_name, number=row.number,
                topic=row.topic, planned_on=row.planned_on, work=row.work, hours=row.hours,
            )
            for row in self.rows
            if row.stands(now)
        ]  # fmt: skip


def plan_of(school: School, group: Group, seed: int) -> Plan | None:
    """The plan of a journal over the year, the same for the same seed; None where nobody makes one."""
    random = Random(f"plan-{seed}-{group.id}")
    if group.subject.extracurricular or group.individual or random.random() < 0.12:
        return None
    rows = tuple(_Author(school, group, random).rows())
    return Plan(group.school_class.name, _subject(group, random), _group_name(group, random), rows)


def _subject(group: Group, random: Random) -> str:
    fate = random.random()
    if fate < 0.02:
        return f"{group.subject.name} (углублённо)"
    return group.subject.name.upper() if fate < 0.2 else group.subject.name


def _group_name(group: Group, random: Random) -> str:
    if group.subgroup is None:
        return ""
    fate = random.random()
    return "" if fate < 0.1 else group.name if fate < 0.4 else group.subgroup


@dataclass(slots=True)
class _Author:
    school: School
    group: Group
    random: Random

    def rows(self) -> Iterator[PlanRow]:
        """The rows as first written, with what was made of them."""
        random = self.random
        rows = self._first_rows()
        fate = random.random()
        if fate < 0.12:
            rows = rows[: -random.randint(1, 4)]
        elif fate < 0.18:
            rows = [replace(row, planned_on=None) for row in rows]
        elif fate < 0.26:
            rows = [replace(row, hours=2.0) if row.number % 9 == 0 else row for row in rows]
        elif fate < 0.29:
            rows = [replace(row, planned_on=_last_year(row.planned_on)) for row in rows]
        if random.random() < 0.3:
            yield from self._rewritten(rows)
        else:
            yield from rows

    def _first_rows(self) -> list[PlanRow]:
        start = self.school.calendar.start
        days = random_days(self.random)
        since = datetime.combine(start + timedelta(days=days), time(14))
        works = self.group.subject.works
        shown = []
        for number, day in enumerate(self._days()):
            text = topic(self.group.subject, number)
            if self.random.random() < 0.02:
                text = self.random.choice(_OTHER_TOPICS)
            work = None
            if works and number % _CONTROL_EVERY == _CONTROL_EVERY - 2:
                work = _WORK_TYPES.get(works[number // _CONTROL_EVERY % len(works)])
            elif self.random.random() < 0.01:
                work = self.random.choice(_WORKS)
            shown.append(PlanRow(number + 1, text, day, work, 1.0, since))
        return shown

    def _days(self) -> list[date]:
        """The days of all lessons by the timetable."""
        days = self.school.calendar.school_days(self.group.school_class.grade)
        return [day for day in days for weekday, _ in self.group.slots if weekday == day.weekday()]

    def _rewritten(self, rows: list[PlanRow]) -> Iterator[PlanRow]:
        """Some day in the year rows are rewritten, put off or dropped: of the past, or of what is to come."""
        random = self.random
        day = self.school.calendar.start + timedelta(days=random.randint(20, 250))
        moment = datetime.combine(day, time(16))
        past = random.random() < 0.6
        for row in rows:
            touched = row.planned_on is not None and (row.planned_on < day) is past and random.random() < 0.05
            if not touched or moment <= row.since:
                yield row
                continue
            yield replace(row, until=moment)
            fate = random.random()
            if fate < 0.5:
                yield replace(row, topic=f"{row.topic}. Уточнено", since=moment)
            elif fate < 0.8 and row.planned_on is not None:
                yield replace(row, planned_on=row.planned_on + timedelta(days=1), since=moment)


def random_days(random: Random) -> int:
    """After how many days of the year a plan is made; most of them by the tenth of September."""
    fate = random.random()
    return 0 if fate < 0.6 else random.randint(1, 9) if fate < 0.8 else random.randint(10, 60)


def _last_year(day: date | None) -> date | None:
    return day - timedelta(days=364) if day is not None else None
