"""`paper make` and `archive state` as people type them: what they say, and what they refuse."""

import json
import shutil
from pathlib import Path

import pytest
from support.school import Book, Trial

from netcity_sync.cli import run_command_line

NOW = "2026-10-25T12:00:00"
TERM = ("--term", "1 четверть", "--now", NOW)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Settings of a school whose first term is over and read."""
    data = tmp_path / "data"
    book = Book().add_lessons("09-01", "09-08")
    book.mark(101)
    Trial(data, book).sync("10-24 21:00")
    path = tmp_path / "config.toml"
    path.write_text(
        '[gis]\nurl = "http://127.0.0.1:1"\nschool = 1\nlogin = "x"\n[school]\ntimezone = "Asia/Yekaterinburg"\n'
        f"[storage]\ndata_dir = {json.dumps(str(data))}\n",
        encoding="utf-8",
    )
    return str(path)


def run(config: str, *arguments: str) -> int:
    return run_command_line(["--config", config, *arguments])


def move(config: str, state: str, name: str = "7А") -> int:
    return run(config, "archive", "state", "--class", name, "--set", state, "--who", "Иванова И. И.", *TERM)


def test_a_set_is_made_and_moved_on(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "paper", "make", *TERM) == 0
    shown = capsys.readouterr().out
    assert "7А: 3 листа" in shown
    assert "Давно не читаны" not in shown
    assert move(config, "сверено") == 0
    capsys.readouterr()
    assert run(config, "archive", "state", "--json", "--now", NOW) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["class"], told["period"], told["state"], told["who"]) == ("7А", "1", "сверено", "Иванова И. И.")


def test_a_file_that_was_changed_or_is_gone_is_told(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, "paper", "make", *TERM)
    run(config, "paper", "make", "--year", "--now", "2027-06-01T12:00:00")
    folder = tmp_path / "data/paper/2026-2027/7А/1"
    assert run(config, "archive", "verify") == 0
    assert "2026/2027: файлы бумажных копий целы" in capsys.readouterr().out
    (folder / "cover.pdf").unlink()
    (folder / "journal.pdf").write_bytes(b"%PDF" + (folder / "journal.pdf").read_bytes()[4:-1])
    assert run(config, "archive", "state", "--now", NOW) == 0
    shown = capsys.readouterr().out
    assert "7А, 1 четверть: journal.pdf: файл изменён после составления" in shown
    assert "7А, 1 четверть: cover.pdf: файла нет" in shown
    assert run(config, "archive", "state", "--json", "--now", NOW) == 0
    assert json.loads(capsys.readouterr().out)[0]["flaws"] == [
        "cover.pdf: файла нет", "journal.pdf: файл изменён после составления"
    ]  # fmt: skip
    assert run(config, "archive", "verify", "--year", "2026/2027", "--json") == 5
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["year"], told["flaws"][0]) == ("paper", "2026/2027", "7А/1/cover.pdf: файла нет")
    assert run(config, "paper", "make", "--again", *TERM) == 0
    assert run(config, "archive", "verify") == 0


def test_journals_that_were_not_read_for_long_are_told(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "paper", "make", "--term", "1 четверть", "--now", "2026-11-25T12:00:00") == 0
    assert "Журналы читались в последний раз" in capsys.readouterr().out


def test_a_set_that_is_gone_is_told(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "paper", "make", *TERM)
    shutil.rmtree(tmp_path / "data/paper")
    capsys.readouterr()
    run(config, "archive", "state", "--now", NOW)
    assert "7А, 1 четверть: папки копии нет" in capsys.readouterr().out
    assert run(config, "archive", "verify") == 5


def test_what_cannot_be_is_refused_in_russian(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert move(config, "сверено") == 2
    assert "Бумажной копии 7А" in capsys.readouterr().err
    run(config, "paper", "make", *TERM)
    capsys.readouterr()
    assert move(config, "передано") == 2
    assert "Следующее состояние: сверено." in capsys.readouterr().err
    assert move(config, "сверено", "9Я") == 2
    assert "Нет класса «9Я»" in capsys.readouterr().err
    assert run(config, "paper", "make") == 2
    assert "Нужен один период" in capsys.readouterr().err
    assert run(config, "archive", "state", "--set", "сверено", *TERM) == 2
    assert "Укажите --class и --who" in capsys.readouterr().err
