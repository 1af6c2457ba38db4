"""What lies in the data folder: disk, mirror, runs, backups."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from netcity_sync.errors import DamagedError
from netcity_sync.jobs.doctor.installation import Installation
from netcity_sync.jobs.doctor.result import Result, fault, fault_of, kind_in_words, notice, ok, span, when
from netcity_sync.mirror.backup import backup_names, find_backup
from netcity_sync.mirror.health import RunRecord
from netcity_sync.mirror.lock import is_held
from netcity_sync.mirror.space import free_space, nearest, room_for_sync, wal_of
from netcity_sync.russian import plural, size

_LEAST_FREE = 500 * 1024**2
_MIRRORS_FREE = 2
_LARGE_WAL = 64 * 1024**2
_CLOCKS_DIFFER = timedelta(minutes=5)
_BACKUP_EVERY = timedelta(days=7)
_REASONS_SHOWN = 5
_RESTORE = "Восстановите зеркало из копии: netcity-sync backup restore latest --force"


def folder_rights(found: Installation) -> Iterator[Result]:
    """Whether the data folder is there, ours, and closed to others."""
    root = found.folder.root
    if not root.exists():
        if os.access(nearest(root), os.W_OK):
            yield notice(
                f"Папки данных ещё нет: {root}",
                "Она появится при первом чтении: netcity-sync sync. Если уже читали, проверьте ключ storage.data_dir"
                " и подключён ли диск.",
            )
        else:
            yield fault(f"Папки данных нет, и создать её нельзя: {root}", "Проверьте storage.data_dir и права.")
        return
    if not root.is_dir():
        yield fault(f"На месте папки данных лежит файл: {root}", "Проверьте ключ storage.data_dir.")
        return
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield fault(f"В папку данных нельзя писать: {root}", "Дайте на неё права тому, кто запускает программу.")
        return
    if os.name == "posix" and root.stat().st_mode & 0o077:
        yield fault(f"Папка данных открыта другим пользователям: {root}", f"Выполните: chmod 700 {root}")
        return
    yield ok(f"Папка данных доступна: {root}")


def disk_space(found: Installation) -> Iterator[Result]:
    """Room for the mirror to grow, and for a copy of it to be proved: told before a sync refuses to begin."""
    mirror = found.folder.mirror
    needed = max(_LEAST_FREE, _MIRRORS_FREE * _size(mirror), room_for_sync(mirror) + found.settings.storage.min_free)
    free = free_space(found.folder.root)
    if free < needed:
        yield fault(
            f"На диске мало места: свободно {size(free)}, нужно не меньше {size(needed)}.",
            "Освободите место или перенесите папку данных (storage.data_dir).",
        )
    else:
        yield ok(f"Места на диске хватает: свободно {size(free)}.")


def clock_sane(found: Installation) -> Iterator[Result]:
    """Whether this machine's clock is not behind what was recorded by it."""
    now, zone = found.clock(), found.settings.zone
    runs = found.health.runs if found.health is not None else ()
    if runs and runs[0].started_at > now + _CLOCKS_DIFFER:
        last = when(runs[0].started_at, zone)
        yield fault(
            f"Часы компьютера отстают: по ним {when(now, zone)}, а последнее чтение было {last}.",
            "Установите точное время и включите его синхронизацию.",
        )
    else:
        yield ok(f"Время школы: {when(now, zone)}, пояс {zone.key}.")


def mirror_file(found: Installation) -> Iterator[Result]:
    """Whether the mirror opens, passes SQLite's check, and has the schema of this program."""
    health, error = found.health, found.mirror_error
    if error is not None:
        yield fault_of(error)
        return
    if health is None:
        yield notice("Зеркала ещё нет: журналы ни разу не читались.", "Прочитайте их: netcity-sync sync")
        return
    if not health.sound:
        yield fault("Зеркало повреждено: не проходит проверку целостности.", _RESTORE)
    elif health.orphans:
        broken = plural(health.orphans, "запись ссылается", "записи ссылаются", "записей ссылаются")
        yield fault(f"В зеркале {broken} на то, чего нет.", _RESTORE)
    else:
        yield ok("Зеркало цело.")
    if health.newer:
        yield fault("Зеркало создано более новой версией программы.", "Обновите netcity_sync.")
    elif health.pending:
        yield notice("Зеркало от прежней версии программы.", "Оно обновится само при чтении: netcity-sync sync")


def file_sizes(found: Installation) -> Iterator[Result]:
    """How large everything is."""
    folder = found.folder
    files = (("зеркало", folder.mirror), ("исходные ответы", folder.raw), ("копии", folder.backups),
             ("отчёты", folder.reports), ("сводки", folder.digests), ("журналы работы", folder.logs))  # fmt: skip
    sizes = [f"{title} — {size(_size(path))}" for title, path in files if path.exists()]
    if sizes:
        yield ok(f"Занято: {', '.join(sizes)}.")
    for path in (folder.mirror, folder.raw):
        wal = _size(wal_of(path))
        if wal > _LARGE_WAL:
            yield notice(
                f"Журнал записи {path.name}-wal вырос до {size(wal)}: какая-то программа долго держит файл открытым.",
                "Закройте программы, в которых открыто зеркало, и прочитайте журналы: netcity-sync sync",
            )


def runs_that_never_ended(found: Installation) -> Iterator[Result]:
    """Syncs whose process died."""
    health = found.health
    running = [run for run in health.runs if run.status == "running"] if health is not None else []
    if not running:
        return
    began = when(running[0].started_at, found.settings.zone)
    if is_held(found.folder.lock):
        yield ok(f"Сейчас идёт чтение, начатое {began}.")
    else:
        yield fault(
            f"Чтение, начатое {began}, оборвалось: программу остановили на середине.",
            "Дочитайте: netcity-sync sync --resume",
        )


def last_good_run(found: Installation) -> Iterator[Result]:
    """How old the newest whole state of the journals is."""
    health, zone = found.health, found.settings.zone
    if health is None or not health.runs:
        return
    allowed = timedelta(hours=found.settings.checks.stale_after_hours)
    good = next((run for run in health.runs if run.status == "done"), None)
    if good is None:
        yield fault(
            f"Журналы ещё ни разу не прочитаны целиком, попыток: {len(health.runs)}.",
            "Прочитайте: netcity-sync sync --resume",
        )
        return
    ended = good.finished_at or good.started_at
    age = found.clock() - ended
    if age > allowed:
        yield fault(
            f"Журналы давно не прочитаны целиком: последний раз {when(ended, zone)}, прошло: {span(age)}.",
            "Прочитайте: netcity-sync sync. Чтобы читались сами каждую ночь: netcity-sync run",
        )
    else:
        yield ok(f"Журналы прочитаны целиком {when(ended, zone)}.")


def last_run(found: Installation) -> Iterator[Result]:
    """What the newest sync could not read, and why."""
    health = found.health
    if health is None or not health.runs:
        return
    run = health.runs[0]
    began = when(run.started_at, found.settings.zone)
    if run.status in ("failed", "interrupted"):
        yield fault(f"Последнее чтение ({began}) не удалось: {_reason(run)}.", "Повторите: netcity-sync sync --resume")
    count = health.failures.total()
    if count:
        unread = plural(count, "часть", "части", "частей")
        reasons = [f"{number} × {reason}" for reason, number in health.failures.most_common(_REASONS_SHOWN)]
        if len(health.failures) > _REASONS_SHOWN:
            reasons.append(f"других причин: {len(health.failures) - _REASONS_SHOWN}")
        yield fault(
            "\n".join([f"При последнем чтении ({began}) не прочитано: {unread}.", *reasons]),
            "Повторите только их: netcity-sync sync --resume",
        )
    elif run.status == "partial":
        yield notice(f"Последнее чтение ({began}) не успело дойти до конца.", "Дочитайте: netcity-sync sync --resume")


def backups(found: Installation) -> Iterator[Result]:
    """Whether there is a backup that is recent and says what it is."""
    names = backup_names(found.folder)
    if not names:
        yield from _no_backup(found)
        return
    newest = None
    for name in names:
        try:
            made_at = find_backup(found.folder, name).manifest.made_at
        except DamagedError as error:
            yield fault_of(error)
            continue
        newest = max(newest or made_at, made_at)
    if newest is None:
        return
    age, moment = found.clock() - newest, when(newest, found.settings.zone)
    if age > _BACKUP_EVERY:
        yield fault(
            f"Последняя копия сделана {moment}, прошло: {span(age)}.", "Сделайте новую: netcity-sync backup create"
        )
    else:
        yield ok(f"Копий зеркала: {len(names)}, последняя сделана {moment}.")


def _no_backup(found: Installation) -> Iterator[Result]:
    runs = found.health.runs if found.health is not None else ()
    new = not runs or found.clock() - runs[-1].started_at <= _BACKUP_EVERY
    make = "Сделайте копию: netcity-sync backup create"
    yield notice("Копий зеркала ещё нет.", make) if new else fault("Нет ни одной копии зеркала.", make)


def _reason(run: RunRecord) -> str:
    return "его прервали" if run.status == "interrupted" else kind_in_words(run.error)


def _size(path: Path) -> int:
    """The bytes of a file, or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    return path.stat().st_size if path.exists() else 0
