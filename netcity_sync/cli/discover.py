"""`netcity-sync discover`: learn how this «Сетевой город» answers."""

import os
from pathlib import Path

import click

from netcity_sync.cli.console import print_json, remark, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import config_option, json_option, state
from netcity_sync.clock import system_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.discover import capture, in_words, run_discovery, write_profile
from netcity_sync.settings import find_config


@click.command(
    "discover",
    cls=RussianCommand,
    help="Узнать, как отвечает ваш «Сетевой город»: только чтение. Отличия записываются в настройки, а описание"
    " ответов без имён и отметок — в файл, который можно отправить разработчикам.",
)
@click.option("--capture", "capture_file", type=click.Path(path_type=Path, dir_okay=False), metavar="ФАЙЛ",
              help="Куда записать описание ответов; по умолчанию — discover.json в папке данных.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Настройки не менять.")
@json_option
@config_option
def discover_command(capture_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Look around, say what was found, write it down."""
    settings = state().settings()
    folder = DataFolder(settings.storage.data_dir)
    folder.prepare()
    path = capture_file or folder.root / "discover.json"
    _insist_on_writable(path)
    found = run_discovery(settings, system_clock, lambda title: remark(f"{title}…"))
    try:
        path.write_text(capture(found), encoding="utf-8")
    except OSError as error:
        raise _not_writable(path) from error
    if as_json:
        print_json({"complete": found.complete, "changes": found.changes, "capture": str(path), "discovery": found})
    else:
        for line in in_words(found):
            say(line)
        say(f"Описание ответов без имён и отметок: {path}")
    if found.changes and not dry_run:
        config = find_config(state().config)
        kept = write_profile(config, found.changes)
        remark(f"Отличия записаны в раздел [gis.profile] файла {config}; прежний файл: {kept}")
    click.get_current_context().exit(0 if found.complete else 1)


def _insist_on_writable(path: Path) -> None:
    """Raise UsageError where the capture could not be written: better before the sign-in than after it."""
    place = path if path.exists() else path.parent
    if not place.exists() or not os.access(place, os.W_OK):
        raise _not_writable(path)


def _not_writable(path: Path) -> UsageError:
    return UsageError(
        "Описание ответов некуда записать.",
        where=str(path),
        todo="Проверьте, что папка есть, права на неё и место на диске, или укажите другой файл: --capture ФАЙЛ",
    )
