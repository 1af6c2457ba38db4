"""The checks find exactly what the simulator's ledger holds: nothing more, nothing less."""

import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from benchmarks.handing import hand_in
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Place
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.sync import run_sync
from netcity_sync.settings import Settings
from netcity_sync.simulator.exchange import handed_over
from netcity_sync.simulator.ledger import LedgerEntry, make_ledger
from netcity_sync.simulator.server import Simulator, running_simulator

NEVER_JUDGED = {"REF-03", "USR-05"}
"""Rules that wait for a source that can tell."""

Key = tuple[str | int | None, ...]

OF_THE_SERVICE = (
    "OPS-01", "OPS-02", "OPS-03", "OPS-04", "OPS-05", "OPS-06", "OPS-07", "OPS-08", "OPS-09", "CHG-06", "REP-01",
    "REP-02", "REP-03", "REP-04",
)  # fmt: skip
"""Rules about the service's own work, of which the GIS knows nothing: test_operations.py and its neighbour try them."""
BY_ACCESS_REPORT = ("CHG-03", "CHG-04", "CHG-07")
"""Rules that need the report on access, which these nights do not read."""


def key_of(rule: str, place: LedgerEntry | Place) -> Key:
    """What both sides name a place by; the ledger tells a work by its lesson only."""
    return (
        rule, place.subject_group_id, place.term_id, place.lesson_id, place.student_id, place.class_id, place.staff_id,
        place.day, place.key,
    )  # fmt: skip


def settings_for(simulator: Simulator, folder: str) -> Settings:
    """An installation that reads the simulator as fast as it can."""
    return Settings.model_validate(
        {
            "gis": {
                "url": simulator.url,
                "school": simulator.world.school.id,
                "login": simulator.accounts[0].login,
                "requests_per_second": 0,
            },
            "school": {"timezone": "Asia/Yekaterinburg"},
            "storage": {"data_dir": folder},
        }
    )


def planted(entries: list[LedgerEntry]) -> Counter[Key]:
    """The certain entries."""
    return Counter(key_of(item.rule, item) for item in entries if item.certain)


def compare(seed: int, classes: int, evenings: list[datetime]) -> Counter[str]:
    """Live through evenings, check on the last; answers with how often each rule was found."""
    with running_simulator(seed, classes, evenings[0]) as simulator, tempfile.TemporaryDirectory() as folder:
        settings = settings_for(simulator, folder)
        password = SecretStr(simulator.accounts[0].password)
        for evening in evenings:
            simulator.move(evening)
            clock = fixed_clock(evening.replace(tzinfo=settings.zone))
            if hand_in(settings.exchange_folder, handed_over(simulator.world)):
                assert take_files(settings, clock).exit_code == 0
                simulator.world.note_take()
            assert run_sync(settings, NetSchoolSource(settings.gis, password), clock).exit_code == 0
        outcome = run_check(settings, clock)
        expected = planted(make_ledger(simulator.world))
    assert {gap.rule for gap in outcome.no_data} <= {*NEVER_JUDGED, *BY_ACCESS_REPORT, "FIN-10"}
    found = Counter(key_of(item.rule, item.place) for item in outcome.findings if item.rule not in OF_THE_SERVICE)
    assert found - expected == Counter(), "found, but not in the ledger"
    assert expected - found == Counter(), "in the ledger, but not found"
    return Counter(str(key[0]) for key in found)


def nights(first: str, count: int, step: int = 1) -> list[datetime]:
    """Evenings at nine."""
    start = datetime.fromisoformat(f"{first}T21:00:00")
    return [start + timedelta(days=number) for number in range(0, count, step)]


@pytest.mark.parametrize(
    ("seed", "classes", "evenings"),
    [
        (1, 3, nights("2026-09-01", 30)),
        (23, 2, nights("2026-10-05", 40)),
        (404, 3, nights("2026-09-01", 120, 7)),
        (8, 2, nights("2027-01-05", 30)),
        (41, 2, nights("2027-05-10", 40, 4)),
    ],
    ids=["autumn", "into the second quarter", "weekly reads", "winter", "the end of the year"],
)
def test_found_is_what_was_planted(seed: int, classes: int, evenings: list[datetime]) -> None:
    assert sum(compare(seed, classes, evenings).values()) > 50


def test_every_rule_occurs() -> None:
    rules = {
        "ACC-01", "ACC-02", "ATT-01", "ATT-02", "ATT-03", "ATT-05", "ATT-06", "ATT-08", "CHG-01", "CHG-05", "CTL-01",
        "CTL-02", "CTL-04", "CTL-06", "HW-01", "HW-02", "HW-03", "HW-05", "HW-06", "HW-07", "LSN-01", "LSN-02",
        "LSN-03", "LSN-04", "LSN-05", "LSN-06", "LSN-07", "MRK-01", "MRK-02", "MRK-04", "MRK-05", "MRK-06", "MRK-07",
        "MRK-08", "MRK-09", "MRK-10", "MRK-11", "MRK-12", "PAR-01", "PAR-02", "PAR-04", "PLN-01", "USR-01", "USR-02",
        "USR-03",
    }  # fmt: skip
    assert set(compare(5, 3, nights("2026-09-01", 45))) == rules


def test_every_rule_of_a_whole_year_occurs() -> None:
    rules = {"LSN-09", "PLN-02", "PLN-03", "PLN-04", "PLN-05", "PLN-06"}
    assert set(compare(11, 3, nights("2026-09-01", 271, 30))) >= rules


def test_a_school_of_all_grades() -> None:
    assert {"HW-04", "MRK-03"} <= set(compare(2, 11, nights("2026-09-01", 21, 4)))


def test_changes_in_a_closed_term_occur() -> None:
    assert compare(8, 2, nights("2027-01-05", 6))["CHG-02"]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 106))
def test_a_whole_year(seed: int, tmp_path: Path) -> None:
    assert sum(compare(seed, 4, nights("2026-09-01", 266, 2)).values()) > 500
