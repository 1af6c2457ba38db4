"""Calls of the report engine: the catalogue, filters, and the queue (protocol.md §2.9)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netcity_sync.simulator.asking import body_of, json_answer, not_found, wrong_method
from netcity_sync.simulator.reports import QUEUE, Task, known_report, selected_of
from netcity_sync.simulator.sessions import Session
from netcity_sync.simulator.state import Server


async def report_call(server: Server, request: Request, call: str, session: Session) -> Response:
    """`reports`, `reports/{id}`, `…/initfilters`, `…/queue`; below `v2/` from 5.24 on.

    `v2/…/initfilters` answers on every release: a client of all of them calls nothing else [C lentryd].
    """
    second = call.startswith("v2/")
    parts = call.removeprefix("v2/").split("/")
    action = parts[2] if len(parts) > 2 else ""
    missing = second and not (server.version.second_reports or action == "initfilters")
    if missing or (len(parts) > 1 and not known_report(parts[1])):
        return not_found()
    reports = server.reports
    if not action:
        one = len(parts) > 1
        return json_answer(server, call, reports.describe(session, parts[1]) if one else reports.catalogue())
    if request.method != "POST":
        return wrong_method()
    selected = selected_of(await body_of(request))
    if action == "initfilters":
        return json_answer(server, call, reports.sources(session, parts[1], selected))
    return _queued(server, reports.queue(session, parts[1], selected))


def _queued(server: Server, task: Task) -> Response:
    """A bare number, an object, or an object that names the queue, by release."""
    if not server.version.second_reports:
        return JSONResponse(task.id)
    more = {"queueKey": QUEUE, "activeConnectionExec": False, "cancellable": True} if server.version.queue_key else {}
    return JSONResponse({"taskId": task.id, **more})
