"""After a purge no byte of the mirror or of the raw answers tells of whoever was in that year alone."""

import json
import shutil
import sqlite3
import zlib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from support.handed_years import (
    FORGOTTEN_IN_TABLES,
    GONE,
    LEAVERS,
    OLD_SUBSTITUTE,
    OLD_TEACHER,
    STAYS,
    TEACHER,
    first_year,
    second_year,
)
from support.school import CHIEF, Trial, at
from support.two_years import NEW, OLD, begin_second_year, two_years, with_summary

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.exemptions import Decision, Scope, add_exemptions, load_exemptions
from netcity_sync.compliance.forget import FORGOTTEN_TABLES
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError, NoSpace
from netcity_sync.jobs.archive import make_archive
from netcity_sync.jobs.archive_purge import Order, Purge, purge_archive
from netcity_sync.jobs.mirror_doctor import examine_mirror
from netcity_sync.mirror import space
from netcity_sync.mirror.database import open_writer
from netcity_sync.mirror.exchange_years import Who
from netcity_sync.mirror.purge import PURGED_TABLES, YearPurge
from netcity_sync.mirror.raw import open_raw, payload_hash
from netcity_sync.mirror.school_years import school_years
from netcity_sync.model import Student
from netcity_sync.reports.archive.acts import ROW_WORDS

AFTER = at("2029-01-10 12:00")
ORDER = Order("3", date(2029, 1, 9), "срок хранения кончился", "Учебнова Е. П.")
NOBODY_ANY_MORE = [*(item.name for item in LEAVERS), OLD_TEACHER, OLD_SUBSTITUTE]
_ENOUGH_FOR_A_DICTIONARY = 300
_LONG_ENOUGH = 5


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A school in its second year: two pupils and a teacher left, the first year is archived; every answer is kept."""
    with pytest.MonkeyPatch.context() as patched:
        with_summary(patched)
        data = tmp_path_factory.mktemp("school")
        trial = two_years(data, LEAVERS, retention={"journal_years": 1}, storage=_storage(data))
        trial.hand_in("2027-05-28 12:00", **first_year())
        trial.check()
        _except(trial)
        _keep_pages(trial)
        make_archive(trial.settings, fixed_clock(at("2027-06-10 12:00")))
        trial.source.staff_gone, trial.source.chiefs = {CHIEF}, ()
        begin_second_year(trial)
        trial.hand_in("2027-10-01 12:00", **second_year())
        trial.sync("2029-01-09 21:00")
        trial.check()
    return trial


@pytest.fixture
def tried(lived: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A copy of that school."""
    with_summary(monkeypatch)
    data = shutil.copytree(lived.settings.storage.data_dir, tmp_path / "data")
    trial = Trial(data, lived.book, retention={"journal_years": 1}, storage=_storage(data))
    trial.now = lived.now
    return trial


def _storage(data: Path) -> dict[str, object]:
    return {"data_dir": str(data), "raw_days": 3000}


def _except(trial: Trial) -> None:
    with open_writer(DataFolder(trial.settings.storage.data_dir)) as writer:
        decisions = [
            (Scope(student_id=GONE.id), Decision("Учебнова Е. П.", "на домашнем обучении")),
            (Scope(class_name="7А"), Decision("Учебнова Е. П.", f"{GONE.name} отвечает устно")),
            (Scope(class_name="7А"), Decision("Учебнова Е. П.", "карантин", until=date(2027, 2, 1))),
            (Scope(class_name="7А"), Decision("Учебнова Е. П.", "бессрочно")),
        ]
        add_exemptions(writer, decisions, trial.now)


def _keep_pages(trial: Trial) -> None:
    """Answers of the first year that nothing in the mirror refers to, enough for a dictionary of scraps of names."""
    with open_raw(DataFolder(trial.settings.storage.data_dir).raw) as raw:
        for number in range(_ENOUGH_FOR_A_DICTIONARY):
            body = json.dumps(
                {"page": number, "students": [item.name for item in LEAVERS] * 3}, ensure_ascii=number % 2
            )
            raw.keep(payload_hash(body.encode()), body.encode(), trial.now)


def purge(tried: Trial, **options: object) -> Purge:
    return purge_archive(tried.settings, fixed_clock(AFTER), OLD, ORDER, write=True, **options)  # type: ignore[arg-type]


def contents(tried: Trial) -> bytes:
    """All bytes of the mirror, of the raw answers and their WALs, and whatever is compressed in them as it reads."""
    folder = DataFolder(tried.settings.storage.data_dir)
    parts = [path.read_bytes() for path in folder.root.glob("*.db*")]
    with open_raw(folder.raw) as raw, closing(sqlite3.connect(folder.raw)) as db:
        parts += [raw.load(row[0]) or b"" for row in db.execute("SELECT hash FROM payload")]
    with closing(sqlite3.connect(folder.mirror)) as db:
        kept = db.execute("SELECT found FROM check_run UNION ALL SELECT gaps FROM check_run")
        parts += [zlib.decompress(row[0]) for row in kept if row[0] is not None]
    return b"\n".join(parts)


def traces(tried: Trial, names: list[str]) -> set[str]:
    """The parts of names that stand anywhere in the files, in the encodings in which they are written."""
    found, everything = set(), contents(tried)
    for part in words_of(*names):
        forms = {part, part.lower(), part.upper()}
        ways = {form.encode() for form in forms} | {json.dumps(form)[1:-1].encode() for form in forms}
        if any(way in everything for way in ways):
            found.add(part)
    return found


def words_of(*names: str) -> set[str]:
    """The parts of names that are long enough to be no part of other words."""
    return {part for name in names for part in name.split() if len(part) >= _LONG_ENOUGH}


def files_of(root: Path) -> dict[str, bytes]:
    """The files of an archive but the manifest, which says when it was made."""
    paths = (path for path in root.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def messages(tried: Trial) -> list[str]:
    """What a check finds in the school, not in the service."""
    return [item.message for item in tried.check().findings if item.rule[:3] != "OPS"]


def ask(tried: Trial, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(tried.settings.storage.data_dir / "mirror.db")) as db:
        return db.execute(query).fetchall()


def test_nobody_is_left_who_was_in_that_year_alone(tried: Trial) -> None:
    words = words_of(*NOBODY_ANY_MORE)
    assert traces(tried, NOBODY_ANY_MORE) == words
    purge(tried)
    assert traces(tried, NOBODY_ANY_MORE) == words & words_of(STAYS, TEACHER)
    assert traces(tried, [STAYS]) == words_of(STAYS)


def test_a_finding_about_a_class_goes_with_those_whom_it_names_by_their_short_names(tried: Trial) -> None:
    query = "SELECT message FROM finding WHERE rule = 'USR-03'"
    assert ask(tried, query) == [
        ("7А: нет записи о выдаче реквизитов родителям 2 учеников из 4: Ёлкина А., Цаплина Ж.",)
    ]
    purge(tried)
    assert ask(tried, query) == []


@pytest.mark.parametrize("name", ["Иванов", "Иванов Иван", "Иванов Игорь Ильич", "Ванов Игорь"])
def test_a_leaver_takes_nothing_along_that_may_tell_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with_summary(monkeypatch)
    tried = two_years(
        tmp_path, [Student(id=3, name=name)], retention={"journal_years": 1}, storage=_storage(tmp_path)
    )  # fmt: skip
    make_archive(tried.settings, fixed_clock(at("2027-06-10 12:00")))
    begin_second_year(tried)
    tried.check()
    why = "Иванова Мария и Иванов-Игорь И. на больничном"
    with open_writer(DataFolder(tmp_path)) as writer:
        add_exemptions(writer, [(Scope(class_name="8А"), Decision("Учебнова Е. П.", why))], tried.now)
    tried.sync("2029-01-09 21:00")
    query = "SELECT message FROM finding WHERE message LIKE '8А%Иванов И.%'"
    found = ask(tried, query)
    assert found
    purge(tried)
    assert ask(tried, query) == found
    assert ask(tried, "SELECT why FROM finding_exception") == [(why,)]


def test_a_dictionary_goes_with_what_it_was_made_of(tried: Trial) -> None:
    folder = DataFolder(tried.settings.storage.data_dir)
    with closing(sqlite3.connect(folder.raw)) as db:
        assert db.execute("SELECT count(*) FROM dictionary").fetchone() == (1,)
    purge(tried)
    with open_raw(folder.raw) as raw, closing(sqlite3.connect(folder.raw)) as db:
        assert db.execute("SELECT count(*) FROM dictionary").fetchone() == (0,)
        hashes = [row[0] for row in db.execute("SELECT hash FROM payload")]
        assert hashes
        assert all(payload_hash(raw.load(name) or b"") == name for name in hashes)


def test_the_year_that_is_kept_is_as_it_was(tried: Trial) -> None:
    """So are the findings about it, and its archive but for those who had left when it began."""
    now = fixed_clock(AFTER)
    tried.now = AFTER
    before = files_of(make_archive(tried.settings, now, NEW, force=True).path)
    found = messages(tried)
    assert len(before) > 30
    assert len(found) > 5
    purge(tried)
    after = files_of(make_archive(tried.settings, now, NEW, force=True).path)
    telling_who_left = {f"journal/pdf/{name}-year.pdf" for name in ("movement", "class-8А", "yearbook")}
    table = "journal/data/opt_out.jsonl"
    assert {name for name in before if before[name] != after[name]} == {table, "journal/mirror.db", *telling_who_left}
    others = [line for line in before[table].splitlines() if FORGOTTEN_IN_TABLES.name.encode() not in line]
    assert after[table].splitlines() == others != []
    assert messages(tried) == found
    assert examine_mirror(DataFolder(tried.settings.storage.data_dir)).exit_code == 0


def test_what_people_brought_goes_by_its_days(tried: Trial) -> None:
    purge(tried)
    assert ask(tried, "SELECT DISTINCT held_on FROM substitution") == [("2027-09-02",)]
    assert ask(tried, "SELECT DISTINCT student, held_on FROM exam_result") == [(STAYS, "2027-09-10")]
    assert ask(tried, "SELECT DISTINCT person, period_end FROM user_activity") == [(STAYS, "2027-09-30")]
    assert ask(tried, "SELECT DISTINCT student, applied_on FROM opt_out") == [(STAYS, "2026-09-07")]
    assert ask(tried, "SELECT DISTINCT person, issued_on FROM credential_issue") == [(STAYS, "2026-09-03")]
    assert ask(tried, "SELECT count(*) FROM planned_lesson WHERE seen_to IS NULL") == [(2,)]


def test_exceptions_that_are_over_or_name_somebody_go(tried: Trial) -> None:
    purge(tried)
    with closing(sqlite3.connect(tried.settings.storage.data_dir / "mirror.db")) as db:
        assert [item.decision.why for item in load_exemptions(db)] == ["бессрочно"]


def test_the_extract_of_the_log_names_everybody_and_what_went(tried: Trial) -> None:
    act = purge(tried)
    log = (act.act_folder / "log.html").read_text(encoding="utf-8")
    for words in (*NOBODY_ANY_MORE, STAYS, "результаты экзаменов", "отказ от электронного дневника", "входы в систему",
                  "выдача реквизитов доступа", "замены уроков", Who.PUPIL.value, Who.STAFF.value):  # fmt: skip
        assert words in log
    assert (act.act.subjects, act.act.staff) == (7, 3)
    assert {"exam_result": 3, "opt_out": 2, "substitution": 1}.items() <= act.act.rows.items()


def test_the_act_has_words_for_every_table() -> None:
    assert ROW_WORDS.keys() == {table.name for table in (*PURGED_TABLES, *FORGOTTEN_TABLES)}


def test_while_somebody_reads_the_file_it_is_not_called_destroyed(tried: Trial) -> None:
    folder = DataFolder(tried.settings.storage.data_dir)
    with closing(sqlite3.connect(folder.mirror, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM mark").fetchone()
        with pytest.raises(NetcityError, match="Файл читает другая программа"):
            purge(tried)
    assert not (folder.archive / "2026-2027/purged.json").exists()
    assert purge(tried).begun
    assert GONE.name.split()[0] not in traces(tried, [GONE.name])


def test_an_older_year_that_is_kept_keeps_nobody_who_came_after_it(tmp_path: Path) -> None:
    tried = two_years(tmp_path)
    begin_second_year(tried)
    tried.book.students.append(GONE)
    tried.sync("2027-09-04 21:00")
    with open_writer(DataFolder(tmp_path)) as writer:
        old, new = school_years(writer)
        assert YearPurge(writer, new, [old]).students() == {GONE.id}
        assert YearPurge(writer, old, [new]).students() == set()


def test_a_mirror_of_that_year_alone_is_emptied_and_can_be_filled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_summary(monkeypatch)
    tried = two_years(tmp_path, LEAVERS, retention={"journal_years": 1}, storage=_storage(tmp_path))
    make_archive(tried.settings, fixed_clock(at("2027-06-10 12:00")))
    before = ask(tried, "SELECT name FROM current_staff UNION ALL SELECT name FROM current_student ORDER BY 1")
    purge(tried)
    assert traces(tried, [STAYS, OLD_TEACHER, *(item.name for item in LEAVERS)]) == set()
    tried.sync("2029-01-11 21:00")
    assert ask(tried, "SELECT name FROM current_staff UNION ALL SELECT name FROM current_student ORDER BY 1") == before
    assert examine_mirror(DataFolder(tried.settings.storage.data_dir)).exit_code == 0


def test_without_room_to_rebuild_the_files_nothing_is_touched(tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "free_space", lambda path: 1)
    with pytest.raises(NoSpace):
        purge(tried)
    assert not (DataFolder(tried.settings.storage.data_dir).archive / "acts").exists()
