"""A class journal as pages: so many lessons a page of marks, the same lessons on the page opposite."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from netcity_sync.reports.page import Page
from netcity_sync.reports.paper.journal import ClassJournal, Column, LessonColumn, SubjectJournal
from netcity_sync.reports.paper.key import key_of
from netcity_sync.reports.paper.reading import read_words
from netcity_sync.russian import month_name

DATES_A_PAGE = 40
_SHARED_PAGE_PUPILS = 3
"""So few pupils leave room for the lessons on their own page."""
_CELL_CHARACTERS, _NARROW_CELL_CHARACTERS, _NARROW_FROM_DATES = 6, 4, 29
_WHOLE_MONTH_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of marks: the columns from `first` up to, not including, `after` of a journal."""

    journal: int
    first: int
    after: int


def leaves_of(journal: ClassJournal) -> tuple[Leaf, ...]:
    """The pages of marks in their order; the columns of a journal are spread over them evenly."""
    return tuple(
        Leaf(place, first, after)
        for place, item in enumerate(journal.journals)
        for first, after in _spans(item.columns)
    )


def _spans(columns: tuple[Column, ...]) -> Iterator[tuple[int, int]]:
    lessons, count = sum(isinstance(item, LessonColumn) for item in columns), len(columns)
    pages = max(1, -(-lessons // DATES_A_PAGE))
    for page in range(pages):
        yield count * page // pages, count * (page + 1) // pages


def journal_data(journal: ClassJournal, page: Page) -> dict[str, Any]:
    """What `templates/journal.typ` draws."""
    return {
        "page": {"left": page.left, "right": page.right, "top": page.top},
        "school": journal.school, "class": journal.class_name, "chief": journal.chief,
        "period": journal.period, "read": read_words(journal),
        "subjects": [{"title": item.title, "teachers": item.teachers} for item in journal.journals],
        "key": key_of(journal),
        "leaves": [_leaf(journal.journals[leaf.journal], leaf) for leaf in leaves_of(journal)],
    }  # fmt: skip


def _leaf(journal: SubjectJournal, leaf: Leaf) -> dict[str, Any]:
    columns = journal.columns[leaf.first : leaf.after]
    notes = list(journal.notes) if leaf.after == len(journal.columns) else []
    narrow = len(columns) >= _NARROW_FROM_DATES
    most = _NARROW_CELL_CHARACTERS if narrow else _CELL_CHARACTERS
    rows = []
    for pupil in journal.pupils:
        cells = []
        for place, text in enumerate(pupil.cells[leaf.first : leaf.after]):
            if len(text) > most:
                notes.append(f"*{len(notes) + 1} {pupil.name}, {_column_words(columns[place])}: {text}")
                text = f"*{len(notes)}"  # noqa: PLW2901 (the note says what stands there)
            cells.append(text)
        rows.append([pupil.name, *cells])
    return {
        "subject": leaf.journal,
        "first": leaf.first == 0,
        "months": _months(columns),
        "days": [f"{item.day:%d}" for item in columns if isinstance(item, LessonColumn)],
        "kinds": ["" if isinstance(item, LessonColumn) else item.title for item in columns],
        "rows": rows,
        "notes": notes,
        "lessons": [
            [str(item.number), f"{item.day:%d.%m.%Y}", item.topic, item.works, item.homework, item.teacher]
            for item in columns
            if isinstance(item, LessonColumn)
        ],
        "shared": len(journal.pupils) <= _SHARED_PAGE_PUPILS,
    }


def _column_words(column: Column) -> str:
    return f"{column.day:%d.%m}" if isinstance(column, LessonColumn) else column.title


def _months(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """Months over the days, each with its number of columns; a final mark has a heading of its own."""
    found = []
    for key, members in groupby(columns, _month_of):
        count = len(list(members))
        name = month_name(key).split()[0] if key is not None else ""
        found.append((name if count >= _WHOLE_MONTH_COLUMNS else name[:3], count))
    return found


def _month_of(column: Column) -> date | None:
    return column.day.replace(day=1) if isinstance(column, LessonColumn) else None
