"""A session brought over from the browser: copied in every way browsers offer, kept, used, and mourned when it dies."""

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from support.installation import ZONE, Installation

from netcity_sync.adapters.netschool.browser_session import parse_session
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.cli import run_command_line
from netcity_sync.cli.service import service_jobs
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.settings import load_settings
from netcity_sync.settings_file import config_text
from netcity_sync.simulator.server import Simulator, running_simulator
from netcity_sync.simulator.sessions import expected
from netcity_sync.simulator.state import SESSION_COOKIE

NOW = datetime(2026, 9, 21, 21)
AT, COOKIES = "001658212345678901234567", {"NSSESSIONID": "98a", "ESRNSec": "ESRNSECR1=5&ESRNSECR2=7%3D"}
BASH = """\
curl 'https://sgo.example.ru/webapi/context?d=1&x=%20' \\
  -H 'accept: application/json, text/plain, */*' \\
  -H 'at: 001658212345678901234567' \\
  -b 'NSSESSIONID=98a; ESRNSec=ESRNSECR1=5&ESRNSECR2=7%3D' \\
  -H 'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"' \\
  -H 'x-requested-with: XMLHttpRequest'"""
CMD = """\
curl ^"https://sgo.example.ru/webapi/context?d=1^&x=^%^20^" ^
  -H ^"accept: application/json, text/plain, */*^" ^
  -H ^"at: 001658212345678901234567^" ^
  -b ^"NSSESSIONID=98a; ESRNSec=ESRNSECR1=5^&ESRNSECR2=7^%^3D^" ^
  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"140^\\^"^" ^
  -H ^"x-requested-with: XMLHttpRequest^" ^
  --compressed"""
OLDER_CMD = """\
curl "https://sgo.example.ru/webapi/context" ^
  -H "Accept: application/json" ^
  -H "at: 001658212345678901234567" ^
  -H "Cookie: NSSESSIONID=98a; ESRNSec=ESRNSECR1=5&ESRNSECR2=7^%3D" ^
  --compressed"""
FIREFOX = (
    "curl 'https://sgo.example.ru/webapi/context' --compressed -H 'User-Agent: Mozilla/5.0 (X11; Linux)'"
    " -H 'Accept: */*' -H 'AT: 001658212345678901234567' -H 'X-Requested-With: XMLHttpRequest'"
    " -H 'Connection: keep-alive' -H 'Cookie: NSSESSIONID=98a; ESRNSec=ESRNSECR1=5&ESRNSECR2=7%3D' -H 'TE: trailers'"
)
POSTED = BASH + ' \\\n  --data-raw $\'{"text":"не\\u0021 it\\\'s"}\''
ODD_SIGNS = BASH.replace("-b 'NSSESSIONID=98a", "-b $'NSSESSIONID=9\\u0038a")
JSON = json.dumps({"at": AT, "cookies": COOKIES})
JSON_LIST = json.dumps({"at": AT, "cookies": [{"name": name, "value": value} for name, value in COOKIES.items()]})
JSON_LINE = json.dumps({"at": AT, "cookies": "; ".join(f"{name}={value}" for name, value in COOKIES.items())})


@pytest.mark.parametrize(
    "text",
    [BASH, CMD, OLDER_CMD, FIREFOX, POSTED, ODD_SIGNS, JSON, JSON_LIST, JSON_LINE],
    ids=["bash", "cmd", "older-cmd", "firefox", "posted", "odd-signs", "json", "json-list", "json-line"],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_a_session_as_browsers_copy_it(text: str, ends: str, mark: str) -> None:
    assert parse_session(mark + text.replace("\n", ends) + ends) == Proof(AT, COOKIES)


NONSENSE = [
    "", "привет", "curl 'https://sgo.example.ru", "{", '{"at": 1}', "[]", json.dumps({"at": AT}), "$'", "curl \\",
    BASH.replace("at: ", "bt: "), BASH.replace("-b ", "-d "), BASH.replace("0016", "x"), BASH[:-1],
    json.dumps({"at": AT, "cookies": {"ESRNSec": "1\n2"}}), json.dumps({"at": AT, "cookies": {"ESRNSec": 1}}),
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_what_holds_no_session(text: str) -> None:
    with pytest.raises(UsageError, match="нет сеанса") as caught:
        parse_session(text)
    assert "Копировать как cURL (bash)" in caught.value.todo
    assert caught.value.exit_code == 2


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=7, classes=2, now=NOW) as simulator:
        yield simulator


@dataclass
class Office:
    """A school where people sign in by a browser, and the program beside it, which has no password."""

    simulator: Simulator
    installation: Installation

    @property
    def kept(self) -> Path:
        """The file of the session."""
        return self.installation.data / "session.json"

    def sign_in(self) -> Proof:
        """What a browser holds after its user came in by the state services."""
        server = self.simulator._server
        account = self.simulator.accounts[0]
        salt = server.sessions.new_salt("browser")
        form = {"un": account.login, "scid": str(self.simulator.world.school.id), "pw2": expected(account, salt)}
        session = server.sessions.sign_in("browser", form, server.world.now).session
        assert session is not None
        return Proof(session.at, {"NSSESSIONID": "98a", SESSION_COOKIE: session.cookie})

    def copied(self, proof: Proof) -> str:
        """The command that the browser copies."""
        cookies = "; ".join(f"{name}={value}" for name, value in proof.cookies.items())
        return f"curl '{self.simulator.url}/webapi/context' \\\n  -H 'at: {proof.at}' \\\n  -b '{cookies}'"

    def bring(self, proof: Proof) -> None:
        """Import a session from a file."""
        file = self.installation.config.with_name("copied.txt")
        file.write_text(self.copied(proof), encoding="utf-8")
        assert run_command_line(["--config", str(self.installation.config), "session", "import", str(file)]) == 0

    def run(self, *arguments: str) -> str:
        """A command without any password."""
        return self.installation.run(*arguments)

    def calls(self, since: int) -> list[str]:
        """What the program called."""
        return [call.path.removeprefix("/webapi/") for call in self.simulator.log[since:]]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the mirror answers."""
        with closing(sqlite3.connect(DataFolder(self.installation.data).mirror)) as db:
            return list(db.execute(query))


@pytest.fixture
def office(running: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """With nobody signed in yet."""
    monkeypatch.delenv("NETCITY_PASSWORD", raising=False)
    config = tmp_path / "config.toml"
    text = config_text(
        url=running.url, school=running.world.school.id, login="zavuch", timezone=ZONE, data_dir="data",
        password_file=None, loopback=True,
    )  # fmt: skip
    config.write_text(text.replace("[gis]\n", '[gis]\nsign_in = "session"\n', 1), encoding="utf-8")
    yield Office(running, Installation(config, tmp_path / "data", ""))
    running.clear_faults()
    running.end_sessions()


def test_a_session_is_brought_over_checked_and_used(office: Office) -> None:
    proof = office.sign_in()
    begin = len(office.simulator.log)
    copied = office.installation.config.with_name("copied.txt")
    copied.write_text(office.copied(proof), encoding="utf-8")
    assert "Сеанс перенесён и действует." in office.run("session", "import", str(copied))
    assert office.kept.stat().st_mode & 0o777 == 0o600
    assert office.kept.parent.stat().st_mode & 0o077 == 0
    assert office.calls(begin) == ["context"]
    office.simulator.set_fault("spent-at", 1)
    office.run("sync", "--now", NOW.isoformat())
    kept = json.loads(office.kept.read_text(encoding="utf-8"))
    assert kept["at"] != proof.at
    assert set(office.simulator._server.sessions.open) == {kept["at"]}
    assert office.kept.stat().st_mode & 0o777 == 0o600
    assert not {"login", "auth/login", "auth/getdata", "auth/logout"} & set(office.calls(begin))
    assert sorted(item.name for item in office.kept.parent.glob("session*")) == ["session.json"]


def test_a_session_comes_from_the_standard_input(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(office.copied(office.sign_in())))
    config = str(office.installation.config)
    assert run_command_line(["--config", config, "session", "import"]) == 0
    assert run_command_line(["--config", config, "session", "check"]) == 0
    assert capsys.readouterr().out == "Сеанс перенесён и действует.\nСеанс действует.\n"


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "none"])
@pytest.mark.parametrize(("what", "exit_code"), [("nonsense", 2), ("dead", 4), ("no-server", 3)])
def test_what_cannot_be_used_leaves_the_kept_session_alone(
    office: Office, what: str, exit_code: int, kept: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    config = office.installation.config
    alive, copied = office.sign_in(), config.with_name("copied.txt")
    if kept:
        copied.write_text(office.copied(alive), encoding="utf-8")
        assert run_command_line(["--config", str(config), "session", "import", str(copied)]) == 0
    before = office.kept.read_bytes() if kept else None
    dead = Proof("0016000000000000000000", {SESSION_COOKIE: "1"})
    copied.write_text("curl 'https://x'" if what == "nonsense" else office.copied(dead), encoding="utf-8")
    if what == "no-server":
        text = config.read_text(encoding="utf-8").replace(office.simulator.url, "http://127.0.0.1:9")
        config.write_text(text.replace("[gis]\n", "[gis]\nattempts = 1\n", 1), encoding="utf-8")
    assert run_command_line(["--config", str(config), "session", "import", str(copied)]) == exit_code
    assert "Что делать: " in capsys.readouterr().err
    assert (office.kept.read_bytes() if office.kept.exists() else None) == before
    assert [item.name for item in office.kept.parent.glob("session*")] == (["session.json"] if kept else [])


def test_a_check_of_a_dead_session_and_of_none(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["--config", str(office.installation.config), "session", "check"]
    assert run_command_line(check) == 2
    assert "ещё не перенесён" in capsys.readouterr().err
    office.bring(office.sign_in())
    office.simulator.end_sessions()
    assert run_command_line(check) == 4
    said = capsys.readouterr().err
    assert "Сеанс, перенесённый из браузера, закончился." in said
    assert "netcity-sync session import" in said


@pytest.mark.parametrize("readers", [1, 4])
def test_a_session_that_dies_in_the_middle_of_a_run(office: Office, readers: int) -> None:
    office.bring(office.sign_in())
    begin = len(office.simulator.log)
    text = office.installation.config.read_text(encoding="utf-8")
    office.installation.config.write_text(text.replace("[gis]\n", f"[gis]\nreaders = {readers}\n", 1), encoding="utf-8")
    office.simulator.set_fault("slow@journal", 1)
    office.simulator.be_slow(0.05)
    process = office.installation.start("sync", "--now", NOW.isoformat())
    before = sum(call.path.endswith("grade/journal") for call in office.simulator.log[:begin])
    office.simulator.wait_for_calls("grade/journal", before + 5)
    office.simulator.end_sessions()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 4, errors
    assert "Сеанс, перенесённый из браузера, закончился." in errors
    assert "netcity-sync session import" in errors
    assert not {"login", "auth/login", "auth/getdata", "auth/logout"} & set(office.calls(begin))
    read = office.calls(begin).count("grade/journal")
    assert read < len(office.simulator.world.school.groups)
    assert office.rows("SELECT status FROM run") == [("failed",)]
    merged = office.rows("SELECT DISTINCT subject_group_id, term_id FROM lesson")
    assert merged == office.rows("SELECT DISTINCT subject_group_id, term_id FROM lesson WHERE seen_to IS NULL")
    assert merged or readers > 1
    for group_id, term_id in merged:
        shown = office.simulator.world.journal(
            next(item for item in office.simulator.world.school.groups if item.id == group_id).id, term_id
        )
        ((lessons,),) = office.rows(
            f"SELECT COUNT(*) FROM lesson WHERE subject_group_id = {group_id} AND term_id = {term_id}"
        )
        ((marks,),) = office.rows(
            f"SELECT COUNT(*) FROM mark WHERE subject_group_id = {group_id} AND term_id = {term_id}"
        )
        assert (lessons, marks) == (len(shown.lessons), len(shown.marks))


def test_the_service_keeps_a_session_alive_only_where_it_has_one(office: Office) -> None:
    config = office.installation.config
    assert [job.id for job in service_jobs(load_settings(config))][-1] == "session"
    text = config.read_text(encoding="utf-8").replace('sign_in = "session"', 'sign_in = "password"')
    config.write_text(text, encoding="utf-8")
    assert "session" not in {job.id for job in service_jobs(load_settings(config))}


def test_the_keep_alive_job_prolongs_the_session(office: Office) -> None:
    office.bring(office.sign_in())
    office.simulator.set_fault("spent-at", 1)
    begin = len(office.simulator.log)
    (job,) = [job for job in service_jobs(load_settings(office.installation.config)) if job.id == "session"]
    job.run()
    job.run()
    assert office.calls(begin) == ["context", "context"]
    assert office.kept.stat().st_mode & 0o777 == 0o600
