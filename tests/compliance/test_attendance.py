"""ATT by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import Book

from netcity_sync.model import AttendanceCode

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


class TestAtt03:
    """Нет причины у пропуска."""

    @pytest.mark.parametrize(("moment", "count"), [("09-04 23:00", 0), ("09-05 00:00", 1)])
    def test_after_three_school_days(self, trial, moment: str, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        book.absent(101, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync(moment)
        assert len(tried.found("ATT-03")) == count

    def test_a_reason_closes_it(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.absent(101, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert len(tried.found("ATT-03")) == 1
        book.attendance.clear()
        book.absent(101, AttendanceCode.ILLNESS)
        tried.sync("09-09 21:00")
        assert tried.found("ATT-03") == []


class TestAtt05:
    """Противоречие в дне."""

    @staticmethod
    def books(code: AttendanceCode = AttendanceCode.UNKNOWN) -> list[Book]:
        """Three journals with a lesson each on one day; marks at the first and the third, away at the second."""
        books = [
            Book(group=700 + number, subject=subject, subject_id=20 + number, first_lesson=101 + 100 * number,
                 first_slot=1 + number).add_lessons("09-01", "09-08")
            for number, subject in enumerate(("Химия", "Физика", "Алгебра"))
        ]  # fmt: skip
        books[0].beside = books[1:]
        books[0].mark(101)
        books[1].absent(201, code)
        books[2].mark(301)
        return books

    def test_between_two_lessons(self, trial) -> None:
        tried = trial(self.books()[0])
        tried.sync("09-02 21:00")
        (found,) = tried.found("ATT-05")
        assert (found.place.subject_group_id, found.place.lesson_id, found.place.student_id) == (701, 201, 1)
        assert found.message == (
            "7А, Физика, 01.09 (2-й урок): Иванов И. — пропуск «unknown», но отметки есть и на 1-м, и на 3-м уроке"
        )

    @pytest.mark.parametrize(
        ("code", "count"),
        [
            (AttendanceCode.ILLNESS, 1),
            (AttendanceCode.EXCUSED, 0),
            (AttendanceCode.UNEXCUSED, 0),
            (AttendanceCode.EXEMPT, 0),
            (AttendanceCode.LATE, 0),
        ],
    )
    def test_reasons_that_are_known(self, trial, code: AttendanceCode, count: int) -> None:
        tried = trial(self.books(code)[0])
        tried.sync("09-02 21:00")
        assert len(tried.found("ATT-05")) == count

    @pytest.mark.parametrize("kind", ["no mark", "control", "away", "another day", "off the roster"])
    def test_what_proves_no_presence(self, trial, kind: str) -> None:
        books = self.books()
        if kind == "control":
            books[2].set_topic(301, "Зачёт")
        elif kind == "away":
            books[2].absent(301)
        elif kind == "off the roster":
            books[0].off_roster.add(1)
        else:
            books[2].marks.clear()
        if kind == "another day":
            books[2].mark(302)
        tried = trial(books[0])
        tried.sync("09-09 21:00")
        assert tried.found("ATT-05") == []

    def test_who_came_late_was_there(self, trial) -> None:
        books = self.books()
        books[2].absent(301, AttendanceCode.LATE)
        tried = trial(books[0])
        tried.sync("09-02 21:00")
        assert len(tried.found("ATT-05")) == 1


class TestAtt08:
    """Дни подряд отсутствия без причины."""

    @pytest.mark.parametrize(
        ("moment", "count"), [("09-03 23:59", 0), ("09-04 00:00", 1), ("09-20 21:00", 1)], ids=["two", "three", "later"]
    )
    def test_three_days_that_are_over(self, trial, moment: str, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        for lesson in (101, 102, 103):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync(moment)
        assert [item.place.lesson_id for item in tried.found("ATT-08")] == [103] * count

    def test_a_run_over_a_weekend_has_one_name(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        for lesson in (102, 103, 104, 105):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync("09-05 21:00")
        first = tried.found("ATT-08")[0]
        tried.sync("09-20 21:00")
        (found,) = tried.found("ATT-08")
        assert found.id == first.id
        assert found.message == (
            "7А: Иванов И. — нет на уроках 4 учебных дня подряд, с 02.09 по 07.09, причина не указана"
        )

    @pytest.mark.parametrize("code", [None, AttendanceCode.ILLNESS, AttendanceCode.LATE])
    def test_one_day_that_is_known_breaks_the_run(self, trial, code: AttendanceCode | None) -> None:
        book = Book().add_lessons(*WEEK[:5])
        for lesson in (101, 102, 104, 105):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        if code is not None:
            book.absent(103, code)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("ATT-08") == []

    def test_a_day_is_full_over_all_journals(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-02", "09-03", "09-04")
        other = Book(group=701, subject="Физика", first_lesson=201, first_slot=2).add_lessons("09-02")
        book.beside.append(other)
        for lesson in (101, 102, 103):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync("09-10 21:00")
        assert tried.found("ATT-08") == []
        other.absent(201, AttendanceCode.UNKNOWN)
        tried.sync("09-11 21:00")
        assert len(tried.found("ATT-08")) == 1
        other.students = []
        other.attendance = []
        tried.sync("09-12 21:00")
        assert len(tried.found("ATT-08")) == 1

    def test_days_off_do_not_count(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        for lesson in (101, 102, 104):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        tried = trial(book, calendar={"days_off": ["2026-09-03"]})
        tried.sync("09-20 21:00")
        assert len(tried.found("ATT-08")) == 1

    def test_who_left_is_not_looked_for(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        for lesson in (101, 102, 103):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        book.off_roster.add(1)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("ATT-08") == []
