"""The catalogue of rules: metadata beside each function; a new rule is a function in its family's module."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from inspect import getdoc
from typing import Any

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import RuleKind, Violation
from netcity_sync.errors import UsageError
from netcity_sync.settings import Role

_FAMILIES = ("lessons", "homework", "marks", "accumulation", "attendance", "control", "changes")


class Applies(StrEnum):
    """Which journals a rule is about; the value is a condition on the bench's table `journal`."""

    ALL = "1"
    MARKED = "marked"
    HOMEWORK = "with_homework"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. Its function's docstring is its page for the school."""

    id: str
    clause: str
    title: str
    kind: RuleKind
    recipients: tuple[Role, ...]
    cadence: str
    capabilities: frozenset[Capability]
    applies: Applies
    about_pupils: bool
    find: Callable[[Bench], Iterator[Violation]]

    def describe(self) -> dict[str, Any]:
        """The metadata as `rules list --json` gives it."""
        return {
            "id": self.id,
            "clause": self.clause,
            "title": self.title,
            "kind": self.kind.value,
            "recipients": [role.value for role in self.recipients],
            "cadence": self.cadence,
            "needs": sorted(item.value for item in self.capabilities),
            "page": getdoc(self.find) or "",
        }


_RULES: dict[str, Rule] = {}


def rule(
    id: str,
    *,
    clause: str,
    title: str,
    kind: RuleKind,
    recipients: tuple[Role, ...],
    cadence: str,
    needs: tuple[Capability, ...],
    applies: Applies = Applies.ALL,
    about_pupils: bool = False,
) -> Callable[[Callable[[Bench], Iterator[Violation]]], Callable[[Bench], Iterator[Violation]]]:
    """Enter a function into the catalogue.

    `cadence` is when its findings are due in a digest (rules.md §1); `about_pupils` rules need the roster too.
    """

    def enter(find: Callable[[Bench], Iterator[Violation]]) -> Callable[[Bench], Iterator[Violation]]:
        capabilities = frozenset(needs) | ({Capability.ROSTER} if about_pupils else frozenset())
        _RULES[id] = Rule(id, clause, title, kind, recipients, cadence, capabilities, applies, about_pupils, find)
        return find

    return enter


def all_rules() -> tuple[Rule, ...]:
    """All rules, by id."""
    for family in _FAMILIES:
        import_module(f"netcity_sync.compliance.{family}")
    return tuple(_RULES[key] for key in sorted(_RULES))


def find_rule(rule_id: str) -> Rule:
    """A rule by its id, in any case. Raises UsageError naming the known ones."""
    rules = {item.id: item for item in all_rules()}
    if rule_id.upper() not in rules:
        raise UsageError(f"Нет правила «{rule_id}».", todo=f"Есть: {', '.join(rules)}.")
    return rules[rule_id.upper()]
