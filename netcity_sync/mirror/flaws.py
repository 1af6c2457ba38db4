"""What can be wrong inside a mirror that opens: found in one pass a table by set-based SQL, nothing is changed.

What the mirror itself warrants, whatever a source answers, is a fault where it does not hold: versions follow one
another, each begins and ends with a good read of its scope, absences are marked where they wait for proof. Relations
between records of a page are the source's: a lesson may vanish a read before its marks, or lie in another term. They
are counted as loose, never called faults.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from netcity_sync.mirror.exchange_schema import TABLE_OF_FILE, TAKE_TABLE
from netcity_sync.mirror.rows import NONE_ID
from netcity_sync.mirror.schema import ENTITY_TABLES, STUDENT_TABLE, TABLES_OF_SCOPE, VERSION_COLUMNS, Table


class FlawKind(StrEnum):
    """What is wrong; LOOSE and the two after it are no faults."""

    BAD_VALUES = "bad_values"
    LEADS_NOWHERE = "leads_nowhere"
    OVERLAP = "overlap"
    TWO_CURRENT = "two_current"
    SENSELESS_ABSENCE = "senseless_absence"
    WITHOUT_READ = "without_read"
    NAMELESS = "nameless"
    FORGOTTEN_ABSENCE = "forgotten_absence"
    UNENDED_RUN = "unended_run"
    RUN_WITHOUT_END = "run_without_end"
    LOOSE = "loose"
    NEVER_READ = "never_read"
    NEEDLESS_DOUBT = "needless_doubt"


@dataclass(frozen=True, slots=True)
class Flaw:
    """So many rows of a table are wrong in one way; `related` is the table where their counterpart is missing."""

    kind: FlawKind
    table: str
    count: int
    related: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """SQLite's own word on the file: what is damaged, in its words, and what refers to runs or scopes that are not."""

    damage: tuple[str, ...]
    flaws: tuple[Flaw, ...]


_MOST_LINES = 1000
_BROKEN_RULE = "CHECK constraint failed"
"""SQLite 3.40 does not say so of tables whose key has several columns: `_values` looks itself."""
_CHECK = re.compile(r"CHECK \((.+)\)$")


def check_integrity(connection: sqlite3.Connection) -> Verdict:
    """SQLite's full check, and its check of what refers to runs and scopes."""
    lines = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_LINES})")]
    damage = tuple(line for line in lines if line != "ok" and not line.startswith(_BROKEN_RULE))
    if damage:
        return Verdict(damage, ())
    lost = Counter((row[0], row[2]) for row in connection.execute("PRAGMA foreign_key_check"))
    flaws = (Flaw(FlawKind.LEADS_NOWHERE, table, count, parent) for (table, parent), count in lost.items())
    return Verdict((), tuple(flaws))


def raw_damage(path: Path) -> tuple[str, ...]:
    """What SQLite's full check says against the file of raw answers; nothing where all is well."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            lines = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_LINES})")]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return tuple(line for line in lines if line != "ok")


def find_flaws(connection: sqlite3.Connection, *, idle: bool) -> Iterator[Flaw]:
    """Everything that contradicts itself in a sound file of this version; `idle` says that no sync is under way."""
    for table in (*ENTITY_TABLES, *TABLE_OF_FILE.values()):
        yield from _values(connection, table)
        yield from _versions(connection, table)
    yield from _without_read(connection)
    yield from _names(connection)
    yield from _loose(connection)
    yield from _scopes(connection)
    yield from _runs(connection, idle=idle)


def _flaw(connection: sqlite3.Connection, kind: FlawKind, table: str, query: str, related: str = "") -> Iterator[Flaw]:
    count = connection.execute(query).fetchone()[0]
    if count:
        yield Flaw(kind, table, count, related)


def _values(connection: sqlite3.Connection, table: Table) -> Iterator[Flaw]:
    """Values are those that the declarations allow."""
    rules = [found[1] for column in (*table.columns, *VERSION_COLUMNS) if (found := _CHECK.search(column.declaration))]
    broken = " OR ".join(f"NOT ({rule})" for rule in rules)
    yield from _flaw(connection, FlawKind.BAD_VALUES, table.name, f"SELECT count(*) FROM {table.name} WHERE {broken}")


def _versions(connection: sqlite3.Connection, table: Table) -> Iterator[Flaw]:
    """Versions of a record follow one another, the last alone may be current, an absence lies within its version."""
    key = ", ".join(f'"{column.name}"' for column in table.key)
    overlaps, current, senseless = connection.execute(
        "SELECT coalesce(sum(seen_to > later), 0), coalesce(sum(seen_to IS NULL AND later IS NOT NULL), 0),"
        " coalesce(sum(missing_from <= seen_from OR missing_from > seen_to), 0) FROM ("
        "SELECT seen_from, seen_to, missing_from,"
        f" lead(seen_from) OVER (PARTITION BY {key} ORDER BY seen_from) AS later FROM {table.name})"
    ).fetchone()
    found = ((FlawKind.OVERLAP, overlaps), (FlawKind.TWO_CURRENT, current), (FlawKind.SENSELESS_ABSENCE, senseless))
    for kind, count in found:
        if count:
            yield Flaw(kind, table.name, count)


_SCOPED = tuple((table, kind.value) for kind, tables in TABLES_OF_SCOPE.items() for table in tables)
"""The tables that scopes own, each with the kind of scope."""


def _without_read(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """Every beginning, end and absence of a version comes with a good read of its scope, or with a take."""
    for table, kind in _SCOPED:
        read = (
            "EXISTS (SELECT 1 FROM scope s CROSS JOIN scope_read r ON r.scope_id = s.scope_id"
            f" AND r.run_id = v.{{}} AND r.error IS NULL WHERE {_owner(table, kind)})"
        )
        yield from _flaw(connection, FlawKind.WITHOUT_READ, table.name, _unproved(table, read), "scope_read")
    for stem, table in TABLE_OF_FILE.items():
        taken = f"EXISTS (SELECT 1 FROM {TAKE_TABLE} t WHERE t.run_id = v.{{}} AND t.name = '{stem}' AND t.ok)"
        yield from _flaw(connection, FlawKind.WITHOUT_READ, table.name, _unproved(table, taken), TAKE_TABLE)


def _owner(table: Table, kind: str) -> str:
    """The condition that the scope `s` owns the row `v`; the one scope of its kind is found by its key."""
    same = (f's."{column}" = v."{column}"' for column in table.scope)
    return " AND ".join([f"s.kind = '{kind}'", *same]) if table.scope else f"s.key = '{kind}'"


def _unproved(table: Table, proof: str) -> str:
    """Counts the versions that lack the proof of one of their runs."""
    return (
        f"SELECT count(*) FROM {table.name} v WHERE NOT {proof.format('seen_from')}"
        f" OR seen_to IS NOT NULL AND NOT {proof.format('seen_to')}"
        f" OR missing_from IS NOT NULL AND NOT {proof.format('missing_from')}"
    )


def _names(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """A list tells the names of those on it; whoever has marks may stand on no list any more, or never have stood."""
    for name, kind in (
        ("enrolment", FlawKind.NAMELESS), ("group_student", FlawKind.NAMELESS),
        ("mark", FlawKind.LOOSE), ("attendance", FlawKind.LOOSE),
    ):  # fmt: skip
        query = f"SELECT count(*) FROM {name} WHERE student_id NOT IN (SELECT student_id FROM {STUDENT_TABLE.name})"
        yield from _flaw(connection, kind, name, query, STUDENT_TABLE.name)


_RELATIONS = (
    ("assignment", "lesson_id", "lesson", "lesson_id"),
    ("assignment", "given_at_lesson_id", "lesson", "lesson_id"),
    ("mark", "lesson_id", "lesson", "lesson_id"),
    ("mark", "assignment_id", "assignment", "assignment_id"),
    ("attendance", "lesson_id", "lesson", "lesson_id"),
)
"""What a record of a page names on the same page: its table, its column, the other table and its key."""


def _loose(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """Records whose counterpart was at no time there together with them."""
    together = "p.seen_from < coalesce(c.seen_to, 9e18) AND (p.seen_to IS NULL OR p.seen_to > c.seen_from)"
    found: Counter[tuple[str, str]] = Counter()
    for name, column, parent, key in _RELATIONS:
        query = (
            f"SELECT count(*) FROM {name} c WHERE c.{column} <> {NONE_ID} AND NOT EXISTS (SELECT 1 FROM {parent} p"
            f" WHERE p.subject_group_id = c.subject_group_id AND p.term_id = c.term_id AND p.{key} = c.{column}"
            f" AND {together})"
        )
        found[name, parent] += connection.execute(query).fetchone()[0]
    for (name, parent), count in found.items():
        if count:
            yield Flaw(FlawKind.LOOSE, name, count, parent)
    query = (
        "SELECT count(*) FROM scope WHERE kind = 'journal'"
        " AND subject_group_id NOT IN (SELECT subject_group_id FROM subject_group)"
    )
    yield from _flaw(connection, FlawKind.LOOSE, "scope", query, "subject_group")


def _scopes(connection: sqlite3.Connection) -> Iterator[Flaw]:
    """Scopes that were never read, and those whose mark of unconfirmed absences is not what their rows say."""
    query = "SELECT count(*) FROM scope s WHERE NOT EXISTS (SELECT 1 FROM scope_read r WHERE r.scope_id = s.scope_id)"
    yield from _flaw(connection, FlawKind.NEVER_READ, "scope", query, "scope_read")
    waiting = " UNION ".join(_waiting(table, kind) for table, kind in _SCOPED)
    query = f"SELECT count(*) FROM scope WHERE NOT unconfirmed AND scope_id IN ({waiting})"
    yield from _flaw(connection, FlawKind.FORGOTTEN_ABSENCE, "scope", query)
    newest = f"(SELECT max(run_id) FROM run WHERE run_id NOT IN (SELECT run_id FROM {TAKE_TABLE}))"
    query = (
        f"SELECT count(*) FROM scope s WHERE unconfirmed AND scope_id NOT IN ({waiting}) AND EXISTS (SELECT 1"
        f" FROM scope_read r WHERE r.scope_id = s.scope_id AND r.run_id = {newest} AND r.error IS NULL)"
    )
    yield from _flaw(connection, FlawKind.NEEDLESS_DOUBT, "scope", query)


def _waiting(table: Table, kind: str) -> str:
    """The scopes with rows of a table whose absence is not confirmed."""
    return (
        f"SELECT s.scope_id FROM {table.name} v CROSS JOIN scope s ON {_owner(table, kind)}"
        " WHERE v.seen_to IS NULL AND v.missing_from IS NOT NULL"
    )


def _runs(connection: sqlite3.Connection, *, idle: bool) -> Iterator[Flaw]:
    """Runs whose process died, and runs that ended at no known moment; of those interrupted none is known."""
    if idle:
        query = "SELECT count(*) FROM run WHERE status = 'running'"
        yield from _flaw(connection, FlawKind.UNENDED_RUN, "run", query)
    query = (
        "SELECT count(*) FROM run WHERE status IN ('done', 'partial', 'failed') AND finished_at IS NULL"
        " OR status = 'running' AND finished_at IS NOT NULL"
    )
    yield from _flaw(connection, FlawKind.RUN_WITHOUT_END, "run", query)
