"""Checks are kept and can be made once more: the same answer, or what differs."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from support.school import Book, Trial, at
from support.service_log import note

from netcity_sync.cli import run_command_line
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance import kept_checks
from netcity_sync.compliance.kept_checks import KeptCheck, load_basis, load_checks, load_details
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, UsageError
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.checks import repeat_check
from netcity_sync.jobs.reparse import run_reparse
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.model import (
    AttendanceCode,
    Dictionaries,
    FinalMarks,
    Journal,
    JournalAccess,
    PlannedLesson,
    Roster,
    Substitution,
    Term,
)  # fmt: skip
from netcity_sync.settings import Settings


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """Three nights: a topic missing, the journal unread, the topic written."""
    book = Book().add_lessons("09-01", "09-02", topic=None).add_lessons("09-03", "09-04", "09-07")
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    tried.check()
    tried.source.broken["journal"] = AnswerError("нет ответа")
    tried.sync("09-03 21:00")
    tried.check()
    tried.source.broken.clear()
    book.set_topic(101, "Атомы")
    tried.sync("09-04 21:00")
    tried.check("LSN-01", "LSN-02")
    return tried


def kept(tried: Trial) -> list[KeptCheck]:
    with open_reader(DataFolder(tried.settings.storage.data_dir)) as connection:
        return load_checks(connection)


def with_checks(tried: Trial, **checks: object) -> Settings:
    return Settings.model_validate({**tried.settings.model_dump(), "checks": checks})


def test_a_check_is_kept_with_what_it_rested_on(tried: Trial) -> None:
    last, second, first = kept(tried)
    assert [item.moment for item in (first, second, last)] == [
        at("09-02 21:00"), at("09-03 21:00"), at("09-04 21:00")
    ]  # fmt: skip
    assert (first.id, first.run_id, last.run_id, last.checked) == (1, 1, 3, ("LSN-01", "LSN-02"))
    assert last.by_rule == {"LSN-01": 1, "LSN-02": 1}
    assert (first.settings_hash, first.rules_hash) == (second.settings_hash, second.rules_hash)
    assert last.rules_hash != first.rules_hash
    with open_reader(DataFolder(tried.settings.storage.data_dir)) as connection:
        details, basis = load_details(connection, second.id), load_basis(connection, second)
    assert details is not None
    assert second.no_data == len(details.no_data) > 0
    assert any("журнал не прочитан в последнем прогоне" in gap.reason for gap in details.no_data)
    assert basis is not None
    assert json.loads(basis.settings).keys() >= {"checks", "deadlines", "calendar", "school", "accumulation"}
    assert not json.loads(basis.settings).keys() & {"gis", "storage", "mail", "people", "family", "exchange"}
    assert str(tried.settings.storage.data_dir) not in basis.settings
    assert [item["id"] for item in json.loads(basis.rules)] == list(second.checked)


def test_any_check_gives_the_same_answer_again(tried: Trial) -> None:
    tried.book.set_topic(102, "Молекулы")
    tried.sync("10-05 21:00")
    tried.check()
    for item in kept(tried):
        repeated = repeat_check(tried.settings, item.id)
        assert repeated.same
        assert not repeated.rules_changed
        assert (repeated.check, repeated.run_id) == (item, item.run_id)
    assert len(kept(tried)) == 4, "a repetition is no check"


class BookParser:
    """Parses the kept pages of a `BookSource` as they were parsed when they were read."""

    def parse_dictionaries(self, raw: bytes) -> Dictionaries:
        return Dictionaries.model_validate_json(raw)

    def parse_roster(self, class_id: int, raw: bytes) -> Roster:
        return Roster.model_validate_json(raw)

    def parse_journal(self, subject_group_id: int, term_id: int, terms: Iterable[Term], raw: bytes) -> Journal:
        return Journal.model_validate_json(raw)

    def parse_term_marks(self, subject_group_id: int, raw: bytes) -> FinalMarks:
        return FinalMarks.model_validate_json(raw)

    def parse_journal_access(self, first: date, last: date, raw: bytes) -> tuple[JournalAccess, ...]:
        raise AssertionError("never kept")


def test_the_same_answer_after_the_mirror_was_read_anew(tried: Trial) -> None:
    before = kept(tried)
    outcome = run_reparse(tried.settings, BookParser(), fixed_clock(at("09-05 12:00")), write=True)
    assert (outcome.written, outcome.differing, outcome.refused) == (True, (), ())
    for item in before:
        assert repeat_check(tried.settings, item.id).same


def planned(*topics: str) -> list[PlannedLesson]:
    return [
        PlannedLesson(class_name="7А", subject="Химия", number=number, topic=topic, planned_on=date(2026, 9, number))
        for number, topic in enumerate(topics, start=1)
    ]


def replaced(slot: int) -> Substitution:
    return Substitution(
        held_on=date(2026, 9, 2), slot=slot, class_name="7А", subject="Химия", absent="Учебнова Елена Петровна",
        substitute="Примерова Вера Петровна",
    )  # fmt: skip


@pytest.fixture
def whole_year(tmp_path: Path) -> Trial:
    """Tables handed in, final marks set, the service's own events noted; checked, then everything goes on."""
    book = Book(term_end=date(2026, 9, 10))
    book.add_lessons("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", topic=None)
    for lesson in (101, 102, 103):
        book.mark(lesson, 3)
    book.absent(104, AttendanceCode.UNKNOWN)
    book.final(5)
    tried = Trial(tmp_path, book)
    tried.hand_in("09-01 08:00", plan=planned("Атомы", "Молекулы", "Вещества"), substitutions=[replaced(1)])
    tried.sync("09-14 21:00")
    note(tried, EventKind.BACKUP_VERIFIED, "09-14 21:10", "copy-1", ok=False)
    tried.now = at("09-14 22:00")
    tried.check()
    return tried


def test_later_nights_takes_and_events_change_no_answer(whole_year: Trial) -> None:
    tried = whole_year
    (first,) = kept(tried)
    assert {"LSN-01", "LSN-07", "FIN-02", "OPS-01", "OPS-03", "PLN-02", "ATT-03"} <= first.by_rule.keys()
    tried.book.final(4)
    tried.book.set_topic(102, "Молекулы")
    tried.book.marks[0] = tried.book.marks[0].model_copy(update={"value": 5})
    tried.sync("09-15 21:00")
    tried.hand_in("09-16 08:00", plan=planned("Иначе"), substitutions=[])
    note(tried, EventKind.BACKUP_MADE, "09-16 09:00", "copy-2")
    note(tried, EventKind.BACKUP_VERIFIED, "09-16 09:10", "copy-1")
    note(tried, EventKind.DRILL, "09-16 09:20", "copy-1")
    tried.sync("09-16 21:00")
    second = tried.check()
    assert not {"LSN-07", "FIN-02", "OPS-01", "OPS-03"} & {item.rule for item in second.findings}
    for item in kept(tried):
        assert repeat_check(tried.settings, item.id).same


def test_it_is_repeated_with_the_settings_it_had(tried: Trial) -> None:
    strict = with_checks(tried, stale_after_hours=1)
    other = run_check(strict, fixed_clock(at("09-04 23:00")))
    assert other.no_data
    hashes = {item.settings_hash for item in kept(tried)}
    assert len(hashes) == 2
    for settings in (tried.settings, strict):
        assert all(repeat_check(settings, item.id).same for item in kept(tried))


def test_what_differs_is_named(tried: Trial) -> None:
    folder = DataFolder(tried.settings.storage.data_dir)
    with open_writer(folder) as db:
        db.execute("UPDATE lesson SET topic = 'Иначе' WHERE lesson_id = 102")
    repeated = repeat_check(tried.settings, 3)
    assert not repeated.same
    assert (repeated.more, len(repeated.less), repeated.changed) == ((), 1, ())
    with open_writer(folder) as db:
        db.execute("UPDATE lesson SET topic = NULL")
        db.execute("UPDATE subject_group SET name = 'Химия и жизнь'")
    repeated = repeat_check(tried.settings, 1)
    assert {item.rule for item in repeated.changed} == {"HW-01", "LSN-01"}
    assert (repeated.more, repeated.less) == ((), ())
    unread = repeat_check(tried.settings, 2)
    assert len(unread.more_no_data) == len(unread.less_no_data) > 0


def test_other_rules_are_told_of(tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_checks, "_code", lambda module: "other")
    repeated = repeat_check(tried.settings, 1)
    assert (repeated.same, repeated.rules_changed) == (True, True)


def test_only_the_newest_checks_keep_their_details(tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_checks, "DETAILS_OF", 2)
    tried.check("LSN-01")
    assert [item.findings for item in kept(tried)] == [1, 2, 1, 2]
    for number in (1, 2):
        with pytest.raises(UsageError, match="подробности не хранятся"):
            repeat_check(tried.settings, number)
    assert repeat_check(tried.settings, 3).same
    with pytest.raises(UsageError, match="Нет проверки № 9"):
        repeat_check(tried.settings, 9)


def test_settings_that_mean_nothing_any_more(tried: Trial) -> None:
    with open_writer(DataFolder(tried.settings.storage.data_dir)) as db:
        db.execute("UPDATE check_basis SET text = '{\"checks\":{\"gone\":1}}' WHERE text LIKE '{%'")
    with pytest.raises(UsageError, match="непонятны"):
        repeat_check(tried.settings, 1)


def test_the_commands(tried: Trial, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gis]\nurl = "http://127.0.0.1:1"\nschool = 1\nlogin = "x"\n[school]\ntimezone = "Asia/Yekaterinburg"\n'
        f"[storage]\ndata_dir = {json.dumps(str(tmp_path))}\n",
        encoding="utf-8",
    )

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run_command_line(["--config", str(config), "checks", *arguments])
        return code, capsys.readouterr().out

    assert [item["id"] for item in json.loads(run("list", "--json")[1])] == [3, 2, 1]
    assert "Проверки: 3" in run("list")[1]
    shown = json.loads(run("show", "2", "--json")[1])
    assert any(gap["reason"].startswith("7А, Химия") for gap in shown["gaps"])
    assert "Проверка № 2" in run("show", "2")[1]
    assert run("repeat", "3") == (0, "Ответ тот же: 2 нарушения, нет данных: 0 мест.\n")
    with open_writer(DataFolder(tmp_path)) as db:
        db.execute("UPDATE lesson SET topic = 'Иначе' WHERE lesson_id = 102")
    code, page = run("repeat", "3")
    assert (code, "Ответ другой: 1 отличие" in page, "только тогда" in page) == (1, True, True)
    answer = json.loads(run("repeat", "3", "--json")[1])
    assert (answer["same"], len(answer["less"])) == (False, 1)
