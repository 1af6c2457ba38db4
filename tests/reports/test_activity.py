"""R8, counted another way: by hand, and by loops over the simulator's own people."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from support.books import touch, write
from support.reports import desk_at, month_document, tables
from support.school import CLASS, SECOND_CLASS, Book, Trial, at
from support.whole_school import WINTER, WholeSchool

from netcity_sync.model import Student, UserActivity, UserKind
from netcity_sync.reports.document import Table
from netcity_sync.reports.period import Period, PeriodKind, month_period, span_period
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.families import SignIns, activity_told, listed_pupils, sign_ins

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
LAST = date(2026, 10, 31)


def row(kind: UserKind, person: str, logins: int, last: datetime | None, **more: object) -> UserActivity:
    """A line of October."""
    values = {"class_name": "" if kind is UserKind.STAFF else "7А", "period_start": OCTOBER, "period_end": LAST}
    return UserActivity.model_validate(
        {"user": kind, "person": person, "logins": logins, "last_login": last, **values, **more}
    )


def test_a_month_counted_by_hand(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("11-01 21:00")
    then = datetime(2026, 10, 20, 18)
    rows = [
        row(UserKind.STAFF, "Учебнова Елена Петровна", 9, then, active_days=5),
        row(UserKind.STAFF, "Примерова Вера Петровна", 0, None),
        row(UserKind.STAFF, "Ушедшая Анна Ивановна", 0, None, enabled=False),
        row(UserKind.PARENT, "Иванов Иван Петрович", 0, datetime(2026, 9, 20, 18)),
        row(UserKind.PARENT, "Орлова Анна Петровна", 2, then),
        row(UserKind.STUDENT, "Иванов Иван Петрович", 0, None),
    ]
    tried.hand_in("11-01 22:00", user_activity=rows)
    with desk_at(tried.settings, tried.now) as desk:
        shown = tables(month_document(desk, "activity", OCTOBER))
        before = month_document(desk, "activity", SEPTEMBER)
    assert shown["По ролям"].rows == (
        ("Сотрудники", 2, 1, 50.0, 1, then.date()),
        ("Родители (по детям)", 2, 1, 50.0, 0, then.date()),
        ("Ученики", 1, 0, 0.0, 1, None),
    )
    assert shown["Сотрудники"].rows == (
        ("Примерова Вера Петровна", 0, None, None, None), ("Учебнова Елена Петровна", 9, 5, then.date(), None),
    )  # fmt: skip
    assert shown["Сотрудники"].flagged == {0}
    assert shown["Входили за период"].rows == (("7А", 2, 1, 50.0, 1, 0, 0.0),)
    assert shown["Не входили ни разу"].rows == (("7А", "ученики", 1, "Иванов И."),)
    assert before.sections[0].title == "Нет данных"
    assert "exchange take" in before.sections[0].paragraphs[0]


def test_it_is_made_without_the_table_too(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("11-01 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        made = month_document(desk, "activity", OCTOBER)
    assert made.sections[0].title == "Нет данных"
    assert tables(made) == {}


def test_an_unfinished_month_is_said_to_be_one(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("10-16 21:00")
    line = row(UserKind.STAFF, "Учебнова Елена Петровна", 9, None, period_end=date(2026, 10, 15))
    tried.hand_in("10-16 22:00", user_activity=[line])
    with desk_at(tried.settings, tried.now) as desk:
        made = month_document(desk, "activity", OCTOBER)
    assert (
        "Таблица рассказывает не обо всех днях периода: входы посчитаны за 01.10.2026 – 15.10.2026. Входивших могло"
        " быть больше." in made.notes
    )
    assert ("Входы посчитаны за", "01.10.2026 – 15.10.2026") in made.facts


def test_a_term_by_hand(tmp_path: Path) -> None:
    """Rows of months that reach beyond the term prove a sign-in only by its day."""
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("11-01 21:00")
    month = {"period_start": SEPTEMBER, "period_end": date(2026, 9, 30)}
    rows = [
        row(UserKind.PARENT, "Первый Иван", 3, datetime(2026, 9, 20, 18), **month),
        row(UserKind.PARENT, "Первый Иван", 0, datetime(2026, 9, 20, 18)),
        row(UserKind.PARENT, "Второй Иван", 0, None, **month),
        row(UserKind.PARENT, "Второй Иван", 1, datetime(2026, 10, 23, 18)),
        row(UserKind.PARENT, "Третий Иван", 0, None, **month),
        row(UserKind.PARENT, "Третий Иван", 4, datetime(2026, 10, 24, 18)),
        row(UserKind.PARENT, "Четвёртый Иван", 0, None, **month),
        row(UserKind.PARENT, "Четвёртый Иван", 0, None),
    ]
    tried.hand_in("11-01 22:00", user_activity=rows)
    with desk_at(tried.settings, tried.now) as desk:
        term = find_report("activity").build(desk, Request(desk.term_period("1 четверть")))
        days = span_period(date(2026, 10, 1), date(2026, 11, 1))
        span = find_report("activity").build(desk, Request(days))
    (parents,) = [line for line in tables(term)["По ролям"].rows if line[0] == "Родители (по детям)"]
    assert parents == ("Родители (по детям)", 4, 2, 1, 50.0, 1, date(2026, 10, 23))
    assert [column.title for column in tables(term)["По ролям"].columns][3] == "Неизвестно"
    assert any(note.startswith("«Неизвестно» — ") for note in term.notes)
    assert ("Входы посчитаны за", "01.09.2026 – 23.10.2026") in term.facts
    assert tables(term)["Не входили ни разу"].rows == (("7А", "родители", 1, "Четвёртый И."),)
    (parents,) = [line for line in tables(span)["По ролям"].rows if line[0] == "Родители (по детям)"]
    assert parents == ("Родители (по детям)", 4, 2, 50.0, 25.0, 25.0, 1, date(2026, 10, 24))
    assert ("Входы посчитаны за", "01.10.2026 – 31.10.2026") in span.facts
    assert "Сравнивается с периодом за 30.08.2026 – 30.09.2026: входы там посчитаны за 01.09.2026 – 30.09.2026." in (
        span.notes
    )


def test_a_gap_in_the_table_is_told(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("11-01 21:00")
    days = ((date(2026, 10, 1), date(2026, 10, 7)), (date(2026, 10, 8), date(2026, 10, 11)), (date(2026, 10, 20), LAST))
    rows = [
        row(UserKind.STAFF, "Учебнова Елена Петровна", 1, None, period_start=first, period_end=last)
        for first, last in days
    ]
    tried.hand_in("11-01 22:00", user_activity=rows)
    with desk_at(tried.settings, tried.now) as desk:
        made = month_document(desk, "activity", OCTOBER)
    assert ("Входы посчитаны за", "01.10.2026 – 11.10.2026, 20.10.2026 – 31.10.2026") in made.facts
    assert "Сравнить не с чем: за сентябрь 2026 г. таблица не рассказывает." in made.notes


def test_entries_of_teachers_where_the_report_on_access_was_read(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("11-01 21:00")
    tried.hand_in("11-01 22:00", user_activity=[row(UserKind.STAFF, "Учебнова Елена Петровна", 9, None)])
    for day in ("10-06T12:00", "10-06T12:05", "10-25T12:00", "11-01T12:00"):
        touch(tried, "Учебнова Елена Петровна", "Химия", day, "10-05")
    with desk_at(tried.settings, tried.now) as desk:
        unread = month_document(desk, "activity", OCTOBER)
    for month in (202609, 202610):
        read_access(tried, CLASS, month, "11-01 21:00")
    with desk_at(tried.settings, tried.now) as desk:
        month_made = month_document(desk, "activity", OCTOBER)
        term = find_report("activity").build(desk, Request(desk.term_period("1 четверть")))
        beyond = find_report("activity").build(desk, Request(span_period(OCTOBER, date(2026, 11, 1))))
    shown = [tables(made)["Сотрудники"].rows[0][-1] for made in (unread, month_made, term, beyond)]
    assert shown == [None, 3, 2, None]


@pytest.mark.parametrize(
    ("second_read", "error", "entries"),
    [
        ("11-01 00:10", None, 1),
        ("10-31 23:50", None, None),
        ("11-01 00:10", "SourceUnavailable", None),
        ("", None, None),
    ],
    ids=["after its end", "on its last day", "failed", "never"],
)
def test_entries_are_told_where_the_month_of_every_class_was_read_after_its_end(
    tmp_path: Path, second_read: str, error: str | None, entries: int | None
) -> None:
    book = Book().add_lessons("10-05")
    others = [Student(id=4, name="Новиков Илья")]
    book.beside.append(Book(class_id=SECOND_CLASS, group=800, students=others, first_lesson=900).add_lessons("10-05"))
    tried = Trial(tmp_path, book)
    tried.sync("11-01 21:00")
    tried.hand_in("11-01 22:00", user_activity=[row(UserKind.STAFF, "Учебнова Елена Петровна", 9, None)])
    touch(tried, "Учебнова Елена Петровна", "Химия", "10-06T12:00", "10-05")
    read_access(tried, CLASS, 202610, "11-01 21:00")
    if second_read:
        read_access(tried, SECOND_CLASS, 202610, second_read, error)
    with desk_at(tried.settings, tried.now) as desk:
        made = month_document(desk, "activity", OCTOBER)
    assert tables(made)["Сотрудники"].rows[0][-1] == entries


def read_access(tried: Trial, class_id: int, month: int, read_at: str, error: str | None = None) -> None:
    """The report on access to the journals of a class was asked for."""
    scope, moment = class_id * 1_000_000 + month, int(at(read_at).timestamp())
    columns = "scope_id, key, kind, class_id, month, unconfirmed"
    values = scope, f"journal_access:{class_id}:{month}", class_id, month
    write(tried, f"INSERT INTO scope ({columns}) VALUES (?, ?, 'journal_access', ?, ?, 0)", *values)
    columns = "scope_id, run_id, began, ended, changed_rows, anew, error"
    write(tried, f"INSERT INTO scope_read ({columns}) VALUES (?, 1, ?, ?, 0, 0, ?)", scope, moment, moment, error)


def test_nobody_is_blamed_for_what_is_not_known(tmp_path: Path) -> None:
    tried = Trial(tmp_path, Book().add_lessons("10-05"))
    tried.sync("11-01 21:00")
    names = ("Учебнова Елена Петровна", "Примерова Вера Петровна")
    rows = [row(UserKind.STAFF, name, count, None) for name, count in zip(names, (3, 0), strict=True)]
    tried.hand_in("11-01 22:00", user_activity=rows)
    with desk_at(tried.settings, tried.now) as desk:
        table = tables(find_report("activity").build(desk, Request(desk.term_period("1 четверть"))))["Сотрудники"]
    assert [table.rows[place][0] for place in table.flagged] == ["Примерова Вера Петровна"]


def test_nothing_before_a_year_to_compare_with(november: WholeSchool) -> None:
    made = find_report("activity").build(november.desk, Request(november.desk.year_period()))
    assert not any("равни" in note for note in made.notes)


def told_rows(school: WholeSchool) -> tuple[tuple[date, date], ...]:
    """The periods of the table: the last month and this one up to its last Friday."""
    last_month, this_month, until = activity_told(school.world)
    return (last_month, this_month - timedelta(days=1)), (this_month, until)


def judged(school: WholeSchool, habit: SignIns, first: date, last: date) -> tuple[bool, bool, bool, date | None] | None:
    """Signed in for certain, not known, ever, and when last, as rows tell it; None: no row has days of the period."""
    rows = [one for one in told_rows(school) if one[0] <= last]
    if not any(end >= first for _, end in rows):
        return None
    lasts = [day for _, end in rows if (day := habit.last(end)) is not None and day <= last]
    within = any(habit.days(*one) for one in rows if first <= one[0] and one[1] <= last)
    signed = within or any(day >= first for day in lasts)
    beyond = any(habit.days(*one) for one in rows if one[1] >= first and not (first <= one[0] and one[1] <= last))
    return signed, not signed and beyond, bool(lasts) or any(habit.days(*one) for one in rows), max(lasts, default=None)


@pytest.mark.parametrize("school", ["november", WINTER])
@pytest.mark.parametrize("kind", [PeriodKind.MONTH, PeriodKind.TERM, PeriodKind.YEAR, PeriodKind.SPAN])
def test_every_share_against_plain_loops(school: str, kind: PeriodKind, request: pytest.FixtureRequest) -> None:
    whole: WholeSchool = request.getfixturevalue(school)
    world, desk = whole.world, whole.desk
    this_month = world.now.date().replace(day=1)
    quarter = [one for one in world.school.calendar.quarters if one.start <= world.now.date()][-1]
    period = {
        PeriodKind.MONTH: month_period(this_month), PeriodKind.TERM: desk.term_period(str(quarter.id)),
        PeriodKind.YEAR: desk.year_period(),
        PeriodKind.SPAN: span_period(this_month - timedelta(days=8), this_month + timedelta(days=8)),
    }[kind]  # fmt: skip
    before = desk.period_before(period)
    grade = world.school.classes[1].grade
    for focus in (Focus(), Focus(grade=grade), Focus(class_id=world.school.classes[0].id)):
        people = [
            (name, kind, sign_ins(world, kind, pupil))
            for name, pupil in listed_pupils(world)
            for kind in (UserKind.PARENT, UserKind.STUDENT)
            if focus == Focus() or any(one.name == name and focus in (Focus(class_id=one.id), Focus(grade=one.grade))
                                       for one in world.school.classes)
        ]  # fmt: skip
        if focus == Focus():
            people += [("", UserKind.STAFF, sign_ins(world, UserKind.STAFF, one))
                       for one in {one.name.full: one for one in world.school.teachers}.values()]  # fmt: skip
        shown = tables(find_report("activity").build(desk, Request(period, focus)))
        table = shown["По ролям"]
        assert table.total is not None
        words = {"Сотрудники": UserKind.STAFF, "Родители (по детям)": UserKind.PARENT, "Ученики": UserKind.STUDENT}
        lines = {str(line[0]): line for line in (*table.rows, table.total)}
        titles = [column.title for column in table.columns]
        assert ("Сотрудники" in lines) == (focus == Focus())
        told_before = before is not None and any(
            judged(whole, habit, before.first, before.last) is not None for _, _, habit in people
        )
        for name, line in lines.items():
            own = [habit for _, kind, habit in people if name == "Все" or kind is words[name]]
            now = [one for habit in own if (one := judged(whole, habit, period.first, period.last))]
            was = [one for habit in own if before and (one := judged(whole, habit, before.first, before.last))]
            cells = dict(zip(titles, line, strict=True))
            share = 100 * sum(one[0] for one in now) / len(now)
            assert (cells["Всего"], cells["Входили"]) == (len(now), sum(one[0] for one in now)), name
            assert cells.get("Неизвестно", 0) == sum(one[1] for one in now)
            assert cells["Не входили ни разу"] == sum(not one[2] for one in now)
            assert cells["Последний вход"] == max((one[3] for one in now if one[3]), default=None)
            if told_before:
                earlier = 100 * sum(one[0] for one in was) / len(was)
                assert (cells["сейчас"], cells["раньше"]) == (share, earlier)
                assert cells["изм., п.\u00a0п."] == pytest.approx(share - earlier)
            else:
                assert cells["Доля входивших, %"] == share
        _compare_classes(whole, shown.get("Входили за период"), period, before if told_before else None, people)


def _compare_classes(
    school: WholeSchool, table: Table | None, period: Period, before: Period | None,
    people: list[tuple[str, UserKind, SignIns]],
) -> None:  # fmt: skip
    """A line a class: both kinds, in number, signed in, share, and the share before."""
    names = list(dict.fromkeys(name for name, _, _ in people if name))
    assert (table is None) <= (len(names) == 1)
    for row in table.rows if table else ():
        expected: list[object] = []
        for wanted in (UserKind.PARENT, UserKind.STUDENT):
            own = [habit for name, kind, habit in people if (name, kind) == (row[0], wanted)]
            now = [one for habit in own if (one := judged(school, habit, period.first, period.last))]
            expected += [len(now), sum(one[0] for one in now), 100 * sum(one[0] for one in now) / len(now)]
            if before:
                was = [one for habit in own if (one := judged(school, habit, before.first, before.last))]
                expected.append(100 * sum(one[0] for one in was) / len(was))
        assert list(row[1:]) == expected, row[0]
    if table:
        assert [row[0] for row in table.rows] == names


def test_a_whole_school_against_plain_loops(november: WholeSchool) -> None:
    shown = tables(month_document(november.desk, "activity", OCTOBER))
    by_class: dict[str, list[int]] = {item.name: [0] * 4 for item in november.world.school.classes}
    never: dict[tuple[str, str], int] = {}
    for name, pupil in listed_pupils(november.world):
        for place, kind in ((0, UserKind.PARENT), (2, UserKind.STUDENT)):
            habit = sign_ins(november.world, kind, pupil)
            by_class[name][place] += 1
            by_class[name][place + 1] += habit.days(OCTOBER, LAST) > 0
            if habit.last(LAST) is None:
                key = (name, "родители" if kind is UserKind.PARENT else "ученики")
                never[key] = never.get(key, 0) + 1
    assert [(line[0], line[1], line[2], line[4], line[5]) for line in shown["Входили за период"].rows] == [
        (name, *counts) for name, counts in by_class.items()
    ]
    assert {(line[0], line[1]): line[2] for line in shown["Не входили ни разу"].rows} == never
    assert sum(never.values()) > 5
    staff = {teacher.name.full: teacher for teacher in november.world.school.teachers}
    for line in shown["Сотрудники"].rows:
        habit = sign_ins(november.world, UserKind.STAFF, staff.pop(str(line[0])))
        assert (line[1], line[3]) == (habit.days(OCTOBER, LAST), habit.last(LAST))
    assert staff == {}
