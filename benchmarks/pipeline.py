"""The whole way of a school's year: HTTP on loopback, JSON, validation, model, merge; and which room costs what.

The server is a process of its own and has its pages ready. The sync runs in a process of its own too, so that its peak
memory is its own; CPU time is counted by thread around the doors of the rooms.
"""

import json
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from subprocess import PIPE, run
from typing import Any

from pydantic import SecretStr

from benchmarks.claim import Claim, at_most
from benchmarks.server import DAY, simulator
from netcity_sync.adapters.netschool import connection, drift, parser, source, transport
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs import reading, sync
from netcity_sync.mirror import intake, raw
from netcity_sync.settings import Settings

_SIZES = (11, 43)
_LARGEST_ROOM = 0.4
_MEGABYTES = 300
_GROWTH = 1.25


def pipeline() -> Iterator[Claim]:
    """A whole school's year through everything, and a small school's for comparison of memory."""
    small, large = (_measured(classes) for classes in _SIZES)
    spent = {name: value / large["cpu"] for name, value in large["rooms"].items()}
    yield Claim(f"pipeline, {_SIZES[1]} classes: rows", large["rows"])
    yield Claim("pipeline: rows a second", large["rows"] / large["seconds"])
    for name, share in sorted(spent.items(), key=lambda item: -item[1]):
        yield at_most(f"pipeline: share of {name}", share, _LARGEST_ROOM)
    yield Claim("pipeline: share of the rest", 1 - sum(spent.values()))
    yield at_most("pipeline: peak memory, MB", large["megabytes"], _MEGABYTES)
    growth = large["megabytes"] / small["megabytes"]
    yield at_most(f"pipeline: peak memory, {_SIZES[1]} / {_SIZES[0]} classes", growth, _GROWTH)


def _measured(classes: int) -> Any:
    with simulator(classes) as ready, tempfile.TemporaryDirectory() as folder:
        for name in ("warm", "measured"):
            done = run(
                [sys.executable, "-m", "benchmarks.pipeline", json.dumps(ready), str(Path(folder, name))],
                check=True,
                stdout=PIPE,
                text=True,
            )
        return json.loads(done.stdout.splitlines()[-1])


class _Rooms:
    """CPU seconds by room; what a room calls in another is the other's."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._local = threading.local()
        self._lock = threading.Lock()

    def count(self, room: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, counted."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            stack: list[float] = self._local.__dict__.setdefault("stack", [])
            stack.append(0.0)
            began = time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                spent = time.thread_time() - began
                inner = stack.pop()
                if stack:
                    stack[-1] += spent
                with self._lock:
                    self.seconds[room] += spent - inner

        return counted

    def watch(self, place: Any, name: str, room: str) -> None:
        """Count a function that a module or class holds under a name."""
        setattr(place, name, self.count(room, getattr(place, name)))


def _watched() -> _Rooms:
    rooms = _Rooms()
    rooms.watch(transport.Transport, "send", "HTTP")
    rooms.watch(connection, "decode", "JSON and validation")
    rooms.watch(parser, "decode", "JSON and validation")
    rooms.watch(drift.DriftRecorder, "look", "drift")
    rooms.watch(parser, "to_journal", "model")
    rooms.watch(reading, "journal_rows", "rows")
    rooms.watch(reading, "payload_hash", "hash")
    rooms.watch(raw.RawStore, "keep", "raw answers")
    rooms.watch(raw.RawStore, "commit", "raw answers")
    rooms.watch(intake.Intake, "take", "merge")
    rooms.watch(sync._Sync, "_merge_batch", "merge")
    return rooms


def _sync(ready: Any, folder: Path) -> dict[str, Any]:
    account = ready["accounts"][0]
    settings = Settings.model_validate(
        {
            "gis": {"url": ready["url"], "school": ready["school"]["id"], "login": account["login"],
                    "requests_per_second": 0},
            "school": {"timezone": "Asia/Yekaterinburg"},
            "storage": {"data_dir": folder},
        }
    )  # fmt: skip
    rooms = _watched()
    clock = fixed_clock(datetime.fromisoformat(DAY).replace(tzinfo=settings.zone))
    cpu, began = time.process_time(), time.perf_counter()
    adapter = source.NetSchoolSource(settings.gis, SecretStr(account["password"]))
    outcome = sync.run_sync(settings, adapter, clock)
    assert not outcome.scopes_failed
    return {
        "rows": outcome.changed_rows,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "rooms": rooms.seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(_sync(json.loads(sys.argv[1]), Path(sys.argv[2]))))
