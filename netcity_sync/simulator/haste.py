"""Marks given in haste: many of one kind on one evening, or a «2» to who has just come back; and what only looks so.

It has draws of its own, made after the journal was written.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from netcity_sync.simulator.absences import EXEMPT, LATE
from netcity_sync.simulator.curriculum import ANSWER_TYPE
from netcity_sync.simulator.entries import GroupEntries, Lesson, Mark, Work
from netcity_sync.simulator.habits import lesson_end
from netcity_sync.simulator.school import Group, Pupil

_WEIGHT = 10
_SHARE_OF_TERMS = 0.25
_SHARE_OF_RETURNS = 0.15


def add_haste(entries: GroupEntries, group: Group, random: Random, last_id: int) -> None:
    """Add such marks to a written journal with marks."""
    if group.rated and not group.individual and not group.subject.extracurricular:
        _Haste(entries, group, random, last_id).add()


@dataclass(slots=True)
class _Haste:
    entries: GroupEntries
    group: Group
    random: Random
    last_id: int

    def add(self) -> None:
        """Term by term, then pupil by pupil."""
        held = [lesson for lesson in self.entries.lessons if lesson.until is None]
        held.sort(key=lambda lesson: (lesson.date, lesson.slot))
        away = {
            (item.student_id, item.lesson.id)
            for item in self.entries.absences
            if not {EXEMPT, LATE} & set(item.code.values)
        }
        for term in self.group.terms:
            lessons = [lesson for lesson in held if lesson.term_id == term.id]
            if self.random.random() < _SHARE_OF_TERMS:
                self._many_at_once(lessons, away)
            for pupil in self.group.pupils:
                self._after_return(pupil, lessons, away)

    def _many_at_once(self, lessons: list[Lesson], away: set[tuple[int, int]]) -> None:
        """Four to seven lessons get one to four equal marks each, on the evening of the last of them."""
        count = self.random.randint(4, 7)
        if len(lessons) < count + 2:
            return
        first = self.random.randint(0, len(lessons) - count)
        value = self.random.choice((5, 5, 4))
        evening = datetime.combine(lessons[first + count - 1].date, time(18)) + timedelta(
            minutes=self.random.randint(0, 150)
        )
        for lesson in lessons[first : first + count]:
            here = [one for one in self.group.pupils if one.listed(lesson.date) and (one.id, lesson.id) not in away]
            self._work(lesson, evening, value, self.random.sample(here, min(len(here), self.random.randint(1, 4))))

    def _after_return(self, pupil: Pupil, lessons: list[Lesson], away: set[tuple[int, int]]) -> None:
        missed = 0
        for lesson in lessons:
            if (pupil.id, lesson.id) in away:
                missed += 1
                continue
            if missed >= 2 and pupil.listed(lesson.date) and self.random.random() < _SHARE_OF_RETURNS:
                made = lesson_end(lesson.date, lesson.slot) + timedelta(minutes=self.random.randint(1, 90))
                self._work(lesson, made, 2, [pupil])
            missed = 0

    def _work(self, lesson: Lesson, made: datetime, value: int, pupils: list[Pupil]) -> None:
        self.last_id += 1
        work = Work(self.last_id, ANSWER_TYPE, "Ответ на уроке", lesson, _WEIGHT, made)
        for pupil in pupils:
            mark = Mark(pupil.id)
            mark.value.set(made, value)
            work.marks.append(mark)
        self.entries.works.append(work)
