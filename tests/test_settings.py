"""Settings: what is wrong is named with file, key and what is allowed; the sample file cannot fall behind."""

import os
import re
from pathlib import Path

import pytest

from netcity_sync.errors import SettingsError
from netcity_sync.settings import load_settings
from netcity_sync.settings_file import config_text, example_text

ROOT = Path(__file__).parent.parent
GOOD = '[gis]\nurl = "https://sgo.example.ru"\nschool = 1\nlogin = "x"\n[school]\ntimezone = "Asia/Omsk"\n'
GOOD += '[storage]\ndata_dir = "data"\n'


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A settings file."""
    path = folder / "config.toml"
    path.write_text(text, encoding=encoding)
    return path


def test_the_sample_is_in_step_with_the_declarations() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example_text()


def test_the_sample_loads_as_it_is(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, example_text())).gis.readers == 4


def test_every_line_of_the_sample_may_be_uncommented(tmp_path: Path) -> None:
    assignment = re.compile(r"^# (?=\[\[?\w|\w+ = )", re.MULTILINE)
    settings = load_settings(write(tmp_path, assignment.sub("", example_text())))
    assert settings.mail is not None
    assert settings.people[0].role.value == "deputy"
    assert len(settings.deadlines.work_types) == 8


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, GOOD)).storage.data_dir == tmp_path / "data"


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, GOOD, "utf-8-sig")).gis.school == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "[people]\n", "people: нужен список"),
        (GOOD.replace("school = 1\n", ""), "gis.school: обязательный ключ не указан"),
        (GOOD.replace("[school]", "reader = 1\n[school]"), "gis.reader: такого ключа нет"),
        (GOOD.replace("[school]", "readers = 99\n[school]"), "gis.readers: должно быть не больше 16"),
        (GOOD.replace("[school]", 'readers = "много"\n[school]'), "gis.readers: нужно целое число"),
        (GOOD.replace("Asia/Omsk", "Asia/Nowhere"), "school.timezone: неизвестный часовой пояс"),
        (GOOD.replace("https://sgo.example.ru", "sgo"), "gis.url: нужен адрес"),
        (GOOD + '[schedule]\nsync = "ночью"\n', "schedule.sync: нужна строка cron"),
        (GOOD + '[[people]]\nname = "В. П."\nrole = "царь"\n', "people[1].role: допустимо только"),
        (GOOD + "[deadlines\n", "Ошибка в записи файла настроек"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_mail_without_protection_stays_on_this_machine(tmp_path: Path) -> None:
    mail = '[mail]\nhost = "{}"\nsecurity = "none"\nsender = "a@b.ru"\ndomains = ["b.ru"]\n'
    load_settings(write(tmp_path, GOOD + mail.format("localhost")))
    with pytest.raises(SettingsError, match="только для localhost"):
        load_settings(write(tmp_path, GOOD + mail.format("mail.b.ru")))


@pytest.mark.parametrize("folder", ["C:\\Школа\\данные", '/srv/«журнал» "7А"'])
def test_what_init_writes_loads(tmp_path: Path, folder: str) -> None:
    text = config_text(
        url="http://127.0.0.1:8080", school="МБОУ «СОШ № 1»", login="за\\вуч", timezone="Asia/Omsk", data_dir=folder,
        password_file="p.txt", loopback=True,
    )  # fmt: skip
    settings = load_settings(write(tmp_path, text))
    assert settings.gis.login == "за\\вуч"
    assert settings.gis.requests_per_second == 0
    assert str(settings.storage.data_dir).endswith(folder)


def test_the_password_comes_from_the_environment_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NETCITY_PASSWORD", raising=False)
    settings = load_settings(write(tmp_path, GOOD.replace("[school]", 'password_file = "p.txt"\n[school]')))
    secret = tmp_path / "p.txt"
    secret.write_text("тайна\n", encoding="utf-8")
    secret.chmod(0o644)
    if os.name == "posix":
        with pytest.raises(SettingsError, match="другие пользователи"):
            settings.password()
    secret.chmod(0o600)
    assert settings.password().get_secret_value() == "тайна"
    monkeypatch.setenv("NETCITY_PASSWORD", "другая")
    assert settings.password().get_secret_value() == "другая"


def test_no_password_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETCITY_PASSWORD", raising=False)
    with pytest.raises(SettingsError, match="Не указан пароль"):
        load_settings(write(tmp_path, GOOD)).password()
