"""The checks find exactly what the simulator's ledger holds: nothing more, nothing less."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from support.ledgers import compare, nights


def found(seed: int, classes: int, evenings: list[datetime], *, combined: bool = False) -> Counter[str]:
    """What was found in a school, once it is the same as what its ledger holds."""
    comparison = compare(seed, classes, evenings, combined=combined)
    assert comparison.astray == ()
    return comparison.found


@pytest.mark.parametrize(
    ("seed", "classes", "evenings"),
    [
        (1, 3, nights("2026-09-01", 30)),
        (41, 2, nights("2027-05-10", 40, 4)),
        pytest.param(23, 2, nights("2026-10-05", 40), marks=pytest.mark.soak),
        pytest.param(404, 3, nights("2026-09-01", 120, 7), marks=pytest.mark.soak),
        pytest.param(8, 2, nights("2027-01-05", 30), marks=pytest.mark.soak),
    ],
    ids=["autumn", "the end of the year", "into the second quarter", "weekly reads", "winter"],
)
def test_found_is_what_was_planted(seed: int, classes: int, evenings: list[datetime]) -> None:
    assert sum(found(seed, classes, evenings).values()) > 50


def test_combined_journals() -> None:
    assert sum(found(6, 3, nights("2026-09-14", 40, 8), combined=True).values()) > 50


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(110, 114))
def test_a_whole_year_of_combined_journals(seed: int) -> None:
    assert sum(found(seed, 3, nights("2026-09-01", 270, 9), combined=True).values()) > 300


@pytest.mark.soak
def test_every_rule_occurs() -> None:
    rules = {
        "ACC-01", "ACC-02", "ATT-01", "ATT-02", "ATT-03", "ATT-05", "ATT-06", "ATT-08", "CHG-01", "CHG-05", "CTL-01",
        "CTL-02", "CTL-04", "CTL-05", "CTL-06", "HW-01", "HW-02", "HW-03", "HW-05", "HW-06", "HW-07", "LSN-01",
        "LSN-02", "LSN-03", "LSN-04", "LSN-05", "LSN-06", "LSN-07", "MRK-01", "MRK-02", "MRK-04", "MRK-05", "MRK-06",
        "MRK-07", "MRK-08", "MRK-09", "MRK-10", "MRK-11", "MRK-12", "PAR-01", "PAR-02", "PAR-04", "PLN-01", "USR-01",
        "USR-02", "USR-03",
    }  # fmt: skip
    assert set(found(5, 3, nights("2026-09-01", 45))) == rules


@pytest.mark.soak
def test_every_rule_of_a_whole_year_occurs() -> None:
    rules = {"LSN-09", "PLN-02", "PLN-03", "PLN-04", "PLN-05", "PLN-06"}
    assert set(found(11, 3, nights("2026-09-01", 271, 30))) >= rules


@pytest.mark.soak
def test_a_school_of_all_grades() -> None:
    assert {"HW-04", "MRK-03"} <= set(found(2, 11, nights("2026-09-01", 21, 4)))


def test_changes_in_a_closed_term_occur() -> None:
    assert found(8, 2, nights("2027-01-05", 6))["CHG-02"]


@pytest.mark.parametrize(
    "seed", [10, pytest.param(16, marks=pytest.mark.soak), pytest.param(7, marks=pytest.mark.soak)]
)
def test_movement_without_an_order_occurs(seed: int) -> None:
    assert found(seed, 5, nights("2026-09-20", 181, 45))["REF-03"] > 3


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 106))
def test_a_whole_year(seed: int, tmp_path: Path) -> None:
    assert sum(found(seed, 4, nights("2026-09-01", 266, 2)).values()) > 500
