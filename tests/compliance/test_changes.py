"""CHG by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date

import pytest
from support.school import Book, Trial

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


class TestChg02:
    """Правки закрытого периода."""

    @staticmethod
    def tried(trial, *moments: str, **sections: object) -> Trial:
        """A term that ends on 8 September, read at these moments, with a mark at the first lesson."""
        book = Book(term_end=date(2026, 9, 8)).add_lessons(*WEEK[:6])
        book.mark(101, 2)
        made: Trial = trial(book, **sections)
        for moment in moments:
            made.sync(moment)
        return made

    @pytest.mark.parametrize(("before", "count"), [("09-15 23:59", 0), ("09-16 00:01", 1)])
    def test_seven_days_after_its_end(self, trial, before: str, count: int) -> None:
        tried = self.tried(trial, before)
        tried.book.mark(102, 5)
        tried.sync("09-20 21:00")
        findings = tried.found("CHG-02")
        assert [item.message for item in findings] == [
            "7А, Химия (1 четверть): период закрыт, а 20.09 21:00 впервые увидены правки: отметок поставлено 1"
        ] * count
        assert all(item.place.day == "2026-09-20" and item.severity is Severity.CRIT for item in findings)

    def test_all_kinds_of_changes_of_a_day_are_one_finding(self, trial) -> None:
        tried = self.tried(trial, "09-10 21:00")
        tried.book.mark(103, 3)
        tried.sync("09-16 21:00")
        tried.book.marks[0] = tried.book.marks[0].model_copy(update={"value": 4})
        tried.book.marks.append(tried.book.marks.pop(1).model_copy(update={"value": None, "duty": True}))
        tried.book.mark(104, 5)
        tried.book.set_topic(105, "Другая тема")
        tried.sync("09-17 21:00")
        (found,) = tried.found("CHG-02")
        assert found.message.endswith(
            "17.09 21:00 впервые увидены правки: отметок поставлено 1, изменено 2, тем переписано 1"
        )
        tried.book.mark(101, 5)
        tried.sync("09-18 21:00")
        assert [item.place.day for item in tried.found("CHG-02")] == ["2026-09-17", "2026-09-18"]

    def test_a_removal_must_be_confirmed(self, trial) -> None:
        tried = self.tried(trial, "09-16 21:00")
        tried.book.marks.clear()
        tried.sync("09-17 21:00")
        assert tried.found("CHG-02") == []
        tried.sync("09-18 21:00")
        (found,) = tried.found("CHG-02")
        assert found.message.endswith("17.09 21:00 впервые увидены правки: убрано 1")

    def test_what_returns_or_stands_beside_is_no_change(self, trial) -> None:
        tried = self.tried(trial, "09-16 21:00")
        kept, tried.book.marks = tried.book.marks, []
        tried.sync("09-17 21:00")
        tried.book.marks = kept
        tried.sync("09-18 21:00")
        tried.book.marks = []
        tried.book.mark(101, 2)
        for night in ("09-19", "09-20", "09-21"):
            tried.sync(f"{night} 21:00")
        assert tried.found("CHG-02") == []

    def test_an_arrival_brings_marks_along(self, trial) -> None:
        tried = self.tried(trial, "09-16 21:00")
        tried.book.students.append(Student(id=2, name="Новенькая Анна"))
        tried.book.mark(102, 5, student=2)
        tried.sync("09-17 21:00")
        assert tried.found("CHG-02") == []

    def test_a_departure_takes_marks_along(self, trial) -> None:
        tried = self.tried(trial, "09-16 21:00")
        tried.book.students = [Student(id=2, name="Вторая Вера")]
        tried.book.marks.clear()
        for night in ("09-17", "09-18", "09-19"):
            tried.sync(f"{night} 21:00")
        assert tried.found("CHG-02") == []

    def test_a_first_read_and_a_failed_night_prove_nothing(self, trial) -> None:
        tried = self.tried(trial, "09-14 21:00")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-16 21:00")
        del tried.source.broken["journal"]
        tried.book.mark(102, 5)
        tried.sync("09-17 21:00")
        assert tried.found("CHG-02") == []
        assert self.tried(trial, "09-30 21:00").found("CHG-02") == []

    def test_the_days_may_be_set(self, trial) -> None:
        tried = self.tried(trial, "09-09 21:00", rules=[{"id": "CHG-02", "params": {"days": 0}}])
        tried.book.mark(102, 5)
        tried.sync("09-10 21:00")
        assert len(tried.found("CHG-02")) == 1


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

    @pytest.mark.parametrize(("lost", "count"), [(9, 0), (10, 1)])
    def test_ten_marks_of_a_large_journal_once_confirmed(self, trial, lost: int, count: int) -> None:
        book = self.book(60)
        tried = trial(book)
        tried.sync("09-11 21:00")
        del book.marks[:lost]
        tried.sync("09-12 21:00")
        assert tried.found("CHG-05") == []
        tried.sync("09-13 21:00")
        assert [item.message for item in tried.found("CHG-05")] == [
            f"7А, Химия (1 четверть): 12.09 21:00 в журнале не оказалось и не вернулось: отметок {lost}"
        ] * count

    @pytest.mark.parametrize("kind", ["back", "beside", "departed", "changed"])
    def test_marks_that_are_not_lost(self, trial, kind: str) -> None:
        book = self.book(60)
        book.students.append(Student(id=2, name="Вторая Вера"))
        tried = trial(book)
        tried.sync("09-11 21:00")
        kept, book.marks = book.marks[:12], book.marks[12:]
        if kind == "beside":
            for _ in range(12):
                book.mark(108)
        elif kind == "departed":
            book.students.pop(0)
            book.marks.clear()
            book.assignments.extend(book.assignments[:0])
        elif kind == "changed":
            book.marks += [item.model_copy(update={"value": 5}) for item in kept]
        tried.sync("09-12 21:00")
        if kind == "back":
            book.marks += kept
        tried.sync("09-13 21:00")
        tried.sync("09-14 21:00")
        messages = [item.message for item in tried.found("CHG-05") if "отметок" in item.message]
        assert messages == []

    @pytest.mark.parametrize(
        ("lesson", "topic", "instead", "count"),
        [
            (101, "Тема урока 1", None, 1),
            (101, None, None, 0),
            (108, "Тема урока 8", None, 0),
            (101, "Тема урока 1", "Тема урока 1", 0),
            (101, "Тема урока 1", "Иное", 0),
        ],
        ids=["written", "empty", "still to come", "made anew", "moved"],
    )
    def test_a_written_lesson(self, trial, lesson: int, topic: str | None, instead: str | None, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        for number in range(101, 109):
            book.set_topic(number, f"Тема урока {number - 100}")
        book.set_topic(lesson, topic)
        tried = trial(book)
        tried.sync("09-10 12:00")
        gone = book.lessons.pop(lesson)
        if instead is not None:
            book.lessons[201] = gone.model_copy(update={"id": 201, "topic": instead})
        tried.sync("09-11 21:00")
        assert tried.found("CHG-05") == []
        tried.sync("09-12 21:00")
        assert [item.message for item in tried.found("CHG-05")] == [
            "7А, Химия (1 четверть): 11.09 21:00 в журнале не оказалось и не вернулось: проведённых уроков 1"
        ] * count

    def test_a_lesson_with_marks(self, trial) -> None:
        book = Book().add_lessons(*WEEK, topic=None)
        book.mark(102)
        tried = trial(book)
        tried.sync("09-10 12:00")
        del book.lessons[102]
        for night in ("09-11", "09-12"):
            tried.sync(f"{night} 21:00")
        assert len(tried.found("CHG-05")) == 1

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
