"""What one person is told: the essence first, then findings grouped so that hundreds stay readable."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netcity_sync.compliance.check import Coverage, JournalFacts
from netcity_sync.compliance.finding import Finding, RuleKind, Severity
from netcity_sync.russian import plural
from netcity_sync.school_days import SchoolDays, local_date
from netcity_sync.settings import Person, Role, Settings

_WEEK = timedelta(days=7)
_LINES_A_SECTION = 12
_DETAILS_A_LINE = 4
_HEADS_A_DETAIL = 8
_GAPS_SHOWN = 5
_YEAR_BEGINS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """Findings of one rule in one journal: where, how many, how old the oldest is in school days, and some in full."""

    where: str
    count: int
    new: int
    age: int
    severity: Severity
    details: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One rule: its title and clause, what is open or happened, worst first; `hidden` lines did not fit."""

    rule: str
    title: str
    clause: str
    count: int
    new: int
    lines: tuple[Line, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest for one person. `headline` is the essence in a sentence."""

    person: Person
    title: str
    headline: str
    counters: tuple[tuple[str, int], ...]
    sections: tuple[DigestSection, ...]
    fixed: tuple[tuple[str, int], ...]
    data_as_of: str
    gaps: tuple[str, ...]
    gaps_hidden: int
    local_act: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.sections and not self.gaps and not any(count for _, count in self.counters)


@dataclass(frozen=True, slots=True)
class Material:
    """What all digests of a day are made from. `now` is UTC."""

    open: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    coverage: Coverage
    school_days: SchoolDays
    now: datetime


def build_digest(person: Person, material: Material, settings: Settings) -> Digest:
    """The digest of one person: only the rules meant for the role, only the person's area (rules.md §7.13)."""
    mine = [item for item in material.open if _is_for(person, item)]
    fixed = [item for item in material.fixed if _is_for(person, item)]
    since = material.now - _WEEK
    states = [item for item in mine if item.kind is RuleKind.STATE]
    events = [item for item in mine if item.kind is RuleKind.EVENT and item.opened_at >= since]
    new = [item for item in states if item.opened_at >= since]
    sections = () if person.role is Role.DIRECTOR else _sections([*states, *events], since, material, settings)
    gaps = _gaps(person, material)
    read_at = material.coverage.read_at
    return Digest(
        person=person,
        title=_title(person),
        headline=_headline(states, new, events, fixed),
        counters=(
            ("Открыто", len(states)),
            ("Из них новых за неделю", len(new)),
            ("Внесено с опозданием за неделю", len(events)),
            ("Исправлено за неделю", len(fixed)),
        ),
        sections=sections,
        fixed=_fixed(fixed),
        data_as_of=f"{read_at.astimezone(settings.zone):%d.%m.%Y %H:%M}" if read_at is not None else "—",
        gaps=tuple(gaps[:_GAPS_SHOWN]),
        gaps_hidden=max(0, len(gaps) - _GAPS_SHOWN),
        local_act=settings.local_acts.journal,
    )


def _is_for(person: Person, item: Finding) -> bool:
    if person.role in (Role.DIRECTOR, Role.IKT_DEPUTY, Role.ADMINISTRATOR):
        return _in_area(person, item.class_name, item.subject_name)
    if person.role not in item.recipients:
        return False
    if person.role is Role.TEACHER:
        return person.staff_id in item.teacher_ids
    if person.role is Role.CLASS_TEACHER and not person.classes:
        return False
    return _in_area(person, item.class_name, item.subject_name)


def _in_area(person: Person, class_name: str, subject_name: str) -> bool:
    in_classes = not person.classes or _plain(class_name) in {_plain(name) for name in person.classes}
    return in_classes and (not person.subjects or subject_name in person.subjects)


def _plain(name: str) -> str:
    return "".join(name.split()).upper()


def _title(person: Person) -> str:
    words = {
        Role.TEACHER: "Ваш журнал",
        Role.CLASS_TEACHER: f"Журнал класса {', '.join(person.classes)}",
        Role.DIRECTOR: "Журнал школы: итоги недели",
    }
    return words.get(person.role, "Электронный журнал: сводка")


def _headline(
    states: Sequence[Finding], new: Sequence[Finding], events: Sequence[Finding], fixed: Sequence[Finding]
) -> str:
    """«Срочных замечаний 3; новых за неделю 12; исправлено 40.»"""
    if not states and not events:
        return "Замечаний нет." if not fixed else f"Замечаний не осталось, исправлено за неделю: {len(fixed)}."
    urgent = sum(item.severity is Severity.CRIT for item in states)
    words = [plural(len(states), "открытое замечание", "открытых замечания", "открытых замечаний")]
    if urgent:
        words.append(f"из них срочных {urgent}")
    words.append(f"новых за неделю {len(new)}")
    if events:
        words.append(f"опозданий {len(events)}")
    words.append(f"исправлено {len(fixed)}")
    return ", ".join(words) + "."


def _sections(
    findings: Sequence[Finding], since: datetime, material: Material, settings: Settings
) -> tuple[DigestSection, ...]:
    by_rule: dict[str, list[Finding]] = {}
    for item in findings:
        by_rule.setdefault(item.rule, []).append(item)
    sections = [_section(items, since, material, settings) for items in by_rule.values()]
    worst = {rule: max(item.severity.rank for item in items) for rule, items in by_rule.items()}
    return tuple(sorted(sections, key=lambda section: (-worst[section.rule], section.rule)))


def _section(items: Sequence[Finding], since: datetime, material: Material, settings: Settings) -> DigestSection:
    by_journal: dict[tuple[int | None, int | None], list[Finding]] = {}
    for item in items:
        by_journal.setdefault((item.place.subject_group_id, item.place.term_id), []).append(item)
    lines = [_line(group, since, material, settings) for group in by_journal.values()]
    lines.sort(key=lambda line: (-line.severity.rank, -line.age, _by_class(line.where)))
    first = items[0]
    return DigestSection(
        rule=first.rule,
        title=first.title,
        clause=first.clause,
        count=len(items),
        new=sum(item.opened_at >= since for item in items),
        lines=tuple(lines[:_LINES_A_SECTION]),
        hidden=max(0, len(lines) - _LINES_A_SECTION),
    )


def _line(items: Sequence[Finding], since: datetime, material: Material, settings: Settings) -> Line:
    today = local_date(material.now, settings.zone)
    ages = [material.school_days.between(local_date(item.opened_at, settings.zone), today) for item in items]
    where = f"{items[0].class_name}, {_group_name(items[0], material)}"
    details = _grouped([item.message.removeprefix(where).lstrip(",: ") for item in items])
    return Line(
        where=where,
        count=len(items),
        new=sum(item.opened_at >= since for item in items),
        age=max(ages),
        severity=max((item.severity for item in items), key=lambda severity: severity.rank),
        details=tuple(details[:_DETAILS_A_LINE]),
        more=max(0, len(details) - _DETAILS_A_LINE),
    )


def _group_name(item: Finding, material: Material) -> str:
    journal = material.coverage.journals.get(item.place.subject_group_id or 0)
    return journal.name if journal is not None else item.subject_name


def _grouped(details: Iterable[str]) -> list[str]:
    """Details that say the same of several lessons or pupils, said once: «10.09, 15.09: нет домашнего задания»."""
    groups: dict[str, list[str]] = {}
    for detail in sorted(details, key=_in_school_year):
        cut = max(detail.rfind(mark) for mark in (": ", " — "))
        head, tail = (detail[:cut], detail[cut:]) if cut > 0 else (detail, "")
        groups.setdefault(tail, []).append(head)
    return [_heads(heads) + tail for tail, heads in groups.items()]


def _heads(heads: Sequence[str]) -> str:
    more = f" и ещё {len(heads) - _HEADS_A_DETAIL}" if len(heads) > _HEADS_A_DETAIL else ""
    return ", ".join(heads[:_HEADS_A_DETAIL]) + more


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


def _fixed(items: Iterable[Finding]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.title] = counts.get(item.title, 0) + 1
    return tuple(sorted(counts.items()))


def _gaps(person: Person, material: Material) -> list[str]:
    """Why some journals of the person's area could not be judged, each reason once."""
    reasons = []
    for gap in material.coverage.no_data:
        journal = material.coverage.journals.get(gap.place.subject_group_id or 0)
        if journal is None or _watches(person, journal):
            reasons.append(gap.reason)
    return list(dict.fromkeys(reasons))


def _watches(person: Person, journal: JournalFacts) -> bool:
    if person.role is Role.TEACHER:
        return person.staff_id in journal.teacher_ids
    return _in_area(person, journal.class_name, journal.subject_name)


def nobody_named(class_names: Iterable[str]) -> tuple[Person, ...]:
    """Who gets digests in the folder where the settings name nobody: a deputy, and every class teacher."""
    deputy = Person(name="Завуч", role=Role.DEPUTY)
    chiefs = (
        Person(name=f"Классный руководитель {name}", role=Role.CLASS_TEACHER, classes=(name,)) for name in class_names
    )
    return (deputy, *chiefs)
