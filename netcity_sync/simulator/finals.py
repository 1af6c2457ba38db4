"""Final marks: when each teacher writes them, and what; one truth for the journal's own call and for the reports.

They have draws of their own, made after the journal was written: nothing that habits wrote depends on them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from netcity_sync.simulator.absences import EXEMPT, LATE
from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.entries import GroupEntries, History
from netcity_sync.simulator.habits import Habit, later_day
from netcity_sync.simulator.school import Group, Pupil, School

NOT_ATTESTED = "н/а"
_DAYS_BEFORE = 2
_TOO_MUCH_MISSED = 2 / 3
_GRADES_WITH_A_CERTIFICATE = (9, 11)


@dataclass(slots=True)
class Final:
    """A final mark: 1..5 or a text, and the moments at which it was written; `until` is when it was deleted."""

    student_id: int
    kind: str
    term_id: int | None
    value: History = field(default_factory=History)
    until: datetime | None = None

    def shown(self, now: datetime) -> str | int | None:
        """What stands in its cell at `now`."""
        return self.value.at(now) if self.until is None or now < self.until else None


def write_finals(school: School, group: Group, habit: Habit, entries: GroupEntries, seed: int) -> list[Final]:
    """All final marks of a journal over the year, the same for the same seed."""
    if not group.rated:
        return []
    return list(_Finals(school, group, habit, entries, Random(f"finals-{seed}-{group.id}")).write())


@dataclass(slots=True)
class _Finals:
    school: School
    group: Group
    habit: Habit
    entries: GroupEntries
    random: Random

    def write(self) -> Iterator[Final]:
        """Term by term, then the year."""
        of_terms: dict[int, list[Final]] = {}
        for term in self.group.terms:
            made = self._moment(term)
            for pupil in [one for one in self.group.pupils if one.listed(made.date())]:
                final = self._of_term(pupil, term, made)
                if final is not None:
                    of_terms.setdefault(pupil.id, []).append(final)
                    yield final
        for pupil in self.group.pupils:
            yield from self._of_year(pupil, of_terms.get(pupil.id, []))

    def _moment(self, term: Term) -> datetime:
        """When the teacher sits down to it: some school days before the term's last one, or after it is due."""
        days = [day for day in self.school.calendar.school_days(self.group.school_class.grade)
                if term.start <= day <= term.end]  # fmt: skip
        due = days[-1 - _DAYS_BEFORE]
        if self.habit is Habit.LATE and self.random.random() < 0.6:
            return later_day(self.random, due, 1, 8)
        if self.habit is Habit.BATCH:
            return datetime.combine(due, time(15)) + timedelta(minutes=self.random.randint(0, 180))
        early = self.random.choice(days[-4 - _DAYS_BEFORE : -_DAYS_BEFORE])
        return datetime.combine(early, time(14)) + timedelta(minutes=self.random.randint(0, 480))

    def _of_term(self, pupil: Pupil, term: Term, made: datetime) -> Final | None:
        random = self.random
        final = Final(pupil.id, "term", term.id)
        value = self._value(pupil, term)
        if self.habit is Habit.FORGETFUL and random.random() < 0.08:
            if random.random() < 0.4:
                return None
            made = later_day(random, made.date(), 2, 14)
        if value is None:
            return None
        final.value.set(made, value)
        self._second_thoughts(final, term, made)
        return final

    def _value(self, pupil: Pupil, term: Term) -> str | int | None:
        """The rounded average as it will be when the term is over, with a slip now and then; none for who was away."""
        random, fate = self.random, self.random.random()
        missed, held = self._missed(pupil, term)
        marks = _marks_of(self.entries, pupil, term)
        if held and missed / held > _TOO_MUCH_MISSED:
            return NOT_ATTESTED if fate < 0.7 else 3
        if not marks:
            return NOT_ATTESTED if fate < 0.3 else 3 if fate < 0.6 else None
        if fate < 0.004:
            return random.choice((NOT_ATTESTED, "осв", "зач"))
        weight = sum(item for _, item in marks)
        value = int(sum(mark * item for mark, item in marks) / weight + 0.5)
        if fate < 0.03:
            return min(5, max(2, value + random.choice((1, 1, -1))))
        return value

    def _missed(self, pupil: Pupil, term: Term) -> tuple[int, int]:
        """Lessons missed, and lessons held while the pupil was on the list."""
        end = _evening(term.end)
        held = {item.id for item in self.entries.lessons
                if item.term_id == term.id and item.visible(end) and pupil.start <= item.date}  # fmt: skip
        missed = sum(
            item.student_id == pupil.id and item.lesson.id in held and item.code.at(end) not in (None, LATE, EXEMPT)
            for item in self.entries.absences
        )
        return missed, len(held)

    def _second_thoughts(self, final: Final, term: Term, made: datetime) -> None:
        """Some marks are changed: while there is time, after the term, or are taken away by mistake."""
        fate, value = self.random.random(), final.value.values[0]
        after = later_day(self.random, max(made.date(), term.end), 3, 30)
        if value == NOT_ATTESTED:
            if fate < 0.3:
                final.value.set(after, 3)
        elif fate < 0.012 and isinstance(value, int):
            final.value.set(after, value + 1 if value < 5 else 4)
        elif fate < 0.016:
            final.until = after
        elif fate < 0.03 and isinstance(value, int):
            final.value.set(made + timedelta(minutes=self.random.randint(5, 900)), value)

    def _of_year(self, pupil: Pupil, finals: list[Final]) -> Iterator[Final]:
        """The rounded average of the terms, soon after the last of them is there."""
        last = [item for item in finals if item.term_id == self.group.terms[-1].id]
        if not last:
            return
        made = last[0].value.moments[0] + timedelta(minutes=self.random.randint(10, 900))
        values = [value for item in finals if isinstance(value := item.shown(made), int)]
        if not values or self.random.random() < 0.02:
            return
        year = int(sum(values) / len(values) + 0.5)
        if self.random.random() < 0.03:
            year = year - 1 if year > 2 else year + 1
        kinds = ("year", "final") if self.group.school_class.grade in _GRADES_WITH_A_CERTIFICATE else ("year",)
        for kind in kinds:
            final = Final(pupil.id, kind, None)
            final.value.set(made, year)
            yield final


def _marks_of(entries: GroupEntries, pupil: Pupil, term: Term) -> list[tuple[int, int]]:
    """The given marks of a pupil as they stand when the term is over, with the weights of their works."""
    end = _evening(term.end)
    return [
        (value, work.weight)
        for work in entries.works
        if work.lesson.term_id == term.id
        for mark in work.marks
        if mark.student_id == pupil.id and mark.given(end) and isinstance(value := mark.value.at(end), int)
    ]


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(23, 59))
