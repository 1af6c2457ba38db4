"""`netcity-sync doctor`: what is wrong with the installation, and how to mend it."""

from collections.abc import Iterable

import click

from netcity_sync.cli.console import print_json, remark, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, secrets_of, state
from netcity_sync.cli.results import print_result
from netcity_sync.jobs.doctor import AreaResults, Verdict, examine, find_settings
from netcity_sync.logs import configure_logging
from netcity_sync.settings import find_config


@click.command("doctor", cls=RussianCommand, help="Что не так с установкой и как это исправить; ничего не меняет.")
@click.option("--offline", is_flag=True, help="Не обращаться к серверу.")
@now_option
@json_option
@config_option
def doctor_command(offline: bool, now: str | None, as_json: bool) -> None:
    """Examine the installation; exit code 1 where a fault was found."""
    found = find_settings(find_config(state().config))
    configure_logging(None, verbose=state().verbose, secrets=secrets_of(found.settings))
    if not offline and not as_json and found.error is None:
        remark("Проверяю установку и один раз вхожу в «Сетевой город»…")
    areas = tuple(examine(found, clock_at(now, found.zone), offline=offline))
    if as_json:
        print_json(_answer(areas))
    else:
        _print(areas)
    click.get_current_context().exit(1 if _count(areas, Verdict.FAULT) else 0)


def _answer(areas: Iterable[AreaResults]) -> dict[str, object]:
    areas = tuple(areas)
    return {
        "faults": _count(areas, Verdict.FAULT),
        "notices": _count(areas, Verdict.NOTICE),
        "results": [
            {"area": item.area.id, "state": result.state, "what": result.what, "todo": result.todo}
            for item in areas
            for result in item.results
        ],
    }


def _count(areas: Iterable[AreaResults], wanted: Verdict) -> int:
    return sum(result.state is wanted for item in areas for result in item.results)


def _print(areas: tuple[AreaResults, ...]) -> None:
    """What is in order and what is worth a look, area by area; the faults last, where they are read."""
    for item in areas:
        shown = [result for result in item.results if result.state is not Verdict.FAULT]
        if shown:
            say(item.area.title)
        for result in shown:
            print_result(result)
    faults = [(item.area.title, result) for item in areas for result in item.results if result.state is Verdict.FAULT]
    if faults:
        say("")
        say("Что исправить")
    for title, result in faults:
        print_result(result, title)
    say("")
    say(f"Неисправностей: {len(faults)}. Стоит обратить внимание: {_count(areas, Verdict.NOTICE)}.")
