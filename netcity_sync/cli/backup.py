"""`netcity-sync backup`: copies of the mirror, and the way back."""

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.clock import system_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.backup import make_backup, prove_backup
from netcity_sync.mirror.backup import find_backup, list_backups, restore_backup
from netcity_sync.russian import local_time, plural


@click.group("backup", cls=RussianGroup, help="Резервные копии зеркала: создать, проверить, вернуть.")
def backup_group() -> None:
    """Commands about backups."""


@backup_group.command("create", help="Сделать копию; чтение журналов ей не мешает.")
@now_option
@json_option
@config_option
def create(now: str | None, as_json: bool) -> None:
    """Make a backup."""
    settings = state().settings()
    backup = make_backup(
        DataFolder(settings.storage.data_dir), clock_at(now, settings.zone), reserve=settings.storage.min_free
    )
    if as_json:
        print_json(backup)
    else:
        rows = plural(sum(backup.manifest.row_counts.values()), "запись", "записи", "записей")
        say(f"Копия сделана: {backup.path} ({rows})")


@backup_group.command("list", help="Какие копии есть.")
@json_option
@config_option
def list_command(as_json: bool) -> None:
    """List the backups, newest first."""
    settings = state().settings()
    backups = list_backups(DataFolder(settings.storage.data_dir))
    if as_json:
        print_json(backups)
        return
    print_table(
        "Копии, сначала новые",
        ("Имя", "Когда", "Записей", "Размер, КБ"),
        [
            (
                item.name,
                local_time(item.manifest.made_at, settings.zone),
                str(sum(item.manifest.row_counts.values())),
                str(item.manifest.compressed_size // 1024),
            )
            for item in backups
        ],
    )


@backup_group.command("verify", help="Доказать, что копия цела: распаковать и сверить всё.")
@click.argument("name", metavar="ИМЯ", default="latest")
@json_option
@config_option
def verify(name: str, as_json: bool) -> None:
    """Verify a backup; exit code 5 where it is damaged."""
    settings = state().settings()
    folder = DataFolder(settings.storage.data_dir)
    backup = find_backup(folder, name)
    prove_backup(folder, backup, system_clock)
    if as_json:
        print_json({"backup": backup.name, "ok": True})
    else:
        say(f"Копия цела: {backup.name}")


@backup_group.command("restore", help="Вернуть зеркало из копии; прежний файл сохраняется рядом.")
@click.argument("name", metavar="ИМЯ")
@click.option("--force", is_flag=True, help="Заменить имеющееся зеркало.")
@json_option
@config_option
def restore(name: str, force: bool, as_json: bool) -> None:
    """Restore a backup."""
    settings = state().settings()
    folder = DataFolder(settings.storage.data_dir)
    restored = restore_backup(folder, find_backup(folder, name), force=force, clock=system_clock)
    if as_json:
        print_json(restored)
        return
    say(f"Зеркало восстановлено: {restored.path}")
    if restored.kept_old is not None:
        say(f"Прежний файл сохранён: {restored.kept_old}")
