"""The violations that stand in one journal, told from what its teacher did: plain loops over lessons and pupils.

docs/checks.md says what each rule means. A check must find the certain entries and nothing else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.entries import Absence, Homework, Lesson, Mark, Work
from netcity_sync.simulator.school import Group, Pupil
from netcity_sync.simulator.world import World
from netcity_sync.simulator.writing import days_allowed

_DAY_ENDS = time(23, 59)
UNKNOWN_CODES = ("Н", "ОТ")
NOT_MISSED = ("ОП", "О")
EXEMPT_CODE = "ОСВ"
_GRACE_DAYS = 2
_CONTROL_WORDS = (
    "диктант", "контрольная", "лабораторная", "проверочная", "практическая", "самостоятельная", "тест", "изложение",
    "сочинение", "зачет",
)  # fmt: skip
_JOURNAL_WORDS = ("зач", "н/а", "осв")
"""Texts that a cell may hold, of those that the simulator's teachers write."""
_TWO_IN_CELL = "4/5"
_VAGUE_TYPES = ("прочее", "прочие", "прочая", "другое", "другие", "другая")
_QUARTER_NORM, _HALF_YEAR_NORM = (3, 5, 7), (5, 7, 9)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A rule broken at a place, with the parts of `compliance.finding.Place` that tell it; work by its lesson.

    `certain` says whether the syncs so far, and one more now, can prove it.
    """

    rule: str
    subject_group_id: int | None
    student_id: int | None
    lesson_id: int | None
    term_id: int | None
    certain: bool
    class_id: int | None = None
    staff_id: int | None = None
    day: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class PupilCount:
    """Lessons held for a pupil and those attended; given marks, those that vanished lately, those needed by now."""

    counted: int
    attended: int
    given: int
    ghosts: int
    needed: int

    @property
    def judged(self) -> bool:
        """Whether it can be said already that the marks are too few."""
        return self.counted >= 4 and self.attended >= 3


class JournalLedger:
    """One journal in one term, looked at with its teacher's own knowledge."""

    def __init__(self, world: World, group: Group, term: Term, days: list[date], listed: set[int]) -> None:
        self.group = group
        self.term = term
        self.now = world.now
        self.days = days
        self.listed = listed
        self.guests = {
            pupil.id: pupil.class_id
            for pupil in group.pupils
            if pupil.id in listed and pupil.class_id != group.school_class.id
        }
        self.reads = [moment for moment in world.reads.get((group.id, term.id), []) if moment <= world.now]
        self.finals_reads = [moment for moment in world.finals_reads.get(group.id, []) if moment <= world.now]
        self.finals = world.finals(group.id)
        entries = world.entries(group.id)
        lessons = [item for item in entries.lessons if item.term_id == term.id and item.visible(self.now)]
        self.lessons = sorted(lessons, key=lambda item: (item.date, item.slot))
        self.homework = [item for item in entries.homework if item.given_at.term_id == term.id]
        self.works = [item for item in entries.works if item.lesson.term_id == term.id]
        self.loose = [item for item in entries.loose_marks if item.lesson.term_id == term.id]
        self.absences = [item for item in entries.absences if item.lesson.term_id == term.id]
        self._given = {(mark.student_id, lesson.id) for lesson, mark in self._placed_marks() if mark.given(self.now)}
        self._codes = {(item.student_id, item.lesson.id): item.code.at(self.now) for item in self.absences}

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        yield from self._topics()
        yield from self._loose_marks()
        yield from self._vague_works()
        yield from self._impossible_marks()
        yield from self._marks_of_absent()
        yield from self._changed_marks()
        yield from self._homework()
        yield from self._poor_months()
        yield from self._unexplained_absences()
        if self.is_marked():
            yield from self._late_works()
            for pupil in self.pupils_on_list():
                yield from self._marks_of(pupil)

    def entry(
        self, rule: str, certain: bool, *, lesson: Lesson | None = None, student: int | None = None
    ) -> LedgerEntry:
        """An entry about this journal."""
        lesson_id = lesson.id if lesson is not None else None
        return LedgerEntry(rule, self.group.id, student, lesson_id, self.term.id, certain)

    def keyed_entry(
        self, rule: str, *, lesson: Lesson | None = None, day: str | None = None, key: str | None = None
    ) -> LedgerEntry:
        """A certain entry about this journal that a day, or a key, tells from others."""
        return replace(self.entry(rule, True, lesson=lesson), day=day, key=key)

    def is_marked(self) -> bool:
        """Whether the journal gets marks that are to be judged."""
        return self.group.rated and not self.group.subject.extracurricular and not self.group.individual

    def held(self, lesson: Lesson) -> bool:
        """Whether the day of a lesson is over."""
        return datetime.combine(lesson.date, _DAY_ENDS) < self.now

    def due(self, lesson: Lesson, school_days: int) -> datetime | None:
        """The end of the day so many school days after a lesson; None beyond the known timetable."""
        if school_days == 0:
            return datetime.combine(lesson.date, _DAY_ENDS)
        following = [day for day in self.days if day > lesson.date]
        return datetime.combine(following[school_days - 1], _DAY_ENDS) if len(following) >= school_days else None

    def late(self, deadline: datetime | None, made: datetime, seen: Iterable[datetime]) -> bool | None:
        """None: in time. False: late, but nobody can prove it. True: a read after the deadline was still without it.

        `seen` are the reads, and now, at which the entry could be seen.
        """
        if deadline is None or made > self.now:
            return None
        first_seen = min(seen, default=None)
        before = [moment for moment in self.reads if first_seen is not None and moment < first_seen]
        proved = bool(before) and max(before) > deadline
        return proved if proved or made > deadline else None

    def moments(self) -> list[datetime]:
        """The reads so far, and the one that is about to follow now."""
        return [*self.reads, self.now]

    def _topics(self) -> Iterator[LedgerEntry]:
        for lesson in self.lessons:
            made = lesson.topic.moments[0] if lesson.topic.moments else None
            if made is None or made > self.now:
                if self.held(lesson):
                    yield self.entry("LSN-01", True, lesson=lesson)
                continue
            late = self.late(self.due(lesson, 0), made, [moment for moment in self.moments() if moment >= made])
            if late is not None:
                yield self.entry("LSN-02", late, lesson=lesson)

    def _loose_marks(self) -> Iterator[LedgerEntry]:
        for item in self.loose:
            if item.mark.visible(self.now):
                yield self.entry("LSN-05", True, lesson=item.lesson, student=item.mark.student_id)

    def _vague_works(self) -> Iterator[LedgerEntry]:
        for work in self.works:
            name = TYPE_NAMES.get(work.type_id, "").strip().lower()
            vague = not name or name.split()[0] in _VAGUE_TYPES
            if vague and any(mark.visible(self.now) for mark in work.marks):
                yield self.entry("LSN-04", True, lesson=work.lesson)

    def _impossible_marks(self) -> Iterator[LedgerEntry]:
        for lesson, mark in self._placed_marks():
            if not mark.visible(self.now):
                continue
            value = mark.value.at(self.now)
            if self.group.school_class.grade == 1:
                wrong = not isinstance(value, str)
            else:
                wrong = self.is_marked() and isinstance(value, str) and not _may_stand(value)
            if wrong:
                yield self.entry("MRK-09", True, lesson=lesson, student=mark.student_id)

    def _marks_of_absent(self) -> Iterator[LedgerEntry]:
        for item in self.absences:
            code = item.code.at(self.now)
            missed = code is not None and code not in (*NOT_MISSED, EXEMPT_CODE)
            if missed and self.has_mark(item.student_id, item.lesson) and not self.is_control(item.lesson):
                yield self.entry("MRK-05", True, lesson=item.lesson, student=item.student_id)

    def _changed_marks(self) -> Iterator[LedgerEntry]:
        """Marks that another value replaced, or nothing, after the days of grace."""
        moments = sorted(set(self.moments()))
        for lesson, mark in self._placed_marks():
            if not mark.changes:
                continue
            grace = lesson.date + timedelta(days=_GRACE_DAYS)
            proved = False
            for place, (before, after) in enumerate(pairwise(moments)):
                if not mark.given(before) or before.date() <= grace:
                    continue
                if mark.visible(after):
                    proved = proved or mark.value.at(before) != mark.value.at(after)
                elif place + 2 < len(moments):
                    proved = proved or not self._stands_elsewhere(lesson, mark, mark.value.at(before))
            values = list(zip(mark.value.moments, mark.value.values, strict=True))
            changes = [moment for (_, was), (moment, _) in pairwise(values) if was is not None]
            changes += [mark.until] if mark.until is not None else []
            if proved or any(grace < moment.date() and moment <= self.now for moment in changes):
                yield self.entry("CHG-01", proved, lesson=lesson, student=mark.student_id)

    def _stands_elsewhere(self, lesson: Lesson, gone: Mark, value: str | int | None) -> bool:
        """Whether the pupil has the same mark in another column of that lesson, or had it at the last read but one."""
        return any(
            where is lesson and mark is not gone and mark.student_id == gone.student_id and self._seen(mark) == value
            for where, mark in self._placed_marks()
        )

    def _seen(self, mark: Mark) -> str | int | None:
        """The value of a mark as the mirror believes it now: a deleted one stays until it was missed twice."""
        if mark.visible(self.now):
            return mark.value.at(self.now)
        if not self.is_ghost(mark):
            return None
        return mark.value.at(max(moment for moment in self.reads if mark.given(moment)))

    def _homework(self) -> Iterator[LedgerEntry]:
        for block in self._days_with_homework():
            yield from self._block(block, [item for item in self.homework if item.given_at in block])

    def _days_with_homework(self) -> Iterator[list[Lesson]]:
        """The lessons of each day on which homework must be given."""
        if self.group.school_class.grade == 1 or self.group.subject.extracurricular:
            return
        blocks: dict[date, list[Lesson]] = {}
        for lesson in self.lessons:
            blocks.setdefault(lesson.date, []).append(lesson)
        for day in sorted(blocks)[:-1]:
            if not any(self.is_control(lesson) for lesson in blocks[day]):
                yield blocks[day]

    def lacks_homework(self, lesson: Lesson) -> bool:
        """Whether the day of a lesson is one that needs homework, and over without it."""
        block = next((lessons for lessons in self._days_with_homework() if lesson in lessons), [])
        given = any(item.given_at in block and item.text.known(self.now) for item in self.homework)
        return bool(block) and self.held(block[-1]) and not given

    def _poor_months(self) -> Iterator[LedgerEntry]:
        months: dict[tuple[int, int], list[list[Lesson]]] = {}
        for block in self._days_with_homework():
            day = block[-1].date
            if (day.year, day.month) < (self.now.year, self.now.month):
                months.setdefault((day.year, day.month), []).append(block)
        for blocks in months.values():
            given = sum(
                any(item.given_at in block and item.text.known(self.now) for item in self.homework) for block in blocks
            )
            if len(blocks) >= 3 and len(blocks) - given >= 2 and given * 100 < 80 * len(blocks):
                yield self.entry("HW-07", True, lesson=blocks[-1][-1])

    def _block(self, block: list[Lesson], homework: list[Homework]) -> Iterator[LedgerEntry]:
        known = [item.text.moments[0] for item in homework if item.text.known(self.now)]
        if not known:
            if self.held(block[-1]):
                yield self.entry("HW-01", True, lesson=block[-1])
            return
        made = min(known)
        late = self.late(self.due(block[-1], 0), made, [moment for moment in self.moments() if moment >= made])
        if late is not None:
            yield self.entry("HW-02", late, lesson=block[-1])

    def code(self, student_id: int, lesson: Lesson) -> str | int | None:
        """The code of attendance of a pupil at a lesson, if there is one."""
        return self._codes.get((student_id, lesson.id))

    def has_mark(self, student_id: int, lesson: Lesson) -> bool:
        """Whether a pupil has a given mark at a lesson."""
        return (student_id, lesson.id) in self._given

    def is_control(self, lesson: Lesson) -> bool:
        """Whether a control work stands in the column of a lesson, or in its topic."""
        return self.has_control_column(lesson) or is_control_text(str(lesson.topic.at(self.now) or ""))

    def has_control_column(self, lesson: Lesson) -> bool:
        """Whether a column of that lesson is a control work."""
        return any(
            work.lesson is lesson and work.created <= self.now and is_control_text(TYPE_NAMES.get(work.type_id, ""))
            for work in self.works
        )

    def _late_works(self) -> Iterator[LedgerEntry]:
        for work in self.works:
            moments = [moment for mark in work.marks if (moment := mark.first_given()) is not None]
            if not moments or work.type_id not in TYPE_NAMES:
                continue
            deadline = self.due(work.lesson, days_allowed(work.type_id, self.group.school_class.grade))
            seen = [moment for moment in self.moments() if any(mark.given(moment) for mark in work.marks)]
            late = self.late(deadline, min(moments), seen)
            seen = [moment for moment in self.moments() if any(mark.given(moment) for mark in work.marks)]
            late = self.late(deadline, min(moments), seen)
            if late is not None:
                yield self.entry("MRK-10", late, lesson=work.lesson)

    def _unexplained_absences(self) -> Iterator[LedgerEntry]:
        for item in self.absences:
            if item.code.at(self.now) not in UNKNOWN_CODES or not self._is_on_list(item):
                continue
            deadline = self.due(item.lesson, 3)
            if deadline is not None and deadline < self.now:
                yield self.entry("ATT-03", True, lesson=item.lesson, student=item.student_id)

    def _is_on_list(self, item: Absence) -> bool:
        return item.student_id in self.pupils_here() and item.student_id in self.listed

    def pupils_on_list(self) -> list[Pupil]:
        """The pupils on the journal's list who are still in the class."""
        return [pupil for pupil in self.group.pupils if pupil.start <= self.now.date() and pupil.id in self.listed]

    def pupils_here(self) -> set[int]:
        """The pupils on the journal's own list, who left the class among them."""
        return {pupil.id for pupil in self.group.pupils if pupil.start <= self.now.date()}

    def of_class(self, class_id: int) -> set[int]:
        """The pupils of the journal who are of a class: of its own one all but those of others."""
        if class_id == self.group.school_class.id:
            return self.pupils_here() - self.guests.keys()
        return {pupil for pupil, own in self.guests.items() if own == class_id}

    def classes(self) -> set[int]:
        """Its class, and those of the pupils of others."""
        return {self.group.school_class.id, *self.guests.values()}

    def shares_pupils(self, other: "JournalLedger") -> bool:
        """Whether somebody is in both: in two of one class by their lists, else only who certainly is."""
        if self.group.school_class is other.group.school_class:
            return bool(self.pupils_here() & other.pupils_here())
        both = self.pupils_here() & self.listed & other.pupils_here() & other.listed
        return any(pupil in self.guests or pupil in other.guests for pupil in both)

    def count(self, pupil: Pupil) -> PupilCount:
        """The lessons and marks of a pupil in this journal."""
        counted = [lesson for lesson in self.lessons if self.held(lesson) and lesson.date >= pupil.start]
        missed = {
            id(item.lesson)
            for item in self.absences
            if item.student_id == pupil.id and item.code.known(self.now) and item.code.at(self.now) not in NOT_MISSED
        }
        marks = [mark for mark in self._all_marks() if mark.student_id == pupil.id]
        return PupilCount(
            counted=len(counted),
            attended=sum(id(lesson) not in missed for lesson in counted),
            given=sum(mark.given(self.now) for mark in marks),
            ghosts=sum(self.excuses(mark) for mark in marks),
            needed=max(1, -(-self.norm() * len(counted) // len(self.lessons))),
        )

    def _marks_of(self, pupil: Pupil) -> Iterator[LedgerEntry]:
        count = self.count(pupil)
        least = min(4, (len(self.lessons) + 1) // 2)
        attended_enough = count.attended >= min(3, count.counted if least < 3 else 3)
        if count.given == 0 and count.counted >= least and attended_enough:
            yield self.entry("MRK-01", count.ghosts == 0, student=pupil.id)
        if count.given == 1 and count.counted >= 6 and count.attended >= 3:
            yield self.entry("MRK-02", count.ghosts == 0, student=pupil.id)
        if count.judged and count.given < count.needed:
            yield self.entry("ACC-01", count.given + count.ghosts < count.needed, student=pupil.id)

    def marks_with_works(self) -> list[tuple[Work | None, Mark]]:
        """All marks with their columns, whether they stand now or not."""
        return [
            *((work, mark) for work in self.works for mark in work.marks),
            *((None, item.mark) for item in self.loose),
        ]

    def seen_value(self, mark: Mark) -> int | None:
        """The value of a mark as the mirror believes it, where it is one."""
        value = self._seen(mark)
        return value if isinstance(value, int) else None

    def _all_marks(self) -> list[Mark]:
        return [mark for _, mark in self._placed_marks()]

    def _placed_marks(self) -> list[tuple[Lesson, Mark]]:
        """All marks with their lessons, whether they stand now or not."""
        in_columns = [(work.lesson, mark) for work in self.works for mark in work.marks]
        return [*in_columns, *((item.lesson, item.mark) for item in self.loose)]

    def is_ghost(self, mark: Mark) -> bool:
        """Whether a mark is deleted but the mirror cannot believe it yet: it was seen, and not missed twice."""
        if mark.until is None or mark.until > self.now:
            return False
        was_seen = any(mark.given(moment) for moment in self.reads)
        return was_seen and not any(mark.until <= moment < self.now for moment in self.reads)

    def excuses(self, mark: Mark) -> int:
        """How many marks it may be, though it is none: a deleted one, or two in one cell."""
        return 2 if self.two_in_cell(mark) else int(self.is_ghost(mark))

    def two_in_cell(self, mark: Mark) -> bool:
        """Whether it is two marks in one cell, as the mirror believes it."""
        return self.in_mirror(mark) and self.value_in_mirror(mark) == _TWO_IN_CELL

    def in_mirror(self, mark: Mark) -> bool:
        """Whether the mirror still believes in a cell: it stands, or was missed once only."""
        if mark.visible(self.now):
            return True
        if mark.until is None or mark.until > self.now or not any(mark.visible(moment) for moment in self.reads):
            return False
        return not any(mark.until <= moment < self.now for moment in self.reads)

    def value_in_mirror(self, mark: Mark) -> str | int | None:
        """What a mark is as the mirror believes it."""
        moment = self.now if mark.visible(self.now) else max(one for one in self.reads if mark.visible(one))
        return mark.value.at(moment)

    def norm(self) -> int:
        """The marks that a pupil should have by the end of the term."""
        norms = _HALF_YEAR_NORM if "полугодие" in self.term.name else _QUARTER_NORM
        return norms[min(self.lessons_a_week(), 3) - 1]

    def lessons_a_week(self) -> int:
        """Lessons of the term by its weeks with lessons, rounded half up."""
        weeks = {day - timedelta(days=day.weekday()) for day in self.days if self.term.start <= day <= self.term.end}
        return max(1, (2 * len(self.lessons) + len(weeks)) // (2 * len(weeks)))


def _may_stand(text: str) -> bool:
    """Whether a text may stand in a cell of a marked journal: a word of the journal, or marks with a stroke between."""
    return text in _JOURNAL_WORDS or all(part in ("1", "2", "3", "4", "5") for part in text.split("/"))


def is_control_text(text: str) -> bool:
    """Whether a type of work, or a topic, names a control work."""
    return text.lower().replace("ё", "е").startswith(_CONTROL_WORDS)
