"""What a pupil's final marks make of the pupil, and what those of a class come to.

By the lowest mark: отличник, хорошист, успевающий, неуспевающий. «н/а» without a «2» is не аттестован. Whoever has not
all of the final marks yet, and neither «2» nor «н/а», is not judged and counts in no share: an absent mark is nobody's
fault. «осв» and «зач» are no marks; whoever has nothing else is not judged either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from netcity_sync.reports.final_matrix import FAILS, ClassFinals, Final, Pupil
from netcity_sync.reports.formulas import MEAN_WORDS, PASSED_WORDS, QUALITY_WORDS, SOU_WORDS, Tally, tally


class Category(StrEnum):
    """The category, as reports call it."""

    EXCELLENT = "Отличники"
    GOOD = "Хорошисты"
    PASSING = "Успевающие"
    FAILING = "Неуспевающие"
    NOT_ATTESTED = "Не аттестованы"
    INCOMPLETE = "Отметки не все"
    UNMARKED = "Без отметок"


JUDGED_WORDS = (
    "Качество и успеваемость класса — по ученикам, по худшей итоговой отметке каждого; средний балл и СОУ — по всем"
    " итоговым отметкам учеников"
)
LEFT_OUT_WORDS = (
    "Ученики, у которых выставлены не все итоговые отметки и нет «2» и «н/а», ещё не оценены: в доли они не входят."
    " «осв» и «зач» — не отметки. Пока оценена меньшая часть учеников, доли не приводятся"
)
FORMULA_NOTES = (
    f"{JUDGED_WORDS}. {PASSED_WORDS[0].upper()}{PASSED_WORDS[1:]}; {QUALITY_WORDS}; {SOU_WORDS}; {MEAN_WORDS}.",
    f"{LEFT_OUT_WORDS}.",
)


def category(pupil: Pupil) -> Category:
    """What a pupil's final marks make of the pupil."""
    values = pupil.values
    if values and min(values) <= FAILS:
        return Category.FAILING
    if any(item.not_attested for item in pupil.finals.values()):
        return Category.NOT_ATTESTED
    if any(item.shown is None for item in pupil.finals.values()):
        return Category.INCOMPLETE
    if not values:
        return Category.UNMARKED
    return {5: Category.EXCELLENT, 4: Category.GOOD}.get(min(values), Category.PASSING)


def only_one(pupil: Pupil, mark: int) -> bool:
    """Whether a single «4» (or «3») keeps the pupil from the category above."""
    wanted = {4: Category.GOOD, 3: Category.PASSING}[mark]
    return category(pupil) is wanted and pupil.values.count(mark) == 1


def marks_tally(finals: Iterable[Final]) -> Tally:
    """Final marks and «н/а» of some cells; others do not count."""
    return tally(item.value for item in finals if item.value is not None or item.not_attested)


@dataclass(frozen=True, slots=True)
class Results:
    """What classes come to: `pupils` by category, `tally` of pupils, `marks` of all their final marks."""

    listed: int
    pupils: tuple[tuple[Category, Pupil], ...]
    tally: Tally
    marks: Tally

    def of(self, wanted: Category) -> list[Pupil]:
        """The pupils of a category, class by class, by name."""
        return [pupil for found, pupil in self.pupils if found is wanted]

    @property
    def left_out(self) -> int:
        """Those who are not judged."""
        return self.listed - self.tally.listed

    @property
    def tells(self) -> bool:
        """Whether shares of those judged tell of the class: «2» and «н/а» are judged first, the others when all is in.

        That is where at least half of those who get marks are.
        """
        return 2 * self.tally.listed >= self.listed - len(self.of(Category.UNMARKED))

    @property
    def quality(self) -> float | None:
        """Качество знаний, %; None where it would not tell of the class."""
        return self.tally.quality if self.tells else None

    @property
    def passed(self) -> float | None:
        """Успеваемость, %; None where it would not tell of the class."""
        return self.tally.passed if self.tells else None


_PLACES = (Category.EXCELLENT, Category.GOOD, Category.PASSING, Category.FAILING, Category.NOT_ATTESTED)


def results(found: Sequence[ClassFinals]) -> Results:
    """What one class, or several together, come to: pupils weigh, not classes."""
    judged = tuple((category(pupil), pupil) for item in found for pupil in item.pupils)
    counts = [sum(one is wanted for one, _ in judged) for wanted in _PLACES]
    marks = marks_tally(final for _, pupil in judged for final in pupil.finals.values())
    return Results(len(judged), judged, Tally(*counts), marks)
