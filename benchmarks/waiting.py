"""A whole school over a slow line: how near a sync comes to the time that its readers spend waiting."""

import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks.claim import Claim, at_least
from benchmarks.server import DAY, post, simulator
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.sync import SyncOutcome, run_sync
from netcity_sync.settings import Settings

_CLASSES = 43
"""Makes 2,240 pages, give or take a home-schooled pupil."""
_DELAY, _READERS = 0.1, 4


def slow_line() -> Iterator[Claim]:
    """All journals of the year, 100 ms an answer, 4 readers: the bound is pages × delay / readers."""
    with simulator(_CLASSES) as ready, tempfile.TemporaryDirectory() as folder:
        warm = _sync(ready, Path(folder, "warm"))
        post(ready["url"], "__fault", {"slow@journal": 1, "slow_seconds": _DELAY})
        began = time.perf_counter()
        slow = _sync(ready, Path(folder, "slow"))
        seconds = time.perf_counter() - began
    pages = slow.scopes - 1 - _CLASSES
    assert slow.scopes_failed == warm.scopes_failed == 0
    bound = pages * _DELAY / _READERS
    yield at_least(f"{pages} pages, 100 ms each, 4 readers: bound / time", bound / seconds, 0.9)


def _sync(ready: Any, folder: Path) -> SyncOutcome:
    account = ready["accounts"][0]
    settings = Settings.model_validate(
        {
            "gis": {"url": ready["url"], "school": ready["school"]["id"], "login": account["login"],
                    "requests_per_second": 0, "readers": _READERS},
            "school": {"timezone": "Asia/Yekaterinburg"},
            "storage": {"data_dir": folder},
        }
    )  # fmt: skip
    moment = datetime.fromisoformat(DAY).replace(tzinfo=settings.zone)
    return run_sync(settings, NetSchoolSource(settings.gis, SecretStr(account["password"])), fixed_clock(moment))
