"""A server without a network whose answers a test makes up, and ways to spoil a good answer."""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

import requests
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from websockets.exceptions import ConnectionClosedOK

from netcity_sync.adapters.netschool import wire, wire_family, wire_reports
from netcity_sync.adapters.netschool.answer import Answer
from netcity_sync.adapters.netschool.hub import Line

SECRET = "тайна"
"""Part of every text that a made-up answer holds: no error may show it."""
SECRET_NUMBER = 770077007700
TOO_LARGE = 77007700770077007700770077
_RAW = {
    "@@deep": b"[" * 3000 + b"]" * 3000,
    "@@deeper": b'{"id":' * 3000 + b"1" + b"}" * 3000,
    "@@digits": b"7" * 5000,
    "@@infinite": b"1e999",
    "@@text of digits": b'"' + b"7" * 5000 + b'"',
}


def wire_names() -> frozenset[str]:
    """The names of all fields that are known on the wire, which is all that an error may name."""
    assert wire and wire_family and wire_reports
    kinds, waiting = [], [Answer]
    while waiting:
        kind = waiting.pop()
        kinds.append(kind)
        waiting += kind.__subclasses__()
    names: set[str] = set()
    for kind in kinds:
        for name, field in kind.model_fields.items():
            choices = getattr(field.validation_alias, "choices", (field.validation_alias,))
            names |= {name, field.alias or name, *(str(item) for item in choices if item)}
    return frozenset(names)


def body_of(value: Any) -> bytes:
    """A value as the bytes of an answer; its marks stand for what JSON of Python cannot say."""
    body = json.dumps(value).encode()
    for mark, raw in _RAW.items():
        body = body.replace(json.dumps(mark).encode(), raw)
    return body


texts = st.sampled_from([
    "", " ", SECRET, f"{SECRET} \ud800", f"{SECRET}\x00\r\n", f"{SECRET}{{year_id}}/../", f"/{SECRET}?x=#", "5", "²",
    "05", "-1", "Mark", "NotRated", "Б", "Closed", "0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999",
    "2026-02-30T00:00:00", "2026-10-05T10:11:12.123Z", "2026-10-05", "08:30", "99:99", "choose-session-role",
    "123456789012345678901234567890", "@@text of digits", "http://x/?\u2028",
])  # fmt: skip
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 6)
    | st.sampled_from([SECRET_NUMBER, TOO_LARGE, -TOO_LARGE, 2**63 - 1, 2**63, -(2**63), 4.5, 5.0, 1e300])
    | st.floats()
    | st.sampled_from(sorted(_RAW))
    | texts
)
whatever = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(wire_names())), inner, max_size=4)
    ),
    max_leaves=8,
)
odd_bodies = st.sampled_from([
    b"", b" ", b"\xef\xbb\xbf[]", b"\xff\xfe", b"null", b"[", b"NaN", b"[NaN]", b"{}", b"[]", b"[[]]", b"[null]",
    b"true", b"7" * 5000, b"[" * 100_000, b'{"a":' * 100_000, "Ошибка доступа".encode(), b"<html>", b"\x00",
    f'"{SECRET}"'.encode(), f"<html><form><input type=password>{SECRET}</form>".encode(), b'{"id": 1, "id": 2}',
])  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all members of a JSON value."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(item, (*path, key))


@st.composite
def spoiled(draw: st.DrawFn, good: Any) -> Any:
    """A good answer with up to three things wrong with it."""
    value = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        ways = list(places(value))
        if not ways:
            return draw(whatever)
        *way, last = draw(st.sampled_from(ways))
        inside = value
        for key in way:
            inside = inside[key]
        what = draw(st.sampled_from(["remove", "null", "replace", "replace", "wrap", "twice", "add"]))
        if what == "remove":
            del inside[last]
        elif what == "null":
            inside[last] = None
        elif what == "replace":
            inside[last] = draw(whatever)
        elif what == "wrap":
            inside[last] = draw(st.sampled_from([[inside[last]], {"id": inside[last]}]))
        elif what == "twice" and isinstance(inside, list):
            inside.append(copy.deepcopy(inside[last]))
        elif isinstance(inside, dict):
            inside[f"{SECRET} {last}"] = draw(leaves)
    return value


def bodies(good: Any) -> st.SearchStrategy[bytes]:
    """Whatever may come in the place of a good answer, itself among it."""
    return (
        st.just(good).map(body_of)
        | spoiled(good).map(body_of)
        | spoiled(good).map(body_of)
        | (whatever.map(body_of) | odd_bodies)
    )


class Wire(BaseAdapter):
    """Answers by path; 404 for others. Insists, as a real connection does, on headers that can be sent."""

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        super().__init__()
        self._answers = answers

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """The answer to a request."""
        for value in request.headers.values():
            assert "\n" not in str(value)
            str(value).encode("latin-1")
        path = urlsplit(str(request.url)).path.removeprefix("/webapi/")
        body = self._answers.get(path)
        response = requests.Response()
        response.status_code = 200 if body is not None else 404
        response._content = body or b""
        response.raw = BytesIO()
        response.request, response.url = request, str(request.url)
        return response

    def close(self) -> None:
        """Nothing is open."""


class Socket:
    """A web socket that says what a test wants, and ends."""

    def __init__(self, messages: list[str | bytes]) -> None:
        self._messages = iter(messages)

    def send(self, message: str) -> None:
        """Nobody listens."""
        message.encode()

    def recv(self, timeout: float) -> str | bytes:
        """The next message."""
        assert timeout > 0
        for message in self._messages:
            return message
        raise ConnectionClosedOK(None, None)


@contextmanager
def made_up(answers: Mapping[str, bytes], messages: list[str | bytes]) -> Iterator[None]:
    """A block in which these answers and hub messages are all there is of the world."""

    @contextmanager
    def opened(self: Line, path: str, proof: Any, query: dict[str, str]) -> Iterator[Socket]:
        urlencode(query).encode()
        SimpleCookie(proof.cookies)
        yield Socket(messages)

    web = Wire(answers)
    with patch.object(requests.Session, "get_adapter", lambda *_, **__: web), patch.object(Line, "open", opened):
        yield
