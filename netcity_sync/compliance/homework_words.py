"""What homework says, as far as words can tell (docs/checks.md «Rules», HW-03 to HW-06)."""

import re

from netcity_sync.russian import plain

_FORMAL = frozenset({
    "см тетрадь", "см в тетради", "смотри тетрадь", "смотреть тетрадь", "по тетради", "в тетради", "тетрадь",
    "запись в тетради", "записи в тетради", "см учебник", "по учебнику", "в учебнике", "учебник", "учить", "выучить",
    "повторить", "читать", "прочитать", "решить", "сделать", "доделать", "дописать", "задание", "дз", "д/з",
})  # fmt: skip
"""Texts that say nothing of what is to be done, without marks of punctuation."""

_NONE_SET = ("не задан", "без задан", "нет задан", "без домашн", "нет домашн", "домашнего задания нет")
_SHORTEST = 2
_LONG = re.compile(r"(?<!\w)(реферат|проект|доклад|презентаци|исследовательск|сообщени)")
_BEGUN = re.compile(
    r"(?<!\w)(защи|доделать|доработать|доготовить|дооформить|оформить|закончить|завершить|продолж|сдать|сдача|принести|"
    r"прислать|прочитать|по желанию|желающ)"
)
_HOLIDAYS = re.compile(r"(?<!\w)(на|в|во время|за|в течение) ((осенни|зимни|весенни|летни|все)\w* )?каникул")


def is_formal(text: str) -> int:
    """1 where homework says nothing: two characters without a digit, or words such as «см. тетрадь» alone."""
    stripped = text.strip()
    short = len(stripped) <= _SHORTEST and not any(sign.isdigit() for sign in stripped)
    bare = plain(re.sub(r"[^\w/]+", " ", stripped)).strip("/ ")
    return int(short or not bare or bare in _FORMAL)


def is_none_set(text: str) -> int:
    """1 where it says that nothing is set."""
    bare = plain(re.sub(r"[^\w]+", " ", text))
    return int(bare == "нет" or bare.startswith(_NONE_SET))


def is_long_task(text: str) -> int:
    """1 where it sets a work of many days anew: a report, a project, a presentation."""
    words = plain(text)
    return int(_LONG.search(words) is not None and _BEGUN.search(words) is None)


def is_for_holidays(text: str) -> int:
    """1 where it is set for the vacation by its own words."""
    return int(_HOLIDAYS.search(plain(text)) is not None)
