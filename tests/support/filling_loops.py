"""How the journals of a simulated school were filled in, counted by plain loops over its own world."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.curriculum import TYPE_NAMES
from netcity_sync.simulator.entries import Lesson
from netcity_sync.simulator.journal_ledger import is_control_text
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.world import World

_DAY_ENDS = time(23, 59)
_QUARTER, _HALF_YEAR = (3, 5, 7), (5, 7, 9)


@dataclass(frozen=True, slots=True)
class Counted:
    """A journal in a span; `delays` of late entries in days, `marked` None in journals without marks."""

    group: Group
    held: int
    topics: int
    due: int
    given: int
    marked: int | None
    delays: tuple[float, ...]


def percent(part: float, whole: float) -> float | None:
    """A part in percent."""
    return 100 * part / whole if whole else None


def is_held(world: World, lesson: Lesson) -> bool:
    """Whether the day of a lesson is over."""
    return datetime.combine(lesson.date, _DAY_ENDS) < world.now


def lessons_of(world: World, group: Group, term: Term) -> list[Lesson]:
    """The lessons of a journal as they stand now, held and to come."""
    found = world.entries(group.id).lessons
    return [one for one in found if one.term_id == term.id and one.visible(world.now)]


def has_control(world: World, group: Group, lesson: Lesson) -> bool:
    """Whether a control work stands in its topic or in one of its columns."""
    types = [one.type_id for one in world.entries(group.id).works if one.lesson is lesson and one.created <= world.now]
    texts = [str(lesson.topic.at(world.now) or ""), *(TYPE_NAMES.get(one, "") for one in types)]
    return any(is_control_text(text) for text in texts)


def counted(world: World, group: Group, first: date, last: date) -> Counted | None:
    """A journal between two days; None where it had no lessons."""
    entries, now = world.entries(group.id), world.now
    held: list[Lesson] = []
    due = given = 0
    delays: list[float] = []
    for term in world.begun_terms(group):
        lessons = lessons_of(world, group, term)
        reads = world.reads[group.id, term.id]
        held += [one for one in lessons if is_held(world, one) and first <= one.date <= last]
        for lesson in lessons:
            if first <= lesson.date <= last:
                delays += _delay(
                    lesson, [one for one in reads if lesson.visible(one) and lesson.topic.known(one)], reads
                )
        ends = max((one.date for one in lessons), default=date.min)
        for day in sorted({one.date for one in lessons if first <= one.date <= last and one.date < ends}):
            block = [one for one in lessons if one.date == day]
            homework = [one for one in entries.homework if one.given_at in block and one.text.known(now)]
            wanted = group.school_class.grade > 1 and not group.subject.extracurricular
            if not wanted or any(has_control(world, group, one) for one in block):
                continue
            if is_held(world, block[0]):
                due += 1
                given += bool(homework)
            delays += _delay(block[0], [one for one in reads if any(item.text.known(one) for item in homework)], reads)
    if not held:
        return None
    topics = sum(len(str(one.topic.at(now) or "").strip()) >= 3 for one in held)
    judged = group.rated and not group.subject.extracurricular and not group.individual
    ids = {one.id for one in held}
    marked = {mark.lesson_id for term in world.begun_terms(group) for mark in world.journal(group.id, term.id).marks
              if mark.value is not None and mark.lesson_id in ids}  # fmt: skip
    return Counted(group, len(held), topics, due, given, len(marked) if judged else None, tuple(delays))


def _delay(lesson: Lesson, with_entry: list[datetime], reads: list[datetime]) -> list[float]:
    """By how many days at least an entry was late, if a read after the deadline was still without it."""
    deadline = datetime.combine(lesson.date, _DAY_ENDS)
    before = [one for one in reads if with_entry and one < with_entry[0]]
    late = before[-1] - deadline if before else timedelta()
    return [late / timedelta(days=1)] if late > timedelta() else []


def whole_line(items: Sequence[Counted]) -> tuple[int, int, float | None, float | None, int]:
    """Journals, lessons, topics and homework in percent, late entries."""
    return (
        len(items), sum(one.held for one in items),
        percent(sum(one.topics for one in items), sum(one.held for one in items)),
        percent(sum(one.given for one in items), sum(one.due for one in items)),
        sum(len(one.delays) for one in items),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accumulated:
    """The marks of a journal in a term: those of each pupil, the norm, what is due by now, who has less."""

    marks: tuple[int, ...]
    norm: int
    needed: int
    below: int


def accumulated(world: World, group: Group, last: date) -> Accumulated | None:
    """The marks of a journal in the newest term that had begun on a day; None where it gets none, or none was held."""
    term = [one for one in world.begun_terms(group) if one.start <= last][-1]
    lessons = lessons_of(world, group, term)
    held = [one for one in lessons if is_held(world, one)]
    listed = {one.id for one in world.roster(group.school_class.id)}
    pupils = [one for one in group.pupils if one.id in listed and any(one.start <= lesson.date for lesson in held)]
    if not pupils or not group.rated or group.subject.extracurricular or group.individual:
        return None
    weeks = {one - timedelta(days=one.weekday()) for one in school_days(world) if term.start <= one <= term.end}
    a_week = max(1, int(len(lessons) / len(weeks) + 0.5))
    norm = (_HALF_YEAR if "полугодие" in term.name else _QUARTER)[min(a_week, 3) - 1]
    marks = world.journal(group.id, term.id).marks
    counts = [sum(one.student_id == pupil.id and one.value is not None for one in marks) for pupil in pupils]
    below = sum(
        count < _part(norm, sum(pupil.start <= one.date for one in held), len(lessons))
        for count, pupil in zip(counts, pupils, strict=True)
    )
    return Accumulated(tuple(counts), norm, _part(norm, len(held), len(lessons)), below)


def _part(norm: int, counted: int, planned: int) -> int:
    whole, rest = divmod(norm * counted, planned)
    return max(1, whole + bool(rest))


def school_days(world: World) -> set[date]:
    """The days on which any journal has a lesson in a term that has begun."""
    return {
        lesson.date
        for group in world.school.groups
        for term in world.begun_terms(group)
        for lesson in lessons_of(world, group, term)
    }


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Journals as a report lists them."""
    return sorted(groups, key=lambda one: (one.school_class.grade, one.school_class.name, one.name))
