"""Places that look like violations to a hasty reader of a journal: what the rules must pass over.

Each rule stands here in its crudest reading: without deadlines, illness, arrivals, lists, grades or proofs. What of it
the ledger does not hold as certain is a near-miss.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from netcity_sync.model import UserKind
from netcity_sync.simulator.entries import Lesson, Mark
from netcity_sync.simulator.families import declined, listed_pupils, sign_ins
from netcity_sync.simulator.journal_ledger import JournalLedger
from netcity_sync.simulator.ledger import LedgerEntry
from netcity_sync.simulator.orders import movements
from netcity_sync.simulator.world import World

Spot = tuple[int, int, int | None, int | None]
"""Journal, term, lesson, pupil."""


def near_misses(world: World, ledger: list[LedgerEntry]) -> Counter[str]:
    """How many near-misses of each rule the school holds now."""
    broken = defaultdict[str, set[Spot]](set)
    for item in ledger:
        if item.certain:
            broken[item.rule].add((item.subject_group_id or 0, item.term_id or 0, item.lesson_id, item.student_id))
    tempting = defaultdict[str, set[Spot]](set)
    for journal in _journals(world):
        for rule, spot in (*_of_journal(journal), *_finals(journal), *_replaced(world, journal)):
            tempting[rule].add(spot)
    for rule, spot in (*_plans(world), *_families(world), *_moved(world), *_crowded(world)):
        tempting[rule].add(spot)
    return Counter({rule: len(spots - broken[rule]) for rule, spots in tempting.items()})


def _journals(world: World) -> list[JournalLedger]:
    return [
        JournalLedger(world, group, term, [], {pupil.id for pupil in group.pupils})
        for group in world.school.groups
        for term in world.begun_terms(group)
    ]


def _of_journal(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    for reading in (_lessons, _homework, _cells, _columns, _pupils, _absences):
        yield from reading(journal)


def _spot(journal: JournalLedger, lesson: Lesson | None = None, student: int | None = None) -> Spot:
    return (journal.group.id, journal.term.id, lesson.id if lesson is not None else None, student)


def _lessons(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    today = journal.now.date()
    for place, lesson in enumerate(journal.lessons):
        spot = _spot(journal, lesson)
        if lesson.date <= today and not lesson.topic.known(journal.now):
            yield "LSN-01", spot
        if lesson.topic.moments and lesson.topic.moments[0].date() > lesson.date:
            yield "LSN-02", spot
        if lesson.topic.moments and lesson.topic.moments[0].hour >= 22:
            yield "LSN-02", spot
        if place == 0 and "инструктаж" not in str(lesson.topic.at(journal.now)).lower():
            yield "LSN-06", spot
        if journal.is_control(lesson):
            yield "CTL-01", spot
            yield "CTL-04", spot
            yield "CTL-07", spot
            yield "MRK-03", spot
    for one, two in pairwise(lesson for lesson in journal.lessons if journal.is_control(lesson)):
        if two.date - one.date < timedelta(days=28):
            yield "CTL-02", _spot(journal, two)


def _homework(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    given = {item.given_at.id for item in journal.homework if item.text.known(journal.now)}
    for lesson in journal.lessons:
        if lesson.date <= journal.now.date() and lesson.id not in given:
            yield "HW-01", _spot(journal, lesson)
            yield "HW-07", _spot(journal, lesson)
    for item in journal.homework:
        text = str(item.text.at(journal.now) or "").lower()
        if item.text.moments and (item.text.moments[0].date() > item.given_at.date or item.text.moments[0].hour >= 22):
            yield "HW-02", _spot(journal, item.given_at)
        if text and len(text) <= 12:
            yield "HW-03", _spot(journal, item.given_at)
        if any(word in text for word in ("каникул", "выходн", "воскресень")):
            yield "HW-05", _spot(journal, item.given_at)
        if any(word in text for word in ("реферат", "проект", "доклад", "сообщени", "презентац")):
            yield "HW-06", _spot(journal, item.given_at)


def _cells(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    now = journal.now
    placed = [
        *((work.lesson, mark) for work in journal.works for mark in work.marks),
        *((item.lesson, item.mark) for item in journal.loose),
    ]
    edges = {lesson.id for lesson in (*journal.lessons[:2], *journal.lessons[-2:])}
    for lesson, mark in placed:
        spot = _spot(journal, lesson, mark.student_id)
        if len(mark.value.moments) > 1 or mark.until is not None:
            yield "CHG-01", spot
            yield "CHG-05", _spot(journal)
            if mark.value.moments[-1].date() > journal.term.end:
                yield "CHG-02", _spot(journal)
        if mark.visible(now) and isinstance(mark.value.at(now), str):
            yield "MRK-09", spot
        if mark.given(now) and journal.code(mark.student_id, lesson) is not None:
            yield "MRK-05", spot
        if mark.given(now) and mark.value.at(now) == 2:
            yield "MRK-06", spot
            yield "MRK-08", spot
            if lesson.id in edges:
                yield "MRK-07", spot
    for item in journal.loose:
        yield "LSN-05", _spot(journal, item.lesson, item.mark.student_id)
    yield from _at_once(journal, placed)


def _at_once(journal: JournalLedger, placed: list[tuple[Lesson, Mark]]) -> Iterator[tuple[str, Spot]]:
    """Marks of one value entered on one day, for lessons of several days."""
    batches = defaultdict[tuple[date, object], set[date]](set)
    for lesson, mark in placed:
        if (moment := mark.first_given()) is not None and moment <= journal.now:
            batches[moment.date(), mark.value.at(moment)].add(lesson.date)
    for day, value in batches:
        if len(batches[day, value]) >= 2:
            yield "MRK-12", (journal.group.id, journal.term.id, day.toordinal(), int(str(value)))


def _columns(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    for work in journal.works:
        spot = _spot(journal, work.lesson)
        moments = [moment for mark in work.marks if (moment := mark.first_given()) is not None]
        if moments and min(moments).date() > work.lesson.date:
            yield "MRK-10", spot
        if any(mark.given(journal.now) and mark.value.at(journal.now) == 2 for mark in work.marks):
            yield "CTL-06", spot
        if not work.marks or "прочее" in work.name.lower():
            yield "LSN-04", spot


def _pupils(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    held = [lesson for lesson in journal.lessons if lesson.date <= journal.now.date()]
    whole = 7 if len(journal.lessons) >= 20 else 5
    for pupil in journal.group.pupils:
        marks = sum(journal.has_mark(pupil.id, lesson) for lesson in held)
        missed = sum(journal.code(pupil.id, lesson) is not None for lesson in held)
        spot = _spot(journal, None, pupil.id)
        if held and marks == 0:
            yield "MRK-01", spot
        if held and marks == 1:
            yield "MRK-02", spot
        if marks < whole:
            yield "ACC-01", spot
            yield "ACC-02", _spot(journal)
        if held and missed >= 0.2 * len(held):
            yield "ATT-06", spot
        if len(held) >= 3 and not any(journal.has_mark(pupil.id, lesson) for lesson in held[-3:]):
            yield "MRK-11", _spot(journal)


def _absences(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    for item in journal.absences:
        if not item.code.known(journal.now):
            continue
        spot = _spot(journal, item.lesson, item.student_id)
        yield "ATT-05", spot
        if item.code.at(journal.now) in ("Н", "ОТ"):
            yield "ATT-03", spot
            yield "ATT-08", spot
        if len(item.code.moments) > 1 or item.code.moments[0].date() > item.lesson.date:
            yield "ATT-02", _spot(journal, item.lesson)
        if journal.is_control(item.lesson):
            yield "MRK-04", _spot(journal, item.lesson, item.student_id)


def _finals(journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    """Final marks that do not look like their marks, or that came or changed near the end."""
    for final in journal.finals:
        value = final.shown(journal.now)
        if final.kind != "term" or final.term_id != journal.term.id or value is None:
            continue
        spot = _spot(journal, None, final.student_id)
        marks = [
            int(str(mark.value.at(journal.now)))
            for work in journal.works
            for mark in work.marks
            if mark.student_id == final.student_id and mark.given(journal.now)
        ]
        lessons = [lesson for lesson in journal.lessons if lesson.date <= journal.now.date()]
        if marks and value != round(sum(marks) / len(marks)):
            yield "FIN-02", spot
        if len(marks) < 7:
            yield "FIN-03", spot
        if sum(journal.code(final.student_id, lesson) is not None for lesson in lessons) >= 0.25 * len(lessons):
            yield "FIN-04", spot
        if marks and isinstance(value, int) and value > min(marks):
            yield "FIN-05", spot
            yield "FIN-06", (journal.group.id, journal.term.id, None, final.student_id)
        if value in (2, 3):
            yield "FIN-11", (journal.group.school_class.id, journal.term.id, None, None)
            yield "FIN-12", (journal.group.school_class.id, journal.term.id, None, None)
        yield "FIN-07", spot
        yield "FIN-01", _spot(journal)
        yield "FIN-09", _spot(journal)


def _replaced(world: World, journal: JournalLedger) -> Iterator[tuple[str, Spot]]:
    """Lessons that somebody else gave, whatever was written."""
    for item in world.entries(journal.group.id).replaced:
        if item.lesson in journal.lessons and item.noted <= world.now:
            yield "LSN-07", _spot(journal, item.lesson)
    topics = [str(lesson.topic.at(world.now)) for lesson in journal.lessons if lesson.topic.known(world.now)]
    for lesson in journal.lessons:
        if topics.count(str(lesson.topic.at(world.now))) > 1:
            yield "LSN-03", _spot(journal, lesson)
    works = sum(journal.is_control(lesson) for lesson in journal.lessons)
    if works >= 2:
        yield "CTL-03", _spot(journal)


def _plans(world: World) -> Iterator[tuple[str, Spot]]:
    """Courses whose plan is not as long as what was given by now."""
    for group in world.school.groups:
        terms = world.begun_terms(group)
        given = sum(lesson.topic.known(world.now) for lesson in world.entries(group.id).lessons)
        if not terms or given == len(world.entries(group.id).lessons):
            continue
        for rule in ("PLN-01", "PLN-02", "PLN-04", "PLN-06"):
            yield rule, (group.id, terms[0].id, None, None)
        for term in terms:
            yield "PLN-03", (group.id, term.id, None, None)
            yield "PLN-05", (group.id, term.id, None, None)


def _families(world: World) -> Iterator[tuple[str, Spot]]:
    """Families that declined the diary, accounts that were quiet, classes that have any."""
    for _, pupil in listed_pupils(world):
        if declined(world, pupil) is not None:
            yield "PAR-01", (0, 0, None, pupil.id)
            yield "PAR-02", (0, 0, None, pupil.id)
        for kind in (UserKind.PARENT, UserKind.STUDENT):
            if sign_ins(world, kind, pupil).last(world.now.date() - timedelta(days=7)) is None:
                for rule in ("PAR-04", "USR-02", "USR-03"):
                    yield rule, (pupil.class_id, list(UserKind).index(kind), None, pupil.id)
    for teacher in world.school.teachers:
        yield "USR-01", (0, 0, None, teacher.id)


def _moved(world: World) -> Iterator[tuple[str, Spot]]:
    """Pupils who came or left, whatever their orders."""
    for pupil, _, day in movements(world):
        if day <= world.now.date():
            yield "REF-03", (0, 0, None, pupil.id)


def _crowded(world: World) -> Iterator[tuple[str, Spot]]:
    """Lessons of a class at which it has another one, as subgroups do."""
    places = defaultdict[tuple[int, date, int], list[Spot]](list)
    for group in world.school.groups:
        for lesson in world.entries(group.id).lessons:
            if lesson.visible(world.now) and lesson.date <= world.now.date():
                spot = (group.id, lesson.term_id, lesson.id, None)
                places[group.school_class.id, lesson.date, lesson.slot].append(spot)
    for spots in places.values():
        for spot in spots[1:]:
            yield "LSN-09", spot
            yield "HW-04", spot
