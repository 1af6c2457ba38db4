"""The figures of reports on final marks, each with the words that name its variant (reports.md §1.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

_SOU_WEIGHTS = {5: 100, 4: 64, 3: 36, 2: 16}
_SOU_NOT_ATTESTED = 7

PASSED_WORDS = "успеваемость — доля «5», «4», «3» от числа оценённых, считая н/а"
QUALITY_WORDS = "качество — доля «5» и «4» от числа оценённых, считая н/а"
SOU_WORDS = "СОУ по Симонову: (100·«5» + 64·«4» + 36·«3» + 16·«2» + 7·н/а) ÷ число отметок и н/а"
MEAN_WORDS = "средний балл — по отметкам, без н/а"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pupils have each final mark; `na` are not attested."""

    n5: int = 0
    n4: int = 0
    n3: int = 0
    n2: int = 0
    na: int = 0

    @property
    def attested(self) -> int:
        """Those with a mark."""
        return self.n5 + self.n4 + self.n3 + self.n2

    @property
    def listed(self) -> int:
        """All on the list."""
        return self.attested + self.na

    @property
    def passed(self) -> float | None:
        """Успеваемость, %: of the list."""
        return share(self.n5 + self.n4 + self.n3, self.listed)

    @property
    def passed_of_attested(self) -> float | None:
        """Успеваемость, %: of those attested."""
        return share(self.n5 + self.n4 + self.n3, self.attested)

    @property
    def quality(self) -> float | None:
        """Качество знаний, %: of the list."""
        return share(self.n5 + self.n4, self.listed)

    @property
    def sou(self) -> float | None:
        """СОУ by Симонов, %: of the list, «н/а» counted as 7."""
        if not self.listed:
            return None
        return (self._weighed + _SOU_NOT_ATTESTED * self.na) / self.listed

    @property
    def sou_of_attested(self) -> float | None:
        """СОУ by Симонов, %: of those attested."""
        return self._weighed / self.attested if self.attested else None

    @property
    def mean(self) -> float | None:
        """Средний балл of those attested."""
        if not self.attested:
            return None
        return (5 * self.n5 + 4 * self.n4 + 3 * self.n3 + 2 * self.n2) / self.attested

    @property
    def _weighed(self) -> int:
        counts = {5: self.n5, 4: self.n4, 3: self.n3, 2: self.n2}
        return sum(_SOU_WEIGHTS[mark] * count for mark, count in counts.items())

    def __add__(self, other: "Tally") -> "Tally":
        """Both together: means over several classes weigh pupils, not classes."""
        return Tally(self.n5 + other.n5, self.n4 + other.n4, self.n3 + other.n3, self.n2 + other.n2, self.na + other.na)


def tally(marks: Iterable[int | None]) -> Tally:
    """Count final marks; None is not attested. A «1» counts as «2»."""
    counts = dict.fromkeys((5, 4, 3, 2, None), 0)
    for mark in marks:
        counts[max(2, mark) if mark is not None else None] += 1
    return Tally(counts[5], counts[4], counts[3], counts[2], counts[None])


def change(now: float | None, was: float | None) -> float | None:
    """By how much a figure has grown; None where one of the two is not known."""
    return now - was if now is not None and was is not None else None


def share(part: float, whole: float) -> float | None:
    """A part in percent; None of nothing."""
    return 100 * part / whole if whole else None
