"""How many were in a group of classes, came, left and moved within a span of days: what R9 and R3 count.

A span begins on the eve of its first day: whoever came or left on that day did so within it, so that each span starts
with what the one before ended with.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from netcity_sync.compliance.movement import Path, YearClass, year_classes
from netcity_sync.compliance.orders import Movement, Movements, read_movements
from netcity_sync.model import EnrolmentOrder, MovementKind
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import About, Request
from netcity_sync.russian import class_key

_DAY = timedelta(days=1)
_KEY = "movements"


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, none of them to come."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Figures:
    """How a group of classes changed: by pupils from outside of the school, and by those who changed classes.

    `moved_within` are those who went from one class of the group to another.
    """

    start: int
    arrived: int
    left: int
    moved_in: int
    moved_out: int
    moved_within: int
    end: int


def span_of(desk: Desk, period: Period) -> Span:
    """The days of a period up to the desk's day."""
    return Span(period.first, min(period.last, desk.bench.today))


def movements_of(desk: Desk) -> Movements:
    """The year's movements, read once for all reports."""
    made: Movements | None = desk.kept.get(_KEY)
    if made is None:
        made = desk.kept[_KEY] = read_movements(desk.bench)
    return made


def figures(paths: Sequence[Path], classes: Collection[int], span: Span) -> Figures:
    """The figures of a group of classes: who moves within it neither comes nor goes."""
    eve = span.first - _DAY
    counts: Counter[tuple[bool, bool]] = Counter()
    arrived = left = 0
    for change in (change for path in paths for change in path.changes if span.holds(change.day)):
        came, went = change.to_class in classes, change.from_class in classes
        if change.kind is MovementKind.MOVED:
            counts[went, came] += 1
        arrived += came and change.kind is MovementKind.ARRIVED
        left += went and change.kind is MovementKind.LEFT
    return Figures(
        start=sum(path.at(eve) in classes for path in paths),
        arrived=arrived,
        left=left,
        moved_in=counts[False, True],
        moved_out=counts[True, False],
        moved_within=counts[True, True],
        end=sum(path.at(span.last) in classes for path in paths),
    )


def within(found: Movements, classes: Collection[int], span: Span) -> list[Movement]:
    """The movements of a span that concern some of these classes, by day."""
    of_span = [
        item
        for item in found.found
        if span.holds(item.change.day) and any(one in classes for one in item.change.classes)
    ]
    return sorted(of_span, key=lambda item: item.change.day)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What R9's sections are made of: the classes that the report is about, the names of all, the days."""

    found: Movements
    classes: tuple[YearClass, ...]
    names: Mapping[int, str]
    about: About
    span: Span

    @property
    def standing(self) -> tuple[YearClass, ...]:
        """Those of the classes that there were in the span, on some day of it."""
        return tuple(
            item
            for item in self.classes
            if (item.opened_on is None or item.opened_on <= self.span.last)
            and (item.gone_on is None or item.gone_on >= self.span.first)
        )

    def figures(self, classes: Iterable[YearClass], span: Span) -> Figures | None:
        """Of those whose lists are known; None where there are none."""
        known = {item.class_id for item in classes if item.known}
        return figures(self.found.paths, known, span) if known else None

    def movements(self) -> list[Movement]:
        """Those of the span, by day."""
        return within(self.found, {item.class_id for item in self.classes if item.known}, self.span)

    def lacking(self) -> list[Movement]:
        """Those up to the day of the table of orders that it does not tell all of."""
        told_on = self.found.told_on or date.min
        return [item for item in self.movements() if item.lack is not None and item.change.day <= told_on]

    def unseen(self) -> list[EnrolmentOrder]:
        """The orders of the span that no change of the lists answers to; the school's those too that name no class."""
        of_span = [item for item in self.found.unseen if self.span.holds(item.moved_on)]
        if self.about is About.SCHOOL:
            return of_span
        names = {class_key(item.name) for item in self.classes}
        return [item for item in of_span if {item.class_name, item.new_class} & names]


def sheet_of(desk: Desk, request: Request) -> Sheet:
    """The sheet of the school, a grade or a class."""
    every, focus = year_classes(desk.bench), request.focus
    classes = tuple(
        item for item in every if focus.class_id in (None, item.class_id) and focus.grade in (None, item.grade)
    )
    names = {item.class_id: item.name for item in every}
    return Sheet(movements_of(desk), classes, names, focus.about, span_of(desk, request.period))


def lists_read_since(desk: Desk) -> date | None:
    """When the lists of the year's classes began to be read: what moved before is not seen."""
    rows = desk.bench.rows(
        "SELECT local_date(min(r.ended)) AS first FROM class_read c CROSS JOIN as_of_read r ON r.class_id = c.class_id"
        " AND r.kind = 'roster' AND r.error IS NULL"
    )
    return date.fromisoformat(rows[0]["first"]) if rows[0]["first"] else None
