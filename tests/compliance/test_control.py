"""CTL by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

import pytest
from support.school import CONTROL_TYPE, Book, Trial, at

from netcity_sync.compliance.finding import Finding, RuleKind
from netcity_sync.compliance.life import State, today_of
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import Mark, Student


def state_on(tried: Trial, item: Finding, moment: str) -> tuple[State, int | None]:
    """How a finding stands at a moment, and its age."""
    with open_snapshot(DataFolder(tried.settings.storage.data_dir)) as snapshot:
        standing = today_of(snapshot, tried.settings, at(moment)).standing(item)
        return standing.state, standing.age


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
        beside.set_topic(202, "Проверочная работа № 2")
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
        beside.set_topic(203, "Проверочная работа № 2")
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

    @pytest.mark.parametrize(
        ("topic", "count"),
        [("Диагностическая работа", 1), ("Зачёт", 1), ("Лабораторная работа", 0), ("Самостоятельная работа", 0),
         ("Практическая работа", 0), ("Повторение. Контрольная работа", 0)],
    )  # fmt: skip
    def test_only_works_that_assess_the_class(self, trial, topic: str, count: int) -> None:
        book, beside = self.books()
        beside.set_topic(202, topic)
        tried = trial(book)
        tried.sync("09-04 21:00")
        assert len(tried.found("CTL-01")) == count

    def test_a_day_that_is_over_is_never_overdue(self, trial) -> None:
        book, _ = self.books()
        book.add_lessons("09-09", "09-10", "09-11", "09-14")
        tried = trial(book)
        tried.sync("09-04 21:00")
        (found,) = tried.found("CTL-01")
        assert found.kind is RuleKind.EVENT
        assert state_on(tried, found, "09-14 21:00") == (State.OPEN, None)

    def test_a_day_to_come_can_be_mended_and_is_told_again_as_what_happened(self, trial) -> None:
        book, beside = self.books()
        beside.add_work(202, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("09-01 21:00")
        (planned,) = tried.found("CTL-01")
        assert planned.kind is RuleKind.STATE
        tried.sync("09-04 21:00")
        (held,) = tried.found("CTL-01")
        assert (held.id, held.kind, held.opened_at) == (planned.id, RuleKind.EVENT, planned.opened_at)

    def test_a_slip_that_is_put_right_closes_it_even_so(self, trial) -> None:
        book, beside = self.books()
        tried = trial(book)
        tried.sync("09-04 21:00")
        assert tried.found("CTL-01")[0].kind is RuleKind.EVENT
        beside.set_topic(202, "Решение задач")
        tried.sync("09-05 21:00")
        outcome = tried.check("CTL-01")
        assert (outcome.findings, outcome.fixed) == ((), 1)


class TestCtl02:
    """Контрольные по одному предмету: не меньше 17 дней между ними."""

    @pytest.mark.parametrize(("day", "count"), [("09-17", 1), ("09-18", 0)], ids=["16 days", "17 days"])
    def test_the_gap(self, trial, day: str, count: int) -> None:
        book = Book().add_lessons("09-01", day)
        book.add_work(101, CONTROL_TYPE)
        book.add_work(102, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert [item.place.lesson_id for item in tried.found("CTL-02")] == [102] * count

    def test_what_it_says_is_about_the_nearest(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-03", "09-12", topic="Контрольная работа")
        tried = trial(book)
        tried.sync("09-20 21:00")
        found = {item.place.lesson_id: item for item in tried.found("CTL-02")}
        assert set(found) == {102, 103}
        assert found[103].message == (
            "7А, Химия, 12.09 (1-й урок): контрольная работа через 9 дней после предыдущей (03.09), а нужно не меньше"
            " 17"
        )

    @pytest.mark.parametrize(
        ("other", "count"),
        [({}, 1), ({"subject_id": 15}, 0), ({"students": [Student(id=2, name="Вторая Вера")]}, 0),
         ({"individual_plan": True}, 0)],
        ids=["another journal of the subject", "another subject", "the other subgroup", "a plan of one's own"],
    )  # fmt: skip
    def test_over_the_journals_of_a_subject(self, trial, other: dict[str, object], count: int) -> None:
        book = Book().add_lessons("09-01", topic="Контрольная работа")
        beside = Book(**{"group": 701, "first_lesson": 201, **other})  # type: ignore[arg-type]
        book.beside.append(beside.add_lessons("09-08", topic="Контрольная работа"))
        tried = trial(book)
        tried.sync("09-20 21:00")
        assert len(tried.found("CTL-02")) == count


class TestCtl03:
    """Контрольные: не больше десятой части уроков."""

    DAYS = tuple(f"09-{day:02}" for day in range(1, 31))

    @pytest.mark.parametrize(("lessons", "works", "count"), [(20, 2, 0), (19, 2, 1), (30, 3, 0), (30, 4, 1), (9, 1, 0)])
    def test_the_share(self, trial, lessons: int, works: int, count: int) -> None:
        book = Book().add_lessons(*self.DAYS[:lessons])
        for lesson in range(101, 101 + works):
            book.add_work(lesson, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("10-01 21:00")
        assert len(tried.found("CTL-03")) == count

    def test_what_it_says(self, trial) -> None:
        book = Book().add_lessons(*self.DAYS[:16])
        book.add_work(101, CONTROL_TYPE)
        book.add_work(110, CONTROL_TYPE)
        tried = trial(book)
        tried.sync("09-05 21:00")
        (found,) = tried.found("CTL-03")
        assert found.message == "7А, Химия: контрольные работы на 2 из 16 уроков (12,5 %), 1 четверть"
        assert found.kind is RuleKind.STATE
        tried.sync("09-20 21:00")
        assert tried.found("CTL-03")[0].kind is RuleKind.EVENT


class TestCtl04:
    """Контрольная на первом или последнем уроке."""

    DAYS = ("09-01", "09-02", "09-08", "09-09")

    def books(self, **third: object) -> list[Book]:
        """Three journals, lesson after lesson, two days a week; control works on one day, one in each."""
        books = [
            Book(**{"group": 700 + place, "subject": name, "subject_id": 20 + place, "first_lesson": 101 + 100 * place,
                    "first_slot": 1 + place, **(third if place == 2 else {})})  # type: ignore[arg-type]
            .add_lessons(*self.DAYS)
            for place, name in enumerate(("Химия", "Физика", "Алгебра"))
        ]  # fmt: skip
        books[0].beside = books[1:]
        for book in books:
            book.add_work(book.first_lesson, CONTROL_TYPE)
        return books

    def test_the_first_and_the_last(self, trial) -> None:
        tried = trial(self.books()[0])
        tried.sync("09-10 21:00")
        assert {item.place.lesson_id: item.message for item in tried.found("CTL-04")} == {
            101: "7А, Химия, 01.09 (1-й урок): контрольная работа на первом уроке дня",
            301: "7А, Алгебра, 01.09 (3-й урок): контрольная работа на последнем уроке дня",
        }

    def test_what_comes_after_lessons_ends_no_day(self, trial) -> None:
        books = self.books()
        books[0].beside.append(
            Book(group=703, extracurricular=True, first_lesson=401, first_slot=7).add_lessons(*self.DAYS)
        )
        tried = trial(books[0])
        tried.sync("09-10 21:00")
        assert {item.place.lesson_id for item in tried.found("CTL-04")} == {101, 301}

    def test_one_lesson_a_week_has_no_other_place(self, trial) -> None:
        books = self.books()
        for lesson in (302, 304):
            del books[2].lessons[lesson]
        tried = trial(books[0])
        tried.sync("09-10 21:00")
        assert {item.place.lesson_id for item in tried.found("CTL-04")} == {101}

    def test_a_day_of_two_lessons(self, trial) -> None:
        books = self.books()
        books[0].beside.pop()
        tried = trial(books[0])
        tried.sync("09-10 21:00")
        assert tried.found("CTL-04") == []

    def test_a_class_that_was_not_read(self, trial) -> None:
        tried = trial(self.books()[0])
        tried.sync("09-10 21:00")
        tried.check("CTL-04")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-11 21:00")
        outcome = tried.check("CTL-04")
        assert (outcome.findings, outcome.fixed) == ((), 0)
        assert [gap.reason for gap in outcome.no_data] == ["7А: прочитаны не все журналы класса"]


class TestCtl06:
    """Массовые низкие результаты."""

    @staticmethod
    def book(*values: int, type_id: int = CONTROL_TYPE) -> Book:
        """A control work with these marks."""
        students = [Student(id=number, name=f"Ученик Павел {number}") for number in range(1, len(values) + 1)]
        book = Book(students=students).add_lessons("09-01", "09-08")
        work = book.add_work(101, type_id)
        book.marks += [
            Mark(student_id=number, assignment_id=work, lesson_id=101, value=value)
            for number, value in enumerate(values, start=1)
        ]
        return book

    @pytest.mark.parametrize(
        ("values", "count"),
        [
            ((2, 2, 2, 2, 5, 5, 5, 5), 0),
            ((2, 2, 2, 2, 2, 5, 5, 5), 1),
            ((2, 2, 2, 2, 2, 5, 5), 0),
            ((2, 2, 2, 2, 3, 3, 3, 3, 3, 3), 0),
            ((1, 2, 2, 2, 3, 3, 3, 3, 3, 3), 1),
        ],
        ids=["half", "more than half", "few marks", "mean of 2,6", "mean of 2,5"],
    )
    def test_the_boundaries(self, trial, values: tuple[int, ...], count: int) -> None:
        tried = trial(self.book(*values))
        tried.sync("09-02 21:00")
        assert len(tried.found("CTL-06")) == count

    def test_what_it_says(self, trial) -> None:
        tried = trial(self.book(2, 2, 2, 2, 2, 3, 3, 3))
        tried.sync("09-02 21:00")
        (found,) = tried.found("CTL-06")
        assert found.message == (
            "7А, Химия, 01.09 (1-й урок): за работу «Контрольная работа» двоек 5 из 8 отметок, средний балл 2,38"
        )

    def test_answers_are_no_work(self, trial) -> None:
        tried = trial(self.book(*[2] * 10, type_id=10))
        tried.sync("09-02 21:00")
        assert tried.found("CTL-06") == []

    def test_a_mark_that_vanished_once_may_come_back(self, trial) -> None:
        book = self.book(2, 2, 2, 2, 2, 5, 5, 5, 5, 5)
        tried = trial(book)
        tried.sync("09-02 21:00")
        del book.marks[5:7]
        tried.sync("09-03 21:00")
        assert tried.found("CTL-06") == []
        tried.sync("09-04 21:00")
        assert len(tried.found("CTL-06")) == 1


class TestCtl07:
    """Нет работы над ошибками; выключено, пока школа не включит."""

    ON = ({"id": "CTL-07", "enabled": True},)

    @staticmethod
    def book(*topics: str | None) -> Book:
        """A control work, and lessons with these topics after it."""
        book = Book().add_lessons("09-01", topic="Контрольная работа № 1")
        for day, topic in zip(("09-03", "09-08", "09-10"), topics, strict=False):
            book.add_lessons(day, topic=topic)
        return book

    @pytest.mark.parametrize(
        ("topics", "count"),
        [
            (("Новая тема", "Новая тема"), 1),
            (("Анализ контрольной работы", "Новая тема"), 0),
            (("Новая тема", "Решение задач. Работа над ошибками"), 0),
            (("Новая тема", "Новая тема", "Работа над ошибками"), 1),
            (("Новая тема",), 0),
            (("Новая тема", None), 0),
        ],
        ids=["none", "the next lesson", "the one after", "too late", "not yet", "not written"],
    )
    def test_two_lessons(self, trial, topics: tuple[str | None, ...], count: int) -> None:
        tried = trial(self.book(*topics), rules=self.ON)
        tried.sync("09-20 21:00")
        found = tried.found("CTL-07")
        assert [item.message for item in found] == [
            "7А, Химия, 01.09 (1-й урок): после контрольной работы два урока без работы над ошибками"
        ] * count

    def test_off_until_it_is_wanted(self, trial) -> None:
        tried = trial(self.book("Новая тема", "Новая тема"))
        tried.sync("09-20 21:00")
        assert tried.found("CTL-07") == []
