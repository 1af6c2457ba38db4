"""Calls of a signed-in account: what it may see depends on its role (protocol.md §2.2–2.11, §3.1)."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from netcity_sync.simulator import diary, pages
from netcity_sync.simulator.faults import Fault, Stage, stage_of
from netcity_sync.simulator.mishaps import disfigured, incomplete
from netcity_sync.simulator.people import journals_of
from netcity_sync.simulator.reports import QUEUE, BadFilterError, Task, known_report, selected_of
from netcity_sync.simulator.school import Group, Pupil
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.sign_in import REFUSED
from netcity_sync.simulator.state import Server

_NOT_FOUND = {"message": "Ресурс не найден"}
_BAD_REQUEST = {"message": "Неверный запрос"}


class BadRequestError(Exception):
    """A parameter is missing or of the wrong kind."""


async def signed_in_call(server: Server, request: Request, call: str, session: Session) -> Response:
    """The answer to a call of an account whose role is chosen."""
    if session.kind == "staff" and call.startswith("student/"):
        return JSONResponse(REFUSED, status_code=401)
    if session.kind != "staff" and call.startswith(("grade/journal", "grade/studentlist")):
        return JSONResponse(REFUSED, status_code=403)
    try:
        return await _answer(server, request, call, session)
    except BadRequestError:
        return JSONResponse(_BAD_REQUEST, status_code=400)
    except BadFilterError:
        return JSONResponse({"message": "Неверное значение фильтра"}, status_code=409)


async def _answer(server: Server, request: Request, call: str, session: Session) -> Response:
    if call.startswith(("reports", "v2/reports")):
        return await _reports(server, request, call, session)
    posted = _posted(server, session)
    if call in posted:
        return await posted[call](request)
    if call == "student/diary/get-attachments":
        body = await _body(request)
        wanted = body.get("assignId") if isinstance(body, dict) else None
        if not isinstance(wanted, list):
            raise BadRequestError
        shown = diary.attachments(server.world, _student(session, request), [int(item) for item in wanted])
        return _json(server, call, shown)
    whole = _whole(server, request, session)
    if call in whole:
        return whole[call]()
    simple = _simple(server, request, session)
    if call in simple:
        return _json(server, call, simple[call]())
    return _one_item(server, request, call, session)


def _posted(server: Server, session: Session) -> dict[str, Callable[[Request], Awaitable[Response]]]:
    """Calls that read the body of the request."""
    calls: dict[str, Callable[[Request], Awaitable[Response]]] = {"terms/search": partial(_terms, server)}
    if server.faults.strikes(Fault.MOVED_JOURNAL, Stage.JOURNAL):
        calls["grade/journal"] = partial(_moved_journal, server, session)
    return calls


def _json(server: Server, call: str, body: Any) -> Response:
    return JSONResponse(disfigured(server.faults, stage_of(call), body))


def _whole(server: Server, request: Request, session: Session) -> dict[str, Callable[[], Response]]:
    """Calls that answer with something else than plain JSON."""
    query = request.query_params
    return {
        "grade/journal": lambda: _journal(server, session, query.get("sgId"), query.get("termId")),
        "sysinfo": lambda: PlainTextResponse(pages.sys_info(server.version.text)),
        "users/photo": lambda: Response(status_code=404),
        "earlyaccess": lambda: Response(status_code=204),
    }


def _simple(server: Server, request: Request, session: Session) -> dict[str, Callable[[], Any]]:
    """Calls that answer with JSON made from the school."""
    world, query, account = server.world, request.query_params, session.account
    calendar_year = pages.year(world)["id"]
    return {
        "context": lambda: pages.context(world, session, server.version),
        "context/state": lambda: _state(server, session),
        "context/students": lambda: [{"id": item.id, "name": item.name.full} for item in account.students],
        "context/years": lambda: pages.years(world),
        "years/current": lambda: pages.year(world),
        "years": lambda: pages.years(world),
        "mysettings": lambda: diary.my_settings(account, calendar_year),
        "mysettings/yearlist": lambda: [{"id": item["id"], "name": item["name"]} for item in pages.years(world)],
        "classes": lambda: [pages.school_class(item) for item in world.school.classes],
        "subjectgroups": lambda: [pages.subject_group(item) for item in _groups(server, request, session)],
        "users/studentlist": lambda: [
            pages.pupil(item) for item in world.roster(_reachable_class(session, query.get("classId")))
        ],
        "grade/studentlist": lambda: [pages.pupil(item) for item in _group_list(server, query.get("sgId"))],
        "users/staff/teachers": lambda: pages.teachers(world),
        "grade/assignment/types": pages.assignment_types,
        "schedule/times": pages.bell_times,
        "schedule/classmeetings": lambda: _class_meetings(server, request, session),
        "rooms": pages.rooms,
        "announcements": lambda: _announcements(server, query.get("take")),
        "student/diary/init": lambda: diary.diary_init(world, account),
        "student/diary": lambda: _diary(server, request, session),
        "student/diary/pastmandatory": lambda: diary.overdue(
            world, _student(session, request), *_week(request, "weekStart", "weekEnd")
        ),
    }


def _one_item(server: Server, request: Request, call: str, session: Session) -> Response:
    """Calls whose path ends with an id."""
    found = re.fullmatch(
        r"(classes|subjectgroups|student/diary/assigns|assignments|attachments|files|schools)/([\w-]+)(/card)?", call
    )
    if found is None:
        return JSONResponse(_NOT_FOUND, status_code=404)
    if found[1] in ("files", "attachments"):
        return _file(server, found[1], found[2])
    world, wanted = server.world, _number(found[2])
    shown: Any = None
    if found[1] == "subjectgroups":
        shown = pages.subject_group(world.groups[wanted]) if wanted in world.groups else None
    elif found[1] == "classes":
        shown = next((pages.school_class(item) for item in world.school.classes if item.id == wanted), None)
    elif found[1] == "schools":
        own = found[2] in ("-1", str(world.school.id))  # -1: what a client of all releases asks for its own school
        shown = pages.school_card(world) if found[3] and own else None
    elif session.account.students:
        shown = diary.details(world, _student(session, request), wanted)
    return _json(server, call, shown) if shown is not None else JSONResponse(_NOT_FOUND, status_code=404)


def _file(server: Server, kind: str, name: str) -> Response:
    """A report's file, or what somebody attached."""
    report = server.reports.files.get(name) if kind == "files" else None
    if report is not None:
        return HTMLResponse(report[1], headers={"content-type": report[0]})
    attached = diary.file_of(_number(name)) if kind == "attachments" else None
    if attached is None:
        return JSONResponse(_NOT_FOUND, status_code=404)
    quoted = quote(attached[0])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quoted}", "filename": quoted}
    return Response(attached[1], media_type="application/octet-stream", headers=headers)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1


def _student(session: Session, request: Request) -> Pupil:
    """The child that a call is about. Raises BadRequestError where it is not one of the account's."""
    asked = request.query_params.get("studentId")
    found = [item for item in session.account.students if asked is None or str(item.id) == asked]
    if not found:
        raise BadRequestError
    return found[0]


def _day(text: str) -> date:
    """`2026-10-05`, an ISO moment, or `2026.10.05` (§2.4)."""
    try:
        return datetime.fromisoformat(text[:10].replace(".", "-")).date()
    except ValueError as error:
        raise BadRequestError from error


def _week(request: Request, first: str, last: str) -> tuple[date, date]:
    query = request.query_params
    if first not in query or last not in query:
        raise BadRequestError
    return _day(query[first]), _day(query[last])


def _diary(server: Server, request: Request, session: Session) -> Any:
    year_id = request.query_params.get("yearId")
    if year_id is not None and year_id != str(pages.year(server.world)["id"]):
        raise BadRequestError
    query = request.query_params
    if "weekStart" in query:
        first, last = _week(request, "weekStart", "weekEnd")
    else:
        first = server.world.now.date() - timedelta(days=server.world.now.weekday())
        last = first + timedelta(days=6)
    return diary.diary(server.world, _student(session, request), first, last, server.version)


def _announcements(server: Server, take: str | None) -> Any:
    shown = diary.announcements(server.world)
    count = int(take) if take is not None and re.fullmatch(r"-?\d+", take) else -1
    return shown if count < 0 else shown[:count]


def _state(server: Server, session: Session) -> Any:
    others = {
        id(item): item
        for item in server.sessions.open.values()
        if item is not session and item.account is session.account
    }
    since = min((item.last_used for item in others.values()), default=server.world.now)
    return pages.state(session, len(others), since)


def _reachable_class(session: Session, class_id: str | None) -> int:
    wanted = _number(class_id)
    if session.kind != "staff" and wanted not in {pupil.class_id for pupil in session.account.students}:
        raise BadRequestError
    return wanted


def _groups(server: Server, request: Request, session: Session) -> list[Group]:
    """The journals that an account sees, narrowed by class or pupil."""
    query = request.query_params
    groups = list(server.world.school.groups)
    account = session.account
    if session.kind == "staff" and account.teacher is not None:
        groups = [item for item in groups if item.teacher == account.teacher]
    elif session.kind != "staff":
        own = [item for pupil in account.students for item in journals_of(server.world.school, pupil)]
        groups = [item for item in groups if item in own]
    class_id = query.get("classId") or (query.get("iupClassId") or "").removesuffix("_0") or None
    if class_id is not None:
        groups = [item for item in groups if item.school_class.id == _number(class_id)]
    if "studentId" in query:
        wanted = _number(query["studentId"])
        groups = [item for item in groups if any(pupil.id == wanted for pupil in item.pupils)]
    return groups


def _group_list(server: Server, group_id: str | None) -> list[Pupil]:
    group = server.world.groups.get(_number(group_id))
    return [] if group is None else [item for item in group.pupils if item.listed(server.world.now.date())]


def _journal(server: Server, session: Session, group_id: str | None, term_id: str | None) -> Response:
    group = server.world.groups.get(_number(group_id))
    terms = [] if group is None else [item.id for item in group.terms if item.id == _number(term_id)]
    if group is None or not terms:
        return JSONResponse({"message": "Журнал не найден"}, status_code=404)
    teacher = session.account.teacher
    if teacher is not None and group.teacher != teacher:
        return JSONResponse(REFUSED, status_code=403)
    body = server.journal(group, terms[0])
    faults = server.faults
    if faults.strikes(Fault.INCOMPLETE, Stage.JOURNAL):
        return JSONResponse(incomplete(body))
    server.world.note_read(group.id, terms[0])
    if faults.on(Fault.NEW_FIELDS) or faults.on(Fault.VANISHED_FIELDS):
        return JSONResponse(disfigured(faults, Stage.JOURNAL, json.loads(body)))
    return Response(body, media_type="application/json")


async def _moved_journal(server: Server, session: Session, request: Request) -> Response:
    """The journal of a release that asks for it in another way: by POST, with other names."""
    if request.method != "POST":
        return JSONResponse(_NOT_FOUND, status_code=404)
    body = await _body(request)
    asked = body if isinstance(body, dict) else {}
    return _journal(server, session, str(asked.get("subjectGroupId")), str(asked.get("termId")))


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise BadRequestError from error


async def _terms(server: Server, request: Request) -> Response:
    if request.method != "POST":
        return JSONResponse(REFUSED, status_code=405)
    body = await _body(request)
    asked = body.get("classIds") if isinstance(body, dict) else None
    if not isinstance(asked, list):
        raise BadRequestError
    groups = [item for item in server.world.school.groups if item.school_class.id in asked]
    terms = {item.id: item for group in groups for item in group.terms}
    return _json(server, "terms/search", [pages.term(terms[key]) for key in sorted(terms)])


def _class_meetings(server: Server, request: Request, session: Session) -> Any:
    query = request.query_params
    first, last = _week(request, "start", "end")
    wanted: dict[str, Callable[[Group], bool]] = {
        "sgId": lambda group: group.id == _number(query["sgId"]),
        "classId": lambda group: group.school_class.id == _number(query["classId"]),
        "teacherId": lambda group: group.teacher.id == _number(query["teacherId"]),
        "studentId": lambda group: any(pupil.id == _number(query["studentId"]) for pupil in group.pupils),
    }
    groups = [
        group
        for group in server.world.school.groups
        if any(name in query and suits(group) for name, suits in wanted.items())
    ]
    if session.kind != "staff":
        own = {group.id for pupil in session.account.students for group in journals_of(server.world.school, pupil)}
        groups = [group for group in groups if group.id in own]
    return [
        pages.class_meeting(group, lesson)
        for group in groups
        for lesson in server.world.lessons(group.id)
        if first <= lesson.date <= last
    ]


async def _reports(server: Server, request: Request, call: str, session: Session) -> Response:
    """`reports`, `reports/{id}`, `…/initfilters`, `…/queue`; below `v2/` from 5.24 on.

    `v2/…/initfilters` answers on every release: a client of all of them calls nothing else [C lentryd].
    """
    second = call.startswith("v2/")
    parts = call.removeprefix("v2/").split("/")
    action = parts[2] if len(parts) > 2 else ""
    missing = second and not (server.version.second_reports or action == "initfilters")
    if missing or (len(parts) > 1 and not known_report(parts[1])):
        return JSONResponse(_NOT_FOUND, status_code=404)
    if not action:
        one = len(parts) > 1
        return _json(server, call, server.reports.describe(session, parts[1]) if one else server.reports.catalogue())
    if request.method != "POST":
        return JSONResponse(REFUSED, status_code=405)
    selected = selected_of(await _body(request))
    if action == "initfilters":
        return _json(server, call, server.reports.sources(session, parts[1], selected))
    return _queued(server, server.reports.queue(session, parts[1], selected))


def _queued(server: Server, task: Task) -> Response:
    """A bare number, an object, or an object that names the queue, by release."""
    if not server.version.second_reports:
        return JSONResponse(task.id)
    more = {"queueKey": QUEUE, "activeConnectionExec": False, "cancellable": True} if server.version.queue_key else {}
    return JSONResponse({"taskId": task.id, **more})
