"""School years that are over: what reports of them are built from, as the mirror was left at their end."""

from collections.abc import Iterator
from contextlib import contextmanager

from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.school_years import MirrorYear, school_years
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.reports.desk import Desk, prepare_desk
from netcity_sync.settings import Settings


@contextmanager
def desk_of_year(settings: Settings, folder: DataFolder, year: MirrorYear) -> Iterator[Desk]:
    """What the documents of a year are built from: the mirror as the last run left it that read the year."""
    with open_snapshot(folder, year.stood_at) as snapshot:
        yield prepare_desk(snapshot, settings, year.stood_at)


@contextmanager
def desk_of_year_before(desk: Desk) -> Iterator[Desk | None]:
    """The same of the year before the one that a desk is about; None where the mirror never read one."""
    years = school_years(desk.snapshot.connection)
    current = next((year.start for year in years if year.name == desk.year_name), None)
    earlier = [year for year in years if current is not None and year.start < current]
    if not earlier:
        yield None
        return
    with desk_of_year(desk.settings, DataFolder(desk.settings.storage.data_dir), earlier[-1]) as found:
        yield found
