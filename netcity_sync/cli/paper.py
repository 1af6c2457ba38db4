"""`netcity-sync paper`: the paper copies of class journals."""

import click

from netcity_sync.cli.console import print_json, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.cli.progress import count_progress
from netcity_sync.errors import UsageError
from netcity_sync.jobs.paper import classes_with_journals, make_papers
from netcity_sync.jobs.report import open_desk
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period
from netcity_sync.reports.request import Focus
from netcity_sync.russian import plural, some_of

_NAMED = 5


@click.group("paper", cls=RussianGroup, help="Бумажные копии журналов: составить комплект класса.")
def paper_group() -> None:
    """Commands about paper copies."""


@paper_group.command("make", help="Составить комплект класса за период или год: журнал, обложка, опись, листы, акт.")
@click.option("--class", "classes", multiple=True, metavar="КЛАСС", help="Только этот класс; можно несколько раз.")
@click.option("--term", metavar="ПЕРИОД", help="За учебный период: «1 четверть» или его номер.")
@click.option("--year", is_flag=True, help="За учебный год.")
@click.option("--again", is_flag=True, help="Составить заново и то, что уже сверено или подписано.")
@now_option
@json_option
@config_option
def make(classes: tuple[str, ...], term: str | None, year: bool, again: bool, now: str | None, as_json: bool) -> None:
    """Make the sets and say where they lie."""
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    with open_desk(settings, clock) as desk:
        period = paper_period(desk, term, year=year)
        chosen = tuple(desk.class_id(name) for name in dict.fromkeys(classes)) or classes_with_journals(desk, period)
        if not chosen:
            raise UsageError(f"Ни у одного класса нет журналов за {period.name}.", todo="Укажите другой период.")
        with count_progress("Бумажные копии", len(chosen)) as advance:
            made = make_papers(desk, clock, chosen, period, again=again, told=lambda _: advance())
        old = desk.old_words
        unread = [name for class_id in chosen for name in desk.unread(period, Focus(class_id=class_id))]
    if as_json:
        print_json([
            {"class": item.class_name, "folder": item.folder, "sheets": item.sheets, "files": dict(item.files)}
            for item in made
        ])  # fmt: skip
        return
    for item in made:
        say(f"{item.class_name}: {plural(item.sheets, 'лист', 'листа', 'листов')}, {item.folder}")
    if old:
        say(old)
    if unread:
        say(
            f"Не прочитаны: {some_of(list(dict.fromkeys(unread)), _NAMED)}. В сводной ведомости о них нет данных."
            " Прочитайте журналы и составьте копии заново: netcity-sync sync, затем paper make."
        )


def paper_period(desk: Desk, term: str | None, *, year: bool) -> Period:
    """The one period that was asked for. Raises UsageError where there is none, or two."""
    if year == (term is not None):
        raise UsageError("Нужен один период.", todo="Укажите --term или --year.")
    return desk.year_period() if term is None else desk.term_period(term)
