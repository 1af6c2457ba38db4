"""FIN: final marks against the journal, one pupil and one class at a time."""

from collections.abc import Callable
from datetime import date

import pytest
from support.exchange import csv_text
from support.school import CHIEF, CLASS, CONTROL_TYPE, GROUP, TERM, Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.errors import AnswerError
from netcity_sync.jobs.exchange import take_files
from netcity_sync.model import AttendanceCode, FinalKind, Mark, Student, TermKind

New = Callable[..., Trial]

DAYS = ("10-12", "10-13", "10-14", "10-15", "10-16", "10-19", "10-20", "10-21", "10-22", "10-23")
"""The last days of the quarter, which ends on 23.10: final marks are due on 21.10."""


def book(*marks: int) -> Book:
    """A quarter of ten lessons with marks of Иванов at the first of them."""
    written = Book(term_start=date(2026, 10, 12)).add_lessons(*DAYS)
    for place, value in enumerate(marks):
        written.mark(101 + place, value)
    return written


def told(tried: Trial, rule: str, moment: str = "10-25 21:00") -> list[str]:
    """What a rule says after a read."""
    tried.sync(moment)
    return [item.message for item in tried.found(rule)]


def reasons(tried: Trial, rule: str) -> set[str]:
    """Why a rule could not judge."""
    return {item.reason for item in tried.check(rule).no_data}


class TestFin01:
    """Итоговая отметка не выставлена к сроку."""

    WORDS = "7А, Химия (1 четверть): нет итоговой отметки у 1 ученика из 2 — Петрова А. (срок 21.10)"

    def two(self) -> Book:
        written = book(4, 4, 4)
        written.students.append(Student(id=2, name="Петрова Анна Ильинична"))
        written.final(4)
        return written

    def test_as_it_reads(self, trial: New) -> None:
        tried = trial(self.two())
        assert told(tried, "FIN-01", "10-22 21:00") == [self.WORDS]
        (found,) = tried.found("FIN-01")
        assert (found.severity, found.place.subject_group_id, found.place.term_id) == ("crit", GROUP, TERM)
        assert CHIEF not in found.teacher_ids

    def test_the_day_itself_is_in_time(self, trial: New) -> None:
        assert told(trial(self.two()), "FIN-01", "10-21 23:30") == []

    @pytest.mark.parametrize("raw", ["н/а", "осв", "зач"])
    def test_words_are_final_marks(self, trial: New, raw: str) -> None:
        written = self.two()
        written.final(student=2, raw=raw)
        assert told(trial(written), "FIN-01") == []

    def test_who_came_in_the_second_half_has_none_yet(self, trial: New) -> None:
        written = self.two()
        written.starts[2] = date(2026, 10, 20)
        assert told(trial(written), "FIN-01") == []
        written.starts[2] = date(2026, 10, 16)
        assert len(told(trial(written), "FIN-01")) == 1

    @pytest.mark.parametrize("off", [{"grade": 1}, {"extracurricular": True}, {"individual_plan": True}])
    def test_journals_without_marks(self, trial: New, off: dict[str, object]) -> None:
        written = self.two()
        for name, value in off.items():
            setattr(written, name, value)
        assert told(trial(written), "FIN-01") == []

    def test_a_mark_that_vanished_and_is_not_confirmed(self, trial: New) -> None:
        written = self.two()
        written.final(4, student=2)
        tried = trial(written)
        tried.sync("10-22 20:00")
        written.finals.pop()
        assert told(tried, "FIN-01", "10-22 21:00") == []
        assert told(tried, "FIN-01", "10-23 21:00") == [self.WORDS]

    def test_days_before_is_a_number_of_the_rule(self, trial: New) -> None:
        tried = trial(self.two(), rules=[{"id": "FIN-01", "params": {"days_before": 0}}])
        assert told(tried, "FIN-01", "10-23 21:00") == []
        assert "срок 23.10" in told(tried, "FIN-01", "10-24 21:00")[0]

    @pytest.mark.parametrize(
        ("rows", "due"),
        [
            ([("", "23.10.2026")], "23.10"), ([("", "23.10.2026"), ("7", "20.10.2026")], "20.10"),
            ([("7", "20.10.2026"), ("7А", "22.10.2026")], "22.10"), ([("8", "20.10.2026")], "21.10"),
            ([("", "23.10.2025")], "21.10"),
        ],
        ids=["school", "grade", "class", "another grade", "another year"],
    )  # fmt: skip
    def test_the_day_of_the_order(self, trial: New, rows: list[tuple[str, str]], due: str) -> None:
        tried = trial(self.two())
        tried.settings.exchange_folder.mkdir()
        text = csv_text(("Учебный период", "Класс", "Срок"), *(("1 четверть", *row) for row in rows))
        (tried.settings.exchange_folder / "final_mark_dates.csv").write_text(text, encoding="utf-8")
        tried.sync("10-25 20:00")
        assert take_files(tried.settings, fixed_clock(at("10-25 20:30"))).exit_code == 0
        assert f"(срок {due})" in told(tried, "FIN-01")[0]

    def test_beyond_the_known_timetable_every_weekday_may_be_a_school_day(self, trial: New) -> None:
        written = self.two()
        written.lessons = {key: item for key, item in written.lessons.items() if item.date <= date(2026, 10, 16)}
        assert told(trial(written), "FIN-01", "10-17 21:00") == []

    def test_final_marks_that_were_not_read(self, trial: New) -> None:
        tried = trial(self.two())
        tried.sync("10-20 21:00")
        tried.source.broken["finals"] = AnswerError("не читается")
        assert told(tried, "FIN-01") == []
        assert reasons(tried, "FIN-01") == {"7А, Химия, 1 четверть: итоговые отметки не прочитаны"}
        assert reasons(tried, "FIN-11") == {"7А: прочитаны не все итоговые отметки класса"}


class TestFin02:
    """Итоговая не равна среднему баллу."""

    @pytest.mark.parametrize(
        ("marks", "final", "severity"),
        [
            ((4, 4, 5), 4, None), ((4, 4, 5), 5, "warn"), ((4, 5), 5, None), ((4, 5), 4, "info"),
            ((4, 4, 4, 3), 3, "warn"),
        ],
    )  # fmt: skip
    def test_rounding(self, trial: New, marks: tuple[int, ...], final: int, severity: str | None) -> None:
        written = book(*marks)
        written.final(final)
        tried = trial(written)
        tried.sync("10-25 21:00")
        assert [item.severity for item in tried.found("FIN-02")] == ([severity] if severity else [])

    def test_as_it_reads(self, trial: New) -> None:
        written = book(4, 4, 5)
        written.final(5)
        assert told(trial(written), "FIN-02") == [
            "7А, Химия (1 четверть): Иванов И. — итоговая отметка 5, а средний балл 4,33"
        ]

    def test_not_before_the_term_is_over(self, trial: New) -> None:
        written = book(4, 4, 5)
        written.final(5)
        assert told(trial(written), "FIN-02", "10-23 23:59") == []

    def test_a_subject_may_round_otherwise(self, trial: New) -> None:
        written = book(4, 4, 5, 5)
        written.final(4)
        rules = [{"id": "FIN-02", "subjects": ["Химия"], "params": {"round_up_from": 0.65}}]
        assert told(trial(written, rules=rules), "FIN-02") == []

    def test_weights(self, trial: New) -> None:
        written = book(2, 5)
        first, second = written.assignments
        written.assignments = [
            first.model_copy(update={"weight": 10}), second.model_copy(update={"weight": 30}),
        ]  # fmt: skip
        written.final(4)
        tried = trial(written)
        assert told(tried, "FIN-02") == []
        written.marks.append(Mark(student_id=1, assignment_id=None, lesson_id=103, value=2))
        written.final(5)
        assert told(tried, "FIN-02", "10-26 21:00") == []

    def test_a_mark_that_vanished_and_is_not_confirmed(self, trial: New) -> None:
        written = book(5, 5, 2)
        written.final(4)
        tried = trial(written)
        assert told(tried, "FIN-02") == []
        written.marks.pop()
        assert told(tried, "FIN-02", "10-26 21:00") == []
        assert len(told(tried, "FIN-02", "10-27 21:00")) == 1

    def test_who_came_during_the_term(self, trial: New) -> None:
        written = book(4, 4, 5)
        written.final(5)
        written.starts[1] = date(2026, 10, 13)
        assert told(trial(written), "FIN-02") == []


class TestFin03:
    """Итоговая при недостатке отметок."""

    @pytest.mark.parametrize(
        ("kind", "count", "found"),
        [(TermKind.QUARTER, 2, True), (TermKind.QUARTER, 3, False), (TermKind.HALF_YEAR, 4, True),
         (TermKind.HALF_YEAR, 5, False)],
    )  # fmt: skip
    def test_the_least_number(self, trial: New, kind: TermKind, count: int, found: bool) -> None:
        written = book(*[4] * count)
        written.term_kind = kind
        written.final(4)
        assert bool(told(trial(written), "FIN-03")) is found

    def test_as_it_reads(self, trial: New) -> None:
        written = book(4, 4)
        written.final(4)
        assert told(trial(written), "FIN-03") == [
            "7А, Химия (1 четверть): Иванов И. — итоговая отметка 4 при 2 отметках за период, нужно 3"
        ]
        written.final(raw="н/а")
        assert told(trial(written), "FIN-03") == []


class TestFin04:
    """Итоговая при пропусках и «н/а» без оснований."""

    @pytest.mark.parametrize(
        ("missed", "code", "raw", "found"),
        [
            (6, AttendanceCode.ILLNESS, None, False), (7, AttendanceCode.ILLNESS, None, True),
            (7, AttendanceCode.EXEMPT, None, False), (10, AttendanceCode.LATE, None, False),
            (10, AttendanceCode.REMOTE, None, False), (4, AttendanceCode.UNKNOWN, "н/а", True),
            (5, AttendanceCode.UNKNOWN, "н/а", False), (5, AttendanceCode.LATE, "Н/А", True),
            (5, AttendanceCode.EXEMPT, "н/а", False), (0, AttendanceCode.LATE, "осв", False),
        ],
    )  # fmt: skip
    def test_the_share(self, trial: New, missed: int, code: AttendanceCode, raw: str | None, found: bool) -> None:
        written = book(3, 3, 3)
        for place in range(missed):
            written.absent(101 + place, code)
        written.final(3, raw=raw)
        assert bool(told(trial(written), "FIN-04")) is found

    def test_as_it_reads(self, trial: New) -> None:
        written = book(3)
        for place in range(7):
            written.absent(101 + place)
        written.final(3)
        words = "7А, Химия (1 четверть): Иванов И. — пропущено 7 уроков из 10, а стоит 3"
        assert told(trial(written), "FIN-04") == [words]


class TestFin05:
    """Итоговая выше всех контрольных."""

    @pytest.mark.parametrize(("control", "final", "found"), [((3, 3), 5, True), ((3, 5), 5, False), ((3,), 5, False)])
    def test_it(self, trial: New, control: tuple[int, ...], final: int, found: bool) -> None:
        written = book(5, 5)
        for place, value in enumerate(control):
            work = written.add_work(105 + place, CONTROL_TYPE)
            written.marks.append(Mark(student_id=1, assignment_id=work, lesson_id=105 + place, value=value))
        written.final(final)
        words = ["7А, Химия (1 четверть): Иванов И. — итоговая отметка 5, а за контрольные: 3, 3"]
        assert told(trial(written), "FIN-05") == (words if found else [])


def two_terms(*finals: int | None) -> Book:
    """Two quarters in a row, with final marks of Иванов."""
    second = Book(
        term=2, term_name="2 четверть", term_start=date(2026, 11, 2), term_end=date(2026, 11, 30), first_lesson=201,
    ).add_lessons("11-02", "11-03", "11-30")  # fmt: skip
    written = book(4, 4, 4)
    written.following = [second]
    for place, value in enumerate(finals, start=1):
        if value is not None:
            written.final(value, term=place)
    return written


class TestFin06:
    """Годовая не равна среднему по периодам."""

    @pytest.mark.parametrize(
        ("finals", "year", "found"),
        [((4, 4), 3, True), ((4, 3), 4, False), ((4, 3), 3, True), ((4, None), 3, False), ((3, 3), 3, False)],
    )
    def test_it(self, trial: New, finals: tuple[int | None, ...], year: int, found: bool) -> None:
        written = two_terms(*finals)
        written.final(year, kind=FinalKind.YEAR)
        assert bool(told(trial(written), "FIN-06", "12-01 21:00")) is found

    def test_as_it_reads(self, trial: New) -> None:
        written = two_terms(4, 4)
        written.final(3, kind=FinalKind.YEAR)
        assert told(trial(written), "FIN-06", "12-01 21:00") == [
            "7А, Химия (2 четверть): Иванов И. — годовая отметка 3, а по периодам: 4, 4"
        ]


class TestFin07:
    """Изменение итоговой после срока."""

    WORDS = "7А, Химия (1 четверть): Иванов И. — итоговая отметка 3 исправлена на 4, 26.10 21:00 ещё стояла прежняя"

    def changed(self, trial: New, before: str, after: str) -> Trial:
        written = book(3, 3, 4)
        written.final(3)
        tried = trial(written)
        tried.sync(before)
        written.final(4)
        tried.sync(after)
        return tried

    def test_as_it_reads(self, trial: New) -> None:
        found = self.changed(trial, "10-26 21:00", "10-27 21:00").found("FIN-07")
        assert [item.message for item in found] == [self.WORDS]
        assert found[0].severity == "crit"

    def test_not_certain(self, trial: New) -> None:
        assert self.changed(trial, "10-23 21:00", "10-27 21:00").found("FIN-07") == []

    def test_a_debt_that_is_paid(self, trial: New) -> None:
        written = book(3, 3, 4)
        written.final(raw="н/а")
        tried = trial(written)
        tried.sync("10-26 21:00")
        written.final(3)
        assert told(tried, "FIN-07", "10-27 21:00") == []

    def test_one_that_vanishes_must_be_missed_twice(self, trial: New) -> None:
        written = book(3, 3, 4)
        written.final(3)
        tried = trial(written)
        tried.sync("10-26 21:00")
        written.finals.clear()
        assert told(tried, "FIN-07", "10-27 21:00") == []
        assert told(tried, "FIN-07", "10-28 21:00")[0].endswith("3 убрана, 26.10 21:00 ещё стояла прежняя")
        written.final(3)
        assert len(told(tried, "FIN-07", "10-29 21:00")) == 0


class TestFin08:
    """«5» при наличии «2»."""

    ON = ({"id": "FIN-08", "enabled": True},)

    def test_off_until_a_school_switches_it_on(self, trial: New) -> None:
        written = book(5, 5, 2, 5, 5)
        written.final(5)
        assert told(trial(written), "FIN-08") == []

    def test_as_it_reads(self, trial: New) -> None:
        written = book(5, 5, 2, 5, 5)
        written.final(5)
        assert told(trial(written, rules=self.ON), "FIN-08") == [
            "7А, Химия (1 четверть): Иванов И. — итоговая отметка 5, а среди отметок периода есть 2"
        ]
        written.final(4)
        assert told(trial(written, rules=self.ON), "FIN-08") == []


class TestFin09:
    """Пачка отметок перед концом периода."""

    def marked(self, trial: New, early: int, late: int, last_look: str = "10-21 21:00") -> list[str]:
        written = book()
        tried = trial(written)
        for place in range(early):
            written.mark(101 + place % 5)
        tried.sync("10-20 21:00")
        tried.sync(last_look)
        for place in range(late):
            written.mark(101 + place % 5)
        return told(tried, "FIN-09")

    def test_as_it_reads(self, trial: New) -> None:
        words = "7А, Химия (1 четверть): 4 отметки из 10 внесены за 3 последних дня периода или позже (40 %)"
        assert self.marked(trial, 6, 4) == [words]

    @pytest.mark.parametrize(("early", "late"), [(7, 3), (5, 4), (20, 1)])
    def test_less(self, trial: New, early: int, late: int) -> None:
        assert self.marked(trial, early, late) == []

    def test_not_certain(self, trial: New) -> None:
        assert self.marked(trial, 6, 4, "10-20 22:00") == []


def class_of(*values: int | str | None) -> Book:
    """A class whose pupils have these final marks in its one journal."""
    written = book()
    written.students = [Student(id=number, name=f"Ученик-{number:02d} Иван") for number, _ in enumerate(values, 1)]
    for number, value in enumerate(values, 1):
        if value is not None:
            number_given, text = (None, value) if isinstance(value, str) else (value, None)
            written.final(number_given, number, raw=text)
    return written


class TestFin11:
    """Неуспевающие и резерв."""

    def test_as_it_reads(self, trial: New) -> None:
        tried = trial(class_of(2, "н/а", 3, 4, 5, None, 4))
        assert told(tried, "FIN-11") == [
            "7А (1 четверть): «2» — 1 ученик (Ученик-01 И.); «н/а» — 1 ученик (Ученик-02 И.);"
            " с одной «3» — 1 ученик (Ученик-03 И.); с одной «4» — 2 ученика (Ученик-04 И., Ученик-07 И.)"
        ]
        (found,) = tried.found("FIN-11")
        assert (found.place.class_id, found.place.key, found.class_name) == (CLASS, str(TERM), "7А")

    def test_nothing_to_tell(self, trial: New) -> None:
        assert told(trial(class_of(5, 5, None)), "FIN-11") == []

    def test_not_before_the_term_is_over(self, trial: New) -> None:
        assert told(trial(class_of(2, 3)), "FIN-11", "10-23 21:00") == []

    def test_a_pupil_with_marks_still_to_come_is_in_no_reserve(self, trial: New) -> None:
        written = class_of(3)
        beside = Book(group=GROUP + 1, subject="Физика", first_lesson=301, first_slot=2, students=written.students)
        written.beside = [beside.add_lessons(*DAYS)]
        tried = trial(written)
        assert told(tried, "FIN-11") == []
        beside.final(4)
        assert "с одной «3» — 1 ученик" in told(tried, "FIN-11", "10-26 21:00")[0]

    def test_a_journal_that_was_not_read(self, trial: New) -> None:
        tried = trial(class_of(2, 3))
        tried.sync("10-25 20:00")
        tried.source.broken["journal"] = AnswerError("не читается")
        assert told(tried, "FIN-11") == []
        assert reasons(tried, "FIN-11") == {"7А: прочитаны не все журналы класса"}


class TestFin12:
    """Динамика качества."""

    def terms(self, good_before: int, good_after: int, pupils: int = 10) -> Book:
        written = class_of(*[4] * good_before, *[3] * (pupils - good_before))
        written.following = two_terms().following
        written.following[0].students = written.students
        for number in range(1, pupils + 1):
            written.final(4 if number <= good_after else 3, number, term=2)
        return written

    @pytest.mark.parametrize(
        ("before", "after", "pupils", "found"),
        [(6, 4, 10, True), (6, 5, 10, False), (4, 6, 10, False), (6, 4, 9, False)],
    )
    def test_the_drop(self, trial: New, before: int, after: int, pupils: int, found: bool) -> None:
        assert bool(told(trial(self.terms(before, after, pupils)), "FIN-12", "12-01 21:00")) is found

    def test_as_it_reads(self, trial: New) -> None:
        assert told(trial(self.terms(6, 4)), "FIN-12", "12-01 21:00") == [
            "7А: качество 60 % (1 четверть) → 40 % (2 четверть), меньше на 20 п."
        ]
