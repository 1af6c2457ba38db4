"""Which local act a rule rests on, by the table of local acts in the exchange folder."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import date

from netcity_sync.russian import full_date

_BETWEEN_IDS = re.compile(r"[\s,;]+")


def acts_by_rule(connection: sqlite3.Connection, today: date) -> Mapping[str, str]:
    """The act in force on a day for each rule that a row of `as_of_local_act` names, by the rule's id.

    Of several acts the newest is taken, and of its rows the one that names a clause.
    """
    rows = connection.execute(
        "SELECT title, number, issued_on, clause, rules FROM as_of_local_act WHERE NOT missing AND rules IS NOT NULL"
        " AND issued_on <= :today AND (ends_on IS NULL OR ends_on >= :today) ORDER BY issued_on, clause",
        {"today": today.isoformat()},
    )
    return {rule_id: _words(row) for row in rows for rule_id in _BETWEEN_IDS.split(row["rules"].upper())}


def _words(row: sqlite3.Row) -> str:
    """«Положение о текущем контроле, № 187-од от 30.08.2026, п. 3.5»."""
    words = f"{row['title']}, № {row['number']} от {full_date(date.fromisoformat(row['issued_on']))}"
    words = words.replace("№ б/н", "б/н")
    return f"{words}, п. {row['clause']}" if row["clause"] else words
