"""The mirror's file: damage is named, newer files are refused, readers see one state."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, LockHeld, UsageError
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.raw import open_raw, payload_hash
from netcity_sync.mirror.schema import ENTITY_TABLES
from netcity_sync.mirror.snapshot import open_snapshot


def test_every_table_is_strict_and_has_a_view_of_current_rows(tmp_path: Path) -> None:
    with open_writer(DataFolder(tmp_path)) as connection:
        strict = dict(connection.execute("SELECT name, strict FROM pragma_table_list").fetchall())
        for table in (*ENTITY_TABLES, *EXCHANGE_TABLES):
            assert strict[table.name] == 1
            connection.execute(f"SELECT * FROM current_{table.name}")


def test_no_mirror_yet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ни разу не читались"), open_reader(DataFolder(tmp_path)):
        pass


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.mirror.write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedError, match="повреждён"), open_reader(folder) as connection:
        connection.execute("SELECT * FROM run")
    with pytest.raises(DamagedError, match="повреждён"), open_writer(folder):
        pass


def test_a_mirror_of_a_newer_program(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with open_writer(folder) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('mirror', 'from_the_future', 'x')"
        )
    with pytest.raises(UsageError, match="более новой версией"), open_writer(folder):
        pass


def test_the_lock_is_exclusive_and_freed(tmp_path: Path) -> None:
    path = tmp_path / "mirror.lock"
    with hold_lock(path), pytest.raises(LockHeld), hold_lock(path):
        pass
    with hold_lock(path):
        pass


def test_a_reader_sees_one_state_while_a_sync_writes(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 21:00")
    folder = DataFolder(tmp_path)
    topics = "SELECT topic FROM as_of_lesson"
    with open_snapshot(folder) as snapshot:
        assert snapshot.connection.execute(topics).fetchone()[0] is None
        book.set_topic(101, "Атомы")
        tried.sync("09-03 21:00")
        assert snapshot.connection.execute(topics).fetchone()[0] is None
    with open_snapshot(folder) as snapshot:
        assert snapshot.connection.execute(topics).fetchone()[0] == "Атомы"
    with open_snapshot(folder, at("09-02 23:00")) as snapshot:
        assert snapshot.connection.execute(topics).fetchone()[0] is None
    with pytest.raises(UsageError), open_snapshot(folder, at("09-01 23:00")):
        pass


def test_raw_answers_are_kept_once_and_for_a_time(tmp_path: Path) -> None:
    with open_raw(tmp_path / "raw.db") as raw:
        name = payload_hash(b"answer")
        raw.keep(name, b"answer", at("09-01 21:00"))
        raw.keep(name, b"answer", at("09-05 21:00"))
        assert raw.load(name) == b"answer"
        assert raw.prune(at("09-10 21:00"), days=6) == 0
        assert raw.prune(at("09-20 21:00"), days=6) == 1
        assert raw.load(name) is None


def test_every_read_is_proved_by_its_answer(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    folder = DataFolder(tmp_path)
    with closing(sqlite3.connect(folder.mirror)) as db, open_raw(folder.raw) as raw:
        hashes = dict(db.execute("SELECT key, r.payload_hash FROM scope JOIN scope_read r USING (scope_id)").fetchall())
        assert set(hashes) == {"dictionaries", "roster:70", "journal:700:1", "term_marks:700"}
        assert raw.load(hashes["journal:700:1"]) == tried.book.page().model_dump_json().encode()
