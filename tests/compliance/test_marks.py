"""MRK by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date

import pytest
from support.school import ANSWER_TYPE, CONTROL_TYPE, Book

from netcity_sync.compliance.marks import allowed_days
from netcity_sync.compliance.words import is_outside_scale
from netcity_sync.model import AttendanceCode, Grading, Mark, Student
from netcity_sync.settings import DeadlineSettings

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


class TestMrk01And02:
    """Ученик без отметок и с одной отметкой."""

    @pytest.mark.parametrize(("moment", "count"), [("09-04 21:00", 0), ("09-05 21:00", 1)])
    def test_no_mark_after_four_lessons(self, trial, moment: str, count: int) -> None:
        tried = trial(Book().add_lessons(*WEEK))
        tried.sync(moment)
        assert len(tried.found("MRK-01")) == count

    def test_half_of_a_short_term_is_enough(self, trial) -> None:
        tried = trial(Book().add_lessons("09-01", "09-08", "09-15", "09-22"))
        tried.sync("09-09 21:00")
        assert len(tried.found("MRK-01")) == 1

    @pytest.mark.parametrize(
        "exempt", [{"grade": 1}, {"grading": Grading.NOT_RATED}, {"extracurricular": True}, {"individual_plan": True}]
    )
    def test_journals_without_marks(self, trial, exempt: dict[str, object]) -> None:
        tried = trial(Book(**exempt).add_lessons(*WEEK))
        tried.sync("09-20 21:00")
        assert tried.found("MRK-01") == []

    def test_an_ill_pupil_is_not_judged(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        for lesson in range(101, 107):
            book.absent(lesson)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("MRK-01") == []
        book.attendance[5] = book.attendance[5].model_copy(update={"code": AttendanceCode.LATE})
        tried.sync("09-21 21:00")
        assert len(tried.found("MRK-01")) == 1

    @pytest.mark.parametrize(("start", "count"), [("2026-09-07", 1), ("2026-09-08", 0)])
    def test_an_arrival_counts_from_the_first_day(self, trial, start: str, count: int) -> None:
        book = Book(starts={1: date.fromisoformat(start)}).add_lessons(*WEEK)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert len(tried.found("MRK-01")) == count

    def test_an_arrival_that_only_the_mirror_noticed(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        tried = trial(book)
        tried.sync("09-07 21:00")
        book.students.append(Student(id=2, name="Новенькая Анна Олеговна"))
        tried.sync("09-08 21:00")
        tried.sync("09-20 21:00")
        assert [item.place.student_id for item in tried.found("MRK-01")] == [1]

    def test_who_left_the_class_is_not_judged(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.off_roster.add(1)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("MRK-01") == []

    def test_a_duty_mark_is_none(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101, None, duty=True)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert len(tried.found("MRK-01")) == 1

    @pytest.mark.parametrize(("moment", "count"), [("09-08 21:00", 0), ("09-09 21:00", 1)])
    def test_one_mark_after_six_lessons(self, trial, moment: str, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101)
        tried = trial(book)
        tried.sync(moment)
        assert len(tried.found("MRK-02")) == count

    def test_a_vanished_mark_counts_until_it_is_confirmed(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(101)
        tried = trial(book)
        tried.sync("09-10 21:00")
        book.marks.clear()
        tried.sync("09-11 21:00")
        assert tried.found("MRK-01") == tried.found("MRK-02") == []
        tried.sync("09-12 21:00")
        assert len(tried.found("MRK-01")) == 1

    def test_the_messages(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert tried.found("MRK-01")[0].message == "7А, Химия: Иванов И. — ни одной отметки за 8 уроков (1 четверть)"
        book.mark(101)
        tried.sync("09-21 21:00")
        assert tried.found("MRK-02")[0].message == "7А, Химия: Иванов И. — одна отметка за 8 уроков (1 четверть)"


class TestMrk05:
    """Отметка и «Н» в одной клетке."""

    @pytest.mark.parametrize(
        ("code", "count"),
        [
            (AttendanceCode.UNKNOWN, 1),
            (AttendanceCode.ILLNESS, 1),
            (AttendanceCode.LATE, 0),
            (AttendanceCode.REMOTE, 0),
            (AttendanceCode.EXEMPT, 0),
        ],
    )
    def test_who_missed_the_lesson(self, trial, code: AttendanceCode, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(102, 5)
        book.absent(102, code)
        book.absent(101, code)
        tried = trial(book)
        tried.sync("09-02 21:00")
        assert [item.place.lesson_id for item in tried.found("MRK-05")] == [102] * count

    def test_the_message_names_all_marks(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.mark(102, 5)
        book.absent(102, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync("09-02 21:00")
        (found,) = tried.found("MRK-05")
        assert found.message == ("7А, Химия, 02.09 (1-й урок): Иванов И. — стоят и отметка 5, и пропуск «unknown»")
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=102, value=4))
        tried.sync("09-03 21:00")
        assert "стоят и отметки" in tried.found("MRK-05")[0].message
        book.marks.clear()
        tried.sync("09-04 21:00")
        assert tried.found("MRK-05") == []

    @pytest.mark.parametrize("kind", ["control", "homework", "duty"])
    def test_what_may_be_done_later(self, trial, kind: str) -> None:
        book = Book().add_lessons(*WEEK)
        book.absent(102, AttendanceCode.ILLNESS)
        if kind == "homework":
            book.give_homework(102)
            book.marks.append(Mark(student_id=1, assignment_id=5102, lesson_id=102, value=4))
        elif kind == "control":
            book.mark(102)
            book.set_topic(102, "Контрольная работа № 1")
        else:
            book.mark(102, None, duty=True)
        tried = trial(book)
        tried.sync("09-02 21:00")
        assert tried.found("MRK-05") == []


class TestMrk09:
    """Недопустимое значение отметки."""

    @pytest.mark.parametrize(("grade", "duty", "count"), [(1, False, 1), (1, True, 1), (2, False, 0)])
    def test_first_grade_has_no_marks(self, trial, grade: int, duty: bool, count: int) -> None:
        book = Book(grade=grade).add_lessons(*WEEK)
        work = book.mark(102, None if duty else 5, duty=duty)
        tried = trial(book)
        tried.sync("09-02 21:00")
        found = tried.found("MRK-09")
        assert [item.place.assignment_id for item in found] == [work] * count
        shown = "«точка»" if duty else "отметка 5"
        assert all(item.message.endswith(f"Иванов И. — {shown}, а в 1 классе отметок не ставят") for item in found)

    @pytest.mark.parametrize(
        ("raw", "wrong"),
        [
            ("5+", 1), ("6", 1), ("12", 1), ("молодец", 1), ("4/6", 1), ("/", 1),
            ("Н/А", 0), ("зачёт", 0), (" осв ", 0), ("4/5", 0), ("5 / 4", 0), ("н", 0), (".", 0), ("", 0),
        ],
    )  # fmt: skip
    def test_texts(self, raw: str, wrong: int) -> None:
        assert is_outside_scale(raw) == wrong

    @pytest.mark.parametrize(
        ("exempt", "count"),
        [({}, 1), ({"grade": 1}, 0), ({"grading": Grading.NOT_RATED}, 0), ({"individual_plan": True}, 0)],
    )
    def test_texts_matter_in_marked_journals(self, trial, exempt: dict[str, object], count: int) -> None:
        book = Book(**exempt).add_lessons(*WEEK)  # type: ignore[arg-type]
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=102, value=None, raw="5+"))
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=103, value=None, raw="зач"))
        tried = trial(book)
        tried.sync("09-02 21:00")
        found = tried.found("MRK-09")
        assert [item.place.lesson_id for item in found] == [102] * count
        assert all(item.message.endswith("Иванов И. — «5+» вместо отметки") for item in found)

    def test_a_long_text_is_not_repeated(self, trial) -> None:
        book = Book().add_lessons(*WEEK)
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=102, value=None, raw="звонить маме"))
        tried = trial(book)
        tried.sync("09-02 21:00")
        assert tried.found("MRK-09")[0].message.endswith("посторонний текст вместо отметки")


class TestMrk10:
    """Отметки не внесены в срок."""

    @pytest.mark.parametrize(
        ("type_id", "without", "count"),
        [
            (ANSWER_TYPE, "09-01 22:00", 0),
            (ANSWER_TYPE, "09-02 00:00", 1),
            (CONTROL_TYPE, "09-04 23:00", 0),
            (CONTROL_TYPE, "09-05 00:00", 1),
        ],
        ids=["the same day", "the day after", "third school day", "after the third school day"],
    )
    def test_the_deadline_of_the_kind_of_work(self, trial, type_id: int, without: str, count: int) -> None:
        book = Book().add_lessons(*WEEK)
        work = book.add_work(101, type_id)
        tried = trial(book)
        tried.sync(without)
        book.marks.append(Mark(student_id=1, assignment_id=work, lesson_id=101, value=4))
        tried.sync("09-09 21:00")
        assert [item.place.assignment_id for item in tried.found("MRK-10")] == [work] * count

    def test_later_marks_of_a_timely_work_are_no_matter(self, trial) -> None:
        book = Book(students=[Student(id=1, name="Первый П"), Student(id=2, name="Второй В")]).add_lessons(*WEEK)
        work = book.mark(101)
        tried = trial(book)
        tried.sync("09-01 21:00")
        tried.sync("09-05 21:00")
        book.marks.append(Mark(student_id=2, assignment_id=work, lesson_id=101, value=5))
        tried.sync("09-09 21:00")
        assert tried.found("MRK-10") == []

    @pytest.mark.parametrize(
        ("name", "grade", "days"),
        [("Сочинение", 8, 7), ("Сочинение", 9, 10), ("Контрольная работа", 5, 3), ("Ответ на уроке", 5, 0)],
    )
    def test_allowed_days(self, name: str, grade: int, days: int) -> None:
        assert allowed_days(DeadlineSettings().work_types, name, grade) == days
