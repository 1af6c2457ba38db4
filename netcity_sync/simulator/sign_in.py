"""Calls that need no session, or judge it themselves: the sign-in page, schools, coming and going (§1.5–1.10, §2.1)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from netcity_sync.simulator import pages
from netcity_sync.simulator.faults import Fault, Stage
from netcity_sync.simulator.state import SESSION_COOKIE, Server

_BROWSER_COOKIE = "NSSESSIONID"
REFUSED = {"message": "Отказано в доступе"}
NOT_SIGNED_IN = {"message": "Требуется авторизация"}

Handler = Callable[[Server, Request], Awaitable[Response]]


def give_cookie(response: Response, value: str) -> None:
    """Set the session's cookie as the GIS does: not quoted, though its value holds `=` (§1.4)."""
    response.headers.append("Set-Cookie", f"{SESSION_COOKIE}={value}; path=/; HttpOnly")


async def _login_data(server: Server, request: Request) -> Response:
    by_password = not server.faults.strikes(Fault.ONLY_ESIA, Stage.SIGN_IN)
    response = JSONResponse(pages.login_data(server.version.text, by_password=by_password))
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
    moved = server.faults.strikes(Fault.MOVED_LOGIN, Stage.SIGN_IN)
    return Response(status_code=404) if moved else await _enter(server, request)


async def _enter(server: Server, request: Request) -> Response:
    if request.method != "POST":
        return JSONResponse(REFUSED, status_code=405)
    form = {name.lower(): str(value) for name, value in (await request.form()).items()}
    answer = server.sessions.sign_in(request.cookies.get(_BROWSER_COOKIE, ""), form, server.world.now)
    if answer.session is None:
        return JSONResponse({"message": answer.refusal}, status_code=409)
    response = JSONResponse(pages.signed_in(server.world, answer.session, answer.second))
    give_cookie(response, answer.session.cookie)
    return response


async def _newer_login(server: Server, request: Request) -> Response:
    return await _enter(server, request) if server.version.of_2026 else Response(status_code=404)


async def _schools(server: Server, request: Request) -> Response:
    name = request.query_params.get("name")
    if name is None and not server.version.nameless_search:
        return JSONResponse(REFUSED, status_code=403)
    wanted = (name or "").lower().strip()
    found = pages.schools_found(server.world, with_address=server.version.nameless_search)
    return JSONResponse([item for item in found if wanted in str(item["name"]).lower()])


async def _login_form(server: Server, request: Request) -> Response:
    return JSONResponse(pages.login_form(server.world))


async def _expired(server: Server, request: Request) -> Response:
    return JSONResponse(server.sessions.expired(request.query_params.get("token", ""), server.world.now))


async def _next_select(server: Server, request: Request) -> Response:
    return JSONResponse(pages.next_select(server.world, request.query_params.get("lastname", "").lower()))


async def _school_list(server: Server, request: Request) -> Response:
    usual = request.query_params.get("sft", "2") == "2"
    return JSONResponse([pages.school_in_list(server.world)] if usual else [])


async def _sys_info(server: Server, request: Request) -> Response:
    return PlainTextResponse(pages.sys_info(server.version.text))


async def _login_state(server: Server, request: Request) -> Response:
    """A token for the way of the application; its shape is assumed."""
    if request.method != "POST":
        return JSONResponse(REFUSED, status_code=405)
    return JSONResponse(server.sessions.digits(32))


async def leave(server: Server, request: Request) -> Response:
    """End the session of a call, which names it in a header or in a form; `auth/logout` answers on every release."""
    form = {name.lower(): str(value) for name, value in (await request.form()).items()}
    at = request.headers.get("at") or form.get("at")
    session = server.sessions.find(at, request.cookies.get(SESSION_COOKIE), server.world.now)
    if session is None:
        return JSONResponse(NOT_SIGNED_IN, status_code=401)
    server.sessions.kill(session.at)
    return Response(status_code=204)


async def _upload_limits(server: Server, request: Request) -> Response:
    return JSONResponse(pages.upload_limits())


OPEN_CALLS: dict[str, Handler] = {
    "logindata": _login_data,
    "auth/getdata": _salt,
    "login": _login,
    "auth/login": _newer_login,
    "auth/logout": leave,
    "auth/login-state": _login_state,
    "schools/search": _schools,
    "addresses/schools": _school_list,
    "loginform": _next_select,
    "sysinfo": _sys_info,
    "prepareloginform": _login_form,
    "context/expired": _expired,
    "attachments/uploadlimits": _upload_limits,
}
