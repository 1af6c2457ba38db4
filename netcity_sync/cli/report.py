"""`netcity-sync report`: the periodic reports."""

from datetime import date

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.options import (
    clock_at,
    config_option,
    day_of,
    json_option,
    moment_of,
    month_of,
    now_option,
    state,
)
from netcity_sync.cli.progress import count_progress
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.jobs.due_reports import due_reports, read_register
from netcity_sync.jobs.letters import note_issued
from netcity_sync.jobs.report import make_reports, open_desk, whose_name
from netcity_sync.jobs.wanted_reports import Whose, wanted_reports
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.period import Period, day_period, month_period, span_period, week_period
from netcity_sync.reports.registry import RENDERERS, all_reports, find_report
from netcity_sync.russian import local_time, plural
from netcity_sync.school_days import local_date

_FORMATS = tuple(RENDERERS)


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
    print_table(
        "Отчёты",
        ("Имя", "Пункт", "Когда", "Название"),
        [(item.id, item.clause, item.cadence, item.title) for item in reports],
    )


@report_group.command("make", help="Составить отчёт за период: за месяц, неделю, учебный период, год или любые дни.")
@click.argument("report_id", metavar="ИМЯ")
@click.option("--month", metavar="ГГГГ-ММ", help="За месяц; если период не указан — за прошлый.")
@click.option("--day", metavar="ДАТА", help="За день.")
@click.option("--week", metavar="ДАТА", help="За неделю, в которой этот день.")
@click.option("--term", metavar="ПЕРИОД", help="За учебный период: «1 четверть», «2 полугодие» или его номер.")
@click.option("--year", is_flag=True, help="За учебный год.")
@click.option("--from", "first", metavar="ДАТА", help="С какого дня, вместе с --to.")
@click.option("--to", "last", metavar="ДАТА", help="По какой день.")
@click.option("--class", "classes", multiple=True, metavar="КЛАСС", help="Только этот класс; можно несколько раз.")
@click.option("--grade", type=click.IntRange(1, 12), metavar="ЧИСЛО", help="Только эта параллель.")
@click.option("--teacher", metavar="ФАМИЛИЯ", help="Только этот учитель.")
@click.option("--subject", metavar="ПРЕДМЕТ", help="Только этот предмет.")
@click.option("--format", "formats", default=",".join(_FORMATS), show_default=True, metavar="СПИСОК",
              help="Через запятую: html, xlsx, pdf.")  # fmt: skip
@click.option("--as-of", metavar="ДАТА", help="Каким отчёт был бы на дату: считается её конец.")
@now_option
@json_option
@config_option
def make(
    report_id: str,
    month: str | None,
    day: str | None,
    week: str | None,
    term: str | None,
    year: bool,
    first: str | None,
    last: str | None,
    classes: tuple[str, ...],
    grade: int | None,
    teacher: str | None,
    subject: str | None,
    formats: str,
    as_of: str | None,
    now: str | None,
    as_json: bool,
) -> None:
    """Make a report, one for each class where it is one class's, and say where it lies."""
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    report = find_report(report_id)
    wanted_formats = _wanted_formats(formats)
    past = moment_of(as_of, settings.zone, "--as-of") if as_of else None
    with open_desk(settings, clock, past) as desk:
        today = local_date(past or clock(), settings.zone)
        period = _period(desk, today, month=month, day=day, week=week, term=term, year=year, span=(first, last))
        wanted = wanted_reports(desk, report, period, Whose(classes, grade, teacher, subject))
        with count_progress(report.title, len(wanted)) as advance:
            made = make_reports(desk, clock, wanted, formats=wanted_formats, as_of=past, told=lambda _: advance())
    paths = [path for item in made for path in item.paths]
    if as_json:
        print_json({"files": paths})
    elif not paths:
        say("Составлять некому: ни одного такого отчёта нет.")
    else:
        for path in paths:
            say(str(path))


@report_group.command("due", help="Какие отчёты пора составить; с --make — составить их.")
@click.option("--make", "really", is_flag=True, help="Составить.")
@now_option
@json_option
@config_option
def due(really: bool, now: str | None, as_json: bool) -> None:
    """List, or make, what the service would make by itself now."""
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    with open_desk(settings, clock) as desk:
        wanted = due_reports(desk)
        if really:
            with count_progress("Отчёты", len(wanted)) as advance:
                made = make_reports(desk, clock, wanted, formats=_FORMATS, told=lambda _: advance())
            paths = [path for item in made for path in item.paths]
        lines = [(item.report.id, whose_name(desk, item), item.request.period.name) for item in wanted]
    if really:
        if as_json:
            print_json({"files": paths})
        else:
            say(
                f"Составлено: {plural(len(wanted), 'отчёт', 'отчёта', 'отчётов')}, они в папке"
                f" {DataFolder(settings.storage.data_dir).reports}"
            )
    elif as_json:
        print_json([dict(zip(("report", "whose", "period"), line, strict=True)) for line in lines])
    elif lines:
        print_table("Пора составить", ("Отчёт", "О ком", "За что"), lines)
    else:
        say("Все отчёты, срок которых настал, составлены.")


@report_group.command("register", help="Реестр отчётов: что, о ком, за что, когда и по какому прогону составлено.")
@json_option
@config_option
def register(as_json: bool) -> None:
    """List the reports that were made, newest first."""
    settings = state().settings()
    entries = read_register(settings)
    if as_json:
        print_json(entries)
        return
    print_table(
        "Реестр отчётов",
        ("Когда", "Отчёт", "О ком", "За что", "Прогон", "Файлы"),
        [
            (local_time(item.at, settings.zone), item.report, item.whose, item.period, str(item.run_id or "—"),
             ", ".join(name for name, _ in item.files))
            for item in entries
        ],
    )  # fmt: skip


@report_group.command("issued", help="Отметить, что письма семьям класса выданы: составить — ещё не выдать.")
@click.option("--class", "classes", multiple=True, required=True, metavar="КЛАСС", help="Класс; можно несколько раз.")
@click.option("--day", metavar="ДАТА", help="Сообщения о результатах, ставших известными в этот день.")
@click.option("--week", metavar="ДАТА", help="Письма за неделю, в которой этот день.")
@click.option("--term", metavar="ПЕРИОД", help="Письма за учебный период: «1 четверть» или его номер.")
@now_option
@config_option
def issued(classes: tuple[str, ...], day: str | None, week: str | None, term: str | None, now: str | None) -> None:
    """Note in the log of the service that letters were handed out."""
    if sum(bool(item) for item in (day, week, term)) != 1:
        raise UsageError("Не указано, за что письма.", todo="Укажите одно: --day, --week или --term.")
    settings = state().settings()
    clock = clock_at(now, settings.zone)
    with open_desk(settings, clock) as desk:
        today = local_date(clock(), settings.zone)
        period = _period(desk, today, month=None, day=day, week=week, term=term, year=False, span=(None, None))
        names = note_issued(desk, clock, classes, period)
    say(f"Отмечено: письма за {period.name} выданы ({', '.join(names)}).")


def _period(
    desk: Desk, today: date, *, month: str | None, day: str | None, week: str | None, term: str | None, year: bool,
    span: tuple[str | None, str | None],
) -> Period:  # fmt: skip
    """The one period that was asked for; without any the month before `today`'s."""
    first, last = span
    if sum(bool(item) for item in (month, day, week, term, year, first or last)) > 1:
        raise UsageError(
            "Указано несколько периодов.",
            todo="Оставьте один: --month, --day, --week, --term, --year или --from и --to.",
        )
    if day:
        return day_period(day_of(day, "--day"))
    if week:
        return week_period(day_of(week, "--week"))
    if term:
        return desk.term_period(term)
    if year:
        return desk.year_period()
    if first or last:
        if not (first and last):
            raise UsageError("Указан только один день.", todo="Нужны оба: --from и --to.")
        days = day_of(first, "--from"), day_of(last, "--to")
        if days[0] > days[1]:
            raise click.BadParameter("последний день раньше первого.", param_hint="--to")
        return span_period(*days)
    return month_period(month_of(month, today))


def _wanted_formats(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not wanted or not set(wanted) <= set(_FORMATS):
        raise click.BadParameter(f"можно только {', '.join(_FORMATS)}.", param_hint="--format")
    return wanted
