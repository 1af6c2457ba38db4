"""All journals of a class over the year as one document: a grid of marks and a list of lessons each, final marks."""

import sqlite3
from collections import defaultdict
from datetime import date

from netcity_sync.model import FinalKind
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Cell, Column, Document, Kind, Section, Table
from netcity_sync.reports.request import Focus
from netcity_sync.russian import day_month

_JOURNALS = """
SELECT subject_group_id, group_name, (
  SELECT group_concat(name, ', ') FROM (
    SELECT s.name FROM as_of_subject_group_teacher t JOIN as_of_staff s USING (staff_id)
    WHERE t.subject_group_id = g.subject_group_id ORDER BY s.name)) AS teachers
FROM (SELECT DISTINCT subject_group_id, group_name FROM journal WHERE class_id = :class_id) g
ORDER BY group_name, subject_group_id
"""
_NAME_LENGTH = 17
"""So much of a journal's name fits into the name of a sheet, between its number and what the sheet holds."""
_LESSONS = """
SELECT l.term_id, l.lesson_id, l.date, l.slot, l.topic, (
  SELECT group_concat(text, '; ') FROM (
    SELECT a.text FROM as_of_assignment a WHERE a.subject_group_id = l.subject_group_id AND a.term_id = l.term_id
      AND a.given_at_lesson_id = l.lesson_id AND a.homework ORDER BY a.assignment_id)) AS homework
FROM journal j CROSS JOIN as_of_lesson l USING (subject_group_id, term_id)
WHERE j.subject_group_id = :group_id ORDER BY l.date, l.slot, l.lesson_id
"""
_PUPILS = """
SELECT DISTINCT s.student_id, p.name FROM journal j
CROSS JOIN as_of_group_student s USING (subject_group_id, term_id) LEFT JOIN as_of_student p USING (student_id)
WHERE j.subject_group_id = :group_id ORDER BY p.name, s.student_id
"""
_CELLS = """
SELECT m.student_id, m.lesson_id, m.term_id, 0 AS kind, m.assignment_id AS place,
  CASE WHEN m.value IS NOT NULL THEN CAST(m.value AS TEXT) WHEN m.duty THEN '•' ELSE m.raw END AS text
FROM journal j CROSS JOIN as_of_mark m USING (subject_group_id, term_id) WHERE j.subject_group_id = :group_id
UNION ALL
SELECT a.student_id, a.lesson_id, a.term_id, 1, 0, a.raw
FROM journal j CROSS JOIN as_of_attendance a USING (subject_group_id, term_id) WHERE j.subject_group_id = :group_id
ORDER BY 1, 2, 3, 4, 5
"""
_FINALS = """
SELECT f.subject_group_id, f.student_id, p.name, f.kind, f.term_id, f.value, f.raw,
  (SELECT group_name FROM journal j WHERE j.subject_group_id = f.subject_group_id LIMIT 1) AS group_name
FROM (SELECT DISTINCT subject_group_id FROM journal WHERE class_id = :class_id) g
CROSS JOIN as_of_final_mark f USING (subject_group_id) LEFT JOIN as_of_student p USING (student_id)
ORDER BY p.name, f.student_id, group_name, f.subject_group_id
"""
_TERMS = "SELECT DISTINCT term_id, term_name, term_start FROM journal WHERE class_id = :class_id ORDER BY term_start"
_ABSENT_WORDS = "Отметки одного урока стоят через «/», за ними — код посещения, как в журнале; «•» — «точка» (долг)."


def build_class_book(desk: Desk, class_id: int) -> Document:
    """The journals of a class, as the desk's state of the mirror has them."""
    period = desk.year_period()
    journals = desk.bench.rows(_JOURNALS, class_id=class_id)
    contents = Table(
        "Журналы",
        (Column("№", Kind.INTEGER), Column("Журнал", width=4), Column("Учителя", width=5)),
        tuple((number, row["group_name"], row["teachers"]) for number, row in enumerate(journals, 1)),
    )
    sections = [Section("Журналы и итоговые отметки", tables=(contents, _finals(desk, class_id)))]
    for number, row in enumerate(journals, 1):
        sections.append(_journal(desk, row["subject_group_id"], row["group_name"], number))
    return Document(
        title=f"Журналы класса {desk.class_name(class_id)}",
        subtitle=f"За {period.name}",
        facts=desk.facts(period, "7.1"),
        sections=tuple(sections),
        notes=desk.notes(_ABSENT_WORDS, period=period, focus=Focus(class_id=class_id)),
        made_at=desk.snapshot.moment,
        page=desk.page(landscape=True),
    )


def _journal(desk: Desk, group_id: int, name: str, number: int) -> Section:
    sheet = f"{number} {name[:_NAME_LENGTH].strip()}"
    lessons = desk.bench.rows(_LESSONS, group_id=group_id)
    marks: dict[tuple[int, int], list[str]] = defaultdict(list)
    codes: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in desk.bench.rows(_CELLS, group_id=group_id):
        if row["text"]:
            (codes if row["kind"] else marks)[row["student_id"], row["lesson_id"]].append(row["text"])
    grid = Table(
        f"{sheet}: отметки",
        (
            Column("Ученик", width=3),
            *(Column(day_month(date.fromisoformat(row["date"])), width=0.5) for row in lessons),
        ),
        tuple(
            (pupil["name"], *(_cell(pupil["student_id"], row["lesson_id"], marks, codes) for row in lessons))
            for pupil in desk.bench.rows(_PUPILS, group_id=group_id)
        ),
    )
    plan = Table(
        f"{sheet}: уроки",
        (Column("Дата", Kind.DATE), Column("Урок №", Kind.INTEGER), Column("Тема", width=5),
         Column("Домашнее задание", width=5)),
        tuple((date.fromisoformat(row["date"]), row["slot"], row["topic"], row["homework"]) for row in lessons),
    )  # fmt: skip
    return Section(name, tables=(grid, plan))


def _cell(
    student_id: int, lesson_id: int, marks: dict[tuple[int, int], list[str]], codes: dict[tuple[int, int], list[str]]
) -> Cell:
    given, code = marks.get((student_id, lesson_id), []), codes.get((student_id, lesson_id), [])
    if len(given) == 1 and not code and given[0].isdecimal():
        return int(given[0])
    return " ".join(filter(None, ("/".join(given), *code))) or None


def _finals(desk: Desk, class_id: int) -> Table:
    terms = desk.bench.rows(_TERMS, class_id=class_id)
    places = [(FinalKind.TERM.value, row["term_id"]) for row in terms]
    places += [(kind.value, 0) for kind in (FinalKind.YEAR, FinalKind.EXAM, FinalKind.FINAL)]
    lines: dict[tuple[int, int], dict[tuple[str, int], Cell]] = defaultdict(dict)
    named: dict[tuple[int, int], sqlite3.Row] = {}
    for row in desk.bench.rows(_FINALS, class_id=class_id):
        key = row["student_id"], row["subject_group_id"]
        named[key] = row
        lines[key][row["kind"], row["term_id"]] = row["value"] if row["value"] is not None else row["raw"]
    headings = (*(row["term_name"] for row in terms), "Год", "Экзамен", "Итоговая")
    return Table(
        "Итоговые отметки",
        (Column("Ученик", width=3), Column("Предмет", width=3), *(Column(title) for title in headings)),
        tuple((named[key]["name"], named[key]["group_name"], *(line.get(place) for place in places))
              for key, line in lines.items()),
    )  # fmt: skip
