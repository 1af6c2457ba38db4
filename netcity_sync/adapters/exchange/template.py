"""Empty workbooks to fill in: headings, hints, drop-downs and limits on what may be typed."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from netcity_sync.adapters.exchange.folder import TableState, read_table
from netcity_sync.adapters.exchange.spec import NONE_WORD, Field, FileSpec, Kind
from netcity_sync.adapters.exchange.xlsx_file import HINTS_SHEET
from netcity_sync.errors import UsageError

_LAST_ROW = 20_000
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_MIN_WIDTH = 12
_WIDTHS = {Kind.TEXT: 30, Kind.PERSON: 34, Kind.MOMENT: 20, Kind.CHOICE: 24}
_FORMATS = {Kind.DATE: "dd.mm.yyyy", Kind.MOMENT: "dd.mm.yyyy hh:mm", Kind.INTEGER: "0", Kind.NUMBER: "General"}
_MESSAGE_LENGTH, _TITLE_LENGTH = 255, 32


def write_template(spec: FileSpec, folder: Path, *, force: bool) -> Path | None:
    """Write a table's template into the folder; None where a file that holds anything was left as it is.

    Raises UsageError where the folder or the file cannot be written.
    """
    path = folder / f"{spec.stem}.xlsx"
    if path.exists() and not force and read_table(spec, [path]).state is not TableState.EMPTY:
        return None
    fresh = path.with_name(f".{path.name}.new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(template_bytes(spec))
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(
            "Образец не записан.", where=str(path), todo="Закройте файл в Excel и проверьте права на папку."
        ) from error
    return path


def template_bytes(spec: FileSpec) -> bytes:
    """The workbook: an empty table, and a sheet that explains it."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": spec.title})
    _write_table(book, spec)
    _write_hints(book, spec)
    book.close()
    return buffer.getvalue()


def _write_table(book: Any, spec: FileSpec) -> None:
    sheet = book.add_worksheet(spec.title)
    border = {"border": 1, "border_color": "#C9D2DC", "text_wrap": True, "valign": "top"}
    required = book.add_format({**border, "bold": True, "bg_color": "#DCE8F4"})
    optional = book.add_format({**border, "bg_color": "#EEF2F6"})
    for place, column in enumerate(spec.fields):
        cells = book.add_format({"num_format": _FORMATS.get(column.kind, "@")})
        width = max(_MIN_WIDTH, len(column.heading) + 2, _WIDTHS.get(column.kind, 0))
        sheet.set_column(place, place, width, cells)
        sheet.write_string(0, place, column.heading, required if column.required else optional)
        sheet.data_validation(1, place, _LAST_ROW, place, _validation(column))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, _LAST_ROW, len(spec.fields) - 1)


def _validation(column: Field) -> dict[str, Any]:
    """What Excel checks and says when a cell is chosen or a value is refused."""
    rules: dict[Kind, dict[str, Any]] = {
        Kind.CHOICE: {"validate": "list", "source": list(column.choices.values())},
        Kind.INTEGER: {"validate": "integer", "criteria": "between", "minimum": column.low, "maximum": column.high},
        Kind.NUMBER: {"validate": "decimal", "criteria": "between", "minimum": column.low, "maximum": column.high},
        Kind.DATE: {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY},
        Kind.MOMENT: {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY},
    }
    return {
        **rules.get(column.kind, {"validate": "any"}),
        "input_title": column.heading[:_TITLE_LENGTH],
        "input_message": column.hint[:_MESSAGE_LENGTH],
        "error_title": "Так нельзя",
        "error_message": f"Нужно: {column.allowed}."[:_MESSAGE_LENGTH],
    }


def _write_hints(book: Any, spec: FileSpec) -> None:
    sheet = book.add_worksheet(HINTS_SHEET)
    text = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#DCE8F4", "border": 1, "border_color": "#C9D2DC"})
    for place, width in enumerate((26, 16, 52, 48, 40)):
        sheet.set_column(place, place, width)
    sheet.merge_range(0, 0, 0, 4, spec.meaning, text)
    sheet.set_row(0, 32)
    empty = f"Если вносить нечего, впишите в первую строку под заголовками слово «{NONE_WORD}»."
    sheet.merge_range(1, 0, 1, 4, f"Заполняйте лист «{spec.title}». {empty}", text)
    for place, title in enumerate(("Столбец", "Обязательный", "Что писать", "Что допустимо", "Пример")):
        sheet.write_string(3, place, title, head)
    for row, column in enumerate(spec.fields, start=4):
        sheet.write_string(row, 0, column.heading, bold)
        required = "да" if column.required else "нет"
        for place, value in enumerate((required, column.hint, column.allowed, column.example), start=1):
            sheet.write_string(row, place, value, text)
    sheet.freeze_panes(4, 0)
