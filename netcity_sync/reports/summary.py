"""R1 «Сводная ведомость успеваемости»: the final marks of a class, kept for 25 years (clauses 4.3, 7.2).

For a term: a row a pupil. For the year: rows a pupil has for each term, the year, and the exam and the final mark where
the class has such, with the council's decision to be written in by hand.
"""

from netcity_sync.model import FinalKind
from netcity_sync.reports.categories import FORMULA_NOTES, Category, marks_tally, results
from netcity_sync.reports.class_people import class_facts, teacher_signature
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Signature, Table
from netcity_sync.reports.final_matrix import (
    CELLS_WORDS,
    ClassFinals,
    Point,
    SchoolClass,
    Subject,
    class_finals,
    classes,
    point_of,
    terms,
    unread_notes,
)
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.reports.request import Request
from netcity_sync.reports.subjects import legend, short_subjects
from netcity_sync.russian import number, plural

_NOT_JUDGED = "В этом периоде у класса не кончается ни один учебный период: итоговых отметок за него нет."
_DECISION = "Решение педсовета вписывают от руки: переведён, оставлен или выпущен; номер и дата приказа."
_YEAR_KINDS = ((FinalKind.EXAM, "экзамен"), (FinalKind.FINAL, "итог"))
_TITLE = "Сводная ведомость успеваемости"


def build_summary(desk: Desk, request: Request) -> Document:
    """The sheet of one class for a term or the year."""
    period = request.period
    item = class_of(desk, request.focus.class_id)
    point = point_of(desk, item.class_id, period)
    matrix = class_finals(desk, item, point)
    year = period.kind is PeriodKind.YEAR
    found = _over_year(desk, item, period, matrix) if year else (matrix,)
    if point is None:
        sections: tuple[Section, ...] = (Section("", (_NOT_JUDGED,)),)
    elif not matrix.subjects:
        sections = (Section("", (matrix.empty_words,), (_list_table(matrix),)),)
    elif year:
        sections = (Section("", (_DECISION,), (_year_table(found),)),)
    else:
        sections = (Section("", tables=(_term_table(matrix),)),)
    return Document(
        title=_TITLE,
        subtitle=f"{item.name} класс, {point.name + ', ' if point and not year else ''}{desk.year_name} учебный год",
        facts=(
            *desk.facts(_judged_period(desk, period, point), "4.3, 7.2"),
            *class_facts(desk, item.class_id),
            *_head(matrix),
        ),
        sections=sections,
        notes=desk.notes(*notes_of(found), period=period, focus=request.focus),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True, kept_years=desk.settings.retention.summary_years),
        signatures=(
            teacher_signature(desk, item.class_id),
            Signature("Заместитель директора по учебной работе", desk.settings.paper.deputy),
            Signature("Директор", desk.settings.paper.director, "Верно"),
        ),
    )


def _judged_period(desk: Desk, period: Period, point: Point | None) -> Period:
    """The days of what is judged: those of a half-year, where a quarter was asked for that ends with it."""
    return desk.term_period(str(point.term_id)) if point and point.kind is FinalKind.TERM else period


def class_of(desk: Desk, class_id: int | None) -> SchoolClass:
    """A class of the year."""
    return next(item for item in classes(desk) if item.class_id == class_id)


def notes_of(found: tuple[ClassFinals, ...]) -> tuple[str, ...]:
    """What explains the cells, the figures and the short names, and what was not read."""
    names = dict.fromkeys(subject.name for item in found for subject in item.subjects)
    told = legend(names)
    short = (f"Сокращения: {told}.",) if told else ()
    return (f"{CELLS_WORDS}.", *FORMULA_NOTES, *short, *unread_notes(found))


def _over_year(desk: Desk, item: SchoolClass, period: Period, year: ClassFinals) -> tuple[ClassFinals, ...]:
    """All terms, the year, and the exam and the final mark where anybody has such: of those listed at the end."""
    more = [class_finals(desk, item, Point(kind, 0, name, period.last)) for kind, name in _YEAR_KINDS]
    return (
        *(class_finals(desk, item, point, period.last) for point in terms(desk, item.class_id)),
        year,
        *(one for one in more if one.given),
    )


def _head(matrix: ClassFinals) -> tuple[tuple[str, str], ...]:
    """The block of figures over the sheet."""
    found = results([matrix])
    count = plural(found.listed, "ученик", "ученика", "учеников")
    if matrix.point is None or not matrix.subjects:
        return (("На конец периода", count),)
    figures = (
        ("Средний балл", found.marks.mean, 2, ""), ("Качество знаний", found.quality, 1, " %"),
        ("СОУ", found.marks.sou, 1, " %"), ("Успеваемость", found.passed, 1, " %"),
    )  # fmt: skip
    told = [("На конец периода", count)]
    for name, value, digits, unit in figures:
        told.append((name, number(value, digits) + unit if value is not None else "—"))
    judged = "" if found.tells else ": доли не приводятся, пока отметки выставлены не все"
    told.append(("Оценены", f"{found.tally.listed} из {found.listed}{judged}"))
    told.append(("Не аттестованы", str(len(found.of(Category.NOT_ATTESTED)))))
    return tuple(told)


def _subject_columns(subjects: tuple[Subject, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.INTEGER, 0.85) for name in short_subjects(item.name for item in subjects))


def _term_table(matrix: ClassFinals) -> Table:
    columns = (
        Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя", width=4), *_subject_columns(matrix.subjects),
        Column("Ср. балл", Kind.DECIMAL, 0.9, 2), Column("Рейтинг", Kind.INTEGER, 0.9),
    )  # fmt: skip
    ranked = [pupil.mean for pupil in matrix.pupils if pupil.mean is not None]
    rows: list[tuple[Cell, ...]] = [
        (
            place, pupil.name, *_cells(matrix, pupil.student_id, matrix.subjects), pupil.mean,
            _rank(pupil.mean, ranked),
        )
        for place, pupil in enumerate(matrix.pupils, start=1)
    ]  # fmt: skip
    tallies = [marks_tally(matrix.column(item.id)) for item in matrix.subjects]
    found = results([matrix])
    rows.append(("", "Качество, %", *(_text(item.quality, 0) for item in tallies), None, None))
    means = ("", "Средний балл", *(_text(item.mean, 2) for item in tallies), found.marks.mean, None)
    return Table(_TITLE, columns, tuple(rows), means, subtotals=frozenset({len(rows) - 1}))


def _rank(mean: float | None, ranked: list[float]) -> int | None:
    """The place by the mean; who are equal share it."""
    return None if mean is None else 1 + sum(other > mean for other in ranked)


def _text(value: float | None, digits: int) -> str | None:
    return number(value, digits) if value is not None else None


def _cells(matrix: ClassFinals, student_id: int, subjects: tuple[Subject, ...]) -> tuple[Cell, ...]:
    pupil = next((one for one in matrix.pupils if one.student_id == student_id), None)
    finals = pupil.finals if pupil else {}
    return tuple(finals[item.id].shown if item.id in finals else "" for item in subjects)


def _year_table(found: tuple[ClassFinals, ...]) -> Table:
    """Several rows a pupil, which stay together; the council's decision is written beside the first of them."""
    subjects = tuple(dict.fromkeys(subject for item in found for subject in item.subjects))
    columns = (
        Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя", width=3.8), Column("Период", width=1.5),
        *_subject_columns(subjects), Column("Решение педсовета", width=2.2),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for place, pupil in enumerate(found[0].pupils, start=1):
        for item in found:
            name = item.point.name if item.point else ""
            period = name[:1].upper() + name[1:]
            rows.append((place, pupil.name, period, *_cells(item, pupil.student_id, subjects), ""))
    kinds = [item.point.kind if item.point else None for item in found]
    years = frozenset(place for place in range(len(rows)) if kinds[place % len(kinds)] is FinalKind.YEAR)
    return Table(_TITLE, columns, tuple(rows), subtotals=years, named_by=2)


def _list_table(matrix: ClassFinals) -> Table:
    columns = (Column("№", Kind.INTEGER, 0.5), Column("Фамилия, имя", width=8))
    return Table("Список класса", columns, tuple((place, one.name) for place, one in enumerate(matrix.pupils, start=1)))
