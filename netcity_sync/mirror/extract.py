"""One school year of the mirror as a SQLite file of its own: all versions of its records, as its last run left them.

The file has the mirror's tables, those of the exchange folder among them, the views of current rows and the readable
views, and depends on nothing that was read or taken later: made again it is the same to the byte. What later runs did
to a version (ended it, missed it) is left out.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES, TAKE_RECORD, TAKE_TABLE
from netcity_sync.mirror.exchange_views import VIEWS as EXCHANGE_VIEWS
from netcity_sync.mirror.exchange_years import BELONGING, STOOD
from netcity_sync.mirror.schema import (
    ACCESS_TABLE,
    DICTIONARY_TABLES,
    ENTITY_TABLES,
    FINAL_MARK_TABLE,
    JOURNAL_TABLES,
    RECORD_TABLES,
    ROSTER_TABLES,
    STUDENT_TABLE,
    Table,
    current_view_ddl,
    record_ddl,
    table_ddl,
)
from netcity_sync.mirror.school_years import MirrorYear
from netcity_sync.mirror.views import VIEWS, make_views

EXTRACT_TABLES = (*ENTITY_TABLES, *EXCHANGE_TABLES)
"""The versioned tables of an extract."""

_JOURNALS = (
    "(SELECT subject_group_id, term_id FROM source.scope WHERE kind = 'journal'"
    " AND term_id IN (SELECT term_id FROM temp.year_term))"
)
_SOURCES = {
    **{table.name: f"{_JOURNALS} j CROSS JOIN source.{table.name} v USING (subject_group_id, term_id)"
       " WHERE v.seen_from <= :last" for table in JOURNAL_TABLES},
    **{table.name: f"source.{table.name} v WHERE {STOOD}" for table in DICTIONARY_TABLES},
    **{table.name: f"(SELECT DISTINCT class_id FROM main.school_class) c CROSS JOIN source.{table.name} v"
       f" USING (class_id) WHERE {STOOD}" for table in ROSTER_TABLES},
    FINAL_MARK_TABLE.name: f"(SELECT DISTINCT subject_group_id FROM main.subject_group) g"
    f" CROSS JOIN source.{FINAL_MARK_TABLE.name} v USING (subject_group_id) WHERE {STOOD}",
    ACCESS_TABLE.name: f"(SELECT DISTINCT class_id FROM main.school_class) c CROSS JOIN source.{ACCESS_TABLE.name} v"
    " USING (class_id) WHERE v.seen_from <= :last AND v.month BETWEEN :first_month AND :last_month",
    STUDENT_TABLE.name: f"source.{STUDENT_TABLE.name} v WHERE {STOOD}"
    " AND student_id IN (SELECT student_id FROM main.enrolment UNION SELECT student_id FROM main.group_student"
    " UNION SELECT student_id FROM main.mark UNION SELECT student_id FROM main.attendance"
    " UNION SELECT student_id FROM main.final_mark)",
    **{table.name: f"source.{table.name} v WHERE v.seen_from <= :last AND ({BELONGING[table.name].in_year})"
       for table in EXCHANGE_TABLES},
}  # fmt: skip
"""Where the rows of each table come from; dictionaries are filled first, names of pupils last."""

_SCOPES = """
INSERT INTO main.scope
SELECT s.scope_id, s.key, s.kind, s.class_id, s.subject_group_id, s.term_id, s.month,
  (SELECT r.payload_hash FROM source.scope_read r WHERE r.scope_id = s.scope_id AND r.run_id <= :last
     AND r.payload_hash IS NOT NULL AND r.error IS NULL ORDER BY r.run_id DESC LIMIT 1),
  s.kind <> 'dictionaries' AND s.unconfirmed
FROM source.scope s
WHERE EXISTS (SELECT 1 FROM source.scope_read r WHERE r.scope_id = s.scope_id AND r.run_id BETWEEN :first AND :last)
  AND CASE s.kind
    WHEN 'journal' THEN s.term_id IN (SELECT term_id FROM temp.year_term)
    WHEN 'term_marks' THEN s.subject_group_id IN (SELECT subject_group_id FROM main.subject_group)
    WHEN 'roster' THEN s.class_id IN (SELECT class_id FROM main.school_class)
    WHEN 'journal_access' THEN s.class_id IN (SELECT class_id FROM main.school_class)
      AND s.month BETWEEN :first_month AND :last_month
    ELSE 1 END
ORDER BY s.scope_id
"""
_WAITING = "UPDATE main.scope SET unconfirmed = 1 WHERE kind = 'dictionaries' AND ({})"
_READS = """
INSERT INTO main.scope_read SELECT r.* FROM main.scope s CROSS JOIN source.scope_read r USING (scope_id)
WHERE r.run_id BETWEEN :first AND :last ORDER BY r.scope_id, r.run_id
"""
_TAKES = f"""
INSERT INTO main.{TAKE_TABLE} SELECT t.* FROM source.{TAKE_TABLE} t
WHERE t.run_id BETWEEN :first AND :last OR t.run_id IN ({{}}) ORDER BY t.run_id, t.name
"""
_RUNS = """
INSERT INTO main.run
WITH RECURSIVE needed(run_id) AS ({} UNION SELECT r.resumes FROM needed n JOIN source.run r USING (run_id))
SELECT r.* FROM source.run r WHERE r.run_id IN (SELECT run_id FROM needed) ORDER BY r.run_id
"""
_CAPABILITIES = """
INSERT INTO main.capability SELECT c.* FROM source.capability c
WHERE c.run_id IN (SELECT run_id FROM main.run) ORDER BY c.run_id, c.name
"""


def write_extract(folder: DataFolder, year: MirrorYear, target: Path) -> None:
    """Write the year's extract to `target`, which must not exist; it has passed SQLite's checks.

    Raises DamagedError where it does not pass them.
    """
    with TemporaryDirectory(dir=target.parent, prefix=".extract-") as work:
        draft = Path(work, "draft.db")
        with closing(sqlite3.connect(draft, isolation_level=None, uri=True)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            _make_tables(connection)
            connection.execute("ATTACH ? AS source", [f"{folder.mirror.absolute().as_uri()}?mode=ro"])
            connection.execute("BEGIN")
            _fill(connection, year)
            connection.execute("COMMIT")
            connection.execute("VACUUM main INTO ?", [str(target)])
    flaws = extract_flaws(target)
    if flaws:
        raise DamagedError(
            "Выписка из зеркала не проходит проверку.", where="; ".join(flaws[:3]),
            todo="Осмотрите зеркало: netcity-sync mirror doctor",
        )  # fmt: skip


def extract_flaws(path: Path) -> tuple[str, ...]:
    """What SQLite's full check, and its check of references, say against an extract; nothing where all is well."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            damage = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            lost = [f"{row[0]}: нет записи в {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return (*damage, *lost)


def _make_tables(connection: sqlite3.Connection) -> None:
    for record in (*RECORD_TABLES, TAKE_RECORD):
        connection.execute(record_ddl(record))
    for table in EXTRACT_TABLES:
        connection.execute(table_ddl(table))
        connection.execute(current_view_ddl(table))
    make_views(Database(connection), (*VIEWS, *EXCHANGE_VIEWS))
    connection.execute("CREATE TEMP TABLE year_term (term_id INTEGER PRIMARY KEY)")


def _fill(connection: sqlite3.Connection, year: MirrorYear) -> None:
    values = {
        "first": year.first_run, "last": year.last_run,
        "start": year.start.isoformat(), "last_day": year.last_day.isoformat(),
        "first_month": year.start.year * 100 + year.start.month, "last_month": year.end.year * 100 + year.end.month,
    }  # fmt: skip
    connection.executemany("INSERT INTO temp.year_term VALUES (?)", [(term,) for term in year.terms])
    others = (table for table in EXTRACT_TABLES if table not in (*DICTIONARY_TABLES, STUDENT_TABLE))
    for table in (*DICTIONARY_TABLES, *others, STUDENT_TABLE):
        connection.execute(_copy(table), values)
    waiting = " OR ".join(
        f"EXISTS (SELECT 1 FROM main.{table.name} WHERE seen_to IS NULL AND missing_from IS NOT NULL)"
        for table in DICTIONARY_TABLES
    )
    connection.execute(_SCOPES, values)
    connection.execute(_WAITING.format(waiting))
    connection.execute(_READS, values)
    connection.execute(_TAKES.format(_runs_of(EXCHANGE_TABLES)), values)
    read = f"SELECT run_id FROM main.scope_read UNION SELECT run_id FROM main.{TAKE_TABLE}"
    connection.execute(_RUNS.format(f"{read} UNION {_runs_of(ENTITY_TABLES)}"))
    connection.execute(_CAPABILITIES)


def _runs_of(tables: Iterable[Table]) -> str:
    """The runs that versions of these tables refer to."""
    return " UNION ".join(
        f"SELECT {column} FROM main.{table.name}"
        for table in tables
        for column in ("seen_from", "seen_to", "missing_from")
    )


def _copy(table: Table) -> str:
    names = ", ".join(f'v."{column.name}"' for column in table.columns)
    key = ", ".join(f'v."{column.name}"' for column in table.key)
    return (
        f"INSERT INTO main.{table.name} SELECT {names}, v.seen_from,"
        " CASE WHEN v.seen_to <= :last THEN v.seen_to END, CASE WHEN v.missing_from <= :last THEN v.missing_from END"
        f" FROM {_SOURCES[table.name]} ORDER BY {key}, v.seen_from"
    )
