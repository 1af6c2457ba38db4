"""LSN by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import ANSWER_TYPE, OTHER_TYPE, Book

from netcity_sync.compliance.finding import Severity
from netcity_sync.compliance.words import is_vague
from netcity_sync.errors import AnswerError
from netcity_sync.model import Mark

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


class TestLsn01:
    """Урок не записан."""

    @pytest.mark.parametrize(
        ("topic", "moment", "count"),
        [
            (None, "09-01 23:58", 0),
            (None, "09-01 23:59", 0),
            (None, "09-02 00:00", 1),
            ("ОГ", "09-02 00:00", 1),
            ("Газ", "09-02 00:00", 0),
        ],
    )
    def test_after_the_day_of_the_lesson(self, trial, topic: str | None, moment: str, count: int) -> None:
        tried = trial(Book().add_lessons("09-01", topic=topic))
        tried.sync(moment)
        assert len(tried.found("LSN-01")) == count

    def test_after_a_week_it_is_urgent(self, trial) -> None:
        tried = trial(Book().add_lessons("09-01", topic=None))
        tried.sync("09-08 21:00")
        assert tried.found("LSN-01")[0].severity is Severity.VIOL
        tried.sync("09-09 21:00")
        assert tried.found("LSN-01")[0].severity is Severity.CRIT

    def test_the_message_names_class_subject_date_and_lesson(self, trial) -> None:
        tried = trial(Book().add_lessons("09-01", topic=None))
        tried.sync("09-02 21:00")
        assert tried.found("LSN-01")[0].message == "7А, Химия, 01.09 (1-й урок): тема урока не записана"


class TestLsn02:
    """Тема внесена с опозданием."""

    @pytest.mark.parametrize(
        ("reads", "count"),
        [
            (("09-01 21:00", "09-02 21:00", "09-03 21:00"), 1),
            (("09-01 21:00", "09-03 21:00"), 0),
            (("09-03 21:00",), 0),
        ],
        ids=["seen without it after the deadline", "may have been entered in time", "never seen without it"],
    )
    def test_only_what_is_certain(self, trial, reads: tuple[str, ...], count: int) -> None:
        book = Book().add_lessons("09-01", topic=None)
        tried = trial(book)
        for moment in reads[:-1]:
            tried.sync(moment)
        book.set_topic(101, "Атомы")
        tried.sync(reads[-1])
        assert len(tried.found("LSN-02")) == count

    def test_a_failed_night_accuses_nobody(self, trial) -> None:
        book = Book().add_lessons("09-01", topic=None)
        tried = trial(book)
        tried.sync("09-01 21:00")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-02 21:00")
        del tried.source.broken["journal"]
        book.set_topic(101, "Атомы")
        tried.sync("09-03 21:00")
        assert tried.found("LSN-02") == []


class TestLsn04:
    """Не указан тип работы у отметки."""

    @pytest.mark.parametrize(
        ("type_id", "count"), [(ANSWER_TYPE, 0), (OTHER_TYPE, 1), (99, 1)], ids=["named", "other", "unknown"]
    )
    def test_a_type_that_says_nothing(self, trial, type_id: int, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        work = book.add_work(102, type_id)
        book.marks.append(Mark(student_id=1, assignment_id=work, lesson_id=102, value=4))
        tried = trial(book)
        tried.sync("09-02 21:00")
        assert [item.place.assignment_id for item in tried.found("LSN-04")] == [work] * count

    def test_a_work_without_marks_is_no_matter(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        work = book.add_work(102, OTHER_TYPE)
        tried = trial(book)
        tried.sync("09-02 21:00")
        assert tried.found("LSN-04") == []
        book.marks.append(Mark(student_id=1, assignment_id=work, lesson_id=102, value=None, duty=True))
        tried.sync("09-03 21:00")
        (found,) = tried.found("LSN-04")
        assert found.message == "7А, Химия, 02.09 (1-й урок): у отметок не указан тип работы («Прочее»)"
        book.marks.clear()
        tried.sync("09-04 21:00")
        assert tried.found("LSN-04") == []

    @pytest.mark.parametrize(
        ("name", "vague"),
        [(None, 1), (" ", 1), ("Прочее", 1), ("ДРУГИЕ работы", 1), ("Проект", 0), ("Работа с другом", 0)],
    )
    def test_names_that_say_nothing(self, name: str | None, vague: int) -> None:
        assert is_vague(name) == vague


class TestLsn05:
    """Отметка без задания."""

    def test_a_loose_mark_and_one_that_vanished(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=102, value=4))
        tried = trial(book)
        tried.sync("09-02 21:00")
        (found,) = tried.found("LSN-05")
        assert (found.place.lesson_id, found.place.student_id) == (102, 1)
        assert found.message == "7А, Химия, 02.09 (1-й урок): Иванов И. — отметка 4 без задания"
        book.marks.clear()
        tried.sync("09-03 21:00")
        assert tried.found("LSN-05") == []
