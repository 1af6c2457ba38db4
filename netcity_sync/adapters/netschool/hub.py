"""Waiting on the report hub: one task started, its file's id brought back (protocol.md §2.9).

Two dialects behind one door: ASP.NET Core SignalR (5.29 and later) and the classic one before it.
"""

import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol
from urllib.parse import urlencode, urlsplit

import structlog
from pydantic_core import from_json
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidProxy, InvalidStatus, ProxyError
from websockets.sync.client import ClientConnection, reconnect
from websockets.typing import Origin

from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.transport import judge_page, proxy_fails, trust, untrusted
from netcity_sync.errors import AnswerError, SourceClosed, SourceUnavailable
from netcity_sync.settings import GisSettings

log = structlog.get_logger(__name__)

RECORD_END = "\x1e"
_COMPLETION, _PING, _CLOSED = 3, 6, 7
"""Kinds of records of the SignalR protocol."""
_SILENCE_SECONDS = 10.0
"""A server drops a client that said nothing for 30 seconds."""
_TODO = "Повторите позже: отчёт построится заново."
_LONGEST_MESSAGE = 2**20
_FILE_ID = re.compile(r"[\w.-]{1,200}", re.ASCII)
"""It becomes part of a path, so it may hold nothing that means something there."""


class HubDeadError(Exception):
    """The hub does not know the session (401, 403, a redirect or a page in the place of a handshake)."""

    def __init__(self, proof: Proof) -> None:
        super().__init__()
        self.proof = proof


class HubMissingError(Exception):
    """There is no hub at this path."""


class HubBrokeError(Exception):
    """The connection ended before the report was ready; asking for the report anew may help."""


class Hub(Protocol):
    """An open connection to the hub."""

    def start(self, task_id: int, queue: str | None) -> str:
        """Start a task and wait for it; answers with the id of its file.

        Raises AnswerError where the server refuses the task, HubBrokeError where the connection ends,
        SourceUnavailable where it takes longer than the settings allow.
        """
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """How to reach the host of the hub."""

    base: str
    gis: GisSettings
    loopback: bool

    @property
    def origin(self) -> str:
        """The site, as browsers name it."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @contextmanager
    def open(self, path: str, proof: Proof, query: dict[str, str]) -> Iterator[ClientConnection]:
        """A web socket. Raises HubDeadError, HubMissingError, SourceUnavailable, SourceClosed."""
        address = f"ws{self.base.removeprefix('http')}/{path}?{urlencode(query)}"
        cookies = "; ".join(f"{name}={value}" for name, value in proof.cookies.items())
        secure = address.startswith("wss")
        proxy: str | Literal[True] | None = None if self.loopback else True
        if self.gis.proxy is not None:
            proxy = str(self.gis.proxy)
        try:
            opened = _Connector(
                address,
                additional_headers={"Cookie": cookies, "at": proof.at},
                origin=Origin(self.origin),
                ssl=trust(self.gis) if secure else None,
                proxy=proxy,
                open_timeout=self.gis.connect_timeout + self.gis.read_timeout,
                close_timeout=1,
                max_size=_LONGEST_MESSAGE,
                user_agent_header="netcity-sync",
                create_connection=_Connection,
            ).connect()
        except InvalidStatus as error:
            raise _judged(error, self.origin, proof) from error
        except ssl.SSLError as error:
            raise untrusted(urlsplit(self.base).netloc) from error
        except (ProxyError, InvalidProxy) as error:
            raise proxy_fails(urlsplit(self.base).netloc) from error
        except (InvalidHandshake, OSError, TimeoutError, ConnectionClosed) as error:
            log.warning("hub_failed", error=type(error).__name__)
            raise unreachable(self.origin) from error
        with opened:
            yield opened


class _Connection(ClientConnection):
    """Can be left even while its reading thread waits for the rest of a TLS record: closing alone would not wake it."""

    def close_socket(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        super().close_socket()


class _Connector(reconnect):
    """Does not follow redirects: a hub that sends us elsewhere sends us to the sign-in page."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class CoreHub:
    """ASP.NET Core SignalR: JSON records that end with U+001E."""

    def __init__(self, socket: ClientConnection, method: str, wait: float, where: str) -> None:
        self._socket = socket
        self._method = method
        self._deadline = Deadline(wait, where)

    def shake_hands(self) -> None:
        """Agree on JSON. Raises HubBrokeError, SourceUnavailable."""
        self._send({"protocol": "json", "version": 1})
        for record in self._records():
            if record.get("error"):
                raise HubBrokeError
            return

    def start(self, task_id: int, queue: str | None) -> str:
        """Start a task and wait for it (`Hub.start`)."""
        arguments: list[object] = [task_id, queue or "report-v2"]
        self._send({"arguments": arguments, "invocationId": "0", "target": self._method, "type": 1})
        for record in self._records():
            if record.get("type") == _CLOSED:
                break
            if record.get("type") == _COMPLETION:
                result = record.get("result")
                if record.get("error") or (isinstance(result, dict) and result.get("success") is False):
                    raise refused()
            found = _told(record.get("target"), record.get("arguments"), task_id)
            if found is not None:
                return found
        raise HubBrokeError

    def _send(self, record: dict[str, Any]) -> None:
        try:
            self._socket.send(json.dumps(record, ensure_ascii=False) + RECORD_END)
        except ConnectionClosed as error:
            raise HubBrokeError from error

    def _records(self) -> Iterator[dict[str, Any]]:
        """What the server says; a client that is silent for long is thought dead, so we ping while we wait."""
        ping = partial(self._send, {"type": _PING})
        yield from (record for text in messages(self._socket, self._deadline, ping) for record in _split(text))


class Deadline:
    """How long a report may still take."""

    def __init__(self, seconds: float, where: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds
        self._where = where

    def left(self) -> float:
        """Seconds. Raises SourceUnavailable when none are left."""
        seconds = self._end - self._monotonic()
        if seconds <= 0:
            raise SourceUnavailable(
                "Сервер не построил отчёт за отведённое время.",
                where=self._where,
                todo="Повторите позже или увеличьте gis.report_timeout.",
            )
        return seconds


def messages(
    socket: ClientConnection, deadline: Deadline, when_silent: Callable[[], None] | None = None
) -> Iterator[str]:
    """What the server says until the connection ends or time is up; text and binary messages alike.

    `when_silent` is called every some seconds without a word.
    """
    while True:
        try:
            message = socket.recv(timeout=min(deadline.left(), _SILENCE_SECONDS))
        except TimeoutError:
            if when_silent is not None:
                when_silent()
            continue
        except ConnectionClosed as error:
            raise HubBrokeError from error
        yield message if isinstance(message, str) else message.decode("utf-8", "replace")


def told(name: object, item: object) -> str | None:
    """What a message says of the task: the file's id when it is complete. Raises AnswerError where it failed."""
    if not isinstance(name, str) or not isinstance(item, dict):
        return None
    if name.lower() == "error":
        raise refused()
    if name.lower() != "complete":
        return None
    found = next((value for key, value in item.items() if key.lower() == "data"), None)
    if not isinstance(found, str) or not _FILE_ID.fullmatch(found):
        raise AnswerError("Сервер построил отчёт, но не назвал его файл.", where="hub", todo=_TODO)
    return found


def read_json(text: str) -> Any:
    """What the hub says. Raises AnswerError where it is not JSON, or nested deeper than anything that makes sense."""
    try:
        return from_json(text.encode("utf-8", "replace"))
    except ValueError:
        raise AnswerError("Ответ сервера не читается: это не JSON.", where="hub", todo=_TODO) from None


def refused() -> AnswerError:
    """The error of a task that the server would not do."""
    return AnswerError("Сервер не смог построить отчёт.", where="hub", todo=_TODO)


def broken(where: str) -> SourceUnavailable:
    """The error of a hub whose connections end before the report is ready."""
    return SourceUnavailable("Соединение для отчётов обрывается.", where=where, todo="Повторите позже.")


def unreachable(where: str) -> SourceUnavailable:
    """The error of a hub that cannot be reached."""
    return SourceUnavailable("Соединение для отчётов не устанавливается.", where=where, todo="Повторите позже.")


def _told(target: object, arguments: object, task_id: int) -> str | None:
    if not isinstance(arguments, list):
        return None
    for item in arguments:
        if isinstance(item, dict) and item.get("taskId", task_id) == task_id:
            found = told(target, item)
            if found is not None:
                return found
    return None


def _split(text: str) -> Iterator[dict[str, Any]]:
    for part in text.split(RECORD_END):
        record = read_json(part) if part.strip() else None
        if isinstance(record, dict):
            yield record


def _judged(error: InvalidStatus, host: str, proof: Proof) -> Exception:
    """What a refused handshake means: by its status, and by the page that came with it."""
    status = error.response.status_code
    text = (error.response.body or b"")[:4000].decode("utf-8", "replace")
    try:
        judge_page(text, host, barred=True)
    except SourceClosed as closed:
        return closed
    if status in (404, 405, 410):
        return HubMissingError()
    page = text.lstrip().lower().startswith(("<", "ошибка доступа"))
    if status in (301, 302, 303, 307, 308, 401, 403) or (status == 200 and page):
        return HubDeadError(proof)
    return SourceUnavailable(f"Соединение для отчётов отвергнуто (ответ {status}).", where="hub", todo=_TODO)
