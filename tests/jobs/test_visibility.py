"""Whether families see what the school wrote: nothing hidden where all is well, exactly what is where it is not."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from support.installation import Installation, install

from netcity_sync.clock import Clock, fixed_clock
from netcity_sync.errors import SettingsError
from netcity_sync.jobs.source import gis_source
from netcity_sync.jobs.sync import run_sync
from netcity_sync.jobs.visibility import look_as_a_family
from netcity_sync.settings import Settings, load_settings
from netcity_sync.simulator import diary
from netcity_sync.simulator.server import Simulator, running_simulator

NOW = datetime(2026, 10, 14, 21)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A school of its own: the tests hide things in its diaries."""
    with running_simulator(seed=5, classes=3, now=NOW) as running:
        yield running


@pytest.fixture
def installation(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The deputy's installation with a parent who helps, after a night."""
    staff, parent = simulator.account("staff"), simulator.account("parent")
    made = install(tmp_path, simulator.url, staff.login, staff.password, simulator.world.school.id)
    with made.config.open("a", encoding="utf-8") as file:
        file.write(f'\n[family]\nlogin = "{parent.login}"\n')
    monkeypatch.setenv("NETCITY_PASSWORD", staff.password)
    monkeypatch.setenv("NETCITY_FAMILY_PASSWORD", parent.password)
    settings = load_settings(made.config)
    run_sync(settings, gis_source(settings), clock_of(settings))
    return made


def clock_of(settings: Settings) -> Clock:
    """The school's evening."""
    return fixed_clock(NOW.replace(tzinfo=settings.zone))


def test_everything_is_visible(installation: Installation) -> None:
    settings = load_settings(installation.config)
    seen = look_as_a_family(settings, clock_of(settings), days=21)
    assert seen.hidden == ()
    assert seen.children == 2
    assert seen.marks > 10
    assert seen.homework > 30
    assert seen.exit_code == 0


def test_what_the_diary_lacks_is_named(
    installation: Installation, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = diary.entries_of

    def without_homework_of_one_day(*given):  # type: ignore[no-untyped-def]
        return (entry for entry in real(*given) if entry.type_id != 3 or entry.lesson.date.day != 7)

    monkeypatch.setattr(diary, "entries_of", without_homework_of_one_day)
    settings = load_settings(installation.config)
    seen = look_as_a_family(settings, clock_of(settings), days=21)
    assert seen.hidden
    assert all("07.10, домашнее задание" in line for line in seen.hidden)
    assert seen.exit_code == 1


def test_a_week_that_is_incomplete_once_is_no_hidden_week(
    installation: Installation, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = diary.entries_of, []

    def empty_at_first(*given):  # type: ignore[no-untyped-def]
        calls.append(given)
        return iter(()) if len(calls) <= 2 else real(*given)

    monkeypatch.setattr(diary, "entries_of", empty_at_first)
    settings = load_settings(installation.config)
    assert look_as_a_family(settings, clock_of(settings), days=21).hidden == ()
    assert len(calls) > 2


def test_what_was_put_right_since_the_last_reading_is_not_hidden(
    installation: Installation, simulator: Simulator
) -> None:
    """Weeks later marks were changed and taken away; the mirror does not know, the journal does."""
    later = datetime(2026, 11, 20, 21)
    simulator.move(later)
    settings = load_settings(installation.config)
    assert look_as_a_family(settings, fixed_clock(later.replace(tzinfo=settings.zone)), days=60).hidden == ()


def test_without_a_parent_there_is_nothing_to_ask(installation: Installation) -> None:
    settings = load_settings(installation.config).model_copy(update={"family": None})
    with pytest.raises(SettingsError, match="не указана"):
        look_as_a_family(settings, clock_of(settings), days=7)
