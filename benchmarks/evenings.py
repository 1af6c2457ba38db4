"""A school of the simulator that lives through evenings while a mirror follows it: tables handed in, journals read."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from benchmarks.handing import hand_in
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.sync import run_sync
from netcity_sync.settings import Settings
from netcity_sync.simulator.exchange import handed_over
from netcity_sync.simulator.server import Simulator


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


def live_through(simulator: Simulator, settings: Settings, evenings: Iterable[datetime]) -> None:
    """Hand in and read on every evening (naive, local), all of it without a fault."""
    password = SecretStr(simulator.accounts[0].password)
    for evening in evenings:
        simulator.move(evening)
        clock = fixed_clock(evening.replace(tzinfo=settings.zone))
        if hand_in(settings.exchange_folder, handed_over(simulator.world)):
            assert take_files(settings, clock).exit_code == 0
            simulator.world.note_take()
        assert run_sync(settings, NetSchoolSource(settings.gis, password), clock).exit_code == 0
