"""What an examination says: in order, worth a look, or a fault; what was found, and what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from netcity_sync.errors import NetcityError
from netcity_sync.russian import plural


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTICE = "notice"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Result:
    """What one examination found. Russian sentences without names, logins, marks or secrets."""

    state: Verdict
    what: str
    todo: str = ""


def ok(what: str) -> Result:
    """All is well."""
    return Result(Verdict.OK, what)


def notice(what: str, todo: str = "") -> Result:
    """Not broken, but worth a look."""
    return Result(Verdict.NOTICE, what, todo)


def fault(what: str, todo: str) -> Result:
    """Broken."""
    return Result(Verdict.FAULT, what, todo)


def fault_of(error: NetcityError) -> Result:
    """An error as a result, in its own words."""
    what = f"{error.what}\nГде: {error.where}" if error.where else error.what
    return Result(Verdict.FAULT, what, error.todo)


_KINDS = {
    "SourceUnavailable": "сервер не отвечал",
    "SourceClosed": "сервер перестал отвечать или не пропускал",
    "SourceMaintenance": "на сервере шли работы",
    "SignInRefused": "вход не был принят",
    "AnswerError": "ответ сервера не удалось прочитать",
    "SettingsError": "ошибка в настройках",
    "UsageError": "нечего было обрабатывать, или ошибка в настройках",
    "DamagedError": "повреждён файл зеркала или копии",
    "LockHeld": "шёл другой прогон",
    "NoSpace": "на диске было мало места",
    "DeliveryError": "письмо не ушло",
    "RenderError": "документ не составился",
    "crashed": "непредвиденная ошибка программы",
    "missed": "компьютер или служба не работали в это время",
}


def kind_in_words(kind: str | None) -> str:
    """The kind of an error, as runs and the service note it, in Russian."""
    return _KINDS.get(kind or "", "причина не записана")


def when(moment: datetime, zone: ZoneInfo) -> str:
    """A moment by the school's clocks: «16.10.2026 21:00»."""
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"


def span(length: timedelta) -> str:
    """A length of time, roughly: «3 дня», «5 часов», «10 минут», «20 секунд»."""
    seconds = int(abs(length.total_seconds()))
    if seconds >= 2 * 86_400:
        return plural(seconds // 86_400, "день", "дня", "дней")
    if seconds >= 2 * 3600:
        return plural(seconds // 3600, "час", "часа", "часов")
    if seconds >= 60:
        return plural(seconds // 60, "минута", "минуты", "минут")
    return plural(seconds, "секунда", "секунды", "секунд")
