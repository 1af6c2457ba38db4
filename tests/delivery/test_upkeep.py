"""What those who look after the service are told of it, and that a change of the GIS is told once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.school import ZONE, Book, Trial, at

from netcity_sync.adapters.source import DriftKind, DriftNote, ScopeKind
from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.delivery.render import render_html, render_text
from netcity_sync.delivery.upkeep import Unread, Upkeep, look_at_upkeep, remarks_on
from netcity_sync.errors import AnswerError, SignInRefused, SourceClosed
from netcity_sync.jobs.digest import DigestOutcome, make_digests
from netcity_sync.mirror.backup import create_backup
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.drift import KeptDrift, load_drift, record_drift
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.settings import Role

NOW = at("10-05 07:00")
WELL = Upkeep(run_at=at("10-05 01:30"), status="done", backup_at=at("10-05 04:00"))
NEW = DriftNote(DriftKind.UNKNOWN, "GET context", "futureField", 3)
GONE = DriftNote(DriftKind.VANISHED, "GET classes", "chiefs", 1)


def kept(kind: DriftKind, call: str, field: str) -> KeptDrift:
    """A difference that nobody was told of."""
    return KeptDrift(kind, call, field, 1, 1, 1, told=False)


def test_a_service_that_fares_well_says_so() -> None:
    reading, backup = remarks_on(WELL, NOW, ZONE)
    assert (reading.text, backup.text) == ("Чтение 05.10 01:30: прочитано всё.", "Резервная копия: 05.10 04:00.")
    assert not reading.alarm
    assert not backup.alarm


@pytest.mark.parametrize(
    ("changes", "said", "todo"),
    [
        ({"status": "running"}, "ещё не закончено", ""),
        ({"status": "partial"}, "закончилось отведённое время", "--resume"),
        ({"status": "interrupted"}, "прервано", "--resume"),
        ({"status": "failed", "error": "SignInRefused"}, "не принял вход", "в браузере"),
        ({"status": "failed", "error": "SourceMaintenance"}, "технические работы", "Дождитесь"),
        ({"status": "failed", "error": "SourceClosed"}, "перестал отвечать", "--resume"),
        ({"status": "failed", "error": "AnswerError"}, "справочники", "discover"),
        ({"status": "failed", "error": "DamagedError"}, "не удалось", "netcity-sync sync"),
        ({"run_at": at("10-02 01:30")}, "прочитано всё", "С тех пор журналы не читались"),
    ],
)
def test_how_the_reading_ended(changes: dict[str, object], said: str, todo: str) -> None:
    reading = remarks_on(replace(WELL, **changes), NOW, ZONE)[0]  # type: ignore[arg-type]
    assert said in reading.text
    assert todo in reading.todo
    assert reading.alarm is bool(todo)


def test_hundreds_of_unread_scopes_are_a_line_a_reason() -> None:
    unread = (
        Unread("Сервер ответил ошибкой 500. GET grade/journal", ScopeKind.JOURNAL, 240),
        Unread("Сервер перегружен (ответ 503).", ScopeKind.ROSTER, 2),
        Unread("Сервер перегружен (ответ 503).", ScopeKind.JOURNAL, 21),
    )
    reading = remarks_on(replace(WELL, status="partial", unread=unread), NOW, ZONE)[0]
    assert reading.text == "Чтение 05.10 01:30: не прочитано 263 части."
    assert reading.details == (
        "Сервер ответил ошибкой 500. GET grade/journal: 240 журналов",
        "Сервер перегружен (ответ 503): 2 списка классов, 21 журнал",
    )


def test_rare_reasons_are_counted_together() -> None:
    unread = tuple(Unread(f"Причина {number:02d}", ScopeKind.JOURNAL, 1) for number in range(30))
    details = remarks_on(replace(WELL, status="partial", unread=unread), NOW, ZONE)[0].details
    assert len(details) == 9
    assert details[-1] == "по другим причинам: 22 журнала"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"backup_at": None}, "Резервных копий нет."),
        ({"backup_at": None, "backup_fault": "Описание копии повреждено."}, "Описание копии повреждено."),
        ({"backup_at": NOW - timedelta(days=3)}, "Резервная копия: 02.10 07:00."),
    ],
)
def test_a_missing_backup_is_an_alarm(changes: dict[str, object], said: str) -> None:
    backup = remarks_on(replace(WELL, **changes), NOW, ZONE)[1]  # type: ignore[arg-type]
    assert said in backup.text
    assert backup.alarm


def test_every_difference_is_named() -> None:
    drift = (
        kept(DriftKind.VANISHED, "GET classes", "chiefs"),
        kept(DriftKind.UNKNOWN, "GET context", "futureField"),
        kept(DriftKind.UNKNOWN, "GET context", "url"),
    )
    told = remarks_on(replace(WELL, drift=drift), NOW, ZONE)[2]
    assert told.text == "Ответы «Сетевого города» изменились: 2 новых поля, 1 поле больше не приходит."
    assert told.details == ("GET classes: исчезло поле chiefs", "GET context: новые поля futureField, url")
    assert "netcity-sync discover" in told.todo
    assert "не потеряно" in told.todo
    assert "читается как пустое" in told.todo
    assert told.alarm


def test_new_fields_alone_do_no_harm() -> None:
    told = remarks_on(replace(WELL, drift=(kept(DriftKind.UNKNOWN, "GET context", "url"),)), NOW, ZONE)[2]
    assert told.text == "Ответы «Сетевого города» изменились: 1 новое поле."
    assert "читается как пустое" not in told.todo
    assert not told.alarm


def person(role: Role) -> dict[str, str]:
    """Somebody of that role."""
    return {"name": role.value, "role": role.value}


def trial(folder: Path, *roles: Role) -> Trial:
    """A checked installation in which these roles are named."""
    tried = Trial(folder, Book().add_lessons("09-01", "09-02"), people=[person(role) for role in roles])
    tried.sync("09-14 21:00")
    tried.check()
    return tried


def drifted(folder: Path, *roles: Role) -> Trial:
    """The same, after the GIS began to answer differently."""
    tried = trial(folder, *roles)
    with open_writer(DataFolder(folder)) as connection:
        record_drift(connection, 1, (NEW, GONE))
    return tried


def digests(tried: Trial, role: Role | None = None) -> DigestOutcome:
    """The digests of the morning after."""
    return make_digests(tried.settings, fixed_clock(at("09-15 07:00")), role=role)


def told_to(outcome: DigestOutcome) -> set[Role]:
    """Who is told of the drift, in both forms of the digest."""
    return {
        item.person.role
        for item in outcome.digests
        if "изменились" in render_text(item) and "изменились" in render_html(item)
    }


def untold(folder: Path) -> int:
    """How many differences nobody was told of."""
    with open_writer(DataFolder(folder)) as connection:
        return len(load_drift(connection, untold=True))


def test_drift_is_told_once_and_to_those_who_look_after_the_service(tmp_path: Path) -> None:
    tried = drifted(tmp_path, *Role)
    assert told_to(digests(tried)) == {Role.ADMINISTRATOR, Role.IKT_DEPUTY}
    assert untold(tmp_path) == 0
    assert told_to(digests(tried)) == set()


def test_only_a_difference_that_is_new_is_told_again(tmp_path: Path) -> None:
    tried = drifted(tmp_path, Role.ADMINISTRATOR)
    digests(tried)
    with open_writer(DataFolder(tmp_path)) as connection:
        record_drift(connection, 1, (NEW, DriftNote(DriftKind.UNKNOWN, "GET terms", "futureField", 1)))
    (made,) = digests(tried).digests
    assert [remark.details for remark in made.service if "изменились" in remark.text] == [
        ("GET terms: новое поле futureField",)
    ]


@pytest.mark.parametrize(
    ("roles", "made", "left"),
    [
        ((Role.ADMINISTRATOR, Role.IKT_DEPUTY), Role.IKT_DEPUTY, 2),
        ((Role.ADMINISTRATOR, Role.IKT_DEPUTY), Role.ADMINISTRATOR, 0),
        ((Role.DEPUTY, Role.IKT_DEPUTY), Role.IKT_DEPUTY, 0),
        ((Role.DEPUTY, Role.ADMINISTRATOR), Role.DEPUTY, 2),
        ((Role.DEPUTY,), None, 2),
        ((), None, 0),
    ],
)
def test_drift_stays_untold_until_its_reader_has_a_digest(
    tmp_path: Path, roles: tuple[Role, ...], made: Role | None, left: int
) -> None:
    digests(drifted(tmp_path, *roles), made)
    assert untold(tmp_path) == left


def test_while_another_run_works_drift_stays_untold(tmp_path: Path) -> None:
    tried = drifted(tmp_path, Role.ADMINISTRATOR)
    with hold_lock(DataFolder(tmp_path).lock):
        assert told_to(digests(tried)) == {Role.ADMINISTRATOR}
    assert untold(tmp_path) == 2
    assert told_to(digests(tried)) == {Role.ADMINISTRATOR}
    assert untold(tmp_path) == 0


def test_a_mirror_of_an_older_program_has_no_drift(tmp_path: Path) -> None:
    tried = trial(tmp_path, Role.ADMINISTRATOR)
    with open_writer(DataFolder(tmp_path)) as connection:
        connection.execute("DROP TABLE drift")
    assert told_to(digests(tried)) == set()


def look(tried: Trial) -> Upkeep:
    """The upkeep as the mirror and the backups tell it."""
    folder = DataFolder(tried.settings.storage.data_dir)
    with open_snapshot(folder) as snapshot:
        return look_at_upkeep(snapshot, folder)


def test_unread_scopes_and_the_backup_are_found(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    assert look(tried) == Upkeep(at("09-14 21:00"), "done")
    create_backup(DataFolder(tmp_path), fixed_clock(at("09-15 04:00")))
    tried.source.broken["journal"] = AnswerError("Сервер ответил ошибкой 500.", where="GET grade/journal")
    tried.sync("09-15 21:00")
    seen = look(tried)
    assert seen.unread == (Unread("Сервер ответил ошибкой 500. GET grade/journal", ScopeKind.JOURNAL, 1),)
    assert (seen.status, seen.backup_at) == ("partial", at("09-15 04:00"))


@pytest.mark.parametrize(
    ("error", "said"),
    [(SignInRefused("отказ"), "не принял вход"), (SourceClosed("нет ответа"), "перестал отвечать")],
    ids=["sign-in", "closed"],
)
def test_a_night_that_failed_names_its_reason(tmp_path: Path, error: SignInRefused | SourceClosed, said: str) -> None:
    tried = trial(tmp_path, Role.ADMINISTRATOR)
    tried.source.broken["sign-in"] = error
    with pytest.raises(type(error)):
        tried.sync("09-14 23:00")
    (made,) = digests(tried).digests
    assert said in made.service[0].text


def test_a_take_of_the_exchange_folder_is_not_a_reading(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with open_writer(DataFolder(tmp_path)) as connection:
        connection.execute(
            "INSERT INTO run (started_at, status, program_version) VALUES ('2026-09-15T00:00:00Z', 'partial', '0')"
        )
        connection.execute("INSERT INTO exchange_take VALUES (2, 'plan', '2026-09-15T00:00:00Z', 0, 'x', 0, 0, 1)")
    assert (look(tried).status, look(tried).run_at) == ("done", at("09-14 21:00"))


def test_a_damaged_backup_is_told_not_raised(tmp_path: Path) -> None:
    tried = trial(tmp_path, Role.ADMINISTRATOR)
    made = create_backup(DataFolder(tmp_path), fixed_clock(at("09-14 23:00")))
    for manifest in made.path.parent.glob("*.json"):
        manifest.write_text("{", encoding="utf-8")
    assert look(tried).backup_fault
    assert digests(tried).digests[0].service[1].alarm


def test_the_administrator_reads_of_everybodys_slips(tmp_path: Path) -> None:
    tried = trial(tmp_path, Role.ADMINISTRATOR, Role.TEACHER, Role.CLASS_TEACHER)
    made = next(item for item in digests(tried).digests if item.person.role is Role.ADMINISTRATOR)
    assert made.service[-1].details == (
        "teacher: журналов учителя с таким номером (staff_id) нет",
        "class_teacher: класс (classes) не указан",
    )
