"""`doctor` on the screen: readable in a narrow terminal, faults last."""

import sys
from pathlib import Path

import pytest

from netcity_sync.cli import run_command_line
from netcity_sync.settings_file import config_text


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings without a password."""
    monkeypatch.delenv("NETCITY_PASSWORD", raising=False)
    path = tmp_path / "config.toml"
    text = config_text(
        url="http://127.0.0.1:1", school=1, login="zavuch", timezone="Asia/Omsk", data_dir="data", password_file=None,
        loopback=True,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    return path


def test_faults_come_last_with_what_to_do(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--config", str(config), "doctor", "--offline"]) == 1
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("Что исправить")
    assert lines[start + 1] == "  ✗ неисправность, Настройки: Не указан пароль для входа в «Сетевой город»."
    assert lines[start + 3] == ("      Что делать: Задайте переменную NETCITY_PASSWORD или укажите файл с паролем.")
    assert lines[-1] == "Неисправностей: 1. Стоит обратить внимание: 5."
    assert not (config.parent / "data").exists()


def test_a_narrow_terminal(config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run_command_line(["--config", str(config), "doctor", "--offline"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 50 or str(config.parent) in line for line in lines)
    start = next(number for number, line in enumerate(lines) if "Получатели" in line)
    assert lines[start + 1 : start + 3] == [
        "      Что делать: Перечислите их в разделах",
        "        [[people]] настроек.",
    ]
