"""`netcity-sync mirror`: the care of the mirror's file."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import zip_longest

import click

from netcity_sync.cli.console import print_json, print_table, remark, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import config_option, json_option, state
from netcity_sync.cli.results import print_result
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.doctor.result import Result, Verdict
from netcity_sync.jobs.mirror_doctor import TABLE_TITLES, MirrorReport, examine_mirror
from netcity_sync.mirror.sizes import Sizes
from netcity_sync.mirror.vacuum import Vacuumed, vacuum
from netcity_sync.russian import plural, size

_TABLES_SHOWN = 12
_ORDER = (Verdict.OK, Verdict.NOTICE, Verdict.FAULT)


@click.group("mirror", cls=RussianGroup, help="Зеркало: осмотр, уборка, повторный разбор ответов.")
def mirror_group() -> None:
    """Commands about the mirror's file."""


@mirror_group.command("doctor", help="Осмотреть зеркало изнутри: цело ли, нет ли противоречий, что сколько занимает.")
@json_option
@config_option
def doctor(as_json: bool) -> None:
    """Examine the mirror's file; exit code 1 where it contradicts itself, 5 where it is damaged."""
    settings = state().settings()
    if not as_json:
        remark("Осматриваю зеркало, большое — до минуты…")
    report = examine_mirror(DataFolder(settings.storage.data_dir))
    if as_json:
        print_json(_answer(report))
    else:
        _print(report)
    click.get_current_context().exit(report.exit_code)


@mirror_group.command("vacuum", help="Сжать зеркало: вернуть диску место удалённых записей.")
@json_option
@config_option
def vacuum_command(as_json: bool) -> None:
    """Rebuild the mirror and the raw answers."""
    settings = state().settings()
    if not as_json:
        remark("Сжимаю, большое зеркало — до минуты…")
    files = vacuum(DataFolder(settings.storage.data_dir), reserve=settings.storage.min_free)
    if as_json:
        print_json(files)
    else:
        _print_vacuumed(files)


def _answer(report: MirrorReport) -> dict[str, object]:
    return {
        "faults": _count(report, Verdict.FAULT),
        "notices": _count(report, Verdict.NOTICE),
        "damaged": report.damaged,
        "results": [
            {
                "check": item.check, "state": item.result.state, "table": item.table, "count": item.count,
                "what": item.result.what, "todo": item.result.todo,
            }
            for item in report.remarks
        ],
        "files": {"mirror": report.mirror_size, "wal": report.wal_size, "raw": report.raw_size},
        "sizes": report.sizes,
    }  # fmt: skip


def _count(report: MirrorReport, wanted: Verdict) -> int:
    return sum(item.result.state is wanted for item in report.remarks)


def _print(report: MirrorReport) -> None:
    """Sizes, then what was found; the faults last, where they are read."""
    if report.sizes is not None:
        _print_sizes(report.sizes)
    wal = f" и {size(report.wal_size)} в журнале записи" if report.wal_size else ""
    say(f"Занято: зеркало — {size(report.mirror_size)}{wal}, исходные ответы — {size(report.raw_size)}.")
    say("")
    _print_results([item.result for item in report.remarks])
    say("")
    notices = _count(report, Verdict.NOTICE)
    say(f"Неисправностей: {_count(report, Verdict.FAULT)}. Стоит обратить внимание: {notices}.")


def _print_results(results: Iterable[Result]) -> None:
    """The worst last; advice that many results share is given once, below them."""
    ordered = sorted(results, key=lambda item: _ORDER.index(item.state))
    for result, following in zip_longest(ordered, ordered[1:]):
        told_below = following is not None and (following.state, following.todo) == (result.state, result.todo)
        print_result(replace(result, todo="") if told_below else result)


def _print_sizes(sizes: Sizes) -> None:
    shown, rest = sizes.tables[:_TABLES_SHOWN], sizes.tables[_TABLES_SHOWN:]
    lines = [(item.name, TABLE_TITLES.get(item.name, "служебная"), f"{item.rows:,}", size(item.size)) for item in shown]
    if rest:
        others = f"ещё {plural(len(rest), 'таблица', 'таблицы', 'таблиц')}"
        lines.append(("…", others, f"{sum(item.rows for item in rest):,}", size(sum(item.size for item in rest))))
    title = "Таблицы, сначала большие" + ("" if sizes.exact else " (размеры — оценка по образцу строк)")
    print_table(
        title,
        ("Таблица", "Что хранит", "Строк", "Размер"),
        [(name, what, rows.replace(",", "\N{NO-BREAK SPACE}"), bytes_) for name, what, rows, bytes_ in lines],
    )
    if sizes.unused:
        say(f"Не занято ничем: {size(sizes.unused)}; вернуть диску: netcity-sync mirror vacuum")


def _print_vacuumed(files: tuple[Vacuumed, ...]) -> None:
    for item in files:
        say(f"{item.path.name}: было {size(item.before)}, стало {size(item.after)}.")
        if not item.shrunk:
            say("  Файл сейчас кто-то читает: место вернётся, когда закончится следующее чтение журналов.")
