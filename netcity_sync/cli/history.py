"""`netcity-sync history`: every value of a mark, a lesson, a pupil, a journal, and when it was entered."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from netcity_sync.cli.console import print_json, print_table, say
from netcity_sync.cli.framework import RussianGroup
from netcity_sync.cli.journal_words import PupilNames, alike, count_words, line_words
from netcity_sync.cli.options import config_option, day_of, json_option, moment_of, state
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.access import Touch
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.history import Event, JournalHistory, Wanted, in_order, read_history
from netcity_sync.mirror.lookup import (
    JournalName,
    all_journals,
    find_student,
    of_class,
    of_subject,
    of_term,
    of_year,
    school_year_of,
    year_name,
)
from netcity_sync.model import Student
from netcity_sync.russian import full_date, full_date_time, initials, local_time
from netcity_sync.school_days import local_moment
from netcity_sync.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN = 40
_TOUCHES_SHOWN = 4

year_option = click.option(
    "--year", metavar="ГОД", help="Учебный год, пример: 2025 или 2025/2026; без него — последний."
)
all_option = click.option("--all", "show_all", is_flag=True, help="Не сокращать: и то, что было при первом чтении.")


def _period_options(command: F) -> F:
    first = click.option("--from", "since", metavar="ДАТА", help="Только внесённое не раньше этой даты.")
    last = click.option("--to", "until", metavar="ДАТА", help="Только внесённое не позже этой даты.")
    return first(last(command))


@click.group("history", cls=RussianGroup, help="История отметки, урока, ученика, журнала: что, когда и кем менялось.")
def history_group() -> None:
    """Commands about the past of records."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked for, in words, and what was found."""

    title: str
    student: Student | None
    histories: tuple[JournalHistory, ...]

    @property
    def events(self) -> list[tuple[JournalHistory, Event]]:
        """All events in the order of time."""
        pairs = [(item, event) for item in self.histories for event in item.events]
        return sorted(pairs, key=lambda pair: in_order(pair[1]))


@history_group.command(
    "mark", help="Отметки и посещение ученика на уроках одного дня. Пример: history mark 7А Химия Иванов 14.10.2026"
)
@click.argument("class_name", metavar="КЛАСС")
@click.argument("subject", metavar="ПРЕДМЕТ")
@click.argument("student", metavar="УЧЕНИК")
@click.argument("day", metavar="ДАТА")
@json_option
@config_option
def mark(class_name: str, subject: str, student: str, day: str, as_json: bool) -> None:
    """Show the history of what stands in a pupil's cell."""
    settings, date_ = state().settings(), day_of(day, "ДАТА")
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        journals = of_subject(_class(connection, class_name, school_year_of(date_)), subject)
        pupil = find_student(connection, journals, student)
        histories = read_history(connection, settings.zone, journals, Wanted(student_id=pupil.id, day=date_))
    title = f"{_journal_words(journals)}: {pupil.name}, урок {full_date(date_)}"
    _answer(settings, _Question(title, pupil, histories), as_json=as_json, show_all=True)


@history_group.command(
    "lesson", help="Один урок: тема, задания, отметки, посещение. Пример: history lesson 7А Химия 14.10.2026"
)
@click.argument("class_name", metavar="КЛАСС")
@click.argument("subject", metavar="ПРЕДМЕТ")
@click.argument("day", metavar="ДАТА")
@click.option("--slot", type=click.IntRange(0, 20), metavar="N", help="Номер урока в дне, если их несколько.")
@json_option
@config_option
def lesson(class_name: str, subject: str, day: str, slot: int | None, as_json: bool) -> None:
    """Show the history of a lesson and of all that stands at it."""
    settings, date_ = state().settings(), day_of(day, "ДАТА")
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        journals = of_subject(_class(connection, class_name, school_year_of(date_)), subject)
        histories = read_history(connection, settings.zone, journals, Wanted(day=date_, slot=slot))
    number = f" ({slot}-й)" if slot is not None else ""
    title = f"{_journal_words(journals)}: урок {full_date(date_)}{number}"
    _answer(settings, _Question(title, None, histories), as_json=as_json, show_all=True)


@history_group.command(
    "pupil", help='Всё об одном ученике во всех его журналах. Пример: history pupil 7А "Иванов Иван"'
)
@click.argument("class_name", metavar="КЛАСС")
@click.argument("student", metavar="УЧЕНИК")
@click.option("--subject", metavar="ПРЕДМЕТ", help="Только этот журнал.")
@year_option
@_period_options
@all_option
@json_option
@config_option
def pupil(
    class_name: str, student: str, subject: str | None, year: str | None, since: str | None, until: str | None,
    show_all: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show the history of a pupil."""
    settings = state().settings()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        journals = _class(connection, class_name, _year(year, since or until))
        journals = of_subject(journals, subject) if subject else journals
        person = find_student(connection, journals, student)
        wanted = _wanted(settings.zone, since, until, person)
        histories = read_history(connection, settings.zone, journals, wanted)
    where = _journal_words(journals) if subject else f"{journals[0].class_name}, {year_name(journals[0].year)}"
    _answer(settings, _Question(f"{where}: {person.name}", person, histories), as_json=as_json, show_all=show_all)


@history_group.command("journal", help="Всё, что менялось в журнале. Пример: history journal 7А Химия --term 1")
@click.argument("class_name", metavar="КЛАСС")
@click.argument("subject", metavar="ПРЕДМЕТ")
@click.option("--term", metavar="ПЕРИОД", help="Учебный период: номер или начало названия.")
@year_option
@_period_options
@all_option
@json_option
@config_option
def journal(
    class_name: str, subject: str, term: str | None, year: str | None, since: str | None, until: str | None,
    show_all: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show the history of a journal."""
    settings = state().settings()
    with open_reader(DataFolder(settings.storage.data_dir)) as connection:
        journals = of_subject(_class(connection, class_name, _year(year, since or until)), subject)
        journals = of_term(journals, term) if term else journals
        histories = read_history(connection, settings.zone, journals, _wanted(settings.zone, since, until, None))
    period = f", {journals[0].term_name}" if term else ""
    _answer(settings, _Question(_journal_words(journals) + period, None, histories), as_json=as_json, show_all=show_all)


def _class(connection: sqlite3.Connection, name: str, year: int | None) -> tuple[JournalName, ...]:
    return of_class(of_year(all_journals(connection), year), name)


def _year(text: str | None, day: str | None) -> int | None:
    """The school year that is named, or that of a date."""
    if text is None:
        return school_year_of(day_of(day, "--from")) if day is not None else None
    begin, _, end = text.partition("/")
    if not begin.isdecimal() or len(begin) != 4 or (end and end not in (str(int(begin) + 1), str(int(begin) + 1)[2:])):
        raise click.BadParameter("нужен учебный год, пример: 2025 или 2025/2026.", param_hint="--year")
    return int(begin)


def _wanted(zone: ZoneInfo, since: str | None, until: str | None, person: Student | None) -> Wanted:
    return Wanted(
        student_id=person.id if person is not None else None,
        since=local_moment(day_of(since, "--from"), time(), zone) if since else None,
        until=moment_of(until, zone, "--to") if until else None,
    )


def _journal_words(journals: Sequence[JournalName]) -> str:
    first = journals[0]
    return f"{first.class_name}, {first.name}, {year_name(first.year)}"


def _answer(settings: Settings, question: _Question, *, as_json: bool, show_all: bool) -> None:
    if as_json:
        print_json({"student": question.student, "journals": question.histories})
    else:
        _Page(settings.zone, question, show_all=show_all).print()


class _Page:
    """What a person reads."""

    def __init__(self, zone: ZoneInfo, question: _Question, *, show_all: bool) -> None:
        self._zone = zone
        self._question = question
        self._show_all = show_all
        told_of_many = question.student is None
        self._pupils = PupilNames(event.place for _, event in question.events if told_of_many)

    def print(self) -> None:
        """The events, and what they rest on."""
        pairs = self._question.events
        told = [pair for pair in pairs if self._show_all or not _was_there_first(*pair)]
        lines = [list(line) for _, line in groupby(told, key=_in_line)]
        shown = lines if self._show_all else lines[-_SHOWN:]
        if shown:
            self._print_events(shown)
        else:
            say(f"{self._question.title}\n{'С первого чтения ничего не менялось.' if pairs else 'Записей нет.'}")
        if len(shown) < len(lines):
            say(f"Показаны последние строки: {len(shown)} из {len(lines)}. Все: --all")
        first = [event.what for item, event in pairs if _was_there_first(item, event)]
        if first and not self._show_all:
            say(f"Уже было при первом чтении: {count_words(first)}. Показать: --all")
        self._print_reads()
        self._print_access([event for line in shown for _, event in line])

    def _print_events(self, lines: Sequence[Sequence[tuple[JournalHistory, Event]]]) -> None:
        with_touches = any(event.touches for line in lines for _, event in line)
        several = len({item.journal.subject_group_id for line in lines for item, _ in line}) > 1
        rows, above = [], ""
        for line in lines:
            item, event = line[0]
            when = self._when(event)
            where, change = line_words([event for _, event in line], self._pupils)
            row = [when if when != above else "", f"{item.journal.name}: {where}" if several else where, change]
            rows.append([*row, self._touch_words(event.touches)] if with_touches else row)
            above = when
        headings = ["Когда внесено", "Что и где", "Было → стало", *(["Кто открывал журнал"] if with_touches else [])]
        print_table(self._question.title, headings, rows)

    def _when(self, event: Event) -> str:
        """«не раньше 05.10 21:00, не позже 06.10 21:00, прогон 15»."""
        lines = []
        if event.not_before is not None:
            lines.append(f"не раньше {local_time(event.not_before, self._zone)}")
        if event.not_after is not None:
            lines.append(f"не позже {local_time(event.not_after, self._zone)}")
        confirmed = event.confirmed_run_id
        sure = f", подтверждено в {confirmed}" if confirmed not in (None, event.run_id) else ""
        return "\n".join([*lines, f"прогон {event.run_id}{sure}"])

    def _touch_words(self, touches: Sequence[Touch]) -> str:
        lines = [
            f"{local_time(item.at, self._zone)} {initials(item.user_name)}: {item.action}"
            for item in (touches if self._show_all else touches[:_TOUCHES_SHOWN])
        ]
        more = len(touches) - len(lines)
        return "\n".join([*lines, *([f"… и ещё {more}"] if more else [])])

    def _print_reads(self) -> None:
        """Up to when all this is known."""
        read = [item for item in self._question.histories if item.last_read is not None]
        newest = max(read, key=lambda item: item.last_run or 0, default=None)
        if newest is None or newest.last_read is None or newest.first_read is None:
            say("Эти журналы ещё ни разу не прочитаны.")
            return
        first = min(item.first_read for item in read if item.first_read is not None)
        last = f"{full_date_time(newest.last_read, self._zone)}, прогон {newest.last_run}"
        say(f"Журнал читался с {full_date_time(first, self._zone)}; последнее удачное чтение: {last}.")
        if newest.failed_since:
            say("В последнем прогоне журнал не прочитан: что изменилось позже, неизвестно.")

    def _print_access(self, events: Sequence[Event]) -> None:
        if not events:
            return
        known = [event for event in events if event.access_read]
        if not known and not any(event.touches for event in events):
            say("Кто открывал журнал, неизвестно: отчёт о доступе к журналу не читался (journal_access в настройках).")
        elif len(known) < len(events):
            say("Отчёт о доступе прочитан не за всё это время: пустая клетка не значит, что журнал не открывали.")


def _in_line(pair: tuple[JournalHistory, Event]) -> tuple[object, ...]:
    """Events told in one line: alike, of one journal, in one run."""
    item, event = pair
    return item.journal.key, event.run_id, event.confirmed_run_id, alike(event)


def _was_there_first(item: JournalHistory, event: Event) -> bool:
    """Whether the very first read of the journal saw it: when it was entered is not known."""
    return event.run_id == item.first_run
