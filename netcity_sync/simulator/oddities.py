"""What goes wrong in a journal now and then, whoever keeps it, and what only looks so.

It has draws of its own, made after the teacher wrote the journal: nothing that habits wrote depends on it.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from netcity_sync.simulator.absences import UNKNOWN
from netcity_sync.simulator.curriculum import ANSWER_TYPE, OTHER_TYPE, PROJECT_TYPE, STRAY_TYPE, TYPE_NAMES
from netcity_sync.simulator.entries import DELETED_AFTER, Absence, GroupEntries, Lesson, Mark, Work
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.school import Group, Pupil

_TEXTS = ("5+", "4-", "6", "зачтено ли", "зач", "н/а", "осв", "4/5")
"""Half of them are no marks of any scale."""
_WEIGHT = 10


def add_oddities(entries: GroupEntries, group: Group, random: Random, last_id: int) -> None:
    """Add to a written journal what nobody means to write."""
    _Oddities(entries, group, random, last_id).add()


@dataclass(slots=True)
class _Oddities:
    entries: GroupEntries
    group: Group
    random: Random
    last_id: int

    def add(self) -> None:
        """Lesson by lesson."""
        away = {(item.student_id, item.lesson.id) for item in self.entries.absences}
        for lesson in [item for item in self.entries.lessons if item.until is None]:
            here = [pupil for pupil in self.group.pupils if pupil.listed(lesson.date)]
            present = [pupil for pupil in here if (pupil.id, lesson.id) not in away]
            if not present:
                continue
            if self.group.school_class.grade == 1:
                self._mark_in_first_grade(lesson, present)
            elif self.group.rated:
                self._text(lesson, present)
                self._vague_work(lesson, present)
                self._mark_of_absent(lesson, [pupil for pupil in here if (pupil.id, lesson.id) in away])
            self._wrong_absence(lesson, present)
        self._plan_ahead()

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def _work(self, lesson: Lesson, type_id: int, *values: tuple[Pupil, str | int | None]) -> Work:
        """A column that is made, and filled, on the day of the lesson."""
        self.last_id += 1
        made = lesson_end(lesson.date, lesson.slot) + timedelta(minutes=self.random.randint(1, 200))
        name = TYPE_NAMES.get(type_id, "Работа")
        work = Work(self.last_id, type_id, name, lesson, _WEIGHT, made)
        for pupil, value in values:
            mark = Mark(pupil.id)
            mark.value.set(made, value)
            work.marks.append(mark)
        self.entries.works.append(work)
        return work

    def _delete(self, work: Work) -> None:
        """Take the marks away, a few days later."""
        for mark in work.marks:
            mark.until = mark.value.moments[-1] + DELETED_AFTER + timedelta(hours=self.random.randint(1, 200))

    def _mark_in_first_grade(self, lesson: Lesson, present: list[Pupil]) -> None:
        if self._happens(0.01):
            work = self._work(lesson, ANSWER_TYPE, (self.random.choice(present), self.random.choice((5, 4, None))))
            if self._happens(0.4):
                self._delete(work)

    def _text(self, lesson: Lesson, present: list[Pupil]) -> None:
        if self._happens(0.015):
            work = self._work(lesson, ANSWER_TYPE, (self.random.choice(present), self.random.choice(_TEXTS)))
            if self._happens(0.2):
                self._delete(work)

    def _vague_work(self, lesson: Lesson, present: list[Pupil]) -> None:
        """A work of no kind with a mark; of a proper kind, without marks, or with one that is taken away."""
        if not self._happens(0.015):
            return
        type_id = self.random.choice((OTHER_TYPE, STRAY_TYPE, PROJECT_TYPE))
        value = self.random.choice((5, 4, 3, None, "зач"))
        fate = self.random.random()
        work = self._work(lesson, type_id, *([] if fate < 0.2 else [(self.random.choice(present), value)]))
        if fate > 0.8:
            self._delete(work)

    def _mark_of_absent(self, lesson: Lesson, absent: list[Pupil]) -> None:
        if absent and self._happens(0.02):
            work = self._work(lesson, ANSWER_TYPE, (self.random.choice(absent), self.random.choice((3, 4, None))))
            if self._happens(0.3):
                self._delete(work)

    def _wrong_absence(self, lesson: Lesson, present: list[Pupil]) -> None:
        """A pupil who is there is noted as away; the class teacher may clear it up, or call it an illness."""
        if not self._happens(0.025):
            return
        absence = Absence(self.random.choice(present).id, lesson)
        noted = lesson_end(lesson.date, lesson.slot) - timedelta(minutes=5)
        absence.code.set(noted, UNKNOWN)
        if self._happens(0.6):
            cleared = noted + timedelta(days=self.random.randint(1, 6), hours=1)
            absence.code.set(cleared, self.random.choice(("Б", "УП", "НП", "ОП")))
        self.entries.absences.append(absence)

    def _plan_ahead(self) -> None:
        """Some works stand in the journal days before they are written."""
        for work in self.entries.works:
            if work.type_id not in (ANSWER_TYPE, OTHER_TYPE, STRAY_TYPE) and self._happens(0.3):
                days = self.random.randint(2, 6)
                planned = datetime.combine(work.lesson.date - timedelta(days=days), time(16))
                if work.lesson.since is None or work.lesson.since < planned:
                    work.created = planned
