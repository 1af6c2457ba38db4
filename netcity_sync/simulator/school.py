"""A school made from a seed: classes, pupils, families of journals, teachers, and who teaches what when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from netcity_sync.simulator.calendar import Calendar, Term
from netcity_sync.simulator.curriculum import SUBJECTS, Subject, hours
from netcity_sync.simulator.names import Name, adult, child

_LETTERS = "АБВГДЕЖЗИКЛМ"
_FULL_LOAD = 22
_PRIMARY_LAST = 4
_DAYS = 5


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil on the list of a class from `start` up to, not including, `left`. `ability` 0..1 shapes the marks."""

    id: int
    name: Name
    class_id: int
    start: date
    left: date | None
    home_schooled: bool
    ability: float

    def listed(self, day: date) -> bool:
        """Whether the pupil is on the list of the class on that day."""
        return self.start <= day and (self.left is None or day < self.left)


@dataclass(frozen=True, slots=True)
class Teacher:
    """A member of staff."""

    id: int
    name: Name


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class with its class teacher."""

    id: int
    name: str
    grade: int
    chief: Teacher


@dataclass(frozen=True, slots=True)
class Group:
    """A journal. `slots` are its places in the week, as (weekday, number in the day)."""

    id: int
    name: str
    school_class: SchoolClass
    subject: Subject
    subgroup: str | None
    teacher: Teacher
    pupils: tuple[Pupil, ...]
    slots: tuple[tuple[int, int], ...]
    terms: tuple[Term, ...]
    individual: bool = False

    @property
    def rated(self) -> bool:
        """Whether the journal gets marks."""
        return self.subject.rated and self.school_class.grade > 1


@dataclass(frozen=True, slots=True)
class School:
    """Everything that does not change with the hours of a day."""

    id: int
    name: str
    calendar: Calendar
    classes: tuple[SchoolClass, ...]
    pupils: tuple[Pupil, ...]
    teachers: tuple[Teacher, ...]
    groups: tuple[Group, ...]


def grades_of(count: int) -> list[int]:
    """The grades of `count` classes, spread over the school."""
    if count == 1:
        return [7]
    if count <= 11:
        return [1 + round(number * 10 / (count - 1)) for number in range(count)]
    return [1 + number * 11 // count for number in range(count)]


def make_school(seed: int, grades: Sequence[int], calendar: Calendar) -> School:
    """The school of a seed with a class of each of these grades."""
    return _Maker(Random(f"school-{seed}"), calendar).make(seed, grades)


@dataclass(slots=True)
class _Maker:
    random: Random
    calendar: Calendar
    teachers: list[Teacher] = field(default_factory=list)
    load: dict[int, int] = field(default_factory=dict)
    of_subject: dict[str, list[Teacher]] = field(default_factory=dict)
    busy: set[tuple[int, int, int]] = field(default_factory=set)
    next_id: int = 1000

    def make(self, seed: int, grades: Sequence[int]) -> School:
        classes = [self._class(grade, grades[:place].count(grade)) for place, grade in enumerate(grades)]
        home = {item.id for item in classes if item.grade >= 5}
        home = set(sorted(home)[::2])
        pupils = [pupil for item in classes for pupil in self._pupils(item, item.id in home)]
        groups = [
            group for item in classes for group in self._groups(item, [p for p in pupils if p.class_id == item.id])
        ]
        return School(
            id=100 + seed % 900,
            name=f"МБОУ «СОШ № {1 + seed % 199}»",
            calendar=self.calendar,
            classes=tuple(classes),
            pupils=tuple(pupils),
            teachers=tuple(self.teachers),
            groups=tuple(groups),
        )

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id

    def _teacher(self) -> Teacher:
        teacher = Teacher(self._id(), adult(self.random))
        self.teachers.append(teacher)
        self.load[teacher.id] = 0
        return teacher

    def _class(self, grade: int, number: int) -> SchoolClass:
        chief = self._teacher()
        if grade > _PRIMARY_LAST:
            own = self.random.choice([name for name in hours(grade) if name not in _SPECIALISTS])
            self.of_subject.setdefault(own, []).append(chief)
        return SchoolClass(self._id(), f"{grade}{_LETTERS[number]}", grade, chief)

    def _pupils(self, item: SchoolClass, has_home_schooled: bool) -> Iterable[Pupil]:
        random = self.random
        size = random.randint(18, 25)
        chosen = sorted({name.full: name for name in (child(random) for _ in range(size + 4))}.values(), key=_by_name)
        home = random.randrange(size) if has_home_schooled else -1
        year = self.calendar
        for place, name in enumerate(chosen[:size]):
            start, left = year.start, None
            fate = random.random()
            if place != home and fate < 0.04:
                start = _school_day(year.start + timedelta(days=random.randint(8, 220)))
            elif place != home and fate < 0.07:
                left = _school_day(year.start + timedelta(days=random.randint(15, 240)))
            yield Pupil(self._id(), name, item.id, start, left, place == home, random.random())

    def _groups(self, item: SchoolClass, pupils: list[Pupil]) -> Iterable[Group]:
        usual = [pupil for pupil in pupils if not pupil.home_schooled]
        plan = {SUBJECTS[name]: count for name, count in hours(item.grade).items()}
        staffed = {subject: self._staff(item, subject, count) for subject, count in plan.items()}
        places = self._timetable(item, plan, staffed)
        terms = self.calendar.terms_of(item.grade)
        for subject in plan:
            parts = _split(subject, usual)
            for (label, members), teacher in zip(parts, staffed[subject], strict=True):
                name = f"{subject.name}/{label}" if label else subject.name
                yield Group(
                    self._id(), name, item, subject, label, teacher, tuple(members), tuple(places[subject]), terms
                )
        for pupil in pupils:
            if pupil.home_schooled:
                yield from self._individual(item, pupil, terms)

    def _individual(self, item: SchoolClass, pupil: Pupil, terms: tuple[Term, ...]) -> Iterable[Group]:
        for day, name in enumerate(("Русский язык", "Математика" if item.grade < 7 else "Алгебра")):
            subject = SUBJECTS[name]
            (teacher,) = self._staff(item, subject, 1)
            label = f"{name} (индивидуально)"
            slots = ((day + 1, 8),)
            yield Group(self._id(), label, item, subject, None, teacher, (pupil,), slots, terms, individual=True)

    def _staff(self, item: SchoolClass, subject: Subject, count: int) -> list[Teacher]:
        """A teacher for each subgroup: the class teacher in primary school, else whoever has hours left."""
        wanted = max(1, len(subject.split))
        if subject.extracurricular or (item.grade <= _PRIMARY_LAST and subject.name not in _SPECIALISTS):
            return [item.chief]
        free = [one for one in self.of_subject.get(subject.name, []) if self.load[one.id] + count <= _FULL_LOAD]
        while len(free) < wanted:
            free.append(self._teacher())
            self.of_subject.setdefault(subject.name, []).append(free[-1])
        for teacher in free[:wanted]:
            self.load[teacher.id] += count
        return free[:wanted]

    def _timetable(
        self, item: SchoolClass, plan: dict[Subject, int], staffed: dict[Subject, list[Teacher]]
    ) -> dict[Subject, list[tuple[int, int]]]:
        """Places in the week: no subject twice a day but doubles, no teacher at two places where it can be helped."""
        free = dict.fromkeys(range(_DAYS), 1)
        places: dict[Subject, list[tuple[int, int]]] = {}
        for subject in sorted(plan, key=lambda one: (not one.double, -plan[one], one.id)):
            count = plan[subject]
            if subject.double:
                day = min(free, key=lambda one: (free[one], self.random.random()))
                places[subject] = [(day, free[day] + step) for step in range(count)]
                free[day] += count
            else:
                places[subject] = []
                for _ in range(count):
                    day = self._day(free, places[subject], staffed[subject])
                    places[subject].append((day, free[day]))
                    free[day] += 1
            for day, slot in places[subject]:
                self.busy |= {(teacher.id, day, slot) for teacher in staffed[subject]}
            places[subject].sort()
        return places

    def _day(self, free: dict[int, int], taken: list[tuple[int, int]], staff: list[Teacher]) -> int:
        used = {day for day, _ in taken}
        return min(
            free,
            key=lambda day: (
                day in used,
                free[day] > 7,
                any((teacher.id, day, free[day]) in self.busy for teacher in staff),
                free[day],
                self.random.random(),
            ),
        )


_SPECIALISTS = frozenset({"Иностранный язык (английский)", "Физическая культура", "Музыка"})


def _by_name(name: Name) -> str:
    return name.full.replace("ё", "е").replace("Ё", "Е")


def _school_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _DAYS else 0)


def _split(subject: Subject, pupils: list[Pupil]) -> list[tuple[str | None, list[Pupil]]]:
    if not subject.split:
        return [(None, pupils)]
    if subject.by_gender:
        girls = [pupil for pupil in pupils if pupil.name.female]
        boys = [pupil for pupil in pupils if not pupil.name.female]
        return [(subject.split[0], girls), (subject.split[1], boys)]
    middle = (len(pupils) + 1) // 2
    return [(subject.split[0], pupils[:middle]), (subject.split[1], pupils[middle:])]
