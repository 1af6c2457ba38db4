"""Five years of nights in one mirror: what a check costs then, what a look into the past, and how large the file is."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from shutil import copyfile

from pydantic import SecretStr

from benchmarks.beside import merging_process
from benchmarks.claim import Claim, at_most, seconds
from benchmarks.merging import NoRaw
from benchmarks.school import LAST_EVENING, SchoolPage, bodies, pages_of
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.adapters.source import Scope, ScopeKind
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.schema import migrations
from netcity_sync.data_folder import DataFolder
from netcity_sync.jobs.check import run_check
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.intake import Answer, Caution, Intake
from netcity_sync.mirror.raw import payload_hash
from netcity_sync.mirror.rows import Row, ScopeRows, dictionary_rows, roster_rows
from netcity_sync.mirror.runs import begin_run, finish_run, record_capabilities
from netcity_sync.mirror.schema import ENTITY_TABLES
from netcity_sync.mirror.snapshot import open_snapshot
from netcity_sync.model import Dictionaries, Roster
from netcity_sync.settings import Settings
from netcity_sync.simulator.server import running_simulator

_CLASSES, _YEARS, _NIGHTS = 22, 5, 200
_TIMES = 3
_YEAR = timedelta(days=364)
_ID_STEP = 10_000_000
_CORRECTED, _LOST = 0.02, 0.002
"""Of a night's changed journals, how many have an older mark corrected, how many lack some marks for a night."""


def years() -> Iterator[Claim]:
    """A school's nights over five years, all through the merge; figures of the last year beside those of the first."""
    year = _school_year()
    first, last = _end(year, 0), _end(year, _YEARS - 1)
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as young_name:
        folder, young = DataFolder(Path(name)), DataFolder(Path(young_name))
        with open_writer(folder, migrations) as mirror:
            spent = seconds(lambda: _live(mirror, year, range(1)))
        copyfile(folder.mirror, young.mirror)
        with open_writer(folder) as mirror:
            spent += seconds(lambda: _live(mirror, year, range(1, _YEARS)))
        size, bare = folder.mirror.stat().st_size, _bare_size(folder)
        after_one, after_all = _best(lambda: _check(young, first), lambda: _check(folder, last))
        now, then = _best(lambda: _check(folder, last, as_of=last), lambda: _check(folder, last, as_of=first))
        rows, old, middle = _best(*(
            partial(_read, folder, moment) for moment in (last, first, last - timedelta(days=150))
        ))  # fmt: skip
        with merging_process(folder):
            look, check = _best(lambda: _check(folder, last, as_of=last), lambda: _check(folder, last))
    yield Claim(f"{_YEARS} years of {_NIGHTS} nights, {_CLASSES} classes: seconds a night", spent / _YEARS / _NIGHTS)
    yield at_most("check after five years / after one", after_all / after_one, 1.3)
    yield at_most("check as of four years ago / as of now", then / now, 2)
    yield at_most("marks and lessons as of four years ago / as of now", old / rows, 2)
    yield at_most("marks and lessons as of the middle of the year / as of now", middle / rows, 2)
    yield at_most("check that only looks, beside a merge without pause / alone", look / now, 2)
    yield at_most("check that records, beside a merge without pause / alone", check / after_all, 2)
    yield Claim("mirror after five years, MB", size / 1e6)
    yield at_most("mirror after five years / bare current rows", size / bare, 2.5)


def _best(*works: Callable[[], object]) -> list[float]:
    """The best time of each of several works, done by turns, so that all meet the same noise."""
    turns = [[seconds(work) for work in works] for _ in range(_TIMES)]
    return [min(times) for times in zip(*turns, strict=True)]


@dataclass(frozen=True)
class _Year:
    """A school's year: its dictionaries and rosters, and what its journals hold in the end, by the lessons' days."""

    dictionaries: Dictionaries
    rosters: Sequence[Roster]
    pages: Sequence["_Growing"]
    days: Sequence[date]


@dataclass(frozen=True)
class _Last:
    """What a journal answered last: in which year, and whether it lacked marks."""

    rows: ScopeRows
    name: bytes
    number: int
    lost: bool


@dataclass
class _Growing:
    """A journal that fills up day by day; `days` are those of its lessons."""

    page: SchoolPage
    days: dict[int, str]
    corrections: dict[Row, int] = field(default_factory=dict)
    last: _Last | None = None

    def stands(self, day: str) -> bool:
        """Whether a lesson was held on that day."""
        return day in self.days.values()

    def read(self, day: str, number: int, random: Random) -> _Last:
        """What the journal answers on the evening of a day of a year."""
        if self.last is not None and self.last.number != number:
            self.corrections.clear()
        lost = random.random() < _LOST
        rows = self._rows(day, random, number, lost=lost)
        name = payload_hash(repr((self.page.scope.key, day, number, lost)).encode())
        return _Last(rows, name, number, lost)

    def _rows(self, day: str, random: Random, number: int, *, lost: bool) -> ScopeRows:
        tables = {table.name: rows for table, rows in self.page.rows.tables}
        held = {lesson for lesson, at in self.days.items() if at <= day}
        marks = [self._mark(row) for row in tables["mark"] if row[4] in held]
        if marks and random.random() < _CORRECTED:
            row = random.choice(marks)
            self.corrections[row[:5]] = random.randint(2, 5)
        if lost:
            marks = marks[: -len(marks) // 4]
        kept: dict[str, Sequence[Row]] = {
            "group_student": tables["group_student"],
            "lesson": [row if row[2] in held else (*row[:5], None) for row in tables["lesson"]],
            "assignment": [row for row in tables["assignment"] if (row[6] or row[5]) in held],
            "mark": marks,
            "attendance": [row for row in tables["attendance"] if row[3] in held],
        }
        shift = _ID_STEP * number
        partition = {name: value + shift for name, value in self.page.rows.partition.items()}
        return ScopeRows(
            partition,
            tuple((table, tuple(_moved(table.name, row, number) for row in kept[table.name]))
                  for table, _ in self.page.rows.tables),
            self.page.rows.students,
        )  # fmt: skip

    def _mark(self, row: Row) -> Row:
        value = self.corrections.get(row[:5])
        return row if value is None or row[5] is None else (*row[:5], value, *row[6:])


_IDS = {
    "group_student": (0, 1), "lesson": (0, 1, 2), "assignment": (0, 1, 2, 5, 6), "mark": (0, 1, 3, 4),
    "attendance": (0, 1, 3),
}  # fmt: skip
"""The columns that hold ids which the GIS gives anew every year."""


def _moved(table: str, row: Row, number: int) -> Row:
    """A row of the first year as it stands in a later one."""
    if not number:
        return row
    moved = list(row)
    for place in _IDS[table]:
        value = moved[place]
        if isinstance(value, int) and value:
            moved[place] = value + _ID_STEP * number
    if table == "lesson":
        moved[3] = (date.fromisoformat(str(moved[3])) + _YEAR * number).isoformat()
    return tuple(moved)


def _school_year() -> _Year:
    pages = []
    for page in pages_of(bodies(_CLASSES)):
        lessons = next(rows for table, rows in page.rows.tables if table.name == "lesson")
        pages.append(_Growing(page, {int(str(row[2])): str(row[3]) for row in lessons}))
    with running_simulator(seed=1, classes=_CLASSES, now=LAST_EVENING) as simulator:
        gis = Settings.model_validate(
            {
                "gis": {"url": simulator.url, "school": simulator.world.school.id,
                        "login": simulator.accounts[0].login, "requests_per_second": 0},
                "school": {"timezone": "UTC"}, "storage": {"data_dir": "."},
            }
        ).gis  # fmt: skip
        with NetSchoolSource(gis, SecretStr(simulator.accounts[0].password)) as source:
            dictionaries = source.read_dictionaries().content
            rosters = [source.read_roster(item.id).content for item in dictionaries.classes]
    days = sorted({date.fromisoformat(day) for page in pages for day in page.days.values()})
    return _Year(dictionaries, rosters, pages, days)


def _live(mirror: sqlite3.Connection, year: _Year, numbers: Sequence[int]) -> None:
    """The nights of some years."""
    for number in numbers:
        _live_a_year(mirror, year, number)


def _evenings(year: _Year) -> list[date]:
    """Every school day, and days after them without any change, two hundred in all."""
    days = [*year.days, *(year.days[-1] + timedelta(days=later) for later in range(1, _NIGHTS))]
    return days[:_NIGHTS]


def _end(year: _Year, number: int) -> datetime:
    """Right after the last night of a year."""
    return _moment(_evenings(year)[-1], number) + timedelta(hours=1)


def _live_a_year(mirror: sqlite3.Connection, year: _Year, number: int) -> None:
    random = Random(number)
    terms = {term.id: term for term in year.dictionaries.terms}
    for evening in _evenings(year):
        moment = _moment(evening, number)
        run = begin_run(mirror, moment, resume=False)
        intake = Intake(mirror, NoRaw(), run, Caution())
        answers = _lists(year, number, moment)
        for growing in year.pages:
            term = terms[growing.page.rows.partition["term_id"]]
            if term.start <= evening:
                answers.append(_answer(growing, evening, number, moment, random))
        for place in range(0, len(answers), 8):
            with intake.batch():
                for answer in answers[place : place + 8]:
                    intake.take(answer, second_look=True)
        record_capabilities(mirror, run, NetSchoolSource.capabilities)
        finish_run(mirror, run, moment, "done")


def _answer(growing: _Growing, evening: date, number: int, moment: datetime, random: Random) -> Answer:
    """A journal as it is read: a new answer after a day with a lesson, else the last one."""
    day = evening.isoformat()
    if growing.last is None or growing.last.number != number or growing.last.lost or growing.stands(day):
        growing.last = growing.read(day, number, random)
    last = growing.last
    scope = Scope(ScopeKind.JOURNAL, subject_group_id=last.rows.partition["subject_group_id"],
                  term_id=last.rows.partition["term_id"])  # fmt: skip
    return Answer(scope, moment, moment, last.rows, b"", last.name)


def _lists(year: _Year, number: int, moment: datetime) -> list[Answer]:
    """Dictionaries and rosters of one year."""
    shift, later = _ID_STEP * number, _YEAR * number
    whole = year.dictionaries
    span = {"start": whole.year.start + later, "end": whole.year.end + later}
    moved = Dictionaries(
        school=whole.school,
        year=whole.year.model_copy(update={"id": whole.year.id + shift, **span}),
        terms=tuple(
            term.model_copy(update={"id": term.id + shift, "start": term.start + later, "end": term.end + later})
            for term in whole.terms
        ),
        staff=whole.staff,
        classes=tuple(item.model_copy(update={"id": item.id + shift}) for item in whole.classes),
        assignment_types=whole.assignment_types,
        subject_groups=tuple(
            group.model_copy(update={
                "id": group.id + shift, "class_id": group.class_id + shift,
                "term_ids": tuple(term + shift for term in group.term_ids),
            })
            for group in whole.subject_groups
        ),
    )  # fmt: skip
    name = payload_hash(f"lists {number}".encode())
    answers = [Answer(Scope(ScopeKind.DICTIONARIES), moment, moment, dictionary_rows(moved), b"", name)]
    for roster in year.rosters:
        class_id = roster.class_id + shift
        enrolments = tuple(item.model_copy(update={"class_id": class_id}) for item in roster.enrolments)
        rows = roster_rows(roster.model_copy(update={"class_id": class_id, "enrolments": enrolments}))
        answers.append(Answer(Scope(ScopeKind.ROSTER, class_id=class_id), moment, moment, rows, b"", name))
    return answers


def _moment(evening: date, number: int) -> datetime:
    return datetime.combine(evening + _YEAR * number, time(22), tzinfo=UTC)


def _settings(folder: DataFolder) -> Settings:
    return Settings.model_validate(
        {
            "gis": {"url": "http://127.0.0.1:9", "school": 1, "login": "x"},
            "school": {"timezone": "UTC"},
            "storage": {"data_dir": folder.root},
        }
    )


def _check(folder: DataFolder, now: datetime, as_of: datetime | None = None) -> None:
    """A check with all rules; that there are findings, and none without data, shows that it had something to do."""
    found = run_check(_settings(folder), fixed_clock(now), as_of=as_of)
    assert found.findings
    assert not found.no_data


def _read(folder: DataFolder, as_of: datetime) -> None:
    """All lessons and marks of the year's journals, as of a moment."""
    with open_snapshot(folder, as_of) as snapshot:
        for table in ("lesson", "mark"):
            snapshot.connection.execute(
                f"SELECT * FROM as_of_subject_group_term CROSS JOIN as_of_{table} USING (subject_group_id, term_id)"
            ).fetchall()


def _bare_size(folder: DataFolder) -> int:
    """The size of a file that holds the current rows and nothing else, written in the order of their keys."""
    path = folder.root / "bare.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        bare.execute("ATTACH ? AS mirror", [str(folder.mirror)])
        bare.execute("BEGIN")
        for table in ENTITY_TABLES:
            names = ", ".join(f'"{item.name}"' for item in table.columns)
            key = ", ".join(f'"{item.name}"' for item in table.key)
            kinds = ", ".join(f'"{item.name}" {item.declaration.split()[0]}' for item in table.columns)
            bare.execute(f"CREATE TABLE main.{table.name} ({kinds}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID")
            bare.execute(
                f"INSERT INTO main.{table.name} SELECT {names} FROM mirror.{table.name} WHERE seen_to IS NULL"
                f" ORDER BY {key}"
            )
        bare.execute("COMMIT")
    return path.stat().st_size
