"""The life of findings: opened, still open, fixed, broken again."""

from contextlib import closing
from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import FindingStatus
from netcity_sync.compliance.findings import find_finding, load_findings
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.check import run_check
from netcity_sync.mirror.database import open_reader


def test_opened_fixed_and_broken_again(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    first = tried.check("LSN-01")
    assert (first.opened, first.fixed) == (1, 0)
    tried.sync("09-03 21:00")
    second = tried.check("LSN-01")
    assert (second.opened, second.fixed) == (0, 0)
    assert second.findings[0].opened_at == at("09-02 21:00")
    book.set_topic(101, "Тема")
    tried.sync("09-04 21:00")
    third = tried.check("LSN-01")
    assert (third.opened, third.fixed, third.findings) == (0, 1, ())
    with open_reader(DataFolder(tmp_path)) as connection, closing(connection):
        (fixed,) = load_findings(connection, status=FindingStatus.FIXED)
    assert fixed.fixed_at == at("09-04 21:00")
    book.set_topic(101, None)
    tried.sync("09-05 21:00")
    again = tried.check("LSN-01")
    assert again.findings[0].id == fixed.id
    assert again.findings[0].opened_at == at("09-05 21:00")


def test_what_happened_stays(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    book.set_topic(101, "Тема")
    tried.sync("09-03 21:00")
    assert len(tried.found("LSN-02")) == 1
    tried.sync("09-20 21:00")
    assert [item.opened_at for item in tried.found("LSN-02")] == [at("09-03 21:00")]


def test_a_look_into_the_past_records_nothing(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    book.set_topic(101, "Тема")
    tried.sync("09-03 21:00")
    tried.check()
    past = run_check(tried.settings, fixed_clock(tried.now), as_of=at("09-02 22:00"), rules=("lsn-01",))
    assert [item.rule for item in past.findings] == ["LSN-01"]
    assert tried.check("LSN-01").findings == ()


def test_unknown_names_are_explained(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    with open_reader(DataFolder(tmp_path)) as connection, pytest.raises(UsageError, match="Проверок ещё не было"):
        load_findings(connection)
    tried.check()
    with pytest.raises(UsageError, match="Нет правила"):
        tried.check("LSN-99")
    with open_reader(DataFolder(tmp_path)) as connection, pytest.raises(UsageError, match="Нет замечания"):
        find_finding(connection, "LSN-01-0")
