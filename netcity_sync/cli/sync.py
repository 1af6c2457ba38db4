"""`netcity-sync sync`: read the journals into the mirror."""

import click

from netcity_sync.cli.console import print_json, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.cli.progress import sync_progress
from netcity_sync.jobs.source import gis_source
from netcity_sync.jobs.sync import SyncOptions, SyncOutcome, run_sync
from netcity_sync.russian import plural

_FAILURES_SHOWN = 20


@click.command("sync", cls=RussianCommand, help="Прочитать журналы из «Сетевого города» в зеркало.")
@click.option("--full", is_flag=True, help="Сверить и те журналы, ответ по которым не изменился.")
@click.option("--resume", is_flag=True, help="Дочитать то, чего не хватило в прошлом прогоне.")
@click.option(
    "--class", "classes", multiple=True, metavar="КЛАСС", help="Только этот класс, пример: 7А. Можно повторять."
)
@now_option
@json_option
@config_option
def sync_command(full: bool, resume: bool, classes: tuple[str, ...], now: str | None, as_json: bool) -> None:
    """Run a sync and leave with its exit code."""
    settings = state().settings()
    source = gis_source(settings)
    options = SyncOptions(full=full, resume=resume, classes=classes)
    with sync_progress() as progress:
        outcome = run_sync(settings, source, clock_at(now, settings.zone), options, progress)
    if as_json:
        print_json(outcome)
    else:
        print_outcome(outcome)
    click.get_current_context().exit(outcome.exit_code)


def print_outcome(outcome: SyncOutcome) -> None:
    """What a sync did, in a few lines."""
    read = plural(outcome.scopes_ok, "часть", "части", "частей")
    say(f"Прочитано {read} из {outcome.scopes}, без изменений: {outcome.scopes_unchanged}.")
    say(f"Изменений в зеркале: {outcome.changed_rows}. Учеников: {outcome.students}.")
    if outcome.scopes_left:
        left = plural(outcome.scopes_left, "часть", "части", "частей")
        say(f"Ночь кончилась: не начато {left}. Дочитать: netcity-sync sync --resume")
    for loss in outcome.losses:
        lost = plural(loss.lost, "запись", "записи", "записей")
        say(f"Внимание, в журнале не оказалось многого, что в нём было: {loss.label} — {lost} (правило CHG-05).")
    if outcome.failures:
        say(f"Не прочитано: {outcome.scopes_failed}. Эти журналы проверкой не оцениваются:")
        for failure in outcome.failures[:_FAILURES_SHOWN]:
            say(f"  {failure.label}: {failure.error}")
        if len(outcome.failures) > _FAILURES_SHOWN:
            say(f"  … и ещё {len(outcome.failures) - _FAILURES_SHOWN}")
        say("Повторить только их: netcity-sync sync --resume")
