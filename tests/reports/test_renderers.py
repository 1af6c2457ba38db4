"""What every renderer must keep of a document, and what each format promises besides."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import openpyxl
import pikepdf
import pytest
from python_calamine import CalamineWorkbook
from support.workbooks import idly_high, too_low

from netcity_sync.reports.charts import distribution_svg, trend_svg
from netcity_sync.reports.document import (
    Column,
    Distribution,
    Document,
    HeatMap,
    Kind,
    Section,
    Series,
    Signature,
    Table,
    Trend,
)
from netcity_sync.reports.html import render_html
from netcity_sync.reports.page import Page
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.registry import RENDERERS
from netcity_sync.reports.xlsx import render_xlsx
from netcity_sync.settings import GostEdition, PdfPart

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
RICH = replace(
    DOCUMENT,
    sections=(
        Section(
            "Качество",
            charts=(
                HeatMap("Качество, %", ("7А", "7Б"), ("Химия", "Физика"), ((0.0, 100.0), (50.0, None)), 0, 100),
                Trend("По неделям, %", ("01.09", "08.09", "15.09"),
                      (Series("7А", (90.0, None, 70.5)), Series("7Б «<»", (80.0, 81.0, 82.0)))),
                Distribution("Категории", ("Отличники", "Хорошисты"), (3, 12)),
            ),
            tables=(
                Table(
                    "Отличники и хорошисты",
                    (
                        Column("Класс"), Column("всего", Kind.INTEGER, group="Отличники"),
                        Column("%", Kind.PERCENT, group="Отличники", digits=1),
                        Column("Ср. балл", Kind.DECIMAL, digits=2),
                    ),
                    (("7А", 3, 12.34, 3.789), ("7 параллель", 3, 12.34, 3.789)),
                    subtotals=frozenset({1}),
                ),
            ),
            new_page=True,
        ),
    ),
    signatures=(Signature("Директор", "Учебнова Е. П.", "Верно"),),
)  # fmt: skip
PEOPLE = Table(
    "Люди",
    (Column("№", Kind.INTEGER, 0.5), Column("Имя"), Column("Период"), Column("Отметка", Kind.INTEGER)),
    tuple(
        (place, f"Ученик {place % 7}", f"{term} четверть", 4) for place in range(1, 31) for term in range(1, 6)
    ),
    subtotals=frozenset(range(4, 150, 5)),
    named_by=2,
)  # fmt: skip
LONG = replace(DOCUMENT, sections=(Section("Длинная", (), (Table("Классы", COLUMNS, ROWS * 100),)),))


@pytest.mark.parametrize("document", [DOCUMENT, RICH], ids=["plain", "rich"])
@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_the_same_document_is_the_same_file(render: Callable[[Document], bytes], document: Document) -> None:
    assert render(document) == render(document)


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


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Учитель: Ким О. В., ждёт.", "Учитель: Ким_О._В., ждёт."),
        ("Из них: Ёжикова А., Оглы-Заде К. М. и ещё 2", "Из них: Ёжикова_А., Оглы-Заде_К._М. и ещё 2"),
        ("Урок в 7 А. Тема записана.", "Урок в 7 А. Тема записана."),
        ("Иванов Иван Петрович", "Иванов Иван Петрович"),
    ],
)
def test_surnames_keep_their_initials_on_pages(words: str, shown: str) -> None:
    document = _saying(words)
    page = render_html(document).decode().replace("\u00a0", "_")
    assert page.count(shown) == 3
    cells = openpyxl.load_workbook(io.BytesIO(render_xlsx(document)))["Кто"]
    assert cells["A2"].value == words, "one searches a workbook by what one types"
    assert render_pdf(document) == render_pdf(_saying(shown.replace("_", "\u00a0")))


def _saying(words: str) -> Document:
    sections = (Section("Главное", (words,), (Table("Кто", (Column("Кто"),), ((words,),)),)),)
    return replace(DOCUMENT, sections=sections, notes=(words,))


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


def test_a_day_among_words_is_a_day_in_a_workbook() -> None:
    table = Table("Дни", (Column("Дата"),), ((date(2026, 9, 14),), ("не позднее 26.03.2027",)))
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(replace(DOCUMENT, sections=(Section("", tables=(table,)),)))))
    assert [cell.number_format for (cell,) in book["Дни"].iter_rows(min_row=2)] == ["dd.mm.yyyy", "General"]


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


@pytest.mark.parametrize(
    ("subtitle", "title"),
    [
        ("об успеваемости за 2 четверть", "Отчёт о проверке об успеваемости за 2 четверть"),
        ("7А класс", "Отчёт о проверке. 7А класс"),
    ],
    ids=["goes on", "stands alone"],
)
def test_every_file_is_titled_in_one_line(subtitle: str, title: str) -> None:
    document = replace(DOCUMENT, subtitle=subtitle)
    assert f"<title>{title}</title>" in render_html(document).decode()
    assert openpyxl.load_workbook(io.BytesIO(render_xlsx(document))).properties.title == title
    with pikepdf.open(io.BytesIO(render_pdf(document))) as pdf:
        assert pdf.open_metadata()["dc:title"] == title


def test_pdf_portrait() -> None:
    with pikepdf.open(io.BytesIO(render_pdf(replace(DOCUMENT, page=Page())))) as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]


@pytest.mark.parametrize("part", PdfPart)
def test_every_part_of_pdf_a_takes_charts(part: PdfPart) -> None:
    with pikepdf.open(io.BytesIO(render_pdf(replace(RICH, page=Page(part=part))))) as pdf:
        meta = pdf.open_metadata()
        assert f"a-{meta['pdfaid:part']}{meta['pdfaid:conformance'].lower()}" == part.value


@pytest.mark.parametrize(
    ("edition", "kept_years", "millimetres"),
    [(GostEdition.OF_2016, 5, 30), (GostEdition.OF_2025, 10, 20), (GostEdition.OF_2025, 11, 30)],
)
def test_papers_that_are_kept_long_leave_thirty_millimetres(
    edition: GostEdition, kept_years: int, millimetres: int
) -> None:
    assert Page(kept_years=kept_years, edition=edition).left == millimetres


@pytest.mark.parametrize(
    ("page", "size", "pitch", "left", "indent"),
    [
        (Page(), 14, 14 * 1.15 * 1.5, 20, 12.5),
        (Page(edition=GostEdition.OF_2016), 12, 12 * 1.15, 30, 12.5),
        (Page(landscape=True), 12, 12 * 1.15, 20, 0),
    ],
    ids=["2025", "2016", "on its side"],
)
def test_running_text_is_set_as_the_standard_wants(
    page: Page, size: float, pitch: float, left: float, indent: float
) -> None:
    """Size, distance of base lines in points, and where the first line and the others begin."""
    words = "Проверены журналы всех классов, замечания названы ниже, срок устранения указан. " * 6
    document = replace(DOCUMENT, sections=(Section("Главное", (words,)),), facts=(), notes=(), page=page)
    with pikepdf.open(io.BytesIO(render_pdf(document))) as pdf:
        lines = _regular_lines(pdf.pages[0])[1:]
    heights = [y for _, _, y in lines]
    assert len(lines) > 3
    assert {font for font, _, _ in lines} == {size}
    assert [above - below for above, below in pairwise(heights)] == pytest.approx([pitch] * (len(lines) - 1), abs=0.1)
    starts = [x / 72 * 25.4 for _, x, _ in lines]
    assert starts == pytest.approx([left + indent, *[left] * (len(lines) - 1)], abs=0.1)


def _regular_lines(page: pikepdf.Page) -> list[tuple[float, float, float]]:
    """Lines set in the font that is not bold: size, left end and base line in points, from the top of the page."""
    found: dict[float, tuple[float, float, float]] = {}
    x = y = 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "cm":
            x, y = float(operands[4]), float(operands[5])
        elif str(operator) == "Tf" and _is_regular(page, str(operands[0])):
            found.setdefault(y, (float(operands[1]), x, y))
    return [found[key] for key in sorted(found, reverse=True)]


def _is_regular(page: pikepdf.Page, font: str) -> bool:
    return "Bold" not in str(page.resources["/Font"][font].BaseFont)


def test_paper_does_not_part_rows_that_belong_together() -> None:
    together, parted = (_rows_by_page(replace(PEOPLE, subtotals=frozenset(), named_by=count)) for count in (2, 0))
    assert sum(together) == sum(parted) == len(PEOPLE.rows)
    assert len(together) > 2
    assert all(rows % 5 == 0 for rows in together)
    assert any(rows % 5 for rows in parted)


def _rows_by_page(table: Table) -> list[int]:
    """Lines of ten points between the margins of each page."""
    document = replace(DOCUMENT, facts=(), notes=(), sections=(Section(table.title, tables=(table,)),), page=Page())
    with pikepdf.open(io.BytesIO(render_pdf(document))) as pdf:
        return [
            sum(size == 10 and y < 842 - 20 / 25.4 * 72 for size, _, y in _regular_lines(page)) for page in pdf.pages
        ]


def test_rows_of_a_workbook_are_as_high_as_their_texts() -> None:
    names = ", ".join(f"Преображенская Александра {number}" for number in range(12))
    plain, grouped = (
        Table(
            title,
            (Column("Имя"), Column("Фамилии всех, кто не успевает", width=4, group=group), Column("Да", group=group)),
            (("Аня", names, "да"), ("Достопримечательность", "Никого", "да"), ("Аня", "Никого", "да")),
            ("Всего", names, ""),
            subtotals=frozenset({1}),
        )
        for title, group in (("Длинные", ""), ("По группам", "Неуспевающие и не аттестованные ученики класса"))
    )  # fmt: skip
    heat = HeatMap("Карта", ("Основы безопасности и защиты Родины", "Химия"), ("7А",), ((1.0,), (2.0,)), 0, 9)
    document = replace(
        DOCUMENT,
        sections=(Section("Главное", (names,), (plain, grouped), (heat,)),),
        facts=(("Школа", names),),
        notes=(names * 4,),
        signatures=(Signature("Заместитель директора по учебно-воспитательной работе"),),
    )
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(document)))
    assert too_low(book) == idly_high(book) == []
    assert book["Длинные"].row_dimensions[2].height >= 15 * len(names) / 36
    assert [book["Длинные"].row_dimensions[row].height for row in (4, 6)] == [None, None]
    assert [book["Карта"].row_dimensions[row].height for row in (2, 3)] == [30, None]


def test_a_page_names_rows_that_belong_together_once() -> None:
    page = render_html(replace(DOCUMENT, sections=(Section("Люди", tables=(PEOPLE,)),))).decode()
    assert page.count(' rowspan="5">Ученик ') == page.count(">Ученик ") == 30
    lines = page.split("<tbody>")[1].split("<tr")[1:]
    assert [line.count("<td") for line in lines] == [4, 2, 2, 2, 2] * 30


def test_a_workbook_names_every_row_for_its_filter() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(replace(DOCUMENT, sections=(Section("", tables=(PEOPLE,)),)))))
    lines = list(book["Люди"].iter_rows(min_row=2))
    assert [tuple(cell.value for cell in line) for line in lines] == list(PEOPLE.rows)
    first, second = lines[0], lines[1]
    assert [cell.font.color == first[0].font.color for cell in second] == [False, False, True, True]


def test_html_draws_charts_and_headings_of_two_levels() -> None:
    page = render_html(RICH).decode()
    assert page.count("<polyline") == 3, "a line is broken where a value is missing"
    assert page.count("<rect") == 2
    assert "7Б «&lt;»" in page
    assert 'colspan="2">Отличники</th>' in page
    assert page.count('rowspan="2"') == 2
    assert 'class="sub"' in page
    for text in ("12,3 %", "3,79", "background:#b5ddb8", "background:#f4b5a5", "Верно", "Учебнова\u00a0Е.\u00a0П."):
        assert text in page


@pytest.mark.parametrize("points", [1, 8, 12, 13, 19, 38, 75])
@pytest.mark.parametrize("name", ["с 14.09", "1 полугодие", "9"])
def test_names_of_points_do_not_touch(name: str, points: int) -> None:
    """By what a letter takes in DejaVu Sans of 12 pixels, the widest that stands for sans-serif: 6.4 in such words."""
    picture = trend_svg(Trend("По неделям", (name,) * points, (Series("Класс", (50.0,) * points),)))
    places = [float(x) for x in re.findall(rf'<text x="([\d.]+)" y="224.0"[^>]*>{name}<', picture)]
    assert len(places) >= min(points, 4)
    for before, later in pairwise(places):
        assert later - before > len(name) * 6.4 + 4
        assert later - before < 2 * (len(name) * 7 + 10) or len(places) == points, "none is left out idly"


def test_every_bar_is_named() -> None:
    names = tuple(f"Не аттестованы {place}" for place in range(9))
    assert all(f">{name}<" in distribution_svg(Distribution("Категории", names, (1,) * 9)) for name in names)


def test_xlsx_colours_a_heat_map_by_its_values() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(RICH)))
    assert book.sheetnames == [
        "О документе", "Качество, %", "По неделям, %", "Категории", "Отличники и хорошисты", "Подписи"
    ]  # fmt: skip
    heat = book["Качество, %"]
    assert [[cell.value for cell in row] for row in heat.iter_rows(min_row=2)] == [["7А", 0, 1], ["7Б", 0.5, None]]
    (rule,) = next(iter(heat.conditional_formatting)).rules
    assert [float(item.val) for item in rule.colorScale.cfvo] == [0, 0.5, 1]
    assert len(book["По неделям, %"]._charts) == len(book["Категории"]._charts) == 1


def test_xlsx_prints_on_a4_with_its_headings_on_every_page() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx(RICH)))["Отличники и хорошисты"]
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (9, 1, 0)
    assert sheet.print_title_rows == "$1:$2"
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:D4"
    assert sorted(str(item) for item in sheet.merged_cells.ranges) == ["A1:A2", "B1:C1", "D1:D2"]
    assert [cell.number_format for cell in sheet[3]] == ["General", "0", "0.0%", "0.00"]
    assert sheet.page_margins.left == pytest.approx(20 / 25.4)


def test_a_table_without_rows_says_so_and_a_title_is_not_told_twice() -> None:
    empty = replace(DOCUMENT, sections=(Section("Классы", tables=(Table("Классы", COLUMNS, ()),)),))
    page = render_html(empty).decode()
    assert "Записей нет." in page
    assert "<h3>" not in page
    assert render_pdf(empty) != render_pdf(replace(DOCUMENT, sections=(Section("Классы"),)))
