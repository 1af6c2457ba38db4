"""The report hubs as clients meet them that negotiate, ping, fall silent, or call what is not there."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from simulator.client import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from netcity_sync.simulator import hub
from netcity_sync.simulator.server import Simulator, running_simulator

NOW = datetime(2026, 10, 5, 21)
END = "\x1e"


@pytest.fixture(params=["5.30", "5.51"], scope="module")
def newer(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Releases with the Core hub."""
    with running_simulator(seed=3, classes=2, now=NOW, version=request.param) as running:
        yield running


@pytest.fixture
def client(newer: Simulator) -> Iterator[Client]:
    """A client that is signed in."""
    made = Client(newer)
    made.sign_in()
    yield made
    made.post("auth/logout")
    made.http.close()


def opened(client: Client, path: str, query: str = "") -> ClientConnection:
    """A web socket with the session's proof."""
    address = f"ws{client.simulator.url.removeprefix('http')}/{path}?at={client.at}{query}"
    cookies = "; ".join(f"{item.name}={item.value}" for item in client.http.cookies)
    return connect(address, additional_headers={"Cookie": cookies}, proxy=None, close_timeout=1)


def heard(socket: ClientConnection) -> Any:
    """The next record."""
    return json.loads(str(socket.recv(timeout=5)).rstrip(END))


def say(socket: ClientConnection, record: dict[str, Any]) -> None:
    """Send a record."""
    socket.send(json.dumps(record) + END)


@pytest.mark.parametrize("path", ["webapi/signalr/queueHub", "signalr/queueHub", "webapi/queueHub"])
@pytest.mark.parametrize("version", [0, 1])
def test_a_negotiated_socket_opens_once(client: Client, path: str, version: int) -> None:
    url = f"{client.simulator.url}/{path}/negotiate?negotiateVersion={version}"
    answer = client.http.post(url, headers={"at": client.at})
    if path == "webapi/queueHub" and client.simulator.version == "5.51":
        assert answer.status_code == 404
        return
    shown = answer.json()
    assert shown["negotiateVersion"] == version
    assert ("connectionToken" in shown) is bool(version)
    assert shown["availableTransports"] == [{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}]
    opener = shown["connectionToken"] if version else shown["connectionId"]
    with opened(client, path, f"&id={opener}") as socket:
        say(socket, {"protocol": "json", "version": 1})
        assert heard(socket) == {}
    with pytest.raises(InvalidStatus):
        opened(client, path, f"&id={opener}")


def test_nobody_negotiates_without_a_session(newer: Simulator) -> None:
    client = Client(newer)
    assert client.post("signalr/queueHub/negotiate").status_code == 403
    assert client.http.post(f"{newer.url}/signalr/queueHub/negotiate").status_code == 403
    client.http.close()


def test_pings_are_answered_and_unknown_methods_refused(client: Client) -> None:
    with opened(client, "webapi/signalr/queueHub") as socket:
        say(socket, {"protocol": "json", "version": 1})
        assert heard(socket) == {}
        say(socket, {"type": 6})
        assert heard(socket) == {"type": 6}
        say(socket, {"type": 1, "target": "dance", "invocationId": "7", "arguments": []})
        answer = heard(socket)
        assert (answer["type"], answer["invocationId"]) == (3, "7")
        assert "dance" in answer["error"]
        say(socket, {"type": 7})
        assert heard(socket)["type"] == 7
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_who_falls_silent_is_let_go(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(hub, "KEEP_ALIVE_SECONDS", 0.1)
    with opened(client, "webapi/signalr/queueHub") as socket:
        said = heard(socket)
        while said["type"] == 6:
            said = heard(socket)
        assert said["type"] == 7
        assert said["error"]


@pytest.mark.parametrize("version", ["5.10", "5.25"])
def test_the_classic_hub_over_plain_http(version: str) -> None:
    with running_simulator(seed=3, classes=2, now=NOW, version=version) as running:
        client = Client(running)
        assert client.call("GET", "signalr/negotiate").status_code == 403
        client.sign_in()
        said = client.get("signalr/negotiate?clientProtocol=1.5")
        query = f"transport=longPolling&CONNECTIONTOKEN={said['ConnectionToken']}"
        assert client.get(f"signalr/connect?{query}")["M"] == []
        assert client.get(f"signalr/start?{query}") == {"Response": "started"}
        wrong = json.dumps({"H": "queuehub", "M": "StartTask", "A": [1, "report-v2"], "I": 0})
        answer = client.post(f"signalr/send?{query}", data={"data": wrong}).json()
        assert answer == {"I": "0", "E": "There was an error invoking Hub method 'queuehub.StartTask'."}
        assert client.post(f"signalr/abort?{query}").status_code == 200
        assert client.call("GET", f"signalr/start?{query}").status_code == 400
        assert not running._server.classic_hub.connections
        client.http.close()
