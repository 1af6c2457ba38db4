"""Room on the disk: nothing begins that would not fit, and what is said tells how much is wanted."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.school import Book, Trial, at

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import NetcityError, NoSpace
from netcity_sync.mirror.backup import create_backup, list_backups, restore_backup, verify_backup
from netcity_sync.mirror.space import database_size, require_space, wal_of

MB = 1024**2
CLOCK = fixed_clock(at("09-02 22:00"))
Free = Callable[[int], None]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Iterator[Free]:
    """Sets how many bytes are free everywhere."""

    def leave(count: int) -> None:
        usage = shutil.disk_usage("/")._replace(free=count)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    yield leave
    monkeypatch.undo()


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A small mirror."""
    trial = Trial(tmp_path, Book().add_lessons("09-01", "09-02"))
    trial.sync("09-02 21:00")
    return trial


def test_the_boundary(tmp_path: Path, free: Free) -> None:
    free(300 * MB)
    require_space(tmp_path, 100 * MB, 200 * MB, "пробы")
    free(300 * MB - 1)
    with pytest.raises(NoSpace) as caught:
        require_space(tmp_path / "not" / "yet", 100 * MB, 200 * MB, "пробы")
    assert caught.value.what == "Мало места на диске: свободно 300,0 МБ, для пробы нужно 300,0 МБ."
    assert caught.value.exit_code == 1
    assert "storage.data_dir" in caught.value.todo


def test_a_disk_that_does_not_tell_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    require_space(tmp_path, 100 * MB, 0, "пробы")


def test_what_the_wal_holds_counts(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.db"
    assert database_size(mirror) == 0
    mirror.write_bytes(b"x" * 10)
    wal_of(mirror).write_bytes(b"x" * 5)
    assert database_size(mirror) == 15


def test_a_sync_does_not_begin(trial: Trial, free: Free) -> None:
    mirror = DataFolder(trial.settings.storage.data_dir).mirror
    before = mirror.read_bytes()
    free(200 * MB + database_size(mirror) - 1)
    with pytest.raises(NoSpace, match="для чтения журналов нужно"):
        trial.sync("09-03 21:00")
    assert trial.source.signed_in == 1
    assert mirror.read_bytes() == before
    free(200 * MB + database_size(mirror))
    assert trial.sync("09-03 21:00").status == "done"


def test_the_reserve_is_a_setting(tmp_path: Path, free: Free) -> None:
    trial = Trial(tmp_path, Book().add_lessons("09-01"))
    storage = trial.settings.storage.model_copy(update={"min_free_mb": 0})
    trial.settings = trial.settings.model_copy(update={"storage": storage})
    free(MB)
    assert trial.sync("09-01 21:00").status == "done"


def test_backups(trial: Trial, free: Free) -> None:
    folder = DataFolder(trial.settings.storage.data_dir)
    size = database_size(folder.mirror)
    free(2 * size + 9)
    with pytest.raises(NoSpace, match="для копии зеркала"):
        create_backup(folder, CLOCK, reserve=10)
    assert list_backups(folder) == []
    made = create_backup(folder, CLOCK)
    free(made.manifest.plain_size - 1)
    refused: tuple[Callable[[], object], ...] = (
        lambda: verify_backup(made),
        lambda: restore_backup(folder, made, force=True, clock=CLOCK),
    )
    for begin in refused:
        with pytest.raises(NetcityError, match="Мало места"):
            begin()
    free(made.manifest.plain_size)
    verify_backup(made)
    restore_backup(folder, made, force=True, clock=CLOCK)
