"""The report hub: ASP.NET Core SignalR, and the classic one of older releases (protocol.md §2.9)."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from netcity_sync.simulator.reports import QUEUE, Reports, Task
from netcity_sync.simulator.sessions import Session

RECORD_END = "\x1e"
_NO_SUCH_TASK = "Задача не найдена"
_CLASSIC_ERROR = "There was an error invoking Hub method 'queuehub.StartTask'."
_POLL_SECONDS = 2.0
_DROP_AFTER = 2

Find = Callable[[str | None, str | None], Session | None]


@dataclass(slots=True)
class HubFaults:
    """What goes wrong on the hub: it breaks off before the end, or never tells the end."""

    breaks: Callable[[], bool]
    hangs: Callable[[], bool]


async def core_hub(socket: WebSocket, session: Session, reports: Reports, faults: HubFaults) -> None:
    """One connection of the Core hub: handshake, invocations, one record a message."""
    await socket.accept()
    try:
        async for record in _records(socket):
            if "protocol" in record:
                await socket.send_text("{}" + RECORD_END)
            elif str(record.get("target", "")).lower() in ("starttask", "starttaskasync"):
                await _start(socket, record, session, reports, faults)
    except WebSocketDisconnect:
        return


async def _records(socket: WebSocket) -> Any:
    """Records of text and binary messages alike; several may come in one."""
    while True:
        message = await socket.receive()
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


async def _start(
    socket: WebSocket, record: dict[str, Any], session: Session, reports: Reports, faults: HubFaults
) -> None:
    arguments = record.get("arguments") or [None]
    hangs, breaks = faults.hangs(), faults.breaks()
    task = reports.start(session, arguments[0])
    well = task is not None and arguments[1:2] == [QUEUE]
    result = {"success": well, "message": None if well else _NO_SUCH_TASK}
    messages: list[dict[str, Any]] = [
        {"type": 3, "invocationId": record.get("invocationId"), "result": result},
        {"type": 6},
    ]
    if well and task is not None:
        messages += _core_progress(task)
    for place, message in enumerate(messages):
        if (hangs and message.get("target") == "complete") or (breaks and place == _DROP_AFTER):
            break
        await socket.send_text(json.dumps(message, ensure_ascii=False) + RECORD_END)
    if breaks:
        await socket.close(1011)


def _core_progress(task: Task) -> Iterator[dict[str, Any]]:
    for status in ("Running", "Finished"):
        arguments = [{"taskId": task.id, "status": status, "details": None}]
        yield {"type": 1, "target": "progress", "arguments": arguments}
    done = {"taskId": task.id, "data": task.file, "componentId": None}
    yield {"type": 1, "target": "complete", "arguments": [done]}


@dataclass(slots=True)
class _Connection:
    """A connection of the classic hub, by web socket or long polling."""

    session: Session
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, message: dict[str, Any]) -> None:
        self.waiting.append(message)
        self.woken.set()


@dataclass(slots=True)
class ClassicHub:
    """All connections of the classic hub."""

    reports: Reports
    faults: HubFaults
    with_queue: bool
    connections: dict[str, _Connection] = field(default_factory=dict)
    cursor: int = 0

    def _negotiate(self, session: Session) -> Response:
        token = f"token{len(self.connections):06d}"
        self.connections[token] = _Connection(session)
        return JSONResponse({
            "Url": "/webapi/signalr", "ConnectionToken": token, "ConnectionId": token, "KeepAliveTimeout": 20,
            "DisconnectTimeout": 30, "ConnectionTimeout": 110, "TryWebSockets": True, "ProtocolVersion": "1.5",
            "TransportConnectTimeout": 5, "LongPollDelay": 0,
        })  # fmt: skip

    async def call(self, name: str, request: Request, session: Session) -> Response:
        """`negotiate`, `start`, `send`, `poll`, `connect` and `abort` over plain HTTP."""
        if name == "negotiate":
            return self._negotiate(session)
        connection = self.connections.get(request.query_params.get("connectionToken", ""))
        if connection is None:
            return Response(status_code=400)
        if name == "send":
            self._invoke(connection, str((await request.form()).get("data", "")))
        answers = {"start": {"Response": "started"}, "send": {"I": "0"}, "connect": self._empty(), "abort": {}}
        return JSONResponse(await self._poll(connection) if name == "poll" else answers.get(name, {}))

    async def socket(self, socket: WebSocket) -> None:
        """`connect?transport=webSockets`."""
        connection = self.connections.get(socket.query_params.get("connectionToken", ""))
        if connection is None:
            await socket.close(1008)
            return
        await socket.accept()
        await socket.send_json(self._empty())
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
                for answer in self._invoke(connection, text):
                    await socket.send_text(json.dumps(answer))
                while connection.waiting:
                    await socket.send_text(json.dumps(connection.waiting.popleft()))
                if self.faults.breaks():
                    await socket.close(1011)
                    return
        except WebSocketDisconnect:
            return

    def _invoke(self, connection: _Connection, text: str) -> list[dict[str, Any]]:
        """Start a task; the answer to the call itself, the rest waits on the connection."""
        try:
            call = json.loads(text)
            arguments = list(call["A"])
        except (ValueError, KeyError, TypeError):
            return []
        number = str(call.get("I", 0))
        # a client that reads the bare number of old releases as an object sends null: its newest task is meant
        wanted = arguments[0] if arguments and arguments[0] is not None else self.reports.newest(connection.session)
        task = self.reports.start(connection.session, wanted)
        if task is None or (arguments[1:] == [QUEUE]) is not self.with_queue:
            return [{"I": number, "E": _CLASSIC_ERROR}]
        for name, body in (
            ("progress", {"TaskId": task.id, "Status": "Running", "Details": None}),
            ("complete", {"TaskId": task.id, "Data": task.file, "ComponentId": None}),
        ):
            if not (name == "complete" and self.faults.hangs()):
                connection.push({"C": self._next(), "M": [{"H": "QueueHub", "M": name, "A": [body]}]})
        return [{"I": number}, {}]

    async def _poll(self, connection: _Connection) -> dict[str, Any]:
        if not connection.waiting:
            connection.woken.clear()
            try:
                await asyncio.wait_for(connection.woken.wait(), _POLL_SECONDS)
            except TimeoutError:
                return {"C": self._next(), "M": []}
        return connection.waiting.popleft()

    def _empty(self) -> dict[str, Any]:
        return {"C": self._next(), "S": 1, "M": []}

    def _next(self) -> str:
        self.cursor += 1
        return f"d-{self.cursor}"
