"""One writer at a time: a lock file that the system frees when its process dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from netcity_sync.errors import LockHeld


@contextmanager
def hold_lock(path: Path, doing: str = "чтение журналов или восстановление", *, patience: float = 0) -> Iterator[None]:
    """Hold the lock at `path` while the block runs.

    Raises LockHeld where another process has it, and does not free it in `patience` seconds.
    """
    lock = FileLock(path, timeout=patience)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockHeld(
            f"Уже идёт другой прогон: {doing}.",
            where=str(path),
            todo="Дождитесь его окончания и повторите команду.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock at `path` now. Raises OSError where that cannot be found out."""
    if not path.exists():
        return False
    try:
        with hold_lock(path):
            return False
    except LockHeld:
        return True
