"""How far journals have come with the programme (R4): plain loops over the simulator's own plans and lessons."""

import pytest
from support.filling_loops import has_control, is_held, lessons_of, percent
from support.reports import tables
from support.whole_school import WINTER, WholeSchool

from netcity_sync.reports.document import Cell
from netcity_sync.reports.period import Period, PeriodKind, month_period
from netcity_sync.reports.programme import programme_table
from netcity_sync.reports.registry import find_report
from netcity_sync.reports.request import Focus, Request
from netcity_sync.simulator.exchange import handed_plans
from netcity_sync.simulator.plans import Plan, PlanRow
from netcity_sync.simulator.school import Group
from netcity_sync.simulator.world import World


def is_of(world: World, plan: Plan, group: Group) -> bool:
    """Whether a plan is called so that it can only be that journal's."""
    fitting = [
        one
        for one in world.school.groups
        if one.school_class.name == plan.class_name
        and one.subject.name.lower() == plan.subject.lower()
        and (plan.group_name in (one.name, one.subgroup) if plan.group_name else not one.individual)
    ]
    return fitting == [group]


def plan_rows(world: World, plans: list[Plan], group: Group) -> list[PlanRow]:
    """The rows of the plan that the school has handed in for a journal."""
    return [row for plan in plans if is_of(world, plan, group) for row in plan.rows if row.stands(world.now)]


def expected(world: World, rows: list[PlanRow], group: Group, period: Period) -> tuple[Cell, ...]:
    """The row of a journal, from its class on."""
    held = [
        lesson
        for term in world.begun_terms(group)
        for lesson in lessons_of(world, group, term)
        if period.first <= lesson.date <= period.last and is_held(world, lesson)
    ]
    given = sum(len(str(lesson.topic.at(world.now) or "").strip()) >= 3 for lesson in held)
    works = sum(has_control(world, group, lesson) for lesson in held)
    days = [row.planned_on for row in rows if row.planned_on is not None]
    year = group.terms[0].start, group.terms[-1].end
    due, source = float(len(held)), "расписание"
    if days and len(days) == len(rows) and all(year[0] <= day <= year[1] for day in days):
        last = min(period.last, world.now.date())
        source = "КТП"
        due = sum(row.hours for row in rows if row.planned_on and period.first <= row.planned_on <= last
                  and row.planned_on < world.now.date())  # fmt: skip
    behind = due - given if due > given else 0.0
    return (
        group.school_class.name, group.name, due, source, given, percent(given, due), behind, works,
    )  # fmt: skip


@pytest.mark.parametrize("school", ["november", WINTER, "school_year"])
def test_every_figure_of_every_journal(school: str, request: pytest.FixtureRequest) -> None:
    whole: WholeSchool = request.getfixturevalue(school)
    world, desk = whole.world, whole.desk
    plans = handed_plans(world)
    quarters = [one for one in world.school.calendar.quarters if one.start <= world.now.date()]
    periods = [*(desk.term_period(str(one.id)) for one in quarters), desk.year_period()]
    periods.append(month_period(quarters[-1].start.replace(day=1)))
    groups = sorted(world.school.groups, key=lambda one: one.id)
    told = [(one.id, one.school_class.name, one.name) for one in groups]
    sources, behind = set[Cell](), 0
    for period in periods:
        table = programme_table(desk, told, period)
        for row, group in zip(table.rows, groups, strict=True):
            assert row == expected(world, plan_rows(world, plans, group), group, period), (period.key, group.name)
            sources.add(row[3])
            behind += isinstance(row[6], float) and row[6] > 0
    assert sources == {"КТП", "расписание"}
    assert behind > 20


def test_the_report_holds_the_rows_of_the_teacher(winter: WholeSchool) -> None:
    world, desk = winter.world, winter.desk
    plans = handed_plans(world)
    quarter = [one for one in world.school.calendar.quarters if one.start <= world.now.date()][-1]
    period = desk.term_period(str(quarter.id))
    assert period.kind is PeriodKind.TERM
    for teacher in world.school.teachers:
        document = find_report("teacher").build(desk, Request(period, Focus(staff_id=teacher.id)))
        own = [one for one in world.school.groups
               if one.teacher.id == teacher.id and one.rated and not one.subject.extracurricular]  # fmt: skip
        own.sort(key=lambda one: (one.school_class.grade, one.school_class.name, one.name))
        rows = tuple(expected(world, plan_rows(world, plans, one), one, period) for one in own)
        assert tables(document)["Выполнение программы"].rows == rows
