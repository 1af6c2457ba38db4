"""What goes wrong with attendance in a class: it is not taken for days, noted days later, somebody plays truant.

It has draws of its own, made over what stands in a journal already; days without attendance and truants are those of
a class, the same in all of its journals.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from netcity_sync.simulator.entries import Absence, GroupEntries, History
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.school import Group, School

_TRUANCY = "НП"
_NOTED_LATE = 0.02


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What befalls a class: days on which nobody takes attendance, and days on which a pupil plays truant."""

    untaken: tuple[date, date]
    truant: int
    truancy: tuple[date, date]


def spoil_attendance(entries: GroupEntries, school: School, group: Group, seed: int) -> None:
    """Change the absences of a written journal."""
    trouble = _trouble(school, group, Random(f"class-attendance-{seed}-{group.school_class.id}"))
    random = Random(f"attendance-{seed}-{group.id}")
    _play_truant(entries, group, trouble, random)
    first, last = trouble.untaken
    entries.absences = [item for item in entries.absences if not first <= item.lesson.date <= last]
    _note_late(entries, random)


def _trouble(school: School, group: Group, random: Random) -> _Trouble:
    start = school.calendar.start
    untaken = start + timedelta(days=random.randint(10, 70))
    truancy = start + timedelta(days=random.randint(0, 90))
    pupils = [pupil.id for pupil in school.pupils if pupil.class_id == group.school_class.id]
    return _Trouble(
        (untaken, untaken + timedelta(days=random.randint(0, 24))),
        random.choice(pupils),
        (truancy, truancy + timedelta(days=random.randint(2, 18))),
    )


def _play_truant(entries: GroupEntries, group: Group, trouble: _Trouble, random: Random) -> None:
    """Add truancy where the pupil has neither an absence nor a mark."""
    if trouble.truant not in {pupil.id for pupil in group.pupils}:
        return
    taken = {item.lesson.id for item in entries.absences if item.student_id == trouble.truant}
    placed = [(work.lesson, mark) for work in entries.works for mark in work.marks]
    placed += [(item.lesson, item.mark) for item in entries.loose_marks]
    taken |= {lesson.id for lesson, mark in placed if mark.student_id == trouble.truant}
    listed = next(pupil for pupil in group.pupils if pupil.id == trouble.truant).listed
    first, last = trouble.truancy
    for lesson in entries.lessons:
        here = lesson.until is None and first <= lesson.date <= last and listed(lesson.date)
        if here and lesson.id not in taken and random.random() < 0.6:
            absence = Absence(trouble.truant, lesson)
            absence.code.set(lesson_end(lesson.date, lesson.slot) - timedelta(minutes=5), _TRUANCY)
            entries.absences.append(absence)


def _note_late(entries: GroupEntries, random: Random) -> None:
    """Now and then all absences of a lesson are noted days later, with whatever became of them."""
    for lesson in entries.lessons:
        if random.random() >= _NOTED_LATE:
            continue
        delay = timedelta(days=random.randint(1, 6))
        for item in entries.absences:
            if item.lesson is lesson:
                item.code = History([moment + delay for moment in item.code.moments], item.code.values)
