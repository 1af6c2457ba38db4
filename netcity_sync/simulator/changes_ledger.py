"""What was changed in a term that is closed, or lost from a journal at once: read after read, with the teacher's eyes.

docs/checks.md says what CHG-02 and CHG-05 mean.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.entries import Lesson, Mark
from netcity_sync.simulator.journal_ledger import LedgerEntry
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.world import World

_CLOSED_AFTER = timedelta(days=7)
_DAY_ENDS = time(23, 59)
_MANY = 10
_LARGE_PART = 0.2
_TOPIC_CHARACTERS = 3

Placed = tuple[Lesson, Mark]
Moments = tuple[datetime, datetime]


class ChangesLedger:
    """One journal in one term."""

    def __init__(self, world: World, group: Group, term: Term) -> None:
        self.group = group
        self.term = term
        self.moments = sorted(
            {*(item for item in world.reads.get((group.id, term.id), []) if item <= world.now), world.now}
        )
        entries = world.entries(group.id)
        self.lessons = [item for item in entries.lessons if item.term_id == term.id]
        self.homework = [item for item in entries.homework if item.given_at.term_id == term.id]
        self.works = [item for item in entries.works if item.lesson.term_id == term.id]
        self.absences = [item for item in entries.absences if item.lesson.term_id == term.id]
        self.marks: list[Placed] = [(work.lesson, mark) for work in self.works for mark in work.marks]
        self.marks += [(item.lesson, item.mark) for item in entries.loose_marks if item.lesson.term_id == term.id]
        self.deleted = [mark for _, mark in self.marks if mark.until is not None]
        self.starts = {pupil.id: pupil.start for pupil in group.pupils}
        self._shown: dict[datetime, set[int]] = {}

    def violations(self) -> Iterator[LedgerEntry]:
        """Both rules."""
        pairs = list(pairwise(self.moments))
        days = {after.date() for before, after in pairs if self._closed(before) and self._changed((before, after))}
        for day in sorted(days):
            yield LedgerEntry("CHG-02", self.group.id, None, None, self.term.id, True, day=day.isoformat())
        if any(self._shrunk(pair) or self._lost(pair) for pair in pairs):
            yield LedgerEntry("CHG-05", self.group.id, None, None, self.term.id, True)

    def _closed(self, moment: datetime) -> bool:
        return moment.date() > self.term.end + _CLOSED_AFTER

    def _confirmed(self, pair: Moments) -> bool:
        """Whether what vanished between two reads was missed by one more."""
        return pair[1] < self.moments[-1]

    def _changed(self, pair: Moments) -> bool:
        before, after = pair
        topics = any(
            lesson.visible(before) and lesson.visible(after) and _topic(lesson, before) != _topic(lesson, after)
            for lesson in self.lessons
        )
        return topics or any(self._mark_changed(placed, pair) for placed in self.marks)

    def _mark_changed(self, placed: Placed, pair: Moments) -> bool:
        (lesson, mark), (before, after) = placed, pair
        was, now = mark.value.at(before), mark.value.at(after)
        listed = self.starts[mark.student_id] <= before.date()
        match mark.visible(before), mark.visible(after):
            case True, True:
                return listed and was != now and (isinstance(was, int) or isinstance(now, int))
            case False, True:
                moved = any(
                    other.given(before) and not other.visible(after) and other.value.at(before) == now
                    for other in self._beside(lesson, mark)
                )
                return listed and isinstance(now, int) and not moved
            case True, False if isinstance(was, int) and self._confirmed(pair):
                return all(self._seen(other) != was for other in self._beside(lesson, mark))
            case _:
                return False

    def _beside(self, lesson: Lesson, mark: Mark) -> list[Mark]:
        """The other marks of the pupil at that lesson."""
        return [
            other
            for where, other in self.marks
            if where is lesson and other is not mark and other.student_id == mark.student_id
        ]

    def _seen(self, mark: Mark) -> str | int | None:
        """What the mirror believes of a mark: one that the last read alone lacked still stands."""
        seen = [moment for moment in self.moments[-2:] if mark.visible(moment)]
        return mark.value.at(seen[-1]) if seen else None

    def _shrunk(self, pair: Moments) -> bool:
        """Whether a read lacked so much that the journal was read again at once."""
        before, after = pair
        records = self._records(before)
        lost = len(records - self._records(after))
        return lost >= _MANY and lost > _LARGE_PART * len(records)

    def _records(self, moment: datetime) -> set[int]:
        """Everything that the page shows at a moment, which is looked at twice: as before and as after."""
        if moment not in self._shown:
            self._shown[moment] = self._look(moment)
        return self._shown[moment]

    def _look(self, moment: datetime) -> set[int]:
        shown: list[object] = [pupil for pupil in self.group.pupils if pupil.start <= moment.date()]
        shown += [item for item in self.lessons if item.visible(moment)]
        shown += [item for item in self.homework if item.text.known(moment)]
        shown += [item for item in self.works if item.created <= moment]
        shown += [mark for _, mark in self.marks if mark.visible(moment)]
        shown += [item for item in self.absences if item.code.known(moment)]
        return {id(item) for item in shown}

    def _lost(self, pair: Moments) -> bool:
        """Whether many marks, or a held and written lesson, vanished for good."""
        before, after = pair
        if not self._confirmed(pair):
            return False
        gone = [mark for mark in self.deleted if mark.given(before) and not mark.visible(after)]
        if len(gone) >= _MANY and sum(not self._came_since(mark, pair) for mark in gone) >= _MANY:
            return True
        return any(
            lesson.visible(before) and not lesson.visible(after)
            and datetime.combine(lesson.date, _DAY_ENDS) < before
            and len(_topic(lesson, before)) >= _TOPIC_CHARACTERS
            and not any(self._instead(other, lesson, pair) for other in self.lessons)
            for lesson in self.lessons
        )  # fmt: skip

    def _came_since(self, gone: Mark, pair: Moments) -> bool:
        """Whether the pupil got a mark of that value at that read or later."""
        before, value = pair[0], gone.value.at(pair[0])
        since = [moment for moment in self.moments if moment >= before]
        return any(
            mark.given(new) and mark.value.at(new) == value and not (mark.given(old) and mark.value.at(old) == value)
            for _, mark in self.marks
            if mark.student_id == gone.student_id
            for old, new in pairwise(since)
        )

    def _instead(self, other: Lesson, lost: Lesson, pair: Moments) -> bool:
        """Whether a lesson came when another went, or later with its topic."""
        before, after = pair
        if other is lost or any(other.visible(moment) for moment in self.moments if moment <= before):
            return False
        later = [moment for moment in self.moments if moment >= after and other.visible(moment)]
        return bool(later) and (later[0] == after or any(_topic(other, m) == _topic(lost, before) for m in later))


def _topic(lesson: Lesson, moment: datetime) -> str:
    return str(lesson.topic.at(moment) or "").strip()
