"""Simulated schools that tests of reports look at, each read once."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import pytest
from support.whole_school import WINTER, WholeSchool, whole_school

_NOVEMBER = datetime(2026, 11, 13, 23, 59, 30)
_WINTER = tuple(datetime.fromisoformat(f"2027-{day}T23:59:30") for day in ("01-29", "02-12", "02-26"))
_EVENINGS = tuple(
    datetime.fromisoformat(f"{day}T23:50")
    for day in ("2026-10-23", "2026-12-25", "2027-03-26", "2027-05-26", "2027-06-20", "2027-06-21")
)
"""The last day of each term, to know who was listed then; and two when all is written, to confirm what vanished."""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all processes that run tests."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def school_year(shared: Path) -> Iterator[WholeSchool]:
    """A whole year of six classes from the first grade to the eleventh. Nobody writes into its mirror."""
    with whole_school(shared, *_EVENINGS, seed=11, classes=6) as school:
        yield school


@pytest.fixture(scope="session")
def winter(shared: Path) -> Iterator[WholeSchool]:
    """A school read three times in the middle of the third quarter, so that late entries were seen to be late."""
    with _read_in_winter(shared) as school:
        yield school


def _read_in_winter(shared: Path) -> AbstractContextManager[WholeSchool]:
    return whole_school(shared, *_WINTER, seed=23, classes=5)


@pytest.fixture(scope="session")
def november(shared: Path) -> Iterator[WholeSchool]:
    """A school in the middle of a term. Nobody writes into its mirror."""
    with whole_school(shared, _NOVEMBER) as school:
        yield school


@pytest.fixture(params=["november", WINTER])
def own_school(shared: Path, request: pytest.FixtureRequest) -> Iterator[WholeSchool]:
    """Each of these two in turn, for a test that writes into its mirror."""
    read = whole_school(shared, _NOVEMBER) if request.param == "november" else _read_in_winter(shared)
    with read as school:
        yield school
