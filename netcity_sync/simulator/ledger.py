"""The violations of a school, told from what its teachers did: journal by journal, then class by class.

docs/checks.md says what each rule means. A check must find the certain entries and nothing else.
"""

from collections.abc import Iterator
from datetime import date

from netcity_sync.simulator.accumulation_ledger import accumulation_of_school
from netcity_sync.simulator.attendance_ledger import SilenceLedger, attendance_of_journal, truancy_of_class
from netcity_sync.simulator.belonging import listed_in
from netcity_sync.simulator.changes_ledger import ChangesLedger
from netcity_sync.simulator.class_ledger import ClassLedger
from netcity_sync.simulator.control_ledger import control_of_journal, spread_of_works
from netcity_sync.simulator.course_ledger import CourseLedger, PlansOfClass
from netcity_sync.simulator.families_ledger import FamiliesLedger
from netcity_sync.simulator.finals_ledger import FinalsLedger, class_violations
from netcity_sync.simulator.homework_ledger import HomeworkLedger, overloaded_days
from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry
from netcity_sync.simulator.lesson_ledger import crowded_lessons, replaced_lessons
from netcity_sync.simulator.marks_ledger import MarksLedger
from netcity_sync.simulator.orders_ledger import missing_orders
from netcity_sync.simulator.school import Group, Pupil, SchoolClass
from netcity_sync.simulator.world import World

__all__ = ["LedgerEntry", "make_ledger"]


def make_ledger(world: World) -> list[LedgerEntry]:
    """All violations that stand, or happened, up to the clock's now."""
    days = _school_days(world)
    starts = {pupil.id: pupil.start for pupil in world.school.pupils}
    silence = SilenceLedger()
    entries: list[LedgerEntry] = []
    all_journals = [
        JournalLedger(world, group, term, days, listed_in(world, group, term))
        for group in world.school.groups
        for term in world.begun_terms(group)
    ]
    for school_class in world.school.classes:
        pupils = world.roster(school_class.id)
        own = [journal for journal in all_journals if journal.group.school_class is school_class]
        combined = [journal for journal in all_journals if school_class.id in journal.guests.values()]
        entries += _of_journals(world, own, days, starts)
        entries += _of_courses(world, own, school_class)
        entries += _of_class([*own, *combined], pupils, school_class)
        silence.add(school_class.id, [*own, *combined], pupils)
    entries += [*silence.violations(), *accumulation_of_school(all_journals), *crowded_lessons(all_journals)]
    entries += [*spread_of_works(all_journals), *_overloaded(world, all_journals)]
    if world.takes:
        entries += [*FamiliesLedger(world, days).violations(), *missing_orders(world)]
    return entries


def _of_journals(
    world: World, journals: list[JournalLedger], days: list[date], starts: dict[int, date]
) -> Iterator[LedgerEntry]:
    for journal in journals:
        yield from journal.violations()
        yield from replaced_lessons(world, journal)
        yield from ChangesLedger(world, journal.group, journal.term).violations()
        yield from attendance_of_journal(journal, starts)
        yield from FinalsLedger(journal).violations()
        yield from control_of_journal(journal)
        yield from MarksLedger(world, journal.group, journal.term, days, journal.listed).violations()


def _of_courses(world: World, journals: list[JournalLedger], school_class: SchoolClass) -> Iterator[LedgerEntry]:
    plans = PlansOfClass(world, school_class.name)
    for group in _groups(journals):
        course = [journal for journal in journals if journal.group is group]
        yield from CourseLedger(world, course, plans).violations()


def _of_class(journals: list[JournalLedger], pupils: list[Pupil], school_class: SchoolClass) -> Iterator[LedgerEntry]:
    """The class's own journals, and the combined ones that hold its pupils."""
    yield from ClassLedger(journals, pupils).violations()
    yield from truancy_of_class(journals, pupils, school_class.id)
    yield from class_violations(journals, school_class.id)


def _overloaded(world: World, journals: list[JournalLedger]) -> Iterator[LedgerEntry]:
    homework = [HomeworkLedger(world, one.group, one.term, one.days, one.listed) for one in journals]
    for journal in homework:
        yield from journal.violations()
    for school_class in world.school.classes:
        yield from overloaded_days([one for one in homework if school_class.id in one.classes()], school_class)


def _groups(journals: list[JournalLedger]) -> list[Group]:
    return list({journal.group.id: journal.group for journal in journals}.values())


def _school_days(world: World) -> list[date]:
    """Days with a lesson in any journal of a term that has begun."""
    days = set()
    for group in world.school.groups:
        begun = {term.id for term in world.begun_terms(group)}
        for lesson in world.entries(group.id).lessons:
            if lesson.term_id in begun and lesson.visible(world.now):
                days.add(lesson.date)
    return sorted(days)
