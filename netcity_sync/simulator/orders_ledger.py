"""Movements without an order, told from what the office entered: plain loops over the pupils who came or left.

docs/checks.md says what the rule means. The table is judged as of the day of the last take (`World.takes`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from netcity_sync.model import MovementKind
from netcity_sync.simulator.journal_ledger import LedgerEntry
from netcity_sync.simulator.orders import movements, order_of
from netcity_sync.simulator.school import Pupil
from netcity_sync.simulator.world import World

_TIME_TO_ENTER = timedelta(days=7)
_TO_CONFIRM = 2


def missing_orders(world: World) -> Iterator[LedgerEntry]:
    """All of them that the reads of lists so far can prove."""
    taken = world.takes[-1].date()
    for pupil, kind, day in movements(world):
        reads = world.roster_reads.get(pupil.class_id, [])
        shown = _shown_on(pupil, kind, reads)
        order = order_of(world, pupil, kind, day)
        entered = order is not None and order.entered <= taken
        if shown is None or (order and entered and order.row.order_number and order.row.order_date):
            continue
        if (day if entered else shown) + _TIME_TO_ENTER < taken:
            yield LedgerEntry(
                "REF-03", None, pupil.id, None, None, True, class_id=pupil.class_id, key=kind.value
            )  # fmt: skip


def _shown_on(pupil: Pupil, kind: MovementKind, reads: list[datetime]) -> date | None:
    """From which day on the lists show it: they tell the first day of a pupil, but only by absence that one left."""
    on_list = [item for item in reads if pupil.listed(item.date())]
    if not on_list:
        return None
    if kind is MovementKind.ARRIVED:
        return pupil.start
    without = [item for item in reads if item > on_list[-1]]
    return without[0].date() if len(without) >= _TO_CONFIRM else None
