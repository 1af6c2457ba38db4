"""A school of the simulator that lives through evenings while a mirror follows it over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.sync import run_sync
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import Simulator, running_simulator


def settings_for(simulator: Simulator, folder: Path | str) -> Settings:
    """An installation that reads the simulator as fast as it can."""
    return Settings.model_validate(
        {
            "gis": {
                "url": simulator.url,
                "school": simulator.world.school.id,
                "login": simulator.accounts[0].login,
                "requests_per_second": 0,
            },
            "school": {"timezone": "Asia/Yekaterinburg"},
            "storage": {"data_dir": str(folder)},
        }
    )


def live(folder: Path, seed: int, classes: int, evenings: Sequence[datetime]) -> tuple[Settings, datetime]:
    """Sync on every evening (naive, local); answers with the settings and the moment (aware) of the last."""
    with running_simulator(seed, classes, evenings[0]) as simulator:
        settings = settings_for(simulator, folder)
        password = SecretStr(simulator.accounts[0].password)
        for evening in evenings:
            simulator.move(evening)
            clock = fixed_clock(evening.replace(tzinfo=settings.zone))
            assert run_sync(settings, NetSchoolSource(settings.gis, password), clock).exit_code == 0
    return settings, clock()
