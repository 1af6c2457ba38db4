"""A look into the past says what was said then: every check and every report, day by day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from support.reports import desk_at, month_document, month_files
from support.school import ZONE, Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, SignInRefused, UsageError
from netcity_sync.jobs.check import CheckOutcome, run_check
from netcity_sync.jobs.source import gis_source
from netcity_sync.jobs.sync import run_sync
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.runs import begin_run, finish_run
from netcity_sync.mirror.snapshot import open_snapshot, run_as_of
from netcity_sync.reports.document import Document
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import Simulator, running_simulator

SEPTEMBER = date(2026, 9, 1)


def settings_of(simulator: Simulator, folder: Path) -> Settings:
    """An installation that reads from a simulator without sparing it."""
    gis = {
        "url": simulator.url, "school": simulator.world.school.id, "login": simulator.accounts[0].login,
        "requests_per_second": 0,
    }  # fmt: skip
    return Settings.model_validate({"gis": gis, "school": {"timezone": ZONE.key}, "storage": {"data_dir": str(folder)}})


def end_of_day(moment: datetime) -> datetime:
    """What a bare date means."""
    return datetime.combine(moment.astimezone(ZONE).date(), datetime.max.time(), tzinfo=ZONE)


def said(outcome: CheckOutcome) -> tuple[object, ...]:
    return outcome.run_id, outcome.findings, outcome.no_data


def of_journals(outcome: CheckOutcome) -> tuple[object, ...]:
    """The same, without what is told of the service itself: its backups are hours old, whatever the journals hold."""
    findings = tuple(item for item in outcome.findings if not item.rule.startswith("OPS-"))
    return outcome.run_id, findings, outcome.no_data


def document(settings: Settings, now: datetime, as_of: datetime | None) -> Document:
    with desk_at(settings, now, as_of) as desk:
        return month_document(desk, "filling", SEPTEMBER)


@pytest.mark.parametrize("by_date", [True, False])
def test_a_school_day_by_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_date: bool) -> None:
    """Checks and reports of a school that writes, mends and loses entries, each repeated later."""
    first = datetime(2026, 9, 8, 21, tzinfo=ZONE)
    then: dict[datetime, tuple[CheckOutcome, Document]] = {}
    with running_simulator(seed=7, classes=2, now=first.replace(tzinfo=None)) as simulator:
        monkeypatch.setenv("NETCITY_PASSWORD", simulator.accounts[0].password)
        settings = settings_of(simulator, tmp_path)
        for day in (0, 1, 2, 3, 6, 9, 10):
            now = first + timedelta(days=day)
            simulator.move(now.replace(tzinfo=None))
            run_sync(settings, gis_source(settings), fixed_clock(now))
            later = now + timedelta(minutes=40)
            then[later] = run_check(settings, fixed_clock(later)), document(settings, later, None)
    assert len({outcome.findings for outcome, _ in then.values()}) > 3
    assert any(outcome.fixed for outcome, _ in then.values())
    for now, (outcome, made) in then.items():
        moment = end_of_day(now) if by_date else now
        repeated = run_check(settings, fixed_clock(first + timedelta(days=30)), as_of=moment)
        same = of_journals if by_date else said
        assert same(repeated) == same(outcome)
        assert document(settings, moment, moment) == made


def test_a_finding_that_came_again_was_opened_when_it_was(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book)
    answers: dict[str, CheckOutcome] = {}
    for day, topic in (("09-02", None), ("09-03", "Тема"), ("09-04", None), ("09-05", None), ("09-06", "Тема")):
        book.set_topic(101, topic)
        tried.sync(f"{day} 21:00")
        answers[day] = tried.check("LSN-01")
    assert [item.opened_at for item in answers["09-05"].findings] == [at("09-04 21:00")]
    for day, outcome in answers.items():
        repeated = run_check(tried.settings, fixed_clock(tried.now), as_of=at(f"{day} 23:59"), rules=("LSN-01",))
        assert said(repeated) == said(outcome)


def test_staleness_is_judged_then(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book, checks={"stale_after_hours": 24})
    tried.sync("09-02 21:00")
    for moment, gaps in ((at("09-03 20:59"), 0), (at("09-03 21:01"), 1)):
        then = run_check(tried.settings, fixed_clock(moment), rules=("LSN-01",))
        assert len(then.no_data) == gaps
        later = run_check(tried.settings, fixed_clock(at("10-05 21:00")), as_of=moment, rules=("LSN-01",))
        assert (later.findings, later.no_data) == (then.findings, then.no_data)


def test_a_run_that_was_not_over_is_not_looked_at(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    with open_writer(DataFolder(tmp_path)) as connection:
        night = begin_run(connection, at("09-02 23:30"), resume=False)
        finish_run(connection, night, at("09-03 02:00"), "done")
        killed = begin_run(connection, at("09-03 21:00"), resume=False)
        begin_run(connection, at("09-04 21:00"), resume=False)

    def newest(moment: str) -> int:
        with open_snapshot(DataFolder(tmp_path), at(moment)) as snapshot:
            return snapshot.run_id

    assert newest("09-02 23:59") == 1
    assert newest("09-03 01:59") == 1
    assert newest("09-03 02:00") == night
    assert newest("09-03 23:59") == night
    assert newest("09-04 20:59") == night
    assert newest("09-04 23:59") == killed
    with open_snapshot(DataFolder(tmp_path)) as snapshot:
        assert run_as_of(snapshot.connection).run_id == killed


def test_before_the_first_run_there_is_nothing(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    with pytest.raises(UsageError, match=r"На 01.09.2026 23:59 .* первый прогон кончился 02.09.2026 21:00"):
        run_check(tried.settings, fixed_clock(tried.now), as_of=at("09-01 23:59"))
    with pytest.raises(UsageError, match="ничего не было"):
        month_files(tried.settings, tried.now, "filling", SEPTEMBER, ("html",), at("09-01 23:59"))


def test_a_first_run_that_failed_knew_nothing(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01", topic=None))
    tried.source.broken["sign-in"] = SignInRefused("не принят пароль")
    with pytest.raises(SignInRefused):
        tried.sync("09-01 21:00")
    then = tried.check("LSN-01")
    tried.source.broken.clear()
    tried.source.broken["roster"] = AnswerError("нет списка")
    tried.sync("09-02 21:00")
    later = run_check(tried.settings, fixed_clock(tried.now), as_of=at("09-01 23:59"), rules=("LSN-01",))
    assert said(later) == said(then)
    assert [item.reason.split(" (")[0] for item in later.no_data] == ["источник не даёт нужных сведений"]


def test_a_report_of_the_past_lies_beside_that_of_today(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    for as_of, name in ((None, "filling-2026-09.html"), (at("09-02 23:59"), "filling-2026-09-as-of-2026-09-02.html")):
        (path,) = month_files(tried.settings, tried.now, "filling", SEPTEMBER, ("html",), as_of)
        assert path.name == name
    assert replace(tried.check("LSN-01"), findings=()).opened == 0
