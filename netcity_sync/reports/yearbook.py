"""R10 «Годовая книга»: the school's year for its director, put together from the pieces of the other reports."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from netcity_sync.adapters.exchange.files import EXAM_RESULTS
from netcity_sync.adapters.source import Capability
from netcity_sync.reports.categories import Category, Results, marks_tally, results
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.final_matrix import FAILS
from netcity_sync.reports.formulas import change, share
from netcity_sync.reports.in_focus import whole_name
from netcity_sync.reports.movement_facts import sheet_of
from netcity_sync.reports.movement_tables import moves_by_class
from netcity_sync.reports.past_year import desk_of_year_before
from netcity_sync.reports.request import Request
from netcity_sync.reports.school_results import class_table, distribution, main_words, result_notes
from netcity_sync.reports.stages import STAGES
from netcity_sync.reports.standings import Standing, over_terms, quality_map, standings, trends

_POOR_QUALITY = 40.0
_PROBLEM_WORDS = (
    f"Годовые отметки: качество ниже {_POOR_QUALITY:.0f} % или есть «2» и «н/а». Это повод разобраться, а не оценка"
    " работы учителя."
)
_YEAR_BEFORE = "Прошлый год — каким журналы были при последнем чтении в том году."
_NO_CERTIFICATES = "Об аттестатах данных нет: их ведут вне журнала."
_NO_YEAR_BEFORE = "Прошлого учебного года в зеркале нет: сравнить этот год не с чем."
_EXAM_WORDS = "Результаты — из таблицы папки обмена; средние — по участникам, у которых есть отметка или балл."
_EXAMS_UNKNOWN = f"Нет данных: таблица «{EXAM_RESULTS.title}» в папку обмена не передана."
_EXAM_NAMES = EXAM_RESULTS.words_of("exam")


def build_yearbook(desk: Desk, request: Request) -> Document:
    """The book of the year, of the school or of a grade."""
    period, grade = request.period, request.focus.grade
    found = standings(desk, period, grade)
    with desk_of_year_before(desk) as earlier:
        was = results([one.matrix for one in standings(earlier, earlier.year_period(), grade)]) if earlier else None
        before = earlier.year_name if earlier else ""
    whole = results([one.matrix for one in found])
    return Document(
        title="Годовая книга",
        subtitle=f"{desk.whose(request.focus) or desk.school}, {period.name}",
        facts=desk.facts(period, "5.3"),
        sections=(
            Section(
                "Динамика численности", tables=(replace(moves_by_class(sheet_of(desk, request)), title="Численность"),)
            ),
            Section(
                "Сводка", main_words(found, whole), _compared(whole, was, before) if was else (),
                (distribution(whole),),
            ),
            Section(
                "Успеваемость по классам", tables=(class_table(found, whole_name(request.focus.about)),), new_page=True
            ),
            Section("По ступеням и учебным периодам", tables=(_stages(desk, found),), charts=trends(desk, found)),
            Section("Качество по предметам", charts=(quality_map(found, by_subject=True),), new_page=True),
            Section("Проблемные зоны", (_PROBLEM_WORDS,), (_problems(found),)),
            Section("Отличники", tables=(_excellent(found),)),
            _exams(desk, request),
        ),
        notes=desk.notes(
            *result_notes([one.matrix for one in found]), _NO_CERTIFICATES, _YEAR_BEFORE if was else _NO_YEAR_BEFORE,
            period=period, focus=request.focus,
        ),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )  # fmt: skip


_Figures = tuple[tuple[str, Callable[[Results], float | None]], ...]

_PUPILS: _Figures = (
    ("На конец года", lambda one: one.listed),
    ("Отличники", lambda one: len(one.of(Category.EXCELLENT))),
    ("Неуспевающие и не аттестованные", lambda one: one.tally.n2 + one.tally.na),
)
_MEANS: _Figures = (
    ("Качество, %", lambda one: one.quality),
    ("Успеваемость, %", lambda one: one.passed),
    ("СОУ, %", lambda one: one.marks.sou),
    ("Средний балл", lambda one: one.marks.mean),
)


def _compared(whole: Results, was: Results, before: str) -> tuple[Table, ...]:
    """The year beside the one before it."""
    return tuple(
        Table(f"{title}, в сравнении с прошлым годом", _beside(kind, before), _changes(whole, was, figures))
        for title, kind, figures in (
            ("Ученики", Kind.INTEGER, _PUPILS), ("Показатели", Kind.DECIMAL, _MEANS),
        )
    )  # fmt: skip


def _beside(kind: Kind, before: str) -> tuple[Column, ...]:
    digits = 2 if kind is Kind.DECIMAL else None
    return (
        Column("Показатель", width=3), Column("Этот год", kind, 1.2, digits),
        Column(f"{before} уч. год", kind, 1.2, digits), Column("Изменение", kind, 1.2, digits),
    )  # fmt: skip


def _changes(whole: Results, was: Results, figures: _Figures) -> tuple[tuple[Cell, ...], ...]:
    told = ((name, figure(whole), figure(was)) for name, figure in figures)
    return tuple((name, now, then, change(now, then)) for name, now, then in told)


def _stages(desk: Desk, found: Sequence[Standing]) -> Table:
    """Each stage of the school, term by term, then the year."""
    columns = (
        Column("Ступень", width=1.6), Column("Период", width=1.6), Column("Учеников", Kind.INTEGER),
        Column("Не оценены", Kind.INTEGER), Column("Качество, %", Kind.PERCENT, 1.2, 1),
        Column("Успеваемость, %", Kind.PERCENT, 1.4, 1), Column("СОУ, %", Kind.PERCENT, 1, 1),
        Column("Ср. балл", Kind.DECIMAL, 1, 2),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    years = []
    for stage in STAGES:
        own = [one for one in found if stage.holds(one.item.grade) and one.judged]
        for _, points in over_terms(desk, own):
            rows += [_stage_row(stage.name, point.name, item) for point, item in points]
        if own:
            years.append(len(rows))
            rows.append(_stage_row(stage.name, "год", results([one.matrix for one in own])))
    return Table("По ступеням", columns, tuple(rows), subtotals=frozenset(years))


def _stage_row(stage: str, period: str, found: Results) -> tuple[Cell, ...]:
    return (
        stage, period, found.listed, found.left_out, found.quality, found.passed, found.marks.sou,
        found.marks.mean,
    )  # fmt: skip


def _problems(found: Sequence[Standing]) -> Table:
    """Classes and subjects with poor quality, or with pupils who do not pass."""
    columns = (
        Column("Класс", width=0.9), Column("Предмет", width=3), Column("Учеников", Kind.INTEGER),
        Column("Качество, %", Kind.PERCENT, 1.2, 1), Column("«2»", Kind.INTEGER), Column("н/а", Kind.INTEGER),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        for subject in one.matrix.subjects:
            told = marks_tally(one.matrix.column(subject.id))
            if told.n2 or told.na or (told.quality is not None and told.quality < _POOR_QUALITY):
                rows.append((one.item.name, subject.name, told.listed, told.quality, told.n2, told.na))
    return Table("Класс и предмет", columns, tuple(rows))


def _excellent(found: Sequence[Standing]) -> Table:
    columns = (Column("Класс", width=0.9), Column("Фамилия, имя", width=6))
    rows = tuple((one.item.name, pupil.name) for one in found for pupil in one.now.of(Category.EXCELLENT))
    return Table("Отличники года", columns, rows)


def _exams(desk: Desk, request: Request) -> Section:
    if not desk.bench.rows("SELECT 1 FROM taken WHERE name = :name", name=Capability.EXAM_RESULTS.value):
        return Section("ГИА", (_EXAMS_UNKNOWN,))
    columns = (
        Column("Экзамен", width=2), Column("Предмет", width=3), Column("Участников", Kind.INTEGER),
        Column("Средняя отметка", Kind.DECIMAL, 1.2, 2), Column("Качество, %", Kind.PERCENT, 1.2, 1),
        Column("Средний балл", Kind.DECIMAL, 1.2, 1), Column("Не сдали", Kind.INTEGER),
    )  # fmt: skip
    period = request.period
    last = date(period.last.year, 12, 31)
    rows = desk.bench.rows(
        _EXAMS, fails=FAILS, first=period.first.isoformat(), last=last.isoformat(), grade=request.focus.grade
    )  # fmt: skip
    return Section("ГИА", (_EXAM_WORDS,), (Table("Экзамены", columns, tuple(
        (
            _EXAM_NAMES[row["exam"]], row["subject"], row["pupils"], row["mark"], share(row["good"], row["marks"]),
            row["score"], row["failed"],
        )
        for row in rows
    )),))  # fmt: skip


_EXAMS = """
SELECT exam, subject, count(*) AS pupils, avg(mark) AS mark, count(mark) AS marks, sum(coalesce(mark, 0) >= 4) AS good,
  avg(score) AS score, sum(coalesce(mark <= :fails, 0) OR coalesce(NOT passed, 0)) AS failed
FROM as_of_exam_result WHERE NOT missing AND held_on BETWEEN :first AND :last
  AND (:grade IS NULL OR class_key(class_name) IN (
    SELECT class_key(c.class_name) FROM class_read c WHERE c.grade = :grade))
GROUP BY exam, subject ORDER BY exam, subject
"""
