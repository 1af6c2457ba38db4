"""LSN-09 by the letter of docs/checks.md: the boundary on both sides, and when it says nothing."""

from datetime import date

import pytest
from support.school import Book, Trial

from netcity_sync.errors import AnswerError
from netcity_sync.model import Student

PUPILS = [Student(id=number, name=f"Ученик {number}") for number in range(1, 5)]


class TestLsn09:
    """Урок вне расписания."""

    def tried(self, trial, book: Book, moment: str = "09-02 21:00", **sections: object) -> Trial:
        made: Trial = trial(book, **sections)
        made.sync(moment)
        return made

    def test_a_day_off(self, trial) -> None:
        calendar = {"calendar": {"days_off": ["2026-09-03"]}}
        (found,) = self.tried(trial, Book().add_lessons("09-02", "09-03", "09-04"), **calendar).found("LSN-09")
        assert found.message == "7А, Химия, 03.09 (1-й урок): урок стоит на выходной день"
        assert found.place.lesson_id == 102

    @pytest.mark.parametrize(("day", "count"), [("09-05", 0), ("09-06", 1), ("09-07", 0)])
    def test_a_sunday(self, trial, day: str, count: int) -> None:
        found = self.tried(trial, Book().add_lessons("09-02", day)).found("LSN-09")
        assert len(found) == count
        assert all(item.message.endswith("урок стоит на воскресенье") for item in found)

    @pytest.mark.parametrize(("day", "count"), [("09-25", 0), ("09-26", 1), ("08-31", 1), ("09-01", 0)])
    def test_outside_its_term(self, trial, day: str, count: int) -> None:
        book = Book(term_end=date(2026, 9, 25)).add_lessons("09-02", day)
        found = self.tried(trial, book).found("LSN-09")
        assert len(found) == count
        assert all(item.message.endswith("урок стоит вне учебного периода (1 четверть)") for item in found)

    @pytest.mark.parametrize(("pupils", "count"), [(PUPILS[:2], 1), (PUPILS[:1], 0), ([PUPILS[0]], 0), ([], 0)])
    def test_two_lessons_of_the_same_pupils(self, trial, pupils: list[Student], count: int) -> None:
        others = [Student(id=10 + place, name=f"Другой {place}") for place in range(4 - len(pupils))]
        beside = Book(group=701, subject="Физика", subject_id=9, first_lesson=201, students=[*pupils, *others])
        book = Book(students=PUPILS, beside=[beside.add_lessons("09-02", "09-03")]).add_lessons("09-03", "09-04")
        found = self.tried(trial, book).found("LSN-09")
        assert [item.place.lesson_id for item in found] == [202] * count
        words = "7А, Физика, 03.09 (1-й урок): у тех же учеников в это время ещё один урок (Химия)"
        assert all(item.message == words for item in found)

    @pytest.mark.parametrize("more", [{"individual_plan": True}, {"extracurricular": True}, {"first_slot": 2}])
    def test_what_may_stand_beside(self, trial, more: dict[str, object]) -> None:
        beside = Book(group=701, subject="Физика", first_lesson=201, students=PUPILS, **more)  # type: ignore[arg-type]
        book = Book(students=PUPILS, beside=[beside.add_lessons("09-03")]).add_lessons("09-03")
        assert self.tried(trial, book).found("LSN-09") == []

    def test_a_moved_lesson_stands_once(self, trial) -> None:
        book = Book(students=PUPILS).add_lessons("09-02", "09-03")
        tried = self.tried(trial, book)
        book.lessons[102] = book.lessons[102].model_copy(update={"date": date(2026, 9, 6)})
        tried.sync("09-03 21:00")
        assert len(tried.found("LSN-09")) == 1
        del book.lessons[102]
        tried.sync("09-04 21:00")
        assert tried.found("LSN-09") == []

    def test_no_data(self, trial) -> None:
        tried = self.tried(trial, Book().add_lessons("09-02", "09-06"))
        assert len(tried.found("LSN-09")) == 1
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-03 21:00")
        outcome = tried.check("LSN-09")
        assert (outcome.findings, len(outcome.no_data), outcome.fixed) == ((), 1, 0)
