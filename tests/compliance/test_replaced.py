"""LSN-07 by the letter of docs/checks.md: the boundary on both sides, and when it says nothing."""

from datetime import date

import pytest
from support.school import CHIEF, GROUP, TERM, Book, Trial

from netcity_sync.errors import AnswerError
from netcity_sync.model import Substitution

DAYS = ("09-01", "09-03", "09-04", "09-08", "09-10")
ABSENT, SUBSTITUTE = "Учебнова Елена Петровна", "Примерова Вера Петровна"


def replaced(day: str = "09-03", slot: int = 1, **more: str) -> Substitution:
    values = {"class_name": "7А", "subject": "Химия", "absent": ABSENT, "substitute": SUBSTITUTE}
    return Substitution.model_validate({**values, "held_on": date.fromisoformat(f"2026-{day}"), "slot": slot, **more})


class TestLsn07:
    """Замена: журнал не заполнен замещающим."""

    def tried(self, trial, *rows: Substitution, topic: str | None = None, homework: bool = True,
              moment: str = "09-05 21:00", book: Book | None = None) -> Trial:  # fmt: skip
        book = book or Book()
        book.add_lessons(*DAYS)
        book.set_topic(102, topic)
        book.give_homework(*([101, 102] if homework else [101]))
        made: Trial = trial(book)
        made.hand_in("09-01 08:00", substitutions=rows)
        made.sync(moment)
        return made

    @pytest.mark.parametrize(
        ("topic", "homework", "words"),
        [
            (None, True, "нет темы"),
            ("Оксиды", False, "нет домашнего задания"),
            ("Ок", False, "нет темы и домашнего задания"),
        ],
    )
    def test_the_message_and_whose_it_is(self, trial, topic: str | None, homework: bool, words: str) -> None:
        (found,) = self.tried(trial, replaced(), topic=topic, homework=homework).found("LSN-07")
        assert found.message == f"7А, Химия, 03.09 (1-й урок): замещение (Примерова В.), {words}"
        assert (found.place.subject_group_id, found.place.term_id, found.place.lesson_id) == (GROUP, TERM, 102)
        assert (found.teacher_ids, found.class_name, found.subject_name) == ((CHIEF,), "7А", "Химия")

    def test_a_journal_that_was_filled_in(self, trial) -> None:
        assert self.tried(trial, replaced(), topic="Оксиды").found("LSN-07") == []

    @pytest.mark.parametrize(("moment", "count"), [("09-04 23:50", 0), ("09-05 00:10", 1)])
    def test_a_school_day_later(self, trial, moment: str, count: int) -> None:
        assert len(self.tried(trial, replaced(), moment=moment).found("LSN-07")) == count

    @pytest.mark.parametrize(
        "row",
        [
            replaced("09-02"),
            replaced(slot=2),
            replaced(class_name="7Б"),
            replaced(subject="Физика"),
            replaced(group_name="1 группа"),
            replaced(substitute="Неизвестная Мария Ивановна"),
        ],
        ids=["day", "slot", "class", "subject", "group", "person"],
    )
    def test_what_fits_nothing(self, trial, row: Substitution) -> None:
        assert self.tried(trial, row).found("LSN-07") == []

    def test_names_however_they_are_written(self, trial) -> None:
        row = replaced(subject="ХИМИЯ", substitute="ПРИМЕРОВА Вера  Петровна", group_name="Химия")
        assert len(self.tried(trial, row).found("LSN-07")) == 1

    @pytest.mark.parametrize(("group", "count"), [("", 0), ("2 группа", 1)], ids=["either", "named"])
    def test_subgroups_at_one_time(self, trial, group: str, count: int) -> None:
        beside = Book(group=701, first_lesson=201, subgroup="2 группа").add_lessons(*DAYS, topic=None)
        tried = self.tried(trial, replaced(group_name=group), topic="Оксиды", book=Book(beside=[beside]))
        assert [item.place.subject_group_id for item in tried.found("LSN-07")] == [701] * count

    def test_no_homework_in_first_grade(self, trial) -> None:
        row = replaced(class_name="1А")
        book = Book(grade=1)
        assert self.tried(trial, row, topic="Оксиды", homework=False, book=book).found("LSN-07") == []

    def test_no_data(self, trial) -> None:
        tried = self.tried(trial, replaced())
        assert len(tried.found("LSN-07")) == 1
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-06 21:00")
        outcome = tried.check("LSN-07")
        assert (outcome.findings, len(outcome.no_data), outcome.fixed) == ((), 1, 0)

    def test_no_data_where_substitutions_were_never_handed_in(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS, topic=None))
        tried.sync("09-10 21:00")
        (gap,) = tried.check("LSN-07").no_data
        assert gap.reason.startswith("источник не даёт нужных сведений")
