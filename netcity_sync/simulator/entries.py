"""What stands in one journal over the whole year: every entry with the moment it was made, changed or deleted."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from netcity_sync.simulator.school import Teacher


@dataclass(slots=True)
class History:
    """A value that changes: what it is from when on; nothing before the first entry."""

    moments: list[datetime] = field(default_factory=list)
    values: list[str | int | None] = field(default_factory=list)

    def set(self, moment: datetime, value: str | int | None) -> None:
        """Write a value. Moments must come in order."""
        self.moments.append(moment)
        self.values.append(value)

    def known(self, now: datetime) -> bool:
        """Whether anything was written by then."""
        return bool(self.moments) and self.moments[0] <= now

    def at(self, now: datetime) -> str | int | None:
        """The value as it stands at `now`."""
        place = bisect_right(self.moments, now)
        return self.values[place - 1] if place else None


@dataclass(slots=True)
class Lesson:
    """A lesson; a moved one vanishes from its place when the move is announced, and stands at another from then on."""

    id: int
    term_id: int
    date: date
    slot: int
    since: datetime | None = None
    until: datetime | None = None
    topic: History = field(default_factory=History)

    def visible(self, now: datetime) -> bool:
        """Whether the lesson stands in the journal at `now`."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(slots=True)
class Homework:
    """Homework given at one lesson and due at another."""

    id: int
    given_at: Lesson
    due_at: Lesson
    text: History = field(default_factory=History)


@dataclass(slots=True)
class Mark:
    """A mark; its value is None while it is a duty mark, and may be a text. `until` is when it was deleted."""

    student_id: int
    value: History = field(default_factory=History)
    until: datetime | None = None

    def visible(self, now: datetime) -> bool:
        """Whether the mark stands in the journal at `now`."""
        moments = self.value.moments
        return bool(moments) and moments[0] <= now and (self.until is None or now < self.until)

    def given(self, now: datetime) -> bool:
        """Whether it is a mark 1..5 at `now`, and not a duty mark or a text."""
        return self.visible(now) and isinstance(self.value.at(now), int)

    @property
    def changes(self) -> bool:
        """Whether it is ever changed or deleted."""
        return self.until is not None or len(self.value.moments) > 1

    def first_given(self) -> datetime | None:
        """When it first was a mark 1..5."""
        return next(
            (
                moment
                for moment, value in zip(self.value.moments, self.value.values, strict=True)
                if isinstance(value, int)
            ),
            None,
        )


@dataclass(slots=True)
class Work:
    """A column of the journal."""

    id: int
    type_id: int
    name: str
    lesson: Lesson
    weight: int
    created: datetime
    marks: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class LooseMark:
    """A mark that stands in no column."""

    lesson: Lesson
    mark: Mark


@dataclass(slots=True)
class Absence:
    """A mark of attendance and the codes it carried."""

    student_id: int
    lesson: Lesson
    code: History = field(default_factory=History)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A lesson that somebody else gave, and when the office noted that; `as_named` is how it named the substitute."""

    lesson: Lesson
    substitute: Teacher
    as_named: str
    noted: datetime


@dataclass(slots=True)
class GroupEntries:
    """Everything of one journal."""

    lessons: list[Lesson] = field(default_factory=list)
    homework: list[Homework] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    loose_marks: list[LooseMark] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    replaced: list[Replacement] = field(default_factory=list)


DELETED_AFTER = timedelta(days=2)
"""A deleted mark stood at least so long."""
