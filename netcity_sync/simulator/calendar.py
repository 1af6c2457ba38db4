"""The school's calendar: quarters, half-years, vacations and public holidays of any school year."""

from dataclasses import dataclass
from datetime import date, timedelta

_HOLIDAYS = frozenset({(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})
"""Days off by article 112 of the Labour Code, as (month, day)."""

_FRIDAY = 4
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Term:
    """A quarter or a half-year."""

    id: int
    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """A school year, five days a week."""

    start: date
    end: date
    quarters: tuple[Term, ...]
    half_years: tuple[Term, ...]
    first_grade_break: tuple[date, date]

    @property
    def name(self) -> str:
        """`2026/2027`."""
        return f"{self.start.year}/{self.end.year}"

    def terms_of(self, grade: int) -> tuple[Term, ...]:
        """Quarters up to grade 9, half-years above."""
        return self.quarters if grade <= 9 else self.half_years

    def school_days(self, grade: int) -> list[date]:
        """All days of the year on which that grade has lessons."""
        days = []
        for quarter in self.quarters:
            day = quarter.start
            while day <= quarter.end:
                if self._is_school_day(day, grade):
                    days.append(day)
                day += timedelta(days=1)
        return days

    def _is_school_day(self, day: date, grade: int) -> bool:
        if day.weekday() > _FRIDAY or (day.month, day.day) in _HOLIDAYS:
            return False
        first, last = self.first_grade_break
        return not (grade == 1 and first <= day <= last)


def calendar_of(first_year: int) -> Calendar:
    """The calendar of the school year that begins in September of `first_year`."""
    start = date(first_year, 9, 1)
    end_1 = _friday_not_after(date(first_year, 10, 28))
    start_2 = end_1 + timedelta(days=10)
    end_2 = _friday_not_after(date(first_year, 12, 30))
    start_3 = _monday_not_before(date(first_year + 1, 1, 9))
    end_3 = _friday_not_after(date(first_year + 1, 3, 26))
    start_4 = end_3 + timedelta(days=10)
    end_4 = date(first_year + 1, 5, 26)
    base = first_year * 10
    quarters = tuple(
        Term(base + number, f"{number} четверть", first, last)
        for number, (first, last) in enumerate(
            ((start, end_1), (start_2, end_2), (start_3, end_3), (start_4, end_4)), start=1
        )
    )
    half_years = (
        Term(base + 5, "1 полугодие", start, end_2),
        Term(base + 6, "2 полугодие", start_3, end_4),
    )
    monday = _monday_not_before(date(first_year + 1, 2, 12))
    first_grade_break = (monday, monday + _WEEK - timedelta(days=1))
    return Calendar(start, date(first_year + 1, 8, 31), quarters, half_years, first_grade_break)


def _friday_not_after(day: date) -> date:
    return day - timedelta(days=(day.weekday() - _FRIDAY) % 7)


def _monday_not_before(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
