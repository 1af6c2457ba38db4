"""R4 «Отчёт учителя-предметника»: the journals of a teacher, or of a subject, in a term or the year (4.4, 5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from netcity_sync.reports.categories import marks_tally
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Signature, Table
from netcity_sync.reports.final_matrix import (
    Final,
    Point,
    Pupil,
    class_finals,
    classes,
    point_of,
    terms,
    unread_note,
)
from netcity_sync.reports.formulas import MEAN_WORDS, PASSED_WORDS, QUALITY_WORDS, SOU_WORDS, Tally, change
from netcity_sync.reports.in_focus import IN_FOCUS, focus_values
from netcity_sync.reports.programme import PROGRAMME_WORDS, programme_table
from netcity_sync.reports.request import About, Focus, Request
from netcity_sync.russian import initials

_NO_JOURNALS = "Журналов с отметками нет."
_NOBODY = "Таких учеников нет."
_NOTES = (
    f"{PASSED_WORDS[0].upper()}{PASSED_WORDS[1:]}; {QUALITY_WORDS}; {SOU_WORDS}; {MEAN_WORDS}.",
    "Без отметки — «осв», «зач» и те, кому итоговая отметка ещё не выставлена: в списке («Всего») они есть, в доли не"
    " входят.",
)


@dataclass(frozen=True, slots=True)
class Taught:
    """A journal that gets marks. `teachers` as initials."""

    subject_group_id: int
    class_id: int
    class_name: str
    subject: str
    teachers: str

    @property
    def label(self) -> str:
        """«7А Химия»."""
        return f"{self.class_name} {self.subject}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A journal at a point: the pupils of its list with what stands in their cells."""

    taught: Taught
    point: Point | None
    cells: tuple[tuple[Pupil, Final], ...]
    unread: bool

    @property
    def tally(self) -> Tally:
        """The marks and «н/а»."""
        return marks_tally(final for _, final in self.cells)


def build_teacher(desk: Desk, request: Request) -> Document:
    """The report of one teacher, or of one subject in the school."""
    period, focus = request.period, request.focus
    journals = _journals(desk, focus)
    look = _Matrices(desk)
    outcomes = [look.outcome(item, point_of(desk, item.class_id, period)) for item in journals]
    failing = _failing_table(outcomes)
    return Document(
        title="Отчёт учителя-предметника" if focus.about is About.TEACHER else "Отчёт об успеваемости по предмету",
        subtitle=f"{desk.whose(focus)}, {period.name}",
        facts=desk.facts(period, "4.4, 5.3"),
        sections=(
            Section("Успеваемость", () if journals else (_NO_JOURNALS,), (_outcome_table(outcomes),)),
            Section("Не успевают и не аттестованы", tables=(failing,))
            if failing.rows
            else Section("Не успевают и не аттестованы", (_NOBODY,)),
            *_dynamics(desk, look, journals, period.last),
            Section(
                "Выполнение программы",
                (PROGRAMME_WORDS,),
                (
                    programme_table(
                        desk, [(one.subject_group_id, one.class_name, one.subject) for one in journals], period
                    ),
                ),
            ),
        ),
        notes=desk.notes(
            *_NOTES, *unread_note(one.taught.label for one in outcomes if one.unread), period=period, focus=focus
        ),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
        signatures=(Signature("Учитель", desk.whose(focus)),) if focus.staff_id is not None else (),
    )


def _journals(desk: Desk, focus: Focus) -> list[Taught]:
    rows = desk.bench.rows(_JOURNALS, **focus_values(focus))
    return [
        Taught(
            row["subject_group_id"], row["class_id"], row["class_name"], row["group_name"],
            ", ".join(initials(name) for name in (row["teachers"] or "—").split("\n")),
        )
        for row in rows
    ]  # fmt: skip


_JOURNALS = f"""
SELECT DISTINCT j.subject_group_id, j.class_id, j.class_name, j.group_name, j.grade, (
  SELECT group_concat(name, char(10)) FROM (
    SELECT s.name FROM as_of_subject_group_teacher t JOIN as_of_staff s USING (staff_id)
    WHERE t.subject_group_id = j.subject_group_id ORDER BY s.name)) AS teachers
FROM journal j CROSS JOIN as_of_subject_group g USING (subject_group_id)
WHERE j.grade >= 2 AND g.grading = 'marks' AND NOT g.extracurricular AND {IN_FOCUS}
ORDER BY j.grade, j.class_name, j.group_name, j.subject_group_id
"""


class _Matrices:
    """The matrices of classes, by journal."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._classes = {item.class_id: item for item in classes(desk)}

    def outcome(self, taught: Taught, point: Point | None) -> Outcome:
        """What a journal came to."""
        item = self._classes.get(taught.class_id)
        if point is None or item is None:
            return Outcome(taught, None, (), unread=False)
        matrix = class_finals(self._desk, item, point)
        cells = tuple(
            (pupil, final)
            for pupil in matrix.pupils
            for final in pupil.finals.values()
            if final.journal == taught.subject_group_id
        )
        return Outcome(taught, point, cells, taught.label in matrix.unread)


_COLUMNS = (
    Column("Класс", width=0.9), Column("Предмет", width=3), Column("Учитель", width=2.2), Column("Период", width=1.6),
    Column("«5»", Kind.INTEGER, 0.7), Column("«4»", Kind.INTEGER, 0.7), Column("«3»", Kind.INTEGER, 0.7),
    Column("«2»", Kind.INTEGER, 0.7), Column("н/а", Kind.INTEGER, 0.7), Column("Без отметки", Kind.INTEGER, 1.1),
    Column("Всего", Kind.INTEGER, 0.9), Column("Качество, %", Kind.PERCENT, 1.2, 1),
    Column("Успеваемость, %", Kind.PERCENT, 1.6, 1), Column("СОУ, %", Kind.PERCENT, 1, 1),
    Column("Ср. балл", Kind.DECIMAL, 1, 2),
)  # fmt: skip


def _outcome_table(outcomes: Sequence[Outcome]) -> Table:
    rows = tuple(
        (
            one.taught.class_name, one.taught.subject, one.taught.teachers, one.point.name if one.point else None,
            *_figures([one], known=one.point is not None and not one.unread),
        )
        for one in outcomes
    )  # fmt: skip
    known = [one for one in outcomes if one.point is not None and not one.unread]
    total = ("Всего", "", "", "", *_figures(known, known=bool(known)))
    flagged = frozenset(place for place, one in enumerate(outcomes) if one.tally.n2 or one.tally.na)
    return Table("По классам", _COLUMNS, rows, total, flagged)


def _figures(found: Sequence[Outcome], *, known: bool) -> tuple[Cell, ...]:
    """What several journals come to together; nothing where that is not known."""
    if not known:
        return (None,) * 11
    whole = sum((one.tally for one in found), Tally())
    listed = sum(len(one.cells) for one in found)
    return (
        whole.n5, whole.n4, whole.n3, whole.n2, whole.na, listed - whole.listed, listed, whole.quality, whole.passed,
        whole.sou, whole.mean,
    )  # fmt: skip


def _failing_table(outcomes: Sequence[Outcome]) -> Table:
    columns = (
        Column("Класс", width=0.9), Column("Предмет", width=3), Column("Фамилия, имя", width=4), Column("Отметка"),
    )  # fmt: skip
    rows = tuple(
        (one.taught.class_name, one.taught.subject, pupil.name, str(final.shown))
        for one in outcomes
        for pupil, final in one.cells
        if final.failing
    )
    return Table("Список", columns, rows)


def _dynamics(desk: Desk, look: _Matrices, journals: Sequence[Taught], last: date) -> tuple[Section, ...]:
    """Quality term by term; journals whose terms are the same stand in one table."""
    alike: dict[tuple[Point, ...], list[Taught]] = {}
    for item in journals:
        points = tuple(one for one in terms(desk, item.class_id) if one.last <= last)
        if len(points) > 1:
            alike.setdefault(points, []).append(item)
    tables = tuple(_dynamics_table(look, points, items) for points, items in alike.items())
    return (Section("Качество по периодам", tables=tables),) if tables else ()


def _dynamics_table(look: _Matrices, points: tuple[Point, ...], items: Sequence[Taught]) -> Table:
    columns = (
        Column("Класс", width=0.9), Column("Предмет", width=3),
        *(Column(f"{point.name}, %", Kind.PERCENT, 1.2, 1) for point in points),
        Column("Динамика, п.", Kind.DECIMAL, 1.2, 1),
    )  # fmt: skip
    rows = []
    for item in items:
        values = [look.outcome(item, point).tally.quality for point in points]
        rows.append((item.class_name, item.subject, *values, change(values[-1], values[-2])))
    first, latest = points[-2].name, points[-1].name
    return Table(f"Качество; динамика — от периода «{first}» к периоду «{latest}»", columns, tuple(rows))
