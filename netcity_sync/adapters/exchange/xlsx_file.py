"""An XLSX workbook as a grid: values through calamine; what calamine hides (formulas, errors) from the XML itself."""

import html
import posixpath
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from netcity_sync.adapters.exchange.grid import FileFault, Grid, GridRow, Notice, folded
from netcity_sync.adapters.exchange.spec import FileSpec

HINTS_SHEET = "Пояснения"
_OLE_MARK = b"\xd0\xcf\x11\xe0"
_MAX_UNPACKED = 200 * 1024 * 1024
_MAX_CELLS = 20_000_000
_DAMAGE = (
    BadZipFile, CalamineError, zlib.error, KeyError, OSError, ValueError, EOFError, NotImplementedError, RuntimeError,
    StopIteration,
)  # fmt: skip
"""What a damaged archive or workbook makes the libraries raise."""
_SAVE_ANEW = "откройте его в Excel и сохраните снова как «Книга Excel (.xlsx)»"
_WORKBOOK = "xl/workbook.xml"
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_DATES_1904 = re.compile(rb'<(?:\w+:)?workbookPr\s[^>]*\bdate1904="(?:1|true)"')
_FORMULA = re.compile(rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f[\s>/]")
_ERROR = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>')
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def read_xlsx(name: str, data: bytes, spec: FileSpec) -> Grid:
    """The sheet of a workbook that holds the table. Raises FileFault."""
    if data.startswith(_OLE_MARK):
        raise FileFault("книга защищена паролем или сохранена в старом формате", f"снимите пароль; {_SAVE_ANEW}")
    try:
        with ZipFile(BytesIO(data)) as archive:
            _refuse_bombs(archive)
            book = load_workbook(BytesIO(data))
            sheet, others = _choose(book, spec)
            xml = archive.read(_sheet_part(archive, sheet))
            broken = dict(_broken(xml, sheet))
            _refuse_wide(xml, sheet)
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            filled = [other for other in others if _VALUE.search(archive.read(_sheet_part(archive, other)))]
    except _DAMAGE as error:
        if isinstance(error, FileFault):
            raise
        raise FileFault("это не книга Excel, или она повреждена", _SAVE_ANEW) from error
    notices = tuple(Notice(name, f"лист не читается: «{other}»") for other in filled)
    numbered = tuple(GridRow(number, tuple(cells)) for number, cells in enumerate(rows, start=1))
    return Grid(name, sheet, numbered, broken, notices=notices)


def _refuse_bombs(archive: ZipFile) -> None:
    if sum(item.file_size for item in archive.infolist()) > _MAX_UNPACKED:
        raise FileFault("книга слишком велика", "оставьте в ней только одну таблицу")
    if _DATES_1904.search(archive.read(_WORKBOOK)):
        raise FileFault("в книге включена система дат 1904", "выключите её в параметрах Excel и проверьте даты")


def _choose(book: CalamineWorkbook, spec: FileSpec) -> tuple[str, list[str]]:
    """The sheet with the table's title, else the first visible one; and the other visible ones."""
    visible = [
        item.name
        for item in book.sheets_metadata
        if item.visible == SheetVisibleEnum.Visible and item.typ == SheetTypeEnum.WorkSheet
    ]
    tables = [name for name in visible if folded(name) != folded(HINTS_SHEET)]
    if not tables:
        raise FileFault("в книге нет листа с таблицей", "netcity-sync exchange template")
    chosen = next((name for name in tables if folded(name) == folded(spec.title)), tables[0])
    return chosen, [name for name in tables if name != chosen]


def _refuse_wide(xml: bytes, sheet: str) -> None:
    """A single value at the far end of a sheet would make all cells before it come to memory."""
    last_row = last_place = 0
    for letters, number in _CELL.findall(xml):
        last_row, last_place = max(last_row, int(number)), max(last_place, _place(letters.decode()))
    if last_row * (last_place + 1) > _MAX_CELLS:
        todo = "скопируйте таблицу в новую книгу: где-то далеко справа или внизу стоит лишняя ячейка"
        raise FileFault("лист слишком велик", todo, sheet)


def _broken(xml: bytes, sheet: str) -> Iterator[tuple[tuple[int, int], str]]:
    for pattern, reason in (
        (_ERROR, "в ячейке ошибка Excel"),
        (_FORMULA, "в ячейке формула; вставьте её значение (Специальная вставка → Значения)"),
    ):
        for match in pattern.finditer(xml):
            place = _PLACE.search(match[1])
            if place is None:
                raise FileFault("на листе есть формулы", f"вставьте вместо них значения; {_SAVE_ANEW}", sheet)
            yield (int(place[2]), _place(place[1].decode())), reason


def _sheet_part(archive: ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet."""
    listed = (_attributes(found) for found in _SHEET.findall(archive.read(_WORKBOOK)))
    ours = next(item for item in listed if item.get("name") == sheet)
    relation = next(value for name, value in ours.items() if name.endswith(":id"))
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
