"""What is taken out of a journal again: whole columns wiped, held lessons deleted; and what only looks like a loss.

It has draws of its own, made after everything else was written: nothing else depends on it.
"""

from datetime import timedelta
from random import Random

from netcity_sync.simulator.entries import GroupEntries, Lesson
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.school import Group

_MANY, _FEW = 14, 8
_KEPT_FOR = timedelta(days=3)


def add_losses(entries: GroupEntries, group: Group, random: Random, last_id: int) -> None:
    """Take things out of a written journal; a lesson that is made anew gets a number after `last_id`."""
    _wipe_columns(entries, random)
    if group.subject.extracurricular:
        _delete_lessons(entries, random, last_id)


def _wipe_columns(entries: GroupEntries, random: Random) -> None:
    """All marks of a column go at one moment: of a large one it is a loss, of a small one it is not."""
    for work in entries.works:
        count = len(work.marks)
        chance = 0.04 if count >= _MANY else 0.02 if 1 < count <= _FEW else 0
        if random.random() >= chance:
            continue
        last = max(moment for mark in work.marks for moment in mark.value.moments)
        wiped = last + _KEPT_FOR + timedelta(minutes=random.randint(0, 10_000))
        for mark in work.marks:
            mark.until = min(mark.until, wiped) if mark.until is not None else wiped


def _delete_lessons(entries: GroupEntries, random: Random, last_id: int) -> None:
    """Lessons that nothing but a topic, or not even one, stands in; some are made anew at once."""
    busy = {item.lesson.id for item in entries.absences}
    for lesson in [item for item in entries.lessons if item.until is None and item.id not in busy]:
        fate = random.random()
        if fate >= 0.06:
            continue
        written = lesson.topic.moments[-1] if lesson.topic.moments else lesson_end(lesson.date, lesson.slot)
        gone = max(written, lesson_end(lesson.date, lesson.slot)) + _KEPT_FOR
        lesson.until = gone + timedelta(minutes=random.randint(0, 5_000))
        if fate < 0.02:
            last_id += 1
            new = Lesson(last_id, lesson.term_id, lesson.date, lesson.slot, since=lesson.until)
            if lesson.topic.moments:
                new.topic.set(lesson.until, lesson.topic.values[-1])
            entries.lessons.append(new)
