"""R5: the attendance sheet of a class: by pupils, by days or months, week by week."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from netcity_sync.reports.attendance_facts import (
    NO_CODES,
    WORDS,
    Missed,
    codes_known,
    days_of_class,
    missed_words,
    monday_of,
    total,
)
from netcity_sync.reports.attendance_school import build_school_attendance
from netcity_sync.reports.class_lists import Member, members_on
from netcity_sync.reports.class_people import class_facts, teacher_signature
from netcity_sync.reports.comparison import comparison_notes, earlier_words
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Series, Table, Trend
from netcity_sync.reports.formulas import change
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import About, Request
from netcity_sync.russian import day_month, month_title, number, plural, short_name, some_of

_GRID_DAYS = timedelta(days=31)
_NAMED = 12
_FALLEN, _LONG = 10, timedelta(days=20)
_LETTERS = (("illness", "б"), ("excused", "у"), ("unexcused", "п"), ("unknown", "н"))
_GRID_WORDS = (
    "Число пропущенных уроков и причина: б — болезнь, у — уважительная, п — без уважительной причины, н — причина не"
    " указана; «—» — уроков для ученика не было."
)
_FLAGGED_WORDS = "Выделены ученики, у которых есть пропуски без уважительной или без указанной причины."
CLAUSE = "4.5, 5.3"

_ByPupil = dict[int, dict[date, Missed]]


def build_attendance(desk: Desk, request: Request) -> Document:
    """The sheet of a class; of the school or a grade, a line a class (`attendance_school`)."""
    class_id, period = request.focus.class_id, request.period
    if request.focus.about is not About.CLASS or class_id is None:
        return build_school_attendance(desk, request)
    pupils = members_on(desk, class_id, period.last)
    days: _ByPupil = {pupil.student_id: {} for pupil in pupils} | days_of_class(desk, pupils, period)
    before = desk.period_before(period)
    was = days_of_class(desk, members_on(desk, class_id, before.last), before) if before is not None else {}
    known, words = codes_known(desk), (*WORDS, *comparison_notes(desk, request, before, found=bool(was)))
    return Document(
        title="Ведомость посещаемости",
        subtitle=desk.subtitle(request),
        facts=(*class_facts(desk, class_id), *desk.facts(period, CLAUSE)),
        sections=tuple(_sections(pupils, days, period, _Earlier(before, was))) if known else (),
        notes=desk.notes(*(words if known else (NO_CODES,)), period=period, focus=request.focus),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
        signatures=(teacher_signature(desk, class_id),),
    )


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The period before, with what was missed in it; `compared` is None where there were no lessons."""

    before: Period | None
    days: _ByPupil

    @property
    def compared(self) -> Period | None:
        return self.before if self.days else None

    def of_pupil(self, student_id: int) -> float | None:
        return total(self.days.get(student_id, {}).values()).attendance

    def of_class(self) -> float | None:
        return total(item for by_day in self.days.values() for item in by_day.values()).attendance


def _sections(pupils: tuple[Member, ...], days: _ByPupil, period: Period, earlier: _Earlier) -> Iterable[Section]:
    of_class = total(item for by_day in days.values() for item in by_day.values())
    table = _pupil_table(pupils, days)
    yield Section("Главное", tuple(_summary(pupils, days, period, of_class, earlier)), charts=tuple(_trend(days)))
    yield Section("По ученикам", (_FLAGGED_WORDS,) if table.flagged else (), (table,))
    if not of_class.lessons:
        return
    if period.last - period.first < _GRID_DAYS:
        yield Section("По дням", (_GRID_WORDS,), (_day_grid(pupils, days),), new_page=True)
    else:
        yield Section("По месяцам", tables=(_month_table(pupils, days),), new_page=True)


def _summary(
    pupils: tuple[Member, ...], days: _ByPupil, period: Period, of_class: Missed, earlier: _Earlier
) -> Iterable[str]:
    if of_class.attendance is None:
        yield "Нет данных: за этот период в прочитанных журналах класса нет проведённых уроков."
        return
    yield (
        f"Посещаемость класса — {number(of_class.attendance, 1)} %, считая уроки всех учеников."
        f" {missed_words(of_class)}"
    )
    yield from earlier_words(of_class.attendance, earlier.of_class(), earlier.compared)
    sums = [(short_name(pupil.name), total(days[pupil.student_id].values())) for pupil in pupils]
    for words, count_of in _ATTENTION:
        found = [(name, count_of(item)) for name, item in sums if count_of(item)]
        if found:
            named = some_of([f"{name} ({count})" for name, count in found], _NAMED)
            yield f"{words}: {plural(len(found), 'ученик', 'ученика', 'учеников')}: {named}."
    if period.last - period.first >= _LONG:
        yield from _fallen(pupils, days, earlier)


def _fallen(pupils: tuple[Member, ...], days: _ByPupil, earlier: _Earlier) -> Iterable[str]:
    """Who attends much less than in the period before; of a week or two illness alone would name half the class."""
    found = []
    for pupil in pupils:
        grown = change(total(days[pupil.student_id].values()).attendance, earlier.of_pupil(pupil.student_id))
        if grown is not None and grown <= -_FALLEN:
            found.append(f"{short_name(pupil.name)} ({number(grown, 1)})")
    if found:
        count = plural(len(found), "ученик", "ученика", "учеников")
        yield f"Посещаемость снизилась на {_FALLEN} п.\u00a0п. и больше: {count}: {some_of(found, _NAMED)}."


_ATTENTION: tuple[tuple[str, Callable[[Missed], int]], ...] = (
    ("Без уважительной причины", lambda item: item.unexcused),
    ("Причина не указана", lambda item: item.unknown),
)


def _trend(days: _ByPupil) -> Iterable[Trend]:
    weeks: dict[date, Missed] = {}
    for by_day in days.values():
        for day, item in by_day.items():
            monday = monday_of(day)
            weeks[monday] = weeks.get(monday, Missed()) + item
    points = sorted(weeks)
    if len(points) > 1:
        values = tuple(weeks[monday].attendance for monday in points)
        names = tuple(f"с {day_month(monday)}" for monday in points)
        yield Trend("Посещаемость по неделям, %", names, (Series("Класс", values),))


def _pupil_table(pupils: tuple[Member, ...], days: _ByPupil) -> Table:
    whole, missed = "Полных дней", "Уроков пропущено"
    columns = (
        Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя", width=4), Column("Уроков", Kind.INTEGER),
        Column("всего", Kind.INTEGER, group=whole), Column("болезнь", Kind.INTEGER, group=whole),
        Column("всего", Kind.INTEGER, group=missed), Column("болезнь", Kind.INTEGER, group=missed),
        Column("уваж.", Kind.INTEGER, group=missed), Column("неуваж.", Kind.INTEGER, group=missed),
        Column("причина не указана", Kind.INTEGER, 1.2, group=missed), Column("Опоздания", Kind.INTEGER, 1.2),
        Column("Посещаемость, %", Kind.PERCENT, 1.7, digits=1),
    )  # fmt: skip
    rows = tuple(
        (place, pupil.name, *_figures(days[pupil.student_id].values())) for place, pupil in enumerate(pupils, 1)
    )
    flagged = frozenset(
        place
        for place, pupil in enumerate(pupils)
        if any(item.unexcused or item.unknown for item in days[pupil.student_id].values())
    )
    every = [item for by_day in days.values() for item in by_day.values()]
    return Table("Ведомость", columns, rows, ("", "Класс", *_figures(every)), flagged)


def _figures(items: Iterable[Missed]) -> tuple[Cell, ...]:
    """The figures of a line; «—» where no lesson counts."""
    items = list(items)
    both = total(items)
    if not both.lessons:
        return (0, *(None,) * 9)
    return (
        both.lessons, sum(item.whole for item in items), sum(item.whole_ill for item in items), both.missed,
        both.illness, both.excused, both.unexcused, both.unknown, both.late, both.attendance,
    )  # fmt: skip


def _day_grid(pupils: tuple[Member, ...], days: _ByPupil) -> Table:
    """Pupils × school days."""
    dates = sorted({day for by_day in days.values() for day in by_day})
    columns = (
        Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя", width=4),
        *(Column(f"{day:%d}", width=0.7, group=month_title(day)) for day in dates), Column("Всего", Kind.INTEGER, 0.9),
    )  # fmt: skip
    rows = tuple(
        (
            place, pupil.name, *(_day_cell(days[pupil.student_id].get(day)) for day in dates),
            total(days[pupil.student_id].values()).missed,
        )
        for place, pupil in enumerate(pupils, 1)
    )  # fmt: skip
    by_day = [total(item[day] for item in days.values() if day in item) for day in dates]
    last: tuple[Cell, ...] = ("", "Пропущено уроков", *(str(item.missed) for item in by_day), total(by_day).missed)
    return Table("По дням", columns, rows, last)


def _day_cell(item: Missed | None) -> str | None:
    """«6б», «2б 1н»; empty where nothing was missed."""
    if item is None:
        return None
    return " ".join(f"{count}{letter}" for name, letter in _LETTERS if (count := getattr(item, name)))


def _month_table(pupils: tuple[Member, ...], days: _ByPupil) -> Table:
    """Pupils × months: missed lessons, those of them for illness."""
    months = sorted({day.replace(day=1) for by_day in days.values() for day in by_day})
    columns = (
        Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя", width=4),
        *(
            Column(title, Kind.INTEGER, 0.8, group=month_title(month))
            for month in months
            for title in ("всего", "болезнь")
        ),
        Column("Всего", Kind.INTEGER, 0.9),
    )  # fmt: skip
    rows = tuple(
        (place, pupil.name, *_month_cells(months, [days[pupil.student_id]])) for place, pupil in enumerate(pupils, 1)
    )
    return Table("По месяцам", columns, rows, ("", "Класс", *_month_cells(months, list(days.values()))))


def _month_cells(months: list[date], pupils: list[dict[date, Missed]]) -> tuple[Cell, ...]:
    found: dict[date, Missed] = {}
    for by_day in pupils:
        for day, one in by_day.items():
            month = day.replace(day=1)
            found[month] = found.get(month, Missed()) + one
    cells: list[Cell] = []
    for month in months:
        item = found.get(month, Missed())
        cells += [item.missed, item.illness] if item.lessons else [None, None]
    return (*cells, sum(item.missed for item in found.values()))
