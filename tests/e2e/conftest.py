"""A small school over real HTTP, and an installation that reads from it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from support.installation import Installation, install

from netcity_sync.simulator.server import Simulator, running_simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A small school on the evening of 21 September 2026."""
    with running_simulator(seed=7, classes=3, now=datetime(2026, 9, 21, 21)) as running:
        yield running


@pytest.fixture
def installation(simulator: Simulator, tmp_path: Path) -> Installation:
    """An installation that reads from that school."""
    account = simulator.accounts[0]
    return install(tmp_path, simulator.url, account.login, account.password, simulator.world.school.id)
