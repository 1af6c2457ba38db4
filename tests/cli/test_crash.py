"""Errors that no command expected end in words and an exit code; what happened stands in the log."""

import errno
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from netcity_sync.cli import check as check_module
from netcity_sync.cli import run_command_line
from netcity_sync.data_folder import DataFolder
from netcity_sync.logs import close_logging
from netcity_sync.settings_file import config_text


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Settings of an installation that never read anything."""
    path = tmp_path / "config.toml"
    text = config_text(
        url="http://127.0.0.1:1", school=1, login="zavuch", timezone="Asia/Omsk", data_dir="data", password_file=None,
        loopback=True,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    yield path
    close_logging()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "mirror.db"), 1, ("нет места", "mirror.db")),
        (PermissionError(errno.EACCES, "Permission denied", "digests"), 1, ("Нет прав", "digests")),
        (OSError(errno.EROFS, "Read-only file system", "logs"), 1, ("Нет прав", "logs")),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "backups"), 1, ("не читается", "backups")),
        (OSError("something"), 1, ("Непредвиденная ошибка (OSError)",)),
        (sqlite3.OperationalError("database is locked"), 1, ("занята другой программой",)),
        (sqlite3.OperationalError("database or disk is full"), 1, ("нет места",)),
        (sqlite3.OperationalError("attempt to write a readonly database"), 1, ("Нет прав",)),
        (sqlite3.OperationalError("no such table: mark"), 1, ("Непредвиденная ошибка (OperationalError)",)),
        (sqlite3.DatabaseError("database disk image is malformed"), 5, ("повреждён", "backup restore latest")),
        (sqlite3.DatabaseError("file is not a database"), 5, ("повреждён", "netcity-sync doctor")),
        (MemoryError(), 1, ("памяти",)),
        (KeyError("Иванов Иван"), 1, ("Непредвиденная ошибка (KeyError)", "отправьте файл")),
    ],
    ids=repr,
)
def test_an_error_that_nobody_caught(
    error: Exception, code: int, words: tuple[str, ...], config: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def crash(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(check_module, "run_check", crash)
    assert run_command_line(["--config", str(config), "check"]) == code
    out, err = capsys.readouterr()
    log = DataFolder(config.parent / "data").logs / "netcity-sync.jsonl"
    for word in (*words, "Что делать", str(log)):
        assert word in err
    assert out == ""
    assert "Traceback" not in err
    assert "Иванов" not in err
    (entry,) = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert (entry["event"], entry["error"]) == ("crashed", type(error).__name__)
    assert "test_crash.py" in entry["exception"]
    assert "Иванов" not in entry["exception"]


def test_before_there_is_a_log(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = config.parent / "data"
    data.write_text("a file in the place of the folder")
    assert run_command_line(["--config", str(config), "check"]) == 1
    err = capsys.readouterr().err
    assert str(data) in err
    assert "с --verbose" in err
    assert run_command_line(["--verbose", "--config", str(config), "check"]) == 1
    err = capsys.readouterr().err
    assert "data_folder.py:" in err
    assert "Traceback" not in err


def test_a_log_on_a_full_disk(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = DataFolder(config.parent / "data").logs
    (logs / "netcity-sync.jsonl").mkdir(parents=True)
    assert run_command_line(["--verbose", "--config", str(config), "check"]) == 2
    err = capsys.readouterr().err
    assert err.count("Журнал работы не пишется") == 1
    assert "Зеркала ещё нет" in err
    assert "Traceback" not in err
