"""Recorded answers of live servers, read where they lie: nothing of them is copied into the project."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("NETCITY_RECORDED") or Path(__file__).parents[3] / "shared" / "recorded")
"""Beside the checkout, or where NETCITY_RECORDED says."""


def recorded(name: str) -> bytes:
    """A recorded answer; skips where the folder is not there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip("no recorded answers beside the checkout (NETCITY_RECORDED)")
    return path.read_bytes()


def recorded_json(name: str) -> Any:
    """The same, as plain JSON."""
    return json.loads(recorded(name))
