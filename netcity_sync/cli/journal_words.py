"""Records of a journal in the words of those who keep it, for `history` and `diff`."""

from collections.abc import Iterable, Sequence

from netcity_sync.mirror.diff import Difference
from netcity_sync.mirror.history import Event
from netcity_sync.mirror.records import (
    AssignmentSaid,
    AttendanceSaid,
    LessonSaid,
    ListedSaid,
    MarkSaid,
    Place,
    Said,
    Step,
    TextSaid,
    What,
)
from netcity_sync.model import AttendanceCode
from netcity_sync.russian import day_month, plural, short_name

Told = Event | Difference
"""What `history` and `diff` tell alike."""

NOTHING = "—"
WHAT_WORDS = {
    What.LESSON: "урок",
    What.TOPIC: "тема",
    What.HOMEWORK: "домашнее задание",
    What.ASSIGNMENT: "задание",
    What.MARK: "отметка",
    What.ATTENDANCE: "посещение",
    What.LISTED: "список журнала",
}
WHAT_TITLES = {
    What.MARK: "Отметки",
    What.TOPIC: "Темы уроков",
    What.HOMEWORK: "Домашние задания",
    What.ATTENDANCE: "Посещение",
    What.LESSON: "Уроки",
    What.ASSIGNMENT: "Задания (столбцы)",
    What.LISTED: "Ученики в списке",
}
"""In the order in which a deputy asks for them."""
_COUNTED = {
    What.LESSON: ("урок", "урока", "уроков"),
    What.TOPIC: ("тема", "темы", "тем"),
    What.HOMEWORK: ("домашнее задание", "домашних задания", "домашних заданий"),
    What.ASSIGNMENT: ("задание", "задания", "заданий"),
    What.MARK: ("отметка", "отметки", "отметок"),
    What.ATTENDANCE: ("отметка о посещении", "отметки о посещении", "отметок о посещении"),
    What.LISTED: ("ученик в списке", "ученика в списке", "учеников в списке"),
}
_ATTENDANCE = {
    AttendanceCode.UNEXCUSED: "неуважительная причина",
    AttendanceCode.EXCUSED: "уважительная причина",
    AttendanceCode.ILLNESS: "болел",
    AttendanceCode.UNKNOWN: "причина не указана",
    AttendanceCode.LATE: "опоздал",
    AttendanceCode.EXEMPT: "освобождён",
    AttendanceCode.REMOTE: "дистанционно",
}
_LONGEST = 70


class PupilNames:
    """Pupils as «Иванов И.»; those who would be called alike keep their full names, and their numbers if need be."""

    def __init__(self, places: Iterable[Place]) -> None:
        full = {item.student_id: item.student_name or "" for item in places if item.student_id is not None}
        short = [short_name(name) for name in full.values()]
        names = list(full.values())
        self._shown = {key: _told_apart(key, name, short, names) or f"ученик № {key}" for key, name in full.items()}

    def shown(self, place: Place) -> str:
        """The pupil of a place; empty where there is none, or none of whom names were wanted."""
        return self._shown.get(place.student_id or 0, "")


def _told_apart(number: int, name: str, short: list[str], full: list[str]) -> str:
    if short.count(short_name(name)) == 1:
        return short_name(name)
    return name if full.count(name) == 1 else f"{name} (№ {number})"


def line_words(items: Sequence[Told], pupils: PupilNames) -> tuple[str, str]:
    """Things alike at one lesson as two texts: «отметка, 14.10 (3-й урок), Иванов И.» and «4 → 5».

    Several pupils stand in the second: «Иванов И.: 5; Петров П.: 4».
    """
    first = items[0]
    place = first.place
    where = [WHAT_WORDS[first.what]]
    if place.lesson_date is not None:
        where.append(f"{day_month(place.lesson_date)} ({place.slot}-й урок)")
    if len(items) == 1:
        where += [name] if (name := pupils.shown(place)) else []
        return ", ".join(where), change_words(first.step, first.old, first.new)
    said = [
        f"{pupils.shown(item.place)}: {said_words(item.new)}"
        if item.step is Step.ADDED
        else f"{pupils.shown(item.place)}: {change_words(item.step, item.old, item.new)}"
        for item in items
    ]
    return ", ".join(where), "; ".join(said)


def alike(item: Told) -> tuple[What, Step, int | None, int | None]:
    """What is told in one line: entries of several pupils of one kind at one lesson."""
    alone = None if item.place.student_id is not None else item.place.assignment_id
    return item.what, item.step, item.place.lesson_id, alone


def said_words(said: Said | None) -> str:
    """What a record says: «5», «точка», «Н (причина не указана)», the text of a topic, «—» for nothing."""
    words = NOTHING
    match said:
        case MarkSaid():
            words = "точка" if said.duty and said.value is None else str(said.value or said.raw or NOTHING)
        case AttendanceSaid():
            words = f"{said.raw} ({_ATTENDANCE[said.code]})" if said.raw else _ATTENDANCE[said.code]
        case LessonSaid():
            words = f"{day_month(said.date)}, {said.slot}-й урок"
        case TextSaid():
            words = _short(said.text)
        case AssignmentSaid():
            named = f": {_short(said.text)}" if said.text and said.text != said.type_name else ""
            words = f"{said.type_name}{named}" + (f", вес {said.weight}" if said.weight else "")
        case ListedSaid():
            words = "в списке"
    return words


def change_words(step: Step, old: Said | None, new: Said | None) -> str:
    """«4 → 5», and what is known of a record that is absent or back."""
    match step:
        case Step.MISSING:
            return f"{said_words(old)} → пропало (ещё не подтверждено)"
        case Step.RETURNED if old == new or old is None:
            return f"снова есть: {said_words(new)}"
        case Step.RETURNED:
            return f"{said_words(old)} → снова есть: {said_words(new)}"
        case _:
            return f"{said_words(old)} → {said_words(new)}"


def count_words(kinds: Iterable[What]) -> str:
    """«20 уроков, 18 тем, 140 отметок»."""
    listed = list(kinds)
    return ", ".join(plural(count, *_COUNTED[what]) for what in What if (count := listed.count(what)))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…"
