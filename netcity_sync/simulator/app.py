"""The web application: paths to calls and to the hub, faults in between, and a control for clock and faults."""

import json
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from netcity_sync.errors import UsageError
from netcity_sync.simulator import pages
from netcity_sync.simulator.calls import signed_in_call
from netcity_sync.simulator.faults import Fault, stage_of
from netcity_sync.simulator.hub import core_hub
from netcity_sync.simulator.iis import FoldedQuery
from netcity_sync.simulator.mishaps import struck
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.sign_in import NOT_SIGNED_IN, OPEN_CALLS, give_cookie, leave
from netcity_sync.simulator.state import SESSION_COOKIE, Server, hub_faults_of

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_METHODS = ["GET", "POST", "PUT", "DELETE"]
_ASP_PAGES = ("asp/securitywarning.asp", "asp/mysettings/mysettings.asp")
_GROWING = ("context", "mysettings", "reports", "v2/reports")
"""Pages whose first opening lengthens the session's cookie; which they are is assumed."""


def make_app(server: Server) -> Starlette:
    """The web application of a server."""

    async def call(request: Request) -> Response:
        response = await _answer(server, request)
        server.note(request.method, request.url.path, response.status_code)
        return response

    async def front(request: Request) -> Response:
        return HTMLResponse(pages.sign_in_page())

    async def control(request: Request) -> Response:
        return await _control(server, request)

    async def socket(socket: WebSocket) -> None:
        await _socket(server, socket)

    return Starlette(
        middleware=[Middleware(FoldedQuery)],
        routes=[
            Route("/", front),
            Route("/{name:str}", control, methods=["GET", "POST"]),
            Route("/{prefix:str}/{call:path}", call, methods=_METHODS),
            WebSocketRoute("/{path:path}", socket),
        ],
    )


async def _answer(server: Server, request: Request) -> Response:
    """One call of the GIS, with the faults that are on. Paths are matched without regard to case, as IIS does."""
    prefix = request.path_params["prefix"].lower()
    call = request.path_params["call"].strip("/").lower()
    if prefix != "webapi":
        return await _other_page(server, request, f"{prefix}/{call}")
    open_call = OPEN_CALLS.get(call)
    mishap = await struck(server.faults, call, stage_of(call), signed_in=open_call is None)
    if mishap is not None:
        return mishap
    return await (open_call(server, request) if open_call is not None else _inside(server, request, call))


async def _inside(server: Server, request: Request, call: str) -> Response:
    session = server.session_of(request.headers, request.query_params, request.cookies)
    hub_call = call.startswith(("signalr/", "queuehub/"))
    if session is None or session.role is None:
        return _turned_away(server, request, hub_call=hub_call)
    if hub_call:
        return await _hub_call(server, request, f"webapi/{call}", session)
    response = await signed_in_call(server, request, call, session)
    grown = server.sessions.grow(session, call) if call in _GROWING and response.status_code == 200 else None
    if grown is not None:
        give_cookie(response, grown)
    for fault in (Fault.ROTATED_AT, Fault.SPENT_AT):
        if server.faults.strikes(fault, stage_of(call)):
            response.headers["at"] = server.sessions.rotate(session, at_once=fault is Fault.SPENT_AT)
    return response


def _turned_away(server: Server, request: Request, *, hub_call: bool) -> Response:
    """Nobody is signed in: programs are told so, a browser's page is sent to the sign-in page (§1.4)."""
    if hub_call and (server.version.core_hub or SESSION_COOKIE not in request.cookies):
        return Response(status_code=403)
    shows_at = "at" in request.headers or "at" in request.query_params
    if shows_at or hub_call or request.headers.get("X-Requested-With", "").lower() == "xmlhttprequest":
        return JSONResponse(NOT_SIGNED_IN, status_code=401)
    return RedirectResponse("/authorize/login", status_code=302)


async def _hub_call(server: Server, request: Request, path: str, session: Session) -> Response:
    """What the hub answers to plain HTTP: all of the classic one, the negotiation of the newer."""
    if not server.version.core_hub:
        below = path.removeprefix("webapi/signalr/")
        return await server.classic_hub.call(below, request, session) if below != path else Response(status_code=404)
    here, _, name = path.rpartition("/")
    known = name == "negotiate" and here in _hub_paths(server)
    return server.negotiation.answer(request, session) if known else Response(status_code=404)


async def _other_page(server: Server, request: Request, call: str) -> Response:
    """Pages outside of `webapi`: the newer hub's second door, signing in, and the few ASP pages clients post to."""
    if call == "signalr/queuehub/negotiate" and server.version.core_hub:
        mishap = await struck(server.faults, call, stage_of(call), signed_in=True)
        session = server.session_of(request.headers, request.query_params, request.cookies)
        if mishap is not None or session is None or session.role is None:
            return mishap or Response(status_code=403)
        return await _hub_call(server, request, call, session)
    if call in ("authorize/login", "authorize/login-pass"):
        return HTMLResponse(pages.sign_in_page())
    if call == "asp/logout.asp" and not server.version.json_logout:
        return await leave(server, request)
    return Response(status_code=200 if call in _ASP_PAGES else 404)


async def _socket(server: Server, socket: WebSocket) -> None:
    """The hub at the path of the server's release; a refused handshake gets an HTTP answer."""
    path = socket.path_params["path"].strip("/").lower()
    refusal = await _handshake_refusal(server, socket, path)
    server.note("WS", socket.url.path, 101 if refusal is None else refusal.status_code)
    if refusal is not None:
        await socket.send_denial_response(refusal)
        return
    if server.version.core_hub:
        session = server.session_of(socket.headers, socket.query_params, socket.cookies)
        assert session is not None
        await core_hub(socket, session, server.reports, hub_faults_of(server.faults))
    else:
        await server.classic_hub.socket(socket)


async def _handshake_refusal(server: Server, socket: WebSocket, path: str) -> Response | None:
    if path not in _hub_paths(server):
        return Response(status_code=404)
    call = path.removeprefix("webapi/")
    mishap = await struck(server.faults, call, stage_of(call), signed_in=True)
    if mishap is not None:
        return mishap
    session = server.session_of(socket.headers, socket.query_params, socket.cookies)
    if session is None or session.role is None:
        return Response(status_code=403)
    negotiated = not server.version.core_hub or server.negotiation.opens(socket.query_params.get("id"), session)
    return None if negotiated else Response(status_code=404)


def _hub_paths(server: Server) -> tuple[str, ...]:
    """Where a web socket to the hub may be opened."""
    if not server.version.core_hub:
        return ("webapi/signalr/connect",)
    moved = ("webapi/signalr/queuehub", "signalr/queuehub")
    return moved if server.version.hub_under_signalr else ("webapi/queuehub", *moved)  # the others: out of kindness


async def _control(server: Server, request: Request) -> Response:
    """`__clock`, `__log`, `__fault` (and how slow `slow` is): from this machine only."""
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
            server.faults.slow_seconds = float(body.pop("slow_seconds", server.faults.slow_seconds))
            for fault, rate in body.items():
                server.faults.set(fault, float(rate))
            return JSONResponse(dict(server.faults.rates))
    except (ValueError, TypeError, KeyError, AttributeError, UsageError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    if name == "__log":
        shown = [
            {"at_clock": item.at_clock.isoformat(), "method": item.method, "path": item.path, "status": item.status}
            for item in server.log
        ]
        return JSONResponse(shown)
    return Response(status_code=404)
