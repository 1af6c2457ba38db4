"""All rules over a school's whole year, beside some of them as loops that ask the mirror cell by cell."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from benchmarks.claim import Claim, at_most, peak_megabytes, seconds
from benchmarks.evenings import live_through, settings_for
from benchmarks.loops import Loops
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.check import check_snapshot
from netcity_sync.compliance.registry import Rule, all_rules, find_rule
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.check import run_check
from netcity_sync.logs import configure_logging
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import running_simulator

_CLASSES = 43
_FIRST, _LAST, _EVENINGS = datetime(2026, 9, 7, 21), datetime(2027, 5, 31, 21), 10  # noqa: DTZ001
"""The simulator's clock is naive local."""
_LOOPED = 8
"""Of so many classes the loops are timed, and their time is taken for the whole school by its pupils."""


def catalogue() -> Iterator[Claim]:
    """A mirror of a year that was read on ten evenings: what a check of it takes in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        with running_simulator(1, _CLASSES, _FIRST) as simulator:
            settings = settings_for(simulator, folder)
            live_through(simulator, settings, _evenings())
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.catalogue", settings.model_dump_json()],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    figures = json.loads(told.stdout)
    yield Claim("pupils", figures["pupils"])
    yield Claim("findings", figures["findings"])
    yield Claim(f"all {len(all_rules())} rules, with findings recorded, s", figures["check"])
    yield Claim(f"{figures['looped']} rules as loops, s", figures["loops"])
    yield at_most(f"the same {figures['looped']} rules / the loops", figures["same"] / figures["loops"], 0.05)
    yield Claim(f"all {len(all_rules())} rules, without recording, s", figures["all"])
    yield at_most("peak memory of the check, MB", figures["megabytes"], 400)


def _evenings() -> list[datetime]:
    step = (_LAST - _FIRST).days / (_EVENINGS - 1)
    return [_FIRST + timedelta(days=round(step * number)) for number in range(_EVENINGS)]


def _measure(settings: Settings) -> dict[str, float]:
    """What checks of a mirror take; memory before the loops are made."""
    now = _LAST.replace(tzinfo=settings.zone)
    found = 0

    def check() -> None:
        nonlocal found
        found = len(run_check(settings, fixed_clock(now)).findings)

    first = seconds(check)
    figures: dict[str, float] = {
        "check": first, "megabytes": peak_megabytes(), "findings": found,
    }  # fmt: skip
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        loops = Loops(snapshot, settings.zone)
        chosen = set(sorted({item.class_id for item in loops.journals})[:: _CLASSES // _LOOPED])
        journals = [item for item in loops.journals if item.class_id in chosen]
        pupils = dict(
            snapshot.connection.execute("SELECT class_id, count(*) FROM as_of_enrolment GROUP BY 1").fetchall()
        )
        share = sum(pupils[item] for item in chosen) / sum(pupils.values())
        spent = sum(
            seconds(lambda find=find, journal=journal: sum(1 for _ in find(journal)))  # type: ignore[misc]
            for find in loops.rules().values()
            for journal in journals
        )
        looped = [find_rule(item) for item in loops.rules()]
    return figures | {
        "pupils": sum(pupils.values()),
        "loops": spent / share,
        "looped": len(looped),
        "same": min(_rules_seconds(settings, now, tuple(looped)) for _ in range(2)),
        "all": min(_rules_seconds(settings, now, all_rules()) for _ in range(2)),
    }


def _rules_seconds(settings: Settings, now: datetime, rules: tuple[Rule, ...]) -> float:
    """Rules over the mirror, the preparation of what they look at included, without writing their findings down."""
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        return seconds(lambda: check_snapshot(snapshot, settings, now, rules))


if __name__ == "__main__":
    configure_logging(None, verbose=False)
    print(json.dumps(_measure(Settings.model_validate_json(sys.argv[1]))))
