"""The catalogue of rules: metadata beside each function; a new rule is a function in its family's module."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import import_module
from inspect import getdoc
from typing import Any

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import RuleKind, Severity, Violation
from netcity_sync.compliance.handed import STALE_DAYS
from netcity_sync.errors import UsageError
from netcity_sync.settings import Role

_FAMILIES = (
    "access",
    "accumulation",
    "archive",
    "asking",
    "attendance",
    "attendance_shares",
    "attendance_taking",
    "changes",
    "closed_terms",
    "control",
    "control_results",
    "families",
    "final_classes",
    "final_marks",
    "homework",
    "homework_text",
    "lessons",
    "losses",
    "marks",
    "obligations",
    "operations",
    "plan",
    "references",
    "replaced",
    "scheduled",
    "strangers",
    "timetable",
    "topics",
    "twos",
    "users",
    "works",
)


class Applies(StrEnum):
    """Which journals a rule is about; the value is a condition on the bench's table `journal`."""

    ALL = "1"
    MARKED = "marked"
    HOMEWORK = "with_homework"


class Unit(StrEnum):
    """What a rule must have read to judge one place, and so what it has no data of where that was not read.

    JOURNAL: the journal of the place. YEAR: that journal in all of its terms that have begun. CLASS: all journals of
    its class whose terms have begun (`class_read`). ROSTER: the list of its class. ROSTERS: the lists of all classes.
    DICTIONARIES: staff, classes, the list of journals. TEACHER: the journals of its teacher that the rule is about,
    with the lists of their classes. SCHOOL: nothing but what its capabilities say. Besides, a rule with the number
    `STALE_DAYS` has no data where a table of the exchange folder that it needs tells of older days only.
    """

    JOURNAL = "journal"
    YEAR = "year"
    CLASS = "class"
    ROSTER = "roster"
    ROSTERS = "rosters"
    DICTIONARIES = "dictionaries"
    TEACHER = "teacher"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Param:
    """A number of a rule that a school may set in `[[rules]]`; whole where its default is, from `low` to `high`."""

    name: str
    default: float
    meaning: str
    low: float
    high: float

    @property
    def allowed(self) -> str:
        """What may be set, in Russian."""
        kind = "целое число" if self._whole else "число"
        return f"{kind} от {self.low:g} до {self.high:g}"

    def admits(self, value: object) -> bool:
        """Whether a value of the settings file may be set."""
        kinds = int if self._whole else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and self.low <= value <= self.high

    @property
    def _whole(self) -> bool:
        return isinstance(self.default, int)


def stale_days(default: int) -> Param:
    """The number of a rule beyond which what a table of the exchange folder tells is no data."""
    meaning = "Через сколько дней таблица папки обмена устаревает: «нет данных»."
    return Param(STALE_DAYS, default, meaning, 1, 366)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. Its function's docstring is its page for the school.

    `severity` is the usual one, which `formula` says more of where there are two; `example` is a finding as it reads.
    `settings` are keys outside `[[rules]]` that it depends on, such as `deadlines.lesson`. A rule that is not `enabled`
    is checked only where an entry of `[[rules]]` says so.
    """

    id: str
    clause: str
    title: str
    kind: RuleKind
    severity: Severity
    formula: str
    example: str
    params: tuple[Param, ...]
    settings: tuple[str, ...]
    recipients: tuple[Role, ...]
    cadence: str
    capabilities: frozenset[Capability]
    applies: Applies
    unit: Unit
    about_pupils: bool
    enabled: bool
    find: Callable[[Bench], Iterator[Violation]]

    def describe(self) -> dict[str, Any]:
        """The metadata as `rules list --json` gives it."""
        return {
            "id": self.id,
            "clause": self.clause,
            "title": self.title,
            "kind": self.kind.value,
            "severity": self.severity.value,
            "formula": self.formula,
            "example": self.example,
            "params": [{**asdict(param), "allowed": param.allowed} for param in self.params],
            "settings": list(self.settings),
            "recipients": [role.value for role in self.recipients],
            "cadence": self.cadence,
            "needs": sorted(item.value for item in self.capabilities),
            "enabled": self.enabled,
            "page": getdoc(self.find) or "",
        }


_RULES: dict[str, Rule] = {}


def rule(
    id: str,
    *,
    clause: str,
    title: str,
    kind: RuleKind,
    severity: Severity,
    formula: str,
    example: str,
    recipients: tuple[Role, ...],
    cadence: str,
    needs: tuple[Capability, ...],
    params: tuple[Param, ...] = (),
    settings: tuple[str, ...] = (),
    applies: Applies = Applies.ALL,
    unit: Unit = Unit.JOURNAL,
    about_pupils: bool = False,
    enabled: bool = True,
) -> Callable[[Callable[[Bench], Iterator[Violation]]], Callable[[Bench], Iterator[Violation]]]:
    """Enter a function into the catalogue.

    `cadence` is when its findings are due in a digest (rules.md §1); `about_pupils` rules need the roster too.
    """

    def enter(find: Callable[[Bench], Iterator[Violation]]) -> Callable[[Bench], Iterator[Violation]]:
        rostered = about_pupils or unit in (Unit.ROSTER, Unit.ROSTERS)
        capabilities = frozenset(needs) | ({Capability.ROSTER} if rostered else frozenset())
        _RULES[id] = Rule(
            id=id, clause=clause, title=title, kind=kind, severity=severity, formula=formula, example=example,
            params=params, settings=settings, recipients=recipients, cadence=cadence, capabilities=capabilities,
            applies=applies, unit=unit, about_pupils=about_pupils, enabled=enabled, find=find,
        )  # fmt: skip
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
