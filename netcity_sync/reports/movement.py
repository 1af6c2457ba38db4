"""R9: how pupils came and left, by class, grade and stage, and how full the classes are.

On the list at the beginning are those who were there on the period's first day, who came on it included. Orders are
told by no source, so where a pupil came from or went to is known only between the school's own classes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.movement_facts import Stay, lists_read_since, stays
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Request
from netcity_sync.russian import full_date, some_of

_CLAUSE = "4.6"
_STAGES = ((1, 4, "Начальные классы (1–4)"), (5, 9, "Основные классы (5–9)"), (10, 12, "Старшие классы (10–12)"))
_NAMED = 15
_NOTES = (
    "Число на начало — в первый день периода, вместе с прибывшими в этот день. «Не позднее» — день чтения, в котором"
    " список изменился впервые: точной даты источник не сообщает.",
    "Приказов о движении источник не сообщает: откуда прибыл и куда выбыл ученик, видно только между классами школы.",
)


@dataclass(frozen=True, slots=True)
class _Class:
    """A class; `known` is false where its list was not read of late."""

    class_id: int
    name: str
    grade: int
    known: bool
    stays: tuple[Stay, ...]


def build_movement(desk: Desk, request: Request) -> Document:
    """The report of the school."""
    period, every = request.period, stays(desk)
    classes = tuple(
        _Class(
            row["class_id"], row["class_name"], row["grade"], bool(row["roster_fresh"]),
            tuple(item for item in every if item.class_id == row["class_id"]),
        )
        for row in desk.bench.rows("SELECT * FROM class_read ORDER BY grade, class_name")
    )  # fmt: skip
    return Document(
        title="Движение учащихся",
        subtitle=f"За {period.name}",
        facts=desk.facts(period, _CLAUSE),
        sections=tuple(_sections(classes, period)),
        notes=desk.notes(*_NOTES, *_missing(desk, classes, period)),
        made_at=desk.snapshot.moment,
        page=desk.page(),
    )


def _missing(desk: Desk, classes: tuple[_Class, ...], period: Period) -> Iterable[str]:
    since = lists_read_since(desk)
    if since is not None and since > period.first:
        yield f"Списки классов читаются с {full_date(since)}: выбывших раньше не видно."
    unread = [item.name for item in classes if not item.known]
    if unread:
        yield f"Нет данных: не прочитаны списки классов: {some_of(unread, _NAMED)}."


def _sections(classes: tuple[_Class, ...], period: Period) -> Iterable[Section]:
    yield Section("По классам", tables=(_class_table(classes, period),))
    yield Section("Наполняемость классов", tables=(_size_table(classes, period),))
    names = {item.class_id: item.name for item in classes}
    moved = [item for one in classes if one.known for item in one.stays]
    came = [item for item in moved if item.arrived(period)]
    left = [item for item in moved if item.departed(period)]
    columns = (Column("Класс", width=0.8), Column("Ученик", width=4), Column("Дата", width=2.2))
    for title, column, found, row_of in (
        ("Прибыли", "Откуда", came, _came_row), ("Выбыли", "Куда", left, _left_row),
    ):  # fmt: skip
        rows = tuple(row_of(item, moved, names) for item in found)
        table = Table(title, (*columns, Column(column, width=2)), rows)
        yield Section(title, () if rows else ("Таких учеников нет.",), (table,) if rows else ())


def _came_row(item: Stay, moved: list[Stay], names: dict[int, str]) -> tuple[Cell, ...]:
    before = [other for other in _elsewhere(item, moved) if other.left is not None]
    words = f"из {names[before[-1].class_id]}" if before else None
    return names[item.class_id], item.name, _when(item.came, exactly=item.came_exactly), words


def _left_row(item: Stay, moved: list[Stay], names: dict[int, str]) -> tuple[Cell, ...]:
    after = [other for other in _elsewhere(item, moved) if other.left is None]
    words = f"в {names[after[-1].class_id]}" if after else None
    return names[item.class_id], item.name, _when(item.left, exactly=False), words


def _elsewhere(item: Stay, moved: list[Stay]) -> list[Stay]:
    return [other for other in moved if other.student_id == item.student_id and other.class_id != item.class_id]


def _when(day: date | None, *, exactly: bool) -> str | None:
    if day is None:
        return None
    return full_date(day) if exactly else f"не позднее {full_date(day)}"


def _figures(classes: Iterable[_Class], period: Period) -> tuple[Cell, ...]:
    """At the beginning, came, left, at the end; «—» where no list is known."""
    known = [item for item in classes if item.known]
    if not known:
        return (None,) * 4
    start, came, left = (
        sum(judge(item) for one in known for item in one.stays)
        for judge in (_judge(Stay.at_start, period), _judge(Stay.arrived, period), _judge(Stay.departed, period))
    )
    return start, came, left, start + came - left


def _judge(of: Callable[[Stay, Period], bool], period: Period) -> Callable[[Stay], bool]:
    return lambda item: of(item, period)


def _class_table(classes: tuple[_Class, ...], period: Period) -> Table:
    columns = (
        Column("Класс", width=3), Column("На начало", Kind.INTEGER), Column("Прибыло", Kind.INTEGER),
        Column("Выбыло", Kind.INTEGER), Column("На конец", Kind.INTEGER),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    subtotals = set()
    for low, high, stage in _STAGES:
        of_stage = [item for item in classes if low <= item.grade <= high]
        for grade in dict.fromkeys(item.grade for item in of_stage):
            of_grade = [item for item in of_stage if item.grade == grade]
            rows += [(item.name, *_figures([item], period)) for item in of_grade]
            subtotals.add(len(rows))
            rows.append((f"{grade} параллель", *_figures(of_grade, period)))
        if of_stage:
            subtotals.add(len(rows))
            rows.append((stage, *_figures(of_stage, period)))
    return Table("По классам", columns, tuple(rows), ("Школа", *_figures(classes, period)),
                 subtotals=frozenset(subtotals))  # fmt: skip


def _size_table(classes: tuple[_Class, ...], period: Period) -> Table:
    columns = (
        Column("Параллель", width=2), Column("Классов", Kind.INTEGER), Column("Учеников на конец", Kind.INTEGER, 1.4),
        Column("Средняя наполняемость", Kind.DECIMAL, 1.6),
    )  # fmt: skip
    grades = dict.fromkeys(item.grade for item in classes)
    rows = tuple((str(grade), *_size([item for item in classes if item.grade == grade], period)) for grade in grades)
    return Table("Наполняемость", columns, rows, ("Школа", *_size(classes, period)))


def _size(classes: Iterable[_Class], period: Period) -> tuple[Cell, ...]:
    known = [item for item in classes if item.known]
    at_end = _figures(known, period)[3]
    return (len(known), at_end, at_end / len(known)) if isinstance(at_end, int) else (None, None, None)
