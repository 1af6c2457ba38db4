"""The violations of one journal that show how pupils were asked: control works, marks «2», long silence, haste."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.entries import Lesson, Mark
from netcity_sync.simulator.journal_ledger import NOT_MISSED, JournalLedger, LedgerEntry, is_control_text
from netcity_sync.simulator.school import Pupil
from netcity_sync.simulator.writing import days_allowed

_EXEMPT = "ОСВ"
_THERE = (None, *NOT_MISSED)
_CONTROL_WORK, _DICTATION = 4, 8
_DEBT_DAYS = 10
_MISSED_BEFORE = _ATTENDED_AFTER = 3
_NOT_ASKED = 5
_MANY_MARKS, _MANY_DATES, _RECENT = 10, 5, timedelta(hours=36)


class MarksLedger(JournalLedger):
    """One journal in one term."""

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        if not self.is_marked():
            return
        self._numbered = [lesson for lesson in self.lessons if self.held(lesson)]
        self._known = {lesson.id for lesson in self.lessons}
        self._at: dict[int, list[tuple[Lesson, Mark]]] = {}
        for lesson, mark in self._placed_marks():
            self._at.setdefault(lesson.id, []).append((lesson, mark))
        self._judged = [
            pupil for pupil in self.group.pupils if pupil.start <= self.now.date() and pupil.id in self.listed
        ]
        for works in self._work_days():
            yield from self._work(works)
        for pupil in self._judged:
            yield from self._twos(pupil)
        yield from self._not_asked()
        yield from self._at_once()

    def _work_days(self) -> Iterator[list[tuple[Lesson, int]]]:
        """The judged works of each day whose deadline is over, each with the school days allowed."""
        days: dict[date, list[tuple[Lesson, int]]] = {}
        for lesson in self._numbered:
            types = [
                work.type_id
                for work in self.works
                if work.lesson is lesson
                and work.created <= self.now
                and is_control_text(TYPE_NAMES.get(work.type_id, ""))
            ]
            topic = str(lesson.topic.at(self.now) or "").lower()
            types += [_CONTROL_WORK] if topic.startswith("контрольная") else []
            types += [_DICTATION] if topic.startswith("диктант") else []
            if types:
                allowed = max(days_allowed(kind, self.group.school_class.grade) for kind in types)
                days.setdefault(lesson.date, []).append((lesson, allowed))
        for works in days.values():
            deadline = self.due(works[-1][0], max(allowed for _, allowed in works))
            if deadline is not None and deadline < self.now:
                yield works

    def _work(self, works: list[tuple[Lesson, int]]) -> Iterator[LedgerEntry]:
        last = works[-1][0]
        cells = [
            (mark.student_id, mark.visible(self.now), self.in_mirror(mark))
            for lesson, mark in self._placed_marks()
            if lesson.id in self._known and lesson.date == last.date
        ]
        marked = {student for student, now, _ in cells if now}
        proved = {student for student, _, seen in cells if seen}
        without = []
        for pupil in self._judged:
            if pupil.start > last.date or pupil.id in marked:
                continue
            codes = [self.code(pupil.id, lesson) for lesson, _ in works]
            if all(code in _THERE for code in codes):
                without.append(pupil)
            elif all(code not in (*_THERE, _EXEMPT) for code in codes) and marked:
                back = next((one for one in self._numbered if self._is_back(pupil, one, last)), None)
                due = self.due(back, _DEBT_DAYS) if back is not None else None
                if due is not None and due < self.now:
                    yield self.entry("MRK-04", pupil.id not in proved, lesson=last, student=pupil.id)
        if without:
            yield self.entry("MRK-03", any(pupil.id not in proved for pupil in without), lesson=last)

    def _is_back(self, pupil: Pupil, lesson: Lesson, work: Lesson) -> bool:
        return lesson.date > work.date and self.code(pupil.id, lesson) in _THERE

    def _twos(self, pupil: Pupil) -> Iterator[LedgerEntry]:
        marks = [
            (lesson, mark)
            for lesson, mark in self._placed_marks()
            if mark.student_id == pupil.id and lesson.id in self._known
        ]
        for place, lesson in enumerate(self._numbered):
            bad = any(
                where is lesson and mark.given(self.now) and mark.value.at(self.now) == 2 for where, mark in marks
            )
            if not bad or lesson.date < pupil.start:
                continue
            if lesson.date in (self.lessons[0].date, self.lessons[-1].date):
                yield self.entry("MRK-07", True, lesson=lesson, student=pupil.id)
            if not self._away(pupil, lesson) and self._missed_before(pupil, place) >= _MISSED_BEFORE:
                yield self.entry("MRK-06", True, lesson=lesson, student=pupil.id)
            attended = [one for one in self._numbered[place + 1 :] if self.code(pupil.id, one) in _THERE]
            if len(attended) >= _ATTENDED_AFTER:
                later = [value for where, mark in marks if (value := self._answer(lesson, where, mark)) is not None]
                if not any(mark.given(self.now) for mark in later):
                    yield self.entry("MRK-08", not later, lesson=lesson, student=pupil.id)

    def _answer(self, lesson: Lesson, where: Lesson, mark: Mark) -> Mark | None:
        """A mark, if it puts a «2» of a lesson right: a better one of the same lesson, or any later one."""
        value = self._seen(mark)
        if self.two_in_cell(mark):
            value = 5
        if not isinstance(value, int):
            return None
        later = (where.date, where.slot, where.id) > (lesson.date, lesson.slot, lesson.id)
        return mark if later or (where is lesson and value > 2) else None

    def _away(self, pupil: Pupil, lesson: Lesson) -> bool:
        return self.code(pupil.id, lesson) not in (*_THERE, _EXEMPT)

    def _missed_before(self, pupil: Pupil, place: int) -> int:
        count = 0
        for lesson in reversed(self._numbered[:place]):
            if lesson.date < pupil.start or not self._away(pupil, lesson):
                break
            count += 1
        return count

    def _not_asked(self) -> Iterator[LedgerEntry]:
        if len(self._numbered) == len(self.lessons):
            return
        places = {lesson.id: place for place, lesson in enumerate(self._numbered)}
        last: dict[int, int] = {}
        believed: dict[int, int] = {}
        for lesson, mark in self._placed_marks():
            place = places.get(lesson.id, len(self.lessons))
            if mark.visible(self.now) and mark.value.at(self.now) is not None:
                last[mark.student_id] = max(place, last.get(mark.student_id, 0))
            if self.in_mirror(mark) and self.value_in_mirror(mark) is not None:
                believed[mark.student_id] = max(place, believed.get(mark.student_id, 0))
        least = max(_NOT_ASKED, -(-_NOT_ASKED * self._lessons_a_week() // 2))
        truly = [pupil for pupil in self._judged if self._silence(pupil, last) >= least]
        proved = [pupil for pupil in self._judged if self._silence(pupil, believed) >= least]
        if truly or proved:
            yield self.entry("MRK-11", bool(proved))

    def _silence(self, pupil: Pupil, last: dict[int, int]) -> int:
        """Lessons attended since the last mark; 0 where there is none."""
        if pupil.id not in last:
            return 0
        following = self._numbered[last[pupil.id] + 1 :]
        return sum(lesson.date >= pupil.start and self.code(pupil.id, lesson) in _THERE for lesson in following)

    def _lessons_a_week(self) -> int:
        weeks = {day - timedelta(days=day.weekday()) for day in self.days if self.term.start <= day <= self.term.end}
        return max(1, (2 * len(self.lessons) + len(weeks)) // (2 * len(weeks)))

    def _at_once(self) -> Iterator[LedgerEntry]:
        moments = sorted(set(self.moments()))
        starts = {pupil.id: pupil.start for pupil in self.group.pupils}
        crowds: dict[tuple[int, int], list[tuple[Lesson, Mark]]] = {}
        for lesson, mark in self._placed_marks():
            number = next((number for number, moment in enumerate(moments) if mark.given(moment)), 0)
            if number and lesson.id in self._known and starts[mark.student_id] <= moments[number - 1].date():
                value = mark.value.at(moments[number])
                if isinstance(value, int) and not self._stood_before(lesson, mark, value, moments[:number]):
                    crowds.setdefault((number, value), []).append((lesson, mark))
        told = set()
        for (number, value), crowd in sorted(crowds.items(), key=lambda item: item[0]):
            recent = moments[number] - moments[number - 1] <= _RECENT
            many = len(crowd) >= _MANY_MARKS and len({lesson.date for lesson, _ in crowd}) >= _MANY_DATES
            day = moments[number].date().isoformat()
            if recent and many and (day, value) not in told:
                told.add((day, value))
                yield LedgerEntry(
                    "MRK-12", self.group.id, None, None, self.term.id, True, day=day, key=str(value)
                )  # fmt: skip

    def _stood_before(self, lesson: Lesson, new: Mark, value: int, moments: list[datetime]) -> bool:
        """Whether the pupil had the same mark at that lesson in another column."""
        return any(
            where is lesson
            and mark is not new
            and mark.student_id == new.student_id
            and any(mark.given(moment) and mark.value.at(moment) == value for moment in moments)
            for where, mark in self._at[lesson.id]
        )
