"""Clients that others wrote work against the simulator: it speaks the protocol, not our reading of it."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

import netschoolpy.client
import pytest
from netschoolpy import NetSchool

from netcity_sync.simulator.server import Simulator, running_simulator

FIRST, LAST = date(2026, 9, 7), date(2026, 9, 13)
VERSIONS = ("5.30", "5.45", "5.51")
"""netschoolpy knows the newer hub only."""


@pytest.fixture(scope="module", params=VERSIONS)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A school of several releases."""
    with running_simulator(seed=3, classes=4, now=datetime(2026, 11, 20, 21), version=request.param) as running:
        yield running


@pytest.fixture(autouse=True)
def _plain_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client insists on TLS for its web socket; on loopback there is none."""
    monkeypatch.setattr(netschoolpy.client, "trusted_ssl_context", lambda: None)


async def signed_in(simulator: Simulator, kind: str) -> NetSchool:
    """A client of an account, its school found by name."""
    account = simulator.account(kind)
    client = NetSchool(simulator.url)
    await client.login(account.login, account.password, simulator.world.school.name)
    return client


@pytest.mark.parametrize("kind", ["parent", "student"])
def test_netschoolpy_reads_the_diary(simulator: Simulator, kind: str) -> None:
    pupil = simulator.account(kind).students[0]
    world = simulator.world
    groups = [group for group in world.school.groups if pupil in group.pupils]
    expected = {
        (lesson.date, lesson.slot, group.subject.name)
        for group in groups
        for lesson in world.lessons(group.id)
        if FIRST <= lesson.date <= LAST
    }

    async def read() -> None:
        client = await signed_in(simulator, kind)
        assert [item.id for item in client.students] == [item.id for item in simulator.account(kind).students]
        diary = await client.diary(FIRST, LAST)
        lessons = [lesson for day in diary.schedule for lesson in day.lessons]
        assert {(lesson.day, lesson.number, lesson.subject) for lesson in lessons} == expected
        assignments = [item for lesson in lessons for item in lesson.assignments]
        marked = [item for item in assignments if item.mark is not None]
        assert marked
        card = await client.assignment_details(marked[0].id)
        assert card.teacher in {group.teacher.name.full for group in groups}
        files = [file for item in assignments for file in await client.attachments(item.id)]
        assert files
        assert (await client.download_attachment_as_bytes(files[0].id)).decode().startswith("Текст задания")
        await client.logout()
        await client.close()

    asyncio.run(read())


def test_netschoolpy_reads_the_rest(simulator: Simulator) -> None:
    async def read() -> None:
        client = await signed_in(simulator, "parent")
        owed = await client.overdue(date(2026, 9, 1), date(2026, 12, 31))
        assert all(item.mark is None for item in owed)
        announcements = await client.announcements()
        assert [item.id for item in announcements] == sorted((item.id for item in announcements), reverse=True)
        years = await client.school_years()
        assert years[0].name == "2026/2027"
        assert len(years) == 3
        bells = await client.bell_schedule()
        assert {bell.weekday for bell in bells} == {1, 2, 3, 4, 5}
        assert [item.id for group in await client.reports() for item in group.reports]
        await client.logout()
        await client.close()

    asyncio.run(read())


def test_netschoolpy_makes_reports(simulator: Simulator) -> None:
    pupil = simulator.account("student").students[0]
    groups = [group for group in simulator.world.school.groups if pupil in group.pupils]

    async def read() -> None:
        client = await signed_in(simulator, "student")
        totals = await client.total_marks()
        assert sorted(item.subject for item in totals) == sorted(group.subject.name for group in groups)
        subject = next(group for group in groups if group.rated).subject.name
        given = await client.assigned_marks(subject=subject)
        assert given
        assert all(item.mark_set_date >= item.lesson_date and item.numeric_mark for item in given)
        await client.logout()
        await client.close()

    asyncio.run(read())


def test_netschoolpy_chooses_a_role(simulator: Simulator) -> None:
    account = simulator.accounts[-1]
    assert len(account.roles) == 2

    async def read() -> None:
        client = NetSchool(simulator.url)
        await client.login(account.login, account.password, simulator.world.school.id)
        assert [item.id for item in client.students] == [item.id for item in account.students]
        await client.logout()
        await client.close()

    asyncio.run(read())


def test_netschoolpy_cannot_sign_a_teacher_in(simulator: Simulator) -> None:
    """As with real servers: the diary's own sign-in call answers 401 to staff."""

    account = simulator.account("staff")

    async def read() -> None:
        client = NetSchool(simulator.url)
        with pytest.raises(Exception, match="401"):
            await client.login(account.login, account.password, simulator.world.school.id)
        await client.close()

    asyncio.run(read())


def test_netschoolpy_writes_letters(simulator: Simulator) -> None:
    async def write() -> None:
        client = await signed_in(simulator, "student")
        page = await client.mail_list()
        assert page.total_items == len(page.entries)
        unread = await client.mail_unread()
        letter = await client.mail_read(unread[0])
        assert letter.author_name
        assert letter.id not in await client.mail_unread()
        (deputy,) = await client.mail_recipients()
        files = [("вопрос.txt", b"?")] if simulator.version != "5.30" else []
        sent = await client.mail_send("Вопрос", "<p>?</p>", [deputy.id], attachments=files)
        (row,) = (await client.mail_list("Sent")).entries
        assert row.id == sent
        assert len((await client.mail_read(sent)).file_attachments) == len(files)
        await client.mail_delete([sent])
        assert [item.id for item in (await client.mail_list("Deleted")).entries] == [sent]
        await client.mail_restore([sent])
        with pytest.raises(Exception, match=r"всем|500"):
            await client.mail_draft(sent, "replyAll")
        await client.logout()
        await client.close()

    asyncio.run(write())


def test_netschoolpy_fetches_a_picture_and_settings(simulator: Simulator) -> None:
    async def read() -> None:
        client = await signed_in(simulator, "parent")
        picture = BytesIO()
        await client.download_profile_picture(client.students[0].id, picture)
        assert picture.getvalue().startswith(b"\x89PNG")
        assert (await client.my_settings())["loginName"] == simulator.account("parent").login
        assert (await client.upload_limits())["mailFileSizeLimit"] > 0
        assert (await client.school_info()).name.startswith("Муниципальное")
        await client.logout()
        await client.close()

    asyncio.run(read())
