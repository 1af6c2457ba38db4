"""Raw answers, compressed, by hash: what findings rest on, and the means to read them again with a better parser."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import zstandard

from netcity_sync.clock import utc_text
from netcity_sync.errors import DamagedError

_DDL = """
CREATE TABLE IF NOT EXISTS payload (
  hash BLOB PRIMARY KEY,
  body BLOB NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""


def payload_hash(body: bytes) -> bytes:
    """The name of a raw answer: its SHA-256."""
    return sha256(body).digest()


class RawStore:
    """The file of raw answers. Moments are UTC."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._compressor = zstandard.ZstdCompressor(level=6)

    def keep(self, name: bytes, body: bytes, now: datetime) -> None:
        """Store an answer under its hash, or note that it was seen again."""
        moment = utc_text(now)
        seen = self._connection.execute("UPDATE payload SET last_seen = ? WHERE hash = ?", [moment, name])
        if seen.rowcount == 0:
            compressed = self._compressor.compress(body)
            self._connection.execute("INSERT INTO payload VALUES (?, ?, ?, ?)", [name, compressed, moment, moment])

    def load(self, name: bytes) -> bytes | None:
        """The answer of that hash, or None where it is not, or no longer, kept."""
        row = self._connection.execute("SELECT body FROM payload WHERE hash = ?", [name]).fetchone()
        return None if row is None else zstandard.ZstdDecompressor().decompress(row[0])

    def prune(self, now: datetime, days: int) -> int:
        """Forget answers that were last seen more than `days` days ago; answers how many."""
        limit = utc_text(now - timedelta(days=days))
        return self._connection.execute("DELETE FROM payload WHERE last_seen < ?", [limit]).rowcount

    def commit(self) -> None:
        """Make what was kept durable."""
        self._connection.commit()


@contextmanager
def open_raw(path: Path) -> Iterator[RawStore]:
    """The store of raw answers in the file `path`, made where there is none. Raises DamagedError."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_DDL)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise DamagedError(
                "Файл исходных ответов сервера повреждён.",
                where=str(path),
                todo="Уберите его из папки данных и повторите команду: он начнётся заново, зеркало не пострадает.",
            ) from error
        store = RawStore(connection)
        yield store
        store.commit()
