"""Files for the exchange folder, as a school would write them."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from netcity_sync.adapters.exchange.folder import TableReading, read_table
from netcity_sync.adapters.exchange.spec import FileSpec

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
