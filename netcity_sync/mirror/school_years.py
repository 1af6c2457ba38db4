"""The school years that the mirror has read, and between which runs each of them stood."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.clock import from_utc_text
from netcity_sync.errors import UsageError
from netcity_sync.mirror.snapshot import KNOWN_RUNS

_NO_BOUND = 2**62
_YEARS = f"""
SELECT y.school_year_id, y.name, y.start, y."end" AS last, y.closed, coalesce(y.missing_from, y.seen_to, {_NO_BOUND}),
  (SELECT min(v.seen_from) FROM main.school_year v WHERE v.name = y.name)
FROM main.school_year y
WHERE y.seen_from = (SELECT max(v.seen_from) FROM main.school_year v WHERE v.name = y.name)
ORDER BY y.start, y.school_year_id
"""
_LAST_RUN = f"SELECT run_id, known_at FROM ({KNOWN_RUNS}) WHERE run_id < ? ORDER BY run_id DESC LIMIT 1"
_TERMS = """
SELECT term_id, max("end") AS last FROM main.term
WHERE seen_from <= :run AND start BETWEEN :start AND :end GROUP BY term_id ORDER BY term_id
"""


@dataclass(frozen=True, slots=True)
class MirrorYear:
    """A school year: its days, the run that first read it and the last finished one that still did; its terms.

    `stood_at` (UTC) is when that last run was over: a snapshot as of then shows the year as it was left.
    `last_lesson_day` is the last day of its last term.
    """

    name: str
    start: date
    end: date
    closed: bool
    first_run: int
    last_run: int
    stood_at: datetime
    terms: tuple[int, ...]
    last_lesson_day: date

    @property
    def last_day(self) -> date:
        """The last day of what belongs to it: exams and their results may come after the end that the GIS tells."""
        return max(self.end, date(self.end.year, 8, 31))

    def is_over(self, today: date) -> bool:
        """Whether nothing is taught in it any more: it was closed, or its terms have passed."""
        return self.closed or today > self.last_lesson_day


def school_years(connection: sqlite3.Connection) -> tuple[MirrorYear, ...]:
    """All years whose dictionaries some finished run has read, oldest first."""
    found = []
    for _, name, start, end, closed, bound, first_run in connection.execute(_YEARS).fetchall():
        last_run = connection.execute(_LAST_RUN, [bound]).fetchone()
        if last_run is None or last_run[0] < first_run:
            continue
        terms = connection.execute(_TERMS, {"run": last_run[0], "start": start, "end": end}).fetchall()
        last_day = max((row[1] for row in terms), default=end)
        found.append(
            MirrorYear(
                name, date.fromisoformat(start), date.fromisoformat(end), bool(closed), first_run,
                last_run[0], from_utc_text(last_run[1]), tuple(row[0] for row in terms), date.fromisoformat(last_day),
            )
        )  # fmt: skip
    return tuple(found)


def find_year(years: tuple[MirrorYear, ...], name: str) -> MirrorYear:
    """A year by its name. Raises UsageError naming those there are."""
    for year in years:
        if year.name == name:
            return year
    known = ", ".join(year.name for year in years) or "ни одного"
    raise UsageError(f"В зеркале нет учебного года «{name}».", todo=f"Есть: {known}.")
