"""Learning an installation over real HTTP: what is said, what is written, what is never shown."""

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.installation import Installation, install

from netcity_sync.adapters.netschool.discovery import Discovery, ProbeState
from netcity_sync.clock import fixed_clock
from netcity_sync.jobs.discover import capture, in_words, run_discovery
from netcity_sync.settings import load_settings
from netcity_sync.simulator.server import Simulator, running_simulator

NOW = datetime(2026, 10, 14, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=4, classes=2, now=datetime(2026, 10, 14, 21)) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """The school with all faults off afterwards."""
    yield running
    running.clear_faults()


@pytest.fixture
def installation(simulator: Simulator, tmp_path: Path) -> Installation:
    """The deputy's installation."""
    account = simulator.account("staff")
    return install(tmp_path, simulator.url, account.login, account.password, simulator.world.school.id)


def learn(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Discovery:
    """What is found, in this process."""
    monkeypatch.setenv("NETCITY_PASSWORD", installation.password)
    return run_discovery(load_settings(installation.config), fixed_clock(NOW), lambda _: None)


def test_a_usual_installation_differs_in_nothing(
    installation: Installation, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = learn(installation, monkeypatch)
    assert found.complete
    assert {probe.state for probe in found.probes} == {ProbeState.ANSWERED}
    assert (found.changes, found.drift, found.unknown_codes) == ({}, (), [])
    assert found.version == "5.51.0"
    words = "\n".join(in_words(found))
    assert "Классный журнал" in words
    assert "JournalAccess — Отчет о доступе к классному журналу" in words


def test_a_journal_that_is_asked_for_otherwise_is_found_and_written_down(
    installation: Installation, simulator: Simulator
) -> None:
    simulator.set_fault("moved-journal", 1)
    text = installation.config.read_text(encoding="utf-8")
    installation.run("sync", exit_code=1)
    output = installation.run("discover")
    assert "Отличие от обычной установки: journal" in output
    written = tomllib.loads(installation.config.read_text(encoding="utf-8"))
    assert written["gis"]["profile"]["journal"] == "grade/journal"
    assert installation.config.with_name("config.toml.bak").read_text(encoding="utf-8") == text
    for line in text.splitlines():
        assert line in installation.config.read_text(encoding="utf-8")
    installation.run("sync")
    again = installation.run("discover")
    assert "Отличие" not in again


def test_what_is_new_and_what_is_gone_is_told_by_name(
    installation: Installation, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.set_fault("new-fields@dictionaries", 1)
    simulator.set_fault("vanished-fields@journal", 1)
    found = learn(installation, monkeypatch)
    assert not found.complete
    words = "\n".join(in_words(found))
    assert "GET classes: новое поле futureField" in words
    assert "Журнал (GET grade/journal) — отвечает иначе" in words
    assert "поле journals.students" in words


def test_a_capture_names_nobody(installation: Installation, simulator: Simulator) -> None:
    path = installation.data / "discover.json"
    installation.run("discover")
    text = path.read_text(encoding="utf-8")
    document = json.loads(text)
    assert {probe["state"] for probe in document["probes"]} == {"answered"}
    school = simulator.world.school
    people = [*school.pupils, *school.teachers]
    account = simulator.account("staff")
    for secret in (account.password, account.login, account.name, school.name, *(one.name.full for one in people),
                   *(one.name.surname + " " for one in people)):  # fmt: skip
        assert secret not in text
    assert not any(str(one.id) in text for one in people)


def test_the_same_capture_in_this_process_as_from_the_command_line(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.run("discover")
    kept = json.loads((installation.data / "discover.json").read_text(encoding="utf-8"))
    assert json.loads(capture(learn(installation, monkeypatch)))["menu"] == kept["menu"]


def test_a_familys_account_is_learnt_by_its_own_calls(simulator: Simulator, tmp_path: Path) -> None:
    account = simulator.account("parent")
    own = install(tmp_path, simulator.url, account.login, account.password, simulator.world.school.id)
    own.change_setting('account = "staff"', 'account = "family"')
    answer = own.ask("discover")
    assert answer["complete"]
    titles = {probe["title"] for probe in answer["discovery"]["probes"]}
    assert {"Дети учётной записи", "Дневник"} <= titles
