"""Backups are proved, restored without loss, and damage anywhere is found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, LockHeld, UsageError
from netcity_sync.mirror.backup import Backup, create_backup, find_backup, list_backups, restore_backup, verify_backup
from netcity_sync.mirror.lock import hold_lock

CLOCK = fixed_clock(at("09-02 22:00"))


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder with a small mirror."""
    Trial(tmp_path, Book().add_lessons("09-01", "09-02")).sync("09-02 21:00")
    return DataFolder(tmp_path)


def lessons(path: Path) -> int:
    """How many lessons a database holds."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM lesson").fetchone()[0])


def flip(path: Path, place: int) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_made_listed_verified(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    assert made.manifest.row_counts["lesson"] == 2
    assert made.manifest.newest_run == 1
    assert [item.name for item in list_backups(folder)] == [made.name] == ["mirror-20260902T170000Z"]
    assert create_backup(folder, CLOCK).name == "mirror-20260902T170000Z-2"
    verify_backup(find_backup(folder, made.name))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_one_flipped_bit_in_the_copy_is_found(folder: DataFolder, share: float) -> None:
    made = create_backup(folder, CLOCK)
    flip(made.path, int(made.path.stat().st_size * share))
    with pytest.raises(DamagedError, match="повреждена"):
        verify_backup(made)


def test_damage_to_the_manifest_is_found(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    manifest = folder.backups / f"{made.name}.json"
    text = manifest.read_text(encoding="utf-8")
    for place in range(0, len(text), 7):
        damaged = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
        manifest.write_text(damaged, encoding="utf-8")
        try:
            again = find_backup(folder, made.name)
        except DamagedError:
            continue
        if again.manifest.model_dump(exclude={"program", "made_at"}) != made.manifest.model_dump(
            exclude={"program", "made_at"}
        ):
            with pytest.raises(DamagedError):
                verify_backup(again)
    manifest.unlink()
    with pytest.raises(DamagedError, match="нет описания"):
        find_backup(folder, made.name)


def test_restore_keeps_the_old_mirror(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    book = Book().add_lessons("09-01", "09-02", "09-03")
    Trial(folder.root, book).sync("09-03 21:00")
    assert lessons(folder.mirror) == 3
    with pytest.raises(UsageError, match="--force"):
        restore_backup(folder, made, force=False, clock=CLOCK)
    restored = restore_backup(folder, made, force=True, clock=CLOCK)
    assert lessons(folder.mirror) == 2
    assert restored.kept_old is not None
    assert lessons(restored.kept_old) == 3
    assert not folder.mirror.with_name("mirror.db-wal").exists()


def test_restore_where_there_is_no_mirror(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    folder.mirror.unlink()
    assert restore_backup(folder, made, force=False, clock=CLOCK).kept_old is None
    assert lessons(folder.mirror) == 2


def test_restore_over_a_damaged_mirror_keeps_it_too(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    folder.mirror.write_bytes(b"ruined" * 1000)
    restored = restore_backup(folder, made, force=True, clock=CLOCK)
    assert restored.kept_old is not None
    assert restored.kept_old.read_bytes().startswith(b"ruined")
    assert lessons(folder.mirror) == 2


def test_a_damaged_backup_leaves_the_mirror_alone(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    flip(made.path, 100)
    before = folder.mirror.read_bytes()
    with pytest.raises(DamagedError):
        restore_backup(folder, made, force=True, clock=CLOCK)
    assert folder.mirror.read_bytes() == before
    assert not list(folder.root.glob("mirror-before-restore-*"))


def test_no_restore_under_a_running_sync(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    with hold_lock(folder.lock), pytest.raises(LockHeld):
        restore_backup(folder, made, force=True, clock=CLOCK)


def test_a_copy_whose_rows_are_not_those_of_the_manifest(folder: DataFolder) -> None:
    made = create_backup(folder, CLOCK)
    counts = {**made.manifest.row_counts, "lesson": 99}
    lying = Backup(made.name, made.path, made.manifest.model_copy(update={"row_counts": counts}))
    with pytest.raises(DamagedError, match="число записей"):
        verify_backup(lying)


def test_names_that_do_not_exist(folder: DataFolder) -> None:
    with pytest.raises(UsageError, match="Нет копии"):
        find_backup(folder, "latest")
