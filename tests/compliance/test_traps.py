"""The traps of the catalogue (§6), each over all rules at once: what must accuse nobody, and what must not be lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date

import pytest
from support.books import PUPILS, WEEKS, blamed, fill, finals, good, rules, told, touch
from support.school import (
    CHIEF,
    CLASS,
    CONTROL_TYPE,
    GROUP,
    SECOND_CLASS,
    TEACHER,
    Book,
    Trial,
)  # fmt: skip

from netcity_sync.compliance.words import is_assessment, is_control, is_not_attested, is_outside_scale, touched
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, NetcityError, SignInRefused
from netcity_sync.model import (
    AttendanceCode,
    FinalKind,
    Mark,
    PlannedLesson,
    Student,
    Substitution,
    TermKind,
)  # fmt: skip

New = Callable[..., Trial]

LATENESS = {"LSN-02", "HW-02", "MRK-10", "ATT-02", "MRK-12", "FIN-07", "FIN-09"}


class TestTrap01AFailedNightLooksLikeLateness:
    """Ночь, в которую журнал не прочитан: записи, впервые увиденные после неё, могли быть сделаны вовремя."""

    def nights(self, tried: Trial, *, fail: Callable[[Trial], None]) -> None:
        book = tried.book
        tried.sync("09-02 20:00")
        fill(book, "09-03", "09-04")
        for pupil in PUPILS:
            book.mark(103, 5, pupil.id)
        book.absent(103, student=2)
        book.marks = [item for item in book.marks if (item.student_id, item.lesson_id) != (2, 103)]
        book.marks[0] = book.marks[0].model_copy(update={"value": 5})
        fail(tried)
        tried.source.broken.clear()
        tried.sync("09-20 21:00")

    def start(self, trial: New) -> Trial:
        return trial(fill(Book(students=list(PUPILS)), "09-01", "09-02"))

    @pytest.mark.parametrize(
        ("what", "error"),
        [
            ("journal", AnswerError("не читается")),
            ("dictionaries", AnswerError("не читаются")),
            ("sign-in", SignInRefused("не пустили")),
            (None, None),
        ],
        ids=["journal", "dictionaries", "sign-in", "no night at all"],
    )
    def test_nobody_was_late(self, trial: New, what: str | None, error: NetcityError | None) -> None:
        tried = self.start(trial)

        def fail(tried: Trial) -> None:
            if what is None or error is None:
                return
            tried.source.broken[what] = error
            for day in ("04", "05", "08", "12"):
                with suppress(NetcityError):
                    tried.sync(f"09-{day} 23:59")

        self.nights(tried, fail=fail)
        found = rules(tried.check().findings)
        assert not {item for item in found if item in LATENESS or item.startswith("CHG")}

    def test_a_good_night_without_the_entries_proves_it(self, trial: New) -> None:
        tried = trial(Book(students=list(PUPILS)).add_lessons("09-01", "09-02", topic=None))
        tried.sync("09-05 21:00")
        tried.book.set_topic(101, "Атомы")
        tried.book.give_homework(101)
        tried.book.absent(102)
        tried.sync("09-06 21:00")
        assert {"LSN-02", "HW-02", "ATT-02"} <= rules(tried.check().findings)


class TestTrap02LateIsNotAbsent:
    """«Опоздал» и «дистанционно» не пропуск: ни одно правило от них не меняет ответа."""

    def book(self, code: AttendanceCode | None) -> Book:
        book = good()
        work = book.add_work(109, CONTROL_TYPE)
        book.marks += [Mark(student_id=item, assignment_id=work, lesson_id=109, value=4) for item in (2, 3)]
        book.mark(112, 2)
        finals(book)
        book.final(student=3, raw="н/а")
        for lesson in book.lessons:
            for pupil in (1, 3):
                if code is not None:
                    book.absent(lesson, code, pupil)
        return book

    @pytest.mark.parametrize(("code", "milder"), [(AttendanceCode.LATE, set()), (AttendanceCode.REMOTE, {"MRK-03"})])
    def test_the_whole_catalogue_says_what_it_says_without(
        self, tmp_path_factory: pytest.TempPathFactory, code: AttendanceCode, milder: set[str]
    ) -> None:
        """Only of a work written in class nothing is asked of who sat at home."""

        def answer(given: AttendanceCode | None) -> set[tuple[str, str, str]]:
            tried = Trial(tmp_path_factory.mktemp("school"), self.book(given))
            tried.sync("10-30 21:00")
            return told(tried)

        without = answer(None)
        assert {rule for rule, _, _ in answer(code) ^ without} == milder
        assert {"MRK-03", "FIN-04"} <= {rule for rule, _, _ in without}
        other = answer(AttendanceCode.UNKNOWN)
        assert {"ATT-03", "ATT-06", "ATT-08", "MRK-05"} <= {rule for rule, _, _ in other - without}


class TestTrap03TokensNotSubstrings:
    """Отметки, коды и слова узнаются целиком: «н» внутри слова не пропуск, «2» внутри «12» не двойка."""

    @pytest.mark.parametrize("raw", ["12", "22", "5+", "4/12", "нет", "Н5"])
    def test_a_text_is_no_mark_and_no_absence(self, trial: New, raw: str) -> None:
        book = good()
        work = book.add_work(115)
        book.marks.append(Mark(student_id=1, assignment_id=work, lesson_id=115, value=None, raw=raw))
        finals(book)
        tried = trial(book)
        tried.sync("10-30 21:00")
        assert rules(blamed(tried)) == {"MRK-09"}

    def test_words(self) -> None:
        assert not any(map(is_not_attested, ("на отлично", "нет", "н", "сдана")))
        assert not any(map(is_outside_scale, ("н", "н/а", "4/5", "2", "осв")))

    @pytest.mark.parametrize("topic", ["Тесто и изделия из него", "Тесто", "Практика речи", "Контролируемый синтез"])
    def test_a_topic_that_begins_like_a_work(self, topic: str) -> None:
        assert not is_control(topic)
        assert not is_assessment(topic)

    @pytest.mark.parametrize("topic", ["Тест", "Тест по теме", "Тестовая работа", "Тестирование", "Тесты 1–2"])
    def test_tests_are_works(self, topic: str) -> None:
        assert is_control(topic)
        assert is_assessment(topic)

    def test_a_part_of_a_word_of_an_action_proves_no_entry(self) -> None:
        assert touched("Вход в систему") is None
        assert touched("Изменение темы урока") == "lesson"
        assert touched("Выставление отметок") == "marks"


class TestTrap04SubjectsById:
    """«Русский язык» и «Русский язык (профиль)» — разные предметы."""

    PLAIN, PROFILE, SECOND = "Русский язык", "Русский язык (профиль)", 701

    def book(self) -> Book:
        profile = Book(
            group=self.SECOND, subject=self.PROFILE, subject_id=15, first_lesson=201, first_slot=2,
            students=list(PUPILS), teachers=(CHIEF,),
        )  # fmt: skip
        book = Book(subject=self.PLAIN, students=list(PUPILS), beside=[profile])
        for item in (book, profile):
            fill(item, *WEEKS[:6])
        return book

    def test_settings_name_one_of_them(self, trial: New) -> None:
        book = self.book()
        for item, lesson in ((book, 102), (book.beside[0], 202)):
            item.set_topic(lesson, None)
        tried = trial(book, rules=[{"id": "LSN-01", "subjects": [self.PLAIN], "enabled": False}])
        tried.sync("09-18 21:00")
        assert [item.place.subject_group_id for item in tried.found("LSN-01")] == [self.SECOND]

    def test_control_works_of_two_subjects_are_not_too_frequent(self, trial: New) -> None:
        book = self.book()
        book.add_work(102, CONTROL_TYPE)
        book.beside[0].add_work(203, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("09-18 21:00")
        assert tried.found("CTL-02") == []

    def test_a_plan_belongs_to_the_subject_it_names(self, trial: New) -> None:
        tried = trial(self.book())
        rows = [PlannedLesson(class_name="7А", subject=self.PROFILE, number=1, topic="Тема")]
        tried.hand_in("09-01 08:00", plan=rows)
        tried.sync("09-18 21:00")
        assert [item.place.subject_group_id for item in tried.found("PLN-01")] == [GROUP]

    @pytest.mark.parametrize(("subject", "slot", "group"), [(PLAIN, 1, GROUP), (PROFILE, 2, SECOND)])
    def test_a_substitution_belongs_to_the_subject_it_names(
        self, trial: New, subject: str, slot: int, group: int
    ) -> None:
        book = self.book()
        book.set_topic(102, None)
        book.beside[0].set_topic(202, None)
        tried = trial(book)
        row = Substitution(
            held_on=date(2026, 9, 3), slot=slot, class_name="7А", subject=subject,
            absent="Кто-то Другой", substitute="Примерова Вера Петровна",
        )  # fmt: skip
        tried.hand_in("09-01 08:00", substitutions=[row])
        tried.sync("09-18 21:00")
        assert [item.place.subject_group_id for item in tried.found("LSN-07")] == [group]

    def test_a_teacher_of_the_one_is_a_stranger_in_the_other(self, trial: New) -> None:
        tried = trial(self.book())
        tried.source.chiefs = ()
        tried.hand_in("09-15 08:00", substitutions=[])
        tried.sync("09-18 21:00")
        touch(tried, "Примерова Вера Петровна", self.PROFILE, "09-03T12:00", "09-03")
        assert tried.found("CHG-04") == []
        touch(tried, "Примерова Вера Петровна", self.PLAIN, "09-03T12:01", "09-03")
        assert [item.subject_name for item in tried.found("CHG-04")] == [self.PLAIN]


class TestTrap05SeveralTeachers:
    """Журнал ведут двое: замечание получают оба, и второй не чужой."""

    def test_all_of_them_receive_every_finding(self, trial: New) -> None:
        book = Book(students=list(PUPILS), teachers=(TEACHER, CHIEF)).add_lessons(*WEEKS[:8], topic=None)
        book.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=103, value=None, raw="5+"))
        book.add_work(104, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("10-05 21:00")
        found = [item for item in tried.check().findings if item.place.subject_group_id == GROUP]
        assert {"LSN-01", "HW-01", "MRK-01", "MRK-03", "MRK-09", "ACC-01"} <= rules(found)
        assert {tuple(sorted(item.teacher_ids)) for item in found} == {(TEACHER, CHIEF)}

    @pytest.mark.parametrize("user", ["Учебнова Елена Петровна", "Примерова Вера Петровна"])
    def test_neither_is_a_stranger(self, trial: New, user: str) -> None:
        tried = trial(good(teachers=(TEACHER, CHIEF)))
        tried.source.chiefs = ()
        tried.hand_in("09-15 08:00", substitutions=[])
        tried.sync("09-18 21:00")
        touch(tried, user, "Химия", "09-03T12:00", "09-03")
        assert not {"CHG-03", "CHG-04", "LSN-08"} & rules(tried.check().findings)


class TestTrap06Subgroups:
    """Предмет идёт двумя подгруппами в один час: класс не пуст наполовину, и уроки не сталкиваются."""

    def book(self) -> Book:
        both = [
            Book(
                group=GROUP + number, subject="Английский язык", subgroup=f"{number + 1} группа",
                first_lesson=101 + 100 * number, students=PUPILS[2 * number : 2 * number + 2],
                teachers=((TEACHER, CHIEF)[number],),
            )
            for number in (0, 1)
        ]  # fmt: skip
        for item in both:
            fill(item)
            finals(item)
            work = item.add_work(item.first_lesson + 8, CONTROL_TYPE)
            item.marks += [
                Mark(student_id=pupil.id, assignment_id=work, lesson_id=item.first_lesson + 8, value=4)
                for pupil in item.students
            ]
        whole = Book(
            group=710, subject="Музыка", subject_id=16, first_lesson=401, first_slot=3, students=list(PUPILS)
        )  # fmt: skip
        fill(whole, *WEEKS)
        finals(whole)
        first, second = both
        first.beside = [whole, second]
        return first

    def test_nobody_is_accused(self, trial: New) -> None:
        book = self.book()
        tried = trial(book)
        tried.source.second_class = ()
        roster = tuple(PUPILS)
        real = tried.source.read_roster
        tried.source.book.students, own = list(roster), book.students
        page = real(CLASS)
        tried.source.book.students = own
        tried.source.read_roster = lambda class_id: page  # type: ignore[method-assign]
        tried.sync("10-30 21:00")
        assert told(tried) == set()


class TestTrap07DatesBeyondTheYear:
    """Сроки переходят через 31 декабря и считаются по настоящим датам."""

    DAYS = ("12-22", "12-24", "12-28", "2027-01-12", "2027-01-14", "2027-01-19", "2027-01-21")

    def tried(self, trial: New) -> Trial:
        autumn = Book(
            term=2, term_name="2 четверть", term_start=date(2026, 11, 5), term_end=date(2026, 12, 29),
            students=list(PUPILS), subject="История",
        )  # fmt: skip
        fill(autumn, *self.DAYS[:3])
        winter = Book(
            term=3, term_name="3 четверть", term_start=date(2027, 1, 11), term_end=date(2027, 3, 20),
            students=list(PUPILS), subject="История", first_lesson=201,
        )  # fmt: skip
        fill(winter, *self.DAYS[3:])
        autumn.following = [winter]
        work = autumn.add_work(103, CONTROL_TYPE)
        autumn.marks.append(Mark(student_id=1, assignment_id=work, lesson_id=103, value=4))
        autumn.absent(102, AttendanceCode.UNKNOWN, student=4)
        return trial(
            autumn, calendar={"days_off": ["2027-01-01"]},
            deadlines={"work_types": [{"type": "контрольная", "school_days": 2}]},
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-12-31 21:00", set()),
            ("2027-01-11 21:00", set()),
            ("2027-01-14 21:00", set()),
            ("2027-01-15 21:00", {"ATT-03", "MRK-03"}),
        ],
    )
    def test_school_days_go_on_in_january(self, trial: New, moment: str, expected: set[str]) -> None:
        tried = self.tried(trial)
        tried.sync(moment)
        assert rules(tried.check().findings) & {"ATT-03", "MRK-03", "LSN-09", "HW-05"} == expected

    def test_what_was_entered_in_december_is_not_late_in_january(self, trial: New) -> None:
        tried = self.tried(trial)
        tried.sync("12-28 21:00")
        work = tried.book.assignments[-1].id
        tried.book.marks += [
            Mark(student_id=item, assignment_id=work, lesson_id=103, value=4) for item in (2, 3, 4)
        ]  # fmt: skip
        tried.sync("2027-01-13 21:00")
        assert not {"MRK-10", "CHG-02", "MRK-03", "LSN-02", "HW-02"} & rules(tried.check().findings)


class TestTrap08TermsOfOtherKinds:
    """У 7А четверти, у 10А полугодия: каждый журнал судят по его периоду."""

    def tried(self, trial: New) -> Trial:
        senior = Book(
            class_id=SECOND_CLASS, grade=10, group=800, subject="История", subject_id=17, first_lesson=301,
            term=11, term_name="1 полугодие", term_end=date(2026, 12, 29), term_kind=TermKind.HALF_YEAR,
            students=[Student(id=50, name="Старшева Анна Ильинична")],
        )  # fmt: skip
        fill(senior, *WEEKS, "11-10", "11-12", "11-17", "11-19", "12-01", "12-08", "12-15", "12-22")
        return trial(good(subject="География", beside=[senior]))

    def test_the_quarter_is_over_and_the_half_year_is_not(self, trial: New) -> None:
        tried = self.tried(trial)
        tried.sync("10-30 21:00")
        findings = tried.check().findings
        assert {(item.rule, item.class_name) for item in findings if item.rule.startswith("FIN")} == {
            ("FIN-01", "7А")
        }  # fmt: skip
        assert {item.class_name for item in findings} == {"7А"}

    def test_each_has_its_own_least_number_of_marks(self, trial: New) -> None:
        tried = self.tried(trial)
        (senior,) = tried.book.beside
        for item, kept in ((tried.book, 4), (senior, 4)):
            for pupil in item.students:
                own = [mark for mark in item.marks if mark.student_id == pupil.id]
                item.marks = [mark for mark in item.marks if mark not in own[kept:]]
        finals(tried.book)
        finals(senior, term=11)
        tried.sync("2027-01-12 21:00")
        assert {item.class_name for item in tried.found("FIN-03")} == {"10Б"}


class TestTrap09TwoMarksInACell:
    """«4/5» — две отметки в клетке: не ошибка записи и не пустая клетка."""

    def book(self, raw: str = "4/5") -> Book:
        book = fill(Book(students=list(PUPILS)), marks=False)
        for lesson in (102, 105, 108, 111, 114):
            work = book.add_work(lesson)
            for pupil in PUPILS:
                book.marks.append(Mark(student_id=pupil.id, assignment_id=work, lesson_id=lesson, value=None, raw=raw))
        finals(book)
        return book

    def test_nobody_is_without_marks(self, trial: New) -> None:
        tried = trial(self.book())
        tried.sync("10-30 21:00")
        assert told(tried) == set()

    def test_they_belong_to_the_mean(self, trial: New) -> None:
        book = self.book("5/5")
        for lesson in (103, 104, 106):
            book.mark(lesson, 3)
        tried = trial(book)
        tried.sync("10-30 21:00")
        assert tried.found("FIN-02") == []

    def test_they_put_a_two_right(self, trial: New) -> None:
        book = self.book()
        book.mark(107, 2)
        tried = trial(book)
        tried.sync("10-30 21:00")
        assert tried.found("MRK-08") == []

    def test_another_text_is_no_mark(self, trial: New) -> None:
        tried = trial(self.book("зач"))
        tried.sync("10-30 21:00")
        assert {"MRK-01", "ACC-01"} <= rules(tried.check().findings)


class TestTrap10MeanOfMeans:
    """Среднее считают по отметкам и по ученикам, а не по средним."""

    def test_a_final_mark_is_of_the_marks_not_of_the_days(self, trial: New) -> None:
        book = fill(Book(), marks=False)
        for value in (5, 5, 5, 5):
            book.mark(102, value)
        book.mark(105, 3)
        book.mark(108, 3)
        book.final(4)
        tried = trial(book)
        tried.sync("10-30 21:00")
        assert tried.found("FIN-02") == []
        book.final(5)
        tried.sync("10-31 21:00")
        assert len(tried.found("FIN-02")) == 1

    def test_a_year_mark_is_of_the_final_marks_not_of_their_means(self, trial: New) -> None:
        second = Book(term=2, term_name="2 четверть", term_start=date(2026, 11, 5), term_end=date(2026, 12, 29))
        book = fill(Book(following=[second]), marks=False)
        fill(second, "11-10", "11-12", marks=False)
        for lesson in (101, 102, 103):
            book.mark(lesson, 3)
        second.mark(102, 5)
        book.final(3)
        book.final(5, term=2)
        book.final(4, kind=FinalKind.YEAR)
        tried = trial(book)
        tried.sync("2027-01-12 21:00")
        assert tried.found("FIN-06") == []


class TestTrap11OneDeclarationForAllTerms:
    """Каждое правило описано один раз и одинаково судит любую четверть."""

    TERMS = (
        (1, "09", 2026, "10-23"), (2, "11", 2026, "12-29"), (3, "01", 2027, "03-20"), (4, "04", 2027, "05-28"),
    )  # fmt: skip

    def answer(self, trial: New, term: int, month: str, year: int, end: str) -> set[tuple[str, str, int | None]]:
        days = [f"{year}-{month}-{day}" for day in ("12", "13", "14", "15", "16", "19", "20", "21", "22")]
        days = [day for day in days if date.fromisoformat(day).weekday() != 6]
        book = Book(
            term=term, term_name=f"{term} четверть", term_start=date(year, int(month), 11),
            term_end=date.fromisoformat(f"{year}-{end}"), subject="История", students=list(PUPILS),
        )  # fmt: skip
        fill(book, *days[:7], marks=False)
        book.set_topic(102, None)
        book.assignments = [item for item in book.assignments if item.lesson_id != 103]
        book.absent(101, AttendanceCode.UNKNOWN)
        book.mark(101, 2, 2)
        tried = trial(book)
        tried.sync(f"{year}-{month}-27 21:00")
        return {(item.rule, item.severity.value, item.place.lesson_id) for item in blamed(tried)}

    @pytest.mark.parametrize("term", TERMS, ids=lambda item: f"term {item[0]}")
    def test_the_same_journal_in_any_term(self, trial: New, term: tuple[int, str, int, str]) -> None:
        assert self.answer(trial, *term) == {
            ("LSN-01", "crit", 102), ("HW-01", "viol", 103), ("ATT-03", "warn", 101), ("ACC-01", "viol", None),
            ("MRK-01", "viol", None), ("MRK-02", "viol", None), ("MRK-07", "info", 101), ("MRK-08", "info", 101),
        }  # fmt: skip


class TestTrap12SaturdaysAndHolidays:
    """Учебный день — день с уроками, кроме праздников: суббота считается там, где в неё учатся."""

    @pytest.mark.parametrize(
        ("saturday", "off", "count"), [(True, [], 1), (False, [], 0), (True, ["2026-09-05"], 0)],
        ids=["six days a week", "five days a week", "the Saturday is off"],
    )  # fmt: skip
    def test_three_school_days(self, trial: New, saturday: bool, off: list[str], count: int) -> None:
        days = ["09-01", "09-02", "09-03", "09-04", *(["09-05"] if saturday else []), "09-07", "09-08"]
        book = fill(Book(students=list(PUPILS)), *days)
        book.absent(102, AttendanceCode.UNKNOWN)
        tried = trial(book, calendar={"days_off": off})
        tried.sync("09-06 21:00")
        assert len(tried.found("ATT-03")) == count

    def test_a_short_saturday_is_a_whole_day(self, trial: New) -> None:
        book = fill(Book(students=list(PUPILS)), "09-04", "09-05", "09-07", "09-11", "09-12", every=1)
        for pupil in PUPILS:
            book.mark(101, 5, pupil.id)
            book.mark(102, 5, pupil.id)
        tried = trial(book)
        tried.sync("09-12 23:59")
        assert told(tried) == set()

    def test_a_holiday_between(self, trial: New) -> None:
        book = Book(term_start=date(2026, 11, 2), term_end=date(2026, 12, 29), students=list(PUPILS))
        fill(book, "11-03", "11-05", "11-06", "11-09")
        book.absent(101, AttendanceCode.UNKNOWN)
        tried = trial(book, calendar={"days_off": ["2026-11-04"]})
        tried.sync("11-06 21:00")
        assert not {"ATT-03", "LSN-09", "HW-05"} & rules(tried.check().findings)


class TestTrap13HomeworkAtALaterLessonOfTheDay:
    """Сдвоенный урок: задание дано на втором, значит, день не без задания."""

    def test_the_day_has_homework(self, trial: New) -> None:
        book = fill(Book(students=list(PUPILS)), "09-01", "09-03", "09-03", "09-08", "09-08", "09-10", homework=False)
        for lesson in (101, 103, 105, 106):
            book.give_homework(lesson, text=f"§ {lesson}")
        tried = trial(book)
        row = Substitution(
            held_on=date(2026, 9, 3), slot=1, class_name="7А", subject="Химия",
            absent="Учебнова Елена Петровна", substitute="Примерова Вера Петровна",
        )  # fmt: skip
        tried.hand_in("09-01 08:00", substitutions=[row])
        for day in ("03", "08", "09", "12"):
            tried.sync(f"09-{day} 21:00")
        tried.sync("10-05 21:00")
        found = rules(tried.check().findings)
        assert not {item for item in found if item.startswith("HW") or item == "LSN-07"}


class TestTrap14FirstGradeWithMarks:
    """Первый класс: сама отметка — ошибка, но недостатка отметок и заданий у него не бывает."""

    def test_only_the_marks_themselves(self, trial: New) -> None:
        book = Book(grade=1, students=list(PUPILS), subject="Чтение")
        fill(book, marks=False, homework=False)
        for pupil in PUPILS[:2]:
            book.mark(105, 5, pupil.id)
        tried = trial(book)
        tried.sync("10-30 21:00")
        found = blamed(tried)
        assert rules(found) == {"MRK-09"}
        assert len(found) == 2

    def test_nothing_at_all_where_there_are_none(self, trial: New) -> None:
        book = fill(Book(grade=1, students=list(PUPILS), subject="Чтение"), marks=False, homework=False)
        tried = trial(book)
        tried.sync("10-30 21:00")
        assert told(tried) == set()


class TestTrap15TransferredPupils:
    """Ученик перешёл из 7А в 7Б: отметки остались в старом классе, и ни один класс не виноват за время в другом."""

    def book(self) -> Book:
        second = Book(
            class_id=SECOND_CLASS, group=900, first_lesson=501, subject="История", subject_id=14,
            students=[Student(id=60, name="Орлова Анна Ильинична")],
        )  # fmt: skip
        return fill(
            Book(subject="История", students=list(PUPILS), beside=[fill(second, *WEEKS)]), *WEEKS
        )  # fmt: skip

    def move(self, tried: Trial, day: str = "10-14") -> None:
        """Иванова leaves one list for the other, as the source shows it on that day."""
        old, new = tried.book, tried.book.beside[0]
        new.students.append(old.students.pop(0))
        new.starts[1] = date.fromisoformat(f"2026-{day}")

    def about(self, tried: Trial, pupil: int = 1) -> set[tuple[str, str]]:
        return {(item.rule, item.class_name) for item in tried.check().findings if item.place.student_id == pupil}

    @pytest.mark.parametrize("listed", [False, True], ids=["left the old list", "still on the old list"])
    def test_nobody_is_accused_for_the_time_in_the_other_class(self, trial: New, listed: bool) -> None:
        tried = trial(self.book())
        tried.book.beside[0].add_work(503, CONTROL_TYPE)
        for day in ("10-01", "10-08", "10-12"):
            tried.sync(f"{day} 21:00")
            tried.check()
        pupil = tried.book.students[0]
        self.move(tried)
        if listed:
            tried.book.students.insert(0, pupil)
            tried.book.off_roster.add(1)
        for day in ("10-14", "10-15", "10-23", "10-26"):
            tried.sync(f"{day} 21:00")
            assert self.about(tried) == set()
        assert not {item for item in rules(tried.check().findings) if item.startswith("CHG")}

    def test_the_marks_stay_in_the_old_class(self, trial: New) -> None:
        tried = trial(self.book())
        tried.sync("10-12 21:00")
        self.move(tried)
        tried.sync("10-14 21:00")
        tried.sync("10-15 21:00")
        with closing(sqlite3.connect(DataFolder(tried.settings.storage.data_dir).mirror)) as db:
            groups = db.execute("SELECT DISTINCT subject_group_id FROM mark WHERE student_id = 1").fetchall()
        assert groups == [(GROUP,)]

    def test_who_left_the_school(self, trial: New) -> None:
        tried = trial(self.book())
        tried.sync("10-08 21:00")
        tried.book.off_roster.add(1)
        tried.book.marks = [item for item in tried.book.marks if item.student_id != 1 or (item.lesson_id or 0) < 112]
        for day in ("10-13", "10-14", "10-26"):
            tried.sync(f"{day} 21:00")
        assert self.about(tried) == set()

    def test_who_arrived(self, trial: New) -> None:
        tried = trial(self.book())
        tried.sync("10-08 21:00")
        tried.book.students.append(Student(id=9, name="Новикова Анна Ильинична"))
        tried.book.starts[9] = date(2026, 10, 15)
        for day in ("10-15", "10-16", "10-24"):
            tried.sync(f"{day} 21:00")
            assert self.about(tried, 9) == set()
