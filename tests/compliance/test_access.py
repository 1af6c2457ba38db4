"""CHG-03, CHG-04, CHG-07 by the letter of docs/checks.md: who touched the journals, and of whom nothing is said."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from support.school import CHIEF, CLASS, TEACHER, Book, Trial

from netcity_sync.compliance.finding import Severity
from netcity_sync.data_folder import DataFolder
from netcity_sync.model import Substitution

PUPIL, STRANGER = "Иванов Иван Петрович", "Сидоров Пётр Ильич"
OWN, LEADER = "Учебнова Елена Петровна", "Примерова Вера Петровна"


@pytest.fixture
def tried(trial) -> Trial:
    """A school whose report on access is read, with a teacher who does not teach in the class."""
    made: Trial = trial(Book().add_lessons("09-01", "09-02"))
    made.sync("09-20 21:00")
    write(made, "INSERT INTO staff (staff_id, name, seen_from) VALUES (13, ?, 1)", STRANGER)
    write(made, "INSERT INTO capability (run_id, name) VALUES (1, 'journal_access')")
    return made


def write(tried: Trial, statement: str, *values: object) -> None:
    """Write into the mirror what a source would have told."""
    mirror = DataFolder(tried.settings.storage.data_dir).mirror
    with closing(sqlite3.connect(mirror)) as connection, connection:
        connection.execute(statement, values)


def touch(
    tried: Trial, user: str, at: str = "09-14T10:12", *, times: int = 1, lesson: str = "2026-09-14",
    subject: str = "Химия",
) -> None:  # fmt: skip
    """A line of the report."""
    write(
        tried,
        "INSERT INTO journal_access (class_id, month, subject_name, at, user_name, lesson_date, term_name, action,"
        " times, seen_from) VALUES (?, 202609, ?, ?, ?, ?, '1 четверть', 'Изменение оценок', ?, 1)",
        CLASS, subject, f"2026-{at}", user, lesson, times,
    )  # fmt: skip


class TestChg03:
    """Запись сделана учётной записью ученика."""

    @pytest.mark.parametrize(
        ("user", "count"), [(PUPIL, 1), ("иванов иван  петрович", 1), ("Иванов Иван", 0), (OWN, 0)]
    )
    def test_the_whole_name_must_be_a_pupils(self, tried: Trial, user: str, count: int) -> None:
        touch(tried, user, times=2)
        findings = tried.found("CHG-03")
        assert [item.message for item in findings] == [
            f"7А, Химия: 14.09 записи в журнал (2 правки) сделал пользователь «{user}», это имя ученика"
        ] * count
        assert all(item.severity is Severity.CRIT and item.class_name == "7А" for item in findings)

    def test_never_of_a_namesake(self, tried: Trial) -> None:
        write(tried, "INSERT INTO staff (staff_id, name, seen_from) VALUES (14, ?, 1)", PUPIL)
        touch(tried, PUPIL)
        assert tried.found("CHG-03") == []

    def test_a_day_is_one_finding(self, tried: Trial) -> None:
        touch(tried, PUPIL)
        touch(tried, PUPIL, "09-14T10:13")
        touch(tried, PUPIL, "09-15T10:13")
        assert sorted(item.place.day or "" for item in tried.found("CHG-03")) == ["2026-09-14", "2026-09-15"]

    def test_without_the_report_no_data(self, trial) -> None:
        made = trial(Book().add_lessons("09-01"))
        made.sync("09-20 21:00")
        for rule in ("CHG-03", "CHG-04", "CHG-07"):
            assert [gap.rule for gap in made.check(rule).no_data] == [rule]


class TestChg04:
    """Запись не своего предмета."""

    @staticmethod
    def substituted(tried: Trial, day: int = 1, substitute: str = OWN) -> None:
        row = Substitution(
            held_on=date(2026, 9, day), slot=1, class_name="7 а", subject="Химия", absent="Отсутствова О. О.",
            substitute=substitute,
        )  # fmt: skip
        tried.hand_in("09-20 22:00", substitutions=[row])

    @pytest.mark.parametrize(
        ("user", "count"), [(STRANGER, 1), (OWN, 0), (LEADER, 0), (PUPIL, 0), ("Неизвестный Никто", 0)]
    )
    def test_who_does_not_teach_there(self, tried: Trial, user: str, count: int) -> None:
        self.substituted(tried)
        touch(tried, user, times=2)
        findings = tried.found("CHG-04")
        assert [item.message for item in findings] == [
            "7А, Химия: об уроке 14.09 записи (2 правки) внёс Сидоров Пётр Ильич, он не ведёт этот предмет и не замещал"
        ] * count
        assert all(item.place.staff_id == 13 and item.teacher_ids == (13,) for item in findings)

    def test_the_class_teacher_may_be_forbidden_to(self, trial, tried: Trial) -> None:
        strict = trial(tried.book, rules=[{"id": "CHG-04", "params": {"allow_class_teacher": 0}}])
        self.substituted(strict)
        touch(strict, LEADER)
        assert [item.place.staff_id for item in strict.found("CHG-04")] == [CHIEF]

    @pytest.mark.parametrize(("day", "count"), [(14, 0), (15, 1)])
    def test_a_substitute_on_that_day(self, tried: Trial, day: int, count: int) -> None:
        self.substituted(tried, day, STRANGER)
        touch(tried, STRANGER)
        assert len(tried.found("CHG-04")) == count

    @pytest.mark.parametrize("lesson", ["", "2026-09-21"], ids=["no date", "after the table was taken"])
    def test_lessons_of_which_nothing_is_known(self, tried: Trial, lesson: str) -> None:
        self.substituted(tried)
        touch(tried, STRANGER, lesson=lesson)
        assert tried.found("CHG-04") == []

    def test_unknown_subjects_and_namesakes(self, tried: Trial) -> None:
        self.substituted(tried)
        touch(tried, STRANGER, subject="Неизвестный предмет")
        assert tried.found("CHG-04") == []
        write(tried, "INSERT INTO staff (staff_id, name, seen_from) VALUES (14, ?, 1)", STRANGER)
        touch(tried, STRANGER)
        assert tried.found("CHG-04") == []

    def test_who_taught_there_before(self, tried: Trial) -> None:
        self.substituted(tried)
        write(tried, "UPDATE subject_group_teacher SET seen_to = 2 WHERE staff_id = ?", TEACHER)
        touch(tried, OWN)
        assert tried.found("CHG-04") == []

    def test_without_substitutions_no_data(self, tried: Trial) -> None:
        touch(tried, STRANGER)
        outcome = tried.check("CHG-04")
        assert (outcome.findings, [gap.rule for gap in outcome.no_data]) == ((), ["CHG-04"])


class TestChg07:
    """Необычное время или частота записей."""

    @pytest.mark.parametrize(
        ("first", "last", "times", "count"),
        [
            ("00:00", "04:59", 5, 1), ("00:00", "04:59", 4, 0), ("04:59", "05:00", 9, 0), ("23:59", "04:00", 9, 0),
        ],
    )  # fmt: skip
    def test_ten_at_night(self, tried: Trial, first: str, last: str, times: int, count: int) -> None:
        touch(tried, OWN, f"09-14T{first}", times=times)
        touch(tried, OWN, f"09-14T{last}", times=times)
        assert [item.message for item in tried.found("CHG-07")] == [
            f"{OWN}, 14.09: 10 правок ночью, 00:00–04:59"
        ] * count

    @pytest.mark.parametrize(("last", "times", "count"), [("10:29", 61, 1), ("10:29", 60, 0), ("10:30", 61, 0)])
    def test_more_than_120_in_half_an_hour(self, tried: Trial, last: str, times: int, count: int) -> None:
        touch(tried, OWN, "09-14T10:00", times=60)
        touch(tried, OWN, f"09-14T{last}", times=times)
        touch(tried, LEADER, "09-14T10:05", times=60)
        assert [item.message for item in tried.found("CHG-07")] == [
            f"{OWN}, 14.09: 121 правка за полчаса, 10:00–10:29"
        ] * count

    def test_a_night_that_is_both_is_told_once(self, tried: Trial) -> None:
        touch(tried, OWN, "09-14T02:10", times=140)
        (found,) = tried.found("CHG-07")
        assert found.message.endswith("140 правок за полчаса, 02:10–02:10")
