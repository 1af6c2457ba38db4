"""The service: jobs on schedule, one at a time, none lost without a trace."""

import json
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from netcity_sync.clock import Clock, utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)

_LEDGER = "jobs.jsonl"
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class ServiceJob:
    """What is run when. `cron` is a line of five fields by the school's clocks, weekdays as in cron: 0 is Sunday."""

    id: str
    title: str
    cron: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class JobRun:
    """A line of the ledger: a run that ended, or one that never began. Moments are UTC."""

    job: str
    started_at: str | None
    finished_at: str
    outcome: str


def run_service(settings: Settings, clock: Clock, jobs: tuple[ServiceJob, ...]) -> None:
    """Run the jobs until SIGINT or SIGTERM; a job that is running is waited for.

    Raises LockHeld where the service already runs for this data folder.
    """
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    stop = threading.Event()
    with hold_lock(folder.service_lock, doing="служба уже запущена"):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        scheduler = make_scheduler(settings, clock, jobs, ledger_of(folder))
        scheduler.start()
        log.info("service_started", jobs=[job.id for job in jobs])
        stop.wait()
        scheduler.shutdown(wait=True)
        log.info("service_stopped")


def make_scheduler(settings: Settings, clock: Clock, jobs: tuple[ServiceJob, ...], ledger: Path) -> BackgroundScheduler:
    """The scheduler, not started: one worker for all jobs, so that none overlaps another.

    A job that could not start in time runs once when it can, within `schedule.misfire_grace_minutes`; what is later
    than that is written into the ledger as missed.
    """
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1)},
        timezone=settings.zone,
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": settings.schedule.misfire_grace_minutes * 60,
        },
    )
    for job in jobs:
        trigger = cron_trigger(job.cron, settings)
        scheduler.add_job(run_job, trigger, args=(job, clock, ledger), id=job.id, name=job.title)

    def missed(event: Any) -> None:
        log.error("job_missed", job=event.job_id)
        _note(ledger, JobRun(event.job_id, None, utc_text(clock()), "missed"))

    scheduler.add_listener(missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return scheduler


def cron_trigger(line: str, settings: Settings) -> CronTrigger:
    """A cron line as a trigger. APScheduler counts weekdays from Monday, cron from Sunday: names leave no doubt."""
    minute, hour, day, month, weekday = line.split()
    return CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_weekdays(weekday), timezone=settings.zone
    )


def run_job(job: ServiceJob, clock: Clock, ledger: Path) -> None:
    """Run a job and note how it went; a foreseeable fault ends the job, not the service."""
    started = clock()
    outcome = "crashed"
    try:
        job.run()
        outcome = "done"
    except NetcityError as error:
        outcome = type(error).__name__
        log.error("job_failed", job=job.id, error=outcome, exit_code=error.exit_code)
    finally:
        _note(ledger, JobRun(job.id, utc_text(started), utc_text(clock()), outcome))


def ledger_of(folder: DataFolder) -> Path:
    """Where the service notes what it ran."""
    return folder.logs / _LEDGER


def read_ledger(ledger: Path) -> tuple[JobRun, ...]:
    """What the service noted, oldest first; a line that was cut off is left out."""
    try:
        lines = ledger.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(item for line in lines if (item := _noted(line)) is not None)


def _noted(line: str) -> JobRun | None:
    try:
        return JobRun(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _note(ledger: Path, item: JobRun) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(item)) + "\n")


def _weekdays(field: str) -> str:
    """`1-5`, `0,6`, `5-7` as APScheduler's names; what holds no number is left as it is."""
    parts = []
    for part in field.split(","):
        first, _, last = part.partition("-")
        if not first.isdigit():
            parts.append(part)
            continue
        parts += [_WEEKDAYS[day] for day in range(int(first), int(last or first) + 1)]
    return ",".join(parts)
