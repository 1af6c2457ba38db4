"""How the mirror's file came to have its tables: each step runs once, in order, in a transaction of its own.

What a step creates from the declarations of `schema.py` has the shape of today; a later step that changes the
declarations brings the tables of older files to it (`bring_up_to_date`), so that all files end up alike.
"""

from collections.abc import Iterable

from sqlite_utils import Database, Migrations

from netcity_sync.mirror.schema import (
    ACCESS_TABLE,
    ENTITY_TABLES,
    FINAL_MARK_TABLE,
    RECORD_TABLES,
    Table,
    current_view_ddl,
    record_ddl,
    table_ddl,
)
from netcity_sync.mirror.views import VIEWS, drop_views, make_views

migrations = Migrations("mirror")

_EARLY_TABLES = tuple(table for table in ENTITY_TABLES if table is not FINAL_MARK_TABLE)

_FIRST_RECORDS = """
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'partial', 'failed', 'interrupted')),
  resumes INTEGER REFERENCES run(run_id),
  program_version TEXT NOT NULL,
  error TEXT
) STRICT;
CREATE TABLE scope_read (
  run_id INTEGER NOT NULL REFERENCES run(run_id),
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  class_id INTEGER,
  subject_group_id INTEGER,
  term_id INTEGER,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  ok INTEGER NOT NULL,
  payload_hash TEXT,
  changed_rows INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  PRIMARY KEY (run_id, scope)
) STRICT, WITHOUT ROWID;
CREATE TABLE capability (
  name TEXT PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run(run_id)
) STRICT, WITHOUT ROWID
"""


@migrations()
def first_schema(db: Database) -> None:
    """Runs, scope reads, and one table an entity with a view of its current rows."""
    for statement in _FIRST_RECORDS.split(";"):
        db.execute(statement)
    for table in _EARLY_TABLES:
        if table is not ACCESS_TABLE:
            create_table(db, table)


@migrations()
def journal_access_and_drift(db: Database) -> None:
    """Who touched which journal when; and how the answers of the GIS differ from what this version expects."""
    create_table(db, ACCESS_TABLE)
    db.execute(_records()["drift"])


@migrations()
def scopes_and_lean_reads(db: Database) -> None:
    """Scopes have a row of their own, and a read costs some twenty bytes: they were to outgrow the marks."""
    ddl = _records()
    _make_scopes(db)
    db.execute(_FILL_SCOPES)
    db.execute("ALTER TABLE scope_read RENAME TO old_scope_read")
    db.execute(ddl["scope_read"])
    db.conn.create_function("hex_bytes", 1, bytes.fromhex, deterministic=True)
    db.execute(_FILL_READS)
    db.execute("DROP TABLE old_scope_read")
    db.execute(_FILL_LAST_HASHES)
    db.execute("ALTER TABLE capability RENAME TO old_capability")
    db.execute(ddl["capability"])
    db.execute("INSERT INTO capability (run_id, name) SELECT run_id, name FROM old_capability")
    db.execute("DROP TABLE old_capability")
    bring_up_to_date(db, _EARLY_TABLES)


@migrations()
def readable_views(db: Database) -> None:
    """Views that people read: names in the place of numbers, Russian headings."""
    make_views(db, VIEWS)


@migrations()
def final_marks(db: Database) -> None:
    """Final marks, and scopes of a kind of their own, which the declarations of older files do not admit."""
    drop_views(db, VIEWS)
    create_table(db, FINAL_MARK_TABLE)
    ddl = _records()
    (found,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'scope'").fetchone()
    if found != ddl["scope"]:
        db.execute("ALTER TABLE scope RENAME TO old_scope")
        db.execute("ALTER TABLE scope_read RENAME TO old_scope_read")
        db.execute("DROP INDEX scope_by_journal")
        db.execute("DROP INDEX scope_by_class")
        _make_scopes(db)
        db.execute(ddl["scope_read"])
        db.execute("INSERT INTO scope SELECT * FROM old_scope")
        db.execute("INSERT INTO scope_read SELECT * FROM old_scope_read")
        db.execute("DROP TABLE old_scope_read")
        db.execute("DROP TABLE old_scope")
    make_views(db, VIEWS)


def _make_scopes(db: Database) -> None:
    db.execute(_records()["scope"])
    db.execute("CREATE INDEX scope_by_journal ON scope (subject_group_id, term_id)")
    db.execute("CREATE INDEX scope_by_class ON scope (class_id, kind)")


_FILL_SCOPES = """
INSERT INTO scope (key, kind, class_id, subject_group_id, term_id, month, unconfirmed)
SELECT scope, kind, class_id, subject_group_id, term_id,
  CASE kind WHEN 'journal_access' THEN CAST(substr(scope, length('journal_access:' || class_id) + 2) AS INTEGER) END,
  1
FROM scope_read GROUP BY scope
"""
"""Whether a scope has vanished records is not looked up: the next read compares everything once."""

_FILL_READS = """
INSERT INTO scope_read (scope_id, run_id, began, ended, payload_hash, changed_rows, anew, error)
SELECT scope_id, run_id, began, ended, CASE WHEN hash IS NOT before THEN hex_bytes(hash) END, changed_rows, 0, error
FROM (
  SELECT s.scope_id, r.run_id, CAST(strftime('%s', r.started_at) AS INTEGER) AS began,
    CAST(strftime('%s', r.finished_at) AS INTEGER) AS ended, r.payload_hash AS hash, r.changed_rows,
    lag(r.payload_hash) OVER (PARTITION BY r.scope, r.ok ORDER BY r.run_id) AS before,
    CASE WHEN NOT r.ok THEN coalesce(r.error, '') END AS error
  FROM old_scope_read r JOIN scope s ON s.key = r.scope
)
"""

_FILL_LAST_HASHES = """
UPDATE scope SET payload_hash = (
  SELECT r.payload_hash FROM scope_read r
  WHERE r.scope_id = scope.scope_id AND r.payload_hash IS NOT NULL ORDER BY r.run_id DESC LIMIT 1
)
"""


def _records() -> dict[str, str]:
    return {record.name: record_ddl(record) for record in RECORD_TABLES}


def create_table(db: Database, table: Table) -> None:
    """An entity's table with a view of its current rows."""
    db.execute(table_ddl(table))
    db.execute(current_view_ddl(table))


def bring_up_to_date(db: Database, tables: Iterable[Table]) -> None:
    """Give tables of older files, with their views, the declarations of today."""
    for table in tables:
        db.execute(f"DROP VIEW current_{table.name}")
        declare_anew(db, table.name, table_ddl(table))
        db.execute(current_view_ddl(table))


def declare_anew(db: Database, name: str, ddl: str) -> None:
    """Give a table of an older file a declaration; rows are copied where it is another, as far as its columns go.

    Views of the table must not stand meanwhile: they would follow the old one.
    """
    (found,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
    if found == ddl:
        return
    before = _columns(db, name)
    db.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    db.execute(ddl)
    kept = ", ".join(f'"{column}"' for column in _columns(db, name) if column in before)
    db.execute(f"INSERT INTO {name} ({kept}) SELECT {kept} FROM old_{name}")
    db.execute(f"DROP TABLE old_{name}")


def _columns(db: Database, name: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
