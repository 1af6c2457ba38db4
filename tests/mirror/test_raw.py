"""Raw answers: kept once, found again as they were, forgotten in time, whatever version of the program wrote them."""

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlite_utils import Database
from support.school import at

from netcity_sync.errors import DamagedError, UsageError
from netcity_sync.mirror.raw import RawStore, open_raw, payload_hash

NIGHT = at("09-01 21:00")


def kept_in(raw: RawStore, body: bytes, now: datetime) -> bytes:
    """Keep an answer; its name."""
    name = payload_hash(body)
    raw.keep(name, body, now)
    return name


def page(number: int, lessons: int = 20) -> bytes:
    """Something like a journal: alike in shape, different in what it says."""
    dice = random.Random(number)
    marks = [{"studentId": dice.randrange(10**6), "mark": dice.randrange(2, 6), "dutyMark": False}
             for _ in range(lessons)]  # fmt: skip
    return json.dumps({"subjectGroupId": number, "subjectGroupName": "Химия", "marks": marks}).encode()


def looked_at(path: Path, query: str) -> list[tuple[object, ...]]:
    """What another tool sees in the file."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "raw.db"


@pytest.fixture
def raw(path: Path) -> Iterator[RawStore]:
    with open_raw(path) as store:
        yield store


def test_an_answer_can_be_loaded_before_and_after_it_is_written(path: Path, raw: RawStore) -> None:
    names = [kept_in(raw, page(number), NIGHT) for number in range(3)]
    assert [raw.load(name) for name in names] == [page(number) for number in range(3)]
    assert looked_at(path, "SELECT count(*) FROM payload") == [(0,)]
    raw.commit()
    assert [raw.load(name) for name in names] == [page(number) for number in range(3)]
    assert looked_at(path, "SELECT count(*) FROM payload JOIN payload_body USING (payload_id)") == [(3,)]
    assert raw.load(payload_hash(b"never seen")) is None


def test_an_answer_seen_again_is_only_noted(path: Path, raw: RawStore) -> None:
    for day in range(3):
        kept_in(raw, page(1), NIGHT + timedelta(days=day))
        kept_in(raw, page(1), NIGHT + timedelta(days=day, minutes=1))
        raw.commit()
    ((first, last),) = looked_at(path, "SELECT first_seen, last_seen FROM payload")
    assert (first, last) == (NIGHT.timestamp(), (NIGHT + timedelta(days=2, minutes=1)).timestamp())


def test_a_dictionary_is_made_once_there_are_enough_pages(path: Path) -> None:
    with open_raw(path) as raw:
        for number in range(400):
            kept_in(raw, page(number), NIGHT)
            if number % 50 == 49:
                raw.commit()
    with open_raw(path) as raw:
        for number in range(400, 600):
            kept_in(raw, page(number), NIGHT)
        raw.commit()
        assert all(raw.load(payload_hash(page(number))) == page(number) for number in range(600))
    assert looked_at(path, "SELECT count(*) FROM dictionary") == [(1,)]
    counts = dict(looked_at(path, "SELECT dictionary_id, count(*) FROM payload_body GROUP BY 1"))
    assert counts == {None: 200, 1: 400}
    sizes = dict(looked_at(path, "SELECT dictionary_id, avg(length(body)) FROM payload_body GROUP BY 1"))
    assert sizes[1] < 0.9 * sizes[None]  # type: ignore[operator]


def test_answers_with_nothing_in_common_are_found_again_too(raw: RawStore) -> None:
    bodies = [random.Random(number).randbytes(40) for number in range(500)]
    for body in bodies:
        kept_in(raw, body, NIGHT)
    raw.commit()
    assert [raw.load(payload_hash(body)) for body in bodies] == bodies


def test_a_dictionary_is_replaced_in_time_and_goes_with_the_last_answer_that_needs_it(path: Path) -> None:
    with open_raw(path) as raw:
        for number in range(250):
            kept_in(raw, page(number), NIGHT)
        raw.commit()
        for number in range(250, 500):
            kept_in(raw, page(number), NIGHT)
        raw.commit()
        later = NIGHT + timedelta(days=91)
        for number in range(240, 500):
            kept_in(raw, page(number), later)
        assert raw.prune(later, days=90) == 240
        assert looked_at(path, "SELECT dictionary_id FROM dictionary") == [(1,), (2,)]
        kept_in(raw, page(1000), later)
        assert raw.load(payload_hash(page(300))) == page(300)
        raw.prune(later + timedelta(days=80), days=90)
        assert looked_at(path, "SELECT dictionary_id FROM dictionary") == [(1,), (2,)]
        kept_in(raw, page(1000), later + timedelta(days=80))
        raw.prune(later + timedelta(days=91), days=90)
        assert looked_at(path, "SELECT dictionary_id FROM dictionary") == [(2,)]
        assert raw.load(payload_hash(page(1000))) == page(1000)


def test_what_is_forgotten_frees_its_space(path: Path) -> None:
    with open_raw(path) as raw:
        for number in range(1500):
            kept_in(raw, random.Random(number).randbytes(3000), NIGHT)
        kept = kept_in(raw, page(1), NIGHT + timedelta(days=50))
        raw.commit()
        raw._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.stat().st_size
        assert raw.prune(NIGHT + timedelta(days=100), days=90) == 1500
        assert raw.load(kept) == page(1)
    assert path.stat().st_size < before / 20
    assert looked_at(path, "SELECT (SELECT count(*) FROM payload), (SELECT count(*) FROM payload_body)") == [(1, 1)]


@pytest.mark.parametrize(
    "damage", [b"nonsense", zstandard.compress(b"another answer"), b""], ids=["junk", "other", "-"]
)
def test_a_damaged_answer_is_never_taken_for_the_right_one(path: Path, raw: RawStore, damage: bytes) -> None:
    name = kept_in(raw, page(1), NIGHT)
    raw.commit()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE payload_body SET body = ?", [damage])
    with pytest.raises(DamagedError, match="повреждён"):
        raw.load(name)


@pytest.mark.parametrize("text", [True, False], ids=["hash as text", "hash as bytes"])
def test_an_older_file_is_carried_over(path: Path, text: bool) -> None:
    bodies = [page(number) for number in range(300)]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(
            f"CREATE TABLE payload (hash {'TEXT' if text else 'BLOB'} PRIMARY KEY, body BLOB NOT NULL,"
            " first_seen TEXT NOT NULL, last_seen TEXT NOT NULL) STRICT, WITHOUT ROWID"
        )
        compressor = zstandard.ZstdCompressor(level=6)
        for body in bodies:
            name = payload_hash(body)
            db.execute(
                "INSERT INTO payload VALUES (?, ?, '2026-09-01T16:00:00Z', '2026-09-05T16:00:00Z')",
                [name.hex() if text else name, compressor.compress(body)],
            )
    with open_raw(path) as raw:
        assert [raw.load(payload_hash(body)) for body in bodies] == bodies
        kept_in(raw, page(1000), at("09-05 21:00"))
        assert raw.prune(at("09-10 21:00"), days=6) == 0
    seen = "SELECT DISTINCT first_seen, last_seen FROM payload WHERE payload_id <= 300"
    assert looked_at(path, seen) == [(at("09-01 21:00").timestamp(), at("09-05 21:00").timestamp())]
    assert looked_at(path, "PRAGMA auto_vacuum") == [(2,)]
    assert looked_at(path, "PRAGMA integrity_check") == [("ok",)]
    names = {row[0] for row in looked_at(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"payload", "payload_body", "dictionary"} <= names
    assert "old_payload" not in names


def test_a_file_of_a_newer_program_is_left_alone(path: Path) -> None:
    with open_raw(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        Database(db)["_sqlite_migrations"].insert({"migration_set": "raw", "name": "of_tomorrow", "applied_at": "x"})
        db.commit()
    with pytest.raises(UsageError, match="более новой"), open_raw(path):
        pass


def test_what_is_no_database_is_said_to_be_damaged(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(DamagedError, match="исходных ответов"), open_raw(path):
        pass


def test_answers_broken_off_at_their_writing_are_written_by_the_next_commit(path: Path, raw: RawStore) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        name = kept_in(raw, page(1), datetime.fromisoformat("2026-09-01T21:00:00+05:00"))
        raw._connection.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError):
            raw.commit()
        other.execute("ROLLBACK")
    raw.commit()
    assert looked_at(path, "SELECT count(*) FROM payload") == [(1,)]
    assert raw.load(name) == page(1)


def test_what_is_forgotten_leaves_no_scrap_in_a_dictionary(path: Path) -> None:
    """What is left is compressed anew, with a dictionary made of it alone; a damaged answer is in nobody's way."""
    pages = {year: [page(number) + year for number in range(300)] for year in (b"Tsaplina", b"Shchukin")}
    with open_raw(path) as raw:
        for body in (*pages[b"Tsaplina"], *pages[b"Shchukin"]):
            kept_in(raw, body, NIGHT)
            raw.commit()
    ((old,),) = looked_at(path, "SELECT body FROM dictionary")
    assert b"Tsaplina" in old
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE payload_body SET body = x'00' WHERE payload_id = 301")
    with open_raw(path) as raw:
        assert raw.forget([payload_hash(body) for body in pages[b"Tsaplina"]], NIGHT) == 300
        assert [raw.load(payload_hash(body)) for body in pages[b"Shchukin"][1:]] == pages[b"Shchukin"][1:]
        with pytest.raises(DamagedError):
            raw.load(payload_hash(pages[b"Shchukin"][0]))
        kept_in(raw, page(1000), NIGHT)
    ((new,),) = looked_at(path, "SELECT body FROM dictionary")
    assert b"Shchukin" in new
    assert b"Tsaplina" not in new
    assert looked_at(path, "SELECT DISTINCT dictionary_id FROM payload_body") == [(2,)]


def test_a_few_that_are_left_need_no_dictionary(path: Path) -> None:
    with open_raw(path) as raw:
        names = [kept_in(raw, page(number), NIGHT) for number in range(250)]
        raw.commit()
        kept_in(raw, page(1000), NIGHT)
        raw.commit()
        assert raw.forget(names[:-1], NIGHT) == 249
        assert [raw.load(payload_hash(page(number))) for number in (249, 1000)] == [page(249), page(1000)]
    assert looked_at(path, "SELECT count(*) FROM dictionary") == [(0,)]
