"""How sessions live: the growing cookie, time-outs by role, years, what is told to those who are not signed in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import requests
from simulator.client import Client

from netcity_sync.simulator.server import running_simulator

NOW = datetime(2026, 10, 5, 21)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a school of its own, not signed in."""
    with running_simulator(seed=3, classes=3, now=NOW) as running:
        made = Client(running)
        yield made
        made.http.close()


def cookie_of(client: Client) -> str:
    """The session's cookie as the client holds it."""
    return next(str(item.value) for item in client.http.cookies if item.name == "ESRNSec")


def test_the_cookie_grows_and_the_old_one_stays_good(client: Client) -> None:
    client.sign_in()
    before = cookie_of(client)
    assert before.startswith("ESRNSECR")
    assert "=" in before
    client.get("context")
    after = cookie_of(client)
    assert after.startswith(f"{before}&ESRNSECR")
    client.get("context")
    assert cookie_of(client) == after
    for cookie in (before, after):
        headers = {"at": client.at, "Cookie": f"ESRNSec={cookie}"}
        assert requests.get(f"{client.simulator.url}/webapi/years", headers=headers, timeout=5).status_code == 200


@pytest.mark.parametrize(("kind", "milliseconds"), [("staff", 900_000), ("parent", 900_000), ("student", 3_600_000)])
def test_time_outs_by_role(client: Client, kind: str, milliseconds: int) -> None:
    assert client.sign_in(kind).json()["timeOut"] == milliseconds
    assert [item["timeOut"] for item in client.get("context/activeSessions")] == [milliseconds // 1000]
    idle = timedelta(milliseconds=milliseconds)
    client.simulator.move(NOW + idle)
    assert client.get(f"context/expired?TOKEN={client.at}") is False
    client.simulator.move(NOW + idle + timedelta(seconds=1))
    assert client.get(f"context/expired?token={client.at}") is True
    assert client.call("GET", "context").status_code == 401


def test_a_page_is_sent_to_sign_in_and_a_program_told(client: Client) -> None:
    url = f"{client.simulator.url}/webapi/context"
    plain = client.http.get(url, allow_redirects=False)
    assert (plain.status_code, plain.headers["Location"]) == (302, "/authorize/login")
    assert client.http.get(url, headers={"at": "1" * 26}, allow_redirects=False).status_code == 401
    assert client.http.get(url, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 401
    for page in ("/", "/authorize/login"):
        assert "password" in client.http.get(client.simulator.url + page).text


def test_names_of_parameters_know_no_case(client: Client) -> None:
    client.sign_in("parent")
    child = client.account.students[-1].id
    usual = f"studentId={child}&weekStart=2026-09-07&weekEnd=2026-09-13"
    assert client.get(f"Student/Diary?{usual.upper()}") == client.get(f"student/diary?{usual}")


def test_another_year_is_chosen(client: Client) -> None:
    client.sign_in("student")
    older = client.get("years")[1]["id"]
    assert client.post("context/year", json=12).status_code == 400
    assert client.post("context/year", json=older).status_code == 204
    assert client.get("context")["schoolYearId"] == older
    assert client.get("mysettings")["schoolyearId"] == older
    assert client.get("student/diary?weekStart=2025-09-08&weekEnd=2025-09-14")["weekDays"] == []
    assert client.get("years/current")["id"] != older


def test_what_an_account_sees_of_itself(client: Client) -> None:
    client.sign_in("student")
    assert client.get("auth/account")["user"] == {"id": client.account.user_id, "name": client.account.name}
    assert client.get("mysettings/mobile/pincode")["userCode"]
    assert client.get("usersettings")["userId"] == client.account.user_id
    assert client.get("context")["organizationName"].startswith("Муниципальное")
    assert [item["key"] for item in client.get("references/roles")][3:5] == ["Student", "Parent"]
    assert client.get("references/eotypes") == []
    assert client.get("rooms")[0]["roomname"]
    assert client.call("GET", "users/photo").content.startswith(b"\x89PNG")


def test_what_needs_no_session(client: Client) -> None:
    assert "Версия системы: 5.51.0" in client.call("GET", "sysInfo").text
    assert client.get("addresses/schools?sft=2")[0]["addressString"]
    assert client.get("addresses/schools?sft=1") == []
    assert client.get("loginform?cid=2&LASTNAME=sft")["items"][0]["id"] == client.simulator.world.school.id
    assert client.post("auth/login-state").json()


@pytest.mark.parametrize(("version", "listed"), [("5.30", True), ("5.51", False)])
def test_schools_without_a_name(version: str, listed: bool) -> None:
    with running_simulator(seed=3, classes=1, now=NOW, version=version) as running:
        client = Client(running)
        assert (client.call("GET", "schools/search").status_code == 200) is listed
        (found,) = client.get("schools/search?name=сош")
        assert ("addressString" in found) is listed
        client.http.close()


def test_a_parent_reads_of_both_children_and_of_no_other(client: Client) -> None:
    client.sign_in("parent")
    world, children = client.simulator.world, client.account.students
    assert len(children) == 2
    for child in children:
        query = f"studentId={child.id}&weekStart=2026-09-07&weekEnd=2026-09-13"
        own = {group.id for group in world.school.groups if child in group.pupils}
        assert client.get(f"student/diary?{query}")["weekDays"]
        assert {item["id"] for item in client.get(f"subjectgroups?studentId={child.id}")} == own
        met = client.get(f"schedule/classmeetings?studentId={child.id}&start=2026-09-07&end=2026-09-13")
        assert {item["subjectGroupId"] for item in met} <= own
        body = {"selectedData": [{"filterId": "SID", "filterValue": str(child.id)}], "params": None}
        assert client.post("v2/reports/StudentTotal/queue", json=body).status_code == 200
    other = next(item for item in world.school.pupils if item not in children)
    assert client.call("GET", f"student/diary?studentId={other.id}").status_code == 400
    assert client.call("GET", "grade/journal?sgId=1&termId=1").status_code == 403
