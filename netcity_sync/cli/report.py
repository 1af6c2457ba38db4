"""`netcity-sync report`: the periodic reports."""

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import clock_at, config_option, json_option, moment_of, month_of, now_option, state
from netcity_sync.jobs.report import make_report
from netcity_sync.reports.registry import all_reports
from netcity_sync.school_days import local_date

_FORMATS = ("html", "xlsx", "pdf")


@click.group("report", cls=RussianGroup, help="Отчёты: список и составление.")
def report_group() -> None:
    """Commands about reports."""


@report_group.command("list", help="Какие отчёты есть.")
@json_option
@config_option
def list_reports(as_json: bool) -> None:
    """List the reports with their metadata."""
    reports = all_reports()
    if as_json:
        print_json([report.describe() for report in reports])
        return
    print_table("Отчёты", ("Имя", "Пункт", "Название"), [(item.id, item.clause, item.title) for item in reports])


@report_group.command("make", help="Составить отчёт за месяц.")
@click.argument("report_id", metavar="ИМЯ")
@click.option("--month", metavar="ГГГГ-ММ", help="За какой месяц; без него — за прошлый.")
@click.option("--format", "formats", default=",".join(_FORMATS), show_default=True, metavar="СПИСОК",
              help="Через запятую: html, xlsx, pdf.")  # fmt: skip
@click.option("--as-of", metavar="ДАТА", help="Каким отчёт был бы на дату: считается её конец.")
@now_option
@json_option
@config_option
def make(report_id: str, month: str | None, formats: str, as_of: str | None, now: str | None, as_json: bool) -> None:
    """Make a report and say where it lies."""
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    past = moment_of(as_of, settings.zone, "--as-of") if as_of else None
    paths = make_report(
        settings,
        clock,
        report_id,
        month=month_of(month, local_date(past or clock(), settings.zone)),
        formats=_wanted_formats(formats),
        as_of=past,
    )
    if as_json:
        print_json({"files": paths})
    else:
        for path in paths:
            say(str(path))


def _wanted_formats(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not wanted or not set(wanted) <= set(_FORMATS):
        raise click.BadParameter(f"можно только {', '.join(_FORMATS)}.", param_hint="--format")
    return wanted
