"""Whether attendance is taken, in time, and what absences add up to: plain loops over lessons, pupils and days."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from netcity_sync.simulator.entries import Absence, Lesson
from netcity_sync.simulator.journal_ledger import EXEMPT_CODE, NOT_MISSED, JournalLedger, LedgerEntry
from netcity_sync.simulator.school import Pupil

_TRUANCY = "НП"
_DAYS_OF_SHARE = 20


def attendance_of_journal(journal: JournalLedger, starts: dict[int, date]) -> Iterator[LedgerEntry]:
    """What shows in one journal; `starts` tells when each pupil of the school came."""
    for lesson in journal.lessons:
        late = [
            proved
            for item in journal.absences
            if item.lesson is lesson and (proved := _noted_late(journal, item, starts)) is not None
        ]
        if late:
            yield journal.entry("ATT-02", any(late), lesson=lesson)
    if journal.is_marked():
        for pupil in journal.pupils_on_list():
            counted = [lesson for lesson in journal.lessons if journal.held(lesson) and lesson.date >= pupil.start]
            away = sum(_is_away(journal.code(pupil.id, lesson)) for lesson in counted)
            if len(counted) >= 5 and away * 10 > 4 * len(counted):
                yield journal.entry("ATT-06", True, student=pupil.id)


def _is_away(code: str | int | None) -> bool:
    return code is not None and code not in (*NOT_MISSED, EXEMPT_CODE)


def _noted_late(journal: JournalLedger, item: Absence, starts: dict[int, date]) -> bool | None:
    """As `JournalLedger.late`; proved only where the lesson and the pupil could be seen without the absence."""
    made = item.code.moments[0]
    seen = [moment for moment in journal.moments() if moment >= made]
    if not seen or not _is_away(item.code.at(min(seen))):
        return None
    late = journal.late(journal.due(item.lesson, 0), made, seen)
    if not late:
        return late
    before = max(moment for moment in journal.reads if moment < min(seen))
    return item.lesson.visible(before) and starts[item.student_id] <= before.date()


def truancy_of_class(journals: list[JournalLedger], pupils: list[Pupil], class_id: int) -> Iterator[LedgerEntry]:
    """Months in which pupils of a class were truant often."""
    ordinary = [journal for journal in journals if not journal.group.subject.extracurricular]
    here = {id(journal): journal.of_class(class_id) for journal in ordinary}
    for pupil in pupils:
        months: dict[tuple[int, int], list[bool]] = {}
        for journal in ordinary:
            if pupil.id not in here[id(journal)]:
                continue
            for lesson in journal.lessons:
                if journal.held(lesson) and lesson.date >= pupil.start:
                    truant = journal.code(pupil.id, lesson) == _TRUANCY
                    months.setdefault((lesson.date.year, lesson.date.month), []).append(truant)
        for (year, month), lessons in months.items():
            now = journals[0].now
            over = (year, month) < (now.year, now.month)
            much = over and len(lessons) >= 20 and 10 * sum(lessons) >= 3 * len(lessons)
            if sum(lessons) >= 10 or much:
                key = f"{year}-{month:02}"
                yield LedgerEntry("ATT-04", None, pupil.id, None, None, True, class_id=class_id, key=key)


@dataclass(slots=True)
class _ClassDay:
    """A day of a class whose lessons are all over."""

    pupils: int
    lessons: list[Lesson] = field(default_factory=list)
    noted: bool = False
    away: set[int] = field(default_factory=set)

    def silent(self, topics: int) -> bool:
        return not self.noted and 2 * topics >= len(self.lessons) and self.pupils > 0


class SilenceLedger:
    """All classes of the school, day by day: where nobody is ever noted as away."""

    def __init__(self) -> None:
        self._classes: dict[int, dict[date, tuple[_ClassDay, bool]]] = {}

    def add(self, class_id: int, journals: list[JournalLedger], pupils: list[Pupil]) -> None:
        """A class with its journals."""
        days: dict[date, _ClassDay] = {}
        topics: dict[date, int] = {}
        over: dict[date, bool] = {}
        for journal in journals:
            if journal.group.individual or journal.group.subject.extracurricular:
                continue
            for lesson in journal.lessons:
                day = lesson.date
                days.setdefault(day, _ClassDay(sum(pupil.start <= day for pupil in pupils))).lessons.append(lesson)
                topics[day] = topics.get(day, 0) + (len(str(lesson.topic.at(journal.now) or "")) >= 3)
                over[day] = over.get(day, True) and journal.held(lesson)
        for journal in journals:
            theirs = journal.of_class(class_id)
            for item in journal.absences:
                if item.student_id in theirs and item.code.known(journal.now) and item.lesson.date in days:
                    days[item.lesson.date].noted = True
                    if _is_away(item.code.at(journal.now)):
                        days[item.lesson.date].away.add(item.student_id)
        self._classes[class_id] = {day: (days[day], days[day].silent(topics[day])) for day in sorted(days) if over[day]}

    def violations(self) -> Iterator[LedgerEntry]:
        """Runs of silent days, each named by its first."""
        for class_id, days in self._classes.items():
            run: list[date] = []
            for day in [*days, None]:
                if day is not None and days[day][1]:
                    run.append(day)
                    continue
                if len(run) >= 3 and self._is_suspicious(class_id, run):
                    first = run[0].isoformat()
                    yield LedgerEntry("ATT-01", None, None, None, None, True, class_id=class_id, day=first)
                run = []

    def _is_suspicious(self, class_id: int, run: list[date]) -> bool:
        dates = sorted({day for days in self._classes.values() for day in days if day <= run[-1]})[-_DAYS_OF_SHARE:]
        seen = [days[day][0] for days in self._classes.values() for day in dates if day in days]
        share = sum(len(item.away) for item in seen) / sum(item.pupils for item in seen)
        chance = 1.0
        for day in run:
            comes_new = share if day == run[0] else share / 5
            chance *= (1 - comes_new) ** self._classes[class_id][day][0].pupils
        return share >= 0.02 and chance < 0.01
