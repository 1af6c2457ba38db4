"""Teachers with habits: when each of them writes what into the journal."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from netcity_sync.simulator.school import School, Teacher

_LESSON_MINUTES = 55
_FIRST_BELL = time(8, 0)
_LATEST = 22 * 60 + 30
_FRIDAY = 4


class Habit(StrEnum):
    """How a teacher keeps the journal."""

    PUNCTUAL = "punctual"
    LATE = "late"
    FORGETFUL = "forgetful"
    BATCH = "batch"
    STINGY = "stingy"


_DECK = (
    Habit.LATE, Habit.PUNCTUAL, Habit.FORGETFUL, Habit.PUNCTUAL, Habit.STINGY, Habit.PUNCTUAL, Habit.BATCH,
    Habit.PUNCTUAL, Habit.PUNCTUAL, Habit.PUNCTUAL,
)  # fmt: skip
"""Dealt out in turn, so that even a small school has each habit."""

_ENOUGH_LESSONS = 4
TOPIC_FORGOTTEN = 0.12
HOMEWORK_FORGOTTEN = 0.2
LATE_SHARE = 0.35
LAST_MINUTE_SHARE = 0.06


def deal_habits(school: School, random: Random) -> dict[int, Habit]:
    """A habit for every teacher; those with enough marked lessons come first: their habits show in marks too."""
    marked_lessons: dict[int, int] = {}
    for group in school.groups:
        if group.rated and not group.individual:
            marked_lessons[group.teacher.id] = marked_lessons.get(group.teacher.id, 0) + len(group.slots)
    teachers: list[Teacher] = list(school.teachers)
    random.shuffle(teachers)
    teachers.sort(key=lambda teacher: -min(marked_lessons.get(teacher.id, 0), _ENOUGH_LESSONS))
    return {teacher.id: _DECK[place % len(_DECK)] for place, teacher in enumerate(teachers)}


def lesson_end(day: date, slot: int) -> datetime:
    """When a lesson is over."""
    return datetime.combine(day, _FIRST_BELL) + timedelta(minutes=_LESSON_MINUTES * slot)


def same_day(random: Random, day: date, slot: int) -> datetime:
    """A moment between the end of the lesson and the evening; now and then the last minute."""
    end = lesson_end(day, slot)
    if random.random() < LAST_MINUTE_SHARE:
        return datetime.combine(day, time()) + timedelta(minutes=random.randint(_LATEST - 60, _LATEST))
    return end + timedelta(minutes=random.randint(1, 240))


def later_day(random: Random, day: date, first: int, last: int) -> datetime:
    """A moment of the working day, `first` to `last` days after `day`."""
    return datetime.combine(day + timedelta(days=random.randint(first, last)), time()) + timedelta(
        minutes=random.randint(8 * 60, _LATEST)
    )


def end_of_week(random: Random, day: date, slot: int) -> datetime:
    """The Friday of that week after lessons; on a Friday, after the lesson itself."""
    friday = day + timedelta(days=max(0, _FRIDAY - day.weekday()))
    moment = datetime.combine(friday, time(15)) + timedelta(minutes=random.randint(0, 180))
    return max(moment, lesson_end(day, slot) + timedelta(minutes=5))


def entry_moment(random: Random, habit: Habit, day: date, slot: int) -> datetime:
    """When a teacher writes down what happened at a lesson."""
    if habit is Habit.BATCH:
        return end_of_week(random, day, slot)
    if habit is Habit.LATE and random.random() < LATE_SHARE:
        return later_day(random, day, 1, 6)
    return same_day(random, day, slot)


def checked_moment(random: Random, habit: Habit, day: date, slot: int, allowed_days: int) -> datetime:
    """When the marks of a written work are there: within the allowed days, or past them for a late teacher."""
    if habit is Habit.LATE and random.random() < LATE_SHARE:
        return later_day(random, day, allowed_days + 3, allowed_days + 9)
    if allowed_days == 0:
        return entry_moment(random, habit, day, slot)
    return later_day(random, day, 1, allowed_days) if random.random() < 0.7 else same_day(random, day, slot)
