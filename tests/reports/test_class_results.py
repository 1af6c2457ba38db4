"""R3: the class teacher's report, by hand and against plain loops over the simulator's own world."""

from datetime import date
from pathlib import Path

import pytest
from support.final_loops import class_figures, figures, kind_of, pupils_on, row_of
from support.reports import desk_at, tables
from support.school import CLASS, Book, Trial
from support.whole_school import WholeSchool

from netcity_sync.model import EnrolmentOrder, MovementKind, Student
from netcity_sync.reports.document import Document
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request


def made(tried: Trial, term: str = "1 четверть") -> Document:
    with desk_at(tried.settings, tried.now) as desk:
        return find_report("class").build(desk, Request(desk.term_period(term), Focus(class_id=CLASS)))


def two_terms() -> Book:
    book = Book(students=[Student(id=1, name="Иванов Иван"), Student(id=2, name="Петрова Анна")])
    book.add_lessons("09-01", "10-06")
    following = Book(term=2, term_start=date(2026, 11, 3), term_end=date(2026, 12, 30), term_name="2 четверть",
                     first_lesson=501, students=book.students)  # fmt: skip
    book.following.append(following.add_lessons("11-10", "11-17"))
    return book


def test_two_terms_by_hand(tmp_path: Path) -> None:
    book = two_terms()
    book.final(2, 1)
    book.final(4, 2)
    book.final(student=1, raw="н/а", term=2)
    book.final(5, 2, term=2)
    tried = Trial(tmp_path, book)
    tried.sync("2027-01-12 21:00")
    document = made(tried, "2 четверть")
    lines = {row[0]: row[1:] for row in tables(document)["Категории учеников"].rows}
    assert lines["На «5»"] == (1, "Петрова Анна", 0, "")
    assert lines["На «4» и «5»"] == (0, "", 1, "Петрова Анна")
    assert lines["в том числе с одной «4»"] == (0, "", 1, "Петрова Анна")
    assert lines["Не аттестованы"] == (1, "Иванов Иван", 0, "")
    assert lines["С «2»"] == (0, "", 1, "Иванов Иван")
    assert tables(document)["Список"].rows == (("Иванов Иван", "Химия — н/а", "повторно"),)
    assert tables(document)["Список"].flagged == {0}
    assert tables(document)["Показатели"].rows[0] == ("Качество, %", 50.0, 50.0, 0.0)
    assert document.title == "Отчёт классного руководителя"


def test_a_term_under_way_is_told_by_current_marks(tmp_path: Path) -> None:
    book = two_terms()
    book.final(5, 1)
    for value in (4, 5):
        book.following[0].mark(501, value, 1)
    for value in (2, 2, 3):
        book.following[0].mark(502, value, 2)
    tried = Trial(tmp_path, book)
    tried.sync("11-20 21:00")
    document = made(tried, "2 четверть")
    assert document.title == "Отчёт классного руководителя (предварительный)"
    assert document.sections[1].paragraphs[0].startswith("Предварительно, по текущим отметкам")
    lines = {row[0]: row[1:] for row in tables(document)["Категории учеников"].rows}
    assert lines["На «5»"] == (1, "Иванов Иван", 1, "Иванов Иван")
    assert lines["С «2»"] == (1, "Петрова Анна", 0, "")
    assert lines["Отметки не все"] == (0, "", 1, "Петрова Анна")


def test_the_marks_of_a_subject_stand_in_one_of_its_journals(tmp_path: Path) -> None:
    """Whoever is on the lists of two has the marks of the one that gives them."""
    book = two_terms()
    book.term_end = date(2026, 12, 30)
    book.following.clear()
    book.subgroup = "1 группа"
    second = Book(group=701, subgroup="2 группа", term_end=book.term_end, first_lesson=301, students=book.students)
    book.beside.append(second.add_lessons("09-02", "10-07"))
    book.mark(101, 5, 1)
    second.mark(301, 3, 2)
    tried = Trial(tmp_path, book)
    tried.sync("11-20 21:00")
    lines = {row[0]: row[1:3] for row in tables(made(tried))["Категории учеников"].rows}
    assert (lines["На «5»"], lines["С «3»"]) == ((1, "Иванов Иван"), (1, "Петрова Анна"))
    assert lines["Отметки не все"] == (0, "")


def test_who_came_and_who_left(tmp_path: Path) -> None:
    book = two_terms()
    tried = Trial(tmp_path, book)
    tried.sync("09-10 21:00")
    book.off_roster.add(1)
    book.students.append(Student(id=3, name="Яковлев Пётр"))
    book.starts[3] = date(2026, 9, 21)
    tried.sync("09-21 21:00")
    tried.sync("10-26 21:00")
    shown = tables(made(tried))
    assert [row[1] for row in shown["Контингент"].rows] == [2, 1, 1, 0, 0, 2]
    assert shown["Движение"].rows == (
        ("выбыл(а)", "Иванов Иван", "не позднее 21.09.2026", "", ""),
        ("прибыл(а)", "Яковлев Пётр", "21.09.2026", "", ""),
    )


def test_orders_of_movement_and_a_transfer(tmp_path: Path) -> None:
    book = two_terms()
    book.students = [*book.students, Student(id=4, name="Орлова Анна")]
    tried = Trial(tmp_path, book)
    tried.source.second_class = (Student(id=9, name="Ильин Олег"),)
    tried.sync("09-10 21:00")
    book.off_roster |= {1, 4}
    tried.source.second_class += (book.students[-1],)
    for moment in ("09-21 21:00", "10-26 21:00"):
        tried.sync(moment)
    order = EnrolmentOrder(
        class_name="7А", student="Иванов Иван", kind=MovementKind.LEFT, moved_on=date(2026, 9, 18),
        went_to="МБОУ «СОШ № 2»", order_number="57-у", order_date=date(2026, 9, 17),
    )  # fmt: skip
    tried.hand_in("10-26 22:00", enrolment_orders=[order])
    document = made(tried)
    assert tables(document)["Контингент"].rows == (
        ("На начало", 3), ("Прибыло", 0), ("Выбыло", 1), ("Переведено из других классов", 0),
        ("Переведено в другие классы", 1), ("На конец", 1),
    )  # fmt: skip
    assert tables(document)["Движение"].rows == (
        ("выбыл(а)", "Иванов Иван", "18.09.2026", "МБОУ «СОШ № 2»", "№ 57-у от 17.09.2026"),
        ("переведён(а)", "Орлова Анна", "не позднее 21.09.2026", "в 7Б", None),
    )
    assert not any("от руки" in words for words in document.sections[0].paragraphs)


def test_first_grade(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(grade=1).add_lessons("09-01"))
    tried.sync("10-26 21:00")
    assert made(tried).sections[1].paragraphs == ("В классе нет предметов, по которым ставят отметки.",)


@pytest.mark.parametrize("place", range(4))
def test_every_figure_of_a_term(school_year: WholeSchool, place: int) -> None:
    world, desk = school_year.world, school_year.desk
    quarter = world.school.calendar.quarters[place]
    for item in world.school.classes:
        terms = [one for one in world.school.calendar.terms_of(item.grade) if one.end <= quarter.end]
        if item.grade == 1 or not terms or terms[-1].end != quarter.end:
            continue
        period = desk.term_period(str(quarter.id))
        document = find_report("class").build(desk, Request(period, Focus(class_id=item.id)))
        shown = tables(document)
        lines = {str(row[0]): row for row in shown["Категории учеников"].rows}
        failing = []
        for column, term in enumerate(reversed(terms[-2:])):
            pupils = pupils_on(world, item, term.end)
            rows = [row_of(world, item, pupil, "term", term) for pupil in pupils]
            whole, marks = class_figures(rows), figures(value for row in rows for value in row.values())
            numbers = [row[1 + column] for row in shown["Показатели"].rows]
            assert numbers == [whole.quality(), whole.passed(), marks.sou(), marks.mean()]
            kinds = [kind_of(row) for row in rows]
            ones = {
                name: [list(row.values()).count(mark) == 1 and kind == str(mark)
                       for row, kind in zip(rows, kinds, strict=True)]
                for name, mark in (("в том числе с одной «4»", 4), ("в том числе с одной «3»", 3))
            }  # fmt: skip
            names = {"На «5»": "5", "На «4» и «5»": "4", "С «3»": "3", "С «2»": "2", "Не аттестованы": "н/а",
                     "Отметки не все": "не все", "Без отметок": "без"}  # fmt: skip
            wanted = {name: [one == kind for one in kinds] for name, kind in names.items()} | ones
            for name, flags in wanted.items():
                people = [one.name.full for one, flag in zip(pupils, flags, strict=True) if flag]
                assert lines[name][1 + 2 * column : 3 + 2 * column] == (len(people), ", ".join(people)), name
            failing.append([one.name.full for one, kind in zip(pupils, kinds, strict=True) if kind in ("2", "н/а")])
        rows_of_failing = shown["Список"].rows if "Список" in shown else ()
        assert [row[0] for row in rows_of_failing] == failing[0]
        again = [row[0] for row in rows_of_failing if row[2] == "повторно"]
        assert again == ([name for name in failing[0] if name in failing[1]] if len(failing) > 1 else [])


def test_the_movement_of_the_year(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    period = desk.year_period()
    for item in world.school.classes:
        shown = tables(find_report("class").build(desk, Request(period, Focus(class_id=item.id))))
        own = [one for one in world.school.pupils if one.class_id == item.id]
        came = sum(period.first < one.start <= period.last for one in own)
        end = sum(one.listed(period.last) for one in own)
        counts = [row[1] for row in shown["Контингент"].rows]
        assert counts[1] == came
        assert counts[-1] == end
        assert counts[0] + counts[1] - counts[2] + counts[3] - counts[4] == counts[5]
