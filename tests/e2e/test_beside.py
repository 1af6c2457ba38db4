"""A report and a check beside a sync: one state, and no waiting for its end."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from support.installation import Installation

from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.simulator.server import Simulator

FIRST, SECOND = "2026-09-21T21:00:00", "2026-09-28T21:00:00"


def test_a_check_and_a_report_while_a_sync_is_half_done(installation: Installation, simulator: Simulator) -> None:
    installation.ask("sync", "--now", FIRST)
    before = installation.ask("check", "--now", FIRST)
    simulator.move(datetime(2026, 9, 28, 21))
    seen = sum(call.path.endswith("/grade/journal") for call in simulator.log)
    simulator.be_slow(0.02)
    simulator.set_fault("slow", 1.0)
    syncing = installation.start("sync", "--now", SECOND)
    try:
        simulator.wait_for_calls("/grade/journal", seen + 4)
        simulator.be_slow(1.0)
        beside = installation.ask("check", "--now", FIRST)
        files = installation.ask("report", "make", "filling", "--month", "2026-09", "--now", FIRST)["files"]
        still_running = syncing.poll() is None
    finally:
        simulator.set_fault("slow", 0.0)
        syncing.communicate(timeout=60)
    assert still_running
    assert len(files) == 3
    assert beside == before
    with closing(sqlite3.connect(installation.data / "mirror.db")) as db:
        assert db.execute("SELECT status FROM run ORDER BY run_id").fetchall() == [("done",), ("done",)]


def test_a_check_does_not_wait_for_a_writer(installation: Installation) -> None:
    installation.ask("sync", "--now", FIRST)
    with writing(installation):
        installation.ask("check", "--as-of", FIRST)


def test_a_report_does_not_wait_for_a_writer(installation: Installation) -> None:
    installation.ask("sync", "--now", FIRST)
    with writing(installation):
        making = installation.start("report", "make", "filling", "--now", FIRST)
        assert wait_for_files(DataFolder(installation.data).reports, 3)
    making.communicate(timeout=60)
    assert making.returncode == 0
    with closing(sqlite3.connect(installation.data / "mirror.db")) as db:
        assert db.execute("SELECT count(*) FROM service_event WHERE kind = 'report_made'").fetchone() == (1,)


@contextmanager
def writing(installation: Installation) -> Iterator[None]:
    """Somebody in the middle of a transaction."""
    with open_writer(DataFolder(installation.data)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE lesson SET topic = 'не дописано' WHERE seen_to IS NULL")
        yield
        writer.execute("ROLLBACK")


def wait_for_files(folder: Path, count: int) -> bool:
    """Whether so many whole files are there before long."""
    for _ in range(1000):
        if len([path for path in folder.glob("*") if path.suffix != ".new"]) == count:
            return True
        time.sleep(0.02)
    return False
