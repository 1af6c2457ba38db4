"""R11 of whole schools, told from the ledger of what their teachers broke and not from what a check found."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from support.final_loops import mean_mark
from support.ledgers import OF_THE_SERVICE
from support.reports import desk_at, tables
from support.whole_school import WholeSchool

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Severity
from netcity_sync.compliance.registry import all_rules
from netcity_sync.jobs.check import run_check
from netcity_sync.reports.document import Cell, Document
from netcity_sync.reports.period import Period, month_period, span_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.settings import Role
from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.ledger import make_ledger
from netcity_sync.simulator.school import Group, Teacher
from netcity_sync.simulator.world import World

_IN_TIME = {"LSN-01", "LSN-02", "HW-02", "MRK-03", "MRK-10", "ATT-02", "FIN-01"}
_ACCUMULATION = {"MRK-01", "MRK-02", "MRK-11", "FIN-03"}
_AREAS = {
    "ACC": "Накопляемость", "FIN": "Объективность", "MRK": "Объективность", "HW": "Домашние задания",
    "LSN": "Темы уроков", "PLN": "Программа", "CTL": "Контрольные работы", "ATT": "Посещаемость",
}  # fmt: skip
_ORDER = ("Своевременность", "Накопляемость", "Объективность", "Домашние задания", "Темы уроков", "Программа",
          "Контрольные работы", "Посещаемость")  # fmt: skip


def area(rule: str) -> str | None:
    """The part of the paper that a rule belongs to."""
    if rule in _IN_TIME:
        return "Своевременность"
    return "Накопляемость" if rule in _ACCUMULATION else _AREAS.get(rule.partition("-")[0])


def short(full: str) -> str:
    """«Иванов И. П.»."""
    surname, *rest = full.split()
    return " ".join([surname, *(f"{name[0]}." for name in rest)])


@dataclass(frozen=True)
class Remark:
    """A rule broken in a journal by its teacher, or by whoever stood in."""

    rule: str
    group: Group
    term: Term
    teacher: Teacher
    student: int | None
    days: tuple[date, date]


def remarks(world: World) -> Iterator[Remark]:
    """What the ledger is certain of, that a teacher has to mend, and that is more than information."""
    of_teachers = {
        one.id for one in all_rules() if Role.TEACHER in one.recipients and one.severity is not Severity.INFO
    }  # fmt: skip
    world.note_take()
    for entry in make_ledger(world):
        wanted = entry.certain and entry.rule in of_teachers and entry.rule not in OF_THE_SERVICE and area(entry.rule)
        if not wanted or entry.subject_group_id is None or entry.term_id is None:
            continue
        group, term = world.groups[entry.subject_group_id], world.terms[entry.term_id]
        if entry.rule == "FIN-02" and is_disputed(world, group, term, entry.student_id or 0):
            continue
        today = world.now.date()
        days, teacher = (today, today), group.teacher
        if entry.lesson_id is not None:
            (lesson,) = [one for one in world.entries(group.id).lessons if one.id == entry.lesson_id]
            days = lesson.date, lesson.date
            if entry.rule == "LSN-07":
                (teacher,) = [one.substitute for one in world.entries(group.id).replaced if one.lesson is lesson]
        elif entry.day is not None:
            days = date.fromisoformat(entry.day), date.fromisoformat(entry.day)
        elif entry.student_id is not None:
            days = term.start, term.end
        yield Remark(entry.rule, group, term, teacher, entry.student_id, days)


def is_disputed(world: World, group: Group, term: Term, pupil: int) -> bool:
    """Whether a mean is so near to a half that either final mark may stand: that is told as information only."""
    mean = mean_mark(world, group, pupil, term)
    assert mean is not None
    near = abs(mean % 1 - Fraction(1, 2)) <= Fraction(1, 20)
    return near and world.final(group.id, pupil, "term", term.id) in (int(mean), int(mean) + 1)


def names(found: list[Teacher]) -> list[str]:
    """Teachers as the paper lists them."""
    return sorted(short(one.name.full) for one in found)


def said(what: str, listed: list[str]) -> str:
    """A sentence of the summary."""
    return f"{what}: {', '.join(listed) if listed else 'нет'}".rstrip(".") + "."


def compare(world: World, document: Document, found: list[Remark], groups: list[Group], grades: list[str]) -> None:
    """Every table and sentence of the paper."""
    shown = tables(document)
    titles = {one.id: one.title for one in all_rules()}
    teachers = {one.teacher.id: one.teacher for one in found}
    blamed = {one.group.school_class.name for one in found}
    everyone = {group.teacher.id: group.teacher for group in groups}
    assert document.sections[0].paragraphs == (
        said("Проверены журналы классов", grades),
        said("Классы без замечаний", [name for name in grades if name not in blamed]),
        said("Учителя без замечаний", names([one for key, one in everyone.items() if key not in teachers])),
        said("Учителя с замечаниями", names(list(teachers.values()))),
    )

    counts = Counter((one.teacher.id, area(one.rule)) for one in found)
    areas = [name for name in _ORDER if any(key[1] == name for key in counts)]
    assert [column.title for column in shown["По областям"].columns] == ["Учитель", *areas, "Всего"]
    lines = []
    for teacher in sorted(teachers.values(), key=lambda one: (short(one.name.full), one.id)):
        cells = [counts[teacher.id, name] for name in areas]
        lines.append((short(teacher.name.full), *cells, sum(cells)))
    assert list(shown["По областям"].rows) == lines

    whats = Counter(
        (short(one.teacher.name.full), one.group.school_class.name, one.group.subject.name, titles[one.rule])
        for one in found
    )
    assert sorted(shown["Замечания"].rows, key=str) == sorted(((*key, count) for key, count in whats.items()), key=str)

    few = [(*where(world, one), titles[one.rule]) for one in found if one.rule in ("MRK-01", "MRK-02", "FIN-03")]
    listed = shown["Мало отметок"].rows if few else ()
    assert sorted((*row[:4], row[5]) for row in listed) == sorted(few)
    assert {row[4] for row in listed if row[5] == titles["MRK-01"]} <= {"0"}
    assert {row[4] for row in listed if row[5] == titles["MRK-02"]} <= {"1"}
    assert [(row[0], row[1], int(str(row[2])[:-1])) for row in listed] == sorted(
        (row[0], row[1], int(str(row[2])[:-1])) for row in listed
    )
    means = [(*where(world, one), *means_of(world, one)) for one in found if one.rule == "FIN-02"]
    assert sorted(shown["Несоответствие среднему баллу"].rows if means else (), key=str) == sorted(means, key=str)


def where(world: World, one: Remark) -> tuple[str, ...]:
    """Teacher, subject, class, pupil."""
    (pupil,) = [item for item in one.group.pupils if item.id == one.student]
    return (
        short(one.teacher.name.full), one.group.subject.name, one.group.school_class.name, short(pupil.name.full)
    )  # fmt: skip


def means_of(world: World, one: Remark) -> tuple[Cell, ...]:
    """The mean, the final mark, and how many marks."""
    mean = mean_mark(world, one.group, one.student or 0, one.term)
    assert mean is not None
    marks = world.journal(one.group.id, one.term.id).marks
    given = sum(item.student_id == one.student and item.value is not None for item in marks)
    final = world.final(one.group.id, one.student or 0, "term", one.term.id)
    return f"{float(mean):.2f}".replace(".", ","), str(final), str(given)


def periods(school: WholeSchool) -> Iterator[Period]:
    """The whole year so far, and a month that is over."""
    today = school.world.now.date()
    yield span_period(school.world.school.calendar.start, today)
    yield month_period((today.replace(day=1) - timedelta(days=1)).replace(day=1))
    yield span_period(today - timedelta(days=6), today)


def test_every_figure_of_the_paper(own_school: WholeSchool) -> None:
    world, settings = own_school.world, own_school.settings
    clock = fixed_clock(world.now.replace(tzinfo=settings.zone))
    run_check(settings, clock)
    every = list(remarks(world))
    item = world.school.classes[-2]
    with desk_at(settings, clock()) as desk:
        for period in periods(own_school):
            for focus in (Focus(), Focus(grade=item.grade), Focus(class_id=item.id)):
                groups = [one for one in world.school.groups if focus == Focus() or one.school_class is item]
                met = [one for one in groups if any(meets(term, period) for term in world.begun_terms(one))]
                found = [one for one in every if one.group in met and meets(one.term, period)
                         and one.days[0] <= period.last and one.days[1] >= period.first]  # fmt: skip
                classes = [one.name for one in world.school.classes if focus == Focus() or one is item]
                compare(world, find_report("inspection").build(desk, Request(period, focus)), found, met, classes)
                assert len(found) > 20
    assert {area(one.rule) for one in every} == set(_ORDER)


def meets(term: Term, period: Period) -> bool:
    """Whether a term has days of a period."""
    return term.start <= period.last and term.end >= period.first
