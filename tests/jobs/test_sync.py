"""A sync as a job: what it records, what stops it, what it goes on after."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.school import Book, Trial

from netcity_sync.adapters.source import Capability, Page
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, LockHeld, SignInRefused, SourceClosed, SourceMaintenance, UsageError
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import Journal


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
    assert (outcome.status, outcome.scopes, outcome.scopes_ok, outcome.students) == ("done", 4, 4, 1)
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
    assert tried.sync("09-03 21:00", resume=True).scopes == 4


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
    assert tried.sync("09-02 21:00", classes=(name,)).scopes == 4


def test_an_unknown_class(tried: Trial) -> None:
    with pytest.raises(UsageError, match="Нет такого класса: 8Б"):
        tried.sync("09-02 21:00", classes=("8Б",))


def test_a_term_that_has_not_begun_is_not_read(tried: Trial) -> None:
    assert tried.sync("08-31 21:00").scopes == 2


def shrinking(tried: Trial, answers: list[int]) -> list[int]:
    """Let the journal show so many of its marks at each reading (the last number for all that follow)."""
    book, whole = tried.book, list(tried.book.marks)
    read, asked = tried.source.read_journal, list[int]()

    def read_journal(subject_group_id: int, term_id: int) -> Page[Journal]:
        book.marks[:] = whole[: answers[min(len(asked), len(answers) - 1)]]
        asked.append(len(book.marks))
        return read(subject_group_id, term_id)

    tried.source.read_journal = read_journal  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize(
    ("shown", "asked", "lost"),
    [([20, 20], [20, 20], 0), ([20, 8, 20], [20, 8, 20], 0), ([20, 8, 8], [20, 8, 8], 12), ([20, 12], [20, 12], 0)],
    ids=["whole", "whole at the second look", "shrunk twice", "a little less"],
)
def test_a_page_that_shrank_is_read_again_at_once(tried: Trial, shown: list[int], asked: list[int], lost: int) -> None:
    for number in range(20):
        tried.book.mark(101 + number % 2, student=number)
    readings = shrinking(tried, shown)
    tried.sync("09-02 21:00")
    outcome = tried.sync("09-03 21:00")
    assert readings == asked
    assert [item.lost for item in outcome.losses] == ([lost] if lost else [])
    assert [item.label for item in outcome.losses] == (["7А, Химия, 1 четверть"] if lost else [])
    assert outcome.scopes_ok == outcome.scopes == 4
    assert outcome.changed_rows == 20 - shown[-1]


def test_a_second_look_that_fails_leaves_the_journal_unread(tried: Trial) -> None:
    for number in range(20):
        tried.book.mark(101 + number % 2, student=number)
    readings = shrinking(tried, [20, 0])
    tried.sync("09-02 21:00")
    read = tried.source.read_journal

    def read_once(subject_group_id: int, term_id: int) -> Page[Journal]:
        if len(readings) == 2:
            raise AnswerError("нет поля")
        return read(subject_group_id, term_id)

    tried.source.read_journal = read_once  # type: ignore[method-assign]
    outcome = tried.sync("09-03 21:00")
    assert (outcome.status, outcome.changed_rows, len(outcome.failures)) == ("partial", 0, 1)


def test_how_often_a_record_must_be_missed_is_a_setting(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"), sync={"absences_to_confirm": 3})
    tried.book.mark(101)
    tried.sync("09-02 21:00")
    tried.book.marks.clear()
    changed = [tried.sync(f"09-0{day} 21:00").changed_rows for day in range(3, 8)]
    assert changed == [1, 0, 1, 0, 0]


def counting(tried: Trial) -> list[str]:
    """Note each page that is parsed."""
    parsed = list[str]()

    def unparsed(read: Callable[..., Page[Any]], kind: str) -> Callable[..., Page[Any]]:
        def reading(*ids: int) -> Page[Any]:
            page = read(*ids)
            return Page.unparsed(page.raw, lambda: (parsed.append(kind), page.content)[1])

        return reading

    tried.source.read_journal = unparsed(tried.source.read_journal, "journal")  # type: ignore[method-assign]
    tried.source.read_roster = unparsed(tried.source.read_roster, "roster")  # type: ignore[method-assign]
    return parsed


def test_an_answer_that_is_the_old_one_is_not_parsed(tried: Trial) -> None:
    parsed = counting(tried)
    tried.sync("09-02 21:00")
    assert sorted(parsed) == ["journal", "roster"]
    again = tried.sync("09-03 21:00")
    assert len(parsed) == 2
    assert (again.scopes_ok, again.scopes_unchanged, again.students) == (4, 4, 1)
    tried.book.mark(101)
    assert tried.sync("09-04 21:00").changed_rows == 2
    assert parsed[2:] == ["journal"]
    tried.sync("09-05 21:00", full=True)
    assert sorted(parsed[3:]) == ["journal", "roster"]


def test_what_vanished_is_looked_at_again_though_the_answer_is_the_old_one(tried: Trial) -> None:
    tried.book.mark(101)
    parsed = counting(tried)
    tried.sync("09-02 21:00")
    tried.book.marks.clear()
    assert [tried.sync(f"09-0{day} 21:00").changed_rows for day in (3, 4, 5)] == [1, 1, 0]
    assert parsed.count("journal") == 3


@pytest.mark.parametrize("told", [True, False])
def test_pages_that_are_not_parsed_tell_what_they_told_before(tried: Trial, told: bool) -> None:
    parsed = counting(tried)
    whole = tried.source.capabilities
    tried.source.capabilities = whole if told else whole - {Capability.TOPICS}
    tried.sync("09-02 21:00")
    tried.source.capabilities = whole
    tried.sync("09-03 21:00")
    assert len(parsed) == 2
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        assert (Capability.TOPICS in snapshot.capabilities()) is told
        assert Capability.MARKS in snapshot.capabilities()


class TestFinalMarks:
    """A server may have no call for final marks at all: the first answer tells, and nothing has failed."""

    @pytest.mark.parametrize("error", [AnswerError("отказ 404"), SourceClosed("обрывается")], ids=["refused", "dead"])
    def test_a_source_that_has_no_such_call(self, tried: Trial, error: Exception) -> None:
        tried.source.broken["finals"] = error  # type: ignore[assignment]
        outcome = tried.sync("09-02 21:00")
        assert (outcome.status, outcome.exit_code, outcome.scopes, outcome.scopes_failed) == ("done", 0, 3, 0)
        with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
            assert Capability.TERM_MARKS not in snapshot.capabilities()
            assert Capability.MARKS in snapshot.capabilities()
        reasons = {item.reason for item in tried.check("FIN-01").no_data}
        assert reasons == {"источник не даёт нужных сведений (итоговые отметки)"}

    def test_it_is_tried_again_every_time(self, tried: Trial) -> None:
        tried.source.broken["finals"] = AnswerError("отказ 404")
        tried.sync("09-02 21:00")
        tried.source.broken.clear()
        assert tried.sync("09-03 21:00").scopes == 4
        with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
            assert Capability.TERM_MARKS in snapshot.capabilities()

    def test_a_call_that_is_known_to_work_and_fails(self, tried: Trial) -> None:
        tried.sync("09-02 21:00")
        tried.source.broken["finals"] = AnswerError("отказ 404")
        outcome = tried.sync("09-03 21:00")
        assert (outcome.exit_code, outcome.scopes) == (1, 4)
        assert [item.label for item in outcome.failures] == ["7А, Химия, итоговые отметки"]

    def test_every_version_is_kept(self, tried: Trial) -> None:
        for moment, value in (("09-02 21:00", 3), ("09-03 21:00", 4)):
            tried.book.final(value)
            tried.sync(moment)
        tried.book.final(raw="н/а")
        assert tried.sync("09-04 21:00").changed_rows == 1
        with closing(sqlite3.connect(DataFolder(tried.settings.storage.data_dir).mirror)) as db:
            shown = db.execute('SELECT "Период", "Отметка" FROM v_final_mark_history ORDER BY 2').fetchall()
            assert shown == [("1 четверть", 3), ("1 четверть", 4), ("1 четверть", "н/а")]
            assert db.execute('SELECT "Отметка" FROM v_final_mark').fetchall() == [("н/а",)]
