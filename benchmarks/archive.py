"""The archive of a large school's year: made, proved, and what that takes, in a process of its own."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise

from benchmarks.claim import Claim, at_most, peak_megabytes, seconds
from benchmarks.evenings import live_through, settings_for
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.archive import make_archive
from netcity_sync.jobs.archive_care import verify_archives
from netcity_sync.logs import configure_logging
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import running_simulator

_CLASSES = 43
_EVENING = datetime(2027, 5, 30, 21)  # noqa: DTZ001 (the simulator's clock is naive local)
_JUNE = datetime(2027, 6, 10, 12)  # noqa: DTZ001


def archive() -> Iterator[Claim]:
    """A year read on its last evening, archived by a process that has nothing else to do."""
    with tempfile.TemporaryDirectory() as folder:
        with running_simulator(1, _CLASSES, _EVENING) as simulator:
            settings = settings_for(simulator, folder)
            live_through(simulator, settings, [_EVENING])
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.archive", settings.model_dump_json()],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    figures = json.loads(told.stdout)
    yield Claim(f"files of the year, {_CLASSES} classes", figures["files"])
    yield Claim("MB of the archive", figures["bytes"] / 1e6)
    yield Claim("made, s", figures["made"])
    yield Claim("made, CPU seconds of all processes", figures["cpu"])
    yield at_most("CPU seconds of the process that reads / of all", figures["own"] / figures["cpu"], 0.5)
    yield Claim("made: share of all cores that it kept busy", figures["busy"])
    yield at_most("made: longest time without progress / all of it", figures["pause"] / figures["made"], 0.15)
    yield at_most("peak memory of the process that reads, MB", figures["megabytes"], 250)
    yield at_most("peak memory of a process that draws, MB", figures["drawing"], 600)
    yield at_most("proved / made", figures["proved"] / figures["made"], 0.1)


def _measure(settings: Settings) -> dict[str, float]:
    clock = fixed_clock(_JUNE.replace(tzinfo=settings.zone))
    moments: list[float] = []

    @contextmanager
    def progress(total: int) -> Iterator[Callable[[], None]]:
        yield lambda: moments.append(time.perf_counter())

    before, own = _cpu_seconds(), time.process_time()
    began = time.perf_counter()
    manifest = make_archive(settings, clock, progress=progress).manifest
    ended = time.perf_counter()
    spent, own = _cpu_seconds() - before, time.process_time() - own
    stops = [began, *moments, ended]
    return {
        "files": len(manifest.files),
        "bytes": sum(item.bytes for item in manifest.files),
        "made": ended - began,
        "cpu": spent,
        "own": own,
        "busy": spent / (ended - began) / (os.cpu_count() or 1),
        "pause": max(after - earlier for earlier, after in pairwise(stops)),
        "megabytes": peak_megabytes(),
        "drawing": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "proved": seconds(lambda: verify_archives(settings, clock)),
    }


def _cpu_seconds() -> float:
    """What this process and those of its children that have ended have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)


if __name__ == "__main__":
    configure_logging(None, verbose=False)
    print(json.dumps(_measure(Settings.model_validate_json(sys.argv[1]))))
