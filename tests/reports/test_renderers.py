"""What every renderer must keep of a document, and what each format promises besides."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from netcity_sync.reports.document import Column, Document, Kind, Section, Table
from netcity_sync.reports.html import render_html
from netcity_sync.reports.page import Page
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.registry import RENDERERS
from netcity_sync.reports.xlsx import render_xlsx

COLUMNS = (
    Column("Класс"), Column("Уроков", Kind.INTEGER), Column("Доля", Kind.PERCENT), Column("Задержка", Kind.DECIMAL),
    Column("Дата", Kind.DATE),
)  # fmt: skip
ROWS = (
    ("7А «Химия» <1>", 9, 62.5, 3.25, date(2026, 9, 14)),
    ("=SUM(A1)", 0, None, None, None),
)
DOCUMENT = Document(
    title="Отчёт о проверке",
    subtitle="За сентябрь 2026 г.",
    facts=(("Школа", "МБОУ «СОШ № 1» & Ко"),),
    sections=(Section("Главное", ("Всё хорошо.",), (Table("Классы", COLUMNS, ROWS, ("Школа", 9, 62.5, 3.25, None)),)),),
    notes=("Составлено по зеркалу.",),
    made_at=datetime(2026, 10, 5, 16, tzinfo=UTC),
    page=Page(landscape=True),
)
LONG = replace(DOCUMENT, sections=(Section("Длинная", (), (Table("Классы", COLUMNS, ROWS * 100),)),))


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_the_same_document_is_the_same_file(render: Callable[[Document], bytes]) -> None:
    assert render(DOCUMENT) == render(DOCUMENT)


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_a_document_without_tables_is_a_document(render: Callable[[Document], bytes]) -> None:
    assert len(render(replace(DOCUMENT, sections=(Section("Пусто", ("Замечаний нет.",)),)))) > 500


def test_html_shows_every_text_and_no_markup_from_data() -> None:
    page = render_html(DOCUMENT).decode()
    for text in ("Отчёт о проверке", "За сентябрь 2026 г.", "СОШ № 1» &amp; Ко", "Всё хорошо.", "7А «Химия» &lt;1&gt;",
                 "62 %", "3,2", "14.09.2026", "—", "Составлено по зеркалу."):  # fmt: skip
        assert text in page
    assert '<html lang="ru">' in page
    assert "viewport" in page


def test_xlsx_keeps_types() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(DOCUMENT)))
    assert book.sheet_names == ["О документе", "Классы"]
    sheet = book.get_sheet_by_name("Классы").to_python()
    assert sheet[0] == [column.title for column in COLUMNS]
    assert sheet[1] == ["7А «Химия» <1>", 9.0, 0.625, 3.25, date(2026, 9, 14)]
    assert sheet[2] == ["=SUM(A1)", 0.0, "", "", ""]
    assert sheet[3][:4] == ["Школа", 9.0, 0.625, 3.25]
    cover = [cell for row in book.get_sheet_by_name("О документе").to_python() for cell in row]
    for text in ("Отчёт о проверке", "Школа", "Всё хорошо.", "Составлено по зеркалу."):
        assert text in cover


def test_pdf_is_the_archive_format_that_it_claims() -> None:
    with pikepdf.open(io.BytesIO(render_pdf(LONG))) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
        assert meta["dc:title"] == "Отчёт о проверке. За сентябрь 2026 г."
        assert not pdf.is_encrypted
        assert pdf.Root.Lang == "ru"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        assert len(pdf.pages) > 2
        for page in pdf.pages:
            assert [round(float(side)) for side in page.mediabox[2:]] == [842, 595]
            for font in page.resources.Font.values():
                (descendant,) = font.DescendantFonts
                assert "/FontFile3" in descendant.FontDescriptor or "/FontFile2" in descendant.FontDescriptor


def test_pdf_portrait() -> None:
    with pikepdf.open(io.BytesIO(render_pdf(replace(DOCUMENT, page=Page())))) as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
