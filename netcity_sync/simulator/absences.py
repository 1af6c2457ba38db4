"""When pupils are away, the same for all journals: illness, leave, truancy, coming late, being exempt."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from netcity_sync.simulator.school import School

UNKNOWN = "Н"
LATE = "ОП"
EXEMPT = "ОСВ"
_LONG = timedelta(days=4)
_FORGOTTEN_A_CLASS = 2
_ILLNESS, _LEAVE, _TRUANCY = "Б", "УП", "НП"


@dataclass(frozen=True, slots=True)
class Away:
    """Days of absence, `first` to `last`; `code` is the reason, known to the class teacher at `explained` or never."""

    first: date
    last: date
    code: str
    explained: datetime | None


@dataclass(frozen=True, slots=True)
class PupilYear:
    """A pupil's year: absences by whole days, chance of truancy at a lesson, whether exempt from sport until a day."""

    away: tuple[Away, ...]
    truant: float
    exempt_until: date | None

    def on(self, day: date) -> Away | None:
        """The absence that covers a day."""
        return next((item for item in self.away if item.first <= day <= item.last), None)


def plan_absences(school: School, random: Random) -> dict[int, PupilYear]:
    """A year for every pupil."""
    start, end = school.calendar.quarters[0].start, school.calendar.quarters[-1].end
    years = {}
    for pupil in school.pupils:
        away = []
        day = start + timedelta(days=random.randint(2, 60))
        while day <= end:
            item = _absence(random, day)
            away.append(item)
            day = item.last + timedelta(days=random.randint(15, 75))
        exempt = start + timedelta(days=random.randint(30, 250)) if random.random() < 0.03 else None
        years[pupil.id] = PupilYear(tuple(away), 0.03 if random.random() < 0.06 else 0.001, exempt)
    for school_class in school.classes:
        _forget_some(random, years, [pupil.id for pupil in school.pupils if pupil.class_id == school_class.id])
    return years


def _forget_some(random: Random, years: dict[int, PupilYear], pupils: list[int]) -> None:
    """In every class nobody asks why some pupils were away for days, the first time that they are."""
    long = [one for one in pupils if years[one].away and years[one].away[0].last - years[one].away[0].first >= _LONG]
    for one in random.sample(long, min(_FORGOTTEN_A_CLASS, len(long))):
        first, *rest = years[one].away
        years[one] = replace(years[one], away=(replace(first, explained=None), *rest))


def explained_after(random: Random, last: date) -> datetime | None:
    """When a class teacher resolves an absence: mostly in time, sometimes late, now and then never."""
    fate = random.random()
    if fate < 0.06:
        return None
    days = random.randint(0, 2) if fate < 0.85 else random.randint(6, 14)
    return datetime.combine(last + timedelta(days=days), time(17)) + timedelta(minutes=random.randint(0, 240))


def truancy_code(random: Random) -> str:
    """Why a single lesson was missed."""
    return _TRUANCY if random.random() < 0.7 else _LEAVE


def _absence(random: Random, first: date) -> Away:
    ill = random.random() < 0.7
    last = first + timedelta(days=random.randint(1, 9) if ill else random.randint(0, 1))
    return Away(first, last, _ILLNESS if ill else _LEAVE, explained_after(random, first + timedelta(days=1)))
