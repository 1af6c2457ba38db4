"""Every fault at every stage of a sync, and what the run does about it: the rows of docs/faults.md."""

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import SecretStr

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError
from netcity_sync.jobs.sync import SyncOutcome, run_sync
from netcity_sync.mirror.schema import (
    ACCESS_TABLE,
    DICTIONARY_TABLES,
    FINAL_MARK_TABLE,
    JOURNAL_TABLES,
    ROSTER_TABLES,
)
from netcity_sync.settings import Settings
from netcity_sync.simulator.faults import Fault
from netcity_sync.simulator.server import Simulator, running_simulator

STAGES = ("sign-in", "dictionaries", "journal", "totals", "report", "hub", "file")
FIRST_NIGHT, SECOND_NIGHT = datetime(2026, 9, 14, 21), datetime(2026, 9, 15, 21)
_HEAD = """\
# What a sync does when the GIS misbehaves

One table, made by `make faults` and held to by `tests/faults`: every fault of the simulator at every stage of a run,
striking every call of that stage. The run is the second night of a small school, with one reader, two attempts a call
and a breaker after six failures in a row; where answers never come, they are waited for 0.4 s. A healthy night makes
{healthy} requests.

In no case: a wait beyond its time-out, more than one repeated sign-in, a scope that is merged in part, a value in the
mirror that the server never sent.

| fault | stage | the run | exit code | sign-ins | requests |
|---|---|---|---|---|---|
"""

State = dict[str, frozenset[tuple[object, ...]]]
"""The current rows of a mirror by scope."""


@dataclass(frozen=True)
class Night:
    """What a faulty night did."""

    fault: str
    stage: str
    words: str
    exit_code: int
    sign_ins: int
    requests: int
    state: State

    @property
    def row(self) -> str:
        """As a line of the table."""
        return (
            f"| `{self.fault}` | {self.stage} | {self.words} | {self.exit_code} | {self.sign_ins} | {self.requests} |"
        )


class Laboratory:
    """A school, a mirror of its first night, and what a healthy second night makes of it."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        simulator.be_slow(0.001)
        self._sync(folder / "first", FIRST_NIGHT)
        simulator.move(SECOND_NIGHT)
        self.before = state_of(folder / "first")
        healthy = self.night("none", "sign-in")
        self.after, self.healthy_requests = healthy.state, healthy.requests

    def night(self, fault: str, stage: str, *, readers: int = 1) -> Night:
        """The second night with a fault at a stage."""
        data = self.folder / "second"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.folder / "first", data)
        self.simulator.end_sessions()
        self.sent = 0
        before = len(self.simulator.log)
        if fault != "none":
            self.simulator.set_fault(f"{fault}@{stage}", 1)
        try:
            hangs = fault in (Fault.HANG, Fault.HUB_HANG)
            outcome = self._sync(data, SECOND_NIGHT, readers, 0.4 if hangs else 20)
            words, code = _in_words(outcome), outcome.exit_code
        except NetcityError as error:
            words, code = f"stops: {type(error).__name__}, «{error.what}»", error.exit_code
        finally:
            self.simulator.clear_faults()
        calls = self.simulator.log[before:]
        sign_ins = sum(call.path.endswith("/login") for call in calls)
        sent = self.sent + sum(call.method == "WS" for call in calls)
        return Night(fault, stage, words, code, sign_ins, sent, state_of(data))

    def _sync(self, data: Path, now: datetime, readers: int = 1, patience: float = 20) -> SyncOutcome:
        account = self.simulator.account("staff")
        settings = Settings.model_validate(
            {
                "gis": {
                    "url": self.simulator.url, "school": self.simulator.world.school.id, "login": account.login,
                    "requests_per_second": 0, "readers": readers, "attempts": 2, "read_timeout": patience,
                    "report_timeout": patience,
                    "connect_timeout": 5, "stop_after_failures": 6,
                },
                "school": {"timezone": "Asia/Yekaterinburg"},
                "storage": {"data_dir": data},
                "sync": {"journal_access": True},
            }
        )  # fmt: skip
        password = SecretStr(account.password)
        source = NetSchoolSource(settings.gis, password, journal_access=True, sleep=lambda _: None)
        try:
            return run_sync(settings, source, fixed_clock(now.replace(tzinfo=settings.zone)))
        finally:
            self.sent = source.requests_made


def _in_words(outcome: SyncOutcome) -> str:
    if not outcome.failures:
        return "reads everything"
    reasons = sorted({f"«{failure.error.partition('. ')[0].rstrip('.')}.»" for failure in outcome.failures})
    return f"goes on without {outcome.scopes_failed} of {outcome.scopes} scopes: {', '.join(reasons)}"


def state_of(data: Path) -> State:
    """The current rows of a mirror, scope by scope; records that are only missing once still stand."""
    state: State = {}
    with closing(sqlite3.connect(DataFolder(data).mirror)) as connection:
        for table in (*DICTIONARY_TABLES, *ROSTER_TABLES, *JOURNAL_TABLES, FINAL_MARK_TABLE, ACCESS_TABLE):
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            width = len(table.scope)
            for row in connection.execute(f"SELECT {names} FROM {table.name} WHERE seen_to IS NULL"):
                name = "journal" if table in JOURNAL_TABLES else table.name if width else "dictionaries"
                key = ":".join([name, *map(str, row[:width])])
                state[key] = state.get(key, frozenset()) | {(table.name, *row)}
    return state


@contextmanager
def laboratory() -> Iterator[Laboratory]:
    """A laboratory of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_simulator(seed=11, classes=1, now=FIRST_NIGHT, version="5.51") as simulator,
    ):
        yield Laboratory(simulator, Path(folder))


def main() -> None:
    """Print the page."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with laboratory() as lab:
        sys.stdout.write(_HEAD.format(healthy=lab.healthy_requests))
        for fault in Fault:
            for stage in STAGES:
                sys.stdout.write(lab.night(fault.value, stage).row + "\n")


if __name__ == "__main__":
    main()
