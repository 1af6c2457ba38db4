"""The life of findings: opened, growing old, overdue, not judged, fixed, broken again, ended with the year."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Finding, FindingStatus
from netcity_sync.compliance.findings import episodes_of, find_finding, load_findings
from netcity_sync.compliance.life import Standing, State, today_of
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, UsageError
from netcity_sync.jobs.check import run_check
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.snapshot import open_snapshot


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


def open_book(*more: str) -> Book:
    """A journal with a topic missing on September 1, and lessons on Mondays to Fridays after it, less a holiday."""
    book = Book().add_lessons("09-01", topic=None)
    return book.add_lessons("09-02", "09-03", "09-04", "09-07", "09-08", "09-10", "09-11", "09-14", "09-15", *more)


def standing(tried: Trial, moment: str, rule: str = "LSN-01") -> tuple[Finding, Standing]:
    """The one finding of a rule, and how it stands at a moment."""
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        (finding,) = load_findings(snapshot.connection, rules=(rule,))
        return finding, today_of(snapshot, tried.settings, at(moment)).standing(finding)


@pytest.mark.parametrize(
    ("moment", "age", "state"),
    [
        ("09-02 23:59", 0, State.OPEN),
        ("09-03 00:00", 1, State.OPEN),
        ("09-06 21:00", 2, State.OPEN),  # the weekend is no school day
        ("09-07 00:00", 3, State.OPEN),
        ("09-08 21:00", 4, State.OVERDUE),
        ("09-09 21:00", 4, State.OVERDUE),  # a day without lessons
        ("09-10 00:00", 5, State.OVERDUE),
    ],
)
def test_age_is_in_school_days(tmp_path: Path, moment: str, age: int, state: State) -> None:
    tried = Trial(tmp_path, open_book())
    tried.sync("09-02 21:00")
    tried.check("LSN-01")
    assert standing(tried, moment)[1] == Standing(state, age)


@pytest.mark.parametrize(("limits", "late"), [({"viol": 0}, "09-03"), ({"viol": 1}, "09-04"), ({"crit": 0}, None)])
def test_how_long_mending_may_take_is_a_setting(tmp_path: Path, limits: dict[str, int], late: str | None) -> None:
    tried = Trial(tmp_path, open_book(), checks={"mend_within": limits})
    tried.sync("09-02 21:00")
    tried.check("LSN-01")
    for day in ("09-02", "09-03", "09-04", "09-15"):
        overdue = late is not None and day >= late
        assert standing(tried, f"{day} 12:00")[1].state is (State.OVERDUE if overdue else State.OPEN)


def test_what_happened_is_never_overdue(tmp_path: Path) -> None:
    book = open_book()
    tried = Trial(tmp_path, book, checks={"mend_within": {"warn": 0}})
    tried.sync("09-02 21:00")
    book.set_topic(101, "Тема")
    tried.sync("09-03 21:00")
    tried.check("LSN-02")
    assert standing(tried, "09-15 21:00", "LSN-02")[1] == Standing(State.OPEN, None)


def test_fixed_between_two_reads(tmp_path: Path) -> None:
    book = open_book()
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    tried.check()
    tried.source.broken["journal"] = AnswerError("нет ответа")
    tried.sync("09-03 21:00")
    tried.check()
    finding, then = standing(tried, "09-03 21:00")
    assert (then.state, then.age, finding.seen_run) == (State.UNKNOWN, 1, 1)
    assert finding.unjudged == "7А, Химия, 1 четверть: журнал не прочитан в последнем прогоне"
    tried.source.broken.clear()
    book.set_topic(101, "Тема")
    tried.sync("09-04 21:00")
    assert tried.check("LSN-01").fixed == 1
    finding, then = standing(tried, "09-04 21:00")
    assert then == Standing(State.FIXED)
    assert (finding.seen_run, finding.fixed_run, finding.fixed_at, finding.unjudged) == (1, 3, at("09-04 21:00"), None)


def test_an_unread_journal_is_open_again_when_it_is_read(tmp_path: Path) -> None:
    tried = Trial(tmp_path, open_book())
    tried.sync("09-02 21:00")
    tried.check()
    tried.source.broken["journal"] = AnswerError("нет ответа")
    tried.sync("09-03 21:00")
    tried.check()
    tried.source.broken.clear()
    tried.sync("09-04 21:00")
    tried.check()
    finding, then = standing(tried, "09-04 21:00")
    assert (then.state, finding.seen_run, finding.opened_at) == (State.OPEN, 3, at("09-02 21:00"))


def test_what_the_source_tells_no_more_is_not_judged(tmp_path: Path) -> None:
    book = open_book()
    book.set_topic(102, None)
    tried = Trial(tmp_path, book)
    tried.sync("09-03 21:00")
    book.set_topic(102, "Тема")
    tried.sync("09-04 21:00")
    tried.check("LSN-01", "LSN-02")
    tried.sync("09-07 21:00")
    with open_writer(DataFolder(tmp_path)) as db:
        db.execute("DELETE FROM capability WHERE name = ?", [Capability.TOPICS.value])
    assert tried.check("LSN-01", "LSN-02").fixed == 0
    finding, then = standing(tried, "09-07 21:00")
    assert (then.state, finding.unjudged) == (State.UNKNOWN, "источник не даёт нужных сведений (темы)")
    assert standing(tried, "09-07 21:00", "LSN-02")[1].state is State.OPEN, "what was proved stays proved"


def test_each_episode_keeps_its_proof(tmp_path: Path) -> None:
    book = open_book()
    tried = Trial(tmp_path, book)
    hashes = []
    for day, topic in (("09-02", None), ("09-03", "Тема"), ("09-04", None), ("09-07", "Тема")):
        book.set_topic(101, topic)
        tried.sync(f"{day} 21:00")
        hashes += [item.proof.payload_hash for item in tried.check("LSN-01").findings]
    finding, then = standing(tried, "09-07 21:00")
    with open_reader(DataFolder(tmp_path)) as connection:
        (first,) = episodes_of(connection, finding.id)
        assert connection.execute("SELECT episode FROM finding").fetchall()[0][0] == 2
    assert then.state is State.FIXED
    assert (first.opened_at, first.fixed_at) == (at("09-02 21:00"), at("09-03 21:00"))
    assert (first.status, first.seen_run, first.fixed_run) == (FindingStatus.FIXED, 1, 2)
    assert first.proof is not None
    assert [first.proof.payload_hash, finding.proof.payload_hash] == hashes
    assert all(len(item or "") == 64 for item in hashes)


def test_a_year_that_is_over_mends_nothing(tmp_path: Path) -> None:
    book = open_book()
    book.set_topic(102, None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    book.set_topic(102, "Тема")
    tried.sync("09-03 21:00")
    tried.sync("09-04 21:00")
    outcome = tried.check("LSN-01", "LSN-02")
    assert outcome.findings
    with open_writer(DataFolder(tmp_path)) as db:
        db.execute("UPDATE subject_group_term SET seen_to = 3")
    after = tried.check("LSN-01", "LSN-02")
    assert (after.fixed, after.ended, after.findings) == (0, len(outcome.findings), ())
    finding, then = standing(tried, "09-04 21:00")
    assert then == Standing(State.ENDED)
    assert (finding.fixed_at, finding.fixed_run) == (tried.now, None)


def test_findings_of_an_older_program_are_kept(tmp_path: Path) -> None:
    tried = Trial(tmp_path, open_book())
    tried.sync("09-02 21:00")
    tried.check("LSN-01")
    with open_writer(DataFolder(tmp_path)) as db:
        for view in ("v_finding", "v_check", "v_exception"):
            db.execute(f"DROP VIEW {view}")
        db.execute("DROP TABLE finding_exception")
        for column in ("first_day", "last_day", "seen_run", "fixed_run", "unjudged"):
            db.execute(f"ALTER TABLE finding DROP COLUMN {column}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'lives_and_exceptions'")
    with (
        open_snapshot(DataFolder(tmp_path)) as snapshot,
        pytest.raises(UsageError, match="этой версией программы ещё не было"),
    ):
        load_findings(snapshot.connection)
    tried.sync("09-03 21:00")
    tried.check("LSN-01")
    finding, then = standing(tried, "09-03 21:00")
    assert (finding.opened_at, finding.first_day, then.age) == (at("09-02 21:00"), date(2026, 9, 1), 1)
