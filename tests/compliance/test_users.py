"""USR by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date, datetime

import pytest
from support.school import CHIEF, CLASS, TEACHER, Book

from netcity_sync.errors import AnswerError, SignInRefused, SourceUnavailable
from netcity_sync.model import CredentialIssue, OptOut, Student, UserActivity, UserKind

PUPIL, TEACHER_NAME = "Иванов Иван Петрович", "Учебнова Елена Петровна"
DAYS = tuple(f"{month}-{day:02}" for month, days in (("09", range(1, 31)), ("10", range(1, 24))) for day in days
             if date.fromisoformat(f"2026-{month}-{day:02}").weekday() < 5)  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def signed(
    user: UserKind, last: str | None, *, person: str = PUPIL, logins: int | None = None, since: str = "09-01",
    until: str = "10-09", enabled: bool | None = None,
) -> UserActivity:  # fmt: skip
    return UserActivity(
        user=user, class_name="" if user is UserKind.STAFF else "7А", person=person, period_start=day(since),
        period_end=day(until), logins=int(last is not None) if logins is None else logins, enabled=enabled,
        last_login=datetime.fromisoformat(f"2026-{last}T10:00") if last else None,
    )  # fmt: skip


def messages(tried, rule: str) -> list[str]:
    return [item.message for item in tried.found(rule)]


class TestUsr01:
    """Сотрудник не входил в журнал."""

    def found(self, trial, *users: UserActivity) -> list[str]:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("10-11 20:00", user_activity=users)
        tried.sync("10-11 21:00")
        return messages(tried, "USR-01")

    @pytest.mark.parametrize(("last", "days"), [("10-05", 0), ("10-02", 5), ("10-01", 6)])
    def test_school_days_without_a_sign_in(self, trial, last: str, days: int) -> None:
        month_day = f"{last[3:]}.{last[:2]}"
        words = f"Учебнова Е. П. — нет входов в журнал {days} учебных дней (последний вход {month_day})"
        found = self.found(trial, signed(UserKind.STAFF, last, person=TEACHER_NAME))
        assert found == ([words] if days else [])

    def test_never(self, trial) -> None:
        row = signed(UserKind.STAFF, None, person="примерова  вера петровна", since="10-05")
        assert self.found(trial, row) == ["Примерова В. П. — нет входов в журнал 5 учебных дней (за время с 05.10)"]

    @pytest.mark.parametrize(
        "row",
        [
            signed(UserKind.STAFF, None, person=TEACHER_NAME, enabled=False),
            signed(UserKind.STAFF, None, person=TEACHER_NAME, logins=3),
            signed(UserKind.STAFF, None, person="Посторонняя Анна Олеговна"),
            signed(UserKind.PARENT, None),
        ],
        ids=["blocked", "nobody knows when", "not a teacher", "a parent"],
    )
    def test_who_is_not_meant(self, trial, row: UserActivity) -> None:
        assert self.found(trial, row) == []

    def test_a_former_period_says_nothing_of_now(self, trial) -> None:
        old = signed(UserKind.STAFF, None, person=TEACHER_NAME, until="09-30")
        assert self.found(trial, old, signed(UserKind.PARENT, "10-01")) == []

    def test_the_place_and_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.sync("10-09 21:00")
        (gap,) = tried.check("USR-01").no_data
        assert (
            gap.reason
            == "источник не даёт нужных сведений (таблица «Активность пользователей» папки обмена ещё не принята)"
        )
        row = signed(UserKind.STAFF, None, person=TEACHER_NAME, until="09-30")
        tried.hand_in("10-10 20:00", user_activity=[row])
        tried.sync("10-10 21:00")
        (finding,) = tried.found("USR-01")
        assert (finding.place.staff_id, finding.teacher_ids, finding.class_name) == (TEACHER, (TEACHER,), "")
        tried.hand_in("11-01 20:00", user_activity=[row])
        tried.sync("11-01 21:00")
        outcome = tried.check("USR-01")
        assert (outcome.findings, len(outcome.no_data), outcome.fixed) == ((), 1, 0)


class TestUsr02:
    """Родитель или ученик ни разу не входил."""

    def found(self, trial, *users: UserActivity, **more: object) -> list[str]:
        tried = trial(Book(starts=more.pop("starts", {})).add_lessons(*DAYS))
        tried.hand_in("10-11 20:00", user_activity=users, **more)
        tried.sync("10-11 21:00")
        return messages(tried, "USR-02")

    def test_parents_and_pupils(self, trial) -> None:
        assert self.found(trial, signed(UserKind.PARENT, None), signed(UserKind.STUDENT, None)) == [
            "7А: ни разу не входили родители 1 ученика из 1: Иванов И.",
            "7А: ни разу не входили сами 1 ученик из 1: Иванов И.",
        ]

    @pytest.mark.parametrize(("since", "count"), [("09-10", 1), ("09-11", 0)])
    def test_thirty_days(self, trial, since: str, count: int) -> None:
        assert len(self.found(trial, signed(UserKind.PARENT, None, since=since))) == count
        assert len(self.found(trial, signed(UserKind.PARENT, None), starts={1: day(since)})) == count

    @pytest.mark.parametrize(
        "row",
        [
            signed(UserKind.PARENT, "09-02"),
            signed(UserKind.PARENT, None, logins=1),
            signed(UserKind.PARENT, None, enabled=False),
            signed(UserKind.PARENT, None, person="Петров Пётр"),
        ],
        ids=["once", "nobody knows when", "blocked", "unknown"],
    )
    def test_who_is_not_meant(self, trial, row: UserActivity) -> None:
        assert self.found(trial, row) == []

    def test_a_family_that_declined_the_diary(self, trial) -> None:
        row = OptOut(class_name="7А", student=PUPIL, applied_on=day("09-05"))
        assert self.found(trial, signed(UserKind.PARENT, None), opt_outs=[row]) == []

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("10-11 20:00", user_activity=[signed(UserKind.PARENT, None)])
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("10-11 21:00")
        assert tried.found("USR-02") == []
        assert [gap.place.class_id for gap in tried.check("USR-02").no_data] == [CLASS]


class TestUsr03:
    """Реквизиты не выданы."""

    def found(self, trial, moment: str, *kinds: UserKind, starts: dict[int, date] | None = None, **more) -> list[str]:
        book = Book(starts=starts or {}).add_lessons(*DAYS)
        book.students.append(Student(id=2, name="Петрова Анна Олеговна"))
        issued = [
            CredentialIssue(recipient=kind, class_name="6А", person="Петрова Анна Олеговна", issued_on=date(2025, 9, 2))
            for kind in kinds
        ]
        tried = trial(book)
        tried.hand_in(f"{moment} 20:00", credentials=issued, **more)
        tried.sync(f"{moment} 21:00")
        return messages(tried, "USR-03")

    @pytest.mark.parametrize(("moment", "count"), [("09-10", 0), ("09-11", 1)])
    def test_after_the_tenth_of_september(self, trial, moment: str, count: int) -> None:
        words = "7А: нет записи о выдаче реквизитов родителям 1 ученика из 2: Иванов И."
        assert self.found(trial, moment, UserKind.PARENT) == [words] * count

    def test_pupils_where_the_school_lists_pupils(self, trial) -> None:
        words = "7А: нет записи о выдаче реквизитов 1 ученику из 2: Иванов И."
        assert words in self.found(trial, "09-11", UserKind.PARENT, UserKind.STUDENT)

    @pytest.mark.parametrize(("start", "count"), [("09-10", 1), ("09-11", 0)])
    def test_an_arrival_has_as_long(self, trial, start: str, count: int) -> None:
        assert len(self.found(trial, "09-20", UserKind.PARENT, starts={1: day(start)})) == count

    def test_who_signs_in_has_them(self, trial) -> None:
        row = signed(UserKind.PARENT, "09-05", until="09-11")
        assert self.found(trial, "09-11", UserKind.PARENT, user_activity=[row]) == []

    def test_a_family_that_declined_the_diary(self, trial) -> None:
        row = OptOut(class_name="7А", student=PUPIL, applied_on=day("09-05"))
        assert self.found(trial, "09-11", UserKind.PARENT, opt_outs=[row]) == []

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-11 20:00", credentials=[])
        tried.sync("10-13 21:00")
        assert tried.found("USR-03") == []
        assert len(tried.check("USR-03").no_data) == 1


class TestUsr04:
    """Не работает в школе, а учётная запись действует."""

    def found(self, trial, row: UserActivity, reads: tuple[str, ...] = ("10-01", "10-02")) -> list[str]:
        tried = trial(Book().add_lessons(*DAYS))
        tried.sync("09-30 21:00")
        tried.source.staff_gone = {TEACHER}
        for moment in reads:
            tried.sync(f"{moment} 21:00")
        tried.hand_in("10-10 20:00", user_activity=[row])
        tried.sync("10-10 21:00")
        return messages(tried, "USR-04")

    @pytest.mark.parametrize(("last", "count"), [("10-01", 0), ("10-02", 1)])
    def test_a_sign_in_after_the_day(self, trial, last: str, count: int) -> None:
        words = "Учебнова Е. П. — в справочнике сотрудников нет с 01.10.2026, а последний вход 02.10.2026"
        assert self.found(trial, signed(UserKind.STAFF, last, person=TEACHER_NAME)) == [words] * count

    @pytest.mark.parametrize(("enabled", "count"), [(True, 1), (False, 0), (None, 0)])
    def test_the_account_works(self, trial, enabled: bool | None, count: int) -> None:
        row = signed(UserKind.STAFF, "09-20", person=TEACHER_NAME, enabled=enabled)
        assert len(self.found(trial, row)) == count

    def test_not_confirmed(self, trial) -> None:
        row = signed(UserKind.STAFF, "10-08", person=TEACHER_NAME)
        assert self.found(trial, row, reads=()) == []

    def test_who_works_here(self, trial) -> None:
        assert self.found(trial, signed(UserKind.STAFF, "10-08", person="Примерова Вера Петровна")) == []
        assert CHIEF != TEACHER

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS), checks={"stale_after_hours": 24})
        tried.sync("10-08 21:00")
        tried.hand_in("10-10 20:00", user_activity=[])
        assert [gap.reason.split(" (")[0] for gap in tried.check("USR-04").no_data] == [
            "справочники школы не прочитаны в последнем прогоне"
        ]


class TestUsr05:
    """Права шире роли."""

    def test_no_source_tells(self, trial) -> None:
        tried = trial(Book().add_lessons("09-01"))
        tried.sync("09-01 21:00")
        (gap,) = tried.check("USR-05").no_data
        assert gap.reason == "источник не даёт нужных сведений (права учётных записей)"


class TestUsr06:
    """«Сетевой город» недоступен."""

    def tried(self, trial, good: int, error: Exception, bad: int = 1):
        tried = trial(Book().add_lessons("09-01"))
        for number in range(good):
            tried.sync(f"09-{number + 1:02} 21:00")
        tried.source.broken["dictionaries"] = error
        for number in range(bad):
            with pytest.raises(type(error)):
                tried.sync(f"09-29 {number:02}:00")
        return tried

    @pytest.mark.parametrize(("good", "count"), [(19, 0), (18, 1), (9, 1), (8, 0)])
    def test_more_than_one_in_twenty(self, trial, good: int, count: int) -> None:
        assert len(self.tried(trial, good, SourceUnavailable("не отвечает")).found("USR-06")) == count

    def test_the_message(self, trial) -> None:
        tried = self.tried(trial, 10, SourceUnavailable("не отвечает"), bad=2)
        words = "«Сетевой город» не ответил 2 раза из 12 чтений за 30 дней (16,7 %)"
        assert messages(tried, "USR-06") == [words]

    def test_a_refusal_is_an_answer(self, trial) -> None:
        assert self.tried(trial, 10, SignInRefused("неверный пароль")).found("USR-06") == []

    def test_it_is_forgotten_after_a_month(self, trial) -> None:
        tried = self.tried(trial, 10, SourceUnavailable("не отвечает"))
        del tried.source.broken["dictionaries"]
        for number in range(10):
            tried.sync(f"11-{number + 1:02} 21:00")
        assert tried.found("USR-06") == []
