"""`netcity-sync checks`: the checks that were made, and any of them once more."""

from dataclasses import asdict

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import config_option, json_option, state
from netcity_sync.compliance.kept_checks import find_check, load_basis, load_checks, load_details
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.checks import Repetition, repeat_check
from netcity_sync.mirror.database import open_reader
from netcity_sync.russian import full_date_time, plural

_SHOWN = 20


@click.group("checks", cls=RussianGroup, help="Сделанные проверки: список, подробности, повторение.")
def checks_group() -> None:
    """Commands about checks already made."""


@checks_group.command("list", help="Сделанные проверки, новые сверху.")
@click.option("--all", "show_all", is_flag=True, help="Не сокращать список.")
@json_option
@config_option
def list_checks(show_all: bool, as_json: bool) -> None:
    """List checks."""
    settings = state().settings()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        kept = load_checks(connection)
    if as_json:
        print_json(kept)
        return
    shown = kept if show_all else kept[:_SHOWN]
    print_table(
        f"Проверки: {len(kept)}",
        ("Номер", "По состоянию на", "Прогон", "Правил", "Нарушений", "Нет данных", "Версия"),
        [
            (
                str(item.id), full_date_time(item.moment, settings.zone), str(item.run_id), str(len(item.checked)),
                str(item.findings), str(item.no_data), item.program_version,
            )
            for item in shown
        ],
    )  # fmt: skip
    if len(shown) < len(kept):
        say(f"Показано {len(shown)} из {len(kept)}. Все: netcity-sync checks list --all")


@checks_group.command("show", help="Одна проверка: по каким правилам и настройкам, сколько нашла, чего не знала.")
@click.argument("number", type=click.IntRange(min=1), metavar="НОМЕР")
@json_option
@config_option
def show_check(number: int, as_json: bool) -> None:
    """Show what a check rested on and found."""
    settings = state().settings()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        kept = find_check(connection, number)
        details, basis = load_details(connection, number), load_basis(connection, kept)
    no_data = details.no_data if details is not None else None
    if as_json:
        print_json({**asdict(kept), "gaps": no_data, "basis": basis})
        return
    reasons = list(dict.fromkeys(gap.reason for gap in no_data or ()))
    rows = [
        ("По состоянию на", full_date_time(kept.moment, settings.zone)),
        ("Прогон", str(kept.run_id)),
        ("Версия программы", kept.program_version),
        ("Правила, SHA-256", kept.rules_hash or "—"),
        ("Настройки, SHA-256", kept.settings_hash or "—"),
        ("Нарушений", str(kept.findings)),
        *((f"  {rule}", str(count)) for rule, count in kept.by_rule.items() if count),
        ("Нет данных", plural(kept.no_data, "место", "места", "мест")),
        *(("", reason) for reason in reasons[:_SHOWN]),
    ]
    print_table(f"Проверка № {number}", ("", ""), rows)
    if len(reasons) > _SHOWN:
        say(f"Показано причин: {_SHOWN} из {len(reasons)}. Все, как и правила и настройки: --json")


@checks_group.command("repeat", help="Повторить проверку по состоянию на её время и сравнить ответ с тогдашним.")
@click.argument("number", type=click.IntRange(min=1), metavar="НОМЕР")
@json_option
@config_option
def repeat(number: int, as_json: bool) -> None:
    """Repeat a check; exit code 1 where the answer differs."""
    repetition = repeat_check(state().settings(), number)
    if as_json:
        print_json({"same": repetition.same, **asdict(repetition)})
    else:
        _print(repetition)
    click.get_current_context().exit(0 if repetition.same else 1)


def _print(item: Repetition) -> None:
    if item.rules_changed:
        say("Правила с тех пор изменились; настройки взяты тогдашние.")
    if item.same:
        found = plural(item.check.findings, "нарушение", "нарушения", "нарушений")
        say(f"Ответ тот же: {found}, нет данных: {plural(item.check.no_data, 'место', 'места', 'мест')}.")
        return
    if item.run_id != item.check.run_id:
        say(f"Тогда смотрели прогон {item.check.run_id}, теперь видно прогон {item.run_id}.")
    rows = [("только теперь", one.id, one.message) for one in item.more]
    rows += [("только тогда", key, "") for key in item.less]
    rows += [("иначе", one.id, one.message) for one in item.changed]
    rows += [("нет данных только теперь", gap.rule, gap.reason) for gap in item.more_no_data]
    rows += [("нет данных только тогда", gap.rule, gap.reason) for gap in item.less_no_data]
    print_table(f"Ответ другой: {plural(len(rows), 'отличие', 'отличия', 'отличий')}", ("Когда", "Номер", "Что"), rows)
