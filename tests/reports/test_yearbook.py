"""R10: the year's book against plain loops over the simulator's own world."""

from datetime import date, datetime
from pathlib import Path

from support.final_loops import class_figures, figures, groups_of, kind_of, pupils_on, row_of
from support.reports import desk_at, tables
from support.school import Book, Trial
from support.two_years import NEXT_TERM, begin_second_year, two_years
from support.whole_school import WholeSchool

from netcity_sync.model import ExamKind, ExamResult, FinalKind
from netcity_sync.reports.document import HeatMap
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
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
        assert numbers[item.name][6] == len(pupils_on(world, item, calendar.quarters[-1].end))

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


def test_one_grade_is_a_part_of_the_school(school_year: WholeSchool) -> None:
    """What stands in the book of a grade stands in the school's book too, class by class."""
    desk = school_year.desk
    whole = tables(find_report("yearbook").build(desk, Request(desk.year_period())))
    for item in school_year.world.school.classes[2:]:
        made = find_report("yearbook").build(desk, Request(desk.year_period(), Focus(grade=item.grade)))
        shown = tables(made)
        for title, place in (("Численность", 0), ("Класс и предмет", 0), ("Отличники года", 0), ("По классам", 0)):
            own = [row for row in whole[title].rows if row[place] in (item.name, f"{item.grade} параллель")]
            assert list(shown[title].rows) == own, title
        total = shown["Численность"].total
        assert total is not None
        assert total[0] == "Параллель"
        assert made.subtitle.startswith(f"{item.grade}-е классы, ")
        assert len(shown["По ступеням"].rows) == len(school_year.world.school.calendar.terms_of(item.grade)) + 1


def test_the_year_before_stands_beside_the_year(tmp_path: Path) -> None:
    tried = two_years(tmp_path)
    with desk_at(tried.settings, tried.now) as desk:
        first = find_report("yearbook").build(desk, Request(desk.year_period()))
    assert not any("прошлым годом" in title for title in tables(first))
    assert "Прошлого учебного года в зеркале нет: сравнить этот год не с чем." in first.notes

    begin_second_year(tried)
    for kind in (FinalKind.TERM, FinalKind.YEAR):
        tried.book.final(5, kind=kind, term=NEXT_TERM)
        tried.book.final(2, student=2, kind=kind, term=NEXT_TERM)
    tried.sync("2028-05-27 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        second = find_report("yearbook").build(desk, Request(desk.year_period()))
        grade = find_report("yearbook").build(desk, Request(desk.year_period(), Focus(grade=8)))
    pupils, means = (tables(second)[f"{name}, в сравнении с прошлым годом"] for name in ("Ученики", "Показатели"))
    assert [column.title for column in means.columns] == ["Показатель", "Этот год", "2026/2027 уч. год", "Изменение"]
    assert pupils.rows == (
        ("На конец года", 2, 2, 0), ("Отличники", 1, 1, 0), ("Неуспевающие и не аттестованные", 1, 0, 1)
    )  # fmt: skip
    assert means.rows == (
        ("Качество, %", 50.0, 100.0, -50.0), ("Успеваемость, %", 50.0, 100.0, -50.0), ("СОУ, %", 58.0, 82.0, -24.0),
        ("Средний балл", 3.5, 4.5, -1.0),
    )  # fmt: skip
    assert tables(grade)["Ученики, в сравнении с прошлым годом"].rows[0] == ("На конец года", 2, 0, 2)


def test_exams_of_a_grade(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(grade=9, term_end=date(2027, 5, 26)).add_lessons("09-01"))
    tried.sync("2027-06-20 21:00")
    results = [
        ExamResult(class_name=name, student="Иванов Иван", exam=ExamKind.OGE, subject="Химия",
                   held_on=date(2027, 6, 2), mark=5, score=35, received=datetime(2027, 6, 15, 10))
        for name in ("9 а", "9Б")
    ]  # fmt: skip
    tried.hand_in("2027-06-20 21:05", exam_results=results)
    with desk_at(tried.settings, tried.now) as desk:
        ninth, tenth = (
            find_report("yearbook").build(desk, Request(desk.year_period(), Focus(grade=grade))) for grade in (9, 10)
        )
    assert [row[2] for row in tables(ninth)["Экзамены"].rows] == [1], "9Б is no class of the school"
    assert tables(tenth)["Экзамены"].rows == ()
