"""Forgetting findings about the journals of a school year that are destroyed: their words name pupils and marks."""

import sqlite3
from collections.abc import Sequence
from datetime import date

_OF_YEAR = """
SELECT id FROM finding WHERE json_extract(place, '$.term_id') IN (SELECT value FROM json_each(:terms))
  OR last_day BETWEEN :start AND :end
"""


def forget_findings(connection: sqlite3.Connection, terms: Sequence[int], start: date, end: date) -> None:
    """Delete the findings about these terms, or about days of the year, inside the caller's transaction."""
    values = {"terms": str(list(terms)), "start": start.isoformat(), "end": end.isoformat()}
    connection.execute(f"DELETE FROM finding_past WHERE id IN ({_OF_YEAR})", values)
    connection.execute(f"DELETE FROM finding WHERE id IN ({_OF_YEAR})", values)
