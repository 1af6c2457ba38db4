"""The mirror forgets nothing: its as-of answers equal those of a model that keeps every page whole."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.school import GROUP, TERM

from netcity_sync.clock import from_utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.merge import has_unconfirmed, merge_scope, merge_students
from netcity_sync.mirror.rows import ScopeRows
from netcity_sync.mirror.runs import begin_run, finish_run
from netcity_sync.mirror.schema import JOURNAL_TABLES
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import Student

MARKS = next(table for table in JOURNAL_TABLES if table.name == "mark")
Page = dict[int, int]


def rows_of(page: Page) -> ScopeRows:
    """A page of marks: pupil → value."""
    rows = tuple((GROUP, TERM, student, 1, 1, value, 0, None) for student, value in page.items())
    return ScopeRows({"subject_group_id": GROUP, "term_id": TERM}, ((MARKS, rows),))


def moment(number: int) -> str:
    """When the run of that number begins."""
    return f"2026-09-{number:02d}T16:00:00Z"


def merge_pages(folder: DataFolder, pages: list[Page]) -> list[int]:
    """One run a page; answers with the changed rows of each."""
    changed = []
    with open_writer(folder) as connection:
        for number, page in enumerate(pages, start=1):
            run = begin_run(connection, from_utc_text(moment(number)), resume=False)
            connection.execute("BEGIN IMMEDIATE")
            changed.append(merge_scope(connection, run, rows_of(page)))
            connection.execute("COMMIT")
            finish_run(connection, run, from_utc_text(moment(number)), "done")
    return changed


def as_of(folder: DataFolder, number: int) -> Page:
    """What the mirror says stood on the page after that run, unconfirmed records included."""
    with open_snapshot(folder, from_utc_text(moment(number))) as snapshot:
        return dict(snapshot.connection.execute("SELECT student_id, value FROM as_of_mark").fetchall())


def believed(pages: list[Page]) -> Page:
    """The naive model: a record is gone only when the last two pages both lack it."""
    now: Page = {}
    for place, page in enumerate(pages):
        before = pages[place - 1] if place else {}
        kept = {key: value for key, value in now.items() if key not in page and key in before}
        now = {**kept, **page}
    return now


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.integers(1, 4), st.integers(2, 5), max_size=4), min_size=1, max_size=8))
def test_any_sequence_of_pages(pages: list[Page]) -> None:
    with TemporaryDirectory() as name:
        folder = DataFolder(Path(name))
        merge_pages(folder, pages)
        for number in range(1, len(pages) + 1):
            assert as_of(folder, number) == believed(pages[:number])


def test_only_changes_are_written(tmp_path: Path) -> None:
    pages = [{1: 5, 2: 4}, {1: 5, 2: 4}, {1: 5, 2: 3}, {1: 5, 2: 3, 3: 2}]
    assert merge_pages(DataFolder(tmp_path), pages) == [2, 0, 1, 1]


def test_a_value_that_changes_keeps_its_past(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    merge_pages(folder, [{1: 2}, {1: 4}])
    with closing(sqlite3.connect(folder.mirror)) as db:
        versions = db.execute("SELECT value, seen_from, seen_to FROM mark ORDER BY seen_from").fetchall()
    assert versions == [(2, 1, 2), (4, 2, None)]


def test_absence_needs_a_second_look(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    merge_pages(folder, [{1: 5}, {}])
    with open_snapshot(folder) as snapshot:
        assert [tuple(row) for row in snapshot.connection.execute("SELECT value, missing FROM as_of_mark")] == [(5, 1)]
        assert has_unconfirmed(snapshot.connection, rows_of({}))


def test_a_page_that_names_a_record_twice_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    row = (GROUP, TERM, 1, 1, 1, 5, 0, None)
    twice = ScopeRows({"subject_group_id": GROUP, "term_id": TERM}, ((MARKS, (row, row)),))
    with open_writer(folder) as connection:
        run = begin_run(connection, from_utc_text(moment(1)), resume=False)
        with pytest.raises(ValueError, match="twice"):
            merge_scope(connection, run, twice)


def test_a_shorter_name_does_not_replace_a_full_one(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with open_writer(folder) as connection:
        for number, name in enumerate(
            ("Иванов Иван", "Иванов Иван Петрович", "Иванов Иван", "Петров Иван Петрович"), start=1
        ):
            run = begin_run(connection, from_utc_text(moment(number)), resume=False)
            merge_students(connection, run, [Student(id=1, name=name)])
        names = [row[0] for row in connection.execute("SELECT name FROM student ORDER BY seen_from")]
    assert names == ["Иванов Иван", "Иванов Иван Петрович", "Петров Иван Петрович"]
