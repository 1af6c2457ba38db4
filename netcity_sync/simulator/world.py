"""A school at a moment: what its journals show when its clock stands at `now`."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random

from netcity_sync.simulator.absences import plan_absences
from netcity_sync.simulator.calendar import Calendar, Term, calendar_of
from netcity_sync.simulator.combined import combine, with_parallel
from netcity_sync.simulator.curriculum import HOMEWORK_TYPE
from netcity_sync.simulator.entries import GroupEntries, Lesson, Mark, Work
from netcity_sync.simulator.finals import Final, write_finals
from netcity_sync.simulator.habits import Habit, deal_habits
from netcity_sync.simulator.school import Group, Pupil, School, grades_of, make_school
from netcity_sync.simulator.writing import write_journal

_YEAR_BEGINS = 8


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson as a journal shows it."""

    id: int
    date: date
    slot: int
    topic: str | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """An assignment as a journal shows it; `issue_lesson_id` is where homework was given."""

    id: int
    type_id: int
    name: str
    lesson_id: int
    issue_lesson_id: int | None
    weight: int


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark as a journal shows it: `value`, or `text` where something else stands; a duty mark has neither."""

    student_id: int
    assignment_id: int | None
    lesson_id: int
    value: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """A mark of attendance as a journal shows it."""

    student_id: int
    lesson_id: int
    code: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A journal in a term as it stands at a moment."""

    students: tuple[Pupil, ...]
    lessons: tuple[LessonRow, ...]
    assignments: tuple[AssignmentRow, ...]
    marks: tuple[MarkRow, ...]
    absences: tuple[AbsenceRow, ...]


class World:
    """A school and its clock. Journals are written when first asked for, always the same for the same seed.

    `now` is naive local time; the school year is the one that holds the first `now` (August to July). A school with
    `combined` journals has two parallel classes at least.
    """

    def __init__(self, seed: int, classes: int, now: datetime, *, combined: bool = False) -> None:
        first_year = now.year if now.month >= _YEAR_BEGINS else now.year - 1
        self.seed = seed
        self.now = now
        self.school = _school(seed, classes, calendar_of(first_year), combined=combined)
        self.groups = {group.id: group for group in self.school.groups}
        self.terms = {term.id: term for group in self.school.groups for term in group.terms}
        self.habits: dict[int, Habit] = deal_habits(self.school, Random(f"habits-{seed}"))
        self.reads: dict[tuple[int, int], list[datetime]] = {}
        self.roster_reads: dict[int, list[datetime]] = {}
        self.takes: list[datetime] = []
        self.finals_reads: dict[int, list[datetime]] = {}
        self._years = plan_absences(self.school, Random(f"absences-{seed}"))
        self._entries: dict[int, GroupEntries] = {}
        self._finals: dict[int, list[Final]] = {}

    def move(self, now: datetime) -> None:
        """Set the clock."""
        self.now = now

    def begun_terms(self, group: Group) -> tuple[Term, ...]:
        """The terms of a journal that have begun."""
        return tuple(term for term in group.terms if term.start <= self.now.date())

    def entries(self, group_id: int) -> GroupEntries:
        """Everything that is ever written into a journal, whatever the clock says."""
        if group_id not in self._entries:
            group = self.groups[group_id]
            habit = self.habits[group.teacher.id]
            self._entries[group_id] = write_journal(self.school, group, habit, self._years, self.seed)
        return self._entries[group_id]

    def finals(self, group_id: int) -> list[Final]:
        """Every final mark that is ever written into a journal."""
        if group_id not in self._finals:
            group = self.groups[group_id]
            habit = self.habits[group.teacher.id]
            self._finals[group_id] = write_finals(self.school, group, habit, self.entries(group_id), self.seed)
        return self._finals[group_id]

    def final(self, group_id: int, student_id: int, kind: str, term_id: int | None = None) -> str | int | None:
        """What stands now in a cell of the final marks."""
        return next(
            (
                item.shown(self.now)
                for item in self.finals(group_id)
                if (item.student_id, item.kind, item.term_id) == (student_id, kind, term_id)
            ),
            None,
        )

    def roster(self, class_id: int) -> list[Pupil]:
        """The pupils on the list of a class today."""
        today = self.now.date()
        return [pupil for pupil in self.school.pupils if pupil.class_id == class_id and pupil.listed(today)]

    def note_read(self, group_id: int, term_id: int) -> None:
        """Remember that a journal was shown whole at this moment; what is certain in the ledger depends on it."""
        self._note(self.reads.setdefault((group_id, term_id), []))

    def note_roster_read(self, class_id: int) -> None:
        """Remember that the list of a class was shown at this moment."""
        self._note(self.roster_reads.setdefault(class_id, []))

    def note_finals_read(self, group_id: int) -> None:
        """Remember that the final marks of a journal were shown at this moment."""
        self._note(self.finals_reads.setdefault(group_id, []))

    def _note(self, reads: list[datetime]) -> None:
        if not reads or reads[-1] != self.now:
            reads.append(self.now)

    def note_take(self) -> None:
        """Remember that the exchange folder was taken as it is at this moment."""
        self.takes.append(self.now)

    def lessons(self, group_id: int) -> list[LessonRow]:
        """The lessons of a journal over the year as they stand now."""
        return [
            LessonRow(item.id, item.date, item.slot, _text(item.topic.at(self.now)))
            for item in self.entries(group_id).lessons
            if item.visible(self.now)
        ]

    def journal(self, group_id: int, term_id: int) -> JournalPage:
        """What the journal shows now. Pupils who left stay on its list, with their marks."""
        now = self.now
        entries = self.entries(group_id)
        lessons = tuple(
            LessonRow(item.id, item.date, item.slot, _text(item.topic.at(now)))
            for item in sorted(entries.lessons, key=lambda item: (item.date, item.slot))
            if item.term_id == term_id and item.visible(now)
        )
        works = [work for work in entries.works if work.lesson.term_id == term_id and work.created <= now]
        marks = [_mark(mark, work.id, work.lesson, now) for work in works for mark in work.marks if mark.visible(now)]
        marks += [
            _mark(item.mark, None, item.lesson, now)
            for item in entries.loose_marks
            if item.lesson.term_id == term_id and item.mark.visible(now)
        ]
        return JournalPage(
            students=tuple(pupil for pupil in self.groups[group_id].pupils if pupil.start <= now.date()),
            lessons=lessons,
            assignments=(*self._homework(entries, term_id), *(_column(work) for work in works)),
            marks=tuple(marks),
            absences=tuple(
                AbsenceRow(item.student_id, item.lesson.id, str(item.code.at(now)))
                for item in entries.absences
                if item.lesson.term_id == term_id and item.code.known(now)
            ),
        )

    def _homework(self, entries: GroupEntries, term_id: int) -> list[AssignmentRow]:
        return [
            AssignmentRow(item.id, HOMEWORK_TYPE, str(item.text.at(self.now)), item.due_at.id, item.given_at.id, 0)
            for item in entries.homework
            if item.given_at.term_id == term_id and item.text.known(self.now)
        ]


def _school(seed: int, classes: int, calendar: Calendar, *, combined: bool) -> School:
    if not combined:
        return make_school(seed, grades_of(classes), calendar)
    random = Random(f"combined-{seed}")
    grades = grades_of(classes)
    if classes > 1 and len(set(grades)) == classes:
        grades = with_parallel(grades_of(classes - 1), random)
    school = make_school(seed, grades, calendar)
    return replace(school, groups=tuple(combine(school.groups, random)))


def _column(work: Work) -> AssignmentRow:
    return AssignmentRow(work.id, work.type_id, work.name, work.lesson.id, None, work.weight)


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _mark(mark: Mark, assignment_id: int | None, lesson: Lesson, now: datetime) -> MarkRow:
    value = mark.value.at(now)
    number, text = (value, None) if isinstance(value, int) else (None, value)
    return MarkRow(mark.student_id, assignment_id, lesson.id, number, text)
