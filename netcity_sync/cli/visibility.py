"""`netcity-sync visibility`: do families see what the school wrote?"""

import click

from netcity_sync.cli.console import print_json, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.jobs.visibility import look_as_a_family
from netcity_sync.russian import plural

_SHOWN = 20


@click.command(
    "visibility",
    cls=RussianCommand,
    help="Видно ли семьям то, что внесла школа: дневник родителя сверяется с зеркалом (пп. 6.1, 8.1, 8.4).",
)
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, help="За сколько последних дней.")
@now_option
@json_option
@config_option
def visibility_command(days: int, now: str | None, as_json: bool) -> None:
    """Compare and say what is hidden."""
    settings = state().settings()
    outcome = look_as_a_family(settings, clock_at(now, settings.zone), days=days)
    if as_json:
        print_json(outcome)
    else:
        children = plural(outcome.children, "ребёнка", "детей", "детей")
        marks = plural(outcome.marks, "отметка", "отметки", "отметок")
        tasks = plural(outcome.homework, "домашнее задание", "домашних задания", "домашних заданий")
        say(f"Дневник {children}, {outcome.first:%d.%m.%Y} – {outcome.last:%d.%m.%Y}. Сверено: {marks}, {tasks}.")
        files = plural(outcome.files, "файл", "файла", "файлов")
        say(f"В дневнике есть: {files} к заданиям, объявлений: {outcome.announcements}, долгов: {outcome.owed}.")
        if not outcome.hidden:
            say("Семья видит всё, что внесено в журнал.")
        else:
            say(f"Не видно семье: {len(outcome.hidden)}.")
        for line in outcome.hidden[:_SHOWN]:
            say(f"  {line}")
        if len(outcome.hidden) > _SHOWN:
            say(f"  … и ещё {len(outcome.hidden) - _SHOWN}")
    click.get_current_context().exit(outcome.exit_code)
