"""CHG-03, CHG-04, CHG-07, LSN-08 by the letter of docs/checks.md: who touched the journals, and who is not named."""

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
    subject: str = "Химия", action: str = "Изменение оценок",
) -> None:  # fmt: skip
    """A line of the report."""
    write(
        tried,
        "INSERT INTO journal_access (class_id, month, subject_name, at, user_name, lesson_date, term_name, action,"
        " times, seen_from) VALUES (?, 202609, ?, ?, ?, ?, '1 четверть', ?, ?, 1)",
        CLASS, subject, f"2026-{at}", user, lesson, action, times,
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
        for rule in ("CHG-03", "CHG-04", "CHG-07", "LSN-08"):
            assert [gap.rule for gap in made.check(rule).no_data] == [rule]


def note_substitution(
    tried: Trial, day: int = 1, substitute: str = OWN, *, subject: str = "Химия", taken: str = "09-20 22:00"
) -> None:
    """Hand in a table of substitutions with one row."""
    row = Substitution(
        held_on=date(2026, 9, day), slot=1, class_name="7 а", subject=subject, absent="Отсутствова О. О.",
        substitute=substitute,
    )  # fmt: skip
    tried.hand_in(taken, substitutions=[row])


class TestChg04:
    """Запись не своего предмета."""

    @pytest.mark.parametrize(
        ("user", "count"), [(STRANGER, 1), (OWN, 0), (LEADER, 0), (PUPIL, 0), ("Неизвестный Никто", 0)]
    )
    def test_who_does_not_teach_there(self, tried: Trial, user: str, count: int) -> None:
        note_substitution(tried)
        touch(tried, user, times=2)
        findings = tried.found("CHG-04")
        assert [item.message for item in findings] == [
            "7А, Химия: об уроке 14.09 записи (2 правки) внёс Сидоров Пётр Ильич, он не ведёт этот предмет и не замещал"
        ] * count
        assert all(item.place.staff_id == 13 and item.teacher_ids == (13,) for item in findings)

    def test_the_class_teacher_may_be_forbidden_to(self, trial, tried: Trial) -> None:
        strict = trial(tried.book, rules=[{"id": "CHG-04", "params": {"allow_class_teacher": 0}}])
        note_substitution(strict)
        touch(strict, LEADER)
        assert [item.place.staff_id for item in strict.found("CHG-04")] == [CHIEF]

    @pytest.mark.parametrize(("day", "count"), [(14, 0), (15, 1)])
    def test_a_substitute_on_that_day(self, tried: Trial, day: int, count: int) -> None:
        note_substitution(tried, day, STRANGER)
        touch(tried, STRANGER)
        assert len(tried.found("CHG-04")) == count

    @pytest.mark.parametrize("lesson", ["", "2026-09-21"], ids=["no date", "after the table was taken"])
    def test_lessons_of_which_nothing_is_known(self, tried: Trial, lesson: str) -> None:
        note_substitution(tried)
        touch(tried, STRANGER, lesson=lesson)
        assert tried.found("CHG-04") == []

    def test_unknown_subjects_and_namesakes(self, tried: Trial) -> None:
        note_substitution(tried)
        touch(tried, STRANGER, subject="Неизвестный предмет")
        assert tried.found("CHG-04") == []
        write(tried, "INSERT INTO staff (staff_id, name, seen_from) VALUES (14, ?, 1)", STRANGER)
        touch(tried, STRANGER)
        assert tried.found("CHG-04") == []

    def test_who_taught_there_before(self, tried: Trial) -> None:
        note_substitution(tried)
        write(tried, "UPDATE subject_group_teacher SET seen_to = 2 WHERE staff_id = ?", TEACHER)
        touch(tried, OWN)
        assert tried.found("CHG-04") == []

    def test_without_substitutions_no_data(self, tried: Trial) -> None:
        touch(tried, STRANGER)
        outcome = tried.check("CHG-04")
        assert (outcome.findings, [gap.rule for gap in outcome.no_data]) == ((), ["CHG-04"])


class TestLsn08:
    """Замена не отражена."""

    TOPIC = "Изменение темы урока"

    def test_the_message_and_the_place(self, tried: Trial) -> None:
        note_substitution(tried)
        touch(tried, STRANGER, action=self.TOPIC)
        (found,) = tried.found("LSN-08")
        assert found.message == "7А, Химия, 14.09: по расписанию: Учебнова Е., записал: Сидоров П., замены нет"
        assert found.severity is Severity.INFO
        assert (found.place.class_id, found.place.staff_id, found.place.day) == (CLASS, 13, "2026-09-14")

    @pytest.mark.parametrize(
        ("user", "count"), [(STRANGER, 1), (OWN, 0), (LEADER, 0), (PUPIL, 0), ("Неизвестный Никто", 0)]
    )
    def test_who_does_not_teach_there(self, tried: Trial, user: str, count: int) -> None:
        note_substitution(tried)
        touch(tried, user, action=self.TOPIC)
        assert len(tried.found("LSN-08")) == count

    @pytest.mark.parametrize(
        ("at", "action", "count"),
        [
            ("09-14T00:00", TOPIC, 1), ("09-14T23:59", TOPIC, 1), ("09-15T00:00", TOPIC, 0), ("09-13T23:59", TOPIC, 0),
            ("09-14T10:12", "Изменение оценок", 0), ("09-14T10:12", "Удаление темы урока", 0),
        ],
    )  # fmt: skip
    def test_topics_of_the_day_only(self, tried: Trial, at: str, action: str, count: int) -> None:
        note_substitution(tried)
        touch(tried, STRANGER, at, action=action)
        assert len(tried.found("LSN-08")) == count
        assert len(tried.found("CHG-04")) == 1 - count

    @pytest.mark.parametrize(
        ("day", "substitute", "subject", "count"),
        [
            (14, STRANGER, "Физика", 0), (14, OWN, "химия", 0), (15, STRANGER, "Химия", 1), (14, OWN, "Физика", 1),
        ],
        ids=["gave another subject", "another substitute", "another day", "another lesson"],
    )  # fmt: skip
    def test_what_the_table_explains(self, tried: Trial, day: int, substitute: str, subject: str, count: int) -> None:
        note_substitution(tried, day, substitute, subject=subject)
        touch(tried, STRANGER, action=self.TOPIC)
        assert len(tried.found("LSN-08")) == count

    @pytest.mark.parametrize(("taken", "count"), [("09-14 23:50", 0), ("09-15 00:10", 1)])
    def test_the_office_has_the_day_to_note_it(self, tried: Trial, taken: str, count: int) -> None:
        note_substitution(tried, taken=taken)
        touch(tried, STRANGER, action=self.TOPIC)
        assert len(tried.found("LSN-08")) == count
        assert tried.found("CHG-04") == []

    def test_other_records_are_of_the_other_rule(self, trial, tried: Trial) -> None:
        note_substitution(tried)
        touch(tried, STRANGER, action=self.TOPIC)
        touch(tried, STRANGER, times=2)
        assert len(tried.found("LSN-08")) == 1
        assert [item.message for item in tried.found("CHG-04")] == [
            "7А, Химия: об уроке 14.09 записи (2 правки) внёс Сидоров Пётр Ильич, он не ведёт этот предмет и не замещал"
        ]
        strict = trial(tried.book, rules=[{"id": "CHG-04", "params": {"allow_class_teacher": 0}}])
        strict.now = tried.now
        touch(strict, LEADER, action=self.TOPIC)
        assert {item.place.staff_id for item in strict.found("CHG-04")} == {13, CHIEF}

    def test_where_another_substitute_is_noted_the_other_rule_speaks(self, tried: Trial) -> None:
        note_substitution(tried, 14, OWN)
        touch(tried, STRANGER, action=self.TOPIC)
        assert (len(tried.found("CHG-04")), tried.found("LSN-08")) == (1, [])

    def test_unknown_subjects_and_namesakes(self, tried: Trial) -> None:
        note_substitution(tried)
        touch(tried, STRANGER, subject="Неизвестный предмет", action=self.TOPIC)
        assert tried.found("LSN-08") == []
        write(tried, "INSERT INTO staff (staff_id, name, seen_from) VALUES (14, ?, 1)", STRANGER)
        touch(tried, STRANGER, action=self.TOPIC)
        assert tried.found("LSN-08") == []

    def test_where_nobody_teaches_any_more(self, tried: Trial) -> None:
        note_substitution(tried)
        write(tried, "UPDATE subject_group_teacher SET seen_to = 2 WHERE staff_id = ?", TEACHER)
        touch(tried, STRANGER, action=self.TOPIC)
        assert "по расписанию: никто, записал" in tried.found("LSN-08")[0].message

    def test_without_substitutions_no_data(self, tried: Trial) -> None:
        touch(tried, STRANGER, action=self.TOPIC)
        outcome = tried.check("LSN-08")
        assert (outcome.findings, [gap.rule for gap in outcome.no_data]) == ((), ["LSN-08"])


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
