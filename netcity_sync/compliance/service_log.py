"""The log of the service as rules ask it: only what was done by the moment of the check."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.clock import from_utc_text, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Proof
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.school_days import local_date


@dataclass(frozen=True, slots=True)
class Logged:
    """An event of the log (`mirror.events.ServiceEvent`); `day` is the local date on which it happened."""

    at: datetime
    day: date
    what: str
    period: str
    for_day: str | None
    ok: bool
    run_id: int | None
    detail: Mapping[str, object]

    def number(self, name: str) -> float | None:
        """A number of its details, if they hold it."""
        value = self.detail.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def text(self, name: str) -> str:
        """A text of its details; empty where they hold none."""
        value = self.detail.get(name)
        return value.strip() if isinstance(value, str) else ""


def logged(bench: Bench, kind: EventKind) -> list[Logged]:
    """All events of a kind up to now, newest first."""
    rows = bench.rows(
        "SELECT * FROM as_of_service_event WHERE kind = :kind AND at <= :now ORDER BY at DESC, event_id DESC",
        kind=kind.value,
        now=utc_text(bench.now),
    )
    return [
        Logged(
            at=(at := from_utc_text(row["at"])),
            day=local_date(at, bench.settings.zone),
            what=row["what"],
            period=row["for_period"],
            for_day=row["for_day"],
            ok=bool(row["ok"]),
            run_id=row["run_id"],
            detail=json.loads(row["detail"]),
        )
        for row in rows
    ]


def log_began(bench: Bench) -> datetime | None:
    """When the log begins (UTC): nothing can be missed that should have been done before. None: it has not begun."""
    first = bench.rows("SELECT min(at) AS first FROM as_of_service_event WHERE at <= :now", now=utc_text(bench.now))
    return from_utc_text(first[0]["first"]) if first[0]["first"] else None


def log_began_on(bench: Bench) -> date | None:
    """The local date of that."""
    began = log_began(bench)
    return local_date(began, bench.settings.zone) if began is not None else None


def log_proof(bench: Bench, at: datetime, *facts: tuple[str, str]) -> Proof:
    """The proof of what stands, or does not stand, in the log."""
    return Proof(bench.run_id, utc_text(at), facts=facts)
