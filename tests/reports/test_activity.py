"""R8, counted another way: by hand, and by loops over the simulator's own people."""

from datetime import date, datetime
from pathlib import Path

from support.reports import desk_at, month_document, tables
from support.school import Book, Trial
from support.whole_school import WholeSchool

from netcity_sync.model import UserActivity, UserKind
from netcity_sync.simulator.families import listed_pupils, sign_ins

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
    assert shown["Входили за месяц"].rows == (("7А", 2, 1, 50.0, 1, 0, 0.0),)
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
    assert "Месяц в таблице не закончен: входы посчитаны по 15.10.2026." in made.notes


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
    assert [(line[0], line[1], line[2], line[4], line[5]) for line in shown["Входили за месяц"].rows] == [
        (name, *counts) for name, counts in by_class.items()
    ]
    assert {(line[0], line[1]): line[2] for line in shown["Не входили ни разу"].rows} == never
    assert sum(never.values()) > 5
    staff = {teacher.name.full: teacher for teacher in november.world.school.teachers}
    for line in shown["Сотрудники"].rows:
        habit = sign_ins(november.world, UserKind.STAFF, staff.pop(str(line[0])))
        assert (line[1], line[3]) == (habit.days(OCTOBER, LAST), habit.last(LAST))
    assert staff == {}
