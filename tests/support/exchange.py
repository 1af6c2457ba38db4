"""Files for the exchange folder, as a school would write them."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from io import BytesIO, StringIO
from pathlib import Path

import xlsxwriter

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.folder import TableReading, read_table
from netcity_sync.adapters.exchange.spec import NONE_WORD, FileSpec, Kind
from netcity_sync.adapters.exchange.spec import Field as Column
from netcity_sync.model import Entity

PLAN_HEAD = ("Класс", "Предмет", "№ урока", "Тема")
OPT_OUT_HEAD = ("Класс", "Ученик", "Дата заявления", "Канал")
PUPIL = "Иванов Иван Петрович"


def workbook(
    *rows: tuple[object, ...], sheet: str = "КТП", more: dict[str, list[tuple[object, ...]]] | None = None
) -> bytes:
    """A workbook; dates get the look of dates, and texts that begin with = become formulas."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for name, content in {sheet: list(rows), **(more or {})}.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(content):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(number, place, value, moment)
                elif isinstance(value, date):
                    page.write_datetime(number, place, value, day)
                else:
                    page.write(number, place, value)
    book.close()
    return buffer.getvalue()


def csv_text(*rows: tuple[object, ...], delimiter: str = ";") -> str:
    """Rows joined by a delimiter, none of which needs quotes."""
    return "\r\n".join(delimiter.join(str(value) for value in row) for row in rows) + "\r\n"


def read(folder: Path, spec: FileSpec, name: str, data: bytes | str) -> TableReading:
    """What a table holds when this is its only file."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(spec, [path])


def table_text(spec: FileSpec, entities: Iterable[Entity]) -> str:
    """A CSV of a table that holds these rows; with none it says that there is nothing to list."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([column.heading for column in spec.fields])
    rows = [[cell_text(column, getattr(item, column.name)) for column in spec.fields] for item in entities]
    writer.writerows(rows or [[NONE_WORD]])
    return buffer.getvalue()


def cell_text(column: Column, value: object) -> str:
    """A value of the model as a person would type it into that column."""
    match value:
        case None:
            return ""
        case Enum() | bool() if column.kind is Kind.CHOICE:
            return column.choices[value]
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case float():
            return f"{value:g}".replace(".", ",")
    return str(value)


def hand_in(folder: Path, tables: Mapping[str, Iterable[Entity]]) -> bool:
    """Bring tables, by the names of their files, into the folder; answers whether any is another than the one there."""
    folder.mkdir(exist_ok=True)
    specs = {spec.stem: spec for spec in FILES}
    changed = False
    for stem, entities in tables.items():
        path, text = folder / f"{stem}.csv", table_text(specs[stem], entities)
        if not path.exists() or path.read_bytes() != text.encode():
            path.write_bytes(text.encode())
            changed = True
    return changed
