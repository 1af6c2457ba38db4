"""CHG by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import Book

from netcity_sync.compliance.finding import Severity
from netcity_sync.errors import AnswerError
from netcity_sync.model import Student

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


class TestChg01:
    """Изменена или удалена отметка."""

    @staticmethod
    def change(book: Book, value: int | None, *, duty: bool = False) -> None:
        book.marks[0] = book.marks[0].model_copy(update={"value": value, "duty": duty})

    @pytest.mark.parametrize(
        ("before", "count"), [("09-03 23:59", 0), ("09-04 00:00", 1)], ids=["second day after", "third day after"]
    )
    def test_after_two_days(self, trial, before: str, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        work = book.mark(101, 2)
        tried = trial(book)
        tried.sync(before)
        self.change(book, 4)
        tried.sync("09-07 21:00")
        assert [item.place.assignment_id for item in tried.found("CHG-01")] == [work] * count

    def test_the_message(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, 2)
        tried = trial(book)
        tried.sync("09-06 21:00")
        self.change(book, 4)
        tried.sync("09-07 21:00")
        (found,) = tried.found("CHG-01")
        assert found.message == (
            "7А, Химия, 01.09 (1-й урок): Иванов И. — отметка 2 исправлена на 4, 06.09 21:00 ещё стояла прежняя"
        )
        self.change(book, 5)
        tried.sync("09-08 21:00")
        assert [item.id for item in tried.found("CHG-01")] == [found.id]

    @pytest.mark.parametrize(("value", "count"), [(None, 1), (2, 0)])
    def test_into_a_duty_mark_but_not_out_of_one(self, trial, value: int | None, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, 2 if value is None else None, duty=value is not None)
        tried = trial(book)
        tried.sync("09-06 21:00")
        self.change(book, value, duty=value is None)
        tried.sync("09-07 21:00")
        found = tried.found("CHG-01")
        assert len(found) == count
        assert all("отметка 2 заменена «точкой»" in item.message for item in found)

    def test_a_removal_must_be_confirmed(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, 2)
        tried = trial(book)
        tried.sync("09-06 21:00")
        kept, book.marks = book.marks, []
        tried.sync("09-07 21:00")
        assert tried.found("CHG-01") == []
        tried.sync("09-08 21:00")
        assert "отметка 2 убрана, 06.09 21:00 ещё стояла" in tried.found("CHG-01")[0].message
        book.marks = kept

    def test_a_mark_that_returns_was_not_changed(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, 2)
        tried = trial(book)
        tried.sync("09-06 21:00")
        kept, book.marks = book.marks, []
        tried.sync("09-07 21:00")
        book.marks = kept
        tried.sync("09-08 21:00")
        assert tried.found("CHG-01") == []

    def test_what_returns_as_another_mark_stood_before_it_vanished(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, 2)
        tried = trial(book)
        tried.sync("09-03 21:00")
        kept, book.marks = book.marks, []
        tried.sync("09-06 21:00")
        book.marks = kept
        self.change(book, 3)
        tried.sync("09-07 21:00")
        assert tried.found("CHG-01") == []

    @pytest.mark.parametrize("kind", ["lesson", "column", "pupil", "elsewhere"])
    def test_what_went_with_something_else(self, trial, kind: str) -> None:
        other = Student(id=2, name="Вторая Вера")
        book = Book(students=[Student(id=1, name="Первый П"), other]).add_lessons(*WEEK)
        book.mark(101, 2)
        tried = trial(book)
        tried.sync("09-06 21:00")
        book.marks.clear()
        if kind == "lesson":
            del book.lessons[101]
            book.assignments.clear()
        elif kind == "column":
            book.assignments.clear()
        elif kind == "pupil":
            book.students = [other]
        else:
            book.mark(101, 2)
        for moment in ("09-07 21:00", "09-08 21:00", "09-09 21:00"):
            tried.sync(moment)
        assert tried.found("CHG-01") == []

    def test_a_failed_night_proves_nothing(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, 2)
        tried = trial(book)
        tried.sync("09-03 21:00")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-06 21:00")
        del tried.source.broken["journal"]
        self.change(book, 4)
        tried.sync("09-07 21:00")
        assert tried.found("CHG-01") == []


class TestChg05:
    """Массовое исчезновение данных."""

    @staticmethod
    def book(marks: int) -> Book:
        book = Book(students=[Student(id=1, name="Иванов Иван")]).add_lessons(*WEEK)
        for number in range(marks):
            book.mark(101 + number % len(WEEK), student=1)
        return book

    @pytest.mark.parametrize(("lost", "count"), [(9, 0), (10, 1), (20, 1)])
    def test_at_least_ten_records(self, trial, lost: int, count: int) -> None:
        book = self.book(20)
        tried = trial(book, sync={"shrink_share": 0.1})
        tried.sync("09-11 21:00")
        del book.marks[:lost]
        tried.sync("09-12 21:00")
        assert len(tried.found("CHG-05")) == count

    @pytest.mark.parametrize(("share", "count"), [(10 / 29, 0), (9.9 / 29, 1)])
    def test_more_than_a_share(self, trial, share: float, count: int) -> None:
        book = self.book(10)  # 1 pupil, 8 lessons, 10 columns, 10 marks
        tried = trial(book, sync={"shrink_share": share})
        tried.sync("09-11 21:00")
        book.marks.clear()
        tried.sync("09-12 21:00")
        assert len(tried.found("CHG-05")) == count

    def test_what_comes_back_is_fixed(self, trial) -> None:
        book = self.book(20)
        tried = trial(book)
        tried.sync("09-11 21:00")
        kept, book.marks = book.marks, []
        tried.sync("09-12 21:00")
        (found,) = tried.found("CHG-05")
        assert found.severity is Severity.CRIT
        assert found.message == (
            "7А, Химия (1 четверть): 12.09 21:00 в журнале не оказалось 20 записей из 49, не вернулось 20"
        )
        book.marks = kept[5:]
        tried.sync("09-13 21:00")
        assert tried.check("CHG-05").fixed == 1

    def test_what_stays_away_stays_open(self, trial) -> None:
        book = self.book(20)
        tried = trial(book)
        tried.sync("09-11 21:00")
        book.marks = []
        for night in ("09-12", "09-13", "09-14"):
            tried.sync(f"{night} 21:00")
            assert len(tried.found("CHG-05")) == 1
