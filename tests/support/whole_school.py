"""A whole simulated school in a mirror, for reports to be compared with plain loops over its own world."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from benchmarks.handing import hand_in
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.sync import run_sync
from netcity_sync.reports.desk import Desk
from netcity_sync.settings import Settings
from netcity_sync.simulator.exchange import handed_over
from netcity_sync.simulator.server import running_simulator
from netcity_sync.simulator.world import World
from support.reports import desk_at


@dataclass(frozen=True, slots=True)
class WholeSchool:
    """The world, and the desk over its mirror as it was read at the world's now."""

    world: World
    desk: Desk
    settings: Settings


@contextmanager
def whole_school(*evenings: datetime, seed: int = 6, classes: int = 4) -> Iterator[WholeSchool]:
    """A school read on these evenings (naive local moments), its tables of the exchange folder taken on the last."""
    with (
        running_simulator(seed=seed, classes=classes, now=evenings[0]) as simulator,
        tempfile.TemporaryDirectory() as data,
    ):
        world = simulator.world
        settings = Settings.model_validate(
            {
                "gis": {"url": simulator.url, "school": world.school.id, "login": "zavuch", "requests_per_second": 0},
                "school": {"timezone": "Asia/Yekaterinburg"},
                "storage": {"data_dir": data},
            }
        )
        for evening in evenings:
            simulator.move(evening)
            clock = fixed_clock(evening.replace(tzinfo=settings.zone))
            run_sync(settings, NetSchoolSource(settings.gis, SecretStr(simulator.accounts[0].password)), clock)
        hand_in(settings.exchange_folder, handed_over(world))
        assert take_files(settings, clock).exit_code == 0
        with desk_at(settings, clock()) as desk:
            yield WholeSchool(world, desk, settings)
