"""Families and staff as the office knows them: who signs in, who was given access, who declined the electronic diary.

Everything follows from draws of a person's own, so that whoever joins or leaves changes nothing for the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from netcity_sync.model import Channel, CredentialIssue, OptOut, UserActivity, UserKind
from netcity_sync.simulator.school import Pupil, Teacher
from netcity_sync.simulator.world import World

_DAY = timedelta(days=1)
_FRIDAY = 4
_SIGN_IN_TIME = time(18, 5)
_STAFF_PACES = (1, 1, 1, 1, 2, 2, 9, 15, None)
_FAMILY_PACES = (1, 3, 7, 7, 20, 60, None)
"""Every how many days somebody signs in; None: never."""
_CHANNELS = (*Channel, None, None)


@dataclass(frozen=True, slots=True)
class SignIns:
    """Somebody signs in every `pace` days from `first` on, and no more from `stops` on."""

    pace: int | None
    first: date
    stops: date

    def days(self, since: date, until: date) -> int:
        """On how many days of a period."""
        return max(0, self._count(until) - self._count(since - _DAY))

    def last(self, until: date) -> date | None:
        """The last one up to a day."""
        count = self._count(until)
        return self.first + (count - 1) * (self.pace or 1) * _DAY if count else None

    def _count(self, until: date) -> int:
        days = (min(until, self.stops - _DAY) - self.first).days
        return 0 if self.pace is None or days < 0 else days // self.pace + 1


@dataclass(frozen=True, slots=True)
class Declined:
    """A family that declined the diary: a letter every Friday from `applied` up to, not including, `forgotten`."""

    applied: date
    forgotten: date
    withdrawn: date | None
    channel: Channel | None
    contact: bool | None

    def last_letter(self, today: date) -> date | None:
        """The last Friday on which one was handed out."""
        last = min(today, self.forgotten - _DAY, (self.withdrawn or date.max) - _DAY)
        friday = last - timedelta(days=(last.weekday() - _FRIDAY) % 7)
        return friday if friday >= self.applied else None

    def in_force(self, today: date) -> bool:
        """Whether the family still wants letters."""
        return self.applied <= today and (self.withdrawn is None or today < self.withdrawn)


def sign_ins(world: World, kind: UserKind, person: Pupil | Teacher) -> SignIns:
    """How somebody uses the GIS."""
    random = Random(f"sign-ins-{world.seed}-{kind.value}-{person.id}")
    start = person.start if isinstance(person, Pupil) else world.school.calendar.start
    pace = random.choice(_STAFF_PACES if kind is UserKind.STAFF else _FAMILY_PACES)
    first = start + random.randint(0, 14) * _DAY
    tires = random.random() < 0.1
    return SignIns(pace, first, first + random.randint(5, 150) * _DAY if tires else date.max)


def declined(world: World, pupil: Pupil) -> Declined | None:
    """The family's application, if it makes one this year."""
    random = Random(f"declined-{world.seed}-{pupil.id}")
    if random.random() > 0.15:
        return None
    applied = pupil.start + random.randint(3, 50) * _DAY
    forgotten = applied + random.randint(0, 40) * _DAY if random.random() < 0.5 else date.max
    withdrawn = applied + random.randint(20, 60) * _DAY if random.random() < 0.25 else None
    return Declined(applied, forgotten, withdrawn, random.choice(_CHANNELS), random.choice((True, False, None)))


def issued_on(world: World, kind: UserKind, pupil: Pupil) -> date | None:
    """When access was handed out: years ago, in time, late, or never."""
    random = Random(f"issued-{world.seed}-{kind.value}-{pupil.id}")
    fate = random.random()
    if fate < 0.1:
        return None
    if fate < 0.2:
        return pupil.start + random.randint(5, 60) * _DAY
    return pupil.start - random.choice((-2, -1, 365, 730)) * _DAY


def activity_told(world: World) -> tuple[date, date, date]:
    """The table of sign-ins tells of the last month and of this one up to the last Friday: three days, in order."""
    today = world.now.date()
    until = today - timedelta(days=(today.weekday() - _FRIDAY) % 7)
    this_month = until.replace(day=1)
    return (this_month - _DAY).replace(day=1), this_month, until


def listed_pupils(world: World) -> Iterator[tuple[str, Pupil]]:
    """The pupils on the lists today, with the names of their classes."""
    for school_class in world.school.classes:
        for pupil in world.roster(school_class.id):
            yield school_class.name, pupil


def opt_out_rows(world: World) -> list[OptOut]:
    """The register of applications; that of a pupil who left stays."""
    today = world.now.date()
    names = {item.id: item.name for item in world.school.classes}
    return [
        OptOut(
            class_name=names[pupil.class_id], student=pupil.name.full, applied_on=item.applied, channel=item.channel,
            contact_known=item.contact, last_issued_on=item.last_letter(today),
            withdrawn_on=item.withdrawn if item.withdrawn and item.withdrawn <= today else None,
        )
        for pupil in world.school.pupils
        if (item := declined(world, pupil)) is not None and item.applied <= today
    ]  # fmt: skip


def credential_rows(world: World) -> list[CredentialIssue]:
    """The register of access handed out."""
    today = world.now.date()
    return [
        CredentialIssue(recipient=kind, class_name=name, person=pupil.name.full, issued_on=day)
        for name, pupil in listed_pupils(world)
        for kind in (UserKind.PARENT, UserKind.STUDENT)
        if (day := issued_on(world, kind, pupil)) is not None and day <= today
    ]


def activity_rows(world: World) -> list[UserActivity]:
    """The table of sign-ins, of those who are here today."""
    last_month, this_month, until = activity_told(world)
    users: list[tuple[UserKind, str, Pupil | Teacher]] = [
        (kind, name, pupil) for name, pupil in listed_pupils(world) for kind in (UserKind.PARENT, UserKind.STUDENT)
    ]
    staff = {teacher.name.full: teacher for teacher in world.school.teachers}
    users += [(UserKind.STAFF, "", teacher) for teacher in staff.values()]
    return [
        _activity(kind, name, person.name.full, sign_ins(world, kind, person), period)
        for kind, name, person in users
        for period in ((last_month, this_month - _DAY), (this_month, until))
    ]


def _activity(kind: UserKind, class_name: str, person: str, habit: SignIns, period: tuple[date, date]) -> UserActivity:
    first, last = period
    day = habit.last(last)
    return UserActivity(
        user=kind, class_name=class_name, person=person, period_start=first, period_end=last,
        logins=habit.days(first, last), last_login=datetime.combine(day, _SIGN_IN_TIME) if day else None,
    )  # fmt: skip
