"""MRK-06, MRK-07 and MRK-08 by the letter of docs/checks.md."""

from datetime import date

import pytest
from support.school import Book

from netcity_sync.model import AttendanceCode, Grading, Mark

DAYS = tuple(f"09-{day:02}" for day in range(1, 31) if (day + 1) % 7 not in (0, 6))


def back_on(lesson: int, missed: int, code: AttendanceCode = AttendanceCode.ILLNESS, **kept: object) -> Book:
    """A «2» at a lesson, after that many missed ones."""
    book = Book(**kept).add_lessons(*DAYS)  # type: ignore[arg-type]
    for number in range(lesson - missed, lesson):
        book.absent(number, code)
    book.mark(lesson, 2)
    return book


class TestMrk06:
    """«2» на первом уроке после пропусков."""

    @pytest.mark.parametrize(("missed", "count"), [(2, 0), (3, 1), (4, 1)])
    def test_three_missed_in_a_row(self, trial, missed: int, count: int) -> None:
        tried = trial(back_on(106, missed))
        tried.sync("09-20 21:00")
        found = tried.found("MRK-06")
        assert [(item.place.lesson_id, item.place.student_id) for item in found] == [(106, 1)] * count
        assert all(
            item.message == f"7А, Химия, 08.09 (1-й урок): Иванов И. — «2» на первом уроке после {missed} пропущенных"
            " подряд"
            for item in found
        )

    @pytest.mark.parametrize("code", [AttendanceCode.LATE, AttendanceCode.REMOTE, AttendanceCode.EXEMPT])
    def test_who_was_not_absent(self, trial, code: AttendanceCode) -> None:
        tried = trial(back_on(106, 4, code))
        tried.sync("09-20 21:00")
        assert tried.found("MRK-06") == []

    def test_the_second_lesson_is_no_matter(self, trial) -> None:
        book = back_on(106, 4)
        book.marks.clear()
        book.mark(107, 2)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("MRK-06") == []

    def test_a_two_that_was_put_right(self, trial) -> None:
        book = back_on(106, 4)
        tried = trial(book)
        tried.sync("09-20 21:00")
        book.marks[0] = book.marks[0].model_copy(update={"value": 4})
        tried.sync("09-21 21:00")
        assert tried.found("MRK-06") == []

    def test_lessons_before_the_first_day_are_not_missed(self, trial) -> None:
        tried = trial(back_on(106, 4, starts={1: date(2026, 9, 4)}))
        tried.sync("09-20 21:00")
        assert tried.found("MRK-06") == []


class TestMrk07:
    """«2» в начале или в конце периода."""

    @pytest.mark.parametrize(
        ("lesson", "words"),
        [(101, "первом уроке (1 четверть)"), (102, None), (101 + len(DAYS) - 1, "последнем уроке (1 четверть)")],
    )
    def test_the_first_and_the_last_lesson(self, trial, lesson: int, words: str | None) -> None:
        book = Book().add_lessons(*DAYS)
        book.mark(lesson, 2)
        tried = trial(book)
        tried.sync("10-01 21:00")
        assert [item.message.partition("«2» на ")[2] for item in tried.found("MRK-07")] == [words] * (words is not None)

    def test_only_twos(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.mark(101, 3)
        tried = trial(book)
        tried.sync("10-01 21:00")
        assert tried.found("MRK-07") == []


class TestMrk08:
    """«2» не исправлена."""

    def test_three_attended_lessons(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.mark(102, 2)
        book.absent(103)
        tried = trial(book)
        tried.sync("09-07 23:00")
        assert tried.found("MRK-08") == []
        tried.sync("09-08 23:00")
        assert tried.found("MRK-08") == []
        tried.sync("09-09 00:10")
        (found,) = tried.found("MRK-08")
        assert found.message == "7А, Химия, 02.09 (1-й урок): Иванов И. — «2», за 3 урока после неё новой отметки нет"

    @pytest.mark.parametrize(("lesson", "value", "count"), [(102, 4, 0), (102, 2, 1), (104, 2, 0), (101, 5, 1)])
    def test_what_puts_it_right(self, trial, lesson: int, value: int, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        book.mark(102, 2)
        book.mark(lesson, value)
        tried = trial(book)
        tried.sync("09-08 10:00")
        assert len([item for item in tried.found("MRK-08") if item.place.lesson_id == 102]) == count

    def test_a_vanished_mark_counts_until_it_is_confirmed(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.mark(102, 2)
        book.mark(103, 4)
        tried = trial(book)
        tried.sync("09-10 21:00")
        book.marks.pop()
        tried.sync("09-11 21:00")
        assert tried.found("MRK-08") == []
        tried.sync("09-14 21:00")
        assert len(tried.found("MRK-08")) == 1

    @pytest.mark.parametrize("rule", ["MRK-06", "MRK-07", "MRK-08"])
    @pytest.mark.parametrize(
        "exempt", [{"grade": 1}, {"grading": Grading.NOT_RATED}, {"extracurricular": True}, {"individual_plan": True}]
    )
    def test_journals_without_marks(self, trial, rule: str, exempt: dict[str, object]) -> None:
        book = back_on(106, 4, **exempt)
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=101, value=2))
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found(rule) == []
