"""An XLSX workbook as a grid: values through calamine; what calamine hides (formulas, errors) from the XML itself."""

import html
import posixpath
import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from netcity_sync.adapters.exchange.grid import FileFault, Grid, GridRow, Notice, folded
from netcity_sync.adapters.exchange.spec import FileSpec

HINTS_SHEET = "Пояснения"
_MAX_UNPACKED = 200 * 1024 * 1024
_SAVE_ANEW = "откройте его в Excel и сохраните снова как «Книга Excel (.xlsx)»"
_WORKBOOK = "xl/workbook.xml"
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_DATES_1904 = re.compile(rb'<(?:\w+:)?workbookPr\s[^>]*\bdate1904="(?:1|true)"')
_FORMULA = re.compile(rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f[\s>/]")
_ERROR = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def read_xlsx(name: str, data: bytes, spec: FileSpec) -> Grid:
    """The sheet of a workbook that holds the table. Raises FileFault."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            _refuse_bombs(archive)
            book = load_workbook(BytesIO(data))
            sheet, others = _choose(book, spec)
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            broken = dict(_broken(archive, sheet))
    except (BadZipFile, CalamineError, KeyError, OSError, ValueError, EOFError, NotImplementedError) as error:
        if isinstance(error, FileFault):
            raise
        raise FileFault("это не книга Excel, или она повреждена", _SAVE_ANEW) from error
    notices = tuple(Notice(name, f"лист не читается: «{other}»") for other in others)
    numbered = tuple(GridRow(number, tuple(cells)) for number, cells in enumerate(rows, start=1))
    return Grid(name, sheet, numbered, broken, notices=notices)


def _refuse_bombs(archive: ZipFile) -> None:
    if sum(item.file_size for item in archive.infolist()) > _MAX_UNPACKED:
        raise FileFault("книга слишком велика", "оставьте в ней только одну таблицу")
    if _DATES_1904.search(archive.read(_WORKBOOK)):
        raise FileFault("в книге включена система дат 1904", "выключите её в параметрах Excel и проверьте даты")


def _choose(book: CalamineWorkbook, spec: FileSpec) -> tuple[str, list[str]]:
    """The sheet with the table's title, else the first visible one; and the other visible ones that hold anything."""
    visible = [
        item.name
        for item in book.sheets_metadata
        if item.visible == SheetVisibleEnum.Visible and item.typ == SheetTypeEnum.WorkSheet
    ]
    tables = [name for name in visible if folded(name) != folded(HINTS_SHEET)]
    if not tables:
        raise FileFault("в книге нет листа с таблицей", "netcity-sync exchange template")
    chosen = next((name for name in tables if folded(name) == folded(spec.title)), tables[0])
    others = [name for name in tables if name != chosen and book.get_sheet_by_name(name).total_height]
    return chosen, others


def _broken(archive: ZipFile, sheet: str) -> Iterator[tuple[tuple[int, int], str]]:
    xml = archive.read(_sheet_part(archive, sheet))
    for pattern, reason in (
        (_ERROR, "в ячейке ошибка Excel"),
        (_FORMULA, "в ячейке формула; вставьте её значение (Специальная вставка → Значения)"),
    ):
        for match in pattern.finditer(xml):
            if place := _PLACE.search(match[1]):
                yield (int(place[2]), _place(place[1].decode())), reason


def _sheet_part(archive: ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet."""
    listed = (_attributes(found) for found in _SHEET.findall(archive.read(_WORKBOOK)))
    relation = next(
        value
        for item in listed
        if item.get("name") == sheet
        for key, value in item.items()
        if key.rpartition(":")[2] == "id" and ":" in key
    )
    relations = (_attributes(found) for found in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")))
    target = next(item["Target"] for item in relations if item.get("Id") == relation)
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _attributes(text: bytes) -> dict[str, str]:
    pairs = re.findall(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", text.decode())
    return {name: html.unescape(double or single) for name, double, single in pairs}


def _place(letters: str) -> int:
    """The place in a row of a column as Excel names it: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
