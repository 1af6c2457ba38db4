"""Who used the GIS in a period, as far as the exchange table of sign-ins tells (clause 5.1).

A row tells how often somebody signed in on the days of its own, and when last. A person signed in during the period
where a row that lies within it tells of sign-ins, or a row names a last sign-in within it. Where only rows that reach
beyond the period tell of sign-ins, and of a last one outside it, nobody knows: such a person is doubtful. «Не входили
ни разу» are those of whom no row that begins by the period's end tells a sign-in. Accounts that are blocked are left
out, and so is whoever no row with days of the period names.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.model import UserKind
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import About, Focus
from netcity_sync.russian import class_key, full_date

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class User:
    """An account in the period; `logins` and `active_days` are None where no row that lies within it tells them."""

    kind: UserKind
    class_name: str
    name: str
    logins: int | None
    active_days: int | None
    last_login: date | None
    signed_in: bool
    doubtful: bool
    ever: bool


@dataclass(frozen=True, slots=True)
class Activity:
    """The accounts in focus, and of which days of the period the table tells (spans, both days included)."""

    users: tuple[User, ...]
    told: tuple[tuple[date, date], ...]

    @property
    def days(self) -> str:
        """«01.09.2026 – 30.09.2026»; «—» where the table tells of none."""
        return ", ".join(f"{full_date(first)} – {full_date(last)}" for first, last in self.told) or "—"

    def whole(self, period: Period) -> bool:
        """Whether the table tells of all days of the period."""
        return self.told == ((period.first, period.last),)


def activity_of(desk: Desk, period: Period, focus: Focus) -> Activity:
    """What the table tells of the school, or of the families of a class or a grade."""
    told = _told(desk, period)
    rows = desk.bench.rows(_USERS, first=period.first.isoformat(), last=period.last.isoformat()) if told else []
    classes = _classes(desk, focus)
    users = []
    for row in rows:
        if classes is not None and class_key(row["class_name"]) not in classes:
            continue
        last = date.fromisoformat(row["last_login"][:10]) if row["last_login"] else None
        signed_in = bool(row["logins"]) or (last is not None and period.first <= last)
        users.append(
            User(
                UserKind(row["user"]), row["class_name"], row["person"], row["logins"], row["active_days"], last,
                signed_in, doubtful=not signed_in and bool(row["some"]),
                ever=last is not None or bool(row["all_logins"]),
            )
        )  # fmt: skip
    return Activity(tuple(users), told)


def _told(desk: Desk, period: Period) -> tuple[tuple[date, date], ...]:
    """The days of the period that rows tell of, spans that touch or overlap put together."""
    rows = desk.bench.rows(
        "SELECT DISTINCT max(period_start, :first) AS start, min(period_end, :last) AS end FROM as_of_user_activity"
        " WHERE NOT missing AND period_start <= :last AND period_end >= :first ORDER BY 1, 2",
        first=period.first.isoformat(), last=period.last.isoformat(),
    )  # fmt: skip
    spans: list[tuple[date, date]] = []
    for row in rows:
        start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
        if spans and start <= spans[-1][1] + _DAY:
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
    return tuple(spans)


def _classes(desk: Desk, focus: Focus) -> frozenset[str] | None:
    """The classes in focus, in the form that names are compared by; None: everybody, staff too."""
    if focus.about is About.SCHOOL:
        return None
    rows = desk.bench.rows(
        "SELECT class_name FROM class_read WHERE class_id = :class_id OR grade = :grade",
        class_id=focus.class_id, grade=focus.grade,
    )  # fmt: skip
    return frozenset(class_key(row["class_name"]) for row in rows)


_USERS = """
WITH told AS MATERIALIZED (
  SELECT *, period_end >= :first AS meets, period_start >= :first AND period_end <= :last AS inside,
    period_end || coalesce(enabled, '') AS state, period_end <= :last AS over
  FROM as_of_user_activity WHERE NOT missing AND period_start <= :last
)
SELECT user, max(class_name) AS class_name, max(person) AS person, sum(logins) AS all_logins,
  sum(CASE WHEN inside THEN logins END) AS logins, sum(CASE WHEN inside THEN active_days END) AS active_days,
  max(meets AND logins > 0) AS some,
  max(CASE WHEN substr(last_login, 1, 10) <= :last THEN last_login END) AS last_login,
  substr(coalesce(max(CASE WHEN over THEN state END), max(state)), 11) AS newest_state
FROM told GROUP BY user, class_key(class_name), plain(person)
HAVING newest_state <> '0' AND max(meets)
ORDER BY user, CAST(max(class_name) AS INTEGER), max(class_name), plain(max(person))
"""


_ACCESS_READS = """
SELECT class_id, month, max(ended) AS ended FROM as_of_read
WHERE kind = 'journal_access' AND error IS NULL GROUP BY class_id, month
"""


def entries_of(desk: Desk, period: Period) -> dict[str, int] | None:
    """Lines of the report on access in the period by who made them (`plain`); None where it was not read whole.

    It is whole where of each class with journals each month was read after the last of its days in the period.
    """
    if Capability.JOURNAL_ACCESS not in desk.snapshot.capabilities():
        return None
    read = {
        (row["class_id"], row["month"]): desk.bench.local(row["ended"]).date() for row in desk.bench.rows(_ACCESS_READS)
    }
    days = (period.first + number * _DAY for number in range((period.last - period.first).days + 1))
    last_days = {day.year * 100 + day.month: day for day in days}
    for (class_id,) in desk.bench.rows("SELECT DISTINCT class_id FROM journal"):
        if any(read.get((class_id, month), date.min) <= last for month, last in last_days.items()):
            return None
    rows = desk.bench.rows(
        "SELECT plain(user_name) AS name, sum(times) AS entries FROM as_of_journal_access"
        " WHERE substr(at, 1, 10) BETWEEN :first AND :last AND NOT missing GROUP BY 1",
        first=period.first.isoformat(), last=period.last.isoformat(),
    )  # fmt: skip
    return {row["name"]: row["entries"] for row in rows}
