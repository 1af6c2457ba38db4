"""Signing in over real HTTP: both addresses, roles, schools by name, refusals, certificates, proxies, odd addresses."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
import trustme
from pydantic import SecretStr
from support.installation import ZONE, Installation
from support.proxy import running_proxy

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.adapters.netschool.transport import base_of
from netcity_sync.errors import (
    NetcityError,
    SettingsError,
    SignInRefused,
    SourceClosed,
    SourceMaintenance,
    SourceUnavailable,
)
from netcity_sync.settings import GisSettings
from netcity_sync.settings_file import config_text
from netcity_sync.simulator import sign_in as simulated
from netcity_sync.simulator.people import Account
from netcity_sync.simulator.server import Simulator, TlsFiles, running_simulator
from netcity_sync.simulator.sessions import SignInAnswer

NOW = datetime(2026, 9, 21, 21)
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=7, classes=2, now=NOW) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """The school with nobody inside and no faults, before and after."""
    running.end_sessions()
    yield running
    running.clear_faults()
    running.end_sessions()


def source(simulator: Simulator, who: Account | None = None, **changes: Any) -> NetSchoolSource:
    """A source that never sleeps."""
    account = who or simulator.accounts[0]
    given = {
        "url": simulator.url, "school": simulator.world.school.id, "login": account.login, "requests_per_second": 0,
        "attempts": 2, "report_timeout": 20, **changes,
    }  # fmt: skip
    gis = GisSettings.model_validate(given)
    return NetSchoolSource(gis, SecretStr(account.password), journal_access=True, sleep=lambda _: None)


class Watch:
    """What a simulator answered since."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.begin = len(simulator.log)

    def calls(self) -> list[str]:
        """Paths below `webapi/`, in lower case."""
        return [call.path.lower().rpartition("webapi/")[2] for call in self.simulator.log[self.begin :]]

    def sign_ins(self) -> list[tuple[str, int]]:
        """Where somebody tried to sign in, and what was answered."""
        found = self.simulator.log[self.begin :]
        return [(call.path.removeprefix("/webapi/"), call.status) for call in found if call.path.endswith("/login")]


def forms(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """The browser and the form of every sign-in from now on."""
    seen: list[tuple[str, dict[str, str]]] = []
    sessions = type(simulator._server.sessions)
    judge = sessions.sign_in

    def note(self: Any, browser: str, form: dict[str, str], now: datetime) -> SignInAnswer:
        seen.append((self.salts.get(browser, ""), form))
        return judge(self, browser, form, now)

    monkeypatch.setattr(sessions, "sign_in", note)
    return seen


def configured(folder: Path, simulator: Simulator, who: Account, **changes: str) -> Installation:
    """An installation with a settings file written by hand."""
    text = config_text(
        url=simulator.url, school=simulator.world.school.id, login=who.login, timezone=ZONE, data_dir="data",
        password_file=None, loopback=True,
    )  # fmt: skip
    lines = "".join(f'{key} = "{value}"\n' for key, value in changes.items())
    (folder / "config.toml").write_text(text.replace("[gis]\n", f"[gis]\n{lines}", 1), encoding="utf-8")
    return Installation(folder / "config.toml", folder / "data", who.password)


def with_roles(simulator: Simulator) -> Account:
    """The account that is a teacher and a parent."""
    return next(item for item in simulator.accounts if len(item.roles) > 1)


# --- the two addresses -----------------------------------------------------------------------------------------------


def test_the_password_goes_to_login_with_both_digests(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, watch = forms(simulator, monkeypatch), Watch(simulator)
    with source(simulator):
        pass
    assert watch.calls() == ["logindata", "auth/getdata", "login", "auth/logout"]
    ((_, form),) = seen
    assert form["logintype"] == "1"
    assert form["pw"] == form["pw2"][: len(simulator.accounts[0].password)]


def test_where_login_is_gone_the_newer_one_gets_a_fresh_salt(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.set_fault("moved-login", 1)
    seen, watch = forms(simulator, monkeypatch), Watch(simulator)
    with source(simulator) as adapter:
        simulator.end_sessions()
        adapter.read_dictionaries()
    calls = [call for call in watch.calls() if call in ("login", "auth/login", "auth/getdata", "logindata")]
    first = ["logindata", "auth/getdata", "login", "auth/getdata", "auth/login"]
    assert calls == [*first, "logindata", "auth/getdata", "auth/login"]
    assert [salt != "" and "pw" not in form and "pw2" in form for salt, form in seen] == [True, True]
    assert seen[0][0] != seen[1][0]


@responses.activate
@pytest.mark.parametrize("status", [404, 405, 410])
def test_login_may_be_gone_in_several_ways(status: int) -> None:
    base = "https://sgo.example.ru/webapi"
    responses.get(f"{base}/logindata", json={})
    responses.post(f"{base}/auth/getdata", json={"lt": "1", "ver": "2", "salt": "3"})
    responses.post(f"{base}/auth/getdata", json={"lt": "4", "ver": "5", "salt": "6"})
    responses.post(f"{base}/login", status=status)
    newer = responses.post(f"{base}/auth/login", json={"at": "0016"})
    responses.post(f"{base}/auth/logout", status=401)
    gis = GisSettings.model_validate({"url": "https://sgo.example.ru", "school": 1, "login": "x"})
    with NetSchoolSource(gis, SecretStr("x"), sleep=lambda _: None):
        pass
    assert "lt=4&ver=5" in str(newer.calls[0].request.body)


# --- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [3, "3", "Учитель", "учитель", " УЧИТЕЛЬ "])
def test_a_role_is_chosen_by_number_or_name(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, role: int | str
) -> None:
    seen, watch = forms(simulator, monkeypatch), Watch(simulator)
    with source(simulator, with_roles(simulator), role=role) as adapter:
        assert len(simulator._server.sessions.open) == 1
        assert adapter.read_dictionaries().content.subject_groups
        assert len(watch.sign_ins()) == 2
        simulator.end_sessions()
        assert adapter.read_dictionaries().content.subject_groups
    assert [form.get("rolegroup") for _, form in seen] == [None, "3", "3"]
    assert len(watch.sign_ins()) == 3
    assert simulator._server.sessions.open == {}


@pytest.mark.parametrize("role", [None, "Завуч", 2])
def test_a_missing_or_foreign_role_is_answered_with_the_list(simulator: Simulator, role: int | str | None) -> None:
    watch = Watch(simulator)
    with pytest.raises(SettingsError) as caught, source(simulator, with_roles(simulator), role=role):
        pass
    assert "3 — Учитель; 5 — Родитель" in caught.value.what
    assert (caught.value.where, caught.value.exit_code) == ("gis.role", 2)
    assert len(watch.sign_ins()) == 1
    assert simulator._server.sessions.open == {}


def test_a_role_stays_asked_for_whatever_becomes_of_the_first_session(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> Any:
        return simulated.Response(status_code=502)

    monkeypatch.setitem(simulated.OPEN_CALLS, "auth/logout", broken)
    with source(simulator, with_roles(simulator), role="Учитель") as adapter:
        assert adapter.read_dictionaries().content.subject_groups


def test_somebody_else_under_the_same_login_is_no_obstacle(simulator: Simulator) -> None:
    watch = Watch(simulator)
    with source(simulator) as first, source(simulator) as second:
        assert first.read_dictionaries().content == second.read_dictionaries().content
    assert len(watch.sign_ins()) == 2


# --- a proof that changes --------------------------------------------------------------------------------------------


def read_everything(adapter: NetSchoolSource, readers: int) -> int:
    """Read every begun journal with several threads; answers with how many."""
    content = adapter.read_dictionaries().content
    today = NOW.date()
    begun = {term.id for term in content.terms if term.start <= today}
    wanted = [(group.id, term) for group in content.subject_groups for term in group.term_ids if term in begun]
    together = threading.Barrier(readers)

    def read(place: int) -> None:
        if place < readers:
            together.wait(20)
        adapter.read_journal(*wanted[place])

    with ThreadPoolExecutor(readers) as threads:
        list(threads.map(read, range(len(wanted))))
    return len(wanted)


@pytest.mark.parametrize("fault", ["rotated-at", "spent-at"])
@pytest.mark.parametrize("readers", [1, 4])
def test_a_new_at_is_followed_by_all_readers(simulator: Simulator, fault: str, readers: int) -> None:
    simulator.set_fault(fault, 1)
    watch = Watch(simulator)
    with source(simulator) as adapter:
        assert read_everything(adapter, readers) > 20
        adapter.read_journal_access(simulator.world.school.classes[0].id, *SEPTEMBER)
    assert len(watch.sign_ins()) == 1
    assert simulator._server.sessions.open == {}


def test_reports_and_readers_share_a_proof_that_every_call_spends(simulator: Simulator) -> None:
    simulator.set_fault("spent-at", 1)
    watch = Watch(simulator)
    classes = [item.id for item in simulator.world.school.classes]
    with source(simulator) as adapter, ThreadPoolExecutor(2) as threads:
        reports = [threads.submit(adapter.read_journal_access, class_id, *SEPTEMBER) for class_id in classes]
        read_everything(adapter, 2)
        assert all(report.result().raw for report in reports)
    assert len(watch.sign_ins()) == 1


def test_four_readers_renew_a_dead_session_once(simulator: Simulator) -> None:
    watch = Watch(simulator)
    with source(simulator) as adapter:
        simulator.end_sessions()
        read_everything(adapter, 4)
    assert len(watch.sign_ins()) == 2


def test_a_password_changed_meanwhile_is_told_to_all_readers(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(simulator)
    group = simulator.world.school.groups[0]
    term = simulator.world.begun_terms(group)[0].id
    together = threading.Barrier(4)
    with source(simulator) as adapter:
        refusal = SignInAnswer(refusal="Неправильный пароль или имя пользователя")
        monkeypatch.setattr(type(simulator._server.sessions), "sign_in", lambda *_: refusal)
        simulator.end_sessions()

        def read(_: int) -> str:
            together.wait(20)
            with pytest.raises(NetcityError) as caught:
                adapter.read_journal(group.id, term)
            return type(caught.value).__name__

        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(read, range(4))) == ["SignInRefused"] * 4
        before = len(simulator.log)
        with pytest.raises(SignInRefused):
            adapter.read_journal(group.id, term)
        assert len(simulator.log) == before
    assert watch.sign_ins() == [("login", 200), ("login", 409)]


# --- schools ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "МБОУ «СОШ № 8»", "МБОУ «СОШ № 8» (г. Примерск)", "  мбоу   «сош  № 8» ", "МБОУ СОШ №8", 'мбоу "СОШ № 8"',
        "СОШ № 8",
    ],
)  # fmt: skip
def test_a_school_is_found_however_its_name_is_written(simulator: Simulator, name: str) -> None:
    with source(simulator, school=name) as adapter:
        assert adapter.read_dictionaries().content.school.name == "МБОУ «СОШ № 8»"


def test_a_school_of_several_that_begin_alike_is_known_by_its_whole_name(simulator: Simulator) -> None:
    with pytest.raises(SignInRefused), source(simulator, school="МАОУ «Гимназия № 2» (с. Дальнее)"):
        pass  # found; only its account is another


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("МАОУ «Гимназия № 2»", ["900101 — МАОУ «Гимназия № 2» (г. Примерск)", "900102 — МАОУ «Гимназия № 2» (с. Да"]),
        ("Гимназия", ["900101", "900102", "900103"]),
        ("МБОУ «Гимназия № 99»", ["900101", "900103"]),
        ("ЧОУ «Росток»", ["Нашлось: ничего"]),
    ],
)
def test_a_school_that_is_not_one_is_answered_with_candidates(
    simulator: Simulator, name: str, listed: list[str]
) -> None:
    watch = Watch(simulator)
    with pytest.raises(SettingsError) as caught, source(simulator, school=name):
        pass
    assert (caught.value.where, caught.value.exit_code) == ("gis.school", 2)
    assert [words for words in listed if words not in caught.value.what] == []
    assert watch.sign_ins() == []


# --- refusals, as the command line tells them ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installation(running: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """As an administrator made it."""
    return configured(tmp_path_factory.mktemp("installation"), running, running.accounts[0])


@pytest.mark.parametrize(
    ("text", "exit_code", "words"),
    [
        ("Неправильный пароль или имя пользователя", 4, "не принял логин или пароль. Повторных попыток не было."),
        ("Вы совершили 3 неудачные попытки входа. Следующая попытка может быть совершена не ранее чем через минуту",
         4, "временно закрыта"),
        ("У пользователя нет доступа", 4, "закрыт доступ"),
        ("Ведутся технические работы", 3, "идут работы"),
        ("", 3, "идут работы"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_its_text(
    simulator: Simulator,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    exit_code: int,
    words: str,
) -> None:
    monkeypatch.setattr(type(simulator._server.sessions), "sign_in", lambda *_: SignInAnswer(refusal=text))
    watch = Watch(simulator)
    page = installation.run("sync", exit_code=exit_code)
    assert words in page
    assert "Что делать: " in page
    assert watch.sign_ins() == [("login", 409)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Истекла лицензия", SignInRefused),
        ("Учётная запись заблокирована", SignInRefused),
        ("Ваша школа отключена", SignInRefused),
        ("Ошибка входа в систему", SourceMaintenance),
        (None, SourceMaintenance),
    ],
)
def test_other_texts_of_a_refusal(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, text: str | None, error: type[NetcityError]
) -> None:
    async def refuse(*_: object) -> Any:
        return simulated.JSONResponse({"message": text}, 409) if text else simulated.Response(status_code=409)

    monkeypatch.setitem(simulated.OPEN_CALLS, "login", refuse)
    with pytest.raises(error), source(simulator):
        pass


def test_a_region_that_lets_in_by_the_state_services_only(simulator: Simulator, installation: Installation) -> None:
    simulator.set_fault("only-esia", 1)
    watch = Watch(simulator)
    page = installation.run("sync", exit_code=4)
    assert "только через Госуслуги" in page
    assert "netcity-sync session import" in page
    assert watch.calls() == ["logindata"]


def test_a_role_that_is_not_set_ends_with_the_code_of_settings(simulator: Simulator, tmp_path: Path) -> None:
    account = with_roles(simulator)
    watch = Watch(simulator)
    assert "3 — Учитель; 5 — Родитель" in configured(tmp_path, simulator, account).run("sync", exit_code=2)
    configured(tmp_path, simulator, account, role="учитель").run("sync", "--now", "2026-09-21T21:00:00")
    assert [status for _, status in watch.sign_ins()] == [200, 200, 200]


# --- addresses, certificates, proxies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://sgo.example.ru", "https://sgo.example.ru"),
        ("https://sgo.example.ru/", "https://sgo.example.ru"),
        ("http://sgo.example.ru:11111/", "http://sgo.example.ru:11111"),
        ("https://sgo.example.ru/authorize/login?mobile", "https://sgo.example.ru"),
        ("https://sgo.example.ru/app/school/journal/#top", "https://sgo.example.ru"),
        ("https://sgo.example.ru/about.html", "https://sgo.example.ru"),
        ("https://region.example.ru/sgo/", "https://region.example.ru/sgo"),
        ("https://region.example.ru/sgo/webapi/", "https://region.example.ru/sgo"),
        ("https://region.example.ru/application", "https://region.example.ru/application"),
    ],
)
def test_an_address_as_a_browser_shows_it(url: str, base: str) -> None:
    assert base_of(url) == base


@pytest.mark.parametrize("ending", ["", "/", "/authorize/login"])
def test_a_server_below_a_folder(ending: str) -> None:
    with running_simulator(seed=7, classes=1, now=NOW, folder="/region/sgo") as own:
        with source(own, url=own.url + ending) as adapter:
            assert adapter.read_dictionaries().content.school.id == own.world.school.id
            assert adapter.read_journal_access(own.world.school.classes[0].id, *SEPTEMBER).raw
        assert {call.path.startswith("/region/sgo/webapi/") for call in own.log} == {True}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ca.pem`, `other.pem`, and what a server needs."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    issued.private_key_pem.write_to_path(folder / "server.key")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other.pem")
    (folder / "empty.pem").write_text("нет здесь ничего", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def secure(certificates: Path) -> Iterator[Simulator]:
    """A school over https."""
    files = TlsFiles(certificates / "server.pem", certificates / "server.key")
    with running_simulator(seed=7, classes=1, now=NOW, tls=files) as simulator:
        yield simulator


def test_an_authority_of_ones_own_is_believed_for_calls_and_reports(
    secure: Simulator, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates / "other.pem"))
    with source(secure, ca_file=certificates / "ca.pem") as adapter:
        assert adapter.read_journal_access(secure.world.school.classes[0].id, *SEPTEMBER).raw
    assert any(call.method == "WS" and call.status == 101 for call in secure.log)


@pytest.mark.parametrize("ca_file", [None, "other.pem"])
def test_a_certificate_that_nobody_vouches_for_ends_the_run(
    secure: Simulator, certificates: Path, ca_file: str | None
) -> None:
    before = len(secure.log)
    chosen = certificates / ca_file if ca_file else None
    with pytest.raises(SourceClosed, match="не проходит проверку") as caught, source(secure, ca_file=chosen):
        pass
    assert "gis.ca_file" in caught.value.todo
    assert caught.value.exit_code == 3
    assert len(secure.log) == before


@pytest.mark.parametrize("name", ["empty.pem", "none.pem"])
def test_a_file_without_certificates_is_a_mistake_in_the_settings(
    simulator: Simulator, certificates: Path, name: str
) -> None:
    with pytest.raises(SettingsError, match="сертификатов не читается"), source(
        simulator, ca_file=certificates / name
    ):  # fmt: skip
        pass


def test_certificates_as_the_command_line_meets_them(secure: Simulator, certificates: Path, tmp_path: Path) -> None:
    account = secure.accounts[0]
    assert "проверка не отключается" in configured(tmp_path, secure, account).run("sync", exit_code=3)
    given = (certificates / "ca.pem").as_posix()
    configured(tmp_path, secure, account, ca_file=given).run("sync", "--now", "2026-09-21T21:00:00")


def test_a_proxy_of_the_settings_is_used_whatever_the_environment_says(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    watch = Watch(simulator)
    with running_proxy() as proxy:
        with source(simulator, proxy=proxy.url) as adapter:
            assert adapter.read_journal_access(simulator.world.school.classes[0].id, *SEPTEMBER).raw
        calls = [call for call in simulator.log[watch.begin :] if call.method != "WS"]
        assert sum(not line.startswith("CONNECT ") for line in proxy.asked) == len(calls)
        assert proxy.tunnels == 1


def test_a_proxy_between_us_and_https(secure: Simulator, certificates: Path) -> None:
    with running_proxy() as proxy:
        with source(secure, proxy=proxy.url, ca_file=certificates / "ca.pem") as adapter:
            assert adapter.read_journal_access(secure.world.school.classes[0].id, *SEPTEMBER).raw
        assert proxy.tunnels == len(proxy.asked) == 2


def test_a_proxy_that_lets_nobody_through_is_named(secure: Simulator, certificates: Path) -> None:
    with running_proxy() as proxy:
        given = {"proxy": proxy.url, "ca_file": certificates / "ca.pem"}
        with source(secure, **given) as adapter:
            class_id = secure.world.school.classes[0].id
            adapter.read_journal_access(class_id, *SEPTEMBER)
            proxy.open = False
            with pytest.raises(SourceUnavailable, match=r"[Пп]рокси-сервер") as hub:
                adapter._connection.engine()._hub_once().__enter__()
            assert hub.value.exit_code == 3
        with pytest.raises(SourceUnavailable, match="Прокси-сервер не отвечает или не пропускает"), source(
            secure, **given
        ):  # fmt: skip
            pass
