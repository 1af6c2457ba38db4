"""ACC by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date

import pytest
from support.school import TEACHER, Book

from netcity_sync.compliance.accumulation_norms import norm
from netcity_sync.compliance.finding import Severity
from netcity_sync.errors import AnswerError
from netcity_sync.model import Student, TermKind
from netcity_sync.settings import AccumulationPreset, AccumulationSettings

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


class TestAcc01:
    """Накопляемость: норма 3 при одном уроке в неделю, 5 при двух, 7 при трёх и более."""

    WEEKLY = ("09-01", "09-08", "09-15", "09-22", "09-29", "10-06", "10-13", "10-20")

    @pytest.mark.parametrize(
        ("moment", "marks", "count"),
        [
            ("09-16 21:00", 0, 0),
            ("09-23 21:00", 1, 1),
            ("09-23 21:00", 2, 0),
            ("10-21 21:00", 2, 1),
            ("10-21 21:00", 3, 0),
        ],
        ids=["too early", "1 of 2", "2 of 2", "2 of 3", "3 of 3"],
    )
    def test_the_part_of_the_norm_that_is_due(self, trial, moment: str, marks: int, count: int) -> None:
        book = Book().add_lessons(*self.WEEKLY)
        for lesson in range(101, 101 + marks):
            book.mark(lesson)
        tried = trial(book)
        tried.sync(moment)
        assert len(tried.found("ACC-01")) == count

    def test_at_the_end_of_the_term_it_is_a_violation(self, trial) -> None:
        tried = trial(Book().add_lessons(*self.WEEKLY))
        tried.sync("10-20 21:00")
        assert tried.found("ACC-01")[0].severity is Severity.WARN
        tried.sync("10-21 21:00")
        assert tried.found("ACC-01")[0].severity is Severity.VIOL

    def test_by_the_preset_of_the_school(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-02", "09-08", "09-09", "09-15", "09-16", "09-22", "09-23")
        for lesson in (101, 102, 103):
            book.mark(lesson)
        assert self.counts(trial(book, accumulation={"preset": "graded_3_5_7"})) == 1
        assert self.counts(trial(book, accumulation={"preset": "flat_3_5"})) == 0
        assert self.counts(trial(book, accumulation={"preset": "flat_3_5", "quarter_norm": [4]})) == 1

    @staticmethod
    def counts(tried) -> int:
        tried.sync("09-25 21:00")
        return len(tried.found("ACC-01"))


class TestPresets:
    """The norms of docs/checks.md, written out once more: term, lessons planned in eight or sixteen weeks, marks."""

    QUARTER, HALF = TermKind.QUARTER, TermKind.HALF_YEAR

    @pytest.mark.parametrize(
        ("preset", "quarter", "half"),
        [
            ("graded_3_5_7", {1: 3, 11: 3, 12: 5, 19: 5, 20: 7, 48: 7}, {16: 5, 23: 5, 24: 7, 39: 7, 40: 9, 96: 9}),
            ("flat_3_5", {1: 3, 20: 3, 48: 3}, {16: 5, 96: 5}),
            ("graded_3_3_5", {8: 3, 12: 3, 19: 3, 20: 5, 48: 5}, {16: 5, 39: 5, 40: 7, 96: 7}),
            ("by_lessons", {8: 3, 14: 3, 15: 5, 48: 5}, {16: 5, 29: 5, 30: 7, 96: 7}),
            (
                "detailed",
                {8: 3, 12: 5, 20: 7, 27: 7, 28: 8, 35: 8, 36: 10, 48: 10},
                {16: 6, 24: 10, 40: 14, 56: 16, 72: 20, 96: 20},
            ),
        ],
    )
    def test_each_at_its_boundaries(self, preset: str, quarter: dict[int, int], half: dict[int, int]) -> None:
        settings = AccumulationSettings(preset=AccumulationPreset(preset))
        assert {planned: norm(settings, self.QUARTER, planned, 8) for planned in quarter} == quarter
        assert {planned: norm(settings, TermKind.TRIMESTER, planned, 8) for planned in quarter} == quarter
        assert {planned: norm(settings, self.HALF, planned, 16) for planned in half} == half

    def test_a_norm_of_ones_own(self) -> None:
        settings = AccumulationSettings(preset=AccumulationPreset.BY_LESSONS, quarter_norm=(2, 4))
        assert [norm(settings, self.QUARTER, planned, 8) for planned in (8, 16, 40)] == [2, 4, 4]
        assert norm(settings, self.HALF, 16, 16) == 5


def full_book(pupils: int, with_marks: int, **parts: object) -> Book:
    """Eight weekly lessons; so many pupils, of whom the first have three marks each, and the others none."""
    students = [Student(id=number, name=f"Ученик Павел {number}") for number in range(1, pupils + 1)]
    book = Book(**{"students": students, **parts}).add_lessons(*TestAcc01.WEEKLY)  # type: ignore[arg-type]
    for number in range(1, with_marks + 1):
        for place in range(3):
            book.mark(book.first_lesson + place, student=number)
    return book


class TestAcc02:
    """Накопляемость класса: по норме у 80 % учеников."""

    @pytest.mark.parametrize(
        ("pupils", "with_marks", "count"),
        [(5, 4, 0), (5, 3, 1), (4, 0, 0), (10, 8, 0), (10, 7, 1)],
        ids=["80 %", "60 %", "four pupils", "8 of 10", "7 of 10"],
    )
    def test_the_share(self, trial, pupils: int, with_marks: int, count: int) -> None:
        tried = trial(full_book(pupils, with_marks))
        tried.sync("10-21 21:00")
        assert len(tried.found("ACC-02")) == count

    def test_what_it_says(self, trial) -> None:
        tried = trial(full_book(21, 13))
        tried.sync("10-21 21:00")
        (found,) = tried.found("ACC-02")
        assert found.message == "7А, Химия: отметок по норме у 13 из 21 ученика (62 %), 1 четверть"
        assert (found.place.student_id, found.severity) == (None, Severity.WARN)

    def test_who_may_not_be_judged_is_not_counted(self, trial) -> None:
        book = full_book(7, 4)
        for lesson in range(101, 108):
            book.absent(lesson, student=6)
        book.starts[7] = date(2026, 10, 12)
        tried = trial(book)
        tried.sync("10-21 21:00")
        assert tried.found("ACC-02") == []

    def test_a_class_whose_list_was_not_read(self, trial) -> None:
        tried = trial(full_book(5, 0))
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("10-21 21:00")
        outcome = tried.check("ACC-02")
        assert (outcome.findings, [gap.rule for gap in outcome.no_data]) == ((), ["ACC-02"])


class TestAcc03:
    """Урок почти без отметок; выключено, пока школа не включит."""

    ON = ({"id": "ACC-03", "enabled": True},)

    def test_fewer_than_three(self, trial) -> None:
        book = full_book(8, 3)
        book.add_lessons("10-21", topic="Контрольная работа")
        book.mark(104)
        tried = trial(book, rules=self.ON)
        tried.sync("09-23 21:00")
        assert [item.message for item in tried.found("ACC-03")] == [
            "7А, Химия, 22.09 (1-й урок): 1 отметка на 8 человек"
        ]
        tried.sync("10-22 21:00")
        assert {item.place.lesson_id for item in tried.found("ACC-03")} == {104, 105, 106, 107, 108}

    def test_a_few_pupils_need_no_marks(self, trial) -> None:
        tried = trial(full_book(7, 0), rules=self.ON)
        tried.sync("10-21 21:00")
        assert tried.found("ACC-03") == []

    def test_off_until_it_is_wanted(self, trial) -> None:
        tried = trial(full_book(8, 0))
        tried.sync("10-21 21:00")
        assert tried.found("ACC-03") == []


class TestAcc04:
    """Учитель: ниже нормы больше 30 % журналов."""

    @staticmethod
    def books(*below: bool) -> Book:
        """Journals of one teacher, each below the norm or not."""
        books = [
            full_book(5, 0 if bad else 5, group=700 + place, subject_id=20 + place, first_lesson=101 + 100 * place,
                      first_slot=1 + place)
            for place, bad in enumerate(below)
        ]  # fmt: skip
        books[0].beside = books[1:]
        return books[0]

    @pytest.mark.parametrize(
        ("below", "count"),
        [
            ((True, False, False), 1),
            ((True, False, False, False), 0),
            ((True, True, True) + (False,) * 7, 0),
            ((True, True), 0),
        ],
        ids=["a third", "a quarter", "30 %", "two journals"],
    )
    def test_the_share(self, trial, below: tuple[bool, ...], count: int) -> None:
        tried = trial(self.books(*below))
        tried.sync("10-21 21:00")
        found = tried.found("ACC-04")
        assert [(item.place.staff_id, item.place.subject_group_id) for item in found] == [(TEACHER, None)] * count

    def test_what_it_says(self, trial) -> None:
        tried = trial(self.books(True, True, True, False, False, False, False))
        tried.sync("10-21 21:00")
        (found,) = tried.found("ACC-04")
        assert found.message == "Учебнова Е.: накопляемость ниже нормы в 3 из 7 журналов (43 %), 1 четверть"
        assert found.teacher_ids == (TEACHER,)

    def test_a_journal_that_was_not_read(self, trial) -> None:
        tried = trial(self.books(True, True, True))
        tried.sync("10-21 21:00")
        assert len(tried.found("ACC-04")) == 1
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("10-22 21:00")
        outcome = tried.check("ACC-04")
        assert (outcome.findings, outcome.fixed) == ((), 0)
        assert [gap.reason for gap in outcome.no_data] == ["Учебнова Е.: прочитаны не все журналы учителя"]
