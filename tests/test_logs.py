"""Logs hold events, never a name, a mark or a secret, whoever wrote them and whatever broke."""

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import structlog
from hypothesis import given
from hypothesis import strategies as st

from netcity_sync.logs import close_logging, configure_logging, log_file, log_stray_exceptions
from netcity_sync.scrubbing import Scrubber

AT = "0016123456789012345678901"
SCRUB = Scrubber(('Пароль-77 "ё"', "zavuch77")).text


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    yield
    close_logging()
    structlog.reset_defaults()


def logged(folder: Path) -> list[dict[str, object]]:
    """What stands in the file."""
    text = (folder / "netcity-sync.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_events_are_json_lines_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path, verbose=True)
    log = structlog.get_logger("netcity_sync.somewhere")
    log.info("signed_in", generation=1, at="00161234", password="тайна", name="Иванов Иван", email="a@b.ru")
    (entry,) = logged(tmp_path)
    assert (entry["event"], entry["level"], entry["generation"]) == ("signed_in", "info", 1)
    said = json.dumps(entry, ensure_ascii=False) + capsys.readouterr().err
    for secret in ("00161234", "тайна", "Иванов", "a@b.ru"):
        assert secret not in said


def test_the_console_is_quiet_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path, verbose=False)
    structlog.get_logger("netcity_sync.somewhere").info("sync_done")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"http://gis/webapi/queuehub?at={AT}&x=тайна", (AT, "тайна")),
        ('"GET /webapi/context?AT=00161234&name=%D0%98%D0%B2 HTTP/1.1" 200', ("00161234", "%D0%98")),
        (f"GET /webapi/signalr%3Fat%3D{AT}%26b", (AT,)),
        ("wss://gis/queuehub?connectionToken=abc%2Bdef==", ("abc", "def")),
        ("http://journal:pass77@proxy.school.ru:3128", ("journal", "pass77")),
        ('{"at": "00161234", "cookies": {"ESRNSec": "4711", "NSSESSIONID": "0815"}}', ("00161234", "4711", "0815")),
        (r'"{\"at\": \"00161234\", \"pw2\": \"abcd12\"}"', ("00161234", "abcd12")),
        ("{'at': '00161234', 'salt': '4711'}", ("00161234", "4711")),
        ("(('at', '00161234'), ('pw2', 'abcd12'), ('UN', 'user'))", ("00161234", "abcd12", "user")),
        ("at: 00161234\r\nCookie: ESRNSec=4711; NSSESSIONID=0815; other=77777\r\nHost: gis", ("4711", "0815", "77777")),
        ("> Cookie: ESRNSec=4711; x=77777", ("4711", "77777")),
        ("{'Cookie': 'x=77777', 'Accept': '*/*'}", ("77777",)),
        ("<Cookie ESRNSec=4711 for gis/>", ("4711",)),
        ("Authorization: Bearer abc.def", ("abc", "def")),
        (f"run of digits {AT}.", (AT,)),
        ("pw2 is 5f4dcc3b5aa765d61d8327deb882cf99", ("5f4dcc3b",)),
        ("< TEXT '{\"arguments\":[{\"Data\":\"file-17\"}]}' [48 bytes]", ("file-17", "arguments")),
        ("to petrova@edu.example.ru", ("petrova",)),
        ("Иванова-Петрова Анна Львовна; Сидоров И. П.; ученик Ёлкин Пётр", ("Иванова", "Анна", "Сидоров", "Ёлкин")),
        (json.dumps({"fullName": "Иванов Иван"}), ("\\u0418",)),
        (repr("Иванов Иван".encode()), ("\\xd0",)),
        ('the password Пароль-77 "ё" of zavuch77', ("Пароль", "zavuch77")),
        (json.dumps(["Пароль-77 \"ё\""]), ("77",)),
        ("PW=%D0%9F%D0%B0%D1%80%D0%BE%D0%BB%D1%8C-77%20%22%D1%91%22&UN=zavuch77", ("-77", "zavuch77")),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_or_a_person_is_taken_out(text: str, hidden: tuple[str, ...]) -> None:
    scrubbed = SCRUB(text)
    assert "***" in scrubbed
    assert [secret for secret in hidden if secret in scrubbed] == []


@pytest.mark.parametrize(
    "text",
    [
        "call", "GET grade/journal", "2026-09-21T21:00:00.123456Z", "journal:4711:17", "POST login, поле userName",
        "отчёт StudentTotal, фильтр period", "Starting new HTTP connection (1): gis.example.ru:80",
        'File "sync.py", line 17, in _merge', "0.17.3", "> GET /webapi/queuehub HTTP/1.1", "*** [48 bytes]",
        "no such table: current_mark", "[Errno 28] No space left on device: 'mirror.db'", "zavuch777",
    ],
)  # fmt: skip
def test_what_helps_stays(text: str) -> None:
    assert SCRUB(text) == text


@given(
    st.text(),
    st.sampled_from(("?at=", '"at": "', "Cookie: ESRNSec=", "('at', '", "at%3D")),
    st.integers(10**21, 10**25),
)
def test_an_at_is_found_in_any_text(before: str, written: str, at: int) -> None:
    assert str(at) not in SCRUB(f"{before}{written}{at}")


def test_events_are_scrubbed_all_the_way_down() -> None:
    event = {"answer": {"rows": [{"Headers": {"x": 1}, "n": int(AT)}, f"?at={AT}"]}, "url": "http://gis", "size": 5}
    assert Scrubber().event(event) == {
        "answer": {"rows": [{"Headers": "***", "n": "***"}, "?at=***"]}, "url": "***", "size": 5,
    }  # fmt: skip


def test_a_chain_of_exceptions_with_addresses_and_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path, verbose=True, secrets=("мой пароль",))
    password, pupil = "мой пароль", "Иванов"
    try:
        try:
            raise requests.ConnectionError(f"Max retries exceeded with url: /webapi/x?at={AT} (Caused by …)")
        except requests.ConnectionError as error:
            error.add_note(f"with {password} and at: {AT}")
            raise KeyError(pupil) from error
    except KeyError as error:
        structlog.get_logger("netcity_sync.x").error("crashed", exc_info=error)
        logging.getLogger("apscheduler.executors.default").exception("Job %s raised an exception", AT)
    first, second = logged(tmp_path)
    for entry in (first, second):
        shown = str(entry["exception"])
        assert "ConnectionError: Max retries exceeded with url: /webapi/x?at=***" in shown
        assert "test_logs.py" in shown
        assert "direct cause" in shown
    console = capsys.readouterr().err
    assert "Traceback" not in console
    assert "test_logs.py" in console
    for secret in (AT, password, pupil):
        assert secret not in json.dumps([first, second], ensure_ascii=False) + console


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "requests", "websockets.client", "asyncio", "apscheduler"])
@pytest.mark.parametrize("verbose", [False, True])
def test_libraries_go_the_same_way(
    name: str, verbose: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(tmp_path, verbose=verbose)
    logging.getLogger(name).debug('"GET /x?at=%s" 200', AT)
    logging.getLogger(name).warning("Retrying: /x?at=%s", AT)
    entries = logged(tmp_path)
    assert [entry["level"] for entry in entries] == (["debug", "warning"] if verbose else ["warning"])
    assert {entry["logger"] for entry in entries} == {name}
    console = capsys.readouterr().err
    assert bool(console) is verbose
    assert AT not in json.dumps(entries) + console


def test_warnings_go_the_same_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path, verbose=False)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logging._showwarning  # type: ignore[attr-defined]
        warnings.warn(f"Unverified request to ?at={AT}", stacklevel=1)
    (entry,) = logged(tmp_path)
    assert "Unverified request to ?at=***" in str(entry["event"])
    assert capsys.readouterr().err == ""


def test_what_breaks_a_thread_goes_the_same_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    configure_logging(tmp_path, verbose=False)
    log_stray_exceptions()

    def crash() -> None:
        raise OSError(f"/x?at={AT}")

    thread = threading.Thread(target=crash, name="reader_1")
    thread.start()
    thread.join()
    (entry,) = logged(tmp_path)
    assert (entry["event"], entry["thread"]) == ("thread_broke", "reader_1")
    assert "OSError: /x?at=***" in str(entry["exception"])
    assert "Traceback" not in capsys.readouterr().err


def test_a_log_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "netcity-sync.jsonl").mkdir()
    configure_logging(tmp_path, verbose=False)
    assert log_file() is not None
    log = structlog.get_logger("netcity_sync.somewhere")
    log.info("signed_in", at=AT)
    log.info("signed_in", at=AT)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Журнал работы не пишется")
    assert log_file() is None
