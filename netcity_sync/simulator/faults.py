"""Faults that can be switched on, each with the share of calls that it strikes (design.md §4.7)."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from netcity_sync.errors import UsageError

SLOW_SECONDS = 0.3


class Fault(StrEnum):
    """What may go wrong."""

    EXPIRED_SESSION = "expired-session"
    SIGN_IN_PAGE = "sign-in-page"
    MAINTENANCE = "maintenance"
    WAF = "waf"
    SLOW = "slow"
    DROP = "drop"
    GARBAGE = "garbage"
    INCOMPLETE = "incomplete"
    SERVER_ERROR = "server-error"
    JOURNAL_ERROR = "journal-error"


@dataclass(slots=True)
class Faults:
    """Which faults are on. The same seed and the same order of calls meet the same faults."""

    random: Random
    rates: dict[Fault, float] = field(default_factory=dict)
    slow_seconds: float = SLOW_SECONDS

    def set(self, name: str, rate: float) -> None:
        """Switch a fault on (1 = always) or off (0). Raises UsageError for an unknown name or rate."""
        if name not in {item.value for item in Fault}:
            known = ", ".join(item.value for item in Fault)
            raise UsageError(f"Нет неисправности «{name}».", todo=f"Есть: {known}.")
        if not 0 <= rate <= 1:
            raise UsageError(f"Доля неисправности «{name}» должна быть от 0 до 1.")
        self.rates[Fault(name)] = rate

    def strikes(self, fault: Fault) -> bool:
        """Whether the fault strikes this call."""
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and (rate >= 1 or self.random.random() < rate)
