"""What one person is told: the essence first, then findings grouped so that hundreds stay readable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from netcity_sync.compliance.check import Coverage
from netcity_sync.compliance.finding import Finding, NoData, Place, RuleKind, Severity
from netcity_sync.compliance.life import TO_MEND, Standing, State
from netcity_sync.compliance.registry import find_rule
from netcity_sync.delivery.area import is_for, journals_of, unknown_area
from netcity_sync.delivery.grouping import Ages, DigestSection, Limits, group_words, make_sections
from netcity_sync.delivery.upkeep import UPKEEP_ROLES, Remark, Upkeep, remarks_on
from netcity_sync.russian import plural
from netcity_sync.school_days import local_date
from netcity_sync.settings import Person, Role, Settings

WEEK = timedelta(days=7)
_OVERVIEW = Limits(lines=10, details=3, heads=8)
_TO_DO = Limits(lines=30, details=6, heads=30)
"""Who has to correct the entries needs (nearly) all of them by name."""
_GAPS = 5
_YEAR_BEGINS = 8
_TO_CORRECT = (Role.TEACHER, Role.CLASS_TEACHER)
"""Who corrects entries; a rule that the source cannot feed is no concern of theirs."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A number of the week; `before` is the same number a week earlier, null where nothing was checked then."""

    label: str
    count: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest for one person. `headline` is the essence in a sentence, `notes` what to know before reading on.

    `late_this_year` counts late entries since the school year began, those of this week included; `excepted` findings
    hold too, but the school decided not to count them. `service` is how the
    service fares, for those who look after it. `data_as_of` is empty where no journal was read lately.
    """

    person: Person
    title: str
    subject: str
    headline: str
    notes: tuple[str, ...]
    counters: tuple[Counter, ...]
    late_this_year: int
    excepted: int
    service: tuple[Remark, ...]
    sections: tuple[DigestSection, ...]
    fixed: tuple[tuple[str, int], ...]
    data_as_of: str
    gaps: tuple[str, ...]
    local_act: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing the person could act on, or be glad of."""
        return not self.notes and not any(counter.count for counter in self.counters)


@dataclass(frozen=True, slots=True)
class Material:
    """What all digests of a day are made from: `open` findings and how they stand by id, `fixed` ones of two weeks.

    Moments are UTC.
    """

    open: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    coverage: Coverage
    standings: Mapping[str, Standing]
    upkeep: Upkeep
    first_check: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class _Week:
    """A person's findings around the last seven days: states that hold, new ones, late entries, what was fixed."""

    states: tuple[Finding, ...]
    new: tuple[Finding, ...]
    late: tuple[Finding, ...]
    fixed: tuple[Finding, ...]


def build_digest(person: Person, material: Material, settings: Settings) -> Digest:
    """The digest of one person: only the rules meant for the role, only the person's area (rules.md §7.13)."""
    all_mine = tuple(item for item in material.open if is_for(person, item))
    mine = tuple(item for item in all_mine if material.standings[item.id].state in TO_MEND)
    fixed = tuple(item for item in material.fixed if is_for(person, item))
    week = _week(mine, fixed, material.now)
    gaps = _gaps(person, material)
    read_at = material.coverage.read_at
    return Digest(
        person=person,
        title=_title(person),
        subject=_subject(person, week),
        headline=_headline(week, _unread(gaps), read=read_at is not None),
        notes=_notes(person, material),
        counters=_counters(week, _week(mine, fixed, material.now - WEEK), material),
        late_this_year=_late_this_year(mine, material.now, settings),
        excepted=len(all_mine) - len(mine),
        service=_service(person, material, settings),
        sections=_sections(person, week, material),
        fixed=_by_title(week.fixed),
        data_as_of=f"{read_at.astimezone(settings.zone):%d.%m.%Y %H:%M}" if read_at is not None else "",
        gaps=tuple(words for words, _ in group_words(dict.fromkeys(map(_gap_words, gaps)), _GAPS, between="; ")),
        local_act=settings.local_acts.journal,
    )


def _week(mine: Sequence[Finding], fixed: Sequence[Finding], end: datetime) -> _Week:
    """The week that ends at `end`, as far as findings that are open now or were fixed since can tell."""
    known = [item for item in (*mine, *fixed) if item.opened_at <= end]
    states = [item for item in known if item.kind is RuleKind.STATE]
    holding = tuple(item for item in states if item.fixed_at is None or item.fixed_at > end)
    return _Week(
        states=holding,
        new=tuple(item for item in holding if item.opened_at > end - WEEK),
        late=tuple(item for item in known if item.kind is RuleKind.EVENT and item.opened_at > end - WEEK),
        fixed=tuple(item for item in states if item.fixed_at is not None and end - WEEK < item.fixed_at <= end),
    )


def _counters(week: _Week, last: _Week, material: Material) -> tuple[Counter, ...]:
    """The first check finds everything at once: a number is compared only with one that a whole week stands behind."""
    known = material.first_check <= material.now - WEEK
    whole = material.first_check < material.now - 2 * WEEK
    overdue = sum(material.standings[item.id].state is State.OVERDUE for item in week.states)
    return (
        Counter("Открыто", len(week.states), len(last.states) if known else None),
        Counter("Из них новых за неделю", len(week.new), len(last.new) if whole else None),
        Counter("Просрочено", overdue, None),
        Counter("Внесено с опозданием за неделю", len(week.late), len(last.late) if whole else None),
        Counter("Исправлено за неделю", len(week.fixed), len(last.fixed) if whole else None),
    )


def _late_this_year(mine: Sequence[Finding], now: datetime, settings: Settings) -> int:
    today = local_date(now, settings.zone)
    began = date(today.year if today.month >= _YEAR_BEGINS else today.year - 1, _YEAR_BEGINS, 1)
    return sum(item.kind is RuleKind.EVENT and local_date(item.opened_at, settings.zone) >= began for item in mine)


def _title(person: Person) -> str:
    of_classes = "Журналы классов" if len(person.classes) > 1 else "Журнал класса"
    words = {
        Role.TEACHER: "Ваш журнал",
        Role.CLASS_TEACHER: f"{of_classes} {', '.join(person.classes)}".strip(),
        Role.DIRECTOR: "Журнал школы: итоги недели",
    }
    return words.get(person.role, "Электронный журнал: сводка")


def _subject(person: Person, week: _Week) -> str:
    """«Журнал: 12 новых замечаний»; a class teacher's names the class."""
    of_class = f" {', '.join(person.classes)}" if person.role is Role.CLASS_TEACHER and person.classes else ""
    count = len(week.new) + len(week.late)
    new = plural(count, "новое замечание", "новых замечания", "новых замечаний") if count else "новых замечаний нет"
    return f"Журнал{of_class}: {new}"


def _headline(week: _Week, unread: int, *, read: bool) -> str:
    """«507 открытых замечаний, из них срочных 24, новых за неделю 12, исправлено 40.»"""
    if week.states or week.late:
        words = [plural(len(week.states), "открытое замечание", "открытых замечания", "открытых замечаний")]
        urgent = sum(item.severity is Severity.CRIT for item in week.states)
        words += [f"из них срочных {urgent}"] if urgent else []
        words.append(f"новых за неделю {len(week.new)}")
        words += [f"опозданий {len(week.late)}"] if week.late else []
        words.append(f"исправлено {len(week.fixed)}")
    elif not read:
        return "Свежих данных нет: журналы не прочитаны."
    elif week.fixed:
        words = [f"Замечаний не осталось, исправлено за неделю: {len(week.fixed)}"]
    else:
        words = ["Замечаний нет"]
    if unread:
        words.append(f"но нет данных по {plural(unread, 'журналу', 'журналам', 'журналам')}")
    return ", ".join(words) + "."


def _notes(person: Person, material: Material) -> tuple[str, ...]:
    slips = unknown_area(person, material.coverage.journals.values())
    if not slips:
        return ()
    words = "; ".join(slips)
    return (f"Сводка может быть неполной: {words}. Администратору: проверьте раздел [[people]] настроек.",)


def _service(person: Person, material: Material, settings: Settings) -> tuple[Remark, ...]:
    if person.role not in UPKEEP_ROLES:
        return ()
    journals = material.coverage.journals.values()
    slips = [
        f"{other.name}: {'; '.join(words)}" for other in settings.people if (words := unknown_area(other, journals))
    ]
    remarks = remarks_on(material.upkeep, material.now, settings.zone)
    if not slips:
        return remarks
    todo = "Исправьте раздел [[people]] настроек."
    return (*remarks, Remark("Некоторые сводки пусты или неполны из-за настроек.", tuple(slips), todo, alarm=True))


def _sections(person: Person, week: _Week, material: Material) -> tuple[DigestSection, ...]:
    if person.role is Role.DIRECTOR:
        return ()
    ages = Ages(material.now - WEEK, material.standings)
    limits = _TO_DO if person.role in _TO_CORRECT else _OVERVIEW
    return make_sections((*week.states, *week.late), material.coverage.journals, ages, limits)


def _by_title(items: Sequence[Finding]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.title] = counts.get(item.title, 0) + 1
    return tuple(sorted(counts.items()))


def _gaps(person: Person, material: Material) -> tuple[NoData, ...]:
    """What could not be judged in a person's area, and for whoever watches over others the rules that had no data."""
    journals = material.coverage.journals
    mine = journals_of(person, journals)
    classes = {journals[key].class_id for key in mine}

    def concerns(place: Place) -> bool:
        if place.subject_group_id is not None:
            return place.subject_group_id in mine
        return place.class_id in classes if place.class_id is not None else person.role not in _TO_CORRECT

    return tuple(gap for gap in material.coverage.no_data if concerns(gap.place))


def _unread(gaps: Sequence[NoData]) -> int:
    return len({gap.place.subject_group_id for gap in gaps if gap.place.subject_group_id is not None})


def _gap_words(gap: NoData) -> str:
    return gap.reason if gap.place != Place() else f"«{find_rule(gap.rule).title}»: {gap.reason}"
