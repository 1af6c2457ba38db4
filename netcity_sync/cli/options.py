"""What many commands share: where the settings are, which moment is now, whether to answer in JSON."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from pydantic import SecretStr

from netcity_sync.clock import Clock, fixed_clock, system_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import SettingsError
from netcity_sync.logs import configure_logging
from netcity_sync.settings import (
    FAMILY_PASSWORD_VARIABLE,
    PASSWORD_VARIABLE,
    SMTP_PASSWORD_VARIABLE,
    Settings,
    find_config,
    load_settings,
)

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class State:
    """What was said before the command's own parameters."""

    config: Path | None = None
    verbose: bool = False

    def settings(self) -> Settings:
        """The settings to work with; logging is set up on the way. Raises SettingsError."""
        settings = load_settings(find_config(self.config))
        folder = DataFolder(settings.storage.data_dir)
        folder.prepare()
        configure_logging(folder.logs, verbose=self.verbose, secrets=secrets_of(settings))
        return settings


def secrets_of(settings: Settings | None) -> tuple[str, ...]:
    """Passwords and logins that are known before anything is done: none of them may be logged. Raises nothing."""
    variables = (PASSWORD_VARIABLE, FAMILY_PASSWORD_VARIABLE, SMTP_PASSWORD_VARIABLE)
    found = [os.environ.get(name) for name in variables]
    if settings is not None:
        found += [section.login for section in (settings.gis, settings.family, settings.mail) if section is not None]
        found += [_kept(settings.password), _kept(settings.family_password)]
    return tuple(value for value in found if value)


def _kept(password: Callable[[], SecretStr]) -> str | None:
    try:
        return password().get_secret_value()
    except SettingsError:
        return None


def state() -> State:
    """The state of the running command."""
    return click.get_current_context().ensure_object(State)


def _remember_config(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(State).config = value


def _remember_verbose(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.ensure_object(State).verbose:
        ctx.ensure_object(State).verbose = True
        configure_logging(None, verbose=True, secrets=secrets_of(None))


def config_option(command: F) -> F:
    """`--config` and `--verbose`, before the command or after it."""
    path = click.Path(path_type=Path, dir_okay=False)
    config = click.option(
        "--config", type=path, metavar="ФАЙЛ", expose_value=False, callback=_remember_config,
        help="Файл настроек; без него — ./config.toml, затем папка настроек пользователя.",
    )  # fmt: skip
    verbose = click.option(
        "--verbose", is_flag=True, expose_value=False, callback=_remember_verbose, help="Подробные сообщения."
    )
    return config(verbose(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Ответить одним документом JSON.")

now_option = click.option(
    "--now", metavar="ВРЕМЯ", help="Для проб: считать, что сейчас это время школы (пример: 2026-10-05T21:00:00)."
)


def clock_at(now: str | None, zone: ZoneInfo) -> Clock:
    """The machine's clock, or one that stands at `now` (ISO; without a zone: the school's). Raises click errors."""
    return system_clock if now is None else fixed_clock(moment_of(now, zone, "--now"))


def moment_of(text: str, zone: ZoneInfo, option: str) -> datetime:
    """An ISO moment in UTC; without a zone it is the school's time, a bare date (`05.10.2026` too) its last second."""
    try:
        if len(text) == len("2026-10-05"):
            return datetime.combine(_day(text), datetime.max.time(), tzinfo=zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("нужна дата или время, пример: 2026-10-05T21:00:00.", param_hint=option) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def day_of(text: str, parameter: str) -> date:
    """A date given as `2026-10-05` or `05.10.2026`. Raises click errors."""
    try:
        return _day(text)
    except ValueError as error:
        raise click.BadParameter("нужна дата, пример: 05.10.2026 или 2026-10-05.", param_hint=parameter) from error


def _day(text: str) -> date:
    return date.fromisoformat("-".join(reversed(text.split("."))) if "." in text else text)


def month_of(text: str | None, today: date) -> date:
    """The first day of a month given as `2026-09`; None means the month before `today`."""
    if text is None:
        last_of_previous = date.fromordinal(today.replace(day=1).toordinal() - 1)
        return last_of_previous.replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise click.BadParameter("нужен месяц, пример: 2026-09.", param_hint="--month") from error
