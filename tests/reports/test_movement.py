"""R9, counted another way: by hand, and by loops over the simulator's own lists."""

from datetime import date
from pathlib import Path

from support.reports import desk_at, tables
from support.school import SECOND_CLASS, Book, Trial, at
from support.whole_school import WholeSchool

from netcity_sync.model import Student
from netcity_sync.reports.document import Document
from netcity_sync.reports.period import month_period, span_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Request

IVANOV, ORLOVA, PETROV, NOVIKOV = (
    Student(id=number, name=name)
    for number, name in enumerate(("Иванов Иван", "Орлова Анна", "Петров Пётр", "Новиков Илья"), 1)
)
OCTOBER = month_period(date(2026, 10, 1))


def made(tried: Trial, now: str = "") -> Document:
    """October's report."""
    with desk_at(tried.settings, at(now) if now else tried.now) as desk:
        return find_report("movement").build(desk, Request(OCTOBER))


def test_arrivals_departures_and_a_transfer_by_hand(tmp_path: Path) -> None:
    book = Book(students=[IVANOV, ORLOVA, PETROV]).add_lessons("09-01", "10-05")
    tried = Trial(tmp_path, book)
    tried.source.second_class = (Student(id=9, name="Ильин Олег"),)
    tried.sync("09-30 21:00")
    book.students = [PETROV, NOVIKOV]
    book.starts = {4: date(2026, 10, 6)}
    tried.source.second_class = (Student(id=9, name="Ильин Олег"), ORLOVA)
    for day in range(7, 13):
        tried.sync(f"10-{day:02} 21:00")
    document = made(tried)
    shown = tables(document)
    assert shown["По классам"].rows == (
        ("7А", 3, 1, 2, 2), ("7Б", 1, 1, 0, 2), ("7 параллель", 4, 2, 2, 4), ("Основные классы (5–9)", 4, 2, 2, 4),
    )  # fmt: skip
    assert shown["По классам"].subtotals == {2, 3}
    assert shown["По классам"].total == ("Школа", 4, 2, 2, 4)
    assert shown["Прибыли"].rows == (
        ("7А", "Новиков Илья", "06.10.2026", None), ("7Б", "Орлова Анна", "не позднее 07.10.2026", "из 7А"),
    )  # fmt: skip
    assert shown["Выбыли"].rows == (
        ("7А", "Иванов Иван", "не позднее 07.10.2026", None), ("7А", "Орлова Анна", "не позднее 07.10.2026", "в 7Б"),
    )  # fmt: skip
    assert shown["Наполняемость"].rows == (("7", 2, 4, 2.0),)
    assert SECOND_CLASS


def test_lists_that_were_not_read_are_no_data(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(students=[IVANOV]).add_lessons("10-05"), checks={"stale_after_hours": 1})
    tried.sync("10-06 21:00")
    document = made(tried, "10-07 21:00")
    assert tables(document)["По классам"].total == ("Школа", None, None, None, None)
    assert "Нет данных: не прочитаны списки классов: 7А." in document.notes
    assert "Списки классов читаются с 06.10.2026: выбывших раньше не видно." in document.notes


def test_a_whole_school_against_plain_loops(school_year: WholeSchool) -> None:
    days = school_year.days
    period = span_period(date(2026, 9, 5), days[-1])
    shown = tables(find_report("movement").build(school_year.desk, Request(period)))
    rows = {row[0]: row[1:] for row in shown["По классам"].rows}
    all_came = all_left = 0
    for school_class in school_year.world.school.classes:
        start = came = left = 0
        for pupil in (item for item in school_year.world.school.pupils if item.class_id == school_class.id):
            seen = [day for day in days if pupil.listed(day)]
            if not seen:
                continue
            start += pupil.start <= period.first
            came += pupil.start > period.first
            left += seen[-1] < days[-1]
        assert rows[school_class.name] == (start, came, left, start + came - left)
        all_came += came
        all_left += left
    assert all_came > 3
    assert all_left > 3
