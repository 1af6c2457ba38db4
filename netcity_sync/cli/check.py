"""`netcity-sync check` and `findings`: what the regulation forbids, and where it happened."""

from dataclasses import asdict
from typing import Any

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianCommand, RussianGroup
from netcity_sync.cli.options import clock_at, config_option, json_option, moment_of, now_option, state
from netcity_sync.compliance.finding import Finding, FindingStatus, NoData, Severity
from netcity_sync.compliance.findings import find_finding, load_findings
from netcity_sync.compliance.registry import all_rules
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.check import CheckOutcome, run_check
from netcity_sync.mirror.database import open_reader
from netcity_sync.russian import full_date_time, local_time, plural

_SHOWN = 15
_SEVERITY_WORDS = {
    Severity.CRIT: "срочно",
    Severity.VIOL: "нарушение",
    Severity.WARN: "внимание",
    Severity.INFO: "к сведению",
}
_STATUS_WORDS = {FindingStatus.OPEN: "открыто", FindingStatus.FIXED: "исправлено"}


@click.command("check", cls=RussianCommand, help="Проверить зеркало по правилам положения.")
@click.option("--as-of", metavar="ДАТА", help="По состоянию на конец этого дня; замечания не записываются.")
@click.option("--rule", "rules", multiple=True, metavar="ПРАВИЛО", help="Только это правило. Можно повторять.")
@now_option
@json_option
@config_option
def check_command(as_of: str | None, rules: tuple[str, ...], now: str | None, as_json: bool) -> None:
    """Run the checks and show what they found."""
    settings = state().settings()
    past = moment_of(as_of, settings.zone, "--as-of") if as_of else None
    outcome = run_check(settings, clock_at(now, settings.zone), as_of=past, rules=rules)
    if as_json:
        print_json(
            {
                "findings": [finding_answer(finding) for finding in outcome.findings],
                "no_data": [_no_data_answer(gap) for gap in outcome.no_data],
            }
        )
        return
    if past is not None:
        say(f"По состоянию на {full_date_time(past, settings.zone)}: прогон {outcome.run_id}.")
    print_check(outcome, recorded=past is None)


def print_check(outcome: CheckOutcome, *, recorded: bool = True) -> None:
    """The findings of a check: counts by rule, the worst of them, and what could not be judged."""
    titles = {rule.id: rule.title for rule in all_rules()}
    counts = {rule: sum(finding.rule == rule for finding in outcome.findings) for rule in titles}
    rows = [(rule, title, str(counts[rule])) for rule, title in titles.items() if counts[rule]]
    news = f" Новых с прошлой проверки: {outcome.opened}, исправлено: {outcome.fixed}." if recorded else ""
    say(f"Замечаний: {len(outcome.findings)}.{news}")
    if rows:
        print_table("По правилам", ("Правило", "Что нарушено", "Сколько"), rows)
        _print_findings(outcome.findings, "netcity-sync findings list --all" if recorded else "--json")
    if outcome.no_data:
        say(f"Нет данных: {plural(len(outcome.no_data), 'место', 'места', 'мест')}, первые причины:")
        for reason in list(dict.fromkeys(gap.reason for gap in outcome.no_data))[:5]:
            say(f"  {reason}")


def _print_findings(findings: tuple[Finding, ...], whole: str) -> None:
    rows = [(finding.id, _SEVERITY_WORDS[finding.severity], finding.message) for finding in findings[:_SHOWN]]
    print_table("Замечания, сначала самые важные", ("Номер", "Важность", "Что и где"), rows)
    if len(findings) > _SHOWN:
        say(f"Показано {_SHOWN} из {len(findings)}. Все: {whole}")


def finding_answer(finding: Finding) -> dict[str, Any]:
    """A finding as `--json` gives it: its place flat beside it."""
    answer = asdict(finding)
    return {**answer.pop("place"), **answer}


def _no_data_answer(gap: NoData) -> dict[str, Any]:
    return {"rule": gap.rule, **asdict(gap.place), "reason": gap.reason}


@click.group("findings", cls=RussianGroup, help="Замечания: список и подробности.")
def findings_group() -> None:
    """Commands about findings already made."""


@findings_group.command("list", help="Замечания последних проверок.")
@click.option(
    "--status", type=click.Choice([status.value for status in FindingStatus]), default=FindingStatus.OPEN.value,
    help="open — открытые, fixed — исправленные.",
)  # fmt: skip
@click.option("--rule", "rules", multiple=True, metavar="ПРАВИЛО", help="Только это правило. Можно повторять.")
@click.option("--all", "show_all", is_flag=True, help="Не сокращать список.")
@json_option
@config_option
def list_findings(status: str, rules: tuple[str, ...], show_all: bool, as_json: bool) -> None:
    """List findings."""
    settings = state().settings()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        findings = load_findings(connection, status=FindingStatus(status), rules=rules)
    if as_json:
        print_json([finding_answer(finding) for finding in findings])
        return
    shown = findings if show_all else findings[:_SHOWN]
    print_table(
        f"Замечания: {len(findings)}",
        ("Номер", "Важность", "С какого времени", "Что и где"),
        [
            (item.id, _SEVERITY_WORDS[item.severity], local_time(item.opened_at, settings.zone), item.message)
            for item in shown
        ],
    )
    if len(shown) < len(findings):
        say(f"Показано {len(shown)} из {len(findings)}. Все: netcity-sync findings list --all")


@findings_group.command("show", help="Одно замечание: где, когда, на чём основано.")
@click.argument("finding_id", metavar="НОМЕР")
@json_option
@config_option
def show_finding(finding_id: str, as_json: bool) -> None:
    """Show one finding with its proof."""
    settings = state().settings()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        finding = find_finding(connection, finding_id)
    if as_json:
        print_json(finding_answer(finding))
        return
    proof = finding.proof
    rows = [
        ("Правило", f"{finding.rule} {finding.title} (§{finding.clause} положения)"),
        ("Что", finding.message),
        ("Локальный акт", finding.act or "—"),
        ("Важность", _SEVERITY_WORDS[finding.severity]),
        ("Состояние", _STATUS_WORDS[finding.status]),
        ("Замечено", local_time(finding.opened_at, settings.zone)),
        ("Исправлено", local_time(finding.fixed_at, settings.zone) if finding.fixed_at else "—"),
        ("Основание", f"чтение журнала {proof.read_at}, прогон {proof.read_run}"),
        *((name, value) for name, value in (("Срок", proof.deadline), ("Ещё не было", proof.lower)) if value),
        *proof.facts,
    ]
    print_table(finding.id, ("", ""), rows)
