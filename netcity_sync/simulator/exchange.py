"""What the school's office hands over in the exchange folder, table by table, as it stands at the world's now."""

from collections.abc import Mapping

from netcity_sync.model import Entity
from netcity_sync.simulator.families import activity_rows, credential_rows, opt_out_rows
from netcity_sync.simulator.orders import entered_orders
from netcity_sync.simulator.plans import Plan, plan_of
from netcity_sync.simulator.replacements import as_handed_in
from netcity_sync.simulator.world import World


def handed_over(world: World) -> Mapping[str, list[Entity]]:
    """The rows of every table that the school keeps, by the name of its file; an empty list says that there are none.

    A table that is missing here is not handed over at all.
    """
    return {
        "plan": _plan_rows(world),
        "substitutions": _substitutions(world),
        "opt_outs": [*opt_out_rows(world)],
        "credentials": [*credential_rows(world)],
        "user_activity": [*activity_rows(world)],
        "enrolment_orders": [*entered_orders(world, world.now.date())],
    }


def handed_plans(world: World) -> list[Plan]:
    """The plans of all journals; of two under the same name only the first is handed over."""
    plans: dict[tuple[str, str, str], Plan] = {}
    for group in world.school.groups:
        plan = plan_of(world.school, group, world.seed)
        if plan is not None:
            plans.setdefault((plan.class_name, plan.subject.lower(), plan.group_name), plan)
    return list(plans.values())


def _plan_rows(world: World) -> list[Entity]:
    return [row for plan in handed_plans(world) for row in plan.entities(world.now)]


def _substitutions(world: World) -> list[Entity]:
    return [
        as_handed_in(group, item)
        for group in world.school.groups
        for item in world.entries(group.id).replaced
        if item.noted <= world.now
    ]
