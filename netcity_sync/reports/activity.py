"""R8: who used the GIS in a period (clause 5.1); of a class or a grade, its families alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netcity_sync.model import UserKind
from netcity_sync.reports.activity_facts import Activity, User, activity_of, entries_of
from netcity_sync.reports.comparison import share_cells, share_columns
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.formulas import share
from netcity_sync.reports.in_focus import whole_name
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import About, Request
from netcity_sync.russian import class_key, class_order, plain, short_name

_CLAUSE = "5.1"
_STAFF = (UserKind.STAFF, "Сотрудники")
_FAMILIES = ((UserKind.PARENT, "Родители (по детям)"), (UserKind.STUDENT, "Ученики"))
_HOW_TO_BRING = (
    "Таблица «Активность пользователей» об этом периоде не рассказывает. Заполните user_activity в папке"
    " обмена (netcity-sync exchange template user_activity) по статистике входов «Сетевого города», возьмите её"
    " (netcity-sync exchange take) и составьте отчёт ещё раз."
)
_COUNTED = (
    "Входил тот, о чьих входах говорит строка таблицы, все дни которой лежат в периоде, или чей последний вход пришёлся"
    " на период. Кого нет в таблице, о том ничего не сказано; заблокированные учётные записи не считаются. Родители"
    " одного ребёнка считаются вместе."
)
_DOUBTFUL = (
    "«Неизвестно» — о входах говорят только строки, которые захватывают и дни вне периода, а последний вход был не в"
    " нём. Входивших могло быть больше."
)
_STAFF_WORDS = (
    "«Входов» и «дней» — по строкам таблицы, все дни которых лежат в периоде. «Записей» — строк отчёта о доступе к"
    " журналу за период, сделанных учителем; «—», если отчёт прочитан не за весь период."
)


def build_activity(desk: Desk, request: Request) -> Document:
    """The report for a period; it is made without the table too, and says then how to bring it."""
    period, focus = request.period, request.focus
    before = desk.period_before(period)
    found = _Found(
        request, activity_of(desk, period, focus), before,
        activity_of(desk, before, focus) if before is not None else Activity((), ()),
    )  # fmt: skip
    known = bool(found.now.told)
    return Document(
        title="Отчёт об активности пользователей при работе с электронным журналом",
        subtitle=desk.subtitle(request),
        facts=(*desk.facts(period, _CLAUSE), ("Входы посчитаны за", found.now.days)),
        sections=tuple(_sections(desk, found)) if known else (Section("Нет данных", (_HOW_TO_BRING,)),),
        notes=desk.notes(*(_notes(found) if known else ())),
        made_at=desk.snapshot.moment,
        page=desk.page(),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What the table tells of the period that is asked for, and of the one before it."""

    request: Request
    now: Activity
    before: Period | None
    was: Activity

    @property
    def earlier(self) -> Period | None:
        """The period before, where there is anything to compare with."""
        return self.before if self.was.users else None

    @property
    def doubtful(self) -> bool:
        """Whether of some it is not known whether they signed in."""
        return any(item.doubtful for item in self.now.users)

    @property
    def of_school(self) -> bool:
        return self.request.focus.about is About.SCHOOL


def _notes(found: _Found) -> Iterable[str]:
    if not found.now.whole(found.request.period):
        yield (
            f"Таблица рассказывает не обо всех днях периода: входы посчитаны за {found.now.days}. Входивших могло быть"
            " больше."
        )
    yield _COUNTED
    if found.doubtful:
        yield _DOUBTFUL
    if found.of_school:
        yield _STAFF_WORDS
    if found.before is not None and found.earlier is None:
        yield f"Сравнить не с чем: за {found.before.name} таблица не рассказывает."
    elif found.before is not None:
        yield f"Сравнивается с периодом за {found.before.name}: входы там посчитаны за {found.was.days}."


def _sections(desk: Desk, found: _Found) -> Iterable[Section]:
    yield Section("По ролям", tables=(_role_table(found),))
    families = [item for item in found.now.users if item.kind is not UserKind.STAFF]
    if found.of_school:
        yield Section("Сотрудники", tables=(_staff_table(desk, found),))
    if found.request.focus.about is not About.CLASS:
        yield Section("Семьи по классам", tables=(_class_table(found, families),))
    never = _never_table(families)
    if never.rows:
        yield Section("Не входили ни разу", tables=(never,))


_DOUBTFUL_COLUMN = (Column("Неизвестно", Kind.INTEGER, 1.2),)


def _role_table(found: _Found) -> Table:
    columns = (
        Column("Кто", width=3), Column("Всего", Kind.INTEGER), Column("Входили", Kind.INTEGER),
        *_DOUBTFUL_COLUMN[: found.doubtful], *share_columns("Доля входивших, %", found.earlier, 1.3),
        Column("Не входили ни разу", Kind.INTEGER, 1.4),
        Column("Последний вход", Kind.DATE, 1.5),
    )  # fmt: skip
    roles = (_STAFF, *_FAMILIES) if found.of_school else _FAMILIES
    rows = tuple(
        (words, *_figures(found, _of_kind(found.now, kind), _of_kind(found.was, kind))) for kind, words in roles
    )
    return Table("По ролям", columns, rows, ("Все", *_figures(found, found.now.users, found.was.users)))


def _of_kind(activity: Activity, kind: UserKind) -> list[User]:
    return [item for item in activity.users if item.kind is kind]


def _figures(found: _Found, users: Sequence[User], was: Sequence[User]) -> tuple[Cell, ...]:
    logins = [item.last_login for item in users if item.last_login is not None]
    return (
        len(users), _signed_in(users), *(sum(item.doubtful for item in users),)[: found.doubtful],
        *share_cells(_share(users), _share(was), found.earlier),
        sum(not item.ever for item in users), max(logins, default=None),
    )  # fmt: skip


def _signed_in(users: Sequence[User]) -> int:
    return sum(item.signed_in for item in users)


def _share(users: Sequence[User]) -> float | None:
    return share(_signed_in(users), len(users))


def _staff_table(desk: Desk, found: _Found) -> Table:
    entries = entries_of(desk, found.request.period)
    staff = _of_kind(found.now, UserKind.STAFF)
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
    flagged = frozenset(place for place, item in enumerate(staff) if not (item.signed_in or item.doubtful))
    return Table("Сотрудники", columns, rows, flagged=flagged)


def _class_table(found: _Found, families: list[User]) -> Table:
    """A line a class: how many of each kind, how many of them signed in, and which share in the period before."""
    columns = (
        Column("Класс"),
        *(
            column
            for _, group in _FAMILIES
            for column in (
                Column("всего", Kind.INTEGER, group=group), Column("входили", Kind.INTEGER, group=group),
                Column("доля, %", Kind.PERCENT, digits=1, group=group),
                *((Column("раньше, %", Kind.PERCENT, digits=1, group=group),) if found.earlier else ()),
            )
        ),
    )  # fmt: skip
    names = {
        class_key(item.class_name): item.class_name
        for item in sorted(families, key=lambda one: class_order(one.class_name))
    }
    rows = tuple((name, *_both(found, key)) for key, name in names.items())
    return Table("Входили за период", columns, rows, (whole_name(found.request.focus.about), *_both(found, None)))


def _both(found: _Found, class_name: str | None) -> tuple[Cell, ...]:
    """Parents and pupils of a class (`class_key`); of all, where none is named."""
    cells: list[Cell] = []
    for kind, _ in _FAMILIES:
        users, was = (
            [item for item in _of_kind(activity, kind) if class_name in (None, class_key(item.class_name))]
            for activity in (found.now, found.was)
        )
        cells += [len(users), _signed_in(users), _share(users)]
        if found.earlier:
            cells.append(_share(was))
    return tuple(cells)


def _never_table(families: list[User]) -> Table:
    """A line a class and kind: whom a class teacher has to ask."""
    found: dict[tuple[int, str, UserKind], list[str]] = {}
    for item in families:
        if not item.ever:
            found.setdefault((*class_order(item.class_name), item.kind), []).append(short_name(item.name))
    words = {UserKind.PARENT: "родители", UserKind.STUDENT: "ученики"}
    rows = tuple((key[1], words[key[2]], len(names), ", ".join(names)) for key, names in sorted(found.items()))
    columns = (Column("Класс", width=0.7), Column("Кто", width=1), Column("Сколько", Kind.INTEGER, 0.8),
               Column("Фамилии (учеников)", width=6))  # fmt: skip
    return Table("Не входили ни разу", columns, rows)
