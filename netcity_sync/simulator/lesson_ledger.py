"""The violations at single lessons that the office knows of: substitutes who forgot the journal, crowded hours.

docs/checks.md says what each rule means.
"""

from collections.abc import Iterator
from datetime import date

from netcity_sync.simulator.entries import Lesson
from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry
from netcity_sync.simulator.world import World


def replaced_lessons(world: World, journal: JournalLedger) -> Iterator[LedgerEntry]:
    """Lessons whose substitute left something out (LSN-07)."""
    if not world.takes:
        return
    names = [teacher.name.full.lower().replace("ё", "е") for teacher in world.school.teachers]
    for item in world.entries(journal.group.id).replaced:
        known = names.count(item.as_named.lower().replace("ё", "е")) == 1 and item.noted <= world.now
        lesson = next((one for one in journal.lessons if one is item.lesson), None)
        deadline = journal.due(lesson, 1) if lesson is not None else None
        if not known or lesson is None or deadline is None or deadline >= world.now:
            continue
        if not lesson.topic.known(world.now) or journal.lacks_homework(lesson):
            yield journal.entry("LSN-07", True, lesson=lesson)


def crowded_lessons(journals: list[JournalLedger]) -> Iterator[LedgerEntry]:
    """Lessons at which the pupils have another one (LSN-09)."""
    places: dict[tuple[date, int], list[tuple[JournalLedger, Lesson]]] = {}
    for journal in journals:
        if not journal.group.individual and not journal.group.subject.extracurricular:
            for lesson in journal.lessons:
                places.setdefault((lesson.date, lesson.slot), []).append((journal, lesson))
    for held in places.values():
        for journal, lesson in held:
            mine = journal.pupils_here()
            for other, beside in held:
                theirs = other.pupils_here()
                near = journal.group.school_class is other.group.school_class or journal.shares_pupils(other)
                crowded = near and 2 * len(mine & theirs) >= min(len(mine), len(theirs))
                if beside.id < lesson.id and mine and theirs and crowded:
                    yield journal.entry("LSN-09", True, lesson=lesson)
                    break
