"""Who touched a journal between two moments, by the report on access to the journal."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from netcity_sync.clock import from_unix
from netcity_sync.mirror.lookup import JournalName

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Touch:
    """A line of the report: at which minute (its beginning, UTC) who did what, in the GIS's own words."""

    at: datetime
    user_name: str
    action: str
    lesson_date: date | None


class AccessReport:
    """The lines of the report that the mirror holds; those of a journal are read once."""

    def __init__(self, connection: sqlite3.Connection, zone: ZoneInfo) -> None:
        self._connection = connection
        self._zone = zone
        self._lines: dict[tuple[int, str, int], tuple[Touch, ...]] = {}
        self._reads: dict[int, dict[int, datetime]] = {}

    def touches(
        self, journal: JournalName, day: date | None, lower: datetime | None, upper: datetime | None
    ) -> tuple[Touch, ...]:
        """Lines about the lessons of a day (None: of any) between two moments; the minutes at the ends count.

        Without a lower moment: those of that day's lessons from the beginning on; without a day as well, none.
        """
        if upper is None or (lower is None and day is None):
            return ()
        return tuple(
            item
            for item in self._of_journal(journal)
            if (lower is None or item.at + _MINUTE > lower) and item.at <= upper
            if day is None or item.lesson_date in (day, None)
        )

    def covers(self, class_id: int, lower: datetime | None, upper: datetime | None) -> bool:
        """Whether the report was read for every month of the interval, after the interval or the month was over."""
        if upper is None:
            return False
        read_at = self._months_read(class_id)
        first, last = self._month(lower or upper), self._month(upper)
        return all(
            month in read_at and (read_at[month] >= upper or self._month(read_at[month]) > month)
            for month in range(first, last + 1)
            if 1 <= month % 100 <= 12
        )

    def _month(self, moment: datetime) -> int:
        local = moment.astimezone(self._zone)
        return local.year * 100 + local.month

    def _months_read(self, class_id: int) -> dict[int, datetime]:
        """When the report of each month was last read well."""
        if class_id not in self._reads:
            rows = self._connection.execute(
                "SELECT s.month, max(r.began) FROM scope s JOIN scope_read r USING (scope_id)"
                " WHERE s.class_id = ? AND s.kind = 'journal_access' AND r.error IS NULL GROUP BY s.month",
                [class_id],
            )
            self._reads[class_id] = {row[0]: from_unix(row[1]) for row in rows}
        return self._reads[class_id]

    def _of_journal(self, journal: JournalName) -> tuple[Touch, ...]:
        """All lines about a subject in a class from the school year of the journal, as the report printed them."""
        key = (journal.class_id, journal.subject_name, journal.year)
        if key not in self._lines:
            first, last = journal.year * 100 + 8, (journal.year + 1) * 100 + 12
            rows = self._connection.execute(
                "SELECT DISTINCT at, user_name, action, lesson_date FROM journal_access"
                " WHERE class_id = ? AND month BETWEEN ? AND ? AND subject_name = ? ORDER BY at, user_name, action",
                [journal.class_id, first, last, journal.subject_name],
            )
            self._lines[key] = tuple(
                Touch(
                    datetime.fromisoformat(row[0]).replace(tzinfo=self._zone).astimezone(UTC),
                    row[1],
                    row[2],
                    date.fromisoformat(row[3]) if row[3] else None,
                )
                for row in rows
            )
        return self._lines[key]
