"""The figures of report 5.2, counted another way: by hand, and by loops over the simulator's own school."""

from datetime import date
from pathlib import Path
from statistics import median

import pytest
from support.reports import desk_at, month_document, tables
from support.school import Book, Trial, at
from support.whole_school import WholeSchool

from netcity_sync.reports.document import HeatMap, Trend
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Request

SEPTEMBER = date(2026, 9, 1)


def test_a_journal_counted_by_hand(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "09-15", "09-22", "09-29", "10-06")
    book.set_topic(103, None)
    book.give_homework(101, 102)
    book.mark(101)
    book.mark(102)
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    (row,) = tables(document)["По журналам"].rows
    assert row == ("7А", "Химия", "Учебнова Е. П.", 5, 4, 80.0, 40.0, 40.0, 0, None)
    (row,) = tables(document)["Класс × предмет"].rows
    assert row == ("7А", "Химия", "1 четверть", 1, 3, 3, 2, 2.0, 0, 0, 1, 0.0)
    assert document.subtitle == "За сентябрь 2026 г."


def test_the_terms_of_a_year_are_one_row_of_a_journal(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "10-06")
    book.set_topic(101, None)
    book.give_homework(101)
    second = Book(
        term=2, term_start=date(2026, 11, 2), term_end=date(2026, 12, 27), term_name="2 четверть", first_lesson=301
    )
    book.following.append(second.add_lessons("11-03", "11-10", topic=None))
    second.set_topic(301, "Атомы")
    second.mark(302)
    tried = Trial(tmp_path, book)
    tried.sync("11-12 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("filling").build(desk, Request(desk.year_period()))
    (row,) = tables(document)["По журналам"].rows
    assert row == ("7А", "Химия", "Учебнова Е. П.", 5, 3, 60.0, pytest.approx(100 / 3), 20.0, 0, None)
    chart, trend = document.sections[1].charts
    assert isinstance(chart, HeatMap)
    assert isinstance(trend, Trend)
    assert (trend.points[0], trend.series[0].values) == ("с 31.08", (0.0, 100.0, 100.0, 100.0, 0.0))
    assert (chart.rows, chart.columns, chart.values) == (("7А",), ("Химия",), ((60.0,),))
    assert tables(document)["По классам"].rows == (("7А", 1, 5, 60.0, pytest.approx(100 / 3), 0),)


def test_late_entries_are_counted_with_their_delay(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-30", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 23:59")
    book.set_topic(101, "Атомы")
    tried.sync("09-03 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    assert tables(document)["По журналам"].rows[0][-2:] == (1, 1.0)


def test_a_journal_with_nothing_in_it_needs_attention(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01", "09-02", "09-03", "09-04", "09-30", topic=None))
    tried.sync("09-20 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    assert document.sections[0].paragraphs == (
        "Темы записаны менее чем у 90 % уроков (1 журнал): 7А Химия.",
        "Отметок по норме менее чем у 80 % учеников (1 журнал): 7А Химия.",
    )
    assert tables(document)["По журналам"].flagged == tables(document)["Класс × предмет"].flagged == {0}


def test_unread_journals_are_named(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01")
    tried = Trial(tmp_path, book, checks={"stale_after_hours": 1})
    tried.sync("09-02 21:00")
    with desk_at(tried.settings, at("09-03 21:00")) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    assert "Нет данных: не прочитано 1 журнал: 7А Химия." in document.notes


def test_a_whole_school_against_plain_loops(november: WholeSchool) -> None:
    world = november.world
    shown = tables(month_document(november.desk, "filling", SEPTEMBER))
    filling = {(row[0], row[1]): row for row in shown["По журналам"].rows}
    accumulation = {(row[0], row[1]): row for row in shown["Класс × предмет"].rows}
    for group in world.school.groups:
        page = world.journal(group.id, group.terms[0].id)
        key = (group.school_class.name, group.name)
        held = [item for item in page.lessons if item.date <= date(2026, 9, 30)]
        with_topic = [item for item in held if item.topic]
        if group.individual:
            continue
        assert filling[key][3:5] == (len(held), len(with_topic)), key
        if not group.rated or group.subject.extracurricular:
            assert key not in accumulation
            continue
        today = {pupil.id for pupil in world.roster(group.school_class.id)}
        counts = [
            sum(mark.student_id == pupil.id and mark.value is not None for mark in page.marks)
            for pupil in page.students
            if pupil.id in today
        ]
        row = accumulation[key]
        assert (row[3], row[6], row[7], row[8], row[9]) == (
            len(counts), min(counts), median(counts), counts.count(0), counts.count(1),
        ), key  # fmt: skip


def test_a_month_stands_beside_the_one_before(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "10-06", "10-13", "10-20")
    for lesson in (102, 104, 105):
        book.set_topic(lesson, None)
    tried = Trial(tmp_path, book)
    tried.sync("10-31 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        table = tables(month_document(desk, "filling", date(2026, 10, 1)))["По школе"]
        first = tables(month_document(desk, "filling", SEPTEMBER))["По школе"]
    assert table.rows[:2] == (
        ("Проведено уроков", 3, None, 2, None),
        ("Уроков с записанной темой", 1, 100 / 3, 1, 50.0),
    )
    assert len(first.columns) == 3, "there were no lessons before September"
