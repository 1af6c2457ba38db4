"""What the merge costs: against SQLite alone, against sqlite-utils, and on nights when little or nothing changed."""

import gc
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from benchmarks.claim import Claim, at_least, at_most, seconds
from benchmarks.school import NOW, SchoolPage, bodies, commits, pages_of
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.intake import Answer, Caution, Intake
from netcity_sync.mirror.raw import RawStore
from netcity_sync.mirror.rows import Row, ScopeRows
from netcity_sync.mirror.runs import begin_run, finish_run
from netcity_sync.mirror.schema import JOURNAL_TABLES

_TIMES = 3
_SHARE = 100


class NoRaw(RawStore):
    """Keeps no raw answers: they lie in a file of their own, and are not what is measured."""

    def __init__(self) -> None:
        """Nothing to open."""

    def keep(self, name: bytes, body: bytes, now: datetime) -> None:
        """Forget it."""

    def commit(self) -> None:
        """Nothing to commit."""


def merging() -> Iterator[Claim]:
    """The whole year's pages from memory into an empty mirror, and the nights after."""
    pages = pages_of(bodies())
    changed = _with_some_changed(pages)
    rows = sum(len(page) for item in pages for _, page in item.rows.tables)
    gc.freeze()
    cold, plain, upserts, quiet, little = [], [], [], [], []
    for _ in range(_TIMES):
        plain.append(_plain(pages))
        with tempfile.TemporaryDirectory() as name, open_writer(DataFolder(Path(name))) as mirror:
            cold.append(_night(mirror, pages, 0))
            quiet.append(_night(mirror, pages, 1))
            little.append(_night(mirror, changed, 2))
        upserts.append(_upserts(pages))
    best = min(cold)
    yield Claim("cold merge of a year, rows", rows)
    yield Claim("cold merge, rows a second", rows / best)
    yield at_least("cold merge: executemany / merge", min(plain) / best, 0.8)
    yield at_least("cold merge: upsert_all / merge", min(upserts) / best, 2.5)
    yield at_most("night with 1 % of pages changed / cold merge", min(little) / best, 1 / 10)
    yield at_most("night with none changed / cold merge", min(quiet) / best, 1 / 30)


def _night(mirror: sqlite3.Connection, pages: Sequence[SchoolPage], number: int) -> float:
    moment = NOW + timedelta(days=number)
    run = begin_run(mirror, moment, resume=False)
    intake = Intake(mirror, NoRaw(), run, Caution())

    def take() -> None:
        for batch in commits(pages):
            with intake.batch():
                for page in batch:
                    intake.take(Answer(page.scope, moment, moment, page.rows, b"", page.name))

    spent = seconds(take)
    finish_run(mirror, run, moment, "done")
    return spent


def _with_some_changed(pages: Sequence[SchoolPage]) -> list[SchoolPage]:
    """Every hundredth page has another mark, and an absence less."""
    return [_altered(page) if place % _SHARE == 0 else page for place, page in enumerate(pages)]


def _altered(page: SchoolPage) -> SchoolPage:
    tables = tuple((table, _other(table.name, rows)) for table, rows in page.rows.tables)
    return replace(page, rows=replace(page.rows, tables=tables), name=page.name[::-1])


def _other(table: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if table == "mark" and rows:
        first = rows[0]
        return ((*first[:5], 5 if first[5] != 5 else 4, *first[6:]), *rows[1:])
    return rows[1:] if table == "attendance" else rows


def _plain(pages: Sequence[SchoolPage]) -> float:
    """`executemany` of the same rows into bare tables with the same keys: no versions, no checks, no references."""
    with tempfile.TemporaryDirectory() as name, closing(sqlite3.connect(Path(name, "bare.db"))) as bare:
        bare.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", f"cache_size = -{64 * 1024}"):
            bare.execute(f"PRAGMA {pragma}")
        inserts = {}
        for table in JOURNAL_TABLES:
            columns = ", ".join(f"{item.name} {item.declaration.partition(' CHECK')[0]}" for item in table.columns)
            key = ", ".join(item.name for item in table.key)
            bare.execute(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID")
            inserts[table.name] = f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"

        def insert() -> None:
            for batch in commits(pages):
                bare.execute("BEGIN IMMEDIATE")
                for page in batch:
                    for table, rows in page.rows.tables:
                        bare.executemany(inserts[table.name], rows)
                bare.execute("COMMIT")

        return seconds(insert)


def _upserts(pages: Sequence[SchoolPage]) -> float:
    """The same rows through sqlite-utils, which keeps no history."""
    with tempfile.TemporaryDirectory() as name:
        database = Database(Path(name, "upserts.db"))
        database.enable_wal()
        for table in JOURNAL_TABLES:
            keys = [item.name for item in table.key]
            kinds = {item.name: str if "TEXT" in item.declaration else int for item in table.columns}
            database.table(table.name).create(kinds, pk=keys)

        def upsert() -> None:
            for batch in commits(pages):
                with database.atomic():
                    for page in batch:
                        _upsert_page(database, page.rows)

        spent = seconds(upsert)
        database.close()
        return spent


def _upsert_page(database: Database, rows: ScopeRows) -> None:
    for table, page in rows.tables:
        names = [item.name for item in table.columns]
        keys = [item.name for item in table.key]
        database.table(table.name).upsert_all((dict(zip(names, row, strict=True)) for row in page), pk=keys)
