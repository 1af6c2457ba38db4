"""MRK-11 and MRK-12 by the letter of docs/checks.md."""

from datetime import date

import pytest
from support.school import Book

from netcity_sync.compliance.asking import long_ago
from netcity_sync.errors import AnswerError
from netcity_sync.model import AttendanceCode, Mark, Student

TUESDAYS = ("09-01", "09-08", "09-15", "09-22", "09-29", "10-06", "10-13", "10-20")
DAYS = tuple(f"09-{day:02}" for day in range(1, 31) if (day + 1) % 7 not in (0, 6))


class TestMrk11:
    """Давно не опрашивался."""

    def asked(self) -> Book:
        book = Book().add_lessons(*TUESDAYS)
        book.mark(101)
        return book

    @pytest.mark.parametrize(("moment", "count"), [("10-06 21:00", 0), ("10-07 00:10", 1)])
    def test_five_lessons_at_one_a_week(self, trial, moment: str, count: int) -> None:
        tried = trial(self.asked())
        tried.sync(moment)
        found = tried.found("MRK-11")
        assert [item.place.lesson_id for item in found] == [None] * count
        assert all(
            item.message == "7А, Химия (1 четверть): без отметки 5 и более уроков — у 1 ученика: Иванов И. (5)"
            for item in found
        )

    @pytest.mark.parametrize(("a_week", "lessons"), [(1, 5), (2, 5), (3, 8), (4, 10), (5, 13)])
    def test_more_lessons_a_week(self, a_week: int, lessons: int) -> None:
        assert long_ago(5, a_week) == lessons

    def test_daily_lessons(self, trial) -> None:
        book = Book(term_end=date(2026, 9, 30)).add_lessons(*DAYS)
        book.mark(101)
        tried = trial(book)
        tried.sync("09-15 21:00")
        assert tried.found("MRK-11") == []
        tried.sync("09-16 00:10")
        assert "без отметки 10 и более уроков" in tried.found("MRK-11")[0].message

    def test_missed_lessons_do_not_count(self, trial) -> None:
        book = self.asked()
        book.absent(104)
        book.absent(105, AttendanceCode.LATE)
        tried = trial(book)
        tried.sync("10-07 00:10")
        assert tried.found("MRK-11") == []

    def test_who_never_had_a_mark_is_another_rule(self, trial) -> None:
        tried = trial(Book().add_lessons(*TUESDAYS))
        tried.sync("10-07 00:10")
        assert tried.found("MRK-11") == []

    @pytest.mark.parametrize(("mark", "count"), [({"raw": "зач"}, 0), ({"duty": True}, 1), ({"value": 3}, 0)])
    def test_what_is_an_answer(self, trial, mark: dict[str, object], count: int) -> None:
        book = self.asked()
        book.marks.append(
            Mark.model_validate({"student_id": 1, "assignment_id": None, "lesson_id": 103, "value": None, **mark})
        )
        tried = trial(book)
        tried.sync("10-07 00:10")
        assert len(tried.found("MRK-11")) == count

    def test_the_term_is_over(self, trial) -> None:
        tried = trial(self.asked())
        tried.sync("10-20 21:00")
        assert len(tried.found("MRK-11")) == 1
        tried.sync("10-21 00:10")
        assert tried.found("MRK-11") == []

    def test_many_pupils_are_one_finding(self, trial) -> None:
        book = Book(students=[Student(id=n, name=f"Ученик{n} Иван") for n in range(1, 6)]).add_lessons(*TUESDAYS)
        for pupil in range(1, 6):
            book.mark(101, student=pupil)
        tried = trial(book)
        tried.sync("10-07 00:10")
        (found,) = tried.found("MRK-11")
        assert "у 5 учеников: Ученик1 И. (5), Ученик2 И. (5), Ученик3 И. (5) и ещё 2" in found.message


class TestMrk12:
    """Массовое однообразное внесение."""

    def begun(self) -> Book:
        students = [Student(id=1, name="Иванов Иван"), Student(id=2, name="Петрова Анна")]
        return Book(students=students).add_lessons(*DAYS)

    def enter(self, book: Book, dates: int = 5, value: int = 5, pupils: tuple[int, ...] = (1, 2)) -> None:
        for lesson in range(101, 101 + dates):
            for pupil in pupils:
                book.mark(lesson, value, student=pupil)

    @pytest.mark.parametrize(("last", "count"), [(None, 1), (2, 0)], ids=["ten marks", "nine"])
    def test_ten_equal_marks_of_five_dates(self, trial, last: int | None, count: int) -> None:
        book = self.begun()
        tried = trial(book)
        tried.sync("09-09 21:00")
        self.enter(book)
        if last is not None:
            book.marks[-1] = book.marks[-1].model_copy(update={"value": last})
        tried.sync("09-10 21:00")
        found = tried.found("MRK-12")
        assert [(item.place.day, item.place.key) for item in found] == [("2026-09-10", "5")] * count
        assert all(
            item.message == "7А, Химия (1 четверть): между 09.09 21:00 и 10.09 21:00 внесено 10 отметок «5» за 5 дат"
            for item in found
        )

    def test_too_few_dates(self, trial) -> None:
        book = self.begun()
        tried = trial(book)
        tried.sync("09-09 21:00")
        self.enter(book, 4)
        self.enter(book, 4)
        tried.sync("09-10 21:00")
        assert tried.found("MRK-12") == []

    def test_the_first_read_says_nothing(self, trial) -> None:
        book = self.begun()
        self.enter(book)
        tried = trial(book)
        tried.sync("09-10 21:00")
        assert tried.found("MRK-12") == []

    @pytest.mark.parametrize(("before", "count"), [("09-09 09:10", 1), ("09-09 08:50", 0)])
    def test_after_a_gap_nothing_is_said(self, trial, before: str, count: int) -> None:
        book = self.begun()
        tried = trial(book)
        tried.sync(before)
        self.enter(book)
        tried.sync("09-10 21:00")
        assert len(tried.found("MRK-12")) == count

    def test_a_failed_night_makes_a_gap(self, trial) -> None:
        book = self.begun()
        tried = trial(book)
        tried.sync("09-08 21:00")
        tried.source.broken["journal"] = AnswerError("сломан")
        tried.sync("09-09 21:00")
        tried.source.broken.clear()
        self.enter(book)
        tried.sync("09-10 21:00")
        assert tried.found("MRK-12") == []

    def test_a_new_pupil_brings_marks_along(self, trial) -> None:
        book = self.begun()
        tried = trial(book)
        tried.sync("09-09 21:00")
        book.students.append(Student(id=3, name="Новая Ольга"))
        self.enter(book, 7, pupils=(3,))
        self.enter(book, 7, pupils=(3,))
        tried.sync("09-10 21:00")
        assert tried.found("MRK-12") == []

    def test_marks_that_move_to_other_columns(self, trial) -> None:
        book = self.begun()
        self.enter(book)
        tried = trial(book)
        tried.sync("09-09 21:00")
        book.marks.clear()
        self.enter(book)
        tried.sync("09-10 21:00")
        assert tried.found("MRK-12") == []

    def test_it_stays_said(self, trial) -> None:
        book = self.begun()
        tried = trial(book)
        tried.sync("09-09 21:00")
        self.enter(book)
        tried.sync("09-10 21:00")
        tried.sync("09-14 21:00")
        assert len(tried.found("MRK-12")) == 1
