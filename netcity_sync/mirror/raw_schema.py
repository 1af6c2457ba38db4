"""The tables of the file of raw answers, declared once, and how older files came to have them.

What is known of an answer stands apart from its body: answers are seen again night after night, and noting that must
not touch kilobytes (measured: 4 µs an answer instead of 45, and a fifth of the WAL).
"""

from sqlite_utils import Database, Migrations

from netcity_sync.mirror.schema import Column, Record, record_ddl

RAW_TABLES = (
    Record(
        "dictionary", "Словарь сжатия, составленный по самим ответам",
        (
            Column("dictionary_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
            Column("made_at", "INTEGER NOT NULL", "Когда составлен, секунды UTC с 1970 года"),
            Column("body", "BLOB NOT NULL", "Словарь zstd"),
        ),
    ),
    Record(
        "payload", "Ответ сервера",
        (
            Column("payload_id", "INTEGER PRIMARY KEY", "Номер по порядку"),
            Column("hash", "BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)", "SHA-256 ответа, как он получен"),
            Column("first_seen", "INTEGER NOT NULL", "Когда получен впервые, секунды UTC с 1970 года"),
            Column("last_seen", "INTEGER NOT NULL", "Когда получен в последний раз, так же"),
        ),
    ),
    Record(
        "payload_body", "Содержимое ответа",
        (
            Column("payload_id", "INTEGER PRIMARY KEY REFERENCES payload(payload_id)", "Ответ"),
            Column("dictionary_id", "INTEGER REFERENCES dictionary(dictionary_id)",
                   "Словарь, с которым сжат; пусто — без словаря"),
            Column("body", "BLOB NOT NULL", "Ответ, сжатый zstd"),
        ),
    ),
)  # fmt: skip

migrations = Migrations("raw")


@migrations()
def answers_apart_from_what_is_known_of_them(db: Database) -> None:
    """Tables of today; what the one table of older files held moves into them."""
    old = "payload" in db.table_names()
    if old:
        db.execute("ALTER TABLE payload RENAME TO old_payload")
    for record in RAW_TABLES:
        db.execute(record_ddl(record))
    if not old:
        return
    db.conn.create_function("hash_bytes", 1, _hash_bytes, deterministic=True)
    db.execute(
        "INSERT INTO payload (hash, first_seen, last_seen) SELECT hash_bytes(hash),"
        " CAST(strftime('%s', first_seen) AS INTEGER), CAST(strftime('%s', last_seen) AS INTEGER)"
        " FROM old_payload ORDER BY first_seen, hash"
    )
    db.execute(
        "INSERT INTO payload_body (payload_id, body)"
        " SELECT p.payload_id, o.body FROM old_payload o JOIN payload p ON p.hash = hash_bytes(o.hash)"
    )
    db.execute("DROP TABLE old_payload")


def _hash_bytes(value: str | bytes) -> bytes:
    """A hash, which the first files kept as text."""
    return bytes.fromhex(value) if isinstance(value, str) else value
