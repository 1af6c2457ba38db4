"""What each class of a school comes to in a period, against the period before, and over the terms of a year."""

from collections.abc import Iterable
from dataclasses import dataclass

from netcity_sync.reports.categories import Results, marks_tally, results
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import HeatMap, Series, Trend
from netcity_sync.reports.final_matrix import (
    ClassFinals,
    Point,
    SchoolClass,
    class_finals,
    classes,
    point_before,
    point_of,
    terms,
)
from netcity_sync.reports.formulas import change
from netcity_sync.reports.period import Period
from netcity_sync.reports.subjects import short_subjects


@dataclass(frozen=True, slots=True)
class Standing:
    """A class in a period. `before` is None where there is no period to compare with."""

    item: SchoolClass
    matrix: ClassFinals
    now: Results
    before: Results | None

    @property
    def judged(self) -> bool:
        """Whether there is anything to judge: a term that ends in the period, and subjects with marks."""
        return self.matrix.point is not None and bool(self.matrix.subjects)

    @property
    def change(self) -> float | None:
        """By how many points the quality differs from the period before."""
        return change(self.now.quality, self.before.quality if self.before else None)


def standings(desk: Desk, period: Period, grade: int | None = None) -> tuple[Standing, ...]:
    """The classes of the school, or of a grade."""
    return tuple(_standing(desk, period, item) for item in classes(desk, grade))


def _standing(desk: Desk, period: Period, item: SchoolClass) -> Standing:
    point = point_of(desk, item.class_id, period)
    before = point_before(desk, item.class_id, point)
    matrix = class_finals(desk, item, point, None if point else min(period.last, desk.bench.today))
    return Standing(
        item, matrix, results([matrix]), results([class_finals(desk, item, before)]) if before else None
    )  # fmt: skip


def quality_map(found: Iterable[Standing], *, by_subject: bool = False) -> HeatMap:
    """The share of «5» and «4» by class and subject, subjects in the rows where they are what one looks for."""
    judged = [one for one in found if one.judged]
    subjects = sorted({subject for one in judged for subject in one.matrix.subjects}, key=lambda item: item.id)
    names = tuple(one.item.name for one in judged)
    values = tuple(
        tuple(marks_tally(one.matrix.column(subject.id)).quality for subject in subjects) for one in judged
    )  # fmt: skip
    title = "Качество по классам и предметам, %"
    if by_subject:
        whole = tuple(subject.name for subject in subjects)
        return HeatMap(title, whole, names, tuple(zip(*values, strict=True)), 0, 100)
    return HeatMap(title, names, tuple(short_subjects(item.name for item in subjects)), values, 0, 100)


def over_terms(desk: Desk, found: Iterable[Standing]) -> tuple[tuple[str, tuple[tuple[Point, Results], ...]], ...]:
    """For classes that share their terms (quarters, half-years): the grades, and what each term so far came to."""
    alike: dict[tuple[Point, ...], list[SchoolClass]] = {}
    for one in found:
        over = tuple(point for point in terms(desk, one.item.class_id) if point.last < desk.bench.today)
        if one.item.grade > 1 and over:
            alike.setdefault(over, []).append(one.item)
    return tuple(
        (
            _grades(items),
            tuple((point, results([class_finals(desk, item, point) for item in items])) for point in points),
        )
        for points, items in alike.items()
    )


def _grades(items: list[SchoolClass]) -> str:
    grades = sorted({item.grade for item in items})
    return f"{grades[0]}–{grades[-1]} классы" if len(grades) > 1 else f"{grades[0]} класс"


def trends(desk: Desk, found: Iterable[Standing]) -> tuple[Trend, ...]:
    """How quality and success changed over the terms."""
    return tuple(
        Trend(
            f"Качество и успеваемость по периодам, %: {grades}",
            tuple(point.name for point, _ in points),
            (
                Series("Качество", tuple(item.quality for _, item in points)),
                Series("Успеваемость", tuple(item.passed for _, item in points)),
            ),
        )
        for grades, points in over_terms(desk, found)
        if len(points) > 1
    )
