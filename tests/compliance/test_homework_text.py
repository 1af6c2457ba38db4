"""HW-03 to HW-06 by the letter of docs/checks.md: what each finds, the boundary, when it says nothing."""

import pytest
from support.school import HOMEWORK_TYPE, Book, Trial

from netcity_sync.compliance.homework_words import is_for_holidays, is_formal, is_long_task, is_none_set
from netcity_sync.errors import AnswerError
from netcity_sync.model import Assignment

DAYS = tuple(f"09-{day:02}" for day in range(1, 31) if (day + 1) % 7 not in (0, 6))


def set_for(book: Book, given: int, due: int, text: str) -> None:
    """Homework given at one lesson that stands in the column of another."""
    book.assignments.append(
        Assignment(
            id=7000 + len(book.assignments), type_id=HOMEWORK_TYPE, homework=True, lesson_id=due,
            given_at_lesson_id=given, text=text,
        )
    )  # fmt: skip


class TestWords:
    """What the texts mean."""

    @pytest.mark.parametrize(
        ("text", "formal"),
        [
            ("—", 1), ("/", 1), ("-", 1), ("..", 1), ("аб", 1), ("см. тетрадь", 1), ("По тетради.", 1), ("Выучить", 1),
            ("§5", 0), ("№7", 0), ("5", 0), ("стр", 0), ("Выучить слова", 0), ("Не задано", 0), ("тетрадь, № 5", 0),
        ],
    )  # fmt: skip
    def test_formal(self, text: str, formal: int) -> None:
        assert is_formal(text) == formal

    @pytest.mark.parametrize(
        ("text", "none"), [("Не задано", 1), ("нет", 1), ("Без задания", 1), ("Не забыть атлас", 0), ("нетто", 0)]
    )
    def test_nothing_set(self, text: str, none: int) -> None:
        assert is_none_set(text) == none

    @pytest.mark.parametrize(
        ("text", "long"),
        [
            ("Подготовить реферат", 1), ("Сообщение о поэте", 1), ("Презентация", 1), ("исследовательская работа", 1),
            ("Защита проекта", 0), ("Закончить презентацию", 0), ("Доклад по желанию", 0), ("Прочитать сообщение", 0),
            ("§ 5", 0),
        ],
    )  # fmt: skip
    def test_long(self, text: str, long: int) -> None:
        assert is_long_task(text) == long

    @pytest.mark.parametrize(
        ("text", "holidays"),
        [
            ("Читать на каникулах", 1), ("Задание на зимние каникулы", 1), ("За каникулы: с. 5", 1),
            ("После каникул — атлас", 0), ("Рассказ о каникулах", 0),
        ],
    )  # fmt: skip
    def test_holidays(self, text: str, holidays: int) -> None:
        assert is_for_holidays(text) == holidays


class TestHw03:
    """Формальное домашнее задание."""

    @pytest.mark.parametrize(("moment", "count"), [("09-01 23:50", 0), ("09-02 00:10", 1)])
    def test_after_the_deadline(self, trial, moment: str, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        book.give_homework(101, text="см. тетрадь")
        tried = trial(book)
        tried.sync(moment)
        found = tried.found("HW-03")
        assert [item.place.lesson_id for item in found] == [101] * count
        assert all(item.message == "7А, Химия, 01.09: вместо домашнего задания — «см. тетрадь»" for item in found)

    def test_another_task_of_the_day_makes_it_good(self, trial) -> None:
        book = Book().add_lessons("09-01", *DAYS)
        book.give_homework(101, text="/")
        set_for(book, 102, 103, "§ 5")
        tried = trial(book)
        tried.sync("09-05 21:00")
        assert tried.found("HW-03") == []

    @pytest.mark.parametrize(
        ("lessons", "text", "named"),
        [
            ((101, 102), "§ 5", []), ((101, 102, 103), "§ 5", [103]), ((101, 102, 103, 104), "§ 5", [103]),
            ((101, 102, 104), "§ 5", []), ((101, 102, 103), "Не задано", []), ((101, 102), "/", [101, 102]),
        ],
    )  # fmt: skip
    def test_the_same_again(self, trial, lessons: tuple[int, ...], text: str, named: list[int]) -> None:
        book = Book().add_lessons(*DAYS)
        book.give_homework(*lessons, text=text)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert [item.place.lesson_id for item in tried.found("HW-03")] == named

    @pytest.mark.parametrize("exempt", [{"grade": 1}, {"extracurricular": True}])
    def test_journals_without_homework(self, trial, exempt: dict[str, object]) -> None:
        book = Book(**exempt).add_lessons(*DAYS)
        book.give_homework(101, text="Задание на каникулы: подготовить реферат")
        book.give_homework(102, text="/")
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert [tried.found(rule) for rule in ("HW-03", "HW-05", "HW-06")] == [[], [], []]


class TestHw04:
    """Перегрузка домашними заданиями на день."""

    def loaded(self, subjects: int, grade: int = 7, text: str = "§ 5", **last: object) -> Book:
        """Homework for the second lesson in so many subjects."""
        books = [
            Book(
                **{  # type: ignore[arg-type]
                    "grade": grade, "group": 700 + number, "subject_id": 14 + number, "subject": f"Предмет {number}",
                    "first_lesson": 101 + 1000 * number, "first_slot": 1 + number,
                    **(last if number == subjects - 1 else {}),
                }
            ).add_lessons("09-01", "09-02")
            for number in range(subjects)
        ]  # fmt: skip
        for book in books:
            set_for(book, book.first_lesson, book.first_lesson + 1, text)
        books[0].beside = books[1:]
        return books[0]

    @pytest.mark.parametrize(
        ("grade", "subjects", "count"),
        [(2, 4, 0), (3, 5, 1), (5, 5, 0), (5, 6, 1), (7, 6, 0), (7, 7, 1), (9, 7, 0), (11, 8, 1)],
    )
    def test_the_limit_of_the_grade(self, trial, grade: int, subjects: int, count: int) -> None:
        tried = trial(self.loaded(subjects, grade))
        tried.sync("09-01 21:00")
        found = tried.found("HW-04")
        assert [(item.place.class_id, item.place.day) for item in found] == [(70, "2026-09-02")] * count
        assert all(
            f"{grade}А: на 02.09 задано по {subjects} предметам, а допустимо не больше" in x.message for x in found
        )

    @pytest.mark.parametrize(
        "last", [{"extracurricular": True}, {"individual_plan": True}, {"subject_id": 14}, {"students": []}]
    )
    def test_what_does_not_count(self, trial, last: dict[str, object]) -> None:
        tried = trial(self.loaded(7, **last))
        tried.sync("09-01 21:00")
        assert tried.found("HW-04") == []

    def test_nothing_set(self, trial) -> None:
        tried = trial(self.loaded(7, text="Не задано"))
        tried.sync("09-01 21:00")
        assert tried.found("HW-04") == []

    def test_the_limit_can_be_set(self, tmp_path) -> None:
        tried = Trial(tmp_path, self.loaded(7), rules=[{"id": "HW-04", "grades": [7, 7], "params": {"most_6_8": 7}}])
        tried.sync("09-01 21:00")
        assert tried.found("HW-04") == []

    def test_a_class_not_read_whole(self, trial) -> None:
        tried = trial(self.loaded(7))
        tried.sync("09-01 21:00")
        tried.source.broken["journal"] = AnswerError("сломан")
        tried.sync("09-02 21:00")
        outcome = tried.check("HW-04")
        assert outcome.findings == ()
        assert [item.reason for item in outcome.no_data] == ["7А: прочитаны не все журналы класса"]


class TestHw05:
    """Задание на выходной или каникулы."""

    def test_by_its_words(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        set_for(book, 101, 102, "Прочитать на каникулах")
        set_for(book, 102, 103, "После каникул принести атлас")
        tried = trial(book)
        tried.sync("09-01 21:00")
        (found,) = tried.found("HW-05")
        assert found.message == "7А, Химия, 01.09 (1-й урок): задание на каникулы"

    @pytest.mark.parametrize(("text", "count"), [("§ 5", 1), ("Не задано", 0)])
    def test_a_day_off(self, tmp_path, text: str, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        set_for(book, 101, 102, text)
        tried = Trial(tmp_path, book, calendar={"days_off": ["2026-09-02"]})
        tried.sync("09-01 21:00")
        found = tried.found("HW-05")
        assert [item.place.lesson_id for item in found] == [101] * count
        assert all(item.message.endswith("задание на 02.09, нерабочий день") for item in found)

    def test_the_first_lesson_after_a_vacation(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-14")
        set_for(book, 101, 102, "§ 5")
        tried = trial(book)
        tried.sync("09-01 21:00")
        assert tried.found("HW-05") == []


class TestHw06:
    """Длинное задание к следующему уроку."""

    @pytest.mark.parametrize(("next_day", "count"), [("09-02", 1), ("09-03", 1), ("09-04", 0)])
    def test_two_days(self, trial, next_day: str, count: int) -> None:
        book = Book().add_lessons("09-01", next_day)
        set_for(book, 101, 102, "подготовить реферат")
        tried = trial(book)
        tried.sync("09-01 21:00")
        found = tried.found("HW-06")
        assert [item.place.lesson_id for item in found] == [101] * count
        day = f"{next_day[3:]}.09"
        assert all(
            item.message == f"7А, Химия, 01.09 (1-й урок): долгая работа («подготовить реферат») задана к {day}"
            for item in found
        )

    @pytest.mark.parametrize(("due", "text"), [(103, "Подготовить реферат"), (102, "Защита проекта"), (101, "Доклад")])
    def test_time_enough(self, trial, due: int, text: str) -> None:
        book = Book().add_lessons("09-01", "09-02", "09-03")
        set_for(book, 101, due, text)
        tried = trial(book)
        tried.sync("09-01 21:00")
        assert tried.found("HW-06") == []
