"""A report and a check beside a sync: one state, and no waiting for its end."""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest
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
    simulator.be_slow(1.0)
    simulator.set_fault("slow", 1.0)
    syncing = installation.start("sync", "--now", SECOND)
    try:
        simulator.wait_for_calls("/grade/journal", seen + 4)
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


@pytest.mark.parametrize("command", [("check", "--as-of", FIRST), ("report", "make", "filling", "--now", FIRST)])
def test_readers_do_not_wait_for_a_writer(installation: Installation, command: tuple[str, ...]) -> None:
    installation.ask("sync", "--now", FIRST)
    with open_writer(DataFolder(installation.data)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE lesson SET topic = 'не дописано' WHERE seen_to IS NULL")
        installation.ask(*command)
        writer.execute("ROLLBACK")
