"""Calls of a signed-in account: what it may see depends on its role (protocol.md §2.2–2.11, §3.1)."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from netcity_sync.simulator import diary, pages
from netcity_sync.simulator.account import account_pages, account_posts, photo
from netcity_sync.simulator.asking import (
    BadRequestError,
    bad_request,
    body_of,
    fields_of,
    flag,
    ids_of,
    json_answer,
    not_found,
    number,
    student_of,
    week_of,
    wrong_method,
)
from netcity_sync.simulator.faults import Fault, Stage
from netcity_sync.simulator.mail import mail_call
from netcity_sync.simulator.mishaps import disfigured, incomplete
from netcity_sync.simulator.people import journals_of
from netcity_sync.simulator.report_calls import report_call
from netcity_sync.simulator.reports import BadFilterError
from netcity_sync.simulator.school import Group, Pupil
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.sign_in import REFUSED
from netcity_sync.simulator.state import Server
from netcity_sync.simulator.uploads import answer_call, attachment_call

Family = Callable[[Server, Request, str, Session], Awaitable[Response]]


async def signed_in_call(server: Server, request: Request, call: str, session: Session) -> Response:
    """The answer to a call of an account whose role is chosen."""
    if session.kind == "staff" and call.startswith("student/"):
        return JSONResponse(REFUSED, status_code=401)
    if session.kind != "staff" and call.startswith(("grade/journal", "grade/totals", "grade/studentlist")):
        return JSONResponse(REFUSED, status_code=403)
    try:
        return await _answer(server, request, call, session)
    except BadRequestError:
        return bad_request()
    except BadFilterError:
        return JSONResponse({"message": "Неверное значение фильтра"}, status_code=409)


async def _answer(server: Server, request: Request, call: str, session: Session) -> Response:
    family = _family_of(server, call)
    if family is not None:
        return await family(server, request, call, session)
    answered = re.fullmatch(r"assignments/(\d+)/answers", call)
    if answered is not None:
        return await answer_call(server, request, int(answered[1]), session)
    posted = _posted(server, session)
    if call in posted:
        return await posted[call](request)
    whole = _whole(server, request, session)
    if call in whole:
        return whole[call]()
    simple = _simple(server, request, session)
    if call in simple:
        return json_answer(server, call, simple[call]())
    return _one_item(server, request, call, session)


def _family_of(server: Server, call: str) -> Family | None:
    """Who answers all calls that begin alike."""
    if call.startswith(("reports", "v2/reports")):
        return report_call
    if call.startswith(("mail/", "forum/")) and server.version.json_mail:
        return mail_call
    return attachment_call if call.partition("/")[0] == "attachments" else None


def _posted(server: Server, session: Session) -> dict[str, Callable[[Request], Awaitable[Response]]]:
    """Calls that read the body of the request."""
    calls: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "terms/search": partial(_terms, server),
        "student/diary/get-attachments": partial(_attachments, server, session),
        **account_posts(server, session),
    }
    if server.faults.strikes(Fault.MOVED_JOURNAL, Stage.JOURNAL):
        calls["grade/journal"] = partial(_moved_journal, server, session)
    return calls


def _whole(server: Server, request: Request, session: Session) -> dict[str, Callable[[], Response]]:
    """Calls that answer with something else than plain JSON."""
    query = request.query_params
    return {
        "grade/journal": lambda: _journal(server, session, query.get("sgid"), query.get("termid")),
        "grade/totals": lambda: _totals(server, session, query.get("sgid")),
        "users/photo": photo,
        "earlyaccess": lambda: Response(status_code=204),
    }


def _simple(server: Server, request: Request, session: Session) -> dict[str, Callable[[], Any]]:
    """Calls that answer with JSON made from the school."""
    world, query, account = server.world, request.query_params, session.account
    return {
        **account_pages(server, session),
        "years/current": lambda: pages.year(world),
        "years": lambda: pages.years(world),
        "classes": lambda: [pages.school_class(item) for item in world.school.classes],
        "subjectgroups": lambda: [pages.subject_group(item) for item in _groups(server, request, session)],
        "users/studentlist": lambda: _roster(server, session, query.get("classid")),
        "grade/studentlist": lambda: [pages.pupil(item) for item in _group_list(server, query.get("sgid"))],
        "users/staff/teachers": lambda: pages.teachers(world),
        "grade/assignment/types": pages.assignment_types,
        "schedule/times": pages.bell_times,
        "schedule/classmeetings": lambda: _class_meetings(server, request, session),
        "rooms": pages.rooms,
        "announcements": lambda: _announcements(server, query.get("take")),
        "student/diary/init": lambda: diary.diary_init(world, account),
        "student/diary": lambda: _diary(server, request, session),
        "student/diary/pastmandatory": lambda: diary.overdue(
            world, student_of(session, request), *week_of(request, "weekstart", "weekend")
        ),
    }


def _one_item(server: Server, request: Request, call: str, session: Session) -> Response:
    """Calls whose path ends with an id."""
    if call.startswith("references/"):
        return JSONResponse([])
    found = re.fullmatch(
        r"(classes|subjectgroups|student/diary/assigns|assignments|files|schools)/([\w-]+)(/card)?", call
    )
    if found is None:
        return not_found()
    if found[1] == "files":
        return _report_file(server, found[2])
    world, wanted = server.world, number(found[2])
    shown: Any = None
    if found[1] == "subjectgroups":
        shown = pages.subject_group(world.groups[wanted]) if wanted in world.groups else None
    elif found[1] == "classes":
        shown = next((pages.school_class(item) for item in world.school.classes if item.id == wanted), None)
    elif found[1] == "schools":
        own = found[2] in ("-1", str(world.school.id))  # -1: what a client of all releases asks for its own school
        shown = (pages.school_card(world) if found[3] else pages.school_in_list(world)) if own else None
    elif session.account.students:
        shown = diary.details(world, student_of(session, request), wanted)
    return json_answer(server, call, shown) if shown is not None else not_found()


def _report_file(server: Server, name: str) -> Response:
    report = server.reports.files.get(name)
    return not_found() if report is None else HTMLResponse(report[1], headers={"content-type": report[0]})


async def _attachments(server: Server, session: Session, request: Request) -> Response:
    wanted = ids_of((await fields_of(request)).get("assignId"))
    shown = diary.attachments(server.world, student_of(session, request), wanted, server.handed_in)
    return json_answer(server, "student/diary/get-attachments", shown)


def _diary(server: Server, request: Request, session: Session) -> Any:
    """A week, or any other period; what belongs to it only for those who ask for it."""
    world, query = server.world, request.query_params
    pupil = student_of(session, request)
    current = pages.year(world)["id"]
    year_id = query.get("yearid") or str(session.year_id or current)
    if year_id not in {str(item["id"]) for item in pages.years(world)}:
        raise BadRequestError
    if "weekstart" in query:
        first, last = week_of(request, "weekstart", "weekend")
    else:
        first = world.now.date() - timedelta(days=world.now.weekday())
        last = first + timedelta(days=6)
    if year_id == str(current):
        shown = diary.diary(world, pupil, (first, last), server.version, server.handed_in)
    else:
        shown = diary.empty_diary(world, pupil, first, last)
    if flag(request, "withlaassigns"):
        shown["laAssigns"] = []
    if flag(request, "withpastmandatory"):
        shown["pastMandatory"] = diary.overdue(world, pupil, first, last)
    return shown


def _announcements(server: Server, take: str | None) -> Any:
    shown = diary.announcements(server.world)
    count = int(take) if take is not None and re.fullmatch(r"-?\d+", take) else -1
    return shown if count < 0 else shown[:count]


def _reachable_class(session: Session, class_id: str | None) -> int:
    wanted = number(class_id)
    if session.kind != "staff" and wanted not in {pupil.class_id for pupil in session.account.students}:
        raise BadRequestError
    return wanted


def _roster(server: Server, session: Session, class_id: str | None) -> list[pages.Json]:
    """The pupils of a class that the account may see."""
    wanted = _reachable_class(session, class_id)
    server.world.note_roster_read(wanted)
    return [pages.pupil(item) for item in server.world.roster(wanted)]


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
    class_id = query.get("classid") or (query.get("iupclassid") or "").removesuffix("_0") or None
    if class_id is not None:
        groups = [item for item in groups if item.school_class.id == number(class_id)]
    if "studentid" in query:
        wanted = number(query["studentid"])
        groups = [item for item in groups if any(pupil.id == wanted for pupil in item.pupils)]
    return groups


def _group_list(server: Server, group_id: str | None) -> list[Pupil]:
    group = server.world.groups.get(number(group_id))
    return [] if group is None else [item for item in group.pupils if item.listed(server.world.now.date())]


def _journal(server: Server, session: Session, group_id: str | None, term_id: str | None) -> Response:
    group = server.world.groups.get(number(group_id))
    terms = [] if group is None else [item.id for item in group.terms if item.id == number(term_id)]
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


def _totals(server: Server, session: Session, group_id: str | None) -> Response:
    group = server.world.groups.get(number(group_id))
    if group is None or server.faults.strikes(Fault.NO_TOTALS, Stage.TOTALS):
        return not_found()
    teacher = session.account.teacher
    if teacher is not None and group.teacher != teacher:
        return JSONResponse(REFUSED, status_code=403)
    server.world.note_finals_read(group.id)
    return json_answer(server, "grade/totals", pages.totals(server.world, group))


async def _moved_journal(server: Server, session: Session, request: Request) -> Response:
    """The journal of a release that asks for it in another way: by POST, with other names."""
    if request.method != "POST":
        return not_found()
    body = await body_of(request)
    asked = body if isinstance(body, dict) else {}
    return _journal(server, session, str(asked.get("subjectGroupId")), str(asked.get("termId")))


async def _terms(server: Server, request: Request) -> Response:
    if request.method != "POST":
        return wrong_method()
    body = await body_of(request)
    asked = body.get("classIds") if isinstance(body, dict) else None
    if not isinstance(asked, list):
        raise BadRequestError
    groups = [item for item in server.world.school.groups if item.school_class.id in asked]
    terms = {item.id: item for group in groups for item in group.terms}
    return json_answer(server, "terms/search", [pages.term(terms[key]) for key in sorted(terms)])


def _class_meetings(server: Server, request: Request, session: Session) -> Any:
    query = request.query_params
    first, last = week_of(request, "start", "end")
    wanted: dict[str, Callable[[Group], bool]] = {
        "sgid": lambda group: group.id == number(query["sgid"]),
        "classid": lambda group: group.school_class.id == number(query["classid"]),
        "teacherid": lambda group: group.teacher.id == number(query["teacherid"]),
        "studentid": lambda group: any(pupil.id == number(query["studentid"]) for pupil in group.pupils),
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
