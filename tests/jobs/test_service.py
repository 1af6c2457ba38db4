"""The service: cron lines as in cron, one job at a time, faults that end a job and not the service."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from support.school import ZONE, Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.errors import SourceUnavailable
from netcity_sync.jobs.service import ServiceJob, cron_trigger, make_scheduler, read_ledger, run_job

CLOCK = fixed_clock(at("09-02 22:00"))


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """Settings in the school's zone."""
    return Trial(tmp_path, Book())


@pytest.mark.parametrize(
    ("line", "following"),
    [
        ("0 7 * * 1-5", "2026-10-05T07:00"),
        ("0 7 * * 0", "2026-10-04T07:00"),
        ("0 7 * * 7", "2026-10-04T07:00"),
        ("30 1 * * *", "2026-10-04T01:30"),
        ("0 5 1 * *", "2026-11-01T05:00"),
        ("0 7 * * 5-7", "2026-10-04T07:00"),
        ("0 7 * * mon,3", "2026-10-05T07:00"),
    ],
)
def test_weekdays_are_those_of_cron(tried: Trial, line: str, following: str) -> None:
    saturday_noon = datetime(2026, 10, 3, 12, tzinfo=ZONE)
    fires = cron_trigger(line, tried.settings).get_next_fire_time(None, saturday_noon)
    assert fires == datetime.fromisoformat(following).replace(tzinfo=ZONE)


def test_nothing_overlaps_and_nothing_is_dropped_for_a_second(tried: Trial, tmp_path: Path) -> None:
    job = ServiceJob("sync", "Чтение", "30 1 * * *", lambda: None)
    scheduler = make_scheduler(tried.settings, CLOCK, (job,), tmp_path / "jobs.jsonl")
    scheduler.start(paused=True)
    try:
        (planned,) = scheduler.get_jobs()
        assert (planned.coalesce, planned.max_instances, planned.misfire_grace_time) == (True, 1, 180 * 60)
        assert scheduler._executors["default"]._pool._max_workers == 1
    finally:
        scheduler.shutdown()


def test_a_fault_ends_the_job_and_is_noted(tmp_path: Path) -> None:
    def fail() -> None:
        raise SourceUnavailable("нет связи")

    ledger = tmp_path / "jobs.jsonl"
    run_job(ServiceJob("sync", "Чтение", "* * * * *", fail), CLOCK, ledger)
    run_job(ServiceJob("backup", "Копия", "* * * * *", lambda: None), CLOCK, ledger)
    lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    assert [(line["job"], line["outcome"]) for line in lines] == [("sync", "SourceUnavailable"), ("backup", "done")]


def test_a_job_that_crashes_is_not_noted_as_done(tmp_path: Path) -> None:
    def crash() -> None:
        raise RuntimeError

    ledger = tmp_path / "jobs.jsonl"
    with pytest.raises(RuntimeError):
        run_job(ServiceJob("sync", "Чтение", "* * * * *", crash), CLOCK, ledger)
    with ledger.open("a") as file:
        file.write('[]\n{"job": "torn')
    assert [(item.job, item.outcome) for item in read_ledger(ledger)] == [("sync", "crashed")]
    assert read_ledger(tmp_path / "none.jsonl") == ()
