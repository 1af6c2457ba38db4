"""Many findings in few lines: a section a rule, a line a journal, and what is the same said once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netcity_sync.compliance.check import JournalFacts
from netcity_sync.compliance.finding import Finding, RuleKind, Severity
from netcity_sync.compliance.life import Standing, State
from netcity_sync.russian import some_of

_YEAR_BEGINS = 8
_SAID_BY = {"ACC-01": ("MRK-01", "MRK-02")}
"""A pupil without marks is below the norm too: the deputy reads the name once, under the graver rule."""
_PROOF_OF_LATENESS = re.compile(r", срок .* \((позже на [^)]*)\)$")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is shown: lines in a section, details in a line, lessons or pupils in a detail."""

    lines: int
    details: int
    heads: int


@dataclass(frozen=True, slots=True)
class Line:
    """Findings of one rule in one journal.

    `age` is that of the oldest in school days; it and `new` are 0 for what merely happened. `overdue` of them should
    have been mended by now. `more` findings are behind the `details` that are shown.
    """

    where: str
    count: int
    new: int
    age: int
    overdue: int
    severity: Severity
    details: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One rule: its title and clause, and its findings, worst first.

    `acts` are the local acts behind them.
    `hidden` lines did not fit; `elsewhere` of the `count` findings are about pupils whom a graver rule names.
    """

    rule: str
    title: str
    clause: str
    acts: tuple[str, ...]
    count: int
    new: int
    elsewhere: int
    lines: tuple[Line, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Ages:
    """What is needed to say how old a finding is: findings after `week_ago` (UTC) are new."""

    week_ago: datetime
    standings: Mapping[str, Standing]

    def is_new(self, item: Finding) -> bool:
        """Whether a finding that holds was opened within the week."""
        return item.kind is RuleKind.STATE and item.opened_at > self.week_ago

    def of(self, item: Finding) -> int:
        """School days since a finding that holds was opened."""
        return self.standings[item.id].age or 0

    def is_overdue(self, item: Finding) -> bool:
        """Whether a finding should have been mended by now."""
        return self.standings[item.id].state is State.OVERDUE


def make_sections(
    findings: Sequence[Finding], journals: Mapping[int, JournalFacts], ages: Ages, limits: Limits
) -> tuple[DigestSection, ...]:
    """Findings by rule: the gravest rule first, what still holds before what merely happened."""
    by_rule = defaultdict[str, list[Finding]](list)
    for item in findings:
        by_rule[item.rule].append(item)

    def order(rule: str) -> tuple[int, bool, str]:
        items = by_rule[rule]
        return (-max(item.severity.rank for item in items), items[0].kind is RuleKind.EVENT, rule)

    sections = []
    for rule in sorted(by_rule, key=order):
        named = {item.place for graver in _SAID_BY.get(rule, ()) for item in by_rule.get(graver, ())}
        told = [item for item in by_rule[rule] if item.place not in named]
        sections.append(_section(by_rule[rule], told, journals, ages, limits))
    return tuple(sections)


def _section(
    items: Sequence[Finding],
    told: Sequence[Finding],
    journals: Mapping[int, JournalFacts],
    ages: Ages,
    limits: Limits,
) -> DigestSection:
    by_journal = defaultdict[tuple[int | None, ...], list[Finding]](list)
    for item in told:
        place = item.place
        by_journal[place.subject_group_id, place.term_id, item.class_id, place.staff_id].append(item)
    lines = [_line(group, journals, ages, limits) for group in by_journal.values()]
    lines.sort(key=lambda line: (-line.severity.rank, -line.age, _by_class(line.where)))
    return DigestSection(
        rule=items[0].rule,
        title=items[0].title,
        clause=items[0].clause,
        acts=tuple(sorted({item.act for item in items if item.act})),
        count=len(items),
        new=sum(ages.is_new(item) for item in items),
        elsewhere=len(items) - len(told),
        lines=tuple(lines[: limits.lines]),
        hidden=max(0, len(lines) - limits.lines),
    )


def _line(items: Sequence[Finding], journals: Mapping[int, JournalFacts], ages: Ages, limits: Limits) -> Line:
    journal = journals.get(items[0].place.subject_group_id or 0)
    where = ", ".join(filter(None, (items[0].class_name, journal.name if journal is not None else "")))
    messages = (item.message.removeprefix(where).lstrip(",: ") for item in items)
    groups = group_words((_PROOF_OF_LATENESS.sub(r", \1", words) for words in messages), limits.heads)
    return Line(
        where=where,
        count=len(items),
        new=sum(ages.is_new(item) for item in items),
        age=max(ages.of(item) for item in items),
        overdue=sum(map(ages.is_overdue, items)),
        severity=max((item.severity for item in items), key=lambda severity: severity.rank),
        details=tuple(words for words, _ in groups[: limits.details]),
        more=sum(count for _, count in groups[limits.details :]),
    )


def group_words(details: Iterable[str], heads: int, *, between: str = ", ") -> list[tuple[str, int]]:
    """Details that say the same, said once with how many they are: («10.09, 15.09: нет домашнего задания», 2)."""
    groups = defaultdict[str, list[str]](list)
    for detail in sorted(details, key=_in_school_year):
        cut = max(detail.rfind(mark) for mark in (": ", " — "))
        head, tail = (detail[:cut], detail[cut:]) if cut > 0 else (detail, "")
        groups[tail].append(head)
    return [(some_of(found, heads, between) + tail, len(found)) for tail, found in groups.items()]


def _in_school_year(detail: str) -> tuple[int, int, int, str]:
    """Order by the date that a detail begins with, September first; then by the alphabet."""
    found = re.match(r"(\d\d)\.(\d\d)", detail)
    if found is None:
        return (0, 0, 0, detail)
    day, month = int(found[1]), int(found[2])
    return (int(month < _YEAR_BEGINS), month, day, detail)


def _by_class(where: str) -> tuple[int, str]:
    digits = "".join(letter for letter in where.partition(",")[0] if letter.isdigit())
    return (int(digits or 0), where)
