"""R1: the sheet of a class, by hand and against the simulator's own school."""

from datetime import date
from pathlib import Path

import pytest
from support.final_loops import class_figures, figures, groups_of, pupils_on, row_of
from support.reports import desk_at, tables
from support.school import CLASS, Book, Trial
from support.whole_school import WholeSchool

from netcity_sync.errors import AnswerError
from netcity_sync.model import FinalKind, Student, TermKind
from netcity_sync.reports.document import Cell, Document
from netcity_sync.reports.formulas import Tally
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.russian import number

TITLE = "Сводная ведомость успеваемости"


def test_the_worked_example() -> None:
    tally = Tally(5, 10, 8, 1, 1)
    assert (tally.passed, tally.quality, tally.sou) == (92.0, 60.0, 58.04)
    assert tally.passed_of_attested == pytest.approx(95.83, abs=0.01)
    assert tally.sou_of_attested == pytest.approx(60.17, abs=0.01)
    assert tally.mean == pytest.approx(3.79, abs=0.01)


def summary(tried: Trial, wanted: str = "1 четверть") -> Document:
    with desk_at(tried.settings, tried.now) as desk:
        period = desk.year_period() if wanted == "год" else desk.term_period(wanted)
        return find_report("summary").build(desk, Request(period, Focus(class_id=CLASS)))


def class_of_three() -> Book:
    book = Book(students=[Student(id=key, name=name) for key, name in ((1, "Ёлкин Я"), (2, "Жуков П"), (3, "Дёмин А"))])
    book.add_lessons("09-01", "09-08", "10-06")
    book.beside.append(
        Book(group=701, subject_id=15, subject="Физика", first_lesson=201, students=book.students[:2]).add_lessons(
            "09-02"
        )
    )
    return book


def test_a_class_by_hand(tmp_path: Path) -> None:
    book = class_of_three()
    book.final(5, 1)
    book.final(4, 2)
    book.final(3, raw="н/а", student=3)
    book.beside[0].final(5, 1)
    book.beside[0].final(student=2, raw="осв")
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    document = summary(tried)
    table = tables(document)[TITLE]
    assert [column.title for column in table.columns] == ["№", "Фамилия, имя", "Хим.", "Физ.", "Ср. балл", "Рейтинг"]
    assert table.rows == (
        (1, "Дёмин А", "н/а", "", None, None),
        (2, "Ёлкин Я", 5, 5, 5.0, 1),
        (3, "Жуков П", 4, "осв", 4.0, 2),
        ("", "Качество, %", "67", "100", None, None),
    )
    assert table.total == ("", "Средний балл", "4,50", "5,00", 14 / 3, None)
    facts = dict(document.facts)
    assert facts["Качество знаний"] == "66,7 %"
    assert facts["Успеваемость"] == "66,7 %"
    assert facts["На конец периода"] == "3 ученика"
    assert facts["Не аттестованы"] == "1"
    assert document.page.landscape and document.page.kept_years == 25
    assert [item.lead for item in document.signatures] == ["", "", "Верно"]


def test_an_absent_mark_is_nobodys_fault(tmp_path: Path) -> None:
    book = class_of_three()
    for student in (1, 3):
        book.final(5, student)
        book.beside[0].final(5, student)
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    document = summary(tried)
    assert dict(document.facts)["Качество знаний"] == "100,0 %"
    assert dict(document.facts)["Оценены"] == "2 из 3"
    assert tables(document)[TITLE].rows[2] == (3, "Жуков П", None, None, None, None)


def test_no_shares_while_most_are_not_judged(tmp_path: Path) -> None:
    book = class_of_three()
    book.final(2, 1)
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    facts = dict(summary(tried).facts)
    assert (facts["Успеваемость"], facts["Качество знаний"]) == ("—", "—")
    assert facts["Оценены"] == "1 из 3: доли не приводятся, пока отметки выставлены не все"


def test_a_term_that_was_never_read_is_no_data(tmp_path: Path) -> None:
    book = class_of_three()
    book.following = [Book(term=2, term_start=date(2026, 11, 2), term_end=date(2026, 12, 27), term_name="2 четверть")]
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    tried.source.broken["journal"] = AnswerError("не читается")
    tried.sync("12-28 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        request = Request(desk.term_period("2 четверть"), Focus(class_id=CLASS))
        made = find_report("summary").build(desk, request)
    assert made.sections[0].paragraphs == ("Нет данных: журналы за этот период не прочитаны.",)


def test_unread_final_marks_are_no_data(tmp_path: Path) -> None:
    book = class_of_three()
    book.final(2, 1)
    tried = Trial(tmp_path, book)
    tried.source.broken["finals"] = AnswerError("не читается")
    tried.sync("10-26 21:00")
    document = summary(tried)
    assert dict(document.facts)["Успеваемость"] == "—"
    assert "Нет данных: не прочитаны отметки 2 журналов: 7А Химия; 7А Физика." in document.notes


def test_subgroups_are_one_column(tmp_path: Path) -> None:
    book = class_of_three()
    book.beside[0].subgroup = "1 группа"
    book.beside.append(
        Book(
            group=702,
            subject_id=15,
            subject="Физика",
            subgroup="2 группа",
            first_lesson=301,
            students=book.students[2:],
        ).add_lessons("09-02")
    )
    book.beside[0].final(5, 1)
    book.beside[1].final(3, 3)
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    rows = tables(summary(tried))[TITLE].rows
    assert [row[3] for row in rows[:3]] == [3, 5, None]


def test_who_came_after_the_term_is_not_on_its_list(tmp_path: Path) -> None:
    book = class_of_three()
    book.starts[2] = date(2026, 10, 24)
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    assert dict(summary(tried).facts)["На конец периода"] == "2 ученика"


def test_who_left_after_the_term_is(tmp_path: Path) -> None:
    book = class_of_three()
    book.final(4, 2)
    tried = Trial(tmp_path, book)
    tried.sync("10-20 21:00")
    book.off_roster.add(2)
    tried.sync("10-26 21:00")
    tried.sync("10-27 21:00")
    document = summary(tried)
    assert dict(document.facts)["На конец периода"] == "3 ученика"
    assert tables(document)[TITLE].rows[2][:3] == (3, "Жуков П", 4)


def test_first_grade_has_no_marks(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(grade=1).add_lessons("09-01"))
    tried.sync("10-26 21:00")
    document = summary(tried)
    assert document.sections[0].paragraphs == ("В классе нет предметов, по которым ставят отметки.",)
    assert tables(document)["Список класса"].rows == ((1, "Иванов Иван Петрович"),)


def test_a_quarter_of_a_class_with_half_years(tmp_path: Path) -> None:
    book = Book(grade=10, term_kind=TermKind.HALF_YEAR, term_name="1 полугодие", term_end=date(2026, 12, 30))
    book.add_lessons("09-01")
    book.beside.append(Book(group=701, subject_id=15, subject="Физика", first_lesson=201, class_id=71, term=2))
    book.beside[0].add_lessons("09-01")
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    assert summary(tried).sections[0].paragraphs[0].startswith("В этом периоде у класса не кончается")


def test_the_year_by_hand(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "10-06")
    book.following.append(
        Book(
            term=2, term_start=date(2026, 11, 3), term_end=date(2026, 12, 30), term_name="2 четверть", first_lesson=501
        )
    )
    book.following[0].add_lessons("11-10")
    book.final(3)
    book.final(5, term=2)
    book.final(4, kind=FinalKind.YEAR)
    book.final(5, kind=FinalKind.EXAM)
    tried = Trial(tmp_path, book)
    tried.sync("2027-01-12 21:00")
    table = tables(summary(tried, "год"))[TITLE]
    assert table.rows == (
        (1, "Иванов Иван Петрович", "1 четверть", 3, ""),
        (1, "Иванов Иван Петрович", "2 четверть", 5, ""),
        (1, "Иванов Иван Петрович", "Год", 4, ""),
        (1, "Иванов Иван Петрович", "Экзамен", 5, ""),
    )
    assert table.subtotals == {2}
    assert table.named_by == 2


@pytest.mark.parametrize("place", range(4))
def test_every_figure_of_a_term_against_plain_loops(school_year: WholeSchool, place: int) -> None:
    world, desk = school_year.world, school_year.desk
    for item in world.school.classes:
        term = next(
            (one for one in world.school.calendar.terms_of(item.grade)
             if one.end == world.school.calendar.quarters[place].end), None
        )  # fmt: skip
        period = desk.term_period(str(world.school.calendar.quarters[place].id))
        document = find_report("summary").build(desk, Request(period, Focus(class_id=item.id)))
        if term is None or item.grade == 1:
            assert TITLE not in tables(document)
            continue
        pupils = pupils_on(world, item, term.end)
        rows = [row_of(world, item, pupil, "term", term) for pupil in pupils]
        subjects = sorted({group.subject.id for group in groups_of(world, item)})
        table = tables(document)[TITLE]
        assert dict(document.facts)["Период"].startswith(f"{term.start:%d.%m.%Y} – ")
        all_marks = [[value for value in row.values() if isinstance(value, int)] for row in rows]
        all_means = [sum(marks) / len(marks) if marks else None for marks in all_marks]
        best_first = sorted((mean for mean in all_means if mean is not None), reverse=True)
        for number_, (pupil, row) in enumerate(zip(pupils, rows, strict=True)):
            cells: list[Cell] = [row.get(key, "") for key in subjects]
            mean = all_means[number_]
            rank = best_first.index(mean) + 1 if mean is not None else None
            assert table.rows[number_] == (number_ + 1, pupil.name.full, *cells, mean, rank), item.name
        tallies = [figures(row[key] for row in rows if key in row) for key in subjects]
        whole = figures(value for row in rows for value in row.values())
        assert table.rows[-1][2:-2] == tuple(_words(one.quality(), 0) for one in tallies)
        assert table.total is not None
        assert table.total[2:-1] == (*(_words(one.mean(), 2) for one in tallies), whole.mean())
        facts, of_pupils = dict(document.facts), class_figures(rows)
        assert facts["Средний балл"] == (_words(whole.mean(), 2) or "—")
        assert facts["СОУ"] == f"{_words(whole.sou(), 1)} %"
        assert facts["Качество знаний"] == f"{_words(of_pupils.quality(), 1)} %"
        assert facts["Успеваемость"] == f"{_words(of_pupils.passed(), 1)} %"


def _words(value: float | None, digits: int) -> str | None:
    return None if value is None else number(value, digits)


def test_every_cell_of_the_year_against_plain_loops(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    for item in world.school.classes:
        if item.grade == 1:
            continue
        document = find_report("summary").build(desk, Request(desk.year_period(), Focus(class_id=item.id)))
        terms = world.school.calendar.terms_of(item.grade)
        lines = [("term", term) for term in terms] + [("year", None)]
        if item.grade in (9, 11):
            lines.append(("final", None))
        subjects = sorted({group.subject.id for group in groups_of(world, item)})
        wanted = []
        for pupil in pupils_on(world, item, terms[-1].end):
            for kind, term in lines:
                came_later = term is not None and pupil.start > term.end
                row = {} if came_later else row_of(world, item, pupil, kind, term)
                wanted.append(tuple(row.get(key, "") for key in subjects))
        rows = tables(document)[TITLE].rows
        assert [row[3:-1] for row in rows] == wanted, item.name
