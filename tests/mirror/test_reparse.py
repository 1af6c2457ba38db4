"""Reading kept answers again: the same parser changes nothing, a better one leaves the mirror as if always there."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.pages import TABLES, Journal, SmallPage

from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.difference import ChangeKind
from netcity_sync.mirror.intake import Caution
from netcity_sync.mirror.journal_terms import TermsOfJournals
from netcity_sync.mirror.raw import RawStore, open_raw, payload_hash
from netcity_sync.mirror.reads import scope_state
from netcity_sync.mirror.reparse import Parse, Reparse, Reparsed
from netcity_sync.mirror.rows import ScopeRows
from netcity_sync.model import Term

Parser = Callable[[SmallPage], SmallPage]


def faithful(page: SmallPage) -> SmallPage:
    return page


def without_topics(page: SmallPage) -> SmallPage:
    return replace(page, topics=dict.fromkeys(page.topics))


def wrong_marks(page: SmallPage) -> SmallPage:
    return replace(page, marks={pupil: max(2, value - 1) for pupil, value in page.marks.items() if pupil != 3})


def parse_with(parser: Parser) -> Parse:
    """A parser of small pages, as rows."""

    def parse(scope: Scope, terms: Sequence[Term], raw: bytes) -> ScopeRows:
        assert scope.subject_group_id is not None
        return parser(SmallPage.of_body(raw)).rows(scope.subject_group_id)

    return parse


@dataclass(frozen=True)
class Mirror:
    """An open mirror with room for any number of journals."""

    path: Path
    connection: sqlite3.Connection
    raw: RawStore
    groups: Iterator[int]

    def journal(self, absences: int = 2) -> Journal:
        return Journal(self.connection, self.raw, next(self.groups), Caution(absences=absences))

    def lived(self, pages: Sequence[SmallPage | None], parser: Parser = faithful, absences: int = 2) -> Journal:
        """A journal after some nights."""
        journal = self.journal(absences)
        for page in pages:
            journal.read(page, parser=parser)
        return journal

    def reparse(
        self, journal: Journal, parser: Parser = faithful, *, absences: int = 2, write: bool = True
    ) -> Reparsed:
        again = Reparse(self.connection, self.raw, parse_with(parser), absences, write=write)
        return again.reparse(scope_state(self.connection, journal.scope).scope_id, journal.scope)

    def forget(self, *pages: SmallPage) -> None:
        """As if the time of these answers were over."""
        with closing(sqlite3.connect(self.path)) as db, db:
            for page in pages:
                (key,) = db.execute(
                    "SELECT payload_id FROM payload WHERE hash = ?", [payload_hash(page.body())]
                ).fetchone()
                db.execute("DELETE FROM payload_body WHERE payload_id = ?", [key])
                db.execute("DELETE FROM payload WHERE payload_id = ?", [key])

    def everything(self, journal: Journal) -> dict[str, list[tuple[object, ...]]]:
        """All that the mirror holds of a journal, and the names of pupils."""
        of_journal, of_scope = "WHERE subject_group_id = :group", "WHERE scope_id = :scope"
        wheres = dict.fromkeys(TABLES, of_journal) | {"scope": of_scope, "scope_read": of_scope, "student": ""}
        values = {"group": journal.group, "scope": scope_state(self.connection, journal.scope).scope_id}
        return {
            name: sorted(self.connection.execute(f"SELECT * FROM {name} {where}", values), key=repr)
            for name, where in wheres.items()
        }

    def versions(self, journal: Journal) -> dict[str, list[tuple[object, ...]]]:
        """The versions of a journal's records, by the nights that saw them (from 0)."""
        nights = {night.run_id: place for place, night in enumerate(journal.nights)}
        found = {}
        for name, table in TABLES.items():
            columns = ", ".join(column.name for column in table.columns if column.name not in table.scope)
            rows = self.connection.execute(
                f"SELECT {columns}, seen_from, seen_to, missing_from FROM {name} WHERE subject_group_id = ?"
                f" ORDER BY {columns}, seen_from", [journal.group],
            )  # fmt: skip
            found[name] = [(*row[:-3], *(nights.get(run) for run in row[-3:])) for row in rows]
        return found

    def anew(self, journal: Journal) -> list[int]:
        """The nights whose read is marked as not comparable with what was before."""
        nights = {night.run_id: place for place, night in enumerate(journal.nights)}
        query = "SELECT run_id FROM scope_read JOIN scope USING (scope_id) WHERE anew AND key = ?"
        rows = self.connection.execute(query, [journal.scope.key])
        return [nights[row[0]] for row in rows]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """One mirror for all sequences of pages."""
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    with open_writer(folder) as connection, open_raw(folder.raw) as raw:
        yield Mirror(folder.raw, connection, raw, count(1))


TOPICS = st.dictionaries(st.integers(1, 3), st.sampled_from([None, "Атомы", "Молекулы"]), max_size=3)
MARKS = st.dictionaries(st.integers(1, 4), st.integers(2, 5), max_size=4)
NAMES = st.dictionaries(st.integers(1, 3), st.sampled_from(["Иванов Иван", "Иванов Иван Ильич", "Петров Пётр"]))


@st.composite
def nights(draw: st.DrawFn) -> list[SmallPage | None]:
    """Nights in a row: new pages, the same again, incomplete ones, failed reads."""
    found: list[SmallPage | None] = []
    page = SmallPage()
    for kind in draw(
        st.lists(st.sampled_from(["new", "more", "same", "half", "empty", "failed"]), min_size=1, max_size=8)
    ):
        if kind == "new":
            page = SmallPage(draw(TOPICS), draw(MARKS), draw(NAMES))
        elif kind == "more":
            page = replace(page, marks=page.marks | draw(MARKS), topics=page.topics | draw(TOPICS))
        half = replace(page, marks=dict(list(page.marks.items())[: len(page.marks) // 2]), topics={})
        found.append({"half": half, "empty": SmallPage(), "failed": None}.get(kind, page))
    return found


some = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
very_many = settings(some, max_examples=4000)
read_by_one_parser = given(
    sequence=nights(), full=st.lists(st.booleans(), min_size=8), absences=st.integers(1, 3), break_at=st.integers(0, 30)
)
read_by_a_worse_parser = given(
    sequence=nights(), absences=st.integers(1, 3), worse=st.sampled_from([without_topics, wrong_marks])
)


@some
@read_by_one_parser
def test_the_same_parser_changes_nothing(
    mirror: Mirror, sequence: list[SmallPage | None], full: list[bool], absences: int, break_at: int
) -> None:
    nothing_changes(mirror, sequence, full, absences, break_at)


@pytest.mark.soak
@very_many
@read_by_one_parser
def test_the_same_parser_changes_nothing_in_very_many_sequences(
    mirror: Mirror, sequence: list[SmallPage | None], full: list[bool], absences: int, break_at: int
) -> None:
    nothing_changes(mirror, sequence, full, absences, break_at)


def nothing_changes(
    mirror: Mirror, sequence: list[SmallPage | None], full: list[bool], absences: int, break_at: int
) -> None:
    journal = mirror.journal(absences)
    for place, page in enumerate(sequence):
        journal.read(page, full=full[place], break_at=break_at if full[-1] else None)
    before = mirror.everything(journal)
    for write in (False, True):
        found = mirror.reparse(journal, absences=absences, write=write)
        assert (found.changes, found.refused) == ((), None)
        assert mirror.everything(journal) == before


@some
@read_by_a_worse_parser
def test_a_better_parser_leaves_what_would_always_have_been(
    mirror: Mirror, sequence: list[SmallPage | None], absences: int, worse: Parser
) -> None:
    all_is_mended(mirror, sequence, absences, worse)


@pytest.mark.soak
@very_many
@read_by_a_worse_parser
def test_a_better_parser_leaves_what_would_always_have_been_in_very_many_sequences(
    mirror: Mirror, sequence: list[SmallPage | None], absences: int, worse: Parser
) -> None:
    all_is_mended(mirror, sequence, absences, worse)


def all_is_mended(mirror: Mirror, sequence: list[SmallPage | None], absences: int, worse: Parser) -> None:
    pages = [replace(page, names={}) if page is not None else None for page in sequence]
    journal = mirror.lived(pages, worse, absences)
    wanted = mirror.lived(pages, absences=absences)
    before = mirror.everything(journal)
    seen = mirror.reparse(journal, absences=absences, write=False)
    assert mirror.everything(journal) == before
    done = mirror.reparse(journal, absences=absences)
    assert set(done.changes) == set(seen.changes)
    assert mirror.versions(journal) == mirror.versions(wanted)
    assert mirror.anew(journal) == []
    for night in journal.nights:
        assert journal.as_of(night.run_id) == journal.believed(night.run_id)
    after = mirror.everything(journal)
    assert mirror.reparse(journal, absences=absences).changes == ()
    assert mirror.everything(journal) == after
    for page in (SmallPage(), SmallPage(), SmallPage({1: "Ионы"}, {2: 2})):
        for item in (journal, wanted):
            item.read(page)
        assert mirror.versions(journal) == mirror.versions(wanted)


PAGES = (
    SmallPage({1: "Начало"}, {1: 5}),
    SmallPage({1: "Начало", 2: "Вода"}, {1: 5}),
    SmallPage({1: "Начало", 2: "Вода", 3: "Огонь"}, {1: 5, 2: 4}),
)


@pytest.mark.parametrize(
    ("gone", "reads", "anew"),
    [((), 3, []), ((0,), 2, [1]), ((0, 1), 1, [2]), ((1,), 1, [2]), ((2,), 0, []), ((0, 1, 2), 0, [])],
    ids=["nothing", "the first", "the first two", "the middle", "the last", "all"],
)
def test_only_the_tail_whose_answers_are_kept_is_read_again(
    mirror: Mirror, gone: tuple[int, ...], reads: int, anew: list[int]
) -> None:
    unlike = [replace(page, marks=page.marks | {4: 2 + len(gone)}) for page in PAGES]
    pages = [replace(page, names={9: f"Проба {gone}"}) for page in unlike]
    journal = mirror.lived(pages, without_topics)
    before = mirror.everything(journal)
    mirror.raw.commit()
    mirror.forget(*(pages[place] for place in gone))
    found = mirror.reparse(journal)
    assert (found.reads, found.all_reads) == (reads, 3)
    assert mirror.anew(journal) == anew
    if not reads:
        assert mirror.everything(journal) == before
        return
    topics = [(row[0], row[3], row[4]) for row in mirror.versions(journal)["lesson"]]
    first = 3 - reads
    wanted = []
    for number, topic in enumerate(("Начало", "Вода", "Огонь"), start=1):
        if number - 1 < first:
            wanted.append((number, None, number - 1))
        wanted.append((number, topic, max(number - 1, first)))
    assert topics == wanted


def test_what_reads_before_the_tail_left_open_is_settled_by_it(mirror: Mirror) -> None:
    """A record first missed before the tail is closed by the tail's first read, as it was."""
    pages = [SmallPage(marks={1: 5, 2: 4}), SmallPage(marks={2: 4, 7: 2}), SmallPage(marks={2: 3, 7: 3})]
    journal = mirror.lived(pages)
    before = mirror.everything(journal)
    mirror.raw.commit()
    mirror.forget(*pages[:2])
    assert mirror.reparse(journal).changes == ()
    assert mirror.everything(journal) == before


def test_an_answer_that_is_refused_ends_the_tail(mirror: Mirror) -> None:
    def strict(page: SmallPage) -> SmallPage:
        if page == PAGES[1]:
            raise AnswerError("Ответ не читается.", where="GET journal")
        return page

    journal = mirror.lived(PAGES, without_topics)
    found = mirror.reparse(journal, strict)
    assert (found.reads, found.all_reads) == (1, 3)
    assert found.refused is not None
    assert (found.refused.run_id, found.refused.error) == (journal.nights[1].run_id, "Ответ не читается. GET journal")
    assert mirror.anew(journal) == [2]


@pytest.mark.parametrize(("place", "reads"), [(0, 2), (1, 1), (2, 0)])
def test_rows_that_contradict_themselves_end_the_tail(mirror: Mirror, place: int, reads: int) -> None:
    def mad(page: SmallPage) -> SmallPage:
        return replace(page, marks={1: 7}) if page == PAGES[place] else page

    journal = mirror.lived(PAGES, without_topics)
    before = mirror.everything(journal)
    found = mirror.reparse(journal, mad)
    assert found.refused is not None
    assert (found.refused.run_id, found.reads) == (journal.nights[place].run_id, reads)
    assert mirror.anew(journal) == ([place + 1] if reads else [])
    assert (mirror.everything(journal) == before) is (reads == 0)


def test_the_terms_of_a_journal_are_those_of_the_time_when_it_was_read(tmp_path: Path) -> None:
    with open_writer(DataFolder(tmp_path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        for key, start, end in ((1, "2026-09-01", "2026-10-23"), (2, "2026-11-02", "2026-12-28")):
            db.execute("INSERT INTO term VALUES (?, 'Период', 'quarter', ?, ?, 1, NULL, NULL)", [key, start, end])
            db.execute("INSERT INTO subject_group_term VALUES (7, ?, ?, NULL, NULL)", [key, key])
        db.execute("UPDATE subject_group_term SET missing_from = 4, seen_to = 5 WHERE term_id = 2")
        terms = TermsOfJournals(db)
    scope = Scope(ScopeKind.JOURNAL, subject_group_id=7, term_id=1)
    assert [[term.id for term in terms.of(scope, run)] for run in range(1, 6)] == [[1], [1, 2], [1, 2], [1], [1]]
    assert terms.of(Scope(ScopeKind.ROSTER, class_id=1), 2) == ()


def test_a_damaged_answer_is_not_read_as_something_else(mirror: Mirror) -> None:
    pages = [replace(page, names={8: "Порча"}) for page in PAGES]
    journal = mirror.lived(pages)
    mirror.raw.commit()
    with closing(sqlite3.connect(mirror.path)) as db, db:
        db.execute("UPDATE payload_body SET body = x'00' WHERE payload_id ="
                   " (SELECT payload_id FROM payload WHERE hash = ?)", [payload_hash(pages[0].body())])  # fmt: skip
    found = mirror.reparse(journal)
    assert found.reads == 2
    assert found.refused is not None
    assert "повреждён" in found.refused.error


def test_kinds_of_change(mirror: Mirror) -> None:
    def old(page: SmallPage) -> SmallPage:
        late = page.marks.get(2)
        return replace(page, topics={**dict.fromkeys(page.topics), 4: None}, marks={} if late is None else page.marks)

    journal = mirror.lived([SmallPage({1: "Вода"}, {1: 5}), SmallPage({1: "Вода"}, {1: 5, 2: 4, 3: 3})], old)
    kinds = {(item.table.name, item.kind) for item in mirror.reparse(journal, write=False).changes}
    assert kinds == {
        ("lesson", ChangeKind.CHANGED), ("lesson", ChangeKind.GONE), ("mark", ChangeKind.PAST),
    }  # fmt: skip
    journal = mirror.lived([SmallPage(marks={1: 5})], lambda page: SmallPage())
    assert [item.kind for item in mirror.reparse(journal).changes] == [ChangeKind.ADDED]


def test_names_are_completed_and_never_shortened(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with open_writer(folder) as connection, open_raw(folder.raw) as raw:
        own = Mirror(folder.raw, connection, raw, count(1))
        short = {1: "Иванов Иван", 2: "Петрова Анна Львовна"}
        page = SmallPage(marks={1: 5}, names={1: "Иванов Иван Ильич", 2: "Петрова Анна", 3: "Новый Пётр"})
        journal = own.lived([page], lambda page: replace(page, names=short))
        own.reparse(journal, write=False)
        names = "SELECT student_id, name, seen_from, seen_to FROM student ORDER BY 1, 3"
        assert [row[1] for row in connection.execute(names)] == list(short.values())
        own.reparse(journal)
        assert [row[1:] for row in connection.execute(names)] == [
            ("Иванов Иван Ильич", 1, None), ("Петрова Анна Львовна", 1, None), ("Новый Пётр", 1, None),
        ]  # fmt: skip


def test_a_reparse_broken_off_at_any_statement_leaves_the_scope_whole(mirror: Mirror) -> None:
    class Broken(Exception):
        pass

    class Fragile:
        def __init__(self, left: int) -> None:
            self.left = left

        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
            if statement != "ROLLBACK":
                self.left -= 1
                if self.left < 0:
                    raise Broken
            return mirror.connection.execute(statement, *values)

        def executemany(self, statement: str, rows: object) -> sqlite3.Cursor:
            self.execute("SELECT 1")
            return mirror.connection.executemany(statement, rows)  # type: ignore[arg-type]

        @property
        def in_transaction(self) -> bool:
            return mirror.connection.in_transaction

    journal = mirror.lived(PAGES, without_topics)
    before = mirror.everything(journal)
    scope_id = scope_state(mirror.connection, journal.scope).scope_id
    for left in count():
        fragile: object = Fragile(left)
        try:
            Reparse(fragile, mirror.raw, parse_with(faithful), 2, write=True).reparse(scope_id, journal.scope)  # type: ignore[arg-type]
        except Broken:
            assert mirror.everything(journal) == before
            continue
        break
    assert left > 20
    assert mirror.versions(journal) == mirror.versions(mirror.lived(PAGES))
