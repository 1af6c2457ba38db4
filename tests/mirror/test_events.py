"""The log of what the service did: what writes it, how it reads, and that it never stands in the way."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from support.reports import month_files
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError
from netcity_sync.jobs.backup import make_backup, prove_backup
from netcity_sync.mirror.backup import find_backup, restore_backup
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.event_schema import EVENT_WORDS, EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event, record_event
from netcity_sync.mirror.snapshot import open_snapshot

NIGHT = at("09-14 21:00")


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder after one night."""
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-14 21:00")
    return DataFolder(tmp_path)


def events(folder: DataFolder) -> list[tuple[str, str, str, int]]:
    """Kind, what, period, ok of all events, in order."""
    with closing(sqlite3.connect(folder.mirror)) as connection:
        return connection.execute("SELECT kind, what, for_period, ok FROM service_event ORDER BY event_id").fetchall()


def test_an_event_reads_back_in_russian(folder: DataFolder) -> None:
    event = ServiceEvent(
        EventKind.PAPER_SET_STATE,
        NIGHT,
        "9А",
        "7",
        date(2026, 9, 14),
        detail={"state": "сверено", "pages": 3},
        run_id=1,
    )
    with open_writer(folder) as connection:
        record_event(connection, event)
        shown = connection.execute("SELECT * FROM v_service_event WHERE \"За период\" = '7'").fetchone()
    assert shown == (
        "2026-09-14 16:00", "состояние бумажной копии", "9А", "7", "2026-09-14", "да",
        '{"pages": 3, "state": "сверено"}', 1,
    )  # fmt: skip


def test_every_kind_has_words() -> None:
    assert set(EVENT_WORDS) == set(EventKind)


def test_a_sync_measures_the_disk(folder: DataFolder) -> None:
    assert events(folder) == [("disk_measured", "", "", 1)]
    with open_snapshot(folder) as snapshot:
        (row,) = snapshot.connection.execute("SELECT * FROM as_of_service_event").fetchall()
    detail = json.loads(row["detail"])
    assert 0 < detail["free"] <= detail["total"]
    assert (detail["backups"], row["run_id"], row["at"]) == (0, 1, "2026-09-14T16:00:00Z")


def test_backups_are_noted_whole_or_damaged(folder: DataFolder) -> None:
    backup = make_backup(folder, fixed_clock(NIGHT))
    prove_backup(folder, backup, fixed_clock(NIGHT))
    with backup.path.open("r+b") as file:
        file.write(b"damage")
    with pytest.raises(DamagedError):
        prove_backup(folder, backup, fixed_clock(NIGHT))
    assert events(folder)[1:] == [
        ("backup_made", backup.name, "", 1), ("backup_verified", backup.name, "", 1),
        ("backup_verified", backup.name, "", 0),
    ]  # fmt: skip


def test_a_mirror_that_was_brought_back_is_what_the_backup_was(folder: DataFolder) -> None:
    before = events(folder)
    make_backup(folder, fixed_clock(NIGHT))
    restore_backup(folder, find_backup(folder, "latest"), force=True, clock=fixed_clock(at("09-15 09:00")))
    assert events(folder) == before


def test_a_backup_can_be_proved_where_the_mirror_is_lost(folder: DataFolder) -> None:
    backup = make_backup(folder, fixed_clock(NIGHT))
    folder.mirror.unlink()
    prove_backup(folder, backup, fixed_clock(NIGHT))
    assert not folder.mirror.exists()
    folder.mirror.write_bytes(b"no database" * 1000)
    prove_backup(folder, backup, fixed_clock(NIGHT))


def test_nothing_is_made_in_a_mirror_of_an_older_program(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.mirror)) as connection:
        connection.execute("DROP VIEW v_service_event")
        connection.execute("DROP TABLE service_event")
    assert not note_event(folder, ServiceEvent(EventKind.DRILL, NIGHT))
    with open_snapshot(folder) as snapshot:
        assert snapshot.connection.execute("SELECT * FROM as_of_service_event").fetchall() == []


def test_a_report_is_noted_but_not_one_of_the_past(folder: DataFolder) -> None:
    settings = Trial(folder.root, Book()).settings
    for past in (None, NIGHT):
        month_files(settings, at("10-02 09:00"), "filling", date(2026, 9, 1), ("html",), past)
    assert events(folder)[1:] == [("report_made", "filling", "2026-09", 1)]
