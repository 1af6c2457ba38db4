"""Logs hold events, never a name, a mark or a secret."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from netcity_sync.logs import configure_logging


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    root = logging.getLogger("netcity_sync")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.propagate = True


def test_events_are_json_lines_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path, verbose=True)
    log = structlog.get_logger("netcity_sync.somewhere")
    log.info("signed_in", generation=1, at="00161234", password="тайна", name="Иванов Иван", email="a@b.ru")
    (line,) = (tmp_path / "netcity-sync.jsonl").read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["generation"]) == ("signed_in", "info", 1)
    for secret in ("00161234", "тайна", "Иванов", "a@b.ru"):
        assert secret not in line
        assert secret not in capsys.readouterr().err


def test_the_console_is_quiet_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path, verbose=False)
    structlog.get_logger("netcity_sync.somewhere").info("sync_done")
    assert capsys.readouterr().err == ""
