"""School days, terms and deadlines: arithmetic on the school's own calendar and time zone."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from netcity_sync.model import TermKind

_QUARTER_LONGEST_DAYS = 80
_TRIMESTER_LONGEST_DAYS = 105


def term_kind(name: str, start: date, end: date) -> TermKind:
    """What kind of term it is: by its name, or by its length where the name does not tell (rules.md §7.2)."""
    words = name.lower()
    if "четверт" in words:
        return TermKind.QUARTER
    if "триместр" in words:
        return TermKind.TRIMESTER
    if "полугоди" in words:
        return TermKind.HALF_YEAR
    length = (end - start).days
    if length <= _QUARTER_LONGEST_DAYS:
        return TermKind.QUARTER
    return TermKind.TRIMESTER if length <= _TRIMESTER_LONGEST_DAYS else TermKind.HALF_YEAR


def local_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which the school's clocks show `at` on `day`."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The date of the school at an aware moment."""
    return moment.astimezone(zone).date()


class SchoolDays:
    """The days on which the school holds lessons.

    They are taken from the timetable itself, so that holidays, moved days, quarantine and Saturdays need no
    settings; days beyond the known timetable are unknown, not free.
    """

    def __init__(self, days: Iterable[date], days_off: Iterable[date] = ()) -> None:
        self._days = sorted(set(days) - set(days_off))

    def __len__(self) -> int:
        return len(self._days)

    def __contains__(self, day: date) -> bool:
        place = bisect_left(self._days, day)
        return place < len(self._days) and self._days[place] == day

    def after(self, day: date, count: int) -> date | None:
        """The `count`-th school day after `day` (0: `day` itself), or None where the timetable does not reach."""
        if count == 0:
            return day
        place = bisect_right(self._days, day) + count - 1
        return self._days[place] if place < len(self._days) else None

    def within(self, first: date, last: date) -> list[date]:
        """The school days from `first` to `last`, both included."""
        return self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]

    def between(self, first: date, last: date) -> int:
        """How many school days lie after `first`, up to and including `last`."""
        return max(0, bisect_right(self._days, last) - bisect_right(self._days, first))
