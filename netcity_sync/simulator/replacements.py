"""Lessons that somebody else gave: who, when the office noted it, and what the journal lost by it.

It has draws of its own, made after the journal was written: no other lesson depends on it.
"""

from datetime import datetime, time, timedelta
from random import Random

from netcity_sync.model import Substitution
from netcity_sync.simulator.entries import GroupEntries, History, Replacement
from netcity_sync.simulator.school import Group, School

_STRANGER = "Нигдеев Никто Никтович"


def replace_teachers(entries: GroupEntries, school: School, group: Group, seed: int) -> None:
    """Draw which lessons somebody else gives; some of these forget the journal, whose entries are taken away."""
    random = Random(f"replacements-{seed}-{group.id}")
    others = [one for one in school.teachers if one.name.full.lower() != group.teacher.name.full.lower()]
    if group.subject.extracurricular or not others:
        return
    for lesson in entries.lessons:
        if random.random() >= 0.02:
            continue
        substitute, named = random.choice(others), random.random() < 0.9
        noted = datetime.combine(lesson.date - timedelta(days=random.randint(0, 2)), time(7, 30))
        name = substitute.name.full if named else _STRANGER
        forgets_topic, forgets_homework = random.random() < 0.35, random.random() < 0.35
        if lesson.since is not None or lesson.until is not None:
            continue
        entries.replaced.append(Replacement(lesson, substitute, name, noted))
        if forgets_topic:
            lesson.topic = History()
        if forgets_homework:
            entries.homework = [item for item in entries.homework if item.given_at is not lesson]


def as_handed_in(group: Group, item: Replacement) -> Substitution:
    """The row of the office's table."""
    return Substitution(
        held_on=item.lesson.date,
        slot=item.lesson.slot,
        class_name=group.school_class.name,
        group_name=group.name if group.individual else group.subgroup or "",
        subject=group.subject.name,
        absent=group.teacher.name.full,
        substitute=item.as_named,
    )
