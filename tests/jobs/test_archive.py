"""The archive of a school year: what is in it, that it is proved whole, when it is refused, that it stays the same."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from support.handed_years import first_year, second_year
from support.school import Trial, at
from support.two_years import NEW, OLD, begin_second_year, two_years, with_summary

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, NoSpace, UsageError
from netcity_sync.jobs import archive, archive_makers
from netcity_sync.jobs.archive import Archived, make_archive
from netcity_sync.mirror import space

JUNE = at("2027-06-10 12:00")


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A school whose first year is over."""
    with_summary(monkeypatch)
    return two_years(tmp_path / "data")


def make(tried: Trial, **options: object) -> Archived:
    return make_archive(tried.settings, fixed_clock(JUNE), **options)  # type: ignore[arg-type]


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def events(tried: Trial) -> list[tuple[str, str, str, dict[str, object]]]:
    with closing(sqlite3.connect(tried.settings.storage.data_dir / "mirror.db")) as db:
        rows = db.execute("SELECT kind, what, for_period, detail FROM service_event ORDER BY event_id").fetchall()
    return [(*row[:3], json.loads(row[3])) for row in rows]


def test_what_is_in_it(tried: Trial) -> None:
    made = make(tried)
    assert made.path.name == "2026-2027"
    files = contents(made.path)
    assert {"README.txt", "manifest.json", "journal/mirror.db", "journal/data/mark.jsonl", "journal/data/fields.json",
            "journal/xlsx/7А.xlsx", "journal/pdf/filling-year.pdf", "summary/pdf/summary-7А-year.pdf",
            "summary/xlsx/summary-7А-year.xlsx", "summary/data/7А.jsonl"} <= files.keys()  # fmt: skip
    assert {item.path for item in made.manifest.files} == files.keys() - {"manifest.json"}
    assert (made.manifest.missing, made.manifest.frozen, made.manifest.classes) == ((), ("7А",), ("7А",))
    assert [str(term.keep_until) for term in made.manifest.terms] == ["2032-12-31", "2052-12-31"]
    assert b"pdfaid:part>2<" in files["summary/pdf/summary-7А-year.pdf"]
    readme = files["README.txt"].decode()
    assert "Хранить до 31.12.2032" in readme
    assert "5 полных лет с 1 января 2028 года" in readme


def test_native_data_have_every_field_explained(tried: Trial) -> None:
    root = make(tried).path
    fields = json.loads((root / "journal/data/fields.json").read_text(encoding="utf-8"))
    for path in (root / "journal/data").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert json.loads(line).keys() == fields[path.name]["fields"].keys()
    marks = [json.loads(line) for line in (root / "journal/data/mark.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(item["value"] for item in marks) == [4, 5]
    finals = [json.loads(line) for line in (root / "summary/data/7А.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(item["student"], item["kind"], item["value"]) for item in finals] == [
        (student.name, kind, value)
        for student, value in ((tried.book.students[1], 4), (tried.book.students[0], 5))
        for kind in ("term", "year")
    ]


def test_the_workbook_of_a_class(tried: Trial) -> None:
    book = CalamineWorkbook.from_path(make(tried).path / "journal/xlsx/7А.xlsx")
    assert book.sheet_names == ["О документе", "Журналы", "Итоговые отметки", "1 Химия отметки", "1 Химия уроки"]
    assert book.get_sheet_by_name("Журналы").to_python()[1] == [1.0, "Химия", "Учебнова Елена Петровна"]
    assert book.get_sheet_by_name("1 Химия отметки").to_python() == [
        ["Ученик", "01.09", "02.09", "20.05"],
        ["Ёлкина Анна Ильинична", "", 4.0, ""],
        ["Иванов Иван Петрович", 5.0, "illness", ""],
    ]
    assert book.get_sheet_by_name("1 Химия уроки").to_python()[1] == [date(2026, 9, 1), 1.0, "Тема урока", "§ 5"]
    assert book.get_sheet_by_name("Итоговые отметки").to_python()[0][2:] == ["1 четверть", "Год", "Экзамен", "Итоговая"]


def test_it_is_noted(tried: Trial) -> None:
    made = make(tried)
    frozen, archived = events(tried)[-2:]
    assert frozen[:3] == ("summary_frozen", "7А", OLD)
    detail = {"files": len(made.manifest.files), "manifest": made.manifest_sha256, "missing": 0}
    assert archived == ("archive_made", "", OLD, detail)


def test_the_extract_holds_that_year_only(tried: Trial) -> None:
    begin_second_year(tried)
    root = make(tried, year_name=OLD).path
    with closing(sqlite3.connect(root / "journal/mirror.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("SELECT name FROM school_year").fetchall() == [(OLD,)]
        assert db.execute("SELECT DISTINCT term_id FROM lesson").fetchall() == [(1,)]
        values = db.execute("SELECT value, seen_to IS NULL FROM mark WHERE student_id = 2 ORDER BY seen_from")
        assert values.fetchall() == [(3, 0), (4, 1)]
        assert len(db.execute("SELECT * FROM v_mark").fetchall()) == 2
        assert db.execute("SELECT name, grade FROM current_school_class").fetchall() == [("7А", 7)]


def test_what_people_brought_lies_in_the_year_to_which_it_belongs(tried: Trial) -> None:
    tried.hand_in("2027-05-28 12:00", **first_year())
    begin_second_year(tried)
    tried.hand_in("2027-10-01 12:00", **second_year())
    make(tried, year_name=OLD)
    old, new = brought(make(tried, year_name=OLD, force=True)), brought(make(tried, year_name=NEW, force=True))
    assert old == {
        "planned_lesson": {"2026-09-01", None}, "substitution": {"2026-09-02"}, "exam_result": {"2027-06-03"},
        "opt_out": {"2026-09-07"}, "credential_issue": {"2026-09-03"}, "user_activity": {"2027-05-30"},
        "final_mark_date": {"2027-05-24"}, "local_act": {"1-од", "9-од"},
    }  # fmt: skip
    assert new == {
        "planned_lesson": {"2027-09-01", None}, "substitution": {"2027-09-02"}, "exam_result": {"2027-09-10"},
        "opt_out": {"2026-09-07"}, "credential_issue": set(), "user_activity": {"2027-09-30"},
        "final_mark_date": {"2028-05-24"}, "local_act": {"1-од"},
    }  # fmt: skip


def brought(made: Archived) -> dict[str, set[str | None]]:
    """What tells the rows of each table of the exchange folder apart: in the extract, and as lines the same."""
    columns = {
        "planned_lesson": "planned_on", "substitution": "held_on", "exam_result": "held_on", "opt_out": "applied_on",
        "credential_issue": "issued_on", "user_activity": "period_end", "final_mark_date": "due_on",
        "local_act": "number",
    }  # fmt: skip
    found = {}
    with closing(sqlite3.connect(made.path / "journal/mirror.db")) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        for table, column in columns.items():
            assert db.execute(f"SELECT * FROM v_{table}").description
            found[table] = {row[0] for row in db.execute(f"SELECT {column} FROM current_{table}")}
            lines = (made.path / f"journal/data/{table}.jsonl").read_text(encoding="utf-8").splitlines()
            assert {json.loads(line)[column] for line in lines} == found[table]
        assert db.execute("SELECT count(*) FROM v_take WHERE \"Взята\" = 'да'").fetchone()[0] >= len(columns)
    return found


class TestAlwaysTheSame:
    def test_made_again(self, tried: Trial) -> None:
        first = contents(make(tried).path)
        assert contents(make(tried, force=True).path) == first

    def test_drawn_by_other_processes(self, tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        first = contents(make(tried).path)
        monkeypatch.setattr(archive, "on_all_cores", partial(archive.on_all_cores, few=0))
        assert contents(make(tried, force=True).path) == first

    def test_whatever_was_read_later(self, tried: Trial) -> None:
        root = make(tried).path
        first = contents(root)
        begin_second_year(tried)
        again = contents(make(tried, year_name=OLD, force=True).path)
        assert {name for name in first if first[name] != again[name]} == set()


class TestRefused:
    def test_a_year_that_is_not_over(self, tried: Trial) -> None:
        begin_second_year(tried)
        with pytest.raises(UsageError, match=r"2027/2028 учебный год не кончился: последний день занятий 26\.05\.2028"):
            make_archive(tried.settings, fixed_clock(at("2027-10-01 12:00")), NEW)
        made = make_archive(tried.settings, fixed_clock(at("2027-10-01 12:00")), NEW, force=True)
        assert made.manifest.missing[0] == "учебный год не кончился"
        assert made.manifest.year == NEW

    def test_a_journal_that_was_not_read(self, tried: Trial) -> None:
        tried.source.broken["journal"] = AnswerError("нет ответа")
        tried.sync("2027-05-28 21:00")
        with pytest.raises(UsageError, match="не прочитан журнал 7А Химия"):
            make(tried)
        assert list(DataFolder(tried.settings.storage.data_dir).archive.iterdir()) == []
        assert make(tried, force=True).manifest.missing == ("не прочитан журнал 7А Химия",)

    def test_without_final_marks_nothing_is_frozen(self, tried: Trial) -> None:
        tried.source.broken["finals"] = AnswerError("нет ответа")
        tried.sync("2027-05-28 21:00")
        made = make(tried, force=True)
        assert made.manifest.missing == ("не прочитаны итоговые отметки класса 7А",)
        assert made.manifest.frozen == ()
        assert "summary_frozen" not in {item[0] for item in events(tried)}

    def test_a_journal_last_read_before_the_end(self, tmp_path: Path) -> None:
        early = two_years(tmp_path / "early")
        with closing(sqlite3.connect(tmp_path / "early/mirror.db")) as db:
            db.execute("UPDATE run SET started_at = '2027-05-10T16:00:00Z', finished_at = '2027-05-10T16:00:00Z'"
                       " WHERE run_id = 2")  # fmt: skip
            db.commit()
        with pytest.raises(UsageError, match=r"в последний раз 10\.05\.2027, раньше конца занятий"):
            make(early)

    def test_one_that_is_there(self, tried: Trial) -> None:
        make(tried)
        with pytest.raises(UsageError, match="уже есть"):
            make(tried)

    def test_an_unknown_year_is_told_the_known_ones(self, tried: Trial) -> None:
        with pytest.raises(UsageError, match="Есть: 2026/2027"):
            make(tried, year_name="2020/2021")

    def test_a_full_disk(self, tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(space, "free_space", lambda path: 1)
        with pytest.raises(NoSpace, match="для архива года"):
            make(tried)


def test_one_that_fails_leaves_the_old_one(tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tried).path
    first = contents(root)

    def fail(desk: object, extract: object) -> Iterator[archive_makers.Piece]:
        def begin(path: Path) -> None:
            raise OSError("нет места")

        yield archive_makers.Piece("journal/pdf/broken.pdf", begin)

    monkeypatch.setattr(archive_makers, "MAKERS", (*archive_makers.MAKERS, fail))
    with pytest.raises(OSError, match="нет места"):
        make(tried, force=True)
    assert contents(root) == first
    assert [path.name for path in root.parent.iterdir()] == ["2026-2027"]


def test_every_file_is_counted(tried: Trial) -> None:
    told: list[int] = []

    @contextmanager
    def progress(total: int) -> Iterator[object]:
        told.append(total)
        yield lambda: told.append(-1)

    made = make(tried, progress=progress)
    assert told[0] == len(told) - 1 == len(made.manifest.files) - 1
    shutil.rmtree(made.path)


def test_what_a_process_that_died_left_is_cleared(tried: Trial) -> None:
    root = make(tried).path
    first = contents(root)
    left = root.parent / ".making-dead"
    left.mkdir()
    root.rename(left / "old")
    with pytest.raises(UsageError, match="учебный год не кончился"):
        make_archive(tried.settings, fixed_clock(at("2027-05-01 12:00")), OLD)
    (root.parent / ".making-other").mkdir()
    begin_second_year(tried)
    make_archive(tried.settings, fixed_clock(JUNE), NEW, force=True)
    assert contents(root) == first
    assert sorted(path.name for path in root.parent.iterdir()) == ["2026-2027", "2027-2028"]
