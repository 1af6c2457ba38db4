"""The readable views: opened with sqlite-utils as a person would, right about now and about what was, and quick."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils.cli import cli
from support.school import Book, Trial

from netcity_sync.adapters.source import Page
from netcity_sync.compliance.mirror_guide import ALL_VIEWS
from netcity_sync.mirror.views import VIEWS
from netcity_sync.model import AttendanceCode, Dictionaries, Student


def told(mirror: Path, *arguments: str) -> Any:
    """What sqlite-utils answers."""
    command, *rest = arguments
    outcome = CliRunner().invoke(cli, [command, str(mirror), *rest])
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.output)


def rows(mirror: Path, view: str) -> list[dict[str, Any]]:
    """The rows of a view."""
    found: list[dict[str, Any]] = told(mirror, "rows", view)
    return found


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Four evenings: a mark is given, mended and taken away; a topic is written late; then it is checked."""
    folder = tmp_path_factory.mktemp("views")
    book = Book().add_lessons("09-01", "09-02", "09-03", topic=None)
    book.students.append(Student(id=2, name="Петрова Анна Ильинична"))
    trial = Trial(folder, book)
    book.set_topic(101, "Атомы")
    book.give_homework(101)
    book.mark(101, 2)
    book.mark(101, None, student=2, duty=True)
    book.absent(102, student=2)
    book.absent(103, AttendanceCode.UNEXCUSED)
    trial.sync("09-01 21:00")
    book.set_topic(102, "Молекулы")
    book.marks[0] = book.marks[0].model_copy(update={"value": 4})
    trial.sync("09-02 21:00")
    book.marks.pop(0)
    trial.sync("09-03 21:00")
    trial.check()
    return trial


@pytest.fixture
def mirror(trial: Trial) -> Path:
    """The file."""
    return trial.settings.storage.data_dir / "mirror.db"


def test_every_view_is_there_and_opens(mirror: Path) -> None:
    names = {item["view"] for item in told(mirror, "views")}
    assert {view.name for view in ALL_VIEWS} == {name for name in names if name.startswith("v_")}
    with closing(sqlite3.connect(mirror)) as db:
        for view in ALL_VIEWS:
            headings = [item[0] for item in db.execute(f"SELECT * FROM {view.name}").description]
            assert headings == [heading for heading, _ in view.columns]
            assert len(set(headings)) == len(headings)


def test_a_journal_and_its_pupils(mirror: Path) -> None:
    assert rows(mirror, "v_journal") == [
        {
            "Класс": "7А", "Предмет": "Химия", "Журнал": "Химия", "Период": "1 четверть",
            "Учителя": "Учебнова Елена Петровна", "Учеников": 2, "Уроков": 3, "Отметок": 2,
            "Последнее чтение, UTC": "2026-09-03 16:00",
        }
    ]  # fmt: skip
    listed = rows(mirror, "v_pupil")
    assert [(item["Класс"], item["Ученик"]) for item in listed] == [
        ("7А", "Иванов Иван Петрович"),
        ("7А", "Петрова Анна Ильинична"),
    ]
    assert len(rows(mirror, "v_roster")) == 2


def test_marks_as_they_stand(mirror: Path) -> None:
    vanished, duty = rows(mirror, "v_mark")
    assert vanished == {
        "Класс": "7А", "Предмет": "Химия", "Журнал": "Химия", "Период": "1 четверть", "Ученик": "Иванов Иван Петрович",
        "Дата урока": "2026-09-01", "Урок №": 1, "Тип задания": "Ответ на уроке", "Задание": "Работа", "Отметка": 4,
        "Впервые увидено, UTC": "2026-09-02 16:00", "Не видно с, UTC": "2026-09-03 16:00",
    }  # fmt: skip
    assert (duty["Ученик"], duty["Отметка"], duty["Не видно с, UTC"]) == ("Петрова Анна Ильинична", "точка", None)


def test_what_a_mark_was(mirror: Path) -> None:
    wanted = 'SELECT * FROM v_mark_history WHERE "Ученик" LIKE :who ORDER BY "Впервые увидено, UTC"'
    found = told(mirror, "query", wanted, "-p", "who", "Иванов%")
    shown = [(item["Отметка"], item["Впервые увидено, UTC"], item["Перестало быть, UTC"]) for item in found]
    assert shown == [(2, "2026-09-01 16:00", "2026-09-02 16:00"), (4, "2026-09-02 16:00", None)]
    assert {item["Учебный год"] for item in found} == {"2026/2027"}


def test_lessons_homework_and_attendance(mirror: Path) -> None:
    topics = {item["Дата урока"]: item["Тема"] for item in rows(mirror, "v_lesson")}
    assert topics == {"2026-09-01": "Атомы", "2026-09-02": "Молекулы", "2026-09-03": None}
    written = [item for item in rows(mirror, "v_lesson_history") if item["Дата урока"] == "2026-09-02"]
    assert [(item["Тема"], item["Перестало быть, UTC"]) for item in written] == [
        (None, "2026-09-02 16:00"),
        ("Молекулы", None),
    ]
    (given,) = rows(mirror, "v_homework")
    assert given["Задано на уроке"] == given["К уроку"] == "2026-09-01"
    assert given["Домашнее задание"] == "§ 5"
    assert len(rows(mirror, "v_homework_history")) == 1
    away = {item["Ученик"]: (item["Дата урока"], item["Посещение"]) for item in rows(mirror, "v_attendance")}
    assert away == {
        "Иванов Иван Петрович": ("2026-09-03", "без уважительной причины"),
        "Петрова Анна Ильинична": ("2026-09-02", "болезнь"),
    }
    assert len(rows(mirror, "v_attendance_history")) == 2


def test_runs_reads_checks_and_findings(mirror: Path) -> None:
    runs = rows(mirror, "v_run")
    assert {(item["Что делал"], item["Чем кончился"]) for item in runs} == {("чтение журналов", "всё прочитано")}
    reads = [item for item in rows(mirror, "v_read") if item["Прогон"] == 3]
    assert {(item["Что"], item["Класс"], item["Как прошло"]) for item in reads} == {
        ("справочники", None, "без изменений"),
        ("список класса", "7А", "без изменений"),
        ("журнал", "7А", "прочитано"),
        ("итоговые отметки", "7А", "без изменений"),
    }
    assert rows(mirror, "v_check")[0]["Когда, UTC"] == "2026-09-03 16:00"
    found = [item for item in rows(mirror, "v_finding") if item["Класс"] and item["Предмет"]]
    assert found
    assert {item["Учителя"] for item in found} == {"Учебнова Елена Петровна"}
    assert {item["Состояние"] for item in found} == {"открыто"}


def test_the_next_year_leaves_the_last_one_to_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book().add_lessons("09-01")
    book.mark(101, 5)
    trial = Trial(tmp_path, book)
    trial.sync("09-01 21:00")
    old = trial.source.read_dictionaries().content

    def next_year() -> Page[Dictionaries]:
        content = old.model_copy(update={"subject_groups": (), "terms": (), "classes": ()})
        return Page(content, content.model_dump_json().encode())

    monkeypatch.setattr(trial.source, "read_dictionaries", next_year)
    trial.sync("09-02 21:00")
    trial.sync("09-03 21:00", full=True)
    mirror = tmp_path / "mirror.db"
    for name in ("v_journal", "v_pupil", "v_mark", "v_lesson"):
        assert rows(mirror, name) == []
    (mark,) = rows(mirror, "v_mark_history")
    assert (mark["Класс"], mark["Предмет"], mark["Период"], mark["Отметка"]) == ("7А", "Химия", "1 четверть", 5)


def scans(db: sqlite3.Connection, query: str) -> Iterator[str]:
    """What a query reads from one end to the other."""
    for row in db.execute(f"EXPLAIN QUERY PLAN {query}"):
        if str(row[3]).startswith("SCAN"):
            yield str(row[3]).split()[1]


@pytest.mark.parametrize("statistics", [False, True], ids=["plain", "analysed"])
@pytest.mark.parametrize("view", [view for view in VIEWS if "j.kind = 'journal'" in view.source], ids=lambda v: v.name)
def test_no_view_scans_what_grows(mirror: Path, tmp_path: Path, view: Any, statistics: bool) -> None:
    copy = tmp_path / "mirror.db"
    with closing(sqlite3.connect(mirror)) as source, closing(sqlite3.connect(copy)) as db:
        source.backup(db)
        if statistics:
            db.execute("ANALYZE")
        for column in ("Класс", "Предмет", "Ученик"):
            if column in dict(view.columns):
                assert set(scans(db, f"SELECT * FROM {view.name} WHERE \"{column}\" = 'x' LIMIT 100")) <= {
                    "j",
                    "y",
                    "g",
                }
