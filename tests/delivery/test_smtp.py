"""Mail reaches a real SMTP server, protected, and never leaves the allowed domains."""

import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import structlog
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.digest import make_digests
from netcity_sync.settings import SMTP_PASSWORD_VARIABLE

CLOCK = fixed_clock(at("09-14 22:00"))


class Postbox:
    """What a mail server received; `refuse` is its answer to every message, after `patience` of them it hangs up."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = ""
        self.patience = 1000

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a message, refuse it, or hang up."""
        if len(self.messages) == self.patience:
            assert server.transport is not None
            server.transport.close()
        elif self.refuse:
            return self.refuse
        else:
            assert envelope.original_content is not None
            self.messages.append(message_from_bytes(envelope.original_content, EmailMessage, policy=default))
        return "250 OK"


def free_port() -> int:
    """A port for a server that cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture(params=["none", "tls", "starttls"])
def server(request: pytest.FixtureRequest, authority: trustme.CA, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A mail server, and the [mail] section that reaches it."""
    postbox = Postbox()
    context = None
    if request.param != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(context)
    tls = {"tls": {"ssl_context": context}, "starttls": {"tls_context": context, "require_starttls": True}}
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **tls.get(request.param, {}))
    controller.start()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    mail = {
        "host": "localhost", "port": controller.port, "security": request.param, "ca_file": str(tmp_path / "ca.pem"),
        "sender": "journal@edu.example.ru", "domains": ["edu.example.ru"],
    }  # fmt: skip
    yield {"mail": mail, "postbox": postbox}
    controller.stop()


def person(address: str, role: str = "deputy") -> dict[str, str]:
    """Somebody who gets digests."""
    return {"name": "Вера Петровна", "role": role, "email": address}


def checked(folder: Path, **sections: Any) -> Trial:
    """An installation with something to say."""
    tried = Trial(folder, Book().add_lessons("09-01", "09-02", "09-30", topic=None), **sections)
    tried.sync("09-14 21:00")
    tried.check()
    return tried


def test_the_digest_arrives(server: dict[str, Any], tmp_path: Path) -> None:
    tried = checked(tmp_path, mail=server["mail"], people=[person("zavuch@edu.example.ru")])
    outcome = make_digests(tried.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting, outcome.refused) == (1, 0, ())
    (message,) = server["postbox"].messages
    assert message["To"] == "zavuch@edu.example.ru"
    assert message["Subject"].startswith("Журнал: 5 новых замечаний, 14.09.2026")
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "Урок не записан" in part
        assert "7А, Химия" in part


def test_nothing_is_sent_twice(server: dict[str, Any], tmp_path: Path) -> None:
    tried = checked(tmp_path, mail=server["mail"], people=[person("zavuch@edu.example.ru")])
    make_digests(tried.settings, CLOCK, send=True)
    assert make_digests(tried.settings, CLOCK, send=True).sent == 0
    assert len(server["postbox"].messages) == 1


def test_what_the_server_refused_waits_for_the_next_round(server: dict[str, Any], tmp_path: Path) -> None:
    tried = checked(tmp_path, mail=server["mail"], people=[person("zavuch@edu.example.ru")])
    server["postbox"].refuse = "451 try later"
    outcome = make_digests(tried.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting) == (0, 1)
    server["postbox"].refuse = ""
    assert make_digests(tried.settings, CLOCK, send=True).sent == 1
    assert len(server["postbox"].messages) == 1


@pytest.mark.parametrize(
    "address", ["zavuch@mail.example.com", "z@edu.example.ru.evil.example", "z@sub.edu.example.ru"]
)
def test_a_foreign_address_is_refused_and_logged(server: dict[str, Any], tmp_path: Path, address: str) -> None:
    people = [person(address), person("direktor@edu.example.ru", "director")]
    tried = checked(tmp_path, mail=server["mail"], people=people)
    with structlog.testing.capture_logs() as logs:
        outcome = make_digests(tried.settings, CLOCK, send=True)
    assert outcome.sent == 1
    assert [message["To"] for message in server["postbox"].messages] == ["direktor@edu.example.ru"]
    assert len(outcome.refused) == 1
    refusals = [entry for entry in logs if entry["event"] == "recipient_refused"]
    assert [entry["domain"] for entry in refusals] == [address.partition("@")[2]]
    assert address not in str(logs)
    assert address not in str(outcome.refused)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    mail = {
        "host": "localhost", "port": 1, "security": "none", "sender": "j@edu.example.ru", "domains": ["edu.example.ru"],
    }  # fmt: skip
    tried = checked(tmp_path, mail=mail, people=[person("zavuch@edu.example.ru")])
    outcome = make_digests(tried.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting) == (0, 1)
    assert "не отвечает" in outcome.refused[0]
    assert len(list(DataFolder(tmp_path).outbox.glob("*.eml"))) == 1


def test_an_unknown_certificate_is_not_trusted(server: dict[str, Any], tmp_path: Path) -> None:
    if server["mail"]["security"] == "none":
        return
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    mail = {**server["mail"], "ca_file": str(tmp_path / "other.pem")}
    tried = checked(tmp_path, mail=mail, people=[person("zavuch@edu.example.ru")])
    outcome = make_digests(tried.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting) == (0, 1)
    assert "не защищено" in outcome.refused[0]
    assert server["postbox"].messages == []


def test_sending_without_mail_settings(tmp_path: Path) -> None:
    tried = checked(tmp_path)
    with pytest.raises(UsageError, match="Почта не настроена"):
        make_digests(tried.settings, CLOCK, send=True)


def test_what_was_taken_before_the_server_hung_up_is_not_sent_again(server: dict[str, Any], tmp_path: Path) -> None:
    people = [person(f"{name}@edu.example.ru") for name in ("a", "b", "c")]
    tried = checked(tmp_path, mail=server["mail"], people=people)
    server["postbox"].patience = 1
    outcome = make_digests(tried.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting) == (1, 2)
    assert outcome.refused == ("Почтовый сервер прервал соединение. Письмо отправится в следующий раз.",)
    server["postbox"].patience = 1000
    assert make_digests(tried.settings, CLOCK, send=True).sent == 2
    assert sorted(message["To"] for message in server["postbox"].messages) == [item["email"] for item in people]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("451 try later", "пока не принял письмо в домен edu.example.ru (ответ 451)"),
        ("554 no", "отказался принять письмо в домен edu.example.ru (ответ 554). Проверьте адрес"),
    ],
    ids=["for-now", "for-good"],
)
def test_a_refusal_says_whether_it_passes(server: dict[str, Any], tmp_path: Path, answer: str, said: str) -> None:
    tried = checked(tmp_path, mail=server["mail"], people=[person("zavuch@edu.example.ru")])
    server["postbox"].refuse = answer
    (reason,) = make_digests(tried.settings, CLOCK, send=True).refused
    assert said in reason
    assert "zavuch" not in reason


def test_a_message_that_waits_obeys_the_domains_of_today(server: dict[str, Any], tmp_path: Path) -> None:
    tried = checked(tmp_path, mail=server["mail"], people=[person("zavuch@edu.example.ru")])
    server["postbox"].refuse = "451 try later"
    make_digests(tried.settings, CLOCK, send=True)
    server["postbox"].refuse = ""
    narrowed = checked(tmp_path, mail={**server["mail"], "domains": ["other.example.ru"]})
    outcome = make_digests(narrowed.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting) == (0, 1)
    assert "не разрешён" in outcome.refused[0]
    assert server["postbox"].messages == []


def test_two_areas_under_one_address_are_two_messages(server: dict[str, Any], tmp_path: Path) -> None:
    people = [{**person("z@edu.example.ru"), "classes": [name]} for name in ("7А", "8А")]
    tried = checked(tmp_path, mail=server["mail"], people=people)
    assert make_digests(tried.settings, CLOCK, send=True).sent == 2


def test_a_login_without_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SMTP_PASSWORD_VARIABLE, raising=False)
    assert SMTP_PASSWORD_VARIABLE in refusal(tmp_path, login="journal")


def test_a_certificate_file_that_is_not_there(tmp_path: Path) -> None:
    assert "mail.ca_file" in refusal(tmp_path, security="tls", ca_file=str(tmp_path / "none.pem"))


def refusal(folder: Path, **mail: Any) -> str:
    """Why nothing was sent by a [mail] section with these lines."""
    usual = {"host": "localhost", "port": 1, "security": "none", "sender": "j@edu.ru", "domains": ["edu.ru"]}
    tried = checked(folder, mail={**usual, **mail}, people=[person("zavuch@edu.ru")])
    outcome = make_digests(tried.settings, CLOCK, send=True)
    assert (outcome.sent, outcome.waiting) == (0, 1)
    return outcome.refused[0]
