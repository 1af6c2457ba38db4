"""A simulator in a process of its own, so that it does not share our interpreter."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

DAY = "2027-05-20T21:00:00"


@contextmanager
def simulator(classes: int) -> Iterator[Any]:
    """A school at the end of its year; what it says of itself when it is ready."""
    command = [
        sys.executable, "-m", "netcity_sync", "simulate", "--port", "0", "--classes", str(classes), "--date", DAY,
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def post(url: str, name: str, body: dict[str, float]) -> None:
    """Tell the simulator something."""
    with requests.Session() as http:
        http.trust_env = False
        http.post(f"{url}/{name}", json=body, timeout=10).raise_for_status()
