"""Topics that teachers write otherwise than usual: instructions on safety, and one topic over and over.

It has draws of its own: when a topic is written depends on nothing here.
"""

from random import Random

from netcity_sync.simulator.entries import GroupEntries, History, Lesson
from netcity_sync.simulator.school import Group

_INSTRUCTIONS = ("Инструктаж по ТБ", "Правила безопасности в кабинете", "Охрана труда", "Вводный инструктаж")
_OVER_AND_OVER = "Повторение и обобщение"


def add_topic_oddities(entries: GroupEntries, group: Group, random: Random) -> None:
    """Change some topics of a written journal."""
    lessons = sorted((item for item in entries.lessons if item.topic.moments), key=lambda item: (item.date, item.slot))
    second_year = [item for item in lessons if item.date.month < 8]
    for first in (lessons[:1], second_year[:1]):
        if random.random() < 0.7 and first and not _is_work(first[0]):
            _prefix(first[0], random.choice(_INSTRUCTIONS))
    if random.random() < 0.25 and lessons:
        begin = random.randrange(len(lessons))
        for lesson in lessons[begin : begin + random.randint(2, 8)]:
            if not _is_work(lesson):
                _rewrite(lesson, _OVER_AND_OVER)
    if group.subject.topics and random.random() < 0.5 and lessons:
        _rewrite(random.choice(lessons[1:] or lessons), "Просмотр видеофильма")


def _is_work(lesson: Lesson) -> bool:
    return "по теме «" in str(lesson.topic.values[0])


def _prefix(lesson: Lesson, words: str) -> None:
    lesson.topic = History(list(lesson.topic.moments), [f"{words}. {value}" for value in lesson.topic.values])


def _rewrite(lesson: Lesson, words: str) -> None:
    if not _is_work(lesson):
        lesson.topic = History(list(lesson.topic.moments), [words] * len(lesson.topic.values))
