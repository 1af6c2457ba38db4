"""Raw answers, compressed, by hash: what findings rest on, and the means to read them again with a better parser.

Pages of one school are much alike, so they are compressed with a zstd dictionary made of the pages themselves. It
holds scraps of them, names included: it is replaced once it is as old as an answer may get, and goes with the last
answer that needs it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import structlog
import zstandard
from sqlite_utils import Database

from netcity_sync.errors import DamagedError, UsageError
from netcity_sync.mirror.database import applied_steps, known_steps
from netcity_sync.mirror.raw_schema import migrations

log = structlog.get_logger(__name__)

_LEVEL = 6
_SAMPLES = 200
"""How many answers a dictionary is made of: those of the first night serve the whole year (measured)."""
_SAMPLE_BYTES = 128 * 1024
_DICTIONARY_BYTES = 16 * 1024
_ROWS_AT_ONCE = 500
_PAGES_AT_ONCE = 1000
_INCREMENTAL = 2
_CACHE_KIB = 16 * 1024
_TODO = "Уберите его из папки данных и повторите команду: он начнётся заново, зеркало не пострадает."


def payload_hash(body: bytes) -> bytes:
    """The name of a raw answer: its SHA-256."""
    return sha256(body).digest()


@dataclass(slots=True)
class _Fresh:
    """An answer that is not written yet."""

    body: bytes
    dictionary_id: int | None
    first_seen: int
    last_seen: int


class RawStore:
    """The file of raw answers. Moments are UTC. What is kept is written by `commit`, all of it at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fresh: dict[bytes, _Fresh] = {}
        self._seen: dict[int, int] = {}
        self._now = 0
        self._decompressors: dict[int | None, zstandard.ZstdDecompressor] = {None: zstandard.ZstdDecompressor()}
        self._dictionary_id: int | None = None
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        newest = connection.execute(
            "SELECT dictionary_id, body FROM dictionary ORDER BY dictionary_id DESC LIMIT 1"
        ).fetchone()
        if newest is not None:
            self._use(*newest)
        self._count: int = connection.execute("SELECT count(*) FROM payload").fetchone()[0]
        self._train_at = _SAMPLES

    def keep(self, name: bytes, body: bytes, now: datetime) -> None:
        """Store an answer under its hash, or note that it was seen again."""
        self._now = int(now.timestamp())
        fresh = self._fresh.get(name)
        if fresh is not None:
            fresh.last_seen = self._now
            return
        row = self._connection.execute("SELECT payload_id FROM payload WHERE hash = ?", [name]).fetchone()
        if row is None:
            self._fresh[name] = _Fresh(self._compressor.compress(body), self._dictionary_id, self._now, self._now)
        else:
            self._seen[row[0]] = self._now

    def load(self, name: bytes) -> bytes | None:
        """The answer of that hash, or None where it is not, or no longer, kept.

        Raises DamagedError where what is kept is not that answer.
        """
        fresh = self._fresh.get(name)
        if fresh is not None:
            return self._unpacked(name, fresh.dictionary_id, fresh.body)
        row = self._connection.execute(
            "SELECT b.dictionary_id, b.body FROM payload p JOIN payload_body b USING (payload_id) WHERE p.hash = ?",
            [name],
        ).fetchone()
        return None if row is None else self._unpacked(name, *row)

    def prune(self, now: datetime, days: int) -> int:
        """Forget answers that were last seen more than `days` days ago, and free their space; answers how many."""
        self.commit()
        limit = int((now - timedelta(days=days)).timestamp())
        pruned = 0
        while ids := self._connection.execute(
            f"SELECT payload_id FROM payload WHERE last_seen < ? LIMIT {_ROWS_AT_ONCE}", [limit]
        ).fetchall():
            with self._transaction():
                self._connection.executemany("DELETE FROM payload_body WHERE payload_id = ?", ids)
                self._connection.executemany("DELETE FROM payload WHERE payload_id = ?", ids)
            pruned += len(ids)
        self._count -= pruned
        self._renew_dictionary(int(now.timestamp()), limit)
        self._give_space_back()
        return pruned

    def kept(self, names: Sequence[bytes]) -> int:
        """How many of these answers are kept."""
        query = "SELECT 1 FROM payload WHERE hash = ?"
        return sum(self._connection.execute(query, [name]).fetchone() is not None for name in names)

    def received_until(self, moment: datetime) -> list[bytes]:
        """The hashes of the answers that were received for the last time by then."""
        query = "SELECT hash FROM payload WHERE last_seen <= ?"
        return [row[0] for row in self._connection.execute(query, [int(moment.timestamp())])]

    def forget(self, names: Sequence[bytes], now: datetime) -> int:
        """Delete answers by their hashes, all in one transaction, and overwrite them; answers how many there were.

        Dictionaries hold scraps of whatever they were made of: what is left is compressed anew, with one made of it.
        """
        self.commit()
        self._connection.execute("PRAGMA secure_delete = ON")
        keys = [(name,) for name in names]
        with self._transaction():
            self._connection.executemany(
                "DELETE FROM payload_body WHERE payload_id = (SELECT payload_id FROM payload WHERE hash = ?)", keys
            )
            deleted = self._connection.executemany("DELETE FROM payload WHERE hash = ?", keys).rowcount
        self._count -= max(deleted, 0)
        self._compress_anew(int(now.timestamp()))
        self._give_space_back()
        return max(deleted, 0)

    def commit(self) -> None:
        """Make what was kept durable."""
        if self._fresh or self._seen:
            with self._transaction():
                self._write()
            self._count += len(self._fresh)
            self._fresh.clear()
            self._seen.clear()
        if self._dictionary_id is None and self._count >= self._train_at:
            self._train(self._now)
            self._train_at = 2 * self._count

    def _write(self) -> None:
        for name, item in self._fresh.items():
            entered = self._connection.execute(
                "INSERT INTO payload (hash, first_seen, last_seen) VALUES (?, ?, ?)",
                [name, item.first_seen, item.last_seen],
            )
            self._connection.execute(
                "INSERT INTO payload_body VALUES (?, ?, ?)", [entered.lastrowid, item.dictionary_id, item.body]
            )
        self._connection.executemany(
            "UPDATE payload SET last_seen = ? WHERE payload_id = ?",
            [(moment, key) for key, moment in self._seen.items()],
        )

    def _unpacked(self, name: bytes, dictionary_id: int | None, packed: bytes) -> bytes:
        try:
            body = self._decompressor(dictionary_id).decompress(packed)
        except zstandard.ZstdError:
            body = None
        if body is None or payload_hash(body) != name:
            raise DamagedError("Сохранённый ответ сервера повреждён.", where=f"raw.db, ответ {name.hex()[:16]}")
        return body

    def _decompressor(self, dictionary_id: int | None) -> zstandard.ZstdDecompressor:
        if dictionary_id not in self._decompressors:
            row = self._connection.execute(
                "SELECT body FROM dictionary WHERE dictionary_id = ?", [dictionary_id]
            ).fetchone()
            if row is None:
                raise DamagedError("Нет словаря, с которым сжат ответ сервера.", where="raw.db", todo=_TODO)
            dictionary = zstandard.ZstdCompressionDict(row[0])
            self._decompressors[dictionary_id] = zstandard.ZstdDecompressor(dict_data=dictionary)
        return self._decompressors[dictionary_id]

    def _use(self, dictionary_id: int, body: bytes) -> None:
        """Compress with that dictionary from now on."""
        dictionary = zstandard.ZstdCompressionDict(body)
        dictionary.precompute_compress(level=_LEVEL)
        self._dictionary_id = dictionary_id
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary)

    def _train(self, now: int) -> None:
        """Make a dictionary of the newest answers; where they have nothing in common, there will be none."""
        rows = self._connection.execute(
            "SELECT p.hash, b.dictionary_id, b.body FROM payload p JOIN payload_body b USING (payload_id)"
            f" ORDER BY p.payload_id DESC LIMIT {_SAMPLES}"
        ).fetchall()
        try:
            samples: list[bytes | bytearray | memoryview] = [self._unpacked(*row)[:_SAMPLE_BYTES] for row in rows]
            body = zstandard.train_dictionary(_DICTIONARY_BYTES, samples).as_bytes()
        except (zstandard.ZstdError, DamagedError) as error:
            log.warning("no_dictionary", samples=len(rows), error=type(error).__name__)
            return
        entered = self._connection.execute("INSERT INTO dictionary (made_at, body) VALUES (?, ?)", [now, body])
        assert entered.lastrowid is not None
        self._use(entered.lastrowid, body)
        log.info("dictionary_made", dictionary=entered.lastrowid, samples=len(samples), size=len(body))

    def _compress_anew(self, now: int) -> None:
        """Give all answers a dictionary made of them, or none where they are few, and delete the others."""
        self._dictionary_id, self._compressor = None, zstandard.ZstdCompressor(level=_LEVEL)
        self._train_at = _SAMPLES
        if self._count >= _SAMPLES:
            self._train(now)
        last = 0
        while rows := self._connection.execute(
            "SELECT p.payload_id, p.hash, b.dictionary_id, b.body FROM payload p JOIN payload_body b USING (payload_id)"
            f" WHERE p.payload_id > ? AND b.dictionary_id IS NOT ? ORDER BY p.payload_id LIMIT {_ROWS_AT_ONCE}",
            [last, self._dictionary_id],
        ).fetchall():
            last = rows[-1][0]
            packed = [(self._dictionary_id, self._packed_anew(*row[1:]), row[0]) for row in rows]
            with self._transaction():
                self._connection.executemany(
                    "UPDATE payload_body SET dictionary_id = ?, body = ? WHERE payload_id = ?", packed
                )
        self._connection.execute("DELETE FROM dictionary WHERE dictionary_id IS NOT ?", [self._dictionary_id])

    def _packed_anew(self, name: bytes, dictionary_id: int | None, packed: bytes) -> bytes:
        """An answer as it is compressed now; nothing instead of one that is damaged: nobody can read it any more."""
        try:
            return self._compressor.compress(self._unpacked(name, dictionary_id, packed))
        except DamagedError:
            log.warning("answer_damaged", hash=name.hex()[:16])
            return b""

    def _renew_dictionary(self, now: int, limit: int) -> None:
        """Replace the dictionary where it was made before `limit`; forget those that no answer needs any more."""
        (made_at,) = self._connection.execute("SELECT max(made_at) FROM dictionary").fetchone()
        if made_at is not None and made_at < limit and self._count >= _SAMPLES:
            self._train(now)
        self._connection.execute(
            "DELETE FROM dictionary WHERE dictionary_id <> ? AND dictionary_id NOT IN"
            " (SELECT dictionary_id FROM payload_body WHERE dictionary_id IS NOT NULL)",
            [self._dictionary_id],
        )

    def _give_space_back(self) -> None:
        """Hand free pages back to the system, some at a time: a large step would keep others waiting."""
        while free := self._free_pages():
            self._connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            if self._free_pages() >= free:
                return

    def _free_pages(self) -> int:
        return int(self._connection.execute("PRAGMA freelist_count").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


@contextmanager
def open_raw(path: Path) -> Iterator[RawStore]:
    """The store of raw answers in the file `path`, made where there is none, its tables up to date.

    Raises DamagedError, UsageError where a newer program wrote it.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            _prepare(connection)
            store = RawStore(connection)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise DamagedError("Файл исходных ответов сервера повреждён.", where=str(path), todo=_TODO) from error
        yield store
        store.commit()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    applied = applied_steps(connection).get(migrations.name, set())
    if applied - known_steps(migrations):
        raise UsageError(
            "Файл исходных ответов сервера создан более новой версией программы.",
            todo="Обновите netcity_sync и повторите команду.",
        )
    if known_steps(migrations) - applied:
        migrations.apply(Database(connection))
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
        connection.execute("VACUUM")
