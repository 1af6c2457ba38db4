"""What a fault answers instead of the truth: the ways in which real servers fail (protocol.md §1.4, §5)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from netcity_sync.simulator.faults import HANG_SECONDS, Fault, Faults, Stage
from netcity_sync.simulator.pages import sign_in_page

_WARNING_PAGE = (
    "<html><body onload='document.forms[0].submit()'><form action='/asp/SecurityWarning.asp' method='post'>"
    "<input type='hidden' name='WarnType' value='1'></form></body></html>"
)
_LOST = ("fullName", "classMeeting", "id")


class _Dropped(Response):
    """An answer that breaks off: the connection closes before all of it was sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _maintenance(call: str, _: Faults) -> Response:
    if call in ("login", "auth/login"):
        return JSONResponse({"message": "Ведутся технические работы"}, status_code=409)
    return HTMLResponse("<html><body>Ведутся технические работы</body></html>", status_code=503)


def _server_error(_: str, __: Faults) -> Response:
    return JSONResponse({"message": "Произошла ошибка"}, status_code=500)


def _too_many(_: str, faults: Faults) -> Response:
    return PlainTextResponse("Too many requests", status_code=429, headers={"Retry-After": str(faults.retry_after)})


_ANSWERS: dict[Fault, Callable[[str, Faults], Response]] = {
    Fault.DROP: lambda _, __: _Dropped(),
    Fault.MAINTENANCE: _maintenance,
    Fault.WAF: lambda _, __: HTMLResponse("<html><body>Request forbidden</body></html>", status_code=403),
    Fault.TOO_MANY: _too_many,
    Fault.EXPIRED_SESSION: lambda _, __: JSONResponse({"message": "Сессия истекла"}, status_code=401),
    Fault.REDIRECT: lambda _, __: RedirectResponse("/authorize/login", status_code=302),
    Fault.SIGN_IN_PAGE: lambda _, __: HTMLResponse(sign_in_page()),
    Fault.ACCESS_DENIED: lambda _, __: PlainTextResponse("Ошибка доступа"),
    Fault.WARNING_PAGE: lambda _, __: HTMLResponse(_WARNING_PAGE),
    Fault.GARBAGE: lambda _, __: Response('{"journals": [{"subjectGro', media_type="application/json"),
    Fault.SERVER_ERROR: _server_error,
}
_EVERYWHERE = (Fault.DROP, Fault.MAINTENANCE, Fault.WAF, Fault.TOO_MANY)
"""Those that strike before anybody has signed in; the others do so only where they are confined to that stage."""


async def struck(faults: Faults, call: str, stage: Stage, *, signed_in: bool) -> Response | None:
    """The answer of a fault, if one strikes; a slow answer is only late, one that hangs never comes."""
    if faults.strikes(Fault.SLOW, stage):
        await asyncio.sleep(faults.slow_seconds)
    if faults.strikes(Fault.HANG, stage):
        await asyncio.sleep(HANG_SECONDS)
    for fault, answer in _ANSWERS.items():
        confined = f"{fault}@{Stage.SIGN_IN}" in faults.rates
        if (signed_in or fault in _EVERYWHERE or confined) and faults.strikes(fault, stage):
            return answer(call, faults)
    if stage is Stage.JOURNAL and faults.strikes(Fault.JOURNAL_ERROR, stage):
        return _server_error(call, faults)
    return None


def disfigured(faults: Faults, stage: Stage, body: Any) -> Any:
    """An answer as a newer release might give it: with fields nobody knows, or without some that were there."""
    if faults.strikes(Fault.NEW_FIELDS, stage):
        body = _each(body, lambda item: {**item, "futureField": None})
    if faults.strikes(Fault.VANISHED_FIELDS, stage):
        body = _each(body, lambda item: {key: value for key, value in item.items() if key not in _LOST})
    return body


def incomplete(body: bytes) -> Any:
    """A journal with half of its marks."""
    shown = json.loads(body)
    marks = shown["journals"][0]["marks"]
    shown["journals"][0]["marks"] = marks[: len(marks) // 2]
    return shown


def _each(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, dict):
        return change({key: _each(item, change) for key, item in value.items()})
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    return value
