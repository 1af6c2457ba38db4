"""REF by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date

import pytest
from support.school import CLASS, GROUP, TERM, Book

from netcity_sync.errors import AnswerError
from netcity_sync.model import EnrolmentOrder, MovementKind, Student

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")
PUPIL = "Иванов Иван Петрович"
FULL = Student(id=9, name="Петрова Анна Олеговна")


def book(*names: str) -> Book:
    made = Book().add_lessons(*WEEK)
    made.students = [Student(id=number, name=name) for number, name in enumerate(names, start=1)]
    return made


class TestRef01:
    """Неполные данные ученика."""

    def found(self, trial, *names: str) -> list[tuple[str, str]]:
        tried = trial(book(*names))
        tried.sync("09-10 21:00")
        return [(item.severity.value, item.message) for item in tried.found("REF-01")]

    def test_a_name_of_one_word(self, trial) -> None:
        found = self.found(trial, "Иванов", "Петрова Анна Олеговна")
        assert found == [("warn", "7А: Иванов — в списке класса нет имени или фамилии")]

    def test_a_patronymic_is_missed_where_most_have_one(self, trial) -> None:
        found = self.found(trial, "Иванов Иван", "Петрова Анна Олеговна")
        assert found == [("info", "7А: Иванов И. — в списке класса нет отчества")]

    def test_a_school_that_writes_no_patronymics(self, trial) -> None:
        assert self.found(trial, "Иванов Иван", "Петрова Анна", "Сидоров Пётр Олегович") == []

    def test_no_data(self, trial) -> None:
        tried = trial(book("Иванов"))
        tried.sync("09-09 21:00")
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("09-10 21:00")
        assert tried.found("REF-01") == []
        assert [gap.place.class_id for gap in tried.check("REF-01").no_data] == [CLASS]


class TestRef02:
    """Ученик в двух классах, дубль или выбыл, но с отметками."""

    def left(self, trial, lesson: int, *, reads: tuple[str, ...] = ("09-03", "09-04", "09-10")):
        made = book("Иванов Иван Петрович", "Петрова Анна Олеговна")
        made.mark(101)
        tried = trial(made)
        tried.sync("09-02 21:00")
        made.off_roster.add(1)
        made.mark(lesson)
        for moment in reads:
            tried.sync(f"{moment} 21:00")
        return tried

    @pytest.mark.parametrize(("lesson", "count"), [(103, 0), (104, 1)])
    def test_marks_after_leaving(self, trial, lesson: int, count: int) -> None:
        words = "7А: Иванов И. — в списках классов нет с 03.09.2026, а в журналах 1 отметка за более поздние уроки"
        assert [item.message for item in self.left(trial, lesson).found("REF-02")] == [words] * count

    def test_leaving_must_be_confirmed(self, trial) -> None:
        assert self.left(trial, 104, reads=("09-10",)).found("REF-02") == []

    def test_two_of_one_name(self, trial) -> None:
        tried = trial(book("Иванов Иван Петрович", "Иванов Иван  Петрович"))
        tried.sync("09-10 21:00")
        (finding,) = tried.found("REF-02")
        assert finding.message == "7А: Иванов И. — полное имя стоит в списке класса 2 раза"
        assert (finding.severity.value, finding.place.student_id) == ("info", 2)

    def test_two_classes(self, trial) -> None:
        tried = trial(book("Иванов Иван Петрович"))
        tried.source.second_class = (FULL,)
        tried.sync("09-10 21:00")
        assert tried.found("REF-02") == []
        tried.source.second_class = (FULL, tried.book.students[0])
        tried.sync("09-11 21:00")
        assert {item.message for item in tried.found("REF-02")} == {
            "7А: Иванов И. числится и в 7Б", "7Б: Иванов И. числится и в 7А",
        }  # fmt: skip
        tried.source.second_class = (FULL,)
        tried.sync("09-12 21:00")
        assert tried.found("REF-02") == []

    def test_no_data(self, trial) -> None:
        tried = self.left(trial, 104)
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("09-11 21:00")
        outcome = tried.check("REF-02")
        assert (outcome.findings, outcome.fixed) == ((), 0)
        assert [gap.reason.split(" (")[0] for gap in outcome.no_data] == ["прочитаны списки не всех классов"]


def order(kind: MovementKind, moved_on: str, **told: object) -> EnrolmentOrder:
    """A row of the table of orders about the first pupil, whole unless something else is told."""
    whole = {"class_name": "7А", "student": PUPIL, "order_number": "57-у", "order_date": date(2026, 9, 4)}
    return EnrolmentOrder(kind=kind, moved_on=date.fromisoformat(f"2026-{moved_on}"), **{**whole, **told})  # type: ignore[arg-type]


class TestRef03:
    """Движение без приказа."""

    def left(self, trial, *orders: EnrolmentOrder, taken: str = "09-12"):
        """The pupil is on the list on 2 September, and no more on 4 September."""
        made = book(PUPIL, FULL.name)
        tried = trial(made)
        tried.sync("09-02 21:00")
        made.off_roster.add(1)
        for moment in ("09-04 21:00", "09-05 21:00"):
            tried.sync(moment)
        tried.hand_in(f"{taken} 20:00", enrolment_orders=orders)
        tried.sync(f"{taken} 21:00")
        return tried

    def told(self, tried) -> list[str]:
        return [item.message for item in tried.found("REF-03")]

    @pytest.mark.parametrize(("taken", "count"), [("09-11", 0), ("09-12", 1)])
    def test_no_order(self, trial, taken: str, count: int) -> None:
        tried = self.left(trial, taken=taken)
        assert self.told(tried) == ["7А: Иванов И. — выбыл(а) не позднее 04.09, приказа нет"] * count
        places = {(item.place.class_id, item.place.student_id, item.place.key) for item in tried.found("REF-03")}
        assert places == {(CLASS, 1, "left")} if count else places == set()

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({}, None),
            ({"student": "иванов  иван ПЕТРОВИЧ"}, None),
            ({"order_number": None}, "выбыл(а) 03.09, номер приказа не указан"),
            ({"order_date": None}, "выбыл(а) 03.09, дата приказа не указана"),
            ({"order_number": None, "order_date": None}, "выбыл(а) 03.09, номер и дата приказа не указаны"),
            ({"class_name": "7Б"}, "выбыл(а) не позднее 04.09, приказа нет"),
            ({"student": "Иванов Иван"}, "выбыл(а) не позднее 04.09, приказа нет"),
        ],
        ids=["whole", "however it is written", "no number", "no date", "neither", "another class", "another name"],
    )
    def test_what_an_order_must_tell(self, trial, told: dict[str, object], words: str | None) -> None:
        tried = self.left(trial, order(MovementKind.LEFT, "09-03", **told))
        assert self.told(tried) == ([f"7А: Иванов И. — {words}"] if words else [])

    def test_an_order_of_another_kind_or_year(self, trial) -> None:
        rows = (
            order(MovementKind.ARRIVED, "09-03"), order(MovementKind.MOVED, "09-03", new_class="7Б"),
            order(MovementKind.LEFT, "08-31"),
        )  # fmt: skip
        assert self.told(self.left(trial, *rows)) == ["7А: Иванов И. — выбыл(а) не позднее 04.09, приказа нет"]

    def test_time_is_given_from_the_day_of_an_order_without_a_number(self, trial) -> None:
        row = order(MovementKind.LEFT, "09-03", order_number=None)
        assert len(self.told(self.left(trial, row, taken="09-11"))) == 1

    def test_who_came(self, trial) -> None:
        made = book(PUPIL)
        made.students += [Student(id=2, name="Новиков Илья Олегович"), Student(id=3, name="Орлова Анна Ильинична")]
        made.starts = {1: date(2026, 9, 1), 2: date(2026, 9, 2)}
        tried = trial(made)
        tried.sync("09-02 21:00")
        tried.hand_in("09-20 20:00", enrolment_orders=[])
        tried.sync("09-20 21:00")
        assert self.told(tried) == ["7А: Новиков И. — прибыл(а) 02.09, приказа нет"]

    def test_who_moved(self, trial) -> None:
        made = book(PUPIL, FULL.name)
        tried = trial(made)
        tried.source.second_class = (FULL,)
        tried.sync("09-02 21:00")
        made.off_roster.add(1)
        tried.source.second_class = (FULL, made.students[0])
        for moment in ("09-04 21:00", "09-05 21:00"):
            tried.sync(moment)
        tried.hand_in("09-12 20:00", enrolment_orders=[])
        tried.sync("09-12 21:00")
        (finding,) = tried.found("REF-03")
        assert finding.message == "7А: Иванов И. — переведён(а) в 7Б не позднее 04.09, приказа нет"
        assert (finding.place.class_id, finding.place.key) == (CLASS, "moved")
        wrong = order(MovementKind.MOVED, "09-03", new_class="7В")
        tried.hand_in("09-13 20:00", enrolment_orders=[wrong])
        assert len(tried.found("REF-03")) == 1
        tried.hand_in("09-13 22:00", enrolment_orders=[wrong.model_copy(update={"new_class": "7Б"})])
        assert tried.found("REF-03") == []

    def test_namesakes_are_not_judged(self, trial) -> None:
        made = book(PUPIL, "Иванов Иван Пётрович".replace("ё", "е"))
        tried = trial(made)
        tried.sync("09-02 21:00")
        made.off_roster.add(1)
        for moment in ("09-04 21:00", "09-05 21:00"):
            tried.sync(moment)
        tried.hand_in("09-20 20:00", enrolment_orders=[])
        tried.sync("09-20 21:00")
        assert tried.found("REF-03") == []

    def test_leaving_twice(self, trial) -> None:
        made = book(PUPIL)
        tried = trial(made)
        for gone, moments in (
            (set(), ("09-02",)), ({1}, ("09-04", "09-05")), (set(), ("09-16",)), ({1}, ("09-18", "09-19")),
        ):  # fmt: skip
            made.off_roster = gone
            for moment in moments:
                tried.sync(f"{moment} 21:00")
        rows = [order(MovementKind.LEFT, "09-17"), order(MovementKind.ARRIVED, "09-16")]
        tried.hand_in("10-01 20:00", enrolment_orders=rows)
        tried.sync("10-01 21:00")
        assert self.told(tried) == ["7А: Иванов И. — выбыл(а) не позднее 04.09, приказа нет"]
        tried.hand_in("10-01 22:00", enrolment_orders=[])
        keys = {item.place.key: item.message for item in tried.found("REF-03")}
        assert keys == {
            "left": "7А: Иванов И. — выбыл(а) не позднее 04.09, приказа нет",
            "arrived": "7А: Иванов И. — прибыл(а) не позднее 16.09, приказа нет",
            "left-2": "7А: Иванов И. — выбыл(а) не позднее 18.09, приказа нет",
        }

    def test_no_data(self, trial) -> None:
        tried = trial(book(PUPIL))
        tried.sync("09-10 21:00")
        (gap,) = tried.check("REF-03").no_data
        table = "таблица «Приказы о движении» папки обмена ещё не принята"
        assert gap.reason == f"источник не даёт нужных сведений ({table})"

    def test_lists_that_were_not_read(self, trial) -> None:
        tried = self.left(trial)
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("09-12 22:00")
        outcome = tried.check("REF-03")
        assert outcome.findings == ()
        assert [gap.reason.split(" (")[0] for gap in outcome.no_data] == ["прочитаны списки не всех классов"]

    def test_a_table_that_nobody_looks_after(self, trial) -> None:
        tried = self.left(trial)
        tried.sync("10-13 21:00")
        assert [len(tried.found("REF-03")), len(tried.check("REF-03").no_data)] == [1, 0]
        tried.sync("10-14 21:00")
        assert tried.found("REF-03") == []
        (gap,) = tried.check("REF-03").no_data
        assert gap.reason == "таблица «Приказы о движении» папки обмена давно не обновлялась"


class TestRef04:
    """Класс без классного руководителя, журнал без учителя."""

    def test_nobody_is_appointed(self, trial) -> None:
        tried = trial(book("Иванов Иван Петрович"))
        tried.sync("09-01 21:00")
        assert tried.found("REF-04") == []
        tried.source.chiefs = tried.source.teachers = ()
        for moment in ("09-02 21:00", "09-03 21:00"):
            tried.sync(moment)
        found = {item.message: item for item in tried.found("REF-04")}
        assert set(found) == {"7А: нет классного руководителя", "7А, Химия: у журнала нет учителя"}
        place = found["7А, Химия: у журнала нет учителя"].place
        assert (place.class_id, place.key, place.subject_group_id) == (CLASS, f"journal-{GROUP}", None)

    def test_not_confirmed(self, trial) -> None:
        tried = trial(book("Иванов Иван Петрович"))
        tried.sync("09-01 21:00")
        tried.source.chiefs = tried.source.teachers = ()
        tried.sync("09-02 21:00")
        assert tried.found("REF-04") == []

    def test_no_data(self, trial) -> None:
        tried = trial(book("Иванов Иван Петрович"), checks={"stale_after_hours": 24})
        tried.source.chiefs = ()
        tried.sync("09-01 21:00")
        assert len(tried.found("REF-04")) == 1
        tried.now = tried.now.replace(day=3)
        outcome = tried.check("REF-04")
        assert (outcome.findings, len(outcome.no_data), outcome.fixed) == ((), 1, 0)


class TestRef05:
    """Расписания нет."""

    @pytest.mark.parametrize(("moment", "count"), [("09-02 21:00", 0), ("09-03 21:00", 1)])
    def test_the_third_day_without_lessons(self, trial, moment: str, count: int) -> None:
        tried = trial(Book())
        tried.sync(moment)
        words = "7А, 1 четверть: в журналах нет ни одного урока"
        assert [item.message for item in tried.found("REF-05")] == [words] * count

    def test_a_lesson_to_come_is_a_timetable(self, trial) -> None:
        tried = trial(Book().add_lessons("10-20"))
        tried.sync("09-10 21:00")
        assert tried.found("REF-05") == []

    def test_another_journal_of_the_class_has_lessons(self, trial) -> None:
        made = Book()
        made.beside.append(Book(group=701, subject="Физика", subject_id=15, first_lesson=201).add_lessons(*WEEK))
        tried = trial(made)
        tried.sync("09-10 21:00")
        assert tried.found("REF-05") == []

    def test_no_data(self, trial) -> None:
        tried = trial(Book())
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-10 21:00")
        assert tried.found("REF-05") == []
        assert [gap.place.class_id for gap in tried.check("REF-05").no_data] == [CLASS]
        assert TERM == 1


class TestRef06:
    """Учебный год не закрыт."""

    @pytest.mark.parametrize(("moment", "closed", "count"), [
        ("2027-08-31", False, 0), ("2027-09-01", False, 1), ("2027-09-01", True, 0),
    ])  # fmt: skip
    def test_the_year_is_over(self, trial, moment: str, closed: bool, count: int) -> None:
        tried = trial(book("Иванов Иван Петрович"))
        tried.source.year_closed = closed
        tried.sync("09-10 21:00")
        year, month, number = map(int, moment.split("-"))
        tried.sync_at(tried.now.replace(year=year, month=month, day=number))
        words = "Учебный год 2026/2027 кончился 31.08.2027, но не закрыт, а следующий не открыт"
        assert [item.message for item in tried.found("REF-06")] == [words] * count

    def test_no_data(self, trial) -> None:
        tried = trial(book("Иванов Иван Петрович"))
        tried.sync("09-10 21:00")
        tried.now = tried.now.replace(year=2027)
        assert len(tried.check("REF-06").no_data) == 1
        assert tried.found("REF-06") == []
