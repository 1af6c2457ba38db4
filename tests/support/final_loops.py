"""What final marks of a simulated school come to, counted by plain loops over its own world."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.school import Group, Pupil, SchoolClass
from netcity_sync.simulator.world import World

Shown = int | str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a report, from the numbers of pupils with each mark."""

    n5: int
    n4: int
    n3: int
    n2: int
    na: int

    @property
    def listed(self) -> int:
        return self.n5 + self.n4 + self.n3 + self.n2 + self.na

    def passed(self) -> float | None:
        return 100 * (self.n5 + self.n4 + self.n3) / self.listed if self.listed else None

    def quality(self) -> float | None:
        return 100 * (self.n5 + self.n4) / self.listed if self.listed else None

    def sou(self) -> float | None:
        points = 100 * self.n5 + 64 * self.n4 + 36 * self.n3 + 16 * self.n2 + 7 * self.na
        return points / self.listed if self.listed else None

    def mean(self) -> float | None:
        marks = [5] * self.n5 + [4] * self.n4 + [3] * self.n3 + [2] * self.n2
        return sum(marks) / len(marks) if marks else None


def figures(marks: Iterable[Shown]) -> Figures:
    """Marks and «н/а» counted; «осв», «зач» and empty cells are left out."""
    shown = list(marks)
    return Figures(
        shown.count(5), shown.count(4), shown.count(3), shown.count(2) + shown.count(1), shown.count("н/а")
    )  # fmt: skip


def pupils_on(world: World, item: SchoolClass, day: date) -> list[Pupil]:
    """The list of a class on a day, as journals order it."""
    found = [one for one in world.school.pupils if one.class_id == item.id and one.listed(day)]
    return sorted(found, key=lambda one: (one.name.full.replace("ё", "е").replace("Ё", "Е"), one.id))


def groups_of(world: World, item: SchoolClass) -> list[Group]:
    """The journals of a class that get marks."""
    return [
        one
        for one in world.school.groups
        if one.school_class.id == item.id and one.rated and not one.subject.extracurricular
    ]


def row_of(world: World, item: SchoolClass, pupil: Pupil, kind: str, term: Term | None) -> dict[int, Shown]:
    """A pupil's final marks by subject; of two journals of a subject the one with a mark."""
    row: dict[int, Shown] = {}
    for group in groups_of(world, item):
        if pupil in group.pupils:
            shown = world.final(group.id, pupil.id, kind, term.id if term else None)
            if row.get(group.subject.id) is None:
                row[group.subject.id] = shown
    return row


def kind_of(row: dict[int, Shown]) -> str:
    """The category of a pupil with these marks."""
    shown = list(row.values())
    marks = [one for one in shown if isinstance(one, int)]
    for mark in (1, 2):
        if mark in marks:
            return "2"
    if "н/а" in shown:
        return "н/а"
    if None in shown:
        return "не все"
    if not marks:
        return "без"
    return str(min(marks))


def class_figures(rows: Iterable[dict[int, Shown]]) -> Figures:
    """Pupils by category."""
    kinds = [kind_of(row) for row in rows]
    return Figures(kinds.count("5"), kinds.count("4"), kinds.count("3"), kinds.count("2"), kinds.count("н/а"))


def mean_mark(world: World, group: Group, pupil: int, term: Term) -> Fraction | None:
    """The mean of a pupil's marks in a term, weighted where any column has a weight; one in no column weighs one."""
    page = world.journal(group.id, term.id)
    weights = {item.id: item.weight for item in page.assignments if item.issue_lesson_id is None}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    given = [
        (item.value, 1 if item.assignment_id is None else weights[item.assignment_id])
        for item in page.marks
        if item.student_id == pupil and item.value is not None
    ]
    weight = sum(one for _, one in given)
    return Fraction(sum(value * one for value, one in given), weight) if weight else None
