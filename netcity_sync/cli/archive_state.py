"""`netcity-sync archive state`: how far each paper set has come, and moving it on."""

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.cli.paper import paper_period
from netcity_sync.clock import Clock
from netcity_sync.compliance.paper_states import PaperState
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.paper_files import set_flaws
from netcity_sync.jobs.paper_states import StateNote, move_states, period_words, states_of
from netcity_sync.jobs.report import open_desk
from netcity_sync.reports.desk import Desk
from netcity_sync.russian import class_key, full_date_time

_SETTABLE = tuple(item.value for item in PaperState if item is not PaperState.MADE)


@click.command(
    "state", cls=RussianCommand,
    help="Показать, что сделано с бумажными копиями, или отметить: сверено, подписано, прошито, передано.",
)  # fmt: skip
@click.option("--class", "classes", multiple=True, metavar="КЛАСС", help="Только этот класс; можно несколько раз.")
@click.option("--term", metavar="ПЕРИОД", help="Копия за учебный период: «1 четверть» или его номер.")
@click.option("--year", is_flag=True, help="Копия за учебный год.")
@click.option("--set", "wanted", type=click.Choice(_SETTABLE), metavar="СОСТОЯНИЕ",
              help=f"Отметить: {', '.join(_SETTABLE)}; нужны --class, --who и период.")  # fmt: skip
@click.option("--who", metavar="КТО", help="Кто это сделал: фамилия и инициалы.")
@now_option
@json_option
@config_option
def state_command(
    classes: tuple[str, ...], term: str | None, year: bool, wanted: str | None, who: str | None, now: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Show the states, or move sets on."""
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    with open_desk(settings, clock) as desk:
        names = tuple(desk.class_name(desk.class_id(name)) for name in classes)
        if wanted is None:
            keys = {class_key(name) for name in names}
            chosen = [item for item in states_of(desk) if not keys or class_key(item.class_name) in keys]
            _show(desk, chosen, as_json=as_json)
            return
        if not names or not (who or "").strip():
            raise UsageError("Неизвестно, чья копия и кто отмечает.", todo="Укажите --class и --who.")
        _move(desk, clock, names, term, PaperState(wanted), (who or "").strip(), year=year, as_json=as_json)


def _move(
    desk: Desk, clock: Clock, names: tuple[str, ...], term: str | None, wanted: PaperState, who: str, *, year: bool,
    as_json: bool,
) -> None:  # fmt: skip
    period = paper_period(desk, term, year=year)
    for note in (notes := move_states(desk, clock, names, period, state=wanted, who=who)):
        if not as_json:
            say(f"{note.class_name}: {note.state.value}")
    if as_json:
        print_json([{"class": note.class_name, "period": note.period, "state": note.state.value} for note in notes])


def _show(desk: Desk, states: list[StateNote], *, as_json: bool) -> None:
    folder = DataFolder(desk.settings.storage.data_dir)
    flaws = [set_flaws(folder, item) for item in states]
    if as_json:
        print_json([
            {"class": item.class_name, "period": item.period, "state": item.state.value, "who": item.who,
             "at": item.at, "sheets": item.sheets, "flaws": found}
            for item, found in zip(states, flaws, strict=True)
        ])  # fmt: skip
        return
    print_table(
        "Бумажные копии",
        ("Класс", "Период", "Состояние", "Когда", "Кто", "Листов", "Файлы"),
        [
            (
                item.class_name, period_words(desk, item.period), item.state.value,
                full_date_time(item.at, desk.settings.zone) if item.at else "—", item.who or "—",
                str(item.sheets or "—"), "не те" if found else "целы",
            )
            for item, found in zip(states, flaws, strict=True)
        ],
    )  # fmt: skip
    for item, found in zip(states, flaws, strict=True):
        for flaw in found:
            say(f"{item.class_name}, {period_words(desk, item.period)}: {flaw}")
    if any(flaws):
        say("Такую копию составляют заново: netcity-sync paper make --again")
