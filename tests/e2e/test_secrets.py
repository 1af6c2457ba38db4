"""No secret and no name in logs, in the capture or in what `doctor` answers, whatever is run and whatever breaks.

Everything runs at debug level against the simulator, which remembers every secret that it ever gave out.
"""

import json
import logging
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from support.installation import ZONE

from netcity_sync.adapters.source import Capability
from netcity_sync.cli import check as check_module
from netcity_sync.cli import run_command_line
from netcity_sync.cli import sync as sync_module
from netcity_sync.logs import close_logging
from netcity_sync.simulator import sessions
from netcity_sync.simulator.faults import Fault
from netcity_sync.simulator.server import DEFAULT_VERSION, Simulator, running_simulator

NOW = datetime(2026, 9, 21, 21)
FIRST = ("--now", "2026-09-21T21:00:00")
SMTP_PASSWORD, SMTP_LOGIN, PERSON = 'pass/word-4711 "x"', "pochta-journal", "Прасковья Кузьминична"
FASTER = {
    "attempts = 4": "attempts = 2",
    "read_timeout = 60.0": "read_timeout = 0.5",
    "retry_wait_max = 60.0": "retry_wait_max = 0.01",
    "report_timeout = 120.0": "report_timeout = 0.5",
    "journal_access = false": "journal_access = true",
}
PEOPLE = f"""
[family]
login = "roditel-4711"

[mail]
host = "127.0.0.1"
port = PORT
security = "none"
login = "{SMTP_LOGIN}"
sender = "journal@edu.example.ru"
domains = ["edu.example.ru"]

[[people]]
name = "{PERSON}"
role = "deputy"
email = "kuzminichna@edu.example.ru"
"""


class Watched:
    """An installation whose every word is kept, and the secrets that must not be among them."""

    def __init__(self, folder: Path, server: Simulator, given: set[str], capsys: pytest.CaptureFixture[str]) -> None:
        self.server = server
        self.config = folder / "config.toml"
        self.data = folder / "data"
        self.said: list[str] = []
        self.nameless: list[str] = []
        self.given = given
        self._capsys = capsys

    def run(self, *arguments: str, exit_code: int | None = 0, nameless: bool = False) -> str:
        """Run a command line at debug level; answers with both of its streams. `nameless`: it may name nobody."""
        code = run_command_line(["--verbose", "--config", str(self.config), *arguments])
        streams = self._capsys.readouterr()
        return self._heard(arguments, code, exit_code, streams.out, streams.err, nameless=nameless)

    def run_apart(self, *arguments: str, exit_code: int | None = 0) -> str:
        """The same in a process of its own, as users start it."""
        command = [sys.executable, "-m", "netcity_sync", "--verbose", "--config", str(self.config), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
        return self._heard(arguments, done.returncode, exit_code, done.stdout, done.stderr, nameless=False)

    def _heard(
        self, arguments: tuple[str, ...], code: int, wanted: int | None, out: str, err: str, *, nameless: bool
    ) -> str:
        text = f"{out}\n{err}"
        assert wanted is None or code == wanted, f"{arguments}: {code}\n{text[-4000:]}"
        assert "Traceback" not in text, text[-4000:]
        self.said.append(text)
        self.nameless.append(err)
        if nameless:
            self.nameless.append(out)
        return text

    def init(self) -> None:
        """Settings as `init` writes them, with short waits, people and mail."""
        account, school = self.server.accounts[0], self.server.world.school.id
        self.run(
            "init", "--url", self.server.url, "--school", str(school), "--login", account.login, "--timezone", ZONE,
            "--data-dir", str(self.data), "--yes",
        )  # fmt: skip
        self.change(FASTER)

    def change(self, lines: dict[str, str]) -> None:
        """Lines of one's own in the place of defaults."""
        text = self.config.read_text(encoding="utf-8")
        for default, line in lines.items():
            assert f"# {default}\n" in text, default
            text = text.replace(f"# {default}\n", f"{line}\n")
        self.config.write_text(text, encoding="utf-8")

    def secrets(self) -> set[str]:
        """All secrets, in every spelling."""
        found = self.given | {SMTP_PASSWORD, SMTP_LOGIN}
        for account in self.server.accounts:
            found |= {account.password, account.login}
            found |= {sessions.expected(account, salt) for salt in self.given if len(salt) == 10}
        return {form for secret in found for form in spellings(secret)}

    def names(self) -> re.Pattern[str]:
        """Everybody's surname, whatever follows it; and those whom the settings name."""
        school = self.server.world.school
        full = [item.name.full for item in (*school.pupils, *(group.teacher for group in school.groups))]
        full += [account.name for account in self.server.accounts]
        surnames = {name.split()[0] for name in full} | {PERSON}
        return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, surnames)))})\b")

    def check(self) -> None:
        """Nothing leaked."""
        close_logging()
        kept = [path for path in (self.data / "logs").rglob("*") if path.is_file()] if self.data.exists() else []
        logs = [path.read_text(encoding="utf-8") for path in kept]
        captures = [path.read_text(encoding="utf-8") for path in self.data.parent.rglob("discover*.json")]
        everything = "\n".join([*self.said, *logs, *captures])
        leaks = re.finditer("|".join(map(re.escape, sorted(self.secrets()))), everything)
        assert [around(everything, found) for found in leaks][:5] == []
        nameless = "\n".join([*self.nameless, *logs, *captures])
        assert [around(nameless, found) for found in self.names().finditer(nameless)][:5] == []
        assert re.search(r"\d{20}", everything) is None


def spellings(secret: str) -> set[str]:
    """A secret as addresses and JSON write it."""
    return {secret, quote(secret), quote_plus(secret), quote(secret, safe=""), json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1]}  # fmt: skip


def around(text: str, found: re.Match[str]) -> str:
    """Where it stands."""
    return text[max(0, found.start() - 100) : found.end() + 50]


_SECRET_LENGTH = 8
"""Shorter numbers are parts of names; a cookie that holds them is known by its longer parts."""


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every salt, `at` and cookie that a simulator makes up from now on."""
    made: set[str] = set()
    usual = sessions.Sessions.digits

    def remembered(self: sessions.Sessions, count: int) -> str:
        text = usual(self, count)
        if count >= _SECRET_LENGTH:
            made.add(text)
        return text

    monkeypatch.setattr(sessions.Sessions, "digits", remembered)
    return made


@pytest.fixture
def watched(
    request: pytest.FixtureRequest, tmp_path: Path, given: set[str], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Watched]:  # fmt: skip
    """A tiny school, and an installation made by `init`; at the end nothing may have leaked."""
    logging.getLogger("python_multipart").setLevel(logging.WARNING)  # the server's side runs in this process too
    with running_simulator(seed=7, classes=1, now=NOW, version=getattr(request, "param", DEFAULT_VERSION)) as server:
        server._server.sessions.accounts = tuple(
            replace(item, login=f"{item.login}-4711") for item in server.accounts
        )  # the usual ones are words that may stand anywhere
        monkeypatch.setenv("NETCITY_PASSWORD", server.accounts[0].password)
        monkeypatch.setenv("NETCITY_FAMILY_PASSWORD", server.account("parent").password)
        monkeypatch.setenv("NETCITY_SMTP_PASSWORD", SMTP_PASSWORD)
        result = Watched(tmp_path, server, given, capsys)
        result.init()
        yield result
        result.check()


def free_port() -> int:
    """A port for a server that cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post_office(watched: Watched) -> Iterator[None]:
    """A mail server that refuses every password, and the settings that lead to it."""
    office = Controller(
        object(), hostname="127.0.0.1", port=free_port(), auth_require_tls=False, auth_required=True,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )  # fmt: skip
    office.start()
    with watched.config.open("a", encoding="utf-8") as config:
        config.write(PEOPLE.replace("PORT", str(office.port)))
    yield
    office.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.usefixtures("post_office")
def test_everything_that_is_done_in_a_day(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.run("discover", nameless=True)
    watched.run("discover", "--capture", str(watched.config.parent / "discover-2.json"), "--json", nameless=True)
    watched.run_apart("sync", *FIRST)
    watched.run("sync", "--full", "--json", *FIRST, nameless=True)
    assert '"findings"' in watched.run("check", "--json", *FIRST)
    watched.run("findings", "list")
    watched.run("digest", *FIRST)
    assert "не принял логин или пароль" in watched.run("digest", "--send", *FIRST, exit_code=1)
    with monkeypatch.context() as patched:
        patched.setenv("NETCITY_SMTP_PASSWORD", "почта-4711")
        watched.given.add("почта-4711")
        assert "латинские" in watched.run("digest", "--send", *FIRST, exit_code=1)
    watched.run("report", "make", "filling", "--month", "2026-09", "--format", "html,xlsx", *FIRST)
    assert "Сверено" in watched.run("visibility", *FIRST, exit_code=None)
    watched.run("exchange", "template")
    watched.run("exchange", "check", exit_code=None)
    watched.run("exchange", "take", *FIRST, exit_code=None)
    watched.run("backup", "create", *FIRST)
    watched.run("backup", "verify")
    watched.run("doctor", *FIRST, exit_code=None, nameless=True)
    watched.run("doctor", "--json", *FIRST, exit_code=None, nameless=True)


def suffer(watched: Watched, faults: Iterable[Fault]) -> None:
    """A sync under each fault in turn."""
    for fault in faults:
        watched.server.clear_faults()
        watched.server.set_fault(fault, 0.2 if fault is Fault.ROTATED_AT else 1)
        watched.run("sync", *FIRST, exit_code=None, nameless=True)


def test_every_fault(watched: Watched) -> None:
    suffer(watched, Fault)
    watched.server.clear_faults()
    watched.server.set_fault(Fault.WAF, 1)
    watched.run("doctor", "--json", exit_code=1, nameless=True)


@pytest.mark.parametrize("watched", ["5.10.0"], indirect=True)
def test_faults_of_the_older_hub(watched: Watched) -> None:
    suffer(watched, (Fault.ROTATED_AT, Fault.HUB_BREAK, Fault.DROP))
    for fault in (Fault.HUB_BREAK, Fault.ROTATED_AT, Fault.GARBAGE):
        watched.server.clear_faults()
        watched.server.set_fault(fault, 1)
        watched.run("discover", "--dry-run", exit_code=None, nameless=True)


def test_wrong_passwords(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("Неверный-4711", "знак-\u2603-4711"):
        monkeypatch.setenv("NETCITY_PASSWORD", wrong)
        watched.given.add(wrong)
        assert "Что делать" in watched.run("sync", *FIRST, exit_code=4)
        watched.run("doctor", "--json", exit_code=1, nameless=True)
    monkeypatch.delenv("NETCITY_PASSWORD")
    kept = watched.config.parent / "netcity-password.txt"
    watched.run("sync", "--class", "1А", *FIRST, exit_code=None)
    kept.write_bytes(b"\xff\xfe\x00 4711")
    assert "Файл с паролем не читается" in watched.run("sync", *FIRST, exit_code=2)


def test_sessions_from_the_browser(watched: Watched) -> None:
    server = watched.server._server
    account = server.sessions.accounts[0]
    salt = server.sessions.new_salt("browser")
    form = {"un": account.login, "scid": str(server.world.school.id), "pw2": sessions.expected(account, salt)}
    alive = server.sessions.sign_in("browser", form, server.world.now).session
    assert alive is not None
    cookies = f"NSSESSIONID={server.sessions.digits(24)}; ESRNSec={alive.cookie}"
    copied = watched.config.parent / "copied.txt"
    dead = f"0016{server.sessions.digits(22)}"
    for text, code in (
        (f"curl '{watched.server.url}/webapi/context?at={alive.at}' -H 'at: {alive.at}' -b '{cookies}'", 0),
        (json.dumps({"at": dead, "cookies": cookies}), 4),
        (json.dumps({"at": alive.at, "cookies": ["garbage"]}), 2),
        (json.dumps({"at": alive.at})[:-2], 2),
        (f"curl -H 'at: {alive.at}' -b '{cookies}", 2),
    ):
        copied.write_text(text, encoding="utf-8")
        watched.run("session", "import", str(copied), exit_code=code)
    watched.run_apart("session", "check")
    watched.change({'sign_in = "password"': 'sign_in = "session"'})
    watched.server.set_fault(Fault.ROTATED_AT, 0.3)
    watched.run("sync", *FIRST, exit_code=None)
    watched.server.clear_faults()
    watched.run("session", "check", exit_code=None)
    watched.server.end_sessions()
    watched.run("session", "check", exit_code=4)
    watched.run("sync", *FIRST, exit_code=4)
    watched.run("doctor", "--json", exit_code=1, nameless=True)
    (watched.data / "session.json").write_text(f'{{"at": "{dead}"', encoding="utf-8")
    watched.run("session", "check", exit_code=2)


def test_what_nobody_foresaw(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.run("sync", *FIRST)
    pupil, teacher = watched.server.world.school.pupils[0].name.full, watched.server.accounts[0].name
    at = f"0016{watched.server._server.sessions.digits(22)}"

    def crash(*_: object, **__: object) -> None:
        try:
            raise OSError(f"{watched.server.url}/webapi/queuehub?at={at} with {os.environ['NETCITY_PASSWORD']}")
        except OSError as error:
            error.add_note(f"{teacher}, header at: {at}, login {watched.server.accounts[0].login}")
            raise KeyError(pupil) from error

    with monkeypatch.context() as patched:
        patched.setattr(check_module, "run_check", crash)
        said = watched.run("check", *FIRST, exit_code=1, nameless=True)
    assert "Непредвиденная ошибка (KeyError)" in said
    log = watched.data / "logs" / "netcity-sync.jsonl"
    assert str(log) in said
    (crashed,) = [line for line in log.read_text(encoding="utf-8").splitlines() if '"event": "crashed"' in line]
    assert "?at=***" in json.loads(crashed)["exception"]
    with monkeypatch.context() as patched:
        patched.setattr(sync_module, "gis_source", lambda _: Broken(crash))
        watched.run("sync", *FIRST, exit_code=1, nameless=True)
    with closing(sqlite3.connect(watched.data / "mirror.db")) as db:
        assert db.execute("SELECT status, error FROM run ORDER BY run_id DESC").fetchone() == ("failed", "KeyError")


class Broken:
    """A source that nobody can enter."""

    capabilities = frozenset(Capability)

    def __init__(self, crash: object) -> None:
        self._crash = crash

    def __enter__(self) -> "Broken":
        assert callable(self._crash)
        self._crash()
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to leave."""


def test_files_that_are_not_what_they_should_be(watched: Watched) -> None:
    watched.run("sync", *FIRST)
    mirror, raw, kept = watched.data / "mirror.db", watched.data / "raw.db", watched.data / "kept.db"
    for damaged in (mirror, raw):
        damaged.rename(kept)
        damaged.write_bytes(b"garbage " * 1000)
        assert str(damaged) in watched.run("sync", *FIRST, exit_code=5)
        watched.run("doctor", "--json", exit_code=None, nameless=True)
        if damaged is mirror:
            watched.run("check", *FIRST, exit_code=5)
            watched.run_apart("digest", *FIRST, exit_code=5)
        kept.replace(damaged)
    with closing(sqlite3.connect(mirror)) as db:
        db.execute("DROP TABLE mark")
    assert "Непредвиденная ошибка" in watched.run("check", *FIRST, exit_code=1)
    nowhere = str(watched.config.parent / "нет" / "discover.json")
    assert nowhere in watched.run("discover", "--capture", nowhere, exit_code=2)
    if Path("/dev/full").exists():
        watched.run("discover", "--capture", "/dev/full", exit_code=2)
        log = watched.data / "logs" / "netcity-sync.jsonl"
        close_logging()
        log.unlink()
        log.symlink_to("/dev/full")
        assert "Журнал работы не пишется" in watched.run("check", *FIRST, exit_code=1)
        log.unlink()


def test_a_folder_that_cannot_be_written(watched: Watched) -> None:
    watched.run("sync", *FIRST)
    close_logging()
    try:
        watched.data.chmod(0o500)
        if os.access(watched.data, os.W_OK):
            pytest.skip("root may write everywhere")
        for command in ("sync", "check", "discover"):
            said = watched.run(command, exit_code=None)
            assert "Нет прав" in said or "некуда записать" in said, said[-2000:]
    finally:
        watched.data.chmod(0o700)
