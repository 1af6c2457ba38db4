"""`mirror doctor` and `mirror vacuum` on the screen and as JSON: their words, their exit codes, no name in either."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.school import Book, Trial

from netcity_sync.cli import run_command_line
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.lock import hold_lock

CONFIG = """
[gis]
url = "http://127.0.0.1:1"
school = 1
login = "zavuch"
[school]
timezone = "Asia/Yekaterinburg"
[storage]
data_dir = "data"
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Settings, and a small mirror."""
    book = Book().add_lessons("09-01", "09-02")
    book.mark(101, 4)
    trial = Trial(tmp_path / "data", book)
    trial.sync("09-02 21:00")
    trial.check()
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path, config: str) -> DataFolder:
    """Where it lies."""
    return DataFolder(tmp_path / "data")


def execute(folder: DataFolder, statement: str) -> None:
    """Write into the mirror behind everybody's back."""
    with closing(sqlite3.connect(folder.mirror, isolation_level=None)) as db:
        db.execute(statement)


def test_a_healthy_mirror(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--config", config, "mirror", "doctor"]) == 0
    shown = capsys.readouterr()
    assert "✓ в порядке: Файл зеркала цел." in shown.out
    assert "противоречий нет" in shown.out
    assert shown.out.splitlines()[-1] == "Неисправностей: 0. Стоит обратить внимание: 0."
    assert "Осматриваю" in shown.err
    assert not any(name in shown.out + shown.err for name in ("Иванов", "Учебнова"))


def test_faults_come_last_with_what_to_do(config: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    execute(folder, "UPDATE run SET status = 'running', finished_at = NULL")
    execute(folder, "UPDATE mark SET assignment_id = 5")
    assert run_command_line(["--config", config, "mirror", "doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-4:] == [
        "  ✗ неисправность: Таблица run («Прогон»): чтение оборвалось на середине — 1 прогон.",
        "      Что делать: Дочитайте: netcity-sync sync --resume",
        "",
        "Неисправностей: 1. Стоит обратить внимание: 1.",
    ]
    line = "  ! внимание: Таблица mark («Отметка»): в таблице assignment нет того, к чему они"
    assert any(f"{line} относятся — 1 запись." == shown for shown in lines)


def test_as_json(config: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    execute(folder, "UPDATE run SET status = 'running', finished_at = NULL")
    assert run_command_line(["--config", config, "mirror", "doctor", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["faults"], answer["notices"], answer["damaged"]) == (1, 0, False)
    (told,) = [item for item in answer["results"] if item["state"] == "fault"]
    assert (told["check"], told["table"], told["count"]) == ("unended_run", "run", 1)
    assert answer["files"]["mirror"] == folder.mirror.stat().st_size
    assert {"name", "rows", "size"} == answer["sizes"]["tables"][0].keys()


def test_a_damaged_mirror(config: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mirror.write_bytes(b"not a database" * 1000)
    assert run_command_line(["--config", config, "mirror", "doctor"]) == 5
    assert "backup restore latest --force" in capsys.readouterr().out
    assert run_command_line(["--config", config, "mirror", "doctor", "--json"]) == 5
    answer = json.loads(capsys.readouterr().out)
    assert (answer["damaged"], answer["sizes"]) == (True, None)


def test_no_mirror_yet(config: str, folder: DataFolder) -> None:
    folder.mirror.unlink()
    assert run_command_line(["--config", config, "mirror", "doctor"]) == 2
    assert run_command_line(["--config", config, "mirror", "vacuum"]) == 2


def test_vacuum(config: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--config", config, "mirror", "vacuum"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("mirror.db: было ")
    assert second.startswith("raw.db: было ")
    assert run_command_line(["--config", config, "mirror", "vacuum", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [Path(item["path"]).name for item in answer] == ["mirror.db", "raw.db"]
    assert answer[0]["after"] == folder.mirror.stat().st_size


def test_vacuum_while_a_sync_runs(config: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with hold_lock(folder.lock):
        assert run_command_line(["--config", config, "mirror", "vacuum"]) == 6
    assert "Уже идёт другой прогон" in capsys.readouterr().err


def test_the_same_advice_is_given_once(config: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    execute(folder, "UPDATE scope_read SET error = 'нет ответа'")
    assert run_command_line(["--config", config, "mirror", "doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum("изменены прогоном" in line for line in lines) > 5
    assert sum("Что делать" in line for line in lines) == 1
    assert lines[-3].startswith("      Что делать: Верните копию")
