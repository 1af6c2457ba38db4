"""`python -m benchmarks [NAME]…`: a line a claim, `ok|short  NAME  figure  goal`; exit code 1 where one is short."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from benchmarks.archive import archive
from benchmarks.catalogue import catalogue
from benchmarks.claim import Claim, at_most, seconds
from benchmarks.evenings import settings_for
from benchmarks.merging import merging
from benchmarks.paper import paper
from benchmarks.pipeline import pipeline
from benchmarks.printing import printing
from benchmarks.waiting import slow_line
from benchmarks.years import years
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.sync import run_sync
from netcity_sync.logs import configure_logging
from netcity_sync.simulator.server import running_simulator


def demo_seconds() -> Iterator[Claim]:
    """The demo of the default school, as a newcomer runs it."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "netcity_sync", "demo", "--dir", str(Path(folder, "demo"))],
            check=True,
            capture_output=True,
        )
        spent = time.perf_counter() - began
    yield at_most("demo, s", spent, 60)


def nights() -> Iterator[Claim]:
    """A first night of the default school, one with a day's changes, and one without any; and its check."""
    evening = datetime(2026, 10, 5, 21)  # noqa: DTZ001
    with running_simulator(seed=1, classes=11, now=evening) as simulator, tempfile.TemporaryDirectory() as folder:
        settings = settings_for(simulator, folder)
        configure_logging(Path(folder), verbose=False)
        password = SecretStr(simulator.accounts[0].password)

        def sync(moment: datetime) -> None:
            run_sync(
                settings, NetSchoolSource(settings.gis, password), fixed_clock(moment.replace(tzinfo=settings.zone))
            )

        first = seconds(lambda: sync(evening))
        again = seconds(lambda: sync(evening + timedelta(minutes=5)))
        simulator.move(evening + timedelta(days=1))
        changed = seconds(lambda: sync(evening + timedelta(days=1)))
        clock = fixed_clock((evening + timedelta(days=1)).replace(tzinfo=settings.zone))
        check = seconds(lambda: run_check(settings, clock))
    yield at_most("night without changes / first night", again / first, 0.5)
    yield at_most("night of a school day / first night", changed / first, 0.8)
    yield at_most("check / first night", check / first, 0.5)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield at_most("peak memory with the simulator, MB", megabytes, 300)


BENCHMARKS = {
    "demo": demo_seconds, "nights": nights, "slow-line": slow_line, "merging": merging, "pipeline": pipeline,
    "years": years, "catalogue": catalogue, "paper": paper, "printing": printing,
    "archive": archive,
}  # fmt: skip


def main(names: Sequence[str]) -> int:
    """Run the benchmarks of these names, or all; answers with the exit code."""
    configure_logging(None, verbose=False)
    short = False
    for name in names or BENCHMARKS:
        for claim in BENCHMARKS[name]():
            short |= not claim.ok
            print(claim, flush=True)
    return int(short)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
