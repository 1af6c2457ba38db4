"""The last resort: an error that no command expected, as Russian sentences; its traceback goes into the log."""

import errno
import os
import sqlite3

import structlog

from netcity_sync.errors import DamagedError, NetcityError
from netcity_sync.logs import OWN_WORDS, log_file

log = structlog.get_logger(OWN_WORDS)

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_DAMAGED = ("malformed", "not a database")
_LOCKED = ("locked", "busy")
_FULL = ("full",)
_NOT_WRITABLE = ("readonly", "unable to open", "permission")


def explain_crash(error: Exception) -> NetcityError:
    """Log an unforeseen error and answer with what to tell, and the exit code to leave with."""
    log.error("crashed", error=type(error).__name__, exc_info=error)
    told = _told(error)
    path = log_file()
    details = f"Подробности: {path}" if path is not None else "Подробности покажет та же команда с --verbose."
    return type(told)(f"{told.what}\n{details}", where=told.where, todo=told.todo)


def _told(error: Exception) -> NetcityError:
    match error:
        case sqlite3.DatabaseError():
            return _of_database(str(error).lower()) or _unforeseen(error)
        case OSError():
            return _of_system(error)
        case MemoryError():
            return NetcityError(
                "Компьютеру не хватило памяти.",
                todo="Закройте другие программы или уменьшите gis.readers и повторите команду.",
            )
        case _:
            return _unforeseen(error)


def _of_database(said: str) -> NetcityError | None:
    """What SQLite means; None where it means nothing that a user could mend."""
    if any(word in said for word in _DAMAGED):
        return DamagedError(
            "Файл базы данных повреждён.",
            todo="Узнайте какой: netcity-sync doctor. Зеркало восстановите из копии: netcity-sync backup restore"
            " latest --force",
        )
    if any(word in said for word in _LOCKED):
        return NetcityError(
            "База данных занята другой программой.",
            todo="Закройте программы, в которых открыты файлы папки данных, и повторите команду.",
        )
    if any(word in said for word in _FULL):
        return _no_space("")
    if any(word in said for word in _NOT_WRITABLE):
        return _not_allowed("файлы базы в папке данных")
    return None


def _of_system(error: OSError) -> NetcityError:
    where = " → ".join(os.fspath(path) if isinstance(path, str | os.PathLike) else str(path)
                       for path in (error.filename, error.filename2) if path is not None)  # fmt: skip
    if error.errno in _NO_SPACE:
        return _no_space(where)
    if error.errno in _NOT_ALLOWED:
        return _not_allowed(where)
    if where:
        return NetcityError(
            f"Файл или папка не читается или не записывается ({type(error).__name__}).",
            where=where,
            todo="Проверьте, что это место есть и доступно: netcity-sync doctor",
        )
    return _unforeseen(error)


def _no_space(where: str) -> NetcityError:
    return NetcityError(
        "На диске нет места.", where=where, todo="Освободите место на диске с папкой данных и повторите команду."
    )


def _not_allowed(where: str) -> NetcityError:
    return NetcityError(
        "Нет прав на файл или папку.",
        where=where,
        todo="Проверьте права: программе нужны чтение и запись. Если она запускается службой, то от имени службы.",
    )


def _unforeseen(error: Exception) -> NetcityError:
    return NetcityError(
        f"Непредвиденная ошибка ({type(error).__name__}), команда не закончена.",
        todo="Повторите команду; если ошибка остаётся, отправьте файл с подробностями разработчикам: имён, отметок и"
        " паролей в нём нет.",
    )
