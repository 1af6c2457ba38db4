"""Whether families see what the school wrote: the mirror's marks and homework against a parent's diary (§6.1, §8.1).

An entry counts as hidden only when two readings of the diary lack it and the journal, read again, still holds it.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from netcity_sync.adapters.netschool.connection import Account, Connection
from netcity_sync.adapters.netschool.family import FamilyView
from netcity_sync.clock import Clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.diary import Diary
from netcity_sync.errors import AnswerError, SettingsError
from netcity_sync.jobs.source import gis_source
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.russian import day_month
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal that a family should see.

    `journal` is its subject group and term, `id` the assignment's, `place` a Russian phrase.
    """

    journal: tuple[int, int]
    id: int
    student_id: int
    mark: bool
    place: str
    value: int | None


@dataclass(frozen=True, slots=True)
class Visibility:
    """What was compared, and what the family does not see, or sees otherwise. Moments are UTC.

    `owed` are assignments that the diary counts as overdue, `files` those that hang on assignments.
    """

    children: int
    first: date
    last: date
    journal_read_at: datetime
    marks: int
    homework: int
    announcements: int
    owed: int
    files: int
    hidden: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 where everything is visible, else 1."""
        return 1 if self.hidden else 0


def look_as_a_family(settings: Settings, clock: Clock, *, days: int) -> Visibility:
    """Read the diaries of a parent's children and compare them with the mirror's journals of the last days.

    Raises SettingsError where no family's account is in the settings, DamagedError or UsageError where the mirror
    cannot be read, and what a sign-in and a call raise.
    """
    if settings.family is None:
        raise SettingsError(
            "Учётная запись родителя не указана.", where="раздел [family]", todo="Впишите family.login и пароль."
        )
    last = local_date(clock(), settings.zone)
    first = last - timedelta(days=days)
    account = Account(settings.family.login, settings.family_password())
    connection = Connection(settings.gis, account, clock=clock, monotonic=time.monotonic, sleep=time.sleep)
    with open_snapshot(DataFolder(settings.storage.data_dir)) as snapshot:
        connection.open()
        try:
            view = FamilyView(connection)
            children = view.students().students
            diaries = [view.diary(child.id, first, last)[0] for child in children]
            entries = [entry for diary in diaries for entry in _entries(snapshot.connection, diary)]
            suspects = _missing(entries, diaries)
            if suspects:
                # the GIS is known to show incomplete weeks now and then
                suspects = _missing(suspects, [view.diary(child.id, first, last)[0] for child in children])
            announcements = len(view.announcements())
            owed = sum(len(view.overdue(child.id, first, last)) for child in children)
            files, unread_files = _files(view, diaries)
        finally:
            connection.close()
    hidden = _still_there(settings, suspects) if suspects else []
    result = Visibility(
        children=len(children),
        first=first,
        last=last,
        journal_read_at=snapshot.moment,
        marks=sum(entry.mark for entry in entries),
        homework=sum(not entry.mark for entry in entries),
        announcements=announcements,
        owed=owed,
        files=files,
        hidden=(*(f"{entry.place}: семья видит другое или ничего" for entry in hidden), *unread_files),
    )
    log.info("visibility_checked", entries=len(entries), hidden=len(hidden))
    return result


def _missing(entries: Iterable[Entry], diaries: Iterable[Diary]) -> list[Entry]:
    """The entries that the diaries do not show, or show with another mark."""
    seen = {
        (item.id, diary.student_id): item
        for diary in diaries
        for lesson in diary.lessons
        for item in lesson.assignments
    }

    def hidden(entry: Entry) -> bool:
        shown = seen.get((entry.id, entry.student_id))
        if shown is None:
            return True
        return entry.mark and (shown.mark is None or shown.mark.value != entry.value)

    return [entry for entry in entries if hidden(entry)]


def _files(view: FamilyView, diaries: Iterable[Diary]) -> tuple[int, list[str]]:
    """How many files hang on the assignments; and the cards or files that do not open, by trying one a child."""
    count, failed = 0, []
    for diary in diaries:
        ids = [item.id for lesson in diary.lessons for item in lesson.assignments]
        attached = view.attachments(diary.student_id, ids) if ids else {}
        count += sum(map(len, attached.values()))
        for assignment_id, files in list(attached.items())[:1]:
            card = view.details(diary.student_id, assignment_id)
            try:
                opened = all(view.file(file.id) for file in files if file.id)
            except AnswerError:
                opened = False
            if not opened:
                failed.append(f"{card.subject_group_name}, {day_month(card.date)}, файл к заданию: не открывается")
    return count, failed


def _still_there(settings: Settings, suspects: Iterable[Entry]) -> list[Entry]:
    """Those that the journals still hold: a teacher may have put something right since the last reading."""
    by_journal: dict[tuple[int, int], list[Entry]] = {}
    for entry in suspects:
        by_journal.setdefault(entry.journal, []).append(entry)
    found: list[Entry] = []
    with gis_source(settings) as source:
        source.read_dictionaries()
        for journal, entries in by_journal.items():
            content = source.read_journal(*journal).content
            marks = {(item.assignment_id, item.student_id): item.value for item in content.marks}
            homework = {item.id for item in content.assignments if item.homework and item.text is not None}
            found += (
                entry
                for entry in entries
                if (marks.get((entry.id, entry.student_id), _GONE) == entry.value if entry.mark
                    else entry.id in homework)
            )  # fmt: skip
    return found


_GONE = object()
"""Stands for a mark that the journal no longer holds; null is a duty mark."""


def _entries(connection: sqlite3.Connection, diary: Diary) -> Iterator[Entry]:
    """Homework and marks of one child whose lessons the diary covers, as the mirror last saw them."""
    values = {"student": diary.student_id, "first": diary.first.isoformat(), "last": diary.last.isoformat()}
    for row in connection.execute(_MARKS, values):
        place = f"{row['subject_name']}, {day_month(date.fromisoformat(row['date']))}, отметка"
        journal = (row["subject_group_id"], row["term_id"])
        yield Entry(journal, row["assignment_id"], diary.student_id, True, place, row["value"])
    for row in connection.execute(_HOMEWORK, values):
        place = f"{row['subject_name']}, {day_month(date.fromisoformat(row['date']))}, домашнее задание"
        journal = (row["subject_group_id"], row["term_id"])
        yield Entry(journal, row["assignment_id"], diary.student_id, False, place, None)


_MARKS = """
SELECT m.subject_group_id, m.term_id, m.assignment_id, m.value, l.date, g.subject_name
FROM as_of_mark m
JOIN as_of_lesson l USING (subject_group_id, term_id, lesson_id)
JOIN as_of_subject_group g USING (subject_group_id)
WHERE m.student_id = :student AND NOT m.missing AND m.assignment_id <> 0 AND NOT l.missing
  AND l.date BETWEEN :first AND :last
"""
_HOMEWORK = """
SELECT a.subject_group_id, a.term_id, a.assignment_id, l.date, g.subject_name
FROM as_of_assignment a
JOIN as_of_lesson l ON l.subject_group_id = a.subject_group_id AND l.term_id = a.term_id AND l.lesson_id = a.lesson_id
JOIN as_of_group_student s ON s.subject_group_id = a.subject_group_id AND s.term_id = a.term_id
JOIN as_of_subject_group g ON g.subject_group_id = a.subject_group_id
WHERE s.student_id = :student AND NOT s.missing AND a.homework AND a.text IS NOT NULL AND NOT a.missing
  AND NOT l.missing AND l.date BETWEEN :first AND :last
"""
