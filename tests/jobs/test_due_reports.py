"""Reports that the service makes by itself, and the register of what was made."""

import hashlib
from pathlib import Path

from support.reports import desk_at
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.due_reports import due_reports, read_register
from netcity_sync.jobs.report import make_reports
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.mirror.events import ServiceEvent, note_event
from netcity_sync.reports.period import PeriodKind


def begun(folder: Path, moment: str = "09-02 21:00") -> Trial:
    """A school whose log begins at a moment, with lessons in September and October."""
    tried = Trial(folder, Book().add_lessons("09-01", "09-08", "09-29", "10-06"))
    tried.sync(moment)
    note_event(DataFolder(folder), ServiceEvent(EventKind.BACKUP_MADE, at(moment), "a"))
    return tried


def due(tried: Trial, moment: str, report: str = "filling") -> list[str]:
    """For which months a report is due."""
    tried.sync(moment)
    with desk_at(tried.settings, at(moment)) as desk:
        asked = [item.request for item in due_reports(desk) if item.report.id == report]
        return [item.period.key for item in asked if item.period.kind is PeriodKind.MONTH]


def make(tried: Trial, moment: str) -> None:
    with desk_at(tried.settings, at(moment)) as desk:
        wanted = [item for item in due_reports(desk) if item.report.id == "filling"]
        make_reports(desk, fixed_clock(at(moment)), wanted, formats=("html", "pdf"))


def test_a_month_is_due_when_it_is_over(tmp_path: Path) -> None:
    tried = begun(tmp_path)
    assert due(tried, "09-30 23:59") == []
    assert due(tried, "10-01 05:00") == ["2026-09"]


def test_what_was_made_after_its_month_ended_is_done(tmp_path: Path) -> None:
    tried = begun(tmp_path)
    tried.sync("10-01 04:00")
    make(tried, "10-01 05:00")
    assert due(tried, "10-02 05:00") == []
    assert due(tried, "11-01 05:00") == ["2026-10"]


def test_what_was_missed_is_made_later(tmp_path: Path) -> None:
    assert due(begun(tmp_path), "11-20 05:00") == ["2026-09", "2026-10"]


def test_what_ended_before_the_log_began_is_not_due(tmp_path: Path) -> None:
    assert due(begun(tmp_path, "10-01 21:00"), "11-20 05:00") == ["2026-10"]


def test_without_a_log_nothing_is_due(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    assert due(tried, "10-05 21:00") == []


def test_the_register_names_run_and_hash_of_what_lies_there(tmp_path: Path) -> None:
    tried = begun(tmp_path)
    tried.sync("10-01 04:00")
    make(tried, "10-01 05:00")
    (entry,) = read_register(tried.settings)
    assert (entry.report, entry.whose, entry.period, entry.run_id) == ("filling", "", "2026-09", 2)
    assert entry.at == at("10-01 05:00")
    folder = DataFolder(tmp_path).reports
    assert dict(entry.files) == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("filling-2026-09.html", "filling-2026-09.pdf")
    }
