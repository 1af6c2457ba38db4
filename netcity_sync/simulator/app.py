"""The web application: paths to calls and to the hub, faults in between, and a control for clock and faults."""

import json
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from netcity_sync.errors import UsageError
from netcity_sync.simulator.calls import signed_in_call
from netcity_sync.simulator.faults import Fault, stage_of
from netcity_sync.simulator.hub import core_hub
from netcity_sync.simulator.mishaps import struck
from netcity_sync.simulator.sign_in import NOT_SIGNED_IN, OPEN_CALLS, leave
from netcity_sync.simulator.state import Server, hub_faults_of

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_METHODS = ["GET", "POST", "PUT", "DELETE"]


def make_app(server: Server) -> Starlette:
    """The web application of a server."""

    async def call(request: Request) -> Response:
        response = await _answer(server, request)
        server.note(request.method, request.url.path, response.status_code)
        return response

    async def control(request: Request) -> Response:
        return await _control(server, request)

    async def socket(socket: WebSocket) -> None:
        await _socket(server, socket)

    return Starlette(
        routes=[
            Route("/{name:str}", control, methods=["GET", "POST"]),
            Route("/{prefix:str}/{call:path}", call, methods=_METHODS),
            WebSocketRoute("/{path:path}", socket),
        ]
    )


async def _answer(server: Server, request: Request) -> Response:
    """One call of the GIS, with the faults that are on. Paths are matched without regard to case, as IIS does."""
    prefix = request.path_params["prefix"].lower()
    call = request.path_params["call"].strip("/").lower()
    if prefix != "webapi":
        return await _old_page(server, request, f"{prefix}/{call}")
    open_call = OPEN_CALLS.get(call)
    mishap = await struck(server.faults, call, stage_of(call), signed_in=open_call is None)
    if mishap is not None:
        return mishap
    return await (open_call(server, request) if open_call is not None else _inside(server, request, call))


async def _inside(server: Server, request: Request, call: str) -> Response:
    session = server.session_of(request.headers, request.query_params, request.cookies)
    if session is None or session.role is None:
        return JSONResponse(NOT_SIGNED_IN, status_code=401)
    if call.startswith("signalr/") and not server.version.core_hub:
        return await server.classic_hub.call(call.removeprefix("signalr/"), request, session)
    response = await signed_in_call(server, request, call, session)
    for fault in (Fault.ROTATED_AT, Fault.SPENT_AT):
        if server.faults.strikes(fault, stage_of(call)):
            response.headers["at"] = server.sessions.rotate(session, at_once=fault is Fault.SPENT_AT)
    return response


async def _old_page(server: Server, request: Request, call: str) -> Response:
    """The two ASP pages that clients still post to: leaving, and taking note of the security warning."""
    if call == "asp/logout.asp" and not server.version.json_logout:
        return await leave(server, request)
    return Response(status_code=200 if call == "asp/securitywarning.asp" else 404)


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
    version = server.version
    here: tuple[str, ...] = ("webapi/signalr/connect",)
    if version.core_hub:
        moved = ("webapi/signalr/queuehub", "signalr/queuehub")
        here = moved if version.hub_under_signalr else ("webapi/queuehub", moved[0])  # the second: out of kindness
    if path not in here:
        return Response(status_code=404)
    call = path.removeprefix("webapi/")
    mishap = await struck(server.faults, call, stage_of(call), signed_in=True)
    if mishap is not None:
        return mishap
    session = server.session_of(socket.headers, socket.query_params, socket.cookies)
    return None if session is not None and session.role is not None else Response(status_code=403)


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
