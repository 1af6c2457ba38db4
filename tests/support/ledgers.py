"""A school of the simulator lived through night by night, and what its checks found beside what its ledger holds."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.evenings import live_through, settings_for
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Place
from netcity_sync.jobs.check import run_check
from netcity_sync.simulator.ledger import LedgerEntry, make_ledger
from netcity_sync.simulator.server import running_simulator
from support.near_misses import near_misses

NEVER_JUDGED = {"USR-05"}
"""Rules that wait for a source that can tell."""

Key = tuple[str | int | None, ...]

OF_THE_SERVICE = (
    "OPS-01", "OPS-02", "OPS-03", "OPS-04", "OPS-05", "OPS-06", "OPS-07", "OPS-08", "OPS-09", "CHG-06", "REP-01",
    "REP-02", "REP-03", "REP-04", "ATT-09", "PAR-05",
)  # fmt: skip
"""Rules about the service's own work, of which the GIS knows nothing: test_operations.py and its neighbour try them."""
BY_ACCESS_REPORT = ("CHG-03", "CHG-04", "CHG-07", "LSN-08")
"""Rules that need the report on access, which these nights do not read."""


def key_of(rule: str, place: LedgerEntry | Place) -> Key:
    """What both sides name a place by; the ledger tells a work by its lesson only."""
    return (
        rule, place.subject_group_id, place.term_id, place.lesson_id, place.student_id, place.class_id, place.staff_id,
        place.day, place.key,
    )  # fmt: skip


def planted(entries: list[LedgerEntry]) -> Counter[Key]:
    """The certain entries."""
    return Counter(key_of(item.rule, item) for item in entries if item.certain)


@dataclass(frozen=True)
class Comparison:
    """How often each rule was broken for certain, how often it was found there, and how many near-misses it passed.

    Places that are found and not in the ledger, or the other way round, are `astray`.
    """

    planted: Counter[str]
    found: Counter[str]
    near_misses: Counter[str]
    astray: tuple[Key, ...]


def compare(seed: int, classes: int, evenings: Sequence[datetime], *, combined: bool = False) -> Comparison:
    """Live through evenings, check on the last."""
    with (
        running_simulator(seed, classes, evenings[0], combined=combined) as simulator,
        tempfile.TemporaryDirectory() as folder,
    ):
        settings = settings_for(simulator, folder)
        live_through(simulator, settings, evenings)
        outcome = run_check(settings, fixed_clock(evenings[-1].replace(tzinfo=settings.zone)))
        ledger = make_ledger(simulator.world)
        expected, near = planted(ledger), near_misses(simulator.world, ledger)
    assert {gap.rule for gap in outcome.no_data} <= {*NEVER_JUDGED, *BY_ACCESS_REPORT, "FIN-10"}
    found = Counter(key_of(item.rule, item.place) for item in outcome.findings if item.rule not in OF_THE_SERVICE)
    astray = tuple(((found - expected) + (expected - found)).keys())
    return Comparison(by_rule(expected), by_rule(found), near, astray)


def by_rule(keys: Counter[Key]) -> Counter[str]:
    """How many places of each rule."""
    counts: Counter[str] = Counter()
    for key, count in keys.items():
        counts[str(key[0])] += count
    return counts


def nights(first: str, count: int, step: int = 1) -> list[datetime]:
    """Evenings at nine."""
    start = datetime.fromisoformat(f"{first}T21:00:00")
    return [start + timedelta(days=number) for number in range(0, count, step)]
