"""CTL by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import CONTROL_TYPE, Book

from netcity_sync.model import Student


class TestCtl01:
    """Больше одной контрольной в день."""

    @staticmethod
    def books(**other: object) -> tuple[Book, Book]:
        """Химия and Физика on the same days, Физика one lesson later; a control work in each on the second of them."""
        book = Book().add_lessons("09-01", "09-03", "09-08")
        beside = Book(
            **{"group": 701, "subject": "Физика", "subject_id": 15, "first_lesson": 201, "first_slot": 2, **other}  # type: ignore[arg-type]
        ).add_lessons("09-01", "09-03", "09-08")
        book.beside.append(beside)
        book.add_work(102, CONTROL_TYPE)
        beside.set_topic(202, "Лабораторная работа № 2")
        return book, beside

    def test_the_later_one_is_named(self, trial) -> None:
        book, _ = self.books()
        tried = trial(book)
        tried.sync("09-04 21:00")
        (found,) = tried.found("CTL-01")
        assert (found.place.subject_group_id, found.place.lesson_id, found.place.student_id) == (701, 202, None)
        assert found.message == (
            "7А, Физика, 03.09 (2-й урок): не первая контрольная работа за день, в тот же день — Химия"
        )

    @pytest.mark.parametrize(
        "other",
        [
            {"subject_id": 14},
            {"students": [Student(id=2, name="Вторая Вера")]},
            {"individual_plan": True},
            {"extracurricular": True},
        ],
        ids=["subgroups of one subject", "other pupils", "a plan of one's own", "extracurricular"],
    )
    def test_what_is_no_second_work(self, trial, other: dict[str, object]) -> None:
        book, _ = self.books(**other)
        tried = trial(book)
        tried.sync("09-04 21:00")
        assert tried.found("CTL-01") == []

    def test_another_day(self, trial) -> None:
        book, beside = self.books()
        beside.set_topic(202, "Тема урока")
        beside.set_topic(203, "Лабораторная работа № 2")
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("CTL-01") == []

    def test_a_double_lesson_is_one_work(self, trial) -> None:
        book = Book().add_lessons("09-03", "09-03", "09-08", topic="Контрольная работа")
        tried = trial(book)
        tried.sync("09-04 21:00")
        assert tried.found("CTL-01") == []

    def test_what_is_to_come_counts_by_its_column(self, trial) -> None:
        book, beside = self.books()
        tried = trial(book)
        tried.sync("09-03 23:59")
        assert tried.found("CTL-01") == []
        beside.add_work(202, CONTROL_TYPE)
        tried.sync("09-03 23:59")
        assert len(tried.found("CTL-01")) == 1
        beside.assignments.clear()
        beside.set_topic(202, "Тема урока")
        tried.sync("09-04 21:00")
        assert tried.found("CTL-01") == []
