"""`netcity-sync rules`: the catalogue of rules, and what the settings make of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Any

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianCommand, RussianGroup
from netcity_sync.cli.options import config_option, json_option, state
from netcity_sync.clock import system_clock
from netcity_sync.compliance.acts import acts_by_rule
from netcity_sync.compliance.guide import needs_words
from netcity_sync.compliance.registry import Rule, all_rules, find_rule
from netcity_sync.compliance.tuning import InForce, Numbered, check_entries, entries_of, in_force
from netcity_sync.compliance.wording import APPLIES_WORDS, CADENCE_WORDS, KIND_WORDS, ROLE_WORDS, SEVERITY_WORDS
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.school_days import local_date
from netcity_sync.settings import LocalActs, RuleEntry, Settings, find_config
from netcity_sync.settings_file import setting_told


@dataclass(frozen=True, slots=True)
class _Shown:
    """A rule as it is in force; `act_from` tells what named the act, `narrower` are the entries about a part only."""

    rule: Rule
    general: InForce
    narrower: tuple[Numbered, ...]
    act: str
    act_from: str
    settings: Settings | None


@click.group("rules", cls=RussianGroup, help="Правила, по которым идёт проверка.")
def rules_group() -> None:
    """Commands about the catalogue of rules."""


@rules_group.command("list", cls=RussianCommand, help="Все правила и как они настроены.")
@json_option
@config_option
def list_rules(as_json: bool) -> None:
    """List the rules with their metadata and what is in force."""
    shown = _shown(all_rules())
    if as_json:
        print_json([_answer(item) for item in shown])
        return
    rows = [
        (item.rule.id, item.rule.clause, item.rule.title, _severity(item), _roles(item.general), _state(item))
        for item in shown
    ]
    print_table("Правила", ("Номер", "Пункт", "Что не так", "Тяжесть", "Кто узнаёт", "Состояние"), rows)
    say("Подробно об одном: netcity-sync rules show НОМЕР")


@rules_group.command("show", cls=RussianCommand, help="Одно правило: что проверяет, с какими числами и откуда они.")
@click.argument("rule_id", metavar="НОМЕР")
@json_option
@config_option
def show_rule(rule_id: str, as_json: bool) -> None:
    """Show one rule with everything that is in force for it."""
    (item,) = _shown((find_rule(rule_id),))
    if as_json:
        print_json(_answer(item))
        return
    rule = item.rule
    rows = [
        ("Что проверяет", getdoc(rule.find) or ""),
        ("Пункт положения", rule.clause),
        ("Условие", rule.formula),
        ("Пример", rule.example),
        ("О чём", KIND_WORDS[rule.kind]),
        ("Какие журналы", APPLIES_WORDS[rule.applies]),
        ("Что нужно знать", needs_words(rule)),
        ("Состояние", _state(item) + _from(item.general, "enabled")),
        ("Тяжесть", _severity(item) + _from(item.general, "severity")),
        ("Кто узнаёт", f"{_roles(item.general)}; {CADENCE_WORDS[rule.cadence]}{_from(item.general, 'recipients')}"),
        ("Локальный акт", f"{item.act} ({item.act_from})"),
    ]
    print_table(f"{rule.id}: {rule.title}", ("", ""), rows)
    numbers = list(_numbers(item))
    if numbers:
        print_table("Числа", ("Что меняют", "Значение", "Откуда", "Что допустимо", "Что это"), numbers)
    if item.narrower:
        narrower = [(f"rules[{place}]", _where(entry), _what(entry)) for place, entry in item.narrower]
        print_table("Не везде так же, последний раздел важнее", ("Раздел", "Где", "Что"), narrower)


def _shown(rules: tuple[Rule, ...]) -> list[_Shown]:
    settings = _settings()
    entries = settings.rules if settings is not None else ()
    check_entries(entries)
    acts = _acts(settings)
    return [_look(rule, entries_of(rule, entries), settings, acts) for rule in rules]


def _settings() -> Settings | None:
    """The settings; None where there is no file yet: the catalogue can be read all the same."""
    given = state().config
    return state().settings() if given is not None or find_config(given).exists() else None


def _acts(settings: Settings | None) -> Mapping[str, str]:
    """What the table of local acts names, where something was read already."""
    if settings is None:
        return {}
    try:
        with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
            return acts_by_rule(snapshot.connection, local_date(system_clock(), settings.zone))
    except UsageError:
        return {}


def _look(rule: Rule, entries: tuple[Numbered, ...], settings: Settings | None, acts: Mapping[str, str]) -> _Shown:
    general = in_force(rule, entries)
    if general.act is not None:
        act, act_from = general.act, f"rules[{dict(general.set_by)['act']}]"
    elif rule.id in acts:
        act, act_from = acts[rule.id], "таблица «Локальные акты»"
    else:
        act, act_from = (settings.local_acts if settings is not None else LocalActs()).journal, "local_acts.journal"
    return _Shown(rule, general, tuple(item for item in entries if not item[1].everywhere), act, act_from, settings)


def _answer(item: _Shown) -> dict[str, Any]:
    """A rule as `--json` gives it: what the catalogue says, and under `in_force` what the settings make of it."""
    general, set_by = item.general, dict(item.general.set_by)
    in_force_now = {
        "enabled": general.enabled,
        "severity": general.severity,
        "recipients": general.recipients,
        "params": dict(general.params),
        "set_by": set_by,
        "act": item.act,
        "act_from": item.act_from,
        "settings": {key: setting_told(key, item.settings).value for key in item.rule.settings},
        "narrower": [
            {"entry": place, **entry.model_dump(exclude={"id"}, exclude_defaults=True)}
            for place, entry in item.narrower
        ],
    }
    return {**item.rule.describe(), "in_force": in_force_now}


def _state(item: _Shown) -> str:
    words = "включено" if item.general.enabled else "выключено" if item.rule.enabled else "выключено, пока не включат"
    return f"{words}, местами иначе" if item.narrower else words


def _severity(item: _Shown) -> str:
    return SEVERITY_WORDS[item.general.severity or item.rule.severity]


def _roles(general: InForce) -> str:
    return ", ".join(ROLE_WORDS[role] for role in general.recipients)


def _from(general: InForce, key: str) -> str:
    """Which entry of the settings set it, if one did."""
    place = dict(general.set_by).get(key)
    return f" (rules[{place}])" if place is not None else ""


def _numbers(item: _Shown) -> Iterator[tuple[str, str, str, str, str]]:
    values, set_by = dict(item.general.params), dict(item.general.set_by)
    for param in item.rule.params:
        place = set_by.get(f"params.{param.name}")
        source = f"rules[{place}]" if place is not None else "по умолчанию"
        yield (f"params.{param.name}", f"{values[param.name]:g}", source, param.allowed, param.meaning)
    for key in item.rule.settings:
        told, usual = setting_told(key, item.settings), setting_told(key)
        source = "по умолчанию" if told.value == usual.value else f"раздел [{key.partition('.')[0]}]"
        yield (key, told.value, source, told.allowed, told.meaning)


def _where(entry: RuleEntry) -> str:
    """«предметы: Музыка; классы: 5А, 5Б; параллели: 5–7»."""
    parts = [f"предметы: {', '.join(entry.subjects)}"] if entry.subjects else []
    parts += [f"классы: {', '.join(entry.classes)}"] if entry.classes else []
    parts += [f"параллели: {entry.grades[0]}–{entry.grades[1]}"] if entry.grades is not None else []
    return "; ".join(parts)


def _what(entry: RuleEntry) -> str:
    """«lessons = 8; тяжесть: внимание»."""
    parts = [] if entry.enabled is None else ["включено" if entry.enabled else "выключено"]
    parts += [f"{name} = {value:g}" for name, value in entry.params.items()]
    parts += [f"тяжесть: {words}" for code, words in SEVERITY_WORDS.items() if code == entry.severity]
    parts += [f"кто узнаёт: {', '.join(ROLE_WORDS[role] for role in entry.recipients)}"] if entry.recipients else []
    parts += [f"акт: {entry.act}"] if entry.act is not None else []
    return "; ".join(parts)
