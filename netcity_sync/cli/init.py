"""`netcity-sync init`: write the settings of an installation."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from netcity_sync.cli.console import say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import config_option, state
from netcity_sync.errors import SettingsError, UsageError
from netcity_sync.settings import PASSWORD_VARIABLE, find_config, load_settings
from netcity_sync.settings_file import config_text

_PASSWORD_FILE = "netcity-password.txt"  # noqa: S105 (the name of a file)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@click.command("init", cls=RussianCommand, help="Создать файл настроек: спросит всё, что нужно.")
@click.option("--url", metavar="АДРЕС", help="Адрес «Сетевого города».")
@click.option("--school", metavar="ШКОЛА", help="Номер или название школы.")
@click.option("--login", metavar="ЛОГИН", help="Логин сотрудника.")
@click.option("--timezone", metavar="ПОЯС", help="Часовой пояс школы, пример: Asia/Yekaterinburg.")
@click.option("--data-dir", metavar="ПАПКА", help="Папка данных.")
@click.option("--yes", is_flag=True, help="Ничего не спрашивать.")
@config_option
def init_command(
    url: str | None, school: str | None, login: str | None, timezone: str | None, data_dir: str | None, yes: bool
) -> None:
    """Ask for what was not given, write the settings, and check that they load."""
    target = find_config(state().config)
    if target.exists():
        raise UsageError(
            "Файл настроек уже есть, он не изменён.",
            where=str(target),
            todo="Исправьте его в текстовом редакторе или укажите другой файл: --config ФАЙЛ",
        )
    ask = _demand if yes else _ask
    url = ask(url, "--url", "Адрес «Сетевого города» (как в браузере)", None)
    school = ask(school, "--school", "Школа: номер или название, как на странице входа", None)
    login = ask(login, "--login", "Логин сотрудника, которому видны все журналы", None)
    timezone = ask(timezone, "--timezone", "Часовой пояс школы", "Asia/Yekaterinburg")
    data_dir = ask(data_dir, "--data-dir", "Папка данных", "data")
    password = os.environ.get(PASSWORD_VARIABLE) or (None if yes else _ask_password())
    password_file = _keep_password(target.parent, password) if password else None
    text = config_text(
        url=url,
        school=int(school) if school.isdigit() else school,
        login=login,
        timezone=timezone,
        data_dir=str(Path(data_dir)),
        password_file=password_file,
        loopback=urlsplit(url).hostname in _LOOPBACK,
    )
    _write_config(target, text)
    say(f"Настройки записаны: {target}")
    if password_file:
        say(f"Пароль записан: {target.parent / password_file} (доступен только владельцу)")
    else:
        say(f"Пароль не сохранён: задайте переменную {PASSWORD_VARIABLE} или ключ gis.password_file.")
    say("Дальше: netcity-sync sync")


def _demand(value: str | None, option: str, question: str, default: str | None) -> str:
    if not value:
        raise UsageError(f"С --yes нужен и параметр {option}.", todo=f"{question}: укажите его в {option}.")
    return value


def _ask(value: str | None, option: str, question: str, default: str | None) -> str:
    return value or str(click.prompt(question, default=default))


def _ask_password() -> str:
    return str(click.prompt("Пароль (при вводе не виден; пусто — не сохранять)", hide_input=True, default="",
                            show_default=False))  # fmt: skip


def _keep_password(folder: Path, password: str) -> str:
    path = folder / _PASSWORD_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(password + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError("Не удалось записать файл с паролем.", where=str(path)) from error
    return _PASSWORD_FILE


def _write_config(target: Path, text: str) -> None:
    """Write the settings only if they load: a wrong answer leaves no file behind."""
    draft = target.with_name(target.name + ".draft")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        load_settings(draft)
        draft.replace(target)
    except OSError as error:
        raise SettingsError("Не удалось записать файл настроек.", where=str(target)) from error
    finally:
        draft.unlink(missing_ok=True)
