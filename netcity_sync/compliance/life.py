"""How findings stand on a day: open, overdue, excepted, not judged, fixed, ended; and how old they are.

All of it follows from what is kept, the school's calendar and the settings; none of it is kept itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from netcity_sync.compliance.exemptions import Exemption, load_exemptions
from netcity_sync.compliance.finding import Finding, FindingStatus, RuleKind, Severity
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.school_days import SchoolDays, local_date
from netcity_sync.settings import Settings


class State(StrEnum):
    """What a finding is to its readers on a day."""

    OPEN = "open"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    EXCEPTED = "excepted"
    FIXED = "fixed"
    ENDED = "ended"


TO_MEND = (State.OPEN, State.OVERDUE, State.UNKNOWN)
"""What counts as open: it still has to be mended, as far as anybody knows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a finding stands: `age` in school days while it is open, less those on which it was excepted.

    `age` is null for what merely happened (an event) and for what is closed; `exemption` is the one in force.
    """

    state: State
    age: int | None = None
    exemption: Exemption | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """What the standing of findings depends on. `mend_within` are school days by severity; none: never overdue."""

    day: date
    zone: ZoneInfo
    school_days: SchoolDays
    mend_within: dict[Severity, int]
    exemptions: tuple[Exemption, ...] = ()
    _of_findings: dict[str, tuple[Exemption, ...]] = field(init=False)
    _of_places: tuple[Exemption, ...] = field(init=False)

    def __post_init__(self) -> None:
        by_id: dict[str, tuple[Exemption, ...]] = {}
        for item in self.exemptions:
            if (key := item.scope.finding_id) is not None:
                by_id[key] = (*by_id.get(key, ()), item)
        object.__setattr__(self, "_of_findings", by_id)
        places = tuple(item for item in self.exemptions if item.scope.finding_id is None)
        object.__setattr__(self, "_of_places", places)

    def standing(self, item: Finding) -> Standing:
        """How a finding stands: what is closed is closed, and an exception speaks louder than anything else."""
        if item.status is not FindingStatus.OPEN:
            return Standing(State.FIXED if item.status is FindingStatus.FIXED else State.ENDED)
        places = (one for one in self._of_places if one.scope.covers(item))
        mine = (*self._of_findings.get(item.id, ()), *places)
        age = self._age(item, mine)
        exemption = next((one for one in mine if self.in_force(one)), None)
        if exemption is not None:
            return Standing(State.EXCEPTED, age, exemption)
        if item.unjudged is not None:
            return Standing(State.UNKNOWN, age)
        allowed = self.mend_within.get(item.severity)
        overdue = age is not None and allowed is not None and age > allowed
        return Standing(State.OVERDUE if overdue else State.OPEN, age)

    def in_force(self, item: Exemption) -> bool:
        """Whether an exception holds today: not removed, its last day not over."""
        last = item.decision.until
        return item.removed_at is None and (last is None or self.day <= last)

    def _age(self, item: Finding, mine: tuple[Exemption, ...]) -> int | None:
        if item.kind is RuleKind.EVENT:
            return None
        opened = local_date(item.opened_at, self.zone)
        if not mine:
            return self.school_days.between(opened, self.day)
        spans = [self._span(one) for one in mine]
        days = self.school_days.within(opened, self.day)
        return sum(day > opened and not any(first <= day <= last for first, last in spans) for day in days)

    def _span(self, item: Exemption) -> tuple[date, date]:
        """The days on which an exception held, that of its removal included."""
        ends = [item.decision.until or date.max]
        if item.removed_at is not None:
            ends.append(local_date(item.removed_at, self.zone))
        return local_date(item.made_at, self.zone), min(ends)


def today_of(snapshot: Snapshot, settings: Settings, now: datetime) -> Today:
    """What the standing of findings depends on at a moment (UTC), as the mirror knows it."""
    return Today(
        day=local_date(now, settings.zone),
        zone=settings.zone,
        school_days=snapshot.school_days(settings.calendar.days_off),
        mend_within={Severity(key): days for key, days in settings.checks.mend_within.items()},
        exemptions=load_exemptions(snapshot.connection, now),
    )


def standings(today: Today, findings: Iterable[Finding]) -> dict[str, Standing]:
    """How findings stand, by id."""
    return {item.id: today.standing(item) for item in findings}
