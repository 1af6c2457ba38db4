"""What a sync does with sources that tell less, or answer in other ways than asked."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from netcity_sync.adapters.netschool.family_source import FamilySource
from netcity_sync.adapters.netschool.journal import confine
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.clock import Clock, fixed_clock
from netcity_sync.compliance.findings import load_findings
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, SettingsError
from netcity_sync.jobs.check import run_check
from netcity_sync.jobs.source import gis_source
from netcity_sync.jobs.sync import run_sync
from netcity_sync.mirror.database import open_reader
from netcity_sync.model import Assignment, Attendance, AttendanceCode, Journal, Lesson, Mark
from netcity_sync.settings import Settings
from netcity_sync.simulator.ledger import make_ledger
from netcity_sync.simulator.server import Simulator, running_simulator

FIRST = datetime(2026, 9, 14, 21)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A school of its own: its clock moves."""
    with running_simulator(seed=5, classes=3, now=FIRST) as running:
        yield running


def settings_of(simulator: Simulator, folder: Path, kind: str = "staff", **sync: object) -> Settings:
    """An installation with an account of a kind."""
    gis = {
        "url": simulator.url, "school": simulator.world.school.id, "login": simulator.account(kind).login,
        "requests_per_second": 0, "account": "staff" if kind == "staff" else "family",
    }  # fmt: skip
    return Settings.model_validate(
        {"gis": gis, "school": {"timezone": "Asia/Omsk"}, "storage": {"data_dir": folder}, "sync": sync}
    )


def clock_of(settings: Settings, moment: datetime) -> Clock:
    """A clock that stands at a moment of the school."""
    return fixed_clock(moment.replace(tzinfo=settings.zone))


@pytest.fixture(autouse=True)
def _password(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETCITY_PASSWORD", simulator.account("staff").password)


def marks_in(settings: Settings) -> int:
    """How many marks are current."""
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        return int(connection.execute("SELECT count(*) FROM mark WHERE seen_to IS NULL").fetchone()[0])


def test_a_familys_account_never_empties_the_mirror_of_the_staff(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(simulator, tmp_path)
    run_sync(settings, gis_source(settings), clock_of(settings, FIRST))
    before = marks_in(settings)
    family = settings_of(simulator, tmp_path, "parent")
    monkeypatch.setenv("NETCITY_PASSWORD", simulator.account("parent").password)
    with pytest.raises(SettingsError, match="стало бы считаться удалённым"):
        run_sync(family, gis_source(family), clock_of(settings, FIRST + timedelta(days=1)))
    assert marks_in(settings) == before > 0


def test_a_family_has_a_mirror_of_its_own(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETCITY_PASSWORD", simulator.account("parent").password)
    settings = settings_of(simulator, tmp_path, "parent")
    source = gis_source(settings)
    assert isinstance(source, FamilySource)
    outcome = run_sync(settings, source, clock_of(settings, FIRST))
    assert outcome.exit_code == 0
    own = {pupil.id for pupil in simulator.account("parent").students}
    checked = run_check(settings, clock_of(settings, FIRST))
    assert {item.place.student_id for item in checked.findings} <= own | {None}
    silent = {gap.rule for gap in checked.no_data}
    assert {"ATT-03", "LSN-01"} <= silent
    assert "HW-01" not in {gap.rule for gap in checked.no_data if gap.place.subject_group_id is None}


def test_the_report_on_access_proves_more_and_never_something_else(simulator: Simulator, tmp_path: Path) -> None:
    settings = settings_of(simulator, tmp_path, journal_access=True)
    moment = FIRST
    for _ in range(6):
        simulator.move(moment)
        assert run_sync(settings, gis_source(settings), clock_of(settings, moment)).exit_code == 0
        run_check(settings, clock_of(settings, moment))
        moment += timedelta(days=1)
    with open_reader(DataFolder(tmp_path)) as connection:
        open_ones = [item for item in load_findings(connection) if item.fixed_at is None]
    findings = [item for item in open_ones if not item.rule.startswith("OPS-")]
    ledger = {(item.rule, item.subject_group_id, item.lesson_id, item.student_id): item.certain
              for item in make_ledger(simulator.world)}  # fmt: skip
    found = {
        (item.rule, item.place.subject_group_id, item.place.lesson_id, item.place.student_id): item for item in findings
    }
    assert found.keys() <= ledger.keys()
    assert {key for key, certain in ledger.items() if certain} <= found.keys()
    proved = [found[key] for key, certain in ledger.items() if not certain and key in found]
    assert proved
    assert all("по отчёту о доступе к журналу" in item.message for item in proved)


def test_an_account_that_sees_no_journal_is_no_success(simulator: Simulator, tmp_path: Path) -> None:
    settings = settings_of(simulator, tmp_path)
    gis = settings.gis.model_copy(update={"profile": {"subject_groups": "subjectgroups?classId=0"}})
    source = NetSchoolSource(gis, SecretStr(simulator.account("staff").password))
    with pytest.raises(AnswerError, match="ни одного журнала"):
        run_sync(settings, source, clock_of(settings, FIRST))


def test_a_server_that_does_not_heed_the_term() -> None:
    """Lessons of other terms are left to those terms; one outside of all stays where it was asked for."""
    days = (date(2026, 9, 10), date(2026, 11, 10), date(2026, 11, 2))
    journal = Journal(
        subject_group_id=1,
        term_id=1,
        students=(),
        lessons=tuple(Lesson(id=number, date=day, slot=1) for number, day in enumerate(days)),
        assignments=tuple(Assignment(id=10 + n, type_id=10, homework=False, lesson_id=n) for n in range(3)),
        marks=tuple(Mark(student_id=5, assignment_id=10 + n, lesson_id=n, value=4) for n in range(3)),
        attendance=tuple(Attendance(student_id=6, lesson_id=n, code=AttendanceCode.ILLNESS, raw="Б") for n in range(3)),
    )
    second = [(date(2026, 11, 9), date(2026, 12, 28))]
    kept = confine(journal, second)
    assert [item.id for item in kept.lessons] == [0, 2]
    assert [item.id for item in kept.assignments] == [10, 12]
    assert [item.lesson_id for item in kept.marks] == [0, 2]
    assert [item.lesson_id for item in kept.attendance] == [0, 2]
    assert confine(journal, []) is journal
