"""The violations of a journal over the year, told from its plan and topics: plain loops over rows and lessons.

docs/checks.md says what each rule means.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from netcity_sync.model import WorkKind
from netcity_sync.simulator.control_ledger import is_assessment
from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.entries import Lesson
from netcity_sync.simulator.exchange import handed_plans
from netcity_sync.simulator.journal_ledger import JournalLedger, LedgerEntry, is_control_text
from netcity_sync.simulator.plans import Plan, PlanRow
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.world import World

_KINDS = {
    "control": (WorkKind.CONTROL, WorkKind.ASSESSMENT),
    "laboratory": (WorkKind.LABORATORY,),
    "practical": (WorkKind.PRACTICAL,),
}
_ASSESSMENT_STEMS = ("контрольн", "проверочн", "диагност", "диктант", "изложени", "сочинени", "тест", "зачет")
_SAFETY_SUBJECTS = ("Физика", "Химия", "Биология", "Информатика", "Труд (технология)", "Физическая культура")


class PlansOfClass:
    """The plans that were handed over for one class, and whose each of them is."""

    def __init__(self, world: World, class_name: str) -> None:
        self.world = world
        self.groups = [group for group in world.school.groups if group.school_class.name == class_name]
        self.plans = [plan for plan in handed_plans(world) if plan.class_name == class_name] if world.takes else []

    def _fitting(self, plan: Plan) -> list[Group]:
        same = [group for group in self.groups if group.subject.name.lower() == plan.subject.lower()]
        if not plan.group_name:
            return [group for group in same if not group.individual]
        return [group for group in same if plan.group_name in (group.name, group.subgroup)]

    def rows(self, group: Group, now: datetime) -> list[PlanRow]:
        """The rows that are certainly of a journal."""
        mine = [plan for plan in self.plans if self._fitting(plan) == [group]]
        return [row for plan in mine for row in plan.rows if row.stands(now)]

    def unclear(self) -> bool:
        """Whether some plan of the class is nobody's."""
        now = self.world.now
        return any(len(self._fitting(plan)) != 1 and plan.entities(now) for plan in self.plans)


class CourseLedger:
    """One journal in all of its terms that have begun."""

    def __init__(self, world: World, journals: list[JournalLedger], plans: PlansOfClass) -> None:
        self.world = world
        self.now = world.now
        self.today = world.now.date()
        self.journals = journals
        self.group = journals[0].group
        self.plans = plans
        self.rows = plans.rows(self.group, world.now)
        self.lessons = [lesson for journal in journals for lesson in journal.lessons]
        self.dated = all(row.planned_on is not None for row in self.rows)

    def violations(self) -> Iterator[LedgerEntry]:
        """All rules in turn."""
        if self.group.individual or self.group.subject.extracurricular:
            return
        yield from self._instructions()
        yield from self._topics()
        if not self.world.takes:
            return
        yield from self._rewritten()
        if not self.rows:
            days = (self.today - self.group.terms[0].start).days
            if days >= 10 and self.lessons and not self.plans.unclear():
                yield self.journals[0].entry("PLN-01", True)
        elif self._of_this_year():
            yield from self._off_schedule()
            yield from self._lag()
            yield from self._terms_over()
            yield from self._hours()

    def _of_this_year(self) -> bool:
        days = [row.planned_on for row in self.rows if row.planned_on is not None]
        terms = self.group.terms
        return all(terms[0].start <= day <= terms[-1].end for day in days)

    def _given(self, last: date) -> int:
        return sum(lesson.date <= last and self._topic(lesson) != "" for lesson in self.lessons)

    def _topic(self, lesson: Lesson) -> str:
        return str(lesson.topic.at(self.now) or "")

    def _lag(self) -> Iterator[LedgerEntry]:
        if self.dated:
            due = sum(row.hours for row in self.rows if row.planned_on is not None and row.planned_on < self.today)
        else:
            held = sum(self.journals[0].held(lesson) for lesson in self.lessons)
            due = min(sum(row.hours for row in self.rows), held)
        lag = due - self._given(self.today)
        if lag > 2 and lag > 0.05 * due:
            yield self.journals[0].entry("PLN-02", True)

    def _terms_over(self) -> Iterator[LedgerEntry]:
        for journal in self.journals:
            end = journal.term.end
            last = journal.term is self.group.terms[-1]
            if self.today <= end or not (last or self.dated):
                continue
            planned = [row for row in self.rows if last or (row.planned_on is not None and row.planned_on <= end)]
            if self._given(end) < sum(row.hours for row in planned):
                yield journal.entry("PLN-03", True)
            if self.dated:
                yield from self._works(journal, end)

    def _works(self, journal: JournalLedger, end: date) -> Iterator[LedgerEntry]:
        for kind, works in _KINDS.items():
            days = {row.planned_on for row in self.rows if row.work in works and row.planned_on is not None}
            made = {lesson.id for lesson in self.lessons if lesson.date <= end and self._has_work(lesson, kind)}
            if len(made) < sum(day <= end for day in days):
                yield journal.keyed_entry("PLN-05", key=kind)

    def _has_work(self, lesson: Lesson, kind: str) -> bool:
        texts = [self._topic(lesson)]
        for journal in self.journals:
            for work in journal.works:
                if work.lesson is lesson and work.created <= self.now:
                    texts.append(TYPE_NAMES.get(work.type_id, ""))
        return any(_kind_of(text) == kind for text in texts)

    def _hours(self) -> Iterator[LedgerEntry]:
        if len(self.journals) < len(self.group.terms):
            return
        planned = sum(row.hours for row in self.rows)
        if planned != len(self.lessons):
            certain = not len(self.lessons) <= planned <= len(self.lessons) + len(self._ghosts())
            yield self.journals[0].entry("PLN-04", certain)

    def _ghosts(self) -> list[Lesson]:
        """Lessons that are gone, but that the mirror believes in until they were missed twice."""
        found = []
        for journal in self.journals:
            for lesson in self.world.entries(self.group.id).lessons:
                if lesson.term_id != journal.term.id or lesson.until is None or lesson.until > self.now:
                    continue
                seen = any(lesson.visible(moment) for moment in journal.reads)
                if seen and not any(lesson.until <= moment < self.now for moment in journal.reads):
                    found.append(lesson)
        return found

    def _off_schedule(self) -> Iterator[LedgerEntry]:
        """Works that nobody wrote within three days of the planned one (CTL-05)."""
        if not self.journals[0].is_marked():
            return
        near = timedelta(days=3)
        written = sorted({lesson.date for lesson in [*self.lessons, *self._ghosts()] if self._is_assessment(lesson)})
        planned = {row.planned_on for row in self.rows if row.work in _KINDS["control"] and row.planned_on is not None}
        for day in sorted(planned):
            answers = [item for item in written if abs(item - day) <= near]
            if answers:
                written.remove(answers[0])
            elif day + near < self.today:
                journal = [item for item in self.journals if item.term.start <= day][-1]
                yield journal.keyed_entry("CTL-05", day=day.isoformat())

    def _is_assessment(self, lesson: Lesson) -> bool:
        """Whether a lesson holds an assessment work, as it stood when it was last there."""
        last = self.now if lesson.until is None else min(self.now, lesson.until)
        if any(word.startswith(_ASSESSMENT_STEMS) for word in _words(str(lesson.topic.at(last) or "").lower())):
            return True
        works = self.world.entries(self.group.id).works
        columns = [work.type_id for work in works if work.lesson is lesson and work.created <= last]
        return any(is_assessment(TYPE_NAMES.get(type_id, "")) for type_id in columns)

    def _rewritten(self) -> Iterator[LedgerEntry]:
        for before, after in pairwise(self.world.takes):
            rows = self.plans.rows(self.group, after)
            kept = {(row.topic, row.work) for row in rows}
            start, day = self.group.terms[0].start, after.date()
            past = [
                row
                for row in self.plans.rows(self.group, before)
                if row.planned_on is not None and start <= row.planned_on < day
            ]
            if rows and any((row.topic, row.work) not in kept for row in past):
                yield self.journals[0].keyed_entry("PLN-06", day=day.isoformat())

    def _instructions(self) -> Iterator[LedgerEntry]:
        if self.group.subject.name not in _SAFETY_SUBJECTS:
            return
        dates = {lesson.date for lesson in [*self.lessons, *self._ghosts()]}
        new_year = date(self.group.terms[0].start.year + 1, 1, 1)
        firsts = [min(dates, default=None), min((day for day in dates if day >= new_year), default=None)]
        for journal in self.journals:
            for first in firsts:
                block = [lesson for lesson in journal.lessons if lesson.date == first]
                topics = [self._topic(lesson) for lesson in block]
                if block and journal.held(block[0]) and any(topics) and not any(map(_is_instruction, topics)):
                    yield journal.entry("LSN-06", True, lesson=min(block, key=lambda item: item.id))

    def _topics(self) -> Iterator[LedgerEntry]:
        compared = self._of_this_year() and self.dated and bool(self.rows)
        for journal in self.journals:
            days: dict[str, set[date]] = {}
            told: set[str] = set()
            for lesson in journal.lessons:
                topic = self._topic(lesson).lower()
                if not topic or not journal.held(lesson):
                    continue
                if compared and not self._is_planned(lesson, topic):
                    yield journal.entry("LSN-03", True, lesson=lesson)
                days.setdefault(topic, set()).add(lesson.date)
                in_plan = sum(row.topic.lower() == topic for row in self.rows) if compared else 0
                if len(days[topic]) > max(3, in_plan) and topic not in told:
                    told.add(topic)
                    yield journal.keyed_entry("LSN-03", lesson=lesson, key="repeated")

    def _is_planned(self, lesson: Lesson, topic: str) -> bool:
        near = timedelta(days=14)
        close = [row.topic for row in self.rows if row.planned_on and abs(row.planned_on - lesson.date) <= near]
        return not close or any(_alike(topic, text.lower()) >= 0.5 for text in close)


def _kind_of(text: str) -> str | None:
    words = text.lower()
    if words.startswith("лабораторн"):
        return "laboratory"
    if words.startswith("практическ"):
        return "practical"
    return "control" if is_control_text(text) else None


def _is_instruction(topic: str) -> bool:
    words = _words(topic.lower())
    labour = any(word.startswith("охран") for word in words) and any(word.startswith("труд") for word in words)
    return labour or any(word == "тб" or word.startswith(("инструктаж", "безопасн")) for word in words)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.replace("ё", "е")).split()


def _alike(one: str, two: str) -> float:
    """The share of the words of the shorter text that the other has, by their first five letters."""
    first = {word[:5] for word in _words(one) if len(word) >= 3}
    second = {word[:5] for word in _words(two) if len(word) >= 3}
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 1.0
