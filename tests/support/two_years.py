"""A school of one class that lives through two school years; the GIS shows only the newer one, as it does."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from netcity_sync.adapters.source import Page
from netcity_sync.jobs import archive_makers
from netcity_sync.model import Dictionaries, FinalKind, SchoolYear, Student
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.document import Column, Document, Section, Table
from netcity_sync.reports.period import PeriodKind
from netcity_sync.reports.registry import Report
from netcity_sync.reports.request import About, Request
from support.school import Book, BookSource, Trial

OLD, NEW = "2026/2027", "2027/2028"
PUPILS = [Student(id=1, name="Иванов Иван Петрович"), Student(id=2, name="Ёлкина Анна Ильинична")]
NEXT_TERM = 9


class YearSource(BookSource):
    """Serves the year that `second` says."""

    second = False

    def read_dictionaries(self) -> Page[Dictionaries]:
        content = super().read_dictionaries().content
        if self.second:
            year = SchoolYear(id=2, name=NEW, start=date(2027, 9, 1), end=date(2028, 8, 31), closed=self.year_closed)
            content = content.model_copy(update={"year": year})
        return Page(content, content.model_dump_json().encode())


def two_years(folder: Path, leavers: Sequence[Student] = (), **sections: object) -> Trial:
    """A trial at the end of its first year, the last one of `leavers`; `begin_second_year` goes on."""
    book = Book(students=[*PUPILS, *leavers], term_end=date(2027, 5, 26)).add_lessons("09-01", "09-02", "2027-05-20")
    book.give_homework(101)
    book.mark(101, 5)
    book.mark(102, 3, student=2)
    book.absent(102)
    for student in leavers:
        book.mark(101, 2, student=student.id)
        book.absent(102, student=student.id)
        book.final(2, student=student.id, kind=FinalKind.YEAR)
    trial = Trial(folder, book, **sections)
    trial.source = YearSource(book)
    trial.sync("09-02 21:00")
    book.marks[1] = book.marks[1].model_copy(update={"value": 4})
    for kind in (FinalKind.TERM, FinalKind.YEAR):
        book.final(5, kind=kind)
        book.final(4, student=2, kind=kind)
    trial.sync("2027-05-27 21:00")
    return trial


def begin_second_year(trial: Trial) -> None:
    """The administrator opens the new year: other journals and terms, the same class and pupils."""
    book = Book(
        students=list(PUPILS), grade=8, group=800, term=NEXT_TERM, term_start=date(2027, 9, 1),
        term_end=date(2028, 5, 26), first_lesson=501,
    ).add_lessons("2027-09-01", "2027-09-02", topic=None)  # fmt: skip
    book.mark(501, 2)
    trial.book = trial.source.book = book
    assert isinstance(trial.source, YearSource)
    trial.source.second = True
    trial.sync("2027-09-02 21:00")
    trial.sync("2027-09-03 21:00")


def a_summary(desk: Desk, request: Request) -> Document:
    """Stands for the ведомость where only its place in the archive matters."""
    rows = desk.bench.rows("SELECT student_id, value FROM final ORDER BY student_id, kind")
    table = Table("Отметки", (Column("Ученик"), Column("Отметка")), tuple((str(row[0]), row[1]) for row in rows))
    return Document(
        "Сводная ведомость", f"За {request.period.name}", desk.facts(request.period, "7.2"),
        (Section("Класс", tables=(table,)),), desk.notes(), desk.snapshot.moment, desk.page(kept_years=25),
    )  # fmt: skip


def with_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put that report in the place of the real one."""
    summary = Report("summary", "R1", "Ведомость", "7.2", "", (PeriodKind.YEAR,), (About.CLASS,), a_summary)
    reports = tuple(item for item in archive_makers.all_reports() if item.id != "summary")
    monkeypatch.setattr(archive_makers, "all_reports", lambda: (*reports, summary))
