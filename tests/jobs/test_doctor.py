"""The doctor on this machine: each fault is planted and found, in words that say what to do; nothing is changed."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from support.exchange import PLAN_HEAD, PUPIL, csv_text
from support.school import Book, Trial, at

from netcity_sync.adapters.source import DriftKind, DriftNote
from netcity_sync.clock import fixed_clock, utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, SourceUnavailable
from netcity_sync.jobs.doctor import examine, find_settings
from netcity_sync.jobs.doctor.result import Result, Verdict, span
from netcity_sync.jobs.service import JobRun, ledger_of
from netcity_sync.mirror.backup import create_backup
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.drift import load_drift, mark_told, record_drift
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.russian import size

LOGIN = "zavuch-secret-login"
SECRET = "очень секретный пароль"
CONFIG = f"""
[gis]
url = "http://127.0.0.1:1"
school = 1
login = "{LOGIN}"
password_file = "password.txt"
[school]
timezone = "Asia/Yekaterinburg"
[storage]
data_dir = "data"
"""


@pytest.fixture(autouse=True)
def _no_secrets_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NETCITY_PASSWORD", "NETCITY_FAMILY_PASSWORD", "NETCITY_SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


class Said(NamedTuple):
    """A result with its area."""

    area: str
    result: Result


class Patient:
    """An installation with a small mirror, read on the evening of 2 September."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "config.toml"
        self.config.write_text(CONFIG, encoding="utf-8")
        self.password = root / "password.txt"
        self.password.write_text(SECRET, encoding="utf-8")
        self.password.chmod(0o600)
        self.folder = DataFolder(root / "data")
        self.trial = Trial(self.folder.root, Book().add_lessons("09-01", "09-02"))

    def add(self, text: str) -> None:
        """More settings."""
        self.config.write_text(self.config.read_text(encoding="utf-8") + text, encoding="utf-8")

    def replace(self, old: str, new: str) -> None:
        """Other settings."""
        self.config.write_text(self.config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def execute(self, *statements: str) -> None:
        """Write into the mirror behind everybody's back."""
        with closing(sqlite3.connect(self.folder.mirror, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)

    def ledger(self, *runs: JobRun) -> None:
        """What the service noted."""
        lines = [json.dumps({name: getattr(run, name) for name in JobRun.__slots__}) for run in runs]
        ledger_of(self.folder).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def says(self, moment: str = "09-02 22:00") -> list[Said]:
        """Everything the doctor says of this machine. No secret and no name is ever in it."""
        found = find_settings(self.config)
        said = [
            Said(item.area.id, result)
            for item in examine(found, fixed_clock(at(moment)), offline=True)
            for result in item.results
        ]
        for item in said:
            text = item.result.what + item.result.todo
            assert not any(secret in text for secret in (LOGIN, SECRET, "Иванов", "Учебнова"))
        return said

    def faults(self, moment: str = "09-02 22:00") -> list[str]:
        """The faults alone; each says what to do."""
        found = [item.result for item in self.says(moment) if item.result.state is Verdict.FAULT]
        assert all(item.todo for item in found)
        return [item.what for item in found]

    def in_area(self, area: str, moment: str = "09-02 22:00") -> list[Result]:
        """What is said of one area."""
        return [item.result for item in self.says(moment) if item.area == area]


@pytest.fixture
def fresh(tmp_path: Path) -> Patient:
    """Settings only: nothing was read yet."""
    return Patient(tmp_path)


@pytest.fixture
def patient(fresh: Patient) -> Patient:
    """In good health."""
    fresh.trial.sync("09-02 21:00")
    fresh.folder.root.chmod(0o700)
    create_backup(fresh.folder, fixed_clock(at("09-02 21:30")))
    return fresh


def only(found: list[str]) -> str:
    """The one fault."""
    (single,) = found
    return single


def test_a_healthy_installation_has_no_faults(patient: Patient) -> None:
    assert patient.faults() == []


def test_a_new_installation_has_no_faults(fresh: Patient) -> None:
    assert fresh.faults() == []
    notices = [item.result.what for item in fresh.says() if item.result.state is Verdict.NOTICE]
    assert any("Папки данных ещё нет" in text for text in notices)
    assert any("Зеркала ещё нет" in text for text in notices)
    assert not fresh.folder.root.exists()


def test_looking_changes_nothing(patient: Patient) -> None:
    patient.ledger(JobRun("sync", None, utc_text(at("09-02 21:00")), "missed"))

    def content() -> dict[str, bytes]:
        files = (path for path in patient.root.rglob("*") if path.is_file())
        passing = ("-shm", "-wal")
        return {str(path): path.read_bytes() for path in files if not path.name.endswith(passing)}

    before = content()
    patient.says()
    assert content() == before


def test_a_missing_settings_file(tmp_path: Path) -> None:
    found = find_settings(tmp_path / "нет.toml")
    (area,) = [
        item for item in examine(found, fixed_clock(at("09-02 22:00")), offline=True) if item.area.id == "settings"
    ]
    assert "Нет файла настроек" in area.results[0].what
    assert "netcity-sync init" in area.results[0].todo


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[school]", "readers = 400\n[school]", "gis.readers"),
        ("[school]", "readres = 4\n[school]", "gis.readres"),
        (f'login = "{LOGIN}"\n', "", "gis.login"),
        ('timezone = "Asia/Yekaterinburg"', 'timezone = "Ural"', "school.timezone"),
        ("[storage]", '[mail]\nhost = "x"\n[storage]', "mail.sender"),
        ("[storage]", '[[people]]\nrole = "boss"\n[storage]', "people[1].role"),
    ],
    ids=["wrong", "unknown", "missing", "zone", "section", "list"],
)
def test_broken_settings_do_not_stop_the_rest(patient: Patient, old: str, new: str, named: str) -> None:
    patient.replace(old, new)
    assert named in only(patient.faults())
    assert any(result.what == "Зеркало цело." for result in patient.in_area("mirror"))


@pytest.mark.parametrize("text", ["[gis", 'storage = "x"\n', ""])
def test_settings_beyond_repair(patient: Patient, text: str) -> None:
    patient.config.write_text(text, encoding="utf-8")
    assert len(patient.faults()) == 1
    assert {item.area for item in patient.says()} == {"settings"}


def test_with_broken_settings_nobody_signs_in(patient: Patient) -> None:
    patient.replace("[school]", "readers = 400\n[school]")
    areas = {
        item.area.id: item.results
        for item in examine(find_settings(patient.config), fixed_clock(at("09-02 22:00")), offline=False)
    }
    assert [result.what for result in areas["gis"]] == ["Сервер и вход не проверялись."]


def test_no_password(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    patient.replace('password_file = "password.txt"\n', "")
    assert "Не указан пароль" in only(patient.faults())
    monkeypatch.setenv("NETCITY_PASSWORD", SECRET)
    assert patient.faults() == []


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_secrets_open_to_others(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    patient.password.chmod(0o644)
    assert "Файл с паролем могут прочитать" in only(patient.faults())
    monkeypatch.setenv("NETCITY_PASSWORD", SECRET)
    assert "Файл с паролем могут прочитать" in only(patient.faults())
    patient.password.chmod(0o600)
    patient.folder.session.write_text("{}")
    patient.folder.session.chmod(0o640)
    assert "Файл сеанса из браузера могут прочитать" in only(patient.faults())


def test_a_session_that_was_never_brought_over(patient: Patient) -> None:
    patient.replace("[school]", 'sign_in = "session"\n[school]')
    assert "ещё не перенесён" in only(patient.faults())
    patient.folder.session.write_text("{}")
    patient.folder.session.chmod(0o600)
    assert "Файл сеанса повреждён" in only(patient.faults())


def test_a_missing_certificate_file(patient: Patient) -> None:
    patient.replace("[school]", 'ca_file = "нет.pem"\n[school]')
    assert "Нет файла корневых сертификатов" in only(patient.faults())


def test_people_mail_and_profile(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    patient.add('[gis.profile]\njournal = "grade/other?sgId={subject_group_id}&termId={term_id}"\n')
    patient.add('[mail]\nhost = "mail.example.ru"\nsender = "a@example.ru"\nlogin = "b"\ndomains = ["example.ru"]\n')
    patient.add('[[people]]\nname = "Мария Ивановна"\nrole = "deputy"\n')
    assert only(patient.faults()) == "Не задан пароль почты."
    monkeypatch.setenv("NETCITY_SMTP_PASSWORD", SECRET)
    said = [result.what for result in patient.in_area("settings")]
    assert "Сводки получают: 1 человек." in said
    assert "Почта настроена. Без адреса, только в папку: 1." in said
    assert "Описание «Сетевого города» изменено, ключи gis.profile: journal." in said
    patient.replace('journal = "grade/other', 'journall = "grade/other')
    assert "gis.profile.journall" in only(patient.faults())


def test_rules_of_the_schools_own(patient: Patient) -> None:
    patient.add('[[rules]]\nid = "MRK-01"\nclasses = ["12Я"]\nparams = {lessons = 5}\n')
    said = [result.what for result in patient.in_area("settings")]
    assert "Настроено по-своему: 1 правило." in said
    assert "Разделы [[rules]] называют то, чего в школе нет:\nrules[1].classes: нет класса «12Я»" in said
    patient.replace("lessons = 5", "lesson = 5")
    assert "rules[1].params.lesson: у правила MRK-01 нет такого параметра" in only(patient.faults())


def test_a_parents_password(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    patient.add('[family]\nlogin = "roditel"\n')
    assert "от имени родителя" in only(patient.faults())
    monkeypatch.setenv("NETCITY_FAMILY_PASSWORD", SECRET)
    assert patient.faults() == []


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_an_open_data_folder(patient: Patient) -> None:
    patient.folder.root.chmod(0o755)
    assert "открыта другим пользователям" in only(patient.faults())


def test_a_folder_that_cannot_be_written(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "нельзя писать" in only(patient.faults())
    shutil.rmtree(patient.folder.root)
    assert "создать её нельзя" in only(patient.faults())
    patient.folder.root.write_text("x")
    assert "лежит файл" in patient.faults()[0]


def test_little_space(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(patient.root)._replace(free=100 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert only(patient.faults()) == "На диске мало места: свободно 100,0 МБ, нужно не меньше 500,0 МБ."


def test_a_clock_that_is_behind(patient: Patient) -> None:
    assert "Часы компьютера отстают: по ним 02.09.2026 20:00" in only(patient.faults("09-02 20:00"))


def test_a_damaged_mirror(patient: Patient) -> None:
    content = bytearray(patient.folder.mirror.read_bytes())
    content[:100] = b"\x07" * 100
    patient.folder.mirror.write_bytes(content)
    (said,) = [item.result for item in patient.says() if item.result.state is Verdict.FAULT]
    assert "Файл зеркала повреждён" in said.what
    assert "backup restore latest" in said.todo


def test_damage_inside(patient: Patient) -> None:
    content = bytearray(patient.folder.mirror.read_bytes())
    half = len(content) // 2
    content[half:] = b"\x55" * (len(content) - half)
    patient.folder.mirror.write_bytes(content)
    assert "поврежд" in patient.faults()[0]


def test_a_row_that_leads_nowhere(patient: Patient) -> None:
    patient.execute("PRAGMA foreign_keys = OFF", "UPDATE lesson SET seen_from = 99 WHERE lesson_id = 101")
    assert only(patient.faults()) == "В зеркале 1 запись ссылается на то, чего нет."


def test_an_older_and_a_newer_mirror(patient: Patient) -> None:
    patient.execute("DROP TABLE drift", "DELETE FROM _sqlite_migrations WHERE name = 'journal_access_and_drift'")
    assert patient.faults() == []
    assert any("от прежней версии" in result.what for result in patient.in_area("mirror"))
    assert patient.in_area("drift") == []
    patient.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('mirror', 'from_the_future', '2099')"
    )
    assert "более новой версией" in only(patient.faults())


def test_an_empty_file_in_the_place_of_the_mirror(patient: Patient) -> None:
    patient.folder.mirror.write_bytes(b"")
    assert patient.faults() == []


def test_a_large_wal(patient: Patient) -> None:
    with patient.folder.raw.with_name("raw.db-wal").open("wb") as file:
        file.truncate(65 * 1024**2)
    assert any("raw.db-wal вырос до 65,0 МБ" in result.what for result in patient.in_area("mirror"))


def test_a_run_that_never_ended(patient: Patient) -> None:
    patient.execute("UPDATE run SET status = 'running', finished_at = NULL")
    assert patient.faults()[0] == "Чтение, начатое 02.09.2026 21:00, оборвалось: программу остановили на середине."
    with hold_lock(patient.folder.lock):
        assert any("Сейчас идёт чтение" in result.what for result in patient.in_area("mirror"))


def test_an_old_run(patient: Patient) -> None:
    said = patient.faults("09-06 21:00")
    assert only(said) == "Журналы давно не прочитаны целиком: последний раз 02.09.2026 21:00, прошло: 4 дня."


def test_a_failed_run(patient: Patient) -> None:
    patient.trial.source.broken["sign-in"] = SourceUnavailable("нет связи")
    with pytest.raises(SourceUnavailable):
        patient.trial.sync("09-02 21:40")
    assert only(patient.faults()) == "Последнее чтение (02.09.2026 21:40) не удалось: сервер не отвечал."


def test_scopes_that_failed(fresh: Patient) -> None:
    fresh.trial.source.broken["journal"] = AnswerError("Сервер ответил ошибкой 500.", where="GET grade/journal")
    fresh.trial.sync("09-02 21:00")
    fresh.folder.root.chmod(0o700)
    never, failed = fresh.faults()
    assert "ни разу не прочитаны целиком" in never
    assert failed.splitlines() == [
        "При последнем чтении (02.09.2026 21:00) не прочитано: 1 часть.",
        "1 × Сервер ответил ошибкой 500. GET grade/journal",
    ]


def test_a_night_that_was_too_short(patient: Patient) -> None:
    patient.execute("UPDATE run SET status = 'partial'")
    assert any("не успело дойти до конца" in result.what for result in patient.in_area("mirror"))


def test_backups(patient: Patient) -> None:
    assert "Последняя копия сделана 02.09.2026 21:30, прошло: 8 дней." in patient.faults("09-11 21:00")
    (manifest,) = patient.folder.backups.glob("*.json")
    manifest.write_text("{}")
    assert "Описание копии повреждено" in only(patient.faults())
    for path in patient.folder.backups.iterdir():
        path.unlink()
    assert patient.faults() == []
    assert "Нет ни одной копии зеркала." in patient.faults("09-11 21:00")


def test_the_exchange_folder(patient: Patient) -> None:
    folder = patient.folder.root / "exchange"
    folder.mkdir()
    rows = [("7А", "Химия", PUPIL, "Атомы"), ("7А", "Химия", PUPIL, "Атомы")]
    (folder / "plan.csv").write_text(csv_text(PLAN_HEAD, *rows), encoding="cp1251")
    (folder / "Список.csv").write_text("x")
    assert only(patient.faults()) == "Таблица «КТП»: 2 ошибки, она не берётся."
    assert any(result.what == "Замечаний к файлам: 1." for result in patient.in_area("exchange"))
    (folder / "plan.csv").write_text(csv_text(PLAN_HEAD, ("7А", "Химия", 1, "Атомы")), encoding="cp1251")
    assert any("заполнено: 1" in result.what for result in patient.in_area("exchange"))


def test_drift_is_listed_and_marked_as_new_until_told(patient: Patient) -> None:
    notes = (DriftNote(DriftKind.UNKNOWN, "GET context", "futureField", 3),
             DriftNote(DriftKind.VANISHED, "GET context", "user", 1))  # fmt: skip
    with open_writer(patient.folder) as connection:
        record_drift(connection, 1, notes)
    (said,) = patient.in_area("drift")
    assert said.what == "GET context: новые поля: futureField (впервые); пропавшие поля: user (впервые)."
    assert said.state is Verdict.NOTICE
    assert patient.in_area("drift") == [said]
    with open_writer(patient.folder) as connection:
        mark_told(connection, at("09-02 21:30"), load_drift(connection))
    (said,) = patient.in_area("drift")
    assert (said.what, said.state) == ("GET context: новые поля: futureField; пропавшие поля: user.", Verdict.OK)


def ran(job: str, moment: str, outcome: str = "done") -> JobRun:
    """A line of the ledger."""
    return JobRun(job, utc_text(at(moment)), utc_text(at(moment) + timedelta(minutes=5)), outcome)


@pytest.fixture
def served(patient: Patient) -> Iterator[Patient]:
    """The service runs, and did everything so far."""
    patient.ledger(ran("digest", "09-02 07:00"), ran("sync", "09-02 01:30"), ran("backup", "09-02 04:00"))
    with hold_lock(patient.folder.service_lock):
        yield patient


def test_a_service_that_does_its_work(served: Patient) -> None:
    assert served.faults() == []
    assert {result.state for result in served.in_area("service")} == {Verdict.OK}


def test_jobs_that_never_began(served: Patient) -> None:
    missing = [text for text in served.faults("09-03 06:00") if "не начиналось" in text]
    assert missing == ["Чтение журналов и проверка: должно было начаться 03.09.2026 01:30, но не начиналось."]
    with hold_lock(served.folder.lock):
        assert not any("не начиналось" in text for text in served.faults("09-03 06:00"))


def test_jobs_that_failed(served: Patient) -> None:
    served.ledger(ran("sync", "09-02 01:30", "SourceMaintenance"),
                  JobRun("backup", None, utc_text(at("09-02 08:00")), "missed"))  # fmt: skip
    failed, missed = [text for text in served.faults("09-02 09:00") if "должно было" not in text and "Часы" not in text]
    assert failed == "Чтение журналов и проверка: 02.09.2026 01:30 не удалось (на сервере шли работы)."
    assert missed.startswith("Резервная копия: 02.09.2026 08:00 не запускалось")


def test_a_service_that_stopped_and_a_torn_ledger(patient: Patient) -> None:
    patient.ledger(ran("sync", "09-02 01:30"), ran("backup", "09-02 04:00"), ran("digest", "09-02 07:00"))
    with ledger_of(patient.folder).open("a") as file:
        file.write('{"job": "sy')
    said = [result.what for result in patient.in_area("service")]
    assert said[0] == "Служба сейчас не работает."


def test_messages_that_wait(patient: Patient) -> None:
    for number in range(3):
        (patient.folder.outbox / f"{number}.eml").write_text("x")
    assert [result.what for result in patient.in_area("outbox")] == ["3 письма ждут отправки."]


def test_an_examination_that_breaks_does_not_silence_the_others(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> object:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(shutil, "disk_usage", broken)
    assert only(patient.faults()) == "Проверка не удалась (RuntimeError)."
    assert any(result.what == "Зеркало цело." for result in patient.in_area("mirror"))


def test_words() -> None:
    assert [size(count) for count in (0, 2048, 5 * 1024**2, 3 * 1024**3)] == ["0 Б", "2,0 КБ", "5,0 МБ", "3,0 ГБ"]
    lengths = [timedelta(seconds=1), timedelta(minutes=-2), timedelta(hours=5), timedelta(days=21)]
    assert [span(length) for length in lengths] == ["1 секунда", "2 минуты", "5 часов", "21 день"]
