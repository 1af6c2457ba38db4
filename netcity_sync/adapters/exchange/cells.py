"""One cell under one column: its value, or why it is not allowed."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from netcity_sync.adapters.exchange.grid import Cell, folded, plain
from netcity_sync.adapters.exchange.spec import Field, Kind
from netcity_sync.russian import class_key

_MAX_TEXT = 1000
_MAX_NAME = 120
_MAX_DIGITS = 15
_SHOWN = 40
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (Excel's dates have no zone)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_051
_YEARS = range(2000, 2100)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?: г\.?)?(?:[ T,]+(\d{1,2}):(\d{2})(?::\d{2})?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?)?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d{1,15})?")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_CLASS = re.compile(r"(?:1[0-2]|[1-9])(?:[^\W\d_].{0,9}|[-./]\w{1,9})?")
_CLASS_WORD = re.compile(r"КЛАСС(?:Ы|А|ОВ)?$")
_PERSON = re.compile(r"[^\W\d_]+(?:[ .'’()-]+[^\W\d_]+)+[.)]?")


class CellFault(ValueError):
    """A value that is not allowed; the message is Russian."""


def parse_cell(column: Field, cell: Cell) -> object:
    """The value for the model's field, None for an empty cell. Raises CellFault."""
    text = plain(cell)
    if not text:
        return None
    if isinstance(cell, str):
        _refuse_odd_text(text)
    return _PARSERS[column.kind](column, cell, text)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _refuse_odd_text(text: str) -> None:
    if text.startswith(("=", "@")):
        raise CellFault("значение похоже на формулу")
    if not text.isprintable() and any(unicodedata.category(letter) in ("Cc", "Cs", "Cn", "Co") for letter in text):
        raise CellFault("недопустимый знак")


def _text(column: Field, cell: Cell, text: str) -> str:
    if isinstance(cell, date | time | timedelta):
        raise CellFault(f"Excel превратил значение в дату: «{_short(text)}»; сделайте ячейку текстовой и впишите снова")
    if len(text) > _MAX_TEXT:
        raise CellFault(f"длиннее {_MAX_TEXT} знаков")
    return text


def _class(column: Field, cell: Cell, text: str) -> str:
    name = _CLASS_WORD.sub("", class_key(_text(column, cell, text)))
    if not _CLASS.fullmatch(name):
        raise CellFault(f"не класс: «{_short(text)}»")
    return name


def _person(column: Field, cell: Cell, text: str) -> str:
    if any(letter.isdigit() for letter in text):
        raise CellFault("в имени цифры")
    if len(text) > _MAX_NAME or not _PERSON.fullmatch(text):
        raise CellFault(f"не похоже на фамилию и имя: «{_short(text)}»")
    return text


def _integer(column: Field, cell: Cell, text: str) -> int:
    value = _number(column, cell, text)
    if not value.is_integer():
        raise CellFault(f"не целое число: «{_short(text)}»")
    return int(value)


def _number(column: Field, cell: Cell, text: str) -> float:
    if isinstance(cell, bool | date | time | timedelta):
        raise CellFault(f"не число: «{_short(text)}»")
    if isinstance(cell, int | float):
        value = float(cell) if abs(cell) < 10**_MAX_DIGITS else math.inf
    else:
        digits = text.replace(" ", "").replace("−", "-")
        if len(digits) > _MAX_DIGITS or not _NUMBER.fullmatch(digits):
            raise CellFault(f"не число: «{_short(text)}»")
        value = float(digits.replace(",", "."))
    if not math.isfinite(value) or not column.low <= value <= column.high:
        raise CellFault(f"число вне пределов: «{_short(text)}»")
    return value


def _choice(column: Field, cell: Cell, text: str) -> object:
    wanted = folded(text)
    for value, word in column.choices.items():
        if folded(word) == wanted:
            return value
    raise CellFault(f"такого значения нет: «{_short(text)}»")


def _date(column: Field, cell: Cell, text: str) -> date:
    return _moment(column, cell, text).date()


def _moment(column: Field, cell: Cell, text: str) -> datetime:
    """A date, with its time where there is one; to the minute."""
    match cell:
        case datetime():
            moment = cell.replace(second=0, microsecond=0, tzinfo=None)
        case date():
            moment = datetime.combine(cell, time())
        case bool() | time() | timedelta():
            raise CellFault(f"не дата: «{_short(text)}»")
        case int() | float():
            moment = _from_serial(float(cell), text)
        case _ if _SERIAL.fullmatch(text):
            moment = _from_serial(float(text.replace(",", ".")), text)
        case _:
            moment = _from_text(text)
    if moment.year not in _YEARS:
        raise CellFault(f"год вне 2000–2099: «{_short(text)}»")
    return moment


def _from_serial(value: float, text: str) -> datetime:
    if not _FIRST_SERIAL <= value < _LAST_SERIAL:
        raise CellFault(f"не дата: «{_short(text)}»")
    return _EXCEL_ZERO + timedelta(minutes=round(value * 24 * 60))


def _from_text(text: str) -> datetime:
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute = match.groups(default="0")
        year = f"20{year}" if len(year) == 2 else year
    elif match := _ISO.fullmatch(text):
        year, month, day, hour, minute = match.groups(default="0")
    else:
        raise CellFault(f"не дата: «{_short(text)}»")
    try:
        return datetime(int(year), int(month), int(day), int(hour), int(minute))  # noqa: DTZ001 (a local moment)
    except ValueError as error:
        raise CellFault(f"такой даты нет: «{_short(text)}»") from error


_PARSERS: dict[Kind, Callable[[Field, Cell, str], object]] = {
    Kind.TEXT: _text,
    Kind.CLASS: _class,
    Kind.CLASS_OR_GRADE: _class,
    Kind.PERSON: _person,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.CHOICE: _choice,
}
