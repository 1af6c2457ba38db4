"""How the entries of one journal come about: a teacher with a habit goes through the year lesson by lesson."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from netcity_sync.simulator.absences import EXEMPT, LATE, UNKNOWN, PupilYear, explained_after, truancy_code
from netcity_sync.simulator.attendance_oddities import spoil_attendance
from netcity_sync.simulator.control_oddities import fail_some_works
from netcity_sync.simulator.curriculum import ANSWER_TYPE, TYPE_NAMES, homework, topic
from netcity_sync.simulator.entries import (
    DELETED_AFTER,
    Absence,
    GroupEntries,
    Homework,
    Lesson,
    LooseMark,
    Mark,
    Work,
)
from netcity_sync.simulator.habits import (
    HOMEWORK_FORGOTTEN,
    TOPIC_FORGOTTEN,
    Habit,
    checked_moment,
    entry_moment,
    later_day,
    lesson_end,
)
from netcity_sync.simulator.haste import add_haste
from netcity_sync.simulator.lazy_homework import add_lazy_homework
from netcity_sync.simulator.losses import add_losses
from netcity_sync.simulator.oddities import add_oddities
from netcity_sync.simulator.replacements import replace_teachers
from netcity_sync.simulator.school import Group, Pupil, School
from netcity_sync.simulator.topic_oddities import add_topic_oddities

_CONTROL_EVERY = 7
_CONTROL_EVERY_STINGY = 14
_WEIGHT_ANSWER, _WEIGHT_CONTROL = 10, 20
_IDS_A_GROUP, _FIRST_ODD_ID, _FIRST_HASTY_ID = 100_000, 90_000, 95_000
_IDS_A_GROUP, _FIRST_ODD_ID, _FIRST_LOST_ID = 100_000, 90_000, 97_000
_DAYS_ALLOWED = {8: 1, 5: 2, 4: 3, 6: 5, 12: 7, 11: 7}
_MOVED_SLOT = 9
_SPORT = "Физическая культура"


def days_allowed(type_id: int, grade: int) -> int:
    """School days in which marks of a work are due, by the usual local act."""
    if TYPE_NAMES.get(type_id) == "Сочинение" and grade >= 9:
        return 10
    return _DAYS_ALLOWED.get(type_id, 0)


def write_journal(school: School, group: Group, habit: Habit, years: dict[int, PupilYear], seed: int) -> GroupEntries:
    """All entries of a journal over the year, the same for the same seed."""
    place = school.groups.index(group)
    entries = _Writer(school, group, habit, years, Random(f"{seed}-{group.id}"), place * _IDS_A_GROUP).write()
    add_topic_oddities(entries, group, Random(f"topics-{seed}-{group.id}"))
    add_oddities(entries, group, Random(f"oddities-{seed}-{group.id}"), place * _IDS_A_GROUP + _FIRST_ODD_ID)
    replace_teachers(entries, school, group, seed)
    add_haste(entries, group, Random(f"haste-{seed}-{group.id}"), place * _IDS_A_GROUP + _FIRST_HASTY_ID)
    add_lazy_homework(entries, Random(f"homework-{seed}-{group.id}"))
    add_losses(entries, group, Random(f"losses-{seed}-{group.id}"), place * _IDS_A_GROUP + _FIRST_LOST_ID)
    spoil_attendance(entries, school, group, seed)
    fail_some_works(entries, Random(f"failed-{seed}-{group.id}"))
    return entries


@dataclass(slots=True)
class _Writer:
    school: School
    group: Group
    habit: Habit
    years: dict[int, PupilYear]
    random: Random
    last_id: int
    entries: GroupEntries = field(default_factory=GroupEntries)
    counts: dict[tuple[int, int], int] = field(default_factory=dict)
    loose: set[tuple[int, int]] = field(default_factory=set)

    def write(self) -> GroupEntries:
        """Timetable first, then lesson by lesson."""
        held = self._timetable()
        for number, lesson in enumerate(held):
            present = self._attendance(lesson)
            control = self._control_type(number, lesson, held)
            self._topic(lesson, number, control)
            following = held[number + 1] if number + 1 < len(held) else lesson
            self._homework(lesson, following if following.term_id == lesson.term_id else lesson, control)
            if self.group.rated:
                self._marks(lesson, number, control, present, held)
        return self.entries

    def _id(self) -> int:
        self.last_id += 1
        return self.last_id

    def _timetable(self) -> list[Lesson]:
        """The lessons of the year as they were held; those that were moved away stay in the entries only."""
        days = self.school.calendar.school_days(self.group.school_class.grade)
        held = []
        for term in self.group.terms:
            dates = [day for day in days if term.start <= day <= term.end]
            for day in dates:
                for slot in (slot for weekday, slot in self.group.slots if weekday == day.weekday()):
                    lesson = Lesson(self._id(), term.id, day, slot)
                    self.entries.lessons.append(lesson)
                    held.append(self._moved(lesson, dates) if self.random.random() < 0.008 else lesson)
        held.sort(key=lambda lesson: (lesson.date, lesson.slot))
        return held

    def _moved(self, lesson: Lesson, dates: list[date]) -> Lesson:
        """Announce some days ahead that a lesson is held another day; without such a day it stays where it is."""
        later = [day for day in self._dates_after(lesson) if day in dates][2:5]
        if not later:
            return lesson
        announced = datetime.combine(lesson.date - timedelta(days=self.random.randint(2, 5)), time(15))
        lesson.until = announced
        new = Lesson(self._id(), lesson.term_id, self.random.choice(later), _MOVED_SLOT, since=announced)
        self.entries.lessons.append(new)
        return new

    def _dates_after(self, lesson: Lesson) -> list[date]:
        days = self.school.calendar.school_days(self.group.school_class.grade)
        return [day for day in days if day > lesson.date]

    def _pupils(self, lesson: Lesson) -> Iterator[Pupil]:
        return (pupil for pupil in self.group.pupils if pupil.listed(lesson.date))

    def _attendance(self, lesson: Lesson) -> list[Pupil]:
        """Mark who is away; answers with those who are there."""
        present = []
        noted = lesson_end(lesson.date, lesson.slot) - timedelta(minutes=self.random.randint(5, 40))
        for pupil in self._pupils(lesson):
            year = self.years[pupil.id]
            away = year.on(lesson.date)
            if away is not None:
                self._absent(pupil, lesson, noted, away.code, away.explained)
            elif self._exempt(year, lesson):
                self._absent(pupil, lesson, noted, EXEMPT, noted)
            elif self.random.random() < year.truant:
                explained = explained_after(self.random, lesson.date)
                self._absent(pupil, lesson, noted, truancy_code(self.random), explained)
            else:
                present.append(pupil)
                if self.random.random() < 0.004:
                    self._absent(pupil, lesson, noted, LATE, noted)
        return present

    def _exempt(self, year: PupilYear, lesson: Lesson) -> bool:
        sport = self.group.subject.name == _SPORT
        return sport and year.exempt_until is not None and lesson.date <= year.exempt_until

    def _absent(self, pupil: Pupil, lesson: Lesson, noted: datetime, code: str, explained: datetime | None) -> None:
        absence = Absence(pupil.id, lesson)
        if explained is None or explained > noted:
            absence.code.set(noted, UNKNOWN)
        if explained is not None:
            absence.code.set(max(explained, noted), code)
        self.entries.absences.append(absence)

    def _control_type(self, number: int, lesson: Lesson, held: list[Lesson]) -> int | None:
        """The kind of written work of this lesson, if it is one."""
        works = self.group.subject.works
        every = _CONTROL_EVERY_STINGY if self.habit is Habit.STINGY else _CONTROL_EVERY
        if not works or not self.group.rated or self.group.individual or number % every != every - 2:
            return None
        return works[(number // every) % len(works)]

    def _topic(self, lesson: Lesson, number: int, control: int | None) -> None:
        if self.habit is Habit.FORGETFUL and self.random.random() < TOPIC_FORGOTTEN:
            return
        text = topic(self.group.subject, number)
        if control is not None:
            text = f"{TYPE_NAMES[control]} по теме «{text}»"
        lesson.topic.set(entry_moment(self.random, self.habit, lesson.date, lesson.slot), text)

    def _homework(self, lesson: Lesson, due: Lesson, control: int | None) -> None:
        """First-graders get none, control works mostly none, a double lesson only at its end."""
        random = self.random
        twin = lesson.date == due.date and lesson is not due
        if self.group.school_class.grade == 1 or self.group.subject.extracurricular or twin:
            return
        if control is not None and random.random() < 0.8:
            return
        if self.habit is Habit.FORGETFUL and random.random() < HOMEWORK_FORGOTTEN:
            return
        entry = Homework(self._id(), lesson, due)
        made = entry_moment(random, self.habit, lesson.date, lesson.slot)
        entry.text.set(made, homework(self.group.subject, random))
        if random.random() < 0.03:
            entry.text.set(made + timedelta(minutes=random.randint(30, 3000)), homework(self.group.subject, random))
        self.entries.homework.append(entry)

    def _marks(
        self, lesson: Lesson, number: int, control: int | None, present: list[Pupil], held: list[Lesson]
    ) -> None:
        if control is not None:
            self._written_work(lesson, control, present)
        asked = self._asked(lesson, present, sum(other.term_id == lesson.term_id for other in held))
        if asked:
            made = entry_moment(self.random, self.habit, lesson.date, lesson.slot)
            work = Work(self._id(), ANSWER_TYPE, "Ответ на уроке", lesson, _WEIGHT_ANSWER, made)
            work.marks = [self._mark(pupil, made, lesson) for pupil in asked]
            self.entries.works.append(work)
            self._delete_some(work)
        if self.habit in (Habit.FORGETFUL, Habit.STINGY) and present and self.random.random() < 0.1:
            self._loose_mark(lesson, self.random.choice(present))

    def _asked(self, lesson: Lesson, present: list[Pupil], planned: int) -> list[Pupil]:
        """Who answers at a lesson: those with the fewest marks first; a stingy teacher asks the same few."""
        if self.group.individual:
            return present if self.random.random() < 0.5 else []
        if self.habit is Habit.STINGY:
            return [pupil for pupil in present if pupil.id % 4 == 0 and self.random.random() < 0.5]
        norm = 3 if planned < 12 else 5 if planned < 20 else 8
        count = round(len(self.group.pupils) * norm * 1.6 / max(planned, 1)) + 1
        order = sorted(present, key=lambda pupil: (self._count(pupil, lesson), self.random.random()))
        return order[:count]

    def _count(self, pupil: Pupil, lesson: Lesson) -> int:
        return self.counts.get((pupil.id, lesson.term_id), 0)

    def _written_work(self, lesson: Lesson, type_id: int, present: list[Pupil]) -> None:
        """A work that the whole class writes; some of the absent write it later."""
        random = self.random
        allowed = days_allowed(type_id, self.group.school_class.grade)
        created = entry_moment(random, self.habit, lesson.date, lesson.slot)
        checked = max(created, checked_moment(random, self.habit, lesson.date, lesson.slot, allowed))
        work = Work(self._id(), type_id, TYPE_NAMES[type_id], lesson, _WEIGHT_CONTROL, created)
        work.marks = [self._mark(pupil, checked, lesson) for pupil in present]
        here = {pupil.id for pupil in present}
        for pupil in self._pupils(lesson):
            if pupil.id not in here and random.random() < 0.5:
                work.marks.append(self._mark(pupil, later_day(random, checked.date(), 4, 12), lesson))
        self.entries.works.append(work)
        self._delete_some(work)

    def _mark(self, pupil: Pupil, made: datetime, lesson: Lesson) -> Mark:
        """A mark by ability; some begin as a duty mark, some bad ones are put right later."""
        random = self.random
        mark = Mark(pupil.id)
        if random.random() < 0.01:
            mark.value.set(made, None)
            made += timedelta(days=random.randint(2, 10))
        value = min(5, max(2, round(random.gauss(2.9 + 2 * pupil.ability, 0.7))))
        mark.value.set(made, value)
        if value == 2 and random.random() < 0.2:
            mark.value.set(made + timedelta(days=random.randint(2, 15)), random.choice((3, 4)))
        key = (pupil.id, lesson.term_id)
        self.counts[key] = self.counts.get(key, 0) + 1
        return mark

    def _delete_some(self, work: Work) -> None:
        """Now and then a mark is taken away; never the first of a work, so that the work stays visible."""
        for mark in work.marks[1:]:
            if self.random.random() < 0.006:
                mark.until = mark.value.moments[-1] + DELETED_AFTER + timedelta(hours=self.random.randint(1, 400))

    def _loose_mark(self, lesson: Lesson, pupil: Pupil) -> None:
        if (pupil.id, lesson.id) in self.loose:
            return
        self.loose.add((pupil.id, lesson.id))
        made = entry_moment(self.random, self.habit, lesson.date, lesson.slot)
        mark = self._mark(pupil, made, lesson)
        if self.random.random() < 0.3:
            mark.until = mark.value.moments[-1] + DELETED_AFTER + timedelta(hours=self.random.randint(1, 200))
        self.entries.loose_marks.append(LooseMark(lesson, mark))
