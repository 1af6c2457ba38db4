"""HW by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import CONTROL_TYPE, Book


class TestHw01:
    """Нет домашнего задания."""

    def filled(self, **book: object) -> Book:
        return Book(**book).add_lessons("09-01", "09-02", "09-03")  # type: ignore[arg-type]

    def test_every_day_but_the_last_of_the_term(self, trial) -> None:
        tried = trial(self.filled())
        tried.sync("09-20 21:00")
        assert [item.place.lesson_id for item in tried.found("HW-01")] == [101, 102]

    @pytest.mark.parametrize(("text", "count"), [("§ 5", 0), ("Не задано", 0), (None, 1)])
    def test_any_text_is_homework(self, trial, text: str | None, count: int) -> None:
        book = self.filled()
        book.give_homework(102)
        book.give_homework(101, text=text)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert len(tried.found("HW-01")) == count

    @pytest.mark.parametrize("exempt", [{"grade": 1}, {"extracurricular": True}])
    def test_journals_without_homework(self, trial, exempt: dict[str, object]) -> None:
        tried = trial(self.filled(**exempt))
        tried.sync("09-20 21:00")
        assert tried.found("HW-01") == []

    @pytest.mark.parametrize("topic", ["Контрольная работа № 1", "ЗАЧЁТ по теме"])
    def test_control_works_need_none(self, trial, topic: str) -> None:
        book = self.filled()
        book.add_work(101, CONTROL_TYPE)
        book.set_topic(102, topic)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("HW-01") == []

    def test_a_double_lesson_is_one(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-01", "09-02")
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert [item.place.lesson_id for item in tried.found("HW-01")] == [102]
        book.give_homework(101)
        tried.sync("09-21 21:00")
        assert tried.found("HW-01") == []


class TestHw02:
    """Домашнее задание внесено с опозданием."""

    def test_the_first_homework_counts(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-02", "09-30")
        tried = trial(book)
        tried.sync("09-01 21:00")
        tried.sync("09-02 21:00")
        book.give_homework(101)
        tried.sync("09-03 21:00")
        (found,) = tried.found("HW-02")
        assert found.place.lesson_id == 101
        assert "02.09 21:00 записи ещё не было (позже на 1 день)" in found.message
        book.assignments[0] = book.assignments[0].model_copy(update={"text": "§ 6"})
        tried.sync("09-10 21:00")
        assert len(tried.found("HW-02")) == 1


class TestHw07:
    """Домашние задания даются от случая к случаю."""

    DAYS = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10", "09-11", "09-14", "10-20")

    @pytest.mark.parametrize(("given", "count"), [(8, 0), (7, 1), (0, 1)], ids=["80 %", "70 %", "none"])
    def test_the_share_of_days(self, trial, given: int, count: int) -> None:
        book = Book().add_lessons(*self.DAYS)
        book.give_homework(*range(101, 101 + given))
        tried = trial(book)
        tried.sync("10-01 21:00")
        found = tried.found("HW-07")
        assert [item.place.lesson_id for item in found] == [110] * count
        if given == 7:
            assert found[0].message == "7А, Химия, сентябрь 2026 г.: дней с домашним заданием 7 из 10 (70 %)"

    @pytest.mark.parametrize(("moment", "count"), [("09-30 23:59", 0), ("10-01 00:00", 1)])
    def test_a_month_that_is_over(self, trial, moment: str, count: int) -> None:
        tried = trial(Book().add_lessons(*self.DAYS))
        tried.sync(moment)
        assert len(tried.found("HW-07")) == count

    @pytest.mark.parametrize(
        ("days", "given", "count"),
        [(2, 0, 0), (3, 1, 1), (3, 2, 0)],
        ids=["two days", "two of three missed", "one of three missed"],
    )
    def test_one_slip_is_no_habit(self, trial, days: int, given: int, count: int) -> None:
        book = Book().add_lessons(*self.DAYS[:days], "10-20")
        book.give_homework(*range(101, 101 + given))
        tried = trial(book)
        tried.sync("10-02 21:00")
        assert len(tried.found("HW-07")) == count

    def test_days_that_need_none_do_not_count(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-02", "09-03", "10-20", topic="Контрольная работа")
        tried = trial(book)
        tried.sync("10-02 21:00")
        assert tried.found("HW-07") == []
