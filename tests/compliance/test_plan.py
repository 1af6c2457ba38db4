"""PLN by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date, timedelta

import pytest
from support.school import ANSWER_TYPE, CONTROL_TYPE, GROUP, TERM, Book, Trial

from netcity_sync.compliance.finding import Severity
from netcity_sync.errors import AnswerError
from netcity_sync.model import PlannedLesson, Student, WorkKind

DAYS = ("09-01", "09-03", "09-08", "09-10", "09-15", "09-17", "09-22", "09-24")


def row(number: int, day: str | None = None, **more: object) -> PlannedLesson:
    """A row of the plan of chemistry in 7А; `day` is such as `09-14`."""
    values = {"class_name": "7А", "subject": "Химия", "number": number, "topic": f"Тема {number}"}
    planned_on = date.fromisoformat(f"2026-{day}") if day else None
    return PlannedLesson.model_validate({**values, "planned_on": planned_on, **more})


def plan(*days: str) -> list[PlannedLesson]:
    """A row a day."""
    return [row(number, day) for number, day in enumerate(days, start=1)]


def messages(tried: Trial, rule: str) -> list[str]:
    return [item.message for item in tried.found(rule)]


class TestPln01:
    """КТП не внесено."""

    OTHER = (row(1, class_name="8Б"),)

    @pytest.mark.parametrize(
        ("moment", "severity"),
        [
            ("09-10 23:50", None),
            ("09-11 08:00", Severity.VIOL),
            ("09-30 21:00", Severity.VIOL),
            ("10-01 08:00", Severity.CRIT),
        ],
    )
    def test_from_the_eleventh_of_september(self, trial, moment: str, severity: Severity | None) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=self.OTHER)
        tried.sync(moment)
        assert [item.severity for item in tried.found("PLN-01")] == ([severity] if severity else [])

    def test_the_message_and_the_place(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=self.OTHER)
        tried.sync("09-11 21:00")
        (found,) = tried.found("PLN-01")
        assert found.message == "7А, Химия: КТП не внесено (0 строк на 11.09)"
        assert (found.place.subject_group_id, found.place.term_id) == (GROUP, TERM)

    @pytest.mark.parametrize(
        "names",
        [
            {"class_name": "7A", "subject": " ХИМИЯ "},
            {"group_name": "химия"},
        ],
        ids=["however it is written", "by the journal's name"],
    )
    def test_whose_a_plan_is(self, trial, names: dict[str, str]) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=[row(1, **names)])
        tried.sync("09-11 21:00")
        assert tried.found("PLN-01") == []

    def test_a_plan_of_the_class_that_is_nobodys_may_be_this_one(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=[row(1, subject="Хим.")])
        tried.sync("09-11 21:00")
        assert tried.found("PLN-01") == []

    def test_a_plan_that_fits_two_journals_is_nobodys(self, trial) -> None:
        beside = Book(group=701, first_lesson=201, subject="Химия").add_lessons(*DAYS)
        tried = trial(Book(beside=[beside]).add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=[row(1)])
        tried.sync("09-11 21:00")
        assert tried.found("PLN-01") == []

    @pytest.mark.parametrize("book", [Book(extracurricular=True), Book(individual_plan=True)])
    def test_not_asked_of(self, trial, book: Book) -> None:
        tried = trial(book.add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=self.OTHER)
        tried.sync("09-20 21:00")
        assert tried.found("PLN-01") == []

    def test_no_lessons_no_plan(self, trial) -> None:
        tried = trial(Book())
        tried.hand_in("09-01 08:00", plan=self.OTHER)
        tried.sync("09-20 21:00")
        assert tried.found("PLN-01") == []

    def test_no_data_where_no_plans_were_ever_handed_in(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.sync("09-20 21:00")
        outcome = tried.check("PLN-01")
        assert (outcome.findings, [gap.reason.split(" (")[0] for gap in outcome.no_data]) == (
            (), ["источник не даёт нужных сведений"],
        )  # fmt: skip

    def test_no_data_where_the_journal_was_not_read(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=self.OTHER)
        tried.sync("09-20 21:00")
        tried.check("PLN-01")
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-21 21:00")
        outcome = tried.check("PLN-01")
        assert (outcome.findings, outcome.fixed) == ((), 0)
        assert [gap.place.subject_group_id for gap in outcome.no_data] == [GROUP]


class TestPln02:
    """Отставание от программы."""

    def tried(self, trial, empty: int, rows: list[PlannedLesson], moment: str = "09-24 23:59:30") -> Trial:
        book = Book().add_lessons(*DAYS)
        for lesson in range(101, 101 + empty):
            book.set_topic(lesson, None)
        made: Trial = trial(book)
        made.hand_in("09-01 08:00", plan=rows)
        made.sync(moment)
        return made

    @pytest.mark.parametrize(
        ("empty", "severity"), [(2, None), (3, Severity.WARN), (4, Severity.WARN), (5, Severity.VIOL)]
    )
    def test_more_than_two_lessons(self, trial, empty: int, severity: Severity | None) -> None:
        tried = self.tried(trial, empty, plan(*DAYS), "09-25 08:00")
        assert [item.severity for item in tried.found("PLN-02")] == ([severity] if severity else [])

    def test_the_message(self, trial) -> None:
        rows = [*plan(*DAYS[:7]), row(8, "09-24", hours=1.5)]
        assert messages(self.tried(trial, 3, rows, "09-25 08:00"), "PLN-02") == [
            "7А, Химия: отставание от КТП на 3,5 ч (по плану к 25.09 — 8,5 ч, дано 5)"
        ]

    def test_the_day_of_the_read_is_not_over(self, trial) -> None:
        assert messages(self.tried(trial, 4, plan(*DAYS[:7], "09-25"), "09-25 21:00"), "PLN-02") != []
        assert messages(self.tried(trial, 3, plan(*DAYS[:6], "09-25", "09-25"), "09-25 21:00"), "PLN-02") == []

    @pytest.mark.parametrize(("rows", "count"), [(8, 1), (7, 0)], ids=["as many as were held", "no more than planned"])
    def test_without_dates_by_the_lessons_held(self, trial, rows: int, count: int) -> None:
        undated = [row(number) for number in range(1, rows + 1)]
        assert len(messages(self.tried(trial, 3, undated, "09-25 08:00"), "PLN-02")) == count

    def test_a_share_of_a_long_plan(self, trial) -> None:
        first = date(2026, 9, 1)
        days = [(first + timedelta(days=number)).isoformat()[5:] for number in range(50)]
        book = Book().add_lessons(*days[:40])
        tried = trial(book, rules=[{"id": "PLN-02", "params": {"share": 0.2}}])
        tried.hand_in("09-01 08:00", plan=plan(*days))
        tried.sync("10-21 08:00")
        assert tried.found("PLN-02") == []
        book.set_topic(101, None)
        tried.sync("10-21 21:00")
        assert len(tried.found("PLN-02")) == 1

    def test_a_plan_of_last_year_tells_nothing(self, trial) -> None:
        old = row(9).model_copy(update={"planned_on": date(2025, 9, 2)})
        assert messages(self.tried(trial, 5, [*plan(*DAYS), old], "09-25 08:00"), "PLN-02") == []


class TestPln03:
    """Программа не выполнена на конец периода."""

    def tried(self, trial, rows: list[PlannedLesson], moment: str = "09-26 21:00", **sections: object) -> Trial:
        book = Book(term_end=date(2026, 9, 25)).add_lessons(*DAYS)
        book.set_topic(103, "")
        made: Trial = trial(book, **sections)
        made.hand_in("09-01 08:00", plan=rows)
        made.sync(moment)
        return made

    def test_the_message(self, trial) -> None:
        assert messages(self.tried(trial, plan(*DAYS)), "PLN-03") == [
            "7А, Химия (1 четверть): по КТП 8 ч, дано 7 (87,5 %)"
        ]

    @pytest.mark.parametrize("count", [7, 8])
    def test_all_that_was_planned(self, trial, count: int) -> None:
        assert len(messages(self.tried(trial, plan(*DAYS[:count])), "PLN-03")) == count - 7

    def test_not_before_the_term_is_over(self, trial) -> None:
        assert messages(self.tried(trial, plan(*DAYS), "09-25 23:59"), "PLN-03") == []

    def test_a_school_that_lets_plans_be_compacted(self, trial) -> None:
        share = {"rules": [{"id": "PLN-03", "params": {"share": 87}}]}
        assert messages(self.tried(trial, plan(*DAYS), **share), "PLN-03") == []

    def test_at_the_end_of_the_year_rows_without_dates_too(self, trial) -> None:
        assert len(messages(self.tried(trial, [row(number) for number in range(1, 9)]), "PLN-03")) == 1


class TestPln04:
    """КТП не равно часам учебного плана."""

    @pytest.mark.parametrize(("count", "found"), [(7, 1), (8, 0), (9, 1)])
    def test_as_many_hours_as_lessons(self, trial, count: int, found: int) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-01 08:00", plan=[row(number) for number in range(1, count + 1)])
        tried.sync("09-02 21:00")
        shown = messages(tried, "PLN-04")
        assert shown == [f"7А, Химия: в КТП {count} ч, а уроков в журнале за год 8"] * found

    def test_a_lesson_that_vanished_is_not_counted_out_at_once(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        tried = trial(book)
        tried.hand_in("09-01 08:00", plan=plan(*DAYS))
        tried.sync("09-02 21:00")
        del book.lessons[108]
        tried.sync("09-03 21:00")
        assert messages(tried, "PLN-04") == []
        tried.sync("09-04 21:00")
        assert len(messages(tried, "PLN-04")) == 1


class TestPln05:
    """Работ меньше, чем по КТП."""

    ROWS = (
        row(1, "09-03", work=WorkKind.CONTROL),
        row(2, "09-08", work=WorkKind.ASSESSMENT),
        row(3, "09-10", work=WorkKind.LABORATORY),
        row(4, "09-10", work=WorkKind.LABORATORY),
    )

    def tried(self, trial, book: Book, *rows: PlannedLesson, moment: str = "09-26 21:00") -> Trial:
        book.term_end = date(2026, 9, 25)
        made: Trial = trial(book)
        made.hand_in("09-01 08:00", plan=rows)
        made.sync(moment)
        return made

    def test_the_message_and_the_place(self, trial) -> None:
        tried = self.tried(trial, Book().add_lessons(*DAYS), *self.ROWS)
        assert [(item.message, item.place.key) for item in tried.found("PLN-05")] == [
            ("7А, Химия (1 четверть): контрольных работ по КТП 2, в журнале 0", "control"),
            ("7А, Химия (1 четверть): лабораторных работ по КТП 1, в журнале 0", "laboratory"),
        ]

    @pytest.mark.parametrize(("topics", "count"), [(1, 1), (2, 0)])
    def test_a_topic_or_a_column_is_a_work(self, trial, topics: int, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        for lesson in range(101, 101 + topics):
            book.set_topic(lesson, "Тест по теме")
        tried = self.tried(trial, book, *self.ROWS[:2])
        assert len(tried.found("PLN-05")) == count
        book.add_work(105, CONTROL_TYPE)
        book.add_work(106, ANSWER_TYPE)
        tried.sync("09-26 22:00")
        assert tried.found("PLN-05") == []

    def test_not_before_the_term_is_over(self, trial) -> None:
        tried = self.tried(trial, Book().add_lessons(*DAYS), *self.ROWS, moment="09-25 21:00")
        assert tried.found("PLN-05") == []


class TestPln06:
    """КТП изменено задним числом."""

    def tried(self, trial, *after: PlannedLesson, moment: str = "09-16 20:00") -> Trial:
        made: Trial = trial(Book(students=[Student(id=1, name="Иванов И")]).add_lessons(*DAYS))
        made.hand_in("09-01 08:00", plan=plan(*DAYS))
        made.sync("09-01 21:00")
        made.hand_in(moment, plan=after)
        made.sync("09-16 21:00")
        return made

    def test_the_message_and_that_it_stays(self, trial) -> None:
        rows = plan(*DAYS)
        rows[1:3] = [row(2, "09-03", topic="Другая"), row(3, "09-08", topic="Третья")]
        tried = self.tried(trial, *rows)
        (found,) = tried.found("PLN-06")
        assert found.message == "7А, Химия: 16.09 в КТП переписаны прошедшие уроки: № 2, 3"
        assert found.place.day == "2026-09-16"
        tried.hand_in("09-17 20:00", plan=plan(*DAYS))
        tried.sync("09-17 21:00")
        assert [item.place.day for item in tried.found("PLN-06")] == ["2026-09-16", "2026-09-17"]

    @pytest.mark.parametrize(("day", "count"), [("09-15", 0), ("09-16", 1)])
    def test_only_days_that_were_over(self, trial, day: str, count: int) -> None:
        rows = plan(*DAYS)
        rows[4] = row(5, "09-15", topic="Другая")
        assert len(self.tried(trial, *rows, moment=f"{day} 20:00").found("PLN-06")) == count

    @pytest.mark.parametrize(
        "change",
        [
            lambda rows: [*rows[:2], row(3, "09-25", topic="Тема 3"), *rows[3:]],
            lambda rows: [
                row(1, "09-01", topic="Вводная"),
                *(row(place + 1, day, topic=f"Тема {place}") for place, day in enumerate(DAYS, 1)),
            ],
            lambda rows: [*rows[:2], row(3, "09-08", topic="ТЕМА  3"), *rows[3:]],
            lambda rows: [],
        ],
        ids=["put off", "numbers moved", "spelling", "the whole plan withdrawn"],
    )
    def test_what_is_no_change(self, trial, change) -> None:
        assert self.tried(trial, *change(plan(*DAYS))).found("PLN-06") == []
