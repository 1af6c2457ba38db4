"""Faults that can be switched on: what goes wrong, in which share of calls, at which stage (design.md §4.7)."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from netcity_sync.errors import UsageError

SLOW_SECONDS = 0.3
HANG_SECONDS = 600.0


class Fault(StrEnum):
    """What may go wrong."""

    EXPIRED_SESSION = "expired-session"
    REDIRECT = "redirect"
    SIGN_IN_PAGE = "sign-in-page"
    ACCESS_DENIED = "access-denied"
    WARNING_PAGE = "warning-page"
    MAINTENANCE = "maintenance"
    WAF = "waf"
    TOO_MANY = "too-many"
    SLOW = "slow"
    HANG = "hang"
    DROP = "drop"
    GARBAGE = "garbage"
    INCOMPLETE = "incomplete"
    NEW_FIELDS = "new-fields"
    VANISHED_FIELDS = "vanished-fields"
    ROTATED_AT = "rotated-at"
    SPENT_AT = "spent-at"
    SERVER_ERROR = "server-error"
    JOURNAL_ERROR = "journal-error"
    MOVED_JOURNAL = "moved-journal"
    NO_TOTALS = "no-totals"
    MOVED_LOGIN = "moved-login"
    ONLY_ESIA = "only-esia"
    HUB_BREAK = "hub-break"
    HUB_HANG = "hub-hang"


class Stage(StrEnum):
    """Where in a run a call belongs; `name@stage` confines a fault to it."""

    SIGN_IN = "sign-in"
    DICTIONARIES = "dictionaries"
    JOURNAL = "journal"
    TOTALS = "totals"
    REPORT = "report"
    HUB = "hub"
    FILE = "file"
    FAMILY = "family"


_STAGES = (
    (("logindata", "auth/", "login", "schools/search", "prepareloginform"), Stage.SIGN_IN),
    (("grade/journal",), Stage.JOURNAL),
    (("grade/totals",), Stage.TOTALS),
    (("reports", "v2/reports", "earlyaccess"), Stage.REPORT),
    (("signalr", "queuehub"), Stage.HUB),
    (("files/",), Stage.FILE),
    (("student/", "announcements", "attachments", "assignments/", "mail/", "forum/"), Stage.FAMILY),
)


def stage_of(call: str) -> Stage:
    """The stage of a call, by its path below `webapi/` in lower case."""
    for beginnings, stage in _STAGES:
        if call.startswith(beginnings):
            return stage
    return Stage.DICTIONARIES


@dataclass(slots=True)
class Faults:
    """Which faults are on. The same seed and the same order of calls meet the same faults."""

    random: Random
    rates: dict[str, float] = field(default_factory=dict)
    slow_seconds: float = SLOW_SECONDS
    retry_after: int = 1

    def set(self, name: str, rate: float) -> None:
        """Switch a fault on (1 = always) or off (0); `drop@journal` only at that stage.

        Raises UsageError for an unknown name, stage or rate.
        """
        fault, _, stage = name.partition("@")
        if fault not in {item.value for item in Fault}:
            known = ", ".join(item.value for item in Fault)
            raise UsageError(f"Нет неисправности «{fault}».", todo=f"Есть: {known}.")
        if stage and stage not in {item.value for item in Stage}:
            known = ", ".join(item.value for item in Stage)
            raise UsageError(f"Нет этапа «{stage}».", where="--fault", todo=f"Есть: {known}.")
        if not 0 <= rate <= 1:
            raise UsageError(f"Доля неисправности «{name}» должна быть от 0 до 1.")
        self.rates[name] = rate

    def on(self, fault: Fault) -> bool:
        """Whether the fault is on at any stage."""
        return any(rate > 0 and name.partition("@")[0] == fault for name, rate in self.rates.items())

    def strikes(self, fault: Fault, stage: Stage) -> bool:
        """Whether the fault strikes a call of that stage."""
        rate = max(self.rates.get(fault, 0.0), self.rates.get(f"{fault}@{stage}", 0.0))
        return rate > 0 and (rate >= 1 or self.random.random() < rate)
