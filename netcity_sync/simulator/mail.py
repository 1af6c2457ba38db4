"""Calls of the internal mail of 2023 and later, and of the forum (protocol.md §2.10).

The answers of calls that change something, letters to nobody, and how the server knows an answer to all are assumed.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netcity_sync.simulator.asking import (
    BadRequestError,
    fields_of,
    ids_of,
    json_answer,
    not_found,
    number,
    wrong_method,
)
from netcity_sync.simulator.post import BOXES, SYSTEM, Letter, Person, Post
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.state import Server

_NOT_ALL = "Ученики не могут отвечать всем!"
_PAGE_SIZE = 20
_ADMINISTRATION, _DEPUTIES, _CLASS_TEACHERS, _TEACHERS, _CLASSMATES = 1, 2, 3, 4, 7

Handler = Callable[[Server, Request, Session], Awaitable[Response]]


async def mail_call(server: Server, request: Request, call: str, session: Session) -> Response:
    """All calls below `mail/`, and `forum/registry`."""
    if call in _CALLS:
        method, handler = _CALLS[call]
        return await handler(server, request, session) if request.method == method else wrong_method()
    parts = call.split("/")
    if len(parts) != 4 or parts[1] != "messages" or parts[3] not in ("read", "edit"):
        return not_found()
    user = session.account.user_id
    wanted = number(parts[2])
    letter = next((item for item in server.post.of(user, server.world.now) if item.id == wanted), None)
    if letter is None:
        return not_found()
    shown = _read(server, letter, session) if parts[3] == "read" else _begun(server, request, letter, session)
    return shown if isinstance(shown, Response) else json_answer(server, call, shown)


async def _registry(server: Server, request: Request, session: Session) -> Response:
    asked = await fields_of(request)
    try:
        selected = {item["filterId"]: item["filterValue"] for item in asked["filterContext"]["selectedData"]}
        page, size = int(asked.get("page") or 1), int(asked.get("pageSize") or _PAGE_SIZE)
        search, order = dict(asked.get("search") or {}), dict(asked.get("order") or {})
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequestError from error
    box, user = str(selected.get("MailBox", BOXES[0])), session.account.user_id
    if page < 1 or size < 1 or box not in BOXES:
        raise BadRequestError
    rows = [_row(item) for item in server.post.of(user, server.world.now) if item.boxes[user] == box]
    text = str(search.get("text") or "").lower()
    if text:
        rows = [row for row in rows if text in str(row.get(str(search.get("fieldId", "subject")), "")).lower()]
    rows.sort(key=lambda row: str(row.get(str(order.get("fieldId", "sent")), "")))
    if not order.get("ascending", False):
        rows.reverse()
    return JSONResponse({"rows": rows[(page - 1) * size : page * size], "page": page, "totalItems": len(rows)})


def _row(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id, "subject": letter.subject, "author": letter.author[1], "sent": letter.sent.isoformat(),
        "toNames": letter.to_names,
    }  # fmt: skip


async def _unread(server: Server, request: Request, session: Session) -> Response:
    return JSONResponse(server.post.unread(session.account.user_id, server.world.now))


def _read(server: Server, letter: Letter, session: Session) -> Any:
    """A letter whole; to show it is to have read it."""
    user = session.account.user_id
    was_read = user not in letter.unread
    letter.unread.discard(user)
    from_system = letter.author == SYSTEM
    return {
        "id": letter.id, "subject": letter.subject, "text": letter.text, "sent": letter.sent.isoformat(),
        "author": {"id": letter.author[0], "name": letter.author[1]}, "toNames": letter.to_names, "read": was_read,
        "mailBox": letter.boxes[user], "canReplyAll": session.kind != "student" and not from_system,
        "noReply": from_system, "canForward": True, "fileAttachments": _files(server, letter),
    }  # fmt: skip


def _files(server: Server, letter: Letter) -> list[Any]:
    found = [upload for upload in map(server.handed_in.find, letter.files) if upload is not None]
    return [
        {"id": item.id, "name": item.name, "originalFileName": item.name, "description": item.description}
        for item in found
    ]


def _begun(server: Server, request: Request, letter: Letter, session: Session) -> Any:
    """A letter begun from another: `edit?action=reply|replyAll|forward`."""
    action = request.query_params.get("action", "").lower()
    if action not in ("reply", "replyall", "forward"):
        raise BadRequestError
    if action == "replyall" and session.kind == "student":
        return _refused(_NOT_ALL)
    own = session.account.user_id
    others = [person for person in letter.to if person[0] != own] if action == "replyall" else []
    prefix = "Fw: " if action == "forward" else "Re: "
    return {
        "subject": prefix + letter.subject, "text": f"<blockquote>{letter.text}</blockquote>",
        "to": [] if action == "forward" else [_recipient(server, letter.author)],
        "cc": [_recipient(server, person) for person in others],
        "fileAttachments": _files(server, letter) if action == "forward" else [],
    }  # fmt: skip


def _refused(text: str) -> Response:
    """A refusal for a reason of the school's: this server says such things with 500."""
    return JSONResponse({"message": text}, status_code=500)


def _recipient(server: Server, person: Person) -> Any:
    shown = base64.b64encode(str(person[0]).encode()).decode()
    return {"id": shown, "name": person[1], "organizationName": server.world.school.name}


def _people(server: Server) -> dict[int, Person]:
    """Everybody who can be written to."""
    school = server.world.school
    found = [(item.id, item.name.full) for item in school.teachers]
    found += [(pupil.id, pupil.name.full) for pupil in school.pupils]
    found += [(item.user_id, item.name) for item in server.sessions.accounts]
    return {person[0]: person for person in found}


async def _recipients(server: Server, request: Request, session: Session) -> Response:
    """An address book: of the administration, deputies, class teachers, teachers, or of one's classmates."""
    group, own = number(request.query_params.get("group")), session.account
    school = server.world.school
    classes = {pupil.class_id for pupil in own.students}
    chiefs = [item.chief for item in school.classes if item.id in classes or not own.students]
    found: list[Person] = []
    if group in (_ADMINISTRATION, _DEPUTIES):
        found = [(server.sessions.accounts[0].user_id, server.sessions.accounts[0].name)]
    elif group in (_CLASS_TEACHERS, _TEACHERS):
        chosen = chiefs if group == _CLASS_TEACHERS else list(school.teachers)
        found = [(teacher.id, teacher.name.full) for teacher in chosen]
    elif group == _CLASSMATES and session.kind == "student":
        pupils = [pupil for class_id in classes for pupil in server.world.roster(class_id)]
        found = [(pupil.id, pupil.name.full) for pupil in pupils]
    return JSONResponse([_recipient(server, person) for person in found if person[0] != own.user_id])


async def _send(server: Server, request: Request, session: Session) -> Response:
    """Send a letter, or keep a draft."""
    asked = await fields_of(request)
    people = _people(server)
    to = [person for name in ("to", "cc", "bcc") for person in _named(people, asked.get(name))]
    subject, text = str(asked.get("subject") or ""), str(asked.get("text") or "")
    draft = bool(asked.get("draft"))
    if session.kind == "student" and len(to) > 1 and subject.startswith("Re:"):
        return _refused(_NOT_ALL)
    if not to and not draft:
        return _refused("Не указан получатель")
    author = (session.account.user_id, session.account.name)
    files = tuple(str(item) for item in asked.get("fileAttachmentGuids") or ())
    letter = server.post.send(author, tuple(to), subject, text, server.world.now, files=files, draft=draft)
    return JSONResponse({"messageId": letter.id})


def _named(people: dict[int, Person], ids: object) -> list[Person]:
    """Recipients by their encoded ids. Raises BadRequestError for one that nobody has."""
    if ids is not None and not isinstance(ids, list):
        raise BadRequestError
    try:
        return [people[int(base64.b64decode(str(item), validate=True))] for item in ids or []]
    except (KeyError, ValueError, binascii.Error) as error:
        raise BadRequestError from error


def _changing(change: Callable[[Post, Letter, int], None]) -> Handler:
    """A call that does something to letters named by their ids."""

    async def handler(server: Server, request: Request, session: Session) -> Response:
        wanted = ids_of((await fields_of(request)).get("messageId"))
        user = session.account.user_id
        for letter in server.post.of(user, server.world.now):
            if letter.id in wanted:
                change(server.post, letter, user)
        return Response(status_code=204)

    return handler


async def _mark(server: Server, request: Request, session: Session) -> Response:
    asked, user = await fields_of(request), session.account.user_id
    wanted, read = ids_of(asked.get("messageId")), bool(asked.get("read", True))
    for letter in server.post.of(user, server.world.now):
        if letter.id in wanted:
            (letter.unread.discard if read else letter.unread.add)(user)
    return Response(status_code=204)


async def _forum(server: Server, request: Request, session: Session) -> Response:
    """Nobody writes in the forum of this school."""
    asked = await fields_of(request)
    return JSONResponse({"rows": [], "page": asked.get("page") or 1, "totalItems": 0})


_CALLS: dict[str, tuple[str, Handler]] = {
    "mail/registry": ("POST", _registry),
    "mail/messages/unread": ("GET", _unread),
    "mail/recipients": ("GET", _recipients),
    "mail/messages": ("POST", _send),
    "mail/messages/mark-as": ("POST", _mark),
    "mail/messages/moving": ("POST", _changing(Post.throw_away)),
    "mail/messages/delete": ("POST", _changing(Post.forget)),
    "mail/messages/restore": ("POST", _changing(Post.bring_back)),
    "forum/registry": ("POST", _forum),
}
