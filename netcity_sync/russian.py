"""Russian as readers expect it: plurals, initials, dates, numbers, sizes."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

_MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
_SIZE_UNITS = ("Б", "КБ", "МБ", "ГБ")
_LOOK_ALIKES = str.maketrans("ABCEHKMOPTX", "АВСЕНКМОРТХ", "«»\"'“”„")


def plural_word(count: int, one: str, few: str, many: str) -> str:
    """The form that agrees with `count`: 1 урок, 2 урока, 5 уроков."""
    tens, units = count % 100, count % 10
    if units == 1 and tens != 11:
        return one
    return few if units in (2, 3, 4) and tens not in (12, 13, 14) else many


def plural(count: int, one: str, few: str, many: str) -> str:
    """The count with its word: «9 уроков»."""
    return f"{count} {plural_word(count, one, few, many)}"


_UNITS = (
    "", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать",
    "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
    "девятнадцать",
)  # fmt: skip
_TENS = (
    "", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто",
)  # fmt: skip
_HUNDREDS = (
    "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
)  # fmt: skip
_FEMALE = {"один": "одна", "два": "две"}


def number_words(count: int, *, female: bool = False) -> str:
    """A whole number below a million in words: «шестьдесят три», of a feminine noun «двадцать одна»."""
    if not 0 <= count < 1_000_000:
        raise ValueError(count)
    thousands, rest = divmod(count, 1000)
    words = []
    if thousands:
        words += [*_below_thousand(thousands, female=True), plural_word(thousands, "тысяча", "тысячи", "тысяч")]
    words += _below_thousand(rest, female=female)
    return " ".join(words) or "ноль"


def _below_thousand(count: int, *, female: bool) -> list[str]:
    hundreds, rest = divmod(count, 100)
    tens, units = (0, rest) if rest < len(_UNITS) else divmod(rest, 10)
    unit = _UNITS[units]
    return [word for word in (_HUNDREDS[hundreds], _TENS[tens], _FEMALE.get(unit, unit) if female else unit) if word]


def some_of(names: Sequence[str], most: int, between: str = ", ") -> str:
    """The first so many of a list, and how many there are besides: «7А, 7Б и ещё 2»."""
    more = f" и ещё {len(names) - most}" if len(names) > most else ""
    return between.join(names[:most]) + more


def initials(full_name: str) -> str:
    """«Иванов Иван Петрович» → «Иванов И. П.»."""
    surname, *rest = full_name.split() or [""]
    return " ".join([surname, *(f"{part[0]}." for part in rest)])


def short_name(full_name: str) -> str:
    """«Иванов Иван Петрович» → «Иванов И.»: enough within a class, and no more than needed."""
    return " ".join(initials(full_name).split()[:2])


def class_key(name: str) -> str:
    """A class however it is written («7 а», «7A» with a Latin letter, «7 «А»») in one form: «7А»."""
    return "".join(name.split()).upper().translate(_LOOK_ALIKES)


def class_order(name: str) -> tuple[int, str]:
    """Where a class stands among others: by grade, then by name; what names no grade comes first."""
    return int("".join(letter for letter in name if letter.isdigit()) or 0), name


def plain(text: str) -> str:
    """What a text is compared by, however it is written: lower case, «ё» as «е», single spaces."""
    return " ".join(text.lower().replace("ё", "е").split())


def day_month(day: date) -> str:
    """«14.10»."""
    return f"{day:%d.%m}"


def full_date(day: date) -> str:
    """«14.10.2026»."""
    return f"{day:%d.%m.%Y}"


def month_name(day: date) -> str:
    """«октябрь 2026 г.»."""
    return f"{_MONTHS[day.month - 1]} {day.year} г."


def month_title(day: date) -> str:
    """«Октябрь», for headings."""
    return _MONTHS[day.month - 1].capitalize()


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """An aware moment by the school's clocks: «16.10 21:00»."""
    return f"{moment.astimezone(zone):%d.%m %H:%M}"


def full_date_time(moment: datetime, zone: ZoneInfo) -> str:
    """An aware moment by the school's clocks: «16.10.2026 21:00»."""
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"


def number(value: float, digits: int) -> str:
    """A number with a decimal comma and a minus sign; what rounds to nothing has none."""
    return f"{value:z.{digits}f}".replace(".", ",").replace("-", "−")


def size(count: int) -> str:
    """Bytes in a fitting unit: «12,3 МБ»."""
    value = float(count)
    for unit in _SIZE_UNITS[:-1]:
        if value < 1024:
            return f"{number(value, 0 if unit == _SIZE_UNITS[0] else 1)} {unit}"
        value /= 1024
    return f"{number(value, 1)} {_SIZE_UNITS[-1]}"
