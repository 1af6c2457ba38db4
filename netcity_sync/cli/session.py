"""`netcity-sync session`: a session brought over from the browser, where only Госуслуги lets people in."""

import sys
from pathlib import Path

import click

from netcity_sync.cli.console import say
from netcity_sync.cli.framework import RussianCommand, RussianGroup
from netcity_sync.cli.options import config_option, state
from netcity_sync.clock import system_clock
from netcity_sync.errors import UsageError
from netcity_sync.jobs.session import import_session, refresh_session
from netcity_sync.settings import SignInWay


@click.group("session", cls=RussianGroup, help="Сеанс из браузера, если вход только через Госуслуги.")
def session_group() -> None:
    """Commands about a session brought over from the browser."""


@session_group.command(
    "import",
    cls=RussianCommand,
    help="Перенести сеанс из браузера. Войдите в «Сетевой город», нажмите F12, вкладка «Сеть», любой запрос к webapi,"
    " правая кнопка, «Копировать как cURL (bash)». Скопированное — из файла или со стандартного ввода.",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False, metavar="[ФАЙЛ]")
@config_option
def import_command(file: Path | None) -> None:
    """Read a session, see whether it lives, keep it."""
    settings = state().settings()
    import_session(settings, _text(file), system_clock)
    say("Сеанс перенесён и действует.")
    if settings.gis.sign_in is not SignInWay.SESSION:
        say('Чтобы служба им пользовалась, впишите в раздел [gis]: sign_in = "session"')


@session_group.command("check", cls=RussianCommand, help="Действует ли ещё перенесённый сеанс; заодно продлить его.")
@config_option
def check_command() -> None:
    """See whether the kept session lives."""
    refresh_session(state().settings(), system_clock)
    say("Сеанс действует.")


def _text(file: Path | None) -> str:
    try:
        return file.read_text(encoding="utf-8-sig") if file is not None else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("Скопированное не читается.", where=str(file or "ввод"), todo="Сохраните в UTF-8.") from error
