"""The invented school: the same for the same seed, lifelike, and living."""

from datetime import date, datetime, timedelta

import pytest

from netcity_sync.simulator.calendar import calendar_of
from netcity_sync.simulator.ledger import LedgerEntry, make_ledger
from netcity_sync.simulator.world import World

HOLIDAYS = {(11, 4), (1, 5), (2, 23), (3, 8), (5, 1)}


def lived(seed: int, classes: int, days: int) -> World:
    """A school that was read every evening from September on."""
    world = World(seed, classes, datetime(2026, 9, 1, 21))
    for number in range(days):
        world.move(datetime(2026, 9, 1, 21) + timedelta(days=number))
        for group in world.school.groups:
            for term in world.begun_terms(group):
                world.note_read(group.id, term.id)
    return world


def test_the_same_seed_makes_the_same_school() -> None:
    one, two, other = lived(5, 3, 20), lived(5, 3, 20), lived(6, 3, 20)
    assert one.school == two.school
    assert make_ledger(one) == make_ledger(two)
    assert one.school != other.school


@pytest.mark.parametrize("year", [2024, 2026, 2027])
def test_the_calendar(year: int) -> None:
    calendar = calendar_of(year)
    days = calendar.school_days(5)
    assert all(day.weekday() < 5 for day in days)
    assert not {(day.month, day.day) for day in days} & HOLIDAYS
    assert 150 < len(days) < 180
    assert len(calendar.school_days(1)) in (len(days) - 5, len(days) - 4)
    for one, two in zip(calendar.quarters, calendar.quarters[1:], strict=False):
        assert one.end < two.start
    assert (calendar.half_years[0].start, calendar.half_years[0].end) == (
        calendar.quarters[0].start, calendar.quarters[1].end,
    )  # fmt: skip


def test_names_agree_in_gender() -> None:
    for pupil in World(1, 11, datetime(2026, 9, 1)).school.pupils:
        name = pupil.name
        assert name.surname.endswith("а") == name.female
        assert name.patronymic.endswith("на") == name.female


def test_grades_are_spread_and_first_graders_get_no_marks() -> None:
    school = World(1, 11, datetime(2026, 9, 1)).school
    assert [item.grade for item in school.classes] == list(range(1, 12))
    assert not any(group.rated for group in school.groups if group.school_class.grade == 1)
    assert {term.name for group in school.groups if group.school_class.grade > 9 for term in group.terms} == {
        "1 полугодие", "2 полугодие",
    }  # fmt: skip


def test_ids_are_never_used_twice() -> None:
    world = World(2, 4, datetime(2026, 9, 1))
    lessons = [item.id for group in world.school.groups for item in world.entries(group.id).lessons]
    works = [item.id for group in world.school.groups for item in world.entries(group.id).works]
    homework = [item.id for group in world.school.groups for item in world.entries(group.id).homework]
    assert len({*lessons, *works, *homework}) == len(lessons) + len(works) + len(homework)


def test_journals_grow_change_and_lose_entries() -> None:
    world = World(4, 4, datetime(2026, 9, 10, 21))
    keys = [(group.id, group.terms[0].id) for group in world.school.groups]

    def marks() -> dict[tuple[int, int | None, int], int | None]:
        pages = (world.journal(*key) for key in keys)
        return {
            (mark.student_id, mark.assignment_id, mark.lesson_id): mark.value for page in pages for mark in page.marks
        }

    before = marks()
    world.move(datetime(2026, 10, 10, 21))
    after = marks()
    assert after.keys() - before.keys()
    assert before.keys() - after.keys()
    assert any(before[key] != after[key] for key in before.keys() & after.keys())


def test_lessons_move() -> None:
    world = World(4, 4, datetime(2026, 9, 1))
    lessons = [item for group in world.school.groups for item in world.entries(group.id).lessons]
    moved = [item for item in lessons if item.until is not None and item.until.date() < item.date]
    assert moved
    assert any(item.since is not None for item in lessons)


def test_pupils_arrive_and_leave() -> None:
    school = World(1, 11, datetime(2026, 9, 1)).school
    assert any(pupil.start > school.calendar.start for pupil in school.pupils)
    assert any(pupil.left is not None for pupil in school.pupils)
    assert any(pupil.home_schooled for pupil in school.pupils)


@pytest.mark.parametrize(("seed", "classes"), [(1, 3), (2, 4), (3, 11)])
def test_every_rule_is_broken_somewhere(seed: int, classes: int) -> None:
    entries = make_ledger(lived(seed, classes, 45))
    assert {item.rule for item in entries if item.certain} >= {
        "ACC-01", "ACC-02", "ATT-02", "ATT-03", "ATT-05", "ATT-08", "CHG-01", "CTL-01", "CTL-02", "CTL-03", "CTL-04",
        "CTL-06", "HW-01", "HW-02", "HW-07", "LSN-01", "LSN-02", "LSN-04", "LSN-05", "LSN-06", "MRK-01", "MRK-02",
        "MRK-05", "MRK-07", "MRK-09", "MRK-10",
    }  # fmt: skip
    assert any(not item.certain for item in entries)


def test_what_nobody_read_is_not_certain() -> None:
    world = World(1, 4, datetime(2026, 10, 10, 21))
    assert not any(item.certain for item in make_ledger(world) if item.rule in ("LSN-02", "HW-02", "MRK-10"))


def test_a_ledger_entry_is_what_the_interface_promises() -> None:
    assert LedgerEntry.__slots__[:6] == ("rule", "subject_group_id", "student_id", "lesson_id", "term_id", "certain")


def test_the_school_year_is_the_one_of_the_clock() -> None:
    assert World(1, 1, datetime(2027, 3, 1)).school.calendar.start == date(2026, 9, 1)


@pytest.mark.parametrize("seed", range(4))
def test_parallel_classes_share_journals_where_the_school_has_combined_ones(seed: int) -> None:
    school = World(seed, 3, datetime(2026, 9, 1), combined=True).school
    grades = [item.grade for item in school.classes]
    (shared,) = {grade for grade in grades if grades.count(grade) == 2}
    combined = [group for group in school.groups if len({pupil.class_id for pupil in group.pupils}) == 2]
    assert shared >= 5
    assert len(combined) == 5
    assert {group.school_class.grade for group in combined} == {shared}
    taken = [(group.school_class.id, slot) for group in combined for slot in group.slots]
    assert len(taken) == len(set(taken))


def test_a_school_without_them_is_as_ever() -> None:
    school = World(5, 22, datetime(2026, 9, 1)).school
    assert not [group for group in school.groups if len({pupil.class_id for pupil in group.pupils}) > 1]
