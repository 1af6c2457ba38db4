"""The violations that the texts and the days of homework show: plain loops over a journal, and over a class."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from netcity_sync.simulator.entries import Homework, Lesson
from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry
from netcity_sync.simulator.school import SchoolClass

_FORMAL = ("/", "—", "-", "см. тетрадь", "по тетради", "выучить")
"""The formal ones among the texts that the simulator's teachers write."""
_NONE_SET = ("не задано", "нет")
"""Texts that set nothing, likewise."""
_REPEATS = 3
_LONG = ("реферат", "проект", "доклад", "презентац", "сообщение")
_BEGUN = ("защита", "закончить")
_SOON = timedelta(days=2)
_MOST = ((3, 4), (5, 5), (8, 6), (11, 7))
"""Subjects a day, up to which grade."""


class HomeworkLedger(JournalLedger):
    """One journal in one term."""

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        if not self.with_homework():
            return
        days: dict[date, list[Lesson]] = {}
        for lesson in self.lessons:
            if self.held(lesson):
                days.setdefault(lesson.date, []).append(lesson)
        texts = {day: [text for item, text in self._set() if item.given_at in lessons] for day, lessons in days.items()}
        for day, said in texts.items():
            if said and all(_is_formal(text) for text in said):
                yield self.entry("HW-03", True, lesson=days[day][-1])
        for day in self._repeated(texts):
            yield self.entry("HW-03", True, lesson=days[day][-1])
        yield from self._words()

    def with_homework(self) -> bool:
        """Whether homework may be expected in the journal."""
        return self.group.school_class.grade > 1 and not self.group.subject.extracurricular

    def due_days(self) -> set[date]:
        """The days for which there is homework."""
        return {
            item.due_at.date for item, text in self._set() if not _sets_nothing(text) and item.due_at in self.lessons
        }

    def _set(self) -> list[tuple[Homework, str]]:
        """Homework with its text as it stands."""
        return [(item, str(item.text.at(self.now)).strip()) for item in self.homework if item.text.known(self.now)]

    def _repeated(self, texts: dict[date, list[str]]) -> set[date]:
        """Days on which a text stands for the third time in a row."""
        found = set()
        for text in {text for said in texts.values() for text in said}:
            run = 0
            for day in sorted(texts):
                run = run + 1 if text in texts[day] else 0
                if run == _REPEATS and not _sets_nothing(text) and not _is_formal(text):
                    found.add(day)
        return found

    def _words(self) -> Iterator[LedgerEntry]:
        for lesson in self.lessons:
            here = [(item, text.lower()) for item, text in self._set() if item.given_at is lesson]
            if any("на каникул" in text for _, text in here):
                yield self.entry("HW-05", True, lesson=lesson)
            if any(_is_long(text) and self._is_soon(lesson, item.due_at) for item, text in here):
                yield self.entry("HW-06", True, lesson=lesson)

    def _is_soon(self, given: Lesson, due: Lesson) -> bool:
        between = [lesson for lesson in self.lessons if given.date < lesson.date < due.date]
        return due in self.lessons and given.date < due.date <= given.date + _SOON and not between


def overloaded_days(journals: Iterable[HomeworkLedger], school_class: SchoolClass) -> Iterator[LedgerEntry]:
    """Days for which some pupil of a class has homework in too many subjects."""
    subjects: dict[tuple[date, int], set[str]] = {}
    counted = [one for one in journals if one.with_homework() and not one.group.individual]
    for journal in counted:
        for day in journal.due_days():
            for student in journal.of_class(school_class.id):
                subjects.setdefault((day, student), set()).add(journal.group.subject.name)
    if counted:
        most = next(most for grade, most in _MOST if school_class.grade <= grade)
        for day in sorted({day for (day, _), names in subjects.items() if len(names) > most}):
            yield LedgerEntry(
                "HW-04", None, None, None, None, True, class_id=school_class.id, day=day.isoformat()
            )  # fmt: skip


def _is_formal(text: str) -> bool:
    return text.lower() in _FORMAL


def _sets_nothing(text: str) -> bool:
    return text.lower() in _NONE_SET


def _is_long(text: str) -> bool:
    return any(word in text for word in _LONG) and not any(word in text for word in _BEGUN)
