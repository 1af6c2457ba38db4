"""Pace and patience over real HTTP with virtual clocks: nobody sleeps, every wait is remembered."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.responses import Response

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.adapters.netschool.transport import _Breaker
from netcity_sync.clock import fixed_clock
from netcity_sync.errors import NetcityError, SourceClosed, SourceUnavailable
from netcity_sync.settings import GisSettings
from netcity_sync.simulator import calls as simulated_calls
from netcity_sync.simulator import sign_in as simulated
from netcity_sync.simulator.server import Simulator, running_simulator

NOW = datetime(2026, 10, 5, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """One school for all tests of this module."""
    with running_simulator(seed=3, classes=1, now=datetime(2026, 10, 5, 21)) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """The school without faults, before and after."""
    yield running
    running.clear_faults()
    running._server.faults.retry_after = 1


class Time:
    """A clock that stands still, and a sleep that only remembers; `then` is what happens during it."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.waits: list[float] = []
        self.then = then

    def monotonic(self) -> float:
        """Nothing passes."""
        return 100.0

    def sleep(self, seconds: float) -> None:
        """Return at once."""
        self.waits.append(seconds)
        self.then()


def source(simulator: Simulator, time: Time, **changes: Any) -> NetSchoolSource:
    """A source that lives by that clock."""
    account = simulator.accounts[0]
    given = {
        "url": simulator.url, "school": simulator.world.school.id, "login": account.login, "requests_per_second": 0,
        **changes,
    }  # fmt: skip
    gis = GisSettings.model_validate(given)
    password = SecretStr(account.password)
    return NetSchoolSource(
        gis, password, journal_access=True, clock=fixed_clock(NOW), monotonic=time.monotonic, sleep=time.sleep
    )


def a_journal(simulator: Simulator) -> tuple[int, int]:
    """A journal in a term that has begun."""
    group = simulator.world.school.groups[0]
    return group.id, simulator.world.begun_terms(group)[0].id


def journal_calls(simulator: Simulator, since: int) -> int:
    """How many calls for journals were answered."""
    return sum(call.path.endswith("grade/journal") for call in simulator.log[since:])


# --- pace ------------------------------------------------------------------------------------------------------------


def test_all_threads_share_one_budget_of_requests(simulator: Simulator) -> None:
    time = Time()
    with source(simulator, time, requests_per_second=4) as adapter, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: adapter.read_journal(*a_journal(simulator)), range(20)))
        made = adapter.requests_made
    assert sorted(time.waits) == [0.25 * place for place in range(1, made + 1)]  # the sign-out comes last
    assert made == 3 + 20


# --- repetitions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "bounds"), [(60.0, [0.5, 1.0, 2.0, 4.0, 8.0]), (1.5, [0.5, 1.0, 1.5, 1.5, 1.5])])
def test_waits_grow_within_bounds_and_are_never_alike(simulator: Simulator, limit: float, bounds: list[float]) -> None:
    time = Time()
    with source(simulator, time, attempts=6, retry_wait_max=limit, stop_after_failures=1000) as adapter:
        simulator.set_fault("drop@journal", 1)
        for _ in range(8):
            with pytest.raises(SourceUnavailable):
                adapter.read_journal(*a_journal(simulator))
    rounds = [time.waits[place : place + 5] for place in range(0, len(time.waits), 5)]
    assert len(rounds) == 8
    for waits in rounds:
        assert all(0 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    assert all(first != second for first, second in pairwise(rounds))
    assert any(waits[-1] > bounds[-1] / 4 for waits in rounds)


def test_what_only_reads_is_repeated_until_it_is_answered(simulator: Simulator) -> None:
    time = Time(then=simulator.clear_faults)
    with source(simulator, time) as adapter:
        simulator.set_fault("drop@journal", 1)
        assert adapter.read_journal(*a_journal(simulator)).content.lessons
    assert len(time.waits) == 1


@pytest.mark.parametrize("path", ["auth/getdata", "login"])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_sign_in_is_never_repeated(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    async def fail(*_: object) -> Response:
        return Response(status_code=status)

    monkeypatch.setitem(simulated.OPEN_CALLS, path, fail)
    begin, time = len(simulator.log), Time()
    with pytest.raises(SourceUnavailable) as caught, source(simulator, time):
        pass
    assert caught.value.exit_code == 3
    assert sum(call.path == f"/webapi/{path}" for call in simulator.log[begin:]) == 1
    assert time.waits == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_report_is_never_queued_twice(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    answer = simulated_calls.report_call

    async def fail(server: Any, request: Any, call: str, session: Any) -> Response:
        if call.endswith("/queue"):
            return Response(status_code=status)
        return await answer(server, request, call, session)

    monkeypatch.setattr(simulated_calls, "report_call", fail)
    begin, time = len(simulator.log), Time()
    with source(simulator, time) as adapter, pytest.raises(NetcityError):
        day = NOW.date()
        adapter.read_journal_access(simulator.world.school.classes[0].id, day.replace(day=1), day)
    assert sum(call.path.endswith("/queue") for call in simulator.log[begin:]) == 1
    assert time.waits == []


# --- what the server asks for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("60", 60.0),
        ("Mon, 05 Oct 2026 16:00:07 GMT", 7.0),
        ("Mon, 05 Oct 2026 21:00:30 +0500", 30.0),
        ("Mon, 05 Oct 2026 15:00:00 GMT", 0.0),
    ],
)
@pytest.mark.parametrize("stage", ["sign-in", "journal"])
def test_retry_after_is_obeyed(simulator: Simulator, asked: str, waited: float, stage: str) -> None:
    simulator._server.faults.retry_after = asked  # type: ignore[assignment]
    simulator.set_fault(f"too-many@{stage}", 1)
    time = Time(then=simulator.clear_faults)
    with source(simulator, time) as adapter:
        assert adapter.read_journal(*a_journal(simulator)).content.lessons
    assert time.waits == [waited]


@pytest.mark.parametrize("asked", ["", "скоро".encode().decode("latin-1"), "-5", "1.5", "Mon, 05 Oct 2026 16:00:07"])
def test_a_retry_after_that_says_nothing_is_not_waited_for(simulator: Simulator, asked: str) -> None:
    simulator._server.faults.retry_after = asked  # type: ignore[assignment]
    simulator.set_fault("too-many@journal", 1)
    time = Time(then=simulator.clear_faults)
    with source(simulator, time) as adapter:
        adapter.read_journal(*a_journal(simulator))
    (wait,) = time.waits
    assert 0 <= wait <= 0.5


@pytest.mark.parametrize("asked", ["61", "3600", "9" * 40, "Tue, 06 Oct 2026 16:00:00 GMT"])
@pytest.mark.parametrize("attempts", [1, 4])
def test_a_longer_wait_than_allowed_ends_the_run(simulator: Simulator, asked: str, attempts: int) -> None:
    simulator._server.faults.retry_after = asked  # type: ignore[assignment]
    time = Time()
    with source(simulator, time, retry_wait_max=60, attempts=attempts) as adapter:
        simulator.set_fault("too-many@journal", 1)
        begin = len(simulator.log)
        with pytest.raises(SourceClosed, match="просит подождать") as caught:
            adapter.read_journal(*a_journal(simulator))
        simulator.clear_faults()
        with pytest.raises(SourceClosed, match="просит подождать"):
            adapter.read_roster(simulator.world.school.classes[0].id)
        assert len(simulator.log) - begin == 1
    assert "gis.retry_wait_max" in caught.value.todo
    assert caught.value.exit_code == 3
    assert time.waits == []


# --- the breaker -----------------------------------------------------------------------------------------------------


def test_after_so_many_failures_in_a_row_nothing_goes_out(simulator: Simulator) -> None:
    time = Time()
    with source(simulator, time, attempts=2, stop_after_failures=5) as adapter:
        begin = len(simulator.log)
        simulator.set_fault("drop@journal", 1)
        errors = []
        for _ in range(4):
            with pytest.raises(SourceUnavailable) as caught:
                adapter.read_journal(*a_journal(simulator))
            errors.append(type(caught.value))
        simulator.clear_faults()
        with pytest.raises(SourceClosed, match="не ответил 5 раз подряд"):
            adapter.read_roster(simulator.world.school.classes[0].id)
    assert errors == [SourceUnavailable, SourceUnavailable, SourceClosed, SourceClosed]
    assert len(simulator.log) - begin == 5


def test_failures_are_counted_over_all_threads(simulator: Simulator) -> None:
    readers, limit = 4, 6
    together = threading.Barrier(readers)
    with source(simulator, Time(), attempts=1, stop_after_failures=limit) as adapter:
        begin = len(simulator.log)
        simulator.set_fault("too-many@journal", 1)

        def read(_: int) -> None:
            together.wait(20)
            for _ in range(10):
                with pytest.raises(SourceUnavailable):
                    adapter.read_journal(*a_journal(simulator))

        with ThreadPoolExecutor(readers) as threads:
            list(threads.map(read, range(readers)))
        assert limit <= journal_calls(simulator, begin) < limit + readers


def test_a_success_begins_the_count_anew(simulator: Simulator) -> None:
    with source(simulator, Time(), attempts=1, stop_after_failures=5) as adapter:
        for _ in range(4):
            simulator.set_fault("drop@journal", 1)
            for _ in range(4):
                with pytest.raises(SourceUnavailable) as caught:
                    adapter.read_journal(*a_journal(simulator))
                assert not isinstance(caught.value, SourceClosed)
            simulator.clear_faults()
            assert adapter.read_journal(*a_journal(simulator)).content.lessons


def test_an_answer_that_comes_late_does_not_let_others_out_again() -> None:
    breaker = _Breaker(2, "sgo.example.ru")
    for failed in (True, True, False):
        breaker.count(failed=failed)
    with pytest.raises(SourceClosed, match="не ответил 2 раза подряд"):
        breaker.check()
