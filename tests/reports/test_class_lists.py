"""All reports follow one rule for who is on the list of a class: that of movement."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.reports import desk_at, tables
from support.school import CLASS, SECOND_CLASS, Book, Trial

from netcity_sync.model import EnrolmentOrder, MovementKind, Student
from netcity_sync.reports.class_lists import members_on
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Document
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request

ABRAMOV, BORISOV, VLASOV = (
    Student(id=number, name=name) for number, name in enumerate(("Абрамов Ян", "Борисов Лев", "Власов Пётр"), 1)
)
SEPARATE = Student(id=9, name="Ёлкина Ольга")


def school(folder: Path) -> Trial:
    """Three pupils in 7А, one in 7Б, read on 19 October; all have a final mark."""
    book = Book(students=[ABRAMOV, BORISOV, VLASOV]).add_lessons("09-01", "10-19")
    other = Book(class_id=SECOND_CLASS, group=701, students=[SEPARATE], first_lesson=201).add_lessons("09-01")
    book.beside.append(other)
    for pupil in book.students:
        book.final(4, pupil.id)
    tried = Trial(folder, book)
    tried.sync("10-19 21:00")
    return tried


def told(desk: Desk, class_id: int) -> set[Any]:
    """How many pupils of a class each report of the first quarter counts."""
    asked = desk.term_period("1 четверть")

    def made(report: str, focus: Focus) -> Document:
        return find_report(report).build(desk, Request(asked, focus))

    one, name = Focus(class_id=class_id), desk.class_name(class_id)
    return {
        int(dict(made("summary", one).facts)["На конец периода"].split()[0]),
        dict(tables(made("class", one))["Контингент"].rows)["На конец"],  # type: ignore[arg-type]
        _of_class(made("school", Focus()), name, 1),
        _of_class(made("movement", Focus()), name, 6),
        _of_class(made("attendance", Focus()), name, 1),
        len(tables(made("attendance", one))["Ведомость"].rows),
    }


def _of_class(document: Document, name: str, column: int) -> Any:
    return next(row[column] for row in tables(document)["По классам"].rows if row[0] == name)


@pytest.mark.parametrize(("without", "count"), [(1, 3), (2, 2)])
@pytest.mark.parametrize("first", [20, 24], ids=["in the term", "after it"])
def test_a_departure_counts_when_it_is_confirmed(tmp_path: Path, without: int, count: int, first: int) -> None:
    tried = school(tmp_path)
    tried.book.off_roster.add(BORISOV.id)
    for day in range(first, first + without):
        tried.sync(f"10-{day} 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        assert told(desk, CLASS) == {count if first == 20 else 3}
        assert told(desk, SECOND_CLASS) == {1}


def test_who_vanished_with_all_marks_is_not_without_marks(tmp_path: Path) -> None:
    """Once means nothing; the report of the term under way is as it was before."""
    tried = school(tmp_path)
    for pupil in tried.book.students:
        tried.book.mark(101, 4, pupil.id)
    tried.sync("10-20 20:00")

    def shown() -> dict[str, Any]:
        with desk_at(tried.settings, tried.now) as desk:
            asked = Request(desk.term_period("1 четверть"), Focus(class_id=CLASS))
            return dict(tables(find_report("class").build(desk, asked)))

    before = shown()
    assert ("На «4» и «5»", 3) in {row[:2] for row in before["Категории учеников"].rows}
    tried.book.students = [ABRAMOV, VLASOV]
    tried.book.marks = [item for item in tried.book.marks if item.student_id != BORISOV.id]
    tried.sync("10-20 21:00")
    assert shown() == before
    tried.sync("10-20 22:00")
    assert ("На «4» и «5»", 2) in {row[:2] for row in shown()["Категории учеников"].rows}


def test_who_changed_classes_is_on_one_list(tmp_path: Path) -> None:
    tried = school(tmp_path)
    tried.book.off_roster.add(BORISOV.id)
    tried.book.beside[0].students.append(BORISOV)
    tried.sync("10-20 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        assert (told(desk, CLASS), told(desk, SECOND_CLASS)) == ({2}, {2})


def test_the_day_of_the_order_is_the_last(tmp_path: Path) -> None:
    tried = school(tmp_path)
    tried.book.off_roster.add(BORISOV.id)
    tried.sync("10-24 21:00")
    tried.sync("10-25 21:00")
    row = EnrolmentOrder(
        kind=MovementKind.LEFT, class_name="7А", student=BORISOV.name, moved_on=date(2026, 10, 22), order_number="7"
    )  # fmt: skip
    tried.hand_in("10-25 22:00", enrolment_orders=[row])
    with desk_at(tried.settings, tried.now) as desk:
        assert told(desk, CLASS) == {2}


def test_who_came_back_was_away_between(tmp_path: Path) -> None:
    tried = school(tmp_path)
    tried.book.off_roster.add(BORISOV.id)
    tried.sync("10-20 21:00")
    tried.sync("10-21 21:00")
    tried.book.off_roster.clear()
    tried.sync("11-05 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        days = {day: len(members_on(desk, CLASS, date(2026, *day))) for day in ((10, 19), (10, 20), (11, 4), (11, 5))}
    assert days == {(10, 19): 3, (10, 20): 2, (11, 4): 2, (11, 5): 3}
