"""R4: a teacher's results against plain loops over the simulator's own world."""

from pathlib import Path

import pytest
from support.final_loops import figures, pupils_on, row_of
from support.reports import desk_at, tables
from support.school import CONTROL_TYPE, TEACHER, Book, Trial
from support.whole_school import WholeSchool

from netcity_sync.errors import AnswerError
from netcity_sync.model import PlannedLesson, Student
from netcity_sync.reports.document import Document
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.world import World

Shown = int | str | None


def made(tried: Trial, focus: Focus) -> Document:
    with desk_at(tried.settings, tried.now) as desk:
        return find_report("teacher").build(desk, Request(desk.term_period("1 четверть"), focus))


def book_of_three() -> Book:
    names = ("Иванов Иван", "Петрова Анна", "Сидоров Лев")
    book = Book(students=[Student(id=key, name=name) for key, name in enumerate(names, start=1)])
    return book.add_lessons("09-01", "09-08", "10-06")


def test_a_journal_by_hand(tmp_path: Path) -> None:
    book = book_of_three()
    book.set_topic(103, None)
    book.add_work(102, CONTROL_TYPE)
    book.final(5, 1)
    book.final(2, 2)
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    document = made(tried, Focus(staff_id=TEACHER))
    shown = tables(document)
    assert shown["По классам"].rows == (
        ("7А", "Химия", "Учебнова Е. П.", "1 четверть", 1, 0, 0, 1, 0, 1, 3, 50.0, 50.0, 58.0, 3.5),
    )
    assert shown["Список"].rows == (("7А", "Химия", "Петрова Анна", "2"),)
    assert shown["Выполнение программы"].rows == (("7А", "Химия", 3.0, "расписание", 2, 200 / 3, 1.0, 1),)
    assert document.subtitle == "Учебнова Е. П., 1 четверть 2026/2027 учебного года"
    assert document.signatures[0].name == "Учебнова Е. П."
    assert made(tried, Focus(subject_id=14)).sections[0] == document.sections[0]


def test_the_plan_that_was_handed_in(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book_of_three())
    tried.sync("10-26 21:00")
    days = [item.date for item in tried.book.lessons.values()]
    rows = [
        PlannedLesson(class_name="7А", subject="Химия", number=number, topic="Тема", planned_on=day, hours=2.0)
        for number, day in enumerate(days, start=1)
    ]
    tried.hand_in("10-26 21:05", plan=rows)
    document = made(tried, Focus(staff_id=TEACHER))
    assert tables(document)["Выполнение программы"].rows[0][2:7] == (6.0, "КТП", 3, 50.0, 3.0)


def test_unread_final_marks(tmp_path: Path) -> None:
    tried = Trial(tmp_path, book_of_three())
    tried.source.broken["finals"] = AnswerError("не читается")
    tried.sync("10-26 21:00")
    document = made(tried, Focus(staff_id=TEACHER))
    assert set(tables(document)["По классам"].rows[0][4:]) == {None}
    assert "Нет данных: не прочитаны отметки 1 журнала: 7А Химия." in document.notes


def cells(world: World, group: Group, kind: str, term: Term | None, last: Term) -> list[Shown]:
    """The cells of a journal: of a pupil with two journals of a subject those of the one with a mark."""
    found = []
    for pupil in pupils_on(world, group.school_class, last.end):
        if pupil in group.pupils:
            row = row_of(world, group.school_class, pupil, kind, term)
            found.append(row[group.subject.id])
    return found


@pytest.mark.parametrize("place", range(5))
def test_every_figure_of_every_teacher(school_year: WholeSchool, place: int) -> None:
    world, desk = school_year.world, school_year.desk
    quarters = world.school.calendar.quarters
    period = desk.year_period() if place == 4 else desk.term_period(str(quarters[place].id))
    last = quarters[min(place, 3)]
    for teacher in world.school.teachers:
        document = find_report("teacher").build(desk, Request(period, Focus(staff_id=teacher.id)))
        shown = {(row[0], row[1]): row for row in tables(document)["По классам"].rows}
        own = [item for item in world.school.groups if item.teacher.id == teacher.id and item.rated]
        own = [item for item in own if not item.subject.extracurricular]
        assert set(shown) == {(item.school_class.name, item.name) for item in own}
        everything: list[Shown] = []
        failing = 0
        for item in own:
            row = shown[item.school_class.name, item.name]
            terms = item.terms
            term = next((one for one in terms if one.end == last.end), None)
            if place != 4 and term is None:
                assert set(row[3:]) == {None}
                continue
            found = cells(world, item, "year" if place == 4 else "term", None if place == 4 else term, last)
            everything += found
            failing += sum(one in (1, 2, "н/а") for one in found)
            one = figures(found)
            assert row[4:] == (
                one.n5, one.n4, one.n3, one.n2, one.na, len(found) - one.listed, len(found),
                one.quality(), one.passed(), one.sou(), one.mean(),
            ), (item.school_class.name, item.name)  # fmt: skip
        assert sum(len(table.rows) for name, table in tables(document).items() if name == "Список") == failing
        whole, total = figures(everything), tables(document)["По классам"].total
        if everything:
            assert total is not None
            assert total[4:9] == (whole.n5, whole.n4, whole.n3, whole.n2, whole.na)
            assert total[10:] == (len(everything), whole.quality(), whole.passed(), whole.sou(), whole.mean())


def test_quality_by_terms(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    for teacher in world.school.teachers:
        document = find_report("teacher").build(desk, Request(desk.year_period(), Focus(staff_id=teacher.id)))
        section = next((one for one in document.sections if one.title == "Качество по периодам"), None)
        rows = {(row[0], row[1]): row for table in section.tables for row in table.rows} if section else {}
        for item in world.school.groups:
            if item.teacher.id == teacher.id and item.rated and not item.subject.extracurricular:
                values = [figures(cells(world, item, "term", term, term)).quality() for term in item.terms]
                row = rows[item.school_class.name, item.name]
                assert list(row[2:-1]) == values
                was, now = values[-2:]
                assert row[-1] == (now - was if was is not None and now is not None else None)
