"""The report hub since 5.29: ASP.NET Core SignalR in JSON, negotiated or not (protocol.md §2.9)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from netcity_sync.simulator.reports import QUEUE, Reports, Task
from netcity_sync.simulator.sessions import Session

RECORD_END = "\x1e"
SILENCE_SECONDS = 30.0
"""How long a client may send nothing before its connection is closed."""
KEEP_ALIVE_SECONDS = 15.0
"""How often a silent client is pinged."""

_NO_SUCH_TASK = "Задача не найдена"
_DROP_AFTER = 2
_INVOCATION, _COMPLETION, _PING, _CLOSE = 1, 3, 6, 7


@dataclass(slots=True)
class HubFaults:
    """What goes wrong on the hub: it breaks off before the end, or never tells the end."""

    breaks: Callable[[], bool]
    hangs: Callable[[], bool]


class _SilentError(Exception):
    """The client sent nothing for too long."""


@dataclass(slots=True)
class Negotiation:
    """Connections that were negotiated and wait for their web socket; whose they are, by the id that opens them."""

    waiting: dict[str, Session] = field(default_factory=dict)
    count: int = 0

    def answer(self, request: Request, session: Session) -> Response:
        """`POST …/negotiate`: version 1 has a token besides the id, version 0 is opened by the id itself."""
        if request.method != "POST":
            return Response(status_code=405)
        self.count += 1
        version = min(_number(request.query_params.get("negotiateversion", "0")), 1)
        shown: dict[str, Any] = {"negotiateVersion": version, "connectionId": f"connection{self.count:012d}"}
        opens = shown["connectionId"]
        if version:
            shown["connectionToken"] = opens = f"token{self.count:017d}"
        shown["availableTransports"] = [{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}]
        self.waiting[opens] = session
        return JSONResponse(shown)

    def opens(self, opener: str | None, session: Session) -> bool:
        """Whether a socket may open: it was not negotiated at all, or just now and by the same session."""
        return opener is None or self.waiting.pop(opener, None) is session


async def core_hub(socket: WebSocket, session: Session, reports: Reports, faults: HubFaults) -> None:
    """One connection of the Core hub: handshake, invocations, pings; who falls silent or says good-bye is let go."""
    await socket.accept()
    try:
        async for record in _records(socket):
            if "protocol" in record:
                await socket.send_text("{}" + RECORD_END)
            elif record.get("type") == _PING:
                await _send(socket, {"type": _PING})
            elif record.get("type") == _CLOSE:
                await _good_bye(socket, None)
                return
            elif record.get("type") == _INVOCATION or "target" in record:
                await _invoke(socket, record, session, reports, faults)
    except _SilentError:
        await _good_bye(socket, "The client was silent for too long.")
    except WebSocketDisconnect:
        return


async def _records(socket: WebSocket) -> AsyncIterator[dict[str, Any]]:
    """Records of text and binary messages alike; several may come in one."""
    while True:
        message = await _message(socket)
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None:
            text = (message.get("bytes") or b"").decode("utf-8", "replace")
        for part in text.split(RECORD_END):
            if part.strip():
                try:
                    record = json.loads(part)
                except ValueError:
                    record = {}
                yield record if isinstance(record, dict) else {}


async def _message(socket: WebSocket) -> Any:
    """What the client sends next; it is pinged now and then while it is waited for."""
    waited = 0.0
    while waited < SILENCE_SECONDS:
        try:
            return await asyncio.wait_for(socket.receive(), min(KEEP_ALIVE_SECONDS, SILENCE_SECONDS))
        except TimeoutError:
            waited += KEEP_ALIVE_SECONDS
        await _send(socket, {"type": _PING})
    raise _SilentError


async def _send(socket: WebSocket, record: dict[str, Any]) -> None:
    await socket.send_text(json.dumps(record, ensure_ascii=False) + RECORD_END)


async def _good_bye(socket: WebSocket, error: str | None) -> None:
    await _send(socket, {"type": _CLOSE} if error is None else {"type": _CLOSE, "error": error})
    await socket.close(1000)


async def _invoke(
    socket: WebSocket, record: dict[str, Any], session: Session, reports: Reports, faults: HubFaults
) -> None:
    """Start a task; an unknown method is refused, to those who gave a number to refer to (the text is assumed)."""
    if str(record.get("target", "")).lower() in ("starttask", "starttaskasync"):
        await _start(socket, record, session, reports, faults)
    elif record.get("invocationId") is not None:
        error = f"Unknown hub method '{record.get('target')}'"
        await _send(socket, {"type": _COMPLETION, "invocationId": record["invocationId"], "error": error})


async def _start(
    socket: WebSocket, record: dict[str, Any], session: Session, reports: Reports, faults: HubFaults
) -> None:
    arguments = record.get("arguments") or [None]
    hangs, breaks = faults.hangs(), faults.breaks()
    task = reports.start(session, arguments[0])
    well = task is not None and arguments[1:2] == [QUEUE]
    result = {"success": well, "message": None if well else _NO_SUCH_TASK}
    messages: list[dict[str, Any]] = [
        {"type": _COMPLETION, "invocationId": record.get("invocationId"), "result": result},
        {"type": _PING},
    ]
    if well and task is not None:
        messages += _core_progress(task)
    for place, message in enumerate(messages):
        if (hangs and message.get("target") == "complete") or (breaks and place == _DROP_AFTER):
            break
        await _send(socket, message)
    if breaks:
        await socket.close(1011)


def _core_progress(task: Task) -> Iterator[dict[str, Any]]:
    for status in ("Running", "Finished"):
        arguments = [{"taskId": task.id, "status": status, "details": None}]
        yield {"type": _INVOCATION, "target": "progress", "arguments": arguments}
    done = {"taskId": task.id, "data": task.file, "componentId": None}
    yield {"type": _INVOCATION, "target": "complete", "arguments": [done]}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
