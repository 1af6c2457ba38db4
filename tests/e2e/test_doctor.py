"""`doctor` against a server over HTTP: one sign-in at most, faults in the error's own words, no secret shown."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from support.installation import ZONE, Installation, install

from netcity_sync.cli import run_command_line
from netcity_sync.clock import Clock, fixed_clock, system_clock
from netcity_sync.jobs.doctor import examine, find_settings
from netcity_sync.jobs.doctor.result import Result, Verdict
from netcity_sync.settings_file import config_text
from netcity_sync.simulator.people import Account
from netcity_sync.simulator.server import Simulator, TlsFiles, running_simulator
from netcity_sync.simulator.sessions import SignInAnswer

NOW = datetime(2026, 9, 21, 21)


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=7, classes=3, now=NOW) as simulator:
        yield simulator


@pytest.fixture
def server(running: Simulator) -> Iterator[Simulator]:
    """The school with all faults off before and after, and nobody inside."""
    yield running
    running._server.faults.rates.clear()
    running._server.sessions.open.clear()


class Doctor:
    """An installation of its own, and what the doctor says of its server."""

    def __init__(self, folder: Path, server: Simulator, who: Account | None = None, **changes: str) -> None:
        self.server = server
        self.account = who or server.accounts[0]
        self.config = folder / "config.toml"
        text = config_text(
            url=server.url, school=server.world.school.id, login=self.account.login, timezone=ZONE, data_dir="data",
            password_file="password.txt", loopback=True,
        )  # fmt: skip
        more = "".join(f"{key} = {value}\n" for key, value in changes.items())
        self.config.write_text(text.replace("[gis]\n", f"[gis]\n{more}", 1), encoding="utf-8")
        self.write_password(self.account.password)

    def write_password(self, password: str) -> None:
        path = self.config.parent / "password.txt"
        path.write_text(password, encoding="utf-8")
        path.chmod(0o600)

    def says(self, clock: Clock = system_clock) -> list[Result]:
        """What is said of the server and the account; nothing that must not be."""
        before = len(self.server.log)
        found = find_settings(self.config)
        assert found.error is None, found.error
        areas = {item.area.id: item.results for item in examine(found, clock, offline=False)}
        calls = [call.path.lower() for call in self.server.log[before:]]
        assert sum(path.endswith("/login") for path in calls) <= 1
        text = "".join(result.what + result.todo for result in areas["gis"])
        assert_clean(text, self.server)
        return list(areas["gis"])

    def faults(self) -> list[str]:
        """The faults alone; each says what to do, or is the server's refusal of a call."""
        return [result.what for result in self.says() if result.state is Verdict.FAULT]

    def notices(self, clock: Clock = system_clock) -> list[str]:
        return [result.what for result in self.says(clock) if result.state is Verdict.NOTICE]


@pytest.fixture
def doctor(server: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """For the account that sees everything."""
    monkeypatch.delenv("NETCITY_PASSWORD", raising=False)
    return Doctor(tmp_path, server)


def test_a_healthy_server(doctor: Doctor, server: Simulator) -> None:
    before = len(server.log)
    assert [result.what for result in doctor.says()] == [
        "Сервер отвечает, версия 5.51.0.",
        "Сервер впускает по логину и паролю.",
        f"Вход выполнен, школа: {server.world.school.name}, роль: Завуч.",
        "В меню учётной записи есть страница журнала.",
    ]
    assert [call.path.removeprefix("/webapi/") for call in server.log[before:]] == [
        "logindata", "logindata", "auth/getdata", "login", "context", "context/state", "auth/logout",
    ]  # fmt: skip
    assert server._server.sessions.open == {}


@pytest.mark.parametrize("version", ["4.70.0", "5.10.0"])
def test_an_old_release(tmp_path: Path, version: str) -> None:
    with running_simulator(seed=7, classes=1, now=NOW, version=version) as old:
        said = Doctor(tmp_path, old).says()
        assert old._server.sessions.open == {}
    assert {result.state for result in said} == {Verdict.OK}
    assert said[2].what.endswith("роль: Завуч.")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("maintenance", "закрыт на технические работы"),
        ("waf", "Защита сервера не пропускает"),
        ("drop", "не отвечает"),
        ("redirect@sign-in", "переадресует"),
        ("garbage@sign-in", "не читается"),
    ],
)
def test_a_server_that_lets_nobody_in(doctor: Doctor, fault: str, words: str) -> None:
    doctor.server.set_fault(fault, 1)
    (said,) = doctor.faults()
    assert words in said


def test_maintenance_behind_an_open_door(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = type(doctor.server._server.sessions)
    monkeypatch.setattr(sessions, "sign_in", lambda *_: SignInAnswer(refusal="Ошибка входа в систему"))
    (said,) = doctor.faults()
    assert "сейчас не впускает: идут работы" in said


def test_a_wrong_password_is_tried_once(doctor: Doctor, server: Simulator) -> None:
    doctor.write_password("не тот")
    before = len(server.log)
    (said,) = doctor.faults()
    assert said.startswith("«Сетевой город» не принял логин или пароль. Повторных попыток не было.")
    assert [call.status for call in server.log[before:] if call.path.endswith("/login")] == [409]
    doctor.write_password(doctor.account.password)
    assert doctor.faults() == []


@pytest.mark.parametrize("fault", ["expired-session", "sign-in-page", "access-denied"])
def test_a_session_that_dies_is_not_renewed(doctor: Doctor, fault: str) -> None:
    doctor.server.set_fault(fault, 1)
    (said,) = doctor.faults()
    assert "обрывается сразу после входа" in said


def test_answers_of_another_shape(doctor: Doctor) -> None:
    doctor.server.set_fault("vanished-fields", 1)
    assert any("нет нужного поля" in text for text in doctor.faults())
    doctor.server.set_fault("vanished-fields", 0)
    doctor.server.set_fault("new-fields", 1)
    assert doctor.faults() == []


def test_a_server_that_fails_inside(doctor: Doctor) -> None:
    doctor.server.set_fault("server-error@dictionaries", 1)
    assert all("Сервер ответил ошибкой 500." in text for text in doctor.faults())
    assert len(doctor.faults()) == 2


def test_somebody_else_under_the_same_login(doctor: Doctor, server: Simulator) -> None:
    other = Installation(doctor.config, doctor.config.parent / "data", doctor.account.password)
    server.set_fault("slow", 1)
    process = other.start("sync")
    try:
        server.wait_for_calls("/classes", 1)
        (said,) = [text for text in doctor.notices() if "кто-то ещё" in text]
        assert said == "Под этой учётной записью работает кто-то ещё, сеансов: 1."
    finally:
        process.kill()
        process.communicate()


def test_a_teacher_sees_only_some_journals(server: Simulator, tmp_path: Path) -> None:
    teacher = next(item for item in server.accounts if item.login == "uchitel")
    assert Doctor(tmp_path, server, teacher).notices() == ["С такой ролью видны не все журналы школы."]


def test_a_parent_has_no_journal_page(server: Simulator, tmp_path: Path) -> None:
    parent = server.account("parent")
    assert Doctor(tmp_path, server, parent).notices() == [
        "С такой ролью видны не все журналы школы.", "В меню учётной записи нет страницы журнала.",
    ]  # fmt: skip
    assert Doctor(tmp_path, server, parent, account='"family"').notices() == []


def test_a_role_must_be_chosen(server: Simulator, tmp_path: Path) -> None:
    both = next(item for item in server.accounts if len(item.roles) > 1)
    (said,) = Doctor(tmp_path, server, both).faults()
    assert "несколько ролей" in said
    assert "Родитель" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (timedelta(minutes=-11), "отстают от часов сервера, разница: 1"),
        (timedelta(days=3, minutes=1), "спешат по сравнению с сервером, разница: 3 дня."),
    ],
)
def test_clocks_that_differ(doctor: Doctor, change: timedelta, words: str) -> None:
    (said,) = doctor.notices(fixed_clock(datetime.now(UTC) + change))
    assert words in said


def test_a_server_for_state_services_only(doctor: Doctor) -> None:
    doctor.server.set_fault("only-esia", 1)
    assert doctor.notices() == ["Сервер впускает только через Госуслуги."]
    (said,) = doctor.faults()
    assert "не впускает по логину и паролю" in said


def test_a_session_from_the_browser(doctor: Doctor, server: Simulator, tmp_path: Path) -> None:
    theirs = Doctor(tmp_path, server, sign_in='"session"')
    assert theirs.notices() == ["Вход не проверялся."]
    session = theirs.config.parent / "data" / "session.json"
    session.parent.mkdir(mode=0o700)
    session.write_text(json.dumps({"at": "0016123456789012345678", "cookies": {"ESRNSec": "1"}}))
    session.chmod(0o600)
    (said,) = theirs.faults()
    assert "Сеанс, перенесённый из браузера, закончился." in said


def test_without_a_password_only_the_door_is_looked_at(doctor: Doctor, server: Simulator) -> None:
    (doctor.config.parent / "password.txt").unlink()
    before = len(server.log)
    assert doctor.notices() == ["Вход не проверялся."]
    paths = [call.path for call in server.log[before:]]
    assert "/webapi/logindata" in paths
    assert not any(path.endswith("/login") for path in paths)
    text = doctor.config.read_text(encoding="utf-8")
    doctor.config.write_text(text + '\n[gis.profile]\njournall = "x"\n', encoding="utf-8")
    assert doctor.notices() == ["Сервер и вход не проверялись."]


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    files = TlsFiles(tmp_path / "server.pem", tmp_path / "server.key")
    issued.cert_chain_pems[0].write_to_path(files.certificate)
    issued.private_key_pem.write_to_path(files.key)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    stranger.cert_pem.write_to_path(tmp_path / "other.pem")
    with running_simulator(seed=7, classes=1, now=NOW, tls=files) as server:
        good = Doctor(tmp_path, server, ca_file='"ca.pem"').says()
        assert Result(Verdict.OK, "Сертификат сервера проходит проверку.") in good
        (said,) = Doctor(tmp_path, server, ca_file='"other.pem"').faults()
        assert "Сертификат сервера не проходит проверку." in said
        assert Doctor(tmp_path, server, ca_file='"нет.pem"').notices() == ["Сервер и вход не проверялись."]


@pytest.fixture
def installed(server: Simulator, tmp_path: Path) -> Installation:
    """As an administrator made it."""
    account = server.accounts[0]
    return install(tmp_path, server.url, account.login, account.password, server.world.school.id)


def test_as_an_administrator_meets_it(installed: Installation, server: Simulator) -> None:
    installed.run("doctor")
    installed.ask("sync", "--now", "2026-09-21T21:00:00")
    installed.ask("backup", "create", "--now", "2026-09-21T21:10:00")
    page = installed.run("doctor", "--now", "2026-09-21T22:00:00")
    assert "✓ в порядке: Зеркало цело." in page
    assert "Неисправностей: 0." in page.splitlines()[-2]
    assert_clean(page, server)
    later = installed.run("doctor", "--offline", "--now", "2026-10-21T22:00:00", exit_code=1)
    assert "✗ неисправность, Зеркало: Журналы давно не прочитаны целиком" in later
    assert "Неисправностей: 2." in later
    assert later.index("Что исправить") > later.index("Письма")


def test_the_answer_in_json(installed: Installation, server: Simulator) -> None:
    server.set_fault("maintenance", 1)
    text = installed.run("doctor", "--json", exit_code=1)
    answer = json.loads(text)
    assert set(answer) == {"faults", "notices", "results"}
    assert all(set(item) == {"area", "state", "what", "todo"} for item in answer["results"])
    (fault,) = [item for item in answer["results"] if item["state"] == "fault"]
    assert (fault["area"], answer["faults"]) == ("gis", 1)
    assert fault["todo"] == "Повторите позже."
    assert_clean(text, server)


def assert_clean(text: str, server: Simulator) -> None:
    """No login, no password, no session, nobody's name."""
    for account in server.accounts:
        assert account.login not in text
        assert account.password not in text
        assert account.name not in text
    assert "ESRNSec" not in text
    assert re.search(r"\d{20}", text) is None


def test_offline_leaves_the_server_alone(installed: Installation, server: Simulator) -> None:
    before = len(server.log)
    answer: dict[str, Any] = installed.ask("doctor", "--offline")
    assert len(server.log) == before
    assert "gis" not in {item["area"] for item in answer["results"]}


def test_without_settings_and_with_broken_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    assert run_command_line(["--config", str(config), "doctor"]) == 1
    page = capsys.readouterr().out
    assert "Нет файла настроек." in page
    assert "netcity-sync init" in page
    config.write_text('[gis]\nreaders = "много"\n[storage]\ndata_dir = "data"\n', encoding="utf-8")
    assert run_command_line(["--config", str(config), "doctor", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert any("gis.readers" in item["what"] for item in answer["results"])
    assert any(item["area"] == "data_folder" for item in answer["results"])
    assert not (tmp_path / "data").exists()
