"""The last day of keeping: the worked example, and years that end at odd times."""

from datetime import date

import pytest

from netcity_sync.retention import keep_until


@pytest.mark.parametrize(
    ("year_end", "years", "last"),
    [
        (date(2027, 8, 31), 5, date(2032, 12, 31)),
        (date(2027, 8, 31), 25, date(2052, 12, 31)),
        (date(2027, 5, 26), 5, date(2032, 12, 31)),
        (date(2028, 2, 29), 1, date(2029, 12, 31)),
    ],
)
def test_whole_years_from_the_first_of_january_after(year_end: date, years: int, last: date) -> None:
    assert keep_until(year_end, years) == last
    assert (last - date(year_end.year, 12, 31)).days >= 365 * years
