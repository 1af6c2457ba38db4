"""Forgetting findings about a school year that is destroyed: their words name pupils and marks."""

import json
import re
import sqlite3
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.clock import utc_text
from netcity_sync.compliance.schema import CHECK_TABLES
from netcity_sync.russian import plain, short_name

_OF_YEAR = """
SELECT id FROM main.finding WHERE json_extract(place, '$.term_id') IN (SELECT value FROM json_each(:terms))
  OR last_day BETWEEN :start AND :end
  OR json_extract(place, '$.student_id') IN (SELECT value FROM json_each(:students))
  OR last_day IS NULL AND fixed_at BETWEEN :start AND :moment
"""
_WORDS = """
SELECT id, message || ' ' || proof FROM main.finding UNION ALL SELECT id, message || ' ' || proof FROM main.finding_past
"""
_ROWS = {
    "finding_past": "id IN (SELECT id FROM temp.forgotten_finding) OR fixed_at BETWEEN :start AND :moment",
    "finding": "id IN (SELECT id FROM temp.forgotten_finding)",
    "finding_exception": "finding_id IN (SELECT id FROM temp.forgotten_finding)"
    " OR student_id IN (SELECT value FROM json_each(:students))"
    " OR min(coalesce(last_day, '9'), coalesce(until, '9'), coalesce(substr(removed_at, 1, 10), '9')) <= :end"
    " OR exception_id IN (SELECT id FROM temp.forgotten_exception)",
}
_WORD = re.compile(r"\\[nrt]|(\b\w\.|[\w-]+)")
"""A word of a text that may be JSON: an initial keeps its point, an escaped end of line is none."""

FORGOTTEN_TABLES = tuple(record for record in CHECK_TABLES if record.name in _ROWS)
"""The tables that lose rows."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is forgotten: the terms and days of a year, those of whom no other year tells.

    `moment` (UTC) is when the year was read last; `names` are those of people whom no other year knows, `kept_names` of
    those whom one does, in the form in which texts are compared.
    """

    terms: tuple[int, ...]
    start: date
    end: date
    moment: datetime
    students: frozenset[int]
    names: frozenset[str]
    kept_names: frozenset[str]

    @property
    def values(self) -> dict[str, str]:
        """The parameters of the queries."""
        return {
            "terms": json.dumps(self.terms), "start": self.start.isoformat(), "end": self.end.isoformat(),
            "moment": utc_text(self.moment), "students": json.dumps(sorted(self.students)),
        }  # fmt: skip

    @property
    def said(self) -> frozenset[tuple[str, ...]]:
        """How texts name those who are forgotten, whole or short, where it cannot mean anybody else: two words or more.

        A surname alone would mean its other bearers too: whoever has no other name is known by number only.
        """
        kept = {_words(short_name(name)) for name in self.kept_names}
        kept |= {words[:count] for words in map(_words, self.kept_names) for count in range(2, len(words) + 1)}
        gone = {_words(form) for name in self.names for form in (name, short_name(name))}
        return frozenset(words for words in gone - kept if len(words) > 1)


def mark_findings(connection: sqlite3.Connection, forgotten: Forgotten) -> dict[str, int]:
    """Find what is to be forgotten: about the terms, the days, the people; answers how many rows of each table."""
    for name in ("forgotten_finding", "forgotten_exception"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        connection.execute(f"CREATE TEMP TABLE {name} (id PRIMARY KEY)")
    connection.execute(f"INSERT INTO temp.forgotten_finding {_OF_YEAR}", forgotten.values)
    said = forgotten.said
    findings = _naming(connection.execute(_WORDS), said)
    connection.executemany("INSERT OR IGNORE INTO temp.forgotten_finding VALUES (?)", findings)
    reasons = connection.execute("SELECT exception_id, why FROM main.finding_exception")
    connection.executemany("INSERT INTO temp.forgotten_exception VALUES (?)", _naming(reasons, said))
    return {
        name: connection.execute(f"SELECT count(*) FROM main.{name} WHERE {rows}", forgotten.values).fetchone()[0]
        for name, rows in _ROWS.items()
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(plain(text)) if word)


def _naming(rows: Iterable[tuple[object, str | None]], said: Set[tuple[str, ...]]) -> list[tuple[object]]:
    """The keys of those rows whose text names one of these people."""
    lengths = {len(words) for words in said}
    found = []
    for key, text in rows:
        words = _words(text or "")
        if any(words[at : at + length] in said for length in lengths for at in range(len(words))):
            found.append((key,))
    return found


def forget_findings(connection: sqlite3.Connection, forgotten: Forgotten) -> None:
    """Delete what was marked, and what checks of that time kept of their findings, in the caller's transaction."""
    for name, rows in reversed(_ROWS.items()):
        connection.execute(f"DELETE FROM main.{name} WHERE {rows}", forgotten.values)
    connection.execute(
        "UPDATE main.check_run SET found = NULL, gaps = NULL WHERE checked_at <= ?", [utc_text(forgotten.moment)]
    )
