"""`netcity-sync check` and `findings`: what the regulation forbids, and where it happened."""

from collections import Counter
from dataclasses import asdict
from typing import Any

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.finding_words import finding_answers
from netcity_sync.cli.framework import RussianCommand
from netcity_sync.cli.options import clock_at, config_option, json_option, moment_of, now_option, state
from netcity_sync.compliance.finding import Finding, NoData
from netcity_sync.compliance.life import State
from netcity_sync.compliance.registry import all_rules
from netcity_sync.compliance.wording import SEVERITY_WORDS
from netcity_sync.jobs.check import CheckOutcome, run_check
from netcity_sync.russian import full_date_time, plural

_SHOWN = 15


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
                "findings": finding_answers(outcome.findings, outcome.standings),
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
    states = Counter(item.state for item in outcome.standings.values())
    excepted = f" Из них исключений: {states[State.EXCEPTED]}." if states[State.EXCEPTED] else ""
    say(f"Замечаний: {len(outcome.findings)}.{excepted}{news}")
    if rows:
        print_table("По правилам", ("Правило", "Что нарушено", "Сколько"), rows)
        _print_findings(outcome.findings, "netcity-sync findings list --all" if recorded else "--json")
    if outcome.no_data:
        say(f"Нет данных: {plural(len(outcome.no_data), 'место', 'места', 'мест')}, первые причины:")
        for reason in list(dict.fromkeys(gap.reason for gap in outcome.no_data))[:5]:
            say(f"  {reason}")


def _print_findings(findings: tuple[Finding, ...], whole: str) -> None:
    rows = [(finding.id, SEVERITY_WORDS[finding.severity], finding.message) for finding in findings[:_SHOWN]]
    print_table("Замечания, сначала самые важные", ("Номер", "Важность", "Что и где"), rows)
    if len(findings) > _SHOWN:
        say(f"Показано {_SHOWN} из {len(findings)}. Все: {whole}")


def _no_data_answer(gap: NoData) -> dict[str, Any]:
    return {"rule": gap.rule, **asdict(gap.place), "reason": gap.reason}
