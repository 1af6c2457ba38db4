"""`exchange template`, `check` and `take` as a school meets them."""

import json
from pathlib import Path

import pytest
from support.exchange import PLAN_HEAD, csv_text

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.cli import run_command_line
from netcity_sync.settings_file import config_text


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A settings file of its own."""
    path = tmp_path / "config.toml"
    text = config_text(
        url="http://127.0.0.1:1", school=1, login="x", timezone="Asia/Omsk", data_dir="data", password_file=None,
        loopback=True,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    return path


def run(config: Path, *arguments: str) -> int:
    return run_command_line(["--config", str(config), "exchange", *arguments])


def put(config: Path, *rows: tuple[object, ...]) -> None:
    path = config.parent / "data" / "exchange" / "plan.csv"
    path.write_text(csv_text(PLAN_HEAD, *rows), encoding="cp1251")


def test_templates_then_check_then_take(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "check") == 2
    assert "exchange template" in capsys.readouterr().err
    assert run(config, "template") == 0
    assert "КТП:" in capsys.readouterr().out
    folder = config.parent / "data" / "exchange"
    assert {path.name for path in folder.iterdir()} == {f"{spec.stem}.xlsx" for spec in FILES}
    assert run(config, "check") == 0
    assert "не заполнена" in capsys.readouterr().out
    put(config, ("7А", "Химия", 1, "Атомы"))
    assert run(config, "take", "--now", "2026-10-05T12:00:00") == 0
    page = capsys.readouterr().out
    assert "взята" in page
    assert "05.10.2026" in page


def test_problems_are_shown_with_their_place(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "template")
    put(config, ("7А", "Химия", "один", "Атомы"))
    capsys.readouterr()
    assert run(config, "check") == 1
    page = capsys.readouterr().out
    for word in ("есть ошибки", "1 ошибка", "plan.csv", "№ урока", "не число: «один»", "целое число"):
        assert word in page
    assert run(config, "take") == 1
    assert "не взята" in capsys.readouterr().out


def test_answers_in_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "template", "plan", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [Path(path).name for path in answer["written"]] == ["plan.xlsx"]
    put(config, ("7А", "Химия", "один", "Атомы"))
    assert run(config, "check", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["tables"][0] == {
        "name": "plan", "title": "КТП", "state": "faulty", "files": ["plan.csv", "plan.xlsx"], "rows": 0,
    }  # fmt: skip
    assert answer["problems"] == [
        {
            "file": "plan.csv", "sheet": "", "row": 2, "column": "№ урока", "reason": "не число: «один»",
            "allowed": "целое число от 1 до 1000",
        }
    ]  # fmt: skip
    assert run(config, "take", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["tables"][0]["status"], answer["run_id"]) == ("refused", 1)


def test_templates_elsewhere_need_no_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "нет.toml"
    assert run(missing, "template", "plan", "opt_outs", "--dir", str(tmp_path / "образцы")) == 0
    assert {path.name for path in (tmp_path / "образцы").iterdir()} == {"plan.xlsx", "opt_outs.xlsx"}
    assert run(missing, "template", "планы") == 2
    assert "Можно: plan" in capsys.readouterr().err


def test_a_filled_file_is_kept(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "template", "plan")
    path = config.parent / "data" / "exchange" / "plan.xlsx"
    path.write_bytes(b"something")
    assert run(config, "template") == 1
    assert "Оставлен как есть" in capsys.readouterr().err
    assert path.read_bytes() == b"something"
    assert run(config, "template", "plan", "--force") == 0
    assert path.read_bytes() != b"something"


def test_many_problems_are_counted(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "template", "plan")
    put(config, *[("7А", "Химия", "x", "Атомы")] * 150)
    capsys.readouterr()
    assert run(config, "check") == 1
    page = capsys.readouterr().out
    assert "150 ошибок" in page
    assert "и ещё 50" in page


def test_values_are_shown_as_they_are(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "template", "plan")
    put(config, ("7А", "Химия", "[/b]", "Атомы"))
    capsys.readouterr()
    assert run(config, "check") == 1
    assert "не число: «[/b]»" in capsys.readouterr().out
