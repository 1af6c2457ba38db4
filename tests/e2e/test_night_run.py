"""The night run as an administrator meets it: commands, exit codes, and what is left behind."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from support.installation import Installation, install

from netcity_sync.mirror.schema import ENTITY_TABLES
from netcity_sync.simulator.server import Simulator

FIRST, SECOND = "2026-09-21T21:00:00", "2026-09-22T21:00:00"


def versions(data: Path) -> dict[str, int]:
    """How many versions of records each table of the mirror holds."""
    with closing(sqlite3.connect(data / "mirror.db")) as db:
        return {table.name: db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in ENTITY_TABLES}


def sign_ins(simulator: Simulator) -> list[int]:
    """The statuses of all sign-ins that the server saw."""
    return [call.status for call in simulator.log if call.path.lower().endswith("/login")]


def test_a_night_from_sync_to_backup(installation: Installation, simulator: Simulator) -> None:
    outcome = installation.ask("sync", "--now", FIRST)
    assert outcome["status"] == "done"
    assert outcome["scopes_failed"] == 0
    assert outcome["changed_rows"] > 1000
    answer = installation.ask("check", "--now", FIRST)
    assert set(answer) == {"findings", "no_data"}
    assert {gap["reason"].split(" (")[0] for gap in answer["no_data"]} == {"источник не даёт нужных сведений"}
    needed = {"rule", "subject_group_id", "student_id", "lesson_id", "term_id", "id", "clause", "severity", "title",
              "message", "recipients", "opened_at", "proof"}  # fmt: skip
    assert answer["findings"]
    assert all(needed <= set(finding) for finding in answer["findings"])
    listed = installation.ask("findings", "list")
    assert {item["id"] for item in listed} == {item["id"] for item in answer["findings"]}
    assert installation.ask("findings", "show", listed[0]["id"])["message"] == listed[0]["message"]
    files = installation.ask("report", "make", "filling", "--month", "2026-09", "--now", FIRST)["files"]
    assert sorted(Path(name).suffix for name in files) == [".html", ".pdf", ".xlsx"]
    assert all(Path(name).stat().st_size > 1000 for name in files)
    assert installation.ask("digest", "--now", FIRST)["files"]
    installation.ask("backup", "create")
    assert installation.ask("backup", "verify")["ok"] is True


def test_a_second_sync_without_changes_leaves_no_trace(installation: Installation) -> None:
    installation.ask("sync", "--now", FIRST)
    before = versions(installation.data)
    again = installation.ask("sync", "--now", "2026-09-21T21:05:00")
    assert again["changed_rows"] == 0
    full = installation.ask("sync", "--full", "--now", "2026-09-21T21:10:00")
    assert full["changed_rows"] == 0
    assert versions(installation.data) == before


def test_sign_out_follows_every_sync(installation: Installation, simulator: Simulator) -> None:
    installation.ask("sync", "--now", FIRST)
    assert simulator.log[-1].path.lower().endswith("/auth/logout")


def test_a_wrong_password_is_tried_once(simulator: Simulator, tmp_path: Path) -> None:
    account = simulator.accounts[0]
    wrong = install(tmp_path, simulator.url, account.login, "не тот пароль", simulator.world.school.id)
    said = wrong.run("sync", exit_code=4)
    assert "Что делать" in said
    assert sign_ins(simulator) == [409]


def test_an_unreachable_server(tmp_path: Path, unused_port: int) -> None:
    nowhere = install(tmp_path, f"http://127.0.0.1:{unused_port}", "admin", "x", 1)
    nowhere.change_setting("attempts = 4", "attempts = 1")
    assert "Что делать" in nowhere.run("sync", exit_code=3)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A loopback port on which nobody listens: bound, and not listening."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def test_a_second_sync_beside_a_running_one(installation: Installation, simulator: Simulator) -> None:
    simulator.set_fault("slow", 1.0)
    first = installation.start("sync", "--now", FIRST)
    try:
        simulator.wait_for_calls("/grade/journal", 1)
        assert "Что делать" in installation.run("sync", exit_code=6)
    finally:
        first.kill()
        first.communicate()


@pytest.mark.parametrize(
    ("line", "named"), [("readres = 4", "gis.readres"), ("readers = 400", "gis.readers")], ids=["unknown", "wrong"]
)
def test_broken_settings_are_named(installation: Installation, line: str, named: str) -> None:
    installation.change_setting("readers = 4", line)
    said = installation.run("sync", exit_code=2)
    assert named in said
    assert str(installation.config) in said


@pytest.mark.parametrize("calls", [3, 20, 35])
def test_a_killed_sync_is_completed_by_the_next(
    installation: Installation, simulator: Simulator, tmp_path: Path, calls: int
) -> None:
    simulator.set_fault("slow", 0.05)
    killed = installation.start("sync", "--now", FIRST)
    simulator.wait_for_calls("/grade/journal", calls)
    killed.kill()
    killed.communicate()
    simulator.set_fault("slow", 0.0)
    with closing(sqlite3.connect(installation.data / "mirror.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert half_merged(installation.data) == []
    resumed = installation.ask("sync", "--resume", "--now", SECOND)
    assert resumed["status"] == "done"
    with closing(sqlite3.connect(installation.data / "mirror.db")) as db:
        statuses = [row[0] for row in db.execute("SELECT status FROM run ORDER BY run_id")]
    assert statuses == ["interrupted", "done"]
    account = simulator.accounts[0]
    (tmp_path / "fresh").mkdir()
    fresh = install(tmp_path / "fresh", simulator.url, account.login, account.password, simulator.world.school.id)
    fresh.ask("sync", "--now", SECOND)
    assert current_rows(installation.data) == current_rows(fresh.data)


def half_merged(data: Path) -> list[tuple[int, int]]:
    """Journals with rows in the mirror but without the record that they were read."""
    with closing(sqlite3.connect(data / "mirror.db")) as db:
        return db.execute(
            "SELECT DISTINCT subject_group_id, term_id FROM lesson EXCEPT"
            " SELECT subject_group_id, term_id FROM scope JOIN scope_read USING (scope_id)"
            " WHERE error IS NULL AND kind = 'journal'"
        ).fetchall()


def current_rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the mirror holds now, without the runs that saw it."""
    with closing(sqlite3.connect(data / "mirror.db")) as db:
        rows = {}
        for table in ENTITY_TABLES:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            rows[table.name] = db.execute(f"SELECT {columns} FROM current_{table.name} ORDER BY {columns}").fetchall()
        return rows


def test_a_backup_during_a_sync_restores_to_its_counts(installation: Installation, simulator: Simulator) -> None:
    installation.ask("sync", "--now", FIRST)
    simulator.move(datetime(2026, 9, 28, 21))
    simulator.set_fault("slow", 0.2)
    syncing = installation.start("sync", "--now", "2026-09-28T21:00:00")
    try:
        simulator.wait_for_calls("/grade/journal", 5)
        made = installation.ask("backup", "create")
    finally:
        simulator.set_fault("slow", 0.0)
        syncing.communicate(timeout=60)
    assert syncing.returncode == 0
    installation.run("backup", "restore", "latest", exit_code=2)
    restored = installation.ask("backup", "restore", "latest", "--force")
    assert restored["kept_old"]
    with closing(sqlite3.connect(installation.data / "mirror.db")) as db:
        counts = {
            name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in made["manifest"]["row_counts"]
        }
    assert counts == made["manifest"]["row_counts"]


def test_a_flipped_byte_is_found(installation: Installation) -> None:
    installation.ask("sync", "--now", FIRST)
    made = Path(installation.ask("backup", "create")["path"])
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    made.write_bytes(content)
    assert "Что делать" in installation.run("backup", "verify", exit_code=5)


def test_the_simulator_alone_says_where_it_is(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    alone = Installation(tmp_path / "none.toml", tmp_path, "")
    process = alone.start(
        "simulate", "--port", "0", "--seed", "3", "--classes", "3", "--date", "2026-09-01", "--ledger", str(ledger)
    )
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert set(said) == {"url", "school", "accounts", "now"}
        assert said["now"].startswith("2026-09-01")
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_one_failing_journal_does_not_stop_the_rest(installation: Installation, simulator: Simulator) -> None:
    installation.change_setting("attempts = 4", "attempts = 1")
    simulator.set_fault("journal-error", 0.1)
    outcome = installation.ask("sync", "--now", FIRST, exit_code=1)
    assert outcome["status"] == "partial"
    assert outcome["scopes_failed"] == len(outcome["failures"])
    answer = installation.ask("check", "--now", FIRST)
    unread = {tuple(map(int, failure["scope"].split(":")[1:])) for failure in outcome["failures"]}
    gaps = {(gap["subject_group_id"], gap["term_id"]) for gap in answer["no_data"]}
    assert gaps - {(None, None)} == unread
    assert not {(item["subject_group_id"], item["term_id"]) for item in answer["findings"]} & unread
