"""A whole school over a slow line: how near a sync comes to the time that its readers spend waiting."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.sync import SyncOutcome, run_sync
from netcity_sync.settings import Settings

_CLASSES = 43
"""Makes 2,240 pages, give or take a home-schooled pupil."""
_DELAY, _READERS = 0.1, 4
_DAY = "2027-05-20T21:00:00"


def slow_line() -> Iterator[tuple[str, float, str, bool]]:
    """All journals of the year, 100 ms an answer, 4 readers: the bound is pages × delay / readers."""
    with _simulator() as ready, tempfile.TemporaryDirectory() as folder:
        warm = _sync(ready, Path(folder, "warm"))
        _post(ready["url"], "__fault", {"slow@journal": 1, "slow_seconds": _DELAY})
        began = time.perf_counter()
        slow = _sync(ready, Path(folder, "slow"))
        seconds = time.perf_counter() - began
    pages = slow.scopes - 1 - _CLASSES
    assert slow.scopes_failed == warm.scopes_failed == 0
    bound = pages * _DELAY / _READERS
    yield f"{pages} pages, 100 ms each, 4 readers: bound / time", bound / seconds, ">= 0.9", bound / seconds >= 0.9


@contextmanager
def _simulator() -> Iterator[Any]:
    """A school in a process of its own, so that it does not share our interpreter."""
    command = [
        sys.executable, "-m", "netcity_sync", "simulate", "--port", "0", "--classes", str(_CLASSES), "--date", _DAY,
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


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
    moment = datetime.fromisoformat(_DAY).replace(tzinfo=settings.zone)
    return run_sync(settings, NetSchoolSource(settings.gis, SecretStr(account["password"])), fixed_clock(moment))


def _post(url: str, name: str, body: dict[str, float]) -> None:
    with requests.Session() as http:
        http.trust_env = False
        http.post(f"{url}/{name}", json=body, timeout=10).raise_for_status()
