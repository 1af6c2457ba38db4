"""A family's account over real HTTP: the diary and all that hangs on it, and journals read by it alone."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.family import FamilyView
from netcity_sync.adapters.netschool.family_source import FamilySource
from netcity_sync.adapters.source import Capability
from netcity_sync.clock import system_clock
from netcity_sync.settings import GisSettings
from netcity_sync.simulator.server import Simulator, running_simulator

WEEK = (date(2026, 9, 14), date(2026, 9, 20))


@pytest.fixture(scope="module", params=["5.10", "5.25", "5.51"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A school of several releases: their diaries differ."""
    with running_simulator(seed=5, classes=3, now=datetime(2026, 10, 14, 21), version=request.param) as running:
        yield running


def gis_of(simulator: Simulator, **changes: Any) -> GisSettings:
    """The parent's way in."""
    account = simulator.account("parent")
    given = {"url": simulator.url, "school": simulator.world.school.id, "login": account.login}
    return GisSettings.model_validate({**given, "requests_per_second": 0, **changes})


@pytest.fixture
def view(simulator: Simulator) -> Iterator[FamilyView]:
    """A parent who has signed in."""
    account = simulator.account("parent")
    connection = Connection(
        gis_of(simulator), Account(account.login, SecretStr(account.password)),
        clock=system_clock, monotonic=lambda: 0.0, sleep=lambda _: None,
    )  # fmt: skip
    connection.open()
    yield FamilyView(connection)
    assert connection.drift.notes() == ()
    connection.close()


def test_a_diary_holds_what_the_journals_hold(simulator: Simulator, view: FamilyView) -> None:
    world = simulator.world
    children = view.students().students
    assert [child.id for child in children] == [pupil.id for pupil in simulator.account("parent").students]
    assert len(children) == 2
    for child in children:
        groups = [group for group in world.school.groups if any(pupil.id == child.id for pupil in group.pupils)]
        lessons = {
            (lesson.id, lesson.date, lesson.slot, group.subject.name)
            for group in groups
            for lesson in world.lessons(group.id)
            if WEEK[0] <= lesson.date <= WEEK[1]
        }
        marks, homework = set(), set()
        for group in groups:
            page = world.journal(group.id, world.begun_terms(group)[0].id)
            dates = {lesson.id: lesson.date for lesson in page.lessons}
            here = {key for key, day in dates.items() if WEEK[0] <= day <= WEEK[1]}
            marks |= {(item.assignment_id, item.value) for item in page.marks
                      if item.student_id == child.id and item.assignment_id and item.lesson_id in here}  # fmt: skip
            homework |= {(item.id, item.name) for item in page.assignments
                         if item.issue_lesson_id and item.lesson_id in here}  # fmt: skip
        diary, _ = view.diary(child.id, *WEEK)
        shown = [item for lesson in diary.lessons for item in lesson.assignments]
        assert {(one.id, one.date, one.number, one.subject_name) for one in diary.lessons} == lessons
        assert {(one.id, one.mark.value) for one in shown if one.mark is not None} == marks
        assert {(one.id, one.text) for one in shown if one.type_id == 3} == homework
        assert [one.date for one in diary.lessons] == sorted(one.date for one in diary.lessons)


def test_cards_files_debts_and_news(simulator: Simulator, view: FamilyView) -> None:
    world = simulator.world
    child = view.students().current
    diary, _ = view.diary(child.id, *WEEK)
    ids = [item.id for lesson in diary.lessons for item in lesson.assignments]
    files = view.attachments(child.id, ids)
    assert any(files.values())
    for assignment_id, attached in files.items():
        if not attached:  # only the pupil's own answer hangs on it
            continue
        card = view.details(child.id, assignment_id)
        assert card.attachments == attached
        assert str(assignment_id) in view.file(attached[0].id).decode()
        group = world.groups[card.subject_group_id]
        assert card.teachers == ((group.teacher.id, group.teacher.name.full),)
    owed = view.overdue(child.id, date(2026, 9, 1), date(2026, 10, 14))
    whole, _ = view.diary(child.id, date(2026, 9, 1), date(2026, 10, 14))
    duties = {item.id for lesson in whole.lessons for item in lesson.assignments if item.mark and item.mark.duty}
    assert {item.id for item in owed} == duties
    news = view.announcements()
    assert [item.posted_at for item in news] == sorted((item.posted_at for item in news), reverse=True)
    assert not any("&amp;#" in item.html for item in news)


def test_a_family_reads_journals_where_staff_cannot(simulator: Simulator) -> None:
    world, account = simulator.world, simulator.account("parent")
    source = FamilySource(gis_of(simulator), SecretStr(account.password), sleep=lambda _: None)
    assert {Capability.TOPICS, Capability.ATTENDANCE}.isdisjoint(source.capabilities)
    own = {pupil.id for pupil in account.students}
    with source:
        content = source.read_dictionaries().content
        assert {item.id for item in content.subject_groups} == {
            group.id for group in world.school.groups if own.intersection(pupil.id for pupil in group.pupils)
        }
        for group in content.subject_groups:
            term = world.begun_terms(world.groups[group.id])[0]
            read = source.read_journal(group.id, term.id).content
            page = world.journal(group.id, term.id)
            assert {item.id for item in read.students} <= own
            assert {item.id for item in read.lessons} == {item.id for item in page.lessons}
            columns = {(item.student_id, item.assignment_id, item.value) for item in page.marks if item.assignment_id}
            assert {(one.student_id, one.assignment_id, one.value) for one in read.marks} == {
                item for item in columns if item[0] in own
            }
        roster = source.read_roster(content.classes[0].id).content
        assert {item.id for item in roster.students} <= own


def test_a_server_without_the_call_for_terms(simulator: Simulator) -> None:
    """Terms are then taken from the filters of a report, as other clients do."""
    account = simulator.account("parent")
    gis = gis_of(simulator, profile={"terms": "nowhere"})
    with FamilySource(gis, SecretStr(account.password), sleep=lambda _: None) as source:
        terms = source.read_dictionaries().content.terms
    asked = simulator.world.school.groups
    known = {term.id: term for group in asked for term in group.terms}
    assert terms
    assert all((term.start, term.end) == (known[term.id].start, known[term.id].end) for term in terms)
