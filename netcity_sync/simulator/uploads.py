"""Files and answers that accounts hand in (protocol.md §2.6); what such calls answer is assumed where it tells nothing.

Every signed-in account may read a file whose id it knows; only who sent a file may change it (both assumed).
"""

import json
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from netcity_sync.simulator import diary
from netcity_sync.simulator.asking import BadRequestError, bad_request, not_found, number, student_of, wrong_method
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.sign_in import REFUSED
from netcity_sync.simulator.state import Server


async def attachment_call(server: Server, request: Request, call: str, session: Session) -> Response:
    """`POST attachments`, `GET` and `DELETE attachments/{id}`, `POST attachments/{id}/delete|description`."""
    _, _, rest = call.partition("/")
    name, _, action = rest.partition("/")
    if not name:
        return await _take(server, request, session) if request.method == "POST" else wrong_method()
    if request.method == "GET" and not action:
        return _file(server, name)
    upload = server.handed_in.find(name)
    if upload is None:
        return not_found()
    if upload.owner != session.account.user_id:
        return JSONResponse(REFUSED, status_code=403)
    if request.method == "DELETE" or action == "delete":
        del server.handed_in.files[upload.id]
    elif action == "description" and request.method == "POST":
        upload.description = _text(await request.body(), "description")
    else:
        return wrong_method()
    return Response(status_code=204)


async def answer_call(server: Server, request: Request, assignment_id: int, session: Session) -> Response:
    """`assignments/{id}/answers`: a text, as a form with an empty name or as JSON; what `GET` answers is assumed."""
    pupil = student_of(session, request)
    if diary.details(server.world, pupil, assignment_id) is None:
        return not_found()
    answers, key = server.handed_in.answers, (pupil.id, assignment_id)
    if request.method == "POST":
        answers[key] = (_text(await request.body(), ""), server.world.now)
        return Response(status_code=204)
    if key not in answers:
        return JSONResponse([])
    text, sent = answers[key]
    return JSONResponse([{"studentId": pupil.id, "answer": text, "answerDate": sent.isoformat()}])


def _text(body: bytes, name: str) -> str:
    """A text sent as JSON (bare, or under that name) or in a form. Raises BadRequestError."""
    try:
        text = body.decode("utf-8")
        said: Any = json.loads(text)
    except UnicodeDecodeError as error:
        raise BadRequestError from error
    except ValueError:
        said = dict(parse_qsl(text, keep_blank_values=True))
    value = said.get(name) if isinstance(said, dict) else said
    if not isinstance(value, str):
        raise BadRequestError
    return value


async def _take(server: Server, request: Request, session: Session) -> Response:
    """Take a file: its id as plain text; as JSON its GUID, where a letter will carry it (2026: no `data`)."""
    async with request.form() as form:
        sent, data = form.get("file"), form.get("data")
        if not isinstance(sent, UploadFile):
            return bad_request()
        content, file_name, fields = await sent.read(), sent.filename, dict(form)
    try:
        about = json.loads(data) if isinstance(data, str) else fields
    except ValueError as error:
        raise BadRequestError from error
    if not isinstance(about, dict):
        raise BadRequestError
    name = str(about.get("name") or file_name or "file")
    description = str(about.get("description") or "")
    owner = session.account.user_id
    upload = server.handed_in.keep(owner, name, content, description, server.world.now)
    if about.get("assignmentId") is not None and session.account.students:
        upload.assignment_id = number(str(about["assignmentId"]))
        upload.student_id = student_of(session, request).id
    for_letter = data is None and server.version.of_2026
    return JSONResponse(upload.guid) if for_letter else PlainTextResponse(str(upload.id))


def _file(server: Server, name: str) -> Response:
    """What somebody attached; its name is told in two headers."""
    upload = server.handed_in.find(name)
    found = (upload.name, upload.content) if upload is not None else diary.file_of(number(name))
    if found is None:
        return not_found()
    quoted = quote(found[0])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quoted}", "filename": quoted}
    return Response(found[1], media_type="application/octet-stream", headers=headers)
