"""The adapter's pieces alone: password fields, retries and pace, odd answers, recorded answers."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from support.recorded import recorded

from netcity_sync.adapters.netschool import wire
from netcity_sync.adapters.netschool.answer import Answer
from netcity_sync.adapters.netschool.browser_session import SessionFile
from netcity_sync.adapters.netschool.decode import decode
from netcity_sync.adapters.netschool.discovery import _shown_code
from netcity_sync.adapters.netschool.doors import BrowserDoor
from netcity_sync.adapters.netschool.drift import DriftRecorder
from netcity_sync.adapters.netschool.journal import to_journal
from netcity_sync.adapters.netschool.pace import Pace
from netcity_sync.adapters.netschool.profile import Profile, load_profile
from netcity_sync.adapters.netschool.shape import shape_of_value
from netcity_sync.adapters.netschool.sign_in import Proof
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.adapters.netschool.transport import Call, Transport
from netcity_sync.clock import fixed_clock
from netcity_sync.errors import AnswerError, SettingsError, SourceClosed, SourceMaintenance, SourceUnavailable
from netcity_sync.model import AttendanceCode
from netcity_sync.settings import GisSettings

BASE = "https://sgo.example.ru/webapi"
GIS = GisSettings.model_validate({"url": "https://sgo.example.ru", "school": 1, "login": "x", "requests_per_second": 0})
NOW = datetime(2026, 10, 5, 16, tzinfo=UTC)


@responses.activate
def test_password_fields_are_hashed_as_the_protocol_says() -> None:
    responses.get(f"{BASE}/logindata", json={})
    responses.post(f"{BASE}/auth/getdata", json={"lt": "1", "ver": "2", "salt": "1458933352"})
    sign_in = responses.post(f"{BASE}/login", json={"at": "0016"})
    responses.post(f"{BASE}/auth/logout", status=401)
    with NetSchoolSource(GIS, SecretStr("пароль1")):
        pass
    body = str(sign_in.calls[0].request.body)
    assert "pw2=e07f68a5fa01de92a2bc1252d4cd0ac0" in body
    assert body.endswith("&PW=e07f68a")


@responses.activate
def test_a_redirect_at_sign_in_says_which_address_to_use() -> None:
    responses.get(f"{BASE}/logindata", status=301, headers={"Location": "https://other.example.ru/"})
    with pytest.raises(SourceUnavailable, match="переадресует"), NetSchoolSource(GIS, SecretStr("x")):
        pass


class Waits(list[float]):
    """Remembers how long somebody wanted to sleep."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def transport(waits: Waits, **changes: Any) -> Transport:
    """A transport whose sleeps are only remembered."""
    return Transport(GIS.model_copy(update=changes), clock=fixed_clock(NOW), monotonic=lambda: 0.0, sleep=waits)


@responses.activate
@pytest.mark.parametrize("asked", ["7", "Mon, 05 Oct 2026 16:00:07 GMT"])
def test_retry_after_is_obeyed(asked: str) -> None:
    responses.get(f"{BASE}/context", status=429, headers={"Retry-After": asked})
    responses.get(f"{BASE}/context", json={})
    waits = Waits()
    assert transport(waits).send(Call("GET", "context"), {}, {}).status_code == 200
    assert waits == [7.0]


@responses.activate
def test_a_wait_beyond_the_maximum_is_refused() -> None:
    responses.get(f"{BASE}/context", status=503, headers={"Retry-After": "3600"})
    waits = Waits()
    with pytest.raises(SourceClosed, match="просит подождать 3600 секунд"):
        transport(waits, retry_wait_max=60.0).send(Call("GET", "context"), {}, {})
    assert waits == []


@responses.activate
def test_what_must_not_be_repeated_is_not() -> None:
    refused = responses.post(f"{BASE}/login", status=502)
    with pytest.raises(SourceUnavailable):
        transport(Waits()).send(Call("POST", "login", again=False), {}, {})
    assert refused.call_count == 1


def test_the_pace_is_one_for_all() -> None:
    now = [0.0]
    waits = Waits()
    pace = Pace(4, lambda: now[0], waits)
    for _ in range(3):
        pace.wait()
    now[0] = 10.0
    pace.wait()
    assert waits == [0.25, 0.5]


JOURNAL: dict[str, Any] = {
    "subjectGroupId": 1, "students": [{"id": 20, "fullName": "Тестов Алексей"}],
    "assignments": [
        {"id": 30, "typeId": 10, "assignmentName": "", "classMeetingId": 10, "weight": 10},
        {"id": 31, "typeId": 3, "assignmentName": "---Не указана---", "classMeetingId": 11, "issueClassMeetingId": 10},
        {"id": 32, "typeId": 3, "assignmentName": "§ 4", "classMeetingId": 11},
    ],
    "classMeeting": [
        {"id": 10, "date": "2026-05-04T00:00:00.0000000", "scheduleTimeNum": 1, "topic": " Атомы "},
        {"id": 11, "date": "2026-05-05T00:00:00", "scheduleTimeNum": 2},
    ],
    "marks": [
        {"studentId": 20, "assignmentId": 30, "mark": "5"},
        {"studentId": 21, "assignmentId": 30, "mark": None, "dutyMark": True},
        {"studentId": 20, "assignmentId": 0, "mark": 4, "classMeetingId": 11},
        {"studentId": 22, "assignmentId": 30, "mark": "н/а"},
    ],
    "attendance": [{"studentId": 20, "classmeetingId": 11, "reason": "б"}],
}  # fmt: skip


def journal(**changes: Any) -> wire.JournalBody:
    """The journal above with changes."""
    return wire.JournalBody.model_validate({**JOURNAL, **changes})


def test_a_journal_becomes_the_model() -> None:
    read = to_journal(journal(), 7, Profile(), "GET x")
    assert [(item.topic, item.date.isoformat()) for item in read.lessons] == [
        ("Атомы", "2026-05-04"),
        (None, "2026-05-05"),
    ]
    assert [(item.homework, item.given_at_lesson_id, item.text) for item in read.assignments] == [
        (False, None, None),
        (True, 10, None),
        (True, 11, "§ 4"),
    ]
    assert [(item.assignment_id, item.lesson_id, item.value, item.duty, item.raw) for item in read.marks] == [
        (30, 10, 5, False, None),
        (30, 10, None, True, None),
        (None, 11, 4, False, None),
        (30, 10, None, False, "н/а"),
    ]
    assert read.attendance[0].code is AttendanceCode.ILLNESS


def test_without_topics_a_named_assignment_stands_for_one() -> None:
    lessons = [{"id": 10, "date": "2026-05-04T00:00:00", "scheduleTimeNum": 1}]
    work = [{"id": 30, "typeId": 10, "assignmentName": "Атомы", "classMeetingId": 10}]
    read = to_journal(journal(classMeeting=lessons, assignments=work, marks=[], attendance=[]), 7, Profile(), "GET x")
    assert read.lessons[0].topic == "Атомы"


def test_an_unknown_code_of_attendance_accuses_nobody() -> None:
    odd = [{"studentId": 20, "classmeetingId": 11, "reason": "ЩЩ"}]
    with pytest.raises(AnswerError, match="ЩЩ"):
        to_journal(journal(attendance=odd), 7, Profile(), "GET x")
    profile = load_profile({"attendance": {"ЩЩ": "excused"}})
    assert to_journal(journal(attendance=odd), 7, profile, "GET x").attendance[0].code is AttendanceCode.EXCUSED


@pytest.mark.parametrize("field", ["students", "classMeeting", "assignments", "marks", "attendance"])
def test_a_record_that_stands_twice_is_refused(field: str) -> None:
    with pytest.raises(AnswerError, match="дважды") as caught:
        to_journal(journal(**{field: [*JOURNAL[field], JOURNAL[field][0]]}), 7, Profile(), "GET x")
    assert field in caught.value.where


def test_a_wrong_profile_is_named() -> None:
    with pytest.raises(SettingsError, match=r"gis\.profile\.journall"):
        load_profile({"journall": "x"})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*JOURNAL, "id", "journals"]), inner),
    max_leaves=12,
)
ANSWERS = [
    wire.Salt, wire.SignIn, wire.Context, wire.Year, wire.JournalAnswer, list[wire.Term], list[wire.SchoolClass],
    list[wire.SubjectGroup], list[wire.Pupil], list[wire.Named], list[wire.AssignmentType],
]  # fmt: skip


@given(st.sampled_from(ANSWERS), anything)
def test_whatever_json_comes_it_is_a_model_or_our_error(kind: Any, value: Any) -> None:
    try:
        decode(kind, json.dumps(value).encode(), "GET x")
    except AnswerError as error:
        assert error.where.startswith("GET x")


@given(st.binary(max_size=40))
def test_whatever_bytes_come(body: bytes) -> None:
    try:
        decode(wire.JournalAnswer, body, "GET x")
    except AnswerError as error:
        assert error.where.startswith("GET x")


def test_errors_hold_no_values() -> None:
    body = json.dumps({"journals": [{"subjectGroupId": "Секретов Пётр"}]}).encode()
    with pytest.raises(AnswerError) as caught:
        decode(wire.JournalAnswer, body, "GET x")
    assert "Секретов" not in str(caught.value)
    assert "journals.subjectGroupId" in caught.value.where


def test_recorded_subject_groups_parse_whole() -> None:
    body = recorded("rec_5.45_subjectgroups.json")
    groups = decode(list[wire.SubjectGroup], body, "GET subjectgroups")
    raw = json.loads(body)
    assert [item.id for item in groups] == [item["id"] for item in raw]
    assert [item.terms for item in groups] == [tuple(item["terms"]) for item in raw]
    assert [item.grading for item in groups] == [item["gradingSys"] for item in raw]


def test_recorded_context_parses() -> None:
    body = recorded("rec_5.45_context_role5.json")
    assert decode(wire.Context, body, "GET context").school_id == json.loads(body)["schoolId"]
    assert decode(wire.Year, json.dumps(json.loads(body)["schoolyear"]).encode(), "x").end.isoformat() == "2026-08-31"


def test_the_documented_shape_of_a_journal_parses() -> None:
    shapes = json.loads(recorded("doc_buerak_5.51_teacher_shapes.json"))
    answer = decode(wire.JournalAnswer, json.dumps(shapes["journal"]).encode(), "GET grade/journal")
    assert len(answer.journals[0].marks) == len(shapes["journal"]["journals"][0]["marks"])


def test_what_discovery_shows_names_nobody() -> None:
    answer = Answer.model_validate({"Иванов Иван": 5, "x y": 1, "newField": 2})
    drift = DriftRecorder()
    drift.look("GET x", answer)
    assert {note.field for note in drift.notes()} == {"<ключ>", "newField"}
    assert shape_of_value({"Иванов Иван": "Отлично"}) == {"<ключ>": "текст"}
    assert (_shown_code("ОТП"), _shown_code("БОЛЕЕТ ИВАНОВ")) == ("ОТП", "<текст>")


@responses.activate
def test_a_cookie_of_an_earlier_answer_is_not_sent_beside_the_proof() -> None:
    responses.get(f"{BASE}/context", json={}, headers={"Set-Cookie": "ESRNSec=old; path=/"})
    line = transport(Waits())
    assert line.send(Call("GET", "context"), {}, {"ESRNSec": "first"}).cookies["ESRNSec"] == "old"
    line.send(Call("GET", "context"), {}, {"ESRNSec": "new"})
    assert [call.request.headers["Cookie"] for call in responses.calls] == ["ESRNSec=first", "ESRNSec=new"]


@responses.activate
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_maintenance_is_read_whatever_its_encoding(encoding: str) -> None:
    page = "<html><body>Ведутся технические работы</body></html>".encode(encoding)
    responses.get(f"{BASE}/context", status=503, body=page, content_type="text/html")
    with pytest.raises(SourceMaintenance):
        transport(Waits()).send(Call("GET", "context"), {}, {})


@responses.activate
def test_a_page_that_is_asked_for_may_speak_of_anything() -> None:
    page = "<html><body>Тема: технические работы, access denied</body></html>"
    responses.get(f"{BASE}/files/1", body=page, content_type="text/html; charset=utf-8")
    assert transport(Waits()).send(Call("GET", "files/1", page=True), {}, {}).text == page


@responses.activate
def test_a_session_from_the_browser_is_believed_only_where_the_server_knows_it(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "session.json")
    file.save(Proof("1" * 24, {"ESRNSec": "x"}))
    responses.get(f"{BASE}/context", status=404)
    line = transport(Waits())
    with pytest.raises(SourceClosed, match="404"):
        BrowserDoor(line, Profile(), file).enter()
