"""Which cells of a printed journal people compare with the GIS: a share of those that hold something, by a seed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from netcity_sync.reports.paper.journal import ClassJournal, LessonColumn
from netcity_sync.reports.paper.leaves import Leaf, leaves_of
from netcity_sync.russian import full_date
from netcity_sync.settings import PaperSettings

_AT_LEAST = 10


@dataclass(frozen=True, slots=True)
class SampledCell:
    """A cell to be compared, and the page on which it is printed."""

    subject: str
    page: int
    pupil: str
    day: str


def sample_seed(journal: ClassJournal, period_key: str) -> str:
    """What the drawing hangs on, printed on the sheet: the class, the period and the state of the mirror."""
    return f"{journal.class_name}-{period_key}-{journal.run_id}"


def draw_sample(
    journal: ClassJournal, pages: Sequence[int], seed: str, paper: PaperSettings
) -> tuple[SampledCell, ...]:
    """As many of the filled cells as the settings say, at least ten, in the order of the pages, those of the leaves.

    Cells are ranked by a hash of the seed and of their place, so that anybody can draw the same ones again.
    """
    leaves = leaves_of(journal)
    filled = [
        (place, row, column) for place, item in enumerate(journal.journals) for row, column in item.filled
    ]  # fmt: skip
    wanted = min(paper.sample_cells, ceil(len(filled) * paper.sample_percent / 100))
    count = min(len(filled), max(_AT_LEAST, wanted))
    drawn = sorted(filled, key=lambda cell: _rank(journal, seed, cell))[:count]
    cells = sorted((_page(leaves, pages, cell), *cell) for cell in drawn)
    return tuple(_cell(journal, *cell) for cell in cells)


def _rank(journal: ClassJournal, seed: str, cell: tuple[int, int, int]) -> bytes:
    item = journal.journals[cell[0]]
    column = item.columns[cell[2]]
    assert isinstance(column, LessonColumn)
    place = f"{seed}|{item.subject_group_id}|{item.pupils[cell[1]].student_id}|{column.lesson_id}"
    return hashlib.sha256(place.encode()).digest()


def _page(leaves: Sequence[Leaf], pages: Sequence[int], cell: tuple[int, int, int]) -> int:
    place, _, column = cell
    return next(
        page
        for leaf, page in zip(leaves, pages, strict=True)
        if leaf.journal == place and leaf.first <= column < leaf.after
    )


def _cell(journal: ClassJournal, page: int, place: int, row: int, column: int) -> SampledCell:
    item = journal.journals[place]
    lesson = item.columns[column]
    assert isinstance(lesson, LessonColumn)
    return SampledCell(item.title, page, item.pupils[row].name, full_date(lesson.day))
