"""R3 «Отчёт классного руководителя»: who is in the class and how a term or the year came out (clauses 4.5, 5.3).

Beside the period stands the one before it; whoever fails in both is told of as such. While a term is under way the
report is preliminary, by current marks; a quarter of a class with half-years is looked at as the half-year so far.
"""

from collections.abc import Callable

from netcity_sync.model import FinalKind
from netcity_sync.reports.categories import FORMULA_NOTES, Category, Results, category, only_one, results
from netcity_sync.reports.class_people import class_facts, teacher_signature
from netcity_sync.reports.current_marks import CURRENT_WORDS, current_finals
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.final_matrix import (
    ClassFinals,
    Point,
    Pupil,
    SchoolClass,
    class_finals,
    classes,
    point_before,
    point_of,
    terms,
    unread_notes,
)
from netcity_sync.reports.formulas import change
from netcity_sync.reports.movement_facts import sheet_of
from netcity_sync.reports.movement_lists import BY_HAND_WORDS, DAY_WORDS, NO_MOVEMENT_WORDS, class_movements
from netcity_sync.reports.movement_tables import named_figures
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Request

_FAILING = (Category.FAILING, Category.NOT_ATTESTED)
_NO_FORMS = "О форме обучения (очная, семейная) данных нет: в журнале её нет."
_NOBODY = "Таких учеников нет."
_LINES: tuple[tuple[str, Callable[[Pupil], bool]], ...] = (
    ("На «5»", lambda one: category(one) is Category.EXCELLENT),
    ("На «4» и «5»", lambda one: category(one) is Category.GOOD),
    ("в том числе с одной «4»", lambda one: only_one(one, 4)),
    ("С «3»", lambda one: category(one) is Category.PASSING),
    ("в том числе с одной «3»", lambda one: only_one(one, 3)),
    ("С «2»", lambda one: category(one) is Category.FAILING),
    ("Не аттестованы", lambda one: category(one) is Category.NOT_ATTESTED),
    ("Отметки не все", lambda one: category(one) is Category.INCOMPLETE),
    ("Без отметок", lambda one: category(one) is Category.UNMARKED),
)


def build_class(desk: Desk, request: Request) -> Document:
    """The report of one class."""
    period = request.period
    item = next(one for one in classes(desk) if one.class_id == request.focus.class_id)
    point = point_of(desk, item.class_id, period) or _under_way(desk, item, period)
    preliminary = point is not None and point.kind is FinalKind.TERM and point.last >= desk.bench.today
    matrix = current_finals(desk, item, point) if point and preliminary else class_finals(desk, item, point)
    earlier = point_before(desk, item.class_id, point)
    before = class_finals(desk, item, earlier) if earlier else None
    results_sections: tuple[Section, ...] = (Section("Успеваемость", (matrix.empty_words,)),)
    if matrix.subjects:
        failing = _failing(matrix, before)
        words = (*((CURRENT_WORDS,) if preliminary else ()), _judged_words(results([matrix])))
        results_sections = (
            Section("Успеваемость", words, (_figures(matrix, before), _categories(matrix, before))),
            Section("Не успевают и не аттестованы", tables=(failing,))
            if failing.rows
            else Section("Не успевают и не аттестованы", (_NOBODY,)),
        )
    return Document(
        title=f"Отчёт классного руководителя{' (предварительный)' if preliminary else ''}",
        subtitle=f"{item.name} класс, {period.name}",
        facts=(*desk.facts(period, "4.5, 5.3"), *class_facts(desk, item.class_id)),
        sections=(_people(desk, request), *results_sections),
        notes=desk.notes(
            *FORMULA_NOTES,
            _NO_FORMS,
            *unread_notes([item for item in (matrix, before) if item]),
            period=period,
            focus=request.focus,
        ),
        made_at=desk.snapshot.moment,
        page=desk.page(),
        signatures=(teacher_signature(desk, item.class_id),),
    )


def _under_way(desk: Desk, item: SchoolClass, period: Period) -> Point | None:
    """The half-year of which a quarter is a part."""
    found = terms(desk, item.class_id)
    return next((one for one in found if one.last >= period.last), None)


def _people(desk: Desk, request: Request) -> Section:
    sheet = sheet_of(desk, request)
    columns = (Column("Показатель", width=4), Column("Учеников", Kind.INTEGER))
    people = Table("Контингент", columns, named_figures(sheet, sheet.span))
    moved = class_movements(sheet)
    if moved is None:
        return Section("Контингент", (NO_MOVEMENT_WORDS,), (people,))
    words = (BY_HAND_WORDS, DAY_WORDS) if sheet.found.told_on is None else (DAY_WORDS,)
    return Section("Контингент", words, (people, moved))


def _point_name(matrix: ClassFinals) -> str:
    return matrix.point.name if matrix.point else "Этот период"


def _judged_words(found: Results) -> str:
    words = f"Оценены {found.tally.listed} из {found.listed}"
    return f"{words}." if found.tells else f"{words}: доли не приводятся, пока отметки выставлены не все."


def _figures(matrix: ClassFinals, before: ClassFinals | None) -> Table:
    columns = [Column("Показатель", width=3), Column(_point_name(matrix), Kind.DECIMAL, 1.5, 2)]
    if before is not None:
        columns += [Column(_point_name(before), Kind.DECIMAL, 1.5, 2), Column("Изменение", Kind.DECIMAL, 1.2, 2)]
    figures: tuple[tuple[str, Callable[[Results], float | None]], ...] = (
        ("Качество, %", lambda one: one.quality), ("Успеваемость, %", lambda one: one.passed),
        ("СОУ, %", lambda one: one.marks.sou), ("Средний балл", lambda one: one.marks.mean),
    )  # fmt: skip
    now, was = results([matrix]), results([before]) if before else None
    rows: list[tuple[Cell, ...]] = []
    for name, figure in figures:
        value, earlier = figure(now), figure(was) if was else None
        rows.append((name, value, earlier, change(value, earlier))[: len(columns)])
    return Table("Показатели", tuple(columns), tuple(rows))


def _categories(matrix: ClassFinals, before: ClassFinals | None) -> Table:
    """Who is in which category, now and in the period before."""
    shown = [matrix] if before is None else [matrix, before]
    columns = (
        Column("Категория", width=2),
        *(
            column
            for name in map(_point_name, shown)
            for column in (Column("Число", Kind.INTEGER, 0.9, group=name), Column("Фамилия, имя", width=4, group=name))
        ),
    )
    rows = tuple((name, *(cell for one in shown for cell in _named(one, wanted))) for name, wanted in _LINES)
    return Table("Категории учеников", columns, rows)


def _named(matrix: ClassFinals, wanted: Callable[[Pupil], bool]) -> tuple[Cell, Cell]:
    names = [one.name for one in matrix.pupils if wanted(one)]
    return (len(names), ", ".join(names))


def _failing(matrix: ClassFinals, before: ClassFinals | None) -> Table:
    """Who fails, in what, and whether it is the second time in a row."""
    columns = (
        Column("Фамилия, имя", width=3), Column("Предметы", width=5), Column("В прошлом периоде", width=2),
    )  # fmt: skip
    earlier = {one.student_id for one in before.pupils if category(one) in _FAILING} if before else set()
    names = {item.id: item.name for item in matrix.subjects}
    failing = [one for one in matrix.pupils if category(one) in _FAILING]
    rows = tuple(
        (
            one.name,
            "; ".join(f"{names[key]} — {final.shown}" for key, final in one.finals.items() if final.failing),
            "повторно" if one.student_id in earlier else "",
        )
        for one in failing
    )
    repeated = frozenset(place for place, one in enumerate(failing) if one.student_id in earlier)
    return Table("Список", columns, rows, flagged=repeated)
