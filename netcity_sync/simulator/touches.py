"""Every touch of a journal with its minute: what the report on access to the journal prints (protocol.md §3.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from netcity_sync.simulator.entries import History, Lesson
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.world import World

TOPIC, HOMEWORK, MARK, ATTENDANCE, DELETED = (
    "Изменение темы урока", "Изменение домашнего задания", "Изменение оценок", "Изменение посещаемости",
    "Удаление оценки",
)  # fmt: skip
"""What was done; the texts of a real server are not known, these are assumed."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One line of the report. `at` is naive local, to the minute."""

    subject: str
    at: datetime
    user: str
    lesson: date
    term: str
    action: str


def touches_of(world: World, groups: list[Group], first: date, last: date) -> list[Touch]:
    """All touches of some journals whose day lies in a period, in the order of time; those of one minute as one."""
    found = {touch for group in groups for touch in _of_group(world, group) if first <= touch.at.date() <= last}
    return sorted(found, key=lambda touch: (touch.at, touch.subject, touch.lesson, touch.action, touch.user))


def _of_group(world: World, group: Group) -> Iterator[Touch]:
    written = world.entries(group.id)
    for lesson in written.lessons:
        if lesson.visible(world.now):
            yield from _of_history(world, group, lesson, lesson.topic, TOPIC)
    for homework in written.homework:
        yield from _of_history(world, group, homework.given_at, homework.text, HOMEWORK)
    for absence in written.absences:
        yield from _of_history(world, group, absence.lesson, absence.code, ATTENDANCE)
    marked = [(work.lesson, mark) for work in written.works for mark in work.marks]
    for lesson, mark in [*marked, *((item.lesson, item.mark) for item in written.loose_marks)]:
        yield from _of_history(world, group, lesson, mark.value, MARK)
        if mark.until is not None and mark.until <= world.now:
            yield _touch(world, group, lesson, mark.until, DELETED)


def _of_history(world: World, group: Group, lesson: Lesson, history: History, action: str) -> Iterator[Touch]:
    for moment in history.moments:
        if moment <= world.now:
            yield _touch(world, group, lesson, moment, action)


def _touch(world: World, group: Group, lesson: Lesson, at: datetime, action: str) -> Touch:
    minute = at.replace(second=0, microsecond=0)
    user, term = group.teacher.name.full, world.terms[lesson.term_id].name
    return Touch(group.subject.name, minute, user, lesson.date, term, action)
