"""How assessment works are spread, and what came of them: plain loops over the journals of a school."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.entries import Lesson, Work
from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry

_WORDS = ("контрольная", "проверочная", "диагностическая", "диктант", "изложение", "сочинение", "тест", "зачет")
_MIN_GAP = 17
_FEWEST_MARKS = 8


def is_assessment(text: str) -> bool:
    """Whether a type of work, or a topic, names a work that assesses the whole class."""
    return text.lower().replace("ё", "е").startswith(_WORDS)


@dataclass(frozen=True, slots=True)
class _Block:
    """The lessons of one day of a journal with an assessment work, in order."""

    journal: JournalLedger
    lessons: list[Lesson]

    @property
    def last(self) -> Lesson:
        return self.lessons[-1]

    def entry(self, rule: str) -> LedgerEntry:
        return self.journal.entry(rule, True, lesson=self.last)


def control_of_journal(journal: JournalLedger) -> Iterator[LedgerEntry]:
    """How many works a journal has, and what came of them."""
    if not _is_ordinary(journal):
        return
    works = len(_blocks(journal))
    if works >= 2 and works * 10 > len(journal.lessons):
        yield journal.entry("CTL-03", True)
    if journal.is_marked():
        yield from _low_results(journal)


def spread_of_works(journals: list[JournalLedger]) -> Iterator[LedgerEntry]:
    """How the works of the pupils of a school are spread over days and weeks."""
    ordinary = [journal for journal in journals if _is_ordinary(journal)]
    blocks = [block for journal in ordinary for block in _blocks(journal)]
    slots = _slots_by_day(ordinary)
    for block in blocks:
        if any(_second_of_day(block, other) for other in blocks):
            yield block.entry("CTL-01")
        if any(_too_soon(block, other) for other in blocks):
            yield block.entry("CTL-02")
        days = [slots[class_id, block.last.date] for class_id in block.journal.classes()]
        at_edge = any(
            len(day) >= 3 and (block.lessons[0].slot == min(day) or block.last.slot == max(day)) for day in days
        )
        if at_edge and block.journal.lessons_a_week() > 1:
            yield block.entry("CTL-04")


def _is_ordinary(journal: JournalLedger) -> bool:
    return not journal.group.individual and not journal.group.subject.extracurricular


def _slots_by_day(journals: list[JournalLedger]) -> dict[tuple[int, date], set[int]]:
    """The numbers of lessons that pupils of a class have on a day."""
    slots: dict[tuple[int, date], set[int]] = {}
    for journal in journals:
        for class_id in journal.classes():
            for lesson in journal.lessons:
                slots.setdefault((class_id, lesson.date), set()).add(lesson.slot)
    return slots


def _blocks(journal: JournalLedger) -> list[_Block]:
    columns = {
        work.lesson.id
        for work in journal.works
        if work.created <= journal.now and is_assessment(TYPE_NAMES.get(work.type_id, ""))
    }
    days: dict[date, list[Lesson]] = {}
    for lesson in journal.lessons:
        topic = str(lesson.topic.at(journal.now) or "")
        if lesson.id in columns or (journal.held(lesson) and is_assessment(topic)):
            days.setdefault(lesson.date, []).append(lesson)
    return [_Block(journal, sorted(lessons, key=lambda item: (item.slot, item.id))) for lessons in days.values()]


def _second_of_day(block: _Block, other: _Block) -> bool:
    """Whether some pupil writes another work, in another subject, before this one."""
    return (
        other.last.date == block.last.date
        and other.journal.group.subject is not block.journal.group.subject
        and (other.last.slot, other.last.id) < (block.last.slot, block.last.id)
        and block.journal.shares_pupils(other.journal)
    )


def _too_soon(block: _Block, other: _Block) -> bool:
    """Whether some pupil wrote another work in the same subject a few days before."""
    days = (block.last.date - other.last.date).days
    same = other.journal.group.subject is block.journal.group.subject
    return same and 0 < days < _MIN_GAP and block.journal.shares_pupils(other.journal)


def _low_results(journal: JournalLedger) -> Iterator[LedgerEntry]:
    for work in journal.works:
        if work.created <= journal.now and is_assessment(TYPE_NAMES.get(work.type_id, "")):
            values = _values(journal, work)
            low = sum(value <= 2 for value in values)
            if len(values) >= _FEWEST_MARKS and (2 * low > len(values) or 10 * sum(values) < 26 * len(values)):
                ghosts = any(journal.is_ghost(mark) for mark in work.marks)
                yield journal.entry("CTL-06", not ghosts, lesson=work.lesson)


def _values(journal: JournalLedger, work: Work) -> list[int]:
    values = (mark.value.at(journal.now) for mark in work.marks if mark.given(journal.now))
    return [value for value in values if isinstance(value, int)]
