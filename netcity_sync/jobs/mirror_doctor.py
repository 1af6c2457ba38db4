"""The examination of the mirror's file from inside: is it whole, does it contradict itself, how large is it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netcity_sync.compliance.schema import CHECK_TABLES
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError
from netcity_sync.jobs.doctor.result import Result, Verdict, fault, fault_of, notice, ok
from netcity_sync.mirror.database import open_reader
from netcity_sync.mirror.event_schema import EVENT_RECORD
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES, TAKE_RECORD
from netcity_sync.mirror.flaws import Flaw, FlawKind, check_integrity, find_flaws, raw_damage
from netcity_sync.mirror.health import schema_gap
from netcity_sync.mirror.lock import is_held
from netcity_sync.mirror.schema import ENTITY_TABLES, RECORD_TABLES, Record, Table
from netcity_sync.mirror.sizes import Sizes, table_sizes
from netcity_sync.mirror.space import wal_of
from netcity_sync.russian import plural, size

_LARGE_WAL = 64 * 1024**2
_LINES_SHOWN = 5
_RESTORE = "Восстановите зеркало из копии: netcity-sync backup restore latest --force"
_OLDER = (
    "Верните копию, сделанную раньше (netcity-sync backup list, затем backup restore ИМЯ --force), и сообщите"
    " разработчикам вывод этой команды."
)
_WHOLE = "Прочитайте всё заново: netcity-sync sync --full"

_DECLARED: tuple[Table | Record, ...] = (
    *ENTITY_TABLES, *EXCHANGE_TABLES, *RECORD_TABLES, TAKE_RECORD, EVENT_RECORD, *CHECK_TABLES
)  # fmt: skip
TABLE_TITLES = {item.name: item.meaning.partition(":")[0] for item in _DECLARED}
"""What people call the tables."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One result: which check, of which table where it is one, how many rows."""

    check: str
    result: Result
    table: str | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class MirrorReport:
    """What was found. Sizes are bytes; `sizes` is missing where the file does not open."""

    remarks: tuple[Remark, ...]
    damaged: bool
    sizes: Sizes | None
    mirror_size: int
    wal_size: int
    raw_size: int

    @property
    def exit_code(self) -> int:
        """0, 1 with a fault, 5 where a file is damaged (docs/cli.md)."""
        if self.damaged:
            return DamagedError.exit_code
        return int(any(item.result.state is Verdict.FAULT for item in self.remarks))


def examine_mirror(folder: DataFolder) -> MirrorReport:
    """Examine the mirror and the raw answers; only reads. Raises UsageError where there is no mirror."""
    damaged, sizes = False, None
    remarks: list[Remark] = []
    try:
        busy = is_held(folder.lock)
        with open_reader(folder) as connection:
            verdict = check_integrity(connection)
            idle = not busy and not is_held(folder.lock)
            damaged = bool(verdict.damage)
            if damaged:
                remarks.append(_damage("integrity", "Зеркало повреждено", verdict.damage, _RESTORE))
            else:
                remarks.append(Remark("integrity", ok("Файл зеркала цел.")))
                sizes = table_sizes(connection)
                remarks += _inside(connection, verdict.flaws, sizes, idle=idle)
    except DamagedError as error:
        damaged = True
        remarks.append(Remark("integrity", fault_of(error)))
    remarks += _wal(folder)
    raw = tuple(_raw(folder.raw))
    damaged |= any(item.result.state is Verdict.FAULT for item in raw)
    return MirrorReport(
        (*remarks, *raw), damaged, sizes, _size(folder.mirror), _size(wal_of(folder.mirror)), _size(folder.raw)
    )


def _inside(connection: sqlite3.Connection, known: tuple[Flaw, ...], sizes: Sizes, *, idle: bool) -> Iterator[Remark]:
    """What a sound file says of itself."""
    pending, newer = schema_gap(connection)
    if pending or newer:
        todo = "Обновите netcity_sync." if newer else "Прочитайте журналы, зеркало обновится само: netcity-sync sync"
        version = "более новой" if newer else "прежней"
        yield Remark("version", notice(f"Зеркало от {version} версии программы, записи в нём не проверялись.", todo))
        yield from map(_remark, known)
        return
    flaws = (*known, *find_flaws(connection, idle=idle))
    yield from map(_remark, flaws)
    if all(flaw.kind in _LOOSE for flaw in flaws):
        entities = {table.name for table in (*ENTITY_TABLES, *EXCHANGE_TABLES)}
        count = sum(table.rows for table in sizes.tables if table.name in entities)
        checked = plural(count, "версия записи проверена", "версии записей проверены", "версий записей проверено")
        yield Remark("records", ok(f"{checked}, противоречий нет."), count=count)


@dataclass(frozen=True, slots=True)
class _Words:
    """How a flaw is told: what, of how many of what, and what to do."""

    what: str
    todo: str
    counted: tuple[str, str, str] = ("запись", "записи", "записей")


_RUNS = ("прогон", "прогона", "прогонов")
_PARTS = ("часть", "части", "частей")
_FAULTS = {
    FlawKind.BAD_VALUES: _Words("недопустимые значения", _OLDER),
    FlawKind.LEADS_NOWHERE: _Words("ссылаются на то, чего нет в таблице {related}", _OLDER),
    FlawKind.OVERLAP: _Words("сроки двух версий одной записи пересекаются", _OLDER),
    FlawKind.TWO_CURRENT: _Words("остались нынешними, хотя есть версия позже", _OLDER),
    FlawKind.SENSELESS_ABSENCE: _Words("пропажа отмечена вне срока самой записи", _OLDER),
    FlawKind.WITHOUT_READ: _Words("изменены прогоном, о котором нет записи в таблице {related}", _OLDER),
    FlawKind.NAMELESS: _Words("стоят в списке, но имени ученика нет", _WHOLE),
    FlawKind.FORGOTTEN_ABSENCE: _Words("пропавшие записи никогда не подтвердятся", _WHOLE, _PARTS),
    FlawKind.UNENDED_RUN: _Words("чтение оборвалось на середине", "Дочитайте: netcity-sync sync --resume", _RUNS),
    FlawKind.RUN_WITHOUT_END: _Words(
        "состояние и время окончания не сходятся", "Сообщите разработчикам вывод этой команды.", _RUNS
    ),
}
_LOOSE = {
    FlawKind.LOOSE: _Words(
        "в таблице {related} нет того, к чему они относятся",
        "Ничего: так бывает, если сервер отдал страницу не целиком или запись стоит в другом периоде.",
    ),
    FlawKind.NEVER_READ: _Words("ещё ни разу не прочитаны", "Прочитайте журналы: netcity-sync sync", _PARTS),
    FlawKind.NEEDLESS_DOUBT: _Words("лишняя пометка о пропаже", "Ничего: чтение снимет её само.", _PARTS),
}


def _remark(flaw: Flaw) -> Remark:
    words = _FAULTS.get(flaw.kind) or _LOOSE[flaw.kind]
    say = fault if flaw.kind in _FAULTS else notice
    title = f"{flaw.table} («{TABLE_TITLES[flaw.table]}»)" if flaw.table in TABLE_TITLES else flaw.table
    what = f"Таблица {title}: {words.what.format(related=flaw.related)} — {plural(flaw.count, *words.counted)}."
    return Remark(flaw.kind, say(what, words.todo), flaw.table, flaw.count)


def _wal(folder: DataFolder) -> Iterator[Remark]:
    large = _size(wal_of(folder.mirror))
    if large > _LARGE_WAL:
        what = f"Журнал записи mirror.db-wal вырос до {size(large)}: какая-то программа долго держит зеркало открытым."
        yield Remark("wal", notice(what, "Закройте программы, в которых оно открыто, и выполните: netcity-sync sync"))


def _raw(path: Path) -> Iterator[Remark]:
    if not path.exists():
        yield Remark("raw", notice("Исходных ответов сервера нет.", "Они появятся при чтении: netcity-sync sync"))
        return
    damage = raw_damage(path)
    if damage:
        todo = f"Уберите файл {path} и прочитайте журналы: он начнётся заново, зеркало не пострадает."
        yield _damage("raw", "Файл исходных ответов повреждён", damage, todo)
    else:
        yield Remark("raw", ok("Файл исходных ответов цел."))


def _damage(check: str, what: str, lines: tuple[str, ...], todo: str) -> Remark:
    shown = list(lines[:_LINES_SHOWN])
    if len(lines) > _LINES_SHOWN:
        shown.append(f"… и ещё {len(lines) - _LINES_SHOWN}")
    return Remark(check, fault("\n".join([f"{what}:", *shown]), todo), count=len(lines))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
