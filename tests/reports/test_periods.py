"""What a report compares its period with."""

from datetime import date

import pytest
from support.whole_school import WholeSchool

from netcity_sync.reports.period import Period, month_period, span_period, week_period
from netcity_sync.simulator.calendar import Term


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (week_period(date(2026, 11, 4)), date(2026, 10, 26), date(2026, 11, 1)),
        (month_period(date(2027, 1, 1)), date(2026, 12, 1), date(2026, 12, 31)),
        (month_period(date(2027, 3, 1)), date(2027, 2, 1), date(2027, 2, 28)),
        (span_period(date(2026, 9, 11), date(2026, 9, 20)), date(2026, 9, 1), date(2026, 9, 10)),
        (span_period(date(2026, 9, 7), date(2026, 9, 7)), date(2026, 9, 6), date(2026, 9, 6)),
    ],
    ids=lambda item: item.key if isinstance(item, Period) else "",
)
def test_weeks_months_and_spans_have_one_of_the_same_kind(
    november: WholeSchool, period: Period, first: date, last: date
) -> None:
    found = november.desk.period_before(period)
    assert found is not None
    assert (found.kind, found.first, found.last) == (period.kind, first, last)


def test_a_quarter_follows_a_quarter_and_a_half_year_a_half_year(school_year: WholeSchool) -> None:
    desk, calendar = school_year.desk, school_year.world.school.calendar
    for terms in (calendar.quarters, calendar.half_years):
        before: Term | None = None
        for term in terms:
            found = desk.period_before(desk.term_period(str(term.id)))
            expected = (before.start, before.end, str(before.id)) if before else None
            assert (found and (found.first, found.last, found.key)) == expected
            before = term


def test_nothing_comes_before_a_year(school_year: WholeSchool) -> None:
    assert school_year.desk.period_before(school_year.desk.year_period()) is None
