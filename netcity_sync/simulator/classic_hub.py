"""The report hub of releases before 5.29: classic SignalR, by web socket or long polling (protocol.md §2.9)."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from netcity_sync.simulator.hub import HubFaults
from netcity_sync.simulator.reports import QUEUE, Reports
from netcity_sync.simulator.sessions import Session

_CLASSIC_ERROR = "There was an error invoking Hub method 'queuehub.StartTask'."
_POLL_SECONDS = 2.0


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
        self.cursor += 1
        token = f"token{self.cursor:06d}"
        self.connections[token] = _Connection(session)
        return JSONResponse({
            "Url": "/webapi/signalr", "ConnectionToken": token, "ConnectionId": token, "KeepAliveTimeout": 20,
            "DisconnectTimeout": 30, "ConnectionTimeout": 110, "TryWebSockets": True, "ProtocolVersion": "1.5",
            "TransportConnectTimeout": 5, "LongPollDelay": 0,
        })  # fmt: skip

    async def call(self, name: str, request: Request, session: Session) -> Response:
        """`negotiate`, `connect`, `start`, `send`, `poll` and `abort` over plain HTTP, and `ping`."""
        if name in ("negotiate", "ping"):
            return self._negotiate(session) if name == "negotiate" else JSONResponse({"Response": "pong"})
        token = request.query_params.get("connectiontoken", "")
        connection = self.connections.get(token)
        if name == "abort":
            self.connections.pop(token, None)
            return Response(status_code=200)
        if connection is None or connection.session is not session:
            return Response(status_code=400)
        if name == "send":
            answers = self._invoke(connection, str((await request.form()).get("data", "")))
            return JSONResponse(answers[0] if answers else {})
        if name == "poll":
            return JSONResponse(await self._poll(connection))
        shown = {"start": {"Response": "started"}, "connect": self._empty()}
        return JSONResponse(shown[name]) if name in shown else Response(status_code=404)

    async def socket(self, socket: WebSocket) -> None:
        """`connect?transport=webSockets`."""
        token = socket.query_params.get("connectiontoken", "")
        connection = self.connections.get(token)
        if connection is None:
            await socket.close(1008)
            return
        await socket.accept()
        try:
            await socket.send_json(self._empty())
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
        finally:
            self.connections.pop(token, None)

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
