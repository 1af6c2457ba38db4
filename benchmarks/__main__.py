"""`python -m benchmarks`: a line a claim, `ok|short  NAME  figure  goal`; exit code 1 where one is short."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from benchmarks.waiting import slow_line
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.sync import run_sync
from netcity_sync.logs import configure_logging
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import running_simulator


def demo_seconds() -> Iterator[tuple[str, float, str, bool]]:
    """The demo of the default school, as a newcomer runs it."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "netcity_sync", "demo", "--dir", str(Path(folder, "demo"))],
            check=True,
            capture_output=True,
        )
        seconds = time.perf_counter() - began
    yield "demo, s", seconds, "< 60", seconds < 60


def nights() -> Iterator[tuple[str, float, str, bool]]:
    """A first night of the default school, one with a day's changes, and one without any; and its check."""
    evening = datetime(2026, 10, 5, 21)  # noqa: DTZ001
    with running_simulator(seed=1, classes=11, now=evening) as simulator, tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {
                "gis": {"url": simulator.url, "school": simulator.world.school.id, "login": "zavuch",
                        "requests_per_second": 0},
                "school": {"timezone": "Asia/Yekaterinburg"},
                "storage": {"data_dir": folder},
            }
        )  # fmt: skip
        configure_logging(Path(folder), verbose=False)
        password = SecretStr(simulator.accounts[0].password)

        def sync(moment: datetime) -> None:
            run_sync(
                settings, NetSchoolSource(settings.gis, password), fixed_clock(moment.replace(tzinfo=settings.zone))
            )

        first = _seconds(lambda: sync(evening))
        again = _seconds(lambda: sync(evening + timedelta(minutes=5)))
        simulator.move(evening + timedelta(days=1))
        changed = _seconds(lambda: sync(evening + timedelta(days=1)))
        clock = fixed_clock((evening + timedelta(days=1)).replace(tzinfo=settings.zone))
        check = _seconds(lambda: run_check(settings, clock))
    yield "night without changes / first night", again / first, "< 0.5", again / first < 0.5
    yield "night of a school day / first night", changed / first, "< 0.8", changed / first < 0.8
    yield "check / first night", check / first, "< 0.5", check / first < 0.5
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield "peak memory with the simulator, MB", megabytes, "< 300", megabytes < 300


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    """Run all benchmarks; answers with the exit code."""
    short = False
    for benchmark in (demo_seconds, nights, slow_line):
        for name, figure, goal, ok in benchmark():
            short |= not ok
            print(f"{'ok' if ok else 'short'}  {name}  {figure:.2f}  {goal}")
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
