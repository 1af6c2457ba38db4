"""`netcity-sync exchange`: tables that a person fills in, for what no account can read."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.folder import TableReading, TableState, read_folder
from netcity_sync.adapters.exchange.grid import Notice, Problem
from netcity_sync.adapters.exchange.spec import NONE_WORD
from netcity_sync.adapters.exchange.template import write_template
from netcity_sync.cli.console import print_json, print_table, remark, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import clock_at, config_option, json_option, now_option, state
from netcity_sync.jobs.exchange import TableOutcome, TakeStatus, take_files
from netcity_sync.russian import full_date, plural
from netcity_sync.school_days import local_date

_PROBLEMS_SHOWN = 100
_STATE_WORDS = {
    TableState.READY: "исправна",
    TableState.FAULTY: "есть ошибки",
    TableState.EMPTY: "не заполнена",
    TableState.ABSENT: "нет файла",
}
_STATUS_WORDS = {
    TakeStatus.TAKEN: "взята",
    TakeStatus.REFUSED: "не взята: ошибки",
    TakeStatus.EMPTY: "не заполнена",
    TakeStatus.ABSENT: "нет файла",
}
_NAMES = tuple(spec.stem for spec in FILES)


@click.group("exchange", cls=RussianGroup, help="Папка обмена: таблицы с тем, чего нет в «Сетевом городе».")
def exchange_group() -> None:
    """Commands about the exchange folder."""


@exchange_group.command("template", help=f"Записать пустые таблицы для заполнения. Имена: {', '.join(_NAMES)}.")
@click.argument("names", metavar="[ИМЯ]…", nargs=-1, type=click.Choice(_NAMES))
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="ПАПКА",
              help="Куда; без него — в папку обмена.")  # fmt: skip
@click.option("--force", is_flag=True, help="Заменить и заполненные файлы.")
@json_option
@config_option
def template(names: tuple[str, ...], folder: Path | None, force: bool, as_json: bool) -> None:
    """Write templates; exit code 1 where a filled one was left as it is."""
    place = folder if folder is not None else state().settings().exchange_folder
    wanted = [spec for spec in FILES if not names or spec.stem in names]
    paths = {spec: write_template(spec, place, force=force) for spec in wanted}
    written = [path for path in paths.values() if path is not None]
    kept = [place / f"{spec.stem}.xlsx" for spec, path in paths.items() if path is None]
    if as_json:
        print_json({"written": written, "kept": kept})
    else:
        for spec, path in paths.items():
            if path is not None:
                say(f"{spec.title}: {path}")
        for path in kept:
            remark(f"Оставлен как есть, в нём что-то записано: {path}. Заменить: --force")
    click.get_current_context().exit(1 if kept else 0)


@exchange_group.command("check", help="Прочитать таблицы и перечислить ошибки; зеркало не меняется.")
@json_option
@config_option
def check(as_json: bool) -> None:
    """Read all tables; exit code 1 where there are problems."""
    reading = read_folder(state().settings().exchange_folder)
    if as_json:
        tables = [_reading_answer(table) for table in reading.tables]
        print_json({"tables": tables, "problems": reading.problems, "notices": reading.all_notices})
    else:
        rows = [(item.spec.title, _STATE_WORDS[item.state], _count(item), _files(item)) for item in reading.tables]
        print_table("Таблицы папки обмена", ("Таблица", "Состояние", "Строк", "Файлы"), rows)
        _explain_empty(some=any(item.state is TableState.EMPTY for item in reading.tables))
        _print_remarks(reading.problems, reading.all_notices)
    click.get_current_context().exit(1 if reading.problems else 0)


@exchange_group.command("take", help="Взять исправные таблицы в зеркало.")
@now_option
@json_option
@config_option
def take(now: str | None, as_json: bool) -> None:
    """Take the tables; exit code 1 where some were refused."""
    settings = state().settings()
    outcome = take_files(settings, clock_at(now, settings.zone))
    if as_json:
        print_json(outcome)
    else:
        headings = ("Таблица", "Состояние", "Строк", "Изменений", "Убрано", "В зеркале от")
        print_table("Таблицы папки обмена", headings, [_outcome_row(item, settings.zone) for item in outcome.tables])
        _explain_empty(some=any(item.status is TakeStatus.EMPTY for item in outcome.tables))
        _print_remarks(outcome.problems, outcome.notices)
    click.get_current_context().exit(outcome.exit_code)


def _reading_answer(table: TableReading) -> dict[str, object]:
    return {
        "name": table.spec.stem,
        "title": table.spec.title,
        "state": table.state,
        "files": table.files,
        "rows": len(table.rows),
    }


def _count(table: TableReading) -> str:
    return str(len(table.rows)) if table.state is TableState.READY else ""


def _files(table: TableReading) -> str:
    return ", ".join(table.files)


def _outcome_row(table: TableOutcome, zone: ZoneInfo) -> tuple[str, ...]:
    numbers = (str(table.rows), str(table.changed_rows), str(table.removed_rows))
    counts = numbers if table.status is TakeStatus.TAKEN else ("", "", "")
    return (table.title, _STATUS_WORDS[table.status], *counts, _day(table.last_taken, zone))


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return full_date(local_date(moment, zone)) if moment is not None else "—"


def _problem_row(problem: Problem) -> tuple[str, ...]:
    file = f"{problem.file}, «{problem.sheet}»" if problem.sheet else problem.file
    what = f"{problem.reason}. Нужно: {problem.allowed}" if problem.allowed else problem.reason
    return (file, str(problem.row or ""), problem.column or "", what)


def _explain_empty(*, some: bool) -> None:
    if some:
        say(f"Незаполненная таблица не берётся. Если вносить нечего, впишите в её первую строку слово «{NONE_WORD}».")


def _print_remarks(problems: Sequence[Problem], notices: Sequence[Notice]) -> None:
    for notice in notices:
        say(f"{notice.file}: {notice.text}.")
    if not problems:
        return
    print_table(
        f"Что исправить: {plural(len(problems), 'ошибка', 'ошибки', 'ошибок')}",
        ("Файл и лист", "Строка", "Столбец", "Что не так"),
        [_problem_row(item) for item in problems[:_PROBLEMS_SHOWN]],
    )
    if len(problems) > _PROBLEMS_SHOWN:
        say(f"… и ещё {len(problems) - _PROBLEMS_SHOWN}; все: netcity-sync exchange check --json")
    say("Таблица, в которой есть ошибка, не берётся целиком.")
