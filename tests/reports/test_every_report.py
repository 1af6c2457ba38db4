"""What every report of the registry keeps to: one that is entered there is tested here, in each of its formats."""

import io
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from support.reports import period_of
from support.whole_school import WholeSchool
from support.workbooks import idly_high, too_low

from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.reports.document import Document
from netcity_sync.reports.html import render_html
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.period import PeriodKind
from netcity_sync.reports.registry import Report, all_reports
from netcity_sync.reports.xlsx import render_xlsx

DAY = date(2027, 3, 17)
EVERY = pytest.mark.parametrize(
    ("report", "kind"),
    [(report, kind) for report in all_reports() for kind in report.periods],
    ids=lambda item: item.id if isinstance(item, Report) else item.value,
)


def document(school: WholeSchool, report: Report, kind: PeriodKind) -> Document:
    """That of the one in the middle: the last classes have half-years, the first ones no marks."""
    term = "3 четверть"
    period = period_of(
        school.desk, kind, term=term, day=DAY, since=date(2027, 2, 1), news=school.desk.term_period(term).last
    )
    wanted = wanted_reports(school.desk, report, period)
    return report.build(school.desk, wanted[len(wanted) // 2].request)


@EVERY
def test_it_is_the_same_when_made_again_and_says_what_it_rests_on(
    school_year: WholeSchool, report: Report, kind: PeriodKind
) -> None:
    made = document(school_year, report, kind)
    assert made == document(school_year, report, kind)
    assert any(f"прогон № {school_year.desk.snapshot.run_id}" in note for note in made.notes)
    assert {"Школа", "Период", "Данные на", "Основание"} <= {label for label, _ in made.facts}
    for section in made.sections:
        for table in section.tables:
            assert all(len(row) == len(table.columns) for row in (*table.rows, *filter(None, [table.total])))


@EVERY
def test_its_pdf_is_what_it_claims(school_year: WholeSchool, report: Report, kind: PeriodKind) -> None:
    pdf_bytes = render_pdf(document(school_year, report, kind))
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not pdf.is_encrypted
        assert b"/JavaScript" not in pdf_bytes
        for page in pdf.pages:
            for font in page.resources.get("/Font", {}).values():
                (descendant,) = font.DescendantFonts
                assert "/FontFile3" in descendant.FontDescriptor or "/FontFile2" in descendant.FontDescriptor


@EVERY
def test_its_page_and_workbook_hold_its_tables(school_year: WholeSchool, report: Report, kind: PeriodKind) -> None:
    made = document(school_year, report, kind)
    page = render_html(made).decode()
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(made)))
    assert made.title in page
    assert all(len(name) <= 31 for name in book.sheetnames)
    tables = [table for section in made.sections for table in section.tables]
    charts = [chart for section in made.sections for chart in section.charts]
    assert len(book.sheetnames) == 1 + len(tables) + len(charts) + bool(made.signatures)
    assert not too_low(book)
    assert not idly_high(book)


@pytest.mark.soak
@EVERY
def test_libreoffice_opens_its_workbook_and_prints_it_a_page_wide(
    school_year: WholeSchool, report: Report, kind: PeriodKind, tmp_path: Path
) -> None:
    """Types stay what they are, nothing needs repair, and every table keeps all its columns on each of its pages."""
    office = shutil.which("soffice")
    assert office, "needs LibreOffice: libreoffice-calc and poppler-utils"
    source = tmp_path / "report.xlsx"
    source.write_bytes(render_xlsx(document(school_year, report, kind)))
    for form in ("pdf", "xlsx:Calc MS Excel 2007 XML"):
        command = [office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
        subprocess.run(
            [*command, "--convert-to", form, "--outdir", str(tmp_path / "out"), str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    before = openpyxl.load_workbook(source)
    after = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx")
    assert before.sheetnames == after.sheetnames
    for name in before.sheetnames:
        for ours, theirs in zip(before[name].iter_rows(), after[name].iter_rows(), strict=False):
            for mine, its in zip(ours, theirs, strict=False):
                assert (
                    mine.value == pytest.approx(its.value)
                    if isinstance(mine.value, float)
                    else (mine.value or None) == (its.value or None)
                ), f"{name}!{mine.coordinate}"
                assert getattr(mine, "is_date", False) == getattr(its, "is_date", False)
    shown = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "out" / "report.pdf"), "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    pages = [page for page in shown.split("\f") if page.strip()]
    assert len(pages) >= len(before.sheetnames)
    numbered = [re.search(r"Стр\. (\d+) из (\d+)", page) for page in pages]
    assert [item and int(item[1]) for item in numbered] == [*range(1, len(pages) + 1)]
