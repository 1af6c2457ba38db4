"""What differs between two states: put on top of the first it gives the second, whatever pages came in between."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.pages import TABLES, TERM, Journal, SmallPage, State
from support.school import Book, Trial
from support.two_groups import SECOND, two_groups

from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_reader, open_writer
from netcity_sync.mirror.diff import Difference, JournalDiff, RecordChange, compare, record_changes
from netcity_sync.mirror.intake import Caution
from netcity_sync.mirror.lookup import all_journals
from netcity_sync.mirror.raw import open_raw
from netcity_sync.mirror.records import MarkSaid, Step, TextSaid, What
from netcity_sync.model import AttendanceCode

PAGES = st.builds(
    SmallPage,
    st.dictionaries(st.integers(1, 3), st.sampled_from([None, "Атомы", "Молекулы"]), max_size=3),
    st.dictionaries(st.integers(1, 4), st.integers(2, 5), max_size=4),
)


@pytest.fixture(scope="module")
def journals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Journal]]:
    """Any number of journals of one mirror."""
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    with open_writer(folder) as connection, open_raw(folder.raw) as raw:
        yield (Journal(connection, raw, number, Caution()) for number in count(1))


def put_on_top(state: State, changes: tuple[RecordChange, ...]) -> State:
    """A state with changes carried out; each must find what it says was there."""
    found: dict[str, set[tuple[Any, ...]]] = {name: set(rows) for name, rows in state.items()}
    for change in changes:
        rows = found[change.table.name]
        if change.old is not None:
            rows.remove((*change.old.row, int(change.old.missing)))
        if change.new is not None:
            assert (*change.new.row, int(change.new.missing)) not in rows
            rows.add((*change.new.row, int(change.new.missing)))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.one_of(st.none(), PAGES), min_size=2, max_size=7))
def test_the_first_state_with_the_difference_is_the_second(
    journals: Iterator[Journal], nights: list[SmallPage | None]
) -> None:
    journal = next(journals)
    for page in nights:
        journal.read(page)
    runs = [night.run_id for night in journal.nights]
    for place, first in enumerate(runs):
        for last in runs[place:]:
            changes = record_changes(journal.connection, first, last, {(journal.group, TERM)})
            assert {item.table.name for item in changes} <= set(TABLES)
            assert put_on_top(journal.as_of(first), changes) == journal.as_of(last)
            if journal.as_of(first) == journal.as_of(last):
                assert changes == ()


def compared(tried: Trial, first: int, last: int) -> tuple[JournalDiff, ...]:
    with open_reader(DataFolder(tried.settings.storage.data_dir)) as connection:
        return compare(connection, first, last, all_journals(connection))


def differences(tried: Trial, first: int, last: int) -> list[Difference]:
    return [item for journal in compared(tried, first, last) for item in journal.differences]


def test_differences_in_the_words_of_a_journal(tmp_path: Path) -> None:
    book = Book().add_lessons("09-14", "09-15", topic=None)
    tried = Trial(tmp_path, book)
    book.mark(101, 4)
    tried.sync("09-14 21:00")
    book.set_topic(101, "Атомы")
    book.marks = [book.marks[0].model_copy(update={"value": 5})]
    book.absent(102, AttendanceCode.ILLNESS)
    tried.sync("09-15 21:00")
    book.marks = []
    tried.sync("09-16 21:00")
    tried.sync("09-17 21:00")
    first = {(item.what, item.step): item for item in differences(tried, 1, 2)}
    assert set(first) == {
        (What.TOPIC, Step.ADDED), (What.MARK, Step.CHANGED), (What.ATTENDANCE, Step.ADDED)
    }  # fmt: skip
    assert first[What.TOPIC, Step.ADDED].new == TextSaid("Атомы")
    changed = first[What.MARK, Step.CHANGED]
    assert (changed.old, changed.new) == (MarkSaid(4, False, None), MarkSaid(5, False, None))
    assert changed.place.student_name == "Иванов Иван Петрович"
    (missing,) = differences(tried, 2, 3)
    assert (missing.step, missing.missing) == (Step.MISSING, True)
    (removed,) = differences(tried, 2, 4)
    assert (removed.step, removed.old, removed.missing) == (Step.REMOVED, MarkSaid(5, False, None), False)
    changed = next(item for item in differences(tried, 1, 3) if item.what is What.MARK)
    assert (changed.step, changed.missing) == (Step.CHANGED, True)
    assert differences(tried, 3, 3) == []


def test_a_value_that_came_and_went_in_between_is_no_difference(tmp_path: Path) -> None:
    book = Book().add_lessons("09-14")
    tried = Trial(tmp_path, book)
    tried.sync("09-14 21:00")
    book.set_topic(101, "Описка")
    tried.sync("09-15 21:00")
    book.set_topic(101, "Тема урока")
    tried.sync("09-16 21:00")
    assert differences(tried, 1, 3) == []
    kept = dict(book.lessons)
    book.lessons.clear()
    tried.sync("09-17 21:00")
    book.lessons.update(kept)
    tried.sync("09-18 21:00")
    assert differences(tried, 3, 5) == []
    assert {item.step for item in differences(tried, 4, 5)} == {Step.RETURNED}


def test_each_journal_by_itself_and_those_that_are_new(tmp_path: Path) -> None:
    first, second = Book().add_lessons("09-14"), Book().add_lessons("09-14")
    tried, _ = two_groups(tmp_path, first, second)
    tried.sync("09-14 21:00")
    second.mark(101, 3)
    tried.sync("09-15 21:00")
    (found,) = compared(tried, 1, 2)
    assert (found.journal.subject_group_id, found.first_read) == (SECOND, False)
    assert {item.first_read for item in compared(tried, 0, 2)} == {True}
