"""The tables of the four reports as model objects (protocol.md §2.9, §3.2)."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from netcity_sync.adapters.netschool.report_page import ReportPage, Table, read_day, read_days, wrong_table
from netcity_sync.model import DayCell, GradedWork, JournalAccess, StudentTotal, SubjectTotal, TermMarks

_MONTH_NAMES = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MINUTE = re.compile(r"(\d{1,2}\.\d{1,2}\.\d{2,4})\s+(\d{1,2}):(\d{2})")
_AVERAGE, _FINAL = re.compile(r"^Средн\.?\s*оценка\s*(.*)$"), re.compile(r"^Итог\.?\s*оценка\s*(.*)$")
_OVERALL = re.compile(r"^Общ\.?\s*Средн\.?\s*оценка$")
_NUMBER = re.compile(r"[0-9]+")
_ACCESS_COLUMNS = 7
_GRADES_COLUMNS = 5
_CHANGED = "дата и время изменени"


def to_journal_access(page: ReportPage, call: str) -> tuple[JournalAccess, ...]:
    """The lines of the report on access to the journal; only the third heading is known for certain (§3.2)."""
    table = _table_with(page, call, lambda columns: any(name.lower().startswith(_CHANGED) for name in columns))
    if len(table.columns) != _ACCESS_COLUMNS:
        raise wrong_table(call, "число столбцов")
    return tuple(_access(row, number, call) for number, row in enumerate(table.rows, start=1))


def _access(row: tuple[str, ...], number: int, call: str) -> JournalAccess:
    class_name, subject_name, changed, user, lesson, term, action = row
    return JournalAccess(
        class_name=class_name, subject_name=subject_name, at=_minute(changed, number, call), user_name=user,
        lesson_date=read_day(lesson), term_name=term, action=action,
    )  # fmt: skip


def _minute(text: str, number: int, call: str) -> datetime:
    found = _MINUTE.search(text)
    day = read_day(found[1]) if found is not None else None
    if found is None or day is None or int(found[2]) > 23 or int(found[3]) > 59:
        raise wrong_table(call, f"строка {number}, столбец «Дата и время изменений»")
    return datetime(day.year, day.month, day.day, int(found[2]), int(found[3]))  # noqa: DTZ001 (local, as printed)


def to_term_marks(page: ReportPage, call: str) -> tuple[TermMarks, ...]:
    """The final marks of a pupil: №, subject, a column a term, year, exam, final."""
    table = _table_with(page, call, lambda columns: columns[1:2] == ("Предмет",) and len(columns) >= _GRADES_COLUMNS)
    terms = table.columns[2:-3]
    numbers = [row[0] for row in table.rows]
    if all(_NUMBER.fullmatch(text) for text in numbers) and numbers != [str(n) for n in range(1, len(numbers) + 1)]:
        raise wrong_table(call, "столбец «№»")
    return tuple(
        TermMarks(
            subject_name=row[1],
            terms=tuple((term, mark or None) for term, mark in zip(terms, row[2:-3], strict=True)),
            year=row[-3] or None,
            exam=row[-2] or None,
            final=row[-1] or None,
        )
        for row in table.rows
    )


def to_graded_works(page: ReportPage, call: str) -> tuple[GradedWork, ...]:
    """The marks of a pupil in one subject, with the day on which each was set; the line of totals is none of them."""
    table = _table_with(page, call, lambda columns: "Дата выставления оценки" in columns)
    if len(table.columns) != _GRADES_COLUMNS:
        raise wrong_table(call, "число столбцов")
    works = []
    for number, row in enumerate(table.rows, start=1):
        lesson, set_on = read_day(row[2]), read_day(row[3])
        if lesson is not None and set_on is not None:
            works.append(GradedWork(type_name=row[0], topic=row[1], lesson_date=lesson, set_on=set_on, mark=row[4]))
        elif number != len(table.rows) or row[3]:
            raise wrong_table(call, f"строка {number}, столбец «Дата выставления оценки»")
    return tuple(works)


def to_student_total(page: ReportPage, call: str) -> StudentTotal:
    """The report on a pupil's progress: two rows of headings, months over days, between them averages and finals."""
    table = _table_with(page, call, lambda columns: columns[:1] == ("Предмет",))
    period = read_days(page.span("Период"))
    if len(period) != 2 or len(table.heads) != 2:
        raise wrong_table(call, "«Период»")
    days = dict(_days(table, period[0], call))
    return StudentTotal(
        student_name=page.span("Ученик"),
        first=period[0],
        last=period[1],
        subjects=tuple(_subject(row, table.columns, days) for row in table.rows),
        legend=page.legend,
        state_at=page.state_at,
    )


def _days(table: Table, first: date, call: str) -> Iterator[tuple[int, date]]:
    """Column and date: days stand in order, and a year ends where a month number falls."""
    year, last_month = first.year, first.month
    for column, (top, bottom) in enumerate(zip(*table.heads, strict=True)):
        month = _MONTHS.get(top.lower())
        if month is None:
            continue
        if month < last_month:
            year += 1
        last_month = month
        try:
            yield column, date(year, month, int(bottom))
        except ValueError:
            raise wrong_table(call, f"столбец {column + 1}") from None


def _subject(row: tuple[str, ...], columns: tuple[str, ...], days: dict[int, date]) -> SubjectTotal:
    averages, finals = [], []
    overall = None
    for name, text in zip(columns, row, strict=True):
        if _OVERALL.match(name):
            overall = text or None
        elif (found := _AVERAGE.match(name)) and text:
            averages.append((found[1], text))
        elif (found := _FINAL.match(name)) and text:
            finals.append((found[1], text))
    return SubjectTotal(
        subject_name=row[0],
        days=tuple(DayCell(date=day, entries=tuple(row[place].split())) for place, day in days.items() if row[place]),
        averages=tuple(averages),
        finals=tuple(finals),
        average=overall,
    )


def _table_with(page: ReportPage, call: str, suits: Callable[[tuple[str, ...]], bool]) -> Table:
    found = [table for table in page.tables if suits(table.columns)]
    if len(found) != 1:
        raise wrong_table(call, "заголовки таблицы")
    return found[0]
