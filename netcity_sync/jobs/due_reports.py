"""Reports that are due: those of periods that ended since the log of the service began, and that it does not hold yet.

What families are told within a day is due as soon as it is known. Whatever the service missed while it did not run it
makes when it runs again (§4.5, §5.1–5.3, §8.3, §8.4).
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.service_log import Logged, log_began_on, logged
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.report import FILE_PREFIX, Wanted, whose_name
from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.mirror.event_schema import WHOSE, EventKind
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period, PeriodKind, day_period, month_period, week_period
from netcity_sync.reports.registry import all_reports
from netcity_sync.reports.request import Focus, Request
from netcity_sync.reports.results import declined_news
from netcity_sync.settings import Settings


def due_reports(desk: Desk) -> tuple[Wanted, ...]:
    """What is due at the desk's moment and was not made since; week by week for who had lessons."""
    began = log_began_on(desk.bench)
    if began is None:
        return ()
    made = {
        (item.what, item.period, item.text(WHOSE)): item
        for item in reversed(logged(desk.bench, EventKind.REPORT_MADE))
        if item.ok
    }
    known = desk.snapshot.capabilities()
    wanted = []
    for period in sorted(_ended(desk), key=lambda item: (item.last, item.kind, item.key)):
        if period.last < began:
            continue
        for report in all_reports():
            if period.kind not in report.due or not report.needs <= known:
                continue
            for item in wanted_reports(desk, report, period):
                last = made.get((report.id, period.key, whose_name(desk, item)))
                if not _done(desk, last, item.request) and _had_lessons(desk, item.request.focus, period):
                    wanted.append(item)
    return tuple(wanted)


def _done(desk: Desk, last: Logged | None, request: Request) -> bool:
    """Whether the report was made since its period ended; for a day, from a run that knew the last of its news."""
    if last is None or request.period.kind is not PeriodKind.DAY:
        return last is not None and last.day > request.period.last
    return all(
        last.run_id is not None and last.run_id >= item.run_id
        for item in declined_news(desk)
        if item.day == request.period.first
        and item.class_id == request.focus.class_id
        and request.focus.student_id in (None, item.student_id)
    )


def _ended(desk: Desk) -> Iterator[Period]:
    """All days with news of results; weeks and months with lessons, terms and the year, that are over."""
    days = [day for day in desk.bench.lesson_dates if day < desk.bench.today]
    weeks = {week_period(day) for day in days}
    months = {month_period(day.replace(day=1)) for day in days}
    terms = desk.bench.rows("SELECT term_id FROM as_of_term WHERE NOT missing")
    periods = {*weeks, *months, *(desk.term_period(str(row["term_id"])) for row in terms)}
    if terms:
        periods.add(desk.year_period())
    yield from (period for period in periods if period.last < desk.bench.today)
    yield from {day_period(item.day) for item in declined_news(desk)}


def _had_lessons(desk: Desk, focus: Focus, period: Period) -> bool:
    """Whether a class had lessons in a period: weeks of holidays and terms of other grades need no report of it."""
    if focus.class_id is None or period.kind is PeriodKind.DAY:
        return True
    first, last = period.first.isoformat(), period.last.isoformat()
    return bool(
        desk.bench.rows(
            "SELECT 1 FROM journal j CROSS JOIN held h USING (subject_group_id, term_id)"
            " WHERE j.class_id = :class_id AND (:term IS NULL OR j.term_id = :term)"
            " AND h.held AND h.date BETWEEN :first AND :last LIMIT 1",
            class_id=focus.class_id, first=first, last=last,
            term=int(period.key) if period.kind is PeriodKind.TERM else None,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A report that was made: `at` is UTC, `files` are names with their SHA-256."""

    at: datetime
    report: str
    whose: str
    period: str
    run_id: int | None
    files: tuple[tuple[str, str], ...]


def read_register(settings: Settings) -> tuple[RegisterEntry, ...]:
    """All reports that were made, newest first. Raises UsageError where the mirror is empty."""
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        rows = snapshot.connection.execute(
            "SELECT * FROM as_of_service_event WHERE kind = ? AND ok ORDER BY at DESC, event_id DESC",
            [EventKind.REPORT_MADE.value],
        ).fetchall()
    return tuple(_entry(row) for row in rows)


def _entry(row: sqlite3.Row) -> RegisterEntry:
    detail = json.loads(row["detail"])
    files = tuple(
        (name.removeprefix(FILE_PREFIX), digest) for name, digest in detail.items() if name.startswith(FILE_PREFIX)
    )
    return RegisterEntry(
        from_utc_text(row["at"]), row["what"], detail.get(WHOSE, ""), row["for_period"], row["run_id"], files
    )
