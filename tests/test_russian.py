"""Plurals, names, dates and numbers as Russian readers expect them."""

from datetime import date

import pytest

from netcity_sync import russian


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 уроков"), (1, "1 урок"), (2, "2 урока"), (5, "5 уроков"), (11, "11 уроков"), (21, "21 урок"),
     (22, "22 урока"), (112, "112 уроков"), (101, "101 урок")],
)  # fmt: skip
def test_plurals(count: int, said: str) -> None:
    assert russian.plural(count, "урок", "урока", "уроков") == said


@pytest.mark.parametrize(
    ("full", "short", "initials"),
    [
        ("Иванов Иван Петрович", "Иванов И.", "Иванов И. П."),
        ("Тестова Анна", "Тестова А.", "Тестова А."),
        ("Ли", "Ли", "Ли"),
        ("", "", ""),
    ],
)
def test_names(full: str, short: str, initials: str) -> None:
    assert (russian.short_name(full), russian.initials(full)) == (short, initials)


def test_dates_and_numbers() -> None:
    day = date(2026, 10, 5)
    assert russian.day_month(day) == "05.10"
    assert russian.full_date(day) == "05.10.2026"
    assert russian.month_name(day) == "октябрь 2026 г."
    assert russian.number(3.75, 1) == "3,8"
    assert (russian.number(-3.75, 1), russian.number(-0.04, 1)) == ("−3,8", "0,0")


@pytest.mark.parametrize(
    ("names", "words"),
    [((), ""), (("7А",), "7А"), (("7А", "7Б"), "7А, 7Б"), (("7А", "7Б", "7В"), "7А, 7Б и ещё 1")],
)
def test_some_of_many(names: tuple[str, ...], words: str) -> None:
    assert russian.some_of(names, 2) == words


@pytest.mark.parametrize(
    ("count", "words", "of_feminine"),
    [
        (0, "ноль", "ноль"),
        (1, "один", "одна"),
        (12, "двенадцать", "двенадцать"),
        (22, "двадцать два", "двадцать две"),
        (63, "шестьдесят три", "шестьдесят три"),
        (100, "сто", "сто"),
        (111, "сто одиннадцать", "сто одиннадцать"),
        (1001, "одна тысяча один", "одна тысяча одна"),
        (2540, "две тысячи пятьсот сорок", "две тысячи пятьсот сорок"),
        (15021, "пятнадцать тысяч двадцать один", "пятнадцать тысяч двадцать одна"),
    ],
)
def test_numbers_in_words(count: int, words: str, of_feminine: str) -> None:
    assert russian.number_words(count) == words
    assert russian.number_words(count, female=True) == of_feminine
