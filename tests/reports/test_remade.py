"""Reports of a past day are the same, byte by byte, when they are made again from a mirror that has gone on."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from support.whole_school import whole_school

from benchmarks.handing import hand_in
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.sync import run_sync
from netcity_sync.reports.registry import all_reports
from netcity_sync.settings import Settings
from netcity_sync.simulator.exchange import handed_over
from netcity_sync.simulator.server import running_simulator

_BEFORE, _THEN, _LATER = (datetime.fromisoformat(f"2026-{day}T23:50") for day in ("10-19", "11-13", "12-26"))
_SEED, _CLASSES = 21, 3


def _hashes(settings: Settings, now: datetime, as_of: datetime, order: str) -> dict[str, str]:
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-m", "support.remade", settings.model_dump_json(), now.isoformat(), as_of.isoformat()],
        check=True, capture_output=True, text=True, cwd=root, timeout=300,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")]), "PYTHONHASHSEED": order},
    )  # fmt: skip
    found: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
    return found


def test_every_report_of_a_past_day_is_the_same_again(shared: Path) -> None:
    with whole_school(shared, _BEFORE, _THEN, seed=_SEED, classes=_CLASSES) as school:
        settings = school.settings
        as_of = _THEN.replace(tzinfo=settings.zone) + timedelta(minutes=5)
        first = _hashes(settings, as_of, as_of, "1")
        later = _LATER.replace(tzinfo=settings.zone)
        with running_simulator(seed=_SEED, classes=_CLASSES, now=_LATER) as simulator:
            gis = settings.gis.model_copy(update={"url": simulator.url})
            password = SecretStr(simulator.accounts[0].password)
            outcome = run_sync(settings, NetSchoolSource(gis, password), fixed_clock(later))
            hand_in(settings.exchange_folder, handed_over(simulator.world))
            assert take_files(settings, fixed_clock(later)).exit_code == 0
        again = _hashes(settings, later, as_of, "2")
        assert outcome.changed_rows > 1000
    assert again == first
    assert len(first) == 3 * sum(len(report.periods) for report in all_reports())
