"""The mirror forgets nothing: its as-of answers equal those of a model that keeps every page whole."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.pages import FIRST_NIGHT, TABLES, TERM, Journal, SmallPage

from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.intake import Caution
from netcity_sync.mirror.merge import Merger, PageContradicts
from netcity_sync.mirror.raw import RawStore, open_raw
from netcity_sync.mirror.rows import ScopeRows
from netcity_sync.mirror.runs import begin_run
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import Student


@dataclass(frozen=True)
class Mirror:
    """An open mirror with room for any number of journals."""

    folder: DataFolder
    connection: sqlite3.Connection
    raw: RawStore
    groups: Iterator[int]

    def journal(self, caution: Caution = Caution()) -> Journal:  # noqa: B008 (frozen)
        """A journal that nobody read yet."""
        return Journal(self.connection, self.raw, next(self.groups), caution)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """One mirror for all sequences of pages."""
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    with open_writer(folder) as connection, open_raw(folder.raw) as raw:
        yield Mirror(folder, connection, raw, count(1))


TOPICS = st.dictionaries(st.integers(1, 4), st.sampled_from([None, "Атомы", "Молекулы"]), max_size=4)
MARKS = st.dictionaries(st.integers(1, 5), st.integers(2, 5), max_size=5)
NAMES = st.dictionaries(st.integers(1, 3), st.sampled_from(["Иванов Иван", "Иванов Иван Ильич", "Петров Пётр"]))
PAGES = st.builds(SmallPage, TOPICS, MARKS, NAMES)


@st.composite
def nights(draw: st.DrawFn) -> list[tuple[SmallPage | None, bool, int | None]]:
    """Nights in a row: new pages, the same again, incomplete ones, failed reads, reads broken off at a statement."""
    found: list[tuple[SmallPage | None, bool, int | None]] = []
    page = SmallPage()
    for kind in draw(st.lists(st.sampled_from(["new", "changed", "same", "half", "failed"]), min_size=1, max_size=8)):
        if kind == "new":
            page = draw(PAGES)
        elif kind == "changed":
            page = replace(page, marks=page.marks | draw(MARKS), topics=page.topics | draw(TOPICS))
        shown: SmallPage | None = page
        if kind == "half":
            shown = replace(page, marks=dict(list(page.marks.items())[: len(page.marks) // 2]), topics={})
        elif kind == "failed":
            shown = None
        break_at = draw(st.none() | st.integers(0, 40))
        found.append((shown, draw(st.booleans()), break_at))
    return found


def lives_through(mirror: Mirror, sequence: list[tuple[SmallPage | None, bool, int | None]], absences: int) -> None:
    """Take a sequence in, and compare every past state with the naive model."""
    journal = mirror.journal(Caution(absences=absences))
    for page, full, break_at in sequence:
        journal.read(page, full=full, break_at=break_at)
    for night in journal.nights:
        assert journal.as_of(night.run_id) == journal.believed(night.run_id)


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequence=nights(), absences=st.integers(1, 3))
def test_any_sequence_of_pages(
    mirror: Mirror, sequence: list[tuple[SmallPage | None, bool, int | None]], absences: int
) -> None:
    lives_through(mirror, sequence, absences)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequence=nights(), absences=st.integers(1, 4))
def test_very_many_sequences_of_pages(
    mirror: Mirror, sequence: list[tuple[SmallPage | None, bool, int | None]], absences: int
) -> None:
    lives_through(mirror, sequence, absences)


def test_a_read_broken_off_at_any_statement_leaves_nothing(mirror: Mirror) -> None:
    before = SmallPage({1: None, 2: "Атомы"}, {1: 5, 2: 4, 3: 3})
    after = SmallPage({1: "Молекулы"}, {1: 4, 3: 3, 4: 2}, {1: "Иванов Иван"})
    broken = 0
    for place in count():
        journal = mirror.journal()
        journal.read(before)
        journal.read(replace(before, marks={1: 5, 3: 3}))
        whole = journal.as_of(journal.nights[-1].run_id)
        journal.read(after, break_at=place)
        if journal.nights[-1].page is not None:
            break
        broken += 1
        assert journal.as_of(journal.nights[-1].run_id) == whole
        journal.read(after)
        assert journal.as_of(journal.nights[-1].run_id) == journal.believed(journal.nights[-1].run_id)
    assert broken > 20


def test_snapshots_answer_the_same(mirror: Mirror) -> None:
    journal = mirror.journal()
    for page in (SmallPage({1: None}, {1: 5, 2: 4}), SmallPage({1: "Атомы"}, {1: 3}), SmallPage({1: "Атомы"}, {1: 3})):
        journal.read(page)
    for place, night in enumerate(journal.nights):
        with open_snapshot(mirror.folder) as newest:
            assert newest.run_id >= night.run_id
        moment = FIRST_NIGHT.replace(day=FIRST_NIGHT.day + place)
        with open_snapshot(mirror.folder, moment) as snapshot:
            rows = snapshot.connection.execute(
                "SELECT subject_group_id, term_id, lesson_id, date, slot, topic, missing FROM as_of_lesson"
                " WHERE subject_group_id = ?", [journal.group],
            ).fetchall()  # fmt: skip
        assert {tuple(row) for row in rows} == journal.as_of(snapshot.run_id)["lesson"]


def versions(journal: Journal) -> list[tuple[int, int | None, int | None]]:
    """The versions of the one mark: value, and the nights (from 0) between which it was seen."""
    runs = {night.run_id: place for place, night in enumerate(journal.nights)}
    found = journal.connection.execute(
        "SELECT value, seen_from, seen_to FROM mark WHERE subject_group_id = ? ORDER BY seen_from", [journal.group]
    )
    return [(value, runs[first], runs[last] if last else None) for value, first, last in found]


def test_only_changes_are_written(mirror: Mirror) -> None:
    journal = mirror.journal()
    pages = [{1: 5, 2: 4}, {1: 5, 2: 4}, {1: 5, 2: 3}, {1: 5, 2: 3, 3: 2}]
    taken = [journal.read(SmallPage(marks=page)) for page in pages]
    assert [item.changed_rows for item in taken if item is not None] == [2, 0, 1, 1]


def test_a_value_that_changes_keeps_its_past(mirror: Mirror) -> None:
    journal = mirror.journal()
    for value in (2, 4):
        journal.read(SmallPage(marks={1: value}))
    assert versions(journal) == [(2, 0, 1), (4, 1, None)]


def test_what_comes_back_does_not_hide_that_it_was_away(mirror: Mirror) -> None:
    journal = mirror.journal()
    for page in ({1: 5}, {}, {1: 5}, {}, {}, {1: 5}):
        journal.read(SmallPage(marks=page))
    assert versions(journal) == [(5, 0, 2), (5, 2, 4), (5, 5, None)]


@pytest.mark.parametrize(("absences", "closed"), [(1, 1), (2, 2), (3, 3)])
def test_absences_to_confirm(mirror: Mirror, absences: int, closed: int) -> None:
    journal = mirror.journal(Caution(absences=absences))
    journal.read(SmallPage(marks={1: 5}))
    for _ in range(4):
        journal.read(SmallPage())
    assert versions(journal) == [(5, 0, closed)]


def test_a_failed_read_confirms_nothing(mirror: Mirror) -> None:
    journal = mirror.journal()
    for page in (SmallPage(marks={1: 5}), SmallPage(), None, SmallPage(), SmallPage()):
        journal.read(page)
    assert versions(journal) == [(5, 0, 3)]


@pytest.mark.parametrize("known", [{}, {1: 5}, {2: 5}, {1: 5, 2: 5}], ids=["none", "one", "another", "both"])
@pytest.mark.parametrize("values", [(5, 5), (5, 4), (4, 4)], ids=str)
def test_a_page_that_names_a_record_twice_is_refused(
    mirror: Mirror, known: dict[int, int], values: tuple[int, int]
) -> None:
    journal = mirror.journal()
    journal.read(SmallPage(marks=known))
    rows = tuple((journal.group, TERM, 1, 1, 1, value, 0, None) for value in values)
    twice = ScopeRows({"subject_group_id": journal.group, "term_id": TERM}, ((TABLES["mark"], rows),))
    run = begin_run(mirror.connection, FIRST_NIGHT, resume=False)
    mirror.connection.execute("BEGIN")
    merger = Merger(mirror.connection, run)
    with pytest.raises(PageContradicts):
        merger.write(merger.compare(twice))
    mirror.connection.execute("ROLLBACK")


def test_a_value_that_the_mirror_does_not_allow_is_refused(mirror: Mirror) -> None:
    group = next(mirror.groups)
    rows = ScopeRows(
        {"subject_group_id": group, "term_id": TERM}, ((TABLES["mark"], ((group, TERM, 1, 1, 1, 7, 0, None),)),)
    )
    run = begin_run(mirror.connection, FIRST_NIGHT, resume=False)
    merger = Merger(mirror.connection, run)
    with pytest.raises(PageContradicts, match="value BETWEEN"):
        merger.write(merger.compare(rows))


def test_a_shorter_name_does_not_replace_a_full_one(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with open_writer(folder) as connection:
        for name in ("Иванов Иван", "Иванов Иван Петрович", "Иванов Иван", "Петров Иван Петрович"):
            merger = Merger(connection, begin_run(connection, FIRST_NIGHT, resume=False))
            merger.write(merger.compare(ScopeRows({}, ())), [Student(id=1, name=name)])
        names = [row[0] for row in connection.execute("SELECT name FROM student ORDER BY seen_from")]
    assert names == ["Иванов Иван", "Иванов Иван Петрович", "Петров Иван Петрович"]


def test_the_fuller_of_two_names_in_one_run_is_kept(tmp_path: Path) -> None:
    with open_writer(DataFolder(tmp_path)) as connection:
        merger = Merger(connection, begin_run(connection, FIRST_NIGHT, resume=False))
        for name in ("Иванов Иван", "Иванов Иван Петрович", "Иванов Иван"):
            merger.write(merger.compare(ScopeRows({}, ())), [Student(id=1, name=name)])
        assert connection.execute("SELECT name FROM student").fetchall() == [("Иванов Иван Петрович",)]


@pytest.mark.parametrize(
    ("lost", "suspicious"),
    [(9, False), (10, False), (11, True), (30, True)],
    ids=["few", "at the share", "more", "all"],
)
def test_a_page_that_shrank(mirror: Mirror, lost: int, suspicious: bool) -> None:
    journal = mirror.journal(Caution(shrink_rows=10, shrink_share=1 / 3))
    whole = SmallPage(marks=dict.fromkeys(range(1, 31), 5))
    journal.read(whole)
    less = SmallPage(marks=dict(list(whole.marks.items())[lost:]))
    taken = journal.read(less)
    assert taken is not None
    assert taken.lost == (lost if suspicious else 0)
