"""Rules of different shapes against loops that ask the mirror cell by cell, over a school that lives through nights."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.evenings import live_through, settings_for
from benchmarks.loops import Loops
from netcity_sync.compliance.check import check_snapshot
from netcity_sync.compliance.registry import find_rule
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.simulator.server import running_simulator


@pytest.mark.parametrize(
    ("seed", "first", "count", "step", "combined"),
    [
        (32, "2026-10-12", 10, 4, False),
        pytest.param(31, "2026-09-01", 30, 2, False, marks=pytest.mark.soak),
        pytest.param(33, "2026-12-10", 12, 4, False, marks=pytest.mark.soak),
        pytest.param(34, "2026-09-01", 20, 3, True, marks=pytest.mark.soak),
    ],
    ids=["over a change of terms", "autumn", "winter", "combined journals"],
)
def test_rules_find_what_the_loops_find(
    tmp_path: Path, seed: int, first: str, count: int, step: int, combined: bool
) -> None:
    start = datetime.fromisoformat(f"{first}T21:00:00")
    evenings = [start + timedelta(days=step * night) for night in range(count)]
    with running_simulator(seed, 3, start, combined=combined) as simulator:
        settings = settings_for(simulator, tmp_path)
        live_through(simulator, settings, evenings)
    now = evenings[-1].replace(tzinfo=settings.zone)
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        loops = Loops(snapshot, settings.zone)
        rules = loops.rules()
        expected = {where for find in rules.values() for journal in loops.journals for where in find(journal)}
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        result = check_snapshot(snapshot, settings, now, [find_rule(rule_id) for rule_id in rules])
    assert not result.coverage.no_data
    found = {
        (rule.id, place.subject_group_id, place.term_id, place.lesson_id, place.student_id, place.assignment_id)
        for rule, place in ((rule, violation.place) for rule, violation in result.violations)
    }
    assert found == expected
    assert len({where[0] for where in expected}) >= 9
