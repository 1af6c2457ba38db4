"""A whole simulated school in a mirror, for reports to be compared with plain loops over its own world."""

import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from benchmarks.evenings import settings_for
from benchmarks.handing import hand_in
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.sync import run_sync
from netcity_sync.reports.desk import Desk
from netcity_sync.settings import Settings
from netcity_sync.simulator.exchange import handed_over
from netcity_sync.simulator.school import Pupil
from netcity_sync.simulator.server import running_simulator
from netcity_sync.simulator.world import World
from support.reports import desk_at

WINTER = pytest.param("winter", marks=pytest.mark.soak)
"""One school more, for the long runs."""


@dataclass(frozen=True, slots=True)
class WholeSchool:
    """The world, and the desk over its mirror as it was read on some days, the last of them the world's now."""

    world: World
    desk: Desk
    settings: Settings
    days: tuple[date, ...]


def listed_by_reads(school: WholeSchool, class_id: int, day: date) -> list[Pupil]:
    """Whom the lists, as they were read, have in a class on a day or today, as journals order them.

    Who left before the first read was never seen; who is missing from a single read has not left.
    """
    last = min(day, school.world.now.date())
    found = []
    for pupil in school.world.school.pupils:
        if pupil.class_id == class_id and pupil.start <= last and any(pupil.listed(read) for read in school.days):
            without = [read for read in school.days if pupil.left is not None and read >= pupil.left]
            if pupil.listed(last) or len(without) < 2 or last < without[0]:
                found.append(pupil)
    return sorted(found, key=lambda one: (one.name.full.replace("ё", "е").replace("Ё", "Е"), one.id))


@contextmanager
def whole_school(shared: Path, *evenings: datetime, seed: int = 6, classes: int = 4) -> Iterator[WholeSchool]:
    """A school read on these evenings (naive local moments), its tables of the exchange folder taken on the last.

    It is read once for all processes that have the folder `shared`; everyone is given a mirror to write into.
    """
    place = shared / "-".join([f"school-{seed}-{classes}", *(f"{item:%Y%m%d%H%M%S}" for item in evenings)])
    with FileLock(f"{place}.lock"):
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=shared) as name:
                _live(Path(name) / "school", evenings, seed, classes)
                (Path(name) / "school").rename(place)
    world, settings = pickle.loads((place / "world").read_bytes())
    with tempfile.TemporaryDirectory() as name:
        data = shutil.copytree(place / "data", Path(name) / "data")
        settings = settings.model_copy(update={"storage": settings.storage.model_copy(update={"data_dir": data})})
        with desk_at(settings, world.now.replace(tzinfo=settings.zone)) as desk:
            yield WholeSchool(world, desk, settings, tuple(item.date() for item in evenings))


def _live(folder: Path, evenings: tuple[datetime, ...], seed: int, classes: int) -> None:
    """Read a school into a folder, and put its world beside the mirror."""
    folder.mkdir()
    with running_simulator(seed=seed, classes=classes, now=evenings[0]) as simulator:
        settings = settings_for(simulator, folder / "data")
        for evening in evenings:
            simulator.move(evening)
            clock = fixed_clock(evening.replace(tzinfo=settings.zone))
            run_sync(settings, NetSchoolSource(settings.gis, SecretStr(simulator.accounts[0].password)), clock)
        hand_in(settings.exchange_folder, handed_over(simulator.world))
        assert take_files(settings, clock).exit_code == 0
        (folder / "world").write_bytes(pickle.dumps((simulator.world, settings)))
