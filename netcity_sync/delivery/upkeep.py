"""How the service itself fares: the last reading, the last backup, what changed in the GIS; for who looks after it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from netcity_sync.adapters.source import DriftKind, ScopeKind
from netcity_sync.clock import from_utc_text
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError
from netcity_sync.mirror.backup import list_backups
from netcity_sync.mirror.drift import KeptDrift, load_drift
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.russian import local_time, plural
from netcity_sync.settings import Role

UPKEEP_ROLES = (Role.ADMINISTRATOR, Role.IKT_DEPUTY)
"""Who is told of the service, the one whose work it is first (rules.md §7.13)."""

_STALE = timedelta(days=2)
_REASONS = 8
_WORDS = {
    ScopeKind.DICTIONARIES: ("справочники", "справочники", "справочники"),
    ScopeKind.ROSTER: ("список класса", "списка классов", "списков классов"),
    ScopeKind.JOURNAL: ("журнал", "журнала", "журналов"),
    ScopeKind.TERM_MARKS: ("итоговые отметки журнала", "итоговые отметки журналов", "итоговые отметки журналов"),
    ScopeKind.JOURNAL_ACCESS: ("отчёт о доступе", "отчёта о доступе", "отчётов о доступе"),
}


@dataclass(frozen=True, slots=True)
class Unread:
    """Scopes of a kind that were not read, all for the same reason."""

    reason: str
    kind: ScopeKind
    count: int


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The newest sync, the newest backup, and the drift that nobody was told of. Moments are UTC.

    `status` is one of schema.RUN_STATUSES, `error` names the class of the error that ended a failed run.
    """

    run_at: datetime
    status: str
    error: str | None = None
    unread: tuple[Unread, ...] = ()
    backup_at: datetime | None = None
    backup_fault: str | None = None
    drift: tuple[KeptDrift, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on the service, with what it rests on and what to do; `alarm` where something is wrong."""

    text: str
    details: tuple[str, ...] = ()
    todo: str = ""
    alarm: bool = False


def look_at_upkeep(snapshot: Snapshot, folder: DataFolder) -> Upkeep:
    """The upkeep as it stands; a damaged description of a backup is told, not raised."""
    run = snapshot.connection.execute(
        "SELECT run_id, started_at, status, error FROM as_of_run"
        " WHERE run_id NOT IN (SELECT run_id FROM as_of_exchange_take) ORDER BY run_id DESC LIMIT 1"
    ).fetchone()
    unread = snapshot.connection.execute(
        "SELECT error, kind, count(*) AS count FROM as_of_read WHERE run_id = ? AND error IS NOT NULL"
        " GROUP BY error, kind ORDER BY count DESC, error, kind",
        [run["run_id"]],
    )
    try:
        backups, fault = list_backups(folder), None
    except DamagedError as error:
        backups, fault = [], f"{error.what} {error.todo}".strip()
    return Upkeep(
        run_at=from_utc_text(run["started_at"]),
        status=run["status"],
        error=run["error"],
        unread=tuple(Unread(row["error"], ScopeKind(row["kind"]), row["count"]) for row in unread),
        backup_at=backups[0].manifest.made_at if backups else None,
        backup_fault=fault,
        drift=load_drift(snapshot.connection, untold=True),
    )


def remarks_on(upkeep: Upkeep, now: datetime, zone: ZoneInfo) -> tuple[Remark, ...]:
    """What is said of the service at `now` (UTC): the reading, the backup, and drift where there is any."""
    remarks = (_reading(upkeep, now, zone), _backup(upkeep, now, zone))
    return (*remarks, _drift(upkeep.drift)) if upkeep.drift else remarks


def _reading(upkeep: Upkeep, now: datetime, zone: ZoneInfo) -> Remark:
    how, todo = _how_it_ended(upkeep)
    if now - upkeep.run_at > _STALE:
        todo = f"{todo} С тех пор журналы не читались: проверьте, работает ли служба (netcity-sync run).".strip()
    return Remark(f"Чтение {local_time(upkeep.run_at, zone)}: {how}", _reasons(upkeep.unread), todo, bool(todo))


def _how_it_ended(upkeep: Upkeep) -> tuple[str, str]:
    """How the newest sync ended, and what to do about it."""
    again = "Дочитать: netcity-sync sync --resume."
    if upkeep.status == "failed":
        return _FAILURES.get(
            upkeep.error or "", ("не удалось.", "Причину назовёт повторное чтение: netcity-sync sync.")
        )
    if upkeep.status == "partial" and upkeep.unread:
        count = sum(item.count for item in upkeep.unread)
        todo = f"{again} Если снова не прочитается: netcity-sync discover."
        return f"не прочитано {plural(count, 'часть', 'части', 'частей')}.", todo
    return {
        "running": ("ещё не закончено.", ""),
        "done": ("прочитано всё.", ""),
        "partial": ("прочитано не всё, закончилось отведённое время (sync.not_after).", again),
        "interrupted": ("прервано.", again),
    }[upkeep.status]


_FAILURES = {
    "SignInRefused": (
        "не удалось, «Сетевой город» не принял вход.",
        "Войдите этой учётной записью в браузере, прежде чем читать снова: три неудачи подряд её блокируют.",
    ),
    "SourceMaintenance": ("не удалось, «Сетевой город» был закрыт на технические работы.", "Дождитесь их окончания."),
    "SourceClosed": ("не удалось, «Сетевой город» перестал отвечать.", "Дочитать: netcity-sync sync --resume."),
    "SourceUnavailable": ("не удалось, «Сетевой город» не отвечал.", "Дочитать: netcity-sync sync --resume."),
    "AnswerError": (
        "не удалось, справочники «Сетевого города» не читаются.",
        "Если повторится, выполните netcity-sync discover и пришлите результат разработчикам.",
    ),
}


def _reasons(unread: Sequence[Unread]) -> tuple[str, ...]:
    """Reason by reason how much was not read for it, the most frequent first."""
    kinds = defaultdict[str, list[Unread]](list)
    for item in unread:
        kinds[item.reason].append(item)
    ordered = sorted(kinds.items(), key=lambda entry: (-sum(item.count for item in entry[1]), entry[0]))
    shown = [f"{reason.rstrip('.')}: {_counts(items)}" for reason, items in ordered[:_REASONS]]
    rest = [item for _, items in ordered[_REASONS:] for item in items]
    return (*shown, f"по другим причинам: {_counts(rest)}") if rest else tuple(shown)


def _counts(items: Sequence[Unread]) -> str:
    """«14 журналов, 2 списка классов»."""
    counts = Counter[ScopeKind]()
    for item in items:
        counts[item.kind] += item.count
    return ", ".join(
        _WORDS[kind][0] if kind is ScopeKind.DICTIONARIES else plural(counts[kind], *_WORDS[kind])
        for kind in ScopeKind
        if counts[kind]
    )


def _backup(upkeep: Upkeep, now: datetime, zone: ZoneInfo) -> Remark:
    todo = "Сделайте: netcity-sync backup create."
    if upkeep.backup_fault is not None:
        return Remark(f"Резервная копия: {upkeep.backup_fault}", alarm=True)
    if upkeep.backup_at is None:
        return Remark("Резервных копий нет.", todo=todo, alarm=True)
    made = f"Резервная копия: {local_time(upkeep.backup_at, zone)}."
    return Remark(made, todo=todo, alarm=True) if now - upkeep.backup_at > _STALE else Remark(made)


def _drift(drift: Sequence[KeptDrift]) -> Remark:
    """The differences by call. None is left out: they are told this once."""
    calls = defaultdict[str, dict[DriftKind, list[str]]](lambda: {kind: [] for kind in DriftKind})
    for item in drift:
        calls[item.call][item.kind].append(item.field)
    new = sum(item.kind is DriftKind.UNKNOWN for item in drift)
    gone = len(drift) - new
    words = [plural(new, "новое поле", "новых поля", "новых полей")] if new else []
    if gone:
        words.append(plural(gone, "поле больше не приходит", "поля больше не приходят", "полей больше не приходят"))
    todo = ["Ничего не потеряно, если ни журнал, ни список не назван непрочитанным."]
    if gone:
        todo.append("Исчезнувшее поле читается как пустое: если замечаний прибавилось, сверьте их с журналом.")
    todo.append("Выполните netcity-sync discover и пришлите результат разработчикам.")
    return Remark(
        f"Ответы «Сетевого города» изменились: {', '.join(words)}.",
        tuple(f"{call}: {_fields(fields)}" for call, fields in calls.items()),
        " ".join(todo),
        alarm=bool(gone),
    )


def _fields(fields: dict[DriftKind, list[str]]) -> str:
    """«новые поля url, version; исчезло поле chiefs»."""
    words = {DriftKind.UNKNOWN: ("новое поле", "новые поля"), DriftKind.VANISHED: ("исчезло поле", "исчезли поля")}
    return "; ".join(f"{words[kind][len(names) > 1]} {', '.join(names)}" for kind, names in fields.items() if names)
