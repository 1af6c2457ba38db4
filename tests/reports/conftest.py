"""One simulated school over a whole year, read once for all tests of results."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from support.whole_school import WholeSchool, whole_school

_EVENINGS = tuple(
    datetime.fromisoformat(f"{day}T23:50")
    for day in ("2026-10-23", "2026-12-25", "2027-03-26", "2027-05-26", "2027-06-20", "2027-06-21")
)
"""The last day of each term, to know who was listed then; and two when all is written, to confirm what vanished."""


@pytest.fixture(scope="session")
def school_year() -> Iterator[WholeSchool]:
    """Six classes from the first grade to the eleventh, with the exchange folder taken at the end."""
    with whole_school(*_EVENINGS, seed=11, classes=6) as school:
        yield school
