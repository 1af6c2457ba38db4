"""R9 by hand: a small school whose lists change, with and without orders."""

from datetime import date
from pathlib import Path

import pytest
from support.reports import desk_at, month_files, tables
from support.school import CLASS, SECOND_CLASS, Book, Trial, at

from netcity_sync.errors import AnswerError
from netcity_sync.model import EnrolmentOrder, MovementKind, Student
from netcity_sync.reports.document import Document
from netcity_sync.reports.period import Period, month_period, span_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request

IVANOV, ORLOVA, PETROV, NOVIKOV = (
    Student(id=number, name=name)
    for number, name in enumerate(("Иванов Иван", "Орлова Анна", "Петров Пётр", "Новиков Илья"), 1)
)
ILYIN = Student(id=9, name="Ильин Олег")
OCTOBER, NOVEMBER = month_period(date(2026, 10, 1)), month_period(date(2026, 11, 1))


def made(tried: Trial, now: str = "", period: Period = OCTOBER, focus: Focus | None = None) -> Document:
    """October's report, of the school where nobody else is named."""
    with desk_at(tried.settings, at(now) if now else tried.now) as desk:
        return find_report("movement").build(desk, Request(period, focus or Focus()))


@pytest.fixture
def tried(tmp_path: Path) -> Trial:
    """Иванов left 7А, Новиков came, Орлова went over to 7Б; the lists were read from 30 September to 12 October."""
    book = Book(students=[IVANOV, ORLOVA, PETROV]).add_lessons("09-01", "10-05")
    tried = Trial(tmp_path, book)
    tried.source.second_class = (ILYIN,)
    tried.sync("09-30 21:00")
    book.students = [PETROV, NOVIKOV]
    book.starts = {4: date(2026, 10, 6)}
    tried.source.second_class = (ILYIN, ORLOVA)
    for day in range(7, 13):
        tried.sync(f"10-{day:02} 21:00")
    return tried


def order(student: Student, kind: MovementKind, day: date, **told: str | date | None) -> EnrolmentOrder:
    whole = {"class_name": "7А", "student": student.name, "order_number": "57-у", "order_date": date(2026, 10, 2)}
    return EnrolmentOrder(kind=kind, moved_on=day, **{**whole, **told})  # type: ignore[arg-type]


LEFT = order(IVANOV, MovementKind.LEFT, date(2026, 10, 5), went_to="МБОУ «СОШ № 2»", reason="переезд")
CAME = order(NOVIKOV, MovementKind.ARRIVED, date(2026, 10, 6), came_from="МБОУ «Лицей № 4»")
MOVED = order(ORLOVA, MovementKind.MOVED, date(2026, 10, 5), new_class="7Б")


def test_arrivals_departures_and_a_transfer(tried: Trial) -> None:
    document = made(tried)
    shown = tables(document)
    assert shown["По классам"].rows == (
        ("7А", 3, 1, 1, 0, 1, 2, -1), ("7Б", 1, 0, 0, 1, 0, 2, 1), ("7 параллель", 4, 1, 1, 0, 0, 4, 0),
        ("5–9 классы", 4, 1, 1, 0, 0, 4, 0),
    )  # fmt: skip
    assert shown["По классам"].subtotals == {2, 3}
    assert shown["По классам"].total == ("Школа", 4, 1, 1, 0, 0, 4, 0)
    assert shown["Движение"].rows == (
        ("На начало", 4, 4, 0), ("Прибыло", 1, 0, 1), ("Выбыло", 1, 0, 1), ("Переведено из класса в класс", 1, 0, 1),
        ("На конец", 4, 4, 0),
    )  # fmt: skip
    assert [column.title for column in shown["Движение"].columns[1:]] == [
        "октябрь 2026 г.", "сентябрь 2026 г.", "Изменение",
    ]  # fmt: skip
    assert shown["Наполняемость"].rows == (("7", 2, 4, 2.0, None, None),)
    assert "Период ещё идёт: «на конец» — на 12.10.2026." in document.notes


def test_without_a_table_of_orders_there_is_room_to_write(tried: Trial) -> None:
    document = made(tried)
    shown = tables(document)
    assert shown["Прибыли"].rows == (("7А", "Новиков Илья", "06.10.2026", "", "", ""),)
    assert shown["Выбыли"].rows == (("7А", "Иванов Иван", "не позднее 07.10.2026", "", "", ""),)
    assert shown["Переведены из класса в класс"].rows == (
        ("Орлова Анна", "7А", "7Б", "не позднее 07.10.2026", "", ""),
    )  # fmt: skip
    assert "Движение без приказа" not in shown
    words = "таблица «Приказы о движении» папки обмена ещё не принята. Откуда, куда и приказ вписывают от руки."
    assert document.sections[0].paragraphs == (f"Приказов программа не знает: {words}",)


def test_orders_tell_where_from_and_where_to(tried: Trial) -> None:
    tried.hand_in("10-12 22:00", enrolment_orders=[LEFT, CAME, MOVED])
    document = made(tried)
    shown = tables(document)
    assert shown["Прибыли"].rows == (
        ("7А", "Новиков Илья", "06.10.2026", "МБОУ «Лицей № 4»", "№ 57-у от 02.10.2026", None),
    )
    assert shown["Выбыли"].rows == (
        ("7А", "Иванов Иван", "05.10.2026", "МБОУ «СОШ № 2»", "№ 57-у от 02.10.2026", "переезд"),
    )
    assert shown["Переведены из класса в класс"].rows == (
        ("Орлова Анна", "7А", "7Б", "05.10.2026", "№ 57-у от 02.10.2026", None),
    )
    assert document.sections[0].paragraphs == ()
    assert document.sections[-1].paragraphs == ("На каждое движение за период есть приказ с номером и датой.",)
    assert "Приказы — таблица «Приказы о движении» папки обмена, принятая 12.10.2026." in document.notes


def test_orders_that_are_missing_and_orders_of_nothing(tried: Trial) -> None:
    stranger = order(Student(id=0, name="Чужой Иван"), MovementKind.LEFT, date(2026, 10, 8), order_number=None)
    unnumbered = CAME.model_copy(update={"order_number": None})
    nowhere = LEFT.model_copy(update={"class_name": "11Я", "order_date": None})
    tried.hand_in("10-12 22:00", enrolment_orders=[unnumbered, MOVED, stranger, nowhere])
    document = made(tried)
    shown = tables(document)
    assert shown["Движение без приказа"].rows == (
        ("7А", "Новиков Илья", "прибыл(а)", "06.10.2026", "номер приказа не указан"),
        ("7А", "Иванов Иван", "выбыл(а)", "не позднее 07.10.2026", "приказа нет"),
    )
    assert shown["Приказы без движения в списках"].rows == (
        ("11Я", "Иванов Иван", "выбытие", date(2026, 10, 5), "№ 57-у, без даты"),
        ("7А", "Чужой Иван", "выбытие", date(2026, 10, 8), "без номера от 02.10.2026"),
    )
    of_class = tables(made(tried, focus=Focus(class_id=CLASS)))
    assert [row[0] for row in of_class["Приказы без движения в списках"].rows] == ["7А"]
    assert shown["Прибыли"].rows[0][4] == "без номера от 02.10.2026"
    assert shown["Выбыли"].rows[0][3:] == (None, None, None)
    assert document.sections[0].paragraphs == ("Без приказа, его номера или даты — 2 случая; список в конце.",)


def test_the_day_of_an_order_decides_the_month(tried: Trial) -> None:
    earlier = order(IVANOV, MovementKind.LEFT, date(2026, 9, 30))
    tried.hand_in("10-12 22:00", enrolment_orders=[earlier, CAME, MOVED])
    shown = tables(made(tried))
    assert [row[1:] for row in shown["Движение"].rows] == [(3, 4, -1), (1, 0, 1), (0, 1, -1), (1, 0, 1), (4, 3, 1)]
    assert "Выбыли" not in shown


@pytest.mark.parametrize(("day", "kept"), [(date(2026, 10, 12), True), (date(2026, 10, 13), False)])
def test_the_day_of_an_order_that_is_to_come_is_not_believed(tried: Trial, day: date, kept: bool) -> None:
    tried.hand_in("10-12 22:00", enrolment_orders=[order(IVANOV, MovementKind.LEFT, day)])
    (row,) = tables(made(tried))["Выбыли"].rows
    assert row[2] == ("12.10.2026" if kept else "не позднее 07.10.2026")


def test_a_class_and_a_grade(tried: Trial) -> None:
    of_class = made(tried, focus=Focus(class_id=CLASS))
    assert of_class.subtitle == "7А класс, за октябрь 2026 г."
    shown = tables(of_class)
    assert [row[:2] for row in shown["Движение"].rows] == [
        ("На начало", 3), ("Прибыло", 1), ("Выбыло", 1), ("Переведено из других классов", 0),
        ("Переведено в другие классы", 1), ("На конец", 2),
    ]  # fmt: skip
    assert "По классам" not in shown
    assert shown["Переведены из класса в класс"].rows[0][:3] == ("Орлова Анна", "7А", "7Б")
    of_grade = made(tried, focus=Focus(grade=7))
    assert of_grade.subtitle == "7-е классы, за октябрь 2026 г."
    assert tables(of_grade)["По классам"].total == ("Параллель", 4, 1, 1, 0, 0, 4, 0)
    assert ("Переведено из класса в класс", 1, 0, 1) in tables(of_grade)["Движение"].rows
    assert tables(made(tried, focus=Focus(grade=8)))["Движение"].rows[0] == ("На начало", None, None, None)


def test_each_period_starts_with_what_the_one_before_ended_with(tmp_path: Path) -> None:
    book = Book(students=[IVANOV, PETROV], term_end=date(2026, 12, 30)).add_lessons("09-01")
    book.starts = {1: date(2026, 9, 1), 3: date(2026, 10, 1)}
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    tried.sync("10-01 21:00")
    book.off_roster.add(1)
    for day in ("11-01", "11-02"):
        tried.sync(f"{day} 21:00")
    rows = {
        period.name: [row[1] for row in tables(made(tried, period=period))["Движение"].rows]
        for period in (month_period(date(2026, 9, 1)), OCTOBER, NOVEMBER)
    }
    assert rows == {
        "сентябрь 2026 г.": [1, 0, 0, 0, 1], "октябрь 2026 г.": [1, 1, 0, 0, 2], "ноябрь 2026 г.": [2, 0, 1, 0, 1],
    }  # fmt: skip
    by_month = tables(made(tried, period=span_period(date(2026, 9, 15), date(2026, 11, 30))))["По месяцам"]
    assert by_month.rows == (
        ("сентябрь 2026 г.", 1, 0, 0, 1, 0), ("октябрь 2026 г.", 1, 1, 0, 2, 1), ("ноябрь 2026 г.", 2, 0, 1, 1, -1),
    )  # fmt: skip
    assert by_month.total == ("За период", 1, 1, 1, 1, 0)


def test_a_vacation_belongs_to_no_term_and_is_told_of(tmp_path: Path) -> None:
    book = Book(students=[IVANOV, PETROV]).add_lessons("09-01", "10-05")
    following = Book(term=2, term_start=date(2026, 11, 3), term_end=date(2026, 12, 30), term_name="2 четверть",
                     first_lesson=501, students=book.students)  # fmt: skip
    book.following.append(following.add_lessons("11-10"))
    tried = Trial(tmp_path, book)
    tried.sync("10-23 21:00")
    book.off_roster.add(1)
    for day in ("10-27", "10-28", "12-30"):
        tried.sync(f"{day} 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("movement").build(desk, Request(desk.term_period("2 четверть")))
    assert tables(document)["Движение"].rows[0] == ("На начало", 1, 2, -1)
    assert [column.title for column in tables(document)["Движение"].columns[1:3]] == ["2 четверть", "1 четверть"]
    assert (
        "В каникулы перед этим периодом (24.10.2026 – 02.11.2026) прибыло 0, выбыло 1: эти ученики — в отчётах за"
        " месяц и за год." in document.notes
    )


def test_a_pupil_of_two_lists_is_counted_once_and_named(tmp_path: Path) -> None:
    book = Book(students=[IVANOV, ORLOVA]).add_lessons("09-01")
    tried = Trial(tmp_path, book)
    tried.source.second_class = (ILYIN,)
    tried.sync("09-30 21:00")
    tried.source.second_class = (ILYIN, ORLOVA)
    tried.sync("10-07 21:00")
    document = made(tried)
    assert tables(document)["По классам"].rows[:2] == (("7А", 2, 0, 0, 0, 1, 1, -1), ("7Б", 1, 0, 0, 1, 0, 2, 1))
    words = "Числятся сразу в двух классах: Орлова Анна (7А, 7Б). Каждый посчитан там, куда пришёл позже."
    assert words in document.notes


def test_who_was_on_another_list_by_mistake_never_moved(tmp_path: Path) -> None:
    book = Book(students=[IVANOV, ORLOVA]).add_lessons("09-01")
    tried = Trial(tmp_path, book)
    tried.source.second_class = (ILYIN,)
    tried.sync("09-30 21:00")
    tried.source.second_class = (ILYIN, ORLOVA)
    tried.sync("10-07 21:00")
    tried.source.second_class = (ILYIN,)
    for day in ("10-08", "10-09"):
        tried.sync(f"{day} 21:00")
    assert tables(made(tried))["По классам"].rows[:2] == (("7А", 2, 0, 0, 0, 0, 2, 0), ("7Б", 1, 0, 0, 0, 0, 1, 0))


@pytest.mark.parametrize(("back", "figures"), [("10-14", (2, 0, 0, 2)), ("10-15", (2, 1, 1, 2))])
def test_who_is_back_within_a_week_never_left(tmp_path: Path, back: str, figures: tuple[int, ...]) -> None:
    book = Book(students=[IVANOV, ORLOVA]).add_lessons("09-01")
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    book.off_roster.add(1)
    for day in ("10-07", "10-08"):
        tried.sync(f"{day} 21:00")
    book.off_roster.clear()
    tried.sync(f"{back} 21:00")
    rows = {row[0]: row[1] for row in tables(made(tried))["Движение"].rows}
    assert tuple(rows[name] for name in ("На начало", "Прибыло", "Выбыло", "На конец")) == figures


def test_a_class_that_is_dissolved(tmp_path: Path) -> None:
    book = Book(students=[IVANOV], term_end=date(2026, 12, 30)).add_lessons("09-01")
    second = Book(class_id=SECOND_CLASS, group=701, students=[ORLOVA, PETROV], term_end=date(2026, 12, 30))
    book.beside.append(second.add_lessons("09-01"))
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    book.beside.clear()
    book.students = [IVANOV, ORLOVA]
    for day in ("10-12", "10-13", "11-20"):
        tried.sync(f"{day} 21:00")
    document = made(tried)
    shown = tables(document)
    assert shown["По классам"].rows[:2] == (("7А", 1, 0, 0, 1, 0, 2, 1), ("7Б", 2, 0, 1, 0, 1, 0, -2))
    assert shown["По классам"].total == ("Школа", 3, 0, 1, 0, 0, 2, -1)
    assert shown["Наполняемость"].rows == (("7", 1, 2, 2.0, None, None),)
    assert shown["Переведены из класса в класс"].rows[0][:3] == ("Орлова Анна", "7Б", "7А")
    assert shown["Выбыли"].rows[0][:3] == ("7Б", "Петров Пётр", "не позднее 12.10.2026")
    assert "Классов больше нет: 7Б — с 12.10.2026." in document.notes
    later = tables(made(tried, period=NOVEMBER))
    assert [row[0] for row in later["По классам"].rows] == ["7А", "5–9 классы"]
    assert later["Движение"].rows[0] == ("На начало", 2, 3, -1)


@pytest.mark.parametrize("tells_days", [True, False], ids=["the days of the old class", "no days"])
def test_a_class_that_is_opened_within_the_year(tmp_path: Path, tells_days: bool) -> None:
    end = date(2026, 12, 30)
    book = Book(students=[IVANOV, ORLOVA, PETROV], term_end=end).add_lessons("09-01", "10-05")
    starts = {item.id: date(2026, 9, 1) for item in book.students} if tells_days else {}
    book.starts = starts
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    book.students = [IVANOV]
    second = Book(class_id=SECOND_CLASS, group=701, students=[ORLOVA, PETROV], first_lesson=501, term_end=end)
    second.starts = starts
    book.beside.append(second.add_lessons("11-06"))
    for day in ("11-05", "11-06", "11-07"):
        tried.sync(f"{day} 21:00")
    shown = tables(made(tried))
    assert shown["Движение"].rows[0][1] == shown["Движение"].rows[-1][1] == 3
    assert [row[:2] for row in shown["По классам"].rows] == [("7А", 3), ("5–9 классы", 3)]
    assert shown["Наполняемость"].rows == (("7", 1, 3, 3.0, None, None),)
    shown = tables(made(tried, period=NOVEMBER))
    assert shown["Наполняемость"].rows == (("7", 2, 3, 1.5, "1 (7А)", "2 (7Б)"),)
    assert shown["По классам"].rows[:2] == (("7А", 3, 0, 0, 0, 2, 1, -2), ("7Б", 0, 0, 0, 2, 0, 2, 2))
    assert [row[:4] for row in shown["Переведены из класса в класс"].rows] == [
        (name, "7А", "7Б", "не позднее 05.11.2026") for name in ("Орлова Анна", "Петров Пётр")
    ]


def test_classes_of_a_new_year_were_not_opened_within_it(tmp_path: Path) -> None:
    """The dictionaries of the summer lacked them: their pupils are there from the beginning."""
    book = Book(students=[IVANOV]).add_lessons("09-01")
    tried = Trial(tmp_path, book)
    tried.sync("08-28 21:00")
    book.beside.append(Book(class_id=SECOND_CLASS, group=701, students=[ORLOVA]).add_lessons("09-01"))
    for day in ("09-03", "09-04", "10-05"):
        tried.sync(f"{day} 21:00")
    shown = tables(made(tried))
    assert shown["По классам"].rows[:2] == (("7А", 1, 0, 0, 0, 0, 1, 0), ("7Б", 1, 0, 0, 0, 0, 1, 0))
    assert "Прибыли" not in tables(made(tried, period=month_period(date(2026, 9, 1))))


@pytest.mark.parametrize("gone", [True, False], ids=["off the old list", "on both lists"])
def test_a_source_that_tells_of_a_new_class_the_day_of_the_old(tmp_path: Path, gone: bool) -> None:
    book = Book(students=[IVANOV, ORLOVA]).add_lessons("09-01")
    second = Book(class_id=SECOND_CLASS, group=701, students=[PETROV])
    book.beside.append(second.add_lessons("09-01"))
    second.starts = book.starts = {2: date(2026, 9, 1)}
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    second.students = [PETROV, ORLOVA]
    if gone:
        book.off_roster.add(2)
    for day in ("10-07", "10-08"):
        tried.sync(f"{day} 21:00")
    shown = tables(made(tried))
    assert shown["По классам"].rows[:2] == (("7А", 2, 0, 0, 0, 1, 1, -1), ("7Б", 1, 0, 0, 1, 0, 2, 1))
    assert shown["Переведены из класса в класс"].rows[0][:4] == ("Орлова Анна", "7А", "7Б", "не позднее 07.10.2026")


def test_namesakes_are_left_to_people(tmp_path: Path) -> None:
    book = Book(students=[IVANOV, Student(id=2, name="Иванов  Иван")]).add_lessons("09-01")
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    book.off_roster.add(1)
    for day in ("10-07", "10-08"):
        tried.sync(f"{day} 21:00")
    tried.hand_in("10-08 22:00", enrolment_orders=[LEFT])
    shown = tables(made(tried))
    assert shown["Выбыли"].rows == (
        ("7А", "Иванов Иван", "не позднее 07.10.2026", None, "есть тёзка: сверьте сами", None),
    )
    assert "Движение без приказа" not in shown
    assert [row[1] for row in shown["Приказы без движения в списках"].rows] == ["Иванов Иван"]
    assert not any(words.startswith("На каждое движение") for words in made(tried).sections[-1].paragraphs)


def test_lists_that_were_not_read_are_no_data(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(students=[IVANOV]).add_lessons("10-05"))
    tried.sync("10-06 21:00")
    tried.source.broken["roster"] = AnswerError("не читается")
    tried.sync("10-07 21:00")
    document = made(tried, "10-07 21:00")
    assert tables(document)["По классам"].total == ("Школа", *(None,) * 7)
    assert "Нет данных: не прочитаны списки классов: 7А." in document.notes
    assert "Списки классов читаются с 06.10.2026: выбывших раньше не видно." in document.notes


def test_a_day_of_the_past_is_told_as_it_was_told_then(tried: Trial) -> None:
    tried.hand_in("10-12 22:00", enrolment_orders=[CAME])
    then, formats = tried.now, ("html", "xlsx", "pdf")
    first = [path.read_bytes() for path in month_files(tried.settings, then, "movement", OCTOBER.first, formats)]
    tried.source.second_class = (ILYIN,)
    for day in ("13", "14"):
        tried.sync(f"10-{day} 21:00")
    tried.hand_in("10-14 22:00", enrolment_orders=[LEFT, MOVED])
    now = [path.read_bytes() for path in month_files(tried.settings, tried.now, "movement", OCTOBER.first, formats)]
    for _ in range(2):
        paths = month_files(tried.settings, tried.now, "movement", OCTOBER.first, formats, as_of=then)
        assert [path.read_bytes() for path in paths] == first
    assert all(one != other for one, other in zip(first, now, strict=True))
