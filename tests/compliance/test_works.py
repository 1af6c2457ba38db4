"""MRK-03 and MRK-04 by the letter of docs/checks.md."""

import pytest
from support.school import CONTROL_TYPE, Book

from netcity_sync.errors import AnswerError
from netcity_sync.model import AttendanceCode, Grading, Mark, Student

DAYS = tuple(f"09-{day:02}" for day in range(1, 31) if (day + 1) % 7 not in (0, 6))
PUPILS = [Student(id=1, name="Иванов Иван Петрович"), Student(id=2, name="Петрова Анна Олеговна")]


def written(marked: int | None = 2, **kept: object) -> Book:
    """A control work at the first lesson of September, with a mark for one pupil."""
    book = Book(students=list(PUPILS), **kept).add_lessons(*DAYS)  # type: ignore[arg-type]
    work = book.add_work(101, CONTROL_TYPE)
    if marked is not None:
        book.marks.append(Mark(student_id=marked, assignment_id=work, lesson_id=101, value=4))
    return book


class TestMrk03:
    """Нет отметок у присутствовавших на контрольной."""

    @pytest.mark.parametrize(("moment", "count"), [("09-04 23:50", 0), ("09-05 00:10", 1)])
    def test_after_the_deadline_of_the_kind_of_work(self, trial, moment: str, count: int) -> None:
        tried = trial(written())
        tried.sync(moment)
        found = tried.found("MRK-03")
        assert [item.place.lesson_id for item in found] == [101] * count
        assert all(
            item.message == "7А, Химия, 01.09 (1-й урок): работа «Контрольная работа» — нет отметки у 1 ученика из"
            " присутствовавших: Иванов И."
            for item in found
        )

    def test_nobody_has_a_mark(self, trial) -> None:
        tried = trial(written(None))
        tried.sync("09-08 21:00")
        assert tried.found("MRK-03")[0].message.endswith("отметок нет ни у кого")

    @pytest.mark.parametrize(
        ("code", "count"),
        [
            (AttendanceCode.LATE, 1), (AttendanceCode.ILLNESS, 0), (AttendanceCode.UNKNOWN, 0),
            (AttendanceCode.EXEMPT, 0), (AttendanceCode.REMOTE, 0),
        ],
    )  # fmt: skip
    def test_who_was_there(self, trial, code: AttendanceCode, count: int) -> None:
        book = written()
        book.absent(101, code)
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert len(tried.found("MRK-03")) == count

    @pytest.mark.parametrize("mark", [{"value": 5}, {"duty": True}, {"raw": "зач"}])
    def test_anything_in_another_column_of_the_day_is_enough(self, trial, mark: dict[str, object]) -> None:
        book = written()
        book.marks.append(
            Mark.model_validate(
                {"student_id": 1, "assignment_id": book.add_work(101), "lesson_id": 101, "value": None, **mark}
            )
        )
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert tried.found("MRK-03") == []

    def test_a_double_lesson_is_one_work(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-01", *DAYS[1:])
        book.set_topic(101, "Контрольная работа № 1")
        book.set_topic(102, "Контрольная работа № 1")
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert [item.place.lesson_id for item in tried.found("MRK-03")] == [102]
        book.mark(101)
        tried.sync("09-09 21:00")
        assert tried.found("MRK-03") == []

    @pytest.mark.parametrize(
        ("topic", "count"),
        [("Контрольная работа № 1", 1), ("Диктант", 1), ("Самостоятельная работа", 0), ("Сочинение", 0), ("Тест", 0)],
    )
    def test_a_topic_alone(self, trial, topic: str, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        book.set_topic(101, topic)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert len(tried.found("MRK-03")) == count

    @pytest.mark.parametrize(
        "exempt", [{"grade": 1}, {"grading": Grading.NOT_RATED}, {"extracurricular": True}, {"individual_plan": True}]
    )
    def test_journals_without_marks(self, trial, exempt: dict[str, object]) -> None:
        tried = trial(written(**exempt))
        tried.sync("09-08 21:00")
        assert tried.found("MRK-03") == []

    def test_who_left_and_who_came_later(self, trial) -> None:
        book = written()
        book.off_roster.add(1)
        tried = trial(book)
        tried.sync("09-08 21:00")
        assert tried.found("MRK-03") == []

    def test_a_vanished_mark_counts_until_it_is_confirmed(self, trial) -> None:
        book = written()
        book.marks.append(Mark(student_id=1, assignment_id=9000, lesson_id=101, value=5))
        tried = trial(book)
        tried.sync("09-08 21:00")
        book.marks.pop()
        tried.sync("09-09 21:00")
        assert tried.found("MRK-03") == []
        tried.sync("09-10 21:00")
        assert len(tried.found("MRK-03")) == 1

    @pytest.mark.parametrize("rule", ["MRK-03", "MRK-04", "MRK-06", "MRK-07", "MRK-08", "MRK-11", "HW-03", "HW-05"])
    def test_a_failed_read_is_no_finding(self, trial, rule: str) -> None:
        tried = trial(written())
        tried.sync("09-08 21:00")
        tried.source.broken["journal"] = AnswerError("сломан")
        tried.sync("09-09 21:00")
        outcome = tried.check(rule)
        assert (outcome.findings, len(outcome.no_data)) == ((), 1)


class TestMrk04:
    """Долг по контрольной у отсутствовавших."""

    def away(self, *lessons: int) -> Book:
        book = written()
        for lesson in lessons:
            book.absent(lesson)
        return book

    @pytest.mark.parametrize(("moment", "count"), [("09-16 23:50", 0), ("09-17 00:10", 1)])
    def test_ten_school_days_after_the_return(self, trial, moment: str, count: int) -> None:
        tried = trial(self.away(101))
        tried.sync(moment)
        found = tried.found("MRK-04")
        assert [(item.place.lesson_id, item.place.student_id) for item in found] == [(101, 1)] * count
        assert all(
            item.message == "7А, Химия, 01.09 (1-й урок): Иванов И. — не было на работе «Контрольная работа», на уроках"
            " снова с 02.09, отметки за неё нет"
            for item in found
        )

    def test_who_is_still_away_owes_nothing_yet(self, trial) -> None:
        tried = trial(self.away(*range(101, 101 + len(DAYS))))
        tried.sync("09-30 23:59")
        assert tried.found("MRK-04") == []

    def test_a_work_that_nobody_has_marks_for(self, trial) -> None:
        book = self.away(101)
        book.marks.clear()
        tried = trial(book)
        tried.sync("09-25 21:00")
        assert tried.found("MRK-04") == []

    @pytest.mark.parametrize("code", [AttendanceCode.EXEMPT, AttendanceCode.REMOTE, AttendanceCode.LATE])
    def test_who_was_not_absent(self, trial, code: AttendanceCode) -> None:
        book = written()
        book.absent(101, code)
        tried = trial(book)
        tried.sync("09-25 21:00")
        assert tried.found("MRK-04") == []

    def test_written_later(self, trial) -> None:
        book = self.away(101)
        book.marks.append(Mark(student_id=1, assignment_id=9000, lesson_id=101, value=3))
        tried = trial(book)
        tried.sync("09-25 21:00")
        assert tried.found("MRK-04") == []
