"""PAR by the letter of docs/checks.md: what each rule finds, the boundary on both sides, when it says nothing."""

from datetime import date, datetime

import pytest
from support.school import CLASS, SECOND_CLASS, Book, Trial
from support.service_log import found, note

from netcity_sync.errors import AnswerError
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.model import Channel, OptOut, Student, UserActivity, UserKind

PUPIL = "Иванов Иван Петрович"
DAYS = tuple(f"{month}-{day:02}" for month, days in (("09", range(1, 31)), ("10", range(1, 24))) for day in days
             if date.fromisoformat(f"2026-{month}-{day:02}").weekday() < 5)  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def declined(applied: str = "09-07", last: str | None = None, **values: object) -> OptOut:
    return OptOut(
        class_name="7 а", student=PUPIL, applied_on=day(applied), last_issued_on=day(last) if last else None,
        **{"channel": Channel.IN_PERSON, **values},
    )  # fmt: skip


def signed(user: UserKind, last: str | None, logins: int = 0, until: str = "10-09") -> UserActivity:
    return UserActivity(
        user=user, class_name="7А", person=PUPIL, period_start=day("09-01"), period_end=day(until), logins=logins,
        last_login=datetime.fromisoformat(f"2026-{last}T10:00") if last else None,
    )  # fmt: skip


class TestPar01:
    """Неделя без печатной справки отказавшейся семье."""

    def found(self, trial, moment: str, *rows: OptOut) -> list[str]:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in(f"{moment} 20:00", opt_outs=rows)
        tried.sync(f"{moment} 21:00")
        return [item.message for item in tried.found("PAR-01")]

    @pytest.mark.parametrize(("moment", "count"), [("10-09", 0), ("10-10", 1)])
    def test_more_than_a_week(self, trial, moment: str, count: int) -> None:
        assert len(self.found(trial, moment, declined(last="10-02"))) == count

    def test_the_message(self, trial) -> None:
        words = "7А: Иванов И. — 9 дней без печатной справки (последняя 02.10)"
        assert self.found(trial, "10-11", declined(last="10-02")) == [words]

    def test_never_issued_counts_from_the_application(self, trial) -> None:
        assert self.found(trial, "10-01", declined()) == [
            "7А: Иванов И. — 24 дня без печатной справки (заявление 07.09)"
        ]

    @pytest.mark.parametrize(
        "row",
        [
            declined(withdrawn_on=day("09-20")),
            declined("10-12"),
            declined().model_copy(update={"class_name": "8А"}),
            declined().model_copy(update={"student": "Иванов Иван"}),
        ],
        ids=["withdrawn", "not applied yet", "another class", "another name"],
    )
    def test_who_is_not_meant(self, trial, row: OptOut) -> None:
        assert self.found(trial, "10-10", row) == []

    def test_vacations_need_no_letters(self, trial) -> None:
        assert self.found(trial, "11-02", declined(last="10-23")) == []

    def test_namesakes_are_not_told_apart(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.students.append(Student(id=2, name=PUPIL))
        tried = trial(book)
        tried.hand_in("10-10 20:00", opt_outs=[declined()])
        tried.sync("10-10 21:00")
        assert tried.found("PAR-01") == []

    def test_it_is_judged_as_of_the_last_take_and_not_for_long(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("10-05 20:00", opt_outs=[declined(last="10-02")])
        tried.sync("10-19 21:00")
        assert tried.check("PAR-01").no_data == ()
        assert tried.found("PAR-01") == []
        tried.sync("10-20 21:00")
        (gap,) = tried.check("PAR-01").no_data
        assert gap.reason == "таблица «Отказы от дневника» папки обмена давно не обновлялась"

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.sync("10-10 21:00")
        (gap,) = tried.check("PAR-01").no_data
        assert (
            gap.reason == "источник не даёт нужных сведений (таблица «Отказы от дневника» папки обмена ещё не принята)"
        )
        tried.hand_in("10-11 20:00", opt_outs=[declined()])
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("10-11 21:00")
        assert tried.found("PAR-01") == []
        assert [gap.place.class_id for gap in tried.check("PAR-01").no_data] == [CLASS]


class TestPar02:
    """Отказ без канала или контакта."""

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"channel": None}, "но не указано, как передавать справки"),
            ({"channel": Channel.EMAIL, "contact_known": False}, "но нет адреса, чтобы отправлять справки"),
            ({"channel": Channel.POST, "contact_known": None}, None),
            ({"channel": Channel.BY_STUDENT, "contact_known": False}, None),
            ({"channel": None, "withdrawn_on": day("09-09")}, None),
        ],
    )
    def test_what_is_missing(self, trial, values: dict[str, object], words: str | None) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-10 20:00", opt_outs=[declined(**values)])
        tried.sync("09-10 21:00")
        expected = [f"7А: Иванов И. — отказ от дневника с 07.09, {words}"] if words else []
        assert [item.message for item in tried.found("PAR-02")] == expected

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("09-10 20:00", opt_outs=[declined(channel=None)])
        tried.sync("09-25 21:00")
        assert tried.found("PAR-02") == []
        assert len(tried.check("PAR-02").no_data) == 1


class TestPar03:
    """Родителям не отправлен отчёт за период."""

    ON = ({"id": "PAR-03", "enabled": True},)

    @pytest.fixture
    def tried(self, trial) -> Trial:
        """A school whose log begins on 1 September; its term ends on 23 October."""
        made: Trial = trial(Book().add_lessons(*DAYS), rules=list(self.ON))
        made.sync("09-01 21:00")
        return made

    @pytest.mark.parametrize(("moment", "count"), [("10-28 23:59", 0), ("10-29 00:01", 1)])
    def test_five_days_after_a_term(self, tried: Trial, moment: str, count: int) -> None:
        findings = found(tried, "PAR-03", moment)
        words = "7А: отчёт за период «1 четверть» не отправлен родителям к 28.10"
        assert [item.message for item in findings] == [words] * count
        assert all((item.place.class_id, item.place.key) == (CLASS, "1") for item in findings)

    @pytest.mark.parametrize(
        ("moment", "name", "period", "more", "count"),
        [
            ("10-23 12:00", "7А", "1", {}, 0), ("10-30 12:00", "7 a", "1", {}, 0), ("10-22 23:00", "7А", "1", {}, 1),
            ("10-24 12:00", "7Б", "1", {}, 1), ("10-24 12:00", "7А", "2", {}, 1),
            ("10-24 12:00", "7А", "1", {"ok": False}, 1),
        ],
        ids=["the last day", "late, but done", "too early", "another class", "another term", "failed"],
    )  # fmt: skip
    def test_letters(
        self, tried: Trial, moment: str, name: str, period: str, more: dict[str, object], count: int
    ) -> None:
        note(tried, EventKind.LETTERS_ISSUED, moment, name, period, **more)
        assert len(found(tried, "PAR-03", "11-02 12:00")) == count

    def test_letters_before_and_after(self, tried: Trial) -> None:
        note(tried, EventKind.LETTERS_ISSUED, "10-10 12:00", "7А", "1")
        note(tried, EventKind.LETTERS_ISSUED, "10-26 12:00", "7А", "1")
        assert found(tried, "PAR-03", "11-02 12:00") == []

    def test_a_term_before_the_log_is_nobodys(self, trial) -> None:
        late: Trial = trial(Book().add_lessons(*DAYS), rules=list(self.ON))
        late.sync("10-24 08:00")
        assert found(late, "PAR-03", "11-02 12:00") == []

    def test_first_grade_has_no_marks_to_tell_of(self, trial) -> None:
        first: Trial = trial(Book(grade=1).add_lessons(*DAYS), rules=list(self.ON))
        first.sync("09-01 21:00")
        assert found(first, "PAR-03", "11-02 12:00") == []

    def test_it_is_off_at_first(self, trial) -> None:
        made: Trial = trial(Book().add_lessons(*DAYS))
        made.sync("09-01 21:00")
        assert found(made, "PAR-03", "11-02 12:00") == []


class TestPar04:
    """Семья не имеет ни дневника, ни печатной формы."""

    def found(self, trial, *users: UserActivity, opt_outs: tuple[OptOut, ...] = ()) -> list[str]:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("10-09 20:00", user_activity=users, opt_outs=opt_outs)
        tried.sync("10-09 21:00")
        return [item.message for item in tried.found("PAR-04")]

    def test_the_message(self, trial) -> None:
        words = "7А: 1 семья без входов в дневник и без печатных справок за 30 дней: Иванов И."
        assert self.found(trial, signed(UserKind.PARENT, None)) == [words]

    @pytest.mark.parametrize(("last", "count"), [("09-09", 1), ("09-10", 0)])
    def test_the_thirtieth_day(self, trial, last: str, count: int) -> None:
        assert len(self.found(trial, signed(UserKind.PARENT, last, 1))) == count

    def test_the_pupil_signs_in(self, trial) -> None:
        users = (signed(UserKind.PARENT, None), signed(UserKind.STUDENT, "10-01", 3))
        assert self.found(trial, *users) == []

    @pytest.mark.parametrize(("last", "count"), [("09-09", 1), ("09-10", 0), (None, 1)])
    def test_letters(self, trial, last: str | None, count: int) -> None:
        row = declined(last=last)
        assert len(self.found(trial, signed(UserKind.PARENT, None), opt_outs=(row,))) == count

    def test_a_sign_in_of_an_unknown_day(self, trial) -> None:
        assert self.found(trial, signed(UserKind.PARENT, None, 2)) == []

    def test_of_whom_the_table_does_not_tell(self, trial) -> None:
        assert self.found(trial, signed(UserKind.STUDENT, None)) == []
        assert self.found(trial, signed(UserKind.PARENT, None, until="10-08"),
                          signed(UserKind.STUDENT, None)) == []  # fmt: skip

    def test_no_data(self, trial) -> None:
        tried = trial(Book().add_lessons(*DAYS))
        tried.hand_in("10-09 20:00", user_activity=[signed(UserKind.PARENT, None)])
        tried.sync("10-09 21:00")
        (gap,) = tried.check("PAR-04").no_data
        assert (
            gap.reason == "источник не даёт нужных сведений (таблица «Отказы от дневника» папки обмена ещё не принята)"
        )


class TestPar05:
    """Отказавшейся семье не сообщено об итоговых отметках."""

    @pytest.fixture
    def tried(self, trial) -> Trial:
        """A family declined; the mark of the term is there from 22 October, 21:00, on."""
        made: Trial = trial(Book().add_lessons(*DAYS))
        made.hand_in("10-20 20:00", opt_outs=[declined()])
        made.sync("10-21 21:00")
        made.book.final(4)
        made.sync("10-22 21:00")
        return made

    @pytest.mark.parametrize(("moment", "count"), [("10-23 21:00", 0), ("10-23 21:01", 1)])
    def test_a_day_after_the_read(self, tried: Trial, moment: str, count: int) -> None:
        findings = found(tried, "PAR-05", moment)
        words = "7А: Иванов И. — об итоговых отметках, известных с 22.10.2026 21:00 (1), сообщение не составлено"
        assert [item.message for item in findings] == [words] * count
        assert all((item.place.class_id, item.place.student_id, item.place.day) == (CLASS, 1, "2026-10-22")
                   for item in findings)  # fmt: skip

    @pytest.mark.parametrize(
        ("what", "moment", "period", "more", "count"),
        [
            ("results", "10-23 05:00", "2026-10-22", {"day": day("10-22")}, 0),
            ("results", "10-23 21:00", "2026-10-22", {"day": day("10-22")}, 0),
            ("results", "10-22 20:59", "2026-10-22", {"day": day("10-22"), "run_id": 2}, 1),
            ("results", "10-22 21:05", "2026-10-22", {"day": day("10-22"), "run_id": 2}, 1),
            ("results", "10-24 05:00", "2026-10-22", {"day": day("10-22")}, 1),
            ("results", "10-23 05:00", "2026-10-22", {"day": day("10-22"), "ok": False}, 1),
            ("results", "10-23 05:00", "2026-10-22", {"day": day("10-22"), "whose": "7А-2"}, 1),
            ("results", "10-23 05:00", "2026-10-22", {"day": day("10-22"), "whose": "7А"}, 1),
            ("letter", "10-23 05:00", "1", {}, 0),
            ("letter", "10-23 05:00", "2026-10-19", {"day": day("10-19")}, 1),
            ("handover", "10-23 05:00", "2026-10-22", {"day": day("10-22")}, 1),
        ],
        ids=[
            "in time", "at the last minute", "before it was known", "from the state before it",
            "late", "failed", "another pupil", "a class",
            "a term's letter", "a week's letter", "another report",
        ],
    )  # fmt: skip
    def test_what_counts_as_told(
        self, tried: Trial, what: str, moment: str, period: str, more: dict[str, object], count: int
    ) -> None:
        values = dict(more)
        whose = values.pop("whose", "7А-1")
        note(tried, EventKind.REPORT_MADE, moment, what, period, detail={"whose": whose}, **{"run_id": 3, **values})
        assert len(found(tried, "PAR-05", "10-24 12:00")) == count

    def test_a_late_message_is_told_of_as_late(self, tried: Trial) -> None:
        note(tried, EventKind.REPORT_MADE, "10-24 05:00", "results", "2026-10-22", detail={"whose": "7А-1"}, run_id=3)
        (finding,) = found(tried, "PAR-05", "10-24 12:00")
        assert finding.message.endswith("известных с 22.10.2026 21:00 (1), сообщение составлено 24.10.2026 05:00")

    def test_another_mark_is_news_of_its_own_day(self, tried: Trial) -> None:
        note(tried, EventKind.REPORT_MADE, "10-23 05:00", "results", "2026-10-22", detail={"whose": "7А-1"}, run_id=3)
        tried.book.final(5)
        tried.sync("10-24 21:00")
        tried.sync("10-25 21:00")
        (finding,) = found(tried, "PAR-05", "10-26 12:00")
        assert finding.place.day == "2026-10-24"

    def test_what_came_and_went_in_a_day_is_no_news(self, trial) -> None:
        made: Trial = trial(Book().add_lessons(*DAYS))
        made.hand_in("10-20 20:00", opt_outs=[declined()])
        made.sync("10-21 21:00")
        made.book.final(2)
        made.sync("10-22 08:00")
        made.book.finals.clear()
        for hour in (10, 12, 14):
            made.sync(f"10-22 {hour}:00")
        made.sync("10-24 12:00")
        assert made.found("PAR-05") == []

    def test_who_moved_to_another_class_is_owed_it_too(self, trial) -> None:
        beside = Book(class_id=SECOND_CLASS, group=710, students=[Student(id=9, name="Ильин Павел")], first_lesson=901)
        made: Trial = trial(Book(beside=[beside.add_lessons(*DAYS)]).add_lessons(*DAYS))
        made.sync("10-21 21:00")
        made.book.final(4)
        made.sync("10-22 21:00")
        made.book.off_roster.add(1)
        beside.students.append(made.book.students[0])
        made.hand_in("10-23 20:00", opt_outs=[declined().model_copy(update={"class_name": "7Б"})])
        made.sync("10-24 12:00")
        made.sync("10-24 21:00")
        (finding,) = made.found("PAR-05")
        assert (finding.place.class_id, finding.place.day) == (SECOND_CLASS, "2026-10-22")

    def test_what_the_first_read_showed_is_no_news(self, trial) -> None:
        book = Book().add_lessons(*DAYS)
        book.final(4)
        made: Trial = trial(book)
        made.hand_in("10-20 20:00", opt_outs=[declined()])
        made.sync("10-22 21:00")
        made.sync("10-24 21:00")
        assert found(made, "PAR-05", "10-26 12:00") == []

    @pytest.mark.parametrize(
        ("row", "count"),
        [(declined(), 1), (declined("10-23"), 0), (declined(withdrawn_on=day("10-01")), 0)],
        ids=["declined", "applied after it", "withdrawn"],
    )
    def test_who_is_meant(self, trial, row: OptOut, count: int) -> None:
        made: Trial = trial(Book().add_lessons(*DAYS))
        made.sync("10-21 21:00")
        made.book.final(4)
        made.sync("10-22 21:00")
        made.hand_in("10-24 20:00", opt_outs=[row])
        made.sync("10-24 21:00")
        assert len(found(made, "PAR-05", "10-24 22:00")) == count

    def test_no_data_without_the_table(self, trial) -> None:
        made: Trial = trial(Book().add_lessons(*DAYS))
        made.sync("10-21 21:00")
        assert [gap.rule for gap in made.check("PAR-05").no_data] == ["PAR-05"]
