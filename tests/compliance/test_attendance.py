"""ATT by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date, timedelta

import pytest
from support.school import TEACHER, Book

from netcity_sync.compliance.finding import RuleKind, Severity
from netcity_sync.compliance.words import touched
from netcity_sync.errors import AnswerError
from netcity_sync.model import AttendanceCode, Student

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")


def class_of(count: int) -> list[Student]:
    """So many pupils."""
    return [Student(id=number, name=f"Ученик Павел {number}") for number in range(1, count + 1)]


class TestAtt01:
    """Посещаемость не отмечена: дни подряд без отсутствующих, чего само собой почти не бывает."""

    DAYS = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10", "09-11", "09-14", "09-15")

    def book(self, away: int = 10, silent: int = 3) -> Book:
        """Fifty pupils; so many away on each of the first days, nobody on the last `silent` ones."""
        book = Book(students=class_of(50)).add_lessons(*self.DAYS)
        for lesson in range(101, 112 - silent):
            for number in range(1, away + 1):
                book.absent(lesson, student=number)
        return book

    @pytest.mark.parametrize(("silent", "count"), [(2, 0), (3, 1), (4, 1)])
    def test_three_days(self, trial, silent: int, count: int) -> None:
        tried = trial(self.book(silent=silent))
        tried.sync("09-16 21:00")
        assert [item.place.day for item in tried.found("ATT-01")] == [f"2026-{self.DAYS[-silent]}"] * count

    def test_what_it_says(self, trial) -> None:
        tried = trial(self.book())
        tried.sync("09-16 21:00")
        (found,) = tried.found("ATT-01")
        assert found.message == (
            "7А: с 11.09 по 15.09 (3 учебных дня) не отмечено ни одного отсутствующего, по школе в день отсутствует"
            " 14,5 % учеников"
        )
        assert (found.class_name, found.teacher_ids, found.place.subject_group_id) == ("7А", (TEACHER,), None)

    @pytest.mark.parametrize(("away", "silent", "count"), [(4, 3, 0), (4, 5, 0), (9, 3, 1)])
    def test_what_may_well_happen_by_itself(self, trial, away: int, silent: int, count: int) -> None:
        tried = trial(self.book(away, silent))
        tried.sync("09-16 21:00")
        share = away * (11 - silent) / (11 * 50)
        chance = (1 - share) ** 50 * (1 - share / 5) ** (50 * (silent - 1))
        assert (chance < 0.01) == bool(count)
        assert len(tried.found("ATT-01")) == count

    @pytest.mark.parametrize("code", [AttendanceCode.LATE, AttendanceCode.REMOTE, AttendanceCode.EXEMPT])
    def test_any_note_shows_that_attendance_is_taken(self, trial, code: AttendanceCode) -> None:
        book = self.book()
        book.absent(110, code, student=30)
        tried = trial(book)
        tried.sync("09-16 21:00")
        assert tried.found("ATT-01") == []

    def test_a_journal_that_is_not_kept_is_another_matter(self, trial) -> None:
        book = self.book()
        for lesson in (109, 110, 111):
            book.set_topic(lesson, None)
        tried = trial(book)
        tried.sync("09-16 21:00")
        assert tried.found("ATT-01") == []

    def test_a_day_that_is_not_over(self, trial) -> None:
        tried = trial(self.book())
        tried.sync("09-15 23:59")
        assert tried.found("ATT-01") == []
        tried.sync("09-16 00:00")
        assert len(tried.found("ATT-01")) == 1

    def test_absences_noted_since_close_it(self, trial) -> None:
        book = self.book()
        tried = trial(book)
        tried.sync("09-16 21:00")
        assert len(tried.found("ATT-01")) == 1
        book.absent(110)
        tried.sync("09-17 21:00")
        outcome = tried.check("ATT-01")
        assert (outcome.findings, outcome.fixed) == ((), 1)

    def test_a_journal_of_the_class_that_was_not_read(self, trial) -> None:
        tried = trial(self.book())
        tried.sync("09-16 21:00")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-17 21:00")
        outcome = tried.check("ATT-01")
        assert outcome.findings == ()
        assert [gap.reason for gap in outcome.no_data] == ["7А: прочитаны не все журналы класса"]


class TestAtt02:
    """Посещаемость внесена с опозданием."""

    @pytest.mark.parametrize(
        ("before", "count"), [("09-01 23:58", 0), ("09-02 00:00", 1)], ids=["in time, perhaps", "certainly late"]
    )
    def test_a_read_after_the_deadline_was_without_it(self, trial, before: str, count: int) -> None:
        book = Book().add_lessons("09-01", "09-08")
        tried = trial(book)
        tried.sync(before)
        book.absent(101, AttendanceCode.UNKNOWN)
        tried.sync("09-04 21:00")
        assert len(tried.found("ATT-02")) == count

    def test_a_lesson_is_told_once(self, trial) -> None:
        book = Book(students=class_of(3)).add_lessons("09-01", "09-08")
        tried = trial(book)
        tried.sync("09-02 21:00")
        book.absent(101, AttendanceCode.UNKNOWN, student=1)
        book.absent(101, student=2)
        tried.sync("09-03 21:00")
        book.absent(101, student=3)
        tried.sync("09-04 21:00")
        (found,) = tried.found("ATT-02")
        assert (found.place.lesson_id, found.place.student_id, found.kind) == (101, None, RuleKind.EVENT)
        assert found.message == (
            "7А, Химия, 01.09 (1-й урок): пропуски (3 ученика) внесены с опозданием, срок 01.09, а 02.09 21:00 записи"
            " ещё не было (позже на 1 день)"
        )

    def test_a_code_that_was_made_clear_is_no_entry(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-08")
        book.absent(101, AttendanceCode.UNKNOWN)
        tried = trial(book)
        tried.sync("09-01 21:00")
        tried.sync("09-02 21:00")
        book.attendance.clear()
        book.absent(101, AttendanceCode.ILLNESS)
        tried.sync("09-04 21:00")
        assert tried.found("ATT-02") == []

    @pytest.mark.parametrize("code", [AttendanceCode.LATE, AttendanceCode.REMOTE, AttendanceCode.EXEMPT])
    def test_what_is_no_absence(self, trial, code: AttendanceCode) -> None:
        book = Book().add_lessons("09-01", "09-08")
        tried = trial(book)
        tried.sync("09-02 21:00")
        book.absent(101, code)
        tried.sync("09-04 21:00")
        assert tried.found("ATT-02") == []

    def test_a_pupil_or_a_lesson_that_came_with_it(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-08")
        tried = trial(book)
        tried.sync("09-03 21:00")
        book.students += [Student(id=2, name="Вторая Вера")]
        book.absent(101, student=2)
        book.add_lessons("09-02")
        book.absent(103)
        tried.sync("09-04 21:00")
        assert tried.found("ATT-02") == []

    def test_a_night_without_a_read_is_nobodys_fault(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-08")
        tried = trial(book)
        tried.sync("09-01 21:00")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-02 21:00")
        del tried.source.broken["journal"]
        book.absent(101)
        tried.sync("09-03 21:00")
        assert tried.found("ATT-02") == []

    def test_the_report_on_access_tells_attendance_from_marks(self) -> None:
        actions = ("Изменение посещаемости", "Удаление посещаемости", "Изменение темы урока", "Изменение оценок")
        assert [touched(action) for action in actions] == ["attendance", None, "lesson", "marks"]


class TestAtt04:
    """Систематические пропуски без уважительной причины."""

    @staticmethod
    def book(lessons: int, missed: int, code: AttendanceCode = AttendanceCode.UNEXCUSED) -> Book:
        """So many lessons in September, a day each, of which the pupil missed the first ones."""
        book = Book().add_lessons(*(f"09-{day:02}" for day in range(1, lessons + 1)), "10-01", "10-02")
        for lesson in range(101, 101 + missed):
            book.absent(lesson, code)
        return book

    @pytest.mark.parametrize(
        ("lessons", "missed", "count"),
        [(30, 9, 1), (30, 8, 0), (20, 6, 1), (20, 5, 0), (19, 9, 0), (30, 10, 1)],
        ids=["30 %", "27 %", "30 % of 20", "25 %", "a short month", "ten"],
    )
    def test_a_month_that_is_over(self, trial, lessons: int, missed: int, count: int) -> None:
        tried = trial(self.book(lessons, missed))
        tried.sync("10-02 21:00")
        assert [item.place.key for item in tried.found("ATT-04")] == ["2026-09"] * count

    def test_ten_lessons_are_told_at_once_and_a_share_after_the_month(self, trial) -> None:
        tried = trial(self.book(30, 10))
        tried.sync("09-10 21:00")
        assert tried.found("ATT-04") == []
        tried.sync("09-11 21:00")
        (found,) = tried.found("ATT-04")
        assert (found.kind, found.severity) == (RuleKind.STATE, Severity.VIOL)
        assert found.message == (
            "7А: Иванов И. — за сентябрь 2026 г. без уважительной причины пропущено 10 из 10 уроков (100 %)"
        )
        tried.sync("10-02 21:00")
        assert tried.found("ATT-04")[0].kind is RuleKind.EVENT

    def test_a_share_of_a_month_that_goes_on(self, trial) -> None:
        tried = trial(self.book(30, 9))
        tried.sync("09-30 21:00")
        assert tried.found("ATT-04") == []

    @pytest.mark.parametrize("code", [AttendanceCode.UNKNOWN, AttendanceCode.ILLNESS, AttendanceCode.EXCUSED])
    def test_other_reasons(self, trial, code: AttendanceCode) -> None:
        tried = trial(self.book(30, 20, code))
        tried.sync("10-02 21:00")
        assert tried.found("ATT-04") == []

    @pytest.mark.parametrize("kind", ["left", "before the first day", "extracurricular"])
    def test_what_is_not_counted(self, trial, kind: str) -> None:
        book = self.book(30, 12)
        book.off_roster |= {1} if kind == "left" else set()
        book.extracurricular = kind == "extracurricular"
        if kind == "before the first day":
            book.starts[1] = date(2026, 9, 10)
        tried = trial(book)
        tried.sync("10-02 21:00")
        assert tried.found("ATT-04") == []

    def test_a_journal_of_the_class_that_was_not_read(self, trial) -> None:
        tried = trial(self.book(30, 12))
        tried.sync("10-02 21:00")
        assert len(tried.found("ATT-04")) == 1
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("10-03 21:00")
        outcome = tried.check("ATT-04")
        assert (outcome.findings, outcome.fixed, len(outcome.no_data)) == ((), 0, 1)


class TestAtt06:
    """Много пропусков по предмету."""

    @staticmethod
    def book(lessons: int, missed: int, code: AttendanceCode = AttendanceCode.ILLNESS, **parts: object) -> Book:
        """So many lessons, of which the pupil missed the first ones, and one to come."""
        days = [date(2026, 9, 1) + timedelta(days=number) for number in range(lessons)]
        book = Book(**parts).add_lessons(*(day.isoformat()[5:] for day in days), "10-20")  # type: ignore[arg-type]
        for lesson in range(101, 101 + missed):
            book.absent(lesson, code)
        return book

    @pytest.mark.parametrize(
        ("lessons", "missed", "severity"),
        [
            (10, 4, None),
            (9, 4, Severity.WARN),
            (10, 5, Severity.WARN),
            (11, 6, Severity.VIOL),
            (4, 4, None),
            (5, 5, Severity.VIOL),
        ],
        ids=["40 %", "44 %", "50 %", "55 %", "four lessons", "five lessons"],
    )
    def test_the_share(self, trial, lessons: int, missed: int, severity: Severity | None) -> None:
        tried = trial(self.book(lessons, missed))
        tried.sync("10-01 21:00")
        assert [item.severity for item in tried.found("ATT-06")] == ([severity] if severity else [])

    def test_what_it_says(self, trial) -> None:
        tried = trial(self.book(11, 6))
        tried.sync("10-01 21:00")
        (found,) = tried.found("ATT-06")
        assert (
            found.message == "7А, Химия: Иванов И. — пропущено 6 из 11 уроков (55 %), риск не аттестовать (1 четверть)"
        )
        assert found.kind is RuleKind.STATE
        tried.sync("10-21 21:00")
        assert tried.found("ATT-06")[0].kind is RuleKind.EVENT

    @pytest.mark.parametrize("code", [AttendanceCode.LATE, AttendanceCode.REMOTE, AttendanceCode.EXEMPT])
    def test_what_is_no_absence(self, trial, code: AttendanceCode) -> None:
        tried = trial(self.book(10, 10, code))
        tried.sync("10-01 21:00")
        assert tried.found("ATT-06") == []

    @pytest.mark.parametrize("parts", [{"grade": 1}, {"extracurricular": True}, {"individual_plan": True}])
    def test_journals_without_marks(self, trial, parts: dict[str, object]) -> None:
        tried = trial(self.book(10, 10, **parts))
        tried.sync("10-01 21:00")
        assert tried.found("ATT-06") == []

    def test_an_absence_that_vanished_does_not_count(self, trial) -> None:
        book = self.book(9, 4)
        tried = trial(book)
        tried.sync("10-01 21:00")
        assert len(tried.found("ATT-06")) == 1
        book.attendance.pop()
        tried.sync("10-02 21:00")
        assert tried.found("ATT-06") == []

    def test_who_came_in_the_middle(self, trial) -> None:
        book = self.book(10, 5)
        book.starts[1] = date(2026, 9, 6)
        tried = trial(book)
        tried.sync("10-01 21:00")
        assert tried.found("ATT-06") == []


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
