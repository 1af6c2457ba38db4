"""`netcity-sync diff`: what differs between two states of the mirror."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.journal_words import NOTHING, WHAT_TITLES, PupilNames, alike, line_words
from netcity_sync.cli.options import config_option, json_option, moment_of, state
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.diff import Difference, JournalDiff, compare
from netcity_sync.mirror.lookup import JournalName, all_journals, find_teacher, groups_of_teacher, of_class
from netcity_sync.mirror.records import Step, What
from netcity_sync.mirror.snapshot import KnownRun, run_as_of
from netcity_sync.russian import full_date_time, plural
from netcity_sync.settings import Settings

_SHOWN = 40
_STEP_TITLES = {
    Step.ADDED: "Добавлено",
    Step.CHANGED: "Изменено",
    Step.REMOVED: "Удалено",
    Step.MISSING: "Пропало, не подтв.",
    Step.RETURNED: "Снова есть",
}


@dataclass(frozen=True, slots=True)
class DiffAnswer:
    """Two states and what differs between them: the newest runs that were over by the two moments."""

    first: KnownRun
    last: KnownRun
    journals: tuple[JournalDiff, ...]


@click.command(
    "diff", cls=RussianCommand, help="Чем отличаются два состояния журналов: что внесено, изменено, удалено."
)
@click.option("--from", "since", metavar="ДАТА", required=True, help="Первое состояние: на конец этого дня.")
@click.option("--to", "until", metavar="ДАТА", required=True, help="Второе состояние: на конец этого дня.")
@click.option("--class", "classes", multiple=True, metavar="КЛАСС", help="Только этот класс. Можно повторять.")
@click.option("--teacher", "teachers", multiple=True, metavar="ФАМИЛИЯ",
              help="Только журналы этого учителя. Можно повторять.")  # fmt: skip
@click.option("--all", "show_all", is_flag=True, help="Не сокращать список.")
@json_option
@config_option
def diff_command(
    since: str, until: str, classes: tuple[str, ...], teachers: tuple[str, ...], show_all: bool, as_json: bool
) -> None:
    """Compare two states."""
    settings = state().settings()
    first, last = (
        moment_of(text, settings.zone, option).astimezone(settings.zone)
        for text, option in ((since, "--from"), (until, "--to"))
    )
    if first > last:
        raise UsageError("Первая дата позже второй.", where="--from, --to", todo="Поменяйте их местами.")
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        runs = run_as_of(connection, first), run_as_of(connection, last)
        journals = _chosen(connection, classes, teachers, runs)
        found = compare(connection, runs[0].run_id, runs[1].run_id, journals)
    answer = DiffAnswer(*runs, found)
    if as_json:
        print_json(answer)
    else:
        _print(settings, answer, show_all=show_all)


def _chosen(
    connection: sqlite3.Connection, classes: Sequence[str], teachers: Sequence[str], runs: tuple[KnownRun, KnownRun]
) -> tuple[JournalName, ...]:
    """The journals of the named classes and teachers; all where none is named."""
    journals = all_journals(connection)
    if classes:
        named = {item.class_id for name in classes for item in of_class(journals, name)}
        journals = tuple(item for item in journals if item.class_id in named)
    if teachers:
        groups = {
            group
            for name in teachers
            for group in groups_of_teacher(
                connection, find_teacher(connection, name).id, runs[0].run_id, runs[1].run_id
            )
        }
        journals = tuple(item for item in journals if item.subject_group_id in groups)
    return journals


def _print(settings: Settings, answer: DiffAnswer, *, show_all: bool) -> None:
    zone = settings.zone
    say(f"Было: {_run_words(answer.first, zone)}. Стало: {_run_words(answer.last, zone)}.")
    if answer.first.run_id == answer.last.run_id:
        say("Между этими датами не закончился ни один прогон: сравнивать нечего.")
        return
    if not answer.journals:
        say("В этих журналах ничего не изменилось.")
        return
    _print_summary(answer.journals)
    new = sum(item.first_read for item in answer.journals)
    if new:
        count = plural(new, "журнал прочитан", "журнала прочитаны", "журналов прочитаны")
        say(f"Впервые {count} между этими датами: всё, что в них есть, считается добавленным.")
    _print_details(answer.journals, show_all=show_all)


def _run_words(run: KnownRun, zone: ZoneInfo) -> str:
    return f"{full_date_time(run.moment, zone)}, прогон {run.run_id}"


def _print_summary(journals: Sequence[JournalDiff]) -> None:
    found = [(item.what, item.step) for journal in journals for item in journal.differences]
    steps = [step for step in _STEP_TITLES if step in (Step.ADDED, Step.CHANGED, Step.REMOVED) or _has(found, step)]
    rows = [
        [title, *(str(found.count((what, step)) or NOTHING) for step in steps)] for what, title in WHAT_TITLES.items()
    ]
    count = plural(len(journals), "журнале", "журналах", "журналах")
    print_table(f"Изменения в {count}", ["", *(_STEP_TITLES[step] for step in steps)], rows)


def _has(found: Sequence[tuple[What, Step]], step: Step) -> bool:
    return any(item == step for _, item in found)


def _print_details(journals: Sequence[JournalDiff], *, show_all: bool) -> None:
    """Journal by journal. Where there is too much to read, what was merely added is left out."""
    blocks = [(journal, _lines(journal.differences)) for journal in journals]
    total = sum(len(lines) for _, lines in blocks)
    if total > _SHOWN and not show_all:
        say("Ниже то, что изменено, удалено или пропало. Вместе с добавленным: --all")
        blocks = [(item, [line for line in lines if line[0].step is not Step.ADDED]) for item, lines in blocks]
    left = total if show_all else _SHOWN
    for journal, lines in blocks:
        if lines and left > 0:
            _print_journal(journal, lines[:left])
            left -= len(lines)
    if left < 0:
        say(f"\nПоказано {_SHOWN} из {_SHOWN - left}. Всё: --all; один класс: --class; один учитель: --teacher")


def _lines(differences: Sequence[Difference]) -> list[list[Difference]]:
    return [list(line) for _, line in groupby(differences, key=lambda item: (alike(item), item.missing))]


def _print_journal(journal: JournalDiff, lines: Sequence[Sequence[Difference]]) -> None:
    say(f"\n{journal.journal.label}")
    names = PupilNames(item.place for item in journal.differences)
    for line in lines:
        where, change = line_words(line, names)
        absent = line[0].missing and line[0].step is not Step.MISSING
        say(f"  {where}: {change}" + ("; сейчас пропало (ещё не подтверждено)" if absent else ""))
