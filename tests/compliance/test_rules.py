"""Each rule by the letter of docs/checks.md: what it finds, the boundary on both sides, and when it says nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.school import ANSWER_TYPE, CONTROL_TYPE, GROUP, OTHER_TYPE, TERM, Book, Trial

from netcity_sync.compliance.finding import Severity
from netcity_sync.compliance.marks import allowed_days
from netcity_sync.compliance.words import is_outside_scale, is_vague
from netcity_sync.errors import AnswerError
from netcity_sync.model import AttendanceCode, Grading, Mark, Student
from netcity_sync.settings import DeadlineSettings

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


@pytest.fixture
def trial(tmp_path: Path) -> Callable[..., Trial]:
    """A trial over a book that the test fills."""
    return lambda book, **sections: Trial(tmp_path, book, **sections)


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


class TestNoData:
    """Чего не прочитали, того не судят."""

    STATES = (
        "LSN-01", "LSN-04", "CHG-05", "LSN-05", "HW-01", "MRK-01", "MRK-02", "MRK-05", "MRK-09", "ACC-01", "ATT-03",
        "ATT-05", "ATT-08", "CTL-01", "HW-07",
    )  # fmt: skip

    def bad_book(self) -> Book:
        book = Book().add_lessons(*WEEK, topic=None)
        for lesson in (101, 102, 103):
            book.absent(lesson, AttendanceCode.UNKNOWN)
        return book

    def test_a_journal_whose_last_read_failed(self, trial) -> None:
        tried = trial(self.bad_book())
        tried.sync("09-20 21:00")
        before = {item.id for item in tried.check().findings}
        tried.source.broken["journal"] = AnswerError("не читается")
        assert tried.sync("09-21 21:00").exit_code == 1
        outcome = tried.check()
        assert outcome.findings == ()
        assert {gap.rule for gap in outcome.no_data} == set(self.STATES)
        assert {(gap.place.subject_group_id, gap.place.term_id) for gap in outcome.no_data} == {(GROUP, TERM)}
        assert outcome.fixed == 0
        del tried.source.broken["journal"]
        tried.sync("09-22 21:00")
        again = tried.check()
        assert {item.id for item in again.findings} == before
        assert again.opened == 0

    def test_a_class_whose_list_was_not_read(self, trial) -> None:
        tried = trial(self.bad_book())
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("09-20 21:00")
        outcome = tried.check()
        assert {item.rule for item in outcome.findings} == {"LSN-01", "HW-01"}
        assert {gap.rule for gap in outcome.no_data} == {"MRK-01", "MRK-02", "ACC-01", "ATT-03", "ATT-05", "ATT-08"}

    def test_a_read_that_is_too_old(self, trial) -> None:
        tried = trial(self.bad_book(), checks={"stale_after_hours": 24})
        tried.sync("09-20 21:00")
        tried.now = tried.now.replace(day=21, hour=20)
        assert tried.check().findings == ()

    def test_a_source_that_cannot_tell(self, trial) -> None:
        tried = trial(self.bad_book())
        tried.source.capabilities = frozenset()
        tried.sync("09-20 21:00")
        outcome = tried.check()
        assert outcome.findings == ()
        assert {gap.reason for gap in outcome.no_data} == {"источник не даёт нужных сведений"}
