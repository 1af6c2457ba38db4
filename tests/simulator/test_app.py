"""The server by the letter of the protocol: sessions, refusals, shapes, clock, faults."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import requests
from simulator.client import Client

from netcity_sync.errors import UsageError
from netcity_sync.simulator.faults import Fault, Stage
from netcity_sync.simulator.server import Simulator, running_simulator, simulate


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=3, classes=2, now=datetime(2026, 10, 5, 21)) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    """A client that is not signed in."""
    made = Client(simulator)
    yield made
    made.call("POST", "auth/logout")
    made.http.close()


def test_sign_in_and_out(client: Client) -> None:
    assert client.call("GET", "context").status_code == 401
    answer = client.sign_in().json()
    assert answer["at"].isdigit()
    assert 24 <= len(answer["at"]) <= 26
    assert answer["timeOut"] == 900_000
    assert client.call("GET", "context").status_code == 200
    assert client.call("GET", f"context/expired?token={client.at}").json() is False
    assert client.call("POST", "auth/logout").status_code == 204
    assert client.call("GET", "context").status_code == 401
    assert client.call("GET", f"context/expired?token={client.at}").json() is True


def test_a_salt_serves_once(client: Client) -> None:
    form = client.form(client.simulator.accounts[0].password)
    assert client.call("POST", "login", data=form).status_code == 200
    assert client.call("POST", "login", data=form).status_code == 409


def test_the_header_and_the_cookie_are_both_needed(client: Client) -> None:
    client.sign_in()
    cookies = client.http.cookies.copy()
    client.http.cookies.clear()
    assert client.call("GET", "context").status_code == 401
    client.http.cookies.update(cookies)
    client.at = "0" * 26
    assert client.call("GET", "context").status_code == 401


def test_three_failures_lock_the_account() -> None:
    with running_simulator(seed=9, classes=1, now=datetime(2026, 10, 5, 21)) as own:
        client = Client(own)
        texts = [client.call("POST", "login", data=client.form("нет")).json()["message"] for _ in range(3)]
        assert texts[0].startswith("Неправильный пароль")
        assert "неудачные попытки" in texts[2]
        assert client.sign_in().status_code == 409
        own.move(datetime(2026, 10, 5, 21, 2))
        assert client.sign_in().status_code == 200
        own.move(datetime(2026, 10, 5, 21, 30))
        assert client.call("GET", "context").status_code == 401
        client.http.close()


def test_a_second_sign_in_is_warned_of(client: Client) -> None:
    client.sign_in()
    assert client.sign_in().json()["entryPoint"] == "/asp/SecurityWarning.asp"
    assert client.call("GET", "context").status_code == 200


@pytest.mark.parametrize("path", ["AUTH/GetData", "auth/getdata"])
def test_paths_know_no_case_and_methods_are_strict(client: Client, path: str) -> None:
    assert client.call("POST", path).status_code == 200
    assert client.call("GET", path).status_code == 405


def test_schools_are_found_by_name_only(client: Client) -> None:
    assert client.call("GET", "schools/search").status_code == 403
    (found,) = client.call("GET", "schools/search?name=СОШ").json()
    assert found["id"] == client.simulator.world.school.id


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("years/current", {"id": int, "name": str, "startDate": str, "closed": str}),
        ("classes?expand=chiefs", {"id": int, "name": str, "grade": int, "chiefs": list}),
        (
            "subjectgroups",
            {"id": int, "fullName": str, "terms": list, "iup": bool, "gradingSys": str, "teachers": list},
        ),
        ("users/staff/teachers?withSubjects=true", {"id": int, "name": str, "subjects": list}),
        ("grade/assignment/types?all=true", {"id": int, "name": str, "abbr": str, "order": int}),
        ("schedule/times", {"id": int, "weekDay": int, "number": int, "startTime": str, "used": bool}),
    ],
)
def test_shapes(client: Client, path: str, fields: dict[str, type]) -> None:
    client.sign_in()
    answer = client.call("GET", path).json()
    item = answer[0] if isinstance(answer, list) else answer
    assert {name: type(item[name]) for name in fields} == fields


def test_timetable_of_a_journal(client: Client) -> None:
    client.sign_in()
    group = client.simulator.world.school.groups[0]
    path = f"schedule/classmeetings?sgId={group.id}&start=2026-09-01&end=2026-09-14"
    meetings = client.call("GET", path).json()
    assert {item["subjectGroupId"] for item in meetings} == {group.id}
    assert all("2026-09-01" <= item["day"][:10] <= "2026-09-14" for item in meetings)
    assert client.call("GET", "schedule/classmeetings?sgId=1").status_code == 400


def test_what_staff_may_not_and_what_is_not_there(client: Client) -> None:
    client.sign_in()
    assert client.call("GET", "student/diary/init").status_code == 401
    assert client.call("GET", "journals").status_code == 404
    assert client.call("GET", "grade/journal?sgId=1&termId=1").status_code == 404


def test_the_clock_moves_and_the_ledger_follows(tmp_path: Path) -> None:
    with running_simulator(seed=3, classes=2, now=datetime(2026, 9, 1)) as own:
        own._server.ledger = tmp_path / "ledger.json"
        url = f"{own.url}/__clock"
        moved = requests.post(url, json={"now": "2026-10-05T21:00:00"}, timeout=10)
        assert moved.json() == {"now": "2026-10-05T21:00:00"}
        entries = json.loads(own._server.ledger.read_text(encoding="utf-8"))
        assert entries
        assert set(entries[0]) == {"rule", "subject_group_id", "student_id", "lesson_id", "term_id", "certain"}
        assert requests.post(url, json={"when": "?"}, timeout=10).status_code == 400
        assert requests.get(url, timeout=10).json() == {"now": "2026-10-05T21:00:00"}


def test_faults_are_named(simulator: Simulator) -> None:
    with pytest.raises(UsageError, match="Есть: expired-session"):
        simulator.set_fault("earthquake", 1)
    with pytest.raises(UsageError, match="от 0 до 1"):
        simulator.set_fault("drop", 2)


@pytest.mark.parametrize(("port", "date", "said"), [(0, "сегодня", "Дата"), (None, "2026-09-01", "занят")])
def test_bad_calls_of_simulate(simulator: Simulator, port: int | None, date: str, said: str) -> None:
    busy = int(simulator.url.rpartition(":")[2])
    with pytest.raises(UsageError, match=said):
        simulate(
            port=busy if port is None else port, seed=1, classes=1, date=date, product_version="5.51.0", faults={},
            ledger=None,
        )  # fmt: skip


def test_the_page_about_the_simulator_names_every_fault_and_account(simulator: Simulator) -> None:
    page = (Path(__file__).parents[2] / "docs/simulator.md").read_text(encoding="utf-8")
    names = {*Fault, *Stage, *(item.login for item in simulator.accounts), "__clock", "__log", "__fault"}
    assert {name for name in names if name not in page} == set()
