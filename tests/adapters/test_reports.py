"""The report engine over real HTTP and both hubs, on every release; what it does when the hub misbehaves."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.errors import AnswerError, NetcityError, SourceClosed, SourceUnavailable
from netcity_sync.settings import GisSettings
from netcity_sync.simulator.server import Simulator, running_simulator
from netcity_sync.simulator.touches import touches_of

SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
HUB = {
    "5.10": "/webapi/signalr/connect", "5.25": "/webapi/signalr/connect", "5.30": "/webapi/queueHub",
    "5.45": "/webapi/signalr/queueHub", "5.51": "/webapi/signalr/queueHub",
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(HUB))
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A school of every release."""
    with running_simulator(seed=3, classes=2, now=datetime(2026, 10, 2, 21), version=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def newest() -> Iterator[Simulator]:
    """One school of the newest release, for faults."""
    with running_simulator(seed=3, classes=2, now=datetime(2026, 10, 2, 21)) as running:
        yield running


@pytest.fixture
def faulty(newest: Simulator) -> Iterator[Simulator]:
    """The school with all faults off afterwards."""
    yield newest
    newest.clear_faults()


def source(simulator: Simulator, **changes: Any) -> NetSchoolSource:
    """The deputy's account; it never sleeps."""
    account = simulator.account("staff")
    given = {
        "url": simulator.url, "school": simulator.world.school.id, "login": account.login, "requests_per_second": 0,
        "attempts": 2, "report_timeout": 20, **changes,
    }  # fmt: skip
    return NetSchoolSource(
        GisSettings.model_validate(given), SecretStr(account.password), journal_access=True, sleep=lambda _: None
    )


def test_access_to_the_journal_is_read_to_the_minute(simulator: Simulator) -> None:
    school_class = simulator.world.school.classes[1]
    groups = [group for group in simulator.world.school.groups if group.school_class == school_class]
    expected = Counter(
        (touch.subject, touch.at, touch.user, touch.lesson, touch.action)
        for touch in touches_of(simulator.world, groups, *SEPTEMBER)
    )
    with source(simulator) as adapter:
        read = adapter.read_journal_access(school_class.id, *SEPTEMBER).content
    assert Counter((one.subject_name, one.at, one.user_name, one.lesson_date, one.action) for one in read) == expected
    assert {one.class_name for one in read} == {school_class.name}
    sockets = [call.path for call in simulator.log if call.method == "WS" and call.status == 101]
    assert set(sockets) == {HUB[simulator.version]}


def test_a_pupils_progress_is_what_the_journals_hold(simulator: Simulator) -> None:
    world = simulator.world
    pupil = next(one for one in world.school.pupils if one.class_id == world.school.classes[1].id)
    with source(simulator) as adapter:
        total = adapter.reports.student_total(pupil.class_id, pupil.id, date(2026, 9, 1), date(2026, 10, 2))
        finals = adapter.reports.term_marks(pupil.class_id, pupil.id)
    marks: Counter[tuple[str, date, str]] = Counter()
    for group in (group for group in world.school.groups if pupil in group.pupils):
        page = world.journal(group.id, world.begun_terms(group)[0].id)
        dates = {lesson.id: lesson.date for lesson in page.lessons}
        for mark in page.marks:
            if mark.student_id == pupil.id and mark.assignment_id is not None:
                text = "." if mark.value is None else str(mark.value)
                marks[group.subject.name, dates[mark.lesson_id], text] += 1
        for absence in page.absences:
            if absence.student_id == pupil.id:
                marks[group.subject.name, dates[absence.lesson_id], absence.code] += 1
    read = Counter(
        (subject.subject_name, day.date, entry)
        for subject in total.subjects
        for day in subject.days
        for entry in day.entries
    )
    assert read == marks
    assert total.student_name == pupil.name.full
    assert total.state_at == world.now
    assert dict(total.legend)["Б"] == "Пропустил по болезни"
    assert len(finals) == len(total.subjects)


def test_marks_come_with_the_day_they_were_set(simulator: Simulator) -> None:
    world = simulator.world
    group = next(one for one in world.school.groups if one.rated and one.school_class == world.school.classes[1])
    pupil = group.pupils[0]
    with source(simulator) as adapter:
        works = adapter.reports.graded_works(pupil.class_id, pupil.id, group.id, (date(2026, 9, 1), date(2026, 10, 2)))
    expected = Counter(
        (work.lesson.date, mark.first_given().date(), str(mark.value.at(world.now)))  # type: ignore[union-attr]
        for work in world.entries(group.id).works
        for mark in work.marks
        if mark.student_id == pupil.id and mark.given(world.now)
    )
    assert Counter((one.lesson_date, one.set_on, one.mark) for one in works) == expected


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("hub-break", SourceUnavailable),
        ("hub-hang", SourceUnavailable),
        ("expired-session@hub", SourceClosed),
        ("redirect@hub", SourceClosed),
        ("sign-in-page@hub", SourceClosed),
        ("access-denied@hub", SourceClosed),
        ("warning-page@hub", SourceClosed),
        ("expired-session@file", SourceClosed),
        ("sign-in-page@file", SourceClosed),
        ("warning-page@file", SourceClosed),
        ("access-denied@file", SourceClosed),
        ("garbage@file", AnswerError),
        ("maintenance@report", SourceClosed),
        ("too-many@report", SourceUnavailable),
        ("server-error@report", AnswerError),
    ],
)
def test_a_report_that_cannot_be_had_is_an_error_of_its_own(
    faulty: Simulator, fault: str, error: type[NetcityError]
) -> None:
    class_id = faulty.world.school.classes[1].id
    before = len(faulty.log)
    with source(faulty, report_timeout=0.5 if fault == "hub-hang" else 20) as adapter:
        faulty.set_fault(fault, 1)
        with pytest.raises(error):
            adapter.read_journal_access(class_id, *SEPTEMBER)
        faulty.set_fault(fault, 0)
    assert sum(call.path.endswith("/login") for call in faulty.log[before:]) <= 2


def test_a_session_that_died_before_the_hub_is_renewed_once(faulty: Simulator) -> None:
    class_id = faulty.world.school.classes[1].id
    before = len(faulty.log)
    with source(faulty) as adapter:
        adapter.read_roster(class_id)
        faulty.end_sessions()
        assert adapter.read_journal_access(class_id, *SEPTEMBER).content
    assert sum(call.path.endswith("/login") for call in faulty.log[before:]) == 2


def test_a_new_proof_in_an_answer_is_used_from_then_on(faulty: Simulator) -> None:
    class_id = faulty.world.school.classes[1].id
    before = len(faulty.log)
    faulty.set_fault("rotated-at", 1)
    with source(faulty) as adapter:
        for _ in range(3):
            adapter.read_roster(class_id)
        assert adapter.read_journal_access(class_id, *SEPTEMBER).content
    assert sum(call.path.endswith("/login") for call in faulty.log[before:]) == 1
    assert faulty.log[-1].status == 204
