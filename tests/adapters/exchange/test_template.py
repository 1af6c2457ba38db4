"""Templates: empty, explained, guarded, and read back as they were filled."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from python_calamine import load_workbook
from support.exchange import csv_text, read

from netcity_sync.adapters.exchange import template as template_module
from netcity_sync.adapters.exchange.files import FILES, PLAN
from netcity_sync.adapters.exchange.folder import TableState, read_table
from netcity_sync.adapters.exchange.guide import guide_text
from netcity_sync.adapters.exchange.spec import FileSpec, Kind
from netcity_sync.adapters.exchange.template import template_bytes, write_template
from netcity_sync.adapters.exchange.xlsx_file import read_xlsx

ROOT = Path(__file__).parents[3]
every_file = pytest.mark.parametrize("spec", FILES, ids=lambda spec: spec.stem)


@every_file
def test_a_template_holds_headings_and_nothing_else(tmp_path: Path, spec: FileSpec) -> None:
    reading = read(tmp_path, spec, f"{spec.stem}.xlsx", template_bytes(spec))
    assert (reading.state, reading.problems) == (TableState.EMPTY, ())
    grid = read_xlsx("x", template_bytes(spec), spec)
    assert [row.cells for row in grid.rows] == [tuple(item.heading for item in spec.fields)]


@every_file
def test_a_template_explains_and_guards(spec: FileSpec) -> None:
    data = template_bytes(spec)
    book = load_workbook(BytesIO(data))
    assert book.sheet_names == [spec.title, "Пояснения"]
    said = " ".join(str(cell) for row in book.get_sheet_by_name("Пояснения").to_python() for cell in row)
    xml = ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in xml
    for item in spec.fields:
        assert item.hint in said
        assert item.example in said
        if item.kind is Kind.CHOICE:
            assert f'"{",".join(item.choices.values())}"' in xml


@every_file
def test_a_filled_template_is_taken(tmp_path: Path, spec: FileSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _filled(spec, monkeypatch)
    reading = read(tmp_path, spec, f"{spec.stem}.xlsx", data)
    assert (reading.state, reading.problems, len(reading.rows)) == (TableState.READY, (), 1)
    same = csv_text(
        tuple(item.heading for item in spec.fields), tuple(item.example.replace(";", "") for item in spec.fields)
    )
    assert read(tmp_path, spec, f"{spec.stem}.csv", same).rows == reading.rows


def _filled(spec: FileSpec, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The template with its examples typed in under the headings, by the same writer that made it."""
    write = template_module._write_hints

    def fill_too(book: xlsxwriter.Workbook, table: FileSpec) -> None:
        sheet = book.get_worksheet_by_name(table.title)
        for place, item in enumerate(table.fields):
            sheet.write_string(1, place, item.example)
        write(book, table)

    with monkeypatch.context() as patch:
        patch.setattr(template_module, "_write_hints", fill_too)
        return template_bytes(spec)


def test_what_was_filled_in_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "plan.xlsx"
    assert write_template(PLAN, path.parent, force=False) == path
    assert write_template(PLAN, path.parent, force=False) == path
    for data in (_filled(PLAN, monkeypatch), b"damaged"):
        path.write_bytes(data)
        assert write_template(PLAN, path.parent, force=False) is None
        assert path.read_bytes() == data
    assert write_template(PLAN, path.parent, force=True) == path
    assert read_table(PLAN, [path]).state is TableState.EMPTY
    assert [item.name for item in path.parent.iterdir()] == ["plan.xlsx"]


def test_the_guide_is_in_step_with_the_declarations() -> None:
    assert (ROOT / "docs/exchange.md").read_text(encoding="utf-8") == guide_text()
