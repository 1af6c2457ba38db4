"""R5 of the school or of a grade: attendance of its classes, and how it went week by week."""

import sqlite3
from collections.abc import Iterable
from datetime import date

from netcity_sync.reports.attendance_facts import NO_CODES, WORDS, Missed, codes_known, total, weeks_of_school
from netcity_sync.reports.comparison import comparison_notes, earlier_words, share_cells, share_columns
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, HeatMap, Kind, Section, Series, Table, Trend
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
    period = request.period
    before = desk.period_before(period)
    was = weeks_of_school(desk, before, request.focus.grade) if before is not None else {}
    earlier = before if was else None
    known, words = codes_known(desk), (*WORDS, _LESSON_WORDS, *comparison_notes(desk, request, before, found=bool(was)))
    return Document(
        title="Сводная ведомость посещаемости",
        subtitle=desk.subtitle(request),
        facts=desk.facts(period, _CLAUSE),
        sections=tuple(_sections(desk, request, was, earlier)) if known else (),
        notes=desk.notes(*(words if known else (NO_CODES,)), period=period, focus=request.focus),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )


def _sections(desk: Desk, request: Request, was: _ByWeek, earlier: Period | None) -> Iterable[Section]:
    grade = request.focus.grade
    weeks = weeks_of_school(desk, request.period, grade)
    classes = desk.bench.rows(
        "SELECT c.class_id, c.class_name, c.grade, count(a.student_id) AS pupils FROM class_read c"
        " LEFT JOIN arrival a USING (class_id) WHERE :grade IS NULL OR c.grade = :grade"
        " GROUP BY c.class_id ORDER BY c.grade, c.class_name",
        grade=grade,
    )
    names = {row["class_id"]: row["class_name"] for row in classes}
    every, all_was = (total(one for by_week in found.values() for one in by_week.values()) for found in (weeks, was))
    words = (_words(every), *earlier_words(every.attendance, all_was.attendance, earlier))
    yield Section("Главное", words, charts=tuple(_charts(names, weeks)))
    rows = tuple(
        (row["class_name"], row["pupils"], *_figures(_of_class(weeks, row), _of_class(was, row), earlier))
        for row in classes
    )
    last = (whole_name(request.focus.about), sum(row["pupils"] for row in classes), *_figures(every, all_was, earlier))
    columns = (*_COLUMNS, *share_columns("Посещаемость, %", earlier, 1.5))
    yield Section("По классам", tables=(Table("По классам", columns, rows, last),))


_MISSED = "Уроков пропущено (всеми учениками)"
_COLUMNS = (
    Column("Класс"), Column("Учеников", Kind.INTEGER), Column("Ученико-уроков", Kind.INTEGER, 1.2),
    Column("всего", Kind.INTEGER, group=_MISSED), Column("болезнь", Kind.INTEGER, group=_MISSED),
    Column("уваж.", Kind.INTEGER, group=_MISSED), Column("неуваж.", Kind.INTEGER, group=_MISSED),
    Column("не указана", Kind.INTEGER, group=_MISSED), Column("Опоздания", Kind.INTEGER, 1.2),
)  # fmt: skip


def _of_class(weeks: _ByWeek, row: sqlite3.Row) -> Missed:
    return total(weeks.get(row["class_id"], {}).values())


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
    return (
        f"Посещаемость — {number(item.attendance, 1)} %. Из пропущенных уроков по болезни {item.illness}, по"
        f" уважительной причине {item.excused}, без уважительной причины {item.unexcused}, причина не указана у"
        f" {item.unknown}."
    )


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
