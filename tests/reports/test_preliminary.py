"""R3 of a term under way, by current marks with their weights: plain loops over the simulator's own journals."""

from collections.abc import Iterable
from fractions import Fraction

import pytest
from support.final_loops import Shown, class_figures, figures, groups_of, kind_of, mean_mark, row_of
from support.reports import tables
from support.whole_school import WINTER, WholeSchool, listed_by_reads

from netcity_sync.reports.document import Document
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.school import Group, Pupil, SchoolClass
from netcity_sync.simulator.world import World

_LINES = {"На «5»": "5", "На «4» и «5»": "4", "С «3»": "3", "С «2»": "2", "Не аттестованы": "н/а",
          "Отметки не все": "не все", "Без отметок": "без"}  # fmt: skip


def current(world: World, group: Group, pupil: Pupil, term: Term) -> int | None:
    """What the mean of the marks of a term so far rounds to."""
    mean = mean_mark(world, group, pupil.id, term)
    return int(mean + Fraction(1, 2)) if mean is not None else None


def current_row(world: World, item: SchoolClass, pupil: Pupil, term: Term) -> dict[int, Shown]:
    """A pupil's marks by subject; of two journals of a subject the one with a mark."""
    row: dict[int, Shown] = {}
    for group in groups_of(world, item):
        if pupil in group.pupils and row.get(group.subject.id) is None:
            row[group.subject.id] = current(world, group, pupil, term)
    return row


def report(school: WholeSchool, item: SchoolClass) -> Document:
    """The class's report for the quarter under way."""
    today = school.world.now.date()
    (quarter,) = [one for one in school.world.school.calendar.quarters if one.start <= today <= one.end]
    period = school.desk.term_period(str(quarter.id))
    return find_report("class").build(school.desk, Request(period, Focus(class_id=item.id)))


def earlier_rows(school: WholeSchool, item: SchoolClass, term: Term) -> list[dict[int, Shown]]:
    """The final marks of a term that is over."""
    return [row_of(school.world, item, one, "term", term) for one in listed_by_reads(school, item.id, term.end)]


@pytest.mark.parametrize("school", ["november", WINTER])
def test_every_figure_of_a_term_under_way(school: str, request: pytest.FixtureRequest) -> None:
    whole: WholeSchool = request.getfixturevalue(school)
    world, today = whole.world, whole.world.now.date()
    compared = set()
    for item in world.school.classes:
        if item.grade == 1:
            continue
        terms = [one for one in world.school.calendar.terms_of(item.grade) if one.start <= today]
        document = report(whole, item)
        assert document.title == "Отчёт классного руководителя (предварительный)"
        shown = tables(document)
        pupils = listed_by_reads(whole, item.id, today)
        rows = [current_row(world, item, one, terms[-1]) for one in pupils]
        earlier = earlier_rows(whole, item, terms[-2]) if len(terms) > 1 else None
        figures_now, figures_then = _figures(rows), _figures(earlier) if earlier is not None else [None] * 4
        for line, now, was in zip(shown["Показатели"].rows, figures_now, figures_then, strict=True):
            grown = pytest.approx(now - was) if now is not None and was is not None else None
            assert line[1:] == ((now, was, grown) if earlier is not None else (now,)), (item.name, line[0])
        kinds = [kind_of(row) for row in rows]
        lines = {str(row[0]): row[1:3] for row in shown["Категории учеников"].rows}
        for name, kind in _LINES.items():
            assert lines[name] == _people(pupils, [one == kind for one in kinds]), (item.name, name)
        for name, mark in (("в том числе с одной «4»", 4), ("в том числе с одной «3»", 3)):
            only = [list(row.values()).count(mark) == 1 and kind == str(mark)
                    for row, kind in zip(rows, kinds, strict=True)]  # fmt: skip
            assert lines[name] == _people(pupils, only), (item.name, name)
        failing = [(one.name.full, sum(mark in (1, 2) for mark in row.values()))
                   for one, row, kind in zip(pupils, rows, kinds, strict=True) if kind == "2"]  # fmt: skip
        listed = shown["Список"].rows if "Список" in shown else ()
        assert [(row[0], str(row[1]).count(" — 2")) for row in listed] == failing
        compared |= {mark for row in rows for mark in row.values()}
    assert {None, 2, 3, 4, 5} <= compared


def _figures(rows: Iterable[dict[int, Shown]]) -> list[float | None]:
    rows = list(rows)
    whole, marks = class_figures(rows), figures(value for row in rows for value in row.values())
    tells = 2 * whole.listed >= len(rows) - sum(kind_of(row) == "без" for row in rows)
    return [whole.quality() if tells else None, whole.passed() if tells else None, marks.sou(), marks.mean()]


def _people(pupils: list[Pupil], flags: list[bool]) -> tuple[int, str]:
    named = [one.name.full for one, flag in zip(pupils, flags, strict=True) if flag]
    return len(named), ", ".join(named)


@pytest.mark.parametrize("school", ["november", WINTER])
def test_weights_decide_somewhere(school: str, request: pytest.FixtureRequest) -> None:
    """Else the loops above would not try them."""
    whole: WholeSchool = request.getfixturevalue(school)
    world, today = whole.world, whole.world.now.date()
    decided = 0
    for group in (one for item in world.school.classes for one in groups_of(world, item)):
        term = [one for one in group.terms if one.start <= today][-1]
        page = world.journal(group.id, term.id)
        for pupil in group.pupils:
            marks = [one.value for one in page.marks if one.student_id == pupil.id and one.value is not None]
            plainly = int(Fraction(sum(marks), len(marks)) + Fraction(1, 2)) if marks else None
            decided += plainly != current(world, group, pupil, term)
    assert decided > 10
