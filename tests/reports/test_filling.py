"""The figures of report 5.2, counted another way: by hand, and by loops over the simulator's own school."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from statistics import mean, median

import pytest
from support.books import write
from support.filling_loops import Counted, accumulated, counted, in_order, percent, whole_line
from support.reports import desk_at, month_document, tables
from support.school import CLASS, SECOND_CLASS, Book, Trial, at
from support.whole_school import WINTER, WholeSchool

from netcity_sync.compliance.lessons import LATE_TOPICS
from netcity_sync.errors import AnswerError
from netcity_sync.jobs.wanted_reports import Whose, wanted_reports
from netcity_sync.model import Student
from netcity_sync.reports.document import Document, HeatMap, Trend
from netcity_sync.reports.period import Period, PeriodKind, month_period, span_period, week_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.school import Group

SEPTEMBER = date(2026, 9, 1)


def test_a_journal_counted_by_hand(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "09-15", "09-22", "09-29", "10-06")
    book.set_topic(103, None)
    book.give_homework(101, 102)
    book.mark(101)
    book.mark(102)
    tried = Trial(tmp_path, book)
    tried.sync("09-30 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    (row,) = tables(document)["По журналам"].rows
    assert row == ("7А", "Химия", "Учебнова Е. П.", 5, 4, 80.0, 40.0, 40.0, 0, None)
    (row,) = tables(document)["Класс × предмет"].rows
    assert row == ("7А", "Химия", "1 четверть", 1, 3, 3, 2, 2.0, 0, 0, 1, 0.0)
    assert document.subtitle == "За сентябрь 2026 г."


@pytest.mark.parametrize(("came", "shown"), [(24, (1, 3, 0, 0)), (20, (2, 0, 1, 1))])
def test_nobody_is_blamed_for_a_pupil_who_came_after_the_lessons(
    tmp_path: Path, came: int, shown: tuple[int, ...]
) -> None:
    """Pupils, the least, pupils without marks, pupils below the norm; the last lesson is on the 20th."""
    pupils = [Student(id=1, name="Иванов Иван"), Student(id=2, name="Орлова Анна")]
    book = Book(students=pupils, starts={2: date(2026, 10, came)}).add_lessons("10-06", "10-20")
    for _ in range(3):
        book.mark(101)
    tried = Trial(tmp_path, book)
    tried.sync("10-26 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("filling").build(desk, Request(desk.term_period("1 четверть")))
    (row,) = tables(document)["Класс × предмет"].rows
    assert (row[3], row[6], row[8], row[10]) == shown


def test_the_terms_of_a_year_are_one_row_of_a_journal(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "10-06")
    book.set_topic(101, None)
    book.give_homework(101)
    second = Book(
        term=2, term_start=date(2026, 11, 2), term_end=date(2026, 12, 27), term_name="2 четверть", first_lesson=301
    )
    book.following.append(second.add_lessons("11-03", "11-10", topic=None))
    second.set_topic(301, "Атомы")
    second.mark(302)
    tried = Trial(tmp_path, book)
    tried.sync("11-12 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("filling").build(desk, Request(desk.year_period()))
    (row,) = tables(document)["По журналам"].rows
    assert row == ("7А", "Химия", "Учебнова Е. П.", 5, 3, 60.0, pytest.approx(100 / 3), 20.0, 0, None)
    chart, trend = document.sections[1].charts
    assert isinstance(chart, HeatMap)
    assert isinstance(trend, Trend)
    assert (trend.points[0], trend.series[0].values) == ("с 31.08", (0.0, 100.0, 100.0, 100.0, 0.0))
    assert (chart.rows, chart.columns, chart.values) == (("7А",), ("Химия",), ((60.0,),))
    assert tables(document)["По классам"].rows == (("7А", 1, 5, 60.0, pytest.approx(100 / 3), 0),)


def test_late_entries_are_counted_with_their_delay(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-30", topic=None)
    tried = Trial(tmp_path, book)
    tried.sync("09-02 23:59")
    book.set_topic(101, "Атомы")
    tried.sync("09-03 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    assert tables(document)["По журналам"].rows[0][-2:] == (1, 1.0)


def test_late_entries_are_looked_for_once_for_the_reports_of_all_classes(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-30", topic=None)
    second = Book(class_id=SECOND_CLASS, group=800, students=[Student(id=9, name="Ильин Олег")], first_lesson=501)
    book.beside.append(second.add_lessons("09-01", topic=None))
    tried = Trial(tmp_path, book)
    tried.sync("09-02 23:59")
    book.set_topic(101, "Атомы")
    tried.sync("09-03 21:00")
    asked: list[str] = []
    with desk_at(tried.settings, tried.now) as desk:
        desk.bench.connection.set_trace_callback(asked.append)
        made = [
            find_report("filling").build(desk, Request(month_period(SEPTEMBER), Focus(class_id=class_id)))
            for class_id in (CLASS, SECOND_CLASS)
        ]
        desk.bench.connection.set_trace_callback(None)
    assert [tables(document)["По журналам"].rows[0][-2:] for document in made] == [(1, 1.0), (0, None)]
    whole = [words for words in asked if LATE_TOPICS.split(":characters")[0].strip() in words]
    assert len(whole) == 1


def test_a_journal_with_nothing_in_it_needs_attention(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01", "09-02", "09-03", "09-04", "09-30", topic=None))
    tried.sync("09-20 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
    assert document.sections[0].paragraphs == (
        "Темы записаны менее чем у 90 % уроков (1 журнал): 7А Химия.",
        "Отметок по норме менее чем у 80 % учеников (1 журнал): 7А Химия.",
    )
    assert tables(document)["По журналам"].flagged == tables(document)["Класс × предмет"].flagged == {0}


def test_unread_journals_are_named(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    tried.source.broken["journal"] = AnswerError("не читается")
    tried.sync("09-03 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        document = month_document(desk, "filling", SEPTEMBER)
        elsewhere = find_report("filling").build(desk, Request(month_period(SEPTEMBER), Focus(grade=8)))
    assert "Нет данных: не прочитано 1 журнал: 7А Химия." in document.notes
    assert not any(note.startswith("Нет данных") for note in elsewhere.notes)


def test_long_after_the_last_read_a_report_tells_what_was_read_and_when(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("09-01"))
    tried.sync("09-02 21:00")
    with desk_at(tried.settings, at("09-05 20:59")) as desk:
        soon = month_document(desk, "filling", SEPTEMBER)
    with desk_at(tried.settings, at("2027-07-01 12:00")) as desk:
        late = month_document(desk, "filling", SEPTEMBER)
    assert tables(late)["По журналам"].rows == tables(soon)["По журналам"].rows != ()
    words = "Журналы читались в последний раз 02.09.2026 21:00: внесённого позже здесь нет."
    assert words in late.notes
    assert words not in soon.notes


def test_a_month_stands_beside_the_one_before(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "09-08", "10-06", "10-13", "10-20")
    for lesson in (102, 104, 105):
        book.set_topic(lesson, None)
    tried = Trial(tmp_path, book)
    tried.sync("10-31 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        table = tables(month_document(desk, "filling", date(2026, 10, 1)))["Показатели"]
        first = tables(month_document(desk, "filling", SEPTEMBER))["Показатели"]
    assert table.rows[:2] == (
        ("Проведено уроков", 3, None, 2, None, None),
        ("Уроков с записанной темой", 1, 100 / 3, 1, 50.0, pytest.approx(-100 / 6)),
    )
    assert len(first.columns) == 3, "there were no lessons before September"


def test_what_is_compared_is_said(tmp_path: Path) -> None:
    book = Book().add_lessons("09-08", "09-22", "10-20")
    tried = Trial(tmp_path, book)
    tried.sync("09-22 23:59:30")
    with desk_at(tried.settings, tried.now) as desk:
        first = month_document(desk, "filling", SEPTEMBER)
        then = Request(span_period(date(2026, 9, 15), date(2026, 9, 28)))
        span = find_report("filling").build(desk, then)
        year = find_report("filling").build(desk, Request(desk.year_period()))
    assert "Сравнить не с чем: за август 2026 г. в прочитанных журналах уроков нет." in first.notes
    assert (
        "Сравнивается с периодом за 01.09.2026 – 14.09.2026: он посчитан по тем же журналам, какими они стали к дате"
        " данных. Нынешний период ещё не закончился." in span.notes
    )
    assert not any(note.startswith("Сравн") for note in year.notes)


def test_what_is_missing_of_the_period_before_is_said(tmp_path: Path) -> None:
    book = Book().add_lessons("09-01", "10-06")
    second = Book(
        term=2, term_start=date(2026, 11, 2), term_end=date(2026, 12, 27), term_name="2 четверть", first_lesson=301
    )
    book.following.append(second.add_lessons("11-03"))
    other = Book(group=701, subject="Физика", first_lesson=201, first_slot=2).add_lessons("09-02")
    other.following.append(
        Book(group=701, subject="Физика", term=2, term_start=second.term_start, term_end=second.term_end,
             term_name="2 четверть", first_lesson=401, first_slot=2).add_lessons("11-05")
    )  # fmt: skip
    book.beside.append(other)
    tried = Trial(tmp_path, book)
    tried.sync("11-12 21:00")
    write(tried, "UPDATE scope_read SET error = 'x' WHERE scope_id IN"
          " (SELECT scope_id FROM scope WHERE subject_group_id = 701 AND term_id = 1)")  # fmt: skip
    with desk_at(tried.settings, tried.now) as desk:
        document = find_report("filling").build(desk, Request(desk.term_period("2 четверть")))
    assert [row[1] for row in tables(document)["По журналам"].rows] == ["Физика", "Химия"]
    assert tables(document)["Показатели"].rows[0][3] == 2
    (said,) = [note for note in document.notes if note.startswith("Сравнивается")]
    assert said.endswith("За тот период не прочитано: 1 журнал (7А Физика).")
    assert not any(note.startswith("Нет данных") for note in document.notes)


def expected_rows(items: list[Counted]) -> list[tuple[object, ...]]:
    """The lines of journals."""
    return [
        (
            one.group.school_class.name, one.group.name, one.held, one.topics, percent(one.topics, one.held),
            percent(one.given, one.due), percent(one.marked, one.held) if one.marked is not None else None,
            len(one.delays), pytest.approx(mean(one.delays)) if one.delays else None,
        )
        for one in items
    ]  # fmt: skip


def grown(now: float | None, was: float | None) -> object:
    """A change as a cell holds it."""
    return pytest.approx(now - was) if now is not None and was is not None else None


def compare(school: WholeSchool, period: Period, focus: Focus, groups: list[Group]) -> tuple[int, int]:
    """All figures of the report of these journals; answers with the lessons of both periods."""
    world = school.world
    document = find_report("filling").build(school.desk, Request(period, focus))
    shown = tables(document)
    before = school.desk.period_before(period)
    now = [one for group in groups if (one := counted(world, group, period.first, period.last))]
    was = [one for group in groups if before and (one := counted(world, group, before.first, before.last))]

    rows = [(*row[:2], *row[3:]) for row in shown["По журналам"].rows]
    assert rows == expected_rows(now)

    figures = {str(row[0]): row[1:] for row in shown["Показатели"].rows}
    one, two = whole_line(now), whole_line(was)
    expected: dict[str, tuple[object, ...]] = {
        "Проведено уроков": (one[1], None, two[1], None, None),
        "Уроков с записанной темой": (
            sum(item.topics for item in now), one[2], sum(item.topics for item in was), two[2], grown(one[2], two[2])
        ),
        "Дней с домашним заданием из тех, где оно нужно": (
            sum(item.given for item in now), one[3], sum(item.given for item in was), two[3], grown(one[3], two[3])
        ),
        "Записей, внесённых с опозданием (темы и задания)": (one[4], None, two[4], None, None),
    }  # fmt: skip
    for name, values in expected.items():
        assert figures[name] == values[: 5 if was else 2], name

    names = list(dict.fromkeys(group.school_class.name for group in groups
                               if any(item.group is group for item in (*now, *was))))  # fmt: skip
    if len(names) > 1:
        lines = [(name, [item for item in now if item.group.school_class.name == name],
                  [item for item in was if item.group.school_class.name == name]) for name in names]  # fmt: skip
        table = shown["По классам"]
        assert table.total is not None
        for row, (name, here, earlier) in zip((*table.rows, table.total), [*lines, ("", now, was)], strict=True):
            one, two = whole_line(here), whole_line(earlier)
            compared = (
                *one[:2], one[2], two[2], grown(one[2], two[2]), one[3], two[3], grown(one[3], two[3]), one[4], two[4]
            )  # fmt: skip
            assert row[1:] == (compared if was else one), name

    found = [(group, one) for group in groups if (one := accumulated(world, group, period.last))]
    assert shown["Класс × предмет"].rows == tuple(
        (
            group.school_class.name, group.name, next(term.name for term in reversed(world.begun_terms(group))
                                                      if term.start <= period.last),
            len(one.marks), one.norm, one.needed, min(one.marks), median(one.marks), one.marks.count(0),
            one.marks.count(1), one.below, percent(len(one.marks) - one.below, len(one.marks)),
        )
        for group, one in found
    )  # fmt: skip
    cases, below = sum(len(one.marks) for _, one in found), sum(one.below for _, one in found)
    assert figures["Отметок по норме: случаев «ученик × предмет»"][:2] == (cases - below, percent(cases - below, cases))
    assert figures["Учеников без отметок по предмету"][0] == sum(one.marks.count(0) for _, one in found)
    assert figures["Учеников с одной отметкой по предмету"][0] == sum(one.marks.count(1) for _, one in found)
    _compare_charts(school, document, period, now)
    return sum(item.held for item in now), sum(item.held for item in was)


def _compare_charts(school: WholeSchool, document: Document, period: Period, now: list[Counted]) -> None:
    charts = document.sections[1].charts
    (heat,) = [chart for chart in charts if isinstance(chart, HeatMap)]
    for name, values in zip(heat.rows, heat.values, strict=True):
        for subject, value in zip(heat.columns, values, strict=True):
            cell = [item for item in now if (item.group.school_class.name, item.group.subject.name) == (name, subject)]
            assert value == whole_line(cell)[2], (name, subject)
    mondays: dict[date, list[Counted]] = {}
    for item in now:
        for week in range(0, (period.last - period.first).days + 7, 7):
            monday = period.first + timedelta(days=week - period.first.weekday())
            days = max(monday, period.first), min(monday + timedelta(days=6), period.last)
            part = counted(school.world, item.group, *days) if days[0] <= days[1] else None
            mondays.setdefault(monday, []).extend([part] if part else [])
    lines = [chart.series[0].values for chart in charts if isinstance(chart, Trend)]
    weeks = tuple(whole_line(mondays[key])[2] for key in sorted(mondays) if mondays[key])
    assert lines == ([weeks] if len(weeks) > 1 else [])


@pytest.mark.parametrize("school", ["november", WINTER, "school_year"])
def test_every_figure_of_every_kind_of_period(school: str, request: pytest.FixtureRequest) -> None:
    whole: WholeSchool = request.getfixturevalue(school)
    groups = in_order(whole.world.school.groups)
    day = min(whole.world.now.date(), date(2027, 5, 20)) - timedelta(days=2)
    quarter = [one for one in whole.world.school.calendar.quarters if one.start <= day][-1]
    for period in (
        week_period(day), month_period(day.replace(day=1)), span_period(day - timedelta(days=17), day),
        whole.desk.term_period(str(quarter.id)), whole.desk.year_period(),
    ):  # fmt: skip
        now, was = compare(whole, period, Focus(), groups)
        assert now > 50
        assert (was > 0) == (period.kind is not PeriodKind.YEAR)
    if school != "november":
        assert sum(len(one.delays) for group in groups if (one := counted(whole.world, group, date.min, date.max))) > 5


@pytest.mark.parametrize("school", ["november", WINTER])
def test_every_figure_of_a_class_a_grade_a_teacher_and_a_subject(school: str, request: pytest.FixtureRequest) -> None:
    whole: WholeSchool = request.getfixturevalue(school)
    world = whole.world
    period = month_period(world.now.date().replace(day=1))
    every = in_order(world.school.groups)
    item = world.school.classes[-2]
    taught = Counter(group.teacher.id for group in every)
    teacher = max(taught, key=lambda one: taught[one])
    (staff,) = [one for one in world.school.teachers if one.id == teacher]
    subject = max((group.subject for group in every), key=lambda one: sum(item.subject is one for item in every))
    for whose, own in (
        (Whose(classes=(item.name,)), [group for group in every if group.school_class is item]),
        (Whose(grade=item.grade), [group for group in every if group.school_class.grade == item.grade]),
        (Whose(teacher=staff.name.full), [group for group in every if group.teacher.id == teacher]),
        (Whose(subject=subject.name), [group for group in every if group.subject is subject]),
    ):
        assert len(own) > 1
        compare(whole, period, focus_of(whole, whose), own)


def focus_of(school: WholeSchool, whose: Whose) -> Focus:
    """Who is meant by a name, as the command finds it."""
    period = month_period(school.world.now.date().replace(day=1))
    (wanted,) = wanted_reports(school.desk, find_report("filling"), period, whose)
    return wanted.request.focus


def test_whose_it_is_is_said(november: WholeSchool) -> None:
    group = november.world.school.groups[-1]
    for whose, words in (
        (Whose(classes=(group.school_class.name,)), f"{group.school_class.name} класс"),
        (Whose(grade=group.school_class.grade), f"{group.school_class.grade}-е классы"),
        (Whose(teacher=group.teacher.name.full), group.teacher.name.full.split()[0]),
        (Whose(subject=group.subject.name), group.subject.name),
    ):
        wanted = Request(month_period(date(2026, 10, 1)), focus_of(november, whose))
        document = find_report("filling").build(november.desk, wanted)
        assert document.subtitle.startswith(words)
        assert document.subtitle.endswith(", за октябрь 2026 г.")
