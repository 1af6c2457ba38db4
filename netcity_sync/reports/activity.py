"""R8: who used the GIS in a month (clause 5.1), from the exchange table of sign-ins as it was last taken.

Rows of the table count for the month that holds their whole period; a person signed in where such a row tells of
sign-ins, or any row names a last sign-in of that month. «Не входили ни разу» are those of whom no row up to the
month's end tells a sign-in. Accounts that are blocked are left out. Who is not in the table is not judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from netcity_sync.adapters.source import Capability
from netcity_sync.model import UserKind
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.formulas import share
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Request
from netcity_sync.russian import full_date, plain, short_name

_CLAUSE = "5.1"
_ROLES = ((UserKind.STAFF, "Сотрудники"), (UserKind.PARENT, "Родители (по детям)"), (UserKind.STUDENT, "Ученики"))
_HOW_TO_BRING = (
    "Нет данных: таблица «Активность пользователей» об этом месяце не рассказывает. Заполните user_activity в папке"
    " обмена (netcity-sync exchange template user_activity) по статистике входов «Сетевого города», возьмите её"
    " (netcity-sync exchange take) и составьте отчёт ещё раз."
)
_NOTES = (
    "Кого нет в таблице, о том ничего не сказано; заблокированные учётные записи не считаются. Родители одного ребёнка"
    " считаются вместе.",
    "«Записей» — строк отчёта о доступе к журналу за месяц, сделанных учителем; «—», если отчёт не читается.",
)


@dataclass(frozen=True, slots=True)
class _User:
    """An account in the month; `logins` and `active_days` are None where no row of the month tells them."""

    kind: UserKind
    class_name: str
    name: str
    logins: int | None
    active_days: int | None
    last_login: date | None
    signed_in: bool
    ever: bool


def build_activity(desk: Desk, request: Request) -> Document:
    """The report for a month; it is made without the table too, and says then how to bring it."""
    period = request.period
    users = _users(desk, period)
    until = _told_until(desk, period)
    return Document(
        title="Отчёт об активности пользователей при работе с электронным журналом",
        subtitle=f"За {period.name}",
        facts=(*desk.facts(period, _CLAUSE), ("Входы посчитаны по", full_date(until) if until else "—")),
        sections=tuple(_sections(desk, users, period)) if until else (Section("Нет данных", (_HOW_TO_BRING,)),),
        notes=desk.notes(*(_notes(until, period) if until else ())),
        made_at=desk.snapshot.moment,
        page=desk.page(),
    )


def _told_until(desk: Desk, period: Period) -> date | None:
    """The last day of the month of which the table tells; None where it tells of none."""
    rows = desk.bench.rows(
        "SELECT max(period_end) AS last FROM as_of_user_activity WHERE NOT missing"
        " AND period_start >= :first AND period_end <= :last",
        first=period.first.isoformat(), last=period.last.isoformat(),
    )  # fmt: skip
    return date.fromisoformat(rows[0]["last"]) if rows[0]["last"] else None


def _notes(until: date, period: Period) -> Iterable[str]:
    if until < period.last:
        yield f"Месяц в таблице не закончен: входы посчитаны по {full_date(until)}."
    yield from _NOTES


def _users(desk: Desk, period: Period) -> tuple[_User, ...]:
    rows = desk.bench.rows(_USERS, first=period.first.isoformat(), last=period.last.isoformat())
    users = []
    for row in rows:
        last = date.fromisoformat(row["last_login"][:10]) if row["last_login"] else None
        users.append(
            _User(
                UserKind(row["user"]), row["class_name"], row["person"], row["logins"], row["active_days"], last,
                signed_in=bool(row["logins"]) or (last is not None and period.first <= last <= period.last),
                ever=last is not None or bool(row["all_logins"]),
            )
        )  # fmt: skip
    return tuple(users)


_USERS = """
WITH told AS MATERIALIZED (
  SELECT *, period_start >= :first AS inside, substr(last_login, 1, 10) <= :last AS by_then
  FROM as_of_user_activity WHERE NOT missing AND period_end <= :last
)
SELECT user, max(class_name) AS class_name, max(person) AS person, sum(logins) AS all_logins,
  sum(CASE WHEN inside THEN logins END) AS logins, sum(CASE WHEN inside THEN active_days END) AS active_days,
  max(CASE WHEN by_then THEN last_login END) AS last_login,
  substr(max(period_end || coalesce(enabled, '')), 11) AS newest_state
FROM told GROUP BY user, class_key(class_name), plain(person)
HAVING newest_state <> '0' AND max(inside)
ORDER BY user, CAST(max(class_name) AS INTEGER), max(class_name), plain(max(person))
"""


def _sections(desk: Desk, users: tuple[_User, ...], period: Period) -> Iterable[Section]:
    columns = (
        Column("Кто", width=3), Column("Всего", Kind.INTEGER), Column("Входили за месяц", Kind.INTEGER, 1.3),
        Column("Доля, %", Kind.PERCENT, digits=1), Column("Не входили ни разу", Kind.INTEGER, 1.4),
        Column("Последний вход", Kind.DATE, 1.5),
    )  # fmt: skip
    rows = tuple((words, *_figures([item for item in users if item.kind is kind])) for kind, words in _ROLES)
    yield Section("По ролям", tables=(Table("По ролям", columns, rows, ("Все", *_figures(users))),))
    yield Section("Сотрудники", tables=(_staff_table(desk, users, period),))
    families = [item for item in users if item.kind is not UserKind.STAFF]
    yield Section("Семьи по классам", tables=(_class_table(families),))
    never = _never_table(families)
    if never.rows:
        yield Section("Не входили ни разу", tables=(never,))


def _figures(users: Iterable[_User]) -> tuple[Cell, ...]:
    users = list(users)
    signed = sum(item.signed_in for item in users)
    logins = [item.last_login for item in users if item.last_login is not None]
    return (len(users), signed, share(signed, len(users)), sum(not item.ever for item in users),
            max(logins, default=None))  # fmt: skip


def _staff_table(desk: Desk, users: tuple[_User, ...], period: Period) -> Table:
    entries = _entries(desk, period)
    staff = [item for item in users if item.kind is UserKind.STAFF]
    columns = (
        Column("Сотрудник", width=4), Column("Входов", Kind.INTEGER), Column("Дней с входами", Kind.INTEGER, 1.2),
        Column("Последний вход", Kind.DATE, 1.5), Column("Записей", Kind.INTEGER, 1.1),
    )  # fmt: skip
    rows = tuple(
        (
            item.name, item.logins, item.active_days, item.last_login,
            entries.get(plain(item.name), 0) if entries is not None else None,
        )
        for item in staff
    )  # fmt: skip
    flagged = frozenset(place for place, item in enumerate(staff) if not item.signed_in)
    return Table("Сотрудники", columns, rows, flagged=flagged)


def _entries(desk: Desk, period: Period) -> dict[str, int] | None:
    """Lines of the report on access in the month by who made them; None where it was not read."""
    if Capability.JOURNAL_ACCESS not in desk.snapshot.capabilities():
        return None
    month = int(f"{period.first:%Y%m}")
    read = desk.bench.rows(
        "SELECT 1 FROM as_of_read WHERE kind = 'journal_access' AND month = :month AND error IS NULL LIMIT 1",
        month=month,
    )
    if not read:
        return None
    rows = desk.bench.rows(
        "SELECT plain(user_name) AS name, sum(times) AS entries FROM as_of_journal_access"
        " WHERE month = :month AND NOT missing GROUP BY 1",
        month=month,
    )
    return {row["name"]: row["entries"] for row in rows}


def _class_table(families: list[_User]) -> Table:
    columns = (
        Column("Класс"),
        *(
            column
            for group in ("Родители (по детям)", "Ученики")
            for column in (
                Column("всего", Kind.INTEGER, group=group), Column("входили", Kind.INTEGER, group=group),
                Column("доля, %", Kind.PERCENT, digits=1, group=group),
            )
        ),
    )  # fmt: skip
    classes = dict.fromkeys(item.class_name for item in sorted(families, key=_class_order))
    rows = tuple((name, *_both([item for item in families if item.class_name == name])) for name in classes)
    return Table("Входили за месяц", columns, rows, ("Школа", *_both(families)))


def _both(families: list[_User]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for kind in (UserKind.PARENT, UserKind.STUDENT):
        cells += _figures(item for item in families if item.kind is kind)[:3]
    return tuple(cells)


def _class_order(item: _User) -> tuple[int, str]:
    return int("".join(letter for letter in item.class_name if letter.isdigit()) or 0), item.class_name


def _never_table(families: list[_User]) -> Table:
    """A line a class and kind: whom a class teacher has to ask."""
    found: dict[tuple[int, str, UserKind], list[str]] = {}
    for item in families:
        if not item.ever:
            found.setdefault((*_class_order(item), item.kind), []).append(short_name(item.name))
    words = {UserKind.PARENT: "родители", UserKind.STUDENT: "ученики"}
    rows = tuple((key[1], words[key[2]], len(names), ", ".join(names)) for key, names in sorted(found.items()))
    columns = (Column("Класс", width=0.7), Column("Кто", width=1), Column("Сколько", Kind.INTEGER, 0.8),
               Column("Фамилии (учеников)", width=6))  # fmt: skip
    return Table("Не входили ни разу", columns, rows)
