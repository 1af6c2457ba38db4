"""What goes on day by day: the exchange folder, the server's answers, the service, the outbox."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from netcity_sync.adapters.exchange.folder import TableState, read_folder
from netcity_sync.adapters.source import DriftKind
from netcity_sync.clock import from_utc_text
from netcity_sync.delivery.outbox import Outbox
from netcity_sync.jobs.doctor.installation import Installation
from netcity_sync.jobs.doctor.result import Result, fault, kind_in_words, notice, ok, when
from netcity_sync.jobs.service import JobRun, cron_trigger, ledger_of, read_ledger
from netcity_sync.mirror.drift import KeptDrift
from netcity_sync.mirror.lock import is_held
from netcity_sync.russian import plural
from netcity_sync.settings import ScheduleSettings

_DRIFT_WORDS = {DriftKind.UNKNOWN: "новые поля", DriftKind.VANISHED: "пропавшие поля"}


def exchange_folder(found: Installation) -> Iterator[Result]:
    """How many faults the tables of the exchange folder have; their content is not shown."""
    folder = found.settings.exchange_folder
    if not folder.is_dir():
        yield ok("Папки обмена нет: таблицы не ведутся.")
        return
    reading = read_folder(folder)
    for table in reading.tables:
        if table.problems:
            count = plural(len(table.problems), "ошибка", "ошибки", "ошибок")
            yield fault(
                f"Таблица «{table.spec.title}»: {count}, она не берётся.", "Список: netcity-sync exchange check"
            )
    if reading.all_notices:
        yield notice(f"Замечаний к файлам: {len(reading.all_notices)}.", "Список: netcity-sync exchange check")
    ready = sum(table.state is TableState.READY for table in reading.tables)
    if not reading.problems:
        yield ok(f"Таблицы папки обмена без ошибок, заполнено: {ready}.")


def schema_drift(found: Installation) -> Iterator[Result]:
    """How the server's answers differ from what this version expects; told as new once, listed always."""
    drift = found.health.drift if found.health is not None else None
    if drift is None:
        return
    if not drift:
        yield ok("Ответы сервера такие, каких ждёт программа.")
    for call in dict.fromkeys(item.call for item in drift):
        of_call = [item for item in drift if item.call == call]
        parts = [_fields(kind, [item for item in of_call if item.kind is kind]) for kind in DriftKind]
        what = f"{call}: {'; '.join(part for part in parts if part)}."
        if all(item.told for item in of_call):
            yield ok(what)
        else:
            yield notice(
                what, "Если чтение идёт без ошибок, делать ничего не нужно. Иначе сообщите разработчикам эти строки."
            )


def _fields(kind: DriftKind, items: list[KeptDrift]) -> str:
    if not items:
        return ""
    return f"{_DRIFT_WORDS[kind]}: " + ", ".join(
        item.field if item.told else f"{item.field} (впервые)" for item in items
    )


def service(found: Installation) -> Iterator[Result]:
    """Whether the service runs, what it missed, and what failed when it ran last."""
    ledger = read_ledger(ledger_of(found.folder))
    working = is_held(found.folder.service_lock)
    if working:
        yield ok("Служба работает.")
    elif not ledger:
        yield notice(
            "Служба ещё не работала, по расписанию ничего не делается.",
            "Запустите её: netcity-sync run. Если чтение запускает планировщик компьютера, делать ничего не нужно.",
        )
    else:
        yield notice("Служба сейчас не работает.", "Запустите её: netcity-sync run")
    if not ledger:
        return
    for job, title, line in _jobs(found.settings.schedule):
        mine = [item for item in ledger if item.job == job]
        yield from _last_outcome(found, title, mine)
        yield from _overdue(found, title, line, since=_moment(mine[-1] if mine else ledger[0]))


def _jobs(schedule: ScheduleSettings) -> Iterator[tuple[str, str, str]]:
    """The jobs of the schedule: how the ledger calls each, its title, its cron line."""
    for name, field in ScheduleSettings.model_fields.items():
        line = getattr(schedule, name)
        if isinstance(line, str):
            yield name, (field.description or name).rstrip("."), line


def _last_outcome(found: Installation, title: str, runs: list[JobRun]) -> Iterator[Result]:
    if not runs:
        return
    last, moment = runs[-1], when(_moment(runs[-1]), found.settings.zone)
    if last.outcome == "done":
        yield ok(f"{title}: сделано {moment}.")
        return
    what = "не запускалось" if last.outcome == "missed" else "не удалось"
    yield fault(
        f"{title}: {moment} {what} ({kind_in_words(last.outcome)}).",
        "Причина записана в папке logs, файл netcity-sync.jsonl; служба повторит в следующий срок.",
    )


def _overdue(found: Installation, title: str, line: str, *, since: datetime) -> Iterator[Result]:
    """A run that was due after `since` and did not happen; one worker runs all, so a job under way explains waiting."""
    grace = timedelta(minutes=found.settings.schedule.misfire_grace_minutes)
    due = cron_trigger(line, found.settings).get_next_fire_time(None, since + timedelta(seconds=1))
    if due is None or due + grace > found.clock() or is_held(found.folder.lock):
        return
    yield fault(
        f"{title}: должно было начаться {when(due, found.settings.zone)}, но не начиналось.",
        "Проверьте, что служба работает и компьютер ночью не выключают: netcity-sync run",
    )


def _moment(run: JobRun) -> datetime:
    return from_utc_text(run.started_at or run.finished_at)


def outbox(found: Installation) -> Iterator[Result]:
    """Messages that wait to be sent."""
    count = Outbox(found.folder.outbox).waiting()
    if not count:
        yield ok("Неотправленных писем нет.")
        return
    waiting = plural(count, "письмо ждёт", "письма ждут", "писем ждут")
    todo = "Отправьте: netcity-sync digest --send" if found.settings.mail else "Настройте почту: раздел [mail]."
    yield notice(f"{waiting} отправки.", todo)
