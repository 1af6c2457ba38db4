"""Running the simulator: in a thread beside the demo or a test, or alone in the foreground."""

import asyncio
import json
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from netcity_sync.errors import UsageError
from netcity_sync.simulator.app import make_app
from netcity_sync.simulator.people import Account
from netcity_sync.simulator.reports import Reports
from netcity_sync.simulator.state import LoggedCall, Server, make_server
from netcity_sync.simulator.versions import parse_version
from netcity_sync.simulator.world import World

DEFAULT_VERSION = "5.51.0"
_HOST = "127.0.0.1"
_CALLS_TIMEOUT = 60.0
_CLOSING_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What a server needs to speak https."""

    certificate: Path
    key: Path


@dataclass(slots=True)
class Simulator:
    """A running simulator, for those in the same process."""

    url: str
    _server: Server
    _called: threading.Condition = field(default_factory=threading.Condition)

    @property
    def world(self) -> World:
        """The school behind it."""
        return self._server.world

    @property
    def reports(self) -> Reports:
        """Its report engine, with the files it made."""
        return self._server.reports

    def account(self, kind: str) -> Account:
        """The first account of a kind: staff, parent, student, or the role of a teacher."""
        return next(item for item in self.accounts if item.kind == kind)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Who may sign in."""
        return self._server.sessions.accounts

    @property
    def log(self) -> list[LoggedCall]:
        """All calls that were answered so far."""
        return list(self._server.log)

    def move(self, now: datetime) -> None:
        """Set the clock (naive local)."""
        self._server.move(now)

    def set_fault(self, name: str, rate: float) -> None:
        """Switch a fault on or off. Raises UsageError for an unknown one."""
        self._server.faults.set(name, rate)

    @property
    def version(self) -> str:
        """The release that it plays."""
        return self._server.version.text

    def be_slow(self, seconds: float) -> None:
        """How late a slow answer is."""
        self._server.faults.slow_seconds = seconds

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._server.faults.rates.clear()

    def end_sessions(self) -> None:
        """Let every session die, as a restarted server does."""
        self._server.sessions.open.clear()

    def wait_for_calls(self, path: str, count: int) -> None:
        """Block until so many calls whose path ends so were answered. Raises TimeoutError."""
        with self._called:
            enough = self._called.wait_for(
                lambda: sum(call.path.endswith(path) for call in self._server.log) >= count, _CALLS_TIMEOUT
            )
        if not enough:
            raise TimeoutError(path)


class _Log(list[LoggedCall]):
    """A log that wakes those who wait for calls."""

    def __init__(self, called: threading.Condition) -> None:
        super().__init__()
        self._called = called

    def append(self, call: LoggedCall) -> None:
        with self._called:
            super().append(call)
            self._called.notify_all()


@contextmanager
def running_simulator(
    seed: int,
    classes: int,
    now: datetime,
    *,
    version: str = DEFAULT_VERSION,
    tls: TlsFiles | None = None,
    folder: str = "",
    combined: bool = False,
) -> Iterator[Simulator]:
    """A simulator on a free loopback port, in a thread, for as long as the block runs.

    With a `folder` such as `/sgo` it lies below that path, as where a region keeps several servers on one host.
    """
    server = make_server(seed, classes, now, parse_version(version), ledger=None, combined=combined)
    called = threading.Condition()
    server.log = _Log(called)
    with _listening(0) as listener:
        web = uvicorn.Server(_config(server, tls, folder))
        thread = threading.Thread(target=asyncio.run, args=[_serve(web, listener)], name="simulator")
        thread.start()
        try:
            yield Simulator(_url(listener, tls) + folder, server, called)
        finally:
            web.should_exit = True
            thread.join()


async def _serve(web: uvicorn.Server, listener: socket.socket) -> None:
    await web.serve(sockets=[listener])
    # what was closed by the shutdown is gone only after the loop had a turn
    await asyncio.sleep(_CLOSING_SECONDS)


def simulate(
    *,
    port: int,
    seed: int,
    classes: int,
    date: str,
    product_version: str,
    faults: Mapping[str, float],
    ledger: Path | None,
) -> None:
    """Serve until interrupted; one JSON line on stdout says where, once connections are accepted.

    Raises UsageError for a bad date, an unknown fault, or a port in use.
    """
    try:
        now = datetime.fromisoformat(date).replace(tzinfo=None)
    except ValueError as error:
        raise UsageError("Дата записана неверно.", where="--date", todo="Пример: 2026-09-01") from error
    server = make_server(seed, classes, now, parse_version(product_version), ledger)
    for name, rate in faults.items():
        server.faults.set(name, rate)
    with _listening(port) as listener:
        web = uvicorn.Server(_config(server))
        _stop_on_signal(web)
        sys.stdout.write(json.dumps(_introduction(server, _url(listener)), ensure_ascii=False) + "\n")
        sys.stdout.flush()
        web.run(sockets=[listener])


def _stop_on_signal(web: uvicorn.Server) -> None:
    """End well on SIGINT or SIGTERM: uvicorn repeats a signal after its shutdown, ours only says that it is over."""

    def stop(number: int, frame: FrameType | None) -> None:
        web.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _introduction(server: Server, url: str) -> dict[str, object]:
    school = server.world.school
    return {
        "url": url,
        "school": {"id": school.id, "name": school.name},
        "accounts": [
            {"role": item.role, "kind": item.kind, "login": item.login, "password": item.password}
            for item in server.sessions.accounts
        ],
        "now": server.world.now.isoformat(),
    }


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # asyncio switches Nagle's delay off only for sockets that name TCP as their protocol
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
        except OSError as error:
            raise UsageError(
                f"Порт {port} занят другой программой.", where="--port", todo="Укажите другой порт или 0."
            ) from error
        listener.listen(128)
        yield listener


def _url(listener: socket.socket, tls: TlsFiles | None = None) -> str:
    return f"http{'s' if tls else ''}://{_HOST}:{listener.getsockname()[1]}"


def _config(server: Server, tls: TlsFiles | None = None, folder: str = "") -> uvicorn.Config:
    app = make_app(server)
    return uvicorn.Config(
        Starlette(routes=[Mount(folder, app)]) if folder else app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
