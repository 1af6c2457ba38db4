"""CTL-05 by the letter of docs/checks.md: the boundary on both sides, which work answers, when it says nothing."""

from datetime import date

import pytest
from support.school import CONTROL_TYPE, GROUP, TERM, Book, Trial

from netcity_sync.compliance.finding import Severity
from netcity_sync.errors import AnswerError
from netcity_sync.model import Grading, PlannedLesson, WorkKind

DAYS = ("09-03", "09-07", "09-11", "09-15", "09-19", "09-23")
ANYTIME = "09-30 21:00"


def planned(*days: str, work: WorkKind = WorkKind.CONTROL) -> list[PlannedLesson]:
    """Rows of the plan of chemistry in 7А with a work on these days."""
    return [
        PlannedLesson(
            class_name="7А", subject="Химия", number=number, topic=f"Тема {number}", work=work,
            planned_on=date.fromisoformat(f"2026-{day}"),
        )
        for number, day in enumerate(days, start=1)
    ]  # fmt: skip


def told(trial, book: Book, plan: list[PlannedLesson], moment: str = ANYTIME) -> list[str]:
    """What the rule says of a book and a plan at a moment."""
    tried: Trial = trial(book)
    tried.hand_in("09-01 08:00", plan=plan)
    tried.sync(moment)
    return [item.message.removeprefix("7А, Химия: контрольная работа по графику ") for item in tried.found("CTL-05")]


class TestCtl05:
    """Контрольная по графику не проведена или проведена вне графика."""

    def test_one_that_was_put_off(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.add_work(106, CONTROL_TYPE)
        tried: Trial = trial(book)
        tried.hand_in("09-01 08:00", plan=planned("09-11"))
        tried.sync(ANYTIME)
        (found,) = tried.found("CTL-05")
        assert found.message == "7А, Химия: контрольная работа по графику 11.09, проведена 23.09"
        assert found.severity is Severity.WARN
        assert (found.place.subject_group_id, found.place.term_id, found.place.day) == (GROUP, TERM, "2026-09-11")

    @pytest.mark.parametrize(("moment", "count"), [("09-14 23:59", 0), ("09-15 00:01", 1)])
    def test_when_the_window_is_over(self, trial, moment: str, count: int) -> None:
        assert told(trial, Book().add_lessons(*DAYS), planned("09-11"), moment) == ["11.09, не проведена"] * count

    @pytest.mark.parametrize(("day", "count"), [("09-11", 1), ("09-12", 0), ("09-15", 0), ("09-18", 0), ("09-19", 1)])
    def test_three_days_on_both_sides(self, trial, day: str, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        book.add_work(104, CONTROL_TYPE)
        assert len(told(trial, book, planned(day))) == count

    @pytest.mark.parametrize(
        ("topic", "count"),
        [
            ("Контрольная работа № 1", 0), ("Итоговая контрольная работа", 0), ("Диагностика", 0), ("Зачёт", 0),
            ("Протесты и восстания", 1), ("Самостоятельная работа", 1), (None, 1),
        ],
    )  # fmt: skip
    def test_by_the_topic(self, trial, topic: str | None, count: int) -> None:
        book = Book().add_lessons(*DAYS)
        book.set_topic(104, topic)
        assert len(told(trial, book, planned("09-15", work=WorkKind.ASSESSMENT))) == count

    def test_a_work_answers_for_one_day(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.add_work(103, CONTROL_TYPE)
        assert told(trial, book, planned("09-10", "09-12")) == ["12.09, не проведена"]
        assert told(trial, book, planned("09-11", "09-11")) == []

    def test_a_work_of_another_day_is_not_named(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.add_work(104, CONTROL_TYPE)
        assert told(trial, book, planned("09-03", "09-15")) == ["03.09, не проведена"]
        assert told(trial, book, planned("09-03", "09-08")) == ["03.09, проведена 15.09", "08.09, не проведена"]

    def test_works_of_other_kinds(self, trial) -> None:
        assert told(trial, Book().add_lessons(*DAYS), planned("09-11", work=WorkKind.LABORATORY)) == []

    @pytest.mark.parametrize(
        "book",
        [Book(grade=1), Book(extracurricular=True), Book(individual_plan=True), Book(grading=Grading.NOT_RATED)],
        ids=["first grade", "extracurricular", "an individual plan", "no marks"],
    )
    def test_not_asked_of(self, trial, book: Book) -> None:
        plan = [row.model_copy(update={"class_name": f"{book.grade}А"}) for row in planned("09-11")]
        assert told(trial, book.add_lessons(*DAYS), plan) == []

    def test_a_plan_of_another_year(self, trial) -> None:
        plan = [*planned("09-11"), planned("08-20")[0].model_copy(update={"number": 2})]
        assert told(trial, Book().add_lessons(*DAYS), plan) == []

    def test_a_work_that_vanished_unconfirmed_still_answers(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.add_work(104, CONTROL_TYPE)
        tried: Trial = trial(book)
        tried.hand_in("09-01 08:00", plan=planned("09-15"))
        tried.sync("09-29 21:00")
        book.assignments.clear()
        tried.sync("09-30 07:00")
        assert tried.found("CTL-05") == []
        tried.sync("09-30 21:00")
        assert len(tried.found("CTL-05")) == 1

    def test_no_data(self, trial) -> None:
        tried: Trial = trial(Book().add_lessons(*DAYS))
        tried.sync("09-29 21:00")
        (gap,) = tried.check("CTL-05").no_data
        assert gap.reason == "источник не даёт нужных сведений (таблица «КТП» папки обмена ещё не принята)"
        tried.hand_in("09-29 22:00", plan=planned("09-15"))
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-30 21:00")
        outcome = tried.check("CTL-05")
        assert (outcome.findings, [gap.place.subject_group_id for gap in outcome.no_data]) == ((), [GROUP])
