"""R9's figures as tables: the whole beside the period before, class by class, month by month, how full classes are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from netcity_sync.compliance.movement import YearClass
from netcity_sync.reports.document import Cell, Column, Kind, Table
from netcity_sync.reports.formulas import change
from netcity_sync.reports.in_focus import whole_name
from netcity_sync.reports.movement_facts import Figures, Sheet, Span
from netcity_sync.reports.period import month_period
from netcity_sync.reports.request import About
from netcity_sync.reports.stages import STAGES
from netcity_sync.russian import month_name

_MOVED = "Переводы"
_DAY = timedelta(days=1)


def main_table(sheet: Sheet, title: str, earlier: tuple[str, Span] | None) -> Table:
    """The figures of all classes together under a title; beside them, under theirs, those of the period before."""
    now = named_figures(sheet, sheet.span)
    columns = [Column("Показатель", width=3), Column(title, Kind.INTEGER, 1.5)]
    rows: list[tuple[Cell, ...]] = list(now)
    if earlier is not None:
        before, span = earlier
        columns += [Column(before, Kind.INTEGER, 1.5), Column("Изменение", Kind.INTEGER)]
        was = named_figures(sheet, span)
        rows = [(name, value, other, change(value, other)) for (name, value), (_, other) in zip(now, was, strict=True)]
    return Table("Движение", tuple(columns), tuple(rows))


def named_figures(sheet: Sheet, span: Span) -> tuple[tuple[str, int | None], ...]:
    """The figures of all classes of a sheet with their names; of moves those that can be: from a school none leads."""
    found = sheet.figures(sheet.classes, span)
    inside = ("Переведено из класса в класс", found.moved_within if found else None)
    across = (
        ("Переведено из других классов", found.moved_in if found else None),
        ("Переведено в другие классы", found.moved_out if found else None),
    )
    moves = {
        About.SCHOOL: (inside,),
        About.GRADE: (
            ("Переведено из других параллелей", across[0][1]), ("Переведено в другие параллели", across[1][1]), inside,
        ),
    }.get(sheet.about, across)  # fmt: skip
    return (
        ("На начало", found.start if found else None), ("Прибыло", found.arrived if found else None),
        ("Выбыло", found.left if found else None), *moves, ("На конец", found.end if found else None),
    )  # fmt: skip


_COLUMNS = (
    Column("На начало", Kind.INTEGER), Column("Прибыло", Kind.INTEGER), Column("Выбыло", Kind.INTEGER),
    Column("пришли", Kind.INTEGER, group=_MOVED), Column("ушли", Kind.INTEGER, group=_MOVED),
    Column("На конец", Kind.INTEGER), Column("Изменение", Kind.INTEGER, 1.2),
)  # fmt: skip


def _cells(found: Figures | None) -> tuple[Cell, ...]:
    if found is None:
        return (None,) * len(_COLUMNS)
    return (
        found.start, found.arrived, found.left, found.moved_in, found.moved_out, found.end, found.end - found.start,
    )  # fmt: skip


def moves_by_class(sheet: Sheet) -> Table:
    """A line a class; of the school also one a stage, and a grade of more classes than one."""
    rows: list[tuple[Cell, ...]] = []
    subtotals = set()

    def subtotal(name: str, classes: Sequence[YearClass]) -> None:
        subtotals.add(len(rows))
        rows.append((name, *_cells(sheet.figures(classes, sheet.span))))

    for stage in STAGES:
        of_stage = [item for item in sheet.standing if stage.holds(item.grade)]
        for grade in dict.fromkeys(item.grade for item in of_stage):
            of_grade = [item for item in of_stage if item.grade == grade]
            rows += [(item.name, *_cells(sheet.figures([item], sheet.span))) for item in of_grade]
            if sheet.about is About.SCHOOL and len(of_grade) > 1:
                subtotal(f"{grade} параллель", of_grade)
        if of_stage and sheet.about is About.SCHOOL:
            subtotal(stage.name, of_stage)
    total = (whole_name(sheet.about), *_cells(sheet.figures(sheet.classes, sheet.span)))
    return Table(
        "По классам", (Column("Класс", width=2.6), *_COLUMNS), tuple(rows), total, subtotals=frozenset(subtotals)
    )


def size_table(sheet: Sheet) -> Table:
    """How full classes are at the end, grade by grade."""
    columns = (
        Column("Параллель", width=1.2), Column("Классов", Kind.INTEGER), Column("Учеников на конец", Kind.INTEGER, 1.2),
        Column("В среднем в классе", Kind.DECIMAL, 1.2), Column("Меньше всего", width=1.4),
        Column("Больше всего", width=1.4),
    )  # fmt: skip
    classes = [item for item in sheet.standing if item.gone_on is None or item.gone_on > sheet.span.last]
    grades = dict.fromkeys(item.grade for item in classes)
    rows = tuple((str(grade), *_size(sheet, [one for one in classes if one.grade == grade])) for grade in grades)
    total = (whole_name(sheet.about), *_size(sheet, classes)) if sheet.about is About.SCHOOL else None
    return Table("Наполняемость", columns, rows, total)


def _size(sheet: Sheet, classes: Iterable[YearClass]) -> tuple[Cell, ...]:
    sizes = {item.name: told.end for item in classes if (told := sheet.figures([item], sheet.span)) is not None}
    if not sizes:
        return (None,) * 5
    pupils = sum(sizes.values())
    of_all = (len(sizes), pupils, pupils / len(sizes))
    ends = (min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__))
    if sizes[ends[0]] == sizes[ends[1]]:
        return (*of_all, None, None)
    return (*of_all, *(f"{sizes[name]} ({name})" for name in ends))


def months_of(span: Span) -> Iterator[Span]:
    """The months of a span, the first and the last as far as they belong to it."""
    first = span.first
    while first <= span.last:
        month = month_period(first.replace(day=1))
        yield Span(first, min(month.last, span.last))
        first = month.last + _DAY


def month_table(sheet: Sheet, months: Sequence[Span]) -> Table:
    """A line a month; of the school without moves, of which none leads out of it."""
    shown = [place for place, one in enumerate(_COLUMNS) if sheet.about is not About.SCHOOL or one.group != _MOVED]

    def line(name: str, span: Span) -> tuple[Cell, ...]:
        cells = _cells(sheet.figures(sheet.classes, span))
        return (name, *(cells[place] for place in shown))

    columns = (Column("Месяц", width=2.6), *(_COLUMNS[place] for place in shown))
    rows = tuple(line(month_name(item.first), item) for item in months)
    return Table("По месяцам", columns, rows, line("За период", sheet.span))
