"""A night's run ends before lessons: what was not begun by then is left for `sync --resume`."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.school import GROUP, Book, BookSource, Trial, at

from netcity_sync.adapters.source import Capability, Page
from netcity_sync.errors import SettingsError
from netcity_sync.jobs.sync import SyncOptions, SyncOutcome, run_sync
from netcity_sync.jobs.sync_scopes import stop_moment
from netcity_sync.model import Dictionaries, Journal
from netcity_sync.settings import Settings, load_settings

JOURNALS = 40


class SlowSource(BookSource):
    """A school of many journals, whose reading takes time by a virtual clock."""

    capabilities = BookSource.capabilities - {Capability.TERM_MARKS}

    def __init__(self, book: Book, begin: datetime, took: Callable[[int], timedelta]) -> None:
        super().__init__(book)
        self.now = begin
        self.took = took
        self.begun: list[tuple[int, datetime]] = []
        self._lock = threading.Lock()

    def clock(self) -> datetime:
        """What time it is."""
        return self.now

    def read_dictionaries(self) -> Page[Dictionaries]:
        """Many journals of one class."""
        page = super().read_dictionaries()
        (group,) = page.content.subject_groups
        groups = tuple(group.model_copy(update={"id": GROUP + place}) for place in range(JOURNALS))
        return Page(page.content.model_copy(update={"subject_groups": groups}), page.raw)

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        """The same book every time."""
        with self._lock:
            self.begun.append((subject_group_id, self.now))
            self.now += self.took(len(self.begun))
        page = super().read_journal(subject_group_id, term_id)
        return Page(page.content.model_copy(update={"subject_group_id": subject_group_id}), page.raw)


def settings_of(folder: Path, readers: int, **sync: object) -> Settings:
    """With so many readers."""
    given = Trial(folder, Book(), sync=sync).settings
    return given.model_copy(update={"gis": given.gis.model_copy(update={"readers": readers})})


def half_an_hour(_: int) -> timedelta:
    """How long each journal takes."""
    return timedelta(minutes=30)


def run(settings: Settings, source: SlowSource, *, resume: bool = False) -> SyncOutcome:
    """A sync by the source's clock."""
    return run_sync(settings, source, source.clock, SyncOptions(resume=resume))


def source_at(moment: str, took: Callable[[int], timedelta] = half_an_hour) -> SlowSource:
    """The school at a moment such as `09-10 01:30` by its own clocks."""
    return SlowSource(Book().add_lessons("09-01", "09-02"), at(moment), took)


def test_no_journal_is_begun_after_the_night(tmp_path: Path) -> None:
    settings, night = settings_of(tmp_path, 1), source_at("09-10 01:30")
    outcome = run(settings, night)
    assert [moment for _, moment in night.begun] == [at("09-10 01:30") + place * half_an_hour(0) for place in range(9)]
    assert (outcome.status, outcome.exit_code) == ("partial", 1)
    assert (outcome.scopes, outcome.scopes_ok, outcome.scopes_left) == (2 + JOURNALS, 2 + 9, JOURNALS - 9)
    day = source_at("09-10 08:00")
    rest = run(settings, day, resume=True)
    assert (rest.status, rest.scopes_left) == ("done", 0)
    assert [group for group, _ in night.begun + day.begun] == [GROUP + place for place in range(JOURNALS)]


def test_what_waits_for_a_reader_is_not_begun_either(tmp_path: Path) -> None:
    readers, last = 4, 3
    night = source_at("09-10 01:30", lambda count: timedelta(hours=5 if count == last else 0))
    outcome = run(settings_of(tmp_path, readers), night)
    assert last <= len(night.begun) < last + readers
    assert outcome.scopes_left == JOURNALS - len(night.begun)
    assert outcome.scopes_ok == 2 + len(night.begun)


def test_a_run_of_the_daytime_reads_to_its_end(tmp_path: Path) -> None:
    outcome = run(settings_of(tmp_path, 2), source_at("09-10 10:00"))
    assert (outcome.status, outcome.scopes_left) == ("done", 0)


def test_the_limit_can_be_switched_off(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    text = (
        '[gis]\nurl = "https://sgo.example.ru"\nschool = 1\nlogin = "x"\n[school]\ntimezone = "Asia/Yekaterinburg"\n'
        '[storage]\ndata_dir = "data"\n[sync]\nnot_after = '
    )
    config.write_text(f'{text}""\n', encoding="utf-8")
    settings = load_settings(config)
    assert settings.sync.not_after is None
    outcome = run(settings, source_at("09-10 01:30"))
    assert (outcome.status, outcome.scopes_left) == ("done", 0)
    config.write_text(f'{text}"25:00"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"sync\.not_after: нужно время"):
        load_settings(config)


@pytest.mark.parametrize(
    ("begun", "stop"),
    [
        ("09-10 01:30", "09-10 06:00"),
        ("09-09 22:00", "09-10 06:00"),
        ("09-10 05:59", "09-10 06:00"),
        ("09-09 18:00", "09-10 06:00"),
        ("09-10 06:00", None),
        ("09-10 10:00", None),
        ("09-10 17:59", None),
    ],
)
def test_which_runs_are_of_the_night(tmp_path: Path, begun: str, stop: str | None) -> None:
    settings = settings_of(tmp_path, 1)
    assert stop_moment(at(begun), settings.sync.not_after, settings.zone) == (at(stop) if stop else None)
