"""R2: the school's results against plain loops over the simulator's own world."""

from datetime import date
from pathlib import Path

import pytest
from support.final_loops import class_figures, figures, groups_of, kind_of, pupils_on, row_of
from support.reports import desk_at, tables
from support.school import Book, Trial
from support.whole_school import WholeSchool

from netcity_sync.model import FinalKind
from netcity_sync.reports.document import Distribution, HeatMap, Trend
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.school import SchoolClass


def term_of(school: WholeSchool, item: SchoolClass, place: int) -> Term | None:
    """The term of a class that ends with a quarter; first graders have no marks."""
    calendar = school.world.school.calendar
    found = (one for one in calendar.terms_of(item.grade) if one.end == calendar.quarters[place].end)
    return next(found, None) if item.grade > 1 else None


@pytest.mark.parametrize("place", range(4))
def test_every_figure_of_a_term(school_year: WholeSchool, place: int) -> None:
    world, desk = school_year.world, school_year.desk
    quarter = world.school.calendar.quarters[place]
    document = find_report("school").build(desk, Request(desk.term_period(str(quarter.id))))
    table = tables(document)["По классам"]
    shown = {row[0]: row for row in table.rows}
    everyone, listed = [], 0
    longer = [
        f"{item.name} ({term.name})"
        for item in world.school.classes
        if (term := term_of(school_year, item, place)) and term.id != quarter.id and item.grade > 1
    ]
    told = [note for note in document.notes if note.startswith("Оценены за более долгий период")]
    assert len(told) == bool(longer) and all(", ".join(longer) in note for note in told)
    for item in world.school.classes:
        term = term_of(school_year, item, place)
        pupils = pupils_on(world, item, quarter.end)
        listed += len(pupils)
        assert shown[item.name][1] == len(pupils)
        if term is None:
            assert set(shown[item.name][2:]) == {None}
            continue
        rows = [row_of(world, item, pupil, "term", term) for pupil in pupils]
        everyone += rows
        kinds = [kind_of(row) for row in rows]
        whole, marks = class_figures(rows), figures(value for row in rows for value in row.values())
        cells = shown[item.name]
        counts = [kinds.count(kind) for kind in "5432"]
        assert [cells[2], cells[5], cells[7], cells[9]] == counts
        assert [cells[3], cells[6], cells[8], cells[10]] == [100 * count / whole.listed for count in counts]
        names = [one.name.full for one, kind in zip(pupils, kinds, strict=True) if kind == "2"]
        assert len(str(cells[11]).split(", ")) == len(names) or not names
        assert all(name.split()[0] in str(cells[11]) for name in names)
        assert cells[12] == kinds.count("н/а")
        assert cells[13] == kinds.count("не все") + kinds.count("без")
        assert cells[14:18] == (marks.mean(), whole.quality(), whole.passed(), marks.sou())
        earlier = [one for one in world.school.calendar.terms_of(item.grade) if one.end < term.end]
        if earlier:
            before = pupils_on(world, item, earlier[-1].end)
            was = class_figures(row_of(world, item, one, "term", earlier[-1]) for one in before).quality()
            now = whole.quality()
            assert cells[18] == (now - was if now is not None and was is not None else None)
        else:
            assert cells[18] is None
    total, school = table.total, class_figures(everyone)
    marks = figures(value for row in everyone for value in row.values())
    assert total is not None
    assert total[1] == listed
    assert total[13] == len(everyone) - school.listed
    assert total[14:18] == (marks.mean(), school.quality(), school.passed(), marks.sou())
    assert [table.rows[place][0] for place in sorted(table.subtotals)] == [
        f"{item.grade} параллель" for item in world.school.classes
    ]
    charts = [chart for section in document.sections for chart in section.charts]
    (counted,) = [chart for chart in charts if isinstance(chart, Distribution)]
    assert sum(counted.counts) == listed
    assert counted.counts[:5] == (school.n5, school.n4, school.n3, school.n2, school.na)


def test_the_map_of_quality(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    document = find_report("school").build(desk, Request(desk.year_period()))
    (heat,) = [chart for section in document.sections for chart in section.charts if isinstance(chart, HeatMap)]
    classes = [item for item in world.school.classes if item.grade > 1]
    subjects = sorted({group.subject.id for item in classes for group in groups_of(world, item)})
    assert heat.rows == tuple(item.name for item in classes)
    assert len(heat.columns) == len(subjects)
    for item, values in zip(classes, heat.values, strict=True):
        end = world.school.calendar.terms_of(item.grade)[-1].end
        rows = [row_of(world, item, one, "year", None) for one in pupils_on(world, item, end)]
        assert values == tuple(figures(row[key] for row in rows if key in row).quality() for key in subjects)


def test_the_terms_of_the_year(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    document = find_report("school").build(desk, Request(desk.year_period()))
    found = [chart for section in document.sections for chart in section.charts if isinstance(chart, Trend)]
    assert [len(chart.points) for chart in found] == [4, 2]
    titles = [section.title for section in document.sections]
    assert len(set(titles)) == len(titles), "quarters and half-years stand under one heading"
    for chart, senior in zip(found, (False, True), strict=True):
        items = [item for item in world.school.classes if item.grade > 1 and (item.grade > 9) == senior]
        for place, term in enumerate(world.school.calendar.terms_of(items[0].grade)):
            rows = [
                row_of(world, item, one, "term", term) for item in items for one in pupils_on(world, item, term.end)
            ]
            whole = class_figures(rows)
            assert [line.values[place] for line in chart.series] == [whole.quality(), whole.passed()]


def test_one_grade(school_year: WholeSchool) -> None:
    desk = school_year.desk
    document = find_report("school").build(desk, Request(desk.year_period(), Focus(grade=7)))
    assert [row[0] for row in tables(document)["По классам"].rows] == ["7А", "7 параллель"]


def test_no_final_marks_at_all(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "10-06")
    book.following.append(
        Book(term=2, term_start=date(2026, 11, 3), term_end=date(2026, 12, 30), term_name="2 четверть")
    )
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("school").build(desk, Request(desk.term_period("1 четверть")))
    row = tables(document)["По классам"].rows[0]
    assert row == ("7А", 1, 0, None, "", 0, None, 0, None, 0, None, "", 0, 1, None, None, None, None, None)


def test_the_change_by_hand(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "10-06")
    following = Book(term=2, term_start=date(2026, 11, 3), term_end=date(2026, 12, 30), term_name="2 четверть",
                     first_lesson=501)  # fmt: skip
    book.following.append(following.add_lessons("11-10"))
    book.final(3)
    book.final(5, term=2)
    book.final(5, kind=FinalKind.YEAR)
    tried = Trial(tmp_path, book)
    tried.sync("2027-01-12 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("school").build(desk, Request(desk.term_period("2 четверть")))
    row = tables(document)["По классам"].rows[0]
    assert (row[2], row[4], row[15], row[18]) == (1, "Иванов И.", 100.0, 100.0)
