"""The violations of a school, told from what its teachers did: journal by journal, then class by class.

docs/checks.md says what each rule means. A check must find the certain entries and nothing else.
"""

from datetime import date

from netcity_sync.simulator.class_ledger import ClassLedger
from netcity_sync.simulator.finals_ledger import FinalsLedger, class_violations
from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry
from netcity_sync.simulator.world import World

__all__ = ["LedgerEntry", "make_ledger"]


def make_ledger(world: World) -> list[LedgerEntry]:
    """All violations that stand, or happened, up to the clock's now."""
    days = _school_days(world)
    entries: list[LedgerEntry] = []
    for school_class in world.school.classes:
        listed = {pupil.id: pupil for pupil in world.roster(school_class.id)}
        journals = [
            JournalLedger(world, group, term, days, set(listed))
            for group in world.school.groups
            if group.school_class is school_class
            for term in world.begun_terms(group)
        ]
        for journal in journals:
            entries += journal.violations()
            entries += FinalsLedger(journal).violations()
        entries += ClassLedger(journals, list(listed.values())).violations()
        entries += class_violations(journals)
    return entries


def _school_days(world: World) -> list[date]:
    """Days with a lesson in any journal of a term that has begun."""
    days = set()
    for group in world.school.groups:
        begun = {term.id for term in world.begun_terms(group)}
        for lesson in world.entries(group.id).lessons:
            if lesson.term_id in begun and lesson.visible(world.now):
                days.add(lesson.date)
    return sorted(days)
