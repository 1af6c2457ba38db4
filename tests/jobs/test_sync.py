"""A sync as a job: what it records, what stops it, what it goes on after."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.school import Book, Trial

from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, LockHeld, SignInRefused, SourceMaintenance, UsageError
from netcity_sync.mirror.lock import hold_lock


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """A trial over a small book."""
    return Trial(tmp_path, Book().add_lessons("09-01", "09-02"))


def statuses(tried: Trial) -> list[str]:
    """How the runs ended."""
    with closing(sqlite3.connect(DataFolder(tried.settings.storage.data_dir).mirror)) as db:
        return [row[0] for row in db.execute("SELECT status FROM run ORDER BY run_id")]


def test_a_whole_run(tried: Trial) -> None:
    outcome = tried.sync("09-02 21:00")
    assert (outcome.status, outcome.scopes, outcome.scopes_ok, outcome.students) == ("done", 3, 3, 1)
    assert tried.sync("09-03 21:00").changed_rows == 0
    assert tried.sync("09-04 21:00", full=True).changed_rows == 0
    assert (tried.source.signed_in, tried.source.signed_out) == (3, 3)


def test_a_failed_journal_is_named_as_users_call_it(tried: Trial) -> None:
    tried.source.broken["journal"] = AnswerError("нет поля", where="GET x")
    outcome = tried.sync("09-02 21:00")
    assert (outcome.status, outcome.exit_code) == ("partial", 1)
    assert [(item.label, item.error) for item in outcome.failures] == [("7А, Химия, 1 четверть", "нет поля GET x")]


def test_resume_reads_only_what_is_missing(tried: Trial) -> None:
    tried.source.broken["journal"] = AnswerError("нет поля")
    tried.sync("09-02 21:00")
    tried.source.broken.clear()
    outcome = tried.sync("09-02 22:00", resume=True)
    assert (outcome.status, outcome.scopes) == ("done", 2)
    assert tried.sync("09-03 21:00", resume=True).scopes == 3


@pytest.mark.parametrize("stage", ["sign-in", "dictionaries", "roster", "journal"])
@pytest.mark.parametrize("error", [SourceMaintenance("закрыт"), SignInRefused("не принят")], ids=["closed", "refused"])
def test_a_source_that_is_gone_stops_the_run(tried: Trial, stage: str, error: Exception) -> None:
    tried.source.broken[stage] = error  # type: ignore[assignment]
    with pytest.raises(type(error)):
        tried.sync("09-02 21:00")
    assert statuses(tried) == ["failed"]
    tried.source.broken.clear()
    assert tried.sync("09-03 21:00").status == "done"


@pytest.mark.parametrize("stage", ["sign-in", "dictionaries", "roster", "journal"])
def test_a_bug_ends_the_record_of_the_run_too(tried: Trial, stage: str) -> None:
    tried.source.broken[stage] = KeyError("bug")  # type: ignore[assignment]
    with pytest.raises(KeyError):
        tried.sync("09-02 21:00")
    assert statuses(tried) == ["failed"]
    tried.source.broken.clear()
    assert tried.sync("09-03 21:00").status == "done"


def test_nobody_signs_in_while_another_run_works(tried: Trial) -> None:
    folder = DataFolder(tried.settings.storage.data_dir)
    folder.prepare()
    with hold_lock(folder.lock), pytest.raises(LockHeld):
        tried.sync("09-02 21:00")
    assert tried.source.signed_in == 0


@pytest.mark.parametrize("name", ["7А", "7 а", "7A"])
def test_one_class_however_it_is_written(tried: Trial, name: str) -> None:
    assert tried.sync("09-02 21:00", classes=(name,)).scopes == 3


def test_an_unknown_class(tried: Trial) -> None:
    with pytest.raises(UsageError, match="Нет такого класса: 8Б"):
        tried.sync("09-02 21:00", classes=("8Б",))


def test_a_term_that_has_not_begun_is_not_read(tried: Trial) -> None:
    assert tried.sync("08-31 21:00").scopes == 2
