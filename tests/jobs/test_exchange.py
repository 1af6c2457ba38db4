"""Taking the exchange folder: what the mirror keeps, what it can tell, and how it lives beside syncs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.exchange import OPT_OUT_HEAD, PLAN_HEAD, PUPIL, csv_text
from support.school import Book, Trial, at

from benchmarks.handing import hand_in
from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.folder import read_folder
from netcity_sync.adapters.exchange.spec import FileSpec
from netcity_sync.adapters.source import Capability
from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, LockHeld, UsageError
from netcity_sync.jobs import exchange as job
from netcity_sync.jobs.exchange import ExchangeOutcome, TableOutcome, TakeStatus, take_files
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.snapshot import open_snapshot

Plan = list[tuple[object, ...]]
PLAN: Plan = [("7А", "Химия", 1, "Атомы"), ("7А", "Химия", 2, "Молекулы")]


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """A school that was synced once, with an empty exchange folder."""
    trial = Trial(tmp_path, Book().add_lessons("09-01", "09-02"))
    trial.settings.exchange_folder.mkdir()
    trial.sync("09-02 20:00")
    return trial


def put(tried: Trial, name: str, head: tuple[object, ...], rows: Plan) -> None:
    (tried.settings.exchange_folder / name).write_text(csv_text(head, *rows), encoding="utf-8")


def take(tried: Trial, moment: str) -> ExchangeOutcome:
    return take_files(tried.settings, fixed_clock(at(moment)))


def table(outcome: ExchangeOutcome, name: str = "plan") -> TableOutcome:
    return next(item for item in outcome.tables if item.name == name)


def topics(tried: Trial, moment: str) -> list[str]:
    with open_snapshot(DataFolder(tried.settings.storage.data_dir), at(moment)) as snapshot:
        rows = snapshot.connection.execute("SELECT topic FROM as_of_planned_lesson ORDER BY number")
        return [row["topic"] for row in rows]


def capabilities(tried: Trial, moment: str = "12-31 00:00") -> frozenset[Capability]:
    with open_snapshot(DataFolder(tried.settings.storage.data_dir), at(moment)) as snapshot:
        return snapshot.capabilities()


def statuses(tried: Trial) -> list[str]:
    with closing(sqlite3.connect(DataFolder(tried.settings.storage.data_dir).mirror)) as db:
        return [row[0] for row in db.execute("SELECT status FROM run ORDER BY run_id")]


def test_versions_of_a_table(tried: Trial) -> None:
    put(tried, "plan.csv", PLAN_HEAD, PLAN)
    first = table(take(tried, "09-03 08:00"))
    assert (first.status, first.rows, first.changed_rows, first.removed_rows) == (TakeStatus.TAKEN, 2, 2, 0)
    assert table(take(tried, "09-04 08:00")).changed_rows == 0
    put(tried, "plan.csv", PLAN_HEAD, [("7А", "Химия", 2, "Вещества")])
    last = table(take(tried, "09-05 08:00"))
    assert (last.rows, last.removed_rows) == (1, 1)
    assert topics(tried, "09-02 23:00") == []
    assert topics(tried, "09-03 23:00") == ["Атомы", "Молекулы"]
    assert topics(tried, "09-05 23:00") == ["Вещества"]
    assert statuses(tried) == ["done"] * 4


def test_a_table_with_a_fault_leaves_what_was_taken_before(tried: Trial) -> None:
    put(tried, "plan.csv", PLAN_HEAD, PLAN)
    put(tried, "opt_outs.csv", OPT_OUT_HEAD, [("7А", PUPIL, "01.09.2026", "по почте")])
    assert take(tried, "09-03 08:00").exit_code == 0
    put(tried, "plan.csv", PLAN_HEAD, [*PLAN, ("7А", "Химия", "три", "Реакции")])
    put(tried, "opt_outs.csv", OPT_OUT_HEAD, [("7А", PUPIL, "01.09.2026", "лично родителю")])
    outcome = take(tried, "09-04 08:00")
    assert (outcome.exit_code, len(outcome.problems)) == (1, 1)
    assert (table(outcome).status, table(outcome).last_taken) == (TakeStatus.REFUSED, at("09-03 08:00"))
    assert (table(outcome, "opt_outs").status, table(outcome, "opt_outs").changed_rows) == (TakeStatus.TAKEN, 1)
    assert topics(tried, "09-04 23:00") == ["Атомы", "Молекулы"]
    assert statuses(tried)[-1] == "partial"


def test_what_can_be_told_is_what_was_taken_by_then(tried: Trial) -> None:
    before = capabilities(tried)
    assert before == frozenset(tried.source.capabilities)
    put(tried, "plan.csv", PLAN_HEAD, PLAN)
    put(tried, "substitutions.csv", ("Класс",), [("7А",)])
    take(tried, "09-03 08:00")
    tried.sync("09-03 20:00")
    assert capabilities(tried) == before | {Capability.PLAN}
    assert capabilities(tried, "09-02 23:00") == before


def test_an_empty_table_tells_nothing_until_the_word_is_said(tried: Trial) -> None:
    put(tried, "opt_outs.csv", OPT_OUT_HEAD, [])
    outcome = take(tried, "09-03 08:00")
    assert (outcome.run_id, outcome.exit_code, table(outcome, "opt_outs").status) == (None, 0, TakeStatus.EMPTY)
    assert Capability.OPT_OUTS not in capabilities(tried)
    put(tried, "opt_outs.csv", OPT_OUT_HEAD, [("нет", "", "", "")])
    assert table(take(tried, "09-04 08:00"), "opt_outs").status is TakeStatus.TAKEN
    assert Capability.OPT_OUTS in capabilities(tried)


def test_a_file_that_was_put_away_changes_nothing(tried: Trial) -> None:
    put(tried, "plan.csv", PLAN_HEAD, PLAN)
    take(tried, "09-03 08:00")
    (tried.settings.exchange_folder / "plan.csv").unlink()
    outcome = table(take(tried, "09-04 08:00"))
    assert (outcome.status, outcome.last_taken) == (TakeStatus.ABSENT, at("09-03 08:00"))
    assert topics(tried, "09-04 23:00") == ["Атомы", "Молекулы"]


@pytest.mark.parametrize("spec", FILES, ids=lambda spec: spec.stem)
def test_every_table_is_kept_as_it_was_written(tried: Trial, spec: FileSpec) -> None:
    head = tuple(item.heading for item in spec.fields)
    put(tried, f"{spec.stem}.csv", head, [tuple(item.example for item in spec.fields)])
    assert table(take(tried, "09-03 08:00"), spec.stem).rows == 1
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        (row,) = snapshot.connection.execute(f"SELECT * FROM as_of_{spec.entity}").fetchall()
        kept = spec.model.model_validate({item.name: row[item.name] for item in spec.fields})
        assert {getattr(kept, item.name) for item in spec.key}
        assert row["missing"] == 0
    assert table(take(tried, "09-04 08:00"), spec.stem).changed_rows == 0


@pytest.mark.parametrize("spec", FILES, ids=lambda spec: spec.stem)
def test_rows_of_the_model_can_be_handed_in(tried: Trial, spec: FileSpec) -> None:
    put(tried, f"{spec.stem}.csv", tuple(item.heading for item in spec.fields),
        [tuple(item.example for item in spec.fields)])  # fmt: skip
    folder = tried.settings.exchange_folder
    (reading,) = (item for item in read_folder(folder).tables if item.spec is spec)
    hand_in(folder, {spec.stem: reading.rows})
    assert not hand_in(folder, {spec.stem: reading.rows})
    (again,) = (item for item in read_folder(folder).tables if item.spec is spec)
    assert again.rows == reading.rows
    tried.hand_in("09-03 08:00", **{spec.stem: []})
    assert spec.capability in capabilities(tried)


def test_a_sync_can_still_be_resumed_after_a_take(tried: Trial) -> None:
    tried.source.broken["journal"] = AnswerError("нет поля")
    assert tried.sync("09-03 20:00").scopes_failed == 1
    tried.source.broken.clear()
    put(tried, "plan.csv", PLAN_HEAD, PLAN)
    take(tried, "09-03 21:00")
    assert tried.sync("09-03 22:00", resume=True).scopes == 2


def test_a_take_alone_is_no_ground_for_a_check(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book())
    tried.settings.exchange_folder.mkdir()
    put(tried, "plan.csv", PLAN_HEAD, PLAN)
    assert table(take(tried, "09-03 08:00")).status is TakeStatus.TAKEN
    with pytest.raises(UsageError, match="ещё нет ни одного прогона"):
        tried.check()
    tried.sync("09-03 20:00")
    assert Capability.PLAN in capabilities(tried)
    tried.check()


def test_a_fault_half_way_takes_nothing_of_the_table(tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tried, "plan.csv", PLAN_HEAD, PLAN)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(job, "record_take", fail)
        with pytest.raises(sqlite3.OperationalError):
            take(tried, "09-03 08:00")
    assert topics(tried, "12-31 00:00") == []
    take(tried, "09-04 08:00")
    assert statuses(tried) == ["done", "interrupted", "done"]


def test_one_writer_at_a_time(tried: Trial) -> None:
    with hold_lock(DataFolder(tried.settings.storage.data_dir).lock), pytest.raises(LockHeld):
        take(tried, "09-03 08:00")


def test_a_mirror_of_an_older_program_is_read_as_one_without_takes(tried: Trial) -> None:
    mirror = DataFolder(tried.settings.storage.data_dir).mirror
    with closing(sqlite3.connect(mirror)) as db:
        for spec in FILES:
            db.execute(f"DROP VIEW current_{spec.entity}")
            db.execute(f"DROP TABLE {spec.entity}")
        db.execute("DROP TABLE exchange_take")
        db.execute("DELETE FROM _sqlite_migrations WHERE migration_set = 'exchange'")
        db.commit()
    assert topics(tried, "12-31 00:00") == []
    assert capabilities(tried) == frozenset(tried.source.capabilities)
    tried.sync("09-03 20:00")
    assert Capability.PLAN not in capabilities(tried)
