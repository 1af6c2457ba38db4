"""What a person types, found in the mirror: school year, class, journal, term, pupil, teacher, closed ones too."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from netcity_sync.errors import UsageError
from netcity_sync.model import Staff, Student
from netcity_sync.russian import class_key, plain, some_of

_YEAR_BEGINS = 8
_NAMED = 20
"""How many candidates an error names."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JournalName:
    """A journal in a term, by the names that it had when the source last listed it."""

    subject_group_id: int
    term_id: int
    class_id: int
    class_name: str
    grade: int
    name: str
    subject_name: str
    term_name: str
    term_start: date
    term_end: date

    @property
    def key(self) -> tuple[int, int]:
        """Subject group and term."""
        return self.subject_group_id, self.term_id

    @property
    def label(self) -> str:
        """«7А, Химия, 1 четверть»."""
        return f"{self.class_name}, {self.name}, {self.term_name}"

    @property
    def year(self) -> int:
        """The calendar year in which its school year begins."""
        return school_year_of(self.term_start)


def school_year_of(day: date) -> int:
    """The calendar year in which the school year of a day begins."""
    return day.year if day.month >= _YEAR_BEGINS else day.year - 1


def year_name(year: int) -> str:
    """«2026/2027» for 2026."""
    return f"{year}/{year + 1}"


_JOURNALS = """
SELECT t.subject_group_id, t.term_id, g.class_id, c.name AS class_name, c.grade, g.name, g.subject_name,
  e.name AS term_name, e.start AS term_start, e."end" AS term_end
FROM (
  SELECT subject_group_id, term_id, max(seen_from), coalesce(seen_to - 1, 9e18) AS run
  FROM main.subject_group_term GROUP BY subject_group_id, term_id
) t
JOIN main.subject_group g ON g.subject_group_id = t.subject_group_id AND g.seen_from = (
  SELECT max(seen_from) FROM main.subject_group WHERE subject_group_id = t.subject_group_id AND seen_from <= t.run)
JOIN main.school_class c ON c.class_id = g.class_id AND c.seen_from = (
  SELECT max(seen_from) FROM main.school_class WHERE class_id = g.class_id AND seen_from <= t.run)
JOIN main.term e ON e.term_id = t.term_id AND e.seen_from = (
  SELECT max(seen_from) FROM main.term WHERE term_id = t.term_id AND seen_from <= t.run)
ORDER BY c.grade, c.name, g.name, e.start, t.subject_group_id
"""
"""A journal is named as of the last run that listed it: a class may carry another name a year later."""


def all_journals(connection: sqlite3.Connection) -> tuple[JournalName, ...]:
    """Every journal that any run listed, by class, name and term. The connection gives `sqlite3.Row`."""
    return tuple(
        JournalName(
            **{
                **dict(row),
                "term_start": date.fromisoformat(row["term_start"]),
                "term_end": date.fromisoformat(row["term_end"]),
            }
        )
        for row in connection.execute(_JOURNALS)
    )


def of_year(journals: Sequence[JournalName], year: int | None) -> tuple[JournalName, ...]:
    """The journals of a school year (None: the newest). Raises UsageError naming the years there are."""
    years = sorted({item.year for item in journals})
    if not years:
        raise UsageError("В зеркале ещё нет ни одного журнала.", todo="Прочитайте журналы: netcity-sync sync")
    wanted = years[-1] if year is None else year
    if wanted not in years:
        raise UsageError(
            f"В зеркале нет журналов за {year_name(wanted)} учебный год.",
            todo=f"Есть учебные годы: {', '.join(map(year_name, years))}.",
        )
    return tuple(item for item in journals if item.year == wanted)


def of_class(journals: Sequence[JournalName], wanted: str) -> tuple[JournalName, ...]:
    """The journals of a class however it is written. Raises UsageError naming the classes there are."""
    found = tuple(item for item in journals if class_key(item.class_name) == class_key(wanted))
    if not found:
        raise UsageError(
            f"Нет такого класса: {wanted}.",
            where=_year_words(journals),
            todo=f"Есть классы: {', '.join(dict.fromkeys(item.class_name for item in journals))}.",
        )
    return found


def of_subject(journals: Sequence[JournalName], wanted: str) -> tuple[JournalName, ...]:
    """One journal of a class, in all its terms: by its whole name, its subject, or the beginning of either.

    Its number in the GIS will do too. Raises UsageError naming the journals there are, or those that fit.
    """
    groups = {item.subject_group_id: item for item in journals}
    key = plain(wanted)
    ways: tuple[Callable[[JournalName], bool], ...] = (
        lambda item: str(item.subject_group_id) == key,
        lambda item: plain(item.name) == key,
        lambda item: plain(item.subject_name) == key,
        lambda item: plain(item.name).startswith(key) or plain(item.subject_name).startswith(key),
    )
    where = f"{journals[0].class_name}, {_year_words(journals)}"
    group = _the_one(
        _first_fit(groups.values(), ways),
        _Words(f"Нет такого журнала: {wanted}.", f"Под «{wanted}» подходят несколько журналов.", "Есть журналы", where),
        list(groups.values()),
        lambda item: (item.name, item.subject_group_id),
    )
    return tuple(item for item in journals if item.subject_group_id == group.subject_group_id)


def of_term(journals: Sequence[JournalName], wanted: str) -> tuple[JournalName, ...]:
    """A journal in one term: by its number or the beginning of its name. Raises UsageError naming the terms."""
    found = tuple(item for item in journals if plain(item.term_name).startswith(plain(wanted)))
    if not found:
        raise UsageError(
            f"Нет такого учебного периода: {wanted}.",
            where=f"{journals[0].class_name}, {journals[0].name}, {_year_words(journals)}",
            todo=f"Есть: {', '.join(dict.fromkeys(item.term_name for item in journals))}.",
        )
    return found


def find_student(connection: sqlite3.Connection, journals: Sequence[JournalName], wanted: str) -> Student:
    """A pupil who is or was on the list of one of these journals: by surname and name, or the beginnings of them.

    A pupil's number in the GIS will do too. Raises UsageError naming the pupils there are, or those that fit.
    """
    listed: set[int] = set()
    for item in journals:
        rows = connection.execute(
            "SELECT DISTINCT student_id FROM main.group_student WHERE subject_group_id = ? AND term_id = ?", item.key
        )
        listed |= {row[0] for row in rows}
    names = student_names(connection)
    students = sorted((Student(id=key, name=names.get(key, str(key))) for key in listed), key=lambda item: item.name)
    where = f"{journals[0].class_name}, {_year_words(journals)}"
    return _the_one(
        _first_fit(students, _ways_of_person(wanted)),
        _Words(f"Нет такого ученика: {wanted}.", f"Под «{wanted}» подходят несколько учеников.", "Есть ученики", where),
        students,
        lambda item: (item.name, item.id),
    )


def find_teacher(connection: sqlite3.Connection, wanted: str) -> Staff:
    """A teacher of any journal, by surname and name. Raises UsageError naming those there are, or those that fit."""
    rows = connection.execute(
        "SELECT staff_id, name, max(seen_from) FROM main.staff"
        " WHERE staff_id IN (SELECT staff_id FROM main.subject_group_teacher) GROUP BY staff_id ORDER BY name"
    )
    teachers = [Staff(id=row[0], name=row[1]) for row in rows]
    return _the_one(
        _first_fit(teachers, _ways_of_person(wanted)),
        _Words(f"Нет такого учителя: {wanted}.", f"Под «{wanted}» подходят несколько учителей.", "Есть учителя", ""),
        teachers,
        lambda item: (item.name, item.id),
    )


def groups_of_teacher(connection: sqlite3.Connection, staff_id: int, first_run: int, last_run: int) -> frozenset[int]:
    """The journals that were a teacher's at any time between two runs."""
    rows = connection.execute(
        "SELECT subject_group_id FROM main.subject_group_teacher"
        " WHERE staff_id = ? AND seen_from <= ? AND (seen_to IS NULL OR seen_to > ?)",
        [staff_id, last_run, first_run],
    )
    return frozenset(row[0] for row in rows)


def student_names(connection: sqlite3.Connection) -> dict[int, str]:
    """The newest known name of every pupil."""
    rows = connection.execute("SELECT student_id, name, max(seen_from) FROM main.student GROUP BY student_id")
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class _Words:
    nothing: str
    several: str
    known: str
    where: str


def _first_fit(candidates: Iterable[T], ways: Sequence[Callable[[T], bool]]) -> list[T]:
    """Those that fit in the strictest way in which any does."""
    known = list(candidates)
    return next((found for way in ways if (found := [item for item in known if way(item)])), [])


def _ways_of_person(wanted: str) -> tuple[Callable[[Student | Staff], bool], ...]:
    words = plain(wanted).replace(".", " ").split()

    def exactly(person: Student | Staff) -> bool:
        return plain(person.name).split()[: len(words)] == words

    def by_beginnings(person: Student | Staff) -> bool:
        names = plain(person.name).split()
        return 0 < len(words) <= len(names) and all(
            name.startswith(word) for name, word in zip(names, words, strict=False)
        )

    def surname_then_beginnings(person: Student | Staff) -> bool:
        return by_beginnings(person) and plain(person.name).split()[0] == words[0]

    def by_number(person: Student | Staff) -> bool:
        return str(person.id) == wanted.strip()

    return by_number, exactly, surname_then_beginnings, by_beginnings


def _the_one(found: Sequence[T], words: _Words, known: Sequence[T], name: Callable[[T], tuple[str, int]]) -> T:
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            words.several, where=words.where, todo=f"Уточните имя или укажите номер: {_listed(found, name)}."
        )
    raise UsageError(words.nothing, where=words.where, todo=f"{words.known}: {_listed(known, name)}.")


def _listed(items: Sequence[T], name: Callable[[T], tuple[str, int]]) -> str:
    """Candidates by name, those that share it with their numbers."""
    names = [name(item) for item in items]
    texts = [text for text, _ in names]
    words = [f"{text} (№ {number})" if texts.count(text) > 1 else text for text, number in names]
    return some_of(words, _NAMED, "; ")


def _year_words(journals: Sequence[JournalName]) -> str:
    years = dict.fromkeys(year_name(item.year) for item in journals)
    return f"{', '.join(years)} учебный год"
