"""R10: the year's book against plain loops over the simulator's own world."""

from datetime import date, datetime
from pathlib import Path

from support.final_loops import class_figures, figures, groups_of, kind_of, pupils_on, row_of
from support.reports import desk_at, tables
from support.school import Book, Trial
from support.whole_school import WholeSchool

from netcity_sync.model import ExamKind, ExamResult
from netcity_sync.reports.document import HeatMap
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Request
from netcity_sync.simulator.school import SchoolClass

_STAGES = {"1–4 классы": range(1, 5), "5–9 классы": range(5, 10), "10–11 классы": range(10, 12)}


def year_rows(school: WholeSchool, item: SchoolClass) -> list[dict[int, int | str | None]]:
    world = school.world
    end = world.school.calendar.quarters[-1].end
    return [row_of(world, item, one, "year", None) for one in pupils_on(world, item, end)]


def test_every_figure_of_the_year(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    document = find_report("yearbook").build(desk, Request(desk.year_period()))
    shown = tables(document)
    calendar = world.school.calendar
    marked = [item for item in world.school.classes if item.grade > 1]

    numbers = {row[0]: row for row in shown["Численность"].rows}
    for item in world.school.classes:
        own = [one for one in world.school.pupils if one.class_id == item.id]
        assert numbers[item.name][2] == sum(calendar.start < one.start <= calendar.quarters[-1].end for one in own)
        assert numbers[item.name][4] == len(pupils_on(world, item, calendar.quarters[-1].end))

    best = []
    problems = []
    for item in marked:
        rows = year_rows(school_year, item)
        pupils = pupils_on(world, item, calendar.quarters[-1].end)
        best += [
            (item.name, one.name.full) for one, row in zip(pupils, rows, strict=True) if kind_of(row) == "5"
        ]  # fmt: skip
        for key in sorted({group.subject.id for group in groups_of(world, item)}):
            told = figures(row[key] for row in rows if key in row)
            quality = told.quality()
            if told.n2 or told.na or (quality is not None and quality < 40):
                problems.append((item.name, told.listed, quality, told.n2, told.na))
    assert list(shown["Отличники года"].rows) == best
    assert [(row[0], *row[2:]) for row in shown["Класс и предмет"].rows] == problems

    wanted = []
    for stage, grades in _STAGES.items():
        own_classes = [item for item in marked if item.grade in grades]
        for term in calendar.terms_of(own_classes[0].grade):
            rows = [
                row_of(world, item, one, "term", term)
                for item in own_classes
                for one in pupils_on(world, item, term.end)
            ]
            wanted.append((stage, term.name, rows))
        wanted.append((stage, "год", [row for item in own_classes for row in year_rows(school_year, item)]))
    for row, (stage, name, rows) in zip(shown["По ступеням"].rows, wanted, strict=True):
        whole, marks = class_figures(rows), figures(value for one in rows for value in one.values())
        assert row == (
            stage, name, len(rows), len(rows) - whole.listed, whole.quality(), whole.passed(), marks.sou(), marks.mean()
        )  # fmt: skip

    (heat,) = [chart for section in document.sections for chart in section.charts if isinstance(chart, HeatMap)]
    assert heat.columns == tuple(item.name for item in marked)
    assert document.sections[-1].paragraphs[0].startswith("Нет данных: таблица «Результаты экзаменов»")


def test_exams(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(grade=9, term_end=date(2027, 5, 26)).add_lessons("09-01"))
    tried.sync("2027-06-20 21:00")
    results = [
        ExamResult(class_name="9А", student=name, exam=ExamKind.OGE, subject="Химия", held_on=date(2027, 6, 2),
                   mark=mark, score=score, received=datetime(2027, 6, 15, 10))
        for name, mark, score in (("Иванов Иван", 5, 35), ("Петрова Анна", 2, 8), ("Сидоров Лев", 4, 26))
    ]  # fmt: skip
    tried.hand_in("2027-06-20 21:05", exam_results=results)
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("yearbook").build(desk, Request(desk.year_period()))
    assert tables(document)["Экзамены"].rows == (("ОГЭ", "Химия", 3, 11 / 3, 200 / 3, 23.0, 1),)
