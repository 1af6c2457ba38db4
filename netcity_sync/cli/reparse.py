"""`netcity-sync mirror reparse`: kept answers of the server, read again with today's parser."""

from collections.abc import Sequence

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.cli.progress import reparse_progress
from netcity_sync.jobs.reparse import Example, ReparseOutcome, run_reparse
from netcity_sync.jobs.source import gis_parser
from netcity_sync.mirror.difference import ChangeKind
from netcity_sync.mirror.rows import Value
from netcity_sync.mirror.schema import ENTITY_TABLES
from netcity_sync.russian import plural

_SHOWN = 20
_CHANGE_WORDS = {
    ChangeKind.ADDED: "новая запись",
    ChangeKind.CHANGED: "другие значения",
    ChangeKind.GONE: "лишняя запись",
    ChangeKind.PAST: "другое прошлое",
}
_MEANINGS = {(table.name, column.name): column.meaning for table in ENTITY_TABLES for column in table.columns}


@click.command(
    "reparse", cls=RussianCommand,
    help="Заново разобрать сохранённые ответы сервера нынешней версией программы и показать, что изменится в зеркале.",
)  # fmt: skip
@click.option(
    "--class", "classes", multiple=True, metavar="КЛАСС", help="Только этот класс, пример: 7А. Можно повторять."
)
@click.option("--write", is_flag=True, help="Записать изменения; перед этим делается и проверяется копия зеркала.")
@now_option
@json_option
@config_option
def reparse_command(classes: tuple[str, ...], write: bool, now: str | None, as_json: bool) -> None:
    """Re-read kept answers and leave with the exit code of the outcome."""
    settings = state().settings()
    parser = gis_parser(settings)
    clock = clock_at(now, settings.zone)
    with reparse_progress() as progress:
        outcome = run_reparse(settings, parser, clock, classes=classes, write=write, progress=progress)
    if as_json:
        print_json(outcome)
    else:
        _print(outcome)
    click.get_current_context().exit(outcome.exit_code)


def _print(outcome: ReparseOutcome) -> None:
    read = plural(outcome.scopes_whole + outcome.scopes_partly, "часть", "части", "частей")
    say(f"Разобрано заново: {read} из {outcome.scopes}.")
    if outcome.scopes_partly:
        say(f"Из них не с начала, более ранние ответы не сохранились или не подходят: {outcome.scopes_partly}.")
    if outcome.scopes_not_kept:
        say(f"Не разобрано, нужные ответы не сохранились или не подходят: {outcome.scopes_not_kept}.")
    _print_differences(outcome)
    _print_refused(outcome)
    if outcome.written and outcome.differing:
        say(f"Изменения записаны. Прежнее зеркало — в копии {outcome.backup}.")
        say("Проверьте журналы заново: netcity-sync check")
    elif outcome.written:
        say(f"Записывать нечего. Сделана копия {outcome.backup}.")
    elif outcome.differing:
        say("Ничего не записано. Записать: повторите команду с --write")


def _print_differences(outcome: ReparseOutcome) -> None:
    if not outcome.differing:
        say("Расхождений с зеркалом нет.")
        return
    rows = [(item.title, str(item.added), str(item.changed), str(item.gone), str(item.past)) for item in outcome.tables]
    print_table("Сколько записей расходится", ("Что", "Новых", "Других", "Лишних", "Только в прошлом"), rows)
    say("Где:")
    _say_some([f"{item.label}: {plural(item.records, 'запись', 'записи', 'записей')}" for item in outcome.differing])
    say("Примеры:")
    _say_some([_example(item) for item in outcome.examples])


def _print_refused(outcome: ReparseOutcome) -> None:
    if outcome.refused:
        answers = plural(len(outcome.refused), "ответ", "ответа", "ответов")
        say(f"Не принято нынешней версией: {answers}. То, что прочитано до них, осталось как было:")
        _say_some([f"{item.label}, прогон {item.run_id}: {item.error}" for item in outcome.refused])


def _say_some(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        say(f"  {line}")
    if len(lines) > _SHOWN:
        say(f"  … и ещё {len(lines) - _SHOWN}")


def _example(item: Example) -> str:
    """«7А, Химия, 1 четверть · Урок (Номер в ГИС 101), другие значения: Тема: пусто → «Атомы»»."""
    key = ", ".join(f"{_meaning(item, name)} {value}" for name, value in item.key.items())
    return f"{item.label} · {item.title} ({key}), {_CHANGE_WORDS[item.change]}{_values(item)}"


def _values(item: Example) -> str:
    if item.change is ChangeKind.PAST:
        return ""
    before, after = item.before, item.after
    if before is None or after is None:
        texts = [f"{_meaning(item, name)}: {_shown(value)}" for name, value in (before or after or {}).items()]
    else:
        texts = [
            f"{_meaning(item, name)}: {_shown(before[name])} → {_shown(value)}"
            for name, value in after.items()
            if value != before[name]
        ]
    return f": {'; '.join(texts)}" if texts else ""


def _meaning(item: Example, column: str) -> str:
    return _MEANINGS[item.table, column]


def _shown(value: Value) -> str:
    return "пусто" if value is None else f"«{value}»"
