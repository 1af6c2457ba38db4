"""Who belongs to a journal: the pupils of its class, and of other classes those who certainly do (docs/checks.md)."""

from netcity_sync.simulator.calendar import Term
from netcity_sync.simulator.school import Group, Pupil
from netcity_sync.simulator.world import World


def listed_in(world: World, group: Group, term: Term) -> set[int]:
    """The pupils on the list of the journal's class, and the certain ones of others on its own list."""
    own = {pupil.id for pupil in world.roster(group.school_class.id)}
    return own | {pupil.id for pupil in group.pupils if _is_guest(world, pupil, group, term)}


def _is_guest(world: World, pupil: Pupil, group: Group, term: Term) -> bool:
    today = world.now.date()
    if pupil.class_id == group.school_class.id or not pupil.listed(today) or pupil.start > term.start:
        return False
    for other in world.school.groups:
        own = other.school_class.id == pupil.class_id and other.subject is group.subject and pupil in other.pupils
        if own and any(one.start <= term.end and one.end >= term.start for one in world.begun_terms(other)):
            return False
    return True
