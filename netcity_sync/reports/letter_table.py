"""The table of a letter: a line a subject, with columns as the class and the period have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from netcity_sync.reports.attendance_facts import Missed, codes_known
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Kind, Table
from netcity_sync.reports.final_matrix import Point
from netcity_sync.reports.letter_facts import SubjectOfPupil
from netcity_sync.reports.period import Period


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the table of subjects, and what stands in it."""

    column: Column
    cell: Callable[[SubjectOfPupil], Cell]


def subject_table(columns: Iterable[Shown], lines: Iterable[SubjectOfPupil]) -> Table:
    """A line a subject, its name before these columns."""
    shown = (Shown(Column("Предмет", width=3), lambda item: item.name), *columns)
    rows = tuple(tuple(one.cell(item) for one in shown) for item in lines)
    return Table("По предметам", tuple(one.column for one in shown), rows)


def mark_columns() -> Iterable[Shown]:
    """The marks of the period, how many, and their mean."""
    yield Shown(
        Column("Отметки", width=3.1),
        lambda item: " ".join(mark.shown for mark in item.marks if mark.shown) if item.known else None,
    )
    yield Shown(Column("Сколько", Kind.INTEGER, 1.35), lambda item: len(item.values) if item.known else None)
    yield Shown(Column("Средний балл", Kind.DECIMAL, 1.35, digits=2), lambda item: item.mean)


def final_columns(judged: tuple[Point, ...], period: Period) -> Iterable[Shown]:
    """One a term, named where it is not the one that was asked for; empty where the subject has no such term."""

    def cell(term_id: int) -> Callable[[SubjectOfPupil], Cell]:
        return lambda item: (item.finals.get(term_id) or None) if term_id in item.terms else ""

    own = [str(item.term_id) for item in judged] == [period.key]
    for item in judged:
        title = "Итоговая отметка" if own else f"Итоговая за {item.name}"
        yield Shown(Column(title, width=1.75), cell(item.term_id))


def missed_columns(desk: Desk) -> Iterable[Shown]:
    """Missed lessons, and those of them for illness."""
    group, known = "Пропущено уроков", codes_known(desk)

    def cell(count: Callable[[Missed], int]) -> Callable[[SubjectOfPupil], Cell]:
        return lambda item: count(item.missed) if item.known and known and item.missed.lessons else None

    yield Shown(Column("всего", Kind.INTEGER, 1.35, group=group), cell(lambda missed: missed.missed))
    yield Shown(Column("болезнь", Kind.INTEGER, 1.35, group=group), cell(lambda missed: missed.illness))
