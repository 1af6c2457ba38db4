"""The adapter over real HTTP: what it reads, and what it does when the server misbehaves."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.errors import (
    AnswerError,
    NetcityError,
    SettingsError,
    SignInRefused,
    SourceMaintenance,
    SourceUnavailable,
)
from netcity_sync.model import Grading, TermKind
from netcity_sync.settings import GisSettings
from netcity_sync.simulator.server import Simulator, running_simulator


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=3, classes=3, now=datetime(2026, 10, 14, 21)) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """The school with all faults off before and after."""
    yield running
    for name in ("expired-session", "sign-in-page", "maintenance", "waf", "drop", "garbage", "server-error"):
        running.set_fault(name, 0)


def source(simulator: Simulator, password: str | None = None, **changes: Any) -> NetSchoolSource:
    """A source that never sleeps."""
    account = simulator.accounts[0]
    given = {
        "url": simulator.url, "school": simulator.world.school.id, "login": account.login, "requests_per_second": 0,
        "attempts": 3, **changes,
    }  # fmt: skip
    gis = GisSettings.model_validate(given)
    return NetSchoolSource(gis, SecretStr(password or account.password), sleep=lambda _: None)


def sign_ins(simulator: Simulator, since: int) -> int:
    """How often somebody tried to sign in since the log had that length."""
    return sum(call.path.endswith("/login") for call in simulator.log[since:])


def a_journal(simulator: Simulator) -> tuple[int, int]:
    """A journal with marks, in a term that has begun."""
    group = next(item for item in simulator.world.school.groups if item.rated and not item.individual)
    return group.id, simulator.world.begun_terms(group)[0].id


def test_dictionaries_hold_the_school(simulator: Simulator) -> None:
    school = simulator.world.school
    with source(simulator) as adapter:
        content = adapter.read_dictionaries().content
    assert content.school.id == school.id
    assert {item.id: item.name for item in content.classes} == {item.id: item.name for item in school.classes}
    assert {item.chief_ids for item in content.classes} == {(item.chief.id,) for item in school.classes}
    assert {item.id: item.grading is Grading.MARKS for item in content.subject_groups} == {
        item.id: item.rated for item in school.groups
    }
    assert {item.kind for item in content.terms} == {TermKind.QUARTER, TermKind.HALF_YEAR}
    assert {item.id for item in content.staff} == {item.id for item in school.teachers}


def test_journals_hold_what_the_school_wrote(simulator: Simulator) -> None:
    group, term = a_journal(simulator)
    shown = simulator.world.journal(group, term)
    with source(simulator) as adapter:
        read = adapter.read_journal(group, term).content
    assert [item.topic for item in read.lessons] == [item.topic for item in shown.lessons]
    assert sorted((item.student_id, item.lesson_id, item.value or 0) for item in read.marks) == sorted(
        (item.student_id, item.lesson_id, item.value or 0) for item in shown.marks
    )
    assert [item.raw for item in read.attendance] == [item.code for item in shown.absences]
    homework = [item for item in read.assignments if item.homework]
    assert {item.given_at_lesson_id for item in homework} == {
        item.issue_lesson_id for item in shown.assignments if item.issue_lesson_id
    }


def test_rosters_hold_the_pupils_of_today(simulator: Simulator) -> None:
    class_id = simulator.world.school.classes[0].id
    with source(simulator) as adapter:
        read = adapter.read_roster(class_id).content
    assert [(item.id, item.name) for item in read.students] == [
        (item.id, item.name.full) for item in simulator.world.roster(class_id)
    ]


def test_the_school_may_be_named(simulator: Simulator) -> None:
    with source(simulator, school=simulator.world.school.name) as adapter:
        assert adapter.read_dictionaries().content.school.id == simulator.world.school.id
    with pytest.raises(SettingsError, match="не найдена однозначно"), source(simulator, school="Лицей № 999"):
        pass


def test_a_wrong_password_is_never_tried_again(simulator: Simulator) -> None:
    before = len(simulator.log)
    with pytest.raises(SignInRefused, match="не принял логин или пароль"), source(simulator, "неверный"):
        pass
    assert sign_ins(simulator, before) == 1


def test_a_locked_account_is_told_from_a_wrong_password() -> None:
    with running_simulator(seed=3, classes=1, now=datetime(2026, 10, 14, 21)) as own:
        for _ in range(3):
            with pytest.raises(SignInRefused), source(own, "неверный"):
                pass
        with pytest.raises(SignInRefused, match="временно закрыта"), source(own):
            pass


def test_a_password_outside_the_servers_alphabet(simulator: Simulator) -> None:
    before = len(simulator.log)
    with pytest.raises(SignInRefused, match="знаки"), source(simulator, "пароль→"):
        pass
    assert sign_ins(simulator, before) == 0


@pytest.mark.parametrize("fault", ["expired-session", "sign-in-page"])
def test_a_session_that_keeps_dying_is_renewed_once(simulator: Simulator, fault: str) -> None:
    group, term = a_journal(simulator)
    before = len(simulator.log)
    with source(simulator) as adapter:
        simulator.set_fault(fault, 1)
        for _ in range(3):
            with pytest.raises(SourceUnavailable, match="обрывается"):
                adapter.read_journal(group, term)
    assert sign_ins(simulator, before) == 2


def test_a_session_that_died_once_is_renewed(simulator: Simulator) -> None:
    group, term = a_journal(simulator)
    before = len(simulator.log)
    with source(simulator) as adapter:
        for session in list(simulator._server.sessions.open):
            simulator._server.sessions.kill(session)
        assert adapter.read_journal(group, term).content.lessons
    assert sign_ins(simulator, before) == 2


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        ("maintenance", SourceMaintenance, 1),
        ("waf", SourceUnavailable, 1),
        ("drop", SourceUnavailable, 3),
        ("garbage", AnswerError, 1),
        ("server-error", AnswerError, 3),
    ],
)
def test_what_a_fault_of_the_server_means(
    simulator: Simulator, fault: str, error: type[NetcityError], requests: int
) -> None:
    group, term = a_journal(simulator)
    with source(simulator) as adapter:
        before = adapter.requests_made
        simulator.set_fault(fault, 1)
        with pytest.raises(error) as caught:
            _ = adapter.read_journal(group, term).content
        assert adapter.requests_made - before == requests
        simulator.set_fault(fault, 0)
    assert caught.value.where


@pytest.mark.parametrize(("fault", "error"), [("maintenance", SourceMaintenance), ("waf", SourceUnavailable)])
def test_faults_at_sign_in(simulator: Simulator, fault: str, error: type[NetcityError]) -> None:
    simulator.set_fault(fault, 1)
    with pytest.raises(error), source(simulator):
        pass
