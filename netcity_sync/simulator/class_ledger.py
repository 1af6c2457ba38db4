"""The violations that only show over all journals of a class: plain loops over its days and pupils."""

from collections.abc import Iterable, Iterator
from datetime import date

from netcity_sync.simulator.entries import Lesson
from netcity_sync.simulator.journal_ledger import NOT_MISSED, UNKNOWN_CODES, JournalLedger, LedgerEntry
from netcity_sync.simulator.school import Pupil

_DAYS_IN_A_ROW = 3
_ILLNESS = "Б"

Held = tuple[JournalLedger, Lesson]
"""A lesson with its journal."""


class ClassLedger:
    """The journals of one class, combined ones too, all terms that have begun, looked at together."""

    def __init__(self, journals: list[JournalLedger], pupils: list[Pupil]) -> None:
        self.journals = journals
        self.pupils = pupils

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        for pupil in self.pupils:
            days = self._days_of(pupil)
            yield from self._days_away(pupil, days)
            yield from self._away_between(pupil, days)

    def _days_of(self, pupil: Pupil) -> list[list[Held]]:
        """The pupil's lessons day by day, each day in order."""
        days: dict[date, list[Held]] = {}
        for journal in self.journals:
            if pupil.id in journal.of_class(pupil.class_id):
                for lesson in journal.lessons:
                    if lesson.date >= pupil.start:
                        days.setdefault(lesson.date, []).append((journal, lesson))
        return [sorted(days[day], key=lambda item: (item[1].slot, item[1].id)) for day in sorted(days)]

    def _days_away(self, pupil: Pupil, days: Iterable[list[Held]]) -> Iterator[LedgerEntry]:
        run = 0
        for lessons in days:
            away = all(
                journal.held(lesson) and journal.code(pupil.id, lesson) in UNKNOWN_CODES for journal, lesson in lessons
            )
            run = run + 1 if away else 0
            if run == _DAYS_IN_A_ROW:
                journal, lesson = lessons[-1]
                yield journal.entry("ATT-08", True, lesson=lesson, student=pupil.id)

    def _away_between(self, pupil: Pupil, days: Iterable[list[Held]]) -> Iterator[LedgerEntry]:
        for lessons in days:
            answered = [
                lesson.slot
                for journal, lesson in lessons
                if journal.has_mark(pupil.id, lesson)
                and not journal.is_control(lesson)
                and journal.code(pupil.id, lesson) in (None, *NOT_MISSED)
            ]
            if not answered:
                continue
            for journal, lesson in lessons:
                away = journal.code(pupil.id, lesson) in (*UNKNOWN_CODES, _ILLNESS)
                if away and min(answered) < lesson.slot < max(answered):
                    yield journal.entry("ATT-05", True, lesson=lesson, student=pupil.id)
