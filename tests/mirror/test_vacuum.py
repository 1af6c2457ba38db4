"""The mirror gives room back: smaller afterwards, the same inside, untouched whenever that cannot be."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support.school import Book, Trial

from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, LockHeld, NetcityError, NoSpace, UsageError
from netcity_sync.mirror import vacuum as vacuuming
from netcity_sync.mirror.lock import hold_lock
from netcity_sync.mirror.space import database_size, wal_of
from netcity_sync.mirror.vacuum import vacuum

FAT = """
CREATE TABLE fat (id INTEGER PRIMARY KEY, text BLOB);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO fat SELECT i, zeroblob(500)
FROM n;
"""


def fatten(path: Path, *, leave: bool = False) -> None:
    """Grow a file by about a megabyte, of rows that are gone again unless they are to stay."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FAT + ("" if leave else "DROP TABLE fat;"))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A mirror with much room inside."""
    Trial(tmp_path, Book().add_lessons("09-01", "09-02")).sync("09-02 21:00")
    folder = DataFolder(tmp_path)
    fatten(folder.mirror)
    fatten(folder.raw)
    return folder


def content(path: Path) -> list[str]:
    """Everything a database holds."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return sorted(db.iterdump())


def test_both_files_shrink_and_hold_the_same(folder: DataFolder) -> None:
    before = {path: (content(path), database_size(path)) for path in (folder.mirror, folder.raw)}
    done = vacuum(folder, reserve=0)
    assert [item.path for item in done] == [folder.mirror, folder.raw]
    for item in done:
        assert (content(item.path), item.before) == before[item.path]
        assert item.after < item.before - 800_000
        assert item.after == database_size(item.path)
        assert item.shrunk


def test_only_the_mirror(folder: DataFolder) -> None:
    folder.raw.unlink()
    assert len(vacuum(folder, reserve=0)) == 1


def test_no_mirror(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        vacuum(DataFolder(tmp_path), reserve=0)


def test_not_while_a_sync_runs(folder: DataFolder) -> None:
    before = folder.mirror.read_bytes()
    with hold_lock(folder.lock), pytest.raises(LockHeld) as caught:
        vacuum(folder, reserve=0)
    assert caught.value.exit_code == 6
    assert folder.mirror.read_bytes() == before


def test_a_reader_keeps_its_state_and_the_room_for_a_while(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.mirror, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        lessons = reader.execute("SELECT * FROM lesson").fetchall()
        done, _ = vacuum(folder, reserve=0)
        assert not done.shrunk
        assert reader.execute("SELECT * FROM lesson").fetchall() == lessons
    vacuum(folder, reserve=0)
    assert database_size(folder.mirror) < done.before - 800_000


def test_another_writer(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vacuuming, "_BUSY_MILLISECONDS", 50)
    with closing(sqlite3.connect(folder.mirror, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(NetcityError, match="занят другой программой"):
            vacuum(folder, reserve=0)
        writer.execute("ROLLBACK")


def test_too_little_space_is_seen_before(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=2 * database_size(folder.mirror) + 99)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    before = folder.mirror.read_bytes()
    with pytest.raises(NoSpace, match="для сжатия mirror"):
        vacuum(folder, reserve=100)
    assert folder.mirror.read_bytes() == before
    assert len(vacuum(folder, reserve=99)) == 2


def test_a_temporary_folder_on_another_disk(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, int]] = []
    monkeypatch.setattr(vacuuming, "require_space", lambda place, needed, *_: asked.append((place, needed)))
    monkeypatch.setattr(vacuuming, "_temporary_folder", lambda: Path("/proc"))
    folder.raw.unlink()
    size = database_size(folder.mirror)
    vacuum(folder, reserve=0)
    assert asked == [(folder.root, 2 * size), (Path("/proc"), size)]


@pytest.mark.parametrize("place", [0, 4096 * 3])
def test_a_damaged_file_is_left_alone(folder: DataFolder, place: int) -> None:
    with folder.mirror.open("rb+") as file:
        file.seek(place)
        file.write(b"\x55" * 4096)
    before = folder.mirror.read_bytes()
    with pytest.raises(DamagedError):
        vacuum(folder, reserve=0)
    assert folder.mirror.read_bytes() == before


CHILD = """
import resource, sys
from pathlib import Path
from netcity_sync.data_folder import DataFolder
from netcity_sync.mirror.vacuum import vacuum
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
vacuum(DataFolder(Path(sys.argv[1])), reserve=0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_fills_up_meanwhile(folder: DataFolder) -> None:
    fatten(folder.mirror, leave=True)
    before = content(folder.mirror)
    outcome = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder.root), "400000"], capture_output=True, text=True, check=False
    )
    assert "NoSpace" in outcome.stderr
    assert content(folder.mirror) == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_killed_in_the_middle(folder: DataFolder) -> None:
    fatten(folder.mirror, leave=True)
    before = content(folder.mirror)
    with subprocess.Popen([sys.executable, "-c", CHILD, str(folder.root), "-1"]) as child:
        while child.poll() is None and not (wal_of(folder.mirror).exists() and wal_of(folder.mirror).stat().st_size):
            pass
        child.send_signal(signal.SIGKILL)
    assert content(folder.mirror) == before
