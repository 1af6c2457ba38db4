"""R12: letters to families hold one child and nothing of any other, and what they tell stands in the journals."""

import io
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from support.reports import desk_at, tables
from support.school import CLASS, SECOND_CLASS, Book, Trial, at
from support.whole_school import WholeSchool

from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.service_log import logged
from netcity_sync.errors import UsageError
from netcity_sync.jobs.letters import note_issued
from netcity_sync.jobs.report import Wanted, file_stem
from netcity_sync.jobs.wanted_reports import Whose, wanted_reports
from netcity_sync.mirror.event_schema import EventKind
from netcity_sync.model import AttendanceCode, Channel, ExamKind, ExamResult, OptOut, Student, TermKind
from netcity_sync.reports.html import render_html
from netcity_sync.reports.pdf import render_pdf
from netcity_sync.reports.period import Period, week_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.reports.xlsx import render_xlsx
from netcity_sync.simulator.families import declined

PUPILS = [Student(id=1, name="Иванов Иван"), Student(id=2, name="Орлова Анна")]
WEEK = week_period(date(2026, 10, 12))
LETTER, SHEET = find_report("letter"), find_report("handover")


def trial(folder: Path) -> Trial:
    """Two pupils with marks, an illness, a «точка» and final marks; the family of the first declined the diary."""
    book = Book(students=PUPILS).add_lessons("09-07", "10-12", "10-14")
    book.mark(101, 5)
    book.mark(102, 4)
    book.mark(102, 3)
    book.mark(103, None, duty=True)
    book.mark(102, 2, student=2)
    book.absent(103, AttendanceCode.ILLNESS)
    book.final(4)
    book.final(2, student=2)
    tried = Trial(folder, book)
    tried.sync("10-26 21:00")
    row = OptOut(class_name="7А", student="Иванов Иван", applied_on=date(2026, 9, 7), channel=Channel.IN_PERSON)
    tried.hand_in("10-26 22:00", opt_outs=[row])
    return tried


def test_a_week_counted_by_hand(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, tried.now) as desk:
        (wanted,) = wanted_reports(desk, LETTER, WEEK)
        made = LETTER.build(desk, wanted.request)
        assert file_stem(desk, wanted) == "letter-7А-1-2026-10-12"
    assert tables(made)["По предметам"].rows == (("Химия", "4 3", 2, 3.5, 1, 1),)
    work = "Ответ на уроке"
    day = date(2026, 10, 12)
    assert tables(made)["Отметки по дням"].rows == ((day, "Химия", "4", work), (day, "Химия", "3", work))
    assert made.sections[0].title == "Уважаемые родители (законные представители)!"
    assert made.sections[0].paragraphs[1] == "Пропущен 1 урок из 2: по болезни 1."
    assert made.sections[1].paragraphs == ("Не сдано (1): Химия — Ответ на уроке, 14.10.",)
    assert ("Ученик", "Иванов Иван") in made.facts


def test_a_term_has_final_marks_and_is_for_all_who_are_named(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, tried.now) as desk:
        term = desk.term_period("1 четверть")
        whose = Whose(classes=("7А",))
        assert len(wanted_reports(desk, LETTER, term)) == 1
        assert len(wanted_reports(desk, LETTER, WEEK, whose)) == 1
        made = [LETTER.build(desk, item.request) for item in wanted_reports(desk, LETTER, term, whose)]
    assert [tables(item)["По предметам"].rows for item in made] == [
        (("Химия", "5 4 3", 3, 4.0, "4", 1, 1),), (("Химия", "2", 1, 2.0, "2", 0, 0),),
    ]  # fmt: skip


_NOT_DECLINED = "Способ не указан, если семья не отказывалась от дневника."


@pytest.mark.parametrize("classes", [(), ("7А",)], ids=["made by itself", "named"])
@pytest.mark.parametrize("wanted", ["1 четверть", WEEK], ids=["term", "week"])
def test_the_sheet_holds_those_for_whom_letters_are_made(
    tmp_path: Path, wanted: str | Period, classes: tuple[str, ...]
) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, tried.now) as desk:
        period = desk.term_period(wanted) if isinstance(wanted, str) else wanted
        whose = Whose(classes=classes)
        letters = [LETTER.build(desk, item.request) for item in wanted_reports(desk, LETTER, period, whose)]
        (asked,) = wanted_reports(desk, SHEET, period, whose)
        sheet = SHEET.build(desk, asked.request)
    rows = tables(sheet)["Выдача писем"].rows
    assert [row[1] for row in rows] == [dict(item.facts)["Ученик"] for item in letters]
    assert rows[0] == (1, "Иванов Иван", "лично родителю", "", "")
    assert [row[2] for row in rows[1:]] == ([""] if classes and isinstance(wanted, str) else [])
    assert (_NOT_DECLINED in sheet.notes) == (len(rows) > 1)


def test_a_way_that_was_not_agreed_upon_is_said(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.hand_in("10-26 23:00", opt_outs=[OptOut(class_name="7А", student="Иванов Иван", applied_on=date(2026, 9, 7))])
    with desk_at(tried.settings, tried.now) as desk:
        for period in (WEEK, desk.term_period("1 четверть")):
            (asked,) = wanted_reports(desk, SHEET, period)
            sheet = SHEET.build(desk, asked.request)
            assert tables(sheet)["Выдача писем"].rows == ((1, "Иванов Иван", "способ не согласован", "", ""),)
            assert _NOT_DECLINED not in sheet.notes


def test_without_the_table_nobody_can_be_written_to_in_a_week(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-12"))
    tried.sync("10-16 21:00")
    with desk_at(tried.settings, tried.now) as desk, pytest.raises(UsageError, match="opt_outs"):
        wanted_reports(desk, LETTER, WEEK)


def test_an_unread_journal_is_no_data(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-12"), checks={"stale_after_hours": 1})
    tried.book.mark(101)
    tried.sync("10-16 12:00")
    with desk_at(tried.settings, tried.sync("10-16 21:00") and tried.now) as desk:
        desk.bench.connection.execute("UPDATE temp.journal SET fresh = 0")
        made = LETTER.build(desk, Request(WEEK, Focus(class_id=CLASS, student_id=1)))
    assert tables(made)["По предметам"].rows == (("Химия", None, None, None, None, None),)
    assert "Нет данных по предметам: Химия." in made.notes


def test_handing_out_is_noted(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    clock = fixed_clock(tried.now)
    with desk_at(tried.settings, tried.now) as desk:
        term = desk.term_period("1 четверть")
        assert note_issued(desk, clock, ("7а",), term) == ("7А",)
        with pytest.raises(UsageError, match="Нет класса"):
            note_issued(desk, clock, ("9Я",), term)
    with desk_at(tried.settings, tried.now) as desk:
        (event,) = logged(desk.bench, EventKind.LETTERS_ISSUED)
    assert (event.what, event.period, event.ok) == ("7А", "1", True)


def _letters(school: WholeSchool, period: Period, whose: Whose) -> tuple[Wanted, ...]:
    return wanted_reports(school.desk, LETTER, period, whose)


def test_letters_go_to_those_who_declined(november: WholeSchool) -> None:
    today = november.world.now.date()
    families = {
        pupil.id
        for pupil in november.world.school.pupils
        if pupil.listed(today) and (item := declined(november.world, pupil)) is not None and item.in_force(today)
    }
    made = _letters(november, week_period(date(2026, 10, 7)), Whose())
    assert {item.request.focus.student_id for item in made} == families
    assert len(made) == len(families) > 3


def test_no_letter_names_another_pupil(november: WholeSchool) -> None:
    names = {pupil.name.full for pupil in november.world.school.pupils}
    whose = Whose(classes=tuple(item.name for item in november.world.school.classes))
    term = november.desk.term_period("1 четверть")
    wanted = (*_letters(november, term, whose), *_letters(november, week_period(date(2026, 10, 7)), Whose()))
    assert len(wanted) > 80
    for item in wanted:
        document = LETTER.build(november.desk, item.request)
        own = dict(document.facts)["Ученик"]
        with zipfile.ZipFile(io.BytesIO(render_xlsx(document))) as book:
            sheets = "".join(book.read(name).decode() for name in book.namelist())
        everything = repr(document) + render_html(document).decode() + sheets
        assert own in everything
        keys = [name for name in names if not own.startswith(_key(name)) and _key(name) in everything]
        assert keys == [], own


def test_a_class_without_marks_is_told_why_there_are_none(tmp_path: Path) -> None:
    """A mark that somebody sets there all the same is told to the school (the rules do), not to families."""
    tried = Trial(tmp_path, Book(grade=1).add_lessons("09-07", "10-12"))
    tried.book.mark(102, 5)
    tried.sync("10-26 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        for period in (desk.term_period("1 четверть"), WEEK):
            made = LETTER.build(desk, Request(period, Focus(class_id=CLASS, student_id=1)))
            table = tables(made)["По предметам"]
            assert [column.title for column in table.columns] == ["Предмет", "всего", "болезнь"]
            assert table.rows == (("Химия", 0, 0),)
            assert made.sections[0].paragraphs[-1] == "Отметок в этом классе не ставят: обучение безотметочное."
            assert [section.title for section in made.sections] == ["Уважаемые родители (законные представители)!"]
            assert not any("Средний балл" in note for note in made.notes)


def test_final_marks_of_another_term_are_named(tmp_path: Path) -> None:
    """A class that has half-years in one subject, quarters in another; and one that has half-years alone."""
    half_year = Book(
        term_kind=TermKind.HALF_YEAR, term=11, term_name="1 полугодие", term_end=date(2026, 12, 30), group=701,
        subject="Физика", first_lesson=201,
    ).add_lessons("09-07", "12-07")  # fmt: skip
    half_year.final(3, term=11)
    second = Book(
        term=2, term_name="2 четверть", term_start=date(2026, 11, 2), term_end=date(2026, 12, 30), first_lesson=301,
    ).add_lessons("12-08")  # fmt: skip
    book = Book(following=[second], beside=[half_year]).add_lessons("09-07")
    book.final(4)
    book.final(5, term=2)
    other = Book(class_id=SECOND_CLASS, term_kind=TermKind.HALF_YEAR, term=11, term_name="1 полугодие",
                 term_end=date(2026, 12, 30), group=702, students=[PUPILS[1]], first_lesson=401)  # fmt: skip
    other.add_lessons("09-07")
    other.final(2, student=2, term=11)
    book.beside.append(other)
    tried = Trial(tmp_path, book)
    tried.sync_at(at("2027-01-11 21:00"))
    told = {}
    with desk_at(tried.settings, tried.now) as desk:
        for class_id, student_id in ((CLASS, 1), (SECOND_CLASS, 2)):
            for name in ("1 четверть", "2 четверть", "1 полугодие"):
                focus = Focus(class_id=class_id, student_id=student_id)
                made = LETTER.build(desk, Request(desk.term_period(name), focus))
                table = tables(made)["По предметам"]
                told[class_id, name] = [
                    (column.title, [row[place] for row in table.rows])
                    for place, column in enumerate(table.columns)
                    if column.title.startswith("Итоговая")
                ]
                not_judged = any("не кончается" in words for words in made.sections[0].paragraphs)
                assert not_judged == (told[class_id, name] == [])
    assert told == {
        (CLASS, "1 четверть"): [("Итоговая отметка", ["", "4"])],
        (CLASS, "2 четверть"): [("Итоговая за 1 полугодие", ["3", ""]), ("Итоговая за 2 четверть", ["", "5"])],
        (CLASS, "1 полугодие"): [
            ("Итоговая за 1 четверть", ["", "4"]), ("Итоговая за 1 полугодие", ["3", ""]),
            ("Итоговая за 2 четверть", ["", "5"]),
        ],
        (SECOND_CLASS, "1 четверть"): [],
        (SECOND_CLASS, "2 четверть"): [("Итоговая за 1 полугодие", ["2"])],
        (SECOND_CLASS, "1 полугодие"): [("Итоговая отметка", ["2"])],
    }  # fmt: skip


@pytest.mark.parametrize(("received", "told"), [("2026-10-11", False), ("2026-10-12", True), ("2026-10-19", False)])
def test_results_of_exams_that_came_in_the_week(tmp_path: Path, received: str, told: bool) -> None:
    tried = trial(tmp_path)
    result = ExamResult(
        class_name="7 а", student="Иванов Иван", exam=ExamKind.OGE, subject="Химия", held_on=date(2026, 10, 6), mark=4,
        score=21, received=datetime.fromisoformat(f"{received}T10:00"),
    )  # fmt: skip
    other = result.model_copy(update={"student": "Орлова Анна", "mark": 2})
    tried.hand_in("10-26 23:00", exam_results=[result, other])
    with desk_at(tried.settings, tried.now) as desk:
        document = LETTER.build(desk, Request(WEEK, Focus(class_id=CLASS, student_id=1)))
    shown = tables(document).get("Результаты экзаменов")
    assert (shown is not None) == told
    if shown is not None:
        assert shown.rows == (("ОГЭ", "Химия", date(2026, 10, 6), "отметка 4, баллы: 21"),)


@pytest.mark.soak
def test_no_printed_letter_names_another_pupil(november: WholeSchool, tmp_path: Path) -> None:
    """The same of what stands on paper, read back from the PDF."""
    reader = shutil.which("pdftotext")
    assert reader, "needs poppler-utils"
    keys = {_key(pupil.name.full) for pupil in november.world.school.pupils}
    whose = Whose(classes=tuple(item.name for item in november.world.school.classes))
    for item in _letters(november, november.desk.term_period("1 четверть"), whose):
        document = LETTER.build(november.desk, item.request)
        path = tmp_path / "letter.pdf"
        path.write_bytes(render_pdf(document))
        shown = subprocess.run([reader, str(path), "-"], check=True, capture_output=True, timeout=60).stdout.decode()
        words = " ".join(shown.split())
        own = _key(dict(document.facts)["Ученик"])
        assert {key for key in keys if key in words} == {own}


def _key(name: str) -> str:
    """Surname and first name."""
    return " ".join(name.split()[:2])


def test_a_whole_school_against_plain_loops(november: WholeSchool) -> None:
    world = november.world
    term = november.desk.term_period("1 четверть")
    whose = Whose(classes=tuple(item.name for item in world.school.classes))
    finals = 0
    for item in _letters(november, term, whose):
        student, class_id = item.request.focus.student_id, item.request.focus.class_id
        table = tables(LETTER.build(november.desk, item.request))["По предметам"]
        (of_class,) = (one for one in world.school.classes if one.id == class_id)
        over = any(one.terms[0].end <= term.last for one in world.school.groups if one.school_class.id == class_id)
        expected = []
        for group in world.school.groups:
            own = {pupil.id: pupil for pupil in group.pupils}.get(student or 0)
            if group.school_class.id != class_id or group.subject.extracurricular or own is None:
                continue
            first = group.terms[0]
            page = world.journal(group.id, first.id)
            days = {lesson.id: lesson.date for lesson in page.lessons}
            inside = {key for key, day in days.items() if term.first <= day <= term.last}
            cells = [mark for mark in page.marks if mark.student_id == student and mark.lesson_id in inside]
            values = [mark.value for mark in cells if mark.value is not None]
            codes = [
                absence.code
                for absence in page.absences
                if absence.student_id == student and absence.lesson_id in inside
                and days[absence.lesson_id] >= own.start
            ]  # fmt: skip
            missed = sum(code in ("Б", "УП", "НП", "Н") for code in codes)
            counted = any(days[lesson] >= own.start for lesson in inside)
            final = world.final(group.id, own.id, "term", first.id) if first.end <= term.last else None
            finals += final is not None
            mean = pytest.approx(sum(values) / len(values)) if values else None
            absences = (missed, codes.count("Б")) if counted else (None, None)
            marks = (len(values), mean) if of_class.grade > 1 else ()
            shown_final = (str(final) if final is not None else None,) if of_class.grade > 1 and over else ()
            expected.append((group.subject.name, *marks, *shown_final, *absences))
        shown = [tuple(cell for column, cell in zip(table.columns, row, strict=True) if column.title != "Отметки")
                 for row in table.rows]  # fmt: skip
        assert sorted(shown, key=str) == sorted(expected, key=str), student
    assert finals > 100
