"""LSN-03 and LSN-06 by the letter of docs/checks.md: the boundary on both sides, and when they say nothing."""

from datetime import date

import pytest
from support.school import Book, Trial

from netcity_sync.compliance.finding import Severity
from netcity_sync.errors import AnswerError
from netcity_sync.model import PlannedLesson

DAYS = ("09-01", "09-03", "09-08", "09-10", "09-15", "09-17", "09-22", "09-24")


def rows(*planned: tuple[str | None, str]) -> list[PlannedLesson]:
    """A plan of chemistry in 7А: days and topics."""
    return [
        PlannedLesson(
            class_name="7А", subject="Химия", number=number, topic=topic,
            planned_on=date.fromisoformat(f"2026-{day}") if day else None,
        )
        for number, (day, topic) in enumerate(planned, start=1)
    ]  # fmt: skip


class TestLsn03:
    """Тема не совпадает с КТП или повторяется."""

    def found(self, trial, topic: str, *planned: tuple[str | None, str]) -> list[str]:
        book = Book().add_lessons("09-15", topic=topic)
        tried: Trial = trial(book)
        tried.hand_in("09-01 08:00", plan=rows(*planned))
        tried.sync("09-16 21:00")
        return [item.message for item in tried.found("LSN-03")]

    def test_the_message(self, trial) -> None:
        assert self.found(trial, "Просмотр фильма", ("09-15", "Оксиды")) == [
            "7А, Химия, 15.09 (1-й урок): темы «Просмотр фильма» нет в КТП около этой даты"
        ]

    @pytest.mark.parametrize(
        ("topic", "count"),
        [
            ("Оксиды", 0),
            (" оксиды ", 0),
            ("Оксид: свойства", 0),
            ("Оксиды и их свойства, повторение", 0),
            ("Свойства кислот и солей", 0),
            ("Кислоты, соли", 1),
        ],
    )
    def test_half_of_the_words_of_the_shorter(self, trial, topic: str, count: int) -> None:
        assert len(self.found(trial, topic, ("09-15", "Оксиды, свойства"), ("09-15", "Оксиды"))) == count

    @pytest.mark.parametrize(("day", "count"), [("09-01", 0), ("09-29", 0), ("09-30", 1)])
    def test_within_fourteen_days(self, trial, day: str, count: int) -> None:
        assert len(self.found(trial, "Оксиды", (day, "Оксиды"), ("09-15", "Атомы"))) == count

    @pytest.mark.parametrize(
        "planned", [[("09-30", "Атомы")], [(None, "Атомы")], []], ids=["no row near", "no dates", "no plan"]
    )
    def test_nothing_to_compare_with(self, trial, planned: list[tuple[str | None, str]]) -> None:
        assert self.found(trial, "Оксиды", *planned) == []

    @pytest.mark.parametrize(("count", "found"), [(3, []), (4, [104]), (6, [104])])
    def test_on_more_than_three_days(self, trial, count: int, found: list[int]) -> None:
        book = Book().add_lessons(*DAYS)
        for place in range(len(DAYS)):
            book.set_topic(101 + place, "Повторение" if place < count else f"Тема {place}")
        tried = trial(book)
        tried.sync("09-25 21:00")
        assert [item.place.lesson_id for item in tried.found("LSN-03")] == found
        assert all(item.message.endswith("тема «Повторение» записана уже в 4 дня") for item in tried.found("LSN-03"))

    def test_double_lessons_are_one_day(self, trial) -> None:
        book = Book().add_lessons("09-01", "09-01", "09-03", "09-03", topic="Сборка изделия")
        tried = trial(book)
        tried.sync("09-25 21:00")
        assert tried.found("LSN-03") == []

    def test_a_plan_may_repeat_a_topic(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS, topic="Повторение"))
        tried.hand_in("09-01 08:00", plan=rows(*((day, "Повторение") for day in DAYS)))
        tried.sync("09-25 21:00")
        assert tried.found("LSN-03") == []

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS, topic="Повторение"))
        tried.sync("09-25 21:00")
        assert len(tried.found("LSN-03")) == 1
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-26 21:00")
        outcome = tried.check("LSN-03")
        assert (outcome.findings, len(outcome.no_data), outcome.fixed) == ((), 1, 0)


class TestLsn06:
    """Нет инструктажа по технике безопасности."""

    def found(self, trial, *topics: str | None, subject: str = "Химия", moment: str = "09-02 21:00") -> list[str]:
        book = Book(subject=subject).add_lessons(*["09-01"] * len(topics), "09-03")
        for number, topic in enumerate(topics, start=101):
            book.set_topic(number, topic)
        tried: Trial = trial(book)
        tried.sync(moment)
        assert all(item.severity is Severity.WARN for item in tried.found("LSN-06"))
        return [item.message for item in tried.found("LSN-06")]

    def test_the_message(self, trial) -> None:
        assert self.found(trial, "Предмет химии") == [
            "7А, Химия, 01.09 (1-й урок): в теме нет инструктажа по технике безопасности"
        ]

    @pytest.mark.parametrize(
        "topic",
        [
            "Вводный инструктаж", "Предмет химии. ТБ", "Правила безопасности", "Охрана труда в кабинете",
            "техника безопасности", "Инструктажи ОТ-1",
        ],
    )  # fmt: skip
    def test_words_of_an_instruction(self, trial, topic: str) -> None:
        assert self.found(trial, topic) == []

    @pytest.mark.parametrize("topic", ["Охрана природы", "Труд и отдых", "Отбор образцов"])
    def test_words_that_only_look_so(self, trial, topic: str) -> None:
        assert len(self.found(trial, topic)) == 1

    @pytest.mark.parametrize(
        ("subject", "count"),
        [
            ("Физика", 1), ("Биология", 1), ("Информатика и ИКТ", 1), ("Труд (технология)", 1),
            ("Физическая культура", 1), ("Физкультура", 1), ("История", 0), ("Физическая география", 0),
            ("Обществознание", 0),
        ],
    )  # fmt: skip
    def test_subjects(self, trial, subject: str, count: int) -> None:
        assert len(self.found(trial, "Введение", subject=subject)) == count

    def test_any_lesson_of_the_day_will_do(self, trial) -> None:
        assert self.found(trial, "Материалы", "Инструктаж по ТБ") == []

    def test_no_topic_is_another_finding(self, trial) -> None:
        assert self.found(trial, None) == []

    @pytest.mark.parametrize(("moment", "count"), [("09-01 23:50", 0), ("09-02 00:10", 1)])
    def test_when_the_day_is_over(self, trial, moment: str, count: int) -> None:
        assert len(self.found(trial, "Предмет химии", moment=moment)) == count

    def test_the_first_lesson_of_the_new_year(self, trial) -> None:
        book = Book(term_end=date(2027, 3, 1)).add_lessons("09-01", topic="Инструктаж")
        book.add_lessons("12-28", topic="Соли")
        lesson = book.lessons[102]
        for number, day in ((103, date(2027, 1, 12)), (104, date(2027, 1, 14))):
            book.lessons[number] = lesson.model_copy(update={"id": number, "date": day})
        tried = trial(book)
        tried.sync("12-30 21:00")
        assert tried.found("LSN-06") == []
        tried.now = tried.now.replace(year=2027)
        later = tried.now.replace(month=1, day=13)
        tried.sync_at(later)
        assert [item.place.lesson_id for item in tried.found("LSN-06")] == [103]

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons("09-01", topic="Предмет химии"))
        tried.sync("09-02 21:00")
        assert len(tried.found("LSN-06")) == 1
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-03 21:00")
        outcome = tried.check("LSN-06")
        assert (outcome.findings, len(outcome.no_data), outcome.fixed) == ((), 1, 0)
