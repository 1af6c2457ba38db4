"""Pages of a journal as rows, taken into a real mirror; and the naive model that keeps every page whole."""

import sqlite3
from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.mirror.intake import Answer, Caution, Intake, Taken
from netcity_sync.mirror.raw import RawStore, payload_hash
from netcity_sync.mirror.rows import Row, ScopeRows
from netcity_sync.mirror.runs import begin_run, finish_run
from netcity_sync.mirror.schema import JOURNAL_TABLES
from netcity_sync.model import Student

TERM = 1
FIRST_NIGHT = datetime(2026, 9, 1, 16, tzinfo=UTC)
TABLES = {table.name: table for table in JOURNAL_TABLES}
COMPARED = ("lesson", "mark")
State = dict[str, set[tuple[Any, ...]]]


@dataclass(frozen=True)
class SmallPage:
    """Lessons by id with their topics, marks by pupil with their values."""

    topics: dict[int, str | None] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def rows(self, group: int) -> ScopeRows:
        """The page as the mirror's rows."""
        rows: dict[str, tuple[Row, ...]] = {
            "lesson": tuple((group, TERM, key, f"2026-09-{key:02d}", 1, topic) for key, topic in self.topics.items()),
            "mark": tuple((group, TERM, pupil, 1, 1, value, 0, None) for pupil, value in self.marks.items()),
        }
        return ScopeRows(
            {"subject_group_id": group, "term_id": TERM},
            tuple((TABLES[name], rows.get(name, ())) for name in TABLES),
            tuple(Student(id=key, name=name) for key, name in self.names.items()),
        )

    def body(self) -> bytes:
        """Bytes that are the same for the same page."""
        return repr((self.topics, self.marks, self.names)).encode()

    @classmethod
    def of_body(cls, body: bytes) -> "SmallPage":
        """The page of these bytes."""
        return cls(*literal_eval(body.decode()))


class Interrupted(Exception):
    """What breaks a merge off."""


class Fragile:
    """A connection that breaks off at its `left`-th statement or row from now on, once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.left: int | None = None

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        if statement != "ROLLBACK":
            self._count()
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        return self._connection.executemany(statement, self._counted(rows))

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def _counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            self._count()
            yield row

    def _count(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Interrupted


@dataclass
class Night:
    """One run that reads one page: the run's number, and the page that came, if it was taken."""

    run_id: int
    page: SmallPage | None


class Journal:
    """A journal of its own in a mirror, read night by night."""

    def __init__(self, connection: sqlite3.Connection, raw: RawStore, group: int, caution: Caution) -> None:
        self.connection = connection
        self.group = group
        self.scope = Scope(ScopeKind.JOURNAL, subject_group_id=group, term_id=TERM)
        self.nights: list[Night] = []
        self._raw = raw
        self._caution = caution

    def read(
        self,
        page: SmallPage | None,
        *,
        full: bool = False,
        break_at: int | None = None,
        parser: Callable[[SmallPage], SmallPage] = lambda page: page,
    ) -> Taken | None:
        """One night: a page that is taken, one that is broken off at a statement, or (None) a read that fails.

        `parser` may make something else of the page than it says.
        """
        moment = FIRST_NIGHT + timedelta(days=len(self.nights))
        run_id = begin_run(self.connection, moment, resume=False)
        fragile: Any = Fragile(self.connection)
        intake = Intake(fragile, self._raw, run_id, self._caution)
        fragile.left = break_at
        taken, status = None, "done"
        try:
            with intake.batch():
                if page is None:
                    intake.refuse(self.scope, moment, moment, "нет ответа")
                else:
                    body = page.body()
                    answer = Answer(self.scope, moment, moment, parser(page).rows(self.group), body, payload_hash(body))
                    taken = intake.take(answer, full=full, second_look=True)
        except Interrupted:
            page, status = None, "interrupted"
        finish_run(self.connection, run_id, moment, status)
        self.nights.append(Night(run_id, page))
        return taken

    def as_of(self, run_id: int) -> State:
        """What the mirror says stood on the page after a run: rows, each with whether it was missing then."""
        found: State = {}
        for name in COMPARED:
            columns = ", ".join(column.name for column in TABLES[name].columns)
            rows = self.connection.execute(
                f"SELECT {columns}, coalesce(missing_from <= :run, 0) FROM {name}"
                " WHERE subject_group_id = :group AND seen_from <= :run AND (seen_to IS NULL OR seen_to > :run)",
                {"run": run_id, "group": self.group},
            ).fetchall()
            assert len(set(rows)) == len(rows)
            found[name] = set(rows)
        return found

    def believed(self, run_id: int) -> State:
        """The naive model: a record is gone once as many pages in a row lack it as the settings ask for."""
        shown: dict[str, dict[Row, tuple[Row, int]]] = {name: {} for name in COMPARED}
        for night in self.nights:
            if night.page is None or night.run_id > run_id:
                continue
            page = {table.name: rows for table, rows in night.page.rows(self.group).tables}
            for name, known in shown.items():
                width = len(TABLES[name].key)
                now = {row[:width]: row for row in page[name]}
                absent = {key: (row, count + 1) for key, (row, count) in known.items() if key not in now}
                kept = {key: (row, count) for key, (row, count) in absent.items() if count < self._caution.absences}
                shown[name] = kept | {key: (row, 0) for key, row in now.items()}
        return {name: {(*row, int(count > 0)) for row, count in known.values()} for name, known in shown.items()}
