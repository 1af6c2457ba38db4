"""What the school's office hands over in the exchange folder, table by table, as it stands at the world's now."""

from collections.abc import Mapping

from netcity_sync.model import Entity
from netcity_sync.simulator.families import activity_rows, credential_rows, opt_out_rows
from netcity_sync.simulator.world import World


def handed_over(world: World) -> Mapping[str, list[Entity]]:
    """The rows of every table that the school keeps, by the name of its file; an empty list says that there are none.

    A table that is missing here is not handed over at all.
    """
    return {
        "opt_outs": [*opt_out_rows(world)],
        "credentials": [*credential_rows(world)],
        "user_activity": [*activity_rows(world)],
    }
