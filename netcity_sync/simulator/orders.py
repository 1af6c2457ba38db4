"""Orders by which pupils come and leave, as the office enters them: some late, some without a number, some never.

They have draws of their own: whoever joins or leaves changes nothing for the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from netcity_sync.model import EnrolmentOrder, MovementKind
from netcity_sync.simulator.school import Pupil
from netcity_sync.simulator.world import World

_SCHOOLS = ("МБОУ «СОШ № 2»", "МБОУ «Лицей № 4»", "МАОУ «Гимназия № 9»", "МКОУ «Примерская ООШ»")
_REASONS = ("переезд", "перевод в другую школу", "семейное образование", None)


@dataclass(frozen=True, slots=True)
class OfficeOrder:
    """The row of an order, from the day on which the office enters it."""

    entered: date
    row: EnrolmentOrder


def movements(world: World) -> Iterator[tuple[Pupil, MovementKind, date]]:
    """Who comes after the year's first day, and who leaves, on which day, whatever the clock says."""
    for pupil in world.school.pupils:
        if pupil.start > world.school.calendar.start:
            yield pupil, MovementKind.ARRIVED, pupil.start
        if pupil.left is not None:
            yield pupil, MovementKind.LEFT, pupil.left


def order_of(world: World, pupil: Pupil, kind: MovementKind, day: date) -> OfficeOrder | None:
    """The order for a movement, if the office ever enters it."""
    random = Random(f"order-{world.seed}-{pupil.id}-{kind.value}")
    fate, days = random.random(), random.randint(0, 12)
    place, reason = random.choice(_SCHOOLS), random.choice(_REASONS)
    number, issued = f"{random.randint(1, 200)}-у", day - random.randint(0, 3) * timedelta(days=1)
    if fate < 0.15:
        return None
    (class_name,) = (item.name for item in world.school.classes if item.id == pupil.class_id)
    row = EnrolmentOrder(
        class_name=class_name, student=pupil.name.full, kind=kind, moved_on=day,
        came_from=place if kind is MovementKind.ARRIVED else None,
        went_to=place if kind is MovementKind.LEFT else None,
        order_number=None if fate < 0.25 else number, order_date=None if 0.2 < fate < 0.3 else issued, reason=reason,
    )  # fmt: skip
    return OfficeOrder(day + days * timedelta(days=1), row)


def entered_orders(world: World, today: date) -> list[EnrolmentOrder]:
    """The table as it stands on a day."""
    orders = (order_of(world, pupil, kind, day) for pupil, kind, day in movements(world))
    return [item.row for item in orders if item is not None and item.entered <= today]
