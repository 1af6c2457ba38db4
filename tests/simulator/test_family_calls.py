"""Files, answers and mail as pupils and parents use them."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from simulator.client import Client

from netcity_sync.simulator.server import Simulator, running_simulator

NOW = datetime(2026, 11, 20, 21)
WEEKS = "weekStart=2026-09-01&weekEnd=2026-11-20"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=3, classes=3, now=NOW) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    """A pupil's client."""
    made = Client(simulator)
    made.sign_in("student")
    yield made
    made.post("auth/logout")
    made.http.close()


def assignments(client: Client) -> list[dict[str, Any]]:
    """All that the diary shows."""
    days = client.get(f"student/diary?{WEEKS}")["weekDays"]
    return [item for day in days for lesson in day["lessons"] for item in lesson["assignments"]]


def test_attachments_of_announcements_can_be_fetched(client: Client) -> None:
    files = [file for item in client.get("announcements?take=-1") for file in item["attachments"]]
    assert files
    answer = client.call("GET", f"attachments/{files[0]['id']}")
    assert answer.content
    assert answer.headers["filename"]


def test_the_diary_holds_more_for_those_who_ask(client: Client) -> None:
    plain = client.get(f"student/diary?{WEEKS}")
    assert not {"laAssigns", "pastMandatory"} & set(plain)
    asked = client.get(f"student/diary?{WEEKS}&withLaAssigns=true&withPastMandatory=true")
    assert asked["laAssigns"] == []
    assert asked["pastMandatory"] == client.get(f"student/diary/pastMandatory?{WEEKS}")


def test_some_comments_are_signed(client: Client) -> None:
    comments = [item["markComment"] for item in assignments(client) if "markComment" in item]
    signed = [item for item in comments if "teacher" in item]
    assert signed
    assert len(signed) < len(comments)
    assert all(datetime.fromisoformat(item["editTime"]) <= NOW for item in signed)


def test_some_homework_was_answered_with_files(client: Client) -> None:
    ids = [item["id"] for item in assignments(client)]
    shown = client.post("student/diary/get-attachments", json={"assignId": ids}).json()
    (answer, *_) = [file for item in shown for file in item["answerFiles"]]
    assert client.call("GET", f"attachments/{answer['attachment']['id']}").text.startswith("Ответ")
    assert answer["studentId"] == client.account.students[0].id
    for bad in ({}, {"assignId": ["x"]}, []):
        assert client.post("student/diary/get-attachments", json=bad).status_code == 400


@pytest.mark.parametrize("options", [{"data": "=Готово", "as": "form"}, {"data": '"Готово"', "as": "json"}])
def test_an_assignment_is_answered_with_a_text(client: Client, options: dict[str, str]) -> None:
    wanted = assignments(client)[-1]["id"]
    kind = {"form": "application/x-www-form-urlencoded", "json": "application/json"}[options["as"]]
    url = f"{client.simulator.url}/webapi/assignments/{wanted}/answers"
    headers = {"at": client.at, "Content-Type": kind}
    assert client.http.post(url, data=options["data"].encode(), headers=headers).status_code == 204
    (said,) = client.get(f"assignments/{wanted}/answers")
    assert said["answer"] == "Готово"
    shown = next(item for item in assignments(client) if item["id"] == wanted)
    assert shown["textAnswer"]["answer"] == "Готово"
    assert client.post("assignments/1/answers", json="?").status_code == 404
    assert client.post(f"assignments/{wanted}/answers", json=[1]).status_code == 400


def test_a_file_is_sent_and_taken_back(client: Client) -> None:
    wanted = assignments(client)[0]["id"]
    about = {"name": "ответ.txt", "description": "", "assignmentId": wanted, "assignmentFileResult": True}
    sent = client.post("attachments", files={"file": ("ответ.txt", b"text")}, data={"data": json.dumps(about)})
    file_id = int(sent.text)
    assert sent.headers["Content-Type"].startswith("text/plain")
    assert client.call("GET", f"attachments/{file_id}").content == b"text"
    shown = client.post("student/diary/get-attachments", json={"assignId": [wanted]}).json()
    assert file_id in [item["attachment"]["id"] for item in shown[0]["answerFiles"]]
    assert client.post(f"attachments/{file_id}/description", json={"description": "новое"}).status_code == 204
    other = Client(client.simulator)
    other.sign_in("parent")
    assert other.call("DELETE", f"attachments/{file_id}").status_code == 403
    other.http.close()
    assert client.call("DELETE", f"attachments/{file_id}").status_code == 204
    assert client.call("GET", f"attachments/{file_id}").status_code == 404
    assert client.post("attachments", data={"description": ""}).status_code == 400


def registry(client: Client, box: str, **more: Any) -> Any:
    """A page of a mail box."""
    selected = [{"filterId": "MailBox", "filterValue": box}, {"filterId": "MessageType", "filterValue": "All"}]
    order = {"fieldId": "sent", "ascending": False}
    body = {"filterContext": {"selectedData": selected, "params": None}, "fields": ["author", "subject", "sent"],
            "page": 1, "pageSize": 20, "search": None, "order": order, **more}  # fmt: skip
    return client.post("mail/registry", json=body).json()


def test_letters_are_listed_read_and_thrown_away(client: Client) -> None:
    page = registry(client, "Inbox")
    assert page["totalItems"] == len(page["rows"]) >= 3
    assert [row["sent"] for row in page["rows"]] == sorted((row["sent"] for row in page["rows"]), reverse=True)
    assert len(registry(client, "Inbox", pageSize=1, page=2)["rows"]) == 1
    (found,) = registry(client, "Inbox", search={"fieldId": "subject", "text": "дневник"})["rows"]
    unread = client.get(f"mail/messages/unread?userId={client.account.user_id}")
    assert found["id"] in unread
    assert client.get("context/state")["mailMessagesUnreadCount"] == len(unread)
    letter = client.get(f"mail/messages/{found['id']}/read?userId={client.account.user_id}")
    assert (letter["mailBox"], letter["canReplyAll"]) == ("Inbox", False)
    assert found["id"] not in client.get("mail/messages/unread")
    ids = {"messageId": [found["id"]]}
    assert client.post("mail/messages/mark-as", json={**ids, "read": False}).status_code == 204
    assert found["id"] in client.get("mail/messages/unread")
    assert client.post("mail/messages/moving", json=ids).status_code == 204
    assert [row["id"] for row in registry(client, "Deleted")["rows"]] == [found["id"]]
    assert client.post("mail/messages/restore", json=ids).status_code == 204
    assert registry(client, "Inbox")["totalItems"] == page["totalItems"]
    client.post("mail/messages/moving", json=ids)
    assert client.post("mail/messages/delete", json=ids).status_code == 204
    assert client.call("GET", f"mail/messages/{found['id']}/read").status_code == 404


def test_a_letter_is_sent_and_arrives(client: Client) -> None:
    (deputy,) = client.get("mail/recipients?group=1")
    mates = client.get("mail/recipients?group=7")
    assert client.get("mail/recipients?group=3")[0]["name"]
    file = client.post("attachments", files={"file": ("a.txt", b"1")}, data={"description": ""}).json()
    letter = {"subject": "Вопрос", "text": "<p>?</p>", "to": [deputy["id"]], "cc": [], "bcc": [], "notify": False,
              "draft": False, "fileAttachmentGuids": [file]}  # fmt: skip
    sent = client.post("mail/messages", json=letter).json()["messageId"]
    assert sent in [row["id"] for row in registry(client, "Sent")["rows"]]
    reader = Client(client.simulator)
    reader.sign_in("staff")
    read = reader.get(f"mail/messages/{sent}/read")
    assert (read["subject"], read["author"]["name"]) == ("Вопрос", client.account.name)
    assert reader.call("GET", f"attachments/{read['fileAttachments'][0]['id']}").content == b"1"
    assert reader.get(f"mail/messages/{sent}/edit?action=reply")["subject"] == "Re: Вопрос"
    reader.http.close()
    everybody = {**letter, "subject": "Re: Вопрос", "to": [deputy["id"], mates[0]["id"]]}
    refused = client.post("mail/messages", json=everybody)
    assert (refused.status_code, refused.json()) == (500, {"message": "Ученики не могут отвечать всем!"})
    assert client.call("GET", f"mail/messages/{sent}/edit?action=replyAll").status_code == 500
    assert client.post("mail/messages", json={**letter, "to": []}).status_code == 500
    assert client.post("mail/messages", json={**letter, "to": ["?"]}).status_code == 400
    drafted = client.post("mail/messages", json={**letter, "draft": True, "to": []}).json()["messageId"]
    assert [row["id"] for row in registry(client, "Draft")["rows"]] == [drafted]


def test_the_forum_is_empty(client: Client) -> None:
    assert client.post("forum/registry", json={"page": 1}).json() == {"rows": [], "page": 1, "totalItems": 0}
