"""Files of older programs: brought to the shape of today without losing anything, once, whole or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from support.school import GROUP, TERM, at

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.compliance.findings import load_findings
from netcity_sync.compliance.schema import migrations as compliance_migrations
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.mirror import migrations as steps
from netcity_sync.mirror.backup import list_backups, verify_backup
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.reads import last_good_read
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.mirror.views import VIEWS, View, make_views

OLD = Path(__file__).parent / "data" / "mirror-of-september.sql"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder with a mirror that the first version of the program wrote: eight runs of September."""
    folder = DataFolder(tmp_path)
    folder.prepare()
    with closing(sqlite3.connect(folder.mirror)) as db:
        db.executescript(OLD.read_text(encoding="utf-8"))
    return folder


def shapes(path: Path) -> dict[str, str]:
    """The statements that would make the file's tables, views and indices."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if not name.startswith("sqlite_")}


def test_an_older_file_ends_like_a_new_one(folder: DataFolder, tmp_path: Path) -> None:
    fresh = DataFolder(tmp_path / "fresh")
    for item in (folder, fresh):
        with open_writer(item):
            pass
    of_checks = {"check_run", "finding", "finding_by_status"}
    old, new = shapes(folder.mirror), shapes(fresh.mirror)
    assert {name: sql for name, sql in old.items() if name not in of_checks} == new


def test_nothing_is_lost(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.mirror)) as db:
        old_reads = db.execute(
            "SELECT scope, run_id, started_at, finished_at, ok, changed_rows FROM scope_read ORDER BY scope, run_id"
        ).fetchall()
        old_hashes = db.execute("SELECT scope, run_id, payload_hash FROM scope_read WHERE ok").fetchall()
        old_marks = db.execute("SELECT * FROM mark ORDER BY 3, 9").fetchall()
    with open_writer(folder) as db:
        reads = db.execute(
            "SELECT key, run_id, strftime('%Y-%m-%dT%H:%M:%SZ', began, 'unixepoch'),"
            " strftime('%Y-%m-%dT%H:%M:%SZ', ended, 'unixepoch'), error IS NULL, changed_rows"
            " FROM scope JOIN scope_read USING (scope_id) ORDER BY key, run_id"
        ).fetchall()
        assert reads == old_reads
        assert db.execute("SELECT * FROM mark ORDER BY 3, 9").fetchall() == old_marks
        for scope, run, digest in old_hashes:
            kept = db.execute(
                "SELECT lower(hex(r.payload_hash)) FROM scope JOIN scope_read r USING (scope_id)"
                " WHERE key = ? AND run_id <= ? AND r.payload_hash IS NOT NULL ORDER BY run_id DESC LIMIT 1",
                [scope, run],
            ).fetchone()
            assert kept == (digest,)
        journal = Scope(ScopeKind.JOURNAL, subject_group_id=GROUP, term_id=TERM)
        assert last_good_read(db, journal) == at("09-07 21:00")
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    with open_snapshot(folder, at("09-01 22:00")) as snapshot:
        assert len(snapshot.capabilities()) == 6


def test_scopes_of_a_file_that_knew_no_final_marks(folder: DataFolder) -> None:
    with open_writer(folder):
        pass
    whole = shapes(folder.mirror)
    with closing(sqlite3.connect(folder.mirror)) as db, db:
        rows = {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in ("scope", "scope_read")}
        for name in ("v_final_mark", "v_final_mark_history", "current_final_mark"):
            db.execute(f"DROP VIEW {name}")
        db.execute("DROP TABLE final_mark")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '') WHERE name = 'scope'", ["'term_marks', "])
        db.execute("DELETE FROM _sqlite_migrations WHERE migration_set = 'mirror' AND name = 'final_marks'")
    with open_writer(folder) as db:
        for name, kept in rows.items():
            assert db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() == kept
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert shapes(folder.mirror) == whole


def test_a_step_that_fails_leaves_the_file_as_it_was(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shapes(folder.mirror)

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(steps, "bring_up_to_date", broken)
    with pytest.raises(sqlite3.OperationalError), open_writer(folder):
        pass
    assert shapes(folder.mirror) == before
    monkeypatch.undo()
    with open_writer(folder) as db:
        assert steps.migrations.pending(Database(db)) == []


def test_an_older_file_is_backed_up_first(folder: DataFolder) -> None:
    with open_writer(folder):
        pass
    (backup,) = list_backups(folder)
    verify_backup(backup)
    assert backup.manifest.newest_run == 8
    with open_writer(folder):
        pass
    assert len(list_backups(folder)) == 1


def effect(path: Path, table: str) -> list[object]:
    """What a table's statement comes to, however it is written: columns, key, references, kind, rules, defaults."""
    with closing(sqlite3.connect(path)) as db:
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()
        key = [row[1] for row in sorted(db.execute(f"PRAGMA table_info({table})"), key=lambda row: row[5]) if row[5]]
        columns = [
            (row[1], row[2], row[3] or row[1] in key, row[4]) for row in db.execute(f"PRAGMA table_info({table})")
        ]
        references = sorted(row[2:5] for row in db.execute(f"PRAGMA foreign_key_list({table})"))
        kind = db.execute("SELECT wr, strict FROM pragma_table_list WHERE name = ?", [table]).fetchone()
    rules = sorted(part.partition("))")[0] for part in " ".join(sql.split()).split("CHECK (")[1:])
    return [key, columns, references, kind, rules]


@pytest.mark.parametrize("table", ["exchange_take", "check_run", "finding"])
def test_tables_that_are_declared_since_are_what_they_were(folder: DataFolder, tmp_path: Path, table: str) -> None:
    fresh = DataFolder(tmp_path / "fresh")
    for item in (folder, fresh):
        with open_writer(item, compliance_migrations):
            pass
    assert effect(folder.mirror, table) == effect(fresh.mirror, table)
    views = {name for name in shapes(fresh.mirror) if name.startswith("v_")}
    assert views == {name for name in shapes(folder.mirror) if name.startswith("v_")}
    assert all(shapes(folder.mirror)[name] == shapes(fresh.mirror)[name] for name in views)


def test_views_are_made_anew_where_they_changed(folder: DataFolder) -> None:
    changed = View("v_mark", "Иначе", (("Класс", "1"),), "FROM run")
    with open_writer(folder) as db:
        make_views(Database(db), (changed,))
        assert [item[0] for item in db.execute("SELECT * FROM v_mark").description] == ["Класс"]
        make_views(Database(db), VIEWS)
        assert len(db.execute("SELECT * FROM v_mark").description) > 1


def test_findings_of_an_older_program_get_a_place_for_the_act(folder: DataFolder) -> None:
    with open_reader(folder) as db, pytest.raises(UsageError, match="этой версией программы"):
        load_findings(db)
    with open_writer(folder, compliance_migrations) as db:
        assert {item.act for item in load_findings(db)} == {""}
        assert "Локальный акт" in {column[0] for column in db.execute("SELECT * FROM v_finding").description}
