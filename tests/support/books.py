"""Journals that good teachers wrote, and what the whole catalogue says of them: the grounds of traps."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing

from netcity_sync.compliance.finding import Finding
from netcity_sync.data_folder import DataFolder
from netcity_sync.model import Student
from support.school import CLASS, Book, Trial

NO_BLAME = ("OPS-", "FIN-11")
"""What accuses no teacher and no pupil: the service's own housekeeping, and the list of those who did well or not."""
PUPILS = [Student(id=number, name=f"{name} Анна Ильинична") for number, name in enumerate(
    ("Иванова", "Петрова", "Сидорова", "Козлова"), start=1
)]  # fmt: skip
WEEKS = (
    "09-01", "09-03", "09-08", "09-10", "09-15", "09-17", "09-22", "09-24", "09-29",
    "10-01", "10-06", "10-08", "10-13", "10-15", "10-20", "10-22",
)  # fmt: skip


def rules(findings: Iterable[Finding]) -> set[str]:
    """Which rules they are of."""
    return {item.rule for item in findings}


def blamed(tried: Trial) -> list[Finding]:
    """The findings of the whole catalogue that are anybody's fault."""
    return [item for item in tried.check().findings if not item.rule.startswith(NO_BLAME)]


def told(tried: Trial) -> set[tuple[str, str, str]]:
    """What these say."""
    return {(item.rule, item.severity.value, item.message) for item in blamed(tried)}


def fill(book: Book, *days: str, marks: bool = True, homework: bool = True, every: int = 3) -> Book:
    """Lessons that a good teacher wrote: own topics, own homework, marks for all pupils at every so many lessons."""
    for day in days or WEEKS:
        book.add_lessons(day)
        number = max(book.lessons)
        book.set_topic(number, "Инструктаж по ТБ" if number == book.first_lesson else f"Тема {number} раздела")
        if homework:
            book.give_homework(number, text=f"§ {number}")
        if marks and (number - book.first_lesson) % every == 1 % every:
            for pupil in book.students:
                book.mark(number, 4, pupil.id)
    return book


def good(**more: object) -> Book:
    """A quarter with nothing to find fault with but what a test adds."""
    return fill(Book(students=list(PUPILS), **more))  # type: ignore[arg-type]


def finals(book: Book, value: int = 4, **more: object) -> None:
    """A final mark for every pupil."""
    for pupil in book.students:
        book.final(value, pupil.id, **more)  # type: ignore[arg-type]


def write(tried: Trial, statement: str, *values: object) -> None:
    """Write into the mirror what a report of the source would have told."""
    mirror = DataFolder(tried.settings.storage.data_dir).mirror
    with closing(sqlite3.connect(mirror)) as connection, connection:
        connection.execute(statement, values)


def touch(tried: Trial, user: str, subject: str, at: str, lesson: str, action: str = "Изменение оценок") -> None:
    """A line of the report on access to the journal."""
    write(tried, "INSERT OR IGNORE INTO capability (run_id, name) SELECT max(run_id), 'journal_access' FROM run")
    write(
        tried,
        "INSERT INTO journal_access (class_id, month, subject_name, at, user_name, lesson_date, term_name, action,"
        " times, seen_from) VALUES (?, 202609, ?, ?, ?, ?, '1 четверть', ?, 1, 1)",
        CLASS, subject, f"2026-{at}", user, f"2026-{lesson}", action,
    )  # fmt: skip
