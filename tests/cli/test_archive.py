"""`archive` on the screen and as JSON: words, exit codes, what is said before something is destroyed."""

import json
from pathlib import Path

import pytest
from support.two_years import OLD, begin_second_year, two_years, with_summary

from netcity_sync.cli import run_command_line

CONFIG = """
[gis]
url = "http://127.0.0.1:1"
school = 1
login = "zavuch"
[school]
timezone = "Asia/Yekaterinburg"
[storage]
data_dir = "data"
[retention]
journal_years = 1
"""
PURGE = (
    "purge", "--year", OLD, "--act-number", "3", "--act-date", "09.01.2029", "--reason", "срок хранения кончился",
    "--by", "Заместитель директора Учебнова Е. П.", "--now", "2029-01-10T12:00:00",
)  # fmt: skip


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    with_summary(monkeypatch)
    begin_second_year(two_years(tmp_path / "data"))
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return str(path)


def run(config: str, *arguments: str) -> int:
    return run_command_line(["--config", config, "archive", *arguments])


def test_from_making_to_destroying(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "make", "--now", "2027-10-01T12:00:00") == 0
    shown = capsys.readouterr().out
    assert "Архив за 2026/2027 учебный год" in shown
    assert "Электронные журналы: хранить до 31.12.2028." in shown
    assert run(config, "verify") == 0
    assert "2026/2027: архив цел" in capsys.readouterr().out
    assert run(config, "terms", "--now", "2028-12-01T12:00:00", "--json") == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["year"], first["days_left"], first["standing"]) == (OLD, 30, "ending")

    assert run(config, *PURGE) == 0
    shown = capsys.readouterr().out
    assert "Будет уничтожено: журналы за 2026/2027 учебный год, акт № 3 от 09.01.2029." in shown
    assert "резервных копиях" in shown
    assert "Ничего не тронуто. Уничтожить: --yes" in shown
    assert not (tmp_path / "data/archive/acts").exists()
    assert run(config, *PURGE, "--yes") == 0
    assert f"Акт и выгрузка: {tmp_path / 'data/archive/acts/2026-2027'}" in capsys.readouterr().out
    assert run(config, "terms", "--now", "2029-01-11T12:00:00") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "уничтожено" in shown
    assert run(config, *PURGE, "--yes") == 2


def test_a_damaged_one(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "make", "--now", "2027-10-01T12:00:00", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    (Path(made["path"]) / "journal/data/mark.jsonl").unlink()
    assert run(config, "verify", "--year", OLD) == 5
    shown = capsys.readouterr().out
    assert "архив повреждён" in shown
    assert "journal/data/mark.jsonl: файла нет" in shown
    assert run(config, "verify", "--json") == 5


def test_without_any(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "verify") == 2
    assert "Архивов ещё нет." in capsys.readouterr().err
    assert run(config, "verify", "--year", "2020/2021") == 2
    assert run(config, *PURGE) == 2
    assert "Нет архива за 2026/2027" in capsys.readouterr().err
