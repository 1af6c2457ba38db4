"""R12: messages about final marks and exam results hold what became known that day, of one child, and are due then."""

from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

import pytest
from support.reports import desk_at, tables
from support.school import CLASS, Book, Trial, at
from support.whole_school import WholeSchool

from netcity_sync.clock import fixed_clock
from netcity_sync.errors import UsageError
from netcity_sync.jobs.due_reports import due_reports
from netcity_sync.jobs.letters import note_issued
from netcity_sync.jobs.report import file_stem, make_reports
from netcity_sync.jobs.wanted_reports import Whose, wanted_reports
from netcity_sync.model import Channel, ExamKind, ExamResult, FinalKind, OptOut, Student
from netcity_sync.reports.html import render_html
from netcity_sync.reports.period import Period, day_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request

PUPILS = [Student(id=1, name="Иванов Иван"), Student(id=2, name="Орлова Анна")]
RESULTS, SHEET = find_report("results"), find_report("handover")
DAY = day_period(date(2026, 10, 22))


def trial(folder: Path, *declined: str) -> Trial:
    """Two pupils; final marks of both are written between 21 October and the evening of the 22nd."""
    tried = Trial(folder, Book(students=PUPILS).add_lessons("09-07", "10-12", "10-14"))
    tried.hand_in(
        "10-20 20:00",
        opt_outs=[
            OptOut(class_name="7А", student=name, applied_on=date(2026, 9, 7), channel=Channel.IN_PERSON)
            for name in declined or ("Иванов Иван",)
        ],
    )
    tried.sync("10-21 21:00")
    tried.book.final(4)
    tried.book.final(2, student=2)
    tried.sync("10-22 21:00")
    return tried


def due(tried: Trial, moment: str) -> list[str]:
    """The files of a day that are due at a moment."""
    with desk_at(tried.settings, at(moment)) as desk:
        return [file_stem(desk, item) for item in due_reports(desk) if item.report.due[:1] == (DAY.kind,)
                and item.request.period.kind is DAY.kind]  # fmt: skip


def make_due(tried: Trial, moment: str) -> None:
    with desk_at(tried.settings, at(moment)) as desk:
        wanted = [item for item in due_reports(desk) if item.request.period.kind is DAY.kind]
        make_reports(desk, fixed_clock(at(moment)), wanted, formats=("html",))


def test_one_message_a_family_that_declined(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, tried.now) as desk:
        (wanted,) = wanted_reports(desk, RESULTS, DAY)
        made = RESULTS.build(desk, wanted.request)
        assert wanted_reports(desk, RESULTS, day_period(date(2026, 10, 21))) == ()
    assert tables(made)["Итоговые отметки"].rows == (("Химия", "1 четверть", "4"),)
    assert "Орлова" not in repr(made)
    assert made.subtitle == "ставших известными 22.10.2026"


def test_all_families_of_a_class_that_is_named(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, tried.now) as desk:
        wanted = wanted_reports(desk, RESULTS, DAY, Whose(classes=("7А",)))
        rows = [tables(RESULTS.build(desk, item.request))["Итоговые отметки"].rows for item in wanted]
    assert rows == [(("Химия", "1 четверть", "4"),), (("Химия", "1 четверть", "2"),)]


def test_a_changed_mark_is_told_beside_the_one_before(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.book.final(5)
    tried.book.final(5, kind=FinalKind.YEAR)
    tried.sync("10-24 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        made = RESULTS.build(desk, Request(day_period(date(2026, 10, 24)), Focus(class_id=CLASS, student_id=1)))
    assert tables(made)["Итоговые отметки"].rows == (
        ("Химия", "1 четверть", "5", "4"), ("Химия", "год", "5", None),
    )  # fmt: skip


def test_messages_are_due_the_next_morning_and_once(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    assert due(tried, "10-23 05:00") == ["results-7А-1-2026-10-22", "handover-7А-2026-10-22"]
    make_due(tried, "10-23 05:00")
    assert due(tried, "10-23 05:01") == []
    assert tried.found("PAR-05") == []


def test_news_of_the_same_day_after_the_message_make_it_due_again(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    make_due(tried, "10-22 21:30")
    tried.book.final(5)
    tried.sync("10-22 22:00")
    assert due(tried, "10-22 22:00") == ["results-7А-1-2026-10-22", "handover-7А-2026-10-22"]
    assert told(tried, DAY) == (("Химия", "1 четверть", "5"),)


def told(tried: Trial, day: Period) -> tuple[tuple[object, ...], ...]:
    """What the message of a day to the first pupil's family says of final marks; nothing where none is made."""
    with desk_at(tried.settings, tried.now) as desk:
        for item in wanted_reports(desk, RESULTS, day):
            return tables(RESULTS.build(desk, item.request))["Итоговые отметки"].rows
    return ()


def test_what_stood_the_evening_before_is_told_beside_what_stands(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    for hour, value in (("08", 3), ("12", 5)):
        tried.book.final(value)
        tried.sync(f"10-23 {hour}:00")
    assert told(tried, day_period(date(2026, 10, 23))) == (("Химия", "1 четверть", "5", "4"),)
    tried.book.final(4)
    tried.sync("10-23 21:00")
    assert told(tried, day_period(date(2026, 10, 23))) == ()


def test_a_mark_that_was_gone_by_the_evening_is_not_told(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.book.final(2, kind=FinalKind.YEAR)
    tried.sync("10-23 08:00")
    assert told(tried, day_period(date(2026, 10, 23))) == (("Химия", "год", "2"),)
    tried.book.finals = [item for item in tried.book.finals if item.kind is not FinalKind.YEAR]
    for hour in (10, 12, 14):
        tried.sync(f"10-23 {hour}:00")
    assert told(tried, day_period(date(2026, 10, 23))) == ()


def test_a_message_that_was_made_while_a_sync_worked_is_made_again(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, at("10-22 21:30")) as desk:
        wanted = [item for item in due_reports(desk) if item.request.period.kind is DAY.kind]
        tried.book.final(5, kind=FinalKind.YEAR)
        tried.sync("10-22 21:40")
        make_reports(desk, fixed_clock(at("10-22 21:41")), wanted, formats=("html",))
    assert due(tried, "10-23 05:00") == ["results-7А-1-2026-10-22", "handover-7А-2026-10-22"]


def test_what_became_known_before_the_family_declined_is_not_due(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book(students=PUPILS).add_lessons("09-07", "10-12", "10-14"))
    tried.sync("10-21 21:00")
    tried.book.final(4)
    tried.sync("10-22 21:00")
    row = OptOut(class_name="7А", student="Иванов Иван", applied_on=date(2026, 10, 23), channel=Channel.IN_PERSON)
    tried.hand_in("10-23 20:00", opt_outs=[row])
    assert due(tried, "10-24 05:00") == []


def test_two_journals_of_one_subject_are_told_apart(tmp_path: Path) -> None:
    second = Book(students=PUPILS, group=701, subgroup="2 группа", first_lesson=301).add_lessons("09-08")
    book = Book(students=PUPILS, subgroup="1 группа", beside=[second]).add_lessons("09-07")
    tried = Trial(tmp_path, book)
    row = OptOut(class_name="7А", student="Иванов Иван", applied_on=date(2026, 9, 7), channel=Channel.IN_PERSON)
    tried.hand_in("10-20 20:00", opt_outs=[row])
    tried.sync("10-21 21:00")
    book.final(2)
    second.final(5)
    tried.sync("10-22 21:00")
    assert told(tried, DAY) == (("Химия/1 группа", "1 четверть", "2"), ("Химия/2 группа", "1 четверть", "5"))


def test_in_a_class_that_is_named_the_sheet_holds_all_families_with_news(tmp_path: Path) -> None:
    tried, whose = trial(tmp_path, "Орлова Анна"), Whose(classes=("7А",))
    with desk_at(tried.settings, tried.now) as desk:
        messages = [RESULTS.build(desk, item.request) for item in wanted_reports(desk, RESULTS, DAY, whose)]
        (wanted,) = wanted_reports(desk, SHEET, DAY, whose)
        rows = tables(SHEET.build(desk, wanted.request))["Выдача писем"].rows
    assert [row[1] for row in rows] == [dict(item.facts)["Ученик"] for item in messages]
    assert {row[1]: row[2] for row in rows} == {"Иванов Иван": "", "Орлова Анна": "лично родителю"}


def test_the_sheet_of_a_day_holds_families_with_news_that_declined(tmp_path: Path) -> None:
    tried = trial(tmp_path, "Орлова Анна")
    with desk_at(tried.settings, tried.now) as desk:
        (wanted,) = wanted_reports(desk, SHEET, DAY)
        rows = tables(SHEET.build(desk, wanted.request))["Выдача писем"].rows
        assert note_issued(desk, fixed_clock(tried.now), ("7А",), DAY) == ("7А",)
    assert rows == ((1, "Орлова Анна", "лично родителю", "", ""),)


def test_who_declined_after_the_news_is_not_on_the_sheet_of_that_day(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    rows = [
        OptOut(class_name="7А", student=name, applied_on=date(2026, month, 7), channel=Channel.IN_PERSON)
        for name, month in (("Иванов Иван", 9), ("Орлова Анна", 11))
    ]
    tried.hand_in("11-08 20:00", opt_outs=rows)
    with desk_at(tried.settings, tried.now) as desk:
        (wanted,) = wanted_reports(desk, SHEET, DAY)
        listed = tables(SHEET.build(desk, wanted.request))["Выдача писем"].rows
    assert [row[1] for row in listed] == ["Иванов Иван"]


def exam(student: str = "Иванов Иван", mark: int = 4, informed: str | None = None) -> ExamResult:
    return ExamResult(
        class_name="7 а", student=student, exam=ExamKind.OGE, subject="Химия", held_on=date(2026, 10, 6), mark=mark,
        received=datetime(2026, 10, 20, 10), informed=datetime.fromisoformat(informed) if informed else None,
    )  # fmt: skip


def test_results_of_exams_are_told_when_the_table_brings_them(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.hand_in("10-26 12:00", exam_results=[exam(), exam("Орлова Анна", 2)])
    assert "results-7А-1-2026-10-26" in due(tried, "10-26 12:30")
    with desk_at(tried.settings, tried.now) as desk:
        (wanted,) = wanted_reports(desk, RESULTS, day_period(date(2026, 10, 26)))
        made = RESULTS.build(desk, wanted.request)
    shown = ("ОГЭ", "Химия", date(2026, 10, 6), "отметка 4")
    assert tables(made)["Результаты экзаменов"].rows == (shown,)
    assert "Итоговые отметки" not in tables(made)


@pytest.mark.parametrize(
    ("later", "days"),
    [
        (exam(informed="2026-10-26T15:00"), {26}),
        (exam(mark=5), {26, 27}),
    ],
    ids=["told", "another result"],
)
def test_only_a_changed_result_is_news_again(tmp_path: Path, later: ExamResult, days: set[int]) -> None:
    tried = trial(tmp_path)
    tried.hand_in("10-26 12:00", exam_results=[exam()])
    tried.hand_in("10-27 12:00", exam_results=[later])
    with desk_at(tried.settings, tried.now) as desk:
        found = {day for day in (26, 27) if wanted_reports(desk, RESULTS, day_period(date(2026, 10, day)))}
    assert found == days


def test_a_result_that_was_corrected_or_taken_back_the_same_day(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.hand_in("10-26 12:00", exam_results=[exam(mark=2)])
    tried.hand_in("10-26 13:00", exam_results=[exam(mark=3)])
    with desk_at(tried.settings, tried.now) as desk:
        (wanted,) = wanted_reports(desk, RESULTS, day_period(date(2026, 10, 26)))
        (row,) = tables(RESULTS.build(desk, wanted.request))["Результаты экзаменов"].rows
    assert row[-1] == "отметка 3"
    tried.hand_in("10-26 14:00", exam_results=[])
    with desk_at(tried.settings, tried.now) as desk:
        assert wanted_reports(desk, RESULTS, day_period(date(2026, 10, 26))) == ()


def test_results_of_former_years_are_no_news(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    old = exam().model_copy(update={"held_on": date(2026, 6, 3), "received": datetime(2026, 6, 15, 10)})
    tried.hand_in("10-26 12:00", exam_results=[old])
    with desk_at(tried.settings, tried.now) as desk:
        assert wanted_reports(desk, RESULTS, day_period(date(2026, 10, 26))) == ()


def test_what_the_family_was_told_before_is_no_news(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    tried.hand_in("10-26 12:00", exam_results=[exam(informed="2026-10-20T15:00")])
    with desk_at(tried.settings, tried.now) as desk:
        assert wanted_reports(desk, RESULTS, day_period(date(2026, 10, 26))) == ()


def test_another_period_is_refused(tmp_path: Path) -> None:
    tried = trial(tmp_path)
    with desk_at(tried.settings, tried.now) as desk, pytest.raises(UsageError) as refused:
        wanted_reports(desk, RESULTS, desk.term_period("1 четверть"))
    assert refused.value.todo == "Можно: день (--day)."


def test_a_year_against_plain_loops(school_year: WholeSchool) -> None:
    """What each read showed that the read before it did not, cell by cell of the simulator's own final marks."""
    world, desk = school_year.world, school_year.desk
    marks = 0
    moments = [datetime.combine(day, time(23, 50)) for day in school_year.days]
    for before, now in pairwise(moments):
        expected: dict[int, list[tuple[str, str, str | None]]] = {}
        for group in world.school.groups:
            if group.subject.extracurricular:
                continue
            terms = {term.id: term.name for term in group.terms}
            for cell in world.finals(group.id):
                old, new = cell.shown(before), cell.shown(now)
                if new in (None, "") or new == old:
                    continue
                of = terms[cell.term_id] if cell.kind == "term" else {"year": "год", "exam": "экзамен"}.get(
                    cell.kind, "итоговая отметка")  # fmt: skip
                expected.setdefault(cell.student_id, []).append((group.subject.name, of, str(new)))
        classes = tuple(item.name for item in world.school.classes)
        found = wanted_reports(desk, RESULTS, day_period(now.date()), Whose(classes=classes))
        listed = {pupil.id for pupil in world.school.pupils if pupil.listed(world.now.date())}
        assert {item.request.focus.student_id for item in found} == set(expected) & listed
        for item in found:
            rows = tables(RESULTS.build(desk, item.request))["Итоговые отметки"].rows
            assert sorted(row[:3] for row in rows) == sorted(expected[item.request.focus.student_id or 0])
            marks += len(rows)
    assert marks > 500


def test_no_message_names_another_pupil(school_year: WholeSchool) -> None:
    names = {" ".join(pupil.name.full.split()[:2]) for pupil in school_year.world.school.pupils}
    classes = tuple(item.name for item in school_year.world.school.classes)
    wanted = wanted_reports(school_year.desk, RESULTS, day_period(date(2026, 12, 25)), Whose(classes=classes))
    assert len(wanted) > 50
    for item in wanted:
        document = RESULTS.build(school_year.desk, item.request)
        own = dict(document.facts)["Ученик"]
        everything = repr(document) + render_html(document).decode()
        assert [name for name in names if name in everything and not own.startswith(name)] == []
