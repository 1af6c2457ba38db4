"""The server: protocol.md's calls over Starlette, the rules of sessions, and a control for clock and faults."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from netcity_sync.errors import UsageError
from netcity_sync.simulator import pages
from netcity_sync.simulator.faults import Fault, Faults
from netcity_sync.simulator.ledger import make_ledger
from netcity_sync.simulator.ledger_file import write_ledger
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.sessions import Session, Sessions
from netcity_sync.simulator.world import World

_BROWSER_COOKIE, _SESSION_COOKIE = "NSSESSIONID", "ESRNSec"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_REFUSED = {"message": "Отказано в доступе"}


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call that the server answered; `at_clock` is the virtual time."""

    at_clock: datetime
    method: str
    path: str
    status: int


@dataclass(slots=True)
class Server:
    """The state behind the calls."""

    world: World
    version: str
    faults: Faults
    sessions: Sessions
    ledger: Path | None = None
    log: list[LoggedCall] = field(default_factory=list)
    _pages: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def move(self, now: datetime) -> None:
        """Set the clock and write the ledger anew."""
        self.world.move(now)
        self._pages.clear()
        self.write_ledger()

    def write_ledger(self) -> None:
        """Write the ledger where one is wanted."""
        if self.ledger is not None:
            write_ledger(self.ledger, make_ledger(self.world))

    def journal(self, group: Group, term_id: int) -> bytes:
        """A journal's page, rendered once while the clock stands."""
        key = (group.id, term_id)
        if key not in self._pages:
            self._pages[key] = json.dumps(pages.journal(self.world, group, term_id), ensure_ascii=False).encode()
        return self._pages[key]


Handler = Callable[[Server, Request], Awaitable[Response]]


def make_server(seed: int, classes: int, now: datetime, version: str, ledger: Path | None) -> Server:
    """A server with a school of its own."""
    world = World(seed, classes, now)
    random = Random(f"server-{seed}")
    account = pages.account_of(world, f"Пароль-{random.randint(1000, 9999)}")
    faults = Faults(Random(f"faults-{seed}"))
    server = Server(world, version, faults, Sessions((account,), world.school.id, random), ledger)
    server.write_ledger()
    return server


def make_app(server: Server) -> Starlette:
    """The web application of a server."""

    async def webapi(request: Request) -> Response:
        response = await _answer(server, request)
        server.log.append(LoggedCall(server.world.now, request.method, request.url.path, response.status_code))
        return response

    async def control(request: Request) -> Response:
        return await _control(server, request)

    return Starlette(
        routes=[
            Route("/{name:str}", control, methods=["GET", "POST"]),
            Route("/{prefix:str}/{call:path}", webapi, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )


async def _answer(server: Server, request: Request) -> Response:
    """One call of the GIS, with the faults that are on. Paths are matched without regard to case, as IIS does."""
    prefix = request.path_params["prefix"].lower()
    call = request.path_params["call"].strip("/").lower()
    if prefix != "webapi":
        return Response(status_code=404)
    struck = await _struck(server, call)
    if struck is not None:
        return struck
    if call in _OPEN:
        return await _OPEN[call](server, request)
    session = _session(server, request)
    if session is None:
        return JSONResponse({"message": "Требуется авторизация"}, status_code=401)
    return await _signed_in(server, request, call, session)


async def _struck(server: Server, call: str) -> Response | None:
    """The answer of a fault, if one strikes; a slow answer is only late."""
    faults = server.faults
    if faults.strikes(Fault.SLOW):
        await asyncio.sleep(faults.slow_seconds)
    for fault, answer in _ANSWERS.items():
        only_journal = fault is Fault.JOURNAL_ERROR and call != "grade/journal"
        inside = fault not in _EVERYWHERE
        if not (only_journal or (inside and call in _OPEN)) and faults.strikes(fault):
            return answer(call)
    return None


def _maintenance(call: str) -> Response:
    if call in ("login", "auth/login"):
        return JSONResponse({"message": "Ведутся технические работы"}, status_code=409)
    return HTMLResponse("<html><body>Ведутся технические работы</body></html>", status_code=503)


def _server_error(call: str) -> Response:
    return JSONResponse({"message": "Произошла ошибка"}, status_code=500)


class _Dropped(Response):
    """An answer that breaks off: the connection closes before all of it was sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


_EVERYWHERE = (Fault.DROP, Fault.MAINTENANCE, Fault.WAF)
_ANSWERS: dict[Fault, Callable[[str], Response]] = {
    Fault.DROP: lambda _: _Dropped(),
    Fault.MAINTENANCE: _maintenance,
    Fault.WAF: lambda _: HTMLResponse("<html><body>Request forbidden</body></html>", status_code=403),
    Fault.EXPIRED_SESSION: lambda _: JSONResponse({"message": "Сессия истекла"}, status_code=401),
    Fault.SIGN_IN_PAGE: lambda _: HTMLResponse("<!DOCTYPE html><html><body><form></form></body></html>"),
    Fault.GARBAGE: lambda _: Response('{"journals": [{"subjectGro', media_type="application/json"),
    Fault.JOURNAL_ERROR: _server_error,
    Fault.SERVER_ERROR: _server_error,
}


def _session(server: Server, request: Request) -> Session | None:
    at = request.headers.get("at") or request.query_params.get("at")
    return server.sessions.find(at, request.cookies.get(_SESSION_COOKIE), server.world.now)


async def _login_data(server: Server, request: Request) -> Response:
    response = JSONResponse(pages.login_data(server.version))
    if _BROWSER_COOKIE not in request.cookies:
        response.set_cookie(_BROWSER_COOKIE, server.sessions.digits(24), httponly=True)
    return response


async def _salt(server: Server, request: Request) -> Response:
    if request.method != "POST":
        return JSONResponse({"message": "The requested resource does not support http method 'GET'."}, status_code=405)
    browser = request.cookies.get(_BROWSER_COOKIE) or server.sessions.digits(24)
    salt = server.sessions.new_salt(browser)
    response = JSONResponse({"lt": server.sessions.digits(10), "ver": server.sessions.digits(9), "salt": salt})
    response.set_cookie(_BROWSER_COOKIE, browser, httponly=True)
    return response


async def _login(server: Server, request: Request) -> Response:
    if request.method != "POST":
        return JSONResponse(_REFUSED, status_code=405)
    form = {name.lower(): str(value) for name, value in (await request.form()).items()}
    answer = server.sessions.sign_in(request.cookies.get(_BROWSER_COOKIE, ""), form, server.world.now)
    if answer.session is None:
        return JSONResponse({"message": answer.refusal}, status_code=409)
    response = JSONResponse(pages.signed_in(server.world, answer.session, answer.second))
    response.set_cookie(_SESSION_COOKIE, answer.session.secret, httponly=True)
    return response


async def _schools(server: Server, request: Request) -> Response:
    name = request.query_params.get("name")
    if name is None:
        return JSONResponse(_REFUSED, status_code=403)
    found = pages.school_found(server.world)
    return JSONResponse([found] if name.lower().strip() in str(found["name"]).lower() else [])


async def _expired(server: Server, request: Request) -> Response:
    return JSONResponse(request.query_params.get("token", "") not in server.sessions.open)


async def _logout(server: Server, request: Request) -> Response:
    session = _session(server, request)
    if session is None:
        return JSONResponse({"message": "Требуется авторизация"}, status_code=401)
    server.sessions.kill(session.at)
    return Response(status_code=204)


_OPEN: dict[str, Handler] = {
    "logindata": _login_data,
    "auth/getdata": _salt,
    "login": _login,
    "auth/login": _login,
    "auth/logout": _logout,
    "schools/search": _schools,
    "context/expired": _expired,
}
"""Calls that need no session, or judge it themselves."""


async def _signed_in(server: Server, request: Request, call: str, session: Session) -> Response:
    world, query = server.world, request.query_params
    if call == "terms/search":
        return await _terms(server, request)
    whole: dict[str, Callable[[], Response]] = {
        "grade/journal": lambda: _journal(server, query.get("sgId"), query.get("termId")),
        "schedule/classmeetings": lambda: _class_meetings(server, request),
        "sysinfo": lambda: PlainTextResponse(pages.sys_info(server.version)),
        "student/diary/init": lambda: JSONResponse(_REFUSED, status_code=401),
    }
    if call in whole:
        return whole[call]()
    simple: dict[str, Callable[[], Any]] = {
        "context": lambda: pages.context(world, session, server.version),
        "context/state": lambda: pages.state(world),
        "years/current": lambda: pages.year(world),
        "years": lambda: [pages.year(world)],
        "classes": lambda: [pages.school_class(item) for item in world.school.classes],
        "subjectgroups": lambda: [pages.subject_group(item) for item in _groups(world, query.get("classId"))],
        "users/studentlist": lambda: [pages.pupil(item) for item in world.roster(_number(query.get("classId")))],
        "grade/studentlist": lambda: [pages.pupil(item) for item in _group_list(world, query.get("sgId"))],
        "users/staff/teachers": lambda: pages.teachers(world),
        "grade/assignment/types": pages.assignment_types,
        "schedule/times": pages.bell_times,
    }
    if call in simple:
        return JSONResponse(simple[call]())
    return _one_item(world, call)


def _one_item(world: World, call: str) -> Response:
    """`classes/{id}` and `subjectgroups/{id}`."""
    found = re.fullmatch(r"(classes|subjectgroups)/(\d+)", call)
    if found is not None:
        wanted = int(found[2])
        if found[1] == "subjectgroups" and wanted in world.groups:
            return JSONResponse(pages.subject_group(world.groups[wanted]))
        classes = [item for item in world.school.classes if item.id == wanted]
        if found[1] == "classes" and classes:
            return JSONResponse(pages.school_class(classes[0]))
    return JSONResponse({"message": "Ресурс не найден"}, status_code=404)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1


def _groups(world: World, class_id: str | None) -> list[Group]:
    groups = world.school.groups
    return [item for item in groups if class_id is None or item.school_class.id == _number(class_id)]


def _group_list(world: World, group_id: str | None) -> list[Any]:
    group = world.groups.get(_number(group_id))
    return [] if group is None else [item for item in group.pupils if item.listed(world.now.date())]


def _journal(server: Server, group_id: str | None, term_id: str | None) -> Response:
    group = server.world.groups.get(_number(group_id))
    terms = [] if group is None else [item.id for item in group.terms if item.id == _number(term_id)]
    if group is None or not terms:
        return JSONResponse({"message": "Журнал не найден"}, status_code=404)
    body = server.journal(group, terms[0])
    if server.faults.strikes(Fault.INCOMPLETE):
        shown = json.loads(body)
        marks = shown["journals"][0]["marks"]
        shown["journals"][0]["marks"] = marks[: len(marks) // 2]
        return JSONResponse(shown)
    server.world.note_read(group.id, terms[0])
    return Response(body, media_type="application/json")


async def _terms(server: Server, request: Request) -> Response:
    if request.method != "POST":
        return JSONResponse(_REFUSED, status_code=405)
    try:
        wanted = set(json.loads(await request.body())["classIds"])
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"message": "Неверный запрос"}, status_code=400)
    groups = [item for item in server.world.school.groups if item.school_class.id in wanted]
    terms = {item.id: item for group in groups for item in group.terms}
    return JSONResponse([pages.term(terms[key]) for key in sorted(terms)])


def _class_meetings(server: Server, request: Request) -> Response:
    query = request.query_params
    try:
        first, last = (date.fromisoformat(query[name][:10]) for name in ("start", "end"))
    except (KeyError, ValueError):
        return JSONResponse({"message": "Неверный период"}, status_code=400)
    wanted: dict[str, Callable[[Group], int]] = {
        "sgId": lambda group: group.id,
        "classId": lambda group: group.school_class.id,
        "teacherId": lambda group: group.teacher.id,
    }
    groups = [
        group
        for group in server.world.school.groups
        if any(name in query and get(group) == _number(query[name]) for name, get in wanted.items())
    ]
    return JSONResponse(
        [
            pages.class_meeting(group, lesson)
            for group in groups
            for lesson in server.world.lessons(group.id)
            if first <= lesson.date <= last
        ]
    )


async def _control(server: Server, request: Request) -> Response:
    """`__clock`, `__log`, `__fault`: from this machine only."""
    if request.client is None or request.client.host not in _LOOPBACK:
        return Response(status_code=403)
    name = request.path_params["name"]
    try:
        body = json.loads(await request.body()) if request.method == "POST" else None
        if name == "__clock":
            if body is not None:
                server.move(datetime.fromisoformat(body["now"]).replace(tzinfo=None))
            return JSONResponse({"now": server.world.now.isoformat()})
        if name == "__fault" and body is not None:
            for fault, rate in body.items():
                server.faults.set(fault, float(rate))
            return JSONResponse({item.value: rate for item, rate in server.faults.rates.items()})
    except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    if name == "__log":
        shown = [
            {"at_clock": item.at_clock.isoformat(), "method": item.method, "path": item.path, "status": item.status}
            for item in server.log
        ]
        return JSONResponse(shown)
    return Response(status_code=404)
