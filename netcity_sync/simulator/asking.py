"""What calls of a signed-in account have in common: reading what was asked, and refusing."""

import json
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netcity_sync.simulator.faults import stage_of
from netcity_sync.simulator.mishaps import disfigured
from netcity_sync.simulator.school import Pupil
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.sign_in import REFUSED
from netcity_sync.simulator.state import Server


class BadRequestError(Exception):
    """A parameter is missing or of the wrong kind."""


def not_found() -> Response:
    """There is no such thing."""
    return JSONResponse({"message": "Ресурс не найден"}, status_code=404)


def bad_request() -> Response:
    """A parameter is missing or of the wrong kind."""
    return JSONResponse({"message": "Неверный запрос"}, status_code=400)


def wrong_method() -> Response:
    """The call knows another method."""
    return JSONResponse(REFUSED, status_code=405)


def json_answer(server: Server, call: str, body: Any) -> Response:
    """An answer in JSON, with the faults that disfigure it."""
    return JSONResponse(disfigured(server.faults, stage_of(call), body))


async def body_of(request: Request) -> Any:
    """The JSON of a request. Raises BadRequestError."""
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise BadRequestError from error


async def fields_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises BadRequestError."""
    body = await body_of(request)
    if not isinstance(body, dict):
        raise BadRequestError
    return body


def ids_of(value: object) -> list[int]:
    """A list of ids. Raises BadRequestError."""
    if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
        raise BadRequestError
    return value


def number(text: str | None) -> int:
    """An id; -1 where the text is none."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1


def flag(request: Request, name: str) -> bool:
    """Whether a parameter says `true`."""
    return str(request.query_params.get(name, "")).lower() == "true"


def student_of(session: Session, request: Request) -> Pupil:
    """The child that a call is about. Raises BadRequestError where it is not one of the account's."""
    asked = request.query_params.get("studentid")
    found = [item for item in session.account.students if asked is None or str(item.id) == asked]
    if not found:
        raise BadRequestError
    return found[0]


def week_of(request: Request, first: str, last: str) -> tuple[date, date]:
    """The two days of a period. Raises BadRequestError."""
    query = request.query_params
    if first not in query or last not in query:
        raise BadRequestError
    return _day(query[first]), _day(query[last])


def _day(text: str) -> date:
    """`2026-10-05`, an ISO moment, or `2026.10.05` (§2.4)."""
    try:
        return datetime.fromisoformat(text[:10].replace(".", "-")).date()
    except ValueError as error:
        raise BadRequestError from error
