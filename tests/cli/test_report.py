"""`report make` and `report issued`: what is asked for unclearly is refused in words that say what is allowed."""

import pytest
from click.testing import CliRunner
from support.school import Book, Trial

from netcity_sync.cli import report
from netcity_sync.cli.options import State
from netcity_sync.errors import UsageError


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (["make", "filling", "--month", "2026-09", "--week", "2026-09-01"], "Оставьте один"),
        (["make", "filling", "--from", "2026-09-01"], "Нужны оба"),
        (["make", "movement", "--week", "2026-09-01"], "месяц (--month)"),
        (["issued", "--class", "7А"], "--week или --term"),
    ],
)
def test_what_is_unclear(tmp_path, monkeypatch: pytest.MonkeyPatch, asked: list[str], allowed: str) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    monkeypatch.setattr(State, "settings", lambda _: tried.settings)
    result = CliRunner().invoke(
        report.report_group, [*asked, "--now", "2026-09-03T09:00:00"] if asked[0] == "make" else asked
    )
    assert isinstance(result.exception, UsageError)
    assert allowed in (result.exception.todo or "")
