"""What span of time a report is about, and how it is named in titles, files and the log of the service."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from netcity_sync.russian import day_month, full_date, month_name


class PeriodKind(StrEnum):
    """The spans that the regulation knows (§4.5, §5, §8.4), and any other."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TERM = "term"
    YEAR = "year"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of local dates, both included.

    `name` stands in titles after «за»: «октябрь 2026 г.», «1 четверть 2026/2027 учебного года»; `key` names it in files
    and in the log: a month `2026-10`, a day its date, a week its Monday, a term its number in the GIS, a school year
    `year`.
    """

    kind: PeriodKind
    first: date
    last: date
    name: str
    key: str

    @property
    def log_day(self) -> date | None:
        """What the log of the service calls the day that it is for: a day itself, a week's Monday."""
        return self.first if self.kind in (PeriodKind.DAY, PeriodKind.WEEK) else None


def month_period(first: date) -> Period:
    """The month that begins on `first`."""
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(PeriodKind.MONTH, first, following - timedelta(days=1), month_name(first), f"{first:%Y-%m}")


def day_period(day: date) -> Period:
    """One day."""
    return Period(PeriodKind.DAY, day, day, full_date(day), day.isoformat())


def week_period(day: date) -> Period:
    """The week, Monday to Sunday, that holds a day."""
    monday = day - timedelta(days=day.weekday())
    sunday = monday + timedelta(days=6)
    return Period(
        PeriodKind.WEEK, monday, sunday, f"неделю {day_month(monday)} – {full_date(sunday)}", monday.isoformat()
    )


def span_period(first: date, last: date) -> Period:
    """Any other span."""
    return Period(
        PeriodKind.SPAN,
        first,
        last,
        f"{full_date(first)} – {full_date(last)}",
        f"{first.isoformat()}_{last.isoformat()}",
    )


def period_before(period: Period) -> Period | None:
    """What a period is compared with: the week or the month before, or just as many days before a span.

    None before a day and a year, and before a term: which one comes before it the desk knows (`Desk.period_before`).
    """
    day_before = period.first - timedelta(days=1)
    match period.kind:
        case PeriodKind.WEEK:
            return week_period(day_before)
        case PeriodKind.MONTH:
            return month_period(day_before.replace(day=1))
        case PeriodKind.SPAN:
            return span_period(day_before - (period.last - period.first), day_before)
    return None
