"""What is in force for a rule, in the school and in each journal: the catalogue as the settings' `[[rules]]` change it.

Entries apply in the order of the file; of two that say the same thing of a journal the later one wins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netcity_sync.compliance.finding import Place, Severity
from netcity_sync.compliance.registry import Rule, all_rules
from netcity_sync.errors import SettingsError
from netcity_sync.russian import class_key, plain
from netcity_sync.settings import Role, RuleEntry, Settings

Numbered = tuple[int, RuleEntry]
"""An entry with its place in the settings, counted from 1."""


@dataclass(frozen=True, slots=True)
class JournalKind:
    """What entries choose journals by; a class as a whole has no subject."""

    subject_name: str
    class_name: str
    grade: int


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force for a rule at a place.

    `severity` is null where it is as the rule says itself. `act` is the local act, null where no entry names one.
    `set_by` tells which entry (from 1) set what: `enabled`, `severity`, `recipients`, `act`, `params.<name>`.
    """

    enabled: bool
    severity: Severity | None
    recipients: tuple[Role, ...]
    params: tuple[tuple[str, float], ...]
    act: str | None
    set_by: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Tuned:
    """A rule, what is in force for it where nothing narrower is said, and in each journal and class by its id."""

    rule: Rule
    general: InForce
    journals: Mapping[int, InForce]
    classes: Mapping[int, InForce]

    def at(self, place: Place) -> InForce:
        """What is in force in the journal of a place, in its class where it lies in no journal, or in the school."""
        if place.subject_group_id is not None:
            return self.journals.get(place.subject_group_id, self.general)
        return self.general if place.class_id is None else self.classes.get(place.class_id, self.general)

    @property
    def enabled(self) -> bool:
        """Whether the rule is checked anywhere."""
        return any(item.enabled for item in self._all())

    def off(self) -> Iterator[Place]:
        """The journals and classes in which the rule is switched off; no place at all where it is so everywhere."""
        if not self.enabled:
            yield Place()
        yield from (Place(subject_group_id=key) for key, item in self.journals.items() if not item.enabled)
        yield from (Place(class_id=key) for key, item in self.classes.items() if not item.enabled)

    def variants(self) -> tuple[tuple[tuple[str, float], ...], ...]:
        """The distinct numbers with which the rule is to be run."""
        return tuple(dict.fromkeys(item.params for item in self._all() if item.enabled))

    def _all(self) -> tuple[InForce, ...]:
        return (self.general, *self.journals.values(), *self.classes.values())


def tune(
    rules: Iterable[Rule], settings: Settings, journals: Mapping[int, JournalKind], classes: Mapping[int, JournalKind]
) -> tuple[Tuned, ...]:
    """Rules as they are in force. Raises SettingsError where an entry names what the catalogue does not know."""
    check_entries(settings.rules)
    return tuple(_tuned(item, entries_of(item, settings.rules), journals, classes) for item in rules)


def _tuned(
    rule: Rule, entries: Sequence[Numbered], journals: Mapping[int, JournalKind], classes: Mapping[int, JournalKind]
) -> Tuned:
    general = in_force(rule, entries)
    if all(entry.everywhere for _, entry in entries):
        return Tuned(rule, general, dict.fromkeys(journals, general), dict.fromkeys(classes, general))
    kinds = {kind: in_force(rule, entries, kind) for kind in {*journals.values(), *classes.values()}}
    return Tuned(
        rule,
        general,
        {key: kinds[kind] for key, kind in journals.items()},
        {key: kinds[kind] for key, kind in classes.items()},
    )


def entries_of(rule: Rule, entries: Iterable[RuleEntry]) -> tuple[Numbered, ...]:
    """Of all entries those about a rule."""
    return tuple((number, entry) for number, entry in enumerate(entries, start=1) if entry.id.upper() == rule.id)


def in_force(rule: Rule, entries: Iterable[Numbered], journal: JournalKind | None = None) -> InForce:
    """What a rule's entries make of it in a journal; without one, in the school as a whole."""
    numbers = {param.name: param.default for param in rule.params}
    said: dict[str, Any] = {"enabled": rule.enabled, "severity": None, "recipients": rule.recipients, "act": None}
    set_by: dict[str, int] = {}
    for number, entry in entries:
        if not _fits(entry, journal):
            continue
        changed = {name: value for name in said if (value := getattr(entry, name)) is not None}
        said |= changed
        numbers |= entry.params
        set_by |= dict.fromkeys([*changed, *(f"params.{name}" for name in entry.params)], number)
    return InForce(
        enabled=said["enabled"],
        severity=Severity(said["severity"]) if said["severity"] is not None else None,
        recipients=said["recipients"],
        params=tuple(numbers.items()),
        act=said["act"],
        set_by=tuple(set_by.items()),
    )


def _fits(entry: RuleEntry, journal: JournalKind | None) -> bool:
    if entry.everywhere or journal is None:
        return entry.everywhere
    return (
        (not entry.subjects or plain(journal.subject_name) in {plain(name) for name in entry.subjects})
        and (not entry.classes or class_key(journal.class_name) in {class_key(name) for name in entry.classes})
        and (entry.grades is None or entry.grades[0] <= journal.grade <= entry.grades[1])
    )


def check_entries(entries: Sequence[RuleEntry]) -> None:
    """Raises SettingsError naming every entry that speaks of a rule or a number that is not in the catalogue."""
    rules = {item.id: item for item in all_rules()}
    problems = [problem for number, entry in enumerate(entries, start=1) for problem in _problems(number, entry, rules)]
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise SettingsError(
            f"В настройках есть ошибки:\n{lines}",
            where="разделы [[rules]] файла настроек",
            todo="Исправьте эти ключи; все правила и их параметры описаны в docs/rules.md и netcity-sync rules show.",
        )


def _problems(number: int, entry: RuleEntry, rules: Mapping[str, Rule]) -> Iterator[str]:
    where = f"rules[{number}]"
    rule = rules.get(entry.id.upper())
    if rule is None:
        yield f"{where}.id: нет правила «{entry.id}»; есть: {', '.join(rules)}"
        return
    params = {param.name: param for param in rule.params}
    for name, value in entry.params.items():
        if name not in params:
            known = f"; есть: {', '.join(params)}" if params else ""
            elsewhere = f"; его настраивают ключи: {', '.join(rule.settings)}" if rule.settings else ""
            yield f"{where}.params.{name}: у правила {rule.id} нет такого параметра{known}{elsewhere}"
        elif not params[name].admits(value):
            yield f"{where}.params.{name}: нужно {params[name].allowed}"


def unknown_places(entries: Sequence[RuleEntry], journals: Iterable[JournalKind]) -> tuple[str, ...]:
    """What entries name that no journal knows, in Russian: a slip there would silently change nothing."""
    known = tuple(journals)
    classes = {class_key(item.class_name) for item in known}
    subjects = {plain(item.subject_name) for item in known}
    words = []
    for number, entry in enumerate(entries, start=1):
        words += [f"rules[{number}].classes: нет класса «{x}»" for x in entry.classes if class_key(x) not in classes]
        words += [f"rules[{number}].subjects: нет предмета «{x}»" for x in entry.subjects if plain(x) not in subjects]
    return tuple(words)
