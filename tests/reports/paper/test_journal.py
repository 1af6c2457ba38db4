"""The printed journal: every cell against plain loops over the simulator's school, and the file as PDF/A."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from support.reports import desk_at
from support.school import Book, Trial, at
from support.whole_school import WholeSchool

from netcity_sync.errors import AnswerError, UsageError
from netcity_sync.model import AttendanceCode, Student
from netcity_sync.reports.desk import Desk
from netcity_sync.reports.paper.journal import ClassJournal, FinalColumn, LessonColumn, PupilRow, SubjectJournal
from netcity_sync.reports.paper.key import key_of
from netcity_sync.reports.paper.leaves import journal_data, leaves_of
from netcity_sync.reports.paper.reading import read_class_journal
from netcity_sync.reports.paper.sample import draw_sample
from netcity_sync.reports.paper.typeset import Sheets, typeset
from netcity_sync.settings import PaperSettings, PdfPart
from netcity_sync.simulator.world import World

EVENING = datetime(2027, 5, 30, 21)


def printed(journal: ClassJournal, desk: Desk, part: PdfPart = PdfPart.A_2B) -> Sheets:
    page = desk.page(landscape=True, kept_years=5)
    return typeset("journal", journal_data(journal, page), part, journal.made_at)


def texts_of(world: World, group_id: int, term_id: int) -> dict[tuple[int, int], str]:
    """What stands in each cell: codes of attendance, then marks by the order of their columns."""
    page = world.journal(group_id, term_id)
    entries = [(item.student_id, item.lesson_id, 0, 0, item.code) for item in page.absences]
    for mark in page.marks:
        shown = str(mark.value) if mark.value is not None else mark.text or "•"
        entries.append((mark.student_id, mark.lesson_id, 1, mark.assignment_id or 0, shown))
    cells: dict[tuple[int, int], str] = {}
    for student, lesson, _, _, shown in sorted(entries, key=lambda item: item[:4]):
        cells[student, lesson] = f"{cells[student, lesson]}/{shown}" if (student, lesson) in cells else shown
    return cells


def test_every_cell_of_a_year(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    seen = 0
    for item in world.school.classes:
        journal = read_class_journal(desk, item.id, desk.year_period())
        groups = {group.id: group for group in world.school.groups if group.school_class.id == item.id}
        assert {one.subject_group_id for one in journal.journals} == set(groups)
        for one in journal.journals:
            group = groups[one.subject_group_id]
            terms = {term.id for term in group.terms}
            cells = {key: text for term in terms for key, text in texts_of(world, group.id, term).items()}
            lessons = {row.id: row for term in terms for row in world.journal(group.id, term).lessons}
            columns = [column for column in one.columns if isinstance(column, LessonColumn)]
            assert {column.lesson_id: (column.day, column.topic) for column in columns} == {
                key: (row.date, row.topic or "") for key, row in lessons.items()
            }
            listed = {pupil.id for term in terms for pupil in world.journal(group.id, term).students}
            assert {pupil.student_id for pupil in one.pupils} == listed
            for pupil in one.pupils:
                for column, text in zip(one.columns, pupil.cells, strict=True):
                    if isinstance(column, LessonColumn):
                        assert text == cells.pop((pupil.student_id, column.lesson_id), ""), (one.title, pupil.name)
                        seen += bool(text)
            assert not cells or any("не в клетке урока" in note for note in one.notes), one.title
    assert seen > 10_000


def test_final_marks_of_a_year(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    item = world.school.classes[4]
    journal = read_class_journal(desk, item.id, desk.year_period())
    checked = 0
    for one in journal.journals:
        group = world.groups[one.subject_group_id]
        titles = {f"{place} четв.": term.id for place, term in enumerate(group.terms, 1)}
        for pupil in one.pupils:
            for column, text in zip(one.columns, pupil.cells, strict=True):
                if isinstance(column, FinalColumn):
                    kind = (
                        "term"
                        if column.title in titles
                        else {"год": "year", "экз.": "exam", "итог": "final"}[column.title]
                    )
                    mark = world.final(group.id, pupil.student_id, kind, titles.get(column.title))
                    assert text == ("" if mark is None else str(mark)), (one.title, column.title)
                    checked += 1
    assert checked > 100


def test_topics_and_homework_stand_opposite(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    item = world.school.classes[4]
    journal = read_class_journal(desk, item.id, desk.term_period("1 четверть"))
    for one in journal.journals:
        page = world.journal(one.subject_group_id, world.groups[one.subject_group_id].terms[0].id)
        given: dict[int, list[str]] = {}
        for task in sorted(page.assignments, key=lambda task: task.id):
            if task.issue_lesson_id is not None and task.name not in given.setdefault(task.issue_lesson_id, []):
                given[task.issue_lesson_id].append(task.name)
        for column in one.columns:
            if isinstance(column, LessonColumn):
                assert column.homework == "; ".join(given.get(column.lesson_id, []))


def test_a_half_year_is_not_printed_with_a_quarter(school_year: WholeSchool) -> None:
    world, desk = school_year.world, school_year.desk
    eldest = world.school.classes[-1]
    assert eldest.grade == 11
    with pytest.raises(UsageError, match="11А нет журналов за 1 четверть"):
        read_class_journal(desk, eldest.id, desk.term_period("1 четверть"))


def test_a_cell_with_several_entries(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "09-15")
    book.students.append(Student(id=2, name="Ёлкина Анна Игоревна"))
    book.mark(101, 4)
    book.mark(101, 5)
    book.absent(102, AttendanceCode.LATE)
    book.mark(102, 3)
    book.mark(103, None, student=2, duty=True)
    book.give_homework(101)
    book.final(4)
    tried = Trial(tmp_path, book)
    tried.sync("10-24 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        (one,) = read_class_journal(desk, 70, desk.term_period("1 четверть")).journals
    assert [(pupil.name, pupil.cells) for pupil in one.pupils] == [
        ("Ёлкина Анна", ("", "", "•", "")),
        ("Иванов Иван", ("4/5", "late/3", "", "4")),
    ]
    assert isinstance(one.columns[0], LessonColumn)
    assert (one.columns[0].homework, one.columns[0].works, one.columns[0].teacher) == (
        "§ 5", "Ответ на уроке", "Учебнова Е. П.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("read", "failed", "words"),
    [
        ("10-24 00:10", None, ()),
        ("10-23 06:00", None,
         ("Журнал за период «1 четверть» читали в последний раз 23.10.2026 06:00, раньше конца периода.",)),
        ("10-24 21:00", "10-25 21:00",
         ("Последнее чтение за период «1 четверть» не удалось; данные на 24.10.2026 21:00.",)),
    ],
    ids=["to its end", "on its last day", "failed since"],
)  # fmt: skip
def test_whether_a_journal_was_read_to_its_end(
    tmp_path: Path, read: str, failed: str | None, words: tuple[str, ...]
) -> None:
    """However long ago that was: nothing is added to a term that is over."""
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync(read)
    if failed:
        tried.source.broken["journal"] = AnswerError("нет ответа")
        tried.sync(failed)
    with desk_at(tried.settings, at("11-26 21:00")) as desk:
        (one,) = read_class_journal(desk, 70, desk.term_period("1 четверть")).journals
    assert (one.notes, one.whole) == (words, not words)


def test_the_key_explains_the_codes_that_stand_in_the_journal(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "09-15", "09-22")
    for lesson, code in ((101, AttendanceCode.ILLNESS), (102, AttendanceCode.UNKNOWN), (103, AttendanceCode.UNKNOWN)):
        book.absent(lesson, code=code)
    tried = Trial(tmp_path, book)
    tried.sync("10-24 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        journal = read_class_journal(desk, 70, desk.term_period("1 четверть"))
    (row,) = (pupil for pupil in journal.journals[0].pupils if pupil.student_id == 1)
    key = dict(key_of(journal))
    assert set(row.cells) - {""} <= key.keys()
    assert list(key)[-6:] == ["•", "5/4", "*1", "(выб.)", "(с 14.12)", "(замена)"]
    assert list(key.values())[:-6] == ["пропуск по болезни", "пропуск, причина не указана"]


def first_quarter(school: WholeSchool) -> ClassJournal:
    """Of 9А."""
    desk = school.desk
    return read_class_journal(desk, school.world.school.classes[4].id, desk.term_period("1 четверть"))


def full_page(school_year: WholeSchool) -> ClassJournal:
    """Thirty pupils × forty dates, most cells filled."""
    columns = tuple(
        LessonColumn(place, date(2026, 9, 1 + place % 30), place + 1, "Тема о свойствах тел", "Ответ", "§ 5", "А.")
        for place in range(40)
    )
    shown = ("4", "5", "", "4/5", "УП", "3")
    pupils = tuple(
        PupilRow(row, f"Фамилиев{row} Имя", tuple(shown[(row * 7 + place) % 6] for place in range(40)))
        for row in range(30)
    )
    journal = first_quarter(school_year)
    one = SubjectJournal(1, "Физика", "А. А.", columns, pupils, (), EVENING, True)
    return ClassJournal(
        journal.school, journal.year, journal.class_id, "8А", "—", "1 четверть", journal.first, journal.last, (one,),
        journal.made_at, 1, frozenset({("УП", AttendanceCode.EXCUSED)}),
    )  # fmt: skip


def test_thirty_pupils_by_forty_dates_fit_a_page_of_sixty_kilobytes(school_year: WholeSchool) -> None:
    sheets = printed(full_page(school_year), school_year.desk)
    assert sheets.marks == (3,)
    with pikepdf.open(BytesIO(sheets.pdf)) as pdf:
        assert len(pdf.pages) == sheets.pages <= 5
    assert len(sheets.pdf) / sheets.pages < 60_000


@pytest.mark.parametrize(("part", "claimed"), [(PdfPart.A_2B, "2"), (PdfPart.A_1B, "1")])
def test_the_file_is_what_it_claims(school_year: WholeSchool, part: PdfPart, claimed: str) -> None:
    journal = first_quarter(school_year)
    sheets = printed(journal, school_year.desk, part)
    with pikepdf.open(BytesIO(sheets.pdf)) as pdf:
        assert len(pdf.pages) == sheets.pages
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == claimed
            assert metadata["pdfaid:conformance"] == "B"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not pdf.is_encrypted
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontDescriptor" in item]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(item.FontDescriptor.keys()) for item in fonts)
        assert not [
            item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/JavaScript"
        ]


def test_the_same_bytes_again(school_year: WholeSchool) -> None:
    journal = first_quarter(school_year)
    assert printed(journal, school_year.desk) == printed(journal, school_year.desk)


def test_the_sample_hangs_on_its_seed_alone(school_year: WholeSchool) -> None:
    journal = first_quarter(school_year)
    pages = tuple(range(3, 3 + len(leaves_of(journal))))
    drawn = draw_sample(journal, pages, "8А-1-1", PaperSettings())
    assert drawn == draw_sample(journal, pages, "8А-1-1", PaperSettings())
    assert set(drawn) != set(draw_sample(journal, pages, "8А-1-2", PaperSettings()))
    assert [cell.page for cell in drawn] == sorted(cell.page for cell in drawn)


def test_the_sample_is_as_large_as_the_school_wants(school_year: WholeSchool) -> None:
    journal = first_quarter(school_year)
    pages = tuple(range(3, 3 + len(leaves_of(journal))))
    filled = sum(len(item.filled) for item in journal.journals)
    assert filled > 1000

    def drawn(percent: int, most: int) -> int:
        paper = PaperSettings(sample_percent=percent, sample_cells=most)
        return len(draw_sample(journal, pages, "8А-1-1", paper))

    assert 0.05 * filled <= drawn(5, filled) < 0.05 * filled + 1
    assert 0.2 * filled <= drawn(20, filled) < 0.2 * filled + 1
    assert [drawn(100, most) for most in (10, 200, filled, filled + 1)] == [10, 200, filled, filled]
