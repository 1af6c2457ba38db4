"""The mirror from inside: every fault is planted in a real file and found; a healthy one is left in peace."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.exchange import PUPIL, csv_text
from support.pages import Journal, SmallPage
from support.school import Book, Trial, at

from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.doctor.result import Verdict
from netcity_sync.jobs.exchange import take_files
from netcity_sync.jobs.mirror_doctor import MirrorReport, examine_mirror
from netcity_sync.jobs.sync import run_sync
from netcity_sync.mirror import sizes
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.intake import Caution
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.raw import open_raw
from netcity_sync.mirror.sizes import table_sizes
from netcity_sync.mirror.space import wal_of
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import running_simulator

OLD = Path(__file__).parent.parent / "mirror" / "data" / "mirror-of-september.sql"


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """Three evenings: marks that change and vanish, a list of opt-outs, a check."""
    book = Book().add_lessons("09-01", "09-02")
    book.give_homework(101)
    book.mark(101, 2)
    book.mark(102, 5)
    book.absent(102)
    trial = Trial(tmp_path, book)
    trial.sync("09-01 21:00")
    book.marks[0] = book.marks[0].model_copy(update={"value": 4})
    trial.sync("09-02 21:00")
    (tmp_path / "exchange").mkdir()
    head = ("Класс", "Ученик", "Дата заявления", "Канал")
    text = csv_text(head, ("7А", PUPIL, "05.09.2026", "лично родителю"))
    (tmp_path / "exchange" / "opt_outs.csv").write_text(text, encoding="utf-8")
    assert take_files(trial.settings, fixed_clock(at("09-02 22:00"))).run_id == 3
    book.marks.pop()
    trial.sync("09-03 21:00")
    trial.check()
    return trial


@pytest.fixture
def folder(trial: Trial) -> DataFolder:
    """Where they lie."""
    return DataFolder(trial.settings.storage.data_dir)


def execute(folder: DataFolder, *statements: str) -> None:
    """Write into the mirror behind everybody's back."""
    with closing(sqlite3.connect(folder.mirror, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            db.execute(statement)


def said(report: MirrorReport, *verdicts: Verdict) -> set[tuple[str, str | None, int]]:
    """The remarks of these kinds: check, table, count. Whatever is wrong says what to do."""
    found = [item for item in report.remarks if item.result.state in verdicts]
    assert all(item.result.todo for item in found if item.result.state is not Verdict.OK)
    return {(item.check, item.table, item.count) for item in found}


def faults(report: MirrorReport) -> set[tuple[str, str | None, int]]:
    """The faults."""
    return said(report, Verdict.FAULT)


def test_a_healthy_mirror(folder: DataFolder) -> None:
    report = examine_mirror(folder)
    assert said(report, Verdict.FAULT, Verdict.NOTICE) == set()
    assert report.exit_code == 0
    assert [item.check for item in report.remarks] == ["integrity", "records", "raw"]
    assert "противоречий нет" in report.remarks[1].result.what
    assert report.mirror_size == folder.mirror.stat().st_size
    assert report.raw_size == folder.raw.stat().st_size


def test_looking_changes_nothing(folder: DataFolder) -> None:
    before = folder.mirror.read_bytes(), folder.raw.read_bytes()
    examine_mirror(folder)
    assert (folder.mirror.read_bytes(), folder.raw.read_bytes()) == before


def test_a_healthy_mirror_after_many_random_nights(tmp_path: Path) -> None:
    folder, chance = DataFolder(tmp_path), random.Random(5)
    with open_writer(folder) as connection, open_raw(folder.raw) as raw:
        for group in range(1, 9):
            journal = Journal(connection, raw, group, Caution(absences=1 + group % 3))
            for _ in range(12):
                lessons: dict[int, str | None] = {
                    key: chance.choice([None, "Атомы"]) for key in range(1, 5) if chance.random() < 0.7
                }
                marks = {key: chance.randint(2, 5) for key in range(1, 6) if chance.random() < 0.6}
                page = SmallPage(lessons, marks, {1: "Иванов Иван"}) if chance.random() < 0.9 else None
                journal.read(page, full=chance.random() < 0.2, break_at=chance.choice([None, None, 7, 15]))
    report = examine_mirror(folder)
    assert faults(report) == set()
    assert report.exit_code == 0


def test_a_healthy_mirror_of_the_simulator(tmp_path: Path) -> None:
    evening = datetime(2026, 9, 21, 21)
    with running_simulator(seed=7, classes=2, now=evening) as simulator:
        settings = Settings.model_validate(
            {
                "gis": {"url": simulator.url, "school": simulator.world.school.id, "login": "zavuch",
                        "requests_per_second": 0},
                "school": {"timezone": "Asia/Yekaterinburg"},
                "storage": {"data_dir": tmp_path},
            }
        )  # fmt: skip
        for day in range(21, 25):
            moment = evening.replace(day=day)
            simulator.move(moment)
            source = NetSchoolSource(settings.gis, SecretStr(simulator.accounts[0].password))
            run_sync(settings, source, fixed_clock(moment.replace(tzinfo=settings.zone)))
    report = examine_mirror(DataFolder(tmp_path))
    assert said(report, Verdict.FAULT, Verdict.NOTICE) == set()


def test_a_healthy_mirror_of_an_older_program(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()
    with closing(sqlite3.connect(folder.mirror)) as db:
        db.executescript(OLD.read_text(encoding="utf-8"))
    report = examine_mirror(folder)
    assert said(report, Verdict.FAULT, Verdict.NOTICE) == {("version", None, 0), ("raw", None, 0)}
    with open_writer(folder):
        pass
    assert faults(examine_mirror(folder)) == set()


def test_no_mirror(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        examine_mirror(DataFolder(tmp_path))


MARK = "subject_group_id, term_id, student_id, assignment_id, lesson_id, value, duty, raw"
PLANTED = {
    "a value": ("UPDATE lesson SET date = '2026-9-1' WHERE lesson_id = 101", ("bad_values", "lesson", 1)),
    "end before beginning": (
        "UPDATE mark SET seen_to = 1 WHERE seen_from = 2 AND value = 4", ("bad_values", "mark", 1),
    ),
    "an unknown run": ("UPDATE lesson SET seen_from = 99 WHERE lesson_id = 101", ("leads_nowhere", "lesson", 1)),
    "a read of no run": ("UPDATE scope_read SET run_id = 98 WHERE run_id = 4 AND scope_id = 1",
                         ("leads_nowhere", "scope_read", 1)),
    "a read of no scope": ("UPDATE scope_read SET scope_id = 97 WHERE run_id = 4 AND scope_id = 2",
                           ("leads_nowhere", "scope_read", 1)),
    "overlapping versions": (
        "UPDATE mark SET seen_to = 4 WHERE seen_to = 2", ("overlap", "mark", 1),
    ),
    "two current versions": ("UPDATE mark SET seen_to = NULL WHERE seen_to = 2", ("two_current", "mark", 1)),
    "an absence before the record": (
        "UPDATE lesson SET missing_from = seen_from WHERE lesson_id = 101", ("senseless_absence", "lesson", 1),
    ),
    "an absence after the end": (
        "UPDATE mark SET missing_from = 4 WHERE seen_to = 2", ("senseless_absence", "mark", 1),
    ),
    "a version of a run that did not read it": (
        "UPDATE lesson SET seen_from = 3 WHERE lesson_id = 101", ("without_read", "lesson", 1),
    ),
    "a version of a failed read": (
        "UPDATE scope_read SET error = 'нет ответа' WHERE run_id = 2 AND scope_id ="
        " (SELECT scope_id FROM scope WHERE kind = 'journal')", ("without_read", "mark", 2),
    ),
    "a dictionary nobody read": ("UPDATE term SET seen_from = 3", ("without_read", "term", 1)),
    "a row nobody took": ("UPDATE opt_out SET seen_from = 2", ("without_read", "opt_out", 1)),
    "a take that was refused": ("UPDATE exchange_take SET ok = 0", ("without_read", "opt_out", 1)),
    "a pupil without a name": ("DELETE FROM student WHERE student_id = 1", ("nameless", "enrolment", 1)),
    "an absence nobody waits for": ("UPDATE scope SET unconfirmed = 0", ("forgotten_absence", "scope", 1)),
    "a run that never ended": (
        "UPDATE run SET status = 'running', finished_at = NULL WHERE run_id = 4", ("unended_run", "run", 1),
    ),
    "a run that ended at no time": (
        "UPDATE run SET finished_at = NULL WHERE run_id = 2", ("run_without_end", "run", 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "wanted"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_fault_is_found(folder: DataFolder, statement: str, wanted: tuple[str, str, int]) -> None:
    execute(folder, statement)
    report = examine_mirror(folder)
    assert wanted in faults(report)
    assert report.exit_code == 1
    assert not any(item.check == "records" for item in report.remarks)
    told = next(item.result for item in report.remarks if item.check == wanted[0] and item.table == wanted[1])
    assert wanted[1] in told.what
    assert "{" not in told.what


NOTICED = {
    "marks of no work": (
        "UPDATE mark SET assignment_id = 77 WHERE lesson_id = 102", ("loose", "mark", 1)
    ),
    "marks of a lesson that was gone": (
        "UPDATE lesson SET seen_to = 2 WHERE lesson_id = 101 AND seen_to IS NULL", ("loose", "mark", 1)
    ),
    "attendance of no lesson": ("UPDATE attendance SET lesson_id = 999", ("loose", "attendance", 1)),
    "work of no lesson": (
        "UPDATE assignment SET lesson_id = 999, given_at_lesson_id = NULL WHERE homework", ("loose", "assignment", 1)
    ),
    "marks of a pupil nobody knows": ("UPDATE mark SET student_id = 55", ("loose", "mark", 3)),
    "a journal of no dictionary": ("DELETE FROM subject_group", ("loose", "scope", 1)),
    "a scope that was never read": (
        "INSERT INTO scope (key, kind, class_id, unconfirmed) VALUES ('roster:5', 'roster', 5, 0)",
        ("never_read", "scope", 1),
    ),
    "a needless doubt": ("UPDATE scope SET unconfirmed = 1 WHERE kind = 'roster'", ("needless_doubt", "scope", 1)),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "wanted"), NOTICED.values(), ids=NOTICED.keys())
def test_what_a_source_may_answer_is_no_fault(folder: DataFolder, statement: str, wanted: tuple[str, str, int]) -> None:
    execute(folder, statement)
    report = examine_mirror(folder)
    assert wanted in said(report, Verdict.NOTICE)
    assert faults(report) == set()
    assert report.exit_code == 0


def test_none_is_no_orphan(folder: DataFolder) -> None:
    execute(folder, "UPDATE mark SET assignment_id = 0, lesson_id = 0 WHERE lesson_id = 102")
    assert said(examine_mirror(folder), Verdict.FAULT, Verdict.NOTICE) == set()


def test_a_sync_under_way_is_no_fault(folder: DataFolder) -> None:
    execute(folder, "UPDATE run SET status = 'running', finished_at = NULL WHERE run_id = 4")
    with hold_lock(folder.lock):
        assert examine_mirror(folder).exit_code == 0
    assert examine_mirror(folder).exit_code == 1


def test_a_mirror_of_a_newer_program(folder: DataFolder) -> None:
    step = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('mirror', 'from_the_future', 'x')"
    execute(folder, step)
    (remark,) = [item for item in examine_mirror(folder).remarks if item.result.state is Verdict.NOTICE]
    assert "более новой" in remark.result.what


def overwrite(place: Callable[[int], int]) -> Callable[[Path], None]:
    """Damages a file from some place on."""

    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        start = place(len(content))
        content[start : start + 4096] = b"\x55" * 4096
        path.write_bytes(content[: max(len(content), start)])

    return damage


@pytest.mark.parametrize("damage", [overwrite(lambda _: 0), overwrite(lambda size: size // 2)], ids=["head", "inside"])
def test_damage(folder: DataFolder, damage: Callable[[Path], None]) -> None:
    damage(folder.mirror)
    report = examine_mirror(folder)
    assert report.damaged
    assert report.exit_code == 5
    (told,) = [item.result for item in report.remarks if item.result.state is Verdict.FAULT]
    assert "поврежд" in told.what
    assert "backup restore" in told.todo


@pytest.mark.parametrize("damage", [overwrite(lambda _: 0), overwrite(lambda size: size // 2)], ids=["head", "inside"])
def test_damaged_raw_answers(folder: DataFolder, damage: Callable[[Path], None]) -> None:
    damage(folder.raw)
    report = examine_mirror(folder)
    assert report.exit_code == 5
    (told,) = [item for item in report.remarks if item.result.state is Verdict.FAULT]
    assert told.check == "raw"
    assert "зеркало не пострадает" in told.result.todo


def test_no_raw_answers(folder: DataFolder) -> None:
    folder.raw.unlink()
    assert said(examine_mirror(folder), Verdict.NOTICE) == {("raw", None, 0)}


def test_a_large_wal(folder: DataFolder) -> None:
    with wal_of(folder.mirror).open("wb") as file:
        file.truncate(65 * 1024**2)
    assert ("wal", None, 0) in said(examine_mirror(folder), Verdict.NOTICE)


def test_sizes(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_reader(folder) as connection:
        exact = table_sizes(connection)
        assert exact.exact
        monkeypatch.setattr(sizes, "_DBSTAT", "no_such_table")
        guessed = table_sizes(connection)
    assert not guessed.exact
    for found in (exact, guessed):
        rows = {item.name: item.rows for item in found.tables}
        assert (rows["mark"], rows["lesson"], rows["opt_out"]) == (3, 2, 1)
        assert [item.size for item in found.tables] == sorted((item.size for item in found.tables), reverse=True)
    assert sum(item.size for item in exact.tables) + exact.unused <= folder.mirror.stat().st_size
    assert abs(sum(item.size for item in guessed.tables) - sum(item.size for item in exact.tables)) < 2 * 4096
