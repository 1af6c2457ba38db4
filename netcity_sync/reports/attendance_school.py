"""R5 of the school or of a grade: attendance of its classes, and how it went week by week."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from netcity_sync.reports.attendance_facts import (
    NO_CODES,
    WORDS,
    Missed,
    codes_known,
    missed_words,
    total,
    weeks_of_classes,
)
from netcity_sync.reports.class_lists import Member, members_on
from netcity_sync.reports.comparison import comparison_notes, earlier_words, share_cells, share_columns
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, HeatMap, Kind, Section, Series, Table, Trend
from netcity_sync.reports.final_matrix import SchoolClass, classes
from netcity_sync.reports.in_focus import whole_name
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Request
from netcity_sync.russian import day_month, number

_POOR, _GOOD = 80.0, 100.0
_CLAUSE = "5.3"
_LESSON_WORDS = "Ученико-уроки — проведённые уроки, посчитанные для каждого ученика."

_ByWeek = dict[int, dict[date, Missed]]


def build_school_attendance(desk: Desk, request: Request) -> Document:
    """A line a class; no names of pupils."""
    period, listed = request.period, classes(desk, request.focus.grade)
    before = desk.period_before(period)
    was = weeks_of_classes(desk, _pupils(desk, listed, before), before) if before is not None else {}
    earlier = before if was else None
    known, words = codes_known(desk), (*WORDS, _LESSON_WORDS, *comparison_notes(desk, request, before, found=bool(was)))
    return Document(
        title="Сводная ведомость посещаемости",
        subtitle=desk.subtitle(request),
        facts=desk.facts(period, _CLAUSE),
        sections=tuple(_sections(desk, request, listed, was, earlier)) if known else (),
        notes=desk.notes(*(words if known else (NO_CODES,)), period=period, focus=request.focus),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )


def _sections(
    desk: Desk, request: Request, listed: tuple[SchoolClass, ...], was: _ByWeek, earlier: Period | None
) -> Iterable[Section]:
    pupils = _pupils(desk, listed, request.period)
    weeks, counts = weeks_of_classes(desk, pupils, request.period), Counter(one.class_id for one in pupils)
    names = {item.class_id: item.name for item in listed}
    every, all_was = (total(one for by_week in found.values() for one in by_week.values()) for found in (weeks, was))
    words = (_words(every), *earlier_words(every.attendance, all_was.attendance, earlier))
    yield Section("Главное", words, charts=tuple(_charts(names, weeks)))
    rows = tuple(
        (name, counts[key], *_figures(_of_class(weeks, key), _of_class(was, key), earlier))
        for key, name in names.items()
    )
    last = (whole_name(request.focus.about), len(pupils), *_figures(every, all_was, earlier))
    columns = (*_COLUMNS, *share_columns("Посещаемость, %", earlier, 1.5))
    yield Section("По классам", tables=(Table("По классам", columns, rows, last),))


_MISSED = "Уроков пропущено (всеми учениками)"
_COLUMNS = (
    Column("Класс"), Column("Учеников", Kind.INTEGER), Column("Ученико-уроков", Kind.INTEGER, 1.2),
    Column("всего", Kind.INTEGER, group=_MISSED), Column("болезнь", Kind.INTEGER, group=_MISSED),
    Column("уваж.", Kind.INTEGER, group=_MISSED), Column("неуваж.", Kind.INTEGER, group=_MISSED),
    Column("не указана", Kind.INTEGER, group=_MISSED), Column("Опоздания", Kind.INTEGER, 1.2),
)  # fmt: skip


def _pupils(desk: Desk, listed: Iterable[SchoolClass], period: Period) -> list[Member]:
    return [one for item in listed for one in members_on(desk, item.class_id, period.last)]


def _of_class(weeks: _ByWeek, class_id: int) -> Missed:
    return total(weeks.get(class_id, {}).values())


def _figures(item: Missed, was: Missed, earlier: Period | None) -> tuple[Cell, ...]:
    counts: tuple[Cell, ...] = (
        item.lessons, item.missed, item.illness, item.excused, item.unexcused, item.unknown, item.late
    )  # fmt: skip
    if not item.lessons:
        counts = (0, *(None,) * 6)
    return (*counts, *share_cells(item.attendance, was.attendance, earlier))


def _words(item: Missed) -> str:
    if item.attendance is None:
        return "Нет данных: за этот период в прочитанных журналах нет проведённых уроков."
    return f"Посещаемость — {number(item.attendance, 1)} %, считая уроки всех учеников. {missed_words(item)}"


def _charts(names: dict[int, str], weeks: _ByWeek) -> Iterable[HeatMap | Trend]:
    mondays = sorted({monday for by_week in weeks.values() for monday in by_week})
    if not mondays:
        return
    points = tuple(f"с {day_month(monday)}" for monday in mondays)
    if len(mondays) > 1:
        whole = tuple(
            total(by_week.get(monday, Missed()) for by_week in weeks.values()).attendance for monday in mondays
        )
        yield Trend("Посещаемость по неделям, %", points, (Series("Все классы", whole),))
    values = tuple(
        tuple(weeks.get(class_id, {}).get(monday, Missed()).attendance for monday in mondays) for class_id in names
    )
    columns = tuple(day_month(monday) for monday in mondays)
    yield HeatMap("Класс × неделя (с понедельника), %", tuple(names.values()), columns, values, _POOR, _GOOD)
