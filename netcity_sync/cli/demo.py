"""`netcity-sync demo`: a school's nights in one command, from reading to digests, report and backup."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click

from netcity_sync.cli.check import print_check
from netcity_sync.cli.console import remark, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import config_option, month_of, secrets_of
from netcity_sync.cli.simulate import DEFAULT_CLASSES, DEFAULT_SEED
from netcity_sync.clock import Clock, fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.backup import make_backup, prove_backup
from netcity_sync.jobs.check import CheckOutcome, run_check
from netcity_sync.jobs.digest import make_digests
from netcity_sync.jobs.report import make_reports, open_desk
from netcity_sync.jobs.source import gis_source
from netcity_sync.jobs.sync import run_sync
from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.logs import configure_logging
from netcity_sync.mirror.backup import Backup
from netcity_sync.reports.period import month_period
from netcity_sync.reports.registry import RENDERERS, find_report
from netcity_sync.russian import plural
from netcity_sync.settings import Settings, load_settings
from netcity_sync.settings_file import config_text

_LAST_NIGHT = date(2026, 10, 5)
_NIGHT_HOUR = time(21)
_ZONE = "Asia/Yekaterinburg"
_MARKER = ".netcity-demo"


@click.command("demo", cls=RussianCommand, help="Показать всё на вымышленной школе: ничего настраивать не нужно.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"),
              show_default=True, metavar="ПАПКА", help="Куда сложить результат.")  # fmt: skip
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Какая из вымышленных школ.")
@click.option(
    "--classes", type=click.IntRange(1, 120), default=DEFAULT_CLASSES, show_default=True, help="Сколько классов."
)
@click.option("--nights", type=click.IntRange(1, 60), default=14, show_default=True, help="Сколько ночей прожить.")
@config_option
def demo_command(folder: Path, seed: int, classes: int, nights: int) -> None:
    """Live through some nights of an invented school and leave everything a real one would have."""
    _empty(folder)
    settings, now, backup = _live(folder, seed, classes, nights)
    clock = fixed_clock(now)
    outcome = run_check(settings, clock)
    digests = make_digests(settings, clock)
    month = month_of(None, now.astimezone(settings.zone).date())
    with open_desk(settings, clock) as desk:
        wanted = wanted_reports(desk, find_report("filling"), month_period(month))
        made = make_reports(desk, clock, wanted, formats=tuple(RENDERERS))
    reports = tuple(path for item in made for path in item.paths)
    print_check(outcome)
    _conclude(folder, settings, outcome, digests.files, reports, backup.path)


def _empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARKER).exists():
        raise UsageError(
            "Папка для показа не пуста, и файлы в ней не от прошлого показа.",
            where=str(folder),
            todo="Укажите другую папку: --dir ПАПКА",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARKER).touch()


def _live(folder: Path, seed: int, classes: int, nights: int) -> tuple[Settings, datetime, Backup]:
    """Sync night by night; answers with the settings, the last night's moment and its backup."""
    from netcity_sync.simulator.server import running_simulator  # noqa: PLC0415 (the server side is loaded only here)

    evenings = list(_evenings(nights))
    with running_simulator(seed=seed, classes=classes, now=datetime(_LAST_NIGHT.year, 9, 1)) as simulator:  # noqa: DTZ001
        account = simulator.accounts[0]
        password_file = folder / "password.txt"
        password_file.touch(mode=0o600)
        password_file.write_text(account.password, encoding="utf-8")
        config = folder / "config.toml"
        config.write_text(
            config_text(
                url=simulator.url,
                school=simulator.world.school.id,
                login=account.login,
                timezone=_ZONE,
                data_dir="data",
                password_file=password_file.name,
                loopback=True,
            ),
            encoding="utf-8",
        )
        settings = load_settings(config)
        data = DataFolder(settings.storage.data_dir)
        data.prepare()
        configure_logging(data.logs, verbose=False, secrets=secrets_of(settings))
        for number, evening in enumerate(evenings, start=1):
            simulator.move(evening)
            outcome = run_sync(settings, gis_source(settings), _clock(evening, settings))
            backup = make_backup(data, _clock(evening, settings))
            prove_backup(data, backup, _clock(evening, settings))
            if number < nights:
                run_check(settings, _clock(evening, settings))
            remark(
                f"Ночь {number} из {nights}, {evening:%d.%m.%Y}:"
                f" прочитано {plural(outcome.scopes_ok, 'часть', 'части', 'частей')}, изменений {outcome.changed_rows}"
            )
    return settings, evenings[-1].replace(tzinfo=settings.zone), backup


def _evenings(nights: int) -> Iterator[datetime]:
    """The evenings that end with the last night, naive local time."""
    for back in reversed(range(nights)):
        yield datetime.combine(_LAST_NIGHT - timedelta(days=back), _NIGHT_HOUR)


def _clock(evening: datetime, settings: Settings) -> Clock:
    return fixed_clock(evening.replace(tzinfo=settings.zone))


def _conclude(
    folder: Path, settings: Settings, outcome: CheckOutcome, digests: tuple[Path, ...], reports: tuple[Path, ...],
    backup: Path,
) -> None:  # fmt: skip
    data = DataFolder(settings.storage.data_dir)
    say("")
    say(f"Найдено {plural(len(outcome.findings), 'замечание', 'замечания', 'замечаний')}. Всё лежит в папке {folder}:")
    say(f"  настройки  {folder / 'config.toml'}")
    say(f"  зеркало    {data.mirror}")
    say(f"  сводки     {data.digests} ({plural(len(digests), 'файл', 'файла', 'файлов')})")
    for path in reports:
        say(f"  отчёт      {path}")
    say(f"  копия      {backup} (проверена)")
