"""The classic SignalR hub of releases before 5.29: negotiate, start and frames (protocol.md §2.9).

No kept library speaks it; this is the little of it that a report needs.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

from pydantic import Field
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from netcity_sync.adapters.netschool.answer import Answer
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.hub import Deadline, HubBrokeError, Line, messages, read_json, refused, told
from netcity_sync.adapters.netschool.session import Session
from netcity_sync.adapters.netschool.transport import Call
from netcity_sync.errors import AnswerError, SourceUnavailable

_PROTOCOL = "1.5"
_HUB = "queuehub"


class _Negotiation(Answer):
    """`negotiate`: the token that names the connection."""

    token: str = Field(alias="ConnectionToken")


class ClassicHub:
    """An open connection of the classic hub."""

    def __init__(self, socket: ClientConnection, *, with_queue: bool, wait: float, where: str) -> None:
        self._socket = socket
        self._with_queue = with_queue
        self._deadline = Deadline(wait, where)

    def start(self, task_id: int, queue: str | None) -> str:
        """Start a task and wait for it (`Hub.start`)."""
        arguments: list[object] = [task_id, queue or "report-v2"] if self._with_queue else [task_id]
        try:
            self._socket.send(json.dumps({"H": _HUB, "M": "StartTask", "A": arguments, "I": 0}))
        except ConnectionClosed as error:
            raise HubBrokeError from error
        for text in messages(self._socket, self._deadline):
            found = _file_of(text)
            if found is not None:
                return found
        raise HubBrokeError


@contextmanager
def open_classic_hub(session: Session, line: Line, path: str, *, with_queue: bool) -> Iterator[ClassicHub]:
    """Negotiate, connect and start. Raises what a call raises, HubDeadError, HubMissingError, SourceUnavailable."""
    common = {
        "clientProtocol": _PROTOCOL, "at": session.proof.at, "connectionData": json.dumps([{"name": _HUB}]),
    }  # fmt: skip
    calls = path.removeprefix("webapi/")
    negotiate = Call("GET", f"{calls}/negotiate?{urlencode(common)}")
    answer: _Negotiation = decode(_Negotiation, session.call(negotiate), negotiate.name)
    query = {**common, "transport": "webSockets", "connectionToken": answer.token, "tid": "1"}
    with ExitStack() as stack:
        with session.steady() as proof:
            query["at"] = proof.at
            socket = stack.enter_context(line.open(f"{path}/connect", proof, query))
        start = Call("GET", f"{calls}/start?{urlencode(query)}")
        if b"started" not in session.call(start):
            raise AnswerError("Соединение для отчётов не началось.", where=start.name)
        try:
            yield ClassicHub(socket, with_queue=with_queue, wait=line.gis.report_timeout, where=line.origin)
        finally:
            _abort(session, f"{calls}/abort?{urlencode(query)}")


def _abort(session: Session, path: str) -> None:
    """Tell the server that we are gone; if it does not hear, it finds out by itself."""
    try:
        session.call(Call("POST", path, again=False))
    except (SourceUnavailable, AnswerError):
        return


def _file_of(text: str) -> str | None:
    """The file's id, if a frame tells it. Raises AnswerError where it tells of a failure."""
    frame = read_json(text)
    if not isinstance(frame, dict):
        return None
    if frame.get("E"):
        raise refused()
    said = frame.get("M")
    for message in said if isinstance(said, list) else ():
        arguments = message.get("A") if isinstance(message, dict) else None
        for item in arguments if isinstance(arguments, list) else ():
            found = told(message.get("M"), item)
            if found is not None:
                return found
    return None
