"""REP, ATT-09 and FIN-10 by the letter of docs/checks.md: the boundary on both sides, and when they are silent."""

from datetime import date, datetime
from pathlib import Path

import pytest
from support.school import Book, Trial
from support.service_log import found, note
from support.two_years import begin_second_year, two_years

from netcity_sync.compliance.finding import Severity
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.model import ExamKind, ExamResult

ALL_ON = [{"id": name, "enabled": True} for name in ("REP-01", "REP-03", "ATT-09")]


@pytest.fixture
def tried(trial) -> Trial:
    """A school whose log begins on 1 September, with lessons in September and October."""
    made: Trial = trial(Book().add_lessons("09-01", "09-02", "09-10", "10-05"), rules=ALL_ON)
    made.sync("09-01 21:00")
    return made


@pytest.mark.parametrize(
    ("rule", "report", "title"),
    [("REP-01", "activity", "Отчёт об активности"), ("REP-02", "filling", "Отчёт о заполнении журнала")],
)
class TestRep01And02:
    """Месячные отчёты."""

    @pytest.mark.parametrize(("moment", "count"), [("10-05 23:59", 0), ("10-06 00:01", 1)])
    def test_after_the_fifth(self, tried: Trial, rule: str, report: str, title: str, moment: str, count: int) -> None:
        messages = [item.message for item in found(tried, rule, moment)]
        assert messages == [f"{title} за сентябрь 2026 г. не составлен к 05.10"] * count

    @pytest.mark.parametrize(
        ("made", "period", "count"),
        [("10-02 05:00", "2026-09", 0), ("09-30 05:00", "2026-09", 1), ("10-02 05:00", "2026-10", 1)],
        ids=["made", "too early", "of another month"],
    )
    def test_one_made_after_the_month(
        self, tried: Trial, rule: str, report: str, title: str, made: str, period: str, count: int
    ) -> None:
        note(tried, EventKind.REPORT_MADE, made, report, period)
        note(tried, EventKind.REPORT_MADE, made, "another", "2026-09")
        assert len(found(tried, rule, "10-07 12:00")) == count

    def test_one_of_a_class_is_not_that_of_the_school(self, tried: Trial, rule: str, report: str, title: str) -> None:
        note(tried, EventKind.REPORT_MADE, "10-02 05:00", report, "2026-09", detail={"whose": "7А"})
        assert len(found(tried, rule, "10-07 12:00")) == 1
        note(tried, EventKind.REPORT_MADE, "10-02 06:00", report, "2026-09", detail={"whose": ""})
        assert found(tried, rule, "10-07 12:00") == []

    def test_a_month_before_the_log_is_nobodys(self, trial, rule: str, report: str, title: str) -> None:
        late = trial(Book().add_lessons("09-01", "10-05"), rules=ALL_ON)
        late.sync("10-01 21:00")
        assert found(late, rule, "10-20 12:00") == []
        assert len(found(late, rule, "11-06 12:00")) == 1


class TestRep03:
    """Отчёт по итогам периода."""

    @pytest.mark.parametrize(("moment", "count"), [("10-26 23:59", 0), ("10-27 00:01", 1)])
    def test_three_days_after_a_term(self, tried: Trial, moment: str, count: int) -> None:
        messages = [item.message for item in found(tried, "REP-03", moment)]
        assert messages == ["Отчёт по итогам периода «1 четверть» не составлен к 26.10"] * count

    def test_ten_days_after_the_year(self, tried: Trial) -> None:
        note(tried, EventKind.REPORT_MADE, "10-24 05:00", "school", "1")
        assert found(tried, "REP-03", "11-02 12:00") == []
        assert [item.message for item in found(tried, "REP-03", "11-03 12:00")] == [
            "Отчёт по итогам учебного года не составлен к 02.11"
        ]
        note(tried, EventKind.REPORT_MADE, "10-24 05:00", "school", "year")
        assert found(tried, "REP-03", "11-03 12:00") == []

    def test_one_of_a_grade_is_not_that_of_the_school(self, tried: Trial) -> None:
        note(tried, EventKind.REPORT_MADE, "10-24 05:00", "school", "1", detail={"whose": "grade7"})
        assert len(found(tried, "REP-03", "10-27 00:01")) == 1


class TestRep04:
    """Бумажная копия не сверена."""

    @pytest.mark.parametrize(("moment", "count"), [("10-11 23:00", 0), ("10-13 12:00", 1)])
    def test_ten_days_after_it_was_made(self, tried: Trial, moment: str, count: int) -> None:
        note(tried, EventKind.PAPER_SET_STATE, "10-01 12:00", "7А", "1", detail={"state": "составлено"})
        note(tried, EventKind.PAPER_SET_STATE, "10-05 12:00", "7А", "1", detail={"state": "отпечатано"})
        findings = found(tried, "REP-04", moment)
        assert [item.message for item in findings] == ["7А: бумажная копия (1 четверть) не сверена 12 дней"] * count
        assert all(item.class_id == 70 for item in findings)

    @pytest.mark.parametrize("state", ["сверено", "подписано", "прошито", "передано"])
    def test_what_is_compared_is_done(self, tried: Trial, state: str) -> None:
        note(tried, EventKind.PAPER_SET_STATE, "10-01 12:00", "7А", "1", detail={"state": "составлено"})
        note(tried, EventKind.PAPER_SET_STATE, "10-12 12:00", "7А", "1", detail={"state": state})
        assert found(tried, "REP-04", "11-13 12:00") == []


class TestAtt09:
    """Отчёт о пропусках не сформирован."""

    @staticmethod
    def weekly(trial) -> Trial:
        made: Trial = trial(Book().add_lessons("09-01", "09-10"), rules=ALL_ON)
        made.sync("09-06 21:00")
        made.sync("09-13 21:00")
        return made

    @pytest.mark.parametrize(("moment", "count"), [("09-14 23:00", 0), ("09-15 01:00", 1)])
    def test_from_tuesday_on(self, trial, moment: str, count: int) -> None:
        findings = found(self.weekly(trial), "ATT-09", moment)
        assert [item.message for item in findings] == ["7А: нет отчёта о пропусках за 07.09–13.09"] * count

    @pytest.mark.parametrize(("monday", "name", "count"), [(7, "7А", 0), (7, "7 а", 0), (7, "7Б", 1), (14, "7А", 1)])
    def test_the_report_of_that_week_and_class(self, trial, monday: int, name: str, count: int) -> None:
        tried = self.weekly(trial)
        day, detail = date(2026, 9, monday), {"class": name}
        note(tried, EventKind.REPORT_MADE, "09-14 08:00", "attendance", day=day, detail=detail)
        assert len(found(tried, "ATT-09", "09-20 12:00")) == count


class TestFin10:
    """Результат экзамена не доведён в срок."""

    @staticmethod
    def result(received: str, informed: str | None) -> ExamResult:
        return ExamResult(
            class_name="7А", student="Иванов Иван Петрович", exam=ExamKind.INTERIM, subject="Химия",
            held_on=date(2026, 9, 1), mark=4, received=datetime.fromisoformat(f"2026-{received}"),
            informed=datetime.fromisoformat(f"2026-{informed}") if informed else None,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("received", "informed", "count"),
        [
            ("09-02T10:00", "09-03T10:00", 0),
            ("09-02T10:00", "09-03T10:01", 1),
            ("09-02T00:00", "09-03T23:59", 0),
            ("09-02T00:00", "09-04T00:01", 1),
            ("09-02T10:00", "09-04T00:00", 1),
            ("09-02T10:00", "09-03T00:00", 0),
            ("09-05T10:00", None, 1),
            ("09-06T12:00", None, 0),
            ("09-06T12:01", None, 0),
            ("09-05T00:00", None, 1),
        ],
    )
    def test_a_day_is_given(self, tried: Trial, received: str, informed: str | None, count: int) -> None:
        tried.hand_in("09-07 12:00", exam_results=[self.result(received, informed)])
        assert len(found(tried, "FIN-10", "09-20 12:00")) == count

    def test_results_of_former_years_are_over(self, tried: Trial) -> None:
        old = self.result("09-02T10:00", None).model_copy(
            update={"held_on": date(2026, 6, 3), "received": datetime(2026, 8, 31, 23, 59)}
        )
        tried.hand_in("09-07 12:00", exam_results=[old])
        assert tried.found("FIN-10") == []

    def test_the_messages(self, tried: Trial) -> None:
        tried.hand_in("09-07 12:00", exam_results=[self.result("09-02T10:00", "09-05T00:00")])
        (late,) = tried.found("FIN-10")
        assert late.message == (
            "7А: Иванов И., Химия (экзамен 01.09): результат получен 02.09.2026 10:00, доведён 05.09.2026"
        )
        assert (late.severity, late.class_id, late.class_name) == (Severity.VIOL, 70, "7А")
        tried.hand_in("09-08 12:00", exam_results=[self.result("09-02T10:00", None)])
        (untold,) = tried.found("FIN-10")
        assert untold.message.endswith("результат получен 02.09.2026 10:00, семье не сообщён до 08.09.2026 12:00")
        assert untold.id == late.id

    def test_one_that_nobody_told_ends_with_the_year(self, tmp_path: Path) -> None:
        tried = two_years(tmp_path)
        untold = self.result("09-02T10:00", None).model_copy(
            update={"held_on": date(2027, 6, 3), "received": datetime(2027, 6, 4, 10)}
        )
        tried.hand_in("2027-06-10 12:00", exam_results=[untold])
        assert len(tried.found("FIN-10")) == 1
        begin_second_year(tried)
        outcome = tried.check("FIN-10")
        assert (outcome.fixed, outcome.ended, outcome.findings) == (0, 1, ())

    def test_no_table_no_data(self, tried: Trial) -> None:
        outcome = tried.check("FIN-10")
        assert outcome.findings == ()
        assert [gap.rule for gap in outcome.no_data] == ["FIN-10"]
