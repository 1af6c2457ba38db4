"""R2 «Сводный отчёт об успеваемости по школе»: classes, grades and the school in a term or the year (clause 5.3)."""

from collections.abc import Sequence
from itertools import groupby

from netcity_sync.reports.categories import FORMULA_NOTES, Category, Results, results
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Distribution, Document, Kind, Section, Table
from netcity_sync.reports.final_matrix import ClassFinals, unread_notes
from netcity_sync.reports.formulas import share
from netcity_sync.reports.in_focus import whole_name
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Request
from netcity_sync.reports.standings import Standing, quality_map, standings, trends
from netcity_sync.reports.subjects import legend
from netcity_sync.russian import number, short_name

_CHANGE_WORDS = (
    "Изменение качества — в процентных пунктах к предыдущему учебному периоду класса, для тех, у кого он был"
)
_COLUMNS = (
    Column("Класс", width=1.5), Column("Всего", Kind.INTEGER, 0.8),
    Column("Всего", Kind.INTEGER, 0.8, group="Отличники"), Column("%", Kind.PERCENT, 0.8, group="Отличники"),
    Column("ФИО", width=3, group="Отличники"),
    Column("Всего", Kind.INTEGER, 0.8, group="Хорошисты"), Column("%", Kind.PERCENT, 0.8, group="Хорошисты"),
    Column("Всего", Kind.INTEGER, 0.8, group="Успевающие"), Column("%", Kind.PERCENT, 0.8, group="Успевающие"),
    Column("Всего", Kind.INTEGER, 0.8, group="Неуспевающие"), Column("%", Kind.PERCENT, 0.8, group="Неуспевающие"),
    Column("ФИО", width=3, group="Неуспевающие"),
    Column("Н/а", Kind.INTEGER, 0.7), Column("Не оценены", Kind.INTEGER, 1.1),
    Column("Ср. балл", Kind.DECIMAL, 0.9, 2), Column("Кач., %", Kind.PERCENT, 0.9, 1),
    Column("Усп., %", Kind.PERCENT, 0.9, 1), Column("СОУ, %", Kind.PERCENT, 0.9, 1),
    Column("Изм. кач., п.", Kind.DECIMAL, 0.9, 1),
)  # fmt: skip


def build_school(desk: Desk, request: Request) -> Document:
    """The report of the whole school, or of one grade."""
    period, grade = request.period, request.focus.grade
    found = standings(desk, period, grade)
    whole = results([one.matrix for one in found])
    over_year = trends(desk, found)
    whose = f", {grade} параллель" if grade is not None else ""
    return Document(
        title="Сводный отчёт об успеваемости по школе",
        subtitle=f"За {period.name}{whose}",
        facts=desk.facts(period, "5.3"),
        sections=(
            Section("Главное", main_words(found, whole), charts=(distribution(whole),)),
            Section("По классам", tables=(class_table(found, whole_name(request.focus.about)),)),
            Section("Качество по предметам", charts=(quality_map(found),)),
            *((Section("По учебным периодам", charts=over_year),) if over_year else ()),
        ),
        notes=desk.notes(
            *result_notes([one.matrix for one in found]),
            *_longer_terms(found, period),
            period=period,
            focus=request.focus,
        ),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )


def _longer_terms(found: Sequence[Standing], period: Period) -> tuple[str, ...]:
    """Which classes are judged by a half-year, where a quarter was asked for that ends with it."""
    if period.kind is not PeriodKind.TERM:
        return ()
    points = [(one.item.name, one.matrix.point) for one in found if one.judged and one.matrix.point]
    longer = [f"{name} ({point.name})" for name, point in points if str(point.term_id) != period.key]
    return (f"Оценены за более долгий период, который кончается вместе с этим: {', '.join(longer)}.",) if longer else ()


def result_notes(found: Sequence[ClassFinals]) -> tuple[str, ...]:
    """What explains the figures and the short names, and what was not read."""
    names = dict.fromkeys(subject.name for item in found for subject in item.subjects)
    notes = [*FORMULA_NOTES, f"{_CHANGE_WORDS}."]
    if legend(names):
        notes.append(f"Сокращения: {legend(names)}.")
    return (*notes, *unread_notes(found))


def main_words(found: Sequence[Standing], whole: Results) -> tuple[str, ...]:
    """The figures of the school in sentences, and the classes that have none."""
    without = [one.item.name for one in found if not one.judged and not one.matrix.unread]
    unread = [one.item.name for one in found if not one.judged and one.matrix.unread]
    words = [
        f"Учеников на конец периода: {whole.listed}; оценены {whole.tally.listed}."
        f" Качество {_percent(whole.quality)}, успеваемость {_percent(whole.passed)},"
        f" СОУ {_percent(whole.marks.sou)}, средний балл"
        f" {number(whole.marks.mean, 2) if whole.marks.mean is not None else '—'}."
    ]
    if unread:
        words.append(f"Нет данных: журналы не прочитаны: {', '.join(unread)}.")
    if without:
        words.append(
            f"Без итоговых отметок за этот период (обучение без отметок или по полугодиям): {', '.join(without)}."
        )
    return tuple(words)


def _percent(value: float | None) -> str:
    return f"{number(value, 1)} %" if value is not None else "—"


def distribution(whole: Results) -> Distribution:
    """How many pupils are in each category."""
    counts = tuple(len(whole.of(item)) for item in Category)
    return Distribution("Ученики по категориям", tuple(item.value for item in Category), counts)


def class_table(found: Sequence[Standing], whole: str) -> Table:
    """A row a class, one a grade under its classes, and all of them as `whole`."""
    rows: list[tuple[Cell, ...]] = []
    grades = []
    flagged = []
    for grade, of_grade in groupby(found, key=lambda one: one.item.grade):
        own = list(of_grade)
        for one in own:
            if one.judged and (one.now.of(Category.FAILING) or one.now.of(Category.NOT_ATTESTED)):
                flagged.append(len(rows))
            rows.append(_row(one.item.name, one.now, one.change, named=True, judged=one.judged))
        grades.append(len(rows))
        rows.append(_group_row(f"{grade} параллель", own))
    return Table(
        "По классам", _COLUMNS, tuple(rows), _group_row(whole, found), frozenset(flagged), frozenset(grades)
    )  # fmt: skip


def _group_row(name: str, own: Sequence[Standing]) -> tuple[Cell, ...]:
    """Classes together: all are counted, those without marks in the period are not judged."""
    judged = [one.matrix for one in own if one.judged]
    row = _row(name, results(judged), None, named=False, judged=bool(judged))
    return (name, sum(one.now.listed for one in own), *row[2:])


def _row(name: str, found: Results, change: float | None, *, named: bool, judged: bool) -> tuple[Cell, ...]:
    if not judged:
        return (name, found.listed, *(None for _ in _COLUMNS[2:]))
    listed = found.tally.listed
    cells: list[Cell] = [name, found.listed]
    for wanted in (Category.EXCELLENT, Category.GOOD, Category.PASSING, Category.FAILING):
        pupils = found.of(wanted)
        cells += [len(pupils), share(len(pupils), listed) if found.tells else None]
        if wanted in (Category.EXCELLENT, Category.FAILING):
            cells.append(", ".join(short_name(one.name) for one in pupils) if named else "")
    return (
        *cells, len(found.of(Category.NOT_ATTESTED)), found.left_out, found.marks.mean, found.quality,
        found.passed, found.marks.sou, change,
    )  # fmt: skip
