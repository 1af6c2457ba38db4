"""Combined journals: groups of pupils of two parallel classes, kept under one of them, where a school has such.

They have draws of their own: a school without them is the same as ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from netcity_sync.simulator.school import Group, Pupil, SchoolClass

_FIRST_GRADE = 5
_DAYS = 5
_EXCHANGED = 2
_JOINING = 3


def with_parallel(grades: Sequence[int], random: Random) -> list[int]:
    """Grades of which one, from the fifth up, occurs twice; with no such grade all are as they were."""
    upper = [grade for grade in grades if grade >= _FIRST_GRADE]
    if not upper or len(set(upper)) < len(upper):
        return list(grades)
    return sorted([*grades, random.choice(upper)])


def combine(groups: Iterable[Group], random: Random) -> list[Group]:
    """The journals of a school once parallel classes have made groups together."""
    found = list(groups)
    classes = list({group.school_class.id: group.school_class for group in found}.values())
    for one, two in pairwise(classes):
        if one.grade == two.grade >= _FIRST_GRADE:
            found = _of_pair(found, one, two, random)
    return found


def _of_pair(groups: list[Group], one: SchoolClass, two: SchoolClass, random: Random) -> list[Group]:
    """In some subjects the classes divide their pupils anew; in one, some pupils of the second join the first."""
    first, second = _whole(groups, one), _whole(groups, two)
    names = random.sample(sorted(first.keys() & second.keys()), _EXCHANGED + 1)
    ends = {day: max(_end(groups, one, day), _end(groups, two, day)) for day in range(_DAYS)}
    changed: dict[int, Group | None] = {}
    for place, name in enumerate(names):
        here, there = first[name], second[name]
        slots = tuple(_late_slots(ends, len(here.slots), random))
        if place < _EXCHANGED:
            changed |= {item.id: replace(item, slots=slots) for item in _exchange(here, there)}
        else:
            guests = there.pupils[::_JOINING]
            changed |= {here.id: replace(here, slots=slots, pupils=(*here.pupils, *guests)), there.id: None}
    return [item for group in groups if (item := changed.get(group.id, group)) is not None]


def _whole(groups: list[Group], school_class: SchoolClass) -> dict[str, Group]:
    """The rated journals of a class that all of its pupils are in, by subject."""
    return {
        group.subject.name: group
        for group in groups
        if group.school_class is school_class
        and group.subgroup is None
        and group.rated
        and not group.individual
        and not group.subject.double
    }


def _exchange(here: Group, there: Group) -> tuple[Group, Group]:
    """Half of each class in each; one pupil of the second stands on both lists: somebody forgot to take it off one."""
    stay, go = _halves(here.pupils)
    come, keep = _halves(there.pupils)
    return replace(here, pupils=(*stay, *come, keep[0])), replace(there, pupils=(*keep, *go))


def _halves(pupils: Sequence[Pupil]) -> tuple[Sequence[Pupil], Sequence[Pupil]]:
    middle = len(pupils) // 2
    return pupils[:middle], pupils[middle:]


def _end(groups: list[Group], school_class: SchoolClass, day: int) -> int:
    """The number of the last lesson of a class on a weekday."""
    slots = [
        slot
        for group in groups
        if group.school_class is school_class and not group.individual
        for weekday, slot in group.slots
        if weekday == day
    ]
    return max(slots, default=0)


def _late_slots(ends: dict[int, int], count: int, random: Random) -> list[tuple[int, int]]:
    """Lessons after all others of both classes, on days of their own."""
    slots = []
    for day in sorted(random.sample(range(_DAYS), min(count, _DAYS))):
        ends[day] += 1
        slots.append((day, ends[day]))
    return slots
