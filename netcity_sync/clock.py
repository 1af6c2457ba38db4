"""Where «now» comes from: the machine's clock, or a fixed moment for trials and tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

Clock = Callable[[], datetime]
"""Answers the present moment, always aware and in UTC."""


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def fixed_clock(moment: datetime) -> Clock:
    """A clock that stands still at `moment`, which must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a fixed clock needs an aware moment")
    utc = moment.astimezone(UTC)
    return lambda: utc


def utc_text(moment: datetime) -> str:
    """An aware moment as the mirror keeps it: `2026-10-05T16:00:00Z`, whole seconds, sortable as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_unix(seconds: int) -> datetime:
    """The moment (UTC) so many seconds after 1970, as reads of the mirror keep it."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=1000)
def from_utc_text(text: str) -> datetime:
    """The moment that `utc_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
