"""A class journal out of the mirror: a query a table for the whole class, whatever the number of its journals.

Printed is what the last good read of each journal holds. A record absent from it is not, even where its absence is not
confirmed yet; what has no place in the grid (a mark without a lesson) is told in a note, so that nothing is lost.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from netcity_sync.errors import UsageError
from netcity_sync.model import AttendanceCode
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.paper.journal import (
    ClassJournal,
    Column,
    FinalColumn,
    LessonColumn,
    PupilRow,
    SubjectJournal,
)
from netcity_sync.reports.period import Period, PeriodKind
from netcity_sync.russian import full_date, full_date_time, initials, plain, plural

_DUTY = "•"
_OTHER_FINALS = (("year", "год"), ("exam", "экз."), ("final", "итог"))
_SHORT_TERMS = {"четверть": "четв.", "полугодие": "полуг.", "триместр": "трим."}

_Rows = Sequence[sqlite3.Row]


def read_class_journal(desk: Desk, class_id: int, period: Period) -> ClassJournal:
    """The journal of a class over a term, or over all terms that end in a period.

    Raises UsageError where the class has no journals of it: a half-year is printed when it ends, not with a quarter.
    """
    terms = (int(period.key),) if period.kind is PeriodKind.TERM else desk.terms_of(class_id, period)
    reading = _Reading(desk, class_id, terms, whole_year=period.kind is PeriodKind.YEAR)
    journals = reading.journals() if terms else ()
    name = desk.class_name(class_id)
    if not journals:
        raise UsageError(f"У класса {name} нет журналов за {period.name}.", todo="Укажите другой период или класс.")
    chiefs = desk.bench.rows(
        "SELECT s.name FROM as_of_class_chief JOIN as_of_staff s USING (staff_id) WHERE class_id = :id ORDER BY s.name",
        id=class_id,
    )
    return ClassJournal(
        desk.school, desk.year_name, class_id, name, ", ".join(row["name"] for row in chiefs) or "—",
        period.name, period.first, period.last, journals,
        desk.snapshot.moment.astimezone(desk.settings.zone), desk.snapshot.run_id, reading.codes(),
    )  # fmt: skip


class _Reading:
    """What is looked up once for all journals of a class."""

    def __init__(self, desk: Desk, class_id: int, terms: tuple[int, ...], *, whole_year: bool) -> None:
        self._desk = desk
        self._values = {"class_id": class_id, "terms": json.dumps(terms)}
        self._whole_year = whole_year
        self._listed = {row["student_id"]: row["first_day"] for row in self._rows(_ON_ROSTER)}
        self._roster_known = bool(self._listed)
        self._pupils = self._by_journal(_PUPILS)
        self._lessons = self._by_journal(_LESSONS)
        self._teachers = self._by_journal(_TEACHERS)
        self._assignments = self._by_journal(_ASSIGNMENTS)
        self._cells = self._by_journal(_CELLS)
        self._finals = self._by_journal(_FINALS)

    def _rows(self, query: str) -> _Rows:
        return self._desk.bench.connection.execute(query, self._values).fetchall()

    def _by_journal(self, query: str) -> dict[int, list[sqlite3.Row]]:
        found: dict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in self._rows(query):
            found[row["subject_group_id"]].append(row)
        return found

    def journals(self) -> tuple[SubjectJournal, ...]:
        """Subjects by the alphabet, subgroups and individual plans after the whole class's journal."""
        of_group: dict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in self._rows(_JOURNALS):
            of_group[row["subject_group_id"]].append(row)
        found = sorted(of_group.values(), key=lambda parts: (plain(parts[0]["group_name"]), parts[0]["group_name"]))
        return tuple(self._journal(parts) for parts in found)

    def codes(self) -> frozenset[tuple[str, AttendanceCode]]:
        """The codes of attendance that stand in the journals, each with its meaning."""
        return frozenset((row["raw"], AttendanceCode(row["code"])) for row in self._rows(_CODES) if row["raw"])

    def _journal(self, parts: list[sqlite3.Row]) -> SubjectJournal:
        group = parts[0]["subject_group_id"]
        columns = self._columns(group, parts)
        cells, stray = self._texts(group, columns)
        finals = {(row["student_id"], _final_title(row)): _shown(row) for row in self._finals[group]}
        pupils = self._pupils[group]
        short = _short_names([row["name"] for row in pupils])
        rows = [
            PupilRow(
                row["student_id"], short[place] + self._fate(row["student_id"], parts[0]),
                tuple(
                    "/".join(cells[row["student_id"], column.lesson_id])
                    if isinstance(column, LessonColumn)
                    else finals.get((row["student_id"], column.title), "")
                    for column in columns
                ),
            )
            for place, row in enumerate(pupils)
        ]  # fmt: skip
        rows.sort(key=lambda row: (plain(row.name), row.student_id))
        return SubjectJournal(
            group, parts[0]["group_name"], self._names(group), columns, tuple(rows),
            (*filter(None, map(self._doubt, parts)), *_lost_words(self._cells[group]), *stray),
            None if any(part["read_at"] is None for part in parts)
            else self._desk.bench.local(min(part["read_at"] for part in parts)),
            not any(self._doubt(part) for part in parts),
        )  # fmt: skip

    def _names(self, group: int) -> str:
        return ", ".join(row["name"] for row in self._teachers[group]) or "—"

    def _fate(self, student: int, term: sqlite3.Row) -> str:
        """Words after the name of a pupil who came after the first printed day, or left."""
        if student not in self._listed:
            return " (выб.)" if self._roster_known else ""
        start = self._listed[student]
        return f" (с {date.fromisoformat(start):%d.%m})" if start > term["term_start"] else ""

    def _doubt(self, part: sqlite3.Row) -> str:
        """Why what is printed of a term may not be all of it; empty where it was read after its last day."""
        term = f"за период «{part['term_name']}»"
        if part["read_at"] is None:
            return f"Нет данных: журнал {term} не прочитан."
        read = self._desk.bench.local(part["read_at"])
        shown = full_date_time(read, self._desk.settings.zone)
        if part["tried_run"] != part["read_run"]:
            return f"Последнее чтение {term} не удалось; данные на {shown}."
        if read.date() <= date.fromisoformat(part["term_end"]):
            return f"Журнал {term} читали в последний раз {shown}, раньше конца периода."
        return ""

    def _columns(self, group: int, parts: Iterable[sqlite3.Row]) -> tuple[Column, ...]:
        """Term by term its lessons and its final mark; after the year's terms the other final marks."""
        works: dict[int, list[str]] = defaultdict(list)
        tasks: dict[int, list[str]] = defaultdict(list)
        for row in self._assignments[group]:
            texts = tasks[row["given_at_lesson_id"]] if row["homework"] else works[row["lesson_id"]]
            text = row["text"] if row["homework"] else row["type_name"]
            if text and text not in texts:
                texts.append(text)
        teacher = ", ".join(initials(row["name"]) for row in self._teachers[group])
        columns: list[Column] = []
        number = 0
        for part in parts:
            for row in self._lessons[group]:
                if row["term_id"] == part["term_id"]:
                    number += 1
                    columns.append(LessonColumn(
                        row["lesson_id"], date.fromisoformat(row["date"]), number, row["topic"] or "",
                        "; ".join(works[row["lesson_id"]]), "; ".join(tasks[row["lesson_id"]]),
                        f"{initials(row['substitute'])} (замена)" if row["substitute"] else teacher,
                    ))  # fmt: skip
            title = _short_term(part["term_name"])
            if part["marked"] or any(_final_title(row) == title for row in self._finals[group]):
                columns.append(FinalColumn(title))
        if self._whole_year:
            known = {row["kind"] for row in self._finals[group]}
            columns += [FinalColumn(title) for kind, title in _OTHER_FINALS if kind in known]
        return tuple(columns)

    def _texts(self, group: int, columns: tuple[Column, ...]) -> tuple[dict[tuple[int, int], list[str]], list[str]]:
        """What each cell holds, and sentences on what stands at no lesson of the page."""
        lessons = {column.lesson_id for column in columns if isinstance(column, LessonColumn)}
        listed = {row["student_id"] for row in self._pupils[group]}
        cells: dict[tuple[int, int], list[str]] = defaultdict(list)
        stray = []
        for row in self._cells[group]:
            if row["missing"]:
                continue
            if row["lesson_id"] in lessons and row["student_id"] in listed:
                cells[row["student_id"], row["lesson_id"]].append(row["shown"])
            else:
                stray.append(f"{initials(row['name'] or '—')} — «{row['shown']}»")
        words = [f"Стоит в журнале, но не в клетке урока: {'; '.join(stray)}."] if stray else []
        return cells, words


def _lost_words(cells: Iterable[sqlite3.Row]) -> list[str]:
    lost = sum(row["missing"] for row in cells)
    if not lost:
        return []
    return [f"При последнем чтении не найдено и не напечатано: {plural(lost, 'запись', 'записи', 'записей')}."]


def _short_term(name: str) -> str:
    """«1 четв.»."""
    return " ".join(_SHORT_TERMS.get(word, word) for word in name.lower().split())


def _final_title(row: sqlite3.Row) -> str:
    return _short_term(row["term_name"] or "") if row["kind"] == "term" else dict(_OTHER_FINALS)[row["kind"]]


def _shown(row: sqlite3.Row) -> str:
    return str(row["value"]) if row["value"] is not None else row["raw"] or ""


def _short_names(names: list[str]) -> list[str]:
    """Surname and first name; whole where two are called so."""
    short = [" ".join(name.split()[:2]) for name in names]
    return [full if short.count(item) > 1 else item for full, item in zip(names, short, strict=True)]


def read_words(journal: ClassJournal) -> str:
    """As of when a class journal is printed: «24.10.2026», or from the oldest of its reads to the newest."""
    days = sorted(item.read_at.date() for item in journal.journals if item.read_at is not None)
    if not days:
        return "—"
    return full_date(days[0]) if days[0] == days[-1] else f"{full_date(days[0])} – {full_date(days[-1])}"


_OF_CLASS = """
FROM journal j
CROSS JOIN {table} a ON a.subject_group_id = j.subject_group_id AND a.term_id = j.term_id
{more}
WHERE j.class_id = :class_id AND j.term_id IN (SELECT value FROM json_each(:terms))
"""

_JOURNALS = """
SELECT * FROM journal j WHERE class_id = :class_id AND term_id IN (SELECT value FROM json_each(:terms))
ORDER BY term_start, term_id
"""

_ON_ROSTER = "SELECT student_id, first_day FROM arrival WHERE class_id = :class_id AND json_valid(:terms)"

_NAME = "LEFT JOIN as_of_student s ON s.student_id = a.student_id"

_PUPILS = f"""
SELECT DISTINCT a.subject_group_id, a.student_id, coalesce(s.name, '—') AS name
{_OF_CLASS.format(table="as_of_group_student", more=_NAME)} AND NOT a.missing
ORDER BY name, a.student_id
"""

_LESSONS = f"""
SELECT a.*, t.name AS substitute
{
    _OF_CLASS.format(
        table="as_of_lesson",
        more='''
LEFT JOIN substituted u
  ON u.subject_group_id = a.subject_group_id AND u.term_id = a.term_id AND u.lesson_id = a.lesson_id
LEFT JOIN as_of_staff t ON t.staff_id = u.staff_id''',
    )
} AND NOT a.missing
ORDER BY a.date, a.slot, a.lesson_id
"""

_TEACHERS = """
SELECT DISTINCT j.subject_group_id, s.name FROM journal j
CROSS JOIN as_of_subject_group_teacher USING (subject_group_id) JOIN as_of_staff s USING (staff_id)
WHERE j.class_id = :class_id AND json_valid(:terms) ORDER BY s.name
"""

_ASSIGNMENTS = f"""
SELECT a.subject_group_id, a.homework, a.lesson_id, a.given_at_lesson_id, a.text, t.name AS type_name
{
    _OF_CLASS.format(
        table="as_of_assignment",
        more="LEFT JOIN as_of_assignment_type t ON t.type_id = a.type_id",
    )
} AND NOT a.missing ORDER BY a.assignment_id
"""

_CELLS = f"""
SELECT a.subject_group_id, a.student_id, a.lesson_id, 0 AS place, 0 AS assignment_id, a.raw AS shown, a.missing, s.name
{_OF_CLASS.format(table="as_of_attendance", more=_NAME)}
UNION ALL
SELECT a.subject_group_id, a.student_id, a.lesson_id, 1, a.assignment_id,
  coalesce(CAST(a.value AS TEXT), a.raw, '{_DUTY}'), a.missing, s.name
{_OF_CLASS.format(table="as_of_mark", more=_NAME)}
ORDER BY a.subject_group_id, a.student_id, a.lesson_id, place, a.assignment_id
"""

_CODES = f"""
SELECT DISTINCT a.raw, a.code {_OF_CLASS.format(table="as_of_attendance", more="")} AND NOT a.missing
"""

_FINALS = """
SELECT DISTINCT f.subject_group_id, f.student_id, f.kind, f.value, f.raw, t.name AS term_name
FROM journal j
CROSS JOIN final f ON f.subject_group_id = j.subject_group_id
LEFT JOIN as_of_term t ON t.term_id = f.term_id
WHERE j.class_id = :class_id AND j.term_id IN (SELECT value FROM json_each(:terms)) AND NOT f.missing
ORDER BY f.subject_group_id, f.student_id
"""
