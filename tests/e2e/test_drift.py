"""A newer release of the GIS answers differently: the administrator is told of it, once."""

from pathlib import Path
from typing import Any

import pytest
from support.installation import Installation

from netcity_sync.simulator.server import Simulator

EVENING = "2026-09-21T21:00:00"
MORNINGS = ("2026-09-22T07:00:00", "2026-09-23T07:00:00")


def administrators(answer: Any) -> str:
    """The text of the administrator's digest."""
    (path,) = (Path(name) for name in answer["files"] if Path(name).name == "administrator.txt")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", ["new-fields", "new-fields@dictionaries"])
def test_a_change_of_the_answers_is_told_once(installation: Installation, simulator: Simulator, fault: str) -> None:
    simulator.set_fault(fault, 1)
    assert installation.ask("sync", "--now", EVENING)["status"] == "done"
    installation.ask("check", "--now", EVENING)
    first = installation.ask("digest", "--now", MORNINGS[0])
    page = administrators(first)
    assert "Ответы «Сетевого города» изменились: " in page
    assert "GET classes: новые поля chiefs.futureField, futureField" in page
    assert ("GET grade/journal" in page) is (fault == "new-fields")
    assert "netcity-sync discover" in page
    others = [Path(name).read_text(encoding="utf-8") for name in first["files"] if "administrator" not in name]
    assert others
    assert not any("изменились" in other for other in others)
    installation.ask("sync", "--now", "2026-09-22T21:00:00")
    second = administrators(installation.ask("digest", "--now", MORNINGS[1]))
    assert "Чтение 22.09 21:00: прочитано всё." in second
    assert "изменились" not in second


def test_a_needed_field_that_vanished_is_named_among_the_unread(
    installation: Installation, simulator: Simulator
) -> None:
    simulator.set_fault("vanished-fields@journal", 1)
    failed = installation.ask("sync", "--now", EVENING, exit_code=1)["scopes_failed"]
    installation.ask("check", "--now", EVENING)
    page = administrators(installation.ask("digest", "--now", MORNINGS[0]))
    lines = [line for line in page.splitlines() if "GET grade/journal, поле" in line]
    assert 0 < len(lines) < 9
    assert f"не прочитано {failed} част" in page
    assert "netcity-sync discover" in page


def test_unread_journals_are_told_by_reason(installation: Installation, simulator: Simulator) -> None:
    installation.change_setting("attempts = 4", "attempts = 1")
    simulator.set_fault("journal-error", 0.3)
    failed = installation.ask("sync", "--now", EVENING, exit_code=1)["scopes_failed"]
    assert failed > 1
    installation.ask("check", "--now", EVENING)
    page = administrators(installation.ask("digest", "--now", MORNINGS[0]))
    lines = [line.strip() for line in page.splitlines() if "Сервер ответил ошибкой 500" in line]
    assert len(lines) == 1
    assert f" {failed} журнал" in lines[0]
