"""The command line speaks Russian, also about mistakes in it."""

import re

import click
import pytest

from netcity_sync.cli import app, run_command_line


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All commands below a group, the group itself first."""
    found = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(app), ids=" ".join)
def test_help_pages_hold_no_english(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([*path, "--help"]) == 0
    page = capsys.readouterr().out
    assert "Как вызвать" in page
    for word in ("Usage", "Options", "Commands", "Show", "default", "required"):
        assert not re.search(rf"\b{word}\b", page), word


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["синк"], "Нет такой команды"),
        (["sync", "--fulll"], "Нет такого параметра: --fulll"),
        (["digest", "--role", "царь"], "Можно:"),
        (["simulate", "--port", "x"], "Нужно целое число"),
        (["report", "make"], "Не указан обязательный параметр: ИМЯ"),
        (["sync", "--config", "нет/такого.toml"], "Нет файла настроек"),
        (["sync", "лишнее"], "лишнее слово"),
    ],
)
def test_mistakes_are_explained(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(arguments) == 2
    assert said in capsys.readouterr().err
