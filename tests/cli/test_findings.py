"""`findings list`, `show`, `except` and `exceptions` as a school meets them."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.school import ZONE, Book, Trial

from netcity_sync.cli import run_command_line
from netcity_sync.settings_file import config_text


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation whose one journal lacks two topics, one of them mended since."""
    path = tmp_path / "config.toml"
    text = config_text(
        url="http://127.0.0.1:1", school=1, login="x", timezone=ZONE.key, data_dir="data", password_file=None,
        loopback=True,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    book = Book().add_lessons("09-01", "09-02", topic=None).add_lessons("09-03", "09-04", "09-07", "09-08")
    tried = Trial(tmp_path / "data", book)
    tried.sync("09-02 23:59:59")
    tried.sync("09-03 21:00")
    tried.check("LSN-01")
    book.set_topic(101, "Атомы")
    tried.sync("09-04 21:00")
    tried.check("LSN-01")
    return path


def run(config: Path, *arguments: str) -> int:
    now = () if arguments[-1] == "--help" or "template" in arguments else ("--now", "2026-09-08T21:00:00")
    return run_command_line(["--config", str(config), "findings", *arguments, *now])


def listed(config: Path, capsys: pytest.CaptureFixture[str], status: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(config, "list", "--status", status, "--json") == 0
    answer: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return answer


def test_each_status_is_a_list(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = {name: len(listed(config, capsys, name)) for name in ("open", "overdue", "unknown", "excepted", "ended")}
    assert counts == {"open": 1, "overdue": 0, "unknown": 0, "excepted": 0, "ended": 0}
    (item,) = listed(config, capsys, "open")
    assert (item["state"], item["age"], item["first_day"], item["exception"]) == ("open", 3, "2026-09-02", None)
    assert run(config, "list") == 0
    assert "открыто, 3" in capsys.readouterr().out
    (mended,) = listed(config, capsys, "fixed")
    assert (mended["state"], mended["age"], mended["seen_run"], mended["fixed_run"]) == ("fixed", None, 2, 3)
    assert run(config, "show", mended["id"]) == 0
    page = "".join(letter for letter in capsys.readouterr().out if letter not in " \n│")
    for words in ("исправлено", "между прогонами 2 (03.09 21:00) и 3 (04.09 21:00)", mended["proof"]["payload_hash"]):
        assert words.replace(" ", "") in page


def test_an_exception_made_seen_and_removed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (item,) = listed(config, capsys, "open")
    assert run(config, "except", item["id"], "--who", "Директор", "--why", "Карантин", "--until", "10.09.2026") == 0
    assert "Записано: 1 исключение." in capsys.readouterr().out
    assert listed(config, capsys, "open") == []
    (left,) = listed(config, capsys, "excepted")
    made = left["exception"]
    assert (made["who"], made["why"], made["until"], made["id"]) == ("Директор", "Карантин", "2026-09-10", 1)
    assert run(config, "show", item["id"]) == 0
    assert "исключение: Директор, Карантин, до 10.09.2026" in capsys.readouterr().out
    assert run(config, "exceptions", "list") == 0
    assert "Карантин" in capsys.readouterr().out
    assert run(config, "exceptions", "remove", "1") == 0
    assert len(listed(config, capsys, "open")) == 1
    assert run(config, "exceptions", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(config, "exceptions", "list", "--all", "--json") == 0
    (kept,) = json.loads(capsys.readouterr().out)
    assert (kept["in_force"], kept["removed_at"]) == (False, "2026-09-08T16:00:00Z")
    assert run(config, "exceptions", "remove", "1") == 2


def test_a_file_of_exceptions(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "карантин.csv"
    path.write_text("Правило;Класс;Кто;Причина\nLSN-01;7Ж;Директор;Карантин\n", encoding="cp1251")
    assert run(config, "except", "--file", str(path)) == 1
    page = " ".join(capsys.readouterr().out.split())
    for words in ("1 ошибка", "карантин.csv", "Нет такого класса: 7Ж", "не берётся целиком"):
        assert words in page
    path.write_text("Правило;Класс;Кто;Причина\nLSN-01;7А;Директор;Карантин\n", encoding="utf-8")
    assert run(config, "except", "--file", str(path)) == 0
    assert len(listed(config, capsys, "excepted")) == 1
    assert run(config, "except", "--file", str(path)) == 0
    assert "Записано: 0 исключений. Уже были: 1." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [("except",), ("except", "LSN-01-1"), ("except", "LSN-01-1", "--who", " ", "--why", "x"),
     ("except", "LSN-01-1", "--who", "x", "--why", "x"), ("except", "LSN-01-1", "--file", "x.csv"),
     ("except", "LSN-01-1", "--who", "x", "--why", "x", "--until", "завтра")],
)  # fmt: skip
def test_half_a_decision_is_none(config: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, *arguments) == 2
    assert capsys.readouterr().err


def test_a_template_of_exceptions_is_filled_in_and_taken(config: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "карантин.csv"
    assert run(config, "exceptions", "template", str(path), "--json") == 0
    columns = json.loads(capsys.readouterr().out)["columns"]
    row = {"Правило": "LSN-01", "Класс": "7А", "Кто": "Директор", "Причина": "Карантин"}
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(";".join(row.get(name, "") for name in columns) + "\r\n")
    assert run(config, "except", "--file", str(path), "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["made"]) == 1


def test_a_template_never_replaces_a_file(config: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "карантин.csv"
    path.write_text("мой файл", encoding="utf-8")
    assert run(config, "exceptions", "template", str(path)) == 2
    assert path.read_text(encoding="utf-8") == "мой файл"
    assert "уже есть" in capsys.readouterr().err
