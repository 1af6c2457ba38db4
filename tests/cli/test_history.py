"""`history` and `diff` as a deputy meets them."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.school import Book, Trial
from support.two_groups import TwoGroups, two_groups

from netcity_sync.cli import run_command_line
from netcity_sync.model import AttendanceCode, Student
from netcity_sync.settings_file import config_text


@pytest.fixture
def book() -> Book:
    """Two pupils who are easily mixed up, and one who is not."""
    return Book(
        students=[
            Student(id=1, name="Иванов Иван Петрович"), Student(id=2, name="Иванов Игорь Ильич"),
            Student(id=3, name="Жукова Анна Ильинична"),
        ]
    ).add_lessons("09-14", "09-15", topic=None)  # fmt: skip


@pytest.fixture
def school(tmp_path: Path, book: Book) -> tuple[Trial, TwoGroups]:
    """Three nights: a duty mark becomes a five, an absence is explained, a topic comes, a mark goes."""
    tried, source = two_groups(tmp_path / "data", book, Book(students=[]).add_lessons("09-14"))
    (tmp_path / "config.toml").write_text(
        config_text(
            url="http://127.0.0.1:1", school=1, login="x", timezone="Asia/Yekaterinburg", data_dir="data",
            password_file=None, loopback=True,
        ),
        encoding="utf-8",
    )  # fmt: skip
    book.mark(101, None, duty=True)
    book.mark(101, 4, student=3)
    book.absent(101, AttendanceCode.UNKNOWN, student=2)
    tried.sync("09-14 21:00")
    book.marks[0] = book.marks[0].model_copy(update={"value": 5, "duty": False})
    book.attendance[0] = book.attendance[0].model_copy(update={"code": AttendanceCode.ILLNESS, "raw": "Б"})
    book.set_topic(101, "Атомы")
    source.touch("09-15T12:00", "09-14")
    tried.sync("09-15 21:00")
    del book.marks[1]
    for student in (1, 2, 3):
        book.mark(102, 3, student=student)
    tried.sync("09-16 21:00")
    return tried, source


@pytest.fixture
def ask(tmp_path: Path, school: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command line; answers with what it said."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, exit_code: int = 0) -> str:
        capsys.readouterr()
        assert run_command_line(["--config", str(tmp_path / "config.toml"), *arguments]) == exit_code
        said = capsys.readouterr()
        return said.err if exit_code else said.out

    return run


def test_a_mark(ask: Any) -> None:
    page = ask("history", "mark", "7 а", "англ", "Иванов Иван", "14.09.2026", exit_code=2)
    assert "подходят несколько журналов" in page
    page = ask("history", "mark", "7 а", "английский язык/1", "Иванов Иван", "14.09.2026")
    for word in (
        "7А, Английский язык/1 группа, 2026/2027: Иванов Иван Петрович, урок 14.09.2026", "точка → 5",
        "не раньше 14.09 21:00", "не позже 15.09 21:00", "прогон 2", "15.09 12:00 Учебнова Е. П.: Изменение оценок",
        "последнее удачное чтение: 16.09.2026 21:00, прогон 3",
    ):  # fmt: skip
        assert word in page
    assert "Жукова" not in page


def test_a_lesson(ask: Any) -> None:
    page = ask("history", "lesson", "7А", "Английский язык/1 группа", "2026-09-14", "--slot", "1")
    for word in (
        "— → Атомы",
        "unknown (причина не указана) → Б (болел)",
        "4 → пропало (ещё не подтверждено)",
        "Жукова А.",
    ):
        assert word in page
    assert "15.09 (" not in page
    assert "Записей нет" in ask("history", "lesson", "7А", "Английский язык/1 группа", "2026-09-20")


def test_a_journal(ask: Any) -> None:
    page = ask("history", "journal", "7А", "Английский язык/1 группа", "--term", "1")
    assert (
        "Уже было при первом чтении: 2 урока, 2 задания, 2 отметки, 1 отметка о посещении, 3 ученика в списке" in page
    )
    assert "Иванов Иван Петрович: 3" in page
    assert "Жукова А.: 3" in page
    assert "Уже было" not in ask("history", "journal", "7А", "Английский язык/1 группа", "--all")
    page = ask("history", "journal", "7А", "Английский язык/2 группа")
    assert "С первого чтения ничего не менялось." in page
    page = ask("history", "journal", "7А", "Английский язык/1 группа", "--from", "16.09.2026", "--to", "16.09.2026")
    assert "точка" not in page
    assert "пропало" in page


def test_a_pupil(ask: Any) -> None:
    page = ask("history", "pupil", "7А", "Жук", "--all")
    assert "7А, 2026/2027: Жукова Анна Ильинична" in page
    assert "Иванов" not in page
    assert "подходят несколько учеников" in ask("history", "pupil", "7А", "Иванов", exit_code=2)
    assert "Есть учебные годы: 2026/2027" in ask("history", "pupil", "7А", "Жук", "--year", "2020/2021", exit_code=2)
    assert "нужен учебный год" in ask("history", "pupil", "7А", "Жук", "--year", "2020/2025", exit_code=2)
    assert "нужна дата" in ask("history", "pupil", "7А", "Жук", "--from", "вчера", exit_code=2)


def test_all_of_it_as_data(ask: Any) -> None:
    answer = json.loads(ask("history", "mark", "7А", "Английский язык/1 группа", "1", "2026-09-14", "--json"))
    assert answer["student"] == {"id": 1, "name": "Иванов Иван Петрович"}
    (journal,) = answer["journals"]
    assert journal["journal"]["term_name"] == "1 четверть"
    assert journal["last_read"] == "2026-09-16T16:00:00Z"
    first, second = journal["events"]
    assert first["not_before"] is None
    assert second["not_before"] == "2026-09-14T16:00:00Z"
    assert (second["what"], second["step"], second["run_id"]) == ("mark", "changed", 2)
    assert second["old"] == {"value": None, "duty": True, "raw": None}
    assert second["touches"][0]["at"] == "2026-09-15T07:00:00Z"


def test_a_difference(ask: Any) -> None:
    page = ask("diff", "--from", "14.09.2026", "--to", "2026-09-16", "--class", "7а")
    for word in ("прогон 1. Стало: 16.09.2026 21:00, прогон 3", "Изменения в 1 журнале", "Темы уроков", "точка → 5"):
        assert word in page
    assert "7А, Английский язык/1 группа, 1 четверть" in page
    assert "4 → пропало (ещё не подтверждено)" in page
    assert "ничего не изменилось" in ask("diff", "--from", "2026-09-14", "--to", "2026-09-16", "--teacher", "Примерова")
    assert "точка → 5" in ask("diff", "--from", "2026-09-14", "--to", "2026-09-16", "--teacher", "учебн")
    assert "сравнивать нечего" in ask("diff", "--from", "2026-09-17", "--to", "2026-09-18")
    answer = json.loads(ask("diff", "--from", "2026-09-14", "--to", "2026-09-15", "--json"))
    assert (answer["first"]["run_id"], answer["last"]["run_id"]) == (1, 2)
    assert {item["what"] for item in answer["journals"][0]["differences"]} == {"mark", "topic", "attendance"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2026-09-16", "--to", "2026-09-14"], "Первая дата позже второй"),
        (["--from", "2026-09-01", "--to", "2026-09-14"], "первый прогон кончился 14.09.2026 21:00"),
        (["--from", "2026-09-14", "--to", "2026-09-15", "--class", "9Я"], "Есть классы: 7А"),
        (["--from", "2026-09-14", "--to", "2026-09-15", "--teacher", "Ж"], "Есть учителя: Примерова Вера Петровна"),
        (["--from", "2026-09-14"], "--to"),
    ],
)
def test_what_cannot_be_compared(ask: Any, arguments: list[str], said: str) -> None:
    assert said in ask("diff", *arguments, exit_code=2)


def test_a_check_and_a_report_as_of_a_date(ask: Any, tmp_path: Path) -> None:
    page = ask("check", "--as-of", "15.09.2026")
    assert "По состоянию на 15.09.2026 23:59: прогон 2." in page
    assert "Новых с прошлой проверки" not in page
    (path,) = ask("report", "make", "filling", "--as-of", "2026-10-01", "--format", "html").split()
    assert Path(path).name == "filling-2026-09-as-of-2026-10-01.html"
    for command in (("check",), ("report", "make", "filling")):
        assert "первый прогон кончился 14.09.2026 21:00" in ask(*command, "--as-of", "2026-09-13", exit_code=2)
