"""Whose data a purge destroys, and which: a person a line, as the extract of the log names them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netcity_sync.mirror.exchange_years import BELONGING, Who
from netcity_sync.mirror.purge import PUPIL_TABLES, YearPurge
from netcity_sync.mirror.schema import ACCESS_TABLE
from netcity_sync.russian import plain

_NAME = "фамилия, имя, отчество"
_OF_PUPILS = {
    "group_student": "списки журналов",
    "mark": "отметки",
    "attendance": "посещаемость уроков",
    "enrolment": "списки классов",
    "final_mark": "итоговые отметки",
}
_LAST_NAMES = """
SELECT student_id, name FROM main.student s
WHERE seen_from = (SELECT max(seen_from) FROM main.student n WHERE n.student_id = s.student_id)
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person whose records are destroyed, and which they are (Russian)."""

    name: str
    who: Who
    data: tuple[str, ...]


def purged_subjects(purge: YearPurge) -> tuple[Subject, ...]:
    """Everybody whose records go: pupils by name, then staff. Who is told by name alone is whoever bears the name."""
    names = dict(purge.ask(_LAST_NAMES))
    pupils: dict[int, list[str]] = {student_id: [_NAME] for student_id in purge.students()}
    for table in PUPIL_TABLES:
        for (student_id,) in purge.ask(f"SELECT DISTINCT student_id {purge.gone(table.name)}"):
            pupils.setdefault(student_id, []).append(_OF_PUPILS[table.name])
    found = [(names.get(student_id, ""), Who.PUPIL, data) for student_id, data in pupils.items()]
    by_name = {(plain(name), who): data for name, who, data in found}
    for name, who, what in _named(purge):
        data = by_name.setdefault((plain(name), who), [])
        if not data:
            found.append((name, who, data))
        data.append(what)
    order = list(Who)
    found.sort(key=lambda item: (order.index(item[1]), plain(item[0])))
    return tuple(Subject(name, who, tuple(dict.fromkeys(data))) for name, who, data in found)


def kinds_of_data(subjects: Iterable[Subject]) -> tuple[str, ...]:
    """All that goes of them, names first."""
    found = dict.fromkeys(what for item in subjects for what in item.data)
    return tuple(sorted(found, key=lambda what: what != _NAME))


def _named(purge: YearPurge) -> Iterator[tuple[str, Who, str]]:
    """Names in rows that go, where a number tells nobody."""
    for (name,) in purge.ask(f"SELECT DISTINCT name {purge.gone('staff')} ORDER BY name"):
        yield name, Who.STAFF, _NAME
    for (name,) in purge.ask(f"SELECT DISTINCT user_name {purge.gone(ACCESS_TABLE.name)} ORDER BY user_name"):
        yield name, Who.STAFF, "записи о доступе к журналу"
    for table, belonging in BELONGING.items():
        for person in belonging.people:
            query = f"SELECT DISTINCT v.{person.column}, {person.staff_if} {purge.gone(table)} ORDER BY 1, 2"
            for name, staff in purge.ask(query):
                if name:
                    yield name, Who.STAFF if staff else Who.PUPIL, belonging.data
