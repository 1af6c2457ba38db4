"""One cell: every way to write a value that schools use, and what is refused."""

from datetime import date, datetime, time

import pytest

from netcity_sync.adapters.exchange.cells import CellFault, parse_cell
from netcity_sync.adapters.exchange.spec import YES_NO, Field, Kind
from netcity_sync.model import WorkKind

DAY = datetime(2026, 10, 5)


def parse(kind: Kind, cell: object, **more: object) -> object:
    return parse_cell(Field("x", "Столбец", kind, "", **more), cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "05.10.2026", "5.10.26", "5.10.2026 г.", " 05.10.2026\u00a0", "2026-10-05", "2026-10-05T00:00:00", 46300,
        46300.0, "46300", date(2026, 10, 5), DAY, "05.10.2026 14:30", 46300.6,
    ],
)  # fmt: skip
def test_dates(cell: object) -> None:
    assert parse(Kind.DATE, cell) == date(2026, 10, 5)


@pytest.mark.parametrize(
    "cell", ["32.01.2026", "31.02.2026", "05/10/2026", "завтра", "05.10.1826", 3, 1e9, True, time(9), "05.10"]
)
def test_not_dates(cell: object) -> None:
    with pytest.raises(CellFault):
        parse(Kind.DATE, cell)


@pytest.mark.parametrize(
    ("cell", "minute"),
    [("05.10.2026 14:30", 870), ("05.10.2026", 0), ("2026-10-05 14:30:59", 870), (46300 + 870 / 1440, 870),
     (datetime(2026, 10, 5, 14, 30, 59), 870), ("05.10.2026 9:05", 545)],
)  # fmt: skip
def test_moments(cell: object, minute: int) -> None:
    assert parse(Kind.MOMENT, cell) == datetime(2026, 10, 5, minute // 60, minute % 60)


@pytest.mark.parametrize(("cell", "value"), [(3, 3), (3.0, 3), ("3", 3), ("3,0", 3), ("1 000", 1000), ("3.00", 3)])
def test_integers(cell: object, value: int) -> None:
    assert parse(Kind.INTEGER, cell) == value


@pytest.mark.parametrize(("cell", "value"), [("3,5", 3.5), ("3.5", 3.5), (3.5, 3.5), ("1\u00a0000,25", 1000.25)])
def test_numbers(cell: object, value: float) -> None:
    assert parse(Kind.NUMBER, cell) == value


@pytest.mark.parametrize(
    "cell", ["3,5", 3.5, "три", -1, 16, True, date(2026, 1, 3), "9" * 5000, float("nan"), float("inf")]
)
def test_not_integers(cell: object) -> None:
    with pytest.raises(CellFault):
        parse(Kind.INTEGER, cell, high=15)


@pytest.mark.parametrize(
    ("cell", "name"),
    [("7А", "7А"), ("7 а", "7А"), ("7A", "7А"), ("7 «А»", "7А"), ("10-1", "10-1"), ("11 класс", "11"), (9.0, "9"),
     ("5Б класс", "5Б")],
)  # fmt: skip
def test_classes(cell: object, name: str) -> None:
    assert parse(Kind.CLASS, cell) == name


@pytest.mark.parametrize("cell", ["А7", "13А", "9, 11", 7.5, "класс", "0А", date(2026, 1, 10)])
def test_not_classes(cell: object) -> None:
    with pytest.raises(CellFault):
        parse(Kind.CLASS, cell)


def test_a_class_that_excel_took_for_a_date_is_explained() -> None:
    with pytest.raises(CellFault, match="превратил значение в дату"):
        parse(Kind.CLASS, date(2026, 1, 10))


@pytest.mark.parametrize(
    "cell",
    ["Иванова Мария Петровна", "Салтыков-Щедрин Иван", "Иванова М. П.", "Иванова М.П.", "О'Нил Анна", "Али Оглы Ян"],
)
def test_persons(cell: str) -> None:
    assert parse(Kind.PERSON, cell) == cell


@pytest.mark.parametrize("cell", ["Иванова", "112-233-445 95", "Иванова Мария 89001234567", "Иванова, Мария", 5])
def test_not_persons(cell: object) -> None:
    with pytest.raises(CellFault):
        parse(Kind.PERSON, cell)


def test_invisible_letters_go() -> None:
    assert parse(Kind.PERSON, "\ufeffИва\u00adнова\u00a0 Мария\u200b") == "Иванова Мария"


def test_choices() -> None:
    works = {WorkKind.CONTROL: "контрольная работа", WorkKind.SPEECH: "учёба"}
    assert parse(Kind.CHOICE, " Контрольная  РАБОТА. ", choices=works) is WorkKind.CONTROL
    assert parse(Kind.CHOICE, "учеба", choices=works) is WorkKind.SPEECH
    assert parse(Kind.CHOICE, False, choices=YES_NO) is False
    with pytest.raises(CellFault, match="такого значения нет"):
        parse(Kind.CHOICE, "тест", choices=works)


@pytest.mark.parametrize(("cell", "text"), [(15.0, "15"), ("  а\u00a0 б\n", "а б"), (1.5, "1,5"), ("-5", "-5")])
def test_texts(cell: object, text: str) -> None:
    assert parse(Kind.TEXT, cell) == text


@pytest.mark.parametrize("cell", ["=1+1", "@СУММ(A1)", "а\x01", "я" * 1001])
def test_not_texts(cell: str) -> None:
    with pytest.raises(CellFault):
        parse(Kind.TEXT, cell)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CHOICE])
def test_empty_is_none(kind: Kind) -> None:
    assert parse(kind, None) is parse(kind, " \u00a0") is None
