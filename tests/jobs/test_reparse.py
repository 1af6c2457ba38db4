"""Re-reading kept answers over a whole mirror: offline, shown before it is written, never a teacher's violation."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from support.school import GROUP, TERM, Book, BookSource, Trial, at

from netcity_sync.adapters.netschool.parser import NetSchoolParser
from netcity_sync.adapters.source import Page, Scope, ScopeKind
from netcity_sync.cli import run_command_line
from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, LockHeld, UsageError
from netcity_sync.jobs.reparse import ReparseOutcome, run_reparse
from netcity_sync.jobs.source import gis_parser, gis_source
from netcity_sync.jobs.sync import run_sync
from netcity_sync.mirror.backup import backup_names, find_backup, verify_backup
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.reparse import Reparse, Reparsed
from netcity_sync.mirror.schema import ENTITY_TABLES
from netcity_sync.model import Dictionaries, FinalMarks, Journal, JournalAccess, Roster, Student, Term
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import Simulator, running_simulator


class BookParser:
    """Parses the pages of a `BookSource`; `refused` ones it does not accept."""

    def __init__(self, refused: Iterable[bytes] = ()) -> None:
        self.refused = set(refused)

    def parse_dictionaries(self, raw: bytes) -> Dictionaries:
        return Dictionaries.model_validate_json(raw)

    def parse_roster(self, class_id: int, raw: bytes) -> Roster:
        return Roster.model_validate_json(raw)

    def parse_journal(self, subject_group_id: int, term_id: int, terms: Iterable[Term], raw: bytes) -> Journal:
        assert [term.id for term in terms] == [TERM]
        if raw in self.refused:
            raise AnswerError("В ответе нет поля.", where="GET grade/journal, поле marks")
        return Journal.model_validate_json(raw)

    def parse_term_marks(self, subject_group_id: int, raw: bytes) -> FinalMarks:
        return FinalMarks.model_validate_json(raw)

    def parse_journal_access(self, first: date, last: date, raw: bytes) -> tuple[JournalAccess, ...]:
        raise AssertionError("never kept")


class OldSource(BookSource):
    """A source whose parser loses what a newer one will find."""

    def __init__(self, book: Book, old: Callable[[Journal], Journal]) -> None:
        super().__init__(book)
        self.old = old

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        page = super().read_journal(subject_group_id, term_id)
        return Page(self.old(page.content), page.raw)


def blind(journal: Journal) -> Journal:
    """Neither topics nor homework."""
    lessons = tuple(item.model_copy(update={"topic": None}) for item in journal.lessons)
    return journal.model_copy(update={"lessons": lessons, "assignments": ()})


def rows_of(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the mirror but how much each read changed and the names of runs."""
    with closing(sqlite3.connect(folder / "mirror.db")) as db:
        tables = {table.name: "*" for table in ENTITY_TABLES} | {
            "scope": "*", "scope_read": "scope_id, run_id, began, ended, payload_hash, anew, error",
        }  # fmt: skip
        return {name: sorted(db.execute(f"SELECT {columns} FROM {name}"), key=repr) for name, columns in tables.items()}


def live(trial: Trial) -> None:
    """Some nights of a journal in which everything is entered in time."""
    for day in (1, 2, 3, 4):
        lesson = trial.book.add_lessons(f"09-0{day}")
        number = max(lesson.lessons)
        trial.book.give_homework(number)
        trial.book.mark(number)
        if day == 3:
            trial.book.students.append(Student(id=2, name="Петрова Анна"))
        trial.sync(f"09-0{day} 16:00")
        trial.sync(f"09-0{day} 21:00")


def old_trial(folder: Path, old: Callable[[Journal], Journal] = blind) -> Trial:
    """A mirror that an old parser filled."""
    trial = Trial(folder, Book())
    trial.source = OldSource(trial.book, old)
    live(trial)
    return trial


def reparse(trial: Trial, *, write: bool = False, parser: BookParser | None = None) -> ReparseOutcome:
    """Re-read everything."""
    return run_reparse(trial.settings, parser or BookParser(), fixed_clock(trial.now), write=write)


def forget_answers_before(folder: Path, moment: datetime) -> None:
    """As if retention were over for what was last seen before a moment."""
    with closing(sqlite3.connect(folder / "raw.db")) as db, db:
        old = "payload_id IN (SELECT payload_id FROM payload WHERE last_seen < ?)"
        db.execute(f"DELETE FROM payload_body WHERE {old}", [moment.timestamp()])
        db.execute("DELETE FROM payload WHERE last_seen < ?", [moment.timestamp()])


def test_as_if_the_better_parser_had_always_been_there(tmp_path: Path) -> None:
    trial = old_trial(tmp_path / "old")
    always = Trial(tmp_path / "new", Book())
    live(always)
    before = rows_of(tmp_path / "old")
    shown = reparse(trial)
    assert rows_of(tmp_path / "old") == before
    assert (shown.written, shown.backup, shown.exit_code) == (False, None, 0)
    done = reparse(trial, write=True)
    assert rows_of(tmp_path / "old") == rows_of(tmp_path / "new")
    assert (done.tables, done.differing, done.examples) == (shown.tables, shown.differing, shown.examples)
    assert [item.label for item in done.differing] == ["7А, Химия, 1 четверть"]
    assert {(item.table, item.added, item.changed) for item in done.tables} == {("lesson", 0, 4), ("assignment", 8, 0)}
    assert reparse(trial, write=True).differing == ()
    assert {item.rule for item in trial.check().findings} == {item.rule for item in always.check().findings}


def test_a_proved_backup_holds_what_was_there(tmp_path: Path) -> None:
    trial = old_trial(tmp_path)
    done = reparse(trial, write=True)
    folder = DataFolder(tmp_path)
    assert backup_names(folder) == [done.backup]
    verify_backup(find_backup(folder, "latest"))


def test_no_teacher_is_late_because_the_parser_was_mended(tmp_path: Path) -> None:
    trial = old_trial(tmp_path)
    trial.sync("09-20 21:00")
    forget_answers_before(tmp_path, at("09-03 20:00"))
    done = reparse(trial, write=True)
    assert (done.scopes_whole, done.scopes_partly, done.scopes_not_kept) == (2, 2, 0)
    with closing(sqlite3.connect(tmp_path / "mirror.db")) as db:
        journal = Scope(ScopeKind.JOURNAL, subject_group_id=GROUP, term_id=TERM)
        anew = db.execute(
            "SELECT count(*) FROM scope JOIN scope_read USING (scope_id) WHERE anew AND key = ?", [journal.key]
        )
        assert anew.fetchone() == (1,)
    assert trial.found("LSN-02") == []
    assert trial.found("HW-02") == []
    assert trial.found("HW-01") == []
    assert trial.found("LSN-01") == []
    with closing(sqlite3.connect(tmp_path / "mirror.db")) as db, db:
        db.execute("UPDATE scope_read SET anew = 0")
    assert trial.found("LSN-02")
    assert trial.found("HW-02")


def test_what_is_refused_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    trial = old_trial(tmp_path)
    newest = trial.book.page().model_dump_json().encode()
    outcome = reparse(trial, write=True, parser=BookParser([newest]))
    assert outcome.exit_code == 1
    (refused,) = outcome.refused
    assert (refused.label, refused.run_id) == ("7А, Химия, 1 четверть", 8)
    assert refused.error == "В ответе нет поля. GET grade/journal, поле marks"
    assert outcome.scopes_not_kept == 1


def test_one_class_only(tmp_path: Path) -> None:
    trial = old_trial(tmp_path)
    outcome = run_reparse(trial.settings, BookParser(), fixed_clock(trial.now), classes=("7 а",))
    assert outcome.scopes == 3
    with pytest.raises(UsageError, match="Нет такого класса: 9Б"):
        run_reparse(trial.settings, BookParser(), fixed_clock(trial.now), classes=("9Б",))


def test_while_a_sync_runs(tmp_path: Path) -> None:
    trial = old_trial(tmp_path)
    with hold_lock(DataFolder(tmp_path).lock), pytest.raises(LockHeld):
        reparse(trial)


def test_without_a_mirror(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Зеркала ещё нет"):
        reparse(Trial(tmp_path, Book()))


def test_broken_off_between_scopes_each_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial, always = old_trial(tmp_path / "old"), Trial(tmp_path / "new", Book())
    live(always)
    untouched = rows_of(tmp_path / "old")
    own = Reparse.reparse

    def dies(self: Reparse, scope_id: int, scope: Scope) -> Reparsed:
        found = own(self, scope_id, scope)
        if scope.kind is wanted:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(Reparse, "reparse", dies)
    wanted = ScopeKind.ROSTER
    with pytest.raises(KeyboardInterrupt):
        reparse(trial, write=True)
    assert rows_of(tmp_path / "old") == untouched
    wanted = ScopeKind.JOURNAL
    with pytest.raises(KeyboardInterrupt):
        reparse(trial, write=True)
    assert rows_of(tmp_path / "old") == rows_of(tmp_path / "new")


def test_families_answers_are_not_read_again(tmp_path: Path) -> None:
    gis = {"url": "http://127.0.0.1:1", "school": 1, "login": "x", "account": "family"}
    settings = Settings.model_validate(
        {"gis": gis, "school": {"timezone": "Asia/Omsk"}, "storage": {"data_dir": tmp_path}}
    )
    with pytest.raises(UsageError, match="учётной записью семьи"):
        gis_parser(settings)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator(seed=5, classes=3, now=datetime(2026, 9, 14, 21)) as running:
        yield running


@pytest.fixture(scope="module")
def settings(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation after six nights, with reports on access."""
    account = simulator.account("staff")
    gis = {"url": simulator.url, "school": simulator.world.school.id, "login": account.login, "requests_per_second": 0}
    settings = Settings.model_validate(
        {"gis": gis, "school": {"timezone": "Asia/Omsk"}, "storage": {"data_dir": tmp_path_factory.mktemp("data")},
         "sync": {"journal_access": True}}
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NETCITY_PASSWORD", account.password)
        for day in range(6):
            moment = datetime(2026, 9, 14, 21) + timedelta(days=day)
            simulator.move(moment)
            run_sync(settings, gis_source(settings), fixed_clock(moment.replace(tzinfo=settings.zone)))
    return settings


def test_pages_of_the_gis_are_read_again_without_it(settings: Settings) -> None:
    """The same parser changes nothing, and needs neither password nor network."""
    before = rows_of(settings.storage.data_dir)
    outcome = run_reparse(settings, gis_parser(settings), fixed_clock(at("09-20 12:00")), write=True)
    assert (outcome.differing, outcome.refused) == ((), ())
    assert outcome.scopes_whole == outcome.scopes > 30
    assert rows_of(settings.storage.data_dir) == before


def test_the_command(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown in words and as JSON; a mirror that differs is mended."""
    folder = DataFolder(settings.storage.data_dir)
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gis]\nurl = "http://127.0.0.1:1"\nschool = 1\nlogin = "x"\n[school]\ntimezone = "Asia/Omsk"\n'
        f'[storage]\ndata_dir = "{folder.root}"\n', encoding="utf-8",
    )  # fmt: skip
    whole = rows_of(folder.root)
    with open_writer(folder) as db:
        db.execute("UPDATE lesson SET topic = NULL WHERE subject_group_id = (SELECT min(subject_group_id) FROM lesson)")
    wrong = rows_of(folder.root)
    assert run_command_line(["mirror", "reparse", "--config", str(config)]) == 0
    words = capsys.readouterr().out
    assert "Ничего не записано. Записать: повторите команду с --write" in words
    assert "Тема: пусто → «" in words
    assert rows_of(folder.root) == wrong
    assert run_command_line(["mirror", "reparse", "--write", "--json", "--config", str(config)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["written"], len(answer["differing"])) == (True, len({item["label"] for item in answer["differing"]}))
    assert {item["table"] for item in answer["tables"]} == {"lesson"}
    assert len(answer["examples"]) == 3
    assert rows_of(folder.root) == whole


def test_a_profile_that_says_otherwise(settings: Settings) -> None:
    """Another profile is another parser: codes of attendance that it does not know are refused, with where."""
    gis = settings.gis.model_copy(update={"profile": {"homework_type": 10}})
    other = settings.model_copy(update={"gis": gis})
    parser = gis_parser(other)
    assert isinstance(parser, NetSchoolParser)
    outcome = run_reparse(other, parser, fixed_clock(at("09-20 12:00")))
    assert {item.table for item in outcome.tables} == {"assignment"}
    assert len(outcome.examples) <= 20
    with pytest.raises(AnswerError, match="нет нужного"):
        parser.parse_dictionaries(b"{}")
    with pytest.raises(AnswerError, match="не JSON"):
        parser.parse_roster(1, b"<html>")
