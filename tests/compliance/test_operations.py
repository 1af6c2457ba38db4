"""OPS and CHG-06 by the letter of docs/checks.md: the boundary on both sides, and when they are silent."""

from datetime import timedelta

import pytest
from support.school import Book, Trial, at
from support.service_log import found, note

from netcity_sync.compliance.finding import Severity
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, SignInRefused, SourceClosed
from netcity_sync.mirror.event_schema import EventKind


@pytest.fixture
def tried(trial) -> Trial:
    """A school whose log begins on 1 September at nine in the evening."""
    made: Trial = trial(Book().add_lessons("09-01", "09-02"), rules=[{"id": "OPS-02", "enabled": True}])
    made.sync("09-01 21:00")
    return made


class TestOps01:
    """Нет свежей резервной копии."""

    @pytest.mark.parametrize(("moment", "count"), [("09-02 23:00", 0), ("09-02 23:01", 1)])
    def test_a_new_installation_has_26_hours(self, tried: Trial, moment: str, count: int) -> None:
        assert len(found(tried, "OPS-01", moment)) == count

    @pytest.mark.parametrize(("moment", "count"), [("09-11 05:00", 0), ("09-11 05:01", 1)])
    def test_26_hours_after_the_last_one(self, tried: Trial, moment: str, count: int) -> None:
        note(tried, EventKind.BACKUP_MADE, "09-09 03:00")
        note(tried, EventKind.BACKUP_MADE, "09-10 03:00")
        note(tried, EventKind.BACKUP_MADE, "09-10 20:00", ok=False)
        note(tried, EventKind.BACKUP_MADE, "09-20 03:00")  # is not known yet
        assert len(found(tried, "OPS-01", moment)) == count

    def test_the_messages(self, tried: Trial) -> None:
        (none,) = found(tried, "OPS-01", "09-04 12:00")
        assert none.message == "Резервных копий нет, служба работает уже 63 ч"
        note(tried, EventKind.BACKUP_MADE, "09-03 03:00")
        (old,) = found(tried, "OPS-01", "09-04 18:00")
        assert old.message == "Последняя резервная копия сделана 03.09 03:00, 39 ч назад"
        assert (old.id, old.severity) == (none.id, Severity.CRIT)


class TestOps02:
    """Копия не проверена восстановлением."""

    @pytest.mark.parametrize(("moment", "count"), [("10-01 21:00", 0), ("10-01 21:01", 1)])
    def test_thirty_days_from_the_first_run(self, tried: Trial, moment: str, count: int) -> None:
        assert len(found(tried, "OPS-02", moment)) == count

    def test_a_drill_holds_for_thirty_days(self, tried: Trial) -> None:
        note(tried, EventKind.DRILL, "09-10 12:00")
        note(tried, EventKind.DRILL, "09-20 12:00", ok=False)
        assert found(tried, "OPS-02", "10-10 12:00") == []
        (late,) = found(tried, "OPS-02", "11-01 12:00")
        assert late.message == "Последнее восстановление из копии — 10.09.2026, 52 дня назад"


class TestOps03:
    """Резервная копия повреждена."""

    def test_the_last_word_on_a_copy_counts(self, tried: Trial) -> None:
        bad = {"why": "Копия повреждена: не сходится контрольная сумма файла."}
        note(tried, EventKind.BACKUP_MADE, "09-02 03:00", "mirror-20260901T220000Z")
        note(tried, EventKind.BACKUP_VERIFIED, "09-02 03:01", "mirror-20260901T220000Z")
        assert found(tried, "OPS-03", "09-02 04:00") == []
        note(tried, EventKind.BACKUP_VERIFIED, "09-02 12:00", "mirror-20260901T220000Z", ok=False, detail=bad)
        (damaged,) = found(tried, "OPS-03", "09-02 13:00")
        assert damaged.message == (
            "Резервная копия mirror-20260901T220000Z повреждена (проверена 02.09 12:00):"
            " не сходится контрольная сумма файла"
        )

    @pytest.mark.parametrize(("made", "count"), [("09-02 02:00", 1), ("09-03 03:00", 0)], ids=["older", "newer"])
    def test_a_newer_whole_copy_closes_it(self, tried: Trial, made: str, count: int) -> None:
        note(tried, EventKind.BACKUP_MADE, "09-02 03:00", "bad")
        note(tried, EventKind.BACKUP_VERIFIED, "09-02 03:01", "bad", ok=False)
        note(tried, EventKind.BACKUP_MADE, made, "good")
        note(tried, EventKind.BACKUP_VERIFIED, "09-03 03:01", "good")
        assert len(found(tried, "OPS-03", "09-03 04:00")) == count


class TestOps04And09:
    """Синхронизация неполная; «Сетевой город» не принимает вход."""

    def test_what_was_not_read_is_named(self, tried: Trial) -> None:
        assert tried.found("OPS-04") == []
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.source.broken["roster"] = AnswerError("не читается")
        tried.sync("09-02 21:00")
        (unread,) = tried.found("OPS-04")
        assert unread.message == ("Чтение 02.09 21:00: не прочитано 2 из 4: список 7А; 7А, Химия (1 четверть)")
        tried.source.broken.clear()
        tried.sync("09-03 21:00")
        assert tried.check("OPS-04").fixed == 1

    def test_some_may_be_allowed(self, trial) -> None:
        made = trial(Book().add_lessons("09-01"), rules=[{"id": "OPS-04", "params": {"allowed": 1}}])
        made.sync("09-01 21:00")
        made.source.broken["journal"] = AnswerError("не читается")
        made.sync("09-02 21:00")
        assert made.found("OPS-04") == []

    @pytest.mark.parametrize(
        ("error", "incomplete", "refused"), [(SourceClosed("закрыт"), 1, 0), (SignInRefused("не принят"), 0, 1)]
    )
    def test_a_failed_sync(self, tried: Trial, error: Exception, incomplete: int, refused: int) -> None:
        tried.source.broken["sign-in"] = error  # type: ignore[assignment]
        with pytest.raises(type(error)):
            tried.sync("09-02 21:00")
        assert (len(tried.found("OPS-04")), len(tried.found("OPS-09"))) == (incomplete, refused)

    def test_refusals_are_counted_until_one_is_accepted(self, tried: Trial) -> None:
        tried.source.broken["sign-in"] = SignInRefused("не принят")
        for night in ("09-02", "09-03"):
            with pytest.raises(SignInRefused):
                tried.sync(f"{night} 21:00")
        (refused,) = tried.found("OPS-09")
        assert refused.message == "Вход в «Сетевой город» отклонён 2 раза подряд, последний раз 03.09 21:00"
        tried.source.broken.clear()
        tried.sync("09-04 21:00")
        assert tried.found("OPS-09") == []


class TestOps05:
    """Мало места на диске или копий."""

    @pytest.mark.parametrize(("free", "count"), [(100, 0), (99, 1)])
    def test_less_than_a_tenth(self, tried: Trial, free: int, count: int) -> None:
        detail = {"free": free, "total": 1000, "backups": 2}
        note(tried, EventKind.DISK_MEASURED, "09-02 21:00", detail=detail)
        shown = [item.message for item in found(tried, "OPS-05", "09-02 22:00")]
        assert shown == ["На диске с данными свободно 9 % (99 Б)"] * count

    @pytest.mark.parametrize(
        ("moment", "backups", "count"), [("09-08 21:00", 1, 0), ("09-08 21:01", 1, 1), ("09-08 21:01", 2, 0)]
    )
    def test_two_backups_after_a_week(self, tried: Trial, moment: str, backups: int, count: int) -> None:
        detail = {"free": None, "total": None, "backups": backups}
        note(tried, EventKind.DISK_MEASURED, moment, detail=detail)
        shown = [item.message for item in found(tried, "OPS-05", moment)]
        assert shown == ["В папке резервных копий 1 копия, нужно не меньше 2"] * count


class TestOps06:
    """Журнал подлежит архивированию или истекает срок его хранения."""

    @pytest.mark.parametrize(("days", "made", "count"), [(302, False, 0), (303, False, 1), (303, True, 0)])
    def test_from_the_first_of_july(self, tried: Trial, days: int, made: bool, count: int) -> None:
        if made:
            note(tried, EventKind.ARCHIVE_MADE, "09-02 12:00", period="2026/2027")
        tried.now = at("09-01 12:00") + timedelta(days=days)
        messages = [item.message for item in tried.found("OPS-06")]
        assert messages == ["2026/2027: архива журналов на 01.07.2027 нет"] * count

    def test_the_years_of_keeping(self, tried: Trial) -> None:
        note(tried, EventKind.ARCHIVE_MADE, "09-02 12:00", period="2026/2027")
        for days, words in (
            (-61, None), (-60, "кончается 31.12.2032"), (0, "кончается 31.12.2032"), (1, "кончился 31.12.2032"),
        ):  # fmt: skip
            tried.now = at("2032-12-31 12:00") + timedelta(days=days)
            messages = [item.message for item in tried.found("OPS-06")]
            assert messages == ([f"2026/2027: срок хранения архива {words}"] if words else [])
        note(tried, EventKind.ARCHIVE_PURGED, "09-03 12:00", period="2026/2027")
        assert tried.found("OPS-06") == []

    def test_the_terms_are_those_of_the_settings(self, trial) -> None:
        tried = trial(Book().add_lessons("09-01"), retention={"journal_years": 1, "warn_days": 10})
        tried.sync("09-01 21:00")
        note(tried, EventKind.ARCHIVE_MADE, "09-02 12:00", period="2026/2027")
        for moment, count in (("2028-12-20 21:00", 0), ("2028-12-21 21:00", 1)):
            assert len(found(tried, "OPS-06", moment)) == count

    def test_a_year_before_the_log_is_nobodys(self, trial) -> None:
        late = trial(Book().add_lessons("09-01"))
        late.sync("09-01 21:00")
        late.now = at("09-01 21:00") + timedelta(days=400)
        with_log = late.found("OPS-06")
        assert len(with_log) == 1


class TestOps07And08:
    """Архив уничтожен без акта; ведомость не заморожена."""

    @pytest.mark.parametrize(("act", "count"), [("акт № 3 от 01.10.2026", 0), (" ", 1)])
    def test_an_act_is_needed(self, tried: Trial, act: str, count: int) -> None:
        note(tried, EventKind.ARCHIVE_PURGED, "10-14 12:00", period="2020/2021", detail={"act": act})
        messages = [item.message for item in found(tried, "OPS-07", "10-14 21:00")]
        assert messages == ["2020/2021: архив уничтожен 14.10.2026 без акта"] * count

    @pytest.mark.parametrize(
        ("frozen", "moment", "count"),
        [("8Б", "10-13 12:00", 0), ("", "10-13 12:00", 0), ("8А", "10-13 12:00", 1), ("8Б", "10-15 12:00", 1)],
    )
    def test_the_summary_must_be_frozen_before(self, tried: Trial, frozen: str, moment: str, count: int) -> None:
        note(tried, EventKind.SUMMARY_FROZEN, moment, frozen, "2020/2021")
        note(tried, EventKind.ARCHIVE_PURGED, "10-14 12:00", "8Б", "2020/2021")
        messages = [item.message for item in found(tried, "OPS-08", "10-16 21:00")]
        assert messages == ["8Б, 2020/2021: архив уничтожен 14.10.2026, сводная ведомость не заморожена"] * count


class TestChg06:
    """Расхождение зеркала и ГИС."""

    def test_until_the_next_comparison_is_well(self, tried: Trial) -> None:
        assert tried.found("CHG-06") == []
        detail = {"scopes": 214, "differing": 2, "records": 3}
        note(tried, EventKind.RECONCILED, "09-02 04:00", ok=False, detail=detail)
        (differs,) = found(tried, "CHG-06", "09-02 21:00")
        assert differs.message == (
            "Сверка 02.09 04:00: зеркало расходится с ответами «Сетевого города» в 2 частях, записей — 3"
        )
        note(tried, EventKind.RECONCILED, "09-03 04:00")
        assert found(tried, "CHG-06", "09-03 21:00") == []


@pytest.mark.parametrize("rule", ["OPS-01", "OPS-02", "OPS-05"])
def test_nothing_is_said_without_a_log(tried: Trial, rule: str) -> None:
    with DataFolder(tried.settings.storage.data_dir).mirror.open("rb"):
        assert found(tried, rule, "08-31 12:00" if rule == "OPS-05" else "09-01 21:00") == []
