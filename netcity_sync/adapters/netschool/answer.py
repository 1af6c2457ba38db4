"""The base of all answers of the GIS: how they are read, and what is known of fields that are not used."""

import re
from datetime import date, datetime, time
from functools import cache
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_LARGEST = 2**63 - 1

_ZERO_DATE = "0001-01-01"


def _no_flag(value: Any) -> Any:
    """`true` is no number, though Python takes it for 1: a mark might be made of it."""
    if isinstance(value, bool):
        raise ValueError("not a number")
    return value


Number = Annotated[int, Field(ge=-_LARGEST, le=_LARGEST), BeforeValidator(_no_flag)]
"""A number that the mirror can hold."""


def _day(value: Any) -> Any:
    """`2026-10-05T00:00:00.0000000`, naive local (protocol.md §2.13) → its date."""
    if not isinstance(value, str):
        raise ValueError("not a date")
    return datetime.fromisoformat(value[:10]).date()


def _moment(value: Any) -> Any:
    """The same with its time; one to seven digits of a second, of which six are kept."""
    if not isinstance(value, str):
        raise ValueError("not a moment")
    whole, _, fraction = value.partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}" if fraction else whole).replace(tzinfo=None)


def _clock(value: Any) -> Any:
    """`8:30` or `08:30:00`; seconds say nothing."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("not a time")
    return time(int(found[1]), int(found[2]))


def _no_zero(value: Any) -> Any:
    """The zero date `0001-01-01T00:00:00` (§2.13) stands for none."""
    return None if isinstance(value, str) and value.startswith(_ZERO_DATE) else value


_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")

Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Clock = Annotated[time, BeforeValidator(_clock)]
NoDay = Annotated[Day | None, BeforeValidator(_no_zero)]
"""A day, null, or the zero date, which is none either."""
NoMoment = Annotated[Moment | None, BeforeValidator(_no_zero)]
"""A moment, null, or the zero date, which is none either."""


class Answer(BaseModel):
    """An object of an answer. Values never appear in errors: they may be names or secrets.

    Fields that are not declared are let through and counted (drift.py), but for the `IGNORED` ones, which are known
    and not used. `SPARSE` names declared fields that come only now and then.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True, populate_by_name=True)

    IGNORED: ClassVar[frozenset[str]] = frozenset()
    SPARSE: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    @cache
    def expected(cls) -> dict[str, str]:
        """The optional fields that nevertheless always come: name and spelling on the wire."""
        return {
            name: field.alias or name
            for name, field in cls.model_fields.items()
            if not field.is_required() and name not in cls.SPARSE
        }

    @classmethod
    @cache
    def nested(cls) -> dict[str, str]:
        """The fields that hold further answers: name and spelling on the wire."""
        return {
            name: field.alias or name for name, field in cls.model_fields.items() if _holds_answers(field.annotation)
        }


def _holds_answers(kind: Any) -> bool:
    if isinstance(kind, type) and not get_args(kind):
        return issubclass(kind, Answer)
    return any(_holds_answers(argument) for argument in get_args(kind))
