"""ACC by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import Book

from netcity_sync.compliance.finding import Severity

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
