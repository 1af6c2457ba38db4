"""One writer at a time: a lock file that the system frees when its process dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from netcity_sync.errors import LockHeld


@contextmanager
def hold_lock(path: Path, doing: str = "чтение журналов или восстановление") -> Iterator[None]:
    """Hold the lock at `path` while the block runs. Raises LockHeld at once where another process has it."""
    lock = FileLock(path, timeout=0)
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
