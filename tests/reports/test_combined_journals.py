"""A pupil of a combined journal, listed under another class, stands in the reports of the own class."""

from datetime import date
from pathlib import Path

import pytest
from support.books import PUPILS, fill, finals
from support.reports import desk_at, tables
from support.school import SECOND_CLASS, Book, Trial, at

from netcity_sync.model import Student
from netcity_sync.reports.document import Document
from netcity_sync.reports.period import Period, span_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request

GUEST = Student(id=60, name="Орлова Анна Ильинична")


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    own = Book(
        class_id=SECOND_CLASS, group=900, first_lesson=501, subject="История", subject_id=15, first_slot=2,
        students=[GUEST],
    )  # fmt: skip
    book = Book(subject="География", students=[*PUPILS, GUEST], off_roster={GUEST.id})
    book.beside = [fill(own)]
    fill(book)
    finals(book, 5)
    finals(own, 4)
    trial = Trial(tmp_path, book)
    trial.sync("10-30 21:00")
    return trial


def made(tried: Trial, report: str, period: Period | None = None) -> Document:
    """Of the guest's own class, 7Б."""
    with desk_at(tried.settings, at("10-30 22:00")) as desk:
        return find_report(report).build(
            desk, Request(period or desk.term_period("1 четверть"), Focus(class_id=SECOND_CLASS))
        )


def test_the_final_mark_stands_in_the_sheet_of_the_own_class(tried: Trial) -> None:
    table = next(iter(tables(made(tried, "summary")).values()))
    row = next(row for row in table.rows if GUEST.name in row)
    shown = dict(zip((column.title for column in table.columns), row, strict=True))
    assert [str(shown[title]) for title in ("Геогр.", "Ист.")] == ["5", "4"]


def test_its_lessons_still_count_when_the_guest_left_later(tried: Trial) -> None:
    quarter = tables(made(tried, "attendance"))["Ведомость"].rows
    tried.book.beside[0].off_roster.add(GUEST.id)
    tried.sync("11-05 21:00")
    tried.sync("11-06 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        asked = Request(desk.term_period("1 четверть"), Focus(class_id=SECOND_CLASS))
        later = tables(find_report("attendance").build(desk, asked))["Ведомость"].rows
    assert later == quarter
    assert [row[1] for row in later] == [GUEST.name]


def test_its_lessons_count_for_the_own_class(tried: Trial) -> None:
    table = tables(made(tried, "attendance", span_period(date(2026, 9, 1), date(2026, 9, 30))))["Ведомость"]
    (row,) = table.rows
    held = sum(day.startswith("2026-09") for day in (item.date.isoformat() for item in tried.book.lessons.values()))
    assert row[2] == 2 * held


def test_it_is_missed_in_the_reports_of_the_own_class_where_it_was_not_read(tried: Trial) -> None:
    with desk_at(tried.settings, at("10-30 22:00")) as desk:
        desk.bench.connection.execute("UPDATE temp.journal SET fresh = 0 WHERE subject_name = 'География'")
        period = desk.term_period("1 четверть")
        assert desk.unread(period, Focus(class_id=SECOND_CLASS)) == ["7А География"]


def test_a_grade_counts_the_guests_of_its_own_classes(tmp_path: Path) -> None:
    """8Б's pupil is a guest of a journal of 7А: that lesson is 8Б's, in the sheet of a grade and of the school."""
    own = Book(
        class_id=SECOND_CLASS, grade=8, group=900, first_lesson=501, subject="История", subject_id=15, first_slot=2,
        students=[GUEST],
    )  # fmt: skip
    book = Book(subject="География", students=[*PUPILS, GUEST], off_roster={GUEST.id})
    book.beside = [fill(own)]
    trial = Trial(tmp_path, fill(book))
    trial.sync("10-30 21:00")
    with desk_at(trial.settings, at("10-30 22:00")) as desk:
        period, report = span_period(date(2026, 9, 1), date(2026, 9, 30)), find_report("attendance")
        shown = {
            grade: tables(report.build(desk, Request(period, Focus(grade=grade))))["По классам"]
            for grade in (7, 8, None)
        }
    rows = {row[0]: row[1:] for row in shown[None].rows}
    for grade, name in ((7, "7А"), (8, "8Б")):
        assert [(row[0], row[1:]) for row in shown[grade].rows] == [(name, rows[name])]
        assert (shown[grade].total or ())[1:] == rows[name]
    held = {
        item.class_id: sum(f"{lesson.date}".startswith("2026-09") for lesson in item.lessons.values())
        for item in (book, own)
    }
    assert rows["7А"][1] == held[book.class_id] * len(PUPILS)
    assert rows["8Б"][1] == held[SECOND_CLASS] + held[book.class_id]
